//! Connections that need each other: made in order, refused while what they need is missing, taken back together, and not taken from
//! under one another.

use std::sync::Arc;

use connectors::standin::Server;
use serde_json::Value;
use tests::{CHLOE, Database, Redmine, TestBot, slack::Filled};

/// A simulated system, and what a form asks of a connection to it.
async fn system(kind: &str, secret: &'static str) -> (Server, Vec<(&'static str, Filled)>) {
    let kind = connectors::find(kind).expect("a connector");
    let server = Server::start(Arc::from((kind.standin)()), 0).await.expect("a free port");
    let settings = server.standin().connection(&server.url());
    let text = |name: &str| Filled::Text(settings[name].as_str().expect("a text").into());
    let field = if secret == "Token" { "token" } else { "api_key" };
    (server, vec![("Url", text("url")), (secret, text(field))])
}

async fn says(bot: &TestBot, line: &str, answer: &str) {
    bot.slack_command(CHLOE, line).await.accepted();
    bot.slack.post(answer).await;
}

/// Fills in the form of a kind; what the form is answered.
async fn connects(bot: &TestBot, kind: &str, filled: &[(&str, Filled)]) -> Value {
    bot.slack_command(CHLOE, &format!("/bellhop connect {kind}")).await.accepted();
    let view = bot.slack.view().await;
    let answer = bot.slack_submit(CHLOE, &view, filled).await;
    serde_json::from_str(&answer.body).unwrap_or_default()
}

#[tokio::test]
async fn what_is_needed_comes_first_and_goes_last() {
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| drop(config.remove("connection"))).await;
    let (_redmine, redmine) = system("redmine", "Api key").await;
    let (_second, second) = system("redmine", "Api key").await;
    let (_github, github) = system("github", "Token").await;

    // What is needed is nowhere: nothing begins.
    let missing = "GitHub would need Redmine, and none is connected";
    says(&bot, "/bellhop setup connect github needs=github:redmine", missing).await;
    let circle = "These need each other: github → redmine → github";
    says(&bot, "/bellhop setup connect github, redmine needs=github:redmine,redmine:github", circle).await;

    // Whichever was named first.
    bot.slack_command(CHLOE, "/bellhop setup connect github, redmine, notion needs=github:redmine").await.accepted();
    bot.slack.post_where("in order", |it| it.text.contains("1. *Redmine*") && it.text.contains("2. *GitHub*")).await;
    let refused = connects(&bot, "github", &github).await;
    assert!(refused["errors"].to_string().contains("GitHub needs Redmine, and none is connected"), "{refused}");
    says(&bot, "/bellhop disconnect github", "There is no connection `github`").await;
    connects(&bot, "redmine", &redmine).await;
    bot.slack.post_where("Redmine is connected", |it| it.text.contains("Redmine") && it.text.contains("is connected as")).await;
    connects(&bot, "github", &github).await;
    bot.slack.post_where("GitHub is connected", |it| it.text.contains("GitHub") && it.text.contains("is connected as")).await;

    // Nothing is taken from under another.
    let stays = "`redmine` stays connected: `github` needs it";
    says(&bot, "/bellhop disconnect redmine", stays).await;
    connects(&bot, "redmine", &second).await;
    bot.slack.post("is connected as `redmine-2`").await;
    says(&bot, "/bellhop connections needs redmine-2 redmine", "while that does not work").await;
    says(&bot, "/bellhop disconnect redmine", "`redmine` stays connected: `github`, `redmine-2` need it").await;
    says(&bot, "/bellhop connections needs redmine github", "They would need each other").await;
    says(&bot, "/bellhop setup undo", "`redmine` stays connected: `redmine-2` needs it").await;
    says(&bot, "/bellhop connections needs redmine-2 nothing", "nothing else").await;

    // Undone together, the last first.
    bot.slack_command(CHLOE, "/bellhop setup undo").await.accepted();
    let undone = bot.slack.post("Your setup is undone").await;
    let at = |name: &str| undone.text.find(&format!("`{name}` is disconnected")).unwrap_or_else(|| panic!("{}", undone.text));
    assert!(at("github") < at("redmine"), "{}", undone.text);
    says(&bot, "/bellhop disconnect redmine", "There is no connection `redmine`").await;

    // What nothing needs any more may go.
    connects(&bot, "github", &github).await;
    bot.slack.post_where("GitHub again", |it| it.text.contains("GitHub") && it.text.contains("is connected as")).await;
    says(&bot, "/bellhop connections needs github redmine-2", "*redmine-2*").await;
    says(&bot, "/bellhop disconnect redmine-2", "`redmine-2` stays connected: `github` needs it").await;
    says(&bot, "/bellhop disconnect github", "`github` is disconnected").await;
    says(&bot, "/bellhop disconnect redmine-2", "`redmine-2` is disconnected").await;
}
