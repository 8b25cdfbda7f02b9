//! The simulator at its boundary: requests in, requests out, over real HTTP.

mod home;

use std::{collections::HashMap, time::Duration};

use crate::standin::Fault;
use axum::{http::StatusCode, response::IntoResponse};
use expect_test::expect;
use serde_json::{Value, json};

use crate::standin::chat::testing::{App, anywhere, clock, empty};
use crate::{
    slack::standin::{AppSettings, Options, Rate, SlackSim, signature},
    standin::chat::{Clock, ManualClock, Served},
};

struct Workspace {
    sim: SlackSim,
    served: Served,
    clock: ManualClock,
}

impl Workspace {
    async fn with(app: &App, more: impl FnOnce(&mut Options)) -> Workspace {
        let clock = clock();
        let mut options = Options { clock: Clock::Manual(clock.clone()), app: AppSettings::at(&app.url), ..Options::default() };
        options.app.bot_events = vec!["app_mention".into()];
        more(&mut options);
        let sim = SlackSim::new(options).expect("a client");
        let served = sim.serve(anywhere()).await.expect("a free port");
        Workspace { sim, served, clock }
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}/{path}", self.served.url);
        let request = reqwest::Client::new().post(url).bearer_auth(self.sim.credentials().bot_token).json(&body);
        let response = request.send().await.expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn api(&self, method: &str, body: Value) -> Value {
        self.post(&format!("api/{method}"), body).await.1
    }

    async fn error(&self, method: &str, body: Value) -> String {
        self.api(method, body).await["error"].as_str().unwrap_or("none").to_owned()
    }

    async fn act(&self, act: Value) -> Value {
        self.post("client/act", act).await.1
    }

    /// What everyone, or only one, reads, as `who: text`.
    async fn screen(&self) -> String {
        let state: Value =
            reqwest::get(format!("{}/client/state", self.served.url)).await.expect("an answer").json().await.expect("JSON");
        let lines = state["messages"].as_array().into_iter().flatten().map(|it| {
            let whisper = if it["only_for"].is_string() { "(only you) " } else { "" };
            format!("{whisper}{}\n", it["text"].as_str().unwrap_or_default())
        });
        lines.collect()
    }

    fn channel(&self) -> String {
        self.sim.look(|state| state.channels[1].id.clone())
    }
}

fn form(body: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

/// Runs `/redmine …` and gives the form that the app got.
async fn command(workspace: &Workspace, app: &mut App) -> HashMap<String, String> {
    workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": "/redmine issue create x"})).await;
    form(&app.next().await.1)
}

/// The example at <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
#[test]
fn signs_as_slack_documents() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar\
&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F\
T1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let signed = signature("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body.as_bytes());
    assert_eq!(signed, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
}

#[tokio::test]
async fn a_command_is_signed_and_complete() {
    let mut app = App::answering(empty).await;
    let workspace = Workspace::with(&app, |_| {}).await;
    workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": "/redmine issue create Printer on fire"})).await;
    let (headers, body) = app.next().await;
    let secret = workspace.sim.credentials().signing_secret;
    assert_eq!(headers["x-slack-request-timestamp"], "1790000000");
    assert_eq!(headers["x-slack-signature"], signature(&secret, 1_790_000_000, body.as_bytes()));
    let mut names: Vec<String> = form(&body).into_keys().collect();
    names.sort();
    expect!["api_app_id channel_id channel_name command is_enterprise_install response_url team_domain team_id text token trigger_id user_id user_name"]
        .assert_eq(&names.join(" "));
    assert_eq!(form(&body)["text"], "issue create Printer on fire");
}

#[tokio::test]
async fn a_response_url_has_five_uses_and_half_an_hour() {
    let mut app = App::answering(empty).await;
    let workspace = Workspace::with(&app, |_| {}).await;
    let path = |form: &HashMap<String, String>| {
        form["response_url"].replace(&workspace.served.url, "").trim_start_matches('/').to_owned()
    };
    let url = path(&command(&workspace, &mut app).await);
    for number in 1..=5 {
        let answer = workspace.post(&url, json!({"text": format!("answer {number}")})).await;
        assert_eq!(answer, (StatusCode::OK, json!("ok")));
    }
    let (status, body) = workspace.post(&url, json!({"text": "answer 6"})).await;
    assert_eq!((status, &body["error"]), (StatusCode::NOT_FOUND, &json!("used_url")));
    let url = path(&command(&workspace, &mut app).await);
    workspace.clock.advance(Duration::from_secs(30 * 60 + 1));
    let (status, body) = workspace.post(&url, json!({"text": "late"})).await;
    assert_eq!((status, &body["error"]), (StatusCode::NOT_FOUND, &json!("expired_url")));
    let screen = workspace.screen().await;
    assert!(screen.contains("(only you) answer 5") && !screen.contains("answer 6") && !screen.contains("late"), "{screen}");
}

#[tokio::test]
async fn a_command_that_is_not_answered_says_so() {
    let app = App::hanging().await;
    let workspace = Workspace::with(&app, |options| options.answer_within = Duration::from_millis(50)).await;
    workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": "/redmine help"})).await;
    expect![[r#"
        (only you) /redmine failed with the error "operation_timeout"
    "#]]
    .assert_eq(&workspace.screen().await);
}

fn modal() -> Value {
    json!({"type": "modal", "callback_id": "ticket", "title": {"type": "plain_text", "text": "Ticket"},
        "submit": {"type": "plain_text", "text": "Create"}, "blocks": [{"type": "input", "block_id": "subject",
        "label": {"type": "plain_text", "text": "Subject"}, "element": {"type": "plain_text_input", "action_id": "it"}}]})
}

#[tokio::test]
async fn a_view_lives_by_its_trigger_and_hash() {
    let mut app = App::answering(|number| match number {
        2 => axum::Json(json!({"response_action": "errors", "errors": {"subject": "Say more."}})).into_response(),
        _ => ().into_response(),
    })
    .await;
    let workspace = Workspace::with(&app, |_| {}).await;
    let trigger = command(&workspace, &mut app).await["trigger_id"].clone();
    let open = json!({"trigger_id": trigger, "view": modal()});
    let view = workspace.api("views.open", open.clone()).await["view"].clone();
    assert_eq!(workspace.error("views.open", open).await, "exchanged_trigger_id");
    let late = command(&workspace, &mut app).await["trigger_id"].clone();
    workspace.clock.advance(Duration::from_millis(3001));
    assert_eq!(workspace.error("views.open", json!({"trigger_id": late, "view": modal()})).await, "expired_trigger_id");
    let update = |hash: &Value| json!({"view_id": view["id"], "hash": hash, "view": modal()});
    assert_eq!(workspace.error("views.update", update(&json!("0.old"))).await, "hash_conflict");
    assert_eq!(workspace.error("views.update", update(&view["hash"])).await, "none");
    let submit = |value: &str| json!({"as": "ana", "do": "submit", "view": view["id"], "values": {"subject": {"it": value}}});
    assert_eq!(workspace.act(submit("")).await["by"], "client");
    assert_eq!(workspace.act(submit("x")).await["errors"], json!({"subject": "Say more."}));
    assert_eq!(workspace.act(submit("Printer")).await["closed"], true);
    assert_eq!(workspace.error("views.update", update(&Value::Null)).await, "not_found");
    app.next().await;
    let payload: Value = serde_json::from_str(&form(&app.next().await.1)["payload"]).expect("a payload");
    assert_eq!(payload["view"]["state"]["values"]["subject"]["it"], json!({"type": "plain_text_input", "value": "Printer"}));
}

#[tokio::test]
async fn refuses_as_slack_does() {
    let app = App::answering(empty).await;
    let workspace = Workspace::with(&app, |_| {}).await;
    let dev = workspace.channel();
    let section = |length: usize| json!([{"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(length)}}]);
    let cases = [
        ("chat.postMessage", json!({"text": "x"})),
        ("chat.postMessage", json!({"channel": "C0", "text": "x"})),
        ("chat.postMessage", json!({"channel": dev})),
        ("chat.postMessage", json!({"channel": dev, "text": "x".repeat(40_001)})),
        ("chat.postMessage", json!({"channel": dev, "blocks": "{"})),
        ("chat.postMessage", json!({"channel": dev, "blocks": section(3001)})),
        ("chat.postMessage", json!({"channel": dev, "blocks": section(3000)})),
        ("chat.update", json!({"channel": dev, "ts": "1.000000", "text": "x"})),
        ("views.open", json!({"trigger_id": "1", "view": {"type": "modal"}})),
        ("views.open", json!({"trigger_id": "1", "view": modal()})),
        ("no.such", json!({})),
    ];
    let mut said = String::new();
    for (method, body) in cases {
        said.push_str(&format!("{method} {}\n", workspace.error(method, body).await));
    }
    expect![[r#"
        chat.postMessage invalid_arguments
        chat.postMessage channel_not_found
        chat.postMessage no_text
        chat.postMessage msg_too_long
        chat.postMessage invalid_blocks_format
        chat.postMessage invalid_blocks
        chat.postMessage none
        chat.update message_not_found
        views.open invalid_arguments
        views.open invalid_trigger_id
        no.such unknown_method
    "#]]
    .assert_eq(&said);
    let said = workspace.act(json!({"as": "ben", "do": "say", "channel": "dev", "text": "mine"})).await;
    let update = json!({"channel": dev, "ts": said["message"]["ts"], "text": "x"});
    assert_eq!(workspace.error("chat.update", update).await, "cant_update_message");
}

#[tokio::test]
async fn an_event_is_sent_again_until_it_is_taken() {
    let mut app =
        App::answering(|number| if number == 0 { StatusCode::BAD_GATEWAY.into_response() } else { empty(number) }).await;
    let workspace = Workspace::with(&app, |options| options.event_retries = [Duration::ZERO; 3]).await;
    workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": "@bellhop hello"})).await;
    let (first, body) = app.next().await;
    assert!(!first.contains_key("x-slack-retry-num"));
    let (again, repeated) = app.next().await;
    assert_eq!(
        (&again["x-slack-retry-num"], &again["x-slack-retry-reason"]),
        (&"1".parse().unwrap(), &"http_error".parse().unwrap())
    );
    assert_eq!(body, repeated, "a retry is the same event");
    let event: Value = serde_json::from_str(&body).expect("an event");
    assert_eq!(event["event"]["type"], "app_mention");
}

#[tokio::test]
async fn a_channel_takes_a_message_a_second() {
    let app = App::answering(empty).await;
    let workspace = Workspace::with(&app, |options| options.rate = Rate::PerSecond { burst: 2 }).await;
    let post = json!({"channel": workspace.channel(), "text": "x"});
    for _ in 0..2 {
        assert_eq!(workspace.post("api/chat.postMessage", post.clone()).await.0, StatusCode::OK);
    }
    let (status, body) = workspace.post("api/chat.postMessage", post.clone()).await;
    assert_eq!((status, &body["error"]), (StatusCode::TOO_MANY_REQUESTS, &json!("ratelimited")));
    workspace.clock.advance(Duration::from_secs(1));
    assert_eq!(workspace.post("api/chat.postMessage", post).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_traffic_shows_no_token() {
    let app = App::answering(empty).await;
    let workspace = Workspace::with(&app, |_| {}).await;
    workspace.api("auth.test", json!({})).await;
    workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": "/redmine help"})).await;
    let shown = json!(workspace.sim.traffic().all()).to_string();
    let credentials = workspace.sim.credentials();
    assert!(shown.contains("x-slack-signature") && shown.contains("auth.test"), "{shown}");
    assert!(!shown.contains(&credentials.bot_token) && !shown.contains(&credentials.signing_secret), "{shown}");
}

#[tokio::test]
async fn a_fault_lasts_until_it_is_switched_off() {
    let app = App::answering(empty).await;
    let workspace = Workspace::with(&app, |_| {}).await;
    workspace.sim.set_fault(Fault::RateLimiting);
    assert_eq!(workspace.post("api/auth.test", json!({})).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(workspace.act(json!({"as": "ana", "do": "say", "channel": "dev", "text": "hi"})).await["ok"], true);
    workspace.sim.set_fault(Fault::Html);
    let (status, page) = workspace.post("api/auth.test", json!({})).await;
    assert!(status == StatusCode::OK && page.as_str().is_some_and(|it| it.starts_with("<!DOCTYPE html>")));
    let url = format!("{}/api/api.test", workspace.served.url);
    workspace.sim.set_fault(Fault::Down);
    // Closing and opening the port takes a moment; each try is a new connection.
    while reqwest::get(&url).await.is_ok() {}
    workspace.sim.set_fault(Fault::None);
    while reqwest::get(&url).await.is_err() {}
    assert_eq!(workspace.error("auth.test", json!({})).await, "none");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_workspace() {
    let app = App::answering(empty).await;
    let (one, other) = (Workspace::with(&app, |_| {}).await, Workspace::with(&app, |_| {}).await);
    let third = Workspace::with(&app, |options| options.seed = 7).await;
    let token = |it: &Workspace| it.sim.credentials().bot_token;
    assert_eq!((token(&one), one.channel()), (token(&other), other.channel()));
    assert_ne!(token(&one), token(&third));
    let post = json!({"channel": one.channel(), "text": "x"});
    let (first, second) = (one.api("chat.postMessage", post.clone()).await, one.api("chat.postMessage", post).await);
    assert_eq!((&first["ts"], &second["ts"]), (&json!("1790000000.000000"), &json!("1790000000.000001")));
}

#[tokio::test]
async fn a_user_group_holds_whom_it_was_given() {
    let app = App::answering(empty).await;
    let workspace = Workspace::with(&app, |_| {}).await;
    let groups = workspace.api("usergroups.list", json!({"include_users": true})).await;
    let (id, people) = (&groups["usergroups"][0]["id"], &groups["usergroups"][0]["users"]);
    let update = |users: Value| workspace.error("usergroups.users.update", json!({"usergroup": id, "users": users}));
    assert_eq!(update(json!("")).await, "no_users_provided");
    assert_eq!(update(json!("U0NOBODY")).await, "invalid_users");
    assert_eq!(update(people[1].clone()).await, "none");
    let now = workspace.api("usergroups.users.list", json!({"usergroup": id})).await;
    assert_eq!(now["users"], json!([people[1]]));
    assert_eq!(
        workspace.error("usergroups.users.update", json!({"usergroup": "S0", "users": people[0]})).await,
        "no_such_subteam"
    );
}
