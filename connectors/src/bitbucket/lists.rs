//! Lists as messages: how many, the lines, and a button for those that follow.

pub(super) use crate::words::shorten;
use commands::{Button, Ctx, Message, Text};
use serde::Serialize;
use serde_json::Value;

use super::model::Paged;

/// The most that is worth reading in a chat at once.
pub(super) const LIMIT: u32 = 10;
const MOST: u32 = 50;

/// How many, as somebody wants it or as is usual.
pub(super) fn limit(wanted: Option<u32>) -> u32 {
    wanted.unwrap_or(LIMIT).clamp(1, MOST)
}

/// `head` is what the lines are: `Open pull requests in example/website`; `none` what is said where there is none.
pub(super) fn listed(head: &str, none: &str, lines: Vec<Text>, more: Option<Button>) -> Message {
    if lines.is_empty() && more.is_none() {
        return Message::text(Text::marked(none));
    }
    let Some(button) = more else { return Message::text(Text::new().bold(head)).list(lines) };
    let message = match lines.is_empty() {
        true => Message::text(Text::marked(none)).context("That is not all of it: press the button to look further."),
        false => Message::text(Text::new().bold(head)).list(lines),
    };
    message.buttons(vec![button])
}

/// The same message with what it leaves out, where it shows the first of `noun` only.
pub(super) fn with_rest<T>(message: Message, page: &Paged<T>, noun: &str) -> Message {
    match page.next {
        Some(_) => message.context(format!("The first {} {noun}. The others are in Bitbucket.", page.items.len())),
        None => message,
    }
}

/// The button for what follows, where something does: the same command, from there on.
pub(super) fn more<T: Serialize>(ctx: &Ctx, action: &str, asked: &T, next: Option<String>) -> Option<Button> {
    let next = next?;
    let mut params = match serde_json::to_value(asked) {
        Ok(Value::Object(params)) => params,
        _ => return None,
    };
    params.retain(|_, value| !value.is_null());
    params.insert("after".into(), Value::String(next));
    Some(Button::run("Show more", ctx.call(action, Value::Object(params))))
}

/// The same in a line, for a list.
pub(super) fn in_a_line(text: &str, most: usize) -> String {
    shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

/// `1 branch`, `3 branches`.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
