//! The simulator at its boundary: requests in, requests out, over real HTTP.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use expect_test::expect;
use serde_json::{Value, json};

use crate::standin::chat::testing::{App, anywhere, clock};
use crate::{
    standin::chat::{Clock, ManualClock, Served},
    zulip::standin::{Options, Rate, ZulipSim},
};

struct Realm {
    sim: ZulipSim,
    served: Served,
    clock: ManualClock,
}

impl Realm {
    async fn with(webhook_url: &str, more: impl FnOnce(&mut Options)) -> Realm {
        let clock = clock();
        let mut options = Options { clock: Clock::Manual(clock.clone()), webhook_url: webhook_url.into(), ..Options::default() };
        more(&mut options);
        let sim = ZulipSim::new(options).expect("a client");
        let served = sim.serve(anywhere()).await.expect("a free port");
        Realm { sim, served, clock }
    }

    async fn call(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let method = method.parse().expect("a method");
        let credentials = self.sim.credentials();
        let request = reqwest::Client::new().request(method, format!("{}/api/v1/{path}", self.served.url));
        let request = request.basic_auth(credentials.email, Some(credentials.api_key)).form(fields);
        request.send().await.expect("an answer")
    }

    async fn json(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Value {
        self.call(method, path, fields).await.json().await.expect("JSON")
    }

    fn say(&self, text: &str) {
        let act = json!({"as": "ana", "do": "say", "channel": "dev", "topic": "build", "text": text});
        self.sim.act(serde_json::from_value(act).expect("an act")).expect("said");
    }

    /// Waits for messages of the bot and of the one that tells owners, and gives their texts.
    async fn posts(&self, count: usize) -> String {
        let mut news = self.sim.news();
        loop {
            let posts = self.sim.look(|state| {
                let others = state.messages.values().filter(|it| it.sender == state.bot || it.sender == state.notifier);
                others.map(|it| it.content.clone()).collect::<Vec<String>>()
            });
            if posts.len() >= count {
                return posts.join("\n---\n");
            }
            news.changed().await.expect("the realm is still there");
        }
    }
}

fn body(text: &'static str) -> Response {
    text.into_response()
}

/// The answers of `zulip-recorded` and what a real server made of them.
#[tokio::test]
async fn the_webhooks_answer_is_read_as_zulip_reads_it() {
    let mut app = App::answering(|number| match number {
        0 => body(r#"{"content": "ok **x**"}"#),
        1 => body(r#"{"response_not_required": true}"#),
        2 => body(r#"{"content": "  "}"#),
        3 => body("{}"),
        4 => body("[]"),
        5 => StatusCode::NO_CONTENT.into_response(),
        6 => (StatusCode::BAD_REQUEST, "bad").into_response(),
        7 => body(r#"{"content": "x", "widget_content": "{\"widget_type\": \"buttons\", \"extra_data\": {}}"}"#),
        8 => body(r#"{"content": "x", "widget_content": {"widget_type": "zform"}}"#),
        _ => body(r#"{"content": 5}"#),
    })
    .await;
    let realm = Realm::with(&app.url, |_| {}).await;
    let mut expected = 0;
    for posts in [1, 0, 0, 0, 2, 2, 2, 2, 2, 1] {
        realm.say("@**Bellhop** go");
        app.next().await;
        expected += posts;
        if posts > 0 {
            realm.posts(expected).await;
        }
    }
    let posts = realm.posts(expected).await;
    let bots: Vec<&str> = posts.split("\n---\n").filter(|it| !it.starts_with("[A message]")).collect();
    expect![[r#"
        ok **x**
        Failure! Invalid response format
        Failure! Invalid JSON in response
        Failure! Third party responded with 400
        Failure! Widgets: unknown widget type: buttons
        Failure! Widgets: API programmer sent invalid JSON content
        5"#]]
    .assert_eq(&bots.join("\n"));
    assert!(posts.contains(
        "The webhook got a response with status code *400*.\nThe response contains the following payload:\n```\nb'bad'\n```"
    ));
}

#[tokio::test]
async fn a_silent_webhook_is_tried_four_times() {
    let mut app = App::hanging().await;
    let realm = Realm::with(&app.url, |options| options.answer_within = Duration::from_millis(30)).await;
    realm.say("@**Bellhop** go");
    let posts = realm.posts(2).await;
    assert!(posts.starts_with("Failure! Bot is unavailable\n---\n[A message]("), "{posts}");
    for _ in 0..4 {
        app.next().await;
    }
    assert!(app.requests.try_recv().is_err(), "there were more than four attempts");
}

#[tokio::test]
async fn errors_have_zulips_codes() {
    let realm = Realm::with("", |_| {}).await;
    let mut said = String::new();
    for (method, path, fields) in [
        ("POST", "messages", vec![("type", "stream"), ("to", "nowhere"), ("topic", "x"), ("content", "x")]),
        ("POST", "messages", vec![("type", "stream"), ("to", "dev"), ("content", "x")]),
        ("POST", "messages", vec![("type", "private"), ("to", "[\"ana@example.org\"]"), ("content", "x")]),
        ("GET", "messages/1", vec![]),
        ("DELETE", "users", vec![]),
        ("GET", "events?queue_id=gone&last_event_id=-1", vec![]),
        ("GET", "users/me/subscriptions?surplus=1", vec![]),
    ] {
        let response = realm.call(method, path, &fields).await;
        let status = response.status().as_u16();
        let mut body: Value = response.json().await.expect("JSON");
        body["subscriptions"] = Value::Null;
        let kept = ["code", "var_name", "stream", "queue_id", "ignored_parameters_unsupported"];
        let shown = kept.iter().filter_map(|name| body.get(*name).map(|value| format!(" {name}={value}"))).collect::<String>();
        said.push_str(&format!("{method} {path}: {status}{shown}\n"));
    }
    expect![[r#"
        POST messages: 400 code="STREAM_DOES_NOT_EXIST" stream="nowhere"
        POST messages: 400 code="REQUEST_VARIABLE_MISSING" var_name="topic"
        POST messages: 400 code="BAD_REQUEST"
        GET messages/1: 400 code="BAD_REQUEST"
        DELETE users: 405
        GET events?queue_id=gone&last_event_id=-1: 400 code="BAD_EVENT_QUEUE_ID" queue_id="gone"
        GET users/me/subscriptions?surplus=1: 200 ignored_parameters_unsupported=["surplus"]
    "#]]
    .assert_eq(&said);
    let page = realm.call("GET", "no/such", &[]).await;
    assert_eq!((page.status().as_u16(), &page.headers()["content-type"]), (404, &"text/html; charset=utf-8".parse().unwrap()));
}

#[tokio::test]
async fn a_flood_is_refused_with_a_float() {
    let realm = Realm::with("", |options| options.rate = Rate { per_minute: 2 }).await;
    let first = realm.call("GET", "users/me", &[]).await;
    assert_eq!(first.headers()["x-ratelimit-remaining"], "1");
    realm.clock.advance(Duration::from_millis(500));
    realm.call("GET", "users/me", &[]).await;
    let refused = realm.call("GET", "users/me", &[]).await;
    assert_eq!((refused.status(), &refused.headers()["retry-after"]), (StatusCode::TOO_MANY_REQUESTS, &"59.5".parse().unwrap()));
    realm.clock.advance(Duration::from_secs(60));
    assert_eq!(realm.call("GET", "users/me", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_event_queue_waits_beats_and_dies() {
    let realm = Realm::with("", |options| options.heartbeat = Duration::from_millis(20)).await;
    let registered = realm.json("POST", "register", &[("event_types", "[\"message\"]"), ("all_public_streams", "true")]).await;
    let path = |last: i64| format!("events?queue_id={}&last_event_id={last}", registered["queue_id"].as_str().unwrap());
    assert_eq!(realm.json("GET", &path(-1), &[]).await["events"], json!([{"type": "heartbeat", "id": 0}]));
    realm.say("news");
    let events = realm.json("GET", &path(0), &[]).await["events"].clone();
    assert_eq!((&events[0]["id"], &events[0]["message"]["content"]), (&json!(1), &json!("news")));
    realm.clock.advance(Duration::from_secs(601));
    assert_eq!(realm.json("GET", &path(1), &[]).await["code"], "BAD_EVENT_QUEUE_ID");
}

#[tokio::test]
async fn nothing_typed_becomes_markup() {
    let realm = Realm::with("", |_| {}).await;
    let mut said = String::new();
    for text in [
        "<script>alert(1)</script> **bold** `<b>`",
        "[x](javascript:alert(1)) [y](https://e.org/?a=\"b\")",
        "@**Ana** @_**Ben** @**Nobody <i>** #**dev>build** <time:2026-11-21T10:00:00Z>",
        "```quote\n@**Ana** said\n```",
        "```rust\nlet x = \"@**Ana**\";\n```",
    ] {
        let rendered = realm.json("POST", "messages/render", &[("content", text)]).await;
        said.push_str(&format!("{}\n", rendered["rendered"].as_str().unwrap_or_default()));
    }
    expect![[r#"
        <p>&lt;script&gt;alert(1)&lt;/script&gt; <strong>bold</strong> <code>&lt;b&gt;</code></p>
        <p>x <a href="https://e.org/?a=&quot;b&quot;">y</a></p>
        <p><span class="user-mention" data-user-id="8">@Ana</span> <span class="user-mention silent" data-user-id="9">Ben</span> @**Nobody &lt;i&gt;** <a class="stream" data-stream-id="2" href="/#narrow/channel/2-dev/topic/build">#dev &gt; build</a> <time datetime="2026-11-21T10:00:00Z">2026-11-21T10:00:00Z</time></p>
        <blockquote>
        <p><span class="user-mention silent" data-user-id="8">Ana</span> said</p>
        </blockquote>
        <div class="codehilite" data-code-language="rust"><pre><span></span><code>let x = &quot;@**Ana**&quot;;
        </code></pre></div>
    "#]].assert_eq(&said);
}

#[tokio::test]
async fn a_user_group_changes_by_differences() {
    let realm = Realm::with("http://127.0.0.1:1", |_| {}).await;
    let groups = realm.json("GET", "user_groups", &[]).await;
    let own: Vec<&Value> =
        groups["user_groups"].as_array().into_iter().flatten().filter(|it| it["is_system_group"] == json!(false)).collect();
    assert_eq!((&own[0]["name"], &own[0]["members"]), (&json!("oncall"), &json!([8])));
    let path = format!("user_groups/{}/members", own[0]["id"]);
    let change = |fields: &'static [(&'static str, &'static str)]| {
        let (realm, path) = (&realm, &path);
        async move { realm.json("POST", path, fields).await["msg"].as_str().unwrap_or_default().to_owned() }
    };
    assert_eq!(change(&[]).await, "Nothing to do. Specify at least one of \"add\" or \"delete\".");
    assert_eq!(change(&[("add", "[8]")]).await, "User 8 is already a member of this group");
    assert_eq!(change(&[("add", "[9]"), ("delete", "[10]")]).await, "There is no member '10' in this user group");
    assert_eq!(change(&[("add", "[999]")]).await, "Invalid user ID: 999");
    assert_eq!(change(&[("add", "[9]"), ("delete", "[8]")]).await, "");
    assert_eq!(realm.json("GET", &path, &[]).await["members"], json!([9]));
}
