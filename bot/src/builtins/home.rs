//! A person's own page, in any chat.

use commands::{Action, Audience, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::app::App;

/// Show what is yours: your open issues, what your channels hear of, what you do most.
#[derive(Deserialize, JsonSchema)]
pub struct Home {}

impl Action for Home {
    type On = App;
    const NAME: &str = "home";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["home"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let message = app.page_as_message(&ctx.actor, &ctx.request_id).await;
        Ok(Reply::new(message, Audience::Private))
    }
}
