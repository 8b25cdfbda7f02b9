//! What is in a repository: branches, commits, their checks; deployments and releases.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Answer, Asked, State, shown,
    state::{Commit, Deployment, Release, Repo},
};

pub fn route(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method, path) {
        ("GET", ["branches"]) => asked.page(state.repos[at].branches.iter().map(branch).collect()),
        ("GET", ["branches", name @ ..]) => {
            let name = name.join("/");
            let found = state.repos[at].branches.iter().find(|(it, _)| *it == name);
            found.map_or_else(|| Answer::refused(StatusCode::NOT_FOUND, "Branch not found"), |it| Answer::ok(branch(it)))
        }
        ("POST", ["git", "refs"]) => create_branch(state, at, asked),
        ("DELETE", ["git", "refs", "heads", name @ ..]) => {
            let (name, repo) = (name.join("/"), &mut state.repos[at]);
            let Some(found) = repo.branches.iter().position(|(it, _)| *it == name) else {
                return Answer::unprocessable("Reference does not exist");
            };
            if name == "main" {
                return Answer::unprocessable("Cannot delete the default branch");
            }
            repo.branches.remove(found);
            Answer::no_content()
        }
        ("GET", ["tags"]) => {
            let tag = |(name, sha): &(String, String)| json!({ "name": name, "commit": { "sha": sha } });
            asked.page(state.repos[at].tags.iter().rev().map(tag).collect())
        }
        ("GET", ["git", "ref", "tags", name @ ..]) => {
            let name = name.join("/");
            let found = state.repos[at].tags.iter().find(|(it, _)| *it == name);
            found.map_or_else(Answer::not_found, |(name, sha)| {
                Answer::ok(json!({ "ref": format!("refs/tags/{name}"), "object": { "type": "commit", "sha": sha } }))
            })
        }
        ("DELETE", ["git", "refs", "tags", name @ ..]) => {
            let (name, repo) = (name.join("/"), &mut state.repos[at]);
            let before = repo.tags.len();
            repo.tags.retain(|(it, _)| *it != name);
            if repo.tags.len() == before { Answer::unprocessable("Reference does not exist") } else { Answer::no_content() }
        }
        ("GET", ["contents", path @ ..]) => contents(&state.repos[at], &path.join("/"), asked),
        ("GET", ["compare", rest @ ..]) => compare(state, at, &rest.join("/"), asked),
        ("GET", ["commits"]) => commits(state, at, asked),
        ("GET", ["commits", reference @ .., "check-runs"]) => {
            let all = checks(&state.repos[at], &reference.join("/"));
            asked.page_in("check_runs", all)
        }
        ("GET", ["commits", _, "status"]) => Answer::ok(json!({ "state": "pending", "statuses": [], "total_count": 0 })),
        ("GET", ["commits", reference @ ..]) => {
            let (repo, reference) = (&state.repos[at], reference.join("/"));
            let Some(found) = repo.commit(&reference) else {
                return Answer::unprocessable(&format!("No commit found for SHA: {reference}"));
            };
            let mut value = shown::commit(repo, found, login(state, found), asked);
            value["stats"] = json!({
                "additions": found.files.iter().map(|(_, it, _)| it).sum::<u64>(),
                "deletions": found.files.iter().map(|(_, _, it)| it).sum::<u64>(),
            });
            value["files"] = json!(shown::files(&found.files));
            Answer::ok(value)
        }
        ("GET", ["deployments"]) => {
            let wanted = |it: &&Deployment| asked.get("environment").is_none_or(|name| it.environment == name);
            asked.page(state.repos[at].deployments.iter().rev().filter(wanted).map(shown::deployment).collect())
        }
        ("POST", ["deployments"]) => deploy(state, at, asked),
        ("POST", ["deployments", id, "statuses"]) => report(state, at, id, asked),
        (_, ["releases", rest @ ..]) => releases(state, at, method, rest, asked),
        _ => Answer::not_found(),
    }
}

fn branch((name, sha): &(String, String)) -> Value {
    json!({ "name": name, "commit": { "sha": sha }, "protected": name == "main" })
}

/// Whose address the author's is.
pub fn login<'a>(state: &'a State, commit: &Commit) -> Option<&'a str> {
    let own = |login: &str| commit.email.eq_ignore_ascii_case(&format!("{login}@example.org"));
    state.users.iter().map(|it| it.login.as_str()).find(|it| own(it))
}

fn create_branch(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let repo = &mut state.repos[at];
    let (reference, sha) = (asked.text("ref").unwrap_or_default(), asked.text("sha").unwrap_or_default());
    if let Some(name) = reference.strip_prefix("refs/tags/") {
        if repo.tags.iter().any(|(it, _)| it == name) {
            return Answer::unprocessable("Reference already exists");
        }
        if repo.commit(sha).is_none() {
            return Answer::unprocessable("Object does not exist");
        }
        repo.tags.push((name.to_owned(), sha.to_owned()));
        return Answer::created(json!({ "ref": reference, "object": { "type": "commit", "sha": sha } }));
    }
    let Some(name) = reference.strip_prefix("refs/heads/") else {
        return Answer::unprocessable("Reference name must start with 'refs/'.");
    };
    if name.contains([' ', '~', '^', ':']) {
        return Answer::unprocessable(&format!("{reference} is not a valid ref name."));
    }
    if repo.branch(name).is_some() {
        return Answer::unprocessable("Reference already exists");
    }
    if repo.commit(sha).is_none() {
        return Answer::unprocessable("Object does not exist");
    }
    repo.branches.push((name.to_owned(), sha.to_owned()));
    Answer::created(json!({ "ref": reference, "object": { "type": "commit", "sha": sha } }))
}

fn is_on(commit: &Commit, branch: &str) -> bool {
    commit.only_on.as_deref().is_none_or(|it| it == branch)
}

fn compare(state: &State, at: usize, range: &str, asked: &Asked<'_>) -> Answer {
    let repo = &state.repos[at];
    let Some((base, head)) = range.split_once("...") else { return Answer::not_found() };
    if repo.commit(base).is_none() || repo.commit(head).is_none() {
        return Answer::not_found();
    }
    let ahead: Vec<&Commit> = repo.commits.iter().rev().filter(|it| is_on(it, head) && !is_on(it, base)).collect();
    Answer::ok(json!({
        "html_url": format!("{}/{}/compare/{range}", asked.origin, repo.full_name()),
        "ahead_by": ahead.len(),
        "behind_by": repo.commits.iter().filter(|it| is_on(it, base) && !is_on(it, head)).count(),
        "commits": ahead.into_iter().map(|it| shown::commit(repo, it, login(state, it), asked)).collect::<Vec<_>>(),
    }))
}

fn commits(state: &State, at: usize, asked: &Asked<'_>) -> Answer {
    let repo = &state.repos[at];
    let branch = asked.get("sha").unwrap_or("main");
    if repo.branch(branch).is_none() {
        return Answer::not_found();
    }
    let since: Option<jiff::Timestamp> = asked.get("since").and_then(|it| it.parse().ok());
    let is_wanted = |it: &&Commit| {
        is_on(it, branch)
            && since.is_none_or(|since| it.at >= since)
            && asked.get("author").is_none_or(|author| login(state, it).is_some_and(|it| it.eq_ignore_ascii_case(author)))
            && asked.get("path").is_none_or(|path| it.files.iter().any(|(name, _, _)| name.starts_with(path)))
    };
    asked.page(repo.commits.iter().filter(is_wanted).map(|it| shown::commit(repo, it, login(state, it), asked)).collect())
}

fn checks(repo: &Repo, reference: &str) -> Vec<Value> {
    let sha = repo.commit(reference).map_or(reference, |it| it.sha.as_str());
    let check = |it: &super::state::Check| {
        json!({
            "name": it.name,
            "status": if it.conclusion.is_some() { "completed" } else { "in_progress" },
            "conclusion": it.conclusion,
            "html_url": format!("https://github.com/{}/runs/{}", repo.full_name(), it.name),
        })
    };
    repo.checks.iter().filter(|it| it.sha == sha).map(check).collect()
}

fn deploy(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let (now, id) = (state.now(), state.id());
    let repo = &mut state.repos[at];
    let reference = asked.text("ref").unwrap_or_default();
    let Some(sha) = repo.commit(reference).map(|it| it.sha.clone()) else {
        return Answer::unprocessable(&format!("No ref found for: {reference}"));
    };
    let is_broken = repo.checks.iter().any(|it| it.sha == sha && it.conclusion.as_deref() == Some("failure"));
    if is_broken && asked.body.get("required_contexts").is_none() {
        return Answer::refused(StatusCode::CONFLICT, &format!("Conflict: Commit status checks failed for {reference}."));
    }
    let made = Deployment {
        id,
        reference: reference.to_owned(),
        sha,
        environment: asked.text("environment").unwrap_or("production").to_owned(),
        description: asked.text("description").unwrap_or_default().to_owned(),
        creator: asked.caller.login().to_owned(),
        state: "PENDING".into(),
        url: None,
        at: now,
    };
    let answer = shown::deployment(&made);
    repo.deployments.push(made);
    Answer::created(answer)
}

fn report(state: &mut State, at: usize, id: &str, asked: &Asked<'_>) -> Answer {
    let now = state.now();
    let Some(found) = state.repos[at].deployments.iter_mut().find(|it| it.id.to_string() == id) else {
        return Answer::not_found();
    };
    let to = asked.text("state").unwrap_or_default();
    if !["error", "failure", "inactive", "in_progress", "queued", "pending", "success"].contains(&to) {
        return Answer::invalid("DeploymentStatus", "state", "invalid");
    }
    found.state = if to == "success" { "ACTIVE".into() } else { to.to_uppercase() };
    found.url = asked.text("environment_url").map(str::to_owned).or_else(|| found.url.take());
    Answer::created(json!({ "state": to, "environment_url": found.url, "created_at": now.to_string() }))
}

fn releases(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let (now, id) = (state.now(), state.id());
    let repo = &mut state.repos[at];
    let position = |repo: &Repo, id: &str| repo.releases.iter().position(|it| it.id.to_string() == id);
    match (method, path) {
        ("GET", []) => asked.page(repo.releases.iter().rev().map(|it| shown::release(repo, it, asked)).collect()),
        ("GET", ["latest"]) => {
            let last = repo.releases.iter().rev().find(|it| !it.draft && !it.prerelease);
            last.map_or_else(Answer::not_found, |it| Answer::ok(shown::release(repo, it, asked)))
        }
        ("GET", ["tags", tag]) => {
            let found = repo.releases.iter().find(|it| it.tag == *tag && !it.draft);
            found.map_or_else(Answer::not_found, |it| Answer::ok(shown::release(repo, it, asked)))
        }
        ("POST", ["generate-notes"]) => {
            let tag = asked.text("tag_name").unwrap_or_default();
            Answer::ok(json!({ "name": tag, "body": notes(repo, tag, asked.text("previous_tag_name")) }))
        }
        ("POST", []) => {
            let Some(tag) = asked.text("tag_name") else { return Answer::invalid("Release", "tag_name", "missing_field") };
            if repo.releases.iter().any(|it| it.tag == tag) {
                return Answer::invalid("Release", "tag_name", "already_exists");
            }
            let generated = asked.body["generate_release_notes"] == true;
            let body = if generated { notes(repo, tag, None) } else { asked.text("body").unwrap_or_default().to_owned() };
            let made = Release {
                id,
                tag: tag.to_owned(),
                name: asked.text("name").unwrap_or(tag).to_owned(),
                body,
                draft: asked.body["draft"] == true,
                prerelease: asked.body["prerelease"] == true,
                author: asked.caller.login().to_owned(),
                at: now,
                assets: Vec::new(),
            };
            repo.releases.push(made.clone());
            Answer::created(shown::release(repo, &made, asked))
        }
        ("PATCH", [id]) => {
            let Some(found) = position(repo, id) else { return Answer::not_found() };
            let release = &mut repo.releases[found];
            if let Some(draft) = asked.body["draft"].as_bool() {
                release.draft = draft;
            }
            if let Some(prerelease) = asked.body["prerelease"].as_bool() {
                release.prerelease = prerelease;
            }
            for (key, field) in [("name", &mut release.name), ("body", &mut release.body), ("tag_name", &mut release.tag)] {
                if let Some(text) = asked.text(key) {
                    text.clone_into(field);
                }
            }
            Answer::ok(shown::release(repo, &repo.releases[found], asked))
        }
        ("DELETE", [id]) => match position(repo, id) {
            Some(found) => {
                repo.releases.remove(found);
                Answer::no_content()
            }
            None => Answer::not_found(),
        },
        _ => Answer::not_found(),
    }
}

/// What was merged, as GitHub writes it.
fn notes(repo: &Repo, tag: &str, since: Option<&str>) -> String {
    let merged = repo.issues.iter().filter(|it| it.pull.as_ref().is_some_and(|it| it.merged_at.is_some()));
    let lines: Vec<String> = merged.map(|it| format!("* {} by @{} in #{}", it.title, it.author, it.number)).collect();
    let since = since.or_else(|| repo.releases.iter().rev().find(|it| !it.draft).map(|it| it.tag.as_str()));
    let compare = since.map(|it| format!("\n\n**Full Changelog**: {it}...{tag}")).unwrap_or_default();
    format!("## What's Changed\n{}{compare}", lines.join("\n"))
}

/// A file with its bytes, or what is in a folder.
fn contents(repo: &Repo, path: &str, asked: &Asked<'_>) -> Answer {
    let path = path.trim_matches('/');
    let entry = |kind: &str, path: &str, size: usize| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let place = if kind == "dir" { "tree" } else { "blob" };
        json!({
            "type": kind, "name": name, "path": path, "size": size, "sha": "3d21ec53a331a6f037a91c368710b99387d012c1",
            "html_url": format!("{}/{}/{place}/main/{path}", asked.origin, repo.full_name()),
        })
    };
    if asked.get("ref").is_some_and(|it| repo.commit(it).is_none()) {
        return Answer::refused(StatusCode::NOT_FOUND, "No commit found for the ref");
    }
    if let Some((_, content)) = repo.files.iter().find(|(it, _)| it == path) {
        let mut it = entry("file", path, content.len());
        it["encoding"] = json!("base64");
        it["content"] = json!(format!("{}\n", STANDARD.encode(content)));
        return Answer::ok(it);
    }
    let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
    let mut all: Vec<Value> = Vec::new();
    for (file, content) in repo.files.iter().filter(|(it, _)| it.starts_with(&folder)) {
        let below = match file[folder.len()..].split_once('/') {
            Some((name, _)) => entry("dir", &format!("{folder}{name}"), 0),
            None => entry("file", file, content.len()),
        };
        if !all.contains(&below) {
            all.push(below);
        }
    }
    if all.is_empty() { Answer::not_found() } else { Answer::ok(json!(all)) }
}
