//! What Cloud shows of what there is.

use serde_json::{Value, json};

use super::{Asked, full_name};
use crate::bitbucket::standin::state::{
    Build, Comment, Commit, Hook, Issue, Opinion, Person, Project, Pull, Ref, Repo, Run, State, Step, Task, uuid,
};

fn link(address: String) -> Value {
    json!({ "href": address })
}

fn page(repo: &Repo, rest: &str, asked: &Asked) -> Value {
    json!({ "html": link(format!("{}/{}{rest}", asked.origin, full_name(repo))) })
}

pub fn user(person: &Person, asked: &Asked) -> Value {
    json!({
        "type": "user",
        "uuid": person.uuid,
        "account_id": format!("557058:{}", person.login),
        "display_name": person.name,
        "nickname": person.login,
        "links": { "html": link(format!("{}/{}/", asked.origin, person.uuid)) },
    })
}

pub fn project(project: &Project, asked: &Asked) -> Value {
    json!({
        "type": "project",
        "key": project.key,
        "uuid": uuid(&project.key),
        "name": project.name,
        "description": project.description,
        "is_private": true,
        "links": { "html": link(format!("{}/example/workspace/projects/{}", asked.origin, project.key)) },
    })
}

pub fn repository(repo: &Repo, asked: &Asked) -> Value {
    let full = full_name(repo);
    let main = (!repo.main.is_empty()).then(|| json!({ "type": "branch", "name": repo.main }));
    json!({
        "type": "repository",
        "uuid": uuid(&full),
        "full_name": full,
        "name": repo.name,
        "slug": repo.slug,
        "description": repo.description,
        "is_private": repo.private,
        "scm": "git",
        "project": { "type": "project", "key": repo.project, "name": repo.project },
        "mainbranch": main,
        "language": "",
        "has_issues": repo.has_issues,
        "updated_on": repo.updated.to_string(),
        "links": {
            "html": link(format!("{}/{full}", asked.origin)),
            "clone": [
                { "name": "https", "href": format!("{}/{full}.git", asked.origin) },
                { "name": "ssh", "href": format!("git@bitbucket.org:{full}.git") },
            ],
        },
    })
}

pub fn pull(state: &State, repo: &Repo, pull: &Pull, asked: &Asked) -> Value {
    let who = |index: usize| user(&state.people[index], asked);
    let end = |branch: &str, hash: &str, place: &str| {
        json!({
            "branch": { "name": branch },
            "commit": { "type": "commit", "hash": hash.get(..12).unwrap_or(hash) },
            "repository": { "type": "repository", "full_name": place, "name": repo.name, "uuid": uuid(place) },
        })
    };
    let own = full_name(repo);
    let participant = |it: &crate::bitbucket::standin::state::Review| {
        let (approved, said) = match it.opinion {
            Opinion::Approved => (true, json!("approved")),
            Opinion::ChangesRequested => (false, json!("changes_requested")),
            Opinion::Waiting => (false, Value::Null),
        };
        let role = if it.asked { "REVIEWER" } else { "PARTICIPANT" };
        json!({ "type": "participant", "user": who(it.who), "role": role, "approved": approved, "state": said })
    };
    let target_hash = repo.branch(&pull.target).map(|it| it.hash.clone()).unwrap_or_default();
    json!({
        "type": "pullrequest",
        "id": pull.id,
        "title": pull.title,
        "description": pull.description,
        "summary": { "type": "rendered", "raw": pull.description, "markup": "markdown", "html": "" },
        "state": pull.state,
        "draft": pull.draft,
        "author": who(pull.author),
        "source": end(&pull.source, &pull.source_hash, pull.fork.as_deref().unwrap_or(&own)),
        "destination": end(&pull.target, &target_hash, &own),
        "merge_commit": pull.merge_commit.as_ref().map(|it| json!({ "type": "commit", "hash": it })),
        "comment_count": pull.comments.len(),
        "task_count": pull.tasks.iter().filter(|it| !it.done).count(),
        "close_source_branch": pull.close_source,
        "reason": "",
        "reviewers": pull.reviews.iter().filter(|it| it.asked).map(|it| who(it.who)).collect::<Vec<_>>(),
        "participants": pull.reviews.iter().map(participant).collect::<Vec<_>>(),
        "created_on": pull.created.to_string(),
        "updated_on": pull.updated.to_string(),
        "links": page(repo, &format!("/pull-requests/{}", pull.id), asked),
    })
}

pub fn comment(state: &State, repo: &Repo, at: &str, comment: &Comment, asked: &Asked) -> Value {
    let mut value = json!({
        "type": "pullrequest_comment",
        "id": comment.id,
        "content": { "type": "rendered", "raw": comment.text, "markup": "markdown", "html": "" },
        "user": user(&state.people[comment.author], asked),
        "created_on": comment.at.to_string(),
        "updated_on": comment.at.to_string(),
        "deleted": false,
        "links": page(repo, &format!("{at}#comment-{}", comment.id), asked),
    });
    if let Some((path, line)) = &comment.place {
        value["inline"] = json!({ "path": path, "to": line, "from": null });
    }
    if let Some(parent) = comment.parent {
        value["parent"] = json!({ "id": parent });
    }
    value
}

pub fn task(state: &State, task: &Task, asked: &Asked) -> Value {
    json!({
        "id": task.id,
        "content": { "raw": task.text, "markup": "markdown", "html": "" },
        "state": if task.done { "RESOLVED" } else { "UNRESOLVED" },
        "creator": user(&state.people[task.author], asked),
        "created_on": task.at.to_string(),
        "pending": false,
    })
}

pub fn commit(state: &State, repo: &Repo, commit: &Commit, asked: &Asked) -> Value {
    let author = &state.people[commit.author];
    json!({
        "type": "commit",
        "hash": commit.hash,
        "message": format!("{}\n", commit.message),
        "date": commit.at.to_string(),
        "author": { "type": "author", "raw": format!("{} <{}>", author.name, author.email), "user": user(author, asked) },
        "parents": commit.parents.iter().map(|it| json!({ "type": "commit", "hash": it })).collect::<Vec<_>>(),
        "links": page(repo, &format!("/commits/{}", commit.hash), asked),
    })
}

pub fn reference(state: &State, repo: &Repo, kind: &str, it: &Ref, asked: &Asked) -> Value {
    let target = repo.commit(&it.hash).map(|it| commit(state, repo, it, asked));
    let place = if kind == "branch" { format!("/branch/{}", it.name) } else { format!("/commits/tag/{}", it.name) };
    let mut value = json!({ "type": kind, "name": it.name, "target": target, "links": page(repo, &place, asked) });
    if kind == "tag" {
        value["message"] = json!(it.message.as_ref().map(|it| format!("{it}\n")));
    }
    value
}

pub fn status(repo: &Repo, build: &Build, asked: &Asked) -> Value {
    json!({
        "type": "build",
        "key": build.key,
        "name": build.key,
        "state": build.state,
        "description": build.description,
        "url": format!("{}/{}/commits/{}", asked.origin, full_name(repo), build.hash),
    })
}

pub fn issue(state: &State, repo: &Repo, issue: &Issue, asked: &Asked) -> Value {
    let who = |index: usize| user(&state.people[index], asked);
    json!({
        "type": "issue",
        "id": issue.id,
        "title": issue.title,
        "content": { "type": "rendered", "raw": issue.content, "markup": "markdown", "html": "" },
        "state": issue.state,
        "kind": issue.kind,
        "priority": issue.priority,
        "reporter": who(issue.reporter),
        "assignee": issue.assignee.map(who),
        "component": null,
        "milestone": null,
        "version": null,
        "votes": 0,
        "created_on": issue.created.to_string(),
        "updated_on": issue.updated.to_string(),
        "links": page(repo, &format!("/issues/{}", issue.id), asked),
    })
}

fn run_state(result: Option<&str>) -> Value {
    match result {
        Some(result) => json!({ "type": "pipeline_state_completed", "name": "COMPLETED", "result": { "name": result } }),
        None => json!({ "type": "pipeline_state_in_progress", "name": "IN_PROGRESS", "stage": { "name": "RUNNING" } }),
    }
}

pub fn run(state: &State, repo: &Repo, run: &Run, asked: &Asked) -> Value {
    let selector = match (&run.custom, run.ref_type) {
        (Some(pattern), _) => json!({ "type": "custom", "pattern": pattern }),
        (None, Some("tag")) => json!({ "type": "tags", "pattern": run.branch }),
        (None, Some(_)) => json!({ "type": "branches", "pattern": run.branch }),
        (None, None) => json!({ "type": "default" }),
    };
    let commit = json!({ "type": "commit", "hash": run.hash });
    let target = match run.ref_type {
        Some(kind) => json!({
            "type": "pipeline_ref_target",
            "ref_type": kind,
            "ref_name": run.branch,
            "selector": selector,
            "commit": commit,
        }),
        None => json!({ "type": "pipeline_commit_target", "selector": selector, "commit": commit }),
    };
    let seconds: u64 = run.steps.iter().map(|it| it.seconds).sum();
    json!({
        "type": "pipeline",
        "uuid": uuid(&format!("{}-run-{}", repo.slug, run.number)),
        "build_number": run.number,
        "state": run_state(run.result),
        "target": target,
        "creator": user(&state.people[run.creator], asked),
        "created_on": run.created.to_string(),
        "duration_in_seconds": run.result.map(|_| seconds),
    })
}

pub fn step(repo: &Repo, run: &Run, step: &Step) -> Value {
    json!({
        "type": "pipeline_step",
        "uuid": uuid(&format!("{}-run-{}-{}", repo.slug, run.number, step.name)),
        "name": step.name,
        "state": run_state(step.result),
        "duration_in_seconds": step.result.map(|_| step.seconds),
    })
}

pub fn download(state: &State, slug: &str, name: &str, bytes: usize, asked: &Asked) -> Value {
    json!({
        "type": "repository_download",
        "name": name,
        "size": bytes,
        "downloads": 1,
        "created_on": "2026-11-20T10:00:00+00:00",
        "user": user(&state.people[0], asked),
        "links": { "self": { "href": format!("{}/2.0/repositories/example/{slug}/downloads/{name}", asked.origin) } },
    })
}

pub fn hook(hook: &Hook) -> Value {
    json!({
        "type": "webhook_subscription",
        "uuid": uuid(&format!("hook-{}", hook.id)),
        "description": hook.name,
        "url": hook.url,
        "active": true,
        "secret_set": hook.secret.is_some(),
        "events": hook.events,
    })
}
