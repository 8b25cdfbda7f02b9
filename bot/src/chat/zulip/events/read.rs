//! What the messages and events of a queue are to us. Pure: no I/O.

use serde::Deserialize;
use serde_json::Value;

use super::super::inbound::{Incoming, mention};
use crate::chat::Place;

/// Who the bot is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub id: u64,
    pub name: String,
    pub site: String,
}

/// A message to the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressed {
    pub incoming: Incoming,
    /// When it was sent: seconds since 1970, by Zulip's clock.
    pub at: i64,
    /// What it said when it was sent is not known any more: it was edited since.
    pub is_unsure: bool,
}

/// A reaction that was put to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub message: u64,
    pub person: u64,
    pub code: String,
}

/// Messages that are in another topic or channel now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub messages: Vec<u64>,
    pub channel: u64,
    pub topic: String,
}

#[derive(Deserialize)]
struct Message {
    id: u64,
    sender_id: u64,
    #[serde(rename = "type")]
    kind: String,
    content: String,
    timestamp: i64,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    stream_id: Option<u64>,
    #[serde(default)]
    display_recipient: Value,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    last_edit_timestamp: Option<i64>,
    #[serde(default)]
    edit_history: Vec<Value>,
}

/// The id of a message, whoever it is for.
pub fn id(message: &Value) -> Option<u64> {
    message["id"].as_u64()
}

/// A message that is for the bot: directly, or by a mention that Zulip counts as one of the bot, so that silent ones, those in
/// code and quotes, and `@all` are none. `flags` are those of the event, if it is one.
///
/// A mention that an edit added is none either, as it is none for the outgoing webhook: what counts is what was said first.
pub fn addressed(message: &Value, flags: Option<&Value>, me: &Me) -> Option<Addressed> {
    let mut message: Message = serde_json::from_value(message.clone()).ok()?;
    if let Some(flags) = flags {
        message.flags = serde_json::from_value(flags.clone()).unwrap_or_default();
    }
    if message.sender_id == me.id {
        return None;
    }
    let (channel, thread) = match (message.kind.as_str(), message.stream_id) {
        ("stream" | "channel", Some(id)) if message.flags.iter().any(|it| it == "mentioned") => {
            (format!("channel:{id}"), Some(message.subject))
        }
        ("stream" | "channel", _) => return None,
        _ => {
            let people = message.display_recipient.as_array()?;
            let mut ids: Vec<u64> = people.iter().filter_map(|it| it["id"].as_u64()).filter(|id| *id != me.id).collect();
            ids.sort_unstable();
            ids.dedup();
            if ids.is_empty() {
                return None;
            }
            (format!("dm:{}", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")), None)
        }
    };
    let mut is_unsure = false;
    if message.last_edit_timestamp.is_some() {
        // The newest edit comes first; edits that only moved the message keep no content.
        match message.edit_history.iter().rev().find_map(|it| it["prev_content"].as_str()) {
            Some(first) if thread.is_some() && !mentions(first, me) => return None,
            Some(first) => first.clone_into(&mut message.content),
            None => is_unsure = !message.edit_history.iter().any(|it| it.get("prev_topic").is_some()),
        }
    }
    let place = Place { platform: "zulip".into(), workspace: me.site.clone(), channel, thread };
    let incoming = Incoming::said(message.id, message.sender_id, place, &message.content, me.name.clone());
    Some(Addressed { incoming, at: message.timestamp, is_unsure })
}

/// Whether a text that Zulip has not rendered mentions the bot: code and quotes are not told apart.
fn mentions(text: &str, me: &Me) -> bool {
    text.match_indices("@**").filter_map(|(at, _)| mention(&text[at..])).any(|(name, _)| match name.split_once('|') {
        Some((_, id)) => id.parse() == Ok(me.id),
        None => name == me.name,
    })
}

/// A reaction that was put, by somebody else.
pub fn reaction(event: &Value, me: &Me) -> Option<Reaction> {
    if event["op"] != "add" {
        return None;
    }
    let message = event["message_id"].as_u64()?;
    reaction_of(event, message, me)
}

/// One of the reactions that a message shows.
pub fn reaction_of(shown: &Value, message: u64, me: &Me) -> Option<Reaction> {
    // Before Zulip 3.0 there was only `user`.
    let person = shown["user_id"].as_u64().or_else(|| shown["user"]["user_id"].as_u64()).filter(|it| *it != me.id)?;
    if shown["reaction_type"] != "unicode_emoji" {
        return None;
    }
    Some(Reaction { message, person, code: shown["emoji_code"].as_str()?.to_owned() })
}

/// Where messages went, if that is what the event says.
pub fn moved(event: &Value) -> Option<Moved> {
    let channel = event["new_stream_id"].as_u64().or_else(|| event["stream_id"].as_u64())?;
    let topic = event["subject"].as_str().or_else(|| event["orig_subject"].as_str())?;
    let messages = event["message_ids"].as_array()?.iter().filter_map(Value::as_u64).collect();
    Some(Moved { messages, channel, topic: topic.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn me() -> Me {
        Me { id: 26, name: "Bellhop".into(), site: "https://chat.example.org".into() }
    }

    fn said(change: Value) -> Value {
        let mut message = json!({"id": 501, "sender_id": 10, "type": "stream", "stream_id": 3, "subject": "printers",
            "display_recipient": "office", "content": "@**Bellhop** /redmine issue show 42", "timestamp": 1_795_218_421});
        for (key, value) in change.as_object().into_iter().flatten() {
            message[key] = value.clone();
        }
        message
    }

    fn text(message: &Value, flags: &Value) -> Option<String> {
        addressed(message, Some(flags), &me()).map(|it| it.incoming.text)
    }

    #[test]
    fn mentions_and_direct_messages_are_for_the_bot() {
        let it = addressed(&said(json!({})), Some(&json!(["mentioned"])), &me()).expect("it is for the bot");
        assert_eq!((it.incoming.text.as_str(), it.incoming.slashed, it.at), ("redmine issue show 42", true, 1_795_218_421));
        assert_eq!((it.incoming.place.channel.as_str(), it.incoming.place.thread.as_deref()), ("channel:3", Some("printers")));
        assert_eq!(it.incoming.request_id(), "zulip-501");
        // Silent, in code, in a quote, `@all`: Zulip sets no such flag.
        for flags in [json!([]), json!(["stream_wildcard_mentioned"]), json!(["read"])] {
            assert_eq!(text(&said(json!({})), &flags), None, "{flags}");
        }
        let people = |ids: &[u64]| json!(ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>());
        let direct = |ids: &[u64]| {
            let message = said(json!({"type": "private", "display_recipient": people(ids), "subject": "", "content": "help"}));
            addressed(&message, Some(&json!([])), &me()).map(|it| it.incoming.place.channel)
        };
        assert_eq!(direct(&[26, 10]).as_deref(), Some("dm:10"));
        assert_eq!(direct(&[12, 26, 10]).as_deref(), Some("dm:10,12"));
        assert_eq!(direct(&[26]), None);
        assert_eq!(text(&said(json!({"sender_id": 26})), &json!(["mentioned"])), None, "our own word");
    }

    #[test]
    fn what_was_said_first_counts() {
        let flags = json!(["mentioned"]);
        let edited = |history: Value| said(json!({"last_edit_timestamp": 1_795_218_500, "edit_history": history}));
        let mended = edited(json!([{"prev_content": "@**Bellhop** redmine issue shwo 42"}]));
        assert_eq!(text(&mended, &flags).as_deref(), Some("redmine issue shwo 42"));
        assert_eq!(text(&edited(json!([{"prev_content": "look at 42"}])), &flags), None, "the mention came with the edit");
        let twice = json!([{"prev_content": "@**Bellhop|26** second"}, {"prev_content": "@**Bellhop|26** first"}]);
        assert_eq!(text(&edited(twice), &flags).as_deref(), Some("first"));
        let unsure = addressed(&edited(json!([])), Some(&flags), &me()).expect("it may be for the bot");
        assert!(unsure.is_unsure);
        let moved = addressed(&edited(json!([{"prev_topic": "other"}])), Some(&flags), &me()).expect("it is for the bot");
        assert!(!moved.is_unsure);
    }

    #[test]
    fn reactions_and_moves() {
        let event = |op: &str, person: u64| {
            json!({"type": "reaction", "op": op, "message_id": 501, "user_id": person, "emoji_code": "0031-20e3",
                   "emoji_name": "one", "reaction_type": "unicode_emoji"})
        };
        let expected = Reaction { message: 501, person: 10, code: "0031-20e3".into() };
        assert_eq!(reaction(&event("add", 10), &me()), Some(expected));
        assert_eq!((reaction(&event("remove", 10), &me()), reaction(&event("add", 26), &me())), (None, None));
        let resolved = json!({"type": "update_message", "message_id": 501, "message_ids": [500, 501], "stream_id": 3,
            "orig_subject": "printers", "subject": "✔ printers"});
        assert_eq!(moved(&resolved), Some(Moved { messages: vec![500, 501], channel: 3, topic: "✔ printers".into() }));
        let elsewhere = json!({"message_ids": [501], "stream_id": 3, "new_stream_id": 4, "orig_subject": "printers"});
        assert_eq!(moved(&elsewhere), Some(Moved { messages: vec![501], channel: 4, topic: "printers".into() }));
        assert_eq!(moved(&json!({"message_ids": [501], "content": "edited"})), None);
    }
}
