//! Every command against the simulated Notion, over real HTTP: what is sent, and what people read.

use expect_test::expect;
use serde_json::{Value, json};

use super::{Notion, standin::Simulated};
use crate::{
    Kind,
    tests::desk::{Desk, NOW, person, read},
};

/// Ana at a Notion whose clock stands still.
async fn desk() -> Desk<Simulated> {
    let now = NOW.parse().expect("a time");
    let kind: Kind = Kind::of::<Notion>();
    Desk::new(kind, |path| path.starts_with("/v1/").then_some("notion"), Simulated::since(now, Some(now))).await
}

/// The page of that title, as the simulated Notion keeps it.
fn page(desk: &Desk<Simulated>, title: &str) -> Value {
    let state = desk.standin.state();
    state.pages.iter().find(|it| super::standin::title(it) == title).cloned().unwrap_or_default()
}

/// What several lines say, each with what people read.
async fn told(desk: &Desk<Simulated>, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    text.replace(&desk.server.url(), "{url}")
}

mod content;
mod databases;
mod entries;
mod failures;
mod news;
mod pages;
