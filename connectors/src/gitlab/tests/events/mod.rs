//! Deliveries as GitLab documents them, and how each is told. The bodies hold what matters and leave the rest out.

use super::{
    told::{line, told},
    *,
};
use crate::tests::told::holds;

mod around;
mod code;
mod work;

/// What every delivery of a project has.
fn from(name: &str, mut body: Value) -> Value {
    body["project"] = json!({
        "name": "Printer", "path_with_namespace": "demo/printer", "web_url": "https://gitlab.example.org/demo/printer", "default_branch": "main",
    });
    body["user"] = json!({ "id": 5, "name": format!("{name} Example"), "username": name.to_lowercase() });
    body
}

fn of_issue(changes: Value) -> Value {
    with(
        json!({
            "id": 4711, "iid": 7, "title": "Printer on fire", "state": "opened", "confidential": false, "description": "It burns, @ben.",
            "url": "https://gitlab.example.org/demo/printer/-/issues/7", "updated_at": "2026-11-20 09:58:00 UTC", "due_date": null,
        }),
        changes,
    )
}

fn of_merge_request(changes: Value) -> Value {
    with(
        json!({
            "id": 815, "iid": 2, "title": "Turn the fan slower (APOLLO-7)", "state": "opened", "draft": false,
            "description": "<!-- why? -->Closes #7", "source_branch": "7-fan", "target_branch": "main",
            "url": "https://gitlab.example.org/demo/printer/-/merge_requests/2", "updated_at": "2026-11-20T09:59:00.000Z",
            "last_commit": { "id": "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d", "message": "Turn it slower\n", "author": { "name": "Ben Example" },
                "url": "https://gitlab.example.org/demo/printer/-/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d" },
        }),
        changes,
    )
}

fn with(mut value: Value, changes: Value) -> Value {
    for (field, it) in changes.as_object().unwrap() {
        value[field] = it.clone();
    }
    value
}

fn who(name: &str) -> Value {
    json!({ "name": format!("{name} Example"), "username": name.to_lowercase() })
}

/// Each delivery told, with an empty line between two.
fn check(all: &[Value], expected: Expect) {
    let mut lines = Vec::new();
    for body in all {
        let event = told(body).unwrap();
        holds("own", &event);
        lines.push(line(&event));
    }
    expected.assert_eq(&lines.join("\n\n"));
}
