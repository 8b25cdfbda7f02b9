//! What Google tells us by itself: <https://developers.google.com/workspace/drive/api/guides/push#understand-notification>.
//!
//! A notification has no body. Its headers say that something changed, and for a channel of one file also what; who did it
//! and what it is called is found by asking. The token that the channel was made with comes back, and proves it.

use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};

use super::card;
use crate::{Delivery, SecretFrom, Webhook, signature::tokens_match};

pub(super) const WEBHOOK: Webhook =
    Webhook { verify, key: Some(key), parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    match delivery.header("x-goog-channel-token") {
        Some(token) if tokens_match(token, secret) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Auth, "X-Goog-Channel-Token is not this hook's: start the channel again.")),
        None => Err(Error::new(ErrorKind::Auth, "There is no X-Goog-Channel-Token. Make the channel with `watch start`.")),
    }
}

/// Numbers count up within a channel.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    Some(format!("{}-{}", delivery.header("x-goog-channel-id")?, delivery.header("x-goog-message-number")?))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let Some(state) = delivery.header("x-goog-resource-state") else {
        return Err(Error::bad_input("This is no notification of Google's: it has no X-Goog-Resource-State."));
    };
    // The first message of each channel says that it is there.
    if state == "sync" {
        return Ok(Vec::new());
    }
    let resource = delivery.header("x-goog-resource-uri").unwrap_or_default();
    let changed = delivery.header("x-goog-changed").unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty());
    let changed: Vec<&str> = changed.collect();
    let (kind, object, text) = match file_of(resource) {
        Some(id) => {
            let state_now = match state {
                "trash" => Some("trashed"),
                "remove" => Some("removed"),
                _ => None,
            };
            let object = Object {
                key: "file".into(),
                title: "a watched file".into(),
                url: Some(card::address(id)),
                place: None,
                state: state_now.map(str::to_owned),
            };
            (kind_of(state, &changed), object, "Google Drive does not tell by a channel what it is called and who it was.")
        }
        None => {
            let drive = drive_of(resource);
            let object = Object {
                key: "Drive".into(),
                title: if drive.is_some() { "a shared drive" } else { "what the bot's account sees" }.into(),
                url: Some(drive.map_or_else(|| "https://drive.google.com/drive/recent".into(), card::folder_address)),
                place: None,
                state: None,
            };
            ("drive.changed", object, "Something changed in Google Drive. What it was is told when the bot asks next.")
        }
    };
    Ok(vec![Event {
        id: key(delivery).unwrap_or_else(|| delivery.received.as_millisecond().to_string()),
        source: delivery.hook.to_owned(),
        kind: kind.to_owned(),
        at: delivery.received,
        object,
        changes: changed.iter().map(|it| Change { field: (*it).to_owned(), from: None, to: None }).collect(),
        text: Some(text.to_owned()),
        ..Event::default()
    }])
}

/// Where one thing changed alone, that names it.
fn kind_of(state: &str, changed: &[&str]) -> &'static str {
    match (state, changed) {
        ("add", _) => "file.created",
        ("remove", _) => "file.removed",
        ("trash", _) => "file.trashed",
        ("untrash", _) => "file.restored",
        ("update", ["permissions"]) => "file.shared",
        ("update", ["parents"]) => "file.moved",
        ("update", _) => "file.updated",
        _ => "file.changed",
    }
}

/// `https://www.googleapis.com/drive/v3/changes?driveId=0AbC…&alt=json`.
fn drive_of(resource: &str) -> Option<&str> {
    let (_, query) = resource.split_once('?')?;
    query.split('&').find_map(|it| it.strip_prefix("driveId=")).filter(|it| is_id(it))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
}

/// `https://www.googleapis.com/drive/v3/files/1AbC…?alt=json`.
fn file_of(resource: &str) -> Option<&str> {
    let (_, rest) = resource.split_once("/files/")?;
    rest.split(['?', '/']).next().filter(|it| is_id(it))
}
