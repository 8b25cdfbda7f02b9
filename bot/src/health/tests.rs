//! Rounds over a bot whose systems are out of reach, on both databases, with a clock that is turned by hand.

use std::{sync::Arc, time::Duration};

use commands::{Event, event::Object};
use connectors::{
    Check, State,
    standin::{Fault, Server, Standin},
};

use super::{heartbeat, heartbeat::Heartbeat, judge::Judged, settle::Change, threshold::Threshold, *};
use crate::{
    cli::start,
    config,
    connections::poll,
    notify::news::News,
    queue::Handlers,
    resources::By,
    store::testing::{Bench, on_each},
};

/// Nothing listens on these ports.
const SYSTEMS: &str = r#"
[[connection]]
name = "storage"
kind = "redmine"
url = "http://127.0.0.1:9"
api_key = "0"

[[connection]]
name = "wiki"
kind = "redmine"
url = "http://localhost:9"
api_key = "0"
needs = ["storage"]
"#;

async fn bot(bench: &Bench, more: &str) -> Arc<App> {
    let text = format!("[server]\nlisten = \"127.0.0.1:0\"\n{more}");
    let config = config::read(&text, &|_| None).unwrap_or_else(|problems| panic!("{problems:?}"));
    start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
}

fn checked(app: &App, state: State) -> Checked {
    let check = match state {
        State::Ok => Check::ok("reachability", "answered"),
        State::Warning => Check::warning("quota", "little is left", "Wait."),
        State::Failed => Check::failed("reachability", "no answer", "Look at it."),
    };
    let (counted, at) = (Tally::default(), app.store.now());
    Checked { checks: vec![check], at, seconds: 0.1, counted, quota: None, kept_back: false, judged: Judged::default() }
}

/// Has the bot find that, a minute later.
async fn found(bench: &Bench, app: &App, name: &str, state: State) {
    bench.clock.advance(Duration::from_secs(60));
    let checked = checked(app, state);
    app.health.put(name, checked.clone());
    app.observe(vec![(name.to_owned(), checked)]).await.expect("kept");
}

/// What was told since the row `after`, as `kind key`, and the last row.
async fn told(app: &App) -> Vec<Event> {
    let mut all: Vec<Event> =
        app.store.news_latest("bellhop", 100).await.expect("read").into_iter().map(|it| it.news.event).collect();
    all.reverse();
    all
}

fn kinds(events: &[Event]) -> Vec<String> {
    events.iter().map(|it| format!("{} {}", it.kind, it.object.key)).collect()
}

#[tokio::test]
async fn one_failure_is_told_with_all_that_it_explains() {
    on_each(|bench| async move {
        let app = bot(&bench, SYSTEMS).await;
        found(&bench, &app, "wiki", State::Failed).await;
        found(&bench, &app, "wiki", State::Failed).await;
        assert!(told(&app).await.is_empty(), "its storage, which was looked at at once, explains it");
        let standings = store::standings(&app.store).await.expect("read");
        assert_eq!(standings["wiki"].explained_by.as_deref(), Some("storage"));
        found(&bench, &app, "storage", State::Failed).await;
        let events = told(&app).await;
        assert_eq!(kinds(&events), ["health.failed storage"]);
        let text = events[0].text.as_deref().unwrap_or_default();
        assert!(text.contains("reachability: no answer. Look at it.") && text.contains("Redmine (wiki) fails as well"), "{text}");
        assert_eq!(events[0].severity, Some(commands::event::Severity::Error));
        found(&bench, &app, "storage", State::Failed).await;
        assert_eq!(told(&app).await.len(), 1, "nobody is told twice");

        // The storage is back, and the wiki is not: it gets half a minute, and is told of then.
        found(&bench, &app, "storage", State::Ok).await;
        assert_eq!(told(&app).await.len(), 1, "a single check decides nothing");
        found(&bench, &app, "storage", State::Ok).await;
        let events = told(&app).await;
        assert_eq!(kinds(&events[1..]), ["health.recovered storage"]);
        let text = events[1].text.as_deref().unwrap_or_default();
        assert!(
            text.starts_with("It was failed for 3 min.")
                && text.contains("Still failing, which it had explained: Redmine (wiki)"),
            "{text}"
        );
        found(&bench, &app, "wiki", State::Failed).await;
        assert_eq!(kinds(&told(&app).await[2..]), ["health.failed wiki"]);
        found(&bench, &app, "wiki", State::Ok).await;
        found(&bench, &app, "wiki", State::Ok).await;
        assert_eq!(kinds(&told(&app).await[3..]), ["health.recovered wiki"]);
        let kept = store::samples(&app.store, "storage", Timestamp::UNIX_EPOCH).await.expect("read");
        assert!(kept.len() >= 4, "{kept:?}");
    })
    .await;
}

#[tokio::test]
async fn what_needs_nobody_is_silent_when_its_explanation_is_over() {
    on_each(|bench| async move {
        let app = bot(&bench, SYSTEMS).await;
        for name in ["storage", "wiki"] {
            found(&bench, &app, name, State::Failed).await;
            found(&bench, &app, name, State::Failed).await;
        }
        assert_eq!(kinds(&told(&app).await), ["health.failed storage"]);
        found(&bench, &app, "wiki", State::Ok).await;
        found(&bench, &app, "wiki", State::Ok).await;
        assert_eq!(told(&app).await.len(), 1, "nobody was told that it failed");
    })
    .await;
}

#[tokio::test]
async fn what_a_breaker_keeps_back_is_asked_at_once_when_its_explanation_is_over() {
    on_each(|bench| async move {
        let redmine = Arc::<dyn Standin>::from((connectors::find("redmine").expect("the connector is there").standin)());
        let server = Server::start(redmine, 0).await.expect("a free port");
        let mut wiki = server.standin().connection(&server.url());
        wiki.extend([("name", "wiki"), ("kind", "redmine")].map(|(key, value)| (key.to_owned(), value.into())));
        wiki.insert("needs".to_owned(), vec!["storage"].into());
        let storage = SYSTEMS.split_once("\n\n[[").expect("the first").0;
        let wiki = toml::to_string(&serde_json::json!({ "connection": [wiki] })).expect("TOML");
        let app = bot(&bench, &format!("{storage}\n{wiki}")).await;
        let live = app.connections.get("wiki").expect("it is there");
        let checked = async |names: &[&str]| app.check_these(names.iter().map(|&it| it.to_owned()).collect()).await;

        server.set_fault(Fault::Down).await.expect("closed");
        while live.breaker() == BreakerState::Closed {
            checked(&["wiki"]).await;
        }
        for name in ["storage", "wiki"] {
            found(&bench, &app, name, State::Failed).await;
            found(&bench, &app, name, State::Failed).await;
        }
        assert_eq!(kinds(&told(&app).await), ["health.failed storage"]);

        // What was not asked is not known to fail, however long that takes.
        server.set_fault(Fault::None).await.expect("open");
        found(&bench, &app, "storage", State::Ok).await;
        let kept_back = checked(&["wiki"]).await;
        assert!(kept_back[0].1.kept_back && kept_back[0].1.state() == State::Failed, "{kept_back:?}");
        assert_eq!(live.breaker(), BreakerState::Open);

        found(&bench, &app, "storage", State::Ok).await;
        assert_eq!(live.breaker(), BreakerState::Closed, "its breaker waits for nobody");
        assert_eq!(app.health.state("wiki"), Some(State::Ok));
        let recovered = told(&app).await.pop().expect("told");
        assert_eq!(recovered.text.as_deref(), Some("It was failed for 4 min."), "and nothing is said to fail still");
        bench.clock.advance(Duration::from_secs(60));
        app.observe(checked(&["wiki"]).await).await.expect("kept");
        assert_eq!(kinds(&told(&app).await), ["health.failed storage", "health.recovered storage"]);
        server.stop().await;
    })
    .await;
}

#[tokio::test]
async fn administrators_hear_of_it_without_having_asked_and_elsewhere_when_the_chat_is_down() {
    on_each(|bench| async move {
        let chat = "[slack]\nsigning_secret = \"0\"\nbot_token = \"xoxb-1\"\napi_url = \"http://127.0.0.1:9/api/\"\n\
                    [email]\nsmtp = \"smtp://127.0.0.1:9\"\nfrom = \"bellhop@example.org\"\n\
                    [alerts]\nto = \"slack:#ops\"\nfallback = \"email:ops@example.org\"\n";
        let app = bot(&bench, chat).await;
        found(&bench, &app, "queue", State::Failed).await;
        found(&bench, &app, "queue", State::Failed).await;
        assert_eq!(app.queue.waiting_in("slack::#ops").await.expect("counted"), 1);
        assert_eq!(app.queue.waiting_in("page:email:").await.expect("counted"), 0);
        found(&bench, &app, "slack", State::Failed).await;
        found(&bench, &app, "slack", State::Failed).await;
        found(&bench, &app, "slack", State::Failed).await;
        assert_eq!(app.queue.waiting_in("page:email:").await.expect("counted"), 1, "once");
        let change = Change { from: State::Failed, to: State::Ok, since: app.store.now() };
        assert_eq!(app.outage_notices("slack", &change, app.store.now()).await.len(), 1);
        assert!(app.outage_notices("email", &change, app.store.now()).await.is_empty(), "it is told in Slack anyway");
        // Whoever subscribes for that very place hears it once.
        let event =
            observe::event("health.failed", "x", "x", app.store.now(), commands::event::Severity::Error, "failed", String::new());
        let routed = app.told_to_administrators(vec![event]);
        assert_eq!((routed.jobs.len(), routed.news[0].decisions.len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_poll_that_never_succeeded_is_seen_with_its_reason() {
    on_each(|bench| async move {
        let text = "[slack]\nsigning_secret = \"0\"\nbot_token = \"xoxb-1\"\napi_url = \"http://127.0.0.1:9/api/\"\n\
                    [[connection]]\nname = \"storage\"\nkind = \"redmine\"\nurl = \"http://127.0.0.1:9\"\napi_key = \"0\"\n\
                    poll_seconds = 60\n[[subscription]]\nfrom = \"storage\"\nto = \"slack:#dev\"\n";
        let app = bot(&bench, text).await;
        let freshness = async || {
            let checked = app.check(Some("storage")).await.pop().expect("it is checked").1;
            checked.checks.into_iter().find(|it| it.name == "freshness")
        };
        assert_eq!(freshness().await, None, "it was not asked yet");
        poll::start(&app).await.expect("it begins");
        let mut handlers = Handlers::new();
        handlers.insert(poll::Poll::KIND, Arc::new(poll::Poll { app: app.clone() }));
        let workers = app.queue.start(handlers, 1);
        let trouble = async || app.queue.trouble_of("poll:storage").await.expect("read");
        while trouble().await.is_none() {
            tokio::task::yield_now().await;
        }
        workers.shutdown(Duration::from_secs(5)).await;
        let check = freshness().await.expect("a check");
        assert_eq!(check.state, State::Failed);
        assert!(check.detail.starts_with("could never be asked for changes: Redmine"), "{}", check.detail);
        assert!(check.fix.is_some_and(|it| it.contains("bellhop jobs kind=poll")));
    })
    .await;
}

fn by() -> By {
    By { who: "slack:T1:U1".into(), why: String::new() }
}

fn expected(every: &str, grace: &str) -> Heartbeat {
    serde_json::from_value(json!({ "every": every, "grace": grace })).expect("a heartbeat")
}

async fn beat(app: &App, token: &str, path: &str) {
    let (signal, code) =
        if path.is_empty() { (heartbeat::Signal::Success, None) } else { heartbeat::Signal::parse(path).expect("a signal") };
    assert!(app.beat(token, signal, code, "12 GB").await.expect("kept"));
}

async fn minutes(bench: &Bench, app: &App, minutes: u64) -> Vec<String> {
    bench.clock.advance(Duration::from_secs(60 * minutes));
    app.watch_heartbeats().await.expect("looked after");
    app.watch_heartbeats().await.expect("looked after again");
    kinds(&told(app).await)
}

/// The last part of an address.
fn token(address: String) -> String {
    address.rsplit('/').next().expect("a path").to_owned()
}

#[tokio::test]
async fn an_address_is_kept_as_its_hash_also_that_of_a_version_before() {
    on_each(|bench| async move {
        let app = bot(&bench, "").await;
        app.resources.save("backup", &expected("1h", "10m"), &by()).await.expect("saved");
        let first = token(app.heartbeat_row("backup").await.expect("a row").1.expect("an address"));
        let second = token(app.renew_heartbeat("backup").await.expect("another"));
        assert!(!app.beat(&first, heartbeat::Signal::Success, None, "").await.expect("asked"), "the first is nobody's");
        assert!(app.beat(&second, heartbeat::Signal::Success, None, "").await.expect("asked"));
        let kept = || async { heartbeat::store::tokens(&app.store).await.expect("read") };
        assert!(!kept().await.contains(&second) && kept().await[0].len() == 64, "{:?}", kept().await);
        // As an older version wrote it.
        let old = "0123456789abcdef0123456789abcdef";
        heartbeat::store::put_clear(&app.store, "backup", old).await.expect("written");
        app.watch_heartbeats().await.expect("looked after");
        assert!(!kept().await.contains(&old.to_owned()), "it is no longer there in the clear");
        assert!(app.beat(old, heartbeat::Signal::Success, None, "").await.expect("asked"), "and is taken as before");
    })
    .await;
}

#[tokio::test]
async fn a_heartbeat_is_missed_once_and_heard_again() {
    on_each(|bench| async move {
        let app = bot(&bench, "").await;
        app.resources.save("Backup", &expected("1h", "10m"), &by()).await.expect("saved");
        let token = token(app.heartbeat_row("Backup").await.expect("a row").1.expect("it is shown when it is made"));
        assert_eq!(app.heartbeat_row("backup").await.expect("the same").1, None, "and never again");
        assert!(minutes(&bench, &app, 60 * 48).await.is_empty(), "nothing is missed that was never there");
        beat(&app, &token, "").await;
        assert!(minutes(&bench, &app, 69).await.is_empty(), "it has its grace");
        assert_eq!(minutes(&bench, &app, 2).await, ["heartbeat.missed Backup"]);
        assert_eq!(minutes(&bench, &app, 600).await.len(), 1, "once");
        beat(&app, &token, "0").await;
        let events = told(&app).await;
        assert_eq!(kinds(&events)[1..], ["heartbeat.recovered Backup"]);
        assert_eq!(events[1].text.as_deref(), Some("It was missed for 10 h."));
        assert!(!app.beat("0123", heartbeat::Signal::Success, None, "").await.expect("asked"), "a stranger");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_starts_and_does_not_end_or_fails_is_told() {
    on_each(|bench| async move {
        let app = bot(&bench, "").await;
        app.resources.save("backup", &expected("1d", "10m"), &by()).await.expect("saved");
        let token = token(app.renew_heartbeat("backup").await.expect("an address"));
        beat(&app, &token, "start").await;
        assert!(minutes(&bench, &app, 9).await.is_empty());
        beat(&app, &token, "").await;
        let came = heartbeat::store::signals(&app.store, "backup", 1).await.expect("read");
        assert_eq!(came[0].took.map(|it| it.as_mins()), Some(9));
        beat(&app, &token, "start").await;
        assert_eq!(minutes(&bench, &app, 11).await, ["heartbeat.missed backup"], "it hangs");
        beat(&app, &token, "3").await;
        beat(&app, &token, "3").await;
        beat(&app, &token, "log").await;
        let events = told(&app).await;
        assert_eq!(kinds(&events)[1..], ["heartbeat.failed backup"], "once");
        assert_eq!(events[1].text.as_deref(), Some("The job says that it failed with exit code 3.\n\n12 GB"));
        beat(&app, &token, "").await;
        assert_eq!(kinds(&told(&app).await)[2..], ["heartbeat.recovered backup"]);
    })
    .await;
}

#[tokio::test]
async fn a_heartbeat_goes_by_what_its_document_says_now() {
    on_each(|bench| async move {
        let app = bot(&bench, "").await;
        app.resources.save("backup", &expected("1h", "10m"), &by()).await.expect("saved");
        let token = token(app.renew_heartbeat("backup").await.expect("an address"));
        beat(&app, &token, "").await;
        app.resources.save("backup", &Heartbeat { paused: true, ..expected("1h", "10m") }, &by()).await.expect("paused");
        assert!(minutes(&bench, &app, 600).await.is_empty(), "nothing is expected");
        beat(&app, &token, "fail").await;
        assert!(told(&app).await.is_empty(), "nor told");
        app.resources.save("backup", &expected("1h", "10m"), &by()).await.expect("resumed");
        assert!(minutes(&bench, &app, 0).await.is_empty());
        assert!(minutes(&bench, &app, 60).await.is_empty(), "it has all of its time");
        assert_eq!(minutes(&bench, &app, 11).await, ["heartbeat.missed backup"]);
        beat(&app, &token, "").await;
        // It is 10 to some hour; the next is at 3.
        app.resources.save("backup", &expected("0 3 * * *", "10m"), &by()).await.expect("changed");
        assert_eq!(minutes(&bench, &app, 120).await.len(), 2);
        app.resources.drop::<Heartbeat>("backup", &by()).await.expect("dropped");
        assert!(!app.beat(&token, heartbeat::Signal::Success, None, "").await.expect("asked"), "it is gone");
        let mistakes =
            Heartbeat { every: "now and then".into(), grace: "0s".into(), severity: "bad".into(), ..expected("1h", "1h") };
        let refused = app.resources.save("wrong", &mistakes, &by()).await.expect_err("refused");
        assert_eq!(refused.fields.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["every", "grace", "severity"]);
    })
    .await;
}

#[tokio::test]
async fn too_many_events_cross_a_threshold_until_there_are_fewer() {
    on_each(|bench| async move {
        let app = bot(&bench, "").await;
        let threshold: Threshold =
            serde_json::from_value(json!({ "metric": "events", "of": "ci", "filter": "builds", "above": 2.0, "for": "1m" }))
                .expect("one");
        app.resources.save("storm", &threshold, &by()).await.expect("saved");
        let build = |number: i32, kind: &str| Event {
            id: number.to_string(),
            source: "ci".into(),
            kind: kind.into(),
            object: Object { key: format!("#{number}"), ..Object::default() },
            ..Event::default()
        };
        let events = (0..3).map(|it| build(it, "build.failed")).chain((3..20).map(|it| build(it, "issue.created"))).collect();
        let routed = app.route(events, None);
        let mut tx = app.store.begin().await.expect("a transaction");
        News::record(&mut tx, &routed.news.iter().collect::<Vec<_>>()).await.expect("written");
        tx.commit().await.expect("committed");
        assert_eq!(app.measure(&threshold).await.expect("measured"), Some(3.0));
        let look = async |seconds: u64| {
            bench.clock.advance(Duration::from_secs(seconds));
            app.watch_thresholds().await.expect("looked at");
            kinds(&told(&app).await)
        };
        assert!(look(0).await.is_empty(), "not at once");
        assert_eq!(look(60).await, ["threshold.crossed storm"]);
        assert_eq!(look(60).await.len(), 1);
        assert_eq!(look(300).await.len(), 1, "back, but not for long enough");
        let all = look(60).await;
        assert_eq!(all[1..], ["threshold.cleared storm"]);
        app.forget_threshold("Storm").await.expect("forgotten");
        assert!(store::standings(&app.store).await.expect("read").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_source_that_falls_silent_is_told_and_so_is_its_return() {
    on_each(|bench| async move {
        let app = bot(&bench, "[[hook]]\nname = \"ci\"\nkind = \"json\"\nsecret = \"0\"\n").await;
        let report = async |number: usize| {
            let event = Event { id: number.to_string(), source: "ci".into(), kind: "build.done".into(), ..Event::default() };
            let routed = app.route(vec![event], None);
            let mut tx = app.store.begin().await.expect("a transaction");
            News::record(&mut tx, &routed.news.iter().collect::<Vec<_>>()).await.expect("written");
            checked_hour(&app, &mut tx).await;
            tx.commit().await.expect("committed");
        };
        for hour in 0..22 * 24 {
            report(hour).await;
            bench.clock.advance(Duration::from_secs(3600));
        }
        for hour in 1..=8 {
            let mut tx = app.store.begin().await.expect("a transaction");
            checked_hour(&app, &mut tx).await;
            tx.commit().await.expect("committed");
            app.watch_sources().await.expect("listened");
            if hour < 4 {
                assert!(told(&app).await.is_empty(), "{hour} hours are not much");
            }
            bench.clock.advance(Duration::from_secs(3600));
        }
        assert_eq!(kinds(&told(&app).await), ["source.silent ci"]);
        report(100_000).await;
        app.watch_sources().await.expect("listened");
        assert_eq!(kinds(&told(&app).await)[1..], ["source.recovered ci"]);
    })
    .await;
}

/// The bot was there in this hour.
async fn checked_hour(app: &App, tx: &mut crate::store::Tx) {
    let checked = checked(app, State::Ok);
    let sample = store::Sample {
        at: checked.at,
        state: State::Ok,
        score: 100,
        took: 1,
        requests: 0,
        failed: 0,
        timed: 0,
        response: 0,
        quota_left: None,
        quota_limit: None,
    };
    sample.record(tx, QUEUE).await.expect("written");
    store::sum_up(tx).await.expect("summed up");
}

#[tokio::test]
async fn the_switch_is_pressed_only_while_the_database_takes_what_it_is_given() {
    on_each(|bench| async move {
        let app = bot(&bench, "").await;
        app.works().await.expect("all is well");
        bench.store.close().await;
        let err = app.works().await.expect_err("it is gone");
        assert_eq!(err.to_string(), "the database does not answer");
    })
    .await;
}

#[tokio::test]
async fn reports_say_what_a_score_is_made_of() {
    on_each(|bench| async move {
        let app = bot(&bench, SYSTEMS).await;
        let report = app.health_report_of("storage").await.expect("a report");
        assert_eq!(report["status"], "failing");
        assert!(report["score"].as_u64().is_some_and(|it| it <= 20), "{report}");
        assert_eq!(report["made_of"][0]["name"], "checks");
        assert_eq!(report["trend"], "steady");
        assert!(report["checks"].as_array().is_some_and(|it| !it.is_empty()));
        assert!(app.health_report_of("nothing").await.is_none());
        let all = app.health_report();
        assert_eq!(all["status"], "failing");
        assert!(all["score"].as_f64().is_some_and(|it| it <= 20.0), "{all}");
        assert!(all["connections"]["storage"]["score"].is_u64());
    })
    .await;
}
