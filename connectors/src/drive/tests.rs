//! Every command against the simulated Drive, over real HTTP: what is sent, and what people read.

use commands::{Error, ErrorKind, Reply, Result};
use expect_test::{Expect, expect};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Drive,
    standin::{Simulated, State},
};
use crate::{
    Kind,
    tests::desk::{Desk, NOW, person, read},
};

mod access;
mod accounts;
mod comments;
mod drives;
mod failures;
mod files;
mod health;
mod links;
mod news;
mod projects;
mod transfer;
mod versions;

/// Sign-in has no published description.
fn contract(path: &str) -> Option<&'static str> {
    (!path.starts_with("/token") && !path.starts_with("/batch")).then_some("google-drive")
}

/// Ana at a Drive whose clock stands still.
async fn desk() -> Desk<Simulated> {
    desk_with(|_| {}).await
}

async fn desk_with(change: impl FnOnce(&mut Map<String, Value>)) -> Desk<Simulated> {
    let simulated = Simulated::default();
    simulated.state().clock = NOW.parse().ok();
    Desk::with(Kind::of::<Drive>(), contract, simulated, change).await
}

/// A connection by an OAuth client, which is one account.
fn by_refresh_token(settings: &mut Map<String, Value>) {
    let token_url = format!("{}/token", settings["url"].as_str().unwrap_or_default());
    for key in ["service_account", "subject", "act_as"] {
        settings.remove(key);
    }
    let client = json!({
        "client_id": "bellhop.apps.googleusercontent.com",
        "client_secret": "drive-secret-of-client",
        "refresh_token": "drive-refresh-token-of-bellhop",
        "token_url": token_url,
    });
    settings.extend(client.as_object().cloned().unwrap_or_default());
}

fn state<T>(desk: &Desk<Simulated>, ask: impl FnOnce(&State) -> T) -> T {
    ask(&desk.standin.state())
}

/// Types a line, and expects these requests, without the fields they ask for and those of the sign-in, and this reply.
async fn check(desk: &Desk<Simulated>, line: &str, expected: Expect) {
    let from = desk.server.exchanges().len();
    let outcome = desk.run(line).await;
    expected.assert_eq(&told(desk, from, &outcome));
}

fn told(desk: &Desk<Simulated>, from: usize, outcome: &Result<Reply>) -> String {
    let mut text = String::new();
    for exchange in &desk.server.exchanges()[from..] {
        if exchange.path.starts_with("/token") {
            continue;
        }
        let path = exchange.path.split(['?', '&']).filter(|it| !it.starts_with("fields=") && *it != "supportsAllDrives=true");
        let mut path: Vec<&str> = path.collect();
        let first = path.remove(0);
        let query = if path.is_empty() { String::new() } else { format!("?{}", path.join("&")) };
        let body = exchange.body.lines().map(str::trim_end).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n  ");
        text.push_str(
            &format!("> {} {first}{query} {body}", exchange.method)
                .replace("/drive/v3/", "")
                .trim_end()
                .replace("%27", "'")
                .replace('+', " "),
        );
        text.push('\n');
    }
    let text = text.replace("%3D", "=").replace("%2F", "/").replace("%40", "@").replace("%7B", "{").replace("%7D", "}");
    without_chance(&format!("{text}{}", read(outcome)).replace(&desk.server.url(), "{url}"))
}

/// Numbers that are drawn anew each time are written as `…`.
fn without_chance(text: &str) -> String {
    let mut parts = text.split("bellhop-");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let drawn = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        all.push_str("bellhop-");
        all.push_str(if drawn == 32 { "…" } else { &part[..drawn] });
        all.push_str(&part[drawn..]);
    }
    all
}
