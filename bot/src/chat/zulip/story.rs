//! The whole way: from the outgoing webhook's request to the Redmine issue and back to the thread.

use std::collections::HashMap;

use axum::{
    Json, Router,
    body::Body,
    extract::{Form, State},
    http::Request,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tower::ServiceExt;

use crate::{cli::start, config};

/// A Zulip that knows Ana and the bot, and passes on what is posted.
struct Far {
    posts: mpsc::UnboundedReceiver<HashMap<String, String>>,
    bot: Router,
    message: u64,
    _workers: crate::queue::Workers,
    _folder: tempfile::TempDir,
}

impl Far {
    async fn start() -> Far {
        // Another test may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (sender, posts) = mpsc::unbounded_channel();
        let user = |id: u64, name: &str, bot: bool| {
            json!({"result": "success", "msg": "", "user_id": id, "full_name": name, "email": format!("user{id}@chat.example.org"), "delivery_email": format!("{}@example.org", name.to_lowercase()),
                   "is_active": true, "is_bot": bot, "bot_type": bot.then_some(3), "role": 400, "is_admin": false})
        };
        let me = user(26, "Bellhop", true);
        let ana = json!({"result": "success", "msg": "", "user": user(10, "Ana", false)});
        let zulip = Router::new()
            .route("/api/v1/users/me", get(async move || Json(me)))
            .route("/api/v1/users/10", get(async move || Json(ana)))
            .route(
                "/api/v1/messages",
                post(async |State(sender): State<mpsc::UnboundedSender<_>>, Form(form): Form<HashMap<String, String>>| {
                    let _ = sender.send(form);
                    Json(json!({"result": "success", "msg": "", "id": 900}))
                }),
            )
            .with_state(sender);
        let zulip = serve(zulip).await;

        let standin = (connectors::find("redmine").expect("the connector").standin)();
        let redmine = serve(standin.router()).await;
        let connection: Vec<String> =
            standin.connection(&redmine).iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://bot.example.org\"\n\
             [store]\nurl = \"sqlite://{}/bellhop.db\"\n\
             [zulip]\nsite = \"{zulip}\"\nemail = \"bellhop-bot@chat.example.org\"\napi_key = \"k\"\nwebhook_token = \"secret-token\"\n\
             [[connection]]\nname = \"redmine\"\nkind = \"redmine\"\n{}\n",
            folder.path().display(),
            connection.join("\n"),
        );
        let config = config::read(&text, &|_| None).expect("a configuration");
        let (app, chats) = start::assemble(config).await.expect("a bot");
        let workers = start::work(&app).await.expect("workers");
        let bot = start::routes(&app, &chats);
        Far { posts, bot, message: 500, _workers: workers, _folder: folder }
    }

    /// Ana says something to the bot directly; what the webhook's answer shows, if anything.
    async fn direct(&mut self, text: &str) -> Option<String> {
        self.message += 1;
        self.deliver(
            self.message,
            text,
            json!({"type": "private", "subject": "", "display_recipient": [
            {"id": 10, "email": "user10@chat.example.org", "full_name": "Ana", "is_mirror_dummy": false},
            {"id": 26, "email": "bellhop-bot@chat.example.org", "full_name": "Bellhop", "is_mirror_dummy": false}]}),
        )
        .await
    }

    async fn deliver(&self, id: u64, text: &str, place: Value) -> Option<String> {
        let mut message = json!({"id": id, "sender_id": 10, "sender_email": "user10@chat.example.org", "sender_full_name": "Ana",
            "content": text, "timestamp": 1795218421});
        for (key, value) in place.as_object().into_iter().flatten() {
            message[key] = value.clone();
        }
        let body = json!({"data": text, "message": message, "bot_email": "bellhop-bot@chat.example.org",
            "bot_full_name": "Bellhop", "token": "secret-token", "trigger": "mention"});
        let request = Request::post("/zulip").header("content-type", "application/json").body(Body::from(body.to_string()));
        let response = self.bot.clone().oneshot(request.expect("a request")).await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        let answer: Value = serde_json::from_slice(&body).expect("JSON");
        assert!(answer.is_object());
        answer["content"].as_str().map(str::to_owned)
    }

    async fn page(&self, path: &str, body: Option<&str>) -> (u16, String) {
        let request = match body {
            Some(body) => Request::post(path).body(Body::from(body.to_owned())),
            None => Request::get(path).body(Body::empty()),
        };
        let response = self.bot.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn posted(&mut self) -> HashMap<String, String> {
        let patience = std::time::Duration::from_secs(20);
        tokio::time::timeout(patience, self.posts.recv()).await.expect("a post in time").expect("a post")
    }
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_is_created_by_talking() {
    let mut far = Far::start().await;
    let opened = far.direct("redmine issue create").await.expect("a question");
    assert!(opened.contains("**Project** (1 of 2)") && opened.contains("https://bot.example.org/form/"), "{opened}");
    let subject = far.direct("demo").await.expect("a question");
    assert!(subject.contains("**Subject** (2 of 2)"), "{subject}");

    // A repeat of the same delivery is not taken as the next answer.
    let again = json!({"type": "private", "subject": "", "display_recipient": [
        {"id": 10, "email": "user10@chat.example.org", "full_name": "Ana", "is_mirror_dummy": false}]});
    assert_eq!(far.deliver(far.message, "demo", again).await.as_deref(), Some(subject.as_str()));

    // A command in between sets the form aside.
    let aside = far.direct("redmine help").await.expect("help");
    assert!(aside.contains("resume"), "{aside}");
    assert_eq!(far.direct("resume").await.as_deref(), Some(subject.as_str()));

    let whole = far.direct("Printer on fire").await.expect("the summary");
    assert!(
        whole.contains("2. Subject: Printer on fire") && whole.contains("5. Assignee") && whole.contains("`create`"),
        "{whole}"
    );
    assert_eq!(far.direct("create").await, None);
    let reply = far.posted().await;
    assert_eq!((reply["type"].as_str(), reply["to"].as_str()), ("direct", "[10]"));
    assert!(reply["content"].contains("Printer on fire"), "{reply:?}");
    let after = far.direct("create").await.unwrap_or_default();
    assert!(!after.contains("**Project**"), "the conversation is over: {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_filled_in_on_its_page_once() {
    let mut far = Far::start().await;
    let opened = far.direct("redmine issue create").await.expect("a question");
    let (_, rest) = opened.split_once("https://bot.example.org").expect("a link");
    let path = rest.split(')').next().expect("its end").to_owned();
    let (status, page) = far.page(&path, None).await;
    assert_eq!(status, 200);
    assert!(page.contains("name=\"subject\""), "{page}");

    let (status, forged) = far.page(&path, Some("subject=Forged&project=demo")).await;
    assert_eq!(status, 403, "it comes from no page that was shown: {forged}");
    let (status, refused) = far.page(&path, Some(&format!("subject=&project=demo&{}", once(&page)))).await;
    assert_eq!(status, 422);
    assert!(refused.contains("aria-invalid") && refused.contains("value=\"demo\""), "{refused}");
    let filled = format!("subject=Page+on+fire&project=demo&{}", once(&refused));
    // Two clicks at once are one, and both see what became of it.
    let (first, second) = tokio::join!(far.page(&path, Some(&filled)), far.page(&path, Some(&filled)));
    assert_eq!((first.0, second.0), (303, 303));
    assert!(far.posted().await["content"].contains("Page on fire"));
    let (status, sent) = far.page(&path, None).await;
    assert!(status == 200 && sent.contains("It was taken at") && !sent.contains("Page on fire"), "{sent}");
    assert_eq!(far.page(&path, Some(&filled)).await.0, 303, "a page that is sent again shows the same");
    // The id alone, which chats see, opens nothing.
    let (id, _) = path.split_once('.').expect("a signature");
    assert_eq!(far.page(id, None).await.0, 410);
}

/// What the page sends back to prove that it was shown.
fn once(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"#once\" value=\"").expect("a page that can be sent");
    format!("%23once={}", rest.split('"').next().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_answered_in_its_topic() {
    let mut far = Far::start().await;
    let place = json!({"type": "stream", "stream_id": 3, "display_recipient": "office", "subject": "printers"});
    let said = far.deliver(700, "@**Bellhop** redmine issue create Printer on fire project=demo", place.clone()).await;
    assert_eq!(said, None);
    let reply = far.posted().await;
    assert_eq!((reply["type"].as_str(), reply["to"].as_str(), reply["topic"].as_str()), ("stream", "3", "printers"));
    let opened = far.deliver(701, "@**Bellhop** redmine issue create", place).await.expect("a question");
    assert!(!opened.contains("/form/"), "others read here: {opened}");
    assert!(opened.contains("`@**Bellhop**`"), "{opened}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_redmine_refuses_is_asked_again_with_the_rest_kept() {
    let mut far = Far::start().await;
    far.direct("redmine issue create").await.expect("a question");
    far.direct("=nowhere").await.expect("a question");
    far.direct("Printer on fire").await.expect("the summary");
    let refused = far.direct("create").await.expect("a question");
    assert!(refused.contains("**Project** (1 of 2)") && refused.contains(":warning:"), "{refused}");
    let whole = far.direct("demo").await.expect("the summary");
    assert!(whole.contains("Subject: Printer on fire"), "{whole}");
    assert_eq!(far.direct("create").await, None);
    assert!(far.posted().await["content"].contains("Printer on fire"));
}
