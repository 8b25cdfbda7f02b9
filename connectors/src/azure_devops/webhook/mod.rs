//! Service hooks of the consumer "Web Hooks": <https://learn.microsoft.com/azure/devops/service-hooks/events>.
//!
//! They are signed by nothing. What lets one in is a secret that the subscription sends along: as the password of basic
//! authentication, or in a header of its own. A payload holds what happened (`resource`) and a sentence about it, in short
//! (`message`) and with more (`detailedMessage`); who did it is often in the sentence only.

use base64::{Engine, engine::general_purpose::STANDARD};
use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object, Severity},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Delivery, SecretFrom, Webhook,
    payload::{first, first_line, numbers, said, shown, text, tickets, when},
    signature::tokens_match,
};

mod code;
mod items;
mod people;
mod pulls;
mod runs;

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

/// Headers that may hold the secret; the first is what the docs tell people to set.
const HEADERS: [&str; 2] = ["x-bellhop-token", "x-webhook-token"];

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let basic = delivery.header("authorization").and_then(|it| it.strip_prefix("Basic "));
    let password = basic.and_then(|it| STANDARD.decode(it.trim()).ok()).and_then(|it| String::from_utf8(it).ok());
    let password = password.as_deref().and_then(|it| it.split_once(':')).map(|(_, password)| password.to_owned());
    let given = HEADERS.iter().find_map(|it| delivery.header(it)).map(str::to_owned).or(password);
    match given {
        Some(given) if tokens_match(&given, secret) => Ok(()),
        Some(_) => {
            Err(Error::new(ErrorKind::Auth, "The password is not this hook's secret: is it the same in the subscription?"))
        }
        None => Err(Error::new(
            ErrorKind::Auth,
            "There is no secret. Set the hook's secret as the password of basic authentication in the subscription.",
        )),
    }
}

/// The event's own id, the same for each try.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body: Value = serde_json::from_slice(delivery.body).ok()?;
    let id = body["id"].as_str().filter(|it| !it.trim_matches(['0', '-']).is_empty())?;
    // One event may go to several subscriptions of the same hook.
    Some(format!("{id} {}", body["subscriptionId"].as_str().unwrap_or_default()))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body: Value = serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no service hook of Azure DevOps: it is not JSON ({err}).")))?;
    // Some of the vendor's own samples call it so.
    let Some(name) = first(&body, &["/eventType", "/eventId"]) else {
        return Err(Error::bad_input("This is no service hook of Azure DevOps that I know: it has no `eventType`."));
    };
    let name = name.replace("ms.azure-devops-", "ms.vss-");
    let id = key(delivery).unwrap_or_else(|| hex::encode(&Sha256::digest(delivery.body)[..16]));
    let at = when(&body, &["/createdDate", "/updatedDate"]).unwrap_or(delivery.received);
    let events = read(&name, &body);
    let one = events.len() == 1;
    let events = events.into_iter().enumerate().map(|(number, event)| Event {
        id: if one { id.clone() } else { format!("{id}-{number}") },
        source: delivery.hook.to_owned(),
        at,
        ..finished(event, &body)
    });
    Ok(events.collect())
}

fn read(name: &str, body: &Value) -> Vec<Event> {
    vec![match name {
        "git.push" => return code::push(body),
        "tfvc.checkin" => code::checkin(body),
        "build.complete" => runs::build(body),
        "ms.vss-code.git-pullrequest-comment-event" => pulls::comment(body),
        _ if name.starts_with("workitem.") => items::read(name, body),
        _ if name.starts_with("git.pullrequest.") => pulls::read(name, body),
        _ if name.starts_with("git.repo.") || name.starts_with("git.repository.") => code::repository(name, body),
        _ if name.starts_with("ms.vss-pipelines.") => runs::run(name, body),
        _ if name.starts_with("ms.vss-pipelinechecks-events.approval-") => runs::approval(name, body),
        _ if name.starts_with("ms.vss-release.") => runs::release(name, body),
        _ => unknown(name, &body["resource"]),
    }]
}

/// What an event that says nothing better gets from the sentence about it.
fn finished(mut event: Event, body: &Value) -> Event {
    let sentence = sentence(body);
    if event.object.title.is_empty() {
        let title = if sentence.is_empty() { event.kind.replace(['.', '_'], " ") } else { sentence.to_owned() };
        event.object.title = title;
    }
    if event.object.key.is_empty() {
        event.object.key = event.kind.split('.').next().unwrap_or_default().replace('_', " ");
    }
    event.object.url = event.object.url.or_else(|| linked(body));
    event.actor = event.actor.or_else(|| people::actor_in(sentence));
    event
}

/// What we have no words for: named as the vendor does, with what has a name in it.
fn unknown(name: &str, resource: &Value) -> Event {
    let name = name.trim_start_matches("ms.vss-").trim_start_matches("ms.").trim_end_matches("-event");
    let (noun, verb) = name.rsplit_once('.').unwrap_or((name, "happened"));
    let (noun, verb) = match (noun, verb) {
        ("endpoint" | "serviceendpoint", verb) => ("service_connection", verb.trim_start_matches("endpoint-")),
        ("advancedSecurity" | "advancedsecurity", verb) => ("alert", verb.trim_start_matches("alert-")),
        other => other,
    };
    let kind = format!("{noun}.{verb}").replace('-', "_").to_lowercase();
    let own = resource.as_object().into_iter().flatten().map(|(_, it)| it);
    let parts = std::iter::once(resource).chain(own.filter(|it| it.is_object()));
    let named = parts.filter_map(|it| Some((it, first(it, &["/name", "/title", "/displayName"])?)));
    let (part, title) = named.into_iter().find(|(part, _)| *part != &resource["project"]).unwrap_or((resource, ""));
    let severity = match text(part, "/severity").unwrap_or_default().to_lowercase().as_str() {
        "critical" => Some(Severity::Critical),
        "high" | "error" => Some(Severity::Error),
        "medium" | "warning" => Some(Severity::Warning),
        _ => None,
    };
    let who = ["/initiatedBy", "/createdBy", "/modifiedBy", "/requestedBy", "/updatedBy"];
    let who = who.iter().filter_map(|it| resource.pointer(it).or_else(|| part.pointer(it))).find(|it| it.is_object());
    // `https://dev.azure.com/example/demo/_git/printer` is `demo/printer`.
    let place = first(part, &["/repositoryUrl", "/alertUrl"]).and_then(|it| {
        let (before, after) = it.split_once("/_git/")?;
        Some(format!("{}/{}", before.rsplit('/').next()?, after.split('/').next()?))
    });
    Event {
        branch: text(part, "/gitRef").map(|it| owned(it.trim_start_matches("refs/heads/"))),
        object: Object {
            // Its number says more than its name does twice.
            key: ["/alertId", "/id"].iter().find_map(|it| shown(part, it)).unwrap_or_else(|| noun.replace(['_', '-'], " ")),
            title: title.to_owned(),
            url: first(part, &["/_links/web/href", "/_links/html/href", "/webUrl", "/alertUrl", "/repositoryUrl"]).and_then(page),
            place: first(resource, &["/project/name", "/projectName"])
                .or_else(|| text(part, "/project/name"))
                .map(owned)
                .or(place),
            state: first(part, &["/state", "/status"]).map(owned),
        },
        actor: who.and_then(people::name),
        actor_id: who.and_then(people::login),
        text: first(part, &["/description", "/comment"]).and_then(said),
        severity,
        kind,
        ..Event::default()
    }
}

fn owned(it: &str) -> String {
    it.to_owned()
}

fn change(field: &str, from: Option<String>, to: Option<String>) -> Change {
    Change { field: field.to_owned(), from, to }
}

/// What Azure DevOps says of it in a line.
fn sentence(body: &Value) -> &str {
    first(body, &["/message/text", "/detailedMessage/text"]).map(first_line).unwrap_or_default()
}

/// The first address in what Azure DevOps says of it that people can open.
fn linked(body: &Value) -> Option<String> {
    let markdown = ["/message/markdown", "/detailedMessage/markdown"].into_iter().filter_map(|it| text(body, it));
    let links = markdown.flat_map(|it| it.split(['(', ')', '[', ']', ' ', '\n']));
    let html = ["/message/html", "/detailedMessage/html"].into_iter().filter_map(|it| text(body, it));
    let quoted = html.flat_map(|it| it.split(['"', '\'', '>', '<', ' ']));
    let link = links.chain(quoted).filter(|it| it.starts_with("http")).find_map(page);
    link.map(|it| it.replace("&amp;", "&"))
}

/// An address that people can open: not the API's, and without somebody's name in it.
fn page(address: &str) -> Option<String> {
    let (scheme, rest) = address.trim().split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    let rest = host.rsplit_once('@').map_or(rest, |(user, _)| &rest[user.len() + 1..]);
    let is_page = matches!(scheme, "http" | "https") && !address.contains("/_apis/") && !rest.starts_with("vssps.");
    is_page.then(|| format!("{scheme}://{}", rest.trim_end_matches('/')))
}

/// Where the organization or collection is, by any address of its API in the body: `https://dev.azure.com/example`.
fn collection(body: &Value) -> Option<String> {
    let bases =
        ["/resourceContainers/collection/baseUrl", "/resourceContainers/account/baseUrl", "/resourceContainers/project/baseUrl"];
    let base = first(body, &bases).and_then(page);
    base.or_else(|| {
        below(first(
            body,
            &["/resource/repository/project/url", "/resource/pullRequest/repository/project/url", "/resource/url"],
        )?)
    })
}

/// What stands before `/_apis/` in an address of the API.
fn below(address: &str) -> Option<String> {
    let (before, _) = address.split_once("/_apis/")?;
    page(before)
}

/// Tickets that are named, and work items: `APOLLO-42`, `#42`.
fn about(texts: &[&str]) -> Vec<String> {
    let all = texts.join(" ");
    tickets(&all).into_iter().chain(numbers(&all.replace("AB#", "#"))).collect()
}

/// A time in a change is a day to people.
fn shortened(value: String) -> String {
    match value.parse::<jiff::Timestamp>() {
        Ok(at) => at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
        Err(_) => value,
    }
}
