//! Acknowledged is committed: what was accepted survives SIGKILL, on both databases.
//!
//! The rule that is held here: a command that no byte may have left for is done after the restart,
//! once; one that was being sent is not repeated, and its asker is asked.

use connectors::standin::Fault;
use tests::{ANA, Database, Redmine, TestBot, far_end::Recorded};

/// What the asker reads when nobody knows whether the command was done.
const NOT_KNOWN: &str = "is not known";

fn creates(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/issues.json"
}

/// Killed right after the last acknowledgement, wherever each command is by then.
async fn survives_a_kill(database: Database) {
    let mut bot = TestBot::with(Redmine::standin().await, database).await;
    // Down, so that nothing can be done before the process dies.
    bot.redmine.server().set(Fault::Down).await;
    let subjects: Vec<_> = (1..=8).map(|number| format!("Survivor {number}")).collect();
    for subject in &subjects {
        bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo")).await.accepted();
    }
    bot.kill().await;
    let said_before = bot.slack.posts().len();
    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    // Each is reported as done, or as unknown: one message each, and the promise of a kept one besides.
    let (mut done, mut unknown) = (0, 0);
    while done + unknown < subjects.len() {
        let post =
            bot.slack.post_where("the end of a command", |it| it.text.contains("Created #") || it.text.contains(NOT_KNOWN));
        match post.await.text.contains("Created #") {
            true => done += 1,
            false => unknown += 1,
        }
    }
    for subject in &subjects {
        let sent = bot.redmine.server().count(|it| creates(it) && it.body.contains(subject));
        assert!(sent <= 1, "{subject} was sent {sent} times");
        assert_eq!(bot.redmine.issues(subject).await.len(), sent, "{subject}");
    }
    let created = bot.redmine.server().count(creates);
    assert_eq!(created, done, "of {} messages before and {} after", said_before, bot.slack.posts().len() - said_before);
}

#[tokio::test]
async fn an_accepted_command_survives_a_kill_on_sqlite() {
    survives_a_kill(Database::Sqlite).await;
}

#[tokio::test]
async fn an_accepted_command_survives_a_kill_on_postgresql() {
    survives_a_kill(Database::Postgres).await;
}

/// Killed while all wait for their next try: no byte has left for any, so all are done.
async fn is_done_after_a_kill(database: Database) {
    let mut bot = TestBot::with(Redmine::standin().await, database).await;
    bot.redmine.server().set(Fault::RateLimiting).await;
    let subjects: Vec<_> = (1..=3).map(|number| format!("Kept {number}")).collect();
    for subject in &subjects {
        bot.slack_command(ANA, &format!("/redmine issue create {subject} project=demo")).await.accepted();
    }
    for _ in &subjects {
        // The next try is some seconds away: Redmine said when.
        bot.slack.post("is kept").await;
    }
    bot.kill().await;
    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    for subject in &subjects {
        let told = bot.slack.post(subject).await;
        assert!(told.text.contains("Done as promised"), "{}", told.text);
        bot.redmine.issue(subject).await;
    }
    assert_eq!(bot.redmine.server().count(|it| creates(it) && it.body.contains("Kept")), subjects.len());
}

#[tokio::test]
async fn a_kept_command_is_done_after_a_kill_on_sqlite() {
    is_done_after_a_kill(Database::Sqlite).await;
}

#[tokio::test]
async fn a_kept_command_is_done_after_a_kill_on_postgresql() {
    is_done_after_a_kill(Database::Postgres).await;
}

#[tokio::test]
async fn a_command_that_was_being_sent_is_not_repeated_after_a_kill() {
    let mut bot = TestBot::start().await;
    bot.redmine.server().lose_answers(creates);
    bot.slack_command(ANA, "/redmine issue create Halfway printer project=demo").await.accepted();
    bot.redmine.server().next("the create", creates).await;
    bot.kill().await;
    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    let asked = bot.slack.post(NOT_KNOWN).await;
    assert!(asked.private, "the asker decides, in {:?}", asked.channel);
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    bot.redmine.issue("Halfway printer").await;
    // Whoever has looked may have it done again.
    bot.slack_press(ANA, &asked, "Do it again").await.accepted();
    bot.slack.post("Halfway printer").await;
    assert_eq!(bot.redmine.issues("Halfway printer").await.len(), 2);
}

#[tokio::test]
async fn a_replay_after_a_restart_is_still_known() {
    let mut bot = TestBot::start().await;
    let body = bot.slack.command(ANA, "/redmine issue create Once project=demo");
    bot.slack_request("/slack/commands", body.clone()).await.accepted();
    bot.slack.post("Once").await;
    bot.kill().await;
    bot.run().await;
    bot.slack_request("/slack/commands", body).await.accepted();
    bot.slack_command(ANA, "/redmine issue create Afterwards project=demo").await.accepted();
    bot.slack.post("Afterwards").await;
    assert_eq!(bot.redmine.issues("Once").await.len(), 1);
}
