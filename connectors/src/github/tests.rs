//! Every command against the simulated GitHub, over real HTTP: what is sent, and what people read.

use commands::ErrorKind;
use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};

use super::{
    GitHub,
    standin::{APP_ID, INSTALLATION, Simulated, State, TOKEN_OF_ANA},
};
use crate::{
    Kind, State as Health,
    standin::Fault,
    tests::{
        check_webhook,
        desk::{Desk, NOW, person, read},
    },
};

mod access;
mod actions;
mod administer;
mod alerts;
mod around;
mod events;
mod failures;
mod files;
mod health;
mod hooks;
mod issues;
mod merging;
mod metrics;
mod moderation;
mod moved;
mod news;
mod pull_changes;
mod pulls;
mod tasks;
mod told;

/// GraphQL has no published description of this kind, logs and archives lie elsewhere, the part of the description that is at hand
/// has no alerts, and where GitHub sends on to is described nowhere.
fn contract(path: &str) -> Option<&'static str> {
    let is_alert = path.starts_with("/repos/") && path.contains("/alerts");
    let is_other =
        matches!(path, "/graphql" | "/api/graphql") || path.starts_with("/_") || path.starts_with("/repositories/") || is_alert;
    (!is_other).then_some("github")
}

/// Ana, who is known, at a GitHub whose clock stands still.
async fn desk() -> Desk<Simulated> {
    desk_with(|_| {}).await
}

async fn desk_with(change: impl FnOnce(&mut Map<String, Value>)) -> Desk<Simulated> {
    let simulated = Simulated::default();
    simulated.state().clock = Some(NOW.parse().expect("a time"));
    let mut desk = Desk::with(Kind::of::<GitHub>(), contract, simulated, change).await;
    desk.account = Some("ana".into());
    desk
}

/// Types a line, and expects these requests and this reply. Of GraphQL the operation's name is shown; what is asked for at
/// the same time is shown in the order of the alphabet.
async fn check(desk: &Desk<Simulated>, line: &str, expected: Expect) {
    let from = desk.server.exchanges().len();
    let outcome = desk.run(line).await;
    let mut sent: Vec<String> = desk.server.exchanges()[from..].iter().map(|it| shown(&it.request_line())).collect();
    let is_of_card = |it: &String| ["/check-runs", "/status?", "PullRequestFacts"].iter().any(|part| it.contains(part));
    sent.chunk_by_mut(|a, b| is_of_card(a) && is_of_card(b)).for_each(<[String]>::sort);
    expected.assert_eq(&format!("{}{}", sent.concat(), read(&outcome)).replace(&desk.server.url(), "{url}"));
}

fn shown(line: &str) -> String {
    let Some(body) = line.strip_prefix("POST /graphql ") else { return format!("> {line}\n") };
    let body: Value = serde_json::from_str(body).expect("JSON");
    let name = body["query"].as_str().and_then(|it| it.split(['(', ' ']).nth(1)).unwrap_or_default();
    format!("> POST /graphql {name} {}\n", body["variables"])
}

/// Types lines, and reads what people read: what is sent is left out.
async fn told(desk: &Desk<Simulated>, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!("{line}\n{}", indented(&read(&desk.run(line).await))));
    }
    text.replace(&desk.server.url(), "{url}")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
