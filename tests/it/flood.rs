//! More than a chat takes, and channels that take nothing: within every limit, and nothing lost unsaid.
//!
//! The far end here is a Slack that notes when each post arrived, and that closes channels as a person does
//! who archives one or removes the bot.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    routing::any,
};
use serde_json::{Value, json};
use tests::{
    CHLOE, Database, Redmine, TestBot,
    far_end::{FarEnd, PATIENCE},
    people,
    slack::Post,
};
use tokio::{sync::Notify, time::Instant};

const TOKEN: &str = "flood-hook-token";

/// A Slack with channels that can be closed.
struct Channels {
    far_end: FarEnd,
    state: Arc<Opened>,
}

#[derive(Default)]
struct Opened {
    /// What is answered for a channel, in place of taking the post.
    refusals: Mutex<HashMap<String, &'static str>>,
    arrived: Mutex<Vec<Arrived>>,
    more: Notify,
}

#[derive(Clone, Debug)]
struct Arrived {
    at: Instant,
    channel: String,
    /// All its text, in reading order.
    text: String,
    raw: Value,
    is_taken: bool,
}

impl Channels {
    async fn start() -> Channels {
        let state = Arc::<Opened>::default();
        let router = Router::new().route("/api/{method}", any(call)).with_state(state.clone());
        Channels { far_end: FarEnd::serve("slack", router).await, state }
    }

    fn refuse(&self, channel: &str, code: &'static str) {
        self.state.refusals.lock().expect("unpoisoned").insert(channel.into(), code);
    }

    fn reopen(&self, channel: &str) {
        self.state.refusals.lock().expect("unpoisoned").remove(channel);
    }

    /// What a channel took so far, oldest first.
    fn taken(&self, channel: &str) -> Vec<Arrived> {
        self.all().into_iter().filter(|it| it.is_taken && it.channel == channel).collect()
    }

    fn all(&self) -> Vec<Arrived> {
        self.state.arrived.lock().expect("unpoisoned").clone()
    }

    /// Waits until what has arrived is such.
    async fn until<T>(&self, what: &str, check: impl Fn() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let more = self.state.more.notified();
            if let Some(found) = check() {
                return found;
            }
            if tokio::time::timeout_at(end, more).await.is_err() {
                panic!("never: {what}; it got {:#?}", self.all().iter().map(|it| (&it.channel, &it.text)).collect::<Vec<_>>());
            }
        }
    }

    /// The first post to `channel` that holds this.
    async fn post(&self, channel: &str, containing: &str) -> Arrived {
        let what = format!("{containing:?} in {channel}");
        self.until(&what, || self.taken(channel).into_iter().find(|it| it.text.contains(containing))).await
    }
}

/// Answers as Slack documents it.
async fn call(State(opened): State<Arc<Opened>>, Path(method): Path<String>, body: Bytes) -> Json<Value> {
    let given: Value = serde_json::from_slice(&body).unwrap_or_default();
    let person = |it: &people::Person| {
        json!({"id": it.slack, "name": it.login, "real_name": it.name, "deleted": false, "is_bot": false,
            "is_admin": it.login == "chloe", "profile": {"email": it.email, "display_name": it.login}})
    };
    Json(match method.as_str() {
        "chat.postMessage" => {
            let channel = given["channel"].as_str().unwrap_or_default().to_owned();
            let refusal = opened.refusals.lock().expect("unpoisoned").get(&channel).copied();
            let mut text = String::new();
            collect(&given, &mut text);
            let arrived = Arrived { at: Instant::now(), channel, text, raw: given, is_taken: refusal.is_none() };
            let mut all = opened.arrived.lock().expect("unpoisoned");
            let ts = format!("1795218500.{:06}", all.len());
            let answer = match refusal {
                Some(code) => json!({"ok": false, "error": code}),
                None => json!({"ok": true, "channel": arrived.channel, "ts": ts, "message": {"ts": ts, "text": ""}}),
            };
            all.push(arrived);
            opened.more.notify_waiters();
            answer
        }
        "conversations.open" => {
            json!({"ok": true, "channel": {"id": format!("D{}", given["users"].as_str().unwrap_or_default())}})
        }
        "users.list" => json!({"ok": true, "members": people::ALL.iter().map(person).collect::<Vec<_>>()}),
        "users.info" => json!({"ok": true, "user": person(&CHLOE)}),
        "conversations.history" | "conversations.replies" => json!({"ok": true, "messages": [], "has_more": false}),
        _ => {
            json!({"ok": true, "team_id": "T0BELL001", "user_id": "U0BOT0001", "bot_id": "B0BOT0001", "url": "https://example.slack.com/"})
        }
    })
}

fn collect(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => items.iter().for_each(|it| collect(it, text)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(part) if name == "text" => {
                        text.push_str(part);
                        text.push('\n');
                    }
                    _ => collect(value, text),
                }
            }
        }
        _ => {}
    }
}

/// A bot that tells what the hook `ci` reports in `slack:#dev`, with whatever `change` adds.
async fn bot(channels: &Channels, database: Database, change: impl FnOnce(&mut toml::Table)) -> TestBot {
    let url = format!("{}/api/", channels.far_end.url());
    TestBot::configured(Redmine::standin().await, database, |config| {
        config["slack"]["api_url"] = url.into();
        config["slack"]["channel_rate"] = 1.0.into();
        let more: toml::Table = format!(
            "hook = [{{ name = \"ci\", kind = \"redmine\", secret = \"{TOKEN}\" }}]\n\
             subscription = [{{ from = \"ci\", to = \"slack:#dev\" }}]"
        )
        .parse()
        .expect("TOML");
        config.extend(more);
        change(config);
    })
    .await
}

/// Redmine reports the issue of this number.
async fn report(bot: &TestBot, number: usize) {
    let body = json!({"type": "issue.created", "timestamp": "2026-11-21T09:00:00Z", "data": {"issue": issue(number)}});
    bot.hook("ci", TOKEN, &body).await.accepted();
}

fn issue(number: usize) -> Value {
    json!({
        "id": number, "project": {"id": 1, "name": "Demo"}, "tracker": {"id": 1, "name": "Bug"},
        "status": {"id": 1, "name": "New", "is_closed": false}, "priority": {"id": 3, "name": "High"},
        "author": {"id": 5, "name": "Ana"}, "subject": format!("Story {number}"), "description": "It burns.", "is_private": false,
        "custom_fields": [], "created_on": "2026-11-21T09:00:00Z", "updated_on": "2026-11-21T09:00:00Z", "closed_on": null})
}

/// The numbers of the issues that a post names, in its order.
fn numbers(post: &Arrived) -> Vec<usize> {
    let mut found: Vec<usize> = post
        .text
        .split("Story ")
        .skip(1)
        .filter_map(|it| it.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok())
        .collect();
    // A single one stands in the blocks and in the notification's text.
    found.dedup();
    found
}

/// How many notifications a post stands for.
fn stands_for(post: &Arrived) -> usize {
    match post.text.split_once(" notifications in one message") {
        Some((before, _)) => {
            before.rsplit(|it: char| !it.is_ascii_digit()).next().and_then(|it| it.parse().ok()).expect("a number")
        }
        None => 1,
    }
}

async fn a_flood_is_told(database: Database) {
    const ALL: usize = 200;
    let channels = Channels::start().await;
    let bot = bot(&channels, database, |_| {}).await;
    for number in 1..=ALL {
        report(&bot, number).await;
    }
    let told = || channels.taken("#dev").iter().map(stands_for).sum::<usize>();
    channels.until("all of them told", || (told() >= ALL).then_some(())).await;
    let posts = channels.taken("#dev");
    assert_eq!(told(), ALL, "each is told once");
    assert!(posts.len() < 30, "{} posts", posts.len());
    let largest = posts.iter().map(stands_for).max();
    assert!(largest > Some(20), "{largest:?} in one message: a slow machine reports them slowly, but not one by one");
    // In order, and what a digest does not name lies between what it names.
    let named: Vec<usize> = posts.iter().flat_map(numbers).collect();
    assert!(named.is_sorted_by(|a, b| a < b), "{named:?}");
    for post in posts.iter().filter(|it| stands_for(it) > 1) {
        let named = numbers(post);
        let (first, last) = (named[0], named[named.len() - 1]);
        assert_eq!(stands_for(post), last - first + 1, "{}", post.text);
        if stands_for(post) > named.len() {
            assert!(post.text.contains(&format!("… and {} more …", stands_for(post) - named.len())), "{}", post.text);
        }
    }
    // Three at once and one a second, of which seven tenths are for what is no page; the way here takes its time.
    let late = Duration::from_millis(250);
    for (first, post) in posts.iter().enumerate() {
        for (more, other) in posts[first..].iter().enumerate() {
            let allowed = 2.0 + 0.7 * (other.at - post.at + late).as_secs_f64();
            assert!((more as f64) < allowed, "{} posts in {:?}", more + 1, other.at - post.at);
        }
    }
}

#[tokio::test]
async fn two_hundred_at_once_are_told_within_the_limit_on_sqlite() {
    a_flood_is_told(Database::Sqlite).await;
}

#[tokio::test]
async fn two_hundred_at_once_are_told_within_the_limit_on_postgresql() {
    a_flood_is_told(Database::Postgres).await;
}

#[tokio::test]
async fn a_card_shows_what_only_a_digest_told_of_its_object() {
    let channels = Channels::start().await;
    let bot = bot(&channels, Database::Sqlite, |config| {
        config["subscription"][0].as_table_mut().expect("a table").insert("to".into(), "slack:C0DEV".into());
    })
    .await;
    report(&bot, 1).await;
    channels.post("C0DEV", "Story 1").await;
    for number in 2..=80 {
        report(&bot, number).await;
        if number == 60 {
            let mut closed = issue(1);
            closed["status"] = json!({"id": 5, "name": "Closed", "is_closed": true});
            let journal = json!({"id": 9, "created_on": "2026-11-21T09:05:00Z", "user": {"id": 5, "name": "Ana"}, "private_notes": false,
                "notes": "", "details": [{"property": "attr", "name": "status_id", "old_value": "1", "new_value": "5"}]});
            let body = json!({"type": "issue.updated", "timestamp": "2026-11-21T09:05:00Z", "data": {"issue": closed, "journal": journal}});
            bot.hook("ci", TOKEN, &body).await.accepted();
        }
    }
    let told = || channels.taken("C0DEV").iter().map(stands_for).sum::<usize>();
    channels.until("all of them told", || (told() >= 81).then_some(())).await;
    assert_eq!(told(), 81, "each is told once, the change as well");
    assert!(
        !channels.taken("C0DEV").iter().any(|it| it.raw["thread_ts"].is_string()),
        "it was told in a digest, and not by itself"
    );
    channels.far_end.next("the card as it is now", |it| it.path() == "/api/chat.update" && it.body.contains("Closed")).await;
}

#[tokio::test]
async fn a_channel_without_the_bot_is_told_of_once_and_goes_on_after_an_invitation() {
    let channels = Channels::start().await;
    let bot = bot(&channels, Database::Sqlite, |config| {
        config.insert("digest".into(), toml::toml! { after = 0 }.into());
    })
    .await;
    channels.refuse("#dev", "not_in_channel");
    for number in 1..=3 {
        report(&bot, number).await;
    }
    let direct = format!("D{}", CHLOE.slack);
    let note = channels.post(&direct, "Nothing can be posted to slack:#dev").await;
    assert!(note.text.contains("/invite @Bellhop"), "{}", note.text);
    assert!(note.text.contains("[[subscription]]"), "{}", note.text);
    let refused = || channels.all().iter().filter(|it| it.channel == "#dev" && !it.is_taken).count();
    channels.until("all of them refused", || (refused() == 3).then_some(())).await;

    // Invited again, and the administrator presses the note's button.
    channels.reopen("#dev");
    let pressed = Post { text: note.text.clone(), channel: Some(direct.clone()), private: false, raw: note.raw };
    bot.slack_press(CHLOE, &pressed, "Try all again …").await.accepted();
    let asked = bot.slack.post("would be tried again").await;
    assert!(asked.text.contains("3 jobs"), "{}", asked.text);
    bot.slack_press(CHLOE, &asked, "Try 3 jobs again").await.accepted();
    for number in 1..=3 {
        channels.post("#dev", &format!("Story {number}")).await;
    }
    // What comes now goes on, and nobody was told twice.
    report(&bot, 4).await;
    channels.post("#dev", "Story 4").await;
    assert_eq!(channels.taken(&direct).len(), 1, "one note a day");
}

#[tokio::test]
async fn an_archived_channel_is_told_of_and_its_fallback_takes_its_place() {
    let channels = Channels::start().await;
    let bot = bot(&channels, Database::Sqlite, |config| {
        config.insert("alerts".into(), toml::toml! { to = "slack:#bellhop-admin" }.into());
        config["subscription"][0].as_table_mut().expect("a table").insert("fallback".into(), "zulip:ops>alerts".into());
    })
    .await;
    channels.refuse("#dev", "is_archived");
    report(&bot, 1).await;
    let instead = bot.zulip.post("Story 1").await;
    assert!(instead.content.contains("Meant for `slack:#dev`"), "{}", instead.content);
    assert_eq!((instead.raw["to"].as_str(), instead.topic.as_deref()), (Some("\"ops\""), Some("alerts")));
    let note = channels.post("#bellhop-admin", "Nothing can be posted to slack:#dev").await;
    assert!(note.text.contains("archived") && note.text.contains("`zulip:ops&gt;alerts`"), "{}", note.text);
    report(&bot, 2).await;
    bot.zulip.post("Story 2").await;
    assert_eq!(channels.taken("#bellhop-admin").len(), 1, "one note a day");
}

#[tokio::test]
async fn a_revoked_token_pauses_the_chat_and_is_told_in_the_other() {
    let channels = Channels::start().await;
    let bot = bot(&channels, Database::Sqlite, |_| {}).await;
    channels.refuse("#dev", "token_revoked");
    report(&bot, 1).await;
    let note = bot.zulip.post("Nothing can be posted to slack").await;
    assert_eq!(note.kind, "direct");
    assert!(note.content.contains("slack.bot&#95;token") || note.content.contains("slack.bot_token"), "{}", note.content);
    // Nothing asks Slack again for now, and nothing is given up.
    report(&bot, 2).await;
    assert_eq!(bot.metric("bellhop_job_outcomes_total", &[("kind", "post"), ("outcome", "dead")]).await, 0.0);
    assert_eq!(channels.all().iter().filter(|it| it.channel == "#dev").count(), 1);
}
