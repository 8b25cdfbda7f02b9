//! Pushes, check-ins and repositories.

use commands::{
    Event,
    event::{Commit, Object},
};
use serde_json::Value;

use super::{about, change, collection, linked, owned, page, people, sentence};
use crate::{
    azure_devops::api::segment,
    payload::{branch, first, first_line, list, pushed, said, short, shown, text},
};

/// `demo/printer`.
pub(super) fn place(repository: &Value) -> Option<String> {
    let (project, name) = (text(repository, "/project/name"), first(repository, &["/name", "/newName"]));
    match (project, name) {
        (Some(project), Some(name)) => Some(format!("{project}/{name}")),
        (project, name) => project.or(name).map(owned),
    }
}

/// Where people see a repository.
pub(super) fn repository_page(body: &Value, repository: &Value) -> Option<String> {
    let told = ["/webUrl", "/remoteUrl"].iter().find_map(|it| page(text(repository, it)?));
    told.or_else(|| {
        let (project, name) = (text(repository, "/project/name")?, first(repository, &["/name", "/newName"])?);
        Some(format!("{}/{}/_git/{}", collection(body)?, segment(project), segment(name)))
    })
}

/// One event for each branch or tag that was pushed.
pub(super) fn push(body: &Value) -> Vec<Event> {
    let updates = list(body, "/resource/refUpdates");
    let one = updates.len() <= 1;
    match updates {
        [] => vec![push_to(body, &Value::Null, one)],
        updates => updates.iter().map(|it| push_to(body, it, one)).collect(),
    }
}

fn push_to(body: &Value, update: &Value, alone: bool) -> Event {
    let resource = &body["resource"];
    let repository = &resource["repository"];
    let reference = text(update, "/name").unwrap_or_default();
    let noun = if reference.starts_with("refs/tags/") { "tag" } else { "branch" };
    let name = Some(branch(reference)).filter(|it| !it.is_empty()).unwrap_or("an unnamed branch");
    // What is not there has the id of zeros.
    let hash = |path: &str| text(update, path).filter(|it| it.bytes().any(|it| it != b'0'));
    let (old, new) = (hash("/oldObjectId"), hash("/newObjectId"));
    let page = repository_page(body, repository);
    let commit = |it: &Value| {
        let id = text(it, "/commitId")?;
        Some(Commit {
            id: id.to_owned(),
            title: text(it, "/comment").map(first_line).unwrap_or_default().to_owned(),
            author: text(it, "/author/name").map(owned),
            url: page.as_ref().map(|it| format!("{it}/commit/{id}")),
        })
    };
    let all = list(resource, "/commits");
    let is_theirs = alone || new.is_some() && all.iter().any(|it| text(it, "/commitId") == new);
    // Theirs begins with the newest.
    let commits: Vec<Commit> = all.iter().filter(|_| is_theirs).rev().filter_map(commit).collect();
    let count = commits.len();
    let is_known = update.is_object();
    let kind = match (old.is_none() && is_known, new.is_none() && is_known) {
        (_, true) => format!("{noun}.deleted"),
        (true, _) if noun == "tag" || count == 0 => format!("{noun}.created"),
        _ if noun == "tag" => "tag.moved".to_owned(),
        _ if update["forced"] == true || update["isForced"] == true => "commit.force_pushed".to_owned(),
        _ => "commit.pushed".to_owned(),
    };
    let is_push = kind.starts_with("commit.");
    let title = match count {
        _ if !is_push => format!("{noun} {name}"),
        0 => format!("Push to {name}"),
        1 => format!("1 commit to {name}"),
        count => format!("{count} commits to {name}"),
    };
    let key = new.filter(|_| is_push).map_or(name, short).to_owned();
    let at = if noun == "tag" { "GT" } else { "GB" };
    let here = page.as_ref().map(|it| match kind.ends_with(".deleted") || !is_known {
        true => it.clone(),
        false => format!("{it}?version={at}{}", segment(name)),
    });
    let compare = page
        .as_ref()
        .zip(old.zip(new))
        .filter(|_| is_push)
        .map(|(page, (old, new))| format!("{page}/branchCompare?baseVersion=GC{old}&targetVersion=GC{new}&_a=files"));
    let messages: Vec<&str> = commits.iter().map(|it| it.title.as_str()).collect();
    let about = about(&[&[name], messages.as_slice()].concat());
    let (commits, text) = pushed(commits, count);
    let short = |it: Option<&str>| it.map(|it| short(it).to_owned());
    let by = &resource["pushedBy"];
    Event {
        kind,
        actor: people::name(by),
        actor_id: people::login(by),
        object: Object { key, title, url: here, place: place(repository), state: None },
        changes: if old.or(new).is_some() { vec![change(noun, short(old), short(new))] } else { Vec::new() },
        branch: Some(name.to_owned()).filter(|_| is_known),
        commits,
        text,
        url: compare,
        about,
        ..Event::default()
    }
}

/// A changeset of TFVC.
pub(super) fn checkin(body: &Value) -> Event {
    let resource = &body["resource"];
    let comment = text(resource, "/comment").unwrap_or_default();
    let number = shown(resource, "/changesetId").unwrap_or_default();
    let by = ["/checkedInBy", "/author"].iter().filter_map(|it| resource.pointer(it)).find(|it| people::name(it).is_some());
    let whole = said(comment).filter(|it| it.contains('\n'));
    Event {
        kind: "changeset.checked_in".into(),
        actor: by.and_then(people::name),
        actor_id: by.and_then(people::login),
        object: Object {
            key: format!("changeset {number}").trim_end().to_owned(),
            title: first_line(comment).to_owned(),
            url: linked(body).or_else(|| Some(format!("{}/_versionControl/changeset/{number}", collection(body)?))),
            place: first(resource, &["/teamProjectIds/0/name", "/project/name"]).map(owned),
            state: None,
        },
        text: whole,
        paths: list(resource, "/changes").iter().filter_map(|it| text(it, "/item/path").map(owned)).take(Event::PATHS).collect(),
        about: about(&[comment]),
        ..Event::default()
    }
}

pub(super) fn repository(name: &str, body: &Value) -> Event {
    let resource = &body["resource"];
    let repository = &resource["repository"];
    let told = |paths: &[&str]| first(resource, paths).map(owned);
    let verb = match name.rsplit('.').next().unwrap_or_default() {
        "statuschanged" | "statusChanged" => match (repository["isDisabled"].as_bool(), resource["disabled"].as_bool()) {
            (Some(true), _) | (None, Some(true)) => "disabled",
            (Some(false), _) | (None, Some(false)) => "enabled",
            _ => "status_changed",
        },
        other => other,
    };
    let title = told(&["/repository/name", "/repository/newName", "/repositoryName", "/newName"]);
    let mut place = place(repository);
    if place.is_none() || !repository.is_object() {
        let project = told(&["/project/name", "/projectName"]);
        place = [project, title.clone()].into_iter().flatten().reduce(|project, name| format!("{project}/{name}"));
    }
    let (old, new) = (told(&["/oldName", "/repository/oldName"]), told(&["/newName", "/repository/newName"]));
    let (was, now) = (told(&["/oldStatus", "/repository/oldStatus"]), told(&["/newStatus", "/repository/newStatus"]));
    let origin = told(&["/repository/sourceRepository/name", "/repository/parentRepository/name", "/sourceRepository/name"]);
    let mut changes = Vec::new();
    if old.is_some() {
        changes.push(change("name", old, new));
    }
    if was.is_some() {
        changes.push(change("status", was, now));
    }
    if verb == "forked" && origin.is_some() {
        changes.push(change("fork", origin, title.clone()));
    }
    let by = &resource["initiatedBy"];
    Event {
        kind: format!("repository.{verb}"),
        actor: people::name(by).or_else(|| people::actor_in(sentence(body))),
        actor_id: people::login(by),
        object: Object {
            key: place.clone().unwrap_or_else(|| "repository".to_owned()),
            title: title.map_or_else(String::new, |it| format!("the repository {it}")),
            url: repository_page(body, repository).filter(|_| verb != "deleted"),
            place,
            state: None,
        },
        changes,
        ..Event::default()
    }
}
