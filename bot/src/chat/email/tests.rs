use commands::{Message, Text};
use serde_json::{Value, json};

use super::*;
use crate::{chat::Place, connections::Connections};

fn config(change: Value) -> Config {
    let mut config = json!({ "smtp": "smtp://mail.example.org", "from": "Bellhop <bellhop@example.org>" });
    config.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
    serde_json::from_value(config).expect("a configuration")
}

fn mail(post: &Post) -> String {
    let links = Links::new(None, None, Connections::new(crate::builtins::group()));
    let email = Email::new(&config(json!({})), links, Vec::new()).expect("it works");
    let now = "2026-11-21T09:30:00Z".parse().expect("a moment");
    String::from_utf8(email.mail(post, now).expect("a mail").formatted()).expect("text")
}

fn post(to: &str, message: Message, key: &str) -> Post {
    let place = Place { platform: "email".into(), workspace: String::new(), channel: to.into(), thread: None };
    Post { about: Some("https://redmine.example.org/issues/42".into()), ..Post::new(Target::Place(place), message, key) }
}

fn header<'a>(mail: &'a str, name: &str) -> Vec<&'a str> {
    let head = mail.split("\r\n\r\n").next().unwrap_or_default();
    head.split("\r\n").filter_map(|it| it.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[test]
fn a_repeat_is_the_same_mail_and_another_post_another() {
    let id = |key: &str| header(&mail(&post("ana@example.org", "Done.".into(), key)), "Message-ID")[0].to_owned();
    assert_eq!(id("k1"), id("k1"));
    assert_ne!(id("k1"), id("k2"));
    let references = |key: &str| header(&mail(&post("ana@example.org", "Done.".into(), key)), "References")[0].to_owned();
    assert_eq!(references("k1"), references("k2"), "of one object");
    assert_ne!(references("k1"), id("k1"));
}

#[test]
fn no_text_becomes_a_header() {
    for attack in [
        "a\r\nBcc: ben@example.org",
        "a\nBcc: ben@example.org",
        "a\rBcc: ben@example.org",
        "\r\n\r\nbody",
        "a\u{0}b",
        "\u{2028}x",
    ] {
        let message = Message::new().heading(attack).paragraph(Text::from(attack));
        let mut post = post("ana@example.org", message, attack);
        post.files.push(crate::chat::File { name: attack.into(), title: attack.into(), content: b"x".to_vec() });
        post.about = Some(attack.into());
        let mail = mail(&post);
        assert!(header(&mail, "Bcc").is_empty(), "{mail}");
        let head = mail.split("\r\n\r\n").next().unwrap_or_default();
        let names: Vec<&str> =
            head.split("\r\n").filter(|it| !it.starts_with([' ', '\t'])).filter_map(|it| it.split(": ").next()).collect();
        assert_eq!(
            names,
            [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "Auto-Submitted",
                "X-Auto-Response-Suppress",
                "In-Reply-To",
                "References",
                "MIME-Version",
                "Content-Type"
            ],
            "{mail}"
        );
    }
}

#[test]
fn nobody_else_gets_it() {
    for address in [
        "",
        "ana",
        "ana@example.org, ben@example.org",
        "ana@example.org\r\nBcc: ben@example.org",
        "<ana@example.org>",
        "ana@example.org>",
    ] {
        assert!(!is_address(address), "{address:?}");
    }
    assert!(is_address("ana@example.org") && is_address("ana+bot@mail.example.org"));
}

#[test]
fn a_configuration_that_cannot_work_says_why() {
    let problems = |change: Value| config(change).problems().into_iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(problems(json!({})), [""; 0]);
    assert_eq!(problems(json!({ "smtp": "mail.example.org" })), ["smtp"]);
    assert_eq!(problems(json!({ "smtp": "smtp://a:b@mail.example.org" })), ["smtp"]);
    assert_eq!(problems(json!({ "username": "a" })), ["username"]);
    assert_eq!(problems(json!({ "password": "a" })), ["password"]);
    assert_eq!(problems(json!({ "from": "Bellhop" })), ["from"]);
    assert_eq!(problems(json!({ "ca": "nothing" })), ["smtp", "ca"]);
    assert_eq!(problems(json!({ "username": "a", "password": "b", "encryption": "none" })), ["encryption"]);
    assert_eq!(
        problems(json!({ "username": "a", "password": "b", "encryption": "none", "smtp": "smtp://127.0.0.1:25" })),
        [""; 0]
    );
    let is_encrypted = |change: Value| smtp::Server::of(&config(change)).expect("an address").is_encrypted();
    assert!(is_encrypted(json!({})) && is_encrypted(json!({ "smtp": "smtps://127.0.0.1" })));
    assert!(!is_encrypted(json!({ "smtp": "smtp://127.0.0.1:25" })), "nobody listens on this machine");
}
