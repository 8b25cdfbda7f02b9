//! What GitHub tells us by itself: <https://docs.github.com/en/webhooks/webhook-events-and-payloads>.
//!
//! [`read()`] makes an event of any of them. Each module reads the events of one subject; an event that none of them knows is
//! told by what all have: a name, an action, an object with an address ([`other`]).

use commands::{Error, ErrorKind, Event, Result, event::Object};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    Delivery, SecretFrom, Webhook,
    payload::{first, list, said, text, visible, when},
    signature::verify_hmac_sha256_hex,
};

mod alerts;
mod builds;
mod changes;
mod code;
mod deployments;
mod other;
mod people;
mod pulls;
mod work;

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

/// Something that GitHub reported, by webhook or when asked.
pub(in crate::github) struct Happened<'a> {
    /// As `X-GitHub-Event` calls it: `pull_request`.
    pub name: &'a str,
    pub payload: &'a Value,
    pub id: String,
    pub source: &'a str,
    pub received: Timestamp,
}

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refused = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    match delivery.header("x-hub-signature-256").map(|it| it.strip_prefix("sha256=")) {
        Some(Some(given)) if verify_hmac_sha256_hex(secret, delivery.body, given) => Ok(()),
        Some(_) => refused("X-Hub-Signature-256 does not fit the body: is the secret the same at GitHub?"),
        None => refused("There is no X-Hub-Signature-256. Set a secret for the webhook at GitHub, the same as this hook's."),
    }
}

fn key(delivery: &Delivery<'_>) -> Option<String> {
    delivery.header("x-github-delivery").map(str::to_owned)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let name = delivery
        .header("x-github-event")
        .ok_or_else(|| Error::bad_input("This is no webhook of GitHub: it has no X-GitHub-Event."))?;
    let unreadable = |err: serde_json::Error| Error::bad_input(format!("GitHub's `{name}` cannot be read: {err}."));
    let payload: Value = if delivery.body.starts_with(b"payload=") {
        // Content type application/x-www-form-urlencoded, which is what GitHub offers first.
        let form = url::form_urlencoded::parse(delivery.body).find(|(key, _)| key == "payload");
        serde_json::from_str(&form.map(|(_, value)| value).unwrap_or_default()).map_err(unreadable)?
    } else {
        serde_json::from_slice(delivery.body).map_err(unreadable)?
    };
    if !payload.is_object() {
        return Err(Error::bad_input(format!("GitHub's `{name}` holds no object.")));
    }
    let id = key(delivery).unwrap_or_else(|| format!("{name}-{}", delivery.received.as_microsecond()));
    Ok(vec![read(&Happened { name, payload: &payload, id, source: delivery.hook, received: delivery.received })])
}

/// Never fails: what is missing is left out.
pub(in crate::github) fn read(happened: &Happened<'_>) -> Event {
    let Happened { name, payload: body, id, source, received } = happened;
    let payload = Payload { name, action: text(body, "/action").unwrap_or_default(), body };
    let event = about(&payload).unwrap_or_else(|| other::read(&payload));
    let actor = event.actor.or_else(|| first(body, ACTORS).map(str::to_owned));
    let place = event.object.place.or_else(|| payload.place().map(str::to_owned));
    let labels = if event.labels.is_empty() { labels(body) } else { event.labels };
    let mut about = event.about;
    about.retain(|it| *it != event.object.key && Some(it) != event.object.url.as_ref());
    Event {
        id: id.clone(),
        source: (*source).to_owned(),
        at: when(body, TIMES).unwrap_or(*received),
        actor,
        labels,
        text: event.text.as_deref().map(visible).as_deref().and_then(said),
        url: event.url.filter(|it| Some(it) != event.object.url.as_ref()),
        object: whole(Object { place, ..event.object }, name),
        about,
        ..event
    }
}

/// With a key and a title, whatever was missing.
fn whole(mut object: Object, name: &str) -> Object {
    if object.title.trim().is_empty() {
        object.title = Some(name.replace('_', " ")).filter(|it| !it.trim().is_empty()).unwrap_or_else(|| "event".into());
    }
    if object.key.trim().is_empty() {
        object.key = object.place.clone().unwrap_or_else(|| "GitHub".into());
    }
    object
}

fn about(payload: &Payload<'_>) -> Option<Event> {
    match payload.name {
        "issues" => work::issue(payload),
        "issue_comment" => work::comment(payload),
        "discussion" | "discussion_comment" => work::discussion(payload),
        "sub_issues" | "issue_dependencies" => work::relation(payload),
        "pull_request" | "pull_request_target" => pulls::pull(payload),
        "pull_request_review" => pulls::review(payload),
        "pull_request_review_comment" => pulls::comment(payload),
        "pull_request_review_thread" => pulls::thread(payload),
        "merge_group" => pulls::queue(payload),
        "push" => Some(code::push(payload)),
        "create" | "delete" => code::reference(payload),
        "commit_comment" => code::comment(payload),
        "gollum" => code::wiki(payload),
        "release" => code::release(payload),
        "package" | "registry_package" => code::package(payload),
        "check_run" => builds::check(payload),
        "check_suite" => builds::suite(payload),
        "status" => builds::status(payload),
        "workflow_run" => builds::run(payload),
        "workflow_job" => builds::job(payload),
        "workflow_dispatch" => builds::dispatch(payload),
        "page_build" => builds::pages(payload),
        "deployment" | "deployment_status" => deployments::deployment(payload),
        "deployment_review" => deployments::review(payload),
        "deployment_protection_rule" => deployments::rule(payload),
        "dependabot_alert"
        | "code_scanning_alert"
        | "secret_scanning_alert"
        | "secret_scanning_alert_location"
        | "repository_vulnerability_alert" => alerts::alert(payload),
        "security_advisory" | "repository_advisory" => alerts::advisory(payload),
        "member" | "membership" | "organization" | "org_block" => people::member(payload),
        "team" | "team_add" => people::team(payload),
        "installation" | "installation_repositories" | "installation_target" | "github_app_authorization" => {
            people::installation(payload)
        }
        "sponsorship" | "marketplace_purchase" => people::purchase(payload),
        "personal_access_token_request" => people::token(payload),
        "repository"
        | "star"
        | "watch"
        | "fork"
        | "public"
        | "repository_import"
        | "repository_dispatch"
        | "custom_property_values"
        | "security_and_analysis" => other::repository(payload),
        "label" => other::label(payload),
        "milestone" => other::milestone(payload),
        "deploy_key"
        | "branch_protection_rule"
        | "branch_protection_configuration"
        | "repository_ruleset"
        | "custom_property" => other::setting(payload),
        "projects_v2" | "projects_v2_item" | "projects_v2_status_update" | "project" | "project_card" | "project_column" => {
            other::project(payload)
        }
        "ping" | "meta" => other::hook(payload),
        _ if payload.part("sponsorship").is_some() => people::purchase(payload),
        _ => None,
    }
}

/// A payload with the two words that say what it is.
struct Payload<'a> {
    name: &'a str,
    /// Empty where the event has none.
    action: &'a str,
    body: &'a Value,
}

impl<'a> Payload<'a> {
    fn text(&self, path: &str) -> Option<&'a str> {
        text(self.body, path)
    }

    /// A part that is there and holds something.
    fn part(&self, key: &str) -> Option<&'a Value> {
        self.body.get(key).filter(|it| it.is_object())
    }

    /// `example/demo`; empty for what belongs to no repository.
    fn repo(&self) -> &'a str {
        self.text("/repository/full_name").unwrap_or_default()
    }

    fn place(&self) -> Option<&'a str> {
        first(self.body, &["/repository/full_name", "/organization/login", "/installation/account/login", "/enterprise/slug"])
    }

    /// An address below the repository's own.
    fn web(&self, below: &str) -> Option<String> {
        self.text("/repository/html_url").map(|it| format!("{it}{below}"))
    }

    /// An address below the organization's own, which payloads do not hold.
    fn org(&self, below: &str) -> Option<String> {
        let org = self.text("/organization/login").or_else(|| self.text("/repository/owner/login"))?;
        Some(format!("{}/orgs/{org}{below}", self.site()?))
    }

    /// `https://github.com`, or an Enterprise Server's.
    fn site(&self) -> Option<&'a str> {
        let page = first(self.body, &["/repository/html_url", "/sender/html_url", "/organization/html_url"])?;
        let host = page.find("://")? + 3;
        Some(&page[..page[host..].find('/').map_or(page.len(), |it| host + it)])
    }

    fn commit(&self, sha: &str) -> Option<String> {
        self.web(&format!("/commit/{sha}"))
    }

    /// The action as something that happened.
    fn done(&self) -> String {
        match self.action {
            "" => "happened".into(),
            "pending_cancellation" => "cancellation_pending".into(),
            "pending_tier_change" | "pending_change" => "change_pending".into(),
            "pending_change_cancelled" => "change_withdrawn".into(),
            "edited" => "updated".into(),
            "suspend" | "unsuspend" => format!("{}ed", self.action),
            "create" | "resolve" => format!("{}d", self.action),
            "dismiss" | "reopen" => format!("{}ed", self.action),
            other => other.replace(' ', "_"),
        }
    }
}

/// Whoever did it: who sent it, else the most particular that is told.
const ACTORS: &[&str] = &[
    "/sender/login",
    "/pusher/name",
    "/comment/user/login",
    "/review/user/login",
    "/commit/author/login",
    "/build/pusher/login",
    "/requester/login",
    "/forkee/owner/login",
];

/// When, as the most particular part of the payload says.
const TIMES: &[&str] = &[
    "/review/submitted_at",
    "/comment/updated_at",
    "/deployment_status/updated_at",
    "/workflow_job/completed_at",
    "/workflow_job_run/updated_at",
    "/workflow_run/updated_at",
    "/check_run/completed_at",
    "/check_run/started_at",
    "/check_suite/updated_at",
    "/pull_request/updated_at",
    "/discussion/updated_at",
    "/issue/updated_at",
    "/release/published_at",
    "/deployment/updated_at",
    "/milestone/updated_at",
    "/alert/updated_at",
    "/head_commit/timestamp",
    "/build/updated_at",
    "/starred_at",
    "/forkee/created_at",
    "/created_at",
    "/updated_at",
];

/// An object that has no state of its own.
fn object(key: impl Into<String>, title: impl Into<String>, url: Option<String>) -> Object {
    Object { key: key.into(), title: title.into(), url, place: None, state: None }
}

/// Something that happened to an object, and no more.
fn event(noun: &str, verb: &str, object: Object) -> Event {
    Event { kind: format!("{noun}.{verb}"), object, ..Event::default() }
}

fn number(it: &Value, key: &str) -> String {
    it[key].as_u64().map(|it| it.to_string()).unwrap_or_default()
}

/// All that the object has now.
fn labels(body: &Value) -> Vec<String> {
    let of = ["/pull_request/labels", "/issue/labels", "/discussion/labels"];
    let of = of.iter().map(|it| list(body, it)).find(|it| !it.is_empty()).unwrap_or_default();
    of.iter().filter_map(|it| text(it, "/name")).map(str::to_owned).collect()
}

/// Adds what is not there yet.
fn add(all: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for it in more {
        if !all.contains(&it) {
            all.push(it);
        }
    }
}
