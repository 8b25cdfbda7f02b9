//! What Notion tells us by itself: <https://developers.notion.com/reference/webhooks-events-delivery>.
//!
//! An event names what changed by its id and says neither what it is called nor what it was before: what there is to tell is
//! a sentence and a link. It is signed with the subscription's verification token, which Notion sends to the address first,
//! unsigned; an administrator enters it in Notion and makes it the hook's secret.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
    param::Secret,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Answer, Delivery, SecretFrom, Webhook, payload,
    signature::{tokens_match, verify_hmac_sha256_hex},
};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: Some(handshake), secret: SecretFrom::Vendor, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

/// How Notion's verification tokens begin.
const TOKEN: &str = "secret_";

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let Some(signature) = delivery.header("x-notion-signature") else {
        return Err(Error::new(ErrorKind::Auth, "There is no X-Notion-Signature: this did not come from Notion."));
    };
    let given = signature.strip_prefix("sha256=").unwrap_or(signature);
    if verify_hmac_sha256_hex(secret, delivery.body, given) {
        return Ok(());
    }
    let message = "X-Notion-Signature does not fit the body: is the hook's secret the subscription's verification token?";
    Err(Error::new(ErrorKind::Auth, message))
}

/// Notion tries the address out with the token that it wants to be told in its own form. A hook that has its token is not
/// made another's by whoever finds its address.
fn handshake(delivery: &Delivery<'_>, secret: &str) -> Option<Answer> {
    let token = token(delivery.body)?;
    let has_another = secret.starts_with(TOKEN) && !tokens_match(&token, secret);
    (!has_another).then(|| Answer {
        status: 200,
        content_type: "text/plain",
        body: String::new(),
        headers: Vec::new(),
        tell: Some(Secret::from(token)),
    })
}

/// The token, where this is nothing but one.
fn token(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Handshake {
        verification_token: String,
    }
    serde_json::from_slice(body).ok().map(|it: Handshake| it.verification_token)
}

/// Notion sends the same id again when it tries again.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    payload::text(&read(delivery.body).ok()?, "/id").map(str::to_owned)
}

fn read(body: &[u8]) -> Result<Value> {
    let unreadable = |why: &str| Error::bad_input(format!("This is no webhook of Notion that I know: {why}."));
    let body: Value = serde_json::from_slice(body).map_err(|err| unreadable(&err.to_string()))?;
    if payload::text(&body, "/type").is_none() {
        return Err(unreadable("it has no `type`"));
    }
    Ok(body)
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    // It is told to administrators, and is no event.
    if token(delivery.body).is_some() {
        return Ok(Vec::new());
    }
    let it = read(delivery.body)?;
    let (kind, data) = (payload::text(&it, "/type").unwrap_or_default(), &it["data"]);
    let entity = payload::text(&it, "/entity/id").unwrap_or_default();
    let noun = payload::text(&it, "/entity/type").or_else(|| Some(kind.split_once('.')?.0)).unwrap_or("page");
    // A comment stands on a page, which is what people want to open.
    let page = payload::text(data, "/page_id");
    let (about_id, noun) = match (noun, page) {
        ("comment", Some(page)) => (page, "page"),
        (noun, _) => (entity, noun),
    };
    let words = noun.replace('_', " ");
    let title = payload::first(&it, &["/entity/title", "/entity/name", "/data/title", "/data/name"]);
    let parent = payload::text(data, "/parent/id").filter(|it| *it != about_id);
    let parent_kind = payload::text(data, "/parent/type").unwrap_or_default();
    let author = payload::text(&it, "/authors/0/id");
    let by_bot = payload::text(&it, "/authors/0/type") == Some("bot");
    let named = payload::text(&it, "/authors/0/name").or(author).map(str::to_owned);
    let url = matches!(noun, "page" | "database" | "data_source").then(|| address(about_id)).flatten();
    Ok(vec![Event {
        id: payload::text(&it, "/id").map_or_else(|| format!("{kind}-{about_id}"), str::to_owned),
        source: delivery.hook.to_owned(),
        kind: kind_of(kind),
        at: payload::when(&it, &["/timestamp"]).unwrap_or(delivery.received),
        actor: named.map(|it| if by_bot { format!("bot {it}") } else { it }),
        actor_id: author.map(str::to_owned),
        object: Object {
            title: title.map_or_else(|| format!("a {words} in Notion"), str::to_owned),
            key: words,
            place: payload::text(&it, "/workspace_name").map(str::to_owned),
            state: state(kind).map(str::to_owned),
            url: url.clone(),
        },
        changes: changes(kind, data),
        // The block that was commented, or the only one that changed.
        url: url.zip(block(data)).map(|(url, block)| format!("{url}#{}", block.replace('-', ""))),
        about: parent.filter(|_| matches!(parent_kind, "page" | "database")).and_then(address).into_iter().collect(),
        text: sentence(kind, data),
        ..Event::default()
    }])
}

/// Where people see a page or a database.
fn address(id: &str) -> Option<String> {
    let is_id = !id.is_empty() && id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    is_id.then(|| format!("https://www.notion.so/{}", id.replace('-', "")))
}

/// Notion's own types, but where other systems, or our own polls, call the same another name.
fn kind_of(kind: &str) -> String {
    match kind {
        // Which it was is told by its changes and its text.
        "page.content_updated" | "page.properties_updated" => "page.updated".into(),
        "database.content_updated" => "database.updated".into(),
        "data_source.content_updated" => "data_source.updated".into(),
        "comment.created" => "page.commented".into(),
        "page.transcription_block.transcript_deleted" => "page.transcript_deleted".into(),
        _ => match kind.split_once('.') {
            Some((noun, "undeleted")) => format!("{noun}.restored"),
            Some((noun, verb)) if !noun.is_empty() && !verb.is_empty() => format!("{noun}.{}", verb.replace('.', "_")),
            _ => format!("{}.changed", kind.replace('.', "")),
        },
    }
}

fn state(kind: &str) -> Option<&'static str> {
    match kind.rsplit('.').next()? {
        "deleted" if !kind.starts_with("comment") => Some("in the trash"),
        "locked" => Some("locked"),
        _ => None,
    }
}

/// Of a schema its columns, by name; of a page its properties, of which only the title is told by what people know.
fn changes(kind: &str, data: &Value) -> Vec<Change> {
    let change = |field: &str, from: Option<&str>, to: Option<&str>| Change {
        field: field.to_owned(),
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    let mut changes: Vec<Change> = Vec::new();
    for it in payload::list(data, "/updated_properties") {
        let name = payload::first(it, &["/name", "/id"]);
        match (name, payload::text(it, "/action")) {
            (Some(name), Some("created")) => changes.push(change("column", None, Some(name))),
            (Some(name), Some("deleted")) => changes.push(change("column", Some(name), None)),
            (Some(name), action) => changes.push(change(name, None, action)),
            (None, _) if it.as_str() == Some("title") => changes.push(change("title", None, None)),
            (None, _) => {}
        }
    }
    if kind.ends_with(".moved") {
        let to = match payload::text(data, "/parent/type") {
            Some("space") => "the workspace",
            Some("page") => "another page",
            Some("database" | "data_source") => "a database",
            _ => "another place",
        };
        changes.push(change("parent", None, Some(to)));
    }
    changes
}

/// What happened beyond its name, where Notion tells it.
fn sentence(kind: &str, data: &Value) -> Option<String> {
    let count = |key: &str, what: &str, many: &str| match payload::list(data, key).len() {
        0 => None,
        1 => Some(format!("1 {what} changed")),
        count => Some(format!("{count} {many} changed")),
    };
    let said = payload::first(data, &["/plain_text", "/text", "/comment"]).and_then(payload::said);
    if said.is_some() {
        return said;
    }
    match kind {
        "page.properties_updated" => count("/updated_properties", "property", "properties"),
        "page.created" if payload::text(data, "/parent/type") == Some("database") => Some("In a database".into()),
        _ => count("/updated_blocks", "block", "blocks"),
    }
}

fn block(data: &Value) -> Option<&str> {
    let only = payload::list(data, "/updated_blocks");
    let changed = only.first().filter(|_| only.len() == 1).and_then(|it| payload::text(it, "/id"));
    let commented = payload::text(data, "/parent/id").filter(|_| payload::text(data, "/parent/type") == Some("block"));
    commented.or(changed).filter(|it| it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-'))
}
