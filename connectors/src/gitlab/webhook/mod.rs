//! What GitLab tells us by itself: <https://docs.gitlab.com/user/project/integrations/webhook_events/>.
//!
//! A delivery shows the hook's secret in `X-Gitlab-Token` and is signed by nothing else, so that token is what lets it in.
//! Confidential issues and internal comments become no events: channels hold people who may not see them.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::card::shorten;
use crate::{Delivery, SecretFrom, Webhook, signature::tokens_match};

mod changes;
mod code;
mod work;

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("../hook.md");

/// The longest text that an event holds, in characters.
const LONGEST: usize = 1000;

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    match delivery.header("x-gitlab-token") {
        Some(token) if tokens_match(token, secret) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "X-Gitlab-Token is not this hook's: is the secret token the same in GitLab?")),
        None => Err(Error::new(ErrorKind::Auth, "There is no X-Gitlab-Token: set the webhook's secret token in GitLab.")),
    }
}

/// The same for each try of one delivery; older ones send the event's id only.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let sent = delivery.header("idempotency-key").or_else(|| delivery.header("x-gitlab-event-uuid"));
    sent.filter(|it| !it.is_empty()).map(str::to_owned)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body: Value = serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no webhook of GitLab: it is not JSON ({err}).")))?;
    let Some(kind) = body["object_kind"].as_str().or_else(|| body["event_name"].as_str()) else {
        return Err(Error::bad_input("This is no webhook of GitLab that I know: it has neither `object_kind` nor `event_name`."));
    };
    if is_confidential(&body) {
        return Ok(Vec::new());
    }
    let told = match kind {
        "issue" | "work_item" => work::issue(&body),
        "merge_request" => work::merge_request(&body),
        "note" => work::note(&body),
        "milestone" => work::milestone(&body),
        "emoji" => work::emoji(&body),
        "push" | "tag_push" => code::push(&body, kind),
        "pipeline" => code::pipeline(&body),
        "build" | "job" => code::job(&body),
        "deployment" => code::deployment(&body),
        "release" => code::release(&body),
        "wiki_page" => code::wiki_page(&body),
        "feature_flag" => code::feature_flag(&body),
        _ => other(&body, kind),
    };
    let Told { kind, actor, object, changes, labels, text, at } = told;
    let id = key(delivery).unwrap_or_else(|| hex::encode(&Sha256::digest(delivery.body)[..16]));
    let text = text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).map(|it| shorten(&it, LONGEST));
    let (source, at) = (delivery.hook.to_owned(), at.unwrap_or(delivery.received));
    Ok(vec![Event { id, source, kind, at, actor, object, changes, labels, text, ..Event::default() }])
}

/// An event before it has an id and a source.
struct Told {
    kind: String,
    actor: Option<String>,
    object: Object,
    changes: Vec<Change>,
    labels: Vec<String>,
    text: Option<String>,
    at: Option<Timestamp>,
}

impl Told {
    fn new(kind: impl Into<String>, body: &Value, object: Object) -> Told {
        let (changes, labels) = (Vec::new(), Vec::new());
        Told { kind: kind.into(), actor: actor(body), object, changes, labels, text: None, at: None }
    }
}

fn is_confidential(body: &Value) -> bool {
    let said = body["event_type"].as_str().unwrap_or_default();
    said.starts_with("confidential_")
        || body["object_attributes"]["confidential"] == true
        || body["object_attributes"]["internal"] == true
        || body["issue"]["confidential"] == true
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned)
}

/// A number as it is written; none for what is no number.
fn number(value: &Value) -> Option<String> {
    value.as_u64().map(|it| it.to_string())
}

fn actor(body: &Value) -> Option<String> {
    text(&body["user"]["name"]).or_else(|| text(&body["user_name"])).or_else(|| text(&body["user_username"]))
}

/// `demo/printer`.
fn place(body: &Value) -> Option<String> {
    let project = &body["project"];
    text(&project["path_with_namespace"])
        .or_else(|| text(&body["path_with_namespace"]))
        .or_else(|| text(&body["project_name"]))
        .or_else(|| text(&body["group_path"]))
        .or_else(|| text(&project["name"]))
}

/// `2026-11-21T10:00:00Z`, `2026-11-21 10:00:00 UTC`, `2026-11-21 10:00:00 +0100`: GitLab writes all of these.
fn moment(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    match text.strip_suffix(" UTC") {
        Some(at) => format!("{}Z", at.replacen(' ', "T", 1)).parse().ok(),
        None => Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", text).ok(),
    }
}

/// What we have no words for, as GitLab names it: `user_create` in `demo`, say.
fn other(body: &Value, kind: &str) -> Told {
    let action =
        text(&body["object_attributes"]["action"]).or_else(|| text(&body["action"])).or_else(|| text(&body["event_name"]));
    let verb = action.filter(|it| it != kind).unwrap_or_else(|| "reported".into());
    let attributes = &body["object_attributes"];
    let title = ["title", "name"].iter().find_map(|it| text(&attributes[it]).or_else(|| text(&body[it])));
    let title = title.or_else(|| text(&body["user_name"])).unwrap_or_else(|| kind.replace('_', " "));
    let object = Object {
        key: number(&attributes["iid"]).or_else(|| number(&attributes["id"])).unwrap_or_else(|| kind.to_owned()),
        title,
        url: text(&attributes["url"]).or_else(|| text(&body["project"]["web_url"])),
        place: place(body),
        state: text(&attributes["state"]),
    };
    Told { at: moment(&body["updated_at"]), ..Told::new(format!("{kind}.{verb}"), body, object) }
}
