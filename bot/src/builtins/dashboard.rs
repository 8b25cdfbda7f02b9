//! The dashboard in the browser: a link to it, and closing it.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{app::App, dashboard::LINK_LASTS, people::PersonId};

/// Get a link that opens the dashboard in your browser: alerts, who is on call, health, jobs and webhooks, live.
#[derive(Deserialize, JsonSchema)]
pub struct Dashboard {}

impl Action for Dashboard {
    type On = App;
    const NAME: &str = "dashboard";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["dashboard"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let link = app.invite_to_dashboard(ctx).await?;
        let text = Text::new().link(link, "Open the dashboard").plain(format!(
            ". The link is for you alone, and good for once, for {} minutes. Whoever has it sees what you may see, and does what you may do.",
            LINK_LASTS.as_mins()
        ));
        let close = Button::run("Close it everywhere", ctx.call(Close::NAME, json!({})));
        Ok(Reply::new(Message::text(text).buttons(vec![close]), Audience::Private))
    }
}

/// Close the dashboard in all browsers that you have it open in, and links to it that nobody used yet.
#[derive(Deserialize, JsonSchema)]
pub struct Close {}

impl Action for Close {
    type On = App;
    const NAME: &str = "dashboard close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["dashboard close"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let text = match app.close_dashboards(&PersonId::from(&ctx.actor)).await? {
            0 => "The dashboard was open nowhere.".to_owned(),
            1 => "The dashboard is closed in the browser that had it open.".to_owned(),
            count => format!("The dashboard is closed in the {count} browsers that had it open."),
        };
        Ok(Reply::to_asker(text))
    }
}
