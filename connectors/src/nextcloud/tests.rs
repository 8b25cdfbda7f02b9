//! Every command against the simulated Nextcloud, over real HTTP: what is sent, and what people read.

use commands::{ErrorKind, Result};
use expect_test::{Expect, expect};
use serde_json::{Map, Value, json};

use super::{
    Nextcloud,
    standin::{Simulated, State},
};
use crate::{
    Kind,
    tests::desk::{Contract, Desk, NOW, read},
};

mod activity;
mod failures;
mod files;
mod found;
mod groups;
mod kept;
mod listeners;
mod moves;
mod news;
mod people;
mod projects;
mod shares;
mod upload;

const CONTRACT: Contract = |path| {
    let is_api = path.starts_with("/ocs/") || path.starts_with("/remote.php/") || path == "/status.php";
    is_api.then_some("nextcloud")
};

/// Ana at a Nextcloud whose clock stands still.
async fn desk() -> Desk<Simulated> {
    desk_with(|_| {}, |_| {}).await
}

async fn desk_with(state: impl FnOnce(&mut State), config: impl FnOnce(&mut Map<String, Value>)) -> Desk<Simulated> {
    let simulated = Simulated::default();
    {
        let mut it = simulated.state();
        it.stop_clock(NOW.parse().expect("a time"));
        state(&mut it);
    }
    Desk::with(Kind::of::<Nextcloud>(), CONTRACT, simulated, config).await
}

/// A request in a line: of XML, only what says more than its name does.
fn shown(line: &str) -> String {
    let Some((start, body)) = line.split_once(" <?xml version=\"1.0\"?>\n") else { return line.to_owned() };
    let part =
        |from: &str, to: &str| body.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(part, _)| part.to_owned());
    let said = match start.split(' ').next() {
        Some("SEARCH") => part("<d:scope><d:href>", "</d:href>")
            .zip(part("<d:where>", "</d:where>"))
            .map(|(scope, test)| format!("{scope} {test}")),
        Some("REPORT") => part("<oc:filter-rules>", "</oc:filter-rules>"),
        Some("PROPPATCH") => part("nextcloud.org/ns\">", "</d:propertyupdate>"),
        Some("LOCK") => part("<d:owner>", "</d:owner>"),
        _ => None,
    };
    let said = said.map(|it| format!(" {it}")).unwrap_or_default();
    format!("{start}{said}")
}

/// Types a line, and expects these requests and this reply, as people read it.
async fn check(desk: &Desk<Simulated>, line: &str, expected: Expect) {
    let from = desk.server.exchanges().len();
    let outcome = desk.run(line).await;
    let sent: String = desk.server.exchanges()[from..].iter().map(|it| format!("> {}\n", shown(&it.request_line()))).collect();
    expected.assert_eq(&format!("{sent}{}", read(&outcome)).replace(&desk.server.url(), "{url}"));
}

/// What people read of each line, and nothing of what was sent.
async fn read_all(desk: &Desk<Simulated>, lines: &[&str], expected: Expect) {
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!("$ {line}\n{}", read(&desk.run(line).await)));
    }
    expected.assert_eq(&text.replace(&desk.server.url(), "{url}"));
}

/// Does it, or says what went wrong.
async fn done(desk: &Desk<Simulated>, line: &str) -> String {
    let outcome: Result<_> = desk.run(line).await;
    let text = read(&outcome);
    assert!(outcome.is_ok(), "{line}\n{text}");
    text
}
