//! Every command against the simulated Azure DevOps, over real HTTP: what is sent, and what people read.

use commands::ErrorKind;
use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};

use super::standin::{APP_SECRET, Simulated};
use crate::{
    Kind, State,
    tests::desk::{Desk, NOW, person, read},
};

mod code;
mod failures;
mod files;
mod happenings;
mod hooks;
mod items;
mod news;
mod past;
mod plans;
mod pulls;
mod tasks;
mod wiki;

/// Which of its parts are described by a published contract: identities, approvals and the connection itself are not
/// (their pages are in the vendor's reference only), nor are policies, what hands artifacts out, and Entra's sign-in.
fn contract(path: &str) -> Option<&'static str> {
    let described = !["/_apis/identities", "/_apis/connectionData", "/pipelines/approvals", "/policy/evaluations", "/content"]
        .iter()
        .any(|it| path.ends_with(it) || (matches!(*it, "/policy/evaluations" | "/pipelines/approvals") && path.contains(it)));
    (path.starts_with("/example/") && described).then_some("azure-devops")
}

/// Ana at an organization whose clock stands still.
async fn desk() -> Desk<Simulated> {
    desk_with(|_| {}).await
}

async fn desk_with(change: impl FnOnce(&mut Map<String, Value>)) -> Desk<Simulated> {
    let simulated = Simulated::default();
    simulated.state().clock = Some(NOW.parse().expect("a time"));
    Desk::with(Kind::of::<super::AzureDevOps>(), contract, simulated, change).await
}

/// Types lines one after the other, and expects what was sent and what people read.
async fn check(desk: &Desk<Simulated>, lines: &[&str], expected: Expect) {
    let mut told = String::new();
    for line in lines {
        let from = desk.server.exchanges().len();
        let outcome = desk.run(line).await;
        told.push_str(&format!("$ {line}\n"));
        for exchange in &desk.server.exchanges()[from..] {
            told.push_str(&format!("> {}\n", exchange.request_line()));
        }
        told.push_str(&read(&outcome));
    }
    expected.assert_eq(&told.replace(&desk.server.url(), "{url}"));
}
