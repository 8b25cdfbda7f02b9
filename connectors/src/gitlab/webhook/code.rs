//! What is in a project: pushes, branches and tags, releases, the wiki, feature flags.

use commands::{Event, event::Commit};
use serde_json::Value;

use super::{Payload, add, changes::change, event, object};
use crate::payload::{branch, first_line, list, short, shown, text};

/// Of a commit that there is not, every digit.
fn is_none(hash: &str) -> bool {
    !hash.is_empty() && hash.bytes().all(|it| it == b'0')
}

pub(super) fn push(payload: &Payload<'_>) -> Event {
    let body = payload.body;
    let reference = payload.text("/ref").unwrap_or_default();
    let is_tag = payload.kind == "tag_push" || reference.starts_with("refs/tags/");
    let (noun, folder) = if is_tag { ("tag", "tags") } else { ("branch", "tree") };
    let name = branch(reference);
    let (before, after) = (payload.text("/before").unwrap_or_default(), payload.text("/after").unwrap_or_default());
    let listed = list(body, "/commits");
    let count = body["total_commits_count"].as_u64().unwrap_or_default().max(listed.len() as u64);
    // What is gone cannot be checked out.
    let is_gone = is_none(after) || body.get("checkout_sha").is_some_and(Value::is_null);
    let is_new = is_none(before);
    let mut told = if is_gone {
        let url = Some(before).filter(|it| !it.is_empty() && !is_new).and_then(|it| payload.web(&format!("/-/commits/{it}")));
        event(noun, "deleted", object(name, noun, url.or_else(|| payload.web(if is_tag { "/-/tags" } else { "/-/branches" }))))
    } else if is_tag || is_new && count == 0 {
        let verb = if is_tag && !is_new && !before.is_empty() { "moved" } else { "created" };
        event(noun, verb, object(name, noun, payload.web(&format!("/-/{folder}/{name}"))))
    } else {
        let to = if is_new { format!("the new branch {name}") } else { name.to_owned() };
        let title = match count {
            0 => format!("{name} moved"),
            1 => format!("1 commit to {to}"),
            count => format!("{count} commits to {to}"),
        };
        let range = if is_new { format!("/-/commits/{name}") } else { format!("/-/compare/{before}...{after}") };
        event("commit", "pushed", object(if after.is_empty() { name } else { short(after) }, title, payload.web(&range)))
    };
    if told.kind == "tag.moved" {
        told.changes.push(change("head", Some(short(before)), Some(short(after))));
    }
    told.branch = Some(name.to_owned()).filter(|it| !it.is_empty());
    told.commits = listed[listed.len().saturating_sub(Event::COMMITS)..].iter().filter_map(|it| commit(payload, it)).collect();
    let more = count.saturating_sub(told.commits.len() as u64);
    let mut lines: Vec<String> = if more > 0 && !told.commits.is_empty() { vec![format!("… {more} more")] } else { Vec::new() };
    lines.extend(told.commits.iter().map(|it| format!("{} {}", short(&it.id), it.title)));
    // Of a tag, what it was tagged with.
    told.text = payload.text("/message").filter(|_| is_tag).map(str::to_owned).or(Some(lines.join("\n")));
    let files = listed.iter().flat_map(|it| ["/added", "/modified", "/removed"].into_iter().flat_map(|key| list(it, key)));
    let files: std::collections::BTreeSet<&str> = files.filter_map(Value::as_str).collect();
    told.paths = files.into_iter().take(Event::PATHS).map(str::to_owned).collect();
    for it in listed {
        add(&mut told.about, payload.refers(text(it, "/message").unwrap_or_default()));
    }
    add(&mut told.about, payload.refers_by_branch(name));
    told.about.truncate(Event::COMMITS);
    told
}

fn commit(payload: &Payload<'_>, it: &Value) -> Option<Commit> {
    let id = text(it, "/id")?;
    Some(Commit {
        id: id.to_owned(),
        title: first_line(text(it, "/message").or_else(|| text(it, "/title")).unwrap_or_default()).to_owned(),
        author: text(it, "/author/name").map(str::to_owned),
        url: text(it, "/url").map(str::to_owned).or_else(|| payload.web(&format!("/-/commit/{id}"))),
    })
}

/// A system hook's word for a push, of one or of many branches.
pub(super) fn update(payload: &Payload<'_>) -> Event {
    let about = object(payload.place().unwrap_or_default(), "repository", payload.web(""));
    let mut told = event("repository", "updated", about);
    let of = list(payload.body, "/changes");
    for it in of.iter().take(20) {
        let hash = |path: &str| text(it, path).filter(|it| !is_none(it)).map(short);
        told.changes.push(change(branch(text(it, "/ref").unwrap_or("head")), hash("/before"), hash("/after")));
    }
    if let [one] = of {
        told.branch = text(one, "/ref").map(|it| branch(it).to_owned());
    }
    told
}

/// `create` → `created`.
fn done(action: Option<&str>) -> &'static str {
    match action.unwrap_or_default() {
        "create" => "created",
        "delete" | "destroy" => "deleted",
        _ => "updated",
    }
}

pub(super) fn release(payload: &Payload<'_>) -> Option<Event> {
    let tag = payload.text("/tag")?;
    let title = payload.text("/name").filter(|it| *it != tag).unwrap_or("release");
    let page = payload.text("/url").map(str::to_owned).or_else(|| payload.web(&format!("/-/releases/{tag}")));
    let verb = done(payload.text("/action").or_else(|| payload.text("/object_attributes/action")));
    let mut told = event("release", verb, object(tag, title, page));
    // GitLab does not say who it was; whose commit it is, it does.
    told.actor = payload.actor().or_else(|| payload.text("/commit/author/name").map(str::to_owned));
    told.text = payload.text("/description").filter(|_| verb != "deleted").map(str::to_owned);
    told.commits = payload.body.get("commit").and_then(|it| commit(payload, it)).into_iter().collect();
    told.branch = Some(tag.to_owned());
    let released = super::moment(payload.body, &["/released_at"]).filter(|_| verb == "created");
    told.at = released.unwrap_or_default();
    Some(told)
}

pub(super) fn wiki_page(payload: &Payload<'_>) -> Option<Event> {
    let of = payload.body.get("object_attributes")?;
    let title = text(of, "/title").or_else(|| text(of, "/slug"))?;
    let page = text(of, "/url").map(str::to_owned).or_else(|| payload.text("/wiki/web_url").map(str::to_owned));
    let mut told = event("wiki_page", done(text(of, "/action")), object("wiki page", title, page));
    told.url = text(of, "/diff_url").map(str::to_owned);
    // GitLab's own message is the page's name once more.
    told.text = text(of, "/message").filter(|it| !it.ends_with(&format!("page: {title}"))).map(str::to_owned);
    Some(told)
}

pub(super) fn feature_flag(payload: &Payload<'_>) -> Option<Event> {
    let of = payload.body.get("object_attributes")?;
    let state = if of["active"] == true { "on" } else { "off" };
    let page = shown(of, "/iid").map_or_else(|| "/-/feature_flags".to_owned(), |it| format!("/-/feature_flags/{it}"));
    let about = object(text(of, "/name")?, "feature flag", payload.web(&page));
    let mut told = event("feature_flag", &format!("switched_{state}"), about);
    told.object.state = Some(state.into());
    let before = if state == "on" { "off" } else { "on" };
    told.changes.push(change("state", Some(before), Some(state)));
    told.text = text(of, "/description").map(str::to_owned);
    Some(told)
}
