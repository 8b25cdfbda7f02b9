//! Issues of all types, comments, reactions, milestones.

use commands::{
    Event,
    event::{Object, Why},
};
use serde_json::Value;

use super::{
    Payload, add,
    alerts::severity,
    changes::{self, change, labels, moved, plain},
    event, merge_requests, object, people,
};
use crate::payload::{closes, first, first_line, list, short, shown, text, visible};

/// An issue, by its attributes.
pub(super) fn numbered(payload: &Payload<'_>, of: &Value) -> Object {
    let title = text(of, "/title").unwrap_or("issue");
    let iid = shown(of, "/iid").unwrap_or_default();
    let url = text(of, "/url").map(str::to_owned).or_else(|| payload.web(&format!("/-/issues/{iid}")));
    Object { state: state(of), ..object(payload.key('#', of), title, url) }
}

/// `reopened` is what older servers call one that is open again.
pub(super) fn state(of: &Value) -> Option<String> {
    match text(of, "/state") {
        Some("opened") if of["draft"] == true || of["work_in_progress"] == true => Some("draft".into()),
        Some("reopened") => Some("opened".into()),
        state => state.map(str::to_owned),
    }
}

/// Incidents and tasks are issues to those who subscribe to issues; what stands above issues is not.
fn noun(of: &Value) -> &'static str {
    match text(of, "/type") {
        Some("Epic") => "epic",
        Some("Objective") => "objective",
        Some("Key Result") => "key_result",
        _ => "issue",
    }
}

/// What an update is first of all, by what changed; none where nothing of it has a word of its own.
pub(super) fn updated(body: &Value) -> Option<&'static str> {
    let all = changes::of(body);
    let (assigned, unassigned) = moved(all, "assignees");
    let (asked, unasked) = moved(all, "reviewers");
    let (labeled, unlabeled) = moved(all, "labels");
    let draft = all.get("draft").map(|it| it["current"] == true);
    match changes::state_now(body) {
        Some("closed") => return Some("closed"),
        Some("opened") => return Some("reopened"),
        Some("merged") => return Some("merged"),
        _ => {}
    }
    Some(match draft {
        _ if !assigned.is_empty() => "assigned",
        _ if !asked.is_empty() => "review_requested",
        Some(true) => "converted_to_draft",
        Some(false) => "ready_for_review",
        _ if !unassigned.is_empty() => "unassigned",
        _ if !unasked.is_empty() => "review_request_removed",
        // What was written comes before how it is marked.
        _ if all.get("title").is_some() || all.get("description").is_some() => return None,
        _ if !labeled.is_empty() => "labeled",
        _ if !unlabeled.is_empty() => "unlabeled",
        _ if all.get("milestone_id").is_some_and(|it| it["current"].is_null()) => "demilestoned",
        _ if all.get("milestone_id").is_some() => "milestoned",
        _ if all.get("discussion_locked").is_some_and(|it| it["current"] == true) => "locked",
        _ if all.get("discussion_locked").is_some() => "unlocked",
        _ => return None,
    })
}

pub(super) fn issue(payload: &Payload<'_>) -> Option<Event> {
    let body = payload.body;
    let of = body.get("object_attributes")?;
    let verb = match text(of, "/action") {
        Some("open") => "created",
        Some("close") => "closed",
        Some("reopen") => "reopened",
        _ => updated(body).unwrap_or("updated"),
    };
    let mut told = event(noun(of), verb, numbered(payload, of));
    told.labels = labels(list(body, "/labels"));
    if told.labels.is_empty() {
        told.labels = labels(list(of, "/labels"));
    }
    told.about = payload.refers(text(of, "/title").unwrap_or_default());
    written(payload, &mut told, of, verb);
    // Of incidents; others have one that nobody set.
    told.severity = text(of, "/severity").and_then(severity);
    let sort = text(of, "/type").filter(|it| verb == "created" && *it != "Issue");
    told.changes.extend(sort.map(|it| change("type", None, Some(it))));
    if verb == "closed" && told.changes.iter().all(|it| it.field != "state") {
        told.changes.push(change("state", Some("opened"), Some("closed")));
    }
    if verb == "reopened" && told.changes.iter().all(|it| it.field != "state") {
        told.changes.push(change("state", Some("closed"), Some("opened")));
    }
    Some(told)
}

/// What issues and merge requests have in common: what they say when they are new, what changed, whom it is for.
pub(super) fn written(payload: &Payload<'_>, told: &mut Event, of: &Value, verb: &str) {
    let body = payload.body;
    let description = visible(text(of, "/description").unwrap_or_default());
    if verb == "created" {
        told.changes = changes::given(body, of);
        told.text = Some(description.clone());
        let assignees =
            list(body, "/assignees").iter().chain(body.get("assignee").filter(|_| list(body, "/assignees").is_empty()));
        told.concerns = people(assignees, Why::Assigned);
        told.concerns.extend(people(list(body, "/reviewers").iter(), Why::ReviewAsked));
        told.concerns.extend(payload.mentioned(&description));
    } else {
        told.changes = changes::read(body);
        let all = changes::of(body);
        // Servers that tell no changes tell what is written now.
        told.text = Some(description.clone()).filter(|_| verb == "updated" && all.as_object().is_none_or(|it| it.is_empty()));
        told.concerns = people(moved(all, "assignees").0.into_iter(), Why::Assigned);
        told.concerns.extend(people(moved(all, "reviewers").0.into_iter(), Why::ReviewAsked));
    }
    add(&mut told.about, closes(&description, &payload.place().unwrap_or_default(), &['#']));
}

/// What a comment or a reaction is on.
fn on(payload: &Payload<'_>, sort: &str, page: Option<&str>) -> (String, Object, Option<String>) {
    let body = payload.body;
    let part = |key: &str| body.get(key).filter(|it| it.is_object());
    let page = page.map(|it| it.split('#').next().unwrap_or(it).to_owned());
    if let Some(it) = part("merge_request") {
        let branch = text(it, "/source_branch").map(str::to_owned);
        return ("merge_request".into(), merge_requests::numbered(payload, it), branch);
    }
    if let Some(it) = part("issue").or_else(|| part("work_item")) {
        return (noun(it).into(), numbered(payload, it), None);
    }
    if let Some(it) = part("commit").filter(|it| text(it, "/id").is_some()) {
        let id = text(it, "/id").unwrap_or_default();
        let url = text(it, "/url").map(str::to_owned).or_else(|| payload.web(&format!("/-/commit/{id}")));
        let title = first_line(text(it, "/message").unwrap_or("commit"));
        return ("commit".into(), object(short(id), title, url), None);
    }
    for (key, mark) in [("snippet", "$"), ("project_snippet", "$"), ("epic", "&")] {
        if let Some(it) = part(key) {
            let id = shown(it, "/iid").or_else(|| shown(it, "/id")).unwrap_or_default();
            let page = text(it, "/url").map(str::to_owned).or(page);
            let page = page.or_else(|| payload.web(&format!("/-/snippets/{id}")).filter(|_| mark == "$"));
            let noun = if mark == "$" { "snippet" } else { "epic" };
            let title = text(it, "/title").unwrap_or(noun);
            return (noun.into(), object(format!("{}{mark}{id}", payload.place().unwrap_or_default()), title, page), None);
        }
    }
    // A picture of a design, a page of the wiki, and what else GitLab lets people comment on.
    let sort = sort.rsplit("::").next().unwrap_or(sort).to_lowercase();
    let file = first(body, &["/note/position/new_path", "/object_attributes/position/new_path"]);
    let named = payload.text("/wiki_page/title").or_else(|| file.map(|it| it.rsplit('/').next().unwrap_or(it)));
    let noun = match sort.as_str() {
        "" => "comment".to_owned(),
        "meta" => "wiki_page".to_owned(),
        sort => sort.to_owned(),
    };
    let title = named.unwrap_or("comment").to_owned();
    let key = if noun == title { payload.place().unwrap_or_else(|| "GitLab".into()) } else { noun.replace('_', " ") };
    (noun, object(key, title, page.or_else(|| payload.web(""))), None)
}

pub(super) fn note(payload: &Payload<'_>) -> Event {
    let of = &payload.body["object_attributes"];
    let url = text(of, "/url");
    let (noun, about, branch) = on(payload, text(of, "/noteable_type").unwrap_or_default(), url);
    let verb = match text(of, "/action") {
        Some("update") => "comment_edited",
        Some("destroy" | "delete") => "comment_deleted",
        _ => "commented",
    };
    let mut told = event(&noun, verb, about);
    told.branch = branch;
    told.url = url.map(str::to_owned);
    let note = first(of, &["/note", "/description"]).unwrap_or_default();
    told.text = Some(note.to_owned());
    told.labels = labels(list(payload.body, "/issue/labels"));
    told.labels.extend(labels(list(payload.body, "/merge_request/labels")));
    told.paths = first(of, &["/position/new_path", "/st_diff/new_path"]).map(str::to_owned).into_iter().collect();
    if verb == "commented" {
        told.concerns = payload.mentioned(note);
    }
    told.about = payload.refers(&told.object.title);
    told
}

pub(super) fn milestone(payload: &Payload<'_>) -> Option<Event> {
    let of = payload.body.get("object_attributes")?;
    let action = payload.text("/action").or_else(|| text(of, "/action")).unwrap_or("update");
    let verb = match action {
        "create" => "created",
        "close" => "closed",
        "reopen" => "reopened",
        "activate" => "reopened",
        "delete" | "destroy" => "deleted",
        _ => "updated",
    };
    let iid = shown(of, "/iid").unwrap_or_default();
    let page = text(of, "/url").map(str::to_owned).or_else(|| payload.web(&format!("/-/milestones/{iid}")));
    let mut told = event("milestone", verb, object(format!("%{}", text(of, "/title")?), "milestone", page));
    told.object.state = text(of, "/state").map(str::to_owned);
    told.changes = changes::read(payload.body);
    if verb == "created" {
        told.text = text(of, "/description").map(str::to_owned);
        let due = of.get("due_date").and_then(plain);
        told.changes.extend(due.map(|it| change("due date", None, Some(&it))));
    }
    Some(told)
}

/// A reaction is about what it is on.
pub(super) fn emoji(payload: &Payload<'_>) -> Event {
    let of = &payload.body["object_attributes"];
    let word = payload.text("/event_type").filter(|it| *it != "emoji").or_else(|| text(of, "/action"));
    let verb = if word == Some("revoke") { "unreacted" } else { "reacted" };
    let url = first(payload.body, &["/object_attributes/awarded_on_url", "/note/url"]);
    let sort = payload.text("/note/noteable_type").or_else(|| text(of, "/awardable_type")).unwrap_or_default();
    let (noun, about, branch) = on(payload, sort, url);
    let mut told = event(&noun, verb, about);
    told.branch = branch;
    told.url = url.map(str::to_owned);
    let emoji = text(of, "/name").map(|it| format!(":{it}:")).unwrap_or_default();
    told.changes.push(match verb {
        "reacted" => change("reaction", None, Some(&emoji)),
        _ => change("reaction", Some(&emoji), None),
    });
    told.text = payload.text("/note/note").map(str::to_owned).or(Some(emoji));
    told
}
