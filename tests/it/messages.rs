//! Long output: shown in part, attached as a file, read on and filtered, in both chats.

use tests::{ANA, BEN, CHLOE, TestBot, slack::Filled};

/// A command whose job holds many lines.
fn command() -> String {
    let lines: Vec<String> = (1..=120).map(|it| format!("line {it} of the log")).collect();
    format!("redmine issue create Printer on fire project=demo tracker=Bug description=\"{}\"", lines.join("\n"))
}

#[tokio::test]
async fn slack_shows_the_beginning_attaches_the_rest_and_filters() {
    let bot = TestBot::start().await;
    bot.slack_command(CHLOE, &format!("/bellhop {}", command())).await.accepted();
    bot.slack.post("Printer on fire").await;
    bot.slack_command(CHLOE, "/bellhop audit limit=1").await.accepted();
    bot.slack.post("Audit log").await;
    bot.slack_command(CHLOE, "/bellhop jobs show 1").await.accepted();
    let shown = bot.slack.post("holds all of it").await;
    assert!(shown.private && shown.text.contains("job-1.json"), "{}", shown.text);
    // What is for one pair of eyes is attached in their direct messages.
    let shared = bot.slack.far_end.next("a shared file", |it| it.path() == "/api/files.completeUploadExternal").await.fields();
    assert_eq!((&shared["channel_id"], &shared["files"][0]["title"]), (&"D0DIRECT1".into(), &"job-1.json".into()));
    let [file] = bot.slack.uploads().try_into().expect("one file");
    assert!(file.contains("line 1 of the log") && file.contains("line 120 of the log"), "{file}");

    bot.slack_press(CHLOE, &shown, "Next page").await.accepted();
    let next = bot.slack.post_where("the next page", |it| it.text.contains("The lines ")).await;
    assert!(next.text.contains("Previous page") || next.text.contains(" of "), "{}", next.text);
    bot.slack_press(CHLOE, &shown, "Filter").await.accepted();
    let view = bot.slack.view().await;
    bot.slack_submit(CHLOE, &view, &[("Filter", Filled::Text("/\"tracker\"/".into()))]).await.accepted();
    let fitting = bot.slack.post("those that fit").await;
    assert!(fitting.text.contains("\"tracker\": \"Bug\"") && fitting.text.contains("1 to 1 of 1"), "{}", fitting.text);

    // It is hers alone.
    let id = shown.raw["blocks"].to_string();
    let id = id.split("output show ").nth(1).and_then(|it| it.split([' ', '"']).next()).expect("an id").to_owned();
    bot.slack_command(BEN, &format!("/bellhop output show {id}")).await.accepted();
    bot.slack.post("There is no output").await;
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

#[tokio::test]
async fn zulip_links_to_the_file_and_numbers_the_buttons() {
    let bot = TestBot::start().await;
    bot.zulip_direct(CHLOE, &command()).await.accepted();
    bot.zulip.post("Printer on fire").await;
    bot.zulip_direct(CHLOE, "bellhop jobs show 1").await.accepted();
    let shown = bot.zulip.post("holds all of it").await;
    assert!(shown.content.contains("[job-1&#46;json](/user_uploads/2/ab/file.txt)"), "{}", shown.content);
    let buttons = bot.zulip.post("output show").await;
    let command = buttons.content.lines().find_map(|it| it.strip_prefix("1. **Next page**: `")).expect("a button").to_owned();
    let command = command.split('`').next().expect("a command");
    bot.zulip_direct(CHLOE, command).await.accepted();
    bot.zulip.post("The lines ").await;
    bot.zulip_direct(CHLOE, &command.replace("page=2", "filter=tracker")).await.accepted();
    bot.zulip.post("those that fit `tracker`").await;
}
