//! Messages and lists as people see them.

use commands::{Block, Button, Ctx, Message, Reply, Text, Tone, message::Style};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Zulip,
    client::messages::{DisplayRecipient, Message as Said},
    client::topics,
    link,
};

/// The longest text shown; the rest is a click away.
const SHOWN: usize = 1500;
const LINE: usize = 100;
/// How many lines of a list are shown.
pub(super) const MOST: usize = 30;

/// Where a message is on the web.
pub(super) fn url(on: &Zulip, message: &Said) -> String {
    match (&message.display_recipient, message.stream_id) {
        (DisplayRecipient::Channel(name), Some(id)) => {
            link::address(on.client.site(), (id, name), Some(&message.subject), Some(message.id))
        }
        (DisplayRecipient::People(people), _) => {
            link::direct(on.client.site(), &people.iter().map(|it| it.id).collect::<Vec<_>>(), message.id)
        }
        (DisplayRecipient::Channel(_), None) => on.client.site().to_owned(),
    }
}

/// `#dev > build`, or who talks to whom.
pub(super) fn place(message: &Said) -> String {
    match &message.display_recipient {
        DisplayRecipient::Channel(name) => format!("#{name} > {}", message.subject),
        DisplayRecipient::People(people) => people.iter().map(|it| it.full_name.as_str()).collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A message with what can be done about it.
pub(super) fn card(on: &Zulip, message: &Said, ctx: &Ctx) -> Message {
    let edited = if message.last_edit_timestamp.is_some() { " · edited" } else { "" };
    let line = Text::new()
        .bold(&message.sender_full_name)
        .plain(" · ")
        .time(moment(message.timestamp))
        .plain(format!("{edited} · "))
        .link(url(on, message), format!("#{}", message.id));
    let mut card = Message::new().heading(place(message)).paragraph(line);
    card = card.block(Block::Quote(shorten(&message.content, SHOWN).into()));
    if !message.reactions.is_empty() {
        card = card.context(reactions(message));
    }
    let id = message.id.to_string();
    let mut buttons = Vec::new();
    if let DisplayRecipient::Channel(name) = &message.display_recipient {
        let answer = json!({ "channel": name, "topic": message.subject });
        buttons.push(Button::form("Answer", ctx.call("message send", answer)));
    }
    buttons.push(Button::form("React", ctx.call("reaction add", json!({ "message": id }))));
    if let DisplayRecipient::Channel(name) = &message.display_recipient {
        let topic = json!({ "topic": message.subject, "channel": name });
        buttons.push(match message.subject.starts_with(topics::RESOLVED) {
            true => Button::run("Unresolve", ctx.call("topic unresolve", topic)),
            false => Button::run("Resolve", ctx.call("topic resolve", topic)),
        });
    }
    card.buttons(buttons)
}

/// `👍 2 · octopus 1`, by name.
pub(super) fn reactions(message: &Said) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for reaction in &message.reactions {
        match counted.iter_mut().find(|it| it.0 == reaction.emoji_name) {
            Some((_, count)) => *count += 1,
            None => counted.push((&reaction.emoji_name, 1)),
        }
    }
    counted.iter().map(|(name, count)| format!(":{name}: {count}")).collect::<Vec<_>>().join(" · ")
}

/// A message in a line.
pub(super) fn line(on: &Zulip, message: &Said) -> Text {
    let first = message.content.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
    Text::new()
        .link(url(on, message), format!("#{}", message.id))
        .plain(format!(" {} · {} · ", place(message), message.sender_full_name))
        .time(moment(message.timestamp))
        .plain(format!(" · {}", shorten(first, LINE)))
}

/// A list that says how many there are.
pub(super) fn listed(mut lines: Vec<Text>, noun: &str) -> Message {
    let total = lines.len();
    if total == 0 {
        return Message::text(format!("No {noun}."));
    }
    lines.truncate(MOST);
    let shown = lines.len();
    let heading = if total == 1 { format!("1 {noun}") } else { format!("{total} {noun}s") };
    let message = Message::new().heading(heading).list(lines);
    match total - shown {
        0 => message,
        more => message.context(format!("And {more} more: narrow it down by a word.")),
    }
}

/// Done, for everybody to see.
pub(super) fn done(text: impl Into<Text>) -> Reply {
    Reply::to_channel(Message::text(text).tone(Tone::Good))
}

/// The question before what cannot be undone, with the button that does it.
pub(super) fn ask_first(ctx: &Ctx, question: &str, label: &str, action: &str, params: &impl serde::Serialize) -> Reply {
    let mut params = match serde_json::to_value(params) {
        Ok(Value::Object(params)) => params,
        _ => Map::new(),
    };
    params.retain(|_, value| !value.is_null());
    params.insert("sure".into(), true.into());
    let button = Button { style: Style::Danger, ..Button::run(label, ctx.call(action, Value::Object(params))) };
    let message = Message::text(Text::marked(question)).tone(Tone::Warning).buttons(vec![button]);
    Reply::to_asker(message)
}

/// At most `most` characters, ending in … when there were more.
pub(super) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
