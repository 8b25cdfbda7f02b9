//! Setting up by conversation: from nothing to two systems and a first issue; steps that fail, a crash in between, undoing;
//! secrets that somebody pastes; who is who, from a table.

use std::{fs, sync::Arc, time::Duration};

use connectors::standin::{Fault, Server};
use serde_json::{Value, json};
use tests::{ANA, Answer, BEN, CHLOE, Database, Redmine, TestBot, slack::Filled};

/// A bot that is connected to nothing.
async fn from_nothing() -> TestBot {
    TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| drop(config.remove("connection"))).await
}

/// A simulated GitHub, its address and its token.
async fn github() -> (Server, String, String) {
    let kind = connectors::find("github").expect("a connector");
    let server = Server::start(Arc::from((kind.standin)()), 0).await.expect("a free port");
    let settings = server.standin().connection(&server.url());
    let text = |name: &str| settings[name].as_str().expect("a text").to_owned();
    let (url, token) = (text("url"), text("token"));
    (server, url, token)
}

fn text(value: &Value) -> Filled {
    Filled::Text(value.as_str().expect("a text").into())
}

/// What a form was refused with, at whichever field.
fn refusal(answer: &Answer) -> String {
    let json = answer.json();
    assert_eq!(json["response_action"], "errors", "{json}");
    json["errors"].to_string()
}

/// The view that Slack shows in the place of the one that was sent.
fn next(answer: &Answer, before: &Value) -> Value {
    let json = answer.json();
    assert_eq!(json["response_action"], "update", "{json}");
    let mut view = json["view"].clone();
    view["id"] = before["id"].clone();
    view["hash"] = "next".into();
    view
}

/// Whether a file of the bot's own holds this, by name; the configuration is not the bot's.
fn found_in(bot: &TestBot, text: &str) -> Vec<String> {
    let entries = fs::read_dir(bot.folder()).expect("the folder").flatten().filter(|it| it.path().is_file());
    let entries = entries.filter(|it| it.file_name() != "bellhop.toml");
    let holds =
        |it: &fs::DirEntry| fs::read(it.path()).unwrap_or_default().windows(text.len()).any(|bytes| bytes == text.as_bytes());
    entries.filter(holds).map(|it| it.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn two_systems_are_connected_and_used_by_what_the_messages_say() {
    let mut bot = from_nothing().await;
    let (_github, github_url, token) = github().await;
    let redmine = bot.redmine.connection.clone();
    bot.slack_command(CHLOE, "/bellhop setup").await.accepted();
    let status = bot.slack.post("Setting up Bellhop").await;
    assert!(
        status.text.contains("Nothing is connected yet") && status.text.contains("choose what to connect"),
        "{}",
        status.text
    );
    bot.slack_press(CHLOE, &status, "Connect systems…").await.accepted();
    let choose = bot.slack.view().await;
    let option = |text: &str, value: &str| json!({"text": {"type": "plain_text", "text": text}, "value": value});
    let both = Filled::Held(json!({"type": "multi_external_select",
        "selected_options": [option("redmine", "redmine"), option("github", "github")]}));
    bot.slack_submit(CHLOE, &choose, &[("Kinds", both)]).await.accepted();
    let steps = bot.slack.post("Your setup").await;
    bot.slack_press(CHLOE, &steps, "Connect Redmine…").await.accepted();
    let view = bot.slack.view().await;

    // A wrong key: the live system says no, nothing is saved, and what was typed stands in the window.
    let wrong = [("Url", text(&redmine["url"])), ("Api key", Filled::Text("0123456789-is-no-key".into()))];
    let refused = refusal(&bot.slack_submit(CHLOE, &view, &wrong).await);
    assert!(refused.contains("Nothing was saved") && refused.contains("credentials"), "{refused}");
    let right = [("Url", text(&redmine["url"])), ("Api key", text(&redmine["api_key"]))];
    let answer = bot.slack_submit(CHLOE, &view, &right).await;
    // The same window goes on with the next system.
    let view = next(&answer, &view);
    assert!(view["title"].to_string().contains("Connect GitHub"), "{view:#}");
    let connected = bot.slack.post("is connected as").await;
    assert!(connected.text.contains("Next in your setup"), "{}", connected.text);
    let wrong = [("Url", Filled::Text(github_url.clone())), ("Token", Filled::Text("no-token-of-anybody".into()))];
    let refused = refusal(&bot.slack_submit(CHLOE, &view, &wrong).await);
    assert!(refused.contains("Nothing was saved"), "{refused}");

    // The power goes; a setup goes on where it stopped.
    bot.kill().await;
    bot.run().await;
    bot.slack_command(CHLOE, "/bellhop setup").await.accepted();
    let status = bot
        .slack
        .post_where("the setup, after the crash", |it| it.text.contains("Setting up") && it.text.contains("connected as"))
        .await;
    assert!(status.text.contains("Nothing was saved, because GitHub"), "{}", status.text);
    bot.slack_press(CHLOE, &status, "Try GitHub again…").await.accepted();
    let view = bot.slack.view().await;
    let right = [("Url", Filled::Text(github_url)), ("Token", Filled::Text(token.clone()))];
    bot.slack_submit(CHLOE, &view, &right).await.accepted();
    let done = bot.slack.post("Your setup is complete").await;
    assert!(done.text.contains("GitHub"), "{}", done.text);

    // In both chats, at once.
    bot.slack_command(ANA, "/redmine issue create First of all project=demo").await.accepted();
    bot.slack.post("First of all").await;
    bot.redmine.issue("First of all").await;
    bot.zulip_direct(ANA, "github issue create Second of all repo=example/demo").await.accepted();
    bot.zulip.post("Second of all").await;
    bot.zulip_direct(CHLOE, "setup").await.accepted();
    let status = bot.zulip.post("Setting up Bellhop").await;
    assert!(status.content.contains("Redmine") && status.content.contains("GitHub"), "{}", status.content);

    // What was typed into the boxes for secrets is nowhere in the clear.
    for secret in [redmine["api_key"].as_str().expect("a key"), &token, "0123456789-is-no-key", "no-token-of-anybody"] {
        assert_eq!(found_in(&bot, secret), Vec::<String>::new(), "{secret}");
    }
}

#[tokio::test]
async fn a_setup_is_undone_as_a_whole() {
    let bot = from_nothing().await;
    let redmine = bot.redmine.connection.clone();
    let both = [("Url", text(&redmine["url"])), ("Api key", text(&redmine["api_key"]))];
    bot.slack_command(CHLOE, "/bellhop setup connect redmine, github").await.accepted();
    let steps = bot.slack.post("Your setup").await;
    // One at a time.
    bot.slack_command(CHLOE, "/bellhop setup connect notion").await.accepted();
    bot.slack.post("Another setup of yours is not finished").await;
    bot.slack_press(CHLOE, &steps, "Connect Redmine…").await.accepted();
    let view = bot.slack.view().await;
    bot.slack_submit(CHLOE, &view, &both).await.accepted();
    bot.slack.post("is connected as").await;
    bot.slack_command(CHLOE, "/bellhop setup").await.accepted();
    let status =
        bot.slack.post_where("the setup, half done", |it| it.text.contains("1. ") && it.text.contains("connected as")).await;
    bot.slack_press(BEN, &status, "Undo all of it").await.accepted();
    bot.slack_press(CHLOE, &status, "Undo all of it").await.accepted();
    let undone = bot.slack.post("Your setup is undone").await;
    assert!(undone.text.contains("`redmine` is disconnected, and its secrets are forgotten"), "{}", undone.text);
    bot.slack_command(CHLOE, "/bellhop connections").await.accepted();
    bot.slack.post_where("no Redmine", |it| it.text.contains("Connections") && !it.text.contains("redmine")).await;

    // A connection that was there before is as it was before: the form keeps its key, and says so.
    bot.slack_command(CHLOE, "/bellhop connect redmine").await.accepted();
    bot.slack_submit(CHLOE, &bot.slack.view().await, &both).await.accepted();
    bot.slack.post("is connected as").await;
    bot.slack_command(CHLOE, "/bellhop setup connect redmine, github").await.accepted();
    bot.slack.post_where("the second setup", |it| it.text.contains("1. *Redmine*: to do")).await;
    let line = format!("/bellhop connect redmine url={} --form", redmine["url"].as_str().expect("an address"));
    bot.slack_command(CHLOE, &line).await.accepted();
    let view = bot.slack.view().await;
    assert!(view.to_string().contains("Kept; type to replace it."), "{view:#}");
    assert!(!view.to_string().contains(redmine["api_key"].as_str().expect("a key")), "a key never returns");
    // It is for that address alone.
    let elsewhere = [("Url", Filled::Text("http://127.0.0.1:9".into()))];
    let refused = refusal(&bot.slack_submit(CHLOE, &view, &elsewhere).await);
    assert!(refused.contains("is sent nowhere else"), "{refused}");
    bot.slack_submit(CHLOE, &view, &[]).await.accepted();
    bot.slack.post("is renewed as").await;
    bot.slack_command(CHLOE, "/bellhop setup undo").await.accepted();
    bot.slack.post("`redmine` is as it was before").await;
    bot.slack_command(ANA, "/redmine issue create Still connected project=demo").await.accepted();
    bot.slack.post("Still connected").await;
}

#[tokio::test]
async fn a_form_with_secrets_whose_process_ends_is_told_as_interrupted() {
    let mut bot = from_nothing().await;
    let redmine = bot.redmine.connection.clone();
    let both = [("Url", text(&redmine["url"])), ("Api key", text(&redmine["api_key"]))];
    bot.redmine.server().set(Fault::Hanging).await;
    bot.slack_command(CHLOE, "/bellhop connect redmine").await.accepted();
    let view = bot.slack.view().await;
    bot.slack_submit(CHLOE, &view, &both).await.accepted();
    bot.slack.post("This takes longer than usual").await;
    bot.kill().await;
    bot.redmine.server().set(Fault::None).await;
    bot.run().await;
    let scheduled = bot.bellhop(&["jobs", "list", "--state", "scheduled", "--kind", "post", "--json"]).await.done().json();
    let job = scheduled[0]["id"].to_string();
    assert_eq!(scheduled.as_array().map(Vec::len), Some(1), "{scheduled:#}");
    bot.bellhop(&["jobs", "now", &job]).await.done();
    let told = bot.slack.post("was stopped while it tried").await;
    assert!(told.text.contains("secrets were not kept"), "{}", told.text);
    // The way back: the form, with what was typed but for the key.
    bot.slack_press(CHLOE, &told, "Try again…").await.accepted();
    let view = bot.slack.view().await;
    assert!(view.to_string().contains(redmine["url"].as_str().expect("an address")), "{view:#}");
    assert!(!view.to_string().contains(redmine["api_key"].as_str().expect("a key")), "{view:#}");
    bot.slack_submit(CHLOE, &view, &[("Api key", text(&redmine["api_key"]))]).await.accepted();
    bot.slack.post("is connected as").await;
    assert_eq!(found_in(&bot, redmine["api_key"].as_str().expect("a key")), Vec::<String>::new());
}

#[tokio::test]
async fn a_form_with_secrets_that_takes_long_is_told_its_end_alone() {
    let mut bot = from_nothing().await;
    let redmine = bot.redmine.connection.clone();
    let both = [("Url", text(&redmine["url"])), ("Api key", text(&redmine["api_key"]))];
    bot.redmine.server().set(Fault::Hanging).await;
    bot.slack_command(CHLOE, "/bellhop connect redmine").await.accepted();
    let view = bot.slack.view().await;
    bot.slack_submit(CHLOE, &view, &both).await.accepted();
    bot.slack.post("This takes longer than usual").await;
    bot.slack.post("did not answer in time").await;
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    loop {
        looks.tick().await;
        let scheduled = bot.bellhop(&["jobs", "list", "--state", "scheduled", "--kind", "post", "--json"]).await.done().json();
        if scheduled.as_array().is_some_and(Vec::is_empty) {
            break;
        }
    }
    assert!(bot.slack.messages().iter().all(|it| !it.contains("was stopped while it tried")));
}

#[tokio::test]
async fn without_a_key_the_way_to_one_is_told() {
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config.remove("connection");
        config.remove("secrets");
    })
    .await;
    bot.slack_command(CHLOE, "/bellhop setup").await.accepted();
    let status = bot.slack.post("Setting up Bellhop").await;
    assert!(status.text.contains("`bellhop keys new` prints a key") && status.text.contains("[secrets]"), "{}", status.text);
    bot.slack_command(CHLOE, "/bellhop setup connect redmine").await.accepted();
    bot.slack.post("Secrets cannot be kept yet").await;
    // Others are told who may.
    let refused = bot.slack_command(BEN, "/bellhop setup").await.accepted().body;
    assert!(refused.contains("for administrators of this Slack workspace. Ask chloe to do it."), "{refused}");
}

#[tokio::test]
async fn a_pasted_secret_is_not_kept_and_its_author_alone_is_told() {
    // Put together here, so that nothing that looks for tokens in this file finds one.
    let token = format!("ghp_{}", "Canary0123456789Canary0123456789Can");
    let bot = TestBot::start().await;
    let kept = bot.redmine.connection["api_key"].as_str().expect("a key").to_owned();
    let told = "Your message holds what looks like";
    let slash = bot.slack_command(ANA, &format!("/redmine issue create {token} project=demo")).await.accepted();
    assert!(slash.body.contains(told) && slash.body.contains("github.com/settings/tokens"), "{}", slash.body);
    assert!(slash.body.contains("ephemeral") && !slash.body.contains(&token), "{}", slash.body);
    bot.slack_direct(ANA, &format!("what is {token}?")).await.accepted();
    let direct = bot.slack.post(told).await;
    assert!(direct.text.contains("Delete your message"), "{}", direct.text);
    bot.slack_mention(ANA, &format!("my key is {kept}")).await.accepted();
    let mention = bot.slack.post("a secret of the connection redmine").await;
    assert!(mention.private, "nobody else needs to look: {:#}", mention.raw);

    // Zulip lets the message be deleted, and the answer goes to its author.
    bot.zulip_mention(ANA, "printers", &format!("redmine issue create {token} project=demo")).await.accepted();
    let answer = bot.zulip.post(told).await;
    assert!(answer.kind.starts_with("direct") || answer.kind.starts_with("private"), "{:#}", answer.raw);
    assert!(answer.content.contains("The message is deleted"), "{}", answer.content);
    let requests = bot.zulip.far_end.requests();
    assert!(requests.iter().any(|it| it.method == "DELETE" && it.path().starts_with("/api/v1/messages/")));

    // A box that is not for secrets takes none.
    bot.slack_command(ANA, "/redmine issue comment 1 --form").await.accepted();
    let view = bot.slack.view().await;
    let refused = refusal(&bot.slack_submit(ANA, &view, &[("Text", Filled::Text(format!("see {token}")))]).await);
    assert!(refused.contains("This box is not for secrets") && !refused.contains(&token), "{refused}");

    // An ordinary command goes on as ever, and nothing of all that was kept.
    bot.slack_command(ANA, "/redmine issue create No secret at all project=demo").await.accepted();
    bot.slack.post("No secret at all").await;
    assert_eq!(found_in(&bot, &token), Vec::<String>::new());
    assert_eq!(found_in(&bot, &kept), Vec::<String>::new());
    assert!(bot.redmine.issues(&token).await.is_empty());
    let posts = bot.slack.posts().iter().map(|it| it.raw.to_string()).collect::<String>();
    assert!(!posts.contains(&token) && !posts.contains(&kept));
}

#[tokio::test]
async fn accounts_come_from_a_table_all_or_none() {
    let bot = TestBot::start().await;
    let file = bot
        .slack
        .attach("accounts.csv", "person,connection,account\nana@example.org,redmine,ben\nben@example.org,redmine,nobody\n");
    bot.slack_command(CHLOE, &format!("/bellhop accounts import slack-file:{file}")).await.accepted();
    let refused = bot.slack.post("Nothing was taken: 1 of 2 rows cannot be").await;
    assert!(refused.text.contains("Redmine has no account nobody"), "{}", refused.text);
    bot.slack_command(ANA, "/bellhop whoami").await.accepted();
    let before = bot.slack.post("Who you are elsewhere").await;
    assert!(before.text.contains("`redmine`: *ana*, found by email address"), "{}", before.text);

    let file = bot.slack.attach("accounts.csv", "# as of today\nana@example.org;redmine;ben\n");
    bot.slack_command(CHLOE, &format!("/bellhop accounts import slack-file:{file}")).await.accepted();
    bot.slack.post("1 account is linked.").await;
    bot.slack_command(ANA, "/bellhop whoami").await.accepted();
    let after = bot.slack.post_where("the new account", |it| it.text.contains("*ben*, linked by an administrator")).await;
    drop(after);
    let refused = bot.slack_command(BEN, &format!("/bellhop accounts import slack-file:{file}")).await.accepted().body;
    assert!(refused.contains("for administrators"), "{refused}");
}
