//! A schedule's calendar, for other programs.

use commands::{Action, Audience, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{meant, unreadable};
use crate::{app::App, oncall::store};

/// The address of a schedule's calendar, to be followed by calendar programs.
#[derive(Deserialize, JsonSchema)]
pub struct Ical {
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule", "x-positional" = true))]
    schedule: Option<String>,
}

impl Action for Ical {
    type On = App;
    const NAME: &str = "oncall ical";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall ical platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        shown(app, &loaded.name).await
    }
}

/// The address is a key: for nobody's eyes but the asker's.
async fn shown(app: &App, schedule: &str) -> Result<Reply> {
    let address = app.calendar_address(schedule).await?;
    let text = Text::new().plain("Follow this address in a calendar to see who is on call for ").code(schedule).plain(":");
    let message = Message::text(text).block(commands::Block::Code(address)).context(
        Text::new().plain("Whoever has it can read the rota. ").code("bellhop oncall ical renew").plain(" makes it invalid."),
    );
    Ok(Reply::new(message, Audience::Private))
}

/// Make all addresses of a schedule's calendar invalid, and give a new one.
#[derive(Deserialize, JsonSchema)]
pub struct Renew {
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule", "x-positional" = true))]
    schedule: Option<String>,
}

impl Action for Renew {
    type On = App;
    const NAME: &str = "oncall ical renew";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["oncall ical renew platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        let mut tx = app.store.begin().await.map_err(unreadable)?;
        store::renew_feed(&mut tx, &loaded.name).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        shown(app, &loaded.name).await
    }
}
