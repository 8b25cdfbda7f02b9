//! What OpenProject tells us by itself: <https://www.openproject.org/docs/system-admin-guide/api-and-webhooks/>.
//!
//! A delivery is `{"action": "work_package:updated", "work_package": {…}}`, the object as the API writes it, signed with
//! `X-OP-Signature: sha1=<HMAC-SHA1 of the body>`. It has no id, and it says neither who changed what nor what it was
//! before: for a change, the state that it led to is all there is to tell.

use commands::{Error, ErrorKind, Event, Result, event::Object};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::Value;
use sha1::Sha1;

use super::{
    card::{hours, shorten},
    hal::Resource,
};
use crate::{Delivery, SecretFrom, Webhook};

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let Some(given) = delivery.header("x-op-signature") else {
        let message = "There is no signature. Write the hook's secret into OpenProject's webhook, as its signature secret.";
        return Err(Error::new(ErrorKind::Auth, message));
    };
    let given = hex::decode(given.strip_prefix("sha1=").unwrap_or(given)).unwrap_or_default();
    let is_right = match Hmac::<Sha1>::new_from_slice(secret.as_bytes()) {
        // With an empty secret anybody could sign.
        Ok(mac) if !secret.is_empty() => mac.chain_update(delivery.body).verify_slice(&given).is_ok(),
        _ => false,
    };
    if is_right {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Auth, "X-OP-Signature does not fit the body: is the signature secret in OpenProject this hook's?"))
}

/// What happened to which object in which state: a delivery that is repeated says the same.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let (action, object) = read(delivery).ok()?;
    Some(identity(&action, &object))
}

fn identity(action: &str, object: &Resource) -> String {
    let state = ["lockVersion", "version"].iter().find_map(|it| object.0[*it].as_u64()).map(|it| it.to_string());
    let state = state.unwrap_or_else(|| object.text("updatedAt").to_owned());
    format!("{action} {} {state}", object.id()).trim_end().to_owned()
}

fn read(delivery: &Delivery<'_>) -> Result<(String, Resource)> {
    let unreadable = |why: String| Error::bad_input(format!("This is no webhook of OpenProject that I know: {why}."));
    let body: Value = serde_json::from_slice(delivery.body).map_err(|err| unreadable(err.to_string()))?;
    let Some(action) = body["action"].as_str().map(str::to_owned) else { return Err(unreadable("it has no `action`".into())) };
    let object = body.as_object().into_iter().flatten().find(|(name, it)| *name != "action" && it.is_object());
    Ok((action, Resource(object.map(|(_, it)| it.clone()).unwrap_or_default())))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let (action, it) = read(delivery)?;
    let (noun, verb) = action.split_once(':').unwrap_or((&action, "happened"));
    let happened = match (noun, verb) {
        // Channels hold people who may not read them.
        ("work_package_comment", "internal_comment") => return Ok(Vec::new()),
        ("work_package_comment", _) if it.flag("internal") => return Ok(Vec::new()),
        ("work_package", _) => Happened {
            kind: format!("work_package.{verb}"),
            actor: if verb == "created" { name_of(&it, "author") } else { None },
            object: package(&it),
            labels: ["type", "priority"].into_iter().filter_map(|key| name_of(&it, key)).collect(),
            text: Some(it.raw("description").to_owned()).filter(|_| verb == "created"),
        },
        ("work_package_comment", _) => Happened {
            kind: "work_package.commented".into(),
            actor: name_of(&it, "user"),
            object: linked(&it, "workPackage"),
            labels: Vec::new(),
            text: Some(it.raw("comment").to_owned()),
        },
        ("project", _) => Happened {
            kind: format!("project.{verb}"),
            actor: None,
            object: Object {
                key: it.text("identifier").to_owned(),
                title: it.name().to_owned(),
                url: None,
                place: Some(it.name().to_owned()),
                state: it.title("status").or_else(|| (it.0["active"] == false).then(|| "archived".to_owned())),
            },
            labels: Vec::new(),
            text: Some(it.raw("statusExplanation").to_owned()),
        },
        ("time_entry", _) => {
            let (time, activity) = (hours(it.hours("hours").unwrap_or(0.0)), name_of(&it, "activity"));
            let comment = it.raw("comment");
            let text = format!("{time} h{}", if comment.is_empty() { String::new() } else { format!(": {comment}") });
            Happened {
                kind: format!("time_entry.{verb}"),
                actor: name_of(&it, "user"),
                object: linked(&it, if it.offers("entity") { "entity" } else { "workPackage" }),
                labels: activity.into_iter().collect(),
                text: Some(text),
            }
        }
        ("attachment", _) => Happened {
            kind: format!("attachment.{verb}"),
            actor: name_of(&it, "author"),
            object: linked(&it, "container"),
            labels: Vec::new(),
            text: Some(it.text("fileName").to_owned()),
        },
        (noun, verb) => Happened {
            kind: format!("{noun}.{verb}"),
            actor: name_of(&it, "author").or_else(|| name_of(&it, "user")),
            object: Object {
                key: if it.id() == 0 { noun.to_owned() } else { format!("{noun} {}", it.id()) },
                title: [it.text("subject"), it.text("title"), it.name()]
                    .into_iter()
                    .find(|it| !it.is_empty())
                    .unwrap_or(noun)
                    .to_owned(),
                url: None,
                place: name_of(&it, "project"),
                state: name_of(&it, "status"),
            },
            labels: Vec::new(),
            text: None,
        },
    };
    let at = it.moment("updatedAt").or_else(|| it.moment("createdAt")).unwrap_or(delivery.received);
    Ok(vec![happened.event(delivery.hook, identity(&action, &it), at)])
}

/// What an event is made of beside when and whence.
struct Happened {
    kind: String,
    actor: Option<String>,
    object: Object,
    labels: Vec<String>,
    text: Option<String>,
}

impl Happened {
    fn event(self, source: &str, id: String, at: Timestamp) -> Event {
        let text = self.text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).map(|it| shorten(&it, 1000));
        let Happened { kind, actor, object, labels, .. } = self;
        Event { id, source: source.to_owned(), kind, at, actor, object, changes: Vec::new(), labels, text, ..Event::default() }
    }
}

fn package(it: &Resource) -> Object {
    Object {
        key: format!("#{}", it.id()),
        title: it.text("subject").to_owned(),
        url: None,
        place: name_of(it, "project"),
        state: name_of(it, "status"),
    }
}

/// The object that this one is about: a work package, or what else holds it.
fn linked(it: &Resource, name: &str) -> Object {
    if let Some(whole) = it.embedded(name).filter(|it| it.text("_type") == "WorkPackage") {
        return package(&whole);
    }
    let link = it.link(name);
    let is_package = link.as_ref().is_some_and(|it| it.href.contains("/work_packages/"));
    let number = link.as_ref().and_then(|it| it.id()).unwrap_or_default();
    let title = link.map(|it| it.title).filter(|it| !it.is_empty());
    let title = title.unwrap_or_else(|| if is_package { format!("Work package {number}") } else { "something".to_owned() });
    let key = if is_package { format!("#{number}") } else { title.clone() };
    Object { key, title, url: None, place: name_of(it, "project"), state: None }
}

/// The name of what it links to, which may be embedded as well.
fn name_of(it: &Resource, key: &str) -> Option<String> {
    let embedded = it.embedded(key).map(|it| it.name().to_owned()).filter(|it| !it.is_empty());
    embedded.or_else(|| it.title(key))
}
