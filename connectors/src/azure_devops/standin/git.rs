//! Repositories, pull requests, branches, commits.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State, reviews, state::is_number};

const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

fn no_pull(id: &str) -> Answer {
    let said = format!("TF401180: The requested pull request was not found: {id}.");
    Answer::not_found("GitPullRequestNotFoundException", &said)
}

pub fn answer(state: &mut State, caller: &str, method: &str, project: Option<&str>, path: &[&str], asked: &Asked) -> Answer {
    match (method, path) {
        ("GET", ["pullrequests"]) => pulls(state, asked),
        ("GET", ["pullrequests", id]) => match state.pulls.iter().find(|it| is_number(&it["pullRequestId"], id)) {
            Some(pull) => Answer::json(pull.clone()),
            None => no_pull(id),
        },
        ("GET", ["repositories"]) => {
            let of = |it: &&Value| project.is_none_or(|of| it["project"]["name"] == of);
            Answer::list(state.repositories.iter().filter(of).cloned().collect())
        }
        (_, ["repositories", name, rest @ ..]) => {
            let is_it = |it: &&Value| it["name"] == *name || it["id"] == *name;
            let Some(repository) = state.repositories.iter().find(is_it).cloned() else {
                let said = format!(
                    "TF401019: The Git repository with name or identifier {name} does not exist or you do not have permissions."
                );
                return Answer::not_found("GitRepositoryNotFoundException", &said);
            };
            of_repository(state, caller, method, repository, rest, asked)
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn pulls(state: &State, asked: &Asked) -> Answer {
    let fits = |it: &&Value| {
        asked.query.iter().all(|(name, value)| match name.as_str() {
            "searchCriteria.status" => value == "all" || it["status"] == *value,
            "searchCriteria.creatorId" => it["createdBy"]["id"] == *value,
            "searchCriteria.reviewerId" => it["reviewers"].as_array().is_some_and(|all| all.iter().any(|it| it["id"] == *value)),
            "searchCriteria.targetRefName" => it["targetRefName"] == *value,
            _ => true,
        })
    };
    let found = state.pulls.iter().rev().filter(fits).cloned();
    Answer::list(found.skip(asked.number("$skip", 0)).take(asked.number("$top", 101)).collect())
}

fn of_repository(state: &mut State, caller: &str, method: &str, repository: Value, path: &[&str], asked: &Asked) -> Answer {
    match (method, path) {
        ("GET", []) => Answer::json(repository),
        ("GET", ["pullrequests"]) => pulls(state, asked),
        ("POST", ["pullrequests"]) => open(state, caller, repository, asked),
        // Azure DevOps makes no difference.
        (_, ["pullRequests" | "pullrequests", id, rest @ ..]) => {
            let Some(at) = state.pulls.iter().position(|it| is_number(&it["pullRequestId"], id)) else { return no_pull(id) };
            pull(state, caller, method, at, rest, asked)
        }
        ("GET", ["refs"]) => {
            let start = asked.get("filter").unwrap_or_default().trim_start_matches("heads/").to_owned();
            let part = asked.get("filterContains").unwrap_or_default().to_lowercase();
            let found = state.branches.iter().filter(|(name, _)| name.starts_with(&start) && name.to_lowercase().contains(&part));
            let show = |(name, sha): (&String, &String)| json!({ "name": format!("refs/heads/{name}"), "objectId": sha, "creator": state.person("ben") });
            Answer::paged(asked, found.map(show).collect())
        }
        ("POST", ["refs"]) => {
            let update = &asked.body[0];
            let name = update["name"].as_str().unwrap_or_default().trim_start_matches("refs/heads/").to_owned();
            let (from, to) =
                (update["oldObjectId"].as_str().unwrap_or_default(), update["newObjectId"].as_str().unwrap_or_default());
            let known = state.branches.get(&name).map_or(NO_COMMIT, String::as_str);
            let status = if name.contains(' ') {
                "invalidRefName"
            } else if known != from {
                "staleOldObjectId"
            } else {
                "succeeded"
            };
            if status == "succeeded" {
                match to {
                    NO_COMMIT => drop(state.branches.remove(&name)),
                    sha => drop(state.branches.insert(name.clone(), sha.to_owned())),
                }
            }
            let moved = json!({ "name": update["name"], "success": status == "succeeded", "updateStatus": status });
            Answer::list(vec![moved])
        }
        ("GET", ["commits"]) => {
            if let Some(name) = asked.get("searchCriteria.itemVersion.version")
                && !state.branches.contains_key(name)
            {
                return Answer::not_found(
                    "GitUnresolvableToCommitException",
                    &format!("TF401175: The version descriptor <Branch: {name}> could not be resolved"),
                );
            }
            let author = asked.get("searchCriteria.author").unwrap_or_default();
            let fits = |it: &&Value| it["author"]["name"].as_str().is_some_and(|it| it.contains(author));
            let found = state.commits.iter().filter(fits).cloned();
            Answer::list(
                found.skip(asked.number("searchCriteria.$skip", 0)).take(asked.number("searchCriteria.$top", 100)).collect(),
            )
        }
        ("GET", ["commits", id]) => match state.commits.iter().find(|it| it["commitId"] == *id) {
            Some(commit) => Answer::json(commit.clone()),
            None => Answer::not_found("GitCommitDoesNotExistException", &format!("TF401306: The commit {id} does not exist.")),
        },
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn open(state: &mut State, caller: &str, repository: Value, asked: &Asked) -> Answer {
    let body = &asked.body;
    let source = body["sourceRefName"].as_str().unwrap_or_default();
    let Some(sha) = state.branches.get(source.trim_start_matches("refs/heads/")).cloned() else {
        let said = format!(
            "TF401398: The pull request cannot be activated because the source branch {source} and/or the target branch no longer exists."
        );
        return Answer::refused(StatusCode::BAD_REQUEST, "GitPullRequestCannotBeActivated", &said);
    };
    if state.pulls.iter().any(|it| it["status"] == "active" && it["sourceRefName"] == source) {
        let said = "TF401179: An active pull request for the source and target branch already exists.";
        return Answer::refused(StatusCode::CONFLICT, "GitPullRequestExistsException", said);
    }
    let reviewers = body["reviewers"].as_array().into_iter().flatten();
    let reviewers: Vec<Value> = reviewers.filter_map(|it| state.person_of_id(it["id"].as_str()?)).collect();
    let pull = json!({
        "pullRequestId": state.next_id(), "title": body["title"], "description": body["description"], "status": "active",
        "isDraft": body["isDraft"] == true, "createdBy": state.person(caller), "creationDate": state.now(),
        "sourceRefName": source, "targetRefName": body["targetRefName"], "mergeStatus": "queued", "reviewers": reviewers,
        "repository": repository, "lastMergeSourceCommit": { "commitId": sha },
    });
    state.pulls.push(pull.clone());
    Answer { status: StatusCode::CREATED, ..Answer::json(pull) }
}

fn pull(state: &mut State, caller: &str, method: &str, at: usize, path: &[&str], asked: &Asked) -> Answer {
    let body = &asked.body;
    match (method, path) {
        ("PATCH", []) => {
            if let Some(sha) = body["lastMergeSourceCommit"]["commitId"].as_str()
                && state.pulls[at]["lastMergeSourceCommit"]["commitId"] != sha
            {
                let said = "TF401192: The source branch has been modified since the last merge attempt.";
                return Answer::refused(StatusCode::CONFLICT, "GitPullRequestStaleException", said);
            }
            let rejected = state.pulls[at]["reviewers"].as_array().is_some_and(|all| all.iter().any(|it| it["vote"] == -10));
            if body["status"] == "completed" && rejected {
                let said = "TF401181: The pull request cannot be edited due to its state: a policy is not met.";
                return Answer::refused(StatusCode::CONFLICT, "GitPullRequestUpdateRejectedByPolicyException", said);
            }
            for key in ["status", "isDraft", "title", "description", "targetRefName", "completionOptions"] {
                if let Some(value) = body.get(key) {
                    state.pulls[at][key] = value.clone();
                }
            }
            if let Some(person) = body["autoCompleteSetBy"]["id"].as_str().and_then(|it| state.person_of_id(it)) {
                state.pulls[at]["autoCompleteSetBy"] = person;
            }
            Answer::json(state.pulls[at].clone())
        }
        (_, ["reviewers", id]) => {
            let Some(mut person) = state.person_of_id(id) else {
                return Answer::refused(
                    StatusCode::BAD_REQUEST,
                    "IdentityNotFoundException",
                    "TF14045: The identity could not be found.",
                );
            };
            let mut reviewers = state.pulls[at]["reviewers"].as_array().cloned().unwrap_or_default();
            reviewers.retain(|it| it["id"] != *id);
            let status = if method == "DELETE" {
                Answer::empty(StatusCode::OK)
            } else {
                person["vote"] = body["vote"].clone();
                person["isRequired"] = body["isRequired"].clone();
                if person["isRequired"].is_null() {
                    person["isRequired"] = json!(false);
                }
                reviewers.push(person.clone());
                Answer::json(person)
            };
            state.pulls[at]["reviewers"] = json!(reviewers);
            status
        }
        (_, [part @ ("threads" | "statuses" | "iterations" | "commits" | "workitems"), rest @ ..]) if method != "POST" => {
            reviews::answer(state, method, at, part, rest, asked)
        }
        ("POST", ["threads"]) => {
            let id = state.pulls[at]["pullRequestId"].as_u64().unwrap_or_default();
            let mut comments = body["comments"].clone();
            comments[0]["author"] = state.person(caller);
            let thread = json!({ "id": state.next_id(), "comments": comments, "status": body["status"] });
            state.threads.entry(id).or_default().push(thread.clone());
            Answer::json(thread)
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}
