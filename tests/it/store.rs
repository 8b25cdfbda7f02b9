//! Acknowledged is committed: what was accepted survives SIGKILL, on both databases.

use connectors::standin::Fault;
use tests::{ANA, Database, Redmine, TestBot};

async fn survives_a_kill(database: Database) {
    let mut bot = TestBot::with(Redmine::standin().await, database).await;
    // Down, so that the job cannot be done before the process dies.
    bot.redmine.server().set(Fault::Down).await;
    for number in 1..=5 {
        bot.slack_command(ANA, &format!("/redmine issue create Survivor {number} project=demo")).await.accepted();
    }
    bot.kill().await;
    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    // A lease of the dead process may have to run out first: 30 s.
    for number in 1..=5 {
        let subject = format!("Survivor {number}");
        bot.redmine.server().next(&subject, |it| it.method == "POST" && it.body.contains(&subject)).await;
        bot.slack.post(&subject).await;
        bot.redmine.issue(&subject).await;
    }
}

#[tokio::test]
async fn an_accepted_command_survives_a_kill_on_sqlite() {
    survives_a_kill(Database::Sqlite).await;
}

#[tokio::test]
async fn an_accepted_command_survives_a_kill_on_postgresql() {
    survives_a_kill(Database::Postgres).await;
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
