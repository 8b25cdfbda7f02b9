//! Work items.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, parts, state::is_number, wiql};

const STATES: [(&str, &str); 4] =
    [("New", "Proposed"), ("Active", "InProgress"), ("Resolved", "Resolved"), ("Closed", "Completed")];

fn types() -> Vec<Value> {
    let states: Vec<Value> =
        STATES.iter().map(|(name, category)| json!({ "name": name, "category": category, "color": "b2b2b2" })).collect();
    let kind =
        |name: &str| json!({ "name": name, "referenceName": format!("Microsoft.VSTS.WorkItemTypes.{name}"), "states": states });
    ["Bug", "Task", "User Story"].iter().map(|it| kind(it)).collect()
}

fn own_fields() -> impl Iterator<Item = Value> {
    let field = |(name, reference, kind): (&str, &str, &str)| {
        json!({ "name": name, "referenceName": reference, "type": kind, "usage": "workItem", "readOnly": false, "isIdentity": false,
                "isPicklist": false, "isPicklistSuggested": false })
    };
    [("Title", "System.Title", "string"), ("Priority", "Microsoft.VSTS.Common.Priority", "integer")].into_iter().map(field)
}

/// What a type of work item says of its fields; which values they can have only to who asks for it.
fn fields_of(state: &State, kind: &str, asked: &Asked) -> Answer {
    let own = own_fields()
        .map(|it| json!({ "name": it["name"], "referenceName": it["referenceName"], "alwaysRequired": it["name"] == "Title" }));
    let custom = state.custom_fields.iter().filter_map(|(field, types)| {
        let mut of_type = types.get(kind)?.clone();
        (of_type["name"], of_type["referenceName"]) = (field["name"].clone(), field["referenceName"].clone());
        if asked.get("$expand") != Some("allowedValues") {
            of_type["allowedValues"].take();
        }
        Some(of_type)
    });
    Answer::list(own.chain(custom).collect())
}

/// A value of a custom field as it is kept, none for an empty one; or the rule that forbids it.
fn custom(state: &State, field: &Value, rules: &Value, value: &Value) -> Result<Option<Value>, &'static str> {
    if value.is_null() || *value == "" {
        return if rules["alwaysRequired"] == true { Err("Error code: Required, InvalidEmpty.") } else { Ok(None) };
    }
    let allowed = rules["allowedValues"].as_array().filter(|it| !it.is_empty() && field["isPicklistSuggested"] != true);
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if allowed.is_some_and(|all| !all.iter().any(|it| *it == text)) {
        return Err("Error code: HasValues, LimitedToValues, AllowsOldValue, InvalidNotOldValue.");
    }
    let wrong = Err("Error code: InvalidType.");
    Ok(Some(match field["type"].as_str() {
        Some("string") if field["isIdentity"] == true => match state.person_called(&text) {
            Some(person) => person,
            None => return wrong,
        },
        Some("integer") if !value.is_i64() => return wrong,
        Some("double") if !value.is_number() => return wrong,
        Some("boolean") if !value.is_boolean() => return wrong,
        Some("dateTime") if value.as_str().is_none_or(|it| it.len() < 10) => return wrong,
        Some("dateTime") => json!(format!("{}T00:00:00Z", &text[..10])),
        _ => value.clone(),
    }))
}

fn missing(id: &str) -> Answer {
    let said = format!("TF401232: Work item {id} does not exist, or you do not have permissions to read it.");
    Answer::not_found("WorkItemUnauthorizedAccessException", &said)
}

pub fn answer(state: &mut State, caller: &str, method: &str, project: Option<&str>, path: &[&str], asked: &Asked) -> Answer {
    let position = |state: &State, id: &str| {
        let is_it = |it: &Value| is_number(&it["id"], id) && project.is_none_or(|of| it["fields"]["System.TeamProject"] == of);
        state.items.iter().position(is_it)
    };
    match (method, path) {
        ("GET", ["workitemtypes"]) => Answer::list(types()),
        ("GET", ["fields"]) => Answer::list(own_fields().chain(state.custom_fields.iter().map(|it| it.0.clone())).collect()),
        ("GET", ["workitemtypes", kind, "fields"]) => fields_of(state, kind, asked),
        ("POST", ["wiql"]) => query(state, project, asked),
        ("GET", ["workitems"]) => {
            let ids = asked.get("ids").unwrap_or_default().split(',');
            Answer::list(ids.map(|id| position(state, id).map_or(Value::Null, |at| state.shown(&state.items[at]))).collect())
        }
        ("POST", ["workitems", kind]) => {
            let kind = kind.trim_start_matches('$');
            if !types().iter().any(|it| it["name"] == kind) {
                let said = format!(
                    "VS402323: Work item type {kind} does not exist in project or you do not have permission to access it."
                );
                return Answer::not_found("WorkItemTypeNotFoundException", &said);
            }
            let id = state.next_id();
            let project = project.unwrap_or("demo");
            let item = json!({ "id": id, "rev": 1, "relations": [], "fields": {
                "System.TeamProject": project, "System.AreaPath": project, "System.IterationPath": project,
                "System.WorkItemType": kind, "System.State": "New", "System.CreatedBy": state.person(caller),
                "System.CreatedDate": state.now(), "Microsoft.VSTS.Common.Priority": 2,
            } });
            apply(state, caller, item, asked)
        }
        (_, ["workitems", id]) => {
            let Some(at) = position(state, id) else { return missing(id) };
            match method {
                "GET" => {
                    let shown = state.shown(&state.items[at]);
                    if state.moves_on {
                        state.items[at]["rev"] = json!(state.items[at]["rev"].as_u64().unwrap_or(0) + 1);
                    }
                    Answer::json(shown)
                }
                "DELETE" => {
                    let gone = state.items.remove(at);
                    state.deleted.push(gone.clone());
                    Answer::json(json!({ "id": gone["id"], "name": gone["fields"]["System.Title"] }))
                }
                _ => apply(state, caller, state.items[at].clone(), asked),
            }
        }
        (_, ["workItems", id, "comments"]) => {
            let Some(at) = position(state, id) else { return missing(id) };
            let id = state.items[at]["id"].as_u64().unwrap_or_default();
            if method == "GET" {
                let mut all = state.comments.get(&id).cloned().unwrap_or_default();
                all.reverse();
                let top = asked.number("$top", 200);
                return Answer::json(
                    json!({ "totalCount": all.len(), "count": all.len().min(top), "comments": &all[..all.len().min(top)] }),
                );
            }
            let comment = json!({
                "id": state.next_id(), "workItemId": id, "text": asked.body["text"], "createdBy": state.person(caller),
                "createdDate": state.now(),
            });
            state.comments.entry(id).or_default().push(comment.clone());
            Answer::json(comment)
        }
        _ => parts::answer(state, method, project, path, asked),
    }
}

/// Applies a JSON Patch, and checks what a real process checks.
fn apply(state: &mut State, caller: &str, mut item: Value, asked: &Asked) -> Answer {
    let Some(operations) = asked.body.as_array() else {
        return Answer::refused(
            StatusCode::BAD_REQUEST,
            "VssPropertyValidationException",
            "You must pass a valid patch document in the body of the request.",
        );
    };
    let rule = |field: &str, said: &str| {
        Answer::refused(
            StatusCode::BAD_REQUEST,
            "RuleValidationException",
            &format!("TF401320: Rule Error for field {field}. {said}"),
        )
    };
    let is_new = state.items.iter().all(|it| it["id"] != item["id"]);
    let mut said = None;
    for operation in operations {
        let (path, value) = (operation["path"].as_str().unwrap_or_default(), &operation["value"]);
        if operation["op"] == "test" {
            if path == "/rev" && item["rev"] != *value {
                let said = "VS403351: Test Operation for path /rev failed.";
                return Answer::refused(StatusCode::PRECONDITION_FAILED, "TestPatchOperationFailedException", said);
            }
            continue;
        }
        if operation["op"] == "remove"
            && let Some(place) = path.strip_prefix("/relations/").and_then(|it| it.parse::<usize>().ok())
        {
            match item["relations"].as_array_mut() {
                Some(all) if place < all.len() => drop(all.remove(place)),
                _ => return Answer::refused(StatusCode::BAD_REQUEST, "VssPropertyValidationException", "Index out of range."),
            }
            continue;
        }
        if path == "/relations/-" && matches!(value["rel"].as_str(), Some("AttachedFile" | "ArtifactLink")) {
            let mut relation = value.clone();
            let id = value["url"].as_str().and_then(|it| it.rsplit('/').next()).unwrap_or_default();
            if let Some((name, bytes)) = state.files.get(id) {
                (relation["attributes"]["name"], relation["attributes"]["resourceSize"]) = (json!(name), json!(bytes.len()));
            }
            if let Some(all) = item["relations"].as_array_mut() {
                all.push(relation);
            }
            continue;
        }
        if path == "/relations/-" {
            let other = value["url"].as_str().and_then(|it| it.rsplit_once("/workItems/")).map_or("", |(_, id)| id);
            if !state.items.iter().any(|it| is_number(&it["id"], other)) {
                return missing(other);
            }
            let kind = value["rel"].as_str().unwrap_or_default();
            let name = match kind {
                "System.LinkTypes.Hierarchy-Reverse" => "Parent",
                "System.LinkTypes.Hierarchy-Forward" => "Child",
                _ => kind.trim_start_matches("System.LinkTypes.").split('-').next().unwrap_or_default(),
            };
            let relation = json!({ "rel": kind, "url": value["url"], "attributes": { "name": name } });
            if let Some(all) = item["relations"].as_array_mut() {
                all.push(relation);
            }
            continue;
        }
        let field = path.trim_start_matches("/fields/");
        let mut value = value.clone();
        if let Some((known, types)) = state.custom_fields.iter().find(|it| it.0["referenceName"] == field) {
            let rules = types.get(item["fields"]["System.WorkItemType"].as_str().unwrap_or_default()).unwrap_or(&Value::Null);
            match custom(state, known, rules, &value) {
                Ok(Some(kept)) => item["fields"][field] = kept,
                Ok(None) => drop(item["fields"].as_object_mut().and_then(|it| it.remove(field))),
                Err(said) => return rule(known["name"].as_str().unwrap_or_default(), said),
            }
            continue;
        }
        match (field, value.as_str()) {
            // Every one begins in its type's first state.
            ("System.State", Some(text)) if is_new && text != STATES[0].0 => {
                return rule("State", "Error code: HasValues, LimitedToValues, AllowsOldValue, InvalidNotOldValue.");
            }
            ("System.Title", Some("")) => return rule("Title", "Error code: Required, InvalidEmpty."),
            ("System.State", Some(text)) if !STATES.iter().any(|(name, _)| *name == text) => {
                return rule("State", "Error code: HasValues, LimitedToValues, AllowsOldValue, InvalidNotOldValue.");
            }
            ("System.AssignedTo", Some("")) => value = Value::Null,
            ("System.AssignedTo", Some(text)) => match state.person_called(text) {
                Some(person) => value = person,
                None => {
                    let said = format!("The identity value '{text}' for field 'Assigned To' is an unknown identity.");
                    return Answer::refused(StatusCode::BAD_REQUEST, "RuleValidationException", &said);
                }
            },
            ("System.AreaPath" | "System.IterationPath", Some(text))
                if !text.starts_with("demo") && !text.starts_with("apollo") =>
            {
                return Answer::refused(
                    StatusCode::BAD_REQUEST,
                    "WorkItemFieldInvalidTreeNameException",
                    "TF401347: Invalid tree name given for work item, field 'System.AreaPath'.",
                );
            }
            _ => {}
        }
        if field == "System.History" {
            let id = item["id"].as_u64().unwrap_or_default();
            let comment =
                json!({ "id": state.next_id(), "text": value, "createdBy": state.person("bellhop"), "createdDate": state.now() });
            state.comments.entry(id).or_default().push(comment);
            said = Some(operation["value"].clone());
            continue;
        }
        item["fields"][field] = value;
    }
    if item["fields"]["System.Title"].as_str().is_none_or(str::is_empty) {
        return rule("Title", "Error code: Required, InvalidEmpty.");
    }
    item["fields"]["System.ChangedDate"] = state.now();
    item["rev"] = json!(item["rev"].as_u64().unwrap_or(0) + 1);
    match state.items.iter_mut().find(|it| it["id"] == item["id"]) {
        Some(known) => {
            let old = std::mem::replace(known, item.clone());
            parts::note(state, caller, &old, &item, said);
        }
        None => state.items.push(item.clone()),
    }
    Answer::json(state.shown(&item))
}

fn query(state: &State, project: Option<&str>, asked: &Asked) -> Answer {
    let text = asked.body["query"].as_str().unwrap_or_default();
    let mut found = Vec::new();
    for item in &state.items {
        match wiql::fits(text, project, item) {
            Ok(true) => found.push(item),
            Ok(false) => {}
            Err(said) => return Answer::refused(StatusCode::BAD_REQUEST, "WorkItemTrackingQueryException", &said),
        }
    }
    if text.ends_with("DESC") {
        found.sort_by(|a, b| b["fields"]["System.ChangedDate"].as_str().cmp(&a["fields"]["System.ChangedDate"].as_str()));
    }
    let ids: Vec<Value> = found.iter().take(asked.number("$top", 20_000)).map(|it| json!({ "id": it["id"] })).collect();
    Answer::json(json!({ "queryType": "flat", "queryResultType": "workItem", "workItems": ids }))
}

pub fn search(state: &State, project: Option<&str>, asked: &Asked) -> Answer {
    let words = asked.body["searchText"].as_str().unwrap_or_default().to_lowercase();
    let fits = |it: &&Value| {
        let fields = &it["fields"];
        project.is_none_or(|of| fields["System.TeamProject"] == of) && fields.to_string().to_lowercase().contains(&words)
    };
    let found: Vec<&Value> = state.items.iter().filter(fits).collect();
    let hit = |it: &&Value| {
        let fields = &it["fields"];
        json!({ "fields": {
            "system.id": it["id"].to_string(), "system.title": fields["System.Title"], "system.state": fields["System.State"],
            "system.workitemtype": fields["System.WorkItemType"],
        } })
    };
    let (skip, top) = (asked.body["$skip"].as_u64().unwrap_or(0) as usize, asked.body["$top"].as_u64().unwrap_or(10) as usize);
    let hits: Vec<Value> = found.iter().skip(skip).take(top).map(hit).collect();
    Answer::json(json!({ "count": found.len(), "results": hits }))
}
