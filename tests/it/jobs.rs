//! What the queue could not do by itself is seen, and set right: in chat, on the command line, in metrics and in health.

use std::{collections::BTreeSet, time::Duration};

use connectors::standin::Fault;
use tests::{ANA, BEN, CHLOE, TestBot, far_end::Recorded};

/// Whatever says something in Slack.
fn posts(request: &Recorded) -> bool {
    request.path().starts_with("/response/") || request.path().starts_with("/api/chat.")
}

/// Gives a command whose answer Slack refuses for good; when this returns, the answer is a dead letter.
async fn refused(bot: &mut TestBot, subject: &str, dead_before: usize) {
    bot.slack.far_end.set_at(Fault::Forbidden, posts).await;
    bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo")).await.accepted();
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..2400 {
        looks.tick().await;
        let dead = bot.bellhop(&["jobs", "list", "--state", "dead", "--json"]).await.done().json();
        if dead.as_array().expect("a list").len() > dead_before {
            bot.slack.far_end.set(Fault::None).await;
            return;
        }
    }
    panic!("nothing was given up: {}", bot.log());
}

/// Waits until what this path shows holds this text: gauges and health are looked at every few seconds.
async fn until_shown(bot: &TestBot, path: &str, text: &str) {
    let mut looks = tokio::time::interval(Duration::from_millis(250));
    for _ in 0..480 {
        looks.tick().await;
        if bot.get(path).await.body.contains(text) {
            return;
        }
    }
    panic!("{path} never showed {text}: {}", bot.get(path).await.body);
}

#[tokio::test]
async fn a_dead_letter_is_seen_everywhere_and_tried_again_from_chat() {
    let mut bot = TestBot::start().await;
    for (name, value) in [("state=\"dead\",kind=\"post\"", 0), ("state=\"waiting\",kind=\"run\"", 0)] {
        until_shown(&bot, "/metrics", &format!("bellhop_jobs{{{name}}} {value}\n")).await;
    }
    until_shown(&bot, "/metrics", "bellhop_job_outcomes_total{kind=\"post\",outcome=\"dead\"} 0\n").await;
    refused(&mut bot, "Unheard printer", 0).await;
    until_shown(&bot, "/metrics", "bellhop_jobs{state=\"dead\",kind=\"post\"} 1\n").await;
    let metrics = bot.get("/metrics").await.body;
    for name in [
        "bellhop_dead_letter_oldest_seconds ",
        "bellhop_job_due_oldest_seconds{priority=\"page\"} 0",
        "bellhop_job_latency_seconds_count{kind=\"run\"} 1",
        "bellhop_job_attempts_bucket{kind=\"run\",le=\"1\"} 1",
        "bellhop_queue_batch_requests_count ",
        "bellhop_queue_commit_seconds_count ",
        "bellhop_queue_backlog_requests ",
        "bellhop_lease_losses_total{kind=\"run\"} 0",
        "bellhop_acceptances_total{outcome=\"refused\"} 0",
    ] {
        assert!(metrics.contains(name), "{name} is not in:\n{metrics}");
    }
    until_shown(&bot, "/health", "1 given up").await;
    assert_eq!(bot.get("/health").await.json()["queue"]["status"], "degraded");

    let refusal = bot.slack_command(BEN, "/bellhop jobs").await.accepted();
    assert!(refusal.body.contains("for administrators"), "{}", refusal.body);
    bot.slack_command(CHLOE, "/bellhop jobs").await.accepted();
    let shown = bot.slack.post("Given up").await;
    assert!(shown.private && shown.text.contains("post") && shown.text.contains("after 1 try"), "{}", shown.text);
    bot.slack_press(CHLOE, &shown, "Show").await.accepted();
    let card = bot.slack.post("Tries").await;
    assert!(card.text.contains("Created #"), "what was to be said, shortened: {}", card.text);
    assert!(!card.text.contains("/response/"), "anyone could answer with this: {}", card.text);
    bot.slack_press(CHLOE, &shown, "Try again").await.accepted();
    let said = bot.slack.post("Created #").await;
    assert!(said.text.contains("Unheard printer"), "{}", said.text);
    until_shown(&bot, "/health", "\"detail\":\"none\"").await;
}

#[tokio::test]
async fn many_are_tried_again_together_once_somebody_is_sure() {
    let mut bot = TestBot::start().await;
    for (before, subject) in ["First printer", "Second printer", "Third printer"].into_iter().enumerate() {
        refused(&mut bot, subject, before).await;
    }
    bot.slack_command(CHLOE, "/bellhop jobs state=dead kind=post connection=slack").await.accepted();
    let list = bot.slack.post("given up").await;
    bot.slack_press(CHLOE, &list, "Give up for good").await.accepted();
    bot.slack.post("is given up for good").await;
    bot.slack_press(CHLOE, &list, "Try all of these again …").await.accepted();
    let asked = bot.slack.post("would be tried again").await;
    assert!(asked.text.contains("2 jobs"), "{}", asked.text);
    bot.slack_press(CHLOE, &asked, "Try 2 jobs again").await.accepted();
    bot.slack.post("2 jobs are tried again now").await;
    for subject in ["First printer", "Second printer"] {
        bot.slack.post_where(subject, |it| it.text.contains("Created #") && it.text.contains(subject)).await;
    }
    // The newest was given up for good; it is in the history, with who did it.
    let gone = bot.bellhop(&["jobs", "list", "--state", "cancelled"]).await.done().out;
    assert!(gone.contains("given up for good by chloe"), "{gone}");
    let audited = bot.bellhop(&["say", "bellhop audit command=\"bellhop redrive\""]).await.done().out;
    assert_eq!(audited.matches("bellhop redrive ").count(), 4, "asked, sure, and each job that was put back: {audited}");
}

#[tokio::test]
async fn the_command_line_works_beside_the_bot() {
    let mut bot = TestBot::start().await;
    let none = bot.bellhop(&["jobs"]).await.done();
    assert!(none.out.contains("no job waits, and none was given up"), "{none:?}");
    refused(&mut bot, "Quiet printer", 0).await;
    let overview = bot.bellhop(&["jobs"]).await.done().out;
    // Who could not be answered where they asked was to be answered directly.
    for word in ["KIND", "GIVEN UP", "slack:U0ANA0001", "1 given up: `bellhop jobs list --state dead`"] {
        assert!(overview.contains(word), "{word} is not in:\n{overview}");
    }
    let list = bot.bellhop(&["jobs", "list", "--kind", "post", "--json"]).await.done().json();
    let id = list[0]["id"].to_string();
    assert_eq!((list[0]["state"].as_str(), list[0]["connection"].as_str()), (Some("dead"), Some("slack:U0ANA0001")));
    let shown = bot.bellhop(&["jobs", "show", &id]).await.done().out;
    assert!(shown.contains("Reason") && shown.contains("\"response_url\": \"•••\"") && shown.contains("redrive"), "{shown}");
    let redriven = bot.bellhop(&["jobs", "redrive", &id, "--json"]).await.done().json();
    assert_eq!(redriven["job"].to_string(), id);
    // The bot finds it by itself.
    bot.slack.post("Quiet printer").await;

    for (arguments, status, words) in [
        (&["jobs", "redrive", &id] as &[&str], 1, "is not among those given up"),
        (&["jobs", "show", "9999"], 1, "there is no job 9999"),
        (&["jobs", "cancel", "9999"], 1, "is not waiting"),
        (&["jobs", "redrive"], 2, "required"),
        (&["jobs", "redrive", "1", "--all"], 2, "cannot be used with"),
        (&["jobs", "list", "--state", "asleep"], 2, "possible values"),
    ] {
        let printed = bot.bellhop(arguments).await;
        assert_eq!(printed.status, Some(status), "{printed:?}");
        assert!(printed.errors.contains(words), "{printed:?}");
    }
}

#[tokio::test]
async fn a_kept_command_is_tried_now_or_cancelled_by_an_administrator() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::Down).await;
    for subject in ["Late printer", "Unwanted printer"] {
        bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo")).await.accepted();
        bot.slack.post("is kept").await;
    }
    let list = bot.bellhop(&["jobs", "list", "--state", "retrying", "--connection", "redmine", "--json"]).await.done().json();
    let ids: Vec<String> = list.as_array().expect("a list").iter().map(|it| it["id"].to_string()).collect();
    // One of them may be in the middle of another try.
    for id in &ids {
        let card = bot.bellhop(&["jobs", "show", id]).await.done().out;
        assert!(card.contains("redmine issue create"), "{card}");
    }
    bot.slack_command(CHLOE, "/bellhop jobs connection=redmine").await.accepted();
    let shown = bot.slack.post("next").await;
    assert!(shown.text.contains("Redmine cannot be reached"), "the reason: {}", shown.text);
    for id in &ids {
        bot.bellhop(&["jobs", "now", id]).await;
    }
    bot.redmine.server().set(Fault::None).await;
    bot.slack.post_where("the late one", |it| it.text.contains("Late printer") && it.text.contains("Done as promised")).await;
}

#[tokio::test]
async fn each_kind_of_job_is_documented() {
    let bot = TestBot::start().await;
    until_shown(&bot, "/metrics", "bellhop_jobs{").await;
    let metrics = bot.get("/metrics").await.body;
    let kind = |line: &str| Some(line.strip_prefix("bellhop_jobs{")?.split_once("kind=\"")?.1.split_once('"')?.0.to_owned());
    let kinds: BTreeSet<String> = metrics.lines().filter_map(kind).collect();
    assert!(kinds.len() > 20, "{kinds:?}");
    let documented = include_str!("../../docs/jobs.md");
    for kind in kinds {
        let is_there = [format!("### `{kind}`"), format!("| `{kind}` |")].iter().any(|it| documented.contains(it.as_str()));
        assert!(is_there, "docs/jobs.md says nothing of `{kind}`");
    }
}
