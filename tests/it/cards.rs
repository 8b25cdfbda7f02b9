//! One card an object: edited as the object changes, with what happened in its thread.

use serde_json::{Value, json};
use tests::{ANA, Database, Redmine, TestBot};

const TOKEN: &str = "the-token-of-a-story";
const CHANNEL: &str = "C0CARDS01";

/// A bot whose hook `redmine` reports to a channel of Slack and a topic of Zulip, in one way.
async fn bot(more: &str) -> TestBot {
    let subscriptions: toml::Table = format!(
        "[[hook]]\nname = \"redmine\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"\n\
         [[subscription]]\nfrom = \"redmine\"\nto = \"slack:{CHANNEL}\"\n{more}\n\
         [[subscription]]\nfrom = \"redmine\"\nto = \"zulip:dev>printers\"\n{more}"
    )
    .parse()
    .expect("a configuration");
    TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| config.extend(subscriptions)).await
}

fn created(id: u64, subject: &str) -> Value {
    json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}})
}

fn updated(id: u64, subject: &str, journal: u64, note: &str) -> Value {
    let mut body = created(id, subject);
    body["type"] = json!("issue.updated");
    body["data"]["issue"]["status"] = json!({"id": 2, "name": "In Progress"});
    body["data"]["journal"] = json!({"id": journal, "created_on": "2026-11-21T09:05:00Z", "notes": note, "user": {"id": 6, "name": "Ben Bell"},
        "private_notes": false, "details": [{"property": "attr", "name": "status_id", "old_value": "1", "new_value": "2"}]});
    body
}

/// Waits until so many messages are there: the far ends record a request before they answer it.
async fn posted(bot: &TestBot, slack: f64, zulip: f64) {
    bot.metric_reaches(slack, "bellhop_sends_total", &[("chat", "slack"), ("outcome", "ok")]).await;
    bot.metric_reaches(zulip, "bellhop_sends_total", &[("chat", "zulip"), ("outcome", "ok")]).await;
}

async fn report(bot: &TestBot, body: &Value) {
    bot.hook("redmine", TOKEN, body).await.accepted();
}

#[tokio::test]
async fn what_happens_to_an_object_stands_in_the_thread_of_its_card() {
    let bot = bot("").await;
    report(&bot, &created(42, "Printer on fire")).await;
    bot.slack.post("Printer on fire").await;
    report(&bot, &updated(42, "Printer on fire", 7, "Water is coming.")).await;
    bot.slack.post("Water is coming.").await;
    report(&bot, &updated(42, "Printer on fire", 8, "The fire is out.")).await;
    bot.slack.post("The fire is out.").await;
    report(&bot, &created(43, "Cat in the printer")).await;
    bot.slack.post("Cat in the printer").await;
    posted(&bot, 4.0, 4.0).await;
    bot.metric_reaches(4.0, "bellhop_card_edits_total", &[("outcome", "done")]).await;

    let seen = bot.slack.seen_in(CHANNEL);
    assert_eq!(seen.len(), 2, "one message an issue: {seen:#?}");
    let (ts, card) = &seen[0];
    assert!(card.contains("Printer on fire") && card.contains("In Progress") && card.contains("3 events"), "{card}");
    assert!(card.contains("/issues/42"), "the card leads to its issue: {card}");
    let thread = bot.slack.thread(ts);
    assert_eq!(thread.len(), 2, "{thread:#?}");
    assert!(thread[0].1.contains("Water is coming.") && thread[1].1.contains("The fire is out."), "{thread:#?}");

    let zulip = bot.zulip.messages();
    assert_eq!(zulip.len(), 4, "a topic is a thread: {zulip:#?}");
    assert!(zulip[0].contains("In Progress") && zulip[0].contains("3 events"), "{}", zulip[0]);
    assert!(zulip.iter().any(|it| it.contains("Water is coming.")));
}

#[tokio::test]
async fn a_compact_subscription_says_nothing_more_than_its_card() {
    let bot = bot("mode = \"compact\"").await;
    report(&bot, &created(42, "Printer on fire")).await;
    bot.slack.post("Printer on fire").await;
    report(&bot, &updated(42, "Printer on fire", 7, "Water is coming.")).await;
    bot.metric_reaches(2.0, "bellhop_card_edits_total", &[("outcome", "done")]).await;
    let seen = bot.slack.messages();
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(seen[0].contains("In Progress"), "{}", seen[0]);
    assert_eq!(bot.zulip.messages().len(), 1);
}

#[tokio::test]
async fn each_event_may_be_a_message() {
    let bot = bot("mode = \"each\"").await;
    report(&bot, &created(42, "Printer on fire")).await;
    report(&bot, &updated(42, "Printer on fire", 7, "Water is coming.")).await;
    posted(&bot, 2.0, 2.0).await;
    assert_eq!(bot.slack.seen_in(CHANNEL).len(), 2);
}

#[tokio::test]
async fn a_card_that_was_deleted_is_posted_anew() {
    let bot = bot("").await;
    report(&bot, &created(42, "Printer on fire")).await;
    posted(&bot, 1.0, 1.0).await;
    bot.slack.delete_all();
    report(&bot, &updated(42, "Printer on fire", 7, "Water is coming.")).await;
    posted(&bot, 2.0, 2.0).await;
    let seen = bot.slack.seen_in(CHANNEL);
    assert_eq!(seen.len(), 1, "{seen:#?}");
}

#[tokio::test]
async fn a_card_whose_button_is_pressed_shows_what_came_of_it() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Printer on fire project=demo").await.accepted();
    let card = bot.slack.post("Printer on fire").await;
    bot.slack_press(ANA, &card, "Close").await.accepted();
    bot.metric_reaches(1.0, "bellhop_card_edits_total", &[("outcome", "done")]).await;
    posted(&bot, 2.0, 0.0).await;
    let said = bot.slack.post("is Closed now.").await;
    let seen = bot.slack.messages();
    assert!(seen[0].contains("Closed") && !seen[0].contains("Created #"), "the card is edited in place: {}", seen[0]);
    assert!(!said.text.contains("Assignee"), "what was done is a line, not a second card: {}", said.text);
    assert!(said.raw["thread_ts"].is_string(), "it stands in the card's thread: {:#}", said.raw);
}

#[tokio::test]
async fn a_card_that_somebody_asked_for_follows_its_object() {
    let bot = bot("").await;
    bot.slack_command(ANA, "/redmine 2").await.accepted();
    let card = bot.slack.post("#2 ").await;
    let issue = card.text.lines().find(|it| it.contains("#2 ")).expect("its heading").to_owned();
    bot.slack_command(ANA, "/redmine issue update 2 done_ratio=70").await.accepted();

    report(&bot, &updated(2, &issue, 77, "Seventy.")).await;
    bot.slack.post("Seventy.").await;
    bot.slack.far_end.next("an edited card", |it| it.path() == "/api/chat.update" && it.body.contains("70 %")).await;
}
