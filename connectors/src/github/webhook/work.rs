//! Issues, discussions, and what people say on them.

use commands::{
    Event,
    event::{Concern, Object, Why},
};
use serde_json::Value;

use super::{
    Payload, add,
    changes::{self, change},
    event, number, object,
};
use crate::payload::{closes, list, mentioned, references, text, tickets, visible};

/// An issue, a pull request, a discussion.
pub(super) fn numbered(payload: &Payload<'_>, it: &Value, what: &str) -> Object {
    let number = number(it, "number");
    let state = match text(it, "/state") {
        _ if it["merged"] == true || text(it, "/merged_at").is_some() || text(it, "/pull_request/merged_at").is_some() => {
            Some("merged")
        }
        Some("open") if it["draft"] == true => Some("draft"),
        state => state,
    };
    // What is asked for names pull requests without their titles.
    let title = text(it, "/title").map_or_else(|| format!("{what} {number}").trim_end().to_owned(), str::to_owned);
    let folder = match what {
        "pull request" => "pull",
        "discussion" => "discussions",
        _ => "issues",
    };
    let url = text(it, "/html_url").map(str::to_owned).or_else(|| payload.web(&format!("/{folder}/{number}")));
    let place = text(it, "/repository/full_name").unwrap_or(payload.repo());
    let key = if number.is_empty() { place.to_owned() } else { format!("{place}#{number}") };
    Object { state: state.map(str::to_owned), ..object(key, title, url) }
}

/// What its title refers to, and what its text says that it closes.
pub(super) fn refers(payload: &Payload<'_>, it: &Value) -> Vec<String> {
    let title = text(it, "/title").unwrap_or_default();
    let mut about = references(title, payload.repo(), &['#']);
    add(&mut about, closes(&visible(text(it, "/body").unwrap_or_default()), payload.repo(), &['#']));
    add(&mut about, tickets(title));
    about
}

/// Whom the event gives something to, or names.
pub(super) fn concerns(payload: &Payload<'_>, it: &Value) -> Vec<Concern> {
    let one = |name: String, why| Concern { name, id: None, why };
    match payload.action {
        "assigned" => payload.text("/assignee/login").map(|it| one(it.to_owned(), Why::Assigned)).into_iter().collect(),
        "review_requested" => {
            let owner = payload.text("/organization/login").or_else(|| payload.text("/repository/owner/login"));
            let team = |it: &Value| Some(format!("{}/{}", owner?, text(it, "/slug").or_else(|| text(it, "/name"))?));
            let person = |it: &Value| text(it, "/login").map(str::to_owned);
            let named = payload.text("/requested_reviewer/login").map(str::to_owned);
            let named = named.or_else(|| payload.part("requested_team").and_then(team));
            let all = || {
                let people = list(it, "/requested_reviewers").iter().filter_map(person);
                people.chain(list(it, "/requested_teams").iter().filter_map(team)).collect::<Vec<_>>()
            };
            named.map_or_else(all, |it| vec![it]).into_iter().map(|it| one(it, Why::ReviewAsked)).collect()
        }
        "opened" | "created" => mentioned(&visible(text(it, "/body").unwrap_or_default()), payload.text("/sender/login")),
        _ => Vec::new(),
    }
}

pub(super) fn issue(payload: &Payload<'_>) -> Option<Event> {
    let issue = payload.part("issue")?;
    let is_new = payload.action == "opened";
    let verb = if is_new { "created".to_owned() } else { payload.done() };
    let mut told = event("issue", &verb, numbered(payload, issue, "issue"));
    told.changes = changes::told(payload);
    told.changes.extend(changes::meant(payload));
    if is_new {
        told.changes.extend(changes::given(issue));
    }
    told.text = text(issue, "/body").filter(|_| is_new || payload.action == "transferred").map(str::to_owned);
    told.concerns = concerns(payload, issue);
    told.about = refers(payload, issue);
    told.url = payload.text("/changes/new_issue/html_url").map(str::to_owned);
    add(&mut told.about, payload.text("/changes/old_issue/html_url").map(str::to_owned));
    Some(told)
}

/// What was done to a comment: `commented`, `comment_edited`.
pub(super) fn comment_verb(action: &str) -> String {
    match action {
        "created" | "" => "commented".into(),
        other => format!("comment_{other}"),
    }
}

/// Puts what a comment says into its event.
pub(super) fn say(payload: &Payload<'_>, told: &mut Event, comment: &Value) {
    told.text = text(comment, "/body").map(str::to_owned);
    told.url = text(comment, "/html_url").map(str::to_owned);
    told.paths = text(comment, "/path").map(str::to_owned).into_iter().collect();
    if matches!(payload.action, "created" | "submitted" | "") {
        told.concerns = mentioned(&visible(text(comment, "/body").unwrap_or_default()), payload.text("/sender/login"));
    }
    if payload.action == "edited" {
        told.changes = changes::told(payload);
    }
}

/// On an issue or, as GitHub sends the same for both, a pull request.
pub(super) fn comment(payload: &Payload<'_>) -> Option<Event> {
    let issue = payload.part("issue")?;
    let (noun, what) = if issue["pull_request"].is_null() { ("issue", "issue") } else { ("pull", "pull request") };
    let mut told = event(noun, &comment_verb(payload.action), numbered(payload, issue, what));
    told.about = refers(payload, issue);
    say(payload, &mut told, payload.part("comment").unwrap_or(&Value::Null));
    Some(told)
}

pub(super) fn discussion(payload: &Payload<'_>) -> Option<Event> {
    let discussion = payload.part("discussion")?;
    let about = numbered(payload, discussion, "discussion");
    if let Some(comment) = payload.part("comment").filter(|_| payload.name == "discussion_comment") {
        let mut told = event("discussion", &comment_verb(payload.action), about);
        say(payload, &mut told, comment);
        return Some(told);
    }
    let mut told = event("discussion", &payload.done(), about);
    told.changes = changes::told(payload);
    told.changes.extend(changes::meant(payload));
    let answer = payload.part("answer").or_else(|| payload.part("old_answer"));
    told.url = answer
        .and_then(|it| text(it, "/html_url"))
        .or_else(|| payload.text("/changes/new_discussion/html_url"))
        .map(str::to_owned);
    told.text = match payload.action {
        "created" | "transferred" => text(discussion, "/body"),
        "answered" => answer.and_then(|it| text(it, "/body")),
        _ => None,
    }
    .map(str::to_owned);
    if payload.action == "created" {
        let category = text(discussion, "/category/name");
        told.changes.extend(category.map(|it| change("category", None, Some(it))));
    }
    told.concerns = concerns(payload, discussion);
    Some(told)
}

/// Sub-issues, and issues that block others. It is told of the issue that the action names, with the other beside it.
pub(super) fn relation(payload: &Payload<'_>) -> Option<Event> {
    let (of, other, field) = match payload.action {
        "sub_issue_added" | "sub_issue_removed" => ("parent_issue", "sub_issue", "sub-issue"),
        "parent_issue_added" | "parent_issue_removed" => ("sub_issue", "parent_issue", "parent"),
        "blocked_by_added" | "blocked_by_removed" => ("blocked_issue", "blocking_issue", "blocked by"),
        _ => ("blocking_issue", "blocked_issue", "blocks"),
    };
    let issue = payload.part(of).or_else(|| payload.part(other))?;
    let mut told = event("issue", &payload.done(), numbered(payload, issue, "issue"));
    if let Some(other) = payload.part(other) {
        let about = numbered(payload, other, "issue");
        let name = format!("#{} {}", number(other, "number"), about.title);
        let is_gone = payload.action.ends_with("removed");
        told.changes.push(if is_gone { change(field, Some(&name), None) } else { change(field, None, Some(&name)) });
        told.about = about.url.into_iter().collect();
    }
    told.labels = list(issue, "/labels").iter().filter_map(|it| text(it, "/name")).map(str::to_owned).collect();
    Some(told)
}
