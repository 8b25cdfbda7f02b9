//! What the simulated GitLab reports: <https://docs.gitlab.com/user/project/integrations/webhook_events/>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::State;
use crate::standin::report::{self, Change, Listener, Report, changes};

/// What is held against what is there after a request.
pub struct Before {
    issues: Vec<Value>,
    merge_requests: Vec<Value>,
    pipelines: Vec<Value>,
    notes: BTreeMap<String, Vec<Value>>,
}

impl Before {
    pub fn of(state: &State) -> Before {
        Before {
            issues: state.issues.clone(),
            merge_requests: state.merge_requests.clone(),
            pipelines: state.pipelines.clone(),
            notes: state.notes.clone(),
        }
    }

    /// What `caller` did since.
    pub fn told(&self, state: &State, caller: u64) -> Vec<Report> {
        let mut all = Vec::new();
        let id = |it: &Value| it["id"].clone();
        for (kind, before, after) in
            [("issue", &self.issues, &state.issues), ("merge_request", &self.merge_requests, &state.merge_requests)]
        {
            for change in changes(before, after, id, |a, b| a == b) {
                let (it, action, changed) = match change {
                    Change::Made(it) => (it, "open", json!({})),
                    Change::Changed { from, to } => (to, action(from, to), changed(from, to)),
                    // GitLab tells of nothing that is deleted.
                    Change::Gone(_) => continue,
                };
                let mut attributes = attributes(state, it);
                attributes["action"] = json!(action);
                let body = json!({
                    "event_type": kind, "object_attributes": attributes, "labels": titles(&it["labels"]), "changes": changed,
                    "assignees": it["assignees"], "reviewers": it["reviewers"],
                });
                all.extend(addressed(state, kind, it, caller, body));
            }
        }
        for change in changes(&self.pipelines, &state.pipelines, id, |a, b| a["status"] == b["status"]) {
            let (Change::Made(it) | Change::Changed { to: it, .. }) = change else { continue };
            let shown = state.placed(it, "pipelines", "id");
            let mut attributes = shown.clone();
            attributes["url"] = shown["web_url"].clone();
            attributes["detailed_status"] = it["status"].clone();
            all.extend(addressed(state, "pipeline", it, caller, json!({ "object_attributes": attributes })));
        }
        for (on, notes) in &state.notes {
            let known = self.notes.get(on).map_or(0, Vec::len);
            for note in notes.iter().skip(known) {
                all.extend(said(state, on, note, caller));
            }
        }
        all
    }
}

fn said(state: &State, on: &str, note: &Value, caller: u64) -> Vec<Report> {
    let (kind, list, sort) = match on.strip_prefix("issue-") {
        Some(_) => ("issue", &state.issues, "Issue"),
        None => ("merge_request", &state.merge_requests, "MergeRequest"),
    };
    let id = on.rsplit('-').next().and_then(|it| it.parse::<u64>().ok());
    let Some(it) = list.iter().find(|it| it["id"].as_u64() == id) else { return Vec::new() };
    let about = attributes(state, it);
    let url = format!("{}#note_{}", about["url"].as_str().unwrap_or_default(), note["id"]);
    let attributes = json!({
        "id": note["id"], "note": note["body"], "noteable_type": sort, "noteable_id": it["id"], "action": "create", "url": url,
        "created_at": note["created_at"], "updated_at": note["updated_at"], "internal": note["internal"], "system": note["system"],
    });
    addressed(state, "note", it, caller, json!({ "event_type": "note", "object_attributes": attributes, kind: about }))
}

fn addressed(state: &State, kind: &str, it: &Value, caller: u64, mut body: Value) -> Vec<Report> {
    let number = it["project_id"].as_u64().unwrap_or_default();
    let path = state.path_of(number);
    let project = state.projects.iter().find(|it| it["id"] == number);
    body["object_kind"] = json!(kind);
    body["user"] = state.user(caller);
    body["user"]["email"] = json!("[REDACTED]");
    body["project"] = json!({
        "id": number, "name": project.map(|it| it["name"].clone()), "path_with_namespace": path, "default_branch": "main",
        "web_url": format!("{}/{path}", state.origin),
    });
    let title = match kind {
        "merge_request" => "Merge Request Hook",
        "pipeline" => "Pipeline Hook",
        "note" => "Note Hook",
        _ => "Issue Hook",
    };
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let registered =
        state.hooks.iter().map(|it| Listener { url: text(it, "url"), secret: text(it, "token"), of: text(it, "of") });
    let listeners: Vec<Listener> = registered.chain(state.listeners.iter().cloned()).collect();
    let group = format!("groups/{}", path.split('/').next().unwrap_or_default());
    report::to(&listeners, &[&format!("projects/{number}"), &group], &body, |it, _| {
        vec![("x-gitlab-event", title.to_owned()), ("x-gitlab-token", it.secret.clone()), ("x-gitlab-event-uuid", report::id())]
    })
}

/// As webhooks have it: an address is `url` there, and labels have titles.
fn attributes(state: &State, it: &Value) -> Value {
    let mut shown = state.shown(it);
    shown["url"] = shown["web_url"].clone();
    shown["labels"] = titles(&it["labels"]);
    shown
}

fn titles(labels: &Value) -> Value {
    labels.as_array().into_iter().flatten().map(|it| json!({ "title": it })).collect()
}

fn action(from: &Value, to: &Value) -> &'static str {
    match (from["state"].as_str(), to["state"].as_str()) {
        (Some("opened"), Some("closed")) => "close",
        (Some("closed"), Some("opened")) => "reopen",
        (Some("opened"), Some("merged")) => "merge",
        _ => "update",
    }
}

fn changed(from: &Value, to: &Value) -> Value {
    let mut all = json!({ "updated_at": { "previous": from["updated_at"], "current": to["updated_at"] } });
    for field in ["title", "description", "due_date", "draft", "assignees", "reviewers"] {
        if from[field] != to[field] {
            all[field] = json!({ "previous": from[field], "current": to[field] });
        }
    }
    if from["labels"] != to["labels"] {
        all["labels"] = json!({ "previous": titles(&from["labels"]), "current": titles(&to["labels"]) });
    }
    if from["state"] != to["state"] {
        all["state_id"] = json!({ "previous": state_id(&from["state"]), "current": state_id(&to["state"]) });
    }
    all
}

fn state_id(state: &Value) -> u8 {
    match state.as_str() {
        Some("opened") => 1,
        Some("closed") => 2,
        Some("merged") => 3,
        _ => 4,
    }
}
