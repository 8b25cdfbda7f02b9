//! The simulated OpenProject's objects as it writes them.

use serde_json::{Value, json};

use super::{
    super::hal::duration,
    state::{
        ACTIVITIES, BUG, Caller, File, Group, MILESTONE, Membership, Named, PRIORITIES, PROJECT_STATUSES, Package, Part, Project,
        ROLES, Relation, Right, SEVERITIES, STATUSES, State, TYPES, TimeEntry, User, Version, name_in,
    },
};

pub fn formattable(raw: &str) -> Value {
    json!({ "format": "markdown", "raw": raw, "html": format!("<p>{raw}</p>") })
}

fn link(place: &str, id: u64, title: impl Into<String>) -> Value {
    json!({ "href": format!("/api/v3/{place}/{id}"), "title": title.into() })
}

fn nowhere() -> Value {
    json!({ "href": null })
}

fn named_link(place: &str, list: &[Named], id: u64) -> Value {
    link(place, id, name_in(list, id))
}

/// A user or a group.
pub fn principal_link(state: &State, id: Option<u64>) -> Value {
    match id {
        Some(id) => link(if state.groups.iter().any(|it| it.id == id) { "groups" } else { "users" }, id, state.user_name(id)),
        None => nowhere(),
    }
}

pub fn project_link(state: &State, id: u64) -> Value {
    link("projects", id, state.project(id).map(|it| it.name.clone()).unwrap_or_default())
}

/// The number at the end of a link.
pub fn id_of(link: &Value) -> Option<u64> {
    link["href"].as_str()?.rsplit('/').next()?.parse().ok()
}

pub fn entry_of(kind: &str, place: &str, it: &Named) -> Value {
    let mut all = json!({ "_type": kind, "id": it.id, "name": it.name, "_links": { "self": link(place, it.id, it.name) } });
    match kind {
        "Status" => {
            all["isClosed"] = json!(State::is_closed(it.id));
            all["isDefault"] = json!(it.id == STATUSES[0].id);
            all["isReadonly"] = json!(false);
        }
        "Type" => all["isMilestone"] = json!(it.id == MILESTONE),
        "Priority" => {
            all["isDefault"] = json!(it.name == "Normal");
            all["isActive"] = json!(true);
        }
        _ => {}
    }
    all
}

pub fn list(kind: &str, place: &str, all: &[Named]) -> Vec<Value> {
    all.iter().map(|it| entry_of(kind, place, it)).collect()
}

pub fn part(state: &State, kind: &str, it: &Part) -> Value {
    let (place, name) = if kind == "Budget" { ("budgets", "subject") } else { ("categories", "name") };
    json!({ "_type": kind, "id": it.id, name: it.name, "_links": { "self": link(place, it.id, it.name), "project": project_link(state, it.project) } })
}

pub fn user(it: &User, caller: Caller) -> Value {
    let mut all = json!({
        "_type": "User", "id": it.id, "name": it.name(), "firstName": it.first, "lastName": it.last, "login": it.login,
        "admin": it.admin, "status": it.status, "language": "en", "avatar": "", "createdAt": "2026-01-05T08:00:00.000Z",
        "_links": { "self": link("users", it.id, it.name()), "showUser": { "href": format!("/users/{}", it.id), "type": "text/html" } },
    });
    // Addresses and states are shown to administrators, and to each their own.
    if caller.admin || caller.id == it.id {
        all["email"] = json!(it.mail);
    }
    if caller.admin {
        let verb = if it.status == "locked" { "unlock" } else { "lock" };
        all["_links"][verb] = json!({ "href": format!("/api/v3/users/{}/lock", it.id) });
        all["_links"]["updateImmediately"] = json!({ "href": format!("/api/v3/users/{}", it.id), "method": "patch" });
    }
    all
}

pub fn group(state: &State, it: &Group) -> Value {
    let members: Vec<Value> = it.members.iter().map(|id| principal_link(state, Some(*id))).collect();
    json!({ "_type": "Group", "id": it.id, "name": it.name, "_links": { "self": link("groups", it.id, it.name.as_str()), "members": members } })
}

pub fn membership(state: &State, it: &Membership) -> Value {
    json!({
        "_type": "Membership", "id": it.id,
        "_links": {
            "self": link("memberships", it.id, state.user_name(it.principal)),
            "project": project_link(state, it.project),
            "principal": principal_link(state, Some(it.principal)),
            "roles": it.roles.iter().map(|id| named_link("roles", &ROLES, *id)).collect::<Vec<_>>(),
        },
    })
}

pub fn project(state: &State, it: &Project) -> Value {
    let status = it.status.as_ref().and_then(|id| PROJECT_STATUSES.iter().find(|(known, _)| known == id));
    let status =
        status.map_or(nowhere(), |(id, name)| json!({ "href": format!("/api/v3/project_statuses/{id}"), "title": name }));
    json!({
        "_type": "Project", "id": it.id, "identifier": it.identifier, "name": it.name, "active": it.active, "public": it.public,
        "description": formattable(&it.description), "statusExplanation": formattable(&it.explanation),
        "createdAt": "2026-01-05T08:00:00.000Z", "updatedAt": it.updated,
        "_links": {
            "self": link("projects", it.id, it.name.as_str()),
            "parent": it.parent.map_or(nowhere(), |id| project_link(state, id)),
            "status": status,
            "categories": { "href": format!("/api/v3/projects/{}/categories", it.id) },
        },
    })
}

pub fn version(state: &State, it: &Version) -> Value {
    json!({
        "_type": "Version", "id": it.id, "name": it.name, "description": formattable(&it.description), "status": it.status,
        "sharing": it.sharing, "startDate": it.start, "endDate": it.end,
        "_links": { "self": link("versions", it.id, it.name.as_str()), "definingProject": project_link(state, it.project) },
    })
}

pub fn package(state: &State, it: &Package, caller: Caller) -> Value {
    let children: Vec<Value> = state
        .packages
        .iter()
        .filter(|child| child.parent == Some(it.id))
        .map(|child| link("work_packages", child.id, child.subject.as_str()))
        .collect();
    let parent = it.parent.and_then(|id| state.package(id));
    let version = it.version.and_then(|id| state.versions.iter().find(|it| it.id == id));
    let part = |all: &[Part], id: Option<u64>, place: &str| {
        let found = id.and_then(|id| all.iter().find(|it| it.id == id));
        found.map_or(nowhere(), |it| link(place, it.id, it.name))
    };
    let mut all = json!({
        "_type": "WorkPackage", "id": it.id, "lockVersion": it.lock, "subject": it.subject,
        "description": formattable(&it.description), "percentageDone": it.done, "estimatedTime": it.work,
        "remainingTime": it.remaining, "spentTime": duration(state.spent(it.id)), "scheduleManually": true,
        "laborCosts": "0.00 EUR", "materialCosts": "0.00 EUR", "overallCosts": "0.00 EUR",
        "createdAt": it.created, "updatedAt": it.updated, "customField1": it.points,
        "_links": {
            "self": link("work_packages", it.id, it.subject.as_str()),
            "schema": { "href": format!("/api/v3/work_packages/schemas/{}-{}", it.project, it.kind) },
            "project": project_link(state, it.project),
            "type": named_link("types", &TYPES, it.kind),
            "status": named_link("statuses", &STATUSES, it.status),
            "priority": named_link("priorities", &PRIORITIES, it.priority),
            "author": principal_link(state, Some(it.author)),
            "assignee": principal_link(state, it.assignee),
            "responsible": principal_link(state, it.responsible),
            "version": version.map_or(nowhere(), |it| link("versions", it.id, it.name.as_str())),
            "category": part(&state.categories, it.category, "categories"),
            "budget": part(&state.budgets, it.budget, "budgets"),
            "parent": parent.map_or(nowhere(), |it| link("work_packages", it.id, it.subject.as_str())),
            "children": children,
        },
        "_embedded": { "status": STATUSES.iter().find(|known| known.id == it.status).map(|it| entry_of("Status", "statuses", it)) },
    });
    let files: Vec<Value> = it.files.iter().map(|attached| file(state, attached, it)).collect();
    all["_embedded"]["attachments"] = json!({ "_type": "Collection", "total": files.len(), "_embedded": { "elements": files } });
    if it.kind == MILESTONE {
        all["date"] = json!(it.due);
    } else {
        all["startDate"] = json!(it.start);
        all["dueDate"] = json!(it.due);
    }
    if it.kind == BUG {
        all["_links"]["customField2"] = it.severity.map_or(nowhere(), |id| named_link("custom_options", &SEVERITIES, id));
    }
    if state.may(caller, Right::Edit, it.project) {
        all["_links"]["update"] = json!({ "href": format!("/api/v3/work_packages/{}/form", it.id), "method": "post" });
        all["_links"]["updateImmediately"] = json!({ "href": format!("/api/v3/work_packages/{}", it.id), "method": "patch" });
        all["_links"]["customActions"] =
            json!([{ "href": "/api/v3/custom_actions/1/execute", "method": "post", "title": "Escalate" }]);
    }
    all
}

pub fn file(state: &State, it: &File, package: &Package) -> Value {
    json!({
        "_type": "Attachment", "id": it.id, "fileName": it.name, "fileSize": it.content.len(), "description": formattable(&it.description),
        "contentType": "text/plain", "createdAt": package.updated,
        "_links": {
            "self": link("attachments", it.id, it.name.as_str()),
            "author": principal_link(state, Some(it.author)),
            "container": link("work_packages", package.id, package.subject.as_str()),
            "downloadLocation": { "href": format!("/api/v3/attachments/{}/content", it.id) },
        },
    })
}

pub fn relation(state: &State, it: &Relation) -> Value {
    let end = |id: u64| link("work_packages", id, state.package(id).map(|it| it.subject.clone()).unwrap_or_default());
    json!({
        "_type": "Relation", "id": it.id, "name": it.kind, "type": it.kind, "reverseType": reverse(&it.kind),
        "description": it.description, "lag": it.lag,
        "_links": { "self": link("relations", it.id, ""), "from": end(it.from), "to": end(it.to) },
    })
}

fn reverse(kind: &str) -> &str {
    const PAIRS: [(&str, &str); 5] = [
        ("blocks", "blocked"),
        ("precedes", "follows"),
        ("duplicates", "duplicated"),
        ("includes", "partof"),
        ("requires", "required"),
    ];
    let of = |(a, b): &(&'static str, &'static str)| if *a == kind { Some(*b) } else { (*b == kind).then_some(*a) };
    PAIRS.iter().find_map(of).unwrap_or(kind)
}

pub fn time_entry(state: &State, it: &TimeEntry) -> Value {
    let name = if state.version.starts_with("16") { "entity" } else { "workPackage" };
    let mut all = json!({
        "_type": "TimeEntry", "id": it.id, "hours": it.hours, "spentOn": it.spent_on, "comment": formattable(&it.comment),
        "createdAt": it.updated, "updatedAt": it.updated,
        "_links": {
            "self": link("time_entries", it.id, ""),
            "project": project_link(state, it.project),
            "user": principal_link(state, Some(it.user)),
            "activity": named_link("time_entries/activities", &ACTIVITIES, it.activity),
        },
    });
    all["_links"][name] =
        link("work_packages", it.package, state.package(it.package).map(|it| it.subject.clone()).unwrap_or_default());
    all
}
