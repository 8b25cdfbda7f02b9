//! Lists as messages: how many, the lines, and the way to more.

use commands::{Button, Call, Message, Reply, Text};
use serde_json::Value;

/// How many lines unless somebody wants more.
pub(super) const USUAL: usize = 10;

/// These lines, after `skipped` others; `total` where it is known, and whether there are more.
pub(super) fn listed(
    lines: Vec<Text>,
    skipped: usize,
    total: Option<usize>,
    more: Option<Call>,
    (one, many): (&str, &str),
) -> Reply {
    let count = lines.len();
    if count == 0 {
        return Reply::to_channel(if skipped > 0 { format!("No more {many}.") } else { format!("No {one} matches.") });
    }
    let last = skipped + count;
    let head = match (total, &more) {
        (Some(1), _) => format!("1 {one}"),
        (Some(total), _) if total == count => format!("{total} {many}"),
        (Some(total), _) => format!("{} to {last} of {total} {many}", skipped + 1),
        (None, None) if skipped == 0 => format!("{count} {}", if count == 1 { one } else { many }),
        (None, _) => format!("{} to {last} of the {many}", skipped + 1),
    };
    let mut message = Message::text(Text::new().bold(head)).list(lines);
    if let Some(mut call) = more {
        call.params.insert("skip".into(), last.into());
        message = message.buttons(vec![Button::run("Show more", call)]);
    }
    Reply::to_channel(message)
}

/// Parameters that were given, by name.
pub(super) fn given(all: Vec<(&str, Option<Value>)>) -> Value {
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
