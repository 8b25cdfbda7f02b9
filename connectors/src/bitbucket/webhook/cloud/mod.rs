//! Cloud's events.

use commands::{
    Event,
    event::{Change, Commit, Concern, Object, Severity, Why},
};
use jiff::SignedDuration;
use serde_json::Value;

use super::{Told, about, change, named, numbered, owned, told, unknown_kind, whole};
use crate::payload::{first, first_line, list, said, short, shown, text, when};

mod issue;
mod pull;
mod push;

pub(super) fn read(key: Option<&str>, body: &Value) -> Told {
    // The samples that people pass around have lost their header, and some say of a push that it was a pull request's.
    let key = key.filter(|it| !(it.starts_with("pullrequest:") && body["push"].is_object()));
    let key = key.map_or_else(|| guess(body), str::to_owned);
    let events = match key.as_str() {
        "repo:push" => push::read(body),
        "repo:commit_comment_created" => vec![commit_comment(body)],
        "repo:commit_status_created" | "repo:commit_status_updated" => vec![status(body)],
        "repo:fork" => vec![fork(body)],
        "repo:updated" => vec![repository("repository.updated", body)],
        "repo:transfer" => vec![repository("repository.transferred", body)],
        "repo:deleted" => vec![repository("repository.deleted", body)],
        "repo:created" => vec![repository("repository.created", body)],
        "repo:imported" => vec![repository("repository.imported", body)],
        "project:updated" => vec![project(body)],
        key if body["pullrequest"].is_object() && key.starts_with("pullrequest:") => vec![pull::read(key, body)],
        key if body["issue"].is_object() && key.starts_with("issue:") => vec![issue::read(key, body)],
        other => vec![unknown(other, body)],
    };
    let actor = ["/actor", "/approval/user", "/changes_request/user", "/comment/user"];
    let actor = actor.iter().filter_map(|it| body.pointer(it)).find(|it| person(it).is_some());
    Told { at: time(&key, body), actor: actor.and_then(person), actor_id: actor.and_then(id_of), events }
}

/// What an event is, by what it holds.
fn guess(body: &Value) -> String {
    let has = |key: &str| body.get(key).is_some();
    match () {
        () if has("push") => "repo:push",
        () if has("pullrequest") && has("comment") => "pullrequest:comment_created",
        () if has("approval") => "pullrequest:approved",
        () if has("changes_request") => "pullrequest:changes_request_created",
        () if has("pullrequest") => match body["pullrequest"]["state"].as_str() {
            Some("MERGED") => "pullrequest:fulfilled",
            Some("DECLINED" | "SUPERSEDED") => "pullrequest:rejected",
            _ if is_new(&body["pullrequest"]) => "pullrequest:created",
            _ => "pullrequest:updated",
        },
        () if has("commit_status") => "repo:commit_status_updated",
        () if has("issue") && has("changes") => "issue:updated",
        () if has("issue") && has("comment") => "issue:comment_created",
        () if has("issue") => "issue:created",
        () if has("comment") && has("commit") => "repo:commit_comment_created",
        () if has("fork") => "repo:fork",
        () if has("repository") && has("changes") => "repo:updated",
        () => "bitbucket:happened",
    }
    .to_owned()
}

/// Whether nothing happened to it since it was made, but for what making it does.
fn is_new(object: &Value) -> bool {
    let (created, updated) = (when(object, &["/created_on"]), when(object, &["/updated_on"]));
    created.zip(updated).is_some_and(|(created, updated)| updated.duration_since(created).abs() <= SignedDuration::from_secs(2))
}

/// When it happened, as far as the object tells; a deletion happens when it is told.
fn time(key: &str, body: &Value) -> Option<jiff::Timestamp> {
    let places: &[&str] = match key {
        it if it.starts_with("repo:commit_status") => &["/commit_status/updated_on"],
        it if it.starts_with("repo:push") => return None,
        it if it.ends_with("comment_created") => &["/comment/created_on"],
        it if it.ends_with("comment_updated") => &["/comment/updated_on"],
        it if it.ends_with("_deleted") || it.ends_with("_removed") || it.ends_with("unapproved") => return None,
        "pullrequest:created" => &["/pullrequest/created_on"],
        "issue:created" => &["/issue/created_on"],
        _ => &["/approval/date", "/changes_request/date", "/pullrequest/updated_on", "/issue/updated_on"],
    };
    when(body, places)
}

pub(super) fn person(user: &Value) -> Option<String> {
    first(user, &["/display_name", "/nickname", "/username"]).map(owned)
}

/// What [`crate::bitbucket::people::find`] knows them by.
fn id_of(user: &Value) -> Option<String> {
    text(user, "/uuid").map(owned)
}

fn concern(user: &Value, why: Why) -> Option<Concern> {
    Some(Concern { name: person(user)?, id: id_of(user), why })
}

/// Who is named in a text: `@{557058:…}` in its source, of which the page made a link with their name.
fn mentioned(content: &Value, actor: Option<&str>) -> Vec<Concern> {
    let (raw, html) = (text(content, "/raw").unwrap_or_default(), text(content, "/html").unwrap_or_default());
    let mut found: Vec<Concern> = Vec::new();
    for rest in raw.split("@{").skip(1) {
        let Some((id, _)) = rest.split_once('}') else { continue };
        let after = html.split_once(&format!("\"{id}\"")).and_then(|(_, it)| it.split_once('>'));
        let name = after.and_then(|(_, it)| it.split_once('<')).map(|(name, _)| name.trim_start_matches('@').trim());
        let name = name.filter(|it| !it.is_empty()).unwrap_or(id).to_owned();
        if Some(name.as_str()) != actor && !name.is_empty() && !found.iter().any(|it| it.name == name) {
            found.push(Concern { name, id: None, why: Why::Mentioned });
        }
    }
    found
}

/// What was written, with the names of those who are mentioned in it.
fn written(content: &Value) -> Option<String> {
    let mut raw = text(content, "/raw")?.to_owned();
    for concern in mentioned(content, None) {
        if let Some(id) = html_id(content, &concern.name) {
            raw = raw.replace(&format!("@{{{id}}}"), &format!("@{}", concern.name));
        }
    }
    said(&raw)
}

/// The id of `@{…}` whose link in the page says `name`.
fn html_id(content: &Value, name: &str) -> Option<String> {
    let html = text(content, "/html")?;
    let raw = text(content, "/raw")?;
    let ids = raw.split("@{").skip(1).filter_map(|it| it.split_once('}')).map(|(id, _)| id);
    let is = |id: &&str| {
        let after = html.split_once(&format!("\"{id}\"")).and_then(|(_, it)| it.split_once('>'));
        after.is_some_and(|(_, it)| it.trim_start_matches('@').starts_with(name))
    };
    ids.into_iter().find(is).map(owned)
}

fn html(object: &Value) -> Option<String> {
    text(object, "/links/html/href").map(owned)
}

fn place(body: &Value) -> Option<String> {
    let places =
        ["/repository/full_name", "/pullrequest/destination/repository/full_name", "/commit_status/repository/full_name"];
    first(body, &places).map(owned)
}

/// The repository's page.
fn address(body: &Value) -> Option<String> {
    html(&body["repository"]).or_else(|| place(body).map(|it| format!("https://bitbucket.org/{it}")))
}

/// A commit's page.
fn commit_page(body: &Value, hash: &str) -> Option<String> {
    (!hash.is_empty()).then(|| Some(format!("{}/commits/{hash}", address(body)?)))?
}

fn repository(kind: &str, body: &Value) -> Event {
    let mut object = whole(place(body), address(body).filter(|_| kind != "repository.deleted"));
    if let Some(name) = text(&body["repository"], "/name") {
        object.title = name.to_owned();
    }
    let mut changes = changes(&body["changes"]);
    // The address follows the name: people changed one thing.
    if changes.iter().any(|it| it.field == "name") {
        changes.retain(|it| !matches!(it.field.as_str(), "slug" | "full_name"));
    }
    // `previous_owner` is what it was called before.
    if let Some(before) = text(body, "/previous_workspace/slug") {
        let now = text(body, "/repository/full_name").and_then(|it| it.split_once('/')).map(|(workspace, _)| owned(workspace));
        changes.push(change("workspace", Some(owned(before)), now));
    }
    if let Some(owner) = person(&body["previous_owner"]) {
        changes.push(change("owner", Some(owner), person(&body["repository"]["owner"])));
    }
    Event { kind: kind.to_owned(), object, changes, ..Event::default() }
}

fn project(body: &Value) -> Event {
    let project = &body["project"];
    let key = text(project, "/key").unwrap_or("project").to_owned();
    let title = text(project, "/name").map_or_else(|| format!("the project {key}"), owned);
    let object = Object { key, title, url: html(project), place: text(project, "/workspace/slug").map(owned), state: None };
    Event { kind: "project.updated".into(), object, changes: changes(&body["changes"]), ..Event::default() }
}

fn fork(body: &Value) -> Event {
    let mut event = repository("repository.forked", body);
    event.changes = vec![change("fork", None, text(&body["fork"], "/full_name").map(owned))];
    event.url = html(&body["fork"]);
    event
}

fn commit_comment(body: &Value) -> Event {
    let (commit, comment) = (&body["commit"], &body["comment"]);
    let hash = first(body, &["/commit/hash", "/comment/commit/hash"]).unwrap_or_default();
    let title = text(commit, "/message").map(first_line).filter(|it| !it.is_empty());
    let url = html(commit).or_else(|| html(&comment["commit"])).or_else(|| commit_page(body, hash));
    let object = Object {
        key: short(hash).to_owned(),
        title: title.map_or_else(|| format!("the commit {}", short(hash)), owned),
        url,
        place: place(body),
        state: None,
    };
    let actor = person(&body["actor"]);
    Event {
        kind: "commit.commented".into(),
        about: about(object.place.as_deref(), &[&object.title]),
        object,
        text: written(&comment["content"]),
        url: html(comment),
        paths: text(comment, "/inline/path").map(owned).into_iter().collect(),
        concerns: mentioned(&comment["content"], actor.as_deref()),
        ..Event::default()
    }
}

fn status(body: &Value) -> Event {
    let status = &body["commit_status"];
    let (verb, severity) = match status["state"].as_str() {
        Some("SUCCESSFUL") => ("passed", None),
        Some("FAILED") => ("failed", Some(Severity::Error)),
        Some("STOPPED") => ("cancelled", None),
        _ => ("started", None),
    };
    let linked = text(status, "/links/commit/href").and_then(|it| it.rsplit('/').next());
    let hash = text(status, "/commit/hash").or(linked).unwrap_or_default();
    let title = first(status, &["/name", "/key"]).unwrap_or("Build").to_owned();
    let place = place(body);
    let branch = text(status, "/refname").map(owned);
    let message = text(status, "/commit/message").map(first_line).unwrap_or_default();
    let commit = Commit {
        id: hash.to_owned(),
        title: message.to_owned(),
        author: commit_author(&status["commit"]),
        url: commit_page(body, hash),
    };
    let page = commit_page(body, hash);
    Event {
        kind: format!("build.{verb}"),
        about: page.iter().cloned().chain(about(place.as_deref(), &[branch.as_deref().unwrap_or_default(), message])).collect(),
        object: Object {
            // A build of the same name and commit is the same build.
            key: [short(hash), text(status, "/key").unwrap_or_default()]
                .into_iter()
                .find(|it| !it.is_empty())
                .unwrap_or("build")
                .to_owned(),
            title,
            url: text(status, "/url").map(owned).or(page),
            place,
            state: text(status, "/state").map(|it| it.to_lowercase().replace("inprogress", "in progress")),
        },
        branch,
        commits: Some(commit).filter(|it| !it.id.is_empty() && !it.title.is_empty()).into_iter().collect(),
        text: text(status, "/description").and_then(said),
        severity,
        ..Event::default()
    }
}

fn commit_author(commit: &Value) -> Option<String> {
    person(&commit["author"]["user"]).or_else(|| {
        let raw = text(commit, "/author/raw")?;
        Some(raw.split('<').next().unwrap_or(raw).trim().to_owned()).filter(|it| !it.is_empty())
    })
}

/// `{"title": {"old": "a", "new": "b"}}`; what holds no plain values is named without them.
fn changes(all: &Value) -> Vec<Change> {
    let plain = |it: &Value| match it {
        Value::Object(_) => first(it, &["/display_name", "/nickname", "/name", "/title", "/full_name"]).map(owned),
        it => shown(it, "").filter(|it| it.chars().count() <= 200),
    };
    let is_long = |name: &str| matches!(name, "content" | "description");
    let one = |(name, it): (&String, &Value)| match is_long(name) {
        true => change(name, None, None),
        false => change(name, plain(&it["old"]), plain(&it["new"])),
    };
    all.as_object().into_iter().flatten().filter(|(name, _)| *name != "links").map(one).collect()
}

fn unknown(key: &str, body: &Value) -> Event {
    let kind = unknown_kind(key);
    let event = if body["pullrequest"].is_object() {
        pull::read(key, body)
    } else if body["issue"].is_object() {
        issue::read(key, body)
    } else {
        let mut event = repository(&kind, body);
        if let Some((what, part, title)) = named(body) {
            event.object.key =
                ["/key", "/id", "/uuid", "/slug"].iter().find_map(|it| shown(part, it)).unwrap_or_else(|| owned(what));
            event.object.title = title.to_owned();
            event.object.url = html(part).or(event.object.url);
        }
        event.text = written(&body["comment"]["content"]);
        event
    };
    Event { kind, ..event }
}

/// The names of a list of people.
fn people(value: &Value, path: &str, why: Why) -> Vec<Concern> {
    list(value, path).iter().filter_map(|it| concern(it, why)).collect()
}
