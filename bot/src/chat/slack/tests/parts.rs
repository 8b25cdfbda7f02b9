//! Posts that are several messages, or files.

use axum::response::{IntoResponse, Response};
use commands::{Audience, Block, Message};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    calling::{Asked, World, answering, ok, place},
    kit,
};
use crate::chat::{File, Found, Place, Platform, Post, Posted, Reach, Target};

const SINCE: i64 = 1_795_218_500;

fn posted(ts: &str) -> Response {
    ok(json!({ "ok": true, "channel": "C0OPS", "ts": ts }))
}

fn me() -> Response {
    ok(json!({ "ok": true, "user_id": "U0BOT", "bot_id": "B0BOT" }))
}

fn page(messages: Value) -> Response {
    ok(json!({ "ok": true, "messages": messages, "has_more": false }))
}

/// Two messages long.
fn long() -> Message {
    (0..60).fold(Message::new(), |message, it| message.paragraph(format!("part {it}")))
}

fn with_file() -> Message {
    Message::text("Done").document("build.log", "Build 7", "line\n".repeat(100))
}

fn post(message: Message) -> Post {
    Post::new(Target::Place(Place { thread: None, ..place() }), message, "k1")
}

fn ticket(world: &World) -> Response {
    ok(json!({ "ok": true, "upload_url": format!("{}/upload/v1/abc", world.url), "file_id": "F0LOG" }))
}

fn said(ts: &str, payload: Value) -> Value {
    json!({ "user": "U0BOT", "bot_id": "B0BOT", "ts": ts, "metadata": { "event_type": "bellhop_post", "event_payload": payload } })
}

fn paths(world: &World) -> Vec<String> {
    world.asked().iter().map(|it| it.path.trim_start_matches("/api/").to_owned()).collect()
}

fn is_valid(asked: &Asked) {
    let problems = kit::message(asked.body.as_object().expect("arguments"));
    assert!(problems.is_empty(), "{problems:?}");
}

#[tokio::test]
async fn what_an_answer_cannot_hold_is_a_post() {
    let world = World::new(Vec::new()).await;
    assert!(world.slack.is_long(&long()) && world.slack.is_long(&with_file()));
    assert!(!world.slack.is_long(&Message::text("Done")));
}

#[tokio::test]
async fn a_long_post_is_several_messages_that_name_the_first() {
    let world = World::new(vec![posted("9.1"), posted("9.2")]).await;
    assert_eq!(world.slack.post(&post(long())).await.unwrap(), Posted { id: Some("9.1".into()) });
    let asked = world.asked();
    asked.iter().for_each(is_valid);
    assert_eq!(paths(&world), ["chat.postMessage", "chat.postMessage"]);
    assert_eq!(asked[0].body["metadata"]["event_payload"], json!({ "key": "k1" }));
    assert_eq!(asked[1].body["metadata"]["event_payload"], json!({ "key": "k1", "part": 1, "head": "9.1" }));
    let texts =
        |at: usize| asked[at].body["blocks"].as_array().unwrap().iter().map(|it| it["text"]["text"].as_str().unwrap().to_owned());
    assert_eq!(texts(0).chain(texts(1)).collect::<Vec<_>>(), (0..60).map(|it| format!("part {it}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_broke_off_is_looked_for_and_completed() {
    let world = World::new(vec![posted("9.1"), ok(json!({ "ok": false, "error": "internal_error" }))]).await;
    assert!(world.slack.post(&post(long())).await.unwrap_err().maybe_done);

    let history = page(json!([said("9.1", json!({ "key": "k1" }))]));
    let world = World::new(vec![me(), history, posted("9.2")]).await;
    let found = world.slack.find(&post(long()), Timestamp::from_second(SINCE).unwrap()).await;
    assert_eq!(found, Ok(Found::Yes(Posted { id: Some("9.1".into()) })));
    assert_eq!(paths(&world), ["auth.test", "conversations.history", "chat.postMessage"]);
    assert_eq!(world.asked()[2].body["metadata"]["event_payload"], json!({ "key": "k1", "part": 1, "head": "9.1" }));

    let all = page(json!([said("9.2", json!({ "key": "k1", "part": 1, "head": "9.1" })), said("9.1", json!({ "key": "k1" }))]));
    let world = World::new(vec![me(), all]).await;
    let found = world.slack.find(&post(long()), Timestamp::from_second(SINCE).unwrap()).await;
    assert_eq!(found, Ok(Found::Yes(Posted { id: Some("9.1".into()) })));
}

#[tokio::test]
async fn a_long_document_is_a_file_behind_its_message() {
    let world = World::new(vec![posted("9.1")]).await;
    world.answer(ticket(&world));
    world.answer("OK - 500".into_response());
    world.answer(ok(json!({ "ok": true, "files": [{ "id": "F0LOG" }] })));
    world.slack.post(&post(with_file())).await.unwrap();
    let asked = world.asked();
    assert_eq!(
        paths(&world),
        ["chat.postMessage", "files.getUploadURLExternal", "/upload/v1/abc", "files.completeUploadExternal"]
    );
    assert_eq!(asked[1].query, "filename=build.log&length=500");
    assert!(!asked[2].has_token(), "the address needs none");
    let shared = &asked[3].body;
    assert_eq!((&shared["channel_id"], &shared["files"]), (&json!("C0OPS"), &json!([{ "id": "F0LOG", "title": "Build 7" }])));
    let block = shared["blocks"][0]["block_id"].clone();

    // Found by its block, it is not sent again; missing, it is.
    let first = said("9.1", json!({ "key": "k1" }));
    let file = json!({ "user": "U0BOT", "ts": "9.2", "files": [{ "id": "F0LOG" }], "blocks": [{ "type": "section", "block_id": block }] });
    let world = World::new(vec![me(), page(json!([file, first.clone()]))]).await;
    let since = Timestamp::from_second(SINCE).unwrap();
    assert_eq!(world.slack.find(&post(with_file()), since).await, Ok(Found::Yes(Posted { id: Some("9.1".into()) })));
    let world = World::new(vec![me(), page(json!([first]))]).await;
    world.answer(ticket(&world));
    world.answer("OK - 500".into_response());
    world.answer(ok(json!({ "ok": true, "files": [] })));
    assert_eq!(world.slack.find(&post(with_file()), since).await, Ok(Found::Yes(Posted { id: Some("9.1".into()) })));
    assert_eq!(world.asked()[4].body["blocks"][0]["block_id"], block);
}

#[tokio::test]
async fn a_file_for_one_pair_of_eyes_goes_to_their_direct_messages() {
    let world = World::new(vec![ok(json!({ "ok": true, "messages": [] })), ok(json!({ "ok": true, "message_ts": "9.1" }))]).await;
    world.answer(ok(json!({ "ok": true, "channel": { "id": "D0ANA" } })));
    world.answer(ticket(&world));
    world.answer("OK - 500".into_response());
    world.answer(ok(json!({ "ok": true, "files": [] })));
    let to = Target::Answer { to: answering(None), audience: Audience::Asker };
    world.slack.post(&Post { to, ..post(with_file()) }).await.unwrap();
    assert_eq!(
        paths(&world),
        [
            "conversations.replies",
            "chat.postEphemeral",
            "conversations.open",
            "files.getUploadURLExternal",
            "/upload/v1/abc",
            "files.completeUploadExternal"
        ]
    );
    let shared = &world.asked()[5].body;
    assert_eq!((&shared["channel_id"], &shared["thread_ts"]), (&json!("D0ANA"), &Value::Null));
}

#[tokio::test]
async fn a_file_that_is_refused_is_said_to_be_missing() {
    let world = World::new(vec![
        posted("9.1"),
        ok(json!({ "ok": false, "error": "missing_scope", "needed": "files:write" })),
        posted("9.2"),
    ])
    .await;
    let files = vec![File { name: "chart.png".into(), title: "Chart".into(), content: vec![1, 2, 3] }];
    world.slack.post(&Post { files, ..post(Message::text("Done")) }).await.unwrap();
    let said = &world.asked()[2].body;
    let text = said["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(text.starts_with("The file chart.png could not be attached: ") && text.contains("files:write"), "{text}");
    assert_eq!(said["metadata"]["event_payload"]["part"], 1);
    // Where to upload must be Slack's.
    let world = World::new(vec![
        posted("9.1"),
        ok(json!({ "ok": true, "upload_url": "https://evil.example/x", "file_id": "F0" })),
        posted("9.2"),
    ])
    .await;
    world.slack.post(&post(with_file())).await.unwrap();
    assert_eq!(paths(&world), ["chat.postMessage", "files.getUploadURLExternal", "chat.postMessage"]);
}

#[tokio::test]
async fn a_part_that_is_refused_is_said_to_be_missing() {
    let world = World::new(vec![posted("9.1"), ok(json!({ "ok": false, "error": "invalid_blocks" })), posted("9.2")]).await;
    world.slack.post(&post(long())).await.unwrap();
    let said = &world.asked()[2].body;
    let text = said["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(text.starts_with("Part 2 of 2 of this message could not be posted: "), "{text}");
    // In the place of the part, so that it is not looked for again.
    assert_eq!(said["metadata"]["event_payload"], json!({ "key": "k1", "part": 1, "head": "9.1" }));
}

#[tokio::test]
async fn a_reply_can_be_shown_in_the_channel_too() {
    let world = World::new(vec![posted("9.1"), posted("9.2")]).await;
    let reply = Post { reach: Reach::Channel, ..Post::new(Target::Place(place()), Message::text("Done"), "k1") };
    world.slack.post(&reply).await.unwrap();
    world.slack.post(&Post { reach: Reach::Channel, ..post(Message::text("Done")) }).await.unwrap();
    assert_eq!(world.asked()[0].body["reply_broadcast"], true);
    assert_eq!(world.asked()[1].body["reply_broadcast"], Value::Null, "no reply, nothing to show twice");
    is_valid(&world.asked()[0]);
}

#[tokio::test]
async fn an_edit_takes_all_parts_along() {
    // Two parts become one.
    let other = |ts: &str, part: u8| said(ts, json!({ "key": "k0", "part": part, "head": "1795218600.000100" }));
    let foreign = said("1795218600.000300", json!({ "key": "k0", "part": 1, "head": "1795218599.000100" }));
    let updated = || ok(json!({ "ok": true }));
    let head = "1795218600.000100";
    let history = page(json!([foreign, other("1795218600.000200", 1)]));
    let world = World::new(vec![updated(), me(), history, updated()]).await;
    world.slack.update(&post(Message::text("Short")), head).await.unwrap();
    assert_eq!(paths(&world), ["chat.update", "auth.test", "conversations.history", "chat.delete"]);
    let asked = world.asked();
    assert_eq!(asked[3].body, json!({ "channel": "C0OPS", "ts": "1795218600.000200" }));
    assert_eq!(asked[0].body["attachments"], json!([]), "a bar at its side would stay");
    // Known to be one now, it is edited at once.
    world.answer(updated());
    world.slack.update(&post(Message::text("Shorter")), head).await.unwrap();
    assert_eq!(world.asked().len(), 5);
    // It grows: what is there is edited, what is missing comes.
    for history in [json!([]), json!([other("1795218600.000200", 1)])] {
        let is_there = history != json!([]);
        let world = World::new(vec![updated(), me(), page(history), posted("9.9")]).await;
        world.slack.update(&post(long()), head).await.unwrap();
        let last = world.asked()[3].clone();
        assert_eq!(last.path, if is_there { "/api/chat.update" } else { "/api/chat.postMessage" });
        assert_eq!(last.body["metadata"]["event_payload"], json!({ "key": "k1", "part": 1, "head": head }));
    }
    // What is closed to us is left alone.
    let world = World::new(vec![updated(), me(), ok(json!({ "ok": false, "error": "missing_scope" }))]).await;
    world.slack.update(&post(long()), head).await.unwrap();
    assert_eq!(world.asked().len(), 3);
}

#[test]
fn files_in_a_job_are_text() {
    let file = File { name: "a.png".into(), title: "A".into(), content: vec![0, 255, 16] };
    let post = Post { files: vec![file], ..post(Message::new().block(Block::Divider)) };
    let stored = serde_json::to_string(&post).unwrap();
    assert!(stored.contains(r#""content":"AP8Q""#), "{stored}");
    assert_eq!(serde_json::from_str::<Post>(&stored).unwrap(), post);
    let older =
        r#"{"to":{"place":{"platform":"slack","workspace":"T","channel":"C","thread":null}},"message":{"blocks":[]},"key":"k"}"#;
    assert_eq!(serde_json::from_str::<Post>(older).unwrap().reach, Reach::Place);
}
