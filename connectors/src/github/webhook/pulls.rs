//! Pull requests, reviews, and the merge queue.

use commands::{Event, event::Commit};
use serde_json::Value;

use super::{
    Payload, add,
    changes::{self, change},
    event, number, object,
    work::{comment_verb, concerns, numbered, refers, say},
};
use crate::payload::{branch, first_line, list, text, tickets};

/// What all that happens to a pull request has in common.
fn on(payload: &Payload<'_>, verb: &str) -> Option<Event> {
    let pull = payload.part("pull_request")?;
    let mut told = event("pull", verb, numbered(payload, pull, "pull request"));
    let head = text(pull, "/head/ref");
    told.branch = head.map(str::to_owned);
    told.about = refers(payload, pull);
    add(&mut told.about, tickets(head.unwrap_or_default()));
    Some(told)
}

pub(super) fn pull(payload: &Payload<'_>) -> Option<Event> {
    let pull = payload.part("pull_request")?;
    let is_merged = payload.action == "merged" || payload.action == "closed" && pull["merged"] == true;
    let verb = match payload.action {
        _ if is_merged => "merged".to_owned(),
        "opened" => "created".to_owned(),
        "synchronize" => "pushed".to_owned(),
        _ => payload.done(),
    };
    let mut told = on(payload, &verb)?;
    told.changes = changes::told(payload);
    told.changes.extend(changes::meant(payload));
    match verb.as_str() {
        "created" => {
            told.changes.extend(changes::given(pull));
            told.text = text(pull, "/body").map(str::to_owned);
        }
        "merged" => told.changes.extend(text(pull, "/base/ref").map(|it| change("into", None, Some(it)))),
        "pushed" => {
            let range = payload.text("/before").zip(payload.text("/after"));
            told.url = range.and_then(|(before, after)| payload.web(&format!("/compare/{before}...{after}")));
        }
        _ => told.text = payload.text("/reason").map(str::to_owned),
    }
    told.concerns = concerns(payload, pull);
    Some(told)
}

pub(super) fn review(payload: &Payload<'_>) -> Option<Event> {
    let review = payload.part("review").unwrap_or(&Value::Null);
    let state = text(review, "/state").unwrap_or_default().to_lowercase();
    let verb = match (payload.action, state.as_str()) {
        // The events API says `created` where webhooks say `submitted`.
        ("submitted" | "created" | "", "approved") => "approved".to_owned(),
        ("submitted" | "created" | "", "changes_requested") => "changes_requested".to_owned(),
        ("submitted" | "created" | "", _) => "reviewed".to_owned(),
        (action, _) => format!("review_{action}"),
    };
    let mut told = on(payload, &verb)?;
    say(payload, &mut told, review);
    if payload.action == "dismissed" {
        let whose = text(review, "/user/login").map_or_else(|| "review".to_owned(), |it| format!("review by {it}"));
        told.changes.push(change(&whose, None, Some("dismissed")));
    }
    Some(told)
}

/// On a line of a pull request.
pub(super) fn comment(payload: &Payload<'_>) -> Option<Event> {
    let mut told = on(payload, &comment_verb(payload.action))?;
    say(payload, &mut told, payload.part("comment").unwrap_or(&Value::Null));
    Some(told)
}

pub(super) fn thread(payload: &Payload<'_>) -> Option<Event> {
    let mut told = on(payload, &format!("thread_{}", payload.done()))?;
    let first = list(payload.body, "/thread/comments").first();
    if let Some(comment) = first {
        say(payload, &mut told, comment);
    }
    Some(told)
}

/// `gh-readonly-queue/main/pr-104-8ea6…` is the branch on which pull request 104 waits.
pub(super) fn queue(payload: &Payload<'_>) -> Option<Event> {
    let group = payload.part("merge_group")?;
    let head = branch(text(group, "/head_ref").unwrap_or_default());
    let into = branch(text(group, "/base_ref").unwrap_or_default());
    let sha = text(group, "/head_sha").unwrap_or_default();
    let pull = head.rsplit('/').next().and_then(|it| it.strip_prefix("pr-")?.split('-').next()).map(str::to_owned);
    let pull = pull.filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
    let title = first_line(text(group, "/head_commit/message").unwrap_or_default());
    let title = if title.is_empty() { format!("merge queue of {into}") } else { title.to_owned() };
    let verb = match (payload.action, payload.text("/reason")) {
        ("destroyed", Some(reason)) => reason.to_owned(),
        _ => payload.done(),
    };
    let key = pull.as_ref().map_or_else(|| crate::payload::short(sha).to_owned(), |it| format!("{}#{it}", payload.repo()));
    let mut told = event("merge_group", &verb, object(key, title.as_str(), payload.web(&format!("/queue/{into}"))));
    told.branch = Some(into.to_owned()).filter(|it| !it.is_empty());
    told.about = pull.and_then(|it| payload.web(&format!("/pull/{it}"))).into_iter().collect();
    told.commits = Some(Commit {
        id: sha.to_owned(),
        title,
        author: text(group, "/head_commit/author/name").map(str::to_owned),
        url: payload.commit(sha),
    })
    .filter(|it| !it.id.is_empty())
    .into_iter()
    .collect();
    Some(told)
}

/// The addresses of the pull requests that a check, a run or a deployment is of.
pub(super) fn of(payload: &Payload<'_>, it: &Value) -> Vec<String> {
    let own = format!("/repos/{}", payload.repo());
    // A fork's branch is listed with the pull requests of other forks too.
    let is_here = |it: &&Value| text(it, "/base/repo/url").is_none_or(|it| it.to_lowercase().ends_with(&own.to_lowercase()));
    let address = |it: &Value| match number(it, "number") {
        number if number.is_empty() => None,
        number => payload.web(&format!("/pull/{number}")),
    };
    list(it, "/pull_requests").iter().filter(is_here).filter_map(address).collect()
}
