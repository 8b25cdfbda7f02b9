//! What the simulated Azure DevOps reports: <https://learn.microsoft.com/azure/devops/service-hooks/events>.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::State;
use crate::standin::report::{self, Change, Listener, Report, changes};

/// What is held against what is there after a request.
pub struct Before {
    items: Vec<Value>,
    pulls: Vec<Value>,
    comments: BTreeMap<u64, usize>,
    threads: BTreeMap<u64, usize>,
}

/// How many there are of each.
fn counted(all: &BTreeMap<u64, Vec<Value>>) -> BTreeMap<u64, usize> {
    all.iter().map(|(id, it)| (*id, it.len())).collect()
}

impl Before {
    pub fn of(state: &State) -> Before {
        let (comments, threads) = (counted(&state.comments), counted(&state.threads));
        Before { items: state.items.clone(), pulls: state.pulls.clone(), comments, threads }
    }

    /// What `caller` did since.
    pub fn told(&self, state: &State, caller: &str) -> Vec<Report> {
        let who = Who { state, login: caller };
        let mut all = Vec::new();
        for change in changes(&self.items, &state.items, |it| it["id"].clone(), |a, b| a["rev"] == b["rev"]) {
            all.extend(match change {
                Change::Made(it) => who.tells_of_item("workitem.created", it, who.item(it), "created"),
                Change::Gone(it) => who.tells_of_item("workitem.deleted", it, who.item(it), "deleted"),
                Change::Changed { from, to } => who.tells_of_item("workitem.updated", to, who.update(from, to), "updated"),
            });
        }
        for (id, comments) in &state.comments {
            let Some(it) = state.items.iter().find(|it| it["id"] == *id) else { continue };
            for comment in comments.iter().skip(self.comments.get(id).copied().unwrap_or(0)) {
                let mut resource = who.item(it);
                resource["fields"]["System.History"] = comment["text"].clone();
                all.extend(who.tells_of_item("workitem.commented", it, resource, "commented on"));
            }
        }
        for change in changes(&self.pulls, &state.pulls, |it| it["pullRequestId"].clone(), |a, b| a == b) {
            match change {
                Change::Made(it) => all.extend(who.tells_of_pull("git.pullrequest.created", it, it.clone(), "created")),
                Change::Changed { from, to } => {
                    let did = match (to["status"].as_str(), from["status"] == to["status"]) {
                        (Some("completed"), false) => "completed",
                        (Some("abandoned"), false) => "abandoned",
                        (Some("active"), false) => "reactivated",
                        _ if from["reviewers"] != to["reviewers"] => "changed the reviewer list on",
                        _ => "updated",
                    };
                    all.extend(who.tells_of_pull("git.pullrequest.updated", to, to.clone(), did));
                }
                Change::Gone(_) => {}
            }
        }
        for (id, threads) in &state.threads {
            let Some(pull) = state.pulls.iter().find(|it| it["pullRequestId"] == *id) else { continue };
            for thread in threads.iter().skip(self.threads.get(id).copied().unwrap_or(0)) {
                let comment = json!({
                    "id": 1, "content": thread["comments"][0]["content"], "author": state.person(caller), "publishedDate": state.now(),
                });
                let resource = json!({ "comment": comment, "pullRequest": pull });
                all.extend(who.tells_of_pull("ms.vss-code.git-pullrequest-comment-event", pull, resource, "commented on"));
            }
        }
        all
    }
}

struct Who<'a> {
    state: &'a State,
    login: &'a str,
}

impl Who<'_> {
    /// `Ana Example <ana@example.org>`, as fields of work items name people.
    fn signed(&self) -> String {
        format!("{} <{}@example.org>", self.state.name_of(self.login), self.login)
    }

    fn item(&self, it: &Value) -> Value {
        let mut shown = self.state.shown(it);
        shown["fields"]["System.ChangedBy"] = json!(self.signed());
        for (_, value) in shown["fields"].as_object_mut().into_iter().flatten() {
            if let (Some(name), Some(address)) = (value["displayName"].as_str(), value["uniqueName"].as_str()) {
                *value = json!(format!("{name} <{address}>"));
            }
        }
        shown
    }

    fn update(&self, from: &Value, to: &Value) -> Value {
        let (old, new) = (self.item(from), self.item(to));
        let fields = new["fields"].as_object().into_iter().flatten().filter(|(name, it)| old["fields"][*name] != **it);
        let mut changed: Value =
            fields.map(|(name, it)| (name.clone(), json!({ "oldValue": old["fields"][name], "newValue": it }))).collect();
        changed["System.Rev"] = json!({ "oldValue": from["rev"], "newValue": to["rev"] });
        json!({
            "id": to["rev"], "workItemId": to["id"], "rev": to["rev"], "revisedBy": self.state.person(self.login), "fields": changed,
            "revision": new,
        })
    }

    fn tells_of_item(&self, event: &str, it: &Value, resource: Value, did: &str) -> Vec<Report> {
        let fields = &it["fields"];
        let word = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
        let (kind, title, name) = (word("System.WorkItemType"), word("System.Title"), self.state.name_of(self.login));
        let text = format!("{kind} #{} ({title}) {did} by {name}", it["id"]);
        self.addressed(event, &word("System.TeamProject"), resource, text)
    }

    fn tells_of_pull(&self, event: &str, it: &Value, resource: Value, did: &str) -> Vec<Report> {
        let word = |path: &str| it.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let name = self.state.name_of(self.login);
        let text =
            format!("{name} {did} pull request {} ({}) in {}", it["pullRequestId"], word("/title"), word("/repository/name"));
        self.addressed(event, word("/repository/project/name"), resource, text)
    }

    fn addressed(&self, event: &str, project: &str, resource: Value, text: String) -> Vec<Report> {
        let id = self.state.project(project)["id"].as_str().unwrap_or_default().to_owned();
        let of_event = |it: &&Value| it["eventType"] == event;
        let registered = self.state.subscriptions.iter().filter(of_event).map(|it| {
            let text = |path: &str| it.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
            Listener {
                url: text("/consumerInputs/url"),
                secret: text("/consumerInputs/basicAuthPassword"),
                of: text("/publisherInputs/projectId"),
            }
        });
        let listeners: Vec<Listener> = registered.chain(self.state.listeners.iter().cloned()).collect();
        let body = json!({
            "id": report::id(), "eventType": event, "publisherId": "tfs", "message": { "text": text, "markdown": text },
            "resource": resource, "createdDate": self.state.now(), "notificationId": 1,
            "subscriptionId": "5b5b5b5b-0000-4000-8000-000000000001",
            "resourceContainers": { "collection": { "id": "c0", "baseUrl": format!("{}/", self.state.origin) } },
        });
        report::to(&listeners, &[&id], &body, |it, _| {
            vec![("authorization", format!("Basic {}", STANDARD.encode(format!("bellhop:{}", it.secret))))]
        })
    }
}
