//! What cannot be undone is said before it is done.

use commands::{Audience, Button, Call, Message, Reply, Tone};

/// Says to the asker alone what would happen, with one button that does it: the same command with `confirm=yes`.
pub(super) fn ask(question: &str, lost: &[String], label: &str, mut call: Call) -> Reply {
    call.params.insert("confirm".into(), true.into());
    let mut message = Message::text(question).tone(Tone::Warning);
    if !lost.is_empty() {
        message = message.list(lost.iter().map(|it| it.as_str().into()).collect());
    }
    let button = Button::run(label, call).danger(format!("{label}? This cannot be undone."));
    Reply::new(message.buttons(vec![button]), Audience::Private)
}
