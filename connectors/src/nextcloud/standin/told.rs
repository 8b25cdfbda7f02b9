//! What the simulated Nextcloud reports by its app Webhook Listeners
//! (<https://docs.nextcloud.com/server/latest/admin_manual/webhook_listeners/index.html>).

use serde_json::{Value, json};

use super::{BOT, State, state::Node};
use crate::standin::report::{self, Change, Listener, Report, changes};

/// The namespace of what happens to files.
const NODE: &str = "OCP\\Files\\Events\\Node";

/// What was there before a request is held against what is there after it.
pub fn told(before: &[Node], state: &State) -> Vec<Report> {
    let same = |a: &Node, b: &Node| a.path == b.path && a.bytes == b.bytes;
    let mut all = Vec::new();
    for change in changes(before, &state.nodes, |it| it.id, same) {
        let (class, node) = match change {
            Change::Made(it) => ("NodeCreatedEvent", json!({ "node": { "id": it.id, "path": path(it) } })),
            Change::Gone(it) => ("NodeDeletedEvent", json!({ "node": { "path": path(it) } })),
            Change::Changed { from, to } if from.path != to.path => {
                ("NodeRenamedEvent", json!({ "source": { "path": path(from) }, "target": { "id": to.id, "path": path(to) } }))
            }
            Change::Changed { to, .. } => ("NodeWrittenEvent", json!({ "node": { "id": to.id, "path": path(to) } })),
        };
        all.extend(addressed(state, class, node));
    }
    all
}

/// From the account's own top on, as Nextcloud names it inside.
fn path(it: &Node) -> String {
    format!("/{BOT}/files{}", it.path)
}

fn addressed(state: &State, class: &str, mut event: Value) -> Vec<Report> {
    let class = format!("{NODE}\\{class}");
    event["class"] = json!(class);
    let registered =
        state.webhooks.iter().filter(|it| it["event"].as_str().map(|it| it.trim_start_matches('\\')) == Some(&class));
    let registered = registered.map(|it| {
        let header = it["authData"].as_object().into_iter().flatten().find_map(|(_, it)| it.as_str()).unwrap_or_default();
        Listener::of_all(it["uri"].as_str().unwrap_or_default(), header.trim_start_matches("Bearer "))
    });
    let listeners: Vec<Listener> = registered.chain(state.listeners.iter().cloned()).collect();
    let name = state.users.iter().find(|it| it.id == BOT).map_or(BOT, |it| it.name.as_str());
    let user = json!({ "uid": BOT, "displayName": name });
    let body = json!({ "event": event, "user": user, "time": state.now().as_second() });
    report::to(&listeners, &[], &body, |it, _| vec![("authorization", format!("Bearer {}", it.secret))])
}
