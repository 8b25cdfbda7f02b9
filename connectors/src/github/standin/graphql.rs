//! What is used of GraphQL, by the operation's name, from the same state.

use serde_json::{Value, json};

use super::{
    Answer, Asked, State, figures,
    pulls::{decision, opinions},
    shown,
    state::{Issue, Repo},
};

pub fn serve(state: &mut State, asked: &Asked<'_>) -> Answer {
    let document = asked.body["query"].as_str().unwrap_or_default();
    let name = document.split(['(', ' ', '{']).nth(1).unwrap_or_default();
    let variables = &asked.body["variables"];
    let data = match name {
        name if state.lacks.contains(&name) => Err(error("FORBIDDEN", "Resource not accessible by personal access token")),
        "PullRequestFacts" => of_pull(state, variables, |_, issue| facts(issue)),
        "ReviewThreads" => of_pull(state, variables, threads),
        "Deployments" => deployments(state, variables),
        "PullRequestMetrics" => figures::pulls(state, variables),
        "IssueMetrics" => figures::issues(state, variables),
        "CommitMetrics" => figures::commits(state, variables),
        "TransferIssue" => transfer(state, variables, asked),
        "ResolveThread" => resolve(state, variables),
        "EnableAutoMerge" | "DisableAutoMerge" | "EnqueuePullRequest" | "DequeuePullRequest" | "MarkReady" | "ConvertToDraft" => {
            change(state, name, variables)
        }
        other => Err(error("undefinedOperation", &format!("The operation {other} is not simulated"))),
    };
    match data {
        Ok(data) => Answer::ok(json!({ "data": data })),
        // Failures come with 200.
        Err(error) => Answer::ok(json!({ "data": null, "errors": [error] })),
    }
}

type Data = Result<Value, Value>;

fn error(kind: &str, message: &str) -> Value {
    json!({ "type": kind, "message": message })
}

fn repo_of<'a>(state: &'a State, variables: &Value) -> Result<&'a Repo, Value> {
    let name = format!("{}/{}", variables["owner"].as_str().unwrap_or_default(), variables["name"].as_str().unwrap_or_default());
    let found = state.repos.iter().find(|it| it.full_name().eq_ignore_ascii_case(&name));
    found.ok_or_else(|| error("NOT_FOUND", &format!("Could not resolve to a Repository with the name '{name}'.")))
}

fn of_pull(state: &State, variables: &Value, show: impl Fn(&Repo, &Issue) -> Value) -> Data {
    let repo = repo_of(state, variables)?;
    let number = variables["number"].as_u64().unwrap_or_default();
    let issue = repo.issue(number).filter(|it| it.pull.is_some());
    let issue =
        issue.ok_or_else(|| error("NOT_FOUND", &format!("Could not resolve to a PullRequest with the number of {number}.")))?;
    Ok(json!({ "repository": { "pullRequest": show(repo, issue) } }))
}

fn facts(issue: &Issue) -> Value {
    let Some(pull) = &issue.pull else { return Value::Null };
    let opinion = |it: &&super::state::Review| json!({ "state": it.state, "author": { "login": it.author } });
    json!({
        "reviewDecision": decision(pull),
        "isInMergeQueue": pull.queued,
        "reviewThreads": { "nodes": pull.threads.iter().map(|it| json!({ "isResolved": it.resolved })).collect::<Vec<_>>() },
        "latestOpinionatedReviews": { "nodes": opinions(pull).iter().map(opinion).collect::<Vec<_>>() },
    })
}

fn threads(repo: &Repo, issue: &Issue) -> Value {
    let thread = |it: &super::state::Thread| {
        let url = format!("https://github.com/{}/pull/{}#discussion_{}", repo.full_name(), issue.number, it.id);
        let first = json!({ "author": { "login": it.author }, "bodyText": it.text, "url": url });
        json!({
            "id": it.id, "isResolved": it.resolved, "isOutdated": false, "path": it.path, "line": it.line,
            "comments": { "totalCount": 1, "nodes": [first] },
        })
    };
    json!({ "reviewThreads": { "nodes": issue.pull.iter().flat_map(|it| &it.threads).map(thread).collect::<Vec<_>>() } })
}

fn deployments(state: &State, variables: &Value) -> Data {
    let repo = repo_of(state, variables)?;
    let wanted: Option<Vec<&str>> =
        variables["environments"].as_array().map(|all| all.iter().filter_map(Value::as_str).collect());
    let first = variables["first"].as_u64().unwrap_or(10) as usize;
    let all = repo.deployments.iter().rev().filter(|it| wanted.as_ref().is_none_or(|all| all.contains(&it.environment.as_str())));
    let node = |it: &super::state::Deployment| {
        json!({
            "databaseId": it.id, "environment": it.environment, "description": it.description, "createdAt": it.at.to_string(),
            "commitOid": it.sha, "state": it.state, "ref": repo.branch(&it.reference).map(|_| json!({ "name": it.reference })),
            "creator": { "login": it.creator }, "latestStatus": { "environmentUrl": it.url },
        })
    };
    Ok(json!({ "repository": { "deployments": { "nodes": all.take(first).map(node).collect::<Vec<_>>() } } }))
}

fn transfer(state: &mut State, variables: &Value, asked: &Asked<'_>) -> Data {
    let (id, to) = (variables["issue"].as_str().unwrap_or_default(), variables["to"].as_str().unwrap_or_default());
    let missing = |id: &str| error("NOT_FOUND", &format!("Could not resolve to a node with the global id of '{id}'"));
    let there = state.repos.iter().position(|it| format!("R_{}", it.id) == to).ok_or_else(|| missing(to))?;
    let find = |repo: &Repo| repo.issues.iter().position(|it| shown::node(repo, it) == id);
    let (here, at) = state.repos.iter().enumerate().find_map(|(here, it)| Some((here, find(it)?))).ok_or_else(|| missing(id))?;
    let mut issue = state.repos[here].issues.remove(at);
    let (repo, number) = (state.repos[there].id, state.repos[there].next_number());
    state.repos[here].left.push((issue.number, Some((repo, number))));
    let target = &mut state.repos[there];
    issue.number = number;
    issue.milestone = None;
    target.issues.push(issue);
    Ok(
        json!({ "transferIssue": { "issue": { "number": number, "url": format!("{}/{}/issues/{number}", asked.origin, target.full_name()) } } }),
    )
}

fn resolve(state: &mut State, variables: &Value) -> Data {
    let id = variables["thread"].as_str().unwrap_or_default();
    let issues = state.repos.iter_mut().flat_map(|it| &mut it.issues);
    let thread = issues.filter_map(|it| it.pull.as_mut()).flat_map(|it| &mut it.threads).find(|it| it.id == id);
    let thread =
        thread.ok_or_else(|| error("NOT_FOUND", &format!("Could not resolve to a node with the global id of '{id}'")))?;
    thread.resolved = true;
    Ok(json!({ "resolveReviewThread": { "thread": { "isResolved": true } } }))
}

fn change(state: &mut State, name: &str, variables: &Value) -> Data {
    let id = variables["pull"].as_str().unwrap_or_default();
    let missing = || error("NOT_FOUND", &format!("Could not resolve to a node with the global id of '{id}'"));
    for repo in &mut state.repos {
        let Some(at) = repo.issues.iter().position(|it| shown::node(repo, it) == id) else { continue };
        let queued = repo.issues.iter().filter(|it| it.pull.as_ref().is_some_and(|it| it.queued)).count();
        let Some(pull) = repo.issues[at].pull.as_mut() else { return Err(missing()) };
        match name {
            "EnableAutoMerge" if pull.mergeable == "clean" => {
                return Err(error("UNPROCESSABLE", "Pull request is in clean status"));
            }
            "EnableAutoMerge" => pull.auto_merge = variables["method"].as_str().map(str::to_lowercase),
            "DisableAutoMerge" => pull.auto_merge = None,
            "EnqueuePullRequest" => {
                pull.queued = true;
                return Ok(json!({ "enqueuePullRequest": { "mergeQueueEntry": { "position": queued + 1 } } }));
            }
            "DequeuePullRequest" => pull.queued = false,
            "MarkReady" => pull.draft = false,
            _ => pull.draft = true,
        }
        return Ok(json!({ "done": { "clientMutationId": null } }));
    }
    Err(missing())
}
