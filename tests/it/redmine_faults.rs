//! Redmine misbehaves: the asker gets a sentence with a way out, and nothing is lost or done twice.

use connectors::standin::Fault;
use tests::{ANA, TestBot, far_end::Recorded};

fn creates(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/issues.json"
}

#[tokio::test]
async fn down_is_promised_and_later_done_and_told() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::Down).await;
    bot.slack_command(ANA, "/redmine issue create Kept printer project=demo").await.accepted();
    let promise = bot.slack.post("Redmine").await;
    assert!(!promise.text.contains("#1"), "nothing is created yet: {}", promise.text);
    bot.redmine.server().set(Fault::None).await;
    bot.slack.post("Kept printer").await;
    bot.redmine.issue("Kept printer").await;
}

#[tokio::test]
async fn failing_is_told_and_never_done_twice() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::Failing).await;
    bot.slack_command(ANA, "/redmine issue create Unlucky printer project=demo").await.accepted();
    bot.slack.post("Redmine").await;
    bot.redmine.server().set(Fault::None).await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    assert!(bot.redmine.issues("Unlucky printer").await.len() <= 1);
}

/// The asker is told what happened in words that a person can act on.
async fn told(fault: Fault, words: &[&str]) {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(fault).await;
    bot.slack_command(ANA, "/redmine issue create Refused printer project=demo").await.accepted();
    let post = bot.slack.post("Redmine").await;
    let said = post.text.to_lowercase();
    assert!(words.iter().any(|word| said.contains(word)), "{fault:?}: {}", post.text);
    assert!(!said.contains("<!doctype") && !said.contains("reqwest"), "{}", post.text);
}

#[tokio::test]
async fn a_refused_key_is_an_administrators_matter() {
    told(Fault::Unauthorized, &["api key", "credentials", "access key"]).await;
}

#[tokio::test]
async fn a_missing_permission_is_told() {
    told(Fault::Forbidden, &["permission", "not allowed", "may not"]).await;
}

#[tokio::test]
async fn a_page_instead_of_json_is_told() {
    told(Fault::Html, &["web page", "html", "proxy", "address"]).await;
}

#[tokio::test]
async fn an_unknown_issue_is_told() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine 999999").await.accepted();
    let post = bot.slack.post("999999").await;
    assert!(post.private, "only the asker needs to know");
}

#[tokio::test]
async fn a_refused_value_is_told_in_redmines_words() {
    let bot = TestBot::start().await;
    bot.slack_command(ANA, &format!("/redmine issue create {} project=demo", "x".repeat(256))).await.accepted();
    bot.slack.post("255").await;
}

#[tokio::test]
async fn a_rate_limit_is_waited_for() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::RateLimiting).await;
    bot.slack_command(ANA, "/redmine issue create Patient printer project=demo").await.accepted();
    bot.redmine.server().next("a first try", |_| true).await;
    bot.redmine.server().set(Fault::None).await;
    bot.slack.post("Patient printer").await;
    bot.redmine.issue("Patient printer").await;
}

#[tokio::test]
async fn a_command_whose_fate_is_unknown_is_not_repeated_but_asked_about() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::Hanging).await;
    // With every value an id, the first request is the one that creates.
    bot.slack_command(ANA, "/redmine issue create Doubtful printer project=demo").await.accepted();
    bot.slack.post("Redmine").await;
    bot.redmine.server().set(Fault::None).await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    let doubtful = |it: &Recorded| creates(it) && it.body.contains("Doubtful printer");
    assert!(bot.redmine.server().count(doubtful) <= 1, "a create that may have been done was sent again");
}

#[tokio::test]
async fn slack_is_answered_at_once_while_redmine_hangs() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().set(Fault::Hanging).await;
    let acknowledged = bot.slack_command(ANA, "/redmine issue create Slow printer project=demo");
    let answer = tokio::time::timeout(std::time::Duration::from_secs(3), acknowledged).await.expect("Slack waits for 3 s only");
    answer.accepted();
}
