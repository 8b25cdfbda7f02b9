//! Zulip: the same commands by mention and by direct message, and forms as a conversation.

use reqwest::StatusCode;
use tests::{ANA, TestBot, zulip::STREAM};

#[tokio::test]
async fn a_mention_creates_an_issue_and_is_answered_in_its_topic() {
    let bot = TestBot::start().await;
    let answer = bot.zulip_mention(ANA, "printers", "redmine issue create Printer on fire project=demo").await.accepted();
    assert!(answer.json().is_object(), "Zulip takes nothing but an object: {}", answer.body);
    let post = bot.zulip.post("Printer on fire").await;
    assert_eq!(post.topic.as_deref(), Some("printers"));
    let to = post.raw["to"].to_string();
    assert!(to.contains(&STREAM.to_string()) || to.contains("dev"), "{}", post.raw);
    bot.redmine.issue("Printer on fire").await;
}

#[tokio::test]
async fn a_direct_message_creates_an_issue() {
    let bot = TestBot::start().await;
    bot.zulip_direct(ANA, "redmine create Quiet printer project=demo").await.accepted();
    let post = bot.zulip.post("Quiet printer").await;
    assert!(["direct", "private"].contains(&post.kind.as_str()), "{}", post.raw);
    assert!(post.raw["to"].to_string().contains(&ANA.zulip.to_string()), "{}", post.raw);
    bot.redmine.issue("Quiet printer").await;
}

#[tokio::test]
async fn a_form_is_a_conversation() {
    let bot = TestBot::start().await;
    let answer = bot.zulip_direct(ANA, "redmine issue create").await.accepted();
    let question = bot.zulip.hears(&answer, "Project").await;
    assert!(question.contains("Demo"), "the projects there are can be picked by number: {question}");
    let answer = bot.zulip_direct(ANA, "demo").await.accepted();
    bot.zulip.hears(&answer, "Subject").await;
    let answer = bot.zulip_direct(ANA, "Talked-about printer").await.accepted();
    // What is required is said; what is not can be, by its number.
    let review = bot.zulip.hears(&answer, "Talked-about printer").await;
    assert!(review.contains("4. Tracker") && review.contains("Assignee") && review.contains("`create`"), "{review}");
    assert!(bot.redmine.issues("Talked-about printer").await.is_empty(), "nobody has said `create` yet");
    bot.zulip_direct(ANA, "create").await.accepted();
    bot.zulip.post("Created #").await;
    assert_eq!(bot.redmine.issue("Talked-about printer").await["project"]["name"], "Demo");
}

#[tokio::test]
async fn a_repeated_delivery_does_nothing_twice() {
    let bot = TestBot::start().await;
    let token = tests::SECRETS.iter().find(|(name, _)| *name == "ZULIP_WEBHOOK_TOKEN").expect("a token").1;
    let delivery = bot.zulip.mention(ANA, "printers", "redmine issue create Once project=demo", token);
    for _ in 0..3 {
        bot.zulip_request(&delivery).await.accepted();
    }
    bot.zulip.post("Once").await;
    // The lane of this topic is in order: when the next is done, a second "Once" would be too.
    bot.zulip_mention(ANA, "printers", "redmine issue create Afterwards project=demo").await.accepted();
    bot.zulip.post("Afterwards").await;
    assert_eq!(bot.redmine.issues("Once").await.len(), 1);
    assert_eq!(bot.zulip.posts().iter().filter(|it| it.content.contains("Once")).count(), 1);
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let bot = TestBot::start().await;
    for token in ["", "canary83afzulipwebhooktoken0000", "canary83afzulipwebhooktoken00001"] {
        let delivery = bot.zulip.mention(ANA, "printers", "redmine issue create Forged project=demo", token);
        assert_eq!(bot.zulip_request(&delivery).await.status, StatusCode::UNAUTHORIZED, "{token:?}");
    }
    bot.zulip_mention(ANA, "printers", "redmine issue create Afterwards project=demo").await.accepted();
    bot.zulip.post("Afterwards").await;
    assert!(bot.redmine.issues("Forged").await.is_empty());
}

#[tokio::test]
async fn an_unknown_command_is_answered_with_the_nearest() {
    let bot = TestBot::start().await;
    let answer = bot.zulip_mention(ANA, "printers", "redmine issue craete Printer").await.accepted();
    let said = bot.zulip.hears(&answer, "craete").await;
    assert!(said.contains("issue create"), "{said}");
}
