//! Webhooks that the bot sets up at Trello by itself.

use super::*;
use crate::HookWanted;
use commands::param::Secret;

#[tokio::test]
async fn a_boards_webhook_is_made_once_and_taken_down() {
    let desk = desk().await;
    let secret = Secret::from("the Power-Up's".to_owned());
    let wanted = |of| HookWanted { of, url: "https://bot.example.org/hooks/trello", secret: &secret };
    let made = desk.connected.create_hook(wanted(Some("demo"))).await.expect("a webhook");
    assert_eq!(made.of.as_deref(), Some("demo"));
    let again = desk.connected.create_hook(wanted(Some("demo"))).await.expect("the same webhook");
    assert_eq!(made, again);
    assert_eq!(desk.standin.state().webhooks.len(), 1);
    for (of, said) in [(None, "Which board?"), (Some("nowhere"), "There is no board")] {
        let error = desk.connected.create_hook(wanted(of)).await.expect_err("no board");
        assert!(error.message.starts_with(said), "{error}");
    }
    let local = HookWanted { url: "http://localhost/hooks/trello", ..wanted(Some("apollo")) };
    let error = desk.connected.create_hook(local).await.expect_err("an address that Trello cannot reach");
    assert!(error.message.contains("answer a HEAD request with 200"), "{error}");
    desk.connected.remove_hook(&made).await.expect("gone");
    desk.connected.remove_hook(&made).await.expect("still gone");
    assert!(desk.standin.state().webhooks.is_empty());
}
