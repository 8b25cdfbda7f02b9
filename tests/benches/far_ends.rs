//! A Slack and a Redmine that answer at once and count: leaner than those of the stories, because
//! what they cost is taken from the same machine.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::people;
use tokio::sync::Semaphore;

use crate::{
    http1::{self, FarEnd, Reply, Request, find},
    limits::Limits,
};

pub struct FarEnds {
    pub url: String,
    pub seen: Arc<Seen>,
}

/// What arrived.
pub struct Seen {
    /// Answers to commands, by the serial in their `response_url`.
    pub replies: Arrivals,
    /// Messages about webhooks, by the serial that is their issue's number.
    pub messages: Arrivals,
    /// One for everything that arrived for the first time: what a closed loop waits for.
    pub room: Semaphore,
    /// How often an issue with each subject was created.
    issues: Mutex<HashMap<String, usize>>,
    next_issue: AtomicU64,
    mood: AtomicU8,
    /// How long Redmine takes for each answer, in milliseconds.
    pub thinks: AtomicU64,
    /// Whether Slack would have liked the posts, those that it did not take included.
    pub limits: Mutex<Limits>,
    /// Messages that tell of many webhooks, and how many these told of.
    pub digests: AtomicU64,
    pub digested: AtomicU64,
    fixed: Fixed,
}

/// How Slack is.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    Up,
    /// Each post is answered 503.
    Down,
    /// Each post is answered 429.
    Limiting,
}

/// Answers that never change.
struct Fixed {
    users: HashMap<&'static str, String>,
    accounts: HashMap<&'static str, String>,
    team: String,
    project: String,
}

/// How often something arrived, and when first.
#[derive(Default)]
pub struct Arrivals(Mutex<HashMap<u64, Arrival>>);

#[derive(Clone, Copy)]
struct Arrival {
    times: usize,
    first: Instant,
}

/// A map is whole between two statements, whatever panicked elsewhere.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Arrivals {
    /// Whether it is the first of this serial.
    fn note(&self, serial: u64) -> bool {
        let mut all = lock(&self.0);
        let arrival = all.entry(serial).or_insert_with(|| Arrival { times: 0, first: Instant::now() });
        arrival.times += 1;
        arrival.times == 1
    }

    /// How many different ones.
    pub fn count(&self) -> usize {
        lock(&self.0).len()
    }

    pub fn first(&self, serial: u64) -> Option<Instant> {
        lock(&self.0).get(&serial).map(|it| it.first)
    }

    /// How many of `serials` arrived, exactly once.
    pub fn once(&self, serials: &[u64]) -> usize {
        let all = lock(&self.0);
        serials.iter().filter(|it| all.get(it).is_some_and(|it| it.times == 1)).count()
    }

    /// How many of `serials` arrived at all.
    pub fn of(&self, serials: &[u64]) -> usize {
        let all = lock(&self.0);
        serials.iter().filter(|it| all.contains_key(it)).count()
    }

    /// How many arrived more than once.
    pub fn repeated(&self) -> usize {
        lock(&self.0).values().filter(|it| it.times > 1).count()
    }

    /// How many came first between two moments.
    pub fn between(&self, start: Instant, end: Instant) -> usize {
        lock(&self.0).values().filter(|it| (start..end).contains(&it.first)).count()
    }

    /// When the last new one arrived.
    pub fn last(&self) -> Option<Instant> {
        lock(&self.0).values().map(|it| it.first).max()
    }

    /// Waits until all of `serials` arrived; gives up when nothing new arrives for `patience`, and
    /// after `longest`.
    pub async fn wait_for(&self, serials: &[u64], patience: Duration, longest: Duration) {
        let start = Instant::now();
        let (mut count, mut changed) = (self.count(), start);
        while self.of(serials) < serials.len() && changed.elapsed() < patience && start.elapsed() < longest {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.count();
            if now != count {
                (count, changed) = (now, Instant::now());
            }
        }
    }
}

impl FarEnds {
    pub async fn start() -> anyhow::Result<FarEnds> {
        let seen = Arc::new(Seen {
            replies: Arrivals::default(),
            messages: Arrivals::default(),
            room: Semaphore::new(0),
            issues: Mutex::default(),
            next_issue: AtomicU64::new(0),
            mood: AtomicU8::new(Mood::Up as u8),
            thinks: AtomicU64::new(0),
            limits: Mutex::default(),
            digests: AtomicU64::new(0),
            digested: AtomicU64::new(0),
            fixed: Fixed::new(),
        });
        let address = http1::serve(seen.clone()).await?;
        Ok(FarEnds { url: format!("http://{address}"), seen })
    }
}

impl Seen {
    pub fn be(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::Relaxed);
    }

    /// How many webhooks were told of, one by one or in a digest.
    pub fn told(&self) -> usize {
        self.messages.count() + self.digested.load(Ordering::Relaxed) as usize
    }

    /// How many of `subjects` are of exactly one issue.
    pub fn created_once(&self, subjects: impl Iterator<Item = String>) -> usize {
        let issues = lock(&self.issues);
        subjects.filter(|it| issues.get(it) == Some(&1)).count()
    }

    fn message(&self, body: &[u8]) -> Reply {
        lock(&self.limits).post(text_of(body, b"\"channel\":\"").unwrap_or("?"), Instant::now());
        let mood = self.mood.load(Ordering::Relaxed);
        if mood == Mood::Down as u8 {
            return Reply::with("503 Service Unavailable", "{}");
        }
        if mood == Mood::Limiting as u8 {
            return Reply::with("429 Too Many Requests", r#"{"ok":false,"error":"ratelimited"}"#).retry_after(1);
        }
        if let Some(count) = digested(body) {
            self.digests.fetch_add(1, Ordering::Relaxed);
            self.digested.fetch_add(count, Ordering::Relaxed);
        // `bench-7:issue-42:slack:C7`, from the post's metadata, in JSON or in a form.
        } else if let Some(serial) =
            [b":issue-".as_slice(), b"%3Aissue-"].iter().find_map(|it| number(&body[find(body, it)? + it.len()..]))
        {
            if self.messages.note(serial) {
                self.room.add_permits(1);
            }
        } else {
            eprintln!("an unexpected message: {}", String::from_utf8_lossy(body));
        }
        Reply::ok(r#"{"ok":true,"channel":"C0DEMO001","ts":"1795218500.000100","message":{"ts":"1795218500.000100"}}"#)
    }

    fn reply(&self, serial: Option<u64>, body: &[u8]) -> Reply {
        match serial.filter(|_| find(body, b"Created #").is_some()) {
            Some(serial) => {
                if self.replies.note(serial) {
                    self.room.add_permits(1);
                }
            }
            None => eprintln!("an unexpected reply: {}", String::from_utf8_lossy(body)),
        }
        Reply::ok("ok")
    }

    fn create(&self, body: &[u8]) -> Reply {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(subject) = body["issue"]["subject"].as_str() else {
            return Reply::with("422 Unprocessable Entity", r#"{"errors":["Subject cannot be blank"]}"#);
        };
        let id = self.next_issue.fetch_add(1, Ordering::Relaxed) + 1;
        let answer = issue(id, subject);
        *lock(&self.issues).entry(subject.to_owned()).or_default() += 1;
        Reply::with("201 Created", answer)
    }
}

impl FarEnd for Seen {
    fn answer(&self, request: &Request<'_>) -> Reply {
        let Request { target, body, .. } = request;
        let path = target.split('?').next().unwrap_or_default();
        if path == "/api/chat.postMessage" {
            return self.message(body);
        }
        if let Some(serial) = path.strip_prefix("/response/") {
            return self.reply(serial.parse().ok(), body);
        }
        match path {
            "/api/auth.test" => Reply::ok(&*self.fixed.team),
            "/api/users.info" => {
                let asked = |id: &str| target.contains(id) || find(body, id.as_bytes()).is_some();
                match self.fixed.users.iter().find(|(id, _)| asked(id)) {
                    Some((_, user)) => Reply::ok(user),
                    None => Reply::ok(r#"{"ok":false,"error":"user_not_found"}"#),
                }
            }
            _ if path.starts_with("/api/") => Reply::ok(r#"{"ok":false,"error":"unknown_method"}"#),
            _ => self.of_redmine(request).after(Duration::from_millis(self.thinks.load(Ordering::Relaxed))),
        }
    }
}

impl Seen {
    fn of_redmine(&self, request: &Request<'_>) -> Reply {
        let Request { method, target, body } = request;
        let path = target.split('?').next().unwrap_or_default();
        match path {
            "/users.json" => {
                let query = target.replace("%40", "@");
                match self.fixed.accounts.iter().find(|(email, _)| query.contains(**email)) {
                    Some((_, account)) => Reply::ok(account),
                    None => Reply::ok(r#"{"users":[],"total_count":0,"offset":0,"limit":100}"#),
                }
            }
            "/projects/demo.json" => Reply::ok(&*self.fixed.project),
            "/issues.json" if *method == "POST" => self.create(body),
            _ => match path.strip_prefix("/issues/").and_then(|it| it.strip_suffix(".json")).and_then(|it| it.parse().ok()) {
                Some(id) => Reply::ok(issue(id, "Printer on fire")),
                None => Reply::with("404 Not Found", "{}"),
            },
        }
    }
}

impl Fixed {
    fn new() -> Fixed {
        let user = |it: &people::Person| {
            json!({"ok": true, "user": {"id": it.slack, "team_id": tests::slack::TEAM, "name": it.login,
                "deleted": false, "real_name": it.name, "is_admin": false, "is_owner": false, "is_bot": false,
                "profile": {"real_name": it.name, "display_name": it.login, "email": it.email}}})
            .to_string()
        };
        let account = |it: &people::Person| {
            let (first, last) = it.name.split_once(' ').unwrap_or((it.name, ""));
            json!({"users": [{"id": it.zulip, "login": it.login, "firstname": first, "lastname": last, "mail": it.email,
                "admin": false}], "total_count": 1, "offset": 0, "limit": 100})
            .to_string()
        };
        Fixed {
            users: people::ALL.iter().map(|it| (it.slack, user(it))).collect(),
            accounts: people::ALL.iter().map(|it| (it.email, account(it))).collect(),
            team: json!({"ok": true, "url": "https://example.slack.com/", "team": "Example", "user": "bellhop",
                "team_id": tests::slack::TEAM, "user_id": "U0BOT0001", "bot_id": "B0BOT0001", "is_enterprise_install": false})
            .to_string(),
            project: json!({"project": {"id": 1, "name": "Demo", "identifier": "demo", "description": "", "status": 1,
                "is_public": true, "trackers": [{"id": 1, "name": "Bug"}, {"id": 2, "name": "Feature"}], "issue_categories": [],
                "enabled_modules": [{"id": 1, "name": "issue_tracking"}], "issue_custom_fields": [],
                "created_on": "2026-01-05T09:00:00Z", "updated_on": "2026-01-05T09:00:00Z"}})
            .to_string(),
        }
    }
}

fn issue(id: u64, subject: &str) -> String {
    let subject = Value::from(subject);
    format!(
        r#"{{"issue":{{"id":{id},"project":{{"id":1,"name":"Demo"}},"tracker":{{"id":1,"name":"Bug"}},"status":{{"id":1,"name":"New","is_closed":false}},"priority":{{"id":2,"name":"Normal"}},"author":{{"id":10,"name":"Ana Abel"}},"subject":{subject},"description":"","start_date":"2026-01-05","done_ratio":0,"is_private":false,"created_on":"2026-01-05T09:00:00Z","updated_on":"2026-01-05T09:00:00Z","allowed_statuses":[{{"id":1,"name":"New","is_closed":false}},{{"id":2,"name":"In Progress","is_closed":false}}]}}}}"#
    )
}

/// What follows `before`, up to the next quotation mark.
pub fn text_of<'a>(body: &'a [u8], before: &[u8]) -> Option<&'a str> {
    let start = find(body, before)? + before.len();
    let length = body[start..].iter().position(|it| *it == b'"')?;
    std::str::from_utf8(&body[start..start + length]).ok()
}

/// How many webhooks a digest tells of: its heading is `12 notifications in one message`.
pub fn digested(body: &[u8]) -> Option<u64> {
    let end = find(body, b" notifications in one message")?;
    let digits = body[..end].iter().rev().take_while(|it| it.is_ascii_digit()).count();
    number(&body[end - digits..])
}

fn number(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.iter().position(|it| !it.is_ascii_digit()).unwrap_or(bytes.len());
    std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()
}
