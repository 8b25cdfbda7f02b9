//! Buttons, menus, pickers, modals and shortcuts:
//! <https://docs.slack.dev/reference/interaction-payloads>.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    commands::fields,
    escape::unescape,
    home, modal,
    render::card_of,
    shortcuts::GLOBAL,
    state,
    turns::{How, Turned},
};
use crate::{
    chat::{Answering, Opener, Place, Pressed},
    dispatch::{Happening, Line, Options, Said, Submission, Wanted, What},
};

/// The `action_id` of a button whose value is a form's id.
pub const OPEN_FORM: &str = "open-form";

/// What a person did.
#[derive(Debug)]
pub enum Interaction {
    /// The button that opens a form.
    Open { opener: Opener, form: String },
    /// A button, or an option of a menu.
    Pressed(Box<Line>),
    /// A shortcut in a message's menu, or the global one: `{group}:{action}`.
    Shortcut { line: Box<Line>, text: Said, message: Option<String> },
    /// A picker wants values.
    Options(Box<Options>),
    /// A form was sent; `fields` are those at which errors can be shown.
    Submitted { submission: Box<Submission>, fields: Vec<String> },
    /// The Home tab is to be made anew.
    Happened(Box<Happening>),
    /// A form was turned to another page, changed, or closed.
    Turned(Box<Turned>),
    /// Nothing to do, and why.
    Ignored(&'static str),
}

#[derive(Deserialize)]
struct Form {
    payload: String,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    team: Option<Named>,
    #[serde(default)]
    enterprise: Option<Named>,
    #[serde(default)]
    user: Named,
    #[serde(default)]
    channel: Option<Named>,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    callback_id: String,
    #[serde(default)]
    response_url: Option<String>,
    #[serde(default)]
    container: Container,
    #[serde(default)]
    message: Option<Message>,
    #[serde(default)]
    message_ts: Option<String>,
    #[serde(default)]
    actions: Vec<Action>,
    #[serde(default)]
    view: Value,
    /// Of a `block_suggestion`.
    #[serde(default)]
    action_id: String,
    #[serde(default)]
    value: String,
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(default)]
    id: String,
}

#[derive(Default, Deserialize)]
struct Container {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    message_ts: Option<String>,
    #[serde(default)]
    thread_ts: Option<String>,
    #[serde(default)]
    channel_id: Option<String>,
    #[serde(default)]
    is_ephemeral: bool,
    #[serde(default)]
    is_app_unfurl: bool,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    files: Vec<Named>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    ts: Option<String>,
    #[serde(default)]
    thread_ts: Option<String>,
    #[serde(default)]
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    fallback: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    #[serde(default)]
    action_id: String,
    #[serde(default)]
    block_id: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    selected_option: Option<Chosen>,
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    value: String,
}

/// Reads a verified body.
///
/// # Errors
/// What cannot be read, in words for the log.
pub fn read(body: &Bytes, request_id: &str) -> Result<Interaction, String> {
    let form: Form = fields(body)?;
    let payload: Payload = serde_json::from_str(&form.payload).map_err(|err| format!("the payload cannot be read: {err}"))?;
    if payload.user.id.is_empty() {
        return Err("the payload names no user".into());
    }
    let interaction = match payload.kind.as_str() {
        "block_actions" => pressed(payload, body, request_id)?,
        "message_action" | "shortcut" => shortcut(payload, body, request_id)?,
        "block_suggestion" => Interaction::Options(Box::new(Options {
            form: metadata(&payload.view)?,
            person: payload.user.id,
            field: payload.action_id,
            typed: payload.value,
            given: state::values(&payload.view),
        })),
        "view_submission" => submitted(payload, body, request_id)?,
        "view_closed" if payload.view["callback_id"] == modal::CALLBACK => turned(payload, How::Closed, request_id)?,
        _ => Interaction::Ignored("an interaction of an unknown type"),
    };
    Ok(interaction)
}

impl Payload {
    fn workspace(&self) -> String {
        // An app that is installed in a whole organisation is told no team.
        let named = self.team.as_ref().or(self.enterprise.as_ref());
        named.map(|it| it.id.clone()).unwrap_or_default()
    }

    fn line(self, channel: String, thread: Option<String>, text: String, body: &Bytes, request_id: &str) -> Result<Line, String> {
        if self.trigger_id.is_empty() {
            return Err("the payload has no trigger_id".into());
        }
        // What only one person sees cannot be edited by its id, and what a link shows stands below somebody else's message.
        let stays = self.kind == "block_actions" && !self.container.is_ephemeral && !self.container.is_app_unfurl;
        let id = self.container.message_ts.clone().filter(|_| stays);
        let card = self.actions.first().and_then(|it| card_of(it.block_id.as_deref()?));
        let pressed = id.map(|id| Pressed { id, card });
        Ok(Line {
            key: self.trigger_id.clone(),
            raw: body.clone(),
            to: Answering {
                place: Place { platform: "slack".into(), workspace: self.workspace(), channel, thread },
                asker: self.user.id,
                response_url: self.response_url,
                pressed,
            },
            text,
            trigger: Some(self.trigger_id),
            request_id: request_id.into(),
        })
    }
}

/// What is in a form's window; no submission of it.
fn turned(payload: Payload, how: How, request_id: &str) -> Result<Interaction, String> {
    let text = |key: &str| payload.view[key].as_str().unwrap_or_default().to_owned();
    let typed = Submission {
        form: metadata(&payload.view)?,
        key: String::new(),
        raw: Bytes::new(),
        platform: "slack".into(),
        workspace: payload.workspace(),
        person: payload.user.id.clone(),
        values: state::values(&payload.view),
        request_id: request_id.into(),
    };
    Ok(Interaction::Turned(Box::new(Turned { typed, how, view: text("id"), hash: text("hash") })))
}

fn pressed(payload: Payload, body: &Bytes, request_id: &str) -> Result<Interaction, String> {
    if payload.view["callback_id"] == modal::CALLBACK {
        let is_back = payload.actions.first().is_some_and(|it| it.action_id == modal::BACK);
        return turned(payload, if is_back { How::Back } else { How::Changed }, request_id);
    }
    let at_home = payload.view["type"] == "home";
    if payload.container.kind == "view" && !at_home {
        return Ok(Interaction::Ignored("a field of a form was changed"));
    }
    let Some(action) = payload.actions.first() else { return Err("a press without an action".into()) };
    let chosen = action.selected_option.as_ref().map(|it| it.value.as_str());
    let Some(command) = action.value.as_deref().or(chosen).filter(|it| !it.trim().is_empty()) else {
        return Ok(Interaction::Ignored("a button without a command"));
    };
    let command = command.to_owned();
    let opens = action.action_id == OPEN_FORM;
    if at_home && command == home::REFRESH {
        return Ok(refreshed(payload, body, request_id));
    }
    let channel = payload.channel.as_ref().map(|it| it.id.clone()).or(payload.container.channel_id.clone());
    // The Home tab belongs to no channel: its answers go to the person.
    let channel = channel.or_else(|| at_home.then(|| payload.user.id.clone())).unwrap_or_default();
    let thread = payload.container.thread_ts.clone().or_else(|| payload.message.as_ref()?.thread_ts.clone());
    let line = payload.line(channel, thread, command, body, request_id)?;
    if opens {
        return Ok(Interaction::Open { opener: Opener { trigger: line.trigger, to: line.to }, form: line.text });
    }
    Ok(Interaction::Pressed(Box::new(line)))
}

fn refreshed(payload: Payload, body: &Bytes, request_id: &str) -> Interaction {
    let seen = payload.view["hash"].as_str().map(str::to_owned);
    Interaction::Happened(Box::new(Happening {
        key: payload.trigger_id.clone(),
        raw: body.clone(),
        platform: "slack".into(),
        workspace: payload.workspace(),
        request_id: request_id.into(),
        what: What::PageOpened { person: payload.user.id, seen, wanted: Wanted::Refreshed },
    }))
}

fn shortcut(payload: Payload, body: &Bytes, request_id: &str) -> Result<Interaction, String> {
    let name = payload.callback_id.trim_end_matches(GLOBAL).to_owned();
    if !name.contains(':') {
        return Ok(Interaction::Ignored("a shortcut that is not ours"));
    }
    // The global shortcut belongs to no channel: its answer goes to the person.
    let channel = payload.channel.as_ref().map_or_else(|| payload.user.id.clone(), |it| it.id.clone());
    let said = payload.message.as_ref();
    let message = said.and_then(|it| it.ts.clone()).or_else(|| payload.message_ts.clone());
    let thread = said.and_then(|it| it.thread_ts.clone()).or_else(|| message.clone());
    let text = Said {
        text: said.map(text_of).unwrap_or_default(),
        author: said.and_then(|it| it.user.clone()),
        files: said.map(|it| it.files.iter().map(|it| format!("slack-file:{}", it.id)).collect()).unwrap_or_default(),
    };
    let line = Box::new(payload.line(channel, thread, name, body, request_id)?);
    Ok(Interaction::Shortcut { line, text, message })
}

/// What a message says; a bot's message often says it in attachments only.
fn text_of(said: &Message) -> String {
    let attached = said.attachments.iter().filter_map(|it| it.text.as_deref().or(it.fallback.as_deref()));
    let all: Vec<String> =
        said.text.as_deref().into_iter().chain(attached).filter(|it| !it.trim().is_empty()).map(unescape).collect();
    all.join("\n")
}

fn submitted(payload: Payload, body: &Bytes, request_id: &str) -> Result<Interaction, String> {
    if payload.view["callback_id"] != modal::CALLBACK {
        return Ok(Interaction::Ignored("a view that is no form"));
    }
    // Each press of the button has a trigger of its own: the same values sent again after a refusal are
    // no repeat, and neither are other values.
    let values = payload.view["state"]["values"].to_string();
    let text = |key: &str| payload.view[key].as_str().unwrap_or_default().to_owned();
    let digest = hex::encode(Sha256::digest(values.as_bytes()));
    let key = format!("{}:{}:{}:{digest}", payload.trigger_id, text("id"), text("hash"));
    let submission = Submission {
        form: metadata(&payload.view)?,
        key,
        raw: body.clone(),
        platform: "slack".into(),
        workspace: payload.workspace(),
        person: payload.user.id.clone(),
        values: state::values(&payload.view),
        request_id: request_id.into(),
    };
    Ok(Interaction::Submitted { submission: Box::new(submission), fields: state::fields(&payload.view) })
}

fn metadata(view: &Value) -> Result<String, String> {
    view["private_metadata"]
        .as_str()
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| "the view carries no form".into())
}
