//! What Notion tells us by itself (<https://developers.notion.com/reference/webhooks>).
//!
//! A delivery is signed with the verification token of its subscription, which Notion sends once, unsigned, when the
//! subscription is made. The token is the hook's secret from then on, so it goes into no event: channels would read it. The
//! event says that it came, and an administrator finds it in the delivery.
//!
//! Deliveries name what changed by id alone. Polling knows titles; this is faster.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Delivery, SecretFrom, Webhook,
    signature::{tokens_match, verify_hmac_sha256_hex},
};

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Vendor, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

/// How Notion's verification tokens begin.
const TOKEN: &str = "secret_";

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Auth, message));
    if let Some(signature) = delivery.header("x-notion-signature") {
        let given = signature.strip_prefix("sha256=").unwrap_or(signature);
        return match verify_hmac_sha256_hex(secret, delivery.body, given) {
            true => Ok(()),
            false => {
                refuse("X-Notion-Signature does not fit the body: is the hook's secret the subscription's verification token?")
            }
        };
    }
    match handshake(delivery.body) {
        // A hook that has its token is not made another's by whoever finds its address.
        Some(token) if secret.starts_with(TOKEN) && !tokens_match(&token, secret) => {
            refuse("This hook has a verification token already. To verify it anew, give it another secret first.")
        }
        Some(_) if !secret.is_empty() => Ok(()),
        _ => refuse("There is no X-Notion-Signature: this did not come from Notion."),
    }
}

/// The token, where this is nothing but one.
fn handshake(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Handshake {
        verification_token: String,
    }
    serde_json::from_slice(body).ok().map(|it: Handshake| it.verification_token)
}

/// Notion sends the same id again when it tries again.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    read(delivery.body).ok().map(|it| it.id)
}

#[derive(Deserialize)]
struct Payload {
    id: String,
    timestamp: Timestamp,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    workspace_name: Option<String>,
    #[serde(default)]
    authors: Vec<Entity>,
    entity: Entity,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Entity {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

fn read(body: &[u8]) -> Result<Payload> {
    serde_json::from_slice(body).map_err(|err| Error::bad_input(format!("This is no webhook of Notion that I know: {err}.")))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    if handshake(delivery.body).is_some() {
        return Ok(vec![verification(delivery)]);
    }
    let it = read(delivery.body)?;
    // A comment stands on a page, which is what people want to open.
    let page = it.data["page_id"].as_str().unwrap_or(&it.entity.id).to_owned();
    let linked = matches!(it.entity.kind.as_str(), "page" | "database" | "data_source") || page != it.entity.id;
    let changed = it.data["updated_properties"].as_array().into_iter().flatten();
    let changes = changed.filter_map(|it| {
        let (name, action) = (it["name"].as_str(), it["action"].as_str());
        Some(Change { field: name?.to_owned(), from: None, to: action.map(str::to_owned) })
    });
    let many = |key: &str| it.data[key].as_array().map_or(0, Vec::len);
    let text = match many("updated_blocks") {
        0 => None,
        1 => Some("1 block changed".to_owned()),
        count => Some(format!("{count} blocks changed")),
    };
    let by_bot = it.authors.first().is_some_and(|it| it.kind == "bot");
    Ok(vec![Event {
        source: delivery.hook.to_owned(),
        kind: it.kind,
        at: it.timestamp,
        actor: it.authors.first().map(|author| if by_bot { format!("bot {}", author.id) } else { author.id.clone() }),
        object: Object {
            key: page.clone(),
            title: format!("a {} in Notion", it.entity.kind.replace('_', " ")),
            url: linked.then(|| format!("https://www.notion.so/{}", page.replace('-', ""))),
            place: it.workspace_name,
            state: None,
        },
        changes: changes.collect(),
        labels: Vec::new(),
        text,
        id: it.id,
        ..Event::default()
    }])
}

fn verification(delivery: &Delivery<'_>) -> Event {
    let text = "Notion wants this hook verified. An administrator finds the verification token in this delivery, enters it in Notion \
                (the integration, Webhooks, Verify), and makes it the hook's secret. If nobody made a subscription just now, do nothing.";
    Event {
        id: format!("verification-{}", delivery.received.as_second()),
        source: delivery.hook.to_owned(),
        kind: "webhook.verification".into(),
        at: delivery.received,
        actor: None,
        object: Object { key: delivery.hook.to_owned(), title: "Notion webhook".into(), url: None, place: None, state: None },
        changes: Vec::new(),
        labels: Vec::new(),
        text: Some(text.into()),
        ..Event::default()
    }
}
