//! What machines found: checks, statuses of commits, runs and jobs of Actions, builds of Pages.

use commands::{
    Event,
    event::{Commit, Object, Severity},
};
use serde_json::Value;

use super::{Payload, add, event, number, object, pulls};
use crate::payload::{branch, first_line, list, short, text, tickets};

/// How it went, or how far it is: the verb, of `conclusion` and `status`.
fn outcome(it: &Value) -> &str {
    match (text(it, "/conclusion"), text(it, "/status").unwrap_or_default()) {
        (Some("success"), _) => "passed",
        (Some("failure" | "startup_failure" | "timed_out"), _) => "failed",
        (Some("action_required"), _) | (None, "waiting" | "pending") => "waiting",
        (Some("neutral"), _) => "completed",
        (Some(other), _) => other,
        (None, "in_progress") => "started",
        (None, "") => "happened",
        (None, status) => status,
    }
}

/// Its state now, as GitHub calls it.
fn state(it: &Value) -> Option<String> {
    text(it, "/conclusion").or_else(|| text(it, "/status")).map(str::to_owned)
}

/// What checks, runs and jobs have in common: the verb says how it went, unless somebody asks for it again.
fn built(payload: &Payload<'_>, noun: &str, it: &Value, about: Object) -> Event {
    let verb = match payload.action {
        "rerequested" => "rerequested",
        "requested_action" => "action_requested",
        _ => outcome(it),
    };
    let mut told = event(noun, verb, Object { state: state(it), ..about });
    told.severity = (verb == "failed").then_some(Severity::Error);
    told.branch = text(it, "/head_branch").or_else(|| text(it, "/check_suite/head_branch")).map(str::to_owned);
    told.about = pulls::of(payload, it);
    let head = text(it, "/head_sha");
    add(&mut told.about, head.and_then(|it| payload.commit(it)));
    add(&mut told.about, tickets(told.branch.as_deref().unwrap_or_default()));
    told.commits = head_commit(payload, it).into_iter().collect();
    told
}

fn head_commit(payload: &Payload<'_>, it: &Value) -> Option<Commit> {
    let id = text(it, "/head_commit/id")?;
    let title = first_line(text(it, "/head_commit/message").unwrap_or_default()).to_owned();
    let author = text(it, "/head_commit/author/name").map(str::to_owned);
    Some(Commit { id: id.to_owned(), title, author, url: payload.commit(id) })
}

/// What was built, where it has no name of its own: its commit, its branch, its hash.
fn of(it: &Value) -> String {
    let commit = first_line(text(it, "/head_commit/message").unwrap_or_default());
    let branch = text(it, "/head_branch").or_else(|| text(it, "/check_suite/head_branch"));
    let on = branch.or_else(|| text(it, "/head_sha").map(short)).map(|it| format!("on {it}"));
    if commit.is_empty() { on.unwrap_or_else(|| "build".into()) } else { commit.to_owned() }
}

pub(super) fn check(payload: &Payload<'_>) -> Option<Event> {
    let check = payload.part("check_run")?;
    let name = text(check, "/name").unwrap_or("check");
    let title = text(check, "/output/title").filter(|it| *it != name).map_or_else(|| of(check), str::to_owned);
    let url = text(check, "/html_url").or_else(|| text(check, "/details_url")).map(str::to_owned);
    let mut told = built(payload, "check", check, object(name, title, url));
    add(&mut told.about, pulls::of(payload, &check["check_suite"]));
    told.text = text(check, "/output/summary").map(str::to_owned);
    told.url = text(check, "/details_url").filter(|it| it.starts_with("http")).map(str::to_owned);
    Some(told)
}

pub(super) fn suite(payload: &Payload<'_>) -> Option<Event> {
    let suite = payload.part("check_suite")?;
    let app = text(suite, "/app/name").unwrap_or("checks");
    let url = text(suite, "/head_sha").and_then(|it| payload.web(&format!("/commit/{it}/checks")));
    let mut told = built(payload, "check_suite", suite, object(app, of(suite), url));
    if payload.action == "requested" {
        told.kind = "check_suite.requested".into();
    }
    Some(told)
}

/// What other services report of a commit; to people it is a check.
pub(super) fn status(payload: &Payload<'_>) -> Option<Event> {
    let sha = payload.text("/sha")?;
    let context = payload.text("/context").unwrap_or("status");
    let message = first_line(payload.text("/commit/commit/message").unwrap_or_default());
    let title = payload.text("/description").or(Some(message).filter(|it| !it.is_empty())).unwrap_or(short(sha));
    let commit = payload.text("/commit/html_url").map(str::to_owned).or_else(|| payload.commit(sha));
    let target = payload.text("/target_url").map(str::to_owned);
    let state = payload.text("/state").unwrap_or_default();
    let verb = match state {
        "success" => "passed",
        "failure" | "error" => "failed",
        "pending" => "started",
        other => other,
    };
    let mut told = event("check", verb, object(context, title, target.or_else(|| commit.clone())));
    told.object.state = Some(state.to_owned()).filter(|it| !it.is_empty());
    told.severity = (verb == "failed").then_some(Severity::Error);
    let branches = list(payload.body, "/branches");
    // GitHub lists ten that hold the commit; the one whose head it is was built.
    let built = branches.iter().find(|it| text(it, "/commit/sha") == Some(sha)).or_else(|| branches.first());
    told.branch = built.and_then(|it| text(it, "/name")).map(str::to_owned);
    told.about = commit.clone().into_iter().collect();
    add(&mut told.about, tickets(told.branch.as_deref().unwrap_or_default()));
    let author = payload.text("/commit/author/login").or_else(|| payload.text("/commit/commit/author/name"));
    told.commits = vec![Commit { id: sha.to_owned(), title: message.to_owned(), author: author.map(str::to_owned), url: commit }];
    Some(told)
}

/// The workflow's name; without one GitHub shows its file.
fn workflow<'a>(payload: &Payload<'a>, run: &'a Value) -> &'a str {
    let file = text(run, "/path").map(|it| it.rsplit('/').next().unwrap_or(it));
    text(run, "/name").or_else(|| payload.text("/workflow/name")).or(file).unwrap_or("Run")
}

pub(super) fn run(payload: &Payload<'_>) -> Option<Event> {
    let run = payload.part("workflow_run")?;
    let name = workflow(payload, run);
    let key = match number(run, "run_number") {
        number if number.is_empty() => name.to_owned(),
        number => format!("{name} #{number}"),
    };
    let title = text(run, "/display_title").filter(|it| *it != name).map_or_else(|| of(run), str::to_owned);
    let url = text(run, "/html_url").map(str::to_owned).or_else(|| payload.web(&format!("/actions/runs/{}", number(run, "id"))));
    let mut told = built(payload, "run", run, object(key, title, url));
    if payload.action == "requested" {
        told.kind = "run.queued".into();
    }
    Some(told)
}

pub(super) fn job(payload: &Payload<'_>) -> Option<Event> {
    let job = payload.part("workflow_job")?;
    let branch = text(job, "/head_branch").map(|it| format!(" on {it}")).unwrap_or_default();
    let workflow = text(job, "/workflow_name").unwrap_or("job");
    let run = number(job, "run_id");
    let page = text(job, "/html_url").map(str::to_owned);
    let url = page.or_else(|| payload.web(&format!("/actions/runs/{run}/job/{}", number(job, "id"))));
    let about = object(text(job, "/name").unwrap_or("job"), format!("{workflow}{branch}"), url);
    let mut told = built(payload, "job", job, about);
    add(&mut told.about, payload.web(&format!("/actions/runs/{run}")).filter(|_| !run.is_empty()));
    let failed = list(job, "/steps").iter().filter(|it| it["conclusion"] == "failure").filter_map(|it| text(it, "/name"));
    let failed = failed.collect::<Vec<_>>().join(", ");
    told.text = Some(failed).filter(|it| !it.is_empty()).map(|it| format!("Failed: {it}"));
    Some(told)
}

/// Somebody starts a workflow by hand.
pub(super) fn dispatch(payload: &Payload<'_>) -> Option<Event> {
    let file = payload.text("/workflow")?;
    let name = file.rsplit('/').next().unwrap_or(file);
    let reference = branch(payload.text("/ref").unwrap_or_default());
    let title = if reference.is_empty() { "workflow".to_owned() } else { format!("on {reference}") };
    let mut told = event("workflow", "started", object(name, title, payload.web(&format!("/actions/workflows/{name}"))));
    told.branch = Some(reference.to_owned()).filter(|it| !it.is_empty());
    Some(told)
}

pub(super) fn pages(payload: &Payload<'_>) -> Option<Event> {
    let build = payload.part("build")?;
    let state = text(build, "/status").unwrap_or("queued");
    let verb = match state {
        "built" => "built",
        "errored" => "failed",
        "building" => "started",
        other => other,
    };
    let commit = text(build, "/commit");
    let title = commit.map_or_else(|| "site".to_owned(), |it| format!("site of {}", short(it)));
    let mut told = event("pages", verb, object("GitHub Pages", title, payload.web("/deployments/github-pages")));
    told.object.state = Some(state.to_owned());
    told.severity = (verb == "failed").then_some(Severity::Error);
    told.text = text(build, "/error/message").map(str::to_owned);
    told.actor = text(build, "/pusher/login").map(str::to_owned);
    told.about = commit.and_then(|it| payload.commit(it)).into_iter().collect();
    Some(told)
}
