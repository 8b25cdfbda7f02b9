//! What a chat cannot show or hold at once, kept for a day: long output, and the calls of buttons that no button holds.
//!
//! An action says all that it has to say ([`commands::Block::Document`], or a table of any size). Before the reply leaves,
//! [`Documents::keep`] stores what is long and adds the buttons that show its other pages, or the lines that fit a filter. Who
//! may read it again is who could read it then: the asker, and the channel where all of the channel saw it.

mod store;
#[cfg(test)]
mod tests;

use commands::{Actor, Audience, Block, Button, Call, Message, Press, Reply, message::document};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::chat::Answering;

pub use self::store::Documents;

/// The group and actions that the buttons here call.
const GROUP: &str = "bellhop";
pub const SHOW: &str = "output show";
pub const PRESS: &str = "press";
/// The longest command that each chat's buttons hold (Slack's 2,000), in characters.
const COMMAND: usize = 2_000;
/// Bytes of a document that are kept.
const LIMIT: usize = 1 << 20;

/// A document, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What people type to see it: `3f2a99c01b7d`.
    pub id: String,
    pub readers: Readers,
    /// The file's name.
    pub name: String,
    pub title: String,
    pub text: String,
}

/// Who may read a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readers {
    /// `{platform}:{workspace}:{id}`
    pub person: String,
    /// All of this channel too, by [`crate::chat::Place::channel_key`].
    pub channel: Option<String>,
}

/// What a long button does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LongCall {
    pub call: Call,
    pub press: Press,
}

impl Readers {
    fn of(to: &Answering, audience: Audience) -> Readers {
        let place = &to.place;
        let channel = (audience == Audience::Channel && !place.channel.is_empty()).then(|| place.channel_key());
        Readers { person: format!("{}:{}:{}", place.platform, place.workspace, to.asker), channel }
    }

    /// Whether this person may, in that channel.
    pub fn include(&self, actor: &Actor, channel: Option<&str>) -> bool {
        let person = format!("{}:{}:{}", actor.platform, actor.workspace, actor.id);
        self.person == person || (self.channel.is_some() && self.channel.as_deref() == channel)
    }
}

impl Documents {
    /// The reply as a chat can show it: long tables as documents, long documents kept and with buttons to read on, and
    /// buttons that hold what they do. Where nothing can be stored, it stays as long as it is.
    pub async fn keep(&self, mut reply: Reply, call: &Call, to: &Answering, print: &(dyn Fn(&Button) -> String + Sync)) -> Reply {
        let message = std::mem::take(&mut reply.message).with_long_tables_as_documents(&file_name(call));
        let readers = Readers::of(to, reply.audience);
        let (tone, object) = (message.tone, message.object);
        let mut blocks = Vec::with_capacity(message.blocks.len());
        for mut block in message.blocks {
            match &mut block {
                Block::Buttons(buttons) | Block::Menu { options: buttons, .. } => {
                    for button in buttons {
                        Box::pin(self.shorten(button, print)).await;
                    }
                }
                _ => {}
            }
            let more = match &block {
                Block::Document { name, title, text } if !document::is_short(text) => {
                    Box::pin(self.more(&readers, name, title, text)).await
                }
                _ => None,
            };
            blocks.push(block);
            blocks.extend(more);
        }
        Reply { message: Message { blocks, tone, object }, ..reply }
    }

    async fn more(&self, readers: &Readers, name: &str, title: &str, text: &str) -> Option<Block> {
        let id: String = Uuid::new_v4().simple().to_string().chars().take(12).collect();
        let document = Document {
            id: id.clone(),
            readers: readers.clone(),
            name: name.to_owned(),
            title: title.to_owned(),
            text: within(text, LIMIT).to_owned(),
        };
        match self.save(&document).await {
            Ok(()) => Some(Block::Buttons(vec![
                Button::run("Next page", Call::new(GROUP, SHOW, json!({ "output": id, "page": 2 }))),
                Button::form("Filter", Call::new(GROUP, SHOW, json!({ "output": id }))),
            ])),
            Err(err) => {
                tracing::error!("A long output cannot be kept, so it is shown without its other pages: {err:#}");
                None
            }
        }
    }

    async fn shorten(&self, button: &mut Button, print: &(dyn Fn(&Button) -> String + Sync)) {
        if at_most(&button.call) <= COMMAND || print(button).encode_utf16().count() <= COMMAND {
            return;
        }
        let id = Uuid::new_v4().simple().to_string();
        match self.save_call(&id, &LongCall { call: button.call.clone(), press: button.press }).await {
            Ok(()) => (button.call, button.press) = (Call::new(GROUP, PRESS, json!({ "button": id })), Press::Run),
            Err(err) => tracing::error!("The call of a button cannot be kept, so the button may be missing: {err:#}"),
        }
    }
}

/// `issue list` of `redmine` → `redmine-issue-list`.
fn file_name(call: &Call) -> String {
    let words = call.action.split_whitespace();
    std::iter::once(call.group.as_str()).chain(words).collect::<Vec<_>>().join("-")
}

/// What its line is no longer than, in characters: each of a value's may need another before it, and a value its field's name,
/// quotes, and a place in a list.
fn at_most(call: &Call) -> usize {
    let values = call.params.iter().map(|(name, value)| match value {
        Value::String(text) => name.len() + 2 * text.len(),
        // Each of a list's values may stand beside the name.
        other => (name.len() + 2) * other.to_string().len(),
    });
    call.group.len() + call.action.len() + values.map(|it| it + 16).sum::<usize>() + 16
}

/// As much of the text as this many bytes hold, to the end of a line.
fn within(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let head = &text[..end];
    head.rfind('\n').map_or(head, |at| &head[..=at])
}
