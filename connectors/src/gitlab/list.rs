//! Lists as messages: how many, the lines, and the way to more.

use commands::{Button, Call, Message, Reply, Text};
use serde_json::Value;

use super::api::Page;

/// How many lines unless somebody wants more.
pub(super) const USUAL: u32 = 10;

/// The page's lines, with a button to the next one; `call` is the command that made it.
pub(super) fn listed<T>(page: &Page<T>, number: u32, noun: (&str, &str), call: Call, line: impl Fn(&T) -> Text) -> Reply {
    let (one, many) = noun;
    let count = page.items.len();
    if count == 0 {
        let none = if number > 1 { format!("No more {many}.") } else { format!("No {one} matches.") };
        return Reply::to_channel(none);
    }
    let head = match (page.total, number, page.next) {
        (Some(1), ..) => format!("1 {one}"),
        (Some(total), 1, None) => format!("{total} {many}"),
        (Some(total), 1, Some(_)) => format!("{count} of {total} {many}"),
        (Some(total), number, _) => format!("Page {number} of {total} {many}"),
        (None, 1, None) => format!("{count} {}", if count == 1 { one } else { many }),
        (None, number, _) => format!("Page {number} of {many}"),
    };
    let mut message = Message::text(Text::new().bold(head)).list(page.items.iter().map(line).collect());
    if let Some(next) = page.next {
        let mut call = call;
        call.params.insert("page".into(), next.into());
        message = message.buttons(vec![Button::run("Show more", call)]);
    }
    Reply::to_channel(message)
}

/// Parameters that were given, by name.
pub(super) fn given(all: Vec<(&str, Option<Value>)>) -> Value {
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
