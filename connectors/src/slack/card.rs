//! Messages and lists as people see them.

use commands::{Block, Button, Ctx, Message, Reply, Text, Tone, message::Style};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{client::people::User, resolve::Found, text};
pub(super) use crate::words::shorten;

/// The longest text shown; the rest is a click away.
const SHOWN: usize = 1500;
/// How many lines of a list are shown.
pub(super) const MOST: usize = 30;

pub(super) fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The time that a message's `ts` says.
fn sent(ts: &str) -> Timestamp {
    moment(ts.split('.').next().and_then(|it| it.parse().ok()).unwrap_or_default())
}

/// A message with what can be done about it.
pub(super) fn card(found: &Found, everyone: &[User], ctx: &Ctx) -> Message {
    let Found { message, channel, url } = found;
    let author = message.user.as_ref().and_then(|id| everyone.iter().find(|it| it.id == *id)).map(User::title);
    let author = author.or(message.username.as_deref()).unwrap_or("an app");
    let edited = if message.edited.is_some() { " · edited" } else { "" };
    let line = Text::new().bold(author).plain(" · ").time(sent(&message.ts)).plain(format!("{edited} · ")).link(url, "open");
    let mut card = Message::new().heading(channel.title()).paragraph(line);
    let said = text::readable(&message.text, everyone);
    if !said.trim().is_empty() {
        card = card.block(Block::Quote(shorten(&said, SHOWN).into()));
    }
    let mut below: Vec<String> = message.reactions.iter().map(|it| format!(":{}: {}", it.name, it.count)).collect();
    below.extend(message.files.iter().map(|it| format!("file {}", it.name.as_deref().unwrap_or("without a name"))));
    match message.reply_count {
        0 => {}
        1 => below.push("1 reply".to_owned()),
        more => below.push(format!("{more} replies")),
    }
    if !below.is_empty() {
        card = card.context(below.join(" · "));
    }
    if channel.is_direct() {
        return card;
    }
    card.buttons(vec![
        Button::form("Answer", ctx.call("message post", json!({ "channel": channel.id, "thread": url }))),
        Button::form("React", ctx.call("reaction add", json!({ "message": url }))),
        Button::run("Pin", ctx.call("pin add", json!({ "message": url }))),
    ])
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

/// `Ana, Ben and 3 more`
pub(super) fn names(people: &[User]) -> String {
    const SAID: usize = 10;
    let names: Vec<&str> = people.iter().take(SAID).map(User::title).collect();
    match people.len().saturating_sub(SAID) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Done, for everybody to see.
pub(super) fn done(text: impl Into<Text>) -> Reply {
    Reply::to_channel(Message::text(text).tone(Tone::Good))
}

/// The question before what cannot be undone, with the button that does it.
pub(super) fn ask_first(
    ctx: &Ctx,
    question: impl Into<Text>,
    label: &str,
    action: &str,
    params: &impl serde::Serialize,
) -> Reply {
    let mut params = match serde_json::to_value(params) {
        Ok(Value::Object(params)) => params,
        _ => Map::new(),
    };
    params.retain(|_, value| !value.is_null());
    params.insert("sure".into(), true.into());
    let button = Button { style: Style::Danger, ..Button::run(label, ctx.call(action, Value::Object(params))) };
    Reply::to_asker(Message::text(question).tone(Tone::Warning).buttons(vec![button]))
}
