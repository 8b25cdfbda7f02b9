//! Jenkins: what the plugin *Notification* sends (<https://plugins.jenkins.io/notification/>), and the same shape from a
//! pipeline's `httpRequest`, as our steps write it. Other plugins' flat shapes are read as far as they go.

use commands::{Event, Result, event::Object};
use serde_json::Value;

use super::{builds, guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{first, list, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "jenkins",
    title: "Jenkins",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("jenkins.md"),
    },
};

/// The last lines of a log that are shown.
const LOG: usize = 10;

/// A build's end is told twice, as completed and as finalized: the second is known by the first, unless its result is
/// another.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    let facts = Facts::of(&body);
    let build = facts.page.or(facts.name)?;
    Some(format!("{build} {} {}", facts.number.as_deref()?, facts.outcome()))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let facts = Facts::of(&body);
    let known = facts.name.is_some() && (facts.number.is_some() || facts.phase.is_some() || facts.status.is_some());
    Ok(read::told([if known {
        build(delivery, &body, &facts)
    } else {
        guess::untaught(delivery, SOURCE.title, key(delivery), &body)
    }]))
}

/// A build as any of the plugins tell it.
struct Facts<'a> {
    name: Option<&'a str>,
    number: Option<String>,
    phase: Option<&'a str>,
    status: Option<&'a str>,
    page: Option<&'a str>,
}

impl<'a> Facts<'a> {
    fn of(body: &'a Value) -> Facts<'a> {
        let page = first(body, &["/build/full_url", "/build/fullUrl", "/buildUrl", "/build_url", "/url", "/build/url"]);
        let page = page.filter(|it| it.starts_with("http"));
        let number = ["/build/number", "/number", "/buildNumber", "/build_number"].iter().find_map(|it| shown(body, it));
        // Where nothing tells the number, the address ends in it: …/job/apollo/18/.
        let last =
            page.and_then(|it| it.trim_end_matches('/').rsplit('/').next()).filter(|it| it.chars().all(|it| it.is_ascii_digit()));
        Facts {
            name: first(
                body,
                &["/display_name", "/displayName", "/name", "/jobName", "/job_name", "/buildName", "/projectName", "/job"],
            ),
            number: number.or_else(|| last.map(str::to_owned)),
            phase: first(body, &["/build/phase", "/phase", "/eventType", "/event"]),
            status: first(body, &["/build/status", "/status", "/result", "/build/result", "/build_status", "/buildStatus"]),
            page,
        }
    }

    /// `started`, `passed`, `failed` …: until a build is done, a status is what it may come to.
    fn outcome(&self) -> String {
        let phase = self.phase.map(read::snake).unwrap_or_default();
        match phase.as_str() {
            "queued" | "started" => phase,
            _ => match self.status {
                Some(status) => read::outcome(status).map_or_else(|| read::snake(status), str::to_owned),
                None => read::outcome(&phase).map(str::to_owned).unwrap_or_else(|| match phase.as_str() {
                    "" | "none" => "reported".to_owned(),
                    phase => phase.to_owned(),
                }),
            },
        }
    }
}

fn build(delivery: &Delivery<'_>, body: &Value, facts: &Facts<'_>) -> Event {
    let outcome = facts.outcome();
    let scm = |name: &str| first(body, &[&format!("/build/scm/{name}"), &format!("/scm/{name}")]);
    let repository = scm("url").and_then(read::repository);
    let branch = scm("branch").or_else(|| first(body, &["/build/parameters/BRANCH_NAME", "/branch", "/build/parameters/branch"]));
    let branch = branch.map(crate::payload::branch).map(|it| it.strip_prefix("origin/").unwrap_or(it));
    // job/acme/job/apollo/ is the job apollo in the folder acme.
    let path = first(body, &["/url", "/build/url"]).filter(|it| it.starts_with("job/"));
    let folders =
        path.map(|it| it.split('/').skip(1).step_by(2).filter(|it| !it.is_empty()).collect::<Vec<_>>()).unwrap_or_default();
    let folder = folders.split_last().map(|(_, rest)| rest.join("/")).filter(|it| !it.is_empty());
    let in_repository =
        repository.as_deref().and_then(|it| it.split_once("://")?.1.split_once('/')).map(|(_, path)| path.to_owned());
    let culprits: Vec<&str> = list(body, "/build/scm/culprits").iter().filter_map(Value::as_str).collect();
    let actor = first(body, &["/build/user", "/user", "/user/name", "/build/parameters/BUILD_USER", "/startedBy"]).or(
        match culprits.as_slice() {
            [only] => Some(*only),
            _ => None,
        },
    );
    let many = Some(culprits.join(", ")).filter(|_| culprits.len() > 1).map(|it| format!("Changes by {it}."));
    let log = text(body, "/build/log").filter(|_| read::severity_of(&outcome).is_some()).map(excerpt);
    let tests = tests(body);
    let notes = first(body, &["/build/notes", "/notes", "/causes", "/build/description"]);
    let title = facts.name.unwrap_or("Build").to_owned();
    let pull = first(body, &["/build/parameters/CHANGE_URL", "/build/change_url"]).map(str::to_owned);
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &body.to_string()]));
    Event {
        actor: actor.map(str::to_owned),
        object: Object {
            key: facts.number.as_ref().map(|it| format!("#{it}")).unwrap_or_else(|| "build".into()),
            url: facts.page.map(str::to_owned),
            place: folder.or(in_repository),
            state: facts.status.or(facts.phase).map(read::words),
            title,
        },
        branch: branch.map(str::to_owned),
        commits: builds::commit(scm("commit"), first(body, &["/build/scm/message"]), actor, repository.as_deref()),
        paths: list(body, "/build/scm/changes").iter().filter_map(Value::as_str).take(Event::PATHS).map(str::to_owned).collect(),
        text: read::lines([notes, tests.as_deref(), many.as_deref(), log.as_deref()]),
        severity: read::severity_of(&outcome),
        about: builds::about(pull, &[branch, notes]),
        ..read::event(delivery, format!("build.{outcome}"), id, read::time(body, &["/build/timestamp", "/timestamp"]))
    }
}

/// `27 tests: 25 passed, 2 failed: a.b, c.d`.
fn tests(body: &Value) -> Option<String> {
    let of = |name: &str| body.pointer(&format!("/build/test_summary/{name}")).and_then(Value::as_u64);
    let (total, failed, skipped) = (of("total")?, of("failed").unwrap_or_default(), of("skipped").unwrap_or_default());
    let mut told = format!("{total} tests: {} passed", of("passed").unwrap_or_else(|| total.saturating_sub(failed + skipped)));
    for (count, word) in [(failed, "failed"), (skipped, "skipped")] {
        if count > 0 {
            told.push_str(&format!(", {count} {word}"));
        }
    }
    let names: Vec<&str> = list(body, "/build/test_summary/failed_tests").iter().filter_map(Value::as_str).take(10).collect();
    if !names.is_empty() {
        told.push_str(&format!(": {}", names.join(", ")));
    }
    Some(told)
}

/// A log's last lines, as code.
fn excerpt(log: &str) -> String {
    let lines: Vec<&str> = log.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(LOG)..].join("\n");
    format!("```\n{}\n```", last.replace("```", "'''"))
}
