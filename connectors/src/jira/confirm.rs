//! The question before something is destroyed.

use commands::{Audience, Button, Ctx, Message, Reply, Tone};
use serde_json::{Value, json};

/// Says what `action` will destroy, to the asker alone, with the one button that does it.
pub(super) fn ask(ctx: &Ctx, action: &str, mut params: Value, question: &str, losses: &[String]) -> Reply {
    params["confirm"] = json!("yes");
    let mut message = Message::new().tone(Tone::Warning).heading(question);
    if !losses.is_empty() {
        message = message.list(losses.iter().map(|it| it.as_str().into()).collect());
    }
    let button = Button::run("Delete", ctx.call(action, params)).danger(question);
    Reply::new(message.buttons(vec![button]), Audience::Private)
}
