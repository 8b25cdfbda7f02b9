//! What hangs on work items: their files, what happened to them, the recycle bin, saved queries, areas and iterations.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, state::is_number};

pub fn answer(state: &mut State, method: &str, project: Option<&str>, path: &[&str], asked: &Asked) -> Answer {
    let project = project.unwrap_or("demo");
    match (method, path) {
        ("POST", ["attachments"]) => {
            let id = format!("f11e0000-0000-4000-8000-{:012}", state.next_id());
            let name = asked.get("fileName").unwrap_or("file").to_owned();
            let address = format!("{}/{project}-id/_apis/wit/attachments/{id}", state.origin);
            state.files.insert(id.clone(), (name, asked.bytes.clone()));
            Answer { status: StatusCode::CREATED, ..Answer::json(json!({ "id": id, "url": address })) }
        }
        ("GET", ["attachments", id]) => match state.files.get(*id) {
            Some((_, bytes)) => Answer::file("application/octet-stream", bytes.clone()),
            None => Answer::not_found("AttachmentNotFoundException", "VS403357: The attachment does not exist."),
        },
        ("GET", ["workItems", id, "updates"]) => {
            let Some(item) = state.items.iter().find(|it| is_number(&it["id"], id)) else {
                return Answer::not_found("WorkItemUnauthorizedAccessException", "TF401232: Work item does not exist.");
            };
            let fields = &item["fields"];
            let mut first = json!({
                "id": 1, "workItemId": item["id"], "rev": 1, "revisedBy": fields["System.CreatedBy"],
                "fields": { "System.Rev": { "newValue": 1 }, "System.ChangedDate": { "newValue": fields["System.CreatedDate"] } },
            });
            first["revisedDate"] = json!("9999-01-01T00:00:00Z");
            let later = item["id"].as_u64().and_then(|it| state.updates.get(&it)).cloned().unwrap_or_default();
            let all = [first].into_iter().chain(later);
            Answer::list(all.skip(asked.number("$skip", 0)).take(asked.number("$top", 200)).collect())
        }
        ("PATCH", ["recyclebin", id]) => match state.deleted.iter().position(|it| is_number(&it["id"], id)) {
            Some(at) if asked.body["isDeleted"] == false => {
                let back = state.deleted.remove(at);
                state.items.push(back.clone());
                Answer::json(json!({ "id": back["id"], "project": project, "code": 200 }))
            }
            _ => Answer::not_found("WorkItemNotFoundException", "VS402375: The work item is not in the recycle bin."),
        },
        ("GET", ["queries"]) if project == "demo" => Answer::list(queries()),
        ("GET", ["queries"]) => Answer::list(Vec::new()),
        ("GET", ["queries", path @ ..]) => {
            let deep = json!({ "id": "q5", "name": "Old", "path": "Shared Queries/Team/Bugs/Old", "wiql": "SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 2" });
            match path.join("/") == "Shared Queries/Team/Bugs/Old" {
                true => Answer::json(deep),
                false => {
                    Answer::not_found("QueryItemNotFoundException", "TF401243: The query does not exist, or you cannot read it.")
                }
            }
        }
        ("GET", ["classificationnodes"]) => Answer::list(trees(project)),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

/// Two folders deep, as Azure DevOps tells at once.
fn queries() -> Vec<Value> {
    let query = |id: &str, path: &str, wiql: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        json!({ "id": id, "name": name, "path": path, "isPublic": true, "queryType": "flat", "wiql": format!("SELECT [System.Id] FROM WorkItems WHERE {wiql}") })
    };
    let folder = |name: &str, path: &str, children: Vec<Value>| json!({ "id": format!("folder-{name}"), "name": name, "path": path, "isFolder": true, "hasChildren": !children.is_empty(), "children": children });
    let team = folder(
        "Team",
        "Shared Queries/Team",
        vec![query("q2", "Shared Queries/Team/Open bugs", "[System.WorkItemType] = 'Bug' AND [System.State] = 'Active'")],
    );
    vec![
        folder("My Queries", "My Queries", vec![query("q3", "My Queries/Everything", "[System.Id] > 0")]),
        folder("Shared Queries", "Shared Queries", vec![query("q1", "Shared Queries/Everything", "[System.Id] > 0"), team]),
    ]
}

fn trees(project: &str) -> Vec<Value> {
    let node = |kind: &str, name: &str, dates: Option<(&str, &str)>, children: Vec<Value>| {
        let mut node = json!({ "id": name.len(), "name": name, "structureType": kind, "hasChildren": !children.is_empty(), "children": children });
        if let Some((start, finish)) = dates {
            node["attributes"] =
                json!({ "startDate": format!("{start}T00:00:00Z"), "finishDate": format!("{finish}T00:00:00Z") });
        }
        node
    };
    let paper = node("area", "Paper", None, Vec::new());
    let sprints = vec![
        node("iteration", "Sprint 0", Some(("2026-10-26", "2026-11-08")), Vec::new()),
        node("iteration", "Sprint 1", Some(("2026-11-09", "2026-11-22")), Vec::new()),
        node("iteration", "Some day", None, Vec::new()),
    ];
    vec![
        node("area", project, None, vec![node("area", "Hardware", None, vec![paper])]),
        node("iteration", project, None, if project == "demo" { sprints } else { Vec::new() }),
    ]
}

/// Keeps what a change of a work item was.
pub fn note(state: &mut State, caller: &str, old: &Value, new: &Value, said: Option<Value>) {
    let id = new["id"].as_u64().unwrap_or_default();
    let mut fields = json!({ "System.Rev": { "oldValue": old["rev"], "newValue": new["rev"] } });
    for (name, it) in new["fields"].as_object().into_iter().flatten() {
        if old["fields"][name] != *it {
            fields[name] = json!({ "oldValue": old["fields"][name], "newValue": it });
        }
    }
    // Told with each, and here the clock may stand still.
    fields["System.ChangedDate"] =
        json!({ "oldValue": old["fields"]["System.ChangedDate"], "newValue": new["fields"]["System.ChangedDate"] });
    if let Some(said) = said {
        fields["System.History"] = json!({ "oldValue": "", "newValue": said });
    }
    let listed = |it: &Value| it["relations"].as_array().cloned().unwrap_or_default();
    let (before, after) = (listed(old), listed(new));
    let missing = |from: &[Value], other: &[Value]| from.iter().filter(|it| !other.contains(it)).cloned().collect::<Vec<_>>();
    let relations = json!({ "added": missing(&after, &before), "removed": missing(&before, &after) });
    let all = state.updates.entry(id).or_default();
    let number = all.len() + 2;
    let update = json!({
        "id": number, "workItemId": id, "rev": new["rev"], "revisedDate": "9999-01-01T00:00:00Z", "fields": fields, "relations": relations,
    });
    all.push(update);
    let person = state.person(caller);
    if let Some(last) = state.updates.get_mut(&id).and_then(|it| it.last_mut()) {
        last["revisedBy"] = person;
    }
}
