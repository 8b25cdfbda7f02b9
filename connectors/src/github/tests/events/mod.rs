//! Deliveries as GitHub documents them, and how each is told. The bodies hold what matters and leave the rest out.

use super::{
    told::{line, told},
    *,
};
use crate::tests::told::holds;

mod around;
mod builds;
mod code;
mod pulls;
mod work;

/// What every delivery of a repository has.
fn from(actor: &str, mut body: Value) -> Value {
    body["repository"] = json!({
        "name": "demo", "full_name": "example/demo", "html_url": "https://github.com/example/demo", "description": "The demo.",
        "owner": { "login": "example" },
    });
    body["organization"] = json!({ "login": "example" });
    body["sender"] = json!({ "login": actor, "html_url": format!("https://github.com/{actor}") });
    body
}

fn pull(changes: Value) -> Value {
    let mut pull = json!({
        "number": 5, "title": "APOLLO-7: Add a fire hose", "state": "open", "html_url": "https://github.com/example/demo/pull/5",
        "body": "<!-- say why -->Fixes #4, closes other/place#9.\n\n@ben please look, @ana knows.",
        "head": { "ref": "fix/DEMO-3-hose", "sha": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d" }, "base": { "ref": "main" },
        "labels": [{ "name": "bug" }], "updated_at": "2026-11-20T09:59:00Z", "merged": false,
    });
    for (field, value) in changes.as_object().unwrap() {
        pull[field] = value.clone();
    }
    pull
}

fn issue() -> Value {
    json!({
        "number": 7, "title": "Printer on fire", "state": "open", "html_url": "https://github.com/example/demo/issues/7",
        "body": "It burns.", "labels": [{ "name": "bug" }], "updated_at": "2026-11-20T09:58:00Z",
    })
}

/// Each delivery told, with an empty line between two.
fn check(all: &[(&str, Value)], expected: Expect) {
    let mut lines = Vec::new();
    for (name, body) in all {
        let event = told(name, body);
        holds(name, &event);
        lines.push(line(&event));
    }
    expected.assert_eq(&lines.join("\n\n"));
}
