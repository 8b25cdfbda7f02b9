//! Service hooks, made and deleted.

use super::*;
use crate::{HookWanted, standin::Fault};

fn secret() -> commands::param::Secret {
    commands::param::Secret::from("s3cret-of-the-hook".to_owned())
}

#[tokio::test]
async fn one_subscription_for_each_event() {
    let desk = desk().await;
    let secret = secret();
    let wanted = HookWanted { of: Some("Demo"), url: "https://bot.example.org/hooks/ci", secret: &secret };
    let made = desk.connected.create_hook(wanted).await.expect("subscriptions");
    let subscriptions = desk.standin.state().subscriptions.clone();
    assert_eq!(subscriptions.len(), 18);
    assert_eq!((made.id.split(',').count(), made.of.as_deref()), (18, Some("Demo")));
    for it in &subscriptions {
        assert_eq!(it["consumerInputs"]["basicAuthPassword"], "s3cret-of-the-hook");
        assert_eq!(
            (&it["publisherInputs"]["projectId"], &it["consumerInputs"]["resourceDetailsToSend"]),
            (&json!("demo-id"), &json!("all"))
        );
    }
    desk.connected.remove_hook(&made).await.expect("they are deleted");
    desk.connected.remove_hook(&made).await.expect("they are gone already");
    assert!(desk.standin.state().subscriptions.is_empty());
}

#[tokio::test]
async fn what_a_server_does_not_know_is_left_out() {
    let desk = desk().await;
    let secret = secret();
    desk.standin.state().unknown_event = Some("git.repo.created");
    let wanted = HookWanted { of: None, url: "https://bot.example.org/hooks/ci", secret: &secret };
    let made = desk.connected.create_hook(wanted).await.expect("the others");
    assert_eq!((made.id.split(',').count(), made.of.as_deref()), (17, Some("demo")));
}

#[tokio::test]
async fn what_cannot_be_made_is_said() {
    let desk = desk().await;
    let secret = secret();
    let wanted = HookWanted { of: Some("moon"), url: "https://bot.example.org/hooks/ci", secret: &secret };
    let error = desk.connected.create_hook(wanted).await.expect_err("no such project");
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    assert!(error.message.contains("moon"), "{error}");
    let plain = HookWanted { of: Some("demo"), url: "http://bot.example.org/hooks/ci", secret: &secret };
    let error = desk.connected.create_hook(plain).await.expect_err("an address that it does not take");
    assert!(error.message.contains("https") && !format!("{error:?}").contains("s3cret"), "{error:?}");
    desk.server.set_fault(Fault::Forbidden).await.expect("the same port");
    let error = desk.connected.create_hook(HookWanted { of: Some("demo"), ..wanted }).await.expect_err("not allowed");
    assert_eq!(error.kind, ErrorKind::Permission, "{error}");
    assert!(desk.standin.state().subscriptions.is_empty());
}
