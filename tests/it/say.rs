//! `bellhop say`: what is typed in a terminal is what is typed in chat.

use tests::{Database, Redmine, TestBot, slack::CHANNEL};

#[tokio::test]
async fn a_line_is_read_as_chats_read_it() {
    let bot = TestBot::start().await;
    let said = async |arguments: &[&str]| bot.bellhop(&[&["say"], arguments].concat()).await;

    for line in ["bellhop help", "/bellhop help", "help"] {
        let help = said(&[line]).await.done().out;
        assert!(help.contains("redmine") && help.contains("bellhop"), "{line}: {help}");
    }
    for line in ["redmine issue create Printer on fire project=demo", "/bellhop redmine create Printer again project=demo"] {
        assert!(said(&[line]).await.done().out.contains("Created #"), "{line}");
    }
    for line in ["oncall now", "/oncall now", "bellhop oncall now"] {
        let now = said(&[line]).await;
        assert!(now.out.contains("There is no schedule yet"), "{line}: {now:?}");
    }
    // What a chat would ask for in a form is said here.
    for line in ["connect redmine", "redmine issue create"] {
        let asked = said(&[line]).await;
        assert!(asked.status == Some(1) && asked.out.contains("Usage: "), "{line}: {asked:?}");
    }
    // Options count wherever they stand; a word that is none is no part of a line in quotes.
    let listed = said(&["redmine issue list project=demo", "--json"]).await.done().json();
    assert!(listed["blocks"].is_array(), "{listed}");
    assert_eq!(said(&["redmine issue list project=demo", "--jsn"]).await.status, Some(2));
}

#[tokio::test]
async fn a_line_is_said_in_a_channel() {
    let bot = TestBot::start().await;
    let said = async |channel: &str, line: &str| bot.bellhop(&["say", "--in", channel, line]).await;

    said("slack:#dev", "default set redmine.project demo").await.done();
    let created = said(&format!("slack:{CHANNEL}"), "redmine issue create Printer on fire").await.done().out;
    assert!(created.contains("Created #"), "{created}");
    let elsewhere = said("zulip:dev", "redmine issue create Printer on fire").await;
    assert!(elsewhere.status == Some(1) && elsewhere.out.contains("`project` is missing"), "{elsewhere:?}");

    let subscribed = said("#dev", "redmine subscribe label:urgent").await.done().out;
    assert!(subscribed.contains("This channel hears of"), "{subscribed}");
    let listed = said(&format!("slack:{CHANNEL}"), "subscriptions").await.done().out;
    assert!(listed.contains("label:urgent"), "{listed}");
    said("zulip:dev>printers", "subscribe redmine").await.done();
    let by_name = bot.bellhop(&["say", "subscribe redmine channel=slack:#dev kinds=comments"]).await.done().out;
    assert!(by_name.contains("hears of"), "{by_name}");

    for (channel, words) in [("slack:#nowhere", "nowhere"), ("teams:ops", "[teams]"), ("everywhere", "names no chat")] {
        let refused = said(channel, "subscriptions").await;
        let told = format!("{}{}", refused.out, refused.errors);
        assert!(refused.status == Some(1) && told.contains(words), "{channel}: {refused:?}");
    }
}

#[tokio::test]
async fn a_bot_without_a_chat_serves_and_says_so() {
    let bot = TestBot::configured(Redmine::standin().await, Database::Sqlite, |config| {
        config.remove("slack");
        config.remove("zulip");
    })
    .await;
    assert_eq!(bot.get("/healthz").await.status, 200);
    assert!(bot.log().contains("configures no chat that takes commands"), "{}", bot.log());
    let listed = bot.bellhop(&["say", "redmine issue list project=demo"]).await.done().out;
    assert!(!listed.is_empty());
    // What was not checked yet is there all the same.
    let health = bot.get("/health").await.json();
    assert!(health["connections"]["redmine"]["status"].is_string(), "{health}");
}
