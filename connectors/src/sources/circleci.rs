//! CircleCI's outbound webhooks (<https://circleci.com/docs/reference/outbound-webhooks-reference/>), and `notify.webhooks` of
//! version 1 of its API.
//!
//! A workflow is what other servers call a run, so its events are `run.…`; those of its jobs are `job.…`.

use commands::{Event, Result, event::Object};
use serde_json::Value;

use super::{builds, guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "circleci",
    title: "CircleCI",
    webhook: Webhook {
        verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("circleci.md"),
    },
};

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    match delivery.header("circleci-signature") {
        Some(list) => read::checked(read::signed(list, secret, delivery.body), "circleci-signature", SOURCE.title),
        None => token::verify(delivery, secret),
    }
}

/// The event's own id; of version 1, the build and its state.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    if let Some(id) = text(&body, "/id") {
        return Some(id.to_owned());
    }
    Some(format!("{} {}", text(&body, "/payload/build_url")?, first(&body, &["/payload/status", "/payload/outcome"])?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let has = |name: &str| body.get(name).is_some_and(Value::is_object);
    let event = match text(&body, "/type") {
        Some("ping") => ping(delivery, &body),
        Some("job-completed") if has("job") => completed(delivery, &body, "job"),
        _ if has("workflow") => completed(delivery, &body, "run"),
        _ if has("payload") => build(delivery, &body["payload"]),
        _ => guess::untaught(delivery, SOURCE.title, key(delivery), &body),
    };
    Ok(read::told([event]))
}

fn ping(delivery: &Delivery<'_>, body: &Value) -> Event {
    let title = text(body, "/webhook/name").unwrap_or("CircleCI tries the webhook out").to_owned();
    let id = key(delivery).unwrap_or_else(|| "ping".into());
    let object = Object { key: "ping".into(), title, ..Object::default() };
    Event { object, ..read::event(delivery, "hook.pinged", id, read::time(body, &["/happened_at"])) }
}

fn completed(delivery: &Delivery<'_>, body: &Value, noun: &str) -> Event {
    let what = &body[if noun == "job" { "job" } else { "workflow" }];
    let status = text(what, "/status").unwrap_or("completed");
    let outcome = read::outcome(status).map_or_else(|| read::snake(status), str::to_owned);
    let workflow = text(body, "/workflow/url");
    let number = shown(what, "/number").filter(|_| noun == "job").or_else(|| shown(body, "/pipeline/number"));
    let url = match (noun, shown(what, "/number")) {
        ("job", Some(number)) => workflow.map(|it| format!("{it}/jobs/{number}")),
        _ => workflow.map(str::to_owned),
    };
    // Pipelines of GitHub and Bitbucket tell the commit in `vcs`, those of GitLab and of GitHub's app in what triggered them.
    let vcs = "/pipeline/vcs";
    let triggers =
        ["gitlab", "github_app", "bitbucket_data_center", "git"].map(|it| format!("/pipeline/trigger_parameters/{it}"));
    let triggered = |names: &[&str]| triggers.iter().find_map(|at| names.iter().find_map(|it| text(body, &format!("{at}/{it}"))));
    let told = |direct: &str, names: &[&str]| text(body, &format!("{vcs}/{direct}")).or_else(|| triggered(names));
    let subject = told("commit/subject", &["commit_title", "commit_message"]);
    let author = told("commit/author/name", &["commit_author_name", "user_name"]);
    let login = told("commit/author/login", &["user_username", "user_name"]);
    let person = triggered(&["user_name", "user_username"]).or(author);
    let branch = told("branch", &["branch"]);
    let tag = told("tag", &["tag"]);
    let hash = told("revision", &["checkout_sha", "commit_sha"]);
    let repository = told("target_repository_url", &["web_url", "repo_url", "checkout_url"]).and_then(read::repository);
    let origin = text(body, &format!("{vcs}/origin_repository_url")).and_then(read::repository).or_else(|| repository.clone());
    let names = [text(body, "/organization/name"), text(body, "/project/name")];
    let pull = text(body, &format!("{vcs}/review_url")).or_else(|| branch.and_then(|it| it.strip_prefix("pull/")));
    let pull = pull.and_then(|it| {
        if it.starts_with("http") { Some(it.to_owned()) } else { Some(format!("{}/pull/{it}", repository.as_deref()?)) }
    });
    let name = text(what, "/name").unwrap_or(noun).to_owned();
    let id = key(delivery).unwrap_or_else(|| read::identity([body.to_string().as_str()]));
    let mut labels: Vec<String> = tag.map(|it| format!("tag={it}")).into_iter().collect();
    labels.extend(text(body, "/workflow/name").filter(|_| noun == "job").map(|it| format!("workflow={it}")));
    Event {
        actor: person.map(str::to_owned),
        actor_id: login.map(str::to_owned).filter(|it| Some(it.as_str()) != person),
        object: Object {
            key: number.map(|it| format!("#{it}")).or_else(|| shown(what, "/id")).unwrap_or_else(|| noun.to_owned()),
            title: name,
            url,
            place: Some(names.into_iter().flatten().collect::<Vec<_>>().join("/")).filter(|it| !it.is_empty()),
            state: Some(read::words(status)),
        },
        labels,
        branch: branch.or(tag).map(str::to_owned),
        commits: builds::commit(hash, subject, author, origin.as_deref()),
        severity: read::severity_of(&outcome),
        about: builds::about(pull, &[branch, subject]),
        ..read::event(delivery, format!("{noun}.{outcome}"), id, read::time(body, &["/happened_at", "/workflow/stopped_at"]))
    }
}

/// Version 1: `{"payload": {"build_num": 5, "outcome": "failed", …}}`.
fn build(delivery: &Delivery<'_>, payload: &Value) -> Event {
    let status = first(payload, &["/status", "/outcome", "/lifecycle"]).unwrap_or("completed");
    let outcome = read::outcome(status).map_or_else(|| read::snake(status), str::to_owned);
    let page = text(payload, "/build_url");
    let number = shown(payload, "/build_num").or_else(|| page.and_then(|it| it.rsplit('/').next()).map(str::to_owned));
    let job = first(payload, &["/workflows/job_name", "/build_parameters/CIRCLE_JOB", "/job_name"]);
    let (owner, name) = (text(payload, "/username"), text(payload, "/reponame"));
    let subject = first(payload, &["/subject", "/body"]);
    let repository = text(payload, "/vcs_url").and_then(read::repository);
    let branch = first(payload, &["/branch", "/vcs_tag"]);
    let mut commits: Vec<_> = list(payload, "/all_commit_details")
        .iter()
        .flat_map(|it| {
            builds::commit(
                text(it, "/commit"),
                text(it, "/subject"),
                first(it, &["/author_name", "/author_login"]),
                repository.as_deref(),
            )
        })
        .collect();
    if commits.is_empty() {
        commits = builds::commit(text(payload, "/vcs_revision"), subject, text(payload, "/author_name"), repository.as_deref());
    }
    let skipped = commits.len().saturating_sub(Event::COMMITS);
    let pulls = list(payload, "/pull_requests").iter().filter_map(|it| text(it, "/url"));
    let pulls = pulls.chain(list(payload, "/pull_request_urls").iter().filter_map(Value::as_str)).map(str::to_owned);
    let user = first(payload, &["/user/name", "/user/login", "/committer_name", "/author_name"]);
    let id = page.map_or_else(|| read::identity([payload.to_string().as_str()]), |it| format!("{it} {status}"));
    let title =
        job.or(subject).map(str::to_owned).or_else(|| name.map(|it| format!("Build of {it}"))).unwrap_or_else(|| "Build".into());
    Event {
        actor: user.or(owner).map(str::to_owned),
        actor_id: first(payload, &["/user/login", "/author_login"]).map(str::to_owned),
        object: Object {
            key: number.map(|it| format!("#{it}")).unwrap_or_else(|| "build".into()),
            title,
            url: page.map(str::to_owned),
            place: Some([owner, name].into_iter().flatten().collect::<Vec<_>>().join("/")).filter(|it| !it.is_empty()),
            state: Some(read::words(status)),
        },
        changes: builds::changed(text(payload, "/previous/status"), &outcome),
        url: text(payload, "/compare").map(str::to_owned),
        branch: branch.map(str::to_owned),
        text: text(payload, "/fail_reason").map(str::to_owned),
        about: builds::about(pulls, &[branch, subject]),
        commits: commits.split_off(skipped),
        severity: read::severity_of(&outcome),
        ..read::event(delivery, format!("build.{outcome}"), id, read::time(payload, &["/stop_time", "/start_time", "/queued_at"]))
    }
}
