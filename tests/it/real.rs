//! The main job against a real Redmine 5: from either chat to an issue that Redmine's own API shows.
//!
//! `tests/run` starts the Redmine (`tests/real/redmine`) and sets `REDMINE_URL`.

use tests::{ANA, Database, Redmine, TestBot};

async fn bot() -> Option<TestBot> {
    let Some(redmine) = Redmine::real() else {
        println!("not against a real Redmine: REDMINE_URL is not set (tests/run sets it)");
        return None;
    };
    Some(TestBot::with(redmine, Database::Sqlite).await)
}

#[tokio::test]
async fn slack_creates_an_issue_in_a_real_redmine() {
    let Some(bot) = bot().await else { return };
    bot.slack_command(ANA, "/redmine issue create Größe & <b>Maß</b> project=demo tracker=Bug priority=Urgent").await.accepted();
    let post = bot.slack.post("Größe & <b>Maß</b>").await;
    let issue = bot.redmine.issue("Größe & <b>Maß</b>").await;
    assert_eq!((issue["tracker"]["name"].as_str(), issue["priority"]["name"].as_str()), (Some("Bug"), Some("Urgent")));
    assert!(post.text.contains(&format!("#{}", issue["id"])), "{}", post.text);
}

#[tokio::test]
async fn zulip_creates_an_issue_in_a_real_redmine() {
    let Some(bot) = bot().await else { return };
    bot.zulip_mention(ANA, "printers", "redmine issue create From a topic project=demo").await.accepted();
    bot.zulip.post("From a topic").await;
    bot.redmine.issue("From a topic").await;
}

#[tokio::test]
async fn a_real_redmine_says_what_it_refuses() {
    let Some(bot) = bot().await else { return };
    bot.slack_command(ANA, &format!("/redmine issue create {} project=demo", "x".repeat(256))).await.accepted();
    bot.slack.post("255").await;
}
