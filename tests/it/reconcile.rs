//! A chat does what it is asked and its answer is lost, or the bot is: people see each post once. Only
//! where the chat shows no history, a second one says that it may be a repeat.

use connectors::standin::Fault;
use tests::{
    ANA, Database, Redmine, TestBot,
    far_end::{FarEnd, Recorded},
};

const MARK: &str = "Perhaps a repeat";

fn slack_posts(request: &Recorded) -> bool {
    request.path() == "/api/chat.postMessage"
}

fn slack_answers(request: &Recorded) -> bool {
    request.path().starts_with("/response/")
}

fn slack_looks(request: &Recorded) -> bool {
    matches!(request.path(), "/api/conversations.history" | "/api/conversations.replies")
}

fn zulip_posts(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/api/v1/messages"
}

fn zulip_looks(request: &Recorded) -> bool {
    request.method == "GET" && request.path() == "/api/v1/messages"
}

/// Once something was done and its answer lost, all answers arrive again; and the bot looks.
async fn lost_and_looked_for(far_end: &mut FarEnd, lost: fn(&Recorded) -> bool, looks: fn(&Recorded) -> bool) {
    far_end.next("what was lost", lost).await;
    far_end.set(Fault::None).await;
    far_end.next("whether it is there", looks).await;
}

/// That `text` stands there once by the time that another command has come and gone.
async fn stands_once(bot: &TestBot, text: &str) {
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    let (slack, zulip) = (bot.slack.messages(), bot.zulip.messages());
    let there: Vec<&String> = slack.iter().chain(&zulip).filter(|it| it.contains(text)).collect();
    assert_eq!(there.len(), 1, "{there:#?}");
    assert!(!there[0].contains(MARK), "{there:?}");
}

#[tokio::test]
async fn an_answer_to_a_slack_command_that_was_lost_is_found() {
    let mut bot = TestBot::start().await;
    bot.slack.far_end.lose_answers(slack_answers);
    bot.slack_command(ANA, "/redmine issue create Printer on fire project=demo").await.accepted();
    lost_and_looked_for(&mut bot.slack.far_end, slack_answers, slack_looks).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_reply_in_a_slack_thread_that_was_lost_is_found() {
    let mut bot = TestBot::start().await;
    bot.slack.far_end.lose_answers(slack_posts);
    bot.slack_mention(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    let replies = |it: &Recorded| it.path() == "/api/conversations.replies";
    lost_and_looked_for(&mut bot.slack.far_end, slack_posts, replies).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_direct_message_in_slack_that_was_lost_is_found() {
    let mut bot = TestBot::start().await;
    bot.slack.far_end.lose_answers(slack_posts);
    bot.slack_direct(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    let history = |it: &Recorded| it.path() == "/api/conversations.history" && it.url.contains(tests::slack::DIRECT);
    lost_and_looked_for(&mut bot.slack.far_end, slack_posts, history).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_slack_post_that_never_arrived_is_sent_again_unmarked() {
    let mut bot = TestBot::start().await;
    bot.slack.far_end.set_at(Fault::Hanging, slack_posts).await;
    bot.slack_mention(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    lost_and_looked_for(&mut bot.slack.far_end, slack_posts, slack_looks).await;
    bot.slack.post("Printer on fire").await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_slack_post_during_which_the_bot_died_is_found() {
    let mut bot = TestBot::start().await;
    bot.slack.far_end.lose_answers(slack_posts);
    bot.slack_mention(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    bot.slack.post("Printer on fire").await;
    bot.kill().await;
    bot.slack.far_end.set(Fault::None).await;
    bot.run().await;
    bot.slack.far_end.next("whether it is there", slack_looks).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_slack_that_cannot_be_asked_now_is_asked_again() {
    let mut bot = TestBot::start().await;
    bot.slack.far_end.lose_answers(slack_posts);
    bot.slack_mention(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    bot.slack.far_end.next("what was lost", slack_posts).await;
    bot.slack.far_end.set_at(Fault::RateLimiting, slack_looks).await;
    bot.slack.far_end.next("whether it is there", slack_looks).await;
    bot.slack.far_end.set(Fault::None).await;
    bot.slack.far_end.next("whether it is there, later", slack_looks).await;
    stands_once(&bot, "Printer on fire").await;
}

/// The lease of the process that died must run out before another may look.
#[tokio::test]
async fn on_postgres_a_post_during_which_the_bot_died_is_found() {
    let mut bot = TestBot::with(Redmine::standin().await, Database::Postgres).await;
    bot.slack.far_end.lose_answers(slack_posts);
    bot.slack_mention(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    bot.slack.post("Printer on fire").await;
    bot.kill().await;
    bot.slack.far_end.set(Fault::None).await;
    bot.run().await;
    bot.slack.far_end.next("whether it is there", slack_looks).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn where_slack_shows_no_history_one_repeat_says_so() {
    let mut bot = TestBot::start().await;
    bot.slack.close_history();
    bot.slack.far_end.lose_answers(slack_posts);
    bot.slack_mention(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    lost_and_looked_for(&mut bot.slack.far_end, slack_posts, slack_looks).await;
    bot.slack.post(MARK).await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    let marked: Vec<bool> =
        bot.slack.messages().iter().filter(|it| it.contains("Printer on fire")).map(|it| it.contains(MARK)).collect();
    assert_eq!(marked, [false, true]);
}

#[tokio::test]
async fn a_zulip_post_that_was_lost_is_found_though_its_topic_was_renamed() {
    let mut bot = TestBot::start().await;
    bot.zulip.far_end.lose_answers(zulip_posts);
    bot.zulip_mention(ANA, "printers", "redmine issue create Printer on fire project=demo").await.accepted();
    bot.zulip.far_end.next("what was lost", zulip_posts).await;
    bot.zulip.rename_topics("✔ printers");
    bot.zulip.far_end.set(Fault::None).await;
    bot.zulip.far_end.next("whether it is there", zulip_looks).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_direct_message_in_zulip_that_was_lost_is_found() {
    let mut bot = TestBot::start().await;
    bot.zulip.far_end.lose_answers(zulip_posts);
    bot.zulip_direct(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    lost_and_looked_for(&mut bot.zulip.far_end, zulip_posts, zulip_looks).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_zulip_post_that_never_arrived_is_sent_again_unmarked() {
    let mut bot = TestBot::start().await;
    bot.zulip.far_end.set_at(Fault::Hanging, zulip_posts).await;
    bot.zulip_direct(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    lost_and_looked_for(&mut bot.zulip.far_end, zulip_posts, zulip_looks).await;
    bot.zulip.post("Printer on fire").await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn a_zulip_post_during_which_the_bot_died_is_found() {
    let mut bot = TestBot::start().await;
    bot.zulip.far_end.lose_answers(zulip_posts);
    bot.zulip_mention(ANA, "printers", "redmine issue create Printer on fire project=demo").await.accepted();
    bot.zulip.post("Printer on fire").await;
    bot.kill().await;
    bot.zulip.far_end.set(Fault::None).await;
    bot.run().await;
    bot.zulip.far_end.next("whether it is there", zulip_looks).await;
    stands_once(&bot, "Printer on fire").await;
}

#[tokio::test]
async fn where_zulip_shows_no_history_one_repeat_says_so() {
    let mut bot = TestBot::start().await;
    bot.zulip.close_history();
    bot.zulip.far_end.lose_answers(zulip_posts);
    bot.zulip_direct(ANA, "redmine issue create Printer on fire project=demo").await.accepted();
    lost_and_looked_for(&mut bot.zulip.far_end, zulip_posts, zulip_looks).await;
    bot.zulip.post(MARK).await;
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    let marked: Vec<bool> =
        bot.zulip.messages().iter().filter(|it| it.contains("Printer on fire")).map(|it| it.contains(MARK)).collect();
    assert_eq!(marked, [false, true]);
}
