//! What a person does in Zulip, for the sandbox's page and for tests.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ZulipSim,
    rest::{Refusal, messages, reactions, uploads},
    state::{Message, State, To},
};

/// Everything a person can do, as `{"as": "ana", "do": "say", …}`.
#[derive(Debug, Deserialize)]
pub struct Act {
    /// The person's id or name.
    #[serde(rename = "as")]
    pub person: Value,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum What {
    /// Sends a message: to `channel` and `topic`, or to the people in `to` (ids or names).
    Say {
        channel: Option<String>,
        topic: Option<String>,
        #[serde(default)]
        to: Vec<Value>,
        text: String,
    },
    /// Presses a zform's button, by its place: posts its reply as this person.
    Choose {
        message: i64,
        choice: usize,
    },
    Edit {
        message: i64,
        text: String,
    },
    /// `how` is `change_one`, which is what it is by itself, `change_later` or `change_all`. A topic is resolved by moving all
    /// of it to `✔ ` and its name.
    Move {
        message: i64,
        topic: String,
        how: Option<String>,
    },
    Delete {
        message: i64,
    },
    React {
        message: i64,
        name: String,
    },
    Unreact {
        message: i64,
        name: String,
    },
    /// Uploads a file (text or base64) and sends a message with a link to it.
    Upload {
        channel: Option<String>,
        topic: Option<String>,
        #[serde(default)]
        to: Vec<Value>,
        name: String,
        text: Option<String>,
        base64: Option<String>,
    },
}

fn person(state: &State, wanted: &Value) -> Result<i64, String> {
    let name = wanted.as_str().unwrap_or_default();
    let found = state
        .users
        .iter()
        .find(|it| wanted.as_i64() == Some(it.id) || name.parse() == Ok(it.id) || it.full_name.eq_ignore_ascii_case(name));
    found.map(|it| it.id).ok_or_else(|| format!("There is nobody called {wanted}."))
}

fn place(state: &State, channel: Option<String>, topic: Option<String>, to: &[Value]) -> Result<To, String> {
    match channel {
        Some(name) => {
            let stream =
                state.stream_named(name.trim_start_matches('#')).or_else(|| name.parse().ok().and_then(|id| state.stream(id)));
            let id = stream.map(|it| it.id).ok_or_else(|| format!("There is no channel {name}."))?;
            Ok(To::Stream { id, topic: topic.filter(|it| !it.trim().is_empty()).unwrap_or_else(|| "(no topic)".into()) })
        }
        None if to.is_empty() => Err("Say where: `channel` and `topic`, or `to`.".into()),
        None => Ok(To::Direct(to.iter().map(|it| person(state, it)).collect::<Result<Vec<i64>, String>>()?)),
    }
}

fn message(state: &State, id: i64, me: i64) -> Result<Message, String> {
    let found = state.messages.get(&id).filter(|it| state.may_see(me, it));
    found.cloned().ok_or_else(|| format!("There is no message {id}."))
}

fn said(refusal: &Refusal) -> String {
    refusal.body["msg"].as_str().unwrap_or_default().to_owned()
}

impl ZulipSim {
    /// Does what a person does. The bot's answers come later, as events.
    ///
    /// # Errors
    /// A sentence, when no client would let them do it.
    pub fn act(&self, act: Act) -> Result<Value, String> {
        self.with(|state| perform(state, act))
    }
}

fn perform(state: &mut State, act: Act) -> Result<Value, String> {
    let me = person(state, &act.person)?;
    let now = state.now;
    state.organization.presence.insert(me, ("active", now));
    let own = |state: &State, id: i64| {
        let message = message(state, id, me)?;
        if message.sender == me { Ok(message) } else { Err("That message is somebody else's.".to_owned()) }
    };
    let sent = |state: &State, id: i64| json!({"message": state.messages.get(&id).map(|it| state.shown(it))});
    match act.what {
        What::Say { channel, topic, to, text } => {
            if text.trim().is_empty() {
                return Err("You have nothing to send!".into());
            }
            let to = place(state, channel, topic, &to)?;
            let id = state.send(me, to, &text, None, "website")?;
            Ok(sent(state, id))
        }
        What::Choose { message: id, choice } => {
            let message = message(state, id, me)?;
            let widget = message.submessages.first().and_then(|it| it["content"].as_str()).map(serde_json::from_str::<Value>);
            let Some(Ok(widget)) = widget else { return Err("That message has no buttons.".into()) };
            let reply = widget["extra_data"]["choices"][choice]["reply"].as_str().ok_or("There is no such button.")?;
            let id = state.send(me, message.to, reply, None, "website")?;
            Ok(sent(state, id))
        }
        What::Edit { message: id, text } => {
            let message = own(state, id)?;
            messages::change(state, &message, Some(text), None, None);
            Ok(sent(state, id))
        }
        What::Move { message: id, topic, how } => {
            let message = message(state, id, me)?;
            messages::change(state, &message, None, Some(topic), Some(how.as_deref().unwrap_or("change_one")));
            Ok(sent(state, id))
        }
        What::Delete { message: id } => {
            let message = own(state, id)?;
            messages::erase(state, &message);
            Ok(json!({}))
        }
        What::React { message: id, name } => {
            let (message, emoji) =
                (message(state, id, me)?, reactions::named(&name).ok_or_else(|| format!("There is no emoji {name}."))?);
            reactions::set(state, &message, emoji, me, reactions::Wanted::Present).map_err(|it| said(&it))?;
            Ok(sent(state, id))
        }
        What::Unreact { message: id, name } => {
            let (message, emoji) =
                (message(state, id, me)?, reactions::named(&name).ok_or_else(|| format!("There is no emoji {name}."))?);
            reactions::set(state, &message, emoji, me, reactions::Wanted::Absent).map_err(|it| said(&it))?;
            Ok(sent(state, id))
        }
        What::Upload { channel, topic, to, name, text, base64 } => {
            let content = match (text, base64) {
                (Some(text), _) => text.into_bytes(),
                (None, Some(encoded)) => BASE64_STANDARD.decode(encoded).map_err(|_| "That is not base64.".to_owned())?,
                (None, None) => return Err("A file needs `text` or `base64`.".into()),
            };
            let to = place(state, channel, topic, &to)?;
            let kept = uploads::keep(state, &name, content);
            let id = state.send(me, to, &format!("[{name}]({})", kept["url"].as_str().unwrap_or_default()), None, "website")?;
            Ok(sent(state, id))
        }
    }
}
