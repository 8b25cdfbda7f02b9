use commands::{Button, Call};
use serde_json::json;

use super::*;
use crate::chat::Target;

fn links(url: Option<&str>, secret: &[u8]) -> Links {
    Links::new(url, Some(secret), Connections::new(crate::builtins::group()))
}

fn ours(secret: &[u8]) -> Links {
    links(Some("https://bot.example.org/"), secret)
}

fn now() -> Timestamp {
    "2026-11-21T09:30:00Z".parse().expect("a moment")
}

fn post(to: &str, key: &str) -> Post {
    Post::new(Target::Person { platform: "email".into(), workspace: String::new(), id: to.into() }, Message::new(), key)
}

fn button() -> Button {
    Button::run("Cancel it", Call::new("bellhop", "cancel", json!({ "job": 7 }))).danger("Cancel job 7?")
}

fn token_of(offered: &Offered) -> String {
    let address = offered.address.as_deref().expect("a link");
    address.strip_prefix("https://bot.example.org/act/").expect("our address").to_owned()
}

#[test]
fn a_link_says_who_may_do_what_until_when() {
    let links = ours(b"a key");
    let offered = links.offer(&button(), &post("ana@example.org", "k1"), now());
    assert_eq!((offered.label.as_str(), offered.command.as_str()), ("Cancel it", "bellhop cancel 7"));
    let token = token_of(&offered);
    let act = links.read(&token, now()).expect("it is ours");
    assert_eq!((act.platform.as_str(), act.address.as_str()), ("email", "ana@example.org"));
    assert_eq!((act.line.as_str(), act.question.as_deref()), ("bellhop cancel 7", Some("Cancel job 7?")));
    let last = now() + LIVES - SignedDuration::from_secs(1);
    assert!(links.read(&token, last).is_some());
    assert_eq!(links.read(&token, now() + LIVES), None, "it is a week old");
    assert!(ours(b"a key").read(&token, now()).is_some(), "the same after a restart");
}

#[test]
fn nobody_else_can_make_one() {
    let links = ours(b"a key");
    let token = token_of(&links.offer(&button(), &post("ana@example.org", "k1"), now()));
    let (payload, signature) = token.split_once('.').expect("two parts");
    let mut act = links.read(&token, now()).expect("it is ours");
    act.address = "ben@example.org".into();
    let other = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&act).expect("JSON"));
    for forged in [
        format!("{other}.{signature}"),
        format!("{payload}."),
        payload.to_owned(),
        String::new(),
        format!("{payload}.{}", "0".repeat(32)),
        format!("{payload}.{}", signature.to_uppercase()),
        format!("{payload}A.{signature}"),
    ] {
        assert_eq!(links.read(&forged, now()), None, "{forged}");
    }
    assert_eq!(ours(b"another").read(&token, now()), None);
    // What the page sends back is no link, and a link is not what the page sends back.
    let shown = links.shown(&token);
    assert!(links.was_shown(&token, &shown) && !links.was_shown(&token, signature) && !links.was_shown(&token, ""));
    assert_eq!(links.read(&format!("{payload}.{shown}"), now()), None);
}

#[test]
fn a_repeat_of_a_message_holds_the_same_link_and_another_message_another() {
    let links = ours(b"a key");
    let key = |to: &str, key: &str, at: Timestamp| {
        links.read(&token_of(&links.offer(&button(), &post(to, key), at)), at).expect("it is ours").key
    };
    let first = key("ana@example.org", "k1", now());
    assert_eq!(first, key("ana@example.org", "k1", now() + SignedDuration::from_secs(60)));
    assert_ne!(first, key("ana@example.org", "k2", now()));
    assert_ne!(first, key("ben@example.org", "k1", now()));
}

#[test]
fn without_an_address_or_a_key_it_says_what_to_type() {
    let post = Post { message: Message::text("Late.").buttons(vec![button()]), ..post("ana@example.org", "k1") };
    for links in
        [links(None, b"a key"), Links::new(Some("https://bot.example.org"), None, Connections::new(crate::builtins::group()))]
    {
        assert_eq!(links.in_place_of_buttons(&post, now()).to_plain(&[]), "Late.\n\n- Cancel it: type bellhop cancel 7 in chat");
        assert!(!links.was_shown("", ""), "nothing is shown where there are no links");
    }
    let text = ours(b"a key").in_place_of_buttons(&post, now()).to_plain(&[]);
    assert!(text.starts_with("Late.\n\n- Cancel it <https://bot.example.org/act/"), "{text}");
    assert_eq!(without_links(&text), "Late.\n\n- Cancel it <https://bot.example.org/act/>");
}
