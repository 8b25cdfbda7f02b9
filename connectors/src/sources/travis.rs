//! Travis CI's webhook notifications: <https://docs.travis-ci.com/user/notifications/#configuring-webhook-notifications>.
//!
//! They are signed with a key of Travis' own, which is the same for everybody who builds there: it shows that Travis sent a
//! delivery, not for whom. The address in `.travis.yml` carries a token instead, which `travis encrypt` keeps secret, and a
//! delivery without it is refused, signed or not.

use commands::{Event, Result, event::Object};
use serde_json::Value;

use super::{builds, guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{branch, first, first_line, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "travis",
    title: "Travis CI",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("travis.md"),
    },
};

/// A build tells of its start and its end, and of another of each when it is restarted.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    let at = first(&body, &["/finished_at", "/started_at"]).unwrap_or_default();
    Some(format!("{} {} {at}", shown(&body, "/id")?, first(&body, &["/state", "/status_message"])?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let known = first(&body, &["/status_message", "/build_url", "/state"]).is_some()
        && body.get("repository").or(body.get("build_url")).is_some();
    Ok(read::told([if known { build(delivery, &body) } else { guess::untaught(delivery, SOURCE.title, key(delivery), &body) }]))
}

fn build(delivery: &Delivery<'_>, body: &Value) -> Event {
    let message = first(body, &["/status_message", "/result_message"]);
    let state = text(body, "/state").or(message).unwrap_or("completed");
    let outcome = match (read::outcome(state), message) {
        (Some("queued"), _) if text(body, "/started_at").is_some() => "started".to_owned(),
        (Some(outcome), _) => outcome.to_owned(),
        (None, Some(message)) => read::outcome(message).map_or_else(|| read::snake(message), str::to_owned),
        (None, None) => read::snake(state),
    };
    // What the message says beyond the state is what the build before came to.
    let before = match message.map(str::to_lowercase).as_deref() {
        Some("fixed") => Some("failed"),
        Some("broken") => Some("passed"),
        _ => None,
    };
    let page = text(body, "/build_url");
    let path = page
        .and_then(|it| it.split_once("://")?.1.split_once('/'))
        .map(|(_, path)| path.split("/builds/").next().unwrap_or(path));
    let path = path.map(|it| it.trim_start_matches("github/").to_owned());
    let place = match (text(body, "/repository/owner_name"), text(body, "/repository/name")) {
        (Some(owner), Some(name)) => Some(format!("{owner}/{name}")),
        _ => path.filter(|it| it.contains('/')),
    };
    let compare = text(body, "/compare_url").filter(|it| it.starts_with("http"));
    let repository = compare.and_then(|it| it.split_once("/compare/").or_else(|| it.split_once("/pull/"))).map(|(it, _)| it);
    let said = text(body, "/message");
    let pull = shown(body, "/pull_request_number");
    let pulls = pull.map(|number| match (compare.filter(|it| it.contains("/pull/")), repository) {
        (Some(url), _) => url.to_owned(),
        (None, Some(repository)) => format!("{repository}/pull/{number}"),
        _ => format!("{}#{number}", place.as_deref().unwrap_or_default()),
    });
    let title = first(body, &["/pull_request_title"]).or(said.map(first_line)).unwrap_or("Build").to_owned();
    let author = first(body, &["/author_name", "/committer_name"]);
    let branch_of = first(body, &["/head_branch", "/branch", "/tag"]).map(branch);
    let labels =
        text(body, "/type").map(|it| format!("event={it}")).into_iter().chain(text(body, "/tag").map(|it| format!("tag={it}")));
    let id = key(delivery).unwrap_or_else(|| read::identity([body.to_string().as_str()]));
    let seconds = body.pointer("/duration").and_then(Value::as_u64).filter(|it| *it > 0 && outcome != "started");
    let lasted = seconds.map(|it| format!("It took {} min {} s.", it / 60, it % 60));
    Event {
        actor: author.map(str::to_owned),
        actor_id: first(body, &["/author_email", "/committer_email"]).map(str::to_owned),
        object: Object {
            key: shown(body, "/number")
                .map(|it| format!("#{it}"))
                .or_else(|| shown(body, "/id"))
                .unwrap_or_else(|| "build".into()),
            title,
            url: page.map(str::to_owned),
            state: Some(message.unwrap_or(state).to_lowercase()),
            place,
        },
        changes: builds::changed(before, &outcome),
        labels: labels.collect(),
        text: lasted,
        url: compare.map(str::to_owned),
        branch: branch_of.map(str::to_owned),
        commits: builds::commit(text(body, "/commit"), said, author, repository),
        severity: read::severity_of(&outcome),
        about: builds::about(pulls, &[branch_of, said, text(body, "/pull_request_title")]),
        ..read::event(delivery, format!("build.{outcome}"), id, read::time(body, &["/finished_at", "/started_at"]))
    }
}
