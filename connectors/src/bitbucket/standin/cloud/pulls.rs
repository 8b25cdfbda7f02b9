//! Pull requests.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, Outcome, Refusal, State, list, page, render, text};
use crate::bitbucket::standin::{
    state::{Opinion, Pull},
    work,
};

pub fn answer(state: &mut State, slug: &str, rest: &[&str], asked: &Asked) -> Outcome {
    let missing = || Refusal::Missing("Resource not found".to_owned());
    match (asked.method.as_str(), rest) {
        ("GET", []) => all(state, slug, asked),
        ("POST", []) => open(state, slug, asked),
        ("GET", [id]) => shown(state, slug, id, asked).map(Answer::json),
        ("PUT", [id]) => update(state, slug, id, asked),
        ("POST", [id, "approve"]) => say(state, slug, id, Opinion::Approved, asked),
        ("POST", [id, "request-changes"]) => say(state, slug, id, Opinion::ChangesRequested, asked),
        ("DELETE", [id, what @ ("approve" | "request-changes")]) => take_back(state, slug, id, what, asked),
        ("POST", [id, "merge"]) => merge(state, slug, id, asked),
        ("POST", [id, "decline"]) => {
            work::open_pull(state, slug, id)?.state = "DECLINED";
            shown(state, slug, id, asked).map(Answer::json)
        }
        ("GET", [id, "comments"]) => {
            let (repo, at) = (state.repo(slug)?, format!("/pull-requests/{id}"));
            let all = repo.pull(id)?.comments.iter().map(|it| render::comment(state, repo, &at, it, asked));
            Ok(list(asked, all.collect()))
        }
        ("POST", [id, "comments"]) => comment(state, slug, id, asked),
        ("GET", [id, "tasks"]) => {
            Ok(list(asked, state.repo(slug)?.pull(id)?.tasks.iter().map(|it| render::task(state, it, asked)).collect()))
        }
        ("POST", [id, "tasks"]) => {
            let what = text(&asked.body, "/content/raw").filter(|it| !it.trim().is_empty());
            let what = what.ok_or(Refusal::Invalid("content", "This field is required.".into()))?;
            let number = work::add_task(state, asked.who, slug, id, what)?;
            Ok(Answer::created(task(state, slug, id, number, asked)?))
        }
        ("PUT", [id, "tasks", number]) => {
            let number: u64 = number.parse().map_err(|_| missing())?;
            let task_ = state.repo_mut(slug)?.pull_mut(id)?.tasks.iter_mut().find(|it| it.id == number).ok_or_else(missing)?;
            if let Some(wanted) = text(&asked.body, "/state") {
                task_.done = wanted == "RESOLVED";
            }
            Ok(Answer::json(task(state, slug, id, number, asked)?))
        }
        ("GET", [id, "commits"]) => {
            let repo = state.repo(slug)?;
            let pull = repo.pull(id)?;
            let before = repo.branch(&pull.target).map(|it| repo.history(&it.hash)).unwrap_or_default();
            let new = repo.history(&pull.source_hash).into_iter().filter(|it| !before.iter().any(|old| old.hash == it.hash));
            Ok(page(asked, new.map(|it| render::commit(state, repo, it, asked)).collect()))
        }
        ("GET", [id, "diffstat"]) => {
            let repo = state.repo(slug)?;
            let pull = repo.pull(id)?;
            let target = repo.branch(&pull.target).map(|it| it.hash.clone()).unwrap_or_default();
            let full = super::full_name(repo);
            let from = pull.fork.as_deref().unwrap_or(&full);
            let path = format!("/2.0/repositories/{full}/diffstat/{from}:{}%0D{}", &pull.source_hash[..12], &target[..12]);
            Ok(Answer::elsewhere(format!("{}{path}?from_pullrequest_id={id}&topic=true", asked.origin)))
        }
        _ => Err(missing()),
    }
}

fn shown(state: &State, slug: &str, id: &str, asked: &Asked) -> Outcome<Value> {
    let repo = state.repo(slug)?;
    Ok(render::pull(state, repo, repo.pull(id)?, asked))
}

fn task(state: &State, slug: &str, id: &str, number: u64, asked: &Asked) -> Outcome<Value> {
    let found = state.repo(slug)?.pull(id)?.tasks.iter().find(|it| it.id == number);
    found.map(|it| render::task(state, it, asked)).ok_or_else(|| Refusal::Missing("Task not found".into()))
}

fn has_state(pull: &Pull, asked: &Asked) -> bool {
    let wanted: Vec<&str> = asked.query.iter().filter(|(key, _)| key == "state").map(|(_, it)| it.as_str()).collect();
    match wanted.as_slice() {
        // A filter speaks for itself; without either only the open ones are listed.
        [] => asked.get("q").is_some() || pull.state == "OPEN",
        wanted => wanted.contains(&pull.state),
    }
}

fn all(state: &State, slug: &str, asked: &Asked) -> Outcome {
    let repo = state.repo(slug)?;
    let all = repo.pulls.iter().filter(|it| has_state(it, asked)).map(|it| render::pull(state, repo, it, asked));
    Ok(list(asked, all.collect()))
}

pub fn of_person(state: &State, uuid: &str, asked: &Asked) -> Outcome {
    let who = state.person_with_uuid(uuid).ok_or_else(|| Refusal::Missing("No such user".into()))?;
    let all = state.repos.iter().flat_map(|repo| repo.pulls.iter().map(move |pull| (repo, pull)));
    let own = all.filter(|(_, it)| it.author == who && has_state(it, asked));
    Ok(list(asked, own.map(|(repo, it)| render::pull(state, repo, it, asked)).collect()))
}

fn reviewers(state: &State, body: &Value) -> Outcome<Option<Vec<usize>>> {
    let Some(all) = body["reviewers"].as_array() else { return Ok(None) };
    let one = |it: &Value| {
        let unknown = || Refusal::Invalid("reviewers", "Malformed reviewers list".into());
        it["uuid"].as_str().and_then(|it| state.person_with_uuid(it)).ok_or_else(unknown)
    };
    all.iter().map(one).collect::<Outcome<Vec<_>>>().map(Some)
}

fn open(state: &mut State, slug: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    let field = |pointer: &str| text(body, pointer).map(str::to_owned);
    let opening = work::Opening {
        title: field("/title").unwrap_or_default(),
        description: field("/description").unwrap_or_default(),
        source: field("/source/branch/name").unwrap_or_default(),
        target: field("/destination/branch/name"),
        reviewers: reviewers(state, body)?.unwrap_or_default(),
        close_source: body["close_source_branch"].as_bool().unwrap_or(false),
        draft: body["draft"].as_bool().unwrap_or(false),
    };
    let id = work::open(state, asked.who, slug, opening)?.to_string();
    Ok(Answer::created(shown(state, slug, &id, asked)?))
}

fn update(state: &mut State, slug: &str, id: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    let title = text(body, "/title").filter(|it| !it.trim().is_empty()).map(str::to_owned);
    let title = title.ok_or(Refusal::Invalid("title", "This field is required.".into()))?;
    let target = text(body, "/destination/branch/name").map(str::to_owned);
    if let Some(name) = target.as_ref().filter(|it| state.repo(slug).is_ok_and(|repo| repo.branch(it).is_none())) {
        return Err(Refusal::Invalid("destination", format!("branch not found: {name}")));
    }
    let reviewers = reviewers(state, body)?.unwrap_or_default();
    let main = state.repo(slug)?.main.clone();
    let pull = work::open_pull(state, slug, id)?;
    // What is left out is as in a new one.
    work::set_reviewers(pull, &reviewers)?;
    pull.title = title;
    pull.description = text(body, "/description").unwrap_or_default().to_owned();
    pull.target = target.unwrap_or(main);
    pull.close_source = body["close_source_branch"].as_bool().unwrap_or(false);
    pull.draft = body["draft"].as_bool().unwrap_or(false);
    shown(state, slug, id, asked).map(Answer::json)
}

fn participant(state: &State, slug: &str, id: &str, asked: &Asked) -> Outcome<Value> {
    let pull = shown(state, slug, id, asked)?;
    let me = &state.people[asked.who].uuid;
    let all = pull["participants"].as_array().cloned().unwrap_or_default();
    Ok(all.into_iter().find(|it| it["user"]["uuid"] == json!(me)).unwrap_or_default())
}

fn say(state: &mut State, slug: &str, id: &str, opinion: Opinion, asked: &Asked) -> Outcome {
    work::review(state, asked.who, slug, id, opinion)?;
    Ok(Answer::json(participant(state, slug, id, asked)?))
}

fn take_back(state: &mut State, slug: &str, id: &str, what: &str, asked: &Asked) -> Outcome {
    let wanted = if what == "approve" { Opinion::Approved } else { Opinion::ChangesRequested };
    let pull = state.repo(slug)?.pull(id)?;
    if !pull.reviews.iter().any(|it| it.who == asked.who && it.opinion == wanted) {
        return Err(Refusal::Missing("You haven't approved this pull request.".into()));
    }
    work::review(state, asked.who, slug, id, Opinion::Waiting)?;
    Ok(Answer::no_content())
}

fn merge(state: &mut State, slug: &str, id: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    let strategies = ["merge_commit", "squash", "fast_forward", "squash_fast_forward", "rebase_fast_forward", "rebase_merge"];
    let strategy = text(body, "/merge_strategy");
    if strategy.is_some_and(|it| !strategies.contains(&it)) {
        return Err(Refusal::Invalid("merge_strategy", "Not a valid choice.".into()));
    }
    work::merge(state, asked.who, slug, id, text(body, "/message"), strategy, body["close_source_branch"].as_bool())?;
    if state.slow_merges || asked.get("async") == Some("true") {
        let full = super::full_name(state.repo(slug)?);
        let status = format!("{}/2.0/repositories/{full}/pullrequests/{id}/merge/task-status/1", asked.origin);
        return Ok(Answer::with(StatusCode::ACCEPTED, Value::Null).header("location", status));
    }
    shown(state, slug, id, asked).map(Answer::json)
}

fn comment(state: &mut State, slug: &str, id: &str, asked: &Asked) -> Outcome {
    let body = &asked.body;
    let what = text(body, "/content/raw").unwrap_or_default().to_owned();
    let place = text(body, "/inline/path").map(|path| (path.to_owned(), body["inline"]["to"].as_u64()));
    if let Some((path, _)) = place.as_ref().filter(|(path, _)| {
        state.repo(slug).and_then(|it| it.pull(id)).is_ok_and(|it| !it.files.iter().any(|file| file.0 == *path))
    }) {
        return Err(Refusal::Invalid("inline", format!("{path} is not in the diff")));
    }
    let number = work::comment(state, asked.who, slug, id, &what, body["parent"]["id"].as_u64(), place)?;
    let (repo, at) = (state.repo(slug)?, format!("/pull-requests/{id}"));
    let made = repo.pull(id)?.comments.iter().find(|it| it.id == number);
    let made = made.map(|it| render::comment(state, repo, &at, it, asked));
    Ok(Answer::created(made.unwrap_or_default()))
}

/// The difference between two commits; here, that of the pull request with this source.
pub fn diffstat(state: &State, slug: &str, spec: &str, asked: &Asked) -> Outcome {
    // `source..target`, or as Cloud itself writes it: `workspace/slug:source`, a carriage return, and the target.
    let (place, source) = spec.rsplit_once(':').map_or((None, spec), |(place, source)| (Some(place), source));
    let source = source.split("..").next().unwrap_or_default();
    let source = source.split('\r').next().unwrap_or(source);
    // The commits of a fork are in the fork only.
    let is_there = |it: &&Pull| it.fork.is_none() || it.fork.as_deref() == place;
    let pull = state.repo(slug)?.pulls.iter().filter(is_there).find(|it| it.source_hash.starts_with(source));
    let pull = pull.ok_or_else(|| Refusal::Missing("Commit not found".into()))?;
    let file = |(path, what, added, removed): &(String, &str, u64, u64)| {
        let at = json!({ "type": "commit_file", "path": path });
        let (old, new) = match *what {
            "added" => (Value::Null, at),
            "removed" => (at, Value::Null),
            _ => (at.clone(), at),
        };
        json!({ "type": "diffstat", "status": what, "lines_added": added, "lines_removed": removed, "old": old, "new": new })
    };
    Ok(page(asked, pull.files.iter().map(file).collect()))
}
