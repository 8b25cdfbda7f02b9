//! What a channel hears of, as people ask for it there.

use serde_json::{Value, json};
use tests::{
    ANA, BEN, Database, Redmine, TestBot,
    slack::{CHANNEL, Filled},
};

const TOKEN: &str = "the-token-of-a-story";

/// A bot with a hook that nobody has subscribed to.
async fn bot(database: Database) -> TestBot {
    let hook: toml::Table =
        format!("[[hook]]\nname = \"tracker\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"").parse().expect("a configuration");
    TestBot::configured(Redmine::standin().await, database, |config| config.extend(hook)).await
}

async fn report(bot: &TestBot, id: u64, subject: &str) {
    let body: Value = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": "Ana Abel"}, "is_private": false}}});
    bot.hook("tracker", TOKEN, &body).await.accepted();
}

async fn asked_for_in_slack(database: Database) {
    let mut bot = bot(database).await;
    report(&bot, 40, "Nobody hears of this").await;
    bot.slack_command(ANA, "/bellhop subscriptions").await.accepted();
    bot.slack.post("This channel hears of nothing by itself.").await;
    bot.slack_command(ANA, "/bellhop subscribe tracker filter=\"text:printer\" mode=each").await.accepted();
    let told = bot.slack.post("This channel hears of").await;
    assert!(told.text.contains("text:printer") && !told.private, "{}", told.text);

    report(&bot, 41, "Cat in the garden").await;
    report(&bot, 42, "The printer is on fire").await;
    let post = bot.slack.post("The printer is on fire").await;
    assert_eq!(post.channel.as_deref(), Some(CHANNEL));
    // It is kept.
    bot.kill().await;
    bot.run().await;
    report(&bot, 43, "Water in the printer").await;
    bot.slack.post("Water in the printer").await;

    bot.slack_command(BEN, "/bellhop subscriptions").await.accepted();
    let list = bot.slack.post("This channel hears of").await;
    assert!(list.text.contains("tracker") && list.text.contains("text:printer"), "{}", list.text);
    bot.slack_press(BEN, &list, "No more tracker").await.accepted();
    bot.slack.post("This channel hears no more of").await;
    report(&bot, 44, "Another printer").await;
    bot.slack_command(BEN, "/bellhop subscriptions").await.accepted();
    bot.slack.post("This channel hears of nothing by itself.").await;
    let posts = bot.slack.posts();
    for silent in ["Nobody hears of this", "Cat in the garden", "Another printer"] {
        assert!(!posts.iter().any(|it| it.text.contains(silent)), "{silent}");
    }
}

#[tokio::test]
async fn a_form_shows_what_the_filter_would_have_told() {
    let bot = bot(Database::Sqlite).await;
    report(&bot, 40, "The printer is on fire").await;
    report(&bot, 41, "Cat in the garden").await;
    bot.slack_command(ANA, "/bellhop subscribe tracker --form").await.accepted();
    let view = bot.slack.view().await;
    let typed = [("Filter", Filled::from("text:printer"))];
    bot.slack_request("/slack/interactions", bot.slack.turn(ANA, &view, "form-preview", &typed)).await.accepted();
    let shown = bot.slack.updated().await;
    let text = shown["blocks"].to_string();
    for part in ["would have posted *1*, held *1*", "The printer is on fire", "Cat in the garden", "text:printer"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    // Enter in the filter asks as well, and what cannot be read is said.
    let typed = [("Filter", Filled::from("colour:>red"))];
    bot.slack_request("/slack/interactions", bot.slack.turn(ANA, &shown, "filter", &typed)).await.accepted();
    let shown = bot.slack.updated().await;
    assert!(shown["blocks"].to_string().contains("compares with what is no number"), "{shown:#}");
    bot.slack_submit(ANA, &shown, &[("Filter", Filled::from("text:printer"))]).await.accepted();
    bot.slack.post("This channel hears of").await;

    let line = "bellhop subscribe tracker filter=\"text:cat\" topic=cats --form";
    let answer = bot.zulip_mention(ANA, "news", line).await.accepted();
    let asked = bot.zulip.hears(&answer, "would have posted **1**, held **1**").await;
    assert!(asked.contains("Cat in the garden"), "{asked}");
}

#[tokio::test]
async fn me_is_who_subscribes_for_themselves() {
    let bot = bot(Database::Sqlite).await;
    bot.slack_command(ANA, "/bellhop subscribe tracker author:me").await.accepted();
    let refused = bot.slack.post("could mean anybody here").await;
    assert!(refused.text.contains("author:ana") && refused.text.contains("in a direct message"), "{}", refused.text);
    bot.slack_direct(ANA, "bellhop subscribe tracker -author:me mode=each").await.accepted();
    let told = bot.slack.post("You hear of").await;
    assert!(told.text.contains("-author:ana"), "{}", told.text);
    bot.slack_direct(ANA, "bellhop unsubscribe tracker -author:me").await.accepted();
    bot.slack.post("You hear no more of").await;
}

#[tokio::test]
async fn only_failures_are_shown_in_the_channel() {
    let bot = bot(Database::Sqlite).await;
    bot.slack_command(ANA, "/bellhop subscribe tracker broadcast:failures").await.accepted();
    bot.slack.post("failures in the channel as well").await;
    bot.slack_command(ANA, "/bellhop subscribe tracker broadcast:loudly").await.accepted();
    bot.slack.post("write never, always or failures").await;
    bot.slack_command(ANA, "/bellhop subscriptions").await.accepted();
    let list = bot.slack.post("This channel hears of").await;
    assert!(list.text.contains("failures in the channel as well"), "{}", list.text);
}

#[tokio::test]
async fn a_channel_of_slack_hears_of_what_it_asked_for() {
    asked_for_in_slack(Database::Sqlite).await;
}

#[tokio::test]
async fn a_channel_of_slack_hears_of_what_it_asked_for_on_postgresql() {
    asked_for_in_slack(Database::Postgres).await;
}

#[tokio::test]
async fn a_topic_of_zulip_hears_of_what_it_asked_for() {
    let bot = bot(Database::Sqlite).await;
    bot.zulip_mention(ANA, "news", "@**Bellhop** bellhop subscribe tracker topic=tracker mode=each").await.accepted();
    bot.zulip.post("This channel hears of").await;
    report(&bot, 42, "The printer is on fire").await;
    let message = bot.zulip.post("The printer is on fire").await;
    assert_eq!(message.raw["topic"], "tracker");
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_told_with_the_nearest() {
    let bot = bot(Database::Sqlite).await;
    bot.slack_command(ANA, "/bellhop subscribe trakcer").await.accepted();
    let told = bot.slack.post("is neither a connection nor a hook").await;
    assert!(told.text.contains("`tracker`"), "{}", told.text);
    bot.slack_command(ANA, "/bellhop subscribe tracker filter=\"(label:urgent\"").await.accepted();
    bot.slack.post("is never closed").await;
}
