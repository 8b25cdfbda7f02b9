//! Maintenance: times in which nobody is paged for what is worked on.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Moment};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{super::unreadable, problem};
use crate::{
    alerts::rule::{self, span},
    app::App,
    people::PersonId,
    resources::{By, Declared},
};

/// Show the maintenance windows.
#[derive(Deserialize, JsonSchema)]
pub struct Maintenance {}

impl Action for Maintenance {
    type On = App;
    const NAME: &str = "maintenance";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["maintenance"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let now = app.store.now();
        let all = app.resources.all::<rule::Maintenance>();
        if all.is_empty() {
            let text = Text::new()
                .plain("There is none. ")
                .code("bellhop maintenance add db filter=in:apollo for=2h")
                .plain(" begins one.");
            return Ok(Reply::to_asker(Message::text(text)));
        }
        let lines = all.into_iter().map(|it| {
            let text = Text::new().bold(it.name).plain(format!(": {}", it.value.words()));
            let text = if it.value.filter.is_empty() {
                text.plain(", for everything")
            } else {
                text.plain(", for ").code(it.value.filter.clone())
            };
            match it.value.until(now) {
                Some(until) => text.plain(". It is on, until ").time(until),
                None => text,
            }
        });
        Ok(Reply::to_asker(Message::new().heading("Maintenance").list(lines.collect())))
    }
}

/// Set up a time in which nobody is paged for what is worked on.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// What it is called.
    name: String,
    /// Which alerts it is about, as subscriptions say it; all, where nothing is said.
    filter: Option<String>,
    /// When it begins: `22:00`, `tomorrow 9:00`, `2026-12-01 22:00`. Now, where nothing is said.
    from: Option<Moment>,
    /// When it ends.
    to: Option<Moment>,
    /// How long it takes: `2h`.
    #[serde(rename = "for")]
    how_long: Option<String>,
    /// When it begins, where it repeats: a cron line, as `0 2 * * sun`.
    cron: Option<String>,
    /// What is done.
    #[serde(default)]
    why: String,
}

impl Action for Add {
    type On = App;
    const NAME: &str = "maintenance add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] =
        &["maintenance add db filter=label:service=db for=2h", "maintenance add backups cron=\"0 2 * * sun\" for=1h"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let now = app.store.now();
        let reader = app.reader(&PersonId::from(&ctx.actor)).await.map_err(unreadable)?;
        let mut window =
            rule::Maintenance { filter: self.filter.unwrap_or_default(), why: self.why, ..rule::Maintenance::default() };
        if let Some(cron) = self.cron {
            window.cron = Some(cron);
            window.lasts = self.how_long;
            window.zone = Some(reader.zone_name);
        } else {
            let from = self.from.map_or(now, |Moment(from)| from);
            let length = self.how_long.as_deref().and_then(span).and_then(|it| from.checked_add(it).ok());
            let to = match (&self.to, length) {
                (Some(Moment(to)), _) => *to,
                (None, Some(to)) => to,
                (None, None) => {
                    return Err(problem("for", "Say how long it takes, as for=2h, or when it ends, as to=23:30.".into()));
                }
            };
            window.from = Some(from.to_string());
            window.to = Some(to.to_string());
        }
        app.resources.save(&self.name, &window, &By::person(&PersonId::from(&ctx.actor))).await?;
        settle(app).await?;
        let text = Text::new().plain("Maintenance ").bold(self.name).plain(" is set up: ");
        let at = |text: &Option<String>| text.as_ref()?.parse::<Timestamp>().ok();
        let text = match (at(&window.from), at(&window.to)) {
            (Some(from), Some(to)) => text.time(from).plain(" to ").time(to),
            _ => text.plain(window.words()),
        };
        Ok(Reply::to_channel(Message::text(text.plain(".")).tone(Tone::Good)))
    }
}

/// What fires is looked at again: people may be paged for it now, or no more.
async fn settle(app: &App) -> Result<()> {
    let settled = async {
        let mut tx = app.store.begin().await?;
        app.settle_all(&mut tx).await?;
        tx.commit().await?;
        anyhow::Ok(())
    };
    settled.await.map_err(unreadable)
}

/// End a maintenance window for good.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// What it is called.
    name: String,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "maintenance delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["maintenance delete db"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let known = app.resources.take_away::<rule::Maintenance>(&self.name, &By::person(&PersonId::from(&ctx.actor))).await?;
        settle(app).await?;
        let text = format!("The {} {} is over: people are paged again.", rule::Maintenance::KIND, known.name);
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}
