//! Pull requests of Data Center.

use commands::{
    Event,
    event::{Change, Object, Why},
};
use serde_json::Value;

use super::{about, address, change, concern, edited, login, named_in, numbered, owned, page, person, place, told, unknown_kind};
use crate::payload::{first, list, said, short, shown, text};

fn kind(key: &str, body: &Value) -> String {
    let has = |path: &str| !list(body, path).is_empty();
    let verb = match key.trim_start_matches("pr:") {
        "opened" => "created",
        "merged" => "merged",
        "declined" => "declined",
        "deleted" => "deleted",
        "modified" => "updated",
        "from_ref_updated" => "pushed",
        "to_ref_updated" => "target_pushed",
        "reviewer:approved" => "approved",
        "reviewer:unapproved" => "unapproved",
        "reviewer:needs_work" | "reviewer:changes_requested" => "changes_requested",
        "reviewer:updated" if !has("/addedReviewers") && has("/removedReviewers") => "review_request_removed",
        "reviewer:updated" => "review_requested",
        "comment:added" => "commented",
        "comment:edited" => "comment_edited",
        "comment:deleted" => "comment_deleted",
        _ => return unknown_kind(key),
    };
    format!("pull.{verb}")
}

pub(super) fn read(key: &str, body: &Value) -> Event {
    let pull = &body["pullRequest"];
    let repository = &pull["toRef"]["repository"];
    let kind = kind(key, body);
    let place = place(repository);
    let number = shown(pull, "/id").unwrap_or_default();
    let branch = |end: &str| first(&pull[end], &["/displayId", "/id"]).map(|it| crate::payload::branch(it).to_owned());
    let title = text(pull, "/title").map_or_else(|| format!("a pull request {number}").trim_end().to_owned(), owned);
    let state = match text(pull, "/state") {
        Some("OPEN") if pull["draft"] == true => Some("draft".to_owned()),
        state => state.map(str::to_lowercase),
    };
    let url = page(pull).or_else(|| Some(format!("{}/pull-requests/{number}", address(repository)?)));
    let mut event = Event {
        about: about(None, &[branch("fromRef").as_deref().unwrap_or_default(), &title]),
        object: Object { key: numbered(place.as_deref(), &number, "pull request"), title, url: url.clone(), place, state },
        branch: branch("fromRef"),
        ..Event::default()
    };
    let onto = || change("branch", branch("fromRef"), branch("toRef"));
    let was = |state: &str| change("state", Some("open".into()), Some(state.to_owned()));
    match kind.as_str() {
        "pull.created" => {
            event.text = text(pull, "/description").and_then(said);
            event.changes = told(onto());
            let users = list(pull, "/reviewers").iter().map(|it| &it["user"]);
            event.concerns = users.filter_map(|it| concern(it, Why::ReviewAsked)).collect();
            event.concerns.retain(|it| it.id.is_none() || it.id != login(&body["actor"]));
            let mut named = event.text.as_deref().map(|it| named_in(it, body)).unwrap_or_default();
            named.retain(|it| !event.concerns.iter().any(|known| known.id == it.id));
            event.concerns.extend(named);
        }
        "pull.merged" => event.changes = [vec![was("merged")], told(onto())].concat(),
        "pull.declined" => {
            event.changes = vec![was("declined")];
            event.text = text(&body["comment"], "/text").and_then(said);
        }
        "pull.pushed" | "pull.target_pushed" => {
            let (before, now) = match kind.as_str() {
                "pull.pushed" => ("/previousFromHash", "/pullRequest/fromRef/latestCommit"),
                _ => ("/previousToHash", "/pullRequest/toRef/latestCommit"),
            };
            let (before, now) = (text(body, before), text(body, now));
            let shortened = |it: Option<&str>| it.map(|it| short(it).to_owned());
            event.changes = vec![change("commit", shortened(before), shortened(now))];
        }
        "pull.approved" | "pull.unapproved" | "pull.changes_requested" => {
            let words = |it: &str| match it {
                "UNAPPROVED" => "not reviewed".to_owned(),
                other => other.to_lowercase().replace('_', " "),
            };
            let (before, now) = (text(body, "/previousStatus").map(words), text(body, "/participant/status").map(words));
            event.changes = Some(change("review", before, now)).filter(|it| it.from != it.to).into_iter().collect();
        }
        "pull.review_requested" | "pull.review_request_removed" => {
            let names = |path: &str| list(body, path).iter().filter_map(person).collect::<Vec<_>>();
            let removed = names("/removedReviewers").into_iter().map(|it| change("reviewer", Some(it), None));
            let added = names("/addedReviewers").into_iter().map(|it| change("reviewer", None, Some(it)));
            event.changes = removed.chain(added).collect();
            event.concerns = list(body, "/addedReviewers").iter().filter_map(|it| concern(it, Why::ReviewAsked)).collect();
        }
        "pull.updated" => event.changes = modified(body),
        _ if body["comment"].is_object() => {
            event.text = text(&body["comment"], "/text").and_then(said);
            let is_there = kind != "pull.comment_deleted";
            let id = shown(&body["comment"], "/id").filter(|_| is_there);
            event.url = url.zip(id).map(|(url, id)| format!("{url}/overview?commentId={id}"));
            event.paths = first(&body["comment"], &["/anchor/path"]).map(owned).into_iter().collect();
            event.changes = edited(body);
            if kind == "pull.commented" {
                event.concerns = event.text.as_deref().map(|it| named_in(it, body)).unwrap_or_default();
            }
        }
        _ => {}
    }
    Event { kind, ..event }
}

fn modified(body: &Value) -> Vec<Change> {
    let of = |path: &str| text(body, path).map(owned);
    let target = change("target", of("/previousTarget/displayId"), of("/pullRequest/toRef/displayId"));
    let title = change("title", of("/previousTitle"), of("/pullRequest/title"));
    let draft = change("draft", shown(body, "/previousDraft"), shown(body, "/pullRequest/draft"));
    let told = [title, target, draft].into_iter().filter(|it| it.from.is_some() && it.from != it.to);
    let mut all: Vec<Change> = told.collect();
    let lines = |path: &str| of(path).unwrap_or_default().replace("\r\n", "\n");
    if lines("/previousDescription") != lines("/pullRequest/description") {
        all.push(change("description", None, None));
    }
    all
}
