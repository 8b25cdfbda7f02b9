//! An endpoint against a receiver that checks what it is sent.

use commands::ErrorKind;
use expect_test::expect;
use serde_json::{Map, json};

use super::{Webhook, standin::Receiver};
use crate::{Http, Kind, http::Policy, tests::desk::Desk};

async fn desk() -> Desk<Receiver> {
    Desk::new(Kind::of::<Webhook>(), |_| None, Receiver::default()).await
}

#[tokio::test]
async fn an_event_is_signed_and_taken_once() {
    let desk = desk().await;
    desk.check(
        "send deploy.finished data='{\"version\": \"1.4\"}' id=msg_1",
        expect![[r#"
        > POST / {"type":"deploy.finished","timestamp":"2026-11-21T10:00:00Z","data":{"version":"1.4"}}
        (only you)
        Sent deploy.finished to {url} as msg_1.
    "#]],
    )
    .await;
    desk.run("send deploy.finished id=msg_1").await.expect("a repeat is taken");
    desk.check(
        "test",
        expect![[r#"
        > POST / {"type":"bellhop.test","timestamp":"2026-11-21T10:00:00Z","data":{"asked_by":"Ana"}}
        (only you)
        {url} took the test.
    "#]],
    )
    .await;
    let taken = desk.standin.taken().clone();
    assert_eq!(taken.iter().map(|it| it.id.as_str()).filter(|it| *it == "msg_1").count(), 1);
    assert_eq!(
        taken[0].body,
        json!({"type": "deploy.finished", "timestamp": "2026-11-21T10:00:00Z", "data": {"version": "1.4"}})
    );
    assert_eq!(taken[1].body["type"], "bellhop.test");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_at_its_field() {
    let desk = desk().await;
    for (line, field) in [("send 'deploy finished'", "type"), ("send deploy. ", "type"), ("send a.b data='{'", "data")] {
        let error = desk.run(line).await.expect_err(line);
        assert_eq!((error.kind, error.fields[0].field.as_str()), (ErrorKind::Validation, field), "{line}");
    }
    assert!(desk.standin.taken().is_empty());
}

#[tokio::test]
async fn the_receivers_faults_are_told() {
    let desk = desk().await;
    desk.check_faults("test", expect![[r#"
        Failing: Server: Webhook failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Webhook asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Webhook does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: Webhook does not let the bot's account do this. Somebody who administers Webhook can give it the permission.
        Html: Server: Webhook answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Webhook cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
}

#[tokio::test]
async fn two_secrets_sign_while_they_change() {
    let desk = Desk::with(
        Kind::of::<Webhook>(),
        |_| None,
        Receiver::default(),
        |config| {
            let known = config.insert("secret".into(), json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).expect("a secret");
            config.insert("old_secret".into(), known);
        },
    )
    .await;
    desk.run("test").await.expect("the old one is known");
}

#[test]
fn what_cannot_be_an_endpoint_is_named() {
    let connect = |url: &str, secret: &str, private: bool| {
        let config = Map::from_iter([
            ("url".to_owned(), json!(url)),
            ("secret".to_owned(), json!(secret)),
            ("private".to_owned(), json!(private)),
        ]);
        let http = Http::new("crm", "Webhook", url, Policy::USUAL)?;
        (Kind::of::<Webhook>().connect)(config, http).map(drop)
    };
    let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert!(connect("https://example.org/bellhop", good, false).is_ok());
    assert!(connect("http://127.0.0.1:9999", good, true).is_ok());
    for (url, secret, said) in [
        ("https://example.org", "s3cret", "does not begin with whsec_"),
        ("http://127.0.0.1:9999", good, "private"),
        ("http://10.0.0.8/hook", good, "private"),
        ("http://localhost/hook", good, "private"),
        ("http://bellhop.localhost/hook", good, "private"),
        ("http://169.254.169.254/latest", good, "never connects to"),
    ] {
        let error = connect(url, secret, false).expect_err(url);
        assert!(error.kind == ErrorKind::BadConfig && error.message.contains(said), "{url}: {error}");
        assert!(!error.message.contains("s3cret"));
    }
}
