//! Against a far end that keeps what is said and answers `GET /messages` as Zulip does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, patch},
};
use commands::{Button, Call, Error, Message};
use serde_json::Value;

use super::*;
use crate::{
    chat::{Place, Platform, Target, zulip::Config},
    connections::Connections,
    forms::Forms,
};

const SINCE: i64 = 1_795_218_500;

/// What was said, and what is asked for it.
#[derive(Clone, Default)]
struct Far {
    said: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<Vec<HashMap<String, String>>>>,
    /// Sends that are refused from now on, and how.
    refuse: Arc<Mutex<Vec<(u16, Value)>>>,
    /// What no message may say.
    unsayable: Arc<Mutex<Option<&'static str>>>,
    reads: Arc<Mutex<Option<(u16, Value)>>>,
    /// How deletions are refused.
    undeletable: Arc<Mutex<Option<(u16, Value)>>>,
    uploads: Arc<Mutex<Vec<String>>>,
}

async fn upload(State(far): State<Far>, body: String) -> Response {
    far.uploads.lock().expect("whole").push(body);
    answer((
        200,
        json!({"result": "success", "msg": "", "url": "/user_uploads/2/ab/a(1).log", "uri": "/user_uploads/2/ab/a(1).log"}),
    ))
}

fn answer((status, body): (u16, Value)) -> Response {
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

async fn list(State(far): State<Far>, Query(query): Query<HashMap<String, String>>) -> Response {
    far.asked.lock().expect("whole").push(query.clone());
    if let Some(refused) = far.reads.lock().expect("whole").clone() {
        return answer(refused);
    }
    if query["num_before"] == "0" {
        let from: u64 = query["anchor"].parse().expect("a message");
        let said = far.said.lock().expect("whole");
        let from: Vec<&Value> = said.iter().filter(|it| it["id"].as_u64().is_some_and(|it| it >= from)).collect();
        return Json(json!({"result": "success", "msg": "", "messages": from, "found_oldest": true})).into_response();
    }
    let before: u64 = query["anchor"].parse().unwrap_or(u64::MAX);
    let count: usize = query["num_before"].parse().expect("a number");
    let said = far.said.lock().expect("whole");
    let older: Vec<&Value> = said.iter().filter(|it| it["id"].as_u64().is_some_and(|it| it < before)).collect();
    let start = older.len().saturating_sub(count);
    Json(json!({"result": "success", "msg": "", "messages": older[start..], "found_oldest": start == 0, "found_newest": true,
        "found_anchor": false, "history_limited": false, "anchor": before}))
    .into_response()
}

async fn send(State(far): State<Far>, Form(form): Form<HashMap<String, String>>) -> Response {
    if let Some(refused) = far.refuse.lock().expect("whole").pop() {
        return answer(refused);
    }
    if far.unsayable.lock().expect("whole").is_some_and(|it| form["content"].contains(it)) {
        return answer((400, json!({"result": "error", "msg": "Not that", "code": "BAD_REQUEST"})));
    }
    let id = far.say(26, SINCE + 10, &form["content"]);
    Json(json!({"result": "success", "msg": "", "id": id})).into_response()
}

async fn edit(State(far): State<Far>, Path(id): Path<u64>, Form(form): Form<HashMap<String, String>>) -> Response {
    let mut said = far.said.lock().expect("whole");
    match said.iter_mut().find(|it| it["id"] == id) {
        Some(message) => {
            message["content"] = json!(form["content"]);
            answer((200, json!({"result": "success", "msg": ""})))
        }
        None => answer((400, json!({"result": "error", "msg": "Invalid message(s)", "code": "BAD_REQUEST"}))),
    }
}

async fn delete(State(far): State<Far>, Path(id): Path<u64>) -> Response {
    if let Some(refused) = far.undeletable.lock().expect("whole").clone() {
        return answer(refused);
    }
    far.said.lock().expect("whole").retain(|it| it["id"] != id);
    answer((200, json!({"result": "success", "msg": ""})))
}

impl Far {
    fn say(&self, sender: u64, timestamp: i64, content: &str) -> u64 {
        let mut said = self.said.lock().expect("whole");
        let id = said.last().and_then(|it| it["id"].as_u64()).map_or(100, |it| it + 1);
        said.push(
            json!({"id": id, "sender_id": sender, "content": content, "timestamp": timestamp, "subject": "moved meanwhile"}),
        );
        id
    }

    fn contents(&self) -> Vec<String> {
        self.said.lock().expect("whole").iter().map(|it| it["content"].as_str().expect("text").to_owned()).collect()
    }
}

async fn world() -> (Far, Zulip, tempfile::TempDir) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let far = Far::default();
    let me = json!({"result": "success", "msg": "", "user_id": 26, "full_name": "Bellhop", "email": "bellhop-bot@chat.example.org", "is_bot": true});
    let router = Router::new()
        .route("/api/v1/users/me", get(async move || Json(me)))
        .route("/api/v1/messages", get(list).post(send))
        .route("/api/v1/messages/{id}", patch(edit).delete(delete))
        .route("/api/v1/user_uploads", axum::routing::post(upload))
        .with_state(far.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let site = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config: Config = serde_json::from_value(
        json!({"site": site, "email": "bellhop-bot@chat.example.org", "api_key": "k", "webhook_token": "t"}),
    )
    .expect("a configuration");
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/bellhop.db", folder.path().display());
    let store = crate::store::Store::open(&url).await.expect("a store");
    let zulip = Zulip::new(config, None, Connections::new(crate::builtins::group()), Forms::open(&store))
        .expect("a configuration that works");
    (far, zulip, folder)
}

fn post(channel: &str, message: Message) -> Post {
    let place =
        Place { platform: "zulip".into(), workspace: String::new(), channel: channel.into(), thread: Some("fire".into()) };
    Post::new(Target::Place(place), message, "k1")
}

async fn find(zulip: &Zulip, post: &Post) -> Result<Found, Error> {
    zulip.find(post, Timestamp::from_second(SINCE).expect("a moment")).await
}

fn yes(id: u64) -> Result<Found, Error> {
    Ok(Found::Yes(Posted { id: Some(id.to_string()) }))
}

#[tokio::test]
async fn a_post_is_found_wherever_its_topic_went() {
    let (far, zulip, _folder) = world().await;
    let message = post("channel:3", Message::text("Printer on fire"));
    assert_eq!(find(&zulip, &message).await, Ok(Found::No));
    zulip.post(&message).await.expect("a post");
    far.say(26, SINCE + 20, "something else");
    assert_eq!(find(&zulip, &message).await, yes(100));
    assert_eq!(find(&zulip, &Post { key: "k2".into(), ..message }).await, Ok(Found::No));
    let asked = far.asked.lock().expect("whole")[0].clone();
    assert_eq!(
        serde_json::from_str::<Value>(&asked["narrow"]).expect("JSON"),
        json!([{"operator": "stream", "operand": 3, "negated": false}, {"operator": "sender", "operand": 26, "negated": false}])
    );
    assert_eq!((asked["anchor"].as_str(), asked["apply_markdown"].as_str()), ("newest", "false"));
    assert!(far.contents()[0].starts_with("Printer on fire\u{200c}"), "{:?}", far.contents());
}

#[tokio::test]
async fn a_channel_by_name_and_a_direct_conversation_are_narrowed_to() {
    let (far, zulip, _folder) = world().await;
    for (channel, term) in [
        ("channel:ops", json!({"operator": "stream", "operand": "ops", "negated": false})),
        ("dm:10,11", json!({"operator": "dm", "operand": [10, 11], "negated": false})),
    ] {
        assert_eq!(find(&zulip, &post(channel, Message::text("Done"))).await, Ok(Found::No));
        let asked = far.asked.lock().expect("whole").pop().expect("a request");
        assert_eq!(serde_json::from_str::<Value>(&asked["narrow"]).expect("JSON")[0], term);
    }
}

#[tokio::test]
async fn only_our_own_word_counts() {
    let (far, zulip, _folder) = world().await;
    far.say(10, SINCE + 10, &format!("Printer on fire{}", marker::marker("k1", 0)));
    assert_eq!(find(&zulip, &post("channel:3", Message::text("Printer on fire"))).await, Ok(Found::No));
    // Passed on in a message of ours, a copied marker is taken out.
    let passed_on =
        Post { key: "k9".into(), ..post("channel:3", Message::text(format!("Ana: fire{}", marker::marker("k1", 0)))) };
    zulip.post(&passed_on).await.expect("a post");
    assert_eq!(find(&zulip, &post("channel:3", Message::text("Printer on fire"))).await, Ok(Found::No));
}

#[tokio::test]
async fn it_pages_back_to_when_the_post_can_have_been_sent() {
    let (far, zulip, _folder) = world().await;
    let message = post("channel:3", Message::text("Printer on fire"));
    far.say(26, SINCE - 400, &format!("of an earlier life{}", marker::marker("k1", 0)));
    for at in 0..450 {
        far.say(26, SINCE - 299 + at, "chatter");
    }
    assert_eq!(find(&zulip, &message).await, Ok(Found::Yes(Posted { id: Some("100".into()) })), "it is on the third page");
    assert_eq!(far.asked.lock().expect("whole").len(), 3);
    far.say(26, SINCE + 500, &format!("Printer on fire{}", marker::marker("k1", 0)));
    assert_eq!(find(&zulip, &message).await, yes(551));

    let (far, zulip, _folder) = world().await;
    far.say(26, SINCE - 400, "old");
    for at in 0..250 {
        far.say(26, SINCE - 350 + at, "chatter");
    }
    assert_eq!(find(&zulip, &message).await, Ok(Found::No));
    assert_eq!(far.asked.lock().expect("whole").len(), 2, "nothing older than the post is asked for");
}

fn with_buttons() -> Message {
    let call = Call { group: "redmine".into(), action: "issue show".into(), params: serde_json::Map::new() };
    Message::text("Created #42").buttons(vec![Button::run("Show", call)])
}

#[tokio::test]
async fn buttons_that_are_missing_are_added_once() {
    let (far, zulip, _folder) = world().await;
    let message = post("dm:10", with_buttons());
    far.refuse.lock().expect("whole").push((502, json!({})));
    assert!(zulip.post(&message).await.expect_err("not confirmed").maybe_done);
    // The text was refused: nothing is there.
    assert_eq!(find(&zulip, &message).await, Ok(Found::No));
    // Now the text is there and its buttons are not.
    far.say(26, SINCE + 10, &format!("Created #42{}", marker::marker("k1", 0)));
    for _ in 0..2 {
        assert_eq!(find(&zulip, &message).await, yes(100));
    }
    let said = far.contents();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].contains("Show") && said[1].contains(&marker::marker("k1", 255)), "{said:?}");
}

#[tokio::test]
async fn closed_history_cannot_tell_and_trouble_is_an_error() {
    let (far, zulip, _folder) = world().await;
    let message = post("channel:3", Message::text("Done"));
    let reads = |refusal| *far.reads.lock().expect("whole") = Some(refusal);
    for code in ["BAD_NARROW", "STREAM_DOES_NOT_EXIST"] {
        reads((400, json!({"result": "error", "msg": "Invalid narrow operator: unknown channel", "code": code})));
        assert_eq!(find(&zulip, &message).await, Ok(Found::CannotTell), "{code}");
    }
    reads((429, json!({"result": "error", "msg": "slow down", "code": "RATE_LIMIT_HIT", "retry-after": 0.25})));
    let err = find(&zulip, &message).await.expect_err("later");
    assert_eq!((err.kind, err.retry_after.map(|it| it.as_millis())), (ErrorKind::RateLimited, Some(250)));
}

fn button(label: &str) -> Button {
    Button::run(label, Call { group: "redmine".into(), action: format!("issue {label}"), params: serde_json::Map::new() })
}

/// What stands there, without markers.
fn shown(far: &Far) -> Vec<String> {
    far.contents().iter().map(|it| marker::strip(it)).collect()
}

#[tokio::test]
async fn an_edit_takes_the_buttons_along() {
    let (far, zulip, _folder) = world().await;
    let card = |text: &str, buttons: &[&str]| {
        let message = Message::text(text);
        let buttons: Vec<Button> = buttons.iter().map(|it| button(it)).collect();
        post("dm:10", if buttons.is_empty() { message } else { message.buttons(buttons) })
    };
    zulip.post(&card("#42 is new", &["show", "close"])).await.expect("a post");
    far.say(26, SINCE + 20, "another message of ours");
    let ids = |far: &Far| far.said.lock().expect("whole").iter().map(|it| it["id"].as_u64()).collect::<Vec<_>>();
    let before = ids(&far);

    // The same buttons stay where they are, whatever the post is called.
    let update = Post { key: "k2".into(), ..card("#42 is in progress", &["show", "close"]) };
    zulip.update(&update, "100").await.expect("an edit");
    assert_eq!((shown(&far)[0].as_str(), ids(&far)), ("#42 is in progress", before));

    // Other buttons are a new message, and the old one goes; doing it twice changes nothing.
    for _ in 0..2 {
        zulip.update(&card("#42 is closed", &["show", "reopen"]), "100").await.expect("an edit");
        let shown = shown(&far);
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert!(shown[0] == "#42 is closed" && shown[2].contains("reopen") && !shown.concat().contains("close\""), "{shown:?}");
    }
    zulip.update(&card("#42 is gone", &[]), "100").await.expect("an edit");
    assert_eq!(shown(&far), ["#42 is gone", "another message of ours"]);
    zulip.update(&card("#42 is back", &["show"]), "100").await.expect("an edit");
    assert_eq!(shown(&far).len(), 3);

    // Where nothing may be deleted, the old ones say that they count no more.
    *far.undeletable.lock().expect("whole") =
        Some((400, json!({"result": "error", "msg": "You don't have permission to delete this message", "code": "BAD_REQUEST"})));
    zulip.update(&card("#42 is closed", &["reopen"]), "100").await.expect("an edit");
    assert_eq!(shown(&far)[2], "*(out of date: see the message below)*");
    // A message that is gone is to be posted anew.
    assert!(zulip.update(&card("#42", &[]), "99").await.is_err());
}

/// A log of so many lines, with a button.
fn long(lines: usize) -> Post {
    let code = (0..lines).map(|it| format!("line {it} of the log")).collect::<Vec<_>>().join("\n");
    post("dm:10", Message::text("The log:").block(commands::Block::Code(code)).buttons(vec![button("show")]))
}

#[tokio::test]
async fn a_part_that_is_refused_is_said_to_be_missing() {
    let (far, zulip, _folder) = world().await;
    *far.unsayable.lock().expect("whole") = Some("line 400 of the log");
    zulip.post(&long(1_000)).await.expect("a post");
    let said = shown(&far);
    let missing: Vec<usize> = (0..said.len()).filter(|at| said[*at].contains("could not be posted")).collect();
    let [at] = missing[..] else { panic!("one part: {said:?}") };
    assert!(said[at].starts_with(&format!("Part {} of 4 of this message could not be posted: ", at + 1)), "{}", said[at]);
    assert_eq!(said.len(), 5, "the others are there");
    // It stands in the place of the part, which is not looked for again.
    assert_eq!(find(&zulip, &long(1_000)).await, yes(100));
    assert_eq!(shown(&far), said);
}

#[tokio::test]
async fn long_text_is_several_messages_and_completed_after_a_break() {
    let (far, zulip, _folder) = world().await;
    zulip.post(&long(1_000)).await.expect("a post");
    let said = far.contents();
    assert_eq!(said.len(), 5, "four texts and the buttons");
    assert!(said.iter().all(|it| it.chars().count() <= 10_000) && said[0].starts_with("The log:"));
    assert!(said[..4].iter().all(|it| it.matches("```").count() == 2), "each with a fence of its own");
    let text = said.concat();
    assert!((0..1_000).all(|it| text.contains(&format!("line {it} of"))));

    far.said.lock().expect("whole").drain(1..3);
    for _ in 0..2 {
        assert_eq!(find(&zulip, &long(1_000)).await, yes(100));
        assert_eq!(far.contents().len(), 5);
    }
    // An edit to less takes away what is too much.
    zulip.update(&long(10), "100").await.expect("an edit");
    assert_eq!(shown(&far).len(), 2, "{:?}", shown(&far));
}

#[tokio::test]
async fn a_long_document_is_an_upload_that_the_message_links_to() {
    let (far, zulip, _folder) = world().await;
    zulip
        .post(&post("channel:3", Message::new().document("build (1).log", "Build 7", "line\n".repeat(100))))
        .await
        .expect("a post");
    let [said] = shown(&far).try_into().expect("one message");
    assert!(said.ends_with("[build (1).log](/user_uploads/2/ab/a%281%29.log)"), "{said}");
    let uploads = far.uploads.lock().expect("whole");
    assert!(
        uploads.len() == 1 && uploads[0].contains("filename=\"build (1).log\"") && uploads[0].matches("line\n").count() == 100
    );
}
