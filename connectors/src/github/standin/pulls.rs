//! Pull requests: list, open, review, merge, update.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked, State, hooks, issues, shown,
    state::{Issue, Pull, Review},
};

pub fn route(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    match (method, path) {
        ("GET", ["pulls"]) => {
            let (repo, wanted) = (&state.repos[at], asked.get("state").unwrap_or("open"));
            let all = repo.issues.iter().rev().filter(|it| it.pull.is_some() && (wanted == "all" || it.state == wanted));
            asked.page(all.map(|it| shown::pull(repo, it, asked)).collect())
        }
        ("POST", ["pulls"]) => create(state, at, asked),
        ("PATCH", ["pulls", number]) => change(state, at, number, asked),
        (_, ["pulls", number, rest @ ..]) => {
            let number: u64 = number.parse().unwrap_or(0);
            match state.repos[at].issue(number).filter(|it| it.pull.is_some()).cloned() {
                Some(issue) => one(state, at, issue, method, rest, asked),
                None => Answer::not_found(),
            }
        }
        _ => Answer::not_found(),
    }
}

fn create(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let now = state.now();
    let repo = &mut state.repos[at];
    let (Some(title), head, base) =
        (asked.text("title"), asked.text("head").unwrap_or_default(), asked.text("base").unwrap_or_default())
    else {
        return Answer::invalid("PullRequest", "title", "missing_field");
    };
    let Some(sha) = repo.branch(head).map(str::to_owned) else { return Answer::invalid("PullRequest", "head", "invalid") };
    if repo.branch(base).is_none() {
        return Answer::invalid("PullRequest", "base", "invalid");
    }
    let is_there = |it: &Issue| it.state == "open" && it.pull.as_ref().is_some_and(|it| it.head == head && it.base == base);
    if repo.issues.iter().any(is_there) {
        return Answer::custom("PullRequest", &format!("A pull request already exists for {}:{head}.", repo.owner));
    }
    let number = repo.next_number();
    let files = repo.commit(&sha).map(|it| it.files.clone()).unwrap_or_default();
    let pull = Pull {
        head: head.to_owned(),
        base: base.to_owned(),
        sha,
        draft: asked.body["draft"] == true,
        mergeable: "clean".into(),
        files,
        ..Pull::default()
    };
    let issue = Issue {
        number,
        title: title.to_owned(),
        body: asked.text("body").unwrap_or_default().to_owned(),
        state: "open".into(),
        author: asked.caller.login().to_owned(),
        created_at: now,
        updated_at: now,
        pull: Some(pull),
        ..Issue::default()
    };
    repo.issues.push(issue.clone());
    let shown = shown::pull(repo, &issue, asked);
    hooks::report(state, at, "pull_request", "opened", json!({ "pull_request": shown }), asked);
    Answer::created(shown)
}

/// What is an issue's of it is changed as an issue's is.
fn change(state: &mut State, at: usize, number: &str, asked: &Asked<'_>) -> Answer {
    let repo = &mut state.repos[at];
    let number: u64 = number.parse().unwrap_or(0);
    if repo.issue(number).is_none_or(|it| it.pull.is_none()) {
        return Answer::not_found();
    }
    if let Some(base) = asked.text("base") {
        if repo.branch(base).is_none() {
            return Answer::invalid("PullRequest", "base", "invalid");
        }
        if let Some(pull) = repo.issue_mut(number).and_then(|it| it.pull.as_mut()) {
            pull.base = base.to_owned();
        }
    }
    let answer = issues::route(state, at, "PATCH", &["issues", &number.to_string()], asked);
    let repo = &state.repos[at];
    match repo.issue(number) {
        Some(issue) if answer.status.is_success() => Answer::ok(shown::pull(repo, issue, asked)),
        _ => answer,
    }
}

fn one(state: &mut State, at: usize, mut issue: Issue, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let (now, id) = (state.now(), state.id());
    let repo = &mut state.repos[at];
    let number = issue.number;
    let Some(pull) = issue.pull.as_mut() else { return Answer::not_found() };
    let (author, before) = (issue.author.clone(), pull.clone());
    let answer = match (method, path) {
        ("GET", []) => return Answer::ok(shown::pull(repo, &issue, asked)),
        ("GET", ["files"]) => return asked.page(shown::files(&pull.files)),
        ("GET", ["commits"]) => {
            let all = repo.commits.iter().filter(|it| it.sha == pull.sha || it.only_on.as_ref() == Some(&pull.head));
            return asked.page(all.map(|it| shown::commit(repo, it, None, asked)).collect());
        }
        ("GET", ["reviews"]) => {
            return asked.page(pull.reviews.iter().map(|it| shown::review(repo, number, it, asked)).collect());
        }
        ("POST", ["reviews"]) => {
            let state = match asked.text("event") {
                Some("APPROVE") => "APPROVED",
                Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
                Some("COMMENT") => "COMMENTED",
                _ => "PENDING",
            };
            if author == asked.caller.login() && matches!(state, "APPROVED" | "CHANGES_REQUESTED") {
                let what = if state == "APPROVED" { "approve" } else { "request changes on" };
                return Answer::failed(json!([format!("Can not {what} your own pull request")]));
            }
            let text = asked.text("body").unwrap_or_default();
            let review = Review { id, author: asked.caller.login().into(), state: state.into(), body: text.into(), at: now };
            pull.reviewers.retain(|it| *it != review.author);
            let answer = shown::review(repo, number, &review, asked);
            pull.reviews.push(review);
            Answer::ok(answer)
        }
        ("PUT", ["reviews", review, "dismissals"]) => {
            let Some(review) = pull.reviews.iter_mut().find(|it| it.id.to_string() == *review) else {
                return Answer::not_found();
            };
            review.state = "DISMISSED".into();
            Answer::ok(shown::review(repo, number, &review.clone(), asked))
        }
        ("POST", ["requested_reviewers"]) => {
            let (people, teams) =
                (asked.texts("reviewers").unwrap_or_default(), asked.texts("team_reviewers").unwrap_or_default());
            if people.contains(&author) {
                return Answer::unprocessable("Review cannot be requested from pull request author.");
            }
            if people.iter().any(|it| repo.role(it).is_none())
                || teams.iter().any(|it| !state.teams.iter().any(|(name, _)| name == it))
            {
                let message = "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the example/demo repository.";
                return Answer::unprocessable(message);
            }
            for login in people {
                if !pull.reviewers.contains(&login) {
                    pull.reviewers.push(login);
                }
            }
            pull.teams.extend(teams);
            Answer::created(json!({ "number": number }))
        }
        ("PUT", ["merge"]) => {
            let method = asked.text("merge_method").unwrap_or("merge");
            if issue.state != "open" || pull.draft || matches!(pull.mergeable.as_str(), "dirty" | "blocked") {
                return Answer::refused(StatusCode::METHOD_NOT_ALLOWED, "Pull Request is not mergeable");
            }
            if !repo.methods.contains(&method) {
                return Answer::refused(StatusCode::METHOD_NOT_ALLOWED, "Merge commits are not allowed on this repository.");
            }
            if asked.text("sha").is_some_and(|it| it != pull.sha) {
                return Answer::refused(StatusCode::CONFLICT, "Head branch was modified. Review and try the merge again.");
            }
            (pull.merged_at, pull.merged_by) = (Some(now), Some(asked.caller.login().into()));
            let sha = pull.sha.clone();
            issue.state = "closed".into();
            issue.closed_at = Some(now);
            Answer::ok(json!({ "sha": sha, "merged": true, "message": "Pull Request successfully merged" }))
        }
        ("PUT", ["update-branch"]) => {
            if asked.text("expected_head_sha").is_some_and(|it| it != pull.sha) {
                return Answer::unprocessable("expected head sha didn’t match current head ref.");
            }
            if pull.mergeable != "behind" {
                return Answer::unprocessable("There are no new commits on the base branch.");
            }
            pull.mergeable = "clean".into();
            Answer::of(StatusCode::ACCEPTED, json!({ "message": "Updating pull request branch." }))
        }
        _ => return Answer::not_found(),
    };
    issue.updated_at = now;
    if let Some(place) = repo.issue_mut(number) {
        *place = issue.clone();
    }
    report(state, at, &before, &issue, asked);
    answer
}

/// Notes what became of a pull request.
fn report(state: &mut State, at: usize, before: &Pull, issue: &Issue, asked: &Asked<'_>) {
    let repo = &state.repos[at];
    let Some(after) = &issue.pull else { return };
    let pull = shown::pull(repo, issue, asked);
    let mut all: Vec<(&str, &str, Value)> = Vec::new();
    for made in after.reviews.iter().skip(before.reviews.len()) {
        let mut review = shown::review(repo, issue.number, made, asked);
        // Here, and only here, in small letters.
        review["state"] = json!(made.state.to_lowercase());
        all.push(("pull_request_review", "submitted", json!({ "pull_request": pull, "review": review })));
    }
    for login in after.reviewers.iter().filter(|it| !before.reviewers.contains(it)) {
        let payload = json!({ "pull_request": pull, "requested_reviewer": shown::account(login) });
        all.push(("pull_request", "review_requested", payload));
    }
    if after.merged_at.is_some() && before.merged_at.is_none() {
        all.push(("pull_request", "closed", json!({ "pull_request": pull })));
    }
    for (event, action, payload) in all {
        hooks::report(state, at, event, action, payload, asked);
    }
}

/// Whether a pull request's reviews are enough, as the branch's rules say: one approval, and nobody who wants changes.
pub fn decision(pull: &Pull) -> Value {
    let last = opinions(pull);
    if last.iter().any(|it| it.state == "CHANGES_REQUESTED") {
        return json!("CHANGES_REQUESTED");
    }
    json!(if last.iter().any(|it| it.state == "APPROVED") { "APPROVED" } else { "REVIEW_REQUIRED" })
}

/// The last verdict of each reviewer.
pub fn opinions(pull: &Pull) -> Vec<&Review> {
    let mut last: Vec<&Review> = Vec::new();
    for review in pull.reviews.iter().filter(|it| matches!(it.state.as_str(), "APPROVED" | "CHANGES_REQUESTED")) {
        last.retain(|it| it.author != review.author);
        last.push(review);
    }
    last
}
