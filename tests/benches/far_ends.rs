//! A Slack and a Redmine that answer at once and count: leaner than those of the stories, because
//! what they cost is taken from the same cores.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use serde_json::{Value, json};
use tests::people;

pub struct FarEnds {
    pub url: String,
    pub seen: Arc<Seen>,
}

/// What arrived.
#[derive(Default)]
pub struct Seen {
    /// How often a successful reply came to each `response_url`, by its serial.
    replies: Mutex<HashMap<u64, usize>>,
    last_reply: Mutex<Option<Instant>>,
    /// How often an issue with each subject was created.
    issues: Mutex<HashMap<String, usize>>,
    next_issue: AtomicU64,
}

/// A map is whole between two statements, whatever panicked elsewhere.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FarEnds {
    pub async fn start() -> anyhow::Result<FarEnds> {
        let seen = Arc::<Seen>::default();
        let router = Router::new()
            .route("/api/{method}", any(web_api))
            .route("/response/{serial}", post(reply))
            .route("/users.json", get(users))
            .route("/projects/demo.json", get(project))
            .route("/issues.json", post(create))
            .route("/issues/{id}", get(show))
            .with_state(seen.clone());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", tests::free_port())).await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(FarEnds { url, seen })
    }
}

impl Seen {
    pub fn replied(&self, serial: u64) -> bool {
        lock(&self.replies).contains_key(&serial)
    }

    pub fn replies(&self) -> usize {
        lock(&self.replies).len()
    }

    pub fn last_reply(&self) -> Option<Instant> {
        *lock(&self.last_reply)
    }

    /// How many of `serials` got exactly one reply.
    pub fn replied_once(&self, serials: &[u64]) -> usize {
        let replies = lock(&self.replies);
        serials.iter().filter(|it| replies.get(it) == Some(&1)).count()
    }

    /// How many of `subjects` are of exactly one issue.
    pub fn created_once(&self, subjects: impl Iterator<Item = String>) -> usize {
        let issues = lock(&self.issues);
        subjects.filter(|it| issues.get(it) == Some(&1)).count()
    }
}

async fn web_api(Path(method): Path<String>, uri: Uri, body: Bytes) -> Json<Value> {
    let given = [uri.query().unwrap_or_default().as_bytes(), &body].concat();
    let given = String::from_utf8_lossy(&given);
    Json(match method.as_str() {
        "auth.test" => json!({"ok": true, "url": "https://example.slack.com/", "team": "Example", "user": "bellhop",
            "team_id": tests::slack::TEAM, "user_id": "U0BOT0001", "bot_id": "B0BOT0001", "is_enterprise_install": false}),
        "users.info" => match people::ALL.iter().find(|it| given.contains(it.slack)) {
            Some(person) => json!({"ok": true, "user": {"id": person.slack, "team_id": tests::slack::TEAM, "name": person.login,
                "deleted": false, "real_name": person.name, "is_admin": false, "is_owner": false, "is_bot": false,
                "profile": {"real_name": person.name, "display_name": person.login, "email": person.email}}}),
            None => json!({"ok": false, "error": "user_not_found"}),
        },
        _ => json!({"ok": false, "error": "unknown_method"}),
    })
}

async fn reply(State(seen): State<Arc<Seen>>, Path(serial): Path<u64>, body: Bytes) -> &'static str {
    if String::from_utf8_lossy(&body).contains("Created #") {
        *lock(&seen.replies).entry(serial).or_default() += 1;
        *lock(&seen.last_reply) = Some(Instant::now());
    } else {
        eprintln!("an unexpected reply: {}", String::from_utf8_lossy(&body));
    }
    "ok"
}

async fn users(uri: Uri) -> Json<Value> {
    let query = uri.query().unwrap_or_default().replace("%40", "@");
    let found = people::ALL.iter().filter(|it| query.contains(it.email)).map(|it| {
        let (first, last) = it.name.split_once(' ').unwrap_or((it.name, ""));
        json!({"id": it.zulip, "login": it.login, "firstname": first, "lastname": last, "mail": it.email, "admin": false})
    });
    let found: Vec<Value> = found.collect();
    Json(json!({"users": found, "total_count": found.len(), "offset": 0, "limit": 100}))
}

async fn project() -> Json<Value> {
    Json(json!({"project": {"id": 1, "name": "Demo", "identifier": "demo", "description": "", "status": 1, "is_public": true,
        "trackers": [{"id": 1, "name": "Bug"}, {"id": 2, "name": "Feature"}], "issue_categories": [],
        "enabled_modules": [{"id": 1, "name": "issue_tracking"}], "issue_custom_fields": [],
        "created_on": "2026-01-05T09:00:00Z", "updated_on": "2026-01-05T09:00:00Z"}}))
}

async fn create(State(seen): State<Arc<Seen>>, Json(body): Json<Value>) -> Response {
    let Some(subject) = body["issue"]["subject"].as_str() else {
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"errors": ["Subject cannot be blank"]}))).into_response();
    };
    *lock(&seen.issues).entry(subject.to_owned()).or_default() += 1;
    let id = seen.next_issue.fetch_add(1, Ordering::Relaxed) + 1;
    (StatusCode::CREATED, Json(json!({ "issue": issue(id, subject) }))).into_response()
}

async fn show(Path(file): Path<String>) -> Response {
    match file.strip_suffix(".json").and_then(|it| it.parse().ok()) {
        Some(id) => Json(json!({ "issue": issue(id, "Printer on fire") })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn issue(id: u64, subject: &str) -> Value {
    json!({"id": id, "project": {"id": 1, "name": "Demo"}, "tracker": {"id": 1, "name": "Bug"},
        "status": {"id": 1, "name": "New", "is_closed": false}, "priority": {"id": 2, "name": "Normal"},
        "author": {"id": 10, "name": "Ana Abel"}, "subject": subject, "description": "", "start_date": "2026-01-05",
        "done_ratio": 0, "is_private": false, "created_on": "2026-01-05T09:00:00Z", "updated_on": "2026-01-05T09:00:00Z",
        "allowed_statuses": [{"id": 1, "name": "New", "is_closed": false}, {"id": 2, "name": "In Progress", "is_closed": false}]})
}
