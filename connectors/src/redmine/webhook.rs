//! What Redmine tells us by itself.
//!
//! Two shapes exist. The plugin [redmine_webhook](https://github.com/suer/redmine_webhook) posts
//! `{"payload": {"action": "opened"|"updated", …}}` without a signature, so its address carries the
//! token: `/hooks/redmine?token=…`. Redmine 7 has webhooks of its own: `{"type": "issue.updated",
//! "timestamp": …, "data": {…}}`, signed with `X-Redmine-Signature-256: sha256=<HMAC of the body>`.
//! Both become the events that polling finds, with the same ids.

use commands::{Error, ErrorKind, Event, Result, event::Change};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{
    changes::{self, Facts, Happened, Names},
    wire,
};
use crate::{
    Delivery, SecretFrom, Webhook,
    signature::{tokens_match, verify_hmac_sha256_hex},
};

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    if let Some(signature) = delivery.header("x-redmine-signature-256") {
        let given = signature.strip_prefix("sha256=").unwrap_or(signature);
        return if verify_hmac_sha256_hex(secret, delivery.body, given) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Auth, "X-Redmine-Signature-256 does not fit the body: is the secret the same in Redmine?"))
        };
    }
    let bearer = delivery.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    let query = url::form_urlencoded::parse(delivery.query.as_bytes()).find(|(name, _)| name == "token");
    let given = delivery.header("x-redmine-token").or(bearer).map(str::to_owned).or(query.map(|(_, value)| value.into_owned()));
    match given {
        Some(token) if tokens_match(&token, secret) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "The token is not this hook's.")),
        None => Err(Error::new(
            ErrorKind::Auth,
            "There is neither a signature nor a token. Add ?token=… to the address in Redmine, or set the webhook's secret.",
        )),
    }
}

/// Neither shape has an id of its own. A journal's is one, as is the issue's for its creation.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let events = parse(delivery).ok()?;
    let ids: Vec<&str> = events.iter().map(|it| it.id.as_str()).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let unreadable = |err: serde_json::Error| Error::bad_input(format!("This is no webhook of Redmine that I know: {err}."));
    let body: Value = serde_json::from_slice(delivery.body).map_err(unreadable)?;
    if body.get("payload").is_some() {
        return plugin(delivery, serde_json::from_value(body["payload"].clone()).map_err(unreadable)?);
    }
    if body.get("type").is_some() {
        return native(delivery, serde_json::from_value(body).map_err(unreadable)?);
    }
    Err(Error::bad_input("This is no webhook of Redmine that I know: it has neither `payload` nor `type`."))
}

/// The plugin's payload.
#[derive(Deserialize)]
struct Payload {
    action: String,
    issue: PluginIssue,
    journal: Option<PluginJournal>,
    url: Option<String>,
}

#[derive(Deserialize)]
struct PluginIssue {
    id: u64,
    subject: String,
    description: Option<String>,
    created_on: Timestamp,
    #[serde(default)]
    is_private: bool,
    closed_on: Option<Timestamp>,
    project: PluginProject,
    status: wire::Named,
    tracker: wire::Named,
    priority: wire::Named,
    author: Option<PluginPerson>,
    assignee: Option<PluginPerson>,
}

#[derive(Deserialize)]
struct PluginProject {
    name: String,
}

#[derive(Deserialize)]
struct PluginPerson {
    id: u64,
    #[serde(default)]
    firstname: String,
    #[serde(default)]
    lastname: String,
}

impl PluginPerson {
    fn name(&self) -> String {
        format!("{} {}", self.firstname, self.lastname).trim().to_owned()
    }
}

#[derive(Deserialize)]
struct PluginJournal {
    id: u64,
    notes: Option<String>,
    created_on: Timestamp,
    #[serde(default)]
    private_notes: bool,
    author: Option<PluginPerson>,
    #[serde(default)]
    details: Vec<wire::Detail>,
}

fn plugin(delivery: &Delivery<'_>, payload: Payload) -> Result<Vec<Event>> {
    let Payload { action, issue, journal, url } = payload;
    // Channels hold people who may not see these.
    if issue.is_private || journal.as_ref().is_some_and(|it| it.private_notes) {
        return Ok(Vec::new());
    }
    // "not yet" is what the plugin sends where Redmine could not tell its own address.
    let url = url.filter(|it| it.starts_with("http"));
    let facts = Facts {
        id: issue.id,
        subject: issue.subject.clone(),
        project: issue.project.name.clone(),
        tracker: issue.tracker.name.clone(),
        priority: issue.priority.name.clone(),
        status: issue.status.name.clone(),
        url,
        custom_fields: Vec::new(),
    };
    let happened = match (action.as_str(), journal) {
        ("opened", _) => Happened {
            id: format!("issue-{}", issue.id),
            kind: "issue.created",
            at: issue.created_on,
            actor: issue.author.as_ref().map(PluginPerson::name),
            changes: Vec::new(),
            text: issue.description,
        },
        ("updated", Some(journal)) => {
            let now = Now {
                status: &issue.status,
                priority: &issue.priority,
                tracker: &issue.tracker,
                assignee: issue.assignee.as_ref().map(|it| wire::Named { id: it.id, name: it.name() }),
                category: None,
                version: None,
            };
            // Only a closing sets `closed_on`, at the same second as its journal.
            let status = journal.details.iter().any(|it| it.property == "attr" && it.name == "status_id");
            let closed = status && issue.closed_on.is_some_and(|at| (at.as_second() - journal.created_on.as_second()).abs() <= 1);
            Happened {
                id: format!("journal-{}", journal.id),
                kind: changes::kind_of(closed, journal.notes.as_deref()),
                at: journal.created_on,
                actor: journal.author.as_ref().map(PluginPerson::name),
                changes: now.changes(&journal.details, &facts),
                text: journal.notes,
            }
        }
        ("updated", None) => return Err(Error::bad_input("The plugin reported an update without its journal.")),
        (other, _) => return Err(Error::bad_input(format!("The plugin reported `{other}`, which I do not know."))),
    };
    Ok(vec![changes::event(Some(delivery.hook), &facts, happened)])
}

/// Redmine 7's own webhook.
#[derive(Deserialize)]
struct Native {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    issue: Option<Value>,
    journal: Option<NativeJournal>,
}

#[derive(Deserialize)]
struct NativeJournal {
    id: u64,
    created_on: Option<Timestamp>,
    notes: Option<String>,
    #[serde(default)]
    private_notes: bool,
    user: Option<wire::Named>,
    #[serde(default)]
    details: Vec<wire::Detail>,
}

fn native(delivery: &Delivery<'_>, native: Native) -> Result<Vec<Event>> {
    // Redmine 7 also reports wiki pages, time entries, news and versions, if told to.
    let Some(issue) = native.data.issue else { return Ok(Vec::new()) };
    // It wraps the object as its REST API does.
    let issue = issue.get("issue").cloned().unwrap_or(issue);
    let seen: Seen = serde_json::from_value(issue)
        .map_err(|err| Error::bad_input(format!("The issue in this webhook of Redmine cannot be read: {err}.")))?;
    if seen.is_private || native.data.journal.as_ref().is_some_and(|it| it.private_notes) {
        return Ok(Vec::new());
    }
    let name = |it: &Option<wire::Named>| it.as_ref().map(|it| it.name.clone()).unwrap_or_default();
    let facts = Facts {
        id: seen.id,
        subject: seen.subject.clone(),
        project: name(&seen.project),
        tracker: name(&seen.tracker),
        priority: name(&seen.priority),
        status: seen.status.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
        url: None,
        custom_fields: seen.custom_fields.iter().map(|it| wire::Named { id: it.id, name: it.name.clone() }).collect(),
    };
    let plain = |id: String, kind: &'static str, actor: Option<String>, text: Option<String>| Happened {
        id,
        kind,
        at: native.timestamp,
        actor,
        changes: Vec::new(),
        text,
    };
    let happened = match (native.kind.as_str(), native.data.journal) {
        ("issue.created", _) => {
            let author = seen.author.as_ref().map(|it| it.name.clone());
            plain(format!("issue-{}", seen.id), "issue.created", author, seen.description)
        }
        ("issue.deleted", _) => plain(format!("deleted-{}", seen.id), "issue.deleted", None, None),
        ("issue.updated", Some(journal)) => {
            let status = seen.status.clone().map(|it| wire::Named { id: it.id, name: it.name }).unwrap_or_default();
            let (priority, tracker) = (seen.priority.clone().unwrap_or_default(), seen.tracker.clone().unwrap_or_default());
            let now = Now {
                status: &status,
                priority: &priority,
                tracker: &tracker,
                assignee: seen.assigned_to.clone(),
                category: seen.category.clone(),
                version: seen.fixed_version.clone(),
            };
            let moved = journal.details.iter().any(|it| it.property == "attr" && it.name == "status_id");
            let closed = moved && seen.status.as_ref().is_some_and(|it| it.is_closed);
            Happened {
                id: format!("journal-{}", journal.id),
                kind: changes::kind_of(closed, journal.notes.as_deref()),
                at: journal.created_on.unwrap_or(native.timestamp),
                actor: journal.user.as_ref().map(|it| it.name.clone()),
                changes: now.changes(&journal.details, &facts),
                text: journal.notes,
            }
        }
        // A journal that the webhook's owner may not see is left out: nothing that can be told.
        ("issue.updated", None) => return Ok(Vec::new()),
        (other, _) => return Err(Error::bad_input(format!("Redmine reported `{other}`, which I do not know."))),
    };
    Ok(vec![changes::event(Some(delivery.hook), &facts, happened)])
}

/// The part of Redmine's issue that its webhook surely holds.
#[derive(Deserialize)]
struct Seen {
    id: u64,
    subject: String,
    description: Option<String>,
    #[serde(default)]
    is_private: bool,
    project: Option<wire::Named>,
    tracker: Option<wire::Named>,
    status: Option<wire::Status>,
    priority: Option<wire::Named>,
    author: Option<wire::Named>,
    assigned_to: Option<wire::Named>,
    category: Option<wire::Named>,
    fixed_version: Option<wire::Named>,
    #[serde(default)]
    custom_fields: Vec<wire::CustomValue>,
}

/// The names that a delivery itself holds: those of the issue as it is now.
struct Now<'a> {
    status: &'a wire::Named,
    priority: &'a wire::Named,
    tracker: &'a wire::Named,
    assignee: Option<wire::Named>,
    category: Option<wire::Named>,
    version: Option<wire::Named>,
}

impl Now<'_> {
    /// Names where the delivery holds them. An id whose name it does not hold says nothing to
    /// people, so it is left out.
    fn changes(&self, details: &[wire::Detail], facts: &Facts) -> Vec<Change> {
        let change = |detail: &wire::Detail| {
            let named = |value: &Option<String>| {
                let value = value.as_ref().filter(|it| !it.is_empty() && !changes::is_long(detail))?;
                let current = match changes::names_of(detail) {
                    Names::Plain | Names::CustomField => return Some(value.clone()),
                    Names::Status => Some(self.status),
                    Names::Priority => Some(self.priority),
                    Names::Tracker => Some(self.tracker),
                    Names::Person => self.assignee.as_ref(),
                    Names::Category => self.category.as_ref(),
                    Names::Version => self.version.as_ref(),
                    Names::Project => None,
                };
                current.filter(|it| it.id.to_string() == *value).map(|it| it.name.clone())
            };
            Change { field: changes::field_of(detail, facts), from: named(&detail.old_value), to: named(&detail.new_value) }
        };
        details.iter().map(change).collect()
    }
}
