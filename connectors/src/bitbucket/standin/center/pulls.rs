//! Pull requests.

use serde_json::{Value, json};

use super::{Answer, Asked, Outcome, Refusal, State, page, render, text};
use crate::bitbucket::standin::{
    state::{Comment, Opinion, Pull},
    work,
};

pub fn answer(state: &mut State, slug: &str, rest: &[&str], asked: &Asked) -> Outcome {
    let missing = || Refusal::Missing("null for uri".to_owned());
    match (asked.method.as_str(), rest) {
        ("GET", []) => all(state, slug, asked),
        ("POST", []) => open(state, slug, asked),
        ("GET", [id]) => shown(state, slug, id, asked).map(Answer::json),
        ("PUT", [id]) => update(state, slug, id, asked),
        ("POST", [id, what @ ("merge" | "decline" | "reopen")]) => close(state, slug, id, what, asked),
        ("PUT", [id, "participants", name]) => say(state, slug, id, name, asked),
        ("GET", [id, "activities"]) => activities(state, slug, id, asked),
        ("POST", [id, "comments"]) => comment(state, slug, id, asked),
        ("GET", [id, "blocker-comments"]) => {
            Ok(page(asked, state.repo(slug)?.pull(id)?.tasks.iter().map(|it| render::task(state, it)).collect()))
        }
        ("POST", [id, "blocker-comments"]) => {
            let what = text(&asked.body, "/text").filter(|it| !it.trim().is_empty());
            let what = what.ok_or(Refusal::Invalid("text", "Please enter some text.".into()))?;
            let number = work::add_task(state, asked.who, slug, id, what)?;
            Ok(Answer::created(task(state, slug, id, number)?))
        }
        ("PUT", [id, "blocker-comments", number]) => {
            let number: u64 = number.parse().map_err(|_| missing())?;
            let tasks = &mut state.repo_mut(slug)?.pull_mut(id)?.tasks;
            let found = tasks.iter_mut().find(|it| it.id == number).ok_or_else(missing)?;
            if asked.body["version"].as_u64() != Some(found.version) {
                return Err(Refusal::Outdated);
            }
            if let Some(wanted) = text(&asked.body, "/state") {
                found.done = wanted == "RESOLVED";
                found.version += 1;
            }
            Ok(Answer::json(task(state, slug, id, number)?))
        }
        ("GET", [id, "changes"]) => {
            let change = |(path, what, ..): &(String, &str, u64, u64)| {
                let kind = match *what {
                    "added" => "ADD",
                    "removed" => "DELETE",
                    _ => "MODIFY",
                };
                let parts: Vec<&str> = path.split('/').collect();
                json!({ "type": kind, "nodeType": "FILE", "path": { "components": parts, "name": parts.last(), "toString": path } })
            };
            Ok(page(asked, state.repo(slug)?.pull(id)?.files.iter().map(change).collect()))
        }
        ("GET", [id, "diff", path @ ..]) => diff(state.repo(slug)?.pull(id)?, &path.join("/")),
        ("GET", [id, "commits"]) => {
            let repo = state.repo(slug)?;
            let pull = repo.pull(id)?;
            let before = repo.branch(&pull.target).map(|it| repo.history(&it.hash)).unwrap_or_default();
            let new = repo.history(&pull.source_hash).into_iter().filter(|it| !before.iter().any(|old| old.hash == it.hash));
            Ok(page(asked, new.map(|it| render::commit(state, it)).collect()))
        }
        _ => Err(missing()),
    }
}

fn shown(state: &State, slug: &str, id: &str, asked: &Asked) -> Outcome<Value> {
    let repo = state.repo(slug)?;
    Ok(render::pull(state, repo, repo.pull(id)?, asked))
}

fn task(state: &State, slug: &str, id: &str, number: u64) -> Outcome<Value> {
    let found = state.repo(slug)?.pull(id)?.tasks.iter().find(|it| it.id == number);
    found.map(|it| render::task(state, it)).ok_or_else(|| Refusal::Missing(format!("Comment {number} does not exist.")))
}

fn has_role(state: &State, pull: &Pull, name: &str, role: Option<&str>) -> bool {
    let Some(who) = state.person_with_login(name) else { return false };
    let reviews = || pull.reviews.iter().any(|it| it.who == who && it.asked);
    match role {
        Some("AUTHOR") => pull.author == who,
        Some("REVIEWER") => reviews(),
        _ => pull.author == who || reviews(),
    }
}

fn has_state(pull: &Pull, wanted: &str) -> bool {
    wanted == "ALL" || pull.state == wanted
}

fn all(state: &State, slug: &str, asked: &Asked) -> Outcome {
    let repo = state.repo(slug)?;
    let into = asked.get("at").map(|it| it.trim_start_matches("refs/heads/"));
    let words = asked.get("filterText").unwrap_or_default().to_lowercase();
    let people = [("username.1", "role.1"), ("username.2", "role.2")];
    let fits = |it: &&Pull| {
        has_state(it, asked.get("state").unwrap_or("OPEN"))
            && into.is_none_or(|into| it.target == into)
            && (it.title.to_lowercase().contains(&words) || it.description.to_lowercase().contains(&words))
            && people.iter().all(|(name, role)| asked.get(name).is_none_or(|name| has_role(state, it, name, asked.get(role))))
    };
    let mut found: Vec<&Pull> = repo.pulls.iter().filter(fits).collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.created));
    Ok(page(asked, found.into_iter().map(|it| render::pull(state, repo, it, asked)).collect()))
}

pub fn dashboard(state: &State, asked: &Asked) -> Outcome {
    let me = state.people[asked.who].login.clone();
    let name = asked.get("user").unwrap_or(&me);
    let wanted = asked.get("state").unwrap_or("ALL");
    let all = state.repos.iter().flat_map(|repo| repo.pulls.iter().map(move |pull| (repo, pull)));
    let who = state.person_with_login(name);
    let said = |pull: &Pull| match pull.reviews.iter().find(|it| Some(it.who) == who).map(|it| it.opinion) {
        Some(Opinion::Approved) => "APPROVED",
        Some(Opinion::ChangesRequested) => "NEEDS_WORK",
        _ => "UNAPPROVED",
    };
    let fits = |it: &Pull| asked.get("participantStatus").is_none_or(|wanted| wanted.split(',').any(|wanted| wanted == said(it)));
    let all = all.filter(|(_, it)| has_state(it, wanted) && has_role(state, it, name, asked.get("role")) && fits(it));
    let mut found: Vec<_> = all.collect();
    found.sort_by_key(|(_, pull)| std::cmp::Reverse(pull.created));
    Ok(page(asked, found.into_iter().map(|(repo, pull)| render::pull(state, repo, pull, asked)).collect()))
}

fn reviewers(state: &State, body: &Value) -> Outcome<Vec<usize>> {
    let one = |it: &Value| {
        let name = it["user"]["name"].as_str().unwrap_or_default();
        state.person_with_login(name).ok_or_else(|| Refusal::Invalid("reviewers", format!("{name} is not a user.")))
    };
    body["reviewers"].as_array().into_iter().flatten().map(one).collect()
}

/// `refs/heads/main` → `main`.
fn branch(body: &Value, end: &str) -> Option<String> {
    text(body, &format!("/{end}/id")).map(|it| it.trim_start_matches("refs/heads/").to_owned())
}

fn open(state: &mut State, slug: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    let opening = work::Opening {
        title: text(body, "/title").unwrap_or_default().to_owned(),
        description: text(body, "/description").unwrap_or_default().to_owned(),
        source: branch(body, "fromRef").unwrap_or_default(),
        target: branch(body, "toRef"),
        reviewers: reviewers(state, body)?,
        close_source: false,
        draft: body["draft"].as_bool().unwrap_or(false),
    };
    let id = work::open(state, asked.who, slug, opening).map_err(|refusal| match refusal {
        Refusal::Invalid("source", message) => Refusal::Invalid("fromRef", message),
        Refusal::Invalid("destination", message) => Refusal::Invalid("toRef", message),
        other => other,
    })?;
    Ok(Answer::created(shown(state, slug, &id.to_string(), asked)?))
}

/// Every change names the version that it is of.
fn current(state: &State, slug: &str, id: &str, version: Option<u64>) -> Outcome<()> {
    let pull = state.repo(slug)?.pull(id)?;
    if version == Some(pull.version) { Ok(()) } else { Err(Refusal::Outdated) }
}

fn update(state: &mut State, slug: &str, id: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    current(state, slug, id, body["version"].as_u64())?;
    let all = reviewers(state, body)?;
    let title = text(body, "/title").filter(|it| !it.trim().is_empty()).map(str::to_owned);
    let title = title.ok_or(Refusal::Invalid("title", "Please supply a title.".into()))?;
    let target = branch(body, "toRef");
    if let Some(name) = target.as_ref().filter(|it| state.repo(slug).is_ok_and(|repo| repo.branch(it).is_none())) {
        return Err(Refusal::Invalid("toRef", format!("The branch {name} does not exist.")));
    }
    let pull = work::open_pull(state, slug, id)?;
    work::set_reviewers(pull, &all)?;
    pull.title = title;
    pull.description = text(body, "/description").unwrap_or_default().to_owned();
    pull.draft = body["draft"].as_bool().unwrap_or(false);
    if let Some(target) = target {
        pull.target = target;
    }
    shown(state, slug, id, asked).map(Answer::json)
}

fn close(state: &mut State, slug: &str, id: &str, what: &str, asked: &Asked) -> Outcome {
    current(state, slug, id, asked.get("version").and_then(|it| it.parse().ok()))?;
    match what {
        "merge" => {
            let strategies = ["no-ff", "ff", "ff-only", "squash", "squash-ff-only", "rebase-no-ff", "rebase-ff-only"];
            let strategy = text(&asked.body, "/strategyId");
            if let Some(strange) = strategy.filter(|it| !strategies.contains(it)) {
                return Err(Refusal::Invalid("strategyId", format!("{strange} is not enabled for this repository.")));
            }
            work::merge(state, asked.who, slug, id, text(&asked.body, "/message"), strategy, Some(false))?;
        }
        "decline" => {
            work::open_pull(state, slug, id)?.state = "DECLINED";
            if let Some(why) = text(&asked.body, "/comment") {
                work::comment(state, asked.who, slug, id, why, None, None)?;
            }
        }
        _ => {
            let pull = state.repo_mut(slug)?.pull_mut(id)?;
            if pull.state != "DECLINED" {
                return Err(Refusal::Conflict("Only declined pull requests may be reopened.".into()));
            }
            pull.state = "OPEN";
            pull.version += 1;
        }
    }
    shown(state, slug, id, asked).map(Answer::json)
}

fn say(state: &mut State, slug: &str, id: &str, name: &str, asked: &Asked) -> Outcome {
    let who = state.person_with_login(name).ok_or_else(|| Refusal::Missing(format!("{name} is not a user.")))?;
    if who != asked.who {
        return Err(Refusal::Invalid("user", "You may only set your own status.".into()));
    }
    let opinion = match text(&asked.body, "/status") {
        Some("APPROVED") => Opinion::Approved,
        Some("NEEDS_WORK") => Opinion::ChangesRequested,
        Some("UNAPPROVED") => Opinion::Waiting,
        _ => return Err(Refusal::Invalid("status", "The status is not valid.".into())),
    };
    work::review(state, who, slug, id, opinion)?;
    // Whoever says something is a reviewer from then on.
    if let Some(review) = state.repo_mut(slug)?.pull_mut(id)?.reviews.iter_mut().find(|it| it.who == who) {
        review.asked = true;
    }
    Ok(Answer::json(json!({ "user": render::user(&state.people[who]), "status": asked.body["status"] })))
}

fn activities(state: &State, slug: &str, id: &str, asked: &Asked) -> Outcome {
    let pull = state.repo(slug)?.pull(id)?;
    let replies = |to: u64| pull.comments.iter().filter(move |it| it.parent == Some(to));
    let one = |it: &Comment| {
        let answers = replies(it.id).map(|it| render::comment(state, it, Vec::new())).collect();
        let mut activity = json!({
            "id": it.id,
            "action": "COMMENTED",
            "commentAction": "ADDED",
            "createdDate": it.at.as_millisecond(),
            "user": render::user(&state.people[it.author]),
            "comment": render::comment(state, it, answers),
        });
        if let Some((path, line)) = &it.place {
            activity["commentAnchor"] = json!({ "path": path, "line": line });
        }
        activity
    };
    let said = |it: &crate::bitbucket::standin::state::Review| {
        let action = match it.opinion {
            Opinion::Approved => "APPROVED",
            Opinion::ChangesRequested => "REVIEWED",
            Opinion::Waiting => return None,
        };
        Some(json!({ "id": 2, "action": action, "user": render::user(&state.people[it.who]) }))
    };
    let mut all: Vec<Value> = pull.reviews.iter().filter_map(said).collect();
    all.extend(pull.comments.iter().rev().filter(|it| it.parent.is_none()).map(one));
    all.push(json!({ "id": 1, "action": "OPENED", "createdDate": pull.created.as_millisecond() }));
    Ok(page(asked, all))
}

/// What a line of a file is: all of a new one is added, and of one that was changed what follows the first line.
fn line_type(pull: &Pull, path: &str, line: u64) -> Option<&'static str> {
    let (_, what, added, _) = pull.files.iter().find(|it| it.0 == path)?;
    let first = if *what == "added" { 1 } else { 2 };
    Some(if (first..first + added).contains(&line) { "ADDED" } else { "CONTEXT" })
}

fn diff(pull: &Pull, path: &str) -> Outcome {
    let added = pull.files.iter().find(|it| it.0 == path).map_or(0, |it| it.2);
    let line = |it: u64| json!({ "source": it, "destination": it, "line": "…" });
    let segments = ["CONTEXT", "ADDED"].map(|kind| {
        let lines: Vec<Value> = (1..=added + 2).filter(|it| line_type(pull, path, *it) == Some(kind)).map(line).collect();
        json!({ "type": kind, "lines": lines, "truncated": false })
    });
    let hunks = json!([{ "sourceLine": 1, "destinationLine": 1, "segments": segments, "truncated": false }]);
    Ok(Answer::json(json!({ "diffs": [{ "hunks": hunks, "truncated": false }], "truncated": false })))
}

fn comment(state: &mut State, slug: &str, id: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    if let Some((path, line)) = text(body, "/anchor/path").zip(body["anchor"]["line"].as_u64())
        && line_type(state.repo(slug)?.pull(id)?, path, line) != text(body, "/anchor/lineType")
    {
        return Err(Refusal::Invalid("anchor", format!("Line {line} of {path} is not in the diff as that.")));
    }
    let place = text(body, "/anchor/path").map(|path| (path.to_owned(), body["anchor"]["line"].as_u64()));
    let what = text(body, "/text").unwrap_or_default().to_owned();
    let number = work::comment(state, asked.who, slug, id, &what, body["parent"]["id"].as_u64(), place)?;
    let made = state.repo(slug)?.pull(id)?.comments.iter().find(|it| it.id == number);
    Ok(Answer::created(made.map(|it| render::comment(state, it, Vec::new())).unwrap_or_default()))
}
