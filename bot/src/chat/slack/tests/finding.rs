//! Posts whose delivery nobody confirmed, looked for in what Slack's history shows.

use axum::response::Response;
use commands::{Audience, Error, ErrorKind, Message};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::calling::{World, answering, ok, place, to_asker};
use crate::chat::{Found, Place, Platform, Post, Posted, Target};

const SINCE: i64 = 1_795_218_500;

fn me() -> Response {
    ok(json!({ "ok": true, "user_id": "U0BOT", "bot_id": "B0BOT" }))
}

/// A message of ours with this key, as the history shows it.
fn said(ts: &str, key: &str) -> Value {
    json!({ "type": "message", "user": "U0BOT", "bot_id": "B0BOT", "ts": ts, "text": "Done",
        "metadata": { "event_type": "bellhop_post", "event_payload": { "key": key } } })
}

fn page(messages: Value, next: &str) -> Response {
    ok(json!({ "ok": true, "messages": messages, "has_more": !next.is_empty(), "response_metadata": { "next_cursor": next } }))
}

fn refused(code: &str) -> Response {
    ok(json!({ "ok": false, "error": code }))
}

fn channel(name: &str) -> Target {
    Target::Place(Place { channel: name.into(), thread: None, ..place() })
}

async fn find(world: &World, to: Target) -> Result<Found, Error> {
    let post = Post::new(to, Message::text("Done"), "k1");
    world.slack.find(&post, Timestamp::from_second(SINCE).unwrap()).await
}

fn yes(ts: &str) -> Result<Found, Error> {
    Ok(Found::Yes(Posted { id: Some(ts.into()) }))
}

fn query(world: &World, at: usize) -> Vec<(String, String)> {
    url::form_urlencoded::parse(world.asked()[at].query.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_post_is_found_by_its_key_pages_back() {
    let first = json!([said("1795218600.000200", "k9"), { "user": "U0ANA", "ts": "1795218600.000100", "text": "hello" }]);
    let second = json!([said("1795218550.000100", "k1")]);
    let world = World::new(vec![me(), page(first, "bmV4dA=="), page(second, "")]).await;
    assert_eq!(find(&world, channel("C0OPS")).await, yes("1795218550.000100"));
    let asked = world.asked();
    assert_eq!(asked[1].path, "/api/conversations.history");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut expected = vec![
        pair("channel", "C0OPS"),
        // Five minutes for the clocks.
        pair("oldest", "1795217400.000000"),
        pair("include_all_metadata", "true"),
        pair("limit", "200"),
    ];
    assert_eq!(query(&world, 1), expected);
    expected.push(pair("latest", "1795218600.000100"));
    assert_eq!(query(&world, 2), expected);
}

#[tokio::test]
async fn a_look_that_was_cut_short_goes_on_where_it_stopped() {
    let number = |ts: u32| format!("1795218600.{ts:06}");
    let back = |ts: u32| page(json!([said(&number(ts + 1), "k8"), said(&number(ts), "k9")]), "more");
    let world = World::new(vec![me(), back(700), back(600), refused("ratelimited"), back(500), page(json!([]), "")]).await;
    let first = find(&world, channel("C0OPS")).await;
    assert_eq!(first.map_err(|it| it.kind), Err(ErrorKind::RateLimited));
    assert_eq!(find(&world, channel("C0OPS")).await, Ok(Found::No));
    let latest: Vec<Option<String>> =
        (1..6).map(|at| query(&world, at).into_iter().find(|(name, _)| name == "latest").map(|(_, value)| value)).collect();
    assert_eq!(latest, [None, Some(number(700)), Some(number(600)), Some(number(600)), Some(number(500))]);
    // The next who looks within a second asks nobody.
    assert_eq!(find(&world, channel("C0OPS")).await, Ok(Found::No));
    assert_eq!(world.asked().len(), 6);
}

#[tokio::test]
async fn what_is_not_there_did_not_arrive() {
    let mut forged = said("1795218600.000300", "k1");
    (forged["user"], forged["bot_id"]) = (json!("U0OTHER"), json!("B0OTHER"));
    let mut of_another_kind = said("1795218600.000400", "k1");
    of_another_kind["metadata"]["event_type"] = json!("something");
    let messages = json!([forged, of_another_kind, said("1795218600.000200", "k11")]);
    let world = World::new(vec![me(), page(messages, "")]).await;
    assert_eq!(find(&world, channel("C0OPS")).await, Ok(Found::No));
}

#[tokio::test]
async fn a_reply_is_looked_for_in_its_thread() {
    let thread = Target::Place(Place { thread: Some("1795218000.000001".into()), ..place() });
    let world = World::new(vec![me(), page(json!([said("1795218550.000100", "k1")]), "")]).await;
    assert_eq!(find(&world, thread).await, yes("1795218550.000100"));
    assert_eq!(world.asked()[1].path, "/api/conversations.replies");
    assert!(query(&world, 1).contains(&("ts".into(), "1795218000.000001".into())));
}

#[tokio::test]
async fn a_direct_message_is_looked_for_in_its_conversation() {
    let opened = || ok(json!({ "ok": true, "channel": { "id": "D0ANA" } }));
    let person = Target::Person { platform: "slack".into(), workspace: "T0DEMO".into(), id: "U0ANA".into() };
    for to in [person, channel("U0ANA")] {
        let world = World::new(vec![opened(), me(), page(json!([said("1795218550.000100", "k1")]), "")]).await;
        assert_eq!(find(&world, to).await, yes("1795218550.000100"));
        assert!(query(&world, 2).contains(&("channel".into(), "D0ANA".into())));
    }
}

#[tokio::test]
async fn a_channel_that_is_known_by_name_is_looked_up_once() {
    let list = |name: &str, next: &str| {
        ok(json!({ "ok": true, "channels": [{ "id": "C0NAMED", "name": name }], "response_metadata": { "next_cursor": next } }))
    };
    let empty = || page(json!([]), "");
    // Both looks are into the same history at the same time, which is read once.
    let world = World::new(vec![list("other", "bmV4dA=="), list("dev", ""), me(), empty()]).await;
    for name in ["#dev", "dev"] {
        assert_eq!(find(&world, channel(name)).await, Ok(Found::No));
    }
    assert!(query(&world, 3).contains(&("channel".into(), "C0NAMED".into())));
    assert_eq!(world.asked().len(), 4);

    // A post that was confirmed says what its channel's id is.
    let world = World::new(vec![ok(json!({ "ok": true, "channel": "C0DEV", "ts": "9.1" })), me(), empty()]).await;
    let post = Post::new(channel("#dev"), Message::text("Done"), "k0");
    world.slack.post(&post).await.unwrap();
    assert_eq!(find(&world, channel("#dev")).await, Ok(Found::No));
    assert!(query(&world, 2).contains(&("channel".into(), "C0DEV".into())));
}

#[tokio::test]
async fn what_only_one_person_saw_has_no_history() {
    let world = World::new(vec![]).await;
    assert_eq!(find(&world, to_asker(None)).await, Ok(Found::CannotTell));
    assert_eq!(find(&world, to_asker(Some(format!("{}/commands/1", world.url)))).await, Ok(Found::CannotTell));
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn an_answer_to_all_carries_its_key_either_way() {
    let to = |url: Option<String>| Target::Answer { to: answering(url), audience: Audience::Channel };
    let world = World::new(vec![axum::response::IntoResponse::into_response("ok"), me(), page(json!([]), "")]).await;
    let url = format!("{}/commands/T0DEMO/1/abc", world.url);
    let post = Post::new(to(Some(url.clone())), Message::text("Done"), "k1");
    world.slack.post(&post).await.unwrap();
    let asked = world.asked();
    assert_eq!(asked[0].body["metadata"], json!({ "event_type": "bellhop_post", "event_payload": { "key": "k1" } }));
    assert_eq!(find(&world, to(Some(url))).await, Ok(Found::No));
    assert_eq!(world.asked()[2].path, "/api/conversations.replies");
}

#[tokio::test]
async fn closed_history_cannot_tell_and_trouble_is_an_error() {
    for code in ["missing_scope", "not_in_channel", "channel_not_found", "thread_not_found"] {
        let world = World::new(vec![me(), refused(code)]).await;
        assert_eq!(find(&world, channel("C0OPS")).await, Ok(Found::CannotTell), "{code}");
    }
    for (code, kind) in [("invalid_auth", ErrorKind::Auth), ("internal_error", ErrorKind::Server)] {
        let world = World::new(vec![me(), refused(code)]).await;
        let err = find(&world, channel("C0OPS")).await.unwrap_err();
        assert_eq!((err.kind, err.maybe_done), (kind, false), "{code}");
    }
    // Slack shows that there is metadata, and keeps it to itself.
    let mut kept = said("1795218600.000200", "k1");
    kept["metadata"]["event_payload"] = json!({});
    let world = World::new(vec![me(), page(json!([kept]), "")]).await;
    assert_eq!(find(&world, channel("C0OPS")).await, Ok(Found::CannotTell));
}

#[tokio::test]
async fn a_history_too_long_to_look_through_cannot_tell() {
    let pages = (0..10).map(|_| page(json!([said("1795218600.000200", "k9")]), "bmV4dA=="));
    let world = World::new([me()].into_iter().chain(pages).collect()).await;
    assert_eq!(find(&world, channel("C0OPS")).await, Ok(Found::CannotTell));
}
