//! One card for a pull request and all that belongs to it, small changes in one line, and people who are told directly.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use sqlx::Connection;
use tests::{ANA, BEN, CHLOE, Database, Redmine, TestBot, far_end::FarEnd};

const SECRET: &str = "the-secret-of-a-story";
const CHANNEL: &str = "C0CARDS02";
const PULL: &str = "https://github.com/acme/widgets/pull/512";

/// A bot that hears from GitHub, in a channel of Slack and a topic of Zulip; the far end is the simulated GitHub.
async fn bot() -> (TestBot, FarEnd) {
    let standin = (connectors::find("github").expect("the connector is there").standin)();
    let github = FarEnd::serve("github", standin.router()).await;
    let connection: Map<String, Value> = standin.connection(&github.url());
    // It lives as long as the story.
    Box::leak(Box::new(standin));
    let connection = toml::to_string(&connection).expect("a connection is a table");
    let sections: toml::Table = format!(
        "[[hook]]\nname = \"github\"\nkind = \"github\"\nsecret = \"{SECRET}\"\n\
         [[subscription]]\nfrom = \"github\"\nto = \"slack:{CHANNEL}\"\n\
         [[subscription]]\nfrom = \"github\"\nto = \"zulip:dev>widgets\"\n"
    )
    .parse()
    .expect("a configuration");
    let mut github_connection: toml::Table = connection.parse().expect("a table");
    github_connection.insert("name".into(), "github".into());
    github_connection.insert("kind".into(), "github".into());
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config.extend(sections);
        let connections = config.get_mut("connection").and_then(toml::Value::as_array_mut).expect("connections");
        connections.push(github_connection.into());
    })
    .await;
    (bot, github)
}

/// What GitHub sends.
async fn report(bot: &TestBot, event: &str, id: &str, body: Value) {
    let mut body = body;
    body["repository"] = json!({"full_name": "acme/widgets", "name": "widgets", "html_url": "https://github.com/acme/widgets", "owner": {"login": "acme"}});
    let body = body.to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key will do");
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let request = bot.client.post(format!("http://{}/hooks/github", bot.address().trim_start_matches("http://")));
    let request =
        request.header("x-github-event", event).header("x-github-delivery", id).header("x-hub-signature-256", signature);
    let answer = request.header("content-type", "application/json").body(body).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{event}: {}", answer.status());
}

fn pull(action: &str, actor: &str) -> Value {
    json!({"action": action, "number": 512, "sender": {"login": actor}, "pull_request": {
        "number": 512, "title": "Fix the login", "html_url": PULL, "state": "open", "body": "It **works** again.", "merged": false,
        "user": {"login": "ana"}, "head": {"ref": "fix-login", "sha": "8ea6abc"}, "base": {"ref": "main"}, "labels": []}})
}

fn check(name: &str, conclusion: &str) -> Value {
    json!({"action": "completed", "sender": {"login": "ana"}, "check_run": {
        "name": name, "status": "completed", "conclusion": conclusion, "html_url": format!("https://github.com/acme/widgets/runs/{name}"),
        "head_sha": "8ea6abc", "check_suite": {"head_branch": "fix-login"}, "output": {"title": null, "summary": null},
        "pull_requests": [{"number": 512}]}})
}

fn labeled(label: &str) -> Value {
    let mut body = pull("labeled", "ana");
    body["label"] = json!({"name": label});
    body
}

#[tokio::test]
async fn a_pull_request_and_its_checks_are_one_card() {
    let (bot, _github) = bot().await;
    report(&bot, "pull_request", "1", pull("opened", "ana")).await;
    let card = bot.slack.post("opened").await;
    assert!(card.text.contains("acme/widgets#512 Fix the login") && card.text.contains("fix-login"), "{}", card.text);
    bot.metric_reaches(1.0, "bellhop_sends_total", &[("chat", "zulip"), ("outcome", "ok")]).await;
    report(&bot, "check_run", "2", check("build", "success")).await;
    report(&bot, "check_run", "3", check("lint", "failure")).await;
    let failed = bot.slack.post("failed").await;
    assert!(failed.text.contains("lint") && failed.raw["thread_ts"].is_string(), "in the thread of the card: {:#}", failed.raw);
    let mut review = pull("submitted", "ben");
    review["review"] =
        json!({"state": "approved", "user": {"login": "ben"}, "body": "Nice.", "html_url": format!("{PULL}#review-1")});
    report(&bot, "pull_request_review", "4", review).await;
    bot.slack.post("approved").await;
    let mut merged = pull("closed", "ana");
    merged["pull_request"]["merged"] = json!(true);
    merged["pull_request"]["state"] = json!("closed");
    report(&bot, "pull_request", "5", merged).await;
    bot.slack.post("merged").await;
    // An edit for each of the four that came after the first, in each chat; what comes within a second is shown at once.
    bot.slack.far_end.next("the card at its end", |it| it.path() == "/api/chat.update" && it.body.contains("merged")).await;
    bot.metric_reaches(4.0, "bellhop_sends_total", &[("chat", "zulip"), ("outcome", "ok")]).await;

    let seen = bot.slack.seen_in(CHANNEL);
    assert_eq!(seen.len(), 1, "one message: {seen:#?}");
    let (ts, card) = &seen[0];
    assert!(card.contains("1 passed") && card.contains("1 failed") && card.contains("lint"), "{card}");
    let thread = bot.slack.thread(ts);
    let said: Vec<bool> =
        ["failed", "approved", "merged"].iter().map(|it| thread.iter().any(|(_, text)| text.contains(it))).collect();
    assert_eq!((said, thread.len()), (vec![true; 3], 3), "a check that passes is not worth a word: {thread:#?}");

    let zulip = bot.zulip.messages();
    assert_eq!(zulip.len(), 4, "{zulip:#?}");
}

#[tokio::test]
async fn labels_that_come_together_are_one_line() {
    let (mut bot, _github) = bot().await;
    report(&bot, "pull_request", "1", pull("opened", "ana")).await;
    bot.slack.post("opened").await;
    for (id, label) in [("2", "bug"), ("3", "urgent"), ("4", "login")] {
        report(&bot, "pull_request", id, labeled(label)).await;
    }
    // They wait in the store.
    bot.kill().await;
    bot.run().await;
    let told = bot.slack.post("added the labels").await;
    assert!(["bug", "urgent", "login"].iter().all(|it| told.text.contains(it)), "{}", told.text);
    assert!(told.raw["thread_ts"].is_string(), "{:#}", told.raw);
    let of_labels = bot.slack.posts().iter().filter(|it| it.text.contains("label bug") || it.text.contains("labels")).count();
    assert_eq!(of_labels, 1);
}

#[tokio::test]
async fn whose_review_is_asked_for_is_told_directly_and_may_have_it_no_more() {
    let (bot, _github) = bot().await;
    bot.slack_command(CHLOE, "/bellhop link set <@U0BEN0001|ben> github ben").await.accepted();
    bot.slack.post("from now on").await;
    let asked = |actor: &str, of: &str| {
        let mut body = pull("review_requested", actor);
        body["requested_reviewer"] = json!({"login": of});
        body
    };
    // Nobody is told of their own act.
    report(&bot, "pull_request", "1", asked("ben", "ben")).await;
    bot.slack.post("asked for a review").await;
    report(&bot, "pull_request", "2", asked("ana", "ben")).await;
    let told = bot.slack.post("your review is asked for").await;
    assert!(told.text.contains("acme/widgets#512 Fix the login"), "{}", told.text);
    assert_ne!(told.channel.as_deref(), Some(CHANNEL));
    bot.slack_press(BEN, &told, "Mute this").await.accepted();
    bot.slack.post("You are told nothing more directly of").await;
    report(&bot, "pull_request", "3", asked("ana", "ben")).await;
    bot.slack_command(BEN, "/bellhop direct of=none").await.accepted();
    bot.slack.post("You are told of nothing directly.").await;
    let direct = bot.slack.posts().iter().filter(|it| it.text.contains("your review is asked for")).count();
    assert_eq!(direct, 1, "once, and neither of their own act nor of what they muted");
    let _ = ANA;
}

#[tokio::test]
async fn a_reminder_says_what_waits_when_its_time_comes() {
    let (bot, _github) = bot().await;
    bot.slack_command(CHLOE, "/bellhop link set <@U0ANA0001|ana> github ana").await.accepted();
    bot.slack.post("from now on").await;
    bot.slack_command(ANA, "/bellhop remind reviews at=08:30 days=daily").await.accepted();
    bot.slack.post("You are reminded of the reviews").await;
    // Its time is now.
    let database = format!("sqlite://{}", bot.folder().join("bellhop.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&database).await.expect("the bot's database");
    let now = jiff::Timestamp::now().as_microsecond();
    let changed = sqlx::query("UPDATE schedule SET next_run = ? WHERE name LIKE 'reviews for %'").bind(now);
    assert_eq!(changed.execute(&mut connection).await.expect("changed").rows_affected(), 1);
    let told = bot.slack.post("Reviews that wait").await;
    assert!(told.text.contains("example/demo#") && told.text.contains("remind stop"), "{}", told.text);
    assert_ne!(told.channel.as_deref(), Some(CHANNEL), "it is hers alone");
}

#[tokio::test]
async fn a_reminder_is_kept_for_a_person_until_they_end_it() {
    let (bot, _github) = bot().await;
    bot.slack_command(ANA, "/bellhop remind reviews at=08:30 days=mon-fri").await.accepted();
    let told = bot.slack.post("You are reminded of the reviews").await;
    assert!(told.text.contains("08:30"), "{}", told.text);
    bot.slack_command(ANA, "/bellhop reminders").await.accepted();
    bot.slack.post("reviews, ").await;
    bot.slack_command(ANA, "/bellhop remind stop").await.accepted();
    bot.slack.post("The reminder is ended.").await;
    bot.slack_command(ANA, "/bellhop reminders").await.accepted();
    bot.slack.post("There is no reminder.").await;
}
