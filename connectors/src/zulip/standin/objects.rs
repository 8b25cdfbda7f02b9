//! The organization's objects as Zulip writes them in JSON.

use serde_json::{Map, Value, json};

use super::state::{Content, Message, State, To, User, UserKind};

impl State {
    pub fn message_json(&self, message: &Message, content: Content) -> Value {
        let mut json = Map::new();
        let sender = self.user(message.sender);
        let (content, content_type) = match content {
            Content::Html => (&message.rendered, "text/html"),
            Content::Markdown => (&message.content, "text/x-markdown"),
        };
        json.insert("id".into(), json!(message.id));
        json.insert("sender_id".into(), json!(message.sender));
        json.insert("content".into(), json!(content));
        json.insert("recipient_id".into(), json!(self.recipient(&message.to)));
        json.insert("timestamp".into(), json!(message.timestamp));
        json.insert("client".into(), json!(message.client));
        let topic = if let To::Stream { topic, .. } = &message.to { topic.as_str() } else { "" };
        json.insert("subject".into(), json!(topic));
        json.insert("topic_links".into(), json!([]));
        json.insert("is_me_message".into(), json!(message.content.starts_with("/me ")));
        let reactions = message.reactions.iter().map(|(name, code, kind, user)| self.reaction_json((name, code, kind), *user));
        json.insert("reactions".into(), json!(reactions.collect::<Vec<_>>()));
        json.insert("submessages".into(), json!(message.submessages));
        json.insert("sender_full_name".into(), json!(sender.map(|it| &it.full_name)));
        json.insert("sender_email".into(), json!(sender.map(|it| &it.email)));
        json.insert("sender_realm_str".into(), json!(""));
        match &message.to {
            To::Stream { id, .. } => {
                json.insert("display_recipient".into(), json!(self.stream(*id).map(|it| &it.name)));
                json.insert("type".into(), json!("stream"));
                json.insert("stream_id".into(), json!(id));
            }
            To::Direct(people) => {
                let people = people.iter().filter_map(|id| self.user(*id));
                let people =
                    people.map(|it| json!({"id": it.id, "email": it.email, "full_name": it.full_name, "is_mirror_dummy": false}));
                json.insert("display_recipient".into(), json!(people.collect::<Vec<_>>()));
                json.insert("type".into(), json!("private"));
            }
        }
        if let Some(at) = message.edited {
            json.insert("last_edit_timestamp".into(), json!(at));
            let edits = message.history.iter();
            let edits = edits.map(|(at, before)| json!({"user_id": message.sender, "timestamp": at, "prev_content": before}));
            json.insert("edit_history".into(), json!(edits.collect::<Vec<_>>()));
        }
        json.insert("avatar_url".into(), json!(format!("{}/avatar/{}", self.base, message.sender)));
        json.insert("content_type".into(), json!(content_type));
        Value::Object(json)
    }

    pub fn reaction_json(&self, (name, code, kind): (&str, &str, &str), user: i64) -> Value {
        let (email, full_name) = self.user(user).map(|it| (it.email.as_str(), it.full_name.as_str())).unwrap_or_default();
        json!({"emoji_name": name, "emoji_code": code, "reaction_type": kind, "user_id": user,
            "user": {"id": user, "email": email, "full_name": full_name, "is_mirror_dummy": false}})
    }

    fn recipient(&self, to: &To) -> i64 {
        match to {
            To::Stream { id, .. } => 100 + id,
            To::Direct(people) => people.iter().fold(1000, |sum, id| sum * 31 + id) % 100_000 + 1000,
        }
    }

    pub fn user_json(&self, user: &User) -> Value {
        let bot = user.kind != UserKind::Person;
        json!({
            "user_id": user.id, "email": user.email, "delivery_email": user.delivery_email, "full_name": user.full_name,
            "is_bot": bot, "is_active": user.active, "is_admin": user.role <= 200, "is_owner": user.role <= 100, "is_guest": user.role >= 600,
            "role": user.role, "timezone": "UTC", "date_joined": "2026-01-01T00:00:00+00:00", "is_imported_stub": false,
            "avatar_url": format!("{}/avatar/{}", self.base, user.id), "avatar_version": 1,
            "bot_type": match user.kind {
                UserKind::Person => Value::Null,
                UserKind::GenericBot => json!(1),
                UserKind::OutgoingWebhookBot | UserKind::SystemBot => json!(3),
            }, "bot_owner_id": if bot { json!(self.owner) } else { Value::Null },
        })
    }
}
