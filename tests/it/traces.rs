//! Traces as a collector gets them: one for one doing, across requests, jobs, systems, chats and restarts; and a collector in
//! trouble costs nothing but spans. docs/tracing.md draws the first of these.

use connectors::standin::Fault;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};
use tests::{ANA, Answer, Collector, Database, Redmine, SECRETS, TestBot, collector::Seen, far_end::Recorded};

const TOKEN: &str = "canary-58c1-hook-token";
/// A header of the collector's, which is a secret as well.
const FOR_COLLECTOR: &str = "canary-2b7e-collector-token";
/// Somebody else's trace.
const THEIRS: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A bot whose hook `tracker` reports to a channel of Slack, and whose traces go to `collector`.
async fn bot(database: Database, collector: Option<&Collector>) -> TestBot {
    let mut sections = format!(
        "[[hook]]\nname = \"tracker\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"\n\
         [[subscription]]\nfrom = \"tracker\"\nto = \"slack:C0DEMO001\"\nmode = \"each\"\n"
    );
    if let Some(collector) = collector {
        let endpoint = collector.far_end.url();
        sections += &format!(
            "[telemetry]\nendpoint = \"{endpoint}\"\nheaders = \"x-token={FOR_COLLECTOR}\"\nservice_name = \"bot-of-a-story\"\n"
        );
    }
    let sections: toml::Table = sections.parse().expect("a configuration");
    TestBot::configured(Redmine::standin().await, database, |config| config.extend(sections)).await
}

/// What Redmine's own webhook sends of a new issue, as a part of somebody's trace.
async fn report(bot: &TestBot, id: u64, subject: &str, traceparent: &str) -> Answer {
    let body = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}});
    let url = format!("http://{}/hooks/tracker", bot.address());
    let request = bot.client.post(url).header("x-redmine-token", TOKEN).header("traceparent", traceparent).json(&body);
    let answer = request.send().await.expect("bellhop answers");
    Answer { status: answer.status(), body: answer.text().await.expect("text") }
}

/// The spans of the trace in which `wanted` is, once it is whole: the end of the job that posted is committed.
async fn whole(collector: &Collector, wanted: impl Fn(&Seen) -> bool) -> Vec<Seen> {
    let is_post = |it: &Seen| it.name == "job post" && it.get("bellhop.job.outcome") == "done";
    collector
        .until("a whole trace", |spans| {
            let trace = &spans.iter().find(|it| wanted(it))?.trace;
            let all: Vec<Seen> = spans.iter().filter(|it| it.trace == *trace).cloned().collect();
            // What is below it has arrived as well, and what it is below.
            let are_there = all.iter().all(|it| {
                it.parent.is_empty() || it.parent == "00f067aa0ba902b7" || all.iter().any(|other| other.id == it.parent)
            });
            (all.iter().any(is_post) && are_there).then_some(all)
        })
        .await
}

fn one<'a>(spans: &'a [Seen], what: &str, wanted: impl Fn(&Seen) -> bool) -> &'a Seen {
    let found: Vec<&Seen> = spans.iter().filter(|it| wanted(it)).collect();
    assert_eq!(found.len(), 1, "{what}: {spans:#?}");
    found[0]
}

fn named<'a>(spans: &'a [Seen], name: &str) -> &'a Seen {
    one(spans, name, |it| it.name == name)
}

/// The commit of this sort that was waited for in `span`.
fn commit<'a>(spans: &'a [Seen], span: &Seen, operation: &str) -> &'a Seen {
    let what = format!("the commit `{operation}` below {}", span.name);
    one(spans, &what, |it| it.name == "commit" && it.parent == span.id && it.get("db.operation.name") == operation)
}

fn posts(it: &Recorded) -> bool {
    it.path().ends_with("/chat.postMessage")
}

async fn a_command_is_one_trace(database: Database, system: &str) {
    let collector = Collector::start().await;
    let mut bot = bot(database, Some(&collector)).await;
    bot.slack_command(ANA, "/redmine issue create Printer on fire project=demo").await.accepted();
    bot.slack.post("Printer on fire").await;
    let spans = whole(&collector, |it| it.name == "POST /slack/commands").await;

    let request = named(&spans, "POST /slack/commands");
    assert_eq!((request.parent.as_str(), request.kind, request.service.as_str()), ("", SpanKind::Server, "bot-of-a-story"));
    assert_eq!(request.get("http.request.method"), "POST");
    assert_eq!(request.get("http.route"), "/slack/commands");
    assert_eq!(request.get("http.response.status_code"), "200");
    let accepted = commit(&spans, request, "accept");
    assert_eq!((accepted.kind, accepted.get("db.system.name")), (SpanKind::Client, system));
    assert!(!accepted.get("bellhop.commit.requests").is_empty() && !accepted.get("bellhop.commit.waited_ms").is_empty());

    let run = named(&spans, "job run");
    assert_eq!((&run.parent, run.kind), (&request.id, SpanKind::Consumer));
    assert_eq!(run.get("bellhop.command.action"), "issue create");
    assert_eq!((run.get("bellhop.job.attempt"), run.get("bellhop.job.outcome")), ("1", "done"));
    assert_eq!(run.get("bellhop.job.priority"), "command");
    assert!(run.get("bellhop.job.waited_ms").parse::<f64>().is_ok_and(|it| it < 60_000.0), "{run:#?}");

    let create = named(&spans, "POST /issues.json");
    assert_eq!((&create.parent, create.kind), (&run.id, SpanKind::Client));
    assert_eq!((create.get("http.request.method"), create.get("url.template")), ("POST", "/issues.json"));
    assert_eq!((create.get("http.response.status_code"), create.get("server.address")), ("201", "127.0.0.1"));
    assert_eq!((create.get("bellhop.connection"), create.get("http.request.resend_count")), ("redmine", ""));
    commit(&spans, run, "mark as sending");
    commit(&spans, run, "end");

    let post = named(&spans, "job post");
    assert_eq!(post.parent, run.id);
    let send = named(&spans, "send slack");
    assert_eq!((&send.parent, send.kind, send.get("messaging.system")), (&post.id, SpanKind::Producer, "slack"));
    let call = one(&spans, "the call of Slack's", |it| it.parent == send.id);
    assert_eq!(
        (call.name.as_str(), call.kind, call.get("http.response.status_code")),
        ("POST response_url", SpanKind::Client, "200")
    );
    commit(&spans, post, "end");

    // The far ends were told, so that a trace goes on where they make one.
    let at_redmine = bot.redmine.server().requests().into_iter().find(|it| it.method == "POST").expect("a create");
    assert_eq!(at_redmine.headers["traceparent"], create.traceparent());
    assert!(bot.slack.far_end.requests().iter().any(|it| it.headers.get("traceparent") == Some(&call.traceparent())));
    // The log meets it.
    let log = bot.log();
    let line = log.lines().find(|it| it.contains("Ran redmine issue create")).expect("the log tells of it");
    let line: Value = serde_json::from_str(line).expect("a line of the log is JSON");
    assert_eq!((line["trace_id"].as_str(), line["span_id"].as_str()), (Some(run.trace.as_str()), Some(run.id.as_str())));
    // Nothing of what was said, of who said it, or that is a secret.
    let sent = format!("{:?}", collector.spans()).to_lowercase();
    let secrets = SECRETS.iter().map(|it| it.1).chain([TOKEN, FOR_COLLECTOR]);
    for foreign in secrets.chain(["printer on fire", "ana abel", "@example.org", "hooks.slack.com"]) {
        assert!(!sent.contains(&foreign.to_lowercase()), "{foreign} is in a span: {sent}");
    }
    assert!(collector.spans().iter().all(|it| it.events.is_empty()), "what the log says stays in the log");
    assert!(!collector.spans().iter().any(|it| it.name.contains("readyz")), "who only looks is no doing");
    let headers = collector.far_end.requests().pop().expect("a request").headers;
    assert_eq!(headers["x-token"], FOR_COLLECTOR);
}

#[tokio::test]
async fn a_command_is_one_trace_from_the_chat_to_the_system_and_back() {
    a_command_is_one_trace(Database::Sqlite, "sqlite").await;
}

#[tokio::test]
async fn a_command_is_one_trace_on_postgresql() {
    a_command_is_one_trace(Database::Postgres, "postgresql").await;
}

#[tokio::test]
async fn a_webhook_goes_on_with_the_trace_it_came_with() {
    let collector = Collector::start().await;
    let bot = bot(Database::Sqlite, Some(&collector)).await;
    // Who decided to keep nothing of it is believed; what is no such header is as if it were not there.
    report(&bot, 41, "Not kept", &format!("00-{}-00f067aa0ba902b7-00", THEIRS.replace('4', "5"))).await.accepted();
    report(&bot, 42, "Begins anew", "00-nonsense").await.accepted();
    report(&bot, 43, "Goes on", &format!("00-{THEIRS}-00f067aa0ba902b7-01")).await.accepted();
    for subject in ["Not kept", "Begins anew", "Goes on"] {
        bot.slack.post(subject).await;
    }
    let spans = whole(&collector, |it| it.trace == THEIRS).await;
    let request = named(&spans, "POST /hooks/{name}");
    assert_eq!(request.parent, "00f067aa0ba902b7");
    let post = named(&spans, "job post");
    assert_eq!(post.parent, request.id);
    assert!(post.get("bellhop.job.lane").contains("C0DEMO001"), "{post:#?}");
    let call = named(&spans, "POST chat.postMessage");
    assert_eq!(call.parent, named(&spans, "send slack").id);

    let began = whole(&collector, |it| it.name == "POST /hooks/{name}" && it.trace != THEIRS).await;
    assert_eq!(named(&began, "POST /hooks/{name}").parent, "");
    let kept: Vec<Seen> = collector.spans().into_iter().filter(|it| it.name == "POST /hooks/{name}").collect();
    assert_eq!(kept.len(), 2, "{kept:#?}");
    // Slack does not continue a trace: whoever sends there what looks like one begins one.
    bot.slack_command(ANA, "/redmine help").await.accepted();
}

async fn a_trace_survives_a_kill(database: Database) {
    let collector = Collector::start().await;
    let mut bot = bot(database, Some(&collector)).await;
    bot.slack.far_end.set_at(Fault::Hanging, posts).await;
    report(&bot, 42, "Before the end", &format!("00-{THEIRS}-00f067aa0ba902b7-01")).await.accepted();
    bot.slack.far_end.next("a post that is not answered", posts).await;
    bot.kill().await;
    bot.slack.far_end.set(Fault::None).await;
    bot.run().await;
    bot.slack.post("Before the end").await;
    let post =
        collector.span("the post after the restart", |it| it.name == "job post" && it.get("bellhop.job.outcome") == "done").await;
    assert_eq!(post.trace, THEIRS);
    let looked = collector.span("that it was looked for", |it| it.get("bellhop.job.looks_into") == "true").await;
    assert_eq!((looked.trace.as_str(), &looked.parent), (THEIRS, &post.parent), "each try is a span beside the others");
    collector.span("the call", |it| it.trace == THEIRS && it.name == "POST chat.postMessage").await;
}

#[tokio::test]
async fn a_trace_survives_the_bot() {
    a_trace_survives_a_kill(Database::Sqlite).await;
}

#[tokio::test]
async fn a_trace_survives_the_bot_on_postgresql() {
    a_trace_survives_a_kill(Database::Postgres).await;
}

/// What `bellhop doctor`, which looks for itself, says of traces.
async fn doctor(bot: &TestBot) -> Value {
    let checked = bot.bellhop(&["doctor", "queue", "--json"]).await.json();
    let checks = checked[0]["checks"].as_array().expect("checks").clone();
    checks.into_iter().find(|it| it["name"] == "traces").unwrap_or_default()
}

#[tokio::test]
async fn a_collector_in_trouble_costs_nothing_but_spans() {
    let mut collector = Collector::start().await;
    collector.far_end.set(Fault::Html).await;
    let bot = bot(Database::Sqlite, Some(&collector)).await;
    let command = async |subject: &str| {
        bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo")).await.accepted();
        bot.slack.post(subject).await;
    };
    command("Behind a login page").await;
    bot.metric_reaches(1.0, "bellhop_trace_spans_total", &[("outcome", "failed")]).await;
    let told = doctor(&bot).await;
    assert_eq!(told["state"], "warning", "{told:#}");
    assert!(told["detail"].as_str().is_some_and(|it| it.contains("web page")), "{told:#}");
    assert!(told["fix"].as_str().is_some_and(|it| it.contains("4318")), "{told:#}");

    collector.far_end.set(Fault::Unauthorized).await;
    let told = doctor(&bot).await;
    assert!(told["fix"].as_str().is_some_and(|it| it.contains("headers")), "{told:#}");

    collector.far_end.set(Fault::Down).await;
    command("Down").await;
    let told = doctor(&bot).await;
    assert!(told["detail"].as_str().is_some_and(|it| it.contains("cannot be reached")), "{told:#}");

    collector.far_end.set(Fault::Hanging).await;
    command("Hanging").await;
    let told = doctor(&bot).await;
    assert!(told["detail"].as_str().is_some_and(|it| it.contains("did not answer in time")), "{told:#}");
    assert_eq!(bot.log().matches("Traces cannot be sent").count(), 1, "it is told once: {}", bot.log());

    collector.far_end.set(Fault::None).await;
    assert_eq!(doctor(&bot).await["state"], "ok");
    command("Well again").await;
    bot.metric_reaches(1.0, "bellhop_trace_spans_total", &[("outcome", "exported")]).await;
    assert!(bot.log().contains("Traces are taken again"), "{}", bot.log());
}

#[tokio::test]
async fn the_last_spans_are_sent_before_the_bot_ends() {
    let collector = Collector::start().await;
    let mut bot = bot(Database::Sqlite, Some(&collector)).await;
    bot.slack_command(ANA, "/redmine issue create The last one project=demo").await.accepted();
    bot.slack.post("The last one").await;
    // Long before the five seconds are over for which spans are gathered.
    bot.terminate();
    bot.ended().await;
    let spans = collector.spans();
    for name in ["POST /slack/commands", "job run", "job post", "send slack"] {
        assert!(spans.iter().any(|it| it.name == name), "{name}: {spans:#?}");
    }
}

#[tokio::test]
async fn the_environment_switches_it_on_and_nothing_is_sent_before() {
    let collector = Collector::start().await;
    let mut bot = bot(Database::Sqlite, None).await;
    bot.slack_command(ANA, "/redmine issue create Untraced project=demo").await.accepted();
    bot.slack.post("Untraced").await;
    assert_eq!(doctor(&bot).await, Value::Null);
    assert!(!bot.get("/metrics").await.body.contains("bellhop_trace"));
    assert!(!bot.redmine.server().requests().iter().any(|it| it.headers.contains_key("traceparent")));
    bot.terminate();
    bot.ended().await;
    assert_eq!(collector.far_end.count(|_| true), 0);

    let mut command = bot.command(&[]);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.far_end.url())
        .env("OTEL_SERVICE_NAME", "by-the-environment")
        .env("OTEL_BSP_SCHEDULE_DELAY", "50");
    bot.run_as(command).await;
    bot.slack_command(ANA, "/redmine issue create Traced project=demo").await.accepted();
    bot.slack.post("Traced").await;
    let spans = whole(&collector, |it| it.name == "POST /slack/commands").await;
    assert!(spans.iter().all(|it| it.service == "by-the-environment"));
}
