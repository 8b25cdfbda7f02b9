//! Pull requests, and what is said below them.

use commands::{
    Event,
    event::{Concern, Object, Severity, Why},
};
use serde_json::Value;

use super::{about, change, code, linked, owned, page, people, sentence};
use crate::payload::{branch, list, said, shown, text};

pub(super) fn read(name: &str, body: &Value) -> Event {
    let pull = &body["resource"];
    let verb = verb(name, body);
    let mut event = of(body, pull);
    let everybody = ["/createdBy", "/closedBy", "/autoCompleteSetBy"].iter().filter_map(|it| pull.pointer(it));
    let everybody = || everybody.clone().chain(list(pull, "/reviewers"));
    let sentence = sentence(body);
    let told = people::named_first(sentence, everybody());
    let closed = matches!(verb, "merged" | "abandoned").then(|| &pull["closedBy"]).filter(|it| it.is_object());
    event.actor = told.and_then(people::name).or_else(|| people::actor_in(sentence));
    let by = told
        .or_else(|| closed.filter(|_| event.actor.is_none()))
        .or_else(|| (event.actor.is_none() || event.actor == people::name(&pull["createdBy"])).then_some(&pull["createdBy"]));
    event.actor = event.actor.or_else(|| by.and_then(people::name));
    event.actor_id = by.and_then(people::login);
    let end = |path: &str| text(pull, path).map(|it| branch(it).to_owned());
    let onto = change("branch", end("/sourceRefName"), end("/targetRefName"));
    let was = |state: &str| change("state", Some("open".into()), Some(state.to_owned()));
    match verb {
        "created" => {
            event.text = text(pull, "/description").map(|it| spelled(it, pull)).as_deref().and_then(said);
            event.changes = vec![onto];
            event.concerns = list(pull, "/reviewers").iter().filter_map(|it| people::concern(it, Why::ReviewAsked)).collect();
            event.concerns.retain(|it| Some(&it.name) != event.actor.as_ref());
            let mut named = mentioned(text(pull, "/description").unwrap_or_default(), pull, event.actor.as_deref());
            named.retain(|it| !event.concerns.iter().any(|known| known.name == it.name));
            event.concerns.extend(named);
        }
        "merged" => event.changes = vec![was("merged"), onto],
        "abandoned" => event.changes = vec![was("abandoned")],
        "reopened" => event.changes = vec![change("state", Some("abandoned".into()), Some("open".into()))],
        "pushed" => {
            let now = text(pull, "/lastMergeSourceCommit/commitId").map(|it| crate::payload::short(it).to_owned());
            event.changes = now.map(|it| change("commit", None, Some(it))).into_iter().collect();
        }
        "approved" | "rejected" | "changes_requested" | "unapproved" => {
            let vote = told.and_then(|it| it["vote"].as_i64());
            let words = match (vote, verb) {
                (Some(5), _) => "approved with suggestions",
                (_, "approved") => "approved",
                (_, "rejected") => "rejected",
                (_, "changes_requested") => "waiting for the author",
                _ => "no vote",
            };
            event.changes = vec![change("vote", None, Some(words.to_owned()))];
        }
        "merge_conflicted" | "merge_failed" => {
            event.severity = Some(Severity::Warning);
            event.changes = vec![change("merge", None, text(pull, "/mergeStatus").map(owned))];
            event.text = text(pull, "/mergeFailureMessage").and_then(said);
        }
        _ => {}
    }
    event.kind = format!("pull.{verb}");
    event
}

/// What happened, by the state and by the sentence: the payload itself does not say what was updated.
fn verb(name: &str, body: &Value) -> &'static str {
    let pull = &body["resource"];
    let (status, merge) = (text(pull, "/status").unwrap_or_default(), text(pull, "/mergeStatus").unwrap_or_default());
    // A title may hold any word.
    let sentence = sentence(body).replace(text(pull, "/title").unwrap_or("\0"), "").to_lowercase();
    let says = |words: &[&str]| words.iter().any(|it| sentence.contains(it));
    match name.trim_start_matches("git.pullrequest.") {
        "created" => "created",
        "approved" => "approved",
        _ if says(&["source branch"]) => "pushed",
        _ if says(&["reviewer list", "reviewers"]) => "reviewers_changed",
        _ if says(&["waiting for the author", "wait for author", "waiting for author"]) => "changes_requested",
        _ if says(&["reset", "removed their vote", "no vote"]) => "unapproved",
        _ if says(&["approved"]) => "approved",
        _ if says(&["rejected"]) => "rejected",
        _ if status == "completed" => "merged",
        _ if status == "abandoned" => "abandoned",
        _ if says(&["reactivated"]) => "reopened",
        _ if says(&["auto-complete", "autocomplete"]) => "auto_complete_changed",
        _ if says(&["published", "ready for review"]) => "ready_for_review",
        _ if says(&["as draft", "a draft"]) => "converted_to_draft",
        "merged" | "merge.attempted" => match merge {
            "conflicts" => "merge_conflicted",
            "failure" | "rejectedByPolicy" => "merge_failed",
            _ => "merge_attempted",
        },
        _ => "updated",
    }
}

/// The pull request itself, whatever happened to it.
fn of(body: &Value, pull: &Value) -> Event {
    let repository = &pull["repository"];
    let id = shown(pull, "/pullRequestId").unwrap_or_default();
    let below = code::repository_page(body, repository).filter(|_| !id.is_empty()).map(|it| format!("{it}/pullrequest/{id}"));
    let state = match text(pull, "/status") {
        Some("active") if pull["isDraft"] == true => Some("draft"),
        Some("active") => Some("open"),
        Some("completed") => Some("merged"),
        other => other,
    };
    let source = text(pull, "/sourceRefName").map(|it| branch(it).to_owned());
    let title = text(pull, "/title").unwrap_or_default().to_owned();
    let items = list(pull, "/workItemRefs").iter().filter_map(|it| shown(it, "/id")).map(|it| format!("#{it}"));
    let mut about = about(&[source.as_deref().unwrap_or_default(), &title]);
    for item in items {
        if !about.contains(&item) {
            about.push(item);
        }
    }
    Event {
        object: Object {
            key: if id.is_empty() { "pull request".to_owned() } else { format!("!{id}") },
            title,
            url: below.or_else(|| text(pull, "/_links/web/href").and_then(page)),
            place: code::place(repository),
            state: state.map(owned),
        },
        labels: list(pull, "/labels").iter().filter_map(|it| text(it, "/name").map(owned)).collect(),
        branch: source,
        about,
        ..Event::default()
    }
}

pub(super) fn comment(body: &Value) -> Event {
    let resource = &body["resource"];
    // The first version holds the comment alone.
    let comment = if resource["comment"].is_object() { &resource["comment"] } else { resource };
    let pull = &resource["pullRequest"];
    let sentence = sentence(body);
    let verb = match () {
        () if comment["isDeleted"] == true || sentence.contains(" deleted ") => "comment_deleted",
        () if sentence.contains(" edited ") => "comment_edited",
        () => "commented",
    };
    let mut event = of(body, pull);
    let author = &comment["author"];
    event.kind = format!("pull.{verb}");
    event.actor = people::name(author);
    event.actor_id = people::login(author);
    let content = text(comment, "/content").unwrap_or_default();
    event.text = said(&spelled(content, pull));
    let thread = text(comment, "/_links/threads/href").and_then(|it| it.rsplit('/').next());
    let below = event.object.url.as_ref().zip(thread).map(|(url, thread)| format!("{url}?discussionId={thread}"));
    event.url = linked(body).filter(|it| it.contains("discussionId")).or(below);
    if event.object.url.is_none() {
        event.object.url = event.url.as_ref().map(|it| it.split('?').next().unwrap_or(it).to_owned());
        let id = event.object.url.as_ref().and_then(|it| it.rsplit_once("/pullrequest/")).map(|(_, id)| format!("!{id}"));
        event.object.key = id.unwrap_or(event.object.key);
    }
    if verb == "commented" {
        event.concerns = mentioned(content, pull, event.actor.as_deref());
    }
    event.paths =
        text(resource, "/thread/threadContext/filePath").map(|it| it.trim_start_matches('/').to_owned()).into_iter().collect();
    event
}

/// Those of the pull request who are mentioned by their id: `@<9B1C…>`.
fn known<'a>(content: &'a str, pull: &'a Value) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let ids = content.split("@<").skip(1).filter_map(|it| it.split_once('>')).map(|(id, _)| id);
    ids.filter_map(|id| {
        let one = ["/createdBy", "/closedBy"].iter().filter_map(|it| pull.pointer(it));
        let is = |it: &&Value| text(it, "/id").is_some_and(|it| it.eq_ignore_ascii_case(id));
        Some((id, one.chain(list(pull, "/reviewers")).find(is)?))
    })
}

fn mentioned(content: &str, pull: &Value, actor: Option<&str>) -> Vec<Concern> {
    let mut found: Vec<Concern> = Vec::new();
    let known = known(content, pull).filter_map(|(_, it)| people::concern(it, Why::Mentioned));
    for concern in known.chain(crate::payload::mentioned(content, actor)) {
        if Some(concern.name.as_str()) != actor && !found.iter().any(|it| it.name == concern.name) {
            found.push(concern);
        }
    }
    found
}

/// A text with the names of those whom it mentions by id.
fn spelled(content: &str, pull: &Value) -> String {
    let named = known(content, pull).fold(content.to_owned(), |all, (id, it)| {
        all.replace(&format!("@<{id}>"), &format!("@{}", people::name(it).unwrap_or_else(|| id.to_owned())))
    });
    named.replace("\r\n", "\n")
}
