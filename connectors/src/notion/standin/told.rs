//! What the simulated Notion reports: what changed, by its id alone
//! (<https://developers.notion.com/reference/webhooks-events-delivery>).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::State;
use crate::standin::report::{self, Change, Report, changes, signed};

/// What is held against what is there after a request.
pub struct Before {
    pages: Vec<Value>,
    blocks: Vec<Value>,
    comments: Vec<Value>,
}

impl Before {
    pub fn of(state: &State) -> Before {
        Before { pages: state.pages.clone(), blocks: state.blocks.clone(), comments: state.comments.clone() }
    }

    pub fn told(&self, state: &State) -> Vec<Report> {
        let mut all = Vec::new();
        let id = |it: &Value| it["id"].clone();
        for change in changes(&self.pages, &state.pages, id, |a, b| a == b) {
            let (page, kind, more) = match change {
                Change::Made(it) => (it, "page.created", json!({})),
                Change::Changed { from, to } if from["in_trash"] != to["in_trash"] => {
                    (to, if to["in_trash"] == true { "page.deleted" } else { "page.undeleted" }, json!({}))
                }
                Change::Changed { from, to } if from["parent"] != to["parent"] => (to, "page.moved", json!({})),
                Change::Changed { from, to } if from["properties"] != to["properties"] => {
                    let all = to["properties"].as_object().into_iter().flatten();
                    let changed = all.filter(|(name, it)| from["properties"][*name] != **it).map(|(_, it)| it["id"].clone());
                    (to, "page.properties_updated", json!({ "updated_properties": changed.collect::<Vec<_>>() }))
                }
                // That its content was edited is told below.
                Change::Changed { .. } | Change::Gone(_) => continue,
            };
            all.extend(addressed(state, kind, "page", page, more));
        }
        let mut edited: Vec<&Value> = Vec::new();
        for change in changes(&self.blocks, &state.blocks, id, |a, b| a == b) {
            let (Change::Made(it) | Change::Changed { to: it, .. } | Change::Gone(it)) = change;
            let page = state.pages.iter().find(|page| it["parent"] == page["id"] || it["parent"]["page_id"] == page["id"]);
            let is_new = page.is_some_and(|page| self.pages.iter().all(|known| known["id"] != page["id"]));
            if let Some(page) = page.filter(|it| !is_new && !edited.contains(it)) {
                edited.push(page);
                all.extend(addressed(state, "page.content_updated", "page", page, json!({})));
            }
        }
        for change in changes(&self.comments, &state.comments, id, |_, _| true) {
            let Change::Made(it) = change else { continue };
            let more = json!({ "page_id": it["parent"]["page_id"] });
            all.extend(addressed(state, "comment.created", "comment", it, more));
        }
        all
    }
}

fn addressed(state: &State, kind: &str, sort: &str, it: &Value, more: Value) -> Vec<Report> {
    let parent = &it["parent"];
    let word = parent["type"].as_str().unwrap_or("page_id").trim_end_matches("_id");
    let place = parent.as_object().into_iter().flatten().find(|(name, _)| *name != "type").map(|(_, it)| it.clone());
    let mut data = json!({ "parent": { "id": place, "type": word } });
    if let Some(source) = parent["data_source_id"].as_str() {
        data["parent"] = json!({ "id": parent["database_id"], "type": "database", "data_source_id": source });
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        data[name] = value.clone();
    }
    let body = json!({
        "id": report::id(), "timestamp": state.clock.unwrap_or_else(Timestamp::now), "workspace_id": "13950b26-c203-4f3b-b97d-93ec06319565",
        "workspace_name": "Example", "subscription_id": "29d75c0d-5546-4414-8459-7b7a92f1fc4b", "type": kind, "attempt_number": 1,
        "authors": [{ "id": state.users[0]["id"], "type": "bot" }], "accessible_by": [],
        "entity": { "id": it["id"], "type": sort }, "data": data,
    });
    report::to(&state.listeners, &[], &body, |it, body| vec![("x-notion-signature", signed(&it.secret, body))])
}
