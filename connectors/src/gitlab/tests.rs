//! Every command against the simulated GitLab, over real HTTP: what is sent, and what people read.

use commands::ErrorKind;
use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};

use super::standin::Simulated;
use crate::{
    Kind, State,
    tests::desk::{Desk, NOW, person, read},
};

mod code;
mod deployments;
mod events;
mod failures;
mod hooks;
mod issues;
mod merge_requests;
mod news;
mod project;
mod reviews;
mod tasks;
mod threads;
mod told;

/// GitLab publishes no contract of its GraphQL, nor of what only the paid editions have, that could be held against a request.
fn contract(path: &str) -> Option<&'static str> {
    let is_paid = path.starts_with("/api/v4/groups/") && path.contains("/hooks");
    (path.starts_with("/api/v4/") && !is_paid).then_some("gitlab")
}

/// Ana at a GitLab whose clock stands still.
async fn desk() -> Desk<Simulated> {
    desk_with(|_| {}).await
}

async fn desk_with(change: impl FnOnce(&mut Map<String, Value>)) -> Desk<Simulated> {
    let simulated = Simulated::default();
    simulated.state().clock = Some(NOW.parse().expect("a time"));
    Desk::with(Kind::of::<super::GitLab>(), contract, simulated, change).await
}

/// Types lines one after the other, and expects what was sent and what people read.
async fn check(desk: &Desk<Simulated>, lines: &[&str], expected: Expect) {
    let mut told = String::new();
    for line in lines {
        let from = desk.server.exchanges().len();
        let outcome = desk.run(line).await;
        told.push_str(&format!("$ {line}\n"));
        for exchange in &desk.server.exchanges()[from..] {
            let sudo = exchange.headers.iter().find(|(name, _)| name == "sudo");
            let as_whom = sudo.map(|(_, login)| format!(" (as {login})")).unwrap_or_default();
            told.push_str(&format!("> {}{as_whom}\n", exchange.request_line()));
        }
        told.push_str(&read(&outcome));
    }
    expected.assert_eq(&told.replace(&desk.server.url(), "{url}"));
}
