//! The client against a small Slack of its own, over real HTTP.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use commands::{Audience, Error, ErrorKind, Message};
use connectors::State as Health;
use serde_json::{Value, json};

use crate::chat::{
    Answering, FormView, Opener, Place, Platform, Post, Posted, Target,
    slack::{Config, Slack},
};
use crate::connections::Connections;

const TOKEN: &str = "xoxb-canary-7f3a91";
const SECRET: &str = "signing-canary-55d0";

/// Answers in the order they were put in, and keeps what was asked.
#[derive(Clone, Default)]
pub(super) struct Far {
    answers: Arc<Mutex<VecDeque<Response>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) query: String,
    headers: HeaderMap,
    pub(super) body: Value,
}

impl Asked {
    pub(super) fn has_token(&self) -> bool {
        self.headers.contains_key("authorization")
    }
}

async fn answer(State(far): State<Far>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    far.asked.lock().unwrap().push(Asked {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    });
    let answer = far.answers.lock().unwrap().pop_front();
    match answer {
        Some(answer) => answer,
        // Reads, and never answers.
        None => std::future::pending().await,
    }
}

pub(super) struct World {
    far: Far,
    pub(super) slack: Slack,
    pub(super) url: String,
}

impl World {
    pub(super) async fn new(answers: Vec<Response>) -> World {
        World::with_rate(answers, 0.0).await
    }

    async fn with_rate(answers: Vec<Response>, rate: f64) -> World {
        let far = Far { answers: Arc::new(Mutex::new(answers.into())), ..Far::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(far.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config: Config = serde_json::from_value(json!({
            "signing_secret": SECRET, "bot_token": TOKEN, "api_url": format!("{url}/api/"), "channel_rate": rate,
        }))
        .unwrap();
        let slack = Slack::new(config, Connections::new(crate::builtins::group())).unwrap();
        World { far, slack, url }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.far.asked.lock().unwrap().clone()
    }

    /// One more answer, behind those that there are.
    pub(super) fn answer(&self, answer: Response) {
        self.far.answers.lock().unwrap().push_back(answer);
    }

    async fn post(&self, to: Target) -> Result<Posted, Error> {
        self.slack.post(&Post::new(to, Message::text("Done"), "k1")).await
    }
}

pub(super) fn ok(body: Value) -> Response {
    axum::Json(body).into_response()
}

/// A thread with as many messages, its first included.
fn replies(count: usize) -> Response {
    ok(json!({ "ok": true, "messages": vec![json!({}); count] }))
}

pub(super) fn place() -> Place {
    Place { platform: "slack".into(), workspace: "T0DEMO".into(), channel: "C0OPS".into(), thread: Some("1.2".into()) }
}

pub(super) fn answering(response_url: Option<String>) -> Answering {
    Answering { place: place(), asker: "U0ANA".into(), response_url, pressed: None }
}

pub(super) fn to_asker(response_url: Option<String>) -> Target {
    Target::Answer { to: answering(response_url), audience: Audience::Asker }
}

#[tokio::test]
async fn a_post_carries_its_key_and_parses_nothing() {
    let world = World::new(vec![ok(json!({ "ok": true, "channel": "C0OPS", "ts": "9.1" }))]).await;
    assert_eq!(world.post(Target::Place(place())).await.unwrap().id.as_deref(), Some("9.1"));
    let asked = &world.asked()[0];
    assert_eq!(asked.path, "/api/chat.postMessage");
    assert_eq!(asked.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(asked.body["metadata"], json!({ "event_type": "bellhop_post", "event_payload": { "key": "k1" } }));
    assert_eq!(
        (&asked.body["thread_ts"], &asked.body["parse"], &asked.body["link_names"]),
        (&json!("1.2"), &json!("none"), &json!(false))
    );
}

#[tokio::test]
async fn an_answer_takes_the_response_url_and_then_the_api() {
    let answers = vec![
        "ok".into_response(),
        (StatusCode::NOT_FOUND, "used_url").into_response(),
        replies(2),
        ok(json!({ "ok": true, "message_ts": "9.2" })),
    ];
    let world = World::new(answers).await;
    let url = format!("{}/commands/T0DEMO/1/abc", world.url);
    assert_eq!(world.post(to_asker(Some(url.clone()))).await.unwrap(), Posted::default());
    assert_eq!(world.post(to_asker(Some(url))).await.unwrap().id.as_deref(), Some("9.2"));
    let asked = world.asked();
    let paths: Vec<&str> = asked.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        paths,
        ["/commands/T0DEMO/1/abc", "/commands/T0DEMO/1/abc", "/api/conversations.replies", "/api/chat.postEphemeral"]
    );
    assert_eq!((&asked[0].body["response_type"], &asked[0].body["replace_original"]), (&json!("ephemeral"), &json!(false)));
    assert!(asked[0].headers.get("authorization").is_none(), "the token is for the API only");
    let sent = &asked[3].body;
    assert_eq!((&sent["user"], &sent["channel"], &sent["thread_ts"]), (&json!("U0ANA"), &json!("C0OPS"), &json!("1.2")));
}

#[tokio::test]
async fn in_a_thread_that_nobody_replied_in_an_ephemeral_message_would_be_invisible() {
    let world = World::new(vec![replies(1), ok(json!({ "ok": true, "message_ts": "9.2" }))]).await;
    world.post(to_asker(None)).await.unwrap();
    assert_eq!(world.asked()[1].body.get("thread_ts"), None);
}

#[tokio::test]
async fn a_response_url_is_used_five_times() {
    let mut answers: Vec<Response> = (0..5).map(|_| "ok".into_response()).collect();
    answers.extend([replies(2), ok(json!({ "ok": true, "message_ts": "9.3" }))]);
    let world = World::new(answers).await;
    let url = format!("{}/commands/T0DEMO/1/abc", world.url);
    for _ in 0..6 {
        world.post(to_asker(Some(url.clone()))).await.unwrap();
    }
    assert_eq!(world.asked()[6].path, "/api/chat.postEphemeral");
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_slacks() {
    let world = World::new(vec![]).await;
    for url in [
        "https://evil.example/commands/1",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "no address",
    ] {
        let err = world.post(to_asker(Some(url.into()))).await.unwrap_err();
        assert_eq!(err.kind, ErrorKind::Permission, "{url}");
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn a_person_is_written_to_in_a_conversation_of_their_own() {
    let world =
        World::new(vec![ok(json!({ "ok": true, "channel": { "id": "D0ANA" } })), ok(json!({ "ok": true, "ts": "9.4" }))]).await;
    let person = Target::Person { platform: "slack".into(), workspace: "T0DEMO".into(), id: "U0ANA".into() };
    assert_eq!(world.post(person).await.unwrap().id.as_deref(), Some("9.4"));
    let asked = world.asked();
    assert_eq!((asked[0].path.as_str(), &asked[0].body["users"]), ("/api/conversations.open", &json!("U0ANA")));
    assert_eq!(asked[1].body["channel"], "D0ANA");
}

#[tokio::test]
async fn each_way_out_counts_against_its_own_limits() {
    let names = |world: &World, to: &Target| world.slack.limits(to).into_iter().map(|it| it.name).collect::<Vec<_>>();
    let world = World::with_rate(Vec::new(), 1.0).await;
    let said = ["slack:C0OPS", "slack:chat.postMessage"];
    assert_eq!(names(&world, &Target::Place(place())), said);
    assert_eq!(names(&world, &Target::Answer { to: answering(None), audience: Audience::Channel }), said);
    assert_eq!(names(&world, &to_asker(None)), ["slack:chat.postEphemeral"]);
    assert_eq!(names(&world, &to_asker(Some("https://hooks.slack.com/commands/1".into()))), [""; 0]);
    let ana = Target::Person { platform: "slack".into(), workspace: String::new(), id: "U0ANA".into() };
    assert_eq!(names(&world, &ana), ["slack:@U0ANA", "slack:chat.postMessage", "slack:conversations.open"]);
    let limits = world.slack.limits(&Target::Place(place()));
    assert_eq!((limits[0].interval, limits[0].burst), (Duration::from_secs(1), 3));
    // 100 at once and 200 a minute: 300 in any minute.
    assert_eq!((limits[1].interval, limits[1].burst), (Duration::from_millis(300), 100));
    assert!(World::new(Vec::new()).await.slack.limits(&Target::Place(place())).is_empty());
}

#[tokio::test]
async fn administrators_are_found_the_owners_first() {
    let user = |id: &str, flags: Value| {
        let mut user = json!({ "id": id, "name": id.to_lowercase(), "deleted": false, "is_bot": false });
        for (flag, value) in flags.as_object().unwrap() {
            user[flag] = value.clone();
        }
        user
    };
    let members = json!([
        user("U0BEN", json!({})),
        user("U0CHLOE", json!({ "is_admin": true })),
        user("U0GONE", json!({ "is_owner": true, "deleted": true })),
        user("U0ANA", json!({ "is_admin": true, "is_owner": true, "is_primary_owner": true })),
    ]);
    let world = World::new(vec![ok(json!({ "ok": true, "members": members }))]).await;
    let found: Vec<String> = world.slack.administrators().await.unwrap().iter().map(Target::key).collect();
    assert_eq!(found, ["slack::@U0ANA", "slack::@U0CHLOE"]);
}

#[tokio::test]
async fn slacks_words_have_their_class() {
    for (code, kind) in [
        ("not_in_channel", ErrorKind::Closed),
        ("channel_not_found", ErrorKind::Closed),
        ("is_archived", ErrorKind::Closed),
        ("invalid_auth", ErrorKind::Auth),
        ("token_revoked", ErrorKind::Auth),
        ("account_inactive", ErrorKind::Auth),
        ("ratelimited", ErrorKind::RateLimited),
        ("msg_too_long", ErrorKind::Validation),
        ("expired_trigger_id", ErrorKind::Timeout),
        ("internal_error", ErrorKind::Server),
        ("brand_new_code", ErrorKind::Server),
    ] {
        let world = World::new(vec![ok(json!({ "ok": false, "error": code, "extra": TOKEN }))]).await;
        let err = world.post(Target::Place(place())).await.unwrap_err();
        assert_eq!((err.kind, err.maybe_done), (kind, code == "internal_error"), "{code}");
        assert!(!format!("{err:?}").contains(TOKEN), "{err:?}");
    }
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let world = World::new(vec![ok(json!({ "ok": false, "error": "missing_scope", "needed": "chat:write" }))]).await;
    let err = world.post(Target::Place(place())).await.unwrap_err();
    assert!(err.message.contains("`chat:write`") && err.kind == ErrorKind::Permission, "{err}");
}

#[tokio::test]
async fn statuses_have_their_class_and_bodies_stay_outside() {
    let page = format!("<html>{TOKEN} {SECRET}</html>");
    for (status, kind, maybe_done) in [
        (StatusCode::OK, ErrorKind::Server, false),
        (StatusCode::UNAUTHORIZED, ErrorKind::Auth, false),
        (StatusCode::FORBIDDEN, ErrorKind::Permission, false),
        (StatusCode::INTERNAL_SERVER_ERROR, ErrorKind::Server, true),
        (StatusCode::SERVICE_UNAVAILABLE, ErrorKind::Server, false),
        (StatusCode::BAD_GATEWAY, ErrorKind::Server, true),
        (StatusCode::GATEWAY_TIMEOUT, ErrorKind::Server, true),
    ] {
        let world = World::new(vec![(status, page.clone()).into_response()]).await;
        let err = world.post(Target::Place(place())).await.unwrap_err();
        assert_eq!((err.kind, err.maybe_done), (kind, maybe_done), "{status}");
        assert!(!format!("{err:?} {err}").contains("canary"), "{err:?}");
    }
}

#[tokio::test]
async fn too_many_requests_says_when_to_go_on() {
    let world = World::new(vec![(StatusCode::TOO_MANY_REQUESTS, [("retry-after", "2.5")], "slow down").into_response()]).await;
    let err = world.post(Target::Place(place())).await.unwrap_err();
    assert_eq!((err.kind, err.retry_after), (ErrorKind::RateLimited, Some(Duration::from_millis(2500))));
    let world = World::new(vec![(StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "30")], "").into_response()]).await;
    let err = world.post(Target::Place(place())).await.unwrap_err();
    assert_eq!((err.kind, err.retry_after, err.maybe_done), (ErrorKind::Server, Some(Duration::from_secs(30)), false));
}

#[tokio::test]
async fn half_an_answer_may_be_slacks_own() {
    for half in ["", r#"{"ok": tr"#, "{}", "null"] {
        let world = World::new(vec![half.into_response()]).await;
        let err = world.post(Target::Place(place())).await.unwrap_err();
        assert_eq!((err.kind, err.maybe_done), (ErrorKind::Server, true), "{half:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let world = World::new(vec![vec![b'x'; 5 << 20].into_response()]).await;
    let err = world.post(Target::Place(place())).await.unwrap_err();
    assert_eq!((err.kind, err.maybe_done), (ErrorKind::Server, true));
}

#[tokio::test]
async fn a_silent_slack_may_have_done_it_and_an_absent_one_has_not() {
    let world = World::new(vec![]).await;
    let mut post = Box::pin(world.post(Target::Place(place())));
    // Real I/O first: the clock stands still only once the request has arrived.
    while world.asked().is_empty() {
        tokio::select! { biased; done = &mut post => panic!("{done:?}"), () = tokio::task::yield_now() => {} }
    }
    tokio::time::pause();
    let err = post.await.unwrap_err();
    assert_eq!((err.kind, err.maybe_done), (ErrorKind::Timeout, true));
    tokio::time::resume();

    let config = json!({ "signing_secret": SECRET, "bot_token": TOKEN, "api_url": "http://127.0.0.1:1/api" });
    let slack = Slack::new(serde_json::from_value(config).unwrap(), Connections::new(crate::builtins::group())).unwrap();
    let post = Post::new(Target::Place(place()), Message::text("Done"), "k1");
    let err = slack.post(&post).await.unwrap_err();
    assert_eq!((err.kind, err.maybe_done), (ErrorKind::Network, false));
}

fn form() -> FormView {
    FormView {
        id: "form-7".into(),
        title: "Create Redmine issue".into(),
        help: String::new(),
        fields: Vec::new(),
        values: serde_json::Map::new(),
        problems: Vec::new(),
        step: 1,
        steps: 1,
        submit: "Create".into(),
        preview: None,
    }
}

#[tokio::test]
async fn a_form_opens_by_its_trigger() {
    let world = World::new(vec![ok(json!({ "ok": true, "view": { "id": "V1" } }))]).await;
    world.slack.open_form(&Opener { trigger: Some("9.9.z".into()), to: answering(None) }, &form()).await.unwrap();
    let asked = &world.asked()[0];
    assert_eq!((asked.path.as_str(), &asked.body["trigger_id"]), ("/api/views.open", &json!("9.9.z")));
    assert_eq!(asked.body["view"]["private_metadata"], "form-7");
}

#[tokio::test]
async fn a_form_without_a_fresh_trigger_is_offered_as_a_button() {
    let posted = || ok(json!({ "ok": true, "message_ts": "9.6" }));
    let world =
        World::new(vec![ok(json!({ "ok": false, "error": "expired_trigger_id" })), replies(2), posted(), replies(2), posted()])
            .await;
    for trigger in [Some("9.9.z".into()), None] {
        world.slack.open_form(&Opener { trigger, to: answering(None) }, &form()).await.unwrap();
    }
    let asked = world.asked();
    assert_eq!(asked[2].path, "/api/chat.postEphemeral");
    assert_eq!(asked[2].body["blocks"], asked[4].body["blocks"]);
    let button = &asked[2].body["blocks"][1]["elements"][0];
    assert_eq!((&button["action_id"], &button["value"]), (&json!("open-form"), &json!("form-7")));
}

#[tokio::test]
async fn a_form_that_slack_refuses_is_an_error() {
    let world = World::new(vec![ok(json!({ "ok": false, "error": "invalid_arguments" }))]).await;
    let opener = Opener { trigger: Some("9.9.z".into()), to: answering(None) };
    assert_eq!(world.slack.open_form(&opener, &form()).await.unwrap_err().kind, ErrorKind::Internal);
}

#[tokio::test]
async fn a_person_is_asked_for_once() {
    let user = json!({ "ok": true, "user": { "id": "U0ANA", "team_id": "T0DEMO", "name": "ana", "deleted": false, "is_admin": true, "is_owner": false,
        "profile": { "display_name": "", "real_name": "Ana", "email": "ana@example.org" } } });
    let world = World::new(vec![ok(user)]).await;
    let ana = world.slack.person("T0DEMO", "U0ANA").await.unwrap();
    assert_eq!((ana.name.as_str(), ana.email.as_deref(), ana.admin), ("Ana", Some("ana@example.org"), true));
    assert_eq!(world.slack.mentioned("T0DEMO", "<@U0ANA|ana>").await.unwrap(), Some(ana));
    assert_eq!(world.asked().len(), 1);
    assert_eq!((world.asked()[0].path.as_str(), world.asked()[0].query.as_str()), ("/api/users.info", "user=U0ANA"));
}

#[tokio::test]
async fn a_bare_name_finds_its_only_owner() {
    let members = |names: &[(&str, &str)]| {
        names.iter().map(|(id, name)| json!({ "id": id, "name": name, "profile": {} })).collect::<Vec<_>>()
    };
    let first = json!({ "ok": true, "members": members(&[("U0ANA", "ana"), ("U1", "sam")]), "response_metadata": { "next_cursor": "p2" } });
    let second =
        json!({ "ok": true, "members": members(&[("U0BEN", "Ben"), ("U2", "sam")]), "response_metadata": { "next_cursor": "" } });
    let ben = json!({ "ok": true, "user": { "id": "U0BEN", "name": "ben" } });
    let world = World::new(vec![ok(first), ok(second), ok(ben)]).await;
    assert_eq!(world.slack.mentioned("T0DEMO", "@BEN").await.unwrap().map(|it| it.id).as_deref(), Some("U0BEN"));
    assert_eq!(world.slack.mentioned("T0DEMO", "@sam").await.unwrap(), None);
    assert_eq!(world.slack.mentioned("T0DEMO", "ben").await.unwrap(), None);
    assert_eq!(world.asked()[1].query, "limit=1000&cursor=p2");
}

#[tokio::test]
async fn a_file_is_fetched_from_slack_only() {
    let world = World::new(vec![]).await;
    let info = |url: &str| {
        ok(
            json!({ "ok": true, "file": { "id": "F0PHOTO", "name": "fire.png", "mimetype": "image/png", "url_private_download": url } }),
        )
    };
    world.far.answers.lock().unwrap().extend([
        info(&format!("{}/files/fire.png", world.url)),
        ([("content-type", "image/png")], "png").into_response(),
        info("https://evil.example/fire.png"),
        info(&format!("{}/files/fire.png", world.url)),
        ([("content-type", "text/html")], "sign in").into_response(),
    ]);
    let file = world.slack.download("T0", "slack-file:F0PHOTO").await.unwrap().unwrap();
    assert_eq!(
        (file.name.as_str(), file.content_type.as_str(), file.bytes.as_slice()),
        ("fire.png", "image/png", b"png".as_slice())
    );
    assert_eq!(world.asked()[1].headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(world.slack.download("T0", "slack-file:F0PHOTO").await.unwrap_err().kind, ErrorKind::Permission);
    assert_eq!(world.slack.download("T0", "slack-file:F0PHOTO").await.unwrap_err().kind, ErrorKind::Permission);
    assert_eq!(world.slack.download("T0", "https://example.org/x.png").await.unwrap(), None);
    assert_eq!(world.slack.download("T0", "slack-file:../x").await.unwrap_err().kind, ErrorKind::BadInput);
}

#[tokio::test]
async fn a_message_has_a_link() {
    let found = json!({ "ok": true, "channel": "C0OPS", "permalink": "https://demo.slack.com/archives/C0OPS/p1" });
    let world = World::new(vec![ok(found), ok(json!({ "ok": false, "error": "message_not_found" }))]).await;
    assert_eq!(
        world.slack.permalink(&place(), "1.1").await.unwrap().as_deref(),
        Some("https://demo.slack.com/archives/C0OPS/p1")
    );
    assert_eq!(world.slack.permalink(&place(), "1.1").await.unwrap(), None);
}

#[tokio::test]
async fn the_doctor_names_each_missing_scope_and_a_wrong_clock() {
    let headers = [("x-oauth-scopes", "chat:write,commands"), ("date", "Fri, 21 Nov 2025 02:00:00 GMT")];
    let world =
        World::new(vec![(headers, axum::Json(json!({ "ok": true, "team": "Demo", "user": "bellhop" }))).into_response()]).await;
    let checks = world.slack.health().await;
    let find = |name: &str| checks.iter().find(|it| it.name == name).cloned();
    assert_eq!(find("credentials").unwrap().detail, "signed in to Demo as bellhop");
    assert_eq!(find("scope files:read").unwrap().detail, "missing: attachments cannot be passed on");
    assert!(find("scope chat:write").is_none());
    assert_eq!(find("clock").unwrap().state, Health::Warning);

    let world = World::new(vec![ok(json!({ "ok": false, "error": "invalid_auth" }))]).await;
    let checks = world.slack.health().await;
    assert_eq!((checks.len(), checks[0].state, checks[0].name.as_str()), (1, Health::Failed, "credentials"));
    assert!(!format!("{checks:?}").contains(TOKEN));

    let world = World::new(vec![(StatusCode::BAD_GATEWAY, "<html>").into_response()]).await;
    assert_eq!(world.slack.health().await[0].name, "reachability");
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    let slack = |extra: Value| {
        let mut config = json!({ "signing_secret": SECRET, "bot_token": TOKEN });
        config.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value::<Config>(config)
            .map_err(|it| it.to_string())
            .and_then(|it| Slack::new(it, Connections::new(crate::builtins::group())).map(|_| ()).map_err(|it| it.message))
    };
    assert_eq!(slack(json!({})), Ok(()));
    for extra in [
        json!({ "signing_secret": " " }),
        json!({ "bot_token": "xoxb-\u{e4}" }),
        json!({ "api_url": "ftp://slack.com/api" }),
        json!({ "channel_rate": -1.0 }),
        json!({ "tokn": "x" }),
    ] {
        let err = slack(extra).unwrap_err();
        assert!(!err.contains("canary"), "{err}");
    }
}
