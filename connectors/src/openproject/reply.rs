//! What replies have in common: lists with a way on, and the question before what cannot be undone.

use commands::{Audience, Button, Ctx, Message, Reply, Text, Tone};
use serde_json::{Value, json};

/// Lines of `total` things; `from` is the number of the first. `more` goes on where there are more.
pub(super) fn listed(lines: Vec<Text>, from: usize, total: usize, noun: &str, more: Option<Button>) -> Message {
    let shown = lines.len();
    if shown == 0 {
        return Message::text(if from <= 1 {
            format!("There is no {noun} like that.")
        } else {
            format!("No more {}.", plural(noun))
        });
    }
    let head = match total {
        1 => format!("1 {noun}"),
        _ if shown == total => format!("{total} {}", plural(noun)),
        _ => format!("{from} to {} of {total} {}", from + shown - 1, plural(noun)),
    };
    let message = Message::text(Text::new().bold(head)).list(lines);
    match more.filter(|_| from + shown - 1 < total) {
        Some(more) => message.buttons(vec![more]),
        None => message,
    }
}

pub(super) fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !noun.ends_with("ey") => format!("{stem}ies"),
        _ if noun.ends_with('s') => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// All of a short list.
pub(super) fn all(lines: Vec<Text>, noun: &str) -> Message {
    let total = lines.len();
    listed(lines, 1, total, noun, None)
}

/// Says to the asker alone what would happen, with the one button that makes it happen.
pub(super) fn ask(ctx: &Ctx, action: &str, mut params: Value, label: &str, happens: Message) -> Reply {
    params["confirm"] = json!("yes");
    let button = Button::run(label, ctx.call(action, params)).danger(format!("{label}?"));
    Reply::new(happens.tone(Tone::Warning).buttons(vec![button]), Audience::Private)
}

/// Something was done.
pub(super) fn done(text: impl Into<Text>) -> Reply {
    Reply::to_channel(Message::text(text).tone(Tone::Good))
}
