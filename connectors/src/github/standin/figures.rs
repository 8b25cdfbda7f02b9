//! What metrics are made of, a page at a time.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    State, contents, search,
    state::{Commit, Issue},
};

/// As many as GitHub gives at once.
const PAGE: usize = 100;

fn connection(variables: &Value, total: &str, nodes: Vec<Value>) -> Value {
    let from: usize = variables["after"].as_str().and_then(|it| it.parse().ok()).unwrap_or(0);
    let count = nodes.len();
    let to = (from + PAGE).min(count);
    let nodes: Vec<Value> = nodes.into_iter().skip(from).take(PAGE).collect();
    json!({ total: count, "pageInfo": { "hasNextPage": to < count, "endCursor": to.to_string() }, "nodes": nodes })
}

fn times(issue: &Issue) -> (String, Option<String>) {
    (issue.created_at.to_string(), issue.closed_at.map(|it| it.to_string()))
}

pub fn pulls(state: &State, variables: &Value) -> Result<Value, Value> {
    let found = search::found(state, variables["query"].as_str().unwrap_or_default());
    let nodes = found.iter().filter_map(|(_, issue)| {
        let (pull, (created, closed)) = (issue.pull.as_ref()?, times(issue));
        let review = |it: &super::state::Review| json!({ "submittedAt": it.at.to_string(), "state": it.state, "author": { "login": it.author } });
        Some(json!({
            "number": issue.number, "title": issue.title, "url": "", "createdAt": created, "closedAt": closed,
            "mergedAt": pull.merged_at.map(|it| it.to_string()),
            "additions": pull.files.iter().map(|(_, it, _)| it).sum::<u64>(),
            "deletions": pull.files.iter().map(|(_, _, it)| it).sum::<u64>(),
            "author": { "login": issue.author },
            "comments": { "totalCount": issue.comments.len() }, "reviewThreads": { "totalCount": pull.threads.len() },
            "reviews": { "totalCount": pull.reviews.len(), "nodes": pull.reviews.iter().map(review).collect::<Vec<_>>() },
        }))
    });
    Ok(json!({ "search": connection(variables, "issueCount", nodes.collect()) }))
}

pub fn issues(state: &State, variables: &Value) -> Result<Value, Value> {
    let found = search::found(state, variables["query"].as_str().unwrap_or_default());
    let node = |issue: &&Issue| {
        let (created, closed) = times(issue);
        let labels: Vec<Value> = issue.labels.iter().map(|it| json!({ "name": it })).collect();
        json!({ "createdAt": created, "closedAt": closed, "comments": { "totalCount": issue.comments.len() }, "labels": { "nodes": labels } })
    };
    let nodes = found.iter().map(|(_, issue)| node(issue)).collect();
    Ok(json!({ "search": connection(variables, "issueCount", nodes) }))
}

pub fn commits(state: &State, variables: &Value) -> Result<Value, Value> {
    let time = |key: &str| variables[key].as_str().and_then(|it| it.parse::<Timestamp>().ok());
    let (since, until) = (time("since"), time("until"));
    let name = format!("{}/{}", variables["owner"].as_str().unwrap_or_default(), variables["name"].as_str().unwrap_or_default());
    let Some(repo) = state.repos.iter().find(|it| it.full_name() == name) else { return Ok(json!({ "repository": null })) };
    let is_wanted =
        |it: &&Commit| it.only_on.is_none() && since.is_none_or(|at| it.at >= at) && until.is_none_or(|at| it.at <= at);
    let node = |it: &Commit| {
        let user = contents::login(state, it).map(|it| json!({ "login": it }));
        json!({
            "committedDate": it.at.to_string(),
            "additions": it.files.iter().map(|(_, it, _)| it).sum::<u64>(),
            "deletions": it.files.iter().map(|(_, _, it)| it).sum::<u64>(),
            "author": { "name": it.author, "user": user },
        })
    };
    let history = connection(variables, "totalCount", repo.commits.iter().filter(is_wanted).map(node).collect());
    Ok(json!({ "repository": { "defaultBranchRef": { "name": "main", "target": { "history": history } } } }))
}
