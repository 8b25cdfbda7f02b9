//! Repositories and what is in them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, Outcome, Refusal, State, full_name, list, page, render, text};
use crate::{
    bitbucket::standin::{
        state::{Hook, Project, Repo, uuid},
        work::{self, Kind},
    },
    standin::form,
};

pub fn create_project(state: &mut State, asked: &Asked) -> Outcome {
    let field = |key: &str| text(&asked.body, key).unwrap_or_default().to_owned();
    let project = Project { key: field("/key"), name: field("/name"), description: field("/description") };
    if project.key.is_empty() || !project.key.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_') {
        return Err(Refusal::Invalid("key", "A project key consists of capital letters, digits and underscores.".into()));
    }
    if state.projects.iter().any(|it| it.key == project.key) {
        return Err(Refusal::Invalid("key", "Project with that key already exists.".into()));
    }
    let shown = render::project(&project, asked);
    state.projects.push(project);
    Ok(Answer::created(shown))
}

pub fn create(state: &mut State, slug: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    if state.repo(slug).is_ok() {
        return Err(Refusal::Invalid("name", "You already have a repository with this name.".into()));
    }
    let key = text(body, "/project/key").unwrap_or_default();
    if !state.projects.iter().any(|it| it.key == key) {
        return Err(Refusal::Invalid("project", format!("Project {key} does not exist.")));
    }
    let repo = Repo {
        project: key.to_owned(),
        slug: slug.to_owned(),
        name: text(body, "/name").unwrap_or(slug).to_owned(),
        description: text(body, "/description").unwrap_or_default().to_owned(),
        private: body["is_private"].as_bool().unwrap_or(true),
        ..blank(state)
    };
    let shown = render::repository(&repo, asked);
    state.repos.push(repo);
    Ok(Answer::json(shown))
}

/// A repository that nobody pushed to.
pub fn blank(state: &State) -> Repo {
    Repo {
        project: String::new(),
        slug: String::new(),
        name: String::new(),
        description: String::new(),
        private: true,
        main: String::new(),
        has_issues: false,
        has_pipelines: false,
        branches: Vec::new(),
        tags: Vec::new(),
        commits: Vec::new(),
        files: Default::default(),
        builds: Vec::new(),
        pulls: Vec::new(),
        issues: Vec::new(),
        runs: Vec::new(),
        hooks: Vec::new(),
        default_reviewers: Vec::new(),
        downloads: Default::default(),
        updated: state.now(),
    }
}

pub fn answer(state: &mut State, slug: &str, rest: &[&str], asked: &Asked) -> Outcome {
    let missing = |what: &str| Refusal::Missing(format!("{what} not found"));
    match (asked.method.as_str(), rest) {
        ("GET", []) => Ok(Answer::json(render::repository(state.repo(slug)?, asked))),
        ("GET", ["refs", "branches"]) => refs(state, slug, Kind::Branch, asked),
        ("GET", ["refs", "tags"]) => refs(state, slug, Kind::Tag, asked),
        ("GET", ["refs", kind @ ("branches" | "tags"), name]) => {
            let repo = state.repo(slug)?;
            let (kind, all) = if *kind == "branches" { ("branch", &repo.branches) } else { ("tag", &repo.tags) };
            let found = all.iter().find(|it| it.name == *name).ok_or_else(|| missing(name))?;
            Ok(Answer::json(render::reference(state, repo, kind, found, asked)))
        }
        ("POST", ["refs", "branches"]) => create_ref(state, slug, Kind::Branch, asked),
        ("POST", ["refs", "tags"]) => create_ref(state, slug, Kind::Tag, asked),
        ("DELETE", ["refs", "branches", name]) => {
            work::delete_ref(state.repo_mut(slug)?, Kind::Branch, name).map(|()| Answer::no_content())
        }
        ("DELETE", ["refs", "tags", name]) => {
            work::delete_ref(state.repo_mut(slug)?, Kind::Tag, name).map(|()| Answer::no_content())
        }
        ("GET", ["commits", revision]) => {
            let repo = state.repo(slug)?;
            let from = repo.at(revision).ok_or_else(|| missing(revision))?;
            let path = asked.get("path");
            let fits = |paths: &[String]| path.is_none_or(|it| paths.iter().any(|path| path.starts_with(it)));
            let all = repo.history(&from.hash).into_iter().filter(|it| fits(&it.paths));
            Ok(page(asked, all.map(|it| render::commit(state, repo, it, asked)).collect()))
        }
        ("GET", ["commit", hash]) => {
            let repo = state.repo(slug)?;
            let commit = repo.commit(hash).ok_or_else(|| missing(hash))?;
            Ok(Answer::json(render::commit(state, repo, commit, asked)))
        }
        ("GET", ["commit", hash, "statuses"]) => {
            let repo = state.repo(slug)?;
            let hash = &repo.commit(hash).ok_or_else(|| missing(hash))?.hash;
            let all = repo.builds.iter().filter(|it| it.hash == *hash).map(|it| render::status(repo, it, asked));
            Ok(list(asked, all.collect()))
        }
        ("GET", ["src", hash, path @ ..]) => source(state.repo(slug)?, hash, &path.join("/"), asked),
        ("GET", ["downloads"]) => {
            let shown = |(name, bytes): (&String, &Vec<u8>)| render::download(state, slug, name, bytes.len(), asked);
            Ok(page(asked, state.repo(slug)?.downloads.iter().map(shown).collect()))
        }
        ("GET", ["downloads", name]) => match state.repo(slug)?.downloads.contains_key(*name) {
            true => Ok(Answer::elsewhere(format!("{}/_files/{slug}/{name}?Signature=f7a8", asked.origin))),
            false => Err(missing(name)),
        },
        ("POST", ["downloads"]) => {
            let Some((Some(name), bytes)) = form::part(&asked.bytes, "files") else {
                return Err(Refusal::Invalid("files", "This field is required.".into()));
            };
            state.repo_mut(slug)?.downloads.insert(name, bytes.to_vec());
            Ok(Answer::with(StatusCode::CREATED, Value::Null))
        }
        ("DELETE", ["downloads", name]) => match state.repo_mut(slug)?.downloads.remove(*name) {
            Some(_) => Ok(Answer::no_content()),
            None => Err(missing(name)),
        },
        ("GET", ["effective-default-reviewers"]) => {
            let one = |who: &usize| json!({ "type": "default_reviewer", "reviewer_type": "repository", "user": render::user(&state.people[*who], asked) });
            Ok(page(asked, state.repo(slug)?.default_reviewers.iter().map(one).collect()))
        }
        ("GET", ["hooks"]) => Ok(list(asked, state.repo(slug)?.hooks.iter().map(render::hook).collect())),
        ("POST", ["hooks"]) => create_hook(state, slug, asked),
        ("DELETE", ["hooks", wanted]) => {
            let hooks = &mut state.repo_mut(slug)?.hooks;
            let at = hooks.iter().position(|it| uuid(&format!("hook-{}", it.id)) == *wanted);
            hooks.remove(at.ok_or_else(|| missing("Webhook"))?);
            Ok(Answer::no_content())
        }
        _ => Err(missing("Resource")),
    }
}

fn refs(state: &State, slug: &str, kind: Kind, asked: &Asked) -> Outcome {
    let repo = state.repo(slug)?;
    let (name, all) = match kind {
        Kind::Branch => ("branch", &repo.branches),
        Kind::Tag => ("tag", &repo.tags),
    };
    Ok(list(asked, all.iter().map(|it| render::reference(state, repo, name, it, asked)).collect()))
}

fn create_ref(state: &mut State, slug: &str, kind: Kind, asked: &Asked) -> Outcome {
    let name = text(&asked.body, "/name").unwrap_or_default();
    let target = text(&asked.body, "/target/hash").unwrap_or_default();
    let made = work::create_ref(state.repo_mut(slug)?, kind, name, target, text(&asked.body, "/message"));
    let made = made.map_err(|refusal| match refusal {
        Refusal::Conflict(message) => Refusal::Invalid("name", message),
        other => other,
    })?;
    let name = if kind == Kind::Branch { "branch" } else { "tag" };
    Ok(Answer::created(render::reference(state, state.repo(slug)?, name, &made, asked)))
}

/// A file, a folder, or what it is (`format=meta`).
fn source(repo: &Repo, hash: &str, path: &str, asked: &Asked) -> Outcome {
    let missing = || Refusal::Missing(format!("No such file or directory: {path}"));
    repo.commit(hash).ok_or_else(missing)?;
    let wants_meta = asked.get("format") == Some("meta");
    if let Some(content) = repo.files.get(path) {
        return Ok(match wants_meta {
            true => Answer::json(json!({ "type": "commit_file", "path": path, "size": content.len() })),
            false => Answer::text(content),
        });
    }
    let entries = work::folder(repo, path).ok_or_else(missing)?;
    if wants_meta {
        return Ok(Answer::json(json!({ "type": "commit_directory", "path": path })));
    }
    let entry = |it: &String| match it.strip_suffix('/') {
        Some(folder) => json!({ "type": "commit_directory", "path": folder }),
        None => json!({ "type": "commit_file", "path": it }),
    };
    Ok(page(asked, entries.iter().map(entry).collect()))
}

/// What a webhook can ask for.
const EVENTS: &[&str] = &[
    "issue:comment_created",
    "issue:created",
    "issue:updated",
    "project:updated",
    "pullrequest:approved",
    "pullrequest:changes_request_created",
    "pullrequest:changes_request_removed",
    "pullrequest:comment_created",
    "pullrequest:comment_deleted",
    "pullrequest:comment_reopened",
    "pullrequest:comment_resolved",
    "pullrequest:comment_updated",
    "pullrequest:created",
    "pullrequest:fulfilled",
    "pullrequest:push",
    "pullrequest:rejected",
    "pullrequest:unapproved",
    "pullrequest:updated",
    "repo:commit_comment_created",
    "repo:commit_status_created",
    "repo:commit_status_updated",
    "repo:created",
    "repo:deleted",
    "repo:fork",
    "repo:imported",
    "repo:push",
    "repo:transfer",
    "repo:updated",
];

fn create_hook(state: &mut State, slug: &str, asked: &Asked) -> Outcome {
    let (body, id) = (&asked.body, state.next_id());
    let url = text(body, "/url").unwrap_or_default();
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return Err(Refusal::Invalid("url", "Enter a valid URL.".into()));
    }
    let events: Vec<String> =
        body["events"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let is_known = |it: &str| EVENTS.contains(&it) && !state.untold.contains(&it);
    if let Some(strange) = events.iter().find(|it| !is_known(it)) {
        return Err(Refusal::Invalid("events", format!("{strange} is not a valid event.")));
    }
    let hook = Hook {
        id,
        name: text(body, "/description").unwrap_or_default().to_owned(),
        url: url.to_owned(),
        events,
        secret: text(body, "/secret").map(str::to_owned),
    };
    let shown = render::hook(&hook);
    state.repo_mut(slug)?.hooks.push(hook);
    Ok(Answer::created(shown))
}

/// Files that hold all words; `repo:` narrows it down.
pub fn search(state: &State, asked: &Asked) -> Outcome {
    let Some(wanted) = asked.get("search_query").filter(|it| !it.trim().is_empty()) else {
        let body = json!({ "type": "error", "error": { "message": "search_query is required" } });
        return Ok(Answer::with(StatusCode::BAD_REQUEST, body));
    };
    let in_repo = wanted.split_whitespace().find_map(|it| it.strip_prefix("repo:"));
    let words: Vec<String> = wanted.split_whitespace().filter(|it| !it.contains(':')).map(str::to_lowercase).collect();
    let mut found = Vec::new();
    for repo in state.repos.iter().filter(|it| in_repo.is_none_or(|slug| slug == it.slug)) {
        let head = repo.branch(&repo.main).map(|it| it.hash.clone()).unwrap_or_default();
        for (path, content) in &repo.files {
            let holds = |line: &str| words.iter().all(|it| line.to_lowercase().contains(it));
            let Some((at, line)) = content.lines().enumerate().find(|(_, line)| holds(line)) else { continue };
            let own = format!("{}/2.0/repositories/{}/src/{head}/{path}", asked.origin, full_name(repo));
            let segments = json!([{ "text": line, "match": true }]);
            found.push(json!({
                "type": "code_search_result",
                "content_match_count": 1,
                "content_matches": [{ "lines": [{ "line": at + 1, "segments": segments }] }],
                "path_matches": [{ "text": path }],
                "file": { "type": "commit_file", "path": path, "links": { "self": { "href": own } } },
            }));
        }
    }
    Ok(page(asked, found))
}
