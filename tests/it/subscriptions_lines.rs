//! Subscriptions as people write them: in one line, tried before, narrowed after, for a person alone, and with late changes.

use serde_json::{Value, json};
use tests::{ANA, BEN, Database, Redmine, TestBot, slack::CHANNEL};

const TOKEN: &str = "the-token-of-a-story";

/// A bot with a hook that nobody has subscribed to.
async fn bot(database: Database) -> TestBot {
    let hook: toml::Table =
        format!("[[hook]]\nname = \"tracker\"\nkind = \"redmine\"\nsecret = \"{TOKEN}\"").parse().expect("a configuration");
    TestBot::configured(Redmine::standin().await, database, |config| config.extend(hook)).await
}

async fn report(bot: &TestBot, id: u64, subject: &str, author: &str) {
    let body: Value = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": {"id": id, "subject": subject,
        "project": {"id": 1, "name": "Demo"}, "status": {"id": 1, "name": "New"}, "author": {"id": 5, "name": author}, "is_private": false}}});
    bot.hook("tracker", TOKEN, &body).await.accepted();
}

async fn close(bot: &TestBot, id: u64, subject: &str) {
    let body: Value = json!({"type": "issue.updated", "timestamp": "2026-11-21T09:05:00Z", "data": {
        "issue": {"id": id, "subject": subject, "project": {"id": 1, "name": "Demo"}, "is_private": false,
            "status": {"id": 5, "name": "Closed", "is_closed": true}, "author": {"id": 5, "name": "Ana Abel"}},
        "journal": {"id": 900 + id, "user": {"id": 6, "name": "Ben Brook"}, "notes": "Put out.", "private_notes": false,
            "created_on": "2026-11-21T09:05:00Z",
            "details": [{"property": "attr", "name": "status_id", "old_value": "1", "new_value": "5"}]}}});
    bot.hook("tracker", TOKEN, &body).await.accepted();
}

async fn tried_and_narrowed(database: Database) {
    let bot = bot(database).await;
    report(&bot, 40, "The printer smokes", "Ana Abel").await;
    report(&bot, 41, "Cat in the garden", "Ana Abel").await;
    let line = "/bellhop subscribe tracker Demo issues (text:printer or text:fire) -author:*[bot] mode:full";
    bot.slack_command(ANA, &format!("{line} --dry-run")).await.accepted();
    let tried = bot.slack.post("would have posted 1, held 1").await;
    assert!(tried.text.contains("The printer smokes") && tried.text.contains("text:printer"), "{}", tried.text);
    // Nothing is kept yet.
    bot.slack_command(ANA, "/bellhop subscriptions").await.accepted();
    bot.slack.post("This channel hears of nothing by itself.").await;
    bot.slack_press(ANA, &tried, "Save").await.accepted();
    bot.slack.post("This channel hears of").await;

    report(&bot, 42, "The printer is on fire", "Ana Abel").await;
    let post = bot.slack.post("The printer is on fire").await;
    assert_eq!(post.channel.as_deref(), Some(CHANNEL));
    report(&bot, 43, "Printer checked", "checker[bot]").await;

    // As in GitHub's own app: by the system's own name, its place, and some of its kinds.
    bot.slack_command(BEN, "/bellhop subscribe tracker Demo comments wikis").await.accepted();
    bot.slack.post("(comments or wikis)").await;
    bot.slack_command(BEN, "/bellhop unsubscribe tracker demo wikis").await.accepted();
    let told = bot.slack.post("only this is told from now on").await;
    assert!(told.text.contains("in:Demo comments"), "{}", told.text);
    bot.slack_command(BEN, "/bellhop unsubscribe tracker demo").await.accepted();
    bot.slack.post("This channel hears no more of").await;
    report(&bot, 44, "Another printer", "Ana Abel").await;
    bot.slack_command(BEN, "/bellhop subscribe list").await.accepted();
    bot.slack.post("This channel hears of nothing by itself.").await;
    let posts = bot.slack.posts();
    for silent in ["Printer checked", "Another printer"] {
        assert!(!posts.iter().any(|it| it.text.contains(silent) && it.channel.as_deref() == Some(CHANNEL)), "{silent}");
    }
}

#[tokio::test]
async fn a_line_is_tried_saved_and_narrowed() {
    tried_and_narrowed(Database::Sqlite).await;
}

#[tokio::test]
async fn a_line_is_tried_saved_and_narrowed_on_postgresql() {
    tried_and_narrowed(Database::Postgres).await;
}

async fn looked_at_again(database: Database) {
    let bot = bot(database).await;
    bot.slack_command(ANA, "/bellhop subscribe tracker state:closed mode:full").await.accepted();
    bot.slack.post("This channel hears of").await;
    report(&bot, 42, "The printer is on fire", "Ana Abel").await;
    report(&bot, 43, "Cat in the garden", "Ana Abel").await;
    close(&bot, 42, "The printer is on fire").await;
    // Its creation was held, and passes by what the issue is now.
    bot.slack.post("opened").await;
    let told = |words: [&str; 2]| bot.slack.posts().iter().filter(|it| words.iter().all(|word| it.text.contains(word))).count();
    // Looking again later tells nothing twice.
    close(&bot, 44, "A cat on the printer").await;
    bot.slack.post("A cat on the printer").await;
    assert_eq!(told(["Cat in the garden", ""]), 0);
    assert_eq!(told(["opened", "The printer is on fire"]), 1);
}

#[tokio::test]
async fn what_was_held_is_told_when_it_fits_a_little_later() {
    looked_at_again(Database::Sqlite).await;
}

#[tokio::test]
async fn what_was_held_is_told_when_it_fits_a_little_later_on_postgresql() {
    looked_at_again(Database::Postgres).await;
}

#[tokio::test]
async fn a_person_hears_of_what_they_asked_for_alone() {
    let bot = bot(Database::Sqlite).await;
    bot.slack_direct(ANA, "bellhop subscribe tracker text:printer mode:full").await.accepted();
    bot.slack.post("You hear of").await;
    bot.zulip_direct(BEN, "tracker subscribe text:fire mode:full").await.accepted();
    bot.zulip.post("You hear of").await;
    report(&bot, 42, "The printer is on fire", "Ana Abel").await;
    let post = bot.slack.post("The printer is on fire").await;
    assert_ne!(post.channel.as_deref(), Some(CHANNEL));
    let message = bot.zulip.post("The printer is on fire").await;
    assert_eq!(message.kind, "direct");
}

#[tokio::test]
async fn a_topic_of_zulip_subscribes_in_one_line() {
    let bot = bot(Database::Sqlite).await;
    let line = "@**Bellhop** tracker subscribe demo issues topic:\"on fire\" mode:digest@mon,09:00";
    bot.zulip_mention(ANA, "news", line).await.accepted();
    let told = bot.zulip.post("This channel hears of").await;
    assert!(
        told.content.contains("in:demo issues") && told.content.contains("in a digest on Monday at 09:00"),
        "{}",
        told.content
    );
    bot.zulip_mention(ANA, "news", "@**Bellhop** tracker subscribe list").await.accepted();
    bot.zulip.post("in:demo issues").await;
    bot.zulip_mention(ANA, "news", "@**Bellhop** tracker subscribe issuess label:x").await.accepted();
    let refused = bot.zulip.post("issuess").await;
    assert!(refused.content.contains("did you mean `issues`"), "{}", refused.content);
}

#[tokio::test]
async fn what_is_refused_is_kept_to_be_corrected() {
    let bot = bot(Database::Sqlite).await;
    bot.slack_command(ANA, "/bellhop subscribe tracker issues (label:urgent").await.accepted();
    let refused = bot.slack.post("is never closed").await;
    bot.slack_press(ANA, &refused, "Correct it").await.accepted();
    let form = bot.slack.view().await;
    assert!(form.to_string().contains("issues (label:urgent"), "{form:#}");
}
