//! What a person does in Slack: the client that the sandbox's page draws and that tests drive.
//!
//! Each [`Act`] changes what is on the screens, sends the app the request that Slack would send,
//! waits for its answer, and says what the person then sees.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    SlackSim,
    channels::{self, Archived},
    commands, interactions,
    state::{ChannelKind, Message, State},
    web_api::{self, conversations, files, link_names, reactions},
};

/// Everything a person can do, as `{"as": "U…", "do": "say", …}`.
#[derive(Debug, Deserialize)]
pub struct Act {
    /// The person's id, or name (`ana`).
    #[serde(rename = "as")]
    pub person: String,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum What {
    /// Types a line. What starts with `/` is a slash command.
    Say {
        channel: String,
        text: String,
        thread: Option<String>,
    },
    /// Uses an element of a message (`channel` and `ts`) or of the open view: presses a button, or
    /// chooses `value` (an option's value, an id, a date, or a list of them).
    Use {
        channel: Option<String>,
        ts: Option<String>,
        view: Option<String>,
        block_id: String,
        action_id: String,
        value: Option<Value>,
    },
    /// Opens an external menu and types.
    Options {
        channel: Option<String>,
        ts: Option<String>,
        view: Option<String>,
        block_id: String,
        action_id: String,
        typed: String,
    },
    /// Presses the modal's submit button; `values`: `block_id` → `action_id` → value.
    Submit {
        view: String,
        #[serde(default)]
        values: Map<String, Value>,
    },
    /// Closes the top modal, or the whole stack.
    Close {
        view: String,
        #[serde(default)]
        all: bool,
    },
    /// Chooses a message's shortcut.
    MessageShortcut {
        channel: String,
        ts: String,
        callback_id: String,
    },
    GlobalShortcut {
        callback_id: String,
    },
    React {
        channel: String,
        ts: String,
        name: String,
    },
    Unreact {
        channel: String,
        ts: String,
        name: String,
    },
    /// Uploads a file: as text, or as base64.
    Upload {
        channel: String,
        name: String,
        text: Option<String>,
        base64: Option<String>,
        comment: Option<String>,
        thread: Option<String>,
    },
    Edit {
        channel: String,
        ts: String,
        text: String,
    },
    Delete {
        channel: String,
        ts: String,
    },
    /// Hides an ephemeral message.
    Dismiss {
        channel: String,
        ts: String,
    },
    /// Opens a direct conversation with these people (ids or names).
    Open {
        with: Vec<String>,
    },
    Join {
        channel: String,
    },
    Leave {
        channel: String,
    },
    /// Opens the app's Home tab.
    OpenHome,
    /// Writes a line without sending it: the app may show what its links lead to.
    Compose {
        text: String,
    },
    Rename {
        channel: String,
        name: String,
    },
    Archive {
        channel: String,
    },
    Unarchive {
        channel: String,
    },
    DeleteChannel {
        channel: String,
    },
    /// Puts somebody, or the app (`bellhop`), into a channel.
    Invite {
        channel: String,
        person: String,
    },
    /// Takes somebody, or the app, out of a channel.
    Kick {
        channel: String,
        person: String,
    },
}

/// What the person sees happen, or a sentence why it cannot be done.
pub type Outcome = Result<Value, String>;

impl SlackSim {
    /// Does what a person does, and waits for the app's answer to it.
    ///
    /// # Errors
    /// A sentence, when no client would let them do it.
    pub async fn act(&self, act: Act) -> Outcome {
        let me = self.look(|state| {
            let found = state.users.iter().find(|it| it.id == act.person || it.name == act.person);
            found.filter(|it| !it.is_bot).map(|it| it.id.clone()).ok_or_else(|| format!("There is nobody called {}.", act.person))
        })?;
        match act.what {
            What::Say { channel, text, thread } => self.say(&me, &channel, &text, thread).await,
            What::Use { channel, ts, view, block_id, action_id, value } => {
                let place = interactions::Place::from(channel, ts, view)?;
                self.use_element(&me, place, (&block_id, &action_id), value.unwrap_or(Value::Null)).await
            }
            What::Options { channel, ts, view, block_id, action_id, typed } => {
                let place = interactions::Place::from(channel, ts, view)?;
                self.load_options(&me, place, (&block_id, &action_id), &typed).await
            }
            What::Submit { view, values } => self.submit(&me, &view, &values).await,
            What::Close { view, all } => {
                self.close(&me, &view, if all { web_api::HowMany::All } else { web_api::HowMany::One }).await
            }
            What::MessageShortcut { channel, ts, callback_id } => self.message_shortcut(&me, &channel, &ts, &callback_id).await,
            What::GlobalShortcut { callback_id } => self.global_shortcut(&me, &callback_id).await,
            other => self.with(|state| alone(state, &me, other)),
        }
    }

    async fn say(&self, me: &str, channel: &str, text: &str, thread: Option<String>) -> Outcome {
        let channel = self.look(|state| reachable(state, me, channel))?;
        if text.starts_with('/') && !text.starts_with("//") {
            let (command, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            return commands::run(self, me, &channel, command, rest.trim()).await;
        }
        self.with(|state| {
            let message = typed(state, me, &channel, text, thread);
            let message = state.post(message);
            let message = state.share_links(&message);
            Ok(json!({"message": state.shown(&message)}))
        })
    }
}

/// A line as a client sends it: escaped, with mentions and links marked.
fn typed(state: &mut State, me: &str, channel: &str, text: &str, thread: Option<String>) -> Message {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let linked = escaped.split_inclusive(char::is_whitespace).map(|word| {
        let bare = word.trim_end();
        match url::Url::parse(bare) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => format!("<{bare}>{}", &word[bare.len()..]),
            _ => word.to_owned(),
        }
    });
    let text = link_names(state, &linked.collect::<String>());
    let client_msg_id = format!("{}-{}", state.ids.hexadecimal(8), state.ids.hexadecimal(12));
    let block_id = state.ids.alphanumeric(5);
    let blocks = vec![json!({"type": "rich_text", "block_id": block_id, "elements": [
        {"type": "rich_text_section", "elements": rich_text(&text)}]})];
    let thread_ts = thread.filter(|ts| state.message(channel, ts).is_some());
    Message {
        channel: channel.to_owned(),
        thread_ts,
        user: me.to_owned(),
        text,
        blocks,
        client_msg_id: Some(client_msg_id),
        ..Message::default()
    }
}

/// A typed text as the elements of a rich text block.
fn rich_text(text: &str) -> Vec<Value> {
    let unescaped = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let mut elements = Vec::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('<') {
        let Some((inside, after)) = from.split_once('>') else { break };
        if !before.is_empty() {
            elements.push(json!({"type": "text", "text": unescaped(before)}));
        }
        let id = inside.split('|').next().unwrap_or(inside);
        elements.push(match id.split_at(usize::from(!id.is_empty())) {
            ("@", id) => json!({"type": "user", "user_id": id}),
            ("#", id) => json!({"type": "channel", "channel_id": id}),
            ("!", range) => json!({"type": "broadcast", "range": range}),
            _ => json!({"type": "link", "url": unescaped(id)}),
        });
        rest = after;
    }
    if !rest.is_empty() {
        elements.push(json!({"type": "text", "text": unescaped(rest)}));
    }
    elements
}

/// The channel that a person means, by id or name, when they are in it.
pub(super) fn reachable(state: &State, me: &str, channel: &str) -> Result<String, String> {
    let name = channel.trim_start_matches('#');
    let found = state.channels.iter().find(|it| it.id == channel || (!it.name.is_empty() && it.name == name));
    let found = found.ok_or_else(|| format!("There is no channel {channel}."))?;
    match found.members.iter().any(|it| it == me) {
        _ if found.archived => Err(format!("The channel {channel} is archived.")),
        true => Ok(found.id.clone()),
        false => Err(format!("You are not in {channel}. Join it first.")),
    }
}

/// A message on this person's screen.
pub(super) fn visible(state: &State, me: &str, channel: &str, ts: &str) -> Result<Message, String> {
    let channel = reachable(state, me, channel)?;
    let found = state.message(&channel, ts).filter(|it| it.only_for.as_deref().is_none_or(|person| person == me));
    found.cloned().ok_or_else(|| format!("There is no message {ts} in this channel."))
}

/// What a person does that the app only hears of by events.
fn alone(state: &mut State, me: &str, what: What) -> Outcome {
    let own = |state: &State, channel: &str, ts: &str| {
        let message = visible(state, me, channel, ts)?;
        if message.user == me { Ok(message) } else { Err("That message is somebody else's.".to_owned()) }
    };
    match what {
        What::React { channel, ts, name } => {
            let message = visible(state, me, &channel, &ts)?;
            let key = (message.channel.as_str(), ts.as_str());
            reactions::set(state, key, name.trim_matches(':'), me, reactions::Wanted::Present)
                .map_err(|it| it.code.to_owned())?;
        }
        What::Unreact { channel, ts, name } => {
            let message = visible(state, me, &channel, &ts)?;
            let key = (message.channel.as_str(), ts.as_str());
            reactions::set(state, key, name.trim_matches(':'), me, reactions::Wanted::Absent).map_err(|it| it.code.to_owned())?;
        }
        What::Upload { channel, name, text, base64, comment, thread } => {
            let channel = reachable(state, me, &channel)?;
            let content = match (text, base64) {
                (Some(text), _) => text.into_bytes(),
                (None, Some(encoded)) => BASE64_STANDARD.decode(encoded).map_err(|_| "That is not base64.".to_owned())?,
                (None, None) => return Err("A file needs `text` or `base64`.".into()),
            };
            let id = state.ids.slack("F");
            let mut file = files::new_file(state, &id, &name, me);
            (file.content, file.complete, file.channels) = (content, true, vec![channel.clone()]);
            state.files.insert(id.clone(), file);
            let mut message = typed(state, me, &channel, comment.as_deref().unwrap_or_default(), thread);
            (message.files, message.subtype) = (vec![id.clone()], Some("file_share"));
            if message.text.is_empty() {
                message.blocks.clear();
            }
            let message = state.post(message);
            let event = json!({"type": "file_shared", "file_id": id, "user_id": me, "file": {"id": id}, "channel_id": channel, "event_ts": message.ts});
            state.event("file_shared", event);
            return Ok(json!({"message": state.shown(&message)}));
        }
        What::Edit { channel, ts, text } => {
            let message = own(state, &channel, &ts)?;
            let new = typed(state, me, &message.channel, &text, None);
            let edited = Some((me.to_owned(), state.ts()));
            state.update(&message.channel, &ts, |message| {
                (message.text, message.blocks, message.edited) = (new.text, new.blocks, edited);
            });
        }
        What::Delete { channel, ts } => {
            let message = own(state, &channel, &ts)?;
            state.delete(&message.channel, &ts);
        }
        What::Dismiss { channel, ts } => {
            let message = visible(state, me, &channel, &ts)?;
            if message.only_for.is_none() {
                return Err("Only messages that nobody else sees can be dismissed.".into());
            }
            state.delete(&message.channel, &ts);
        }
        What::Open { with } => {
            let found = with.iter().map(|wanted| {
                let user = state.users.iter().find(|it| it.id == *wanted || it.name == *wanted);
                user.map(|it| it.id.clone()).ok_or_else(|| format!("There is nobody called {wanted}."))
            });
            let mut people = found.collect::<Result<Vec<String>, String>>()?;
            people.insert(0, me.to_owned());
            let id = state.direct(&people);
            return Ok(json!({"channel": state.channel_json(&id, me)}));
        }
        What::Join { channel } => {
            let name = channel.trim_start_matches('#');
            let found = state.channels.iter().find(|it| it.kind == ChannelKind::Public && (it.id == channel || it.name == name));
            let id = found.map(|it| it.id.clone()).ok_or_else(|| format!("There is no channel {channel}."))?;
            conversations::enter(state, &id, me, None);
        }
        What::Leave { channel } => {
            let id = reachable(state, me, &channel)?;
            conversations::exit(state, &id, me);
        }
        What::OpenHome => {
            if state.settings.home_tab == Some(false) {
                return Err("The app has no Home tab.".into());
            }
            let bot = state.app.bot_user.clone();
            let channel = state.direct(&[me.to_owned(), bot]);
            let home = state.homes.get(me).and_then(|id| state.views.get(id)).map(|it| state.view_json(it));
            let event_ts = state.ts();
            let mut event =
                json!({"type": "app_home_opened", "user": me, "channel": channel, "tab": "home", "event_ts": event_ts});
            if let Some(home) = &home {
                event["view"] = home.clone();
            }
            state.event("app_home_opened", event);
            return Ok(json!({"view": home}));
        }
        What::Compose { text } => return Ok(json!({"unfurl_id": state.write_links(me, &text)})),
        What::Rename { channel, name } => return channels::rename(state, &channel, &name),
        What::Archive { channel } => return channels::archive(state, me, &channel, Archived::Yes),
        What::Unarchive { channel } => return channels::archive(state, me, &channel, Archived::No),
        What::DeleteChannel { channel } => return channels::delete(state, me, &channel),
        What::Invite { channel, person } => return channels::invite(state, me, &channel, &person),
        What::Kick { channel, person } => return channels::kick(state, me, &channel, &person),
        What::Say { .. }
        | What::Use { .. }
        | What::Options { .. }
        | What::Submit { .. }
        | What::Close { .. }
        | What::MessageShortcut { .. }
        | What::GlobalShortcut { .. } => unreachable!("these ask the app, and are handled by `act`"),
    }
    Ok(json!({}))
}
