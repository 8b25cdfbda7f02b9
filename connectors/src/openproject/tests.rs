//! Every command against the simulated OpenProject, over real HTTP: what is sent, and what people read.

use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};

use super::{
    OpenProject,
    standin::{Simulated, state::State},
};
use crate::{
    Kind,
    tests::desk::{Desk, NOW, plain, read},
};

mod accounts;
mod belongings;
mod changes;
mod failures;
mod groups;
mod hooks;
mod lookups;
mod packages;
mod pages;
mod people;
mod planning;
mod projects;
mod queries;
mod surprises;
mod tasks;
mod time;
mod versions;

fn contract(path: &str) -> Option<&'static str> {
    // The addresses of a file's content and of a copy's job are in the answer, and not described.
    let is_described = !path.ends_with("/content") && !path.starts_with("/api/v3/job_statuses/");
    (path.starts_with("/api/v3") && is_described).then_some("openproject")
}

/// Ana at an OpenProject whose clock stands still.
async fn desk() -> Desk<Simulated> {
    desk_with(|_| {}).await
}

/// The same with other settings.
async fn desk_with(change: impl FnOnce(&mut Map<String, Value>)) -> Desk<Simulated> {
    let simulated = Simulated::default();
    {
        let mut state = simulated.state();
        state.clock = NOW.parse().ok();
    }
    Desk::with(Kind::of::<OpenProject>(), contract, simulated, change).await
}

/// Types a line with what a snapshot cannot hold: line ends of CSV, and what stands between the parts of a request with
/// files, which is another each time.
async fn check_plainly(desk: &Desk<Simulated>, line: &str, expected: Expect) {
    let from = desk.server.exchanges().len();
    let outcome = desk.run(line).await;
    let sent: String = desk.server.exchanges()[from..].iter().map(|it| format!("> {}\n", it.request_line())).collect();
    let mut text = format!("{sent}{}", read(&outcome)).replace('\r', "");
    while let Some(at) = text.find("--bellhop-") {
        text.replace_range(at..at + "--bellhop-".len() + 32, "--BOUNDARY");
    }
    expected.assert_eq(&text);
}

/// The first button of a reply that asks, pressed.
async fn pressed(desk: &Desk<Simulated>, line: &str) -> String {
    let asked = desk.run(line).await.unwrap_or_else(|err| panic!("{line}: {err}"));
    let call = asked.message.blocks.iter().find_map(|it| match it {
        commands::Block::Buttons(buttons) => buttons.first().map(|it| it.call.clone()),
        _ => None,
    });
    read(&desk.connected.run(&call.expect("a button"), &desk.ctx()).await)
}

/// The bot as somebody who is no administrator.
fn demote(state: &mut State) {
    state.users.iter_mut().for_each(|it| it.admin = false);
}

/// The same desk a while later.
fn tick(desk: &Desk<Simulated>, seconds: i64) {
    let mut state = desk.standin.state();
    let now = state.now() + jiff::SignedDuration::from_secs(seconds);
    state.clock = Some(now);
}
