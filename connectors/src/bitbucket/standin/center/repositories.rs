//! Repositories and what is in them.

use serde_json::{Value, json};

use super::{Answer, Asked, Outcome, Refusal, State, page, render, text};
use crate::bitbucket::standin::{
    cloud,
    state::{Hook, Project, Repo},
    work::{self, Kind},
};

pub fn create_project(state: &mut State, asked: &Asked) -> Outcome {
    let field = |key: &str| text(&asked.body, key).unwrap_or_default().to_owned();
    let project = Project { key: field("/key"), name: field("/name"), description: field("/description") };
    if project.name.is_empty() {
        return Err(Refusal::Invalid("name", "The project name is required.".into()));
    }
    if state.projects.iter().any(|it| it.key == project.key) {
        return Err(Refusal::Conflict("This project key is already in use.".into()));
    }
    let shown = render::project(&project, asked);
    state.projects.push(project);
    Ok(Answer::created(shown))
}

pub fn create(state: &mut State, key: &str, asked: &Asked) -> Outcome {
    let project = state.projects.iter().find(|it| it.key.eq_ignore_ascii_case(key)).map(|it| it.key.clone());
    let project = project.ok_or_else(|| Refusal::Missing(format!("Project {key} does not exist.")))?;
    let name = text(&asked.body, "/name").unwrap_or_default().to_owned();
    let slug = name.to_lowercase().replace(' ', "-");
    if slug.is_empty() {
        return Err(Refusal::Invalid("name", "The repository name is required.".into()));
    }
    if state.repo(&slug).is_ok() {
        return Err(Refusal::Conflict("This repository URL is already taken.".into()));
    }
    let repo = Repo {
        project,
        slug,
        name,
        description: text(&asked.body, "/description").unwrap_or_default().to_owned(),
        private: !asked.body["public"].as_bool().unwrap_or(false),
        ..cloud::blank(state)
    };
    let shown = render::repository(&repo, asked);
    state.repos.push(repo);
    Ok(Answer::created(shown))
}

pub fn answer(state: &mut State, plugin: &str, slug: &str, rest: &[&str], asked: &Asked) -> Outcome {
    let missing = |what: &str| Refusal::Missing(format!("{what} does not exist in this repository."));
    match (plugin, asked.method.as_str(), rest) {
        ("api", "GET", []) => Ok(Answer::json(render::repository(state.repo(slug)?, asked))),
        ("api", "GET", ["default-branch"]) => {
            let repo = state.repo(slug)?;
            Ok(repo.branch(&repo.main).map_or_else(Answer::no_content, |it| Answer::json(render::branch(state, repo, it))))
        }
        ("api", "GET", ["branches"]) => {
            let repo = state.repo(slug)?;
            let words = asked.get("filterText").unwrap_or_default().to_lowercase();
            let mut all: Vec<_> = repo.branches.iter().filter(|it| it.name.to_lowercase().contains(&words)).collect();
            all.sort_by_key(|it| std::cmp::Reverse(repo.commit(&it.hash).map(|it| it.at)));
            Ok(page(asked, all.into_iter().map(|it| render::branch(state, repo, it)).collect()))
        }
        ("api", "POST", ["branches"]) => {
            let made = create_ref(state, slug, Kind::Branch, asked)?;
            Ok(Answer::json(render::branch(state, state.repo(slug)?, &made)))
        }
        ("branch-utils", "DELETE", ["branches"]) => {
            let name = text(&asked.body, "/name").unwrap_or_default().trim_start_matches("refs/heads/").to_owned();
            work::delete_ref(state.repo_mut(slug)?, Kind::Branch, &name).map(|()| Answer::no_content())
        }
        ("api", "GET", ["tags"]) => {
            let words = asked.get("filterText").unwrap_or_default().to_lowercase();
            let all = state.repo(slug)?.tags.iter().filter(|it| it.name.to_lowercase().contains(&words));
            Ok(page(asked, all.map(render::tag).collect()))
        }
        ("api", "GET", ["tags", name @ ..]) => {
            let name = name.join("/");
            let found = state.repo(slug)?.tags.iter().find(|it| it.name == name);
            found.map(|it| Answer::json(render::tag(it))).ok_or_else(|| missing(&name))
        }
        ("api", "POST", ["tags"]) => Ok(Answer::json(render::tag(&create_ref(state, slug, Kind::Tag, asked)?))),
        ("git", "DELETE", ["tags", name @ ..]) => {
            work::delete_ref(state.repo_mut(slug)?, Kind::Tag, &name.join("/")).map(|()| Answer::no_content())
        }
        ("api", "GET", ["commits"]) => {
            let repo = state.repo(slug)?;
            let at = asked.get("until").unwrap_or(&repo.main);
            let from = repo.at(at).ok_or_else(|| missing(&format!("Commit '{at}'")))?;
            let path = asked.get("path");
            let fits = |paths: &[String]| path.is_none_or(|it| paths.iter().any(|path| path.starts_with(it)));
            let all = repo.history(&from.hash).into_iter().filter(|it| fits(&it.paths));
            Ok(page(asked, all.map(|it| render::commit(state, it)).collect()))
        }
        ("api", "GET", ["commits", at]) => {
            let commit = state.repo(slug)?.at(at).ok_or_else(|| missing(&format!("Commit '{at}'")))?;
            Ok(Answer::json(render::commit(state, commit)))
        }
        ("api", "GET", ["browse", path @ ..]) => browse(state, slug, &path.join("/"), asked),
        ("api", "GET", ["raw", path @ ..]) => {
            let path = path.join("/");
            let found = state.repo(slug)?.files.get(&path);
            found.map(|it| Answer::text(it)).ok_or_else(|| missing(&format!("The path \"{path}\"")))
        }
        ("api", "GET", ["webhooks"]) => Ok(page(asked, state.repo(slug)?.hooks.iter().map(render::hook).collect())),
        ("api", "POST", ["webhooks"]) => create_hook(state, slug, asked),
        ("api", "DELETE", ["webhooks", id]) => {
            let hooks = &mut state.repo_mut(slug)?.hooks;
            let at = hooks.iter().position(|it| it.id.to_string() == *id).ok_or_else(|| missing("The webhook"))?;
            hooks.remove(at);
            Ok(Answer::no_content())
        }
        _ => Err(missing("What was asked for")),
    }
}

fn create_ref(state: &mut State, slug: &str, kind: Kind, asked: &Asked) -> Outcome<crate::bitbucket::standin::state::Ref> {
    let name = text(&asked.body, "/name").unwrap_or_default();
    let target = text(&asked.body, "/startPoint").unwrap_or_default();
    work::create_ref(state.repo_mut(slug)?, kind, name, target, text(&asked.body, "/message"))
}

/// A folder's entries, or a file's lines.
fn browse(state: &State, slug: &str, path: &str, asked: &Asked) -> Outcome {
    let repo = state.repo(slug)?;
    let missing = || Refusal::Missing(format!("The path \"{path}\" does not exist at this revision."));
    if let Some(at) = asked.get("at") {
        repo.at(at).ok_or_else(|| Refusal::Missing(format!("Commit '{at}' does not exist in this repository.")))?;
    }
    if let Some(content) = repo.files.get(path) {
        let lines: Vec<Value> = content.lines().map(|it| json!({ "text": it })).collect();
        return Ok(Answer::json(json!({ "lines": lines, "start": 0, "size": lines.len(), "isLastPage": true })));
    }
    let entries = work::folder(repo, path).ok_or_else(missing)?;
    let entry = |it: &String| {
        let kind = if it.ends_with('/') { "DIRECTORY" } else { "FILE" };
        let name = it.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        json!({ "path": { "components": [name], "name": name, "toString": name }, "type": kind })
    };
    let start = asked.number("start").unwrap_or(0);
    let values: Vec<Value> = entries.iter().skip(start).take(state.children).map(entry).collect();
    let end = start + values.len();
    let is_last = end >= entries.len();
    let next = (!is_last).then_some(end);
    let children =
        json!({ "size": values.len(), "isLastPage": is_last, "start": start, "nextPageStart": next, "values": values });
    Ok(Answer::json(json!({ "path": { "toString": path }, "children": children })))
}

fn create_hook(state: &mut State, slug: &str, asked: &Asked) -> Outcome {
    let (body, id) = (&asked.body, state.next_id());
    let url = text(body, "/url").unwrap_or_default();
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return Err(Refusal::Invalid("url", "The URL is not valid.".into()));
    }
    let events: Vec<String> =
        body["events"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let is_known =
        |it: &str| ["repo:", "pr:", "project:", "mirror:"].iter().any(|noun| it.starts_with(noun)) && !state.untold.contains(&it);
    if let Some(strange) = events.iter().find(|it| !is_known(it)) {
        return Err(Refusal::Invalid("events", format!("{strange} is not an event.")));
    }
    let hook = Hook {
        id,
        name: text(body, "/name").unwrap_or_default().to_owned(),
        url: url.to_owned(),
        events,
        secret: text(body, "/configuration/secret").map(str::to_owned),
    };
    let shown = render::hook(&hook);
    state.repo_mut(slug)?.hooks.push(hook);
    Ok(Answer::created(shown))
}
