//! What is longer than a chat takes.

use tests::{ANA, TestBot};

/// A command whose job holds many lines.
fn command() -> String {
    let lines: Vec<String> = (1..=120).map(|it| format!("line {it} of the log")).collect();
    format!("redmine issue create Printer on fire project=demo tracker=Bug description=\"{}\"", lines.join("\n"))
}

#[tokio::test]
async fn a_refused_command_of_any_length_can_be_corrected() {
    let bot = TestBot::start().await;
    let long = command().replace("tracker=Bug", "tracker=Nothing");
    bot.slack_command(ANA, &format!("/bellhop {long}")).await.accepted();
    let refused = bot.slack.post("Correct it").await;
    bot.slack_press(ANA, &refused, "Correct it").await.accepted();
    let view = bot.slack.view().await;
    assert!(view.to_string().contains("line 90 of the log"), "{view:#}");
}
