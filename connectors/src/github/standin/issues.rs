//! Issues, which pull requests are too: change, comment, label, react, lock.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked, State, hooks, shown,
    state::{Comment, Issue, Repo},
};

pub fn route(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let number = path.get(1).and_then(|it| it.parse::<u64>().ok());
    match (method, path) {
        ("GET", ["issues"]) => list(&state.repos[at], asked),
        ("POST", ["issues"]) => create(state, at, asked),
        (_, ["issues", _, rest @ ..]) => match number {
            Some(number) if state.repos[at].issue(number).is_some() => one(state, at, number, method, rest, asked),
            Some(number) => left(state, at, number, rest, asked),
            None => Answer::not_found(),
        },
        _ => Answer::not_found(),
    }
}

/// Of an issue that is not here: where it is, to those who may see it there.
fn left(state: &State, at: usize, number: u64, rest: &[&str], asked: &Asked<'_>) -> Answer {
    let of = state.repos[at].left.iter().find(|(it, _)| *it == number).map(|(_, left)| *left);
    match of {
        Some(Some((repo, number))) if state.shows(repo, &asked.caller) => {
            let number = number.to_string();
            let path: Vec<&str> = ["issues", &number].into_iter().chain(rest.iter().copied()).collect();
            Answer::moved(asked, repo, &path)
        }
        Some(None) => Answer::refused(StatusCode::GONE, "This issue was deleted"),
        _ => Answer::not_found(),
    }
}

fn list(repo: &Repo, asked: &Asked<'_>) -> Answer {
    let state = asked.get("state").unwrap_or("open");
    let since: Option<jiff::Timestamp> = asked.get("since").and_then(|it| it.parse().ok());
    let is_wanted = |it: &&Issue| (state == "all" || it.state == state) && since.is_none_or(|since| it.updated_at >= since);
    let mut all: Vec<&Issue> = repo.issues.iter().filter(is_wanted).collect();
    all.sort_by_key(|it| (if asked.get("sort") == Some("updated") { it.updated_at } else { it.created_at }, it.number));
    if asked.get("direction") != Some("asc") {
        all.reverse();
    }
    asked.page(all.into_iter().map(|it| shown::issue(repo, it, asked)).collect())
}

fn create(state: &mut State, at: usize, asked: &Asked<'_>) -> Answer {
    let Some(title) = asked.text("title").map(str::to_owned) else { return Answer::invalid("Issue", "title", "missing_field") };
    if title.len() > 256 {
        let error = json!([{ "resource": "Issue", "field": "title", "code": "custom", "message": "title is too long (maximum is 256 characters)" }]);
        return Answer::failed(error);
    }
    let now = state.now();
    let repo = &mut state.repos[at];
    let number = repo.next_number();
    let mut issue = Issue {
        number,
        title,
        body: asked.text("body").unwrap_or_default().to_owned(),
        state: "open".into(),
        author: asked.caller.login().to_owned(),
        created_at: now,
        updated_at: now,
        ..Issue::default()
    };
    if let Err(answer) = set(repo, &mut issue, asked) {
        return answer;
    }
    repo.issues.push(issue.clone());
    let shown = shown::issue(repo, &issue, asked);
    hooks::report(state, at, "issues", "opened", json!({ "issue": shown }), asked);
    Answer::created(shown)
}

/// Labels, assignees and milestone.
fn set(repo: &mut Repo, issue: &mut Issue, asked: &Asked<'_>) -> Result<(), Answer> {
    // Who may not push sets none of them, and is not told.
    if repo.role(asked.caller.login()) == Some("read") {
        return Ok(());
    }
    if let Some(names) = asked.texts("labels") {
        // A label that is not known is made.
        for name in &names {
            if !repo.labels.iter().any(|(it, _, _)| it == name) {
                repo.labels.push((name.clone(), "ededed".into(), String::new()));
            }
        }
        issue.labels = names;
    }
    if let Some(logins) = asked.texts("assignees") {
        if let Some(stranger) = logins.iter().find(|it| repo.role(it).is_none()) {
            return Err(Answer::failed(
                json!([{ "resource": "Issue", "field": "assignees", "code": "invalid", "value": stranger }]),
            ));
        }
        issue.assignees = logins;
    }
    match asked.body.get("milestone") {
        Some(Value::Null) => issue.milestone = None,
        Some(number) => {
            let number = number.as_u64();
            if !repo.milestones.iter().any(|it| Some(it.number) == number) {
                return Err(Answer::failed(
                    json!([{ "resource": "Issue", "field": "milestone", "code": "invalid", "value": number }]),
                ));
            }
            issue.milestone = number;
        }
        None => {}
    }
    Ok(())
}

fn one(state: &mut State, at: usize, number: u64, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let (now, id) = (state.now(), state.id());
    let repo = &mut state.repos[at];
    let Some(mut issue) = repo.issue(number).cloned() else { return Answer::not_found() };
    let before = issue.clone();
    let answer = match (method, path) {
        ("GET", []) => return Answer::ok(shown::issue(repo, &issue, asked)),
        ("GET", ["comments"]) => return asked.page(issue.comments.iter().map(|it| comment(repo, &issue, it, asked)).collect()),
        ("PATCH", []) => {
            if let Err(answer) = set(repo, &mut issue, asked).and_then(|()| change(&mut issue, now, asked)) {
                return answer;
            }
            None
        }
        ("POST", ["comments"]) => {
            let Some(body) = asked.text("body") else { return Answer::invalid("IssueComment", "body", "missing_field") };
            if issue.locked.is_some() && asked.caller.login() != "bellhop-bot" {
                return Answer::forbidden("Unable to create comment because issue is locked.");
            }
            let made = Comment { id, author: asked.caller.login().to_owned(), body: body.to_owned(), at: now };
            let answer = comment(repo, &issue, &made, asked);
            issue.comments.push(made);
            Some(Answer::created(answer))
        }
        ("POST", ["labels"]) => {
            for name in asked.texts("labels").unwrap_or_default() {
                if !issue.labels.contains(&name) {
                    issue.labels.push(name);
                }
            }
            let labels =
                repo.labels.iter().filter(|(name, _, _)| issue.labels.contains(name)).map(shown::label).collect::<Vec<_>>();
            Some(Answer::ok(json!(labels)))
        }
        ("DELETE", ["labels", name]) => {
            let Some(at) = issue.labels.iter().position(|it| it.eq_ignore_ascii_case(name)) else {
                return Answer::refused(StatusCode::NOT_FOUND, "Label does not exist");
            };
            issue.labels.remove(at);
            Some(Answer::ok(json!(issue.labels.iter().map(|it| json!({ "name": it })).collect::<Vec<_>>())))
        }
        ("POST", ["reactions"]) => {
            let content = asked.text("content").unwrap_or_default().to_owned();
            let mine = (asked.caller.login().to_owned(), content.clone());
            if !issue.reactions.contains(&mine) {
                issue.reactions.push(mine);
            }
            Some(Answer::created(json!({ "id": id, "content": content, "user": shown::account(asked.caller.login()) })))
        }
        ("PUT", ["lock"]) => {
            issue.locked = Some(asked.text("lock_reason").unwrap_or_default().to_owned());
            Some(Answer::no_content())
        }
        ("DELETE", ["lock"]) => {
            issue.locked = None;
            Some(Answer::no_content())
        }
        _ => return Answer::not_found(),
    };
    issue.updated_at = now;
    let answer = answer.unwrap_or_else(|| Answer::ok(shown::issue(repo, &issue, asked)));
    if let Some(place) = repo.issue_mut(number) {
        *place = issue.clone();
    }
    report(state, at, &before, &issue, asked);
    answer
}

/// Notes what became of an issue, in the order in which GitHub tells it.
fn report(state: &mut State, at: usize, before: &Issue, after: &Issue, asked: &Asked<'_>) {
    let repo = &state.repos[at];
    let (event, object) = match after.pull {
        Some(_) => ("pull_request", json!({ "pull_request": shown::pull(repo, after, asked) })),
        None => ("issues", json!({ "issue": shown::issue(repo, after, asked) })),
    };
    let with = |name: &str, value: Value| {
        let mut payload = object.clone();
        payload[name] = value;
        payload
    };
    let mut all: Vec<(&str, &str, Value)> = Vec::new();
    let (title, body) = (&before.title, &before.body);
    let mut changes = json!({});
    if *title != after.title {
        changes["title"] = json!({ "from": title });
    }
    if *body != after.body {
        changes["body"] = json!({ "from": body });
    }
    if changes != json!({}) {
        all.push((event, "edited", with("changes", changes)));
    }
    for (name, color, description) in repo.labels.iter().filter(|(name, _, _)| after.labels.contains(name)) {
        if !before.labels.contains(name) {
            let label = shown::label(&(name.clone(), color.clone(), description.clone()));
            all.push((event, "labeled", with("label", label)));
        }
    }
    for login in after.assignees.iter().filter(|it| !before.assignees.contains(it)) {
        all.push((event, "assigned", with("assignee", shown::account(login))));
    }
    match (before.state.as_str(), after.state.as_str()) {
        ("open", "closed") => all.push((event, "closed", object.clone())),
        ("closed", "open") => all.push((event, "reopened", object.clone())),
        _ => {}
    }
    for made in after.comments.iter().skip(before.comments.len()) {
        let issue = shown::issue(repo, after, asked);
        let payload = json!({ "issue": issue, "comment": comment(repo, after, made, asked) });
        all.push(("issue_comment", "created", payload));
    }
    for (event, action, payload) in all {
        hooks::report(state, at, event, action, payload, asked);
    }
}

fn change(issue: &mut Issue, now: jiff::Timestamp, asked: &Asked<'_>) -> Result<(), Answer> {
    if asked.body.get("title").is_some() {
        issue.title = asked.text("title").ok_or_else(|| Answer::invalid("Issue", "title", "missing_field"))?.to_owned();
    }
    if let Some(body) = asked.body.get("body") {
        issue.body = body.as_str().unwrap_or_default().to_owned();
    }
    match asked.text("state") {
        Some("closed") => {
            issue.state = "closed".into();
            issue.closed_at = Some(now);
            issue.state_reason = asked.text("state_reason").map(str::to_owned).or_else(|| Some("completed".into()));
        }
        Some("open") if issue.pull.as_ref().is_some_and(|it| it.merged_at.is_some()) => {
            return Err(Answer::custom("PullRequest", "state cannot be changed. The pull request was merged."));
        }
        Some("open") => {
            issue.state = "open".into();
            issue.closed_at = None;
            issue.state_reason = Some("reopened".into());
        }
        _ => {}
    }
    Ok(())
}

fn comment(repo: &Repo, issue: &Issue, it: &Comment, asked: &Asked<'_>) -> Value {
    let path = if issue.pull.is_some() { "pull" } else { "issues" };
    json!({
        "id": it.id,
        "body": it.body,
        "user": shown::account(&it.author),
        "created_at": it.at.to_string(),
        "updated_at": it.at.to_string(),
        "html_url": format!("{}/{}/{path}/{}#issuecomment-{}", asked.origin, repo.full_name(), issue.number, it.id),
    })
}
