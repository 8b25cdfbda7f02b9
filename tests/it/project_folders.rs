//! Project folders: made after a template, shared with a whole team, said with their links, and pinned. And files in answers.

use serde_json::json;
use tests::{ANA, CHLOE, TestBot, slack::CHANNEL};

use crate::hooks_by_api::bot_with_vendors;

/// Ana and Ben are the team `design`.
async fn team(bot: &TestBot) {
    bot.slack_command(CHLOE, "/bellhop team create design").await.accepted();
    bot.slack.post("with nobody in it yet").await;
    for (name, all) in [("@ana", "ana"), ("@ben", "ana, ben")] {
        bot.slack_command(CHLOE, &format!("/bellhop team add design {name}")).await.accepted();
        bot.slack.post_where("the team", |it| it.text.contains("Team design") && it.text.contains(all)).await;
    }
}

#[tokio::test]
async fn a_project_in_drive_is_made_for_its_team_and_pinned() {
    let (bot, vendors) = bot_with_vendors(&["drive"], |_| {}).await;
    // They are in the shared drive that projects are made in: nobody is given what they have.
    team(&bot).await;
    bot.slack_command(ANA, "/drive project create \"Apollo 11\" template=standard share=@design").await.accepted();
    let made = bot.slack.post("Made the project “Apollo 11”").await;
    assert_eq!(made.channel.as_deref(), Some(CHANNEL));
    assert!(made.text.contains("https://drive.google.com/"), "{}", made.text);
    let pin = bot.slack.far_end.next("a pin", |it| it.path() == "/api/pins.add").await.fields();
    let said = bot.slack.seen_in(CHANNEL).into_iter().find(|(_, text)| text.contains("Apollo 11")).expect("it is seen");
    assert_eq!((&pin["channel"], &pin["timestamp"]), (&json!(CHANNEL), &json!(said.0)));
    let given = vendors["drive"].far_end.requests().iter().any(|it| it.method == "POST" && it.path().ends_with("/permissions"));
    assert!(!given, "{}", made.text);
}

#[tokio::test]
async fn a_team_that_cannot_see_the_place_is_given_the_projects_folder() {
    // In the bot's own Drive, which nobody else sees.
    let at_home = |config: &mut toml::Table| {
        let known = config.get_mut("connection").and_then(toml::Value::as_array_mut).expect("connections");
        let drive = known.iter_mut().filter_map(toml::Value::as_table_mut).find(|it| it["name"].as_str() == Some("drive"));
        drive.expect("the connection").remove("home");
    };
    let (bot, vendors) = bot_with_vendors(&["drive"], at_home).await;
    team(&bot).await;
    bot.slack_command(ANA, "/drive project create Gemini template=standard share=@design role=commenter").await.accepted();
    let made = bot.slack.post("Made the project “Gemini”").await;
    // It is Ana's Drive: she has it already.
    assert!(made.text.contains("Shared with ben@example.org."), "{}", made.text);
    let requests = vendors["drive"].far_end.requests();
    let given = requests.iter().filter(|it| it.method == "POST" && it.path().ends_with("/permissions"));
    let given: Vec<(String, String)> = given
        .map(|it| {
            let body: serde_json::Value = serde_json::from_str(&it.body).expect("JSON");
            (body["emailAddress"].as_str().unwrap_or_default().to_owned(), body["role"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    assert_eq!(given, [("ben@example.org".to_owned(), "commenter".to_owned())]);
    // And so it is in Drive.
    bot.slack_command(ANA, "/drive share list Gemini").await.accepted();
    let shares = bot.slack.post_where("its shares", |it| it.text.contains("Ben Example")).await;
    assert!(shares.text.contains("Ana Example"), "{}", shares.text);
}

#[tokio::test]
async fn a_build_log_and_what_the_build_left_behind_come_into_the_chat() {
    let (bot, vendors) = bot_with_vendors(&["github"], |_| {}).await;
    bot.slack_command(ANA, "/github artifact download 1001 name=widgets").await.accepted();
    bot.slack.post("widgets of run 1001").await;
    let shared = bot.slack.far_end.next("a file", |it| it.path() == "/api/files.completeUploadExternal").await.fields();
    assert_eq!(shared["channel_id"], CHANNEL);
    assert!(bot.slack.uploads().iter().any(|it| it.contains("widgets.txt")), "{:?}", bot.slack.uploads());
    let paths: Vec<String> = vendors["github"].far_end.requests().iter().map(|it| it.path().to_owned()).collect();
    assert!(paths.iter().any(|it| it.ends_with("/actions/artifacts/701/zip")), "{paths:?}");
}

#[tokio::test]
async fn a_project_in_nextcloud_is_shared_with_the_chats_own_group_and_shown_in_zulip() {
    let (bot, vendors) = bot_with_vendors(&["nextcloud"], |_| {}).await;
    bot.zulip.set_group(&[ANA, CHLOE]);
    bot.zulip_mention(ANA, "folders", "nextcloud project create Gemini template=standard share=@*oncall*").await.accepted();
    let made = bot.zulip.post("The folders of Gemini are ready").await;
    assert!(made.content.contains("shared it with"), "{}", made.content);
    let requests = vendors["nextcloud"].far_end.requests();
    let shared = |who: &str| requests.iter().any(|it| it.path().ends_with("/shares") && it.body.contains(who));
    assert!(shared("ana") && shared("chloe") && !shared("ben"), "{}", made.content);
    // Zulip has no pins: the channel's description shows the link.
    let described = bot.zulip.far_end.next("a description", |it| it.method == "PATCH" && it.path().contains("/streams/")).await;
    assert!(described.body.contains("Gemini"), "{}", described.body);
}

#[tokio::test]
async fn a_file_is_brought_into_the_chat() {
    let bot = TestBot::start().await;
    let file = bot.slack.attach("fire.bin", "It burns.");
    bot.slack_command(ANA, &format!("/redmine issue attach 1 file=slack-file:{file}")).await.accepted();
    bot.slack.post("Attached").await;
    bot.slack_command(ANA, "/redmine issue file 1").await.accepted();
    bot.slack.post("of #1").await;
    let shared = bot.slack.far_end.next("a file", |it| it.path() == "/api/files.completeUploadExternal").await.fields();
    assert_eq!(shared["channel_id"], CHANNEL);
    let there = bot.slack.uploads().iter().filter(|it| *it == "It burns.").count();
    assert_eq!(there, 2, "what was attached, and what came back: {:?}", bot.slack.uploads());
    bot.zulip_mention(ANA, "files", "redmine issue file 1").await.accepted();
    let said = bot.zulip.post("of #1").await;
    assert!(said.content.contains("/user_uploads/"), "{}", said.content);
}
