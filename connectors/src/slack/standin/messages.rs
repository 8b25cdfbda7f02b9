//! Messages coming, changing and going, and the events that tell the app.

use serde_json::{Value, json};

use super::state::{Message, State};

impl State {
    /// Puts a message into its channel, tells those who watch, and the app if it is there.
    pub fn post(&mut self, mut message: Message) -> Message {
        message.ts = self.ts();
        self.messages.insert((message.channel.clone(), message.ts.clone()), message.clone());
        self.changed(&message);
        if message.only_for.is_none() {
            let mut event = self.message_json(&message);
            event["channel"] = json!(message.channel);
            event["event_ts"] = json!(message.ts);
            event["channel_type"] = json!(self.channel_type(&message.channel));
            self.message_event(&message.channel, event.clone());
            let mention = format!("<@{}", self.app.bot_user);
            let direct = self.channel_type(&message.channel) == "im";
            if message.text.contains(&mention) && message.user != self.app.bot_user && !direct {
                event["type"] = json!("app_mention");
                if let Some(event) = event.as_object_mut() {
                    event.remove("channel_type");
                }
                self.event("app_mention", event);
            }
        }
        message
    }

    /// Tells those who watch that this message is new or different.
    pub fn changed(&mut self, message: &Message) {
        let shown = self.shown(message);
        self.changes.push(("message", shown));
    }

    /// A message with everything a client needs to draw it.
    pub fn shown(&self, message: &Message) -> Value {
        let mut json = self.message_json(message);
        json["channel"] = json!(message.channel);
        json["only_for"] = json!(message.only_for);
        json["values"] = json!(message.values);
        json
    }

    pub fn delete(&mut self, channel: &str, ts: &str) -> Option<Message> {
        let message = self.messages.remove(&(channel.to_owned(), ts.to_owned()))?;
        self.changes.push(("deleted", json!({"channel": channel, "ts": ts})));
        if message.only_for.is_none() {
            let event_ts = self.ts();
            let event = json!({"type": "message", "subtype": "message_deleted", "hidden": true, "channel": channel, "ts": event_ts,
                "deleted_ts": ts, "event_ts": event_ts, "channel_type": self.channel_type(channel),
                "previous_message": self.message_json(&message)});
            self.message_event(channel, event);
        }
        Some(message)
    }

    /// Replaces a message's content with `update`, and says so.
    pub fn update(&mut self, channel: &str, ts: &str, update: impl FnOnce(&mut Message)) -> Option<Message> {
        let before = self.message(channel, ts)?.clone();
        let message = self.message_mut(channel, ts)?;
        update(message);
        let message = message.clone();
        self.changed(&message);
        if message.only_for.is_none() {
            let event_ts = self.ts();
            let event = json!({"type": "message", "subtype": "message_changed", "hidden": true, "channel": channel, "ts": event_ts,
                "event_ts": event_ts, "channel_type": self.channel_type(channel),
                "message": self.message_json(&message), "previous_message": self.message_json(&before)});
            self.message_event(channel, event);
        }
        Some(message)
    }

    /// An event about a message: only where the app is a member.
    fn message_event(&mut self, channel: &str, event: Value) {
        if self.channel(channel).is_some_and(|it| it.members.contains(&self.app.bot_user)) {
            let scope = match self.channel_type(channel) {
                "channel" => "message.channels",
                "group" => "message.groups",
                "im" => "message.im",
                _ => "message.mpim",
            };
            self.event(scope, event);
        }
    }

    /// Queues an event for the app, when it subscribes to its kind.
    pub fn event(&mut self, subscription: &str, event: Value) {
        let subscribed = &self.settings.bot_events;
        let is_heard = self.settings.socket_mode || !self.settings.events_url.is_empty();
        if is_heard && (subscribed.is_empty() || subscribed.iter().any(|it| it == subscription)) {
            self.outbox.push(event);
        }
    }
}
