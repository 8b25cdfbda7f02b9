//! What completes a connector's action: commands of the bot itself, which know what a connector does not (channels, subscriptions).

use commands::{Button, Call, Ctx, Error, ErrorKind, Message, Reply, Result, Text, Tone};

use super::run::at_once;
use crate::app::{App, OWN};

/// The answer with what its commands did, each said in turn. What the action did itself stays done, so that none of them fails it.
pub async fn completed(app: &App, mut reply: Reply, ctx: &Ctx) -> Reply {
    for call in std::mem::take(&mut reply.then) {
        let done = done(app, &call, ctx).await;
        reply.message = said(reply.message, app, call, done);
    }
    reply
}

async fn done(app: &App, call: &Call, ctx: &Ctx) -> Result<Reply> {
    let groups = app.groups();
    let own = groups.iter().find(|it| it.name == OWN && it.name == call.group).and_then(|it| it.find(&call.action));
    let spec = own.ok_or_else(|| Error::internal(format!("`{} {}` is no command of the bot's own", call.group, call.action)))?;
    at_once(app, call, spec, &Ctx { account: None, ..ctx.clone() }).await
}

fn said(mut message: Message, app: &App, call: Call, done: Result<Reply>) -> Message {
    let command = commands::grammar::print(&app.groups(), &call);
    match done {
        Ok(reply) => {
            message.blocks.extend(reply.message.blocks);
            message
        }
        // There was nothing to take back.
        Err(error) if error.kind == ErrorKind::NotFound => message.paragraph(error.message),
        Err(error) => {
            let text = Text::new().plain("Not done: ").code(command).plain(format!(". {}", error.message));
            message.tone(Tone::Warning).paragraph(text).buttons(vec![Button::run("Try it", call)])
        }
    }
}
