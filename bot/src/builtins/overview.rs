//! What is there, and how it does.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use connectors::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{app::App, connections::Origin, health::QUEUE};

/// List what is connected.
#[derive(Deserialize, JsonSchema)]
pub struct Connections {}

impl Action for Connections {
    type On = App;
    const NAME: &str = "connections";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["connections"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.connections.all();
        if all.is_empty() {
            let text = Text::new()
                .plain("Nothing is connected yet. An administrator connects a system here, or in the configuration file.");
            let buttons = connectors::ALL.iter().map(|kind| {
                Button::form(format!("Connect {}", kind.title), ctx.call(&format!("connect {}", kind.name), json!({})))
            });
            return Ok(Reply::to_asker(Message::text(text).buttons(buttons.collect())));
        }
        let rows = all
            .iter()
            .map(|it| {
                let state = app.health.state(&it.name).map_or("not checked yet", state_word);
                let origin = match it.origin {
                    Origin::File => "file",
                    Origin::Chat => "chat",
                };
                vec![
                    Text::new().code(it.name.clone()),
                    it.kind.title.into(),
                    it.url.clone().unwrap_or_default().into(),
                    origin.into(),
                    state.into(),
                ]
            })
            .collect();
        let header = ["Name", "System", "Address", "Made in", "Health"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Connections").block(Block::Table { header, rows })))
    }
}

/// Check now whether the queue, the chats and the connections work.
#[derive(Deserialize, JsonSchema)]
pub struct Health {
    /// Only this connection or chat, or `queue`.
    name: Option<String>,
}

impl Action for Health {
    type On = App;
    const NAME: &str = "health";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["health", "health name=redmine"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        if let Some(name) = &self.name
            && name != QUEUE
            && app.platforms.get(name).is_none()
        {
            app.connections.get(name)?;
        }
        let checked = app.check(self.name.as_deref()).await;
        let worst = checked.iter().map(|(_, it)| it.state()).max().unwrap_or(State::Ok);
        let mut message = Message::new().heading(match worst {
            State::Ok => "Everything works",
            State::Warning => "It works, with warnings",
            State::Failed => "Something does not work",
        });
        message.tone = match worst {
            State::Ok => Tone::Good,
            State::Warning => Tone::Warning,
            State::Failed => Tone::Bad,
        };
        for (name, checked) in checked {
            let lines = checked.checks.iter().map(|check| {
                let text = Text::new()
                    .plain(format!("{} ", sign(check.state)))
                    .bold(check.name.clone())
                    .plain(format!(": {}", check.detail));
                match &check.fix {
                    Some(fix) if check.state != State::Ok => {
                        Text(text.plain(" → ").0.into_iter().chain(Text::marked(fix).0).collect())
                    }
                    _ => text,
                }
            });
            message = message.paragraph(Text::new().bold(name)).list(lines.collect());
        }
        Ok(Reply::to_asker(message))
    }
}

fn sign(state: State) -> &'static str {
    match state {
        State::Ok => "✓",
        State::Warning => "!",
        State::Failed => "✗",
    }
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Ok => "works",
        State::Warning => "works, with warnings",
        State::Failed => "does not work",
    }
}
