//! What event queues are told of channels: for each reader the difference between what they saw before a request and see after it.
//! <https://zulip.com/api/get-events#stream-create> and its neighbours.
//!
//! As Zulip does for a client that does not know archived channels, one that is archived is told as deleted; so is one that
//! was made private, and one that a person was taken out of and cannot see from outside.

use serde_json::{Value, json};

use super::channels;
use crate::zulip::standin::state::{State, Stream};

/// What one reader sees of one channel.
struct Seen {
    is_shown: bool,
    is_subscribed: bool,
    name: String,
    description: String,
    private: bool,
    json: Value,
}

impl Seen {
    fn of(state: &State, stream: &Stream, me: i64) -> Seen {
        Seen {
            is_shown: !stream.archived && channels::is_shown(state, stream, me),
            is_subscribed: !stream.archived && stream.subscribers.contains(&me),
            name: stream.name.clone(),
            description: stream.description.clone(),
            private: stream.private,
            json: channels::json(state, stream),
        }
    }
}

/// What every reader sees, in the order of the queues' names.
pub(super) struct Sight(Vec<(String, Vec<(i64, Seen)>)>);

impl Sight {
    pub(super) fn of(state: &State) -> Sight {
        let seen = |me: i64| state.streams.iter().map(|it| (it.id, Seen::of(state, it, me))).collect();
        Sight(state.queues.iter().map(|(id, queue)| (id.clone(), seen(queue.user))).collect())
    }

    /// Tells the queues what is different now.
    pub(super) fn tell(self, state: &mut State) {
        let Sight(after) = Sight::of(state);
        for (id, now) in after {
            let Some((_, before)) = self.0.iter().find(|it| it.0 == id) else { continue };
            let Some(queue) = state.queues.get_mut(&id) else { continue };
            for (stream, now) in &now {
                let before = before.iter().find(|it| it.0 == *stream).map(|it| &it.1);
                for (kind, event) in differences(*stream, before, now) {
                    queue.push(kind, event);
                }
            }
        }
    }
}

fn differences(id: i64, before: Option<&Seen>, now: &Seen) -> Vec<(&'static str, Value)> {
    let was = |of: fn(&Seen) -> bool| before.is_some_and(of);
    let (was_shown, was_subscribed) = (was(|it| it.is_shown), was(|it| it.is_subscribed));
    let mut events = Vec::new();
    if !was_shown && now.is_shown {
        events.push(("stream", json!({"op": "create", "streams": [now.json]})));
    }
    if !was_subscribed && now.is_subscribed {
        events.push(("subscription", json!({"op": "add", "subscriptions": [now.json]})));
    }
    if let Some(before) = before.filter(|it| it.is_shown && now.is_shown) {
        let update = |property: &str, value: Value| json!({"op": "update", "property": property, "value": value, "name": before.name, "stream_id": id});
        if before.name != now.name {
            events.push(("stream", update("name", json!(now.name))));
        }
        if before.description != now.description {
            let mut event = update("description", json!(now.description));
            event["rendered_description"] = now.json["rendered_description"].clone();
            events.push(("stream", event));
        }
        if before.private != now.private {
            let mut event = update("invite_only", json!(now.private));
            event["history_public_to_subscribers"] = now.json["history_public_to_subscribers"].clone();
            event["is_web_public"] = json!(false);
            events.push(("stream", event));
        }
    }
    let is_archived = now.json["is_archived"] == json!(true);
    if was_subscribed && !now.is_subscribed && !is_archived {
        events.push(("subscription", json!({"op": "remove", "subscriptions": [{"name": now.name, "stream_id": id}]})));
    }
    if was_shown && !now.is_shown {
        events.push(("stream", json!({"op": "delete", "streams": [now.json], "stream_ids": [id]})));
    }
    events
}
