//! What Data Center shows of what there is.

use serde_json::{Value, json};

use super::Asked;
use crate::bitbucket::standin::state::{
    Build, Comment, Commit, Hook, Opinion, Person, Project, Pull, Ref, Repo, Review, State, Task,
};

pub fn user(person: &Person) -> Value {
    json!({
        "name": person.login,
        "slug": person.login,
        "displayName": person.name,
        "emailAddress": person.email,
        "active": true,
        "type": "NORMAL",
        "id": 1,
    })
}

pub fn project(project: &Project, asked: &Asked) -> Value {
    json!({
        "key": project.key,
        "id": 1,
        "name": project.name,
        "description": project.description,
        "public": false,
        "type": "NORMAL",
        "links": { "self": [{ "href": format!("{}/projects/{}", asked.origin, project.key) }] },
    })
}

fn address(repo: &Repo, asked: &Asked) -> String {
    format!("{}/projects/{}/repos/{}", asked.origin, repo.project, repo.slug)
}

pub fn repository(repo: &Repo, asked: &Asked) -> Value {
    let scm = format!("{}/{}.git", repo.project.to_lowercase(), repo.slug);
    json!({
        "slug": repo.slug,
        "id": 1,
        "name": repo.name,
        "description": repo.description,
        "scmId": "git",
        "state": "AVAILABLE",
        "public": !repo.private,
        "forkable": true,
        "project": { "key": repo.project, "name": repo.project, "type": "NORMAL" },
        "links": {
            "self": [{ "href": format!("{}/browse", address(repo, asked)) }],
            "clone": [
                { "name": "http", "href": format!("{}/scm/{scm}", asked.origin) },
                { "name": "ssh", "href": format!("ssh://git@git.example.org:7999/{scm}") },
            ],
        },
    })
}

pub fn pull(state: &State, repo: &Repo, pull: &Pull, asked: &Asked) -> Value {
    let end = |branch: &str, hash: &str| {
        json!({
            "id": format!("refs/heads/{branch}"),
            "displayId": branch,
            "latestCommit": hash,
            "repository": { "slug": repo.slug, "name": repo.name, "project": { "key": repo.project } },
        })
    };
    let review = |it: &Review| {
        let status = match it.opinion {
            Opinion::Approved => "APPROVED",
            Opinion::ChangesRequested => "NEEDS_WORK",
            Opinion::Waiting => "UNAPPROVED",
        };
        let role = if it.asked { "REVIEWER" } else { "PARTICIPANT" };
        json!({ "user": user(&state.people[it.who]), "role": role, "approved": it.opinion == Opinion::Approved, "status": status })
    };
    let reviews = |wanted: bool| pull.reviews.iter().filter(|it| it.asked == wanted).map(review).collect::<Vec<_>>();
    let target = repo.branch(&pull.target).map(|it| it.hash.clone()).unwrap_or_default();
    let mut properties = json!({
        "commentCount": pull.comments.len(),
        "openTaskCount": pull.tasks.iter().filter(|it| !it.done).count(),
    });
    if let Some(hash) = &pull.merge_commit {
        properties["mergeCommit"] = json!({ "id": hash, "displayId": hash[..11] });
    }
    json!({
        "id": pull.id,
        "version": pull.version,
        "title": pull.title,
        "description": pull.description,
        "state": pull.state,
        "open": pull.state == "OPEN",
        "closed": pull.state != "OPEN",
        "draft": pull.draft,
        "createdDate": pull.created.as_millisecond(),
        "updatedDate": pull.updated.as_millisecond(),
        "fromRef": end(&pull.source, &pull.source_hash),
        "toRef": end(&pull.target, &target),
        "locked": false,
        "author": { "user": user(&state.people[pull.author]), "role": "AUTHOR", "approved": false, "status": "UNAPPROVED" },
        "reviewers": reviews(true),
        "participants": reviews(false),
        "properties": properties,
        "links": { "self": [{ "href": format!("{}/pull-requests/{}", address(repo, asked), pull.id) }] },
    })
}

pub fn comment(state: &State, comment: &Comment, replies: Vec<Value>) -> Value {
    json!({
        "id": comment.id,
        "version": 0,
        "text": comment.text,
        "author": user(&state.people[comment.author]),
        "createdDate": comment.at.as_millisecond(),
        "updatedDate": comment.at.as_millisecond(),
        "severity": "NORMAL",
        "state": "OPEN",
        "comments": replies,
    })
}

pub fn task(state: &State, task: &Task) -> Value {
    json!({
        "id": task.id,
        "version": task.version,
        "text": task.text,
        "author": user(&state.people[task.author]),
        "createdDate": task.at.as_millisecond(),
        "severity": "BLOCKER",
        "state": if task.done { "RESOLVED" } else { "OPEN" },
        "comments": [],
    })
}

pub fn commit(state: &State, commit: &Commit) -> Value {
    json!({
        "id": commit.hash,
        "displayId": commit.hash[..11],
        "message": commit.message,
        "author": user(&state.people[commit.author]),
        "authorTimestamp": commit.at.as_millisecond(),
        "committerTimestamp": commit.at.as_millisecond(),
        "parents": commit.parents.iter().map(|it| json!({ "id": it, "displayId": it[..11] })).collect::<Vec<_>>(),
    })
}

pub fn branch(state: &State, repo: &Repo, branch: &Ref) -> Value {
    let last = repo.commit(&branch.hash).map(|it| commit(state, it));
    json!({
        "id": format!("refs/heads/{}", branch.name),
        "displayId": branch.name,
        "type": "BRANCH",
        "latestCommit": branch.hash,
        "isDefault": branch.name == repo.main,
        "metadata": { "com.atlassian.bitbucket.server.bitbucket-branch:latest-commit-metadata": last },
    })
}

pub fn tag(tag: &Ref) -> Value {
    json!({ "id": format!("refs/tags/{}", tag.name), "displayId": tag.name, "type": "TAG", "latestCommit": tag.hash, "hash": tag.hash })
}

pub fn status(build: &Build, asked: &Asked) -> Value {
    json!({
        "key": build.key,
        "name": build.key,
        "state": build.state,
        "description": build.description,
        "url": format!("{}/builds/{}", asked.origin, build.key),
        "dateAdded": 0,
    })
}

pub fn hook(hook: &Hook) -> Value {
    json!({ "id": hook.id, "name": hook.name, "url": hook.url, "events": hook.events, "active": true, "configuration": {} })
}
