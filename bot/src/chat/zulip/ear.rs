//! What was heard by the event queue, understood and answered, from jobs.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Bytes;
use commands::{Error, ErrorKind, Result};
use connectors::zulip::client::messages::Recipient;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    Zulip,
    events::{self, LATE_MESSAGES, MESSAGE, REACTION},
    inbound::Incoming,
    marker, places,
    webhook::Webhook,
};
use crate::{
    chat::{Ear, Found, Place, Posted},
    dispatch::Dispatch,
};

/// The ear of an organization.
pub(super) struct Ears(pub(super) Arc<Zulip>);

/// What is to be said, as it is stored.
#[derive(Serialize, Deserialize)]
struct Said {
    place: Place,
    content: String,
    /// JSON in a string, as Zulip takes it.
    #[serde(default)]
    widget: Option<String>,
}

#[derive(Deserialize)]
struct Late {
    newest: Incoming,
    count: usize,
    first: i64,
    last: i64,
}

#[derive(Deserialize)]
struct Reaction {
    message: u64,
    person: u64,
    code: String,
}

#[async_trait]
impl Ear for Ears {
    async fn listen(&self, dispatch: Dispatch, stopping: CancellationToken) {
        events::listen(&self.0, &dispatch, stopping).await;
    }

    async fn understand(&self, dispatch: &Dispatch, heard: &Value, request_id: &str) -> Result<Option<Value>> {
        let unreadable = |_| Error::internal("What was heard is stored in a form that this version does not know.");
        if let Some(message) = heard.get(MESSAGE) {
            let incoming: Incoming = serde_json::from_value(message.clone()).map_err(unreadable)?;
            return self.message(dispatch, incoming, request_id).await;
        }
        if let Some(late) = heard.get(LATE_MESSAGES) {
            let late: Late = serde_json::from_value(late.clone()).map_err(unreadable)?;
            return self.late(late).await;
        }
        if let Some(reaction) = heard.get(REACTION) {
            let reaction: Reaction = serde_json::from_value(reaction.clone()).map_err(unreadable)?;
            return self.reaction(dispatch, reaction, request_id).await;
        }
        Err(Error::internal("What was heard is stored in a form that this version does not know."))
    }

    async fn say(&self, said: &Value, key: &str) -> Result<Posted> {
        let zulip = &self.0;
        let said = read(said)?;
        let to = zulip.followed(places::place(&said.place)?, key).await;
        let content = marker::put(&said.content, &marker::marker(key, 0));
        let widget: Option<Value> = said.widget.as_deref().and_then(|it| serde_json::from_str(it).ok());
        let id = match zulip.client.send(&to, &content, widget.as_ref()).await {
            Ok(id) => id,
            Err(err) => return Err(zulip.or_closed(&to, err).await),
        };
        zulip.offered(key, id, widget.as_ref()).await;
        Ok(Posted { id: Some(id.to_string()) })
    }

    async fn find_said(&self, said: &Value, key: &str, since: Timestamp) -> Result<Found> {
        let said = read(said)?;
        let to = self.0.followed(places::place(&said.place)?, key).await;
        self.0.find_said(&to, key, since).await
    }
}

fn read(said: &Value) -> Result<Said> {
    serde_json::from_value(said.clone())
        .map_err(|_| Error::internal("An answer is stored in a form that this version does not know."))
}

impl Ears {
    fn webhook(&self, dispatch: &Dispatch) -> Webhook {
        Webhook { zulip: self.0.clone(), dispatch: dispatch.clone(), forms: self.0.forms.clone() }
    }

    async fn message(&self, dispatch: &Dispatch, incoming: Incoming, request_id: &str) -> Result<Option<Value>> {
        // Two bots would talk forever.
        if self.0.is_bot(incoming.sender).await? {
            return Ok(None);
        }
        self.answered(dispatch, incoming, request_id).await
    }

    /// What the outgoing webhook would have been answered.
    async fn answered(&self, dispatch: &Dispatch, incoming: Incoming, request_id: &str) -> Result<Option<Value>> {
        let place = incoming.place.clone();
        let raw = Bytes::from(json!(incoming).to_string());
        let answer = self.webhook(dispatch).answer(incoming, raw, request_id.to_owned()).await;
        let Some(content) = answer["content"].as_str().filter(|it| !it.trim().is_empty()) else { return Ok(None) };
        let widget = answer["widget_content"].as_str().map(str::to_owned);
        Ok(Some(json!(Said { place, content: content.to_owned(), widget })))
    }

    async fn late(&self, late: Late) -> Result<Option<Value>> {
        if self.0.is_bot(late.newest.sender).await? {
            return Ok(None);
        }
        let time =
            |second: i64| Timestamp::from_second(second).unwrap_or_default().strftime("<time:%Y-%m-%dT%H:%M:%SZ>").to_string();
        let who = if late.newest.place.thread.is_some() { format!("@_**|{}** ", late.newest.sender) } else { String::new() };
        let content = match late.count {
            0 | 1 => format!(
                "{who}I was away when you wrote to me at {}, so nothing was done. Say it again if it still matters.",
                time(late.last)
            ),
            count => format!(
                "{who}I was away when you wrote {count} messages to me between {} and {}, so nothing was done. Say again what still matters.",
                time(late.first),
                time(late.last)
            ),
        };
        Ok(Some(json!(Said { place: late.newest.place, content, widget: None })))
    }

    async fn reaction(&self, dispatch: &Dispatch, reaction: Reaction, request_id: &str) -> Result<Option<Value>> {
        let zulip = &self.0;
        let Reaction { message: id, person, code } = reaction;
        let me = zulip.me_as_read().await?;
        let message = match zulip.client.message_as::<Value>(id).await {
            Ok(message) => Some(message),
            // The bot said it, and may not see it any more.
            Err(err)
                if matches!(
                    err.kind,
                    ErrorKind::NotFound | ErrorKind::Validation | ErrorKind::Permission | ErrorKind::Closed
                ) =>
            {
                None
            }
            Err(err) => return Err(err),
        };
        if message.as_ref().is_some_and(|it| it["sender_id"] != json!(me.id)) {
            return Ok(None);
        }
        let pressed = zulip.pressed_by_reaction(id, &code, message.as_ref()).await;
        let pressed = pressed.map_err(|_| Error::new(ErrorKind::Server, "What is stored cannot be read."))?;
        let Some(line) = pressed else { return Ok(None) };
        if zulip.is_bot(person).await? {
            return Ok(None);
        }
        // Where the message is by now, or where it was sent to.
        let place = match message.as_ref().and_then(|it| place_of(it, &me)) {
            Some(place) => place,
            None => match zulip.shown_in(id).await? {
                Some(place) => place,
                None => return Ok(None),
            },
        };
        let incoming = Incoming {
            key: format!("reaction-{id}-{person}-{code}"),
            message: id,
            sender: person,
            place,
            text: line,
            slashed: true,
            bot_name: me.name,
        };
        metrics::counter!("bellhop_zulip_reactions_pressed_total").increment(1);
        self.answered(dispatch, incoming, request_id).await
    }
}

/// Where a message of the bot's is.
fn place_of(message: &Value, me: &events::Me) -> Option<Place> {
    let (channel, thread) = match message["stream_id"].as_u64() {
        Some(id) => (format!("channel:{id}"), Some(message["subject"].as_str()?.to_owned())),
        None => {
            let people = message["display_recipient"].as_array()?;
            let mut ids: Vec<u64> = people.iter().filter_map(|it| it["id"].as_u64()).filter(|it| *it != me.id).collect();
            ids.sort_unstable();
            (format!("dm:{}", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")), None)
        }
    };
    Some(Place { platform: "zulip".into(), workspace: me.site.clone(), channel, thread })
}

impl Zulip {
    /// Whether that is a bot; remembered for an hour.
    async fn is_bot(&self, id: u64) -> Result<bool> {
        let asked = async { self.client.user(id).await.map(|it| it.is_bot) };
        self.bots.try_get_with(id, asked).await.map_err(|err| Error::clone(&err))
    }

    async fn shown_in(&self, message: u64) -> Result<Option<Place>> {
        let Some(memory) = &self.memory else { return Ok(None) };
        let kept = memory.of_message("zulip", self.workspace(), &message.to_string()).await;
        let kept = kept.map_err(|_| Error::new(ErrorKind::Server, "What is stored cannot be read."))?;
        Ok(kept.map(|it| it.place))
    }

    /// Where the answer to a request goes that was made by a message: to the topic that the message is in by now.
    pub(super) async fn followed(&self, to: Recipient, key: &str) -> Recipient {
        let (Recipient::Channel { .. }, Some(asked)) = (&to, asked(key)) else { return to };
        if let Some((channel, topic)) = self.moved.get(&asked).await {
            return Recipient::topic(channel, topic);
        }
        let known_from = self.moves_known_from.load(std::sync::atomic::Ordering::Relaxed);
        if !self.listens() || (known_from > 0 && asked > known_from) {
            return to;
        }
        // It was asked before this bot listened. What cannot be told stays as it was.
        match self.client.message_as::<Value>(asked).await {
            Ok(message) => match (message["stream_id"].as_u64(), message["subject"].as_str()) {
                (Some(channel), Some(topic)) => Recipient::topic(channel, topic),
                _ => to,
            },
            Err(_) => to,
        }
    }
}

/// The message that a request id of [`Incoming::request_id`], or the key of a post that followed, is called by.
fn asked(key: &str) -> Option<u64> {
    let rest = key.strip_prefix("zulip-")?;
    let rest = rest.strip_prefix("reaction-").unwrap_or(rest);
    rest.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posts_key_tells_the_message_that_asked() {
        for (key, message) in [
            ("zulip-501", Some(501)),
            ("zulip-501-kept", Some(501)),
            ("zulip-501:card", Some(501)),
            ("zulip-reaction-501-10-0031-20e3", Some(501)),
            ("0193-501", None),
            ("zulip-", None),
        ] {
            assert_eq!(asked(key), message, "{key}");
        }
    }
}
