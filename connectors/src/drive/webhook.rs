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

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

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
    let file = file_of(resource);
    let kind = match (state, &file) {
        ("change", _) => "drive.changed",
        ("add", Some(_)) => "file.created",
        ("remove", Some(_)) => "file.removed",
        ("trash", Some(_)) => "file.trashed",
        ("untrash", Some(_)) => "file.restored",
        ("update", Some(_)) => "file.updated",
        (_, Some(_)) => "file.changed",
        (_, None) => "drive.changed",
    };
    let object = match file {
        Some(id) => Object {
            key: id.to_owned(),
            title: "A watched file".into(),
            url: Some(card::address(id)).filter(|_| state != "remove"),
            place: None,
            state: Some(state.to_owned()),
        },
        None => Object {
            key: delivery.header("x-goog-channel-id").unwrap_or("changes").to_owned(),
            title: "Something changed in Google Drive".into(),
            url: None,
            place: None,
            state: None,
        },
    };
    let changed = delivery.header("x-goog-changed").unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty());
    let event = Event {
        id: key(delivery).unwrap_or_else(|| delivery.received.as_millisecond().to_string()),
        source: delivery.hook.to_owned(),
        kind: kind.to_owned(),
        at: delivery.received,
        actor: None,
        object,
        changes: changed.map(|it| Change { field: it.to_owned(), from: None, to: None }).collect(),
        labels: Vec::new(),
        text: None,
        ..Event::default()
    };
    Ok(vec![event])
}

/// `https://www.googleapis.com/drive/v3/files/1AbC…?alt=json`.
fn file_of(resource: &str) -> Option<&str> {
    let (_, rest) = resource.split_once("/files/")?;
    rest.split(['?', '/']).next().filter(|it| !it.is_empty())
}
