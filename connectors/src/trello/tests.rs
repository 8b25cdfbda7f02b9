//! Every command against the simulated Trello, over real HTTP: what is sent, and what people read.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{Trello, standin::Simulated};
use crate::{
    Kind,
    tests::desk::{Desk, NOW, person, read},
};

/// Where a file lies is on no page of the reference.
fn contract(path: &str) -> Option<&'static str> {
    (path.starts_with("/1/") && !path.contains("/download/")).then_some("trello")
}

/// Ana at a Trello whose clock stands still.
async fn desk() -> Desk<Simulated> {
    let now = NOW.parse().expect("a time");
    let kind: Kind = Kind::of::<Trello>();
    Desk::new(kind, contract, Simulated::since(now, Some(now))).await
}

/// The first card of that short link, as the simulated Trello keeps it.
fn card(desk: &Desk<Simulated>, link: &str) -> Value {
    desk.standin.state().cards.iter().find(|it| it["shortLink"] == link).cloned().unwrap_or_default()
}

/// What several lines say, each with what people read.
async fn told(desk: &Desk<Simulated>, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    text.replace(&desk.server.url(), "{url}")
}

/// The button of a reply that asks, pressed.
async fn pressed(desk: &Desk<Simulated>, line: &str) -> String {
    let asked = desk.run(line).await.expect("a question");
    let call = asked.message.blocks.iter().find_map(|it| match it {
        commands::Block::Buttons(buttons) => buttons.first().map(|it| it.call.clone()),
        _ => None,
    });
    read(&desk.connected.run(&call.expect("a button"), &desk.ctx()).await).replace(&desk.server.url(), "{url}")
}

mod boards;
mod cards;
mod changes;
mod failures;
mod fields;
mod happened;
mod hooking;
mod members;
mod news;
mod parts;
mod tasks;
