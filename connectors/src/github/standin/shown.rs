//! What the simulated GitHub holds, as its REST API writes it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    Asked,
    state::{Artifact, Commit, Deployment, Issue, Job, Milestone, Release, Repo, Review, Run, User, Waiting, Workflow},
};

pub fn account(login: &str) -> Value {
    json!({ "login": login, "html_url": format!("https://github.com/{login}"), "type": "User" })
}

pub fn user(user: &User) -> Value {
    json!({ "login": user.login, "name": user.name, "email": user.email, "html_url": format!("https://github.com/{}", user.login) })
}

fn web(repo: &Repo, asked: &Asked<'_>, path: &str) -> String {
    format!("{}/{}{path}", asked.origin, repo.full_name())
}

pub fn repo(repo: &Repo, asked: &Asked<'_>) -> Value {
    json!({
        "id": repo.id,
        "node_id": format!("R_{}", repo.id),
        "name": repo.name,
        "full_name": repo.full_name(),
        "html_url": web(repo, asked, ""),
        "description": repo.description,
        "private": repo.private,
        "archived": false,
        "default_branch": "main",
        "open_issues_count": repo.issues.iter().filter(|it| it.state == "open").count(),
        "stargazers_count": 3,
        "language": "Rust",
        "pushed_at": repo.commits.first().map(|it| it.at.to_string()),
        "permissions": { "admin": true, "push": true, "pull": true },
        "allow_merge_commit": repo.methods.contains(&"merge"),
        "allow_squash_merge": repo.methods.contains(&"squash"),
        "allow_rebase_merge": repo.methods.contains(&"rebase"),
    })
}

pub fn label((name, color, description): &(String, String, String)) -> Value {
    json!({ "name": name, "color": color, "description": description })
}

pub fn milestone(repo: &Repo, it: &Milestone, asked: &Asked<'_>) -> Value {
    let count =
        |state: &str| repo.issues.iter().filter(|issue| issue.milestone == Some(it.number) && issue.state == state).count();
    json!({
        "number": it.number,
        "title": it.title,
        "description": it.description,
        "state": it.state,
        "due_on": it.due_on.map(|it| it.to_string()),
        "open_issues": count("open"),
        "closed_issues": count("closed"),
        "html_url": web(repo, asked, &format!("/milestone/{}", it.number)),
    })
}

fn labels(repo: &Repo, names: &[String]) -> Vec<Value> {
    repo.labels.iter().filter(|(name, _, _)| names.contains(name)).map(label).collect()
}

fn of_milestone(repo: &Repo, issue: &Issue, asked: &Asked<'_>) -> Value {
    let found = repo.milestones.iter().find(|it| Some(it.number) == issue.milestone);
    found.map_or(Value::Null, |it| milestone(repo, it, asked))
}

fn accounts(logins: &[String]) -> Vec<Value> {
    logins.iter().map(|it| account(it)).collect()
}

pub fn issue(repo: &Repo, issue: &Issue, asked: &Asked<'_>) -> Value {
    let path = if issue.pull.is_some() { "pull" } else { "issues" };
    let mut value = json!({
        "number": issue.number,
        "node_id": node(repo, issue),
        "title": issue.title,
        "body": issue.body,
        "state": issue.state,
        "state_reason": issue.state_reason,
        "html_url": web(repo, asked, &format!("/{path}/{}", issue.number)),
        "repository_url": format!("{}/repos/{}", asked.origin, repo.full_name()),
        "user": account(&issue.author),
        "assignees": accounts(&issue.assignees),
        "labels": labels(repo, &issue.labels),
        "milestone": of_milestone(repo, issue, asked),
        "comments": issue.comments.len(),
        "locked": issue.locked.is_some(),
        "created_at": issue.created_at.to_string(),
        "updated_at": issue.updated_at.to_string(),
        "closed_at": issue.closed_at.map(|it| it.to_string()),
    });
    if let Some(pull) = &issue.pull {
        value["draft"] = json!(pull.draft);
        value["pull_request"] = json!({ "merged_at": pull.merged_at.map(|it| it.to_string()) });
    }
    value
}

pub fn node(repo: &Repo, issue: &Issue) -> String {
    format!("{}_{}_{}", if issue.pull.is_some() { "PR" } else { "I" }, repo.id, issue.number)
}

/// Null for what is no pull request.
pub fn pull(repo: &Repo, it: &Issue, asked: &Asked<'_>) -> Value {
    let Some(pull) = &it.pull else { return Value::Null };
    let mut value = issue(repo, it, asked);
    let branch = |name: &str, sha: &str| json!({ "ref": name, "sha": sha, "label": format!("{}:{name}", repo.owner), "repo": { "full_name": repo.full_name() } });
    let more = json!({
        "draft": pull.draft,
        "merged": pull.merged_at.is_some(),
        "merged_at": pull.merged_at.map(|it| it.to_string()),
        "merged_by": pull.merged_by.as_deref().map(account),
        "head": branch(&pull.head, &pull.sha),
        "base": branch(&pull.base, repo.branch(&pull.base).unwrap_or_default()),
        "mergeable_state": if pull.draft { "draft" } else { &pull.mergeable },
        "requested_reviewers": accounts(&pull.reviewers),
        "requested_teams": pull.teams.iter().map(|it| json!({ "slug": it })).collect::<Vec<_>>(),
        "auto_merge": pull.auto_merge.as_ref().map(|it| json!({ "merge_method": it })),
        "additions": pull.files.iter().map(|(_, added, _)| added).sum::<u64>(),
        "deletions": pull.files.iter().map(|(_, _, deleted)| deleted).sum::<u64>(),
        "changed_files": pull.files.len(),
    });
    if let (Some(value), Some(more)) = (value.as_object_mut(), more.as_object()) {
        value.remove("pull_request");
        value.extend(more.clone());
    }
    value
}

pub fn review(repo: &Repo, number: u64, it: &Review, asked: &Asked<'_>) -> Value {
    json!({
        "id": it.id,
        "user": account(&it.author),
        "state": it.state,
        "body": it.body,
        "html_url": web(repo, asked, &format!("/pull/{number}#pullrequestreview-{}", it.id)),
        "submitted_at": it.at.to_string(),
    })
}

pub fn files(all: &[(String, u64, u64)]) -> Vec<Value> {
    let file = |(name, added, deleted): &(String, u64, u64)| json!({ "filename": name, "status": if *deleted == 0 { "added" } else { "modified" }, "additions": added, "deletions": deleted });
    all.iter().map(file).collect()
}

pub fn commit(repo: &Repo, it: &Commit, login: Option<&str>, asked: &Asked<'_>) -> Value {
    json!({
        "sha": it.sha,
        "html_url": web(repo, asked, &format!("/commit/{}", it.sha)),
        "commit": { "message": it.message, "author": { "name": it.author, "email": it.email, "date": it.at.to_string() } },
        "author": login.map(account),
        "repository": { "full_name": repo.full_name() },
    })
}

pub fn workflow(repo: &Repo, it: &Workflow, asked: &Asked<'_>) -> Value {
    json!({
        "id": it.id,
        "name": it.name,
        "path": format!(".github/workflows/{}", it.file),
        "state": it.state,
        "html_url": web(repo, asked, &format!("/blob/main/.github/workflows/{}", it.file)),
    })
}

pub fn run(repo: &Repo, it: &Run, asked: &Asked<'_>) -> Value {
    json!({
        "id": it.id,
        "name": repo.workflows.iter().find(|workflow| workflow.id == it.workflow).map(|it| &it.name),
        "display_title": it.title,
        "run_number": it.number,
        "run_attempt": it.attempt,
        "status": it.status,
        "conclusion": it.conclusion,
        "event": it.event,
        "head_branch": it.branch,
        "head_sha": it.sha,
        "html_url": web(repo, asked, &format!("/actions/runs/{}", it.id)),
        "actor": account(&it.actor),
        "created_at": it.created_at.to_string(),
        "run_started_at": it.created_at.to_string(),
        "updated_at": it.updated_at.to_string(),
    })
}

pub fn artifact(repo: &Repo, run: &Run, it: &Artifact, asked: &Asked<'_>) -> Value {
    let until = run.updated_at + SignedDuration::from_hours(24 * if it.expired { 1 } else { 90 });
    json!({
        "id": it.id,
        "name": it.name,
        "size_in_bytes": it.bytes.len(),
        "expired": it.expired,
        "archive_download_url": format!("{}/repos/{}/actions/artifacts/{}/zip", asked.origin, repo.full_name(), it.id),
        "created_at": run.updated_at.to_string(),
        "updated_at": run.updated_at.to_string(),
        "expires_at": until.to_string(),
        "workflow_run": { "id": run.id, "head_branch": run.branch, "head_sha": run.sha },
    })
}

pub fn job(repo: &Repo, run: &Run, it: &Job, asked: &Asked<'_>) -> Value {
    let failed = it.conclusion.as_deref() == Some("failure");
    json!({
        "id": it.id,
        "name": it.name,
        "status": if it.conclusion.is_some() { "completed" } else { "in_progress" },
        "conclusion": it.conclusion,
        "html_url": web(repo, asked, &format!("/actions/runs/{}/job/{}", run.id, it.id)),
        "steps": [
            { "name": "Set up job", "conclusion": "success" },
            { "name": "Run tests", "conclusion": if failed { json!("failure") } else { json!(it.conclusion) } },
        ],
    })
}

pub fn waiting(it: &Waiting, may: bool) -> Value {
    let people = it.people.iter().map(|login| json!({ "type": "User", "reviewer": account(login) }));
    let teams = it.teams.iter().map(|slug| json!({ "type": "Team", "reviewer": { "slug": slug, "name": slug } }));
    json!({
        "environment": { "id": it.id, "name": it.environment },
        "current_user_can_approve": may,
        "reviewers": people.chain(teams).collect::<Vec<_>>(),
    })
}

pub fn deployment(it: &Deployment) -> Value {
    json!({
        "id": it.id,
        "ref": it.reference,
        "sha": it.sha,
        "environment": it.environment,
        "description": it.description,
        "creator": account(&it.creator),
        "created_at": it.at.to_string(),
    })
}

pub fn release(repo: &Repo, it: &Release, asked: &Asked<'_>) -> Value {
    let asset = |(name, size): &(String, u64)| json!({ "name": name, "size": size, "browser_download_url": web(repo, asked, &format!("/releases/download/{}/{name}", it.tag)) });
    json!({
        "id": it.id,
        "tag_name": it.tag,
        "name": it.name,
        "body": it.body,
        "draft": it.draft,
        "prerelease": it.prerelease,
        "author": account(&it.author),
        "html_url": web(repo, asked, &format!("/releases/tag/{}", it.tag)),
        "target_commitish": "main",
        "created_at": it.at.to_string(),
        "published_at": (!it.draft).then(|| it.at.to_string()),
        "assets": it.assets.iter().map(asset).collect::<Vec<_>>(),
    })
}
