//! Where the bot is installed, in chats that have several workspaces.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;

/// List the workspaces that Bellhop is installed in.
#[derive(Deserialize, JsonSchema)]
pub struct Workspaces {}

impl Action for Workspaces {
    type On = App;
    const NAME: &str = "workspaces";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["workspaces"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        for platform in app.platforms.all() {
            for it in platform.workspaces().await? {
                let installed = it
                    .installed
                    .map(|(who, at)| format!("{} by {who}", at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC")));
                if it.gone {
                    let call = ctx.call("workspaces forget", json!({ "id": it.id }));
                    gone.push(Button::run(format!("Forget {}", it.name), call));
                }
                rows.push(vec![
                    Text::new().code(it.id),
                    it.name.into(),
                    platform.name().into(),
                    installed.unwrap_or_else(|| "in the configuration file".into()).into(),
                    it.state.into(),
                ]);
            }
        }
        if rows.is_empty() {
            let text = "Bellhop is in no workspace of a chat that can have several.";
            return Ok(Reply::to_asker(Message::text(text)));
        }
        let header = ["Id", "Workspace", "Chat", "Installed", "State"].map(str::to_owned).to_vec();
        let mut message = Message::new().heading("Workspaces").block(Block::Table { header, rows });
        if let Some(url) = &app.public_url {
            let text = Text::new().plain("The Slack app is installed at ").code(format!("{url}/slack/install")).plain(".");
            message = message.context(text);
        }
        // More than these few are forgotten by typing.
        gone.truncate(5);
        Ok(Reply::to_asker(if gone.is_empty() { message } else { message.buttons(gone) }))
    }
}

/// Forget a workspace that Bellhop is not installed in any more.
#[derive(Deserialize, JsonSchema)]
pub struct Forget {
    /// The workspace's id, such as T0123.
    id: String,
}

impl Action for Forget {
    type On = App;
    const NAME: &str = "workspaces forget";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["workspaces forget T0123"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let mut last = None;
        for platform in app.platforms.all() {
            match platform.forget_workspace(&self.id).await {
                Ok(()) => {
                    let text = Text::new().code(self.id).plain(" is forgotten.");
                    return Ok(Reply::to_asker(Message::text(text).tone(Tone::Good)));
                }
                // Another chat may know it.
                Err(err) => last = last.or(Some(err)),
            }
        }
        Err(last.unwrap_or_else(|| commands::Error::not_found(format!("There is no workspace `{}`.", self.id))))
    }
}
