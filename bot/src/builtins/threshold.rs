//! Numbers that should stay on one side of another.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use connectors::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    heartbeat::{Level, word},
    jobs::age,
    unreadable,
};
use crate::{
    app::App,
    health::{
        store::standings,
        threshold::{Threshold, standing_name},
    },
    people::PersonId,
    resources::By,
};

/// List the thresholds, and how it stands with each.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "threshold list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["threshold list"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let documents = app.resources.all::<Threshold>();
        if documents.is_empty() {
            let text = Text::new()
                .plain("There are no thresholds. An administrator adds one: ")
                .code("bellhop threshold add slow metric=response of=redmine above=2 for=10m");
            let add = Button::form("Add a threshold…", ctx.call("threshold add", json!({})));
            return Ok(Reply::to_asker(Message::text(text).buttons(vec![add])));
        }
        let known = standings(&app.store).await.map_err(unreadable)?;
        let mut rows = Vec::new();
        for it in &documents {
            let now = app.measure(&it.value).await.map_err(unreadable)?;
            let standing = known.get(&standing_name(&it.name));
            let state = match standing {
                Some(it) if it.state == State::Failed => {
                    format!("✗ crossed for {}", age(app.store.now().duration_since(it.since)))
                }
                _ => "✓ clear".to_owned(),
            };
            rows.push(vec![
                Text::new().code(it.name.clone()),
                it.value.words().into(),
                it.value.lasting.clone().into(),
                now.map_or("unknown".to_owned(), |it| format!("{it:.2}").trim_end_matches(".00").to_owned()).into(),
                state.into(),
            ]);
        }
        let header = ["Name", "Crossed when", "For", "Now", "State"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Thresholds").block(Block::Table { header, rows })))
    }
}

/// Tell when a number goes where it should not be.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// What to call it: one word.
    name: String,
    /// events, errors (percent), response (seconds), quota (percent left), score, queue_depth, queue_age (seconds), or one of /metrics.
    metric: String,
    /// Of which connection or hook.
    of: Option<String>,
    /// With events: which ones.
    filter: Option<String>,
    /// Crossed when it is more than this.
    above: Option<f64>,
    /// Crossed when it is less than this.
    below: Option<f64>,
    /// For how long it must last.
    #[serde(rename = "for", default = "minutes")]
    lasting: String,
    /// With events, errors and response: over which time they are counted.
    #[serde(default = "minutes")]
    window: String,
    /// How bad it is.
    #[serde(default = "warning")]
    severity: Level,
}

fn minutes() -> String {
    "5m".into()
}

fn warning() -> Level {
    Level::Warning
}

impl Action for Add {
    type On = App;
    const NAME: &str = "threshold add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] =
        &["threshold add slow metric=response of=redmine above=2 for=10m", "threshold add backlog metric=queue_depth above=1000"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = word(&self.name)?;
        let threshold = Threshold {
            metric: self.metric.trim().to_owned(),
            of: self.of,
            filter: self.filter,
            above: self.above,
            below: self.below,
            lasting: self.lasting,
            window: self.window,
            severity: self.severity.name().into(),
        };
        app.resources.save(name, &threshold, &By::person(&PersonId::from(&ctx.actor))).await?;
        let now = app.measure(&threshold).await.map_err(unreadable)?;
        let now = now.map_or("It cannot be measured yet.".to_owned(), |it| format!("It is {it} now."));
        let text = Text::new().plain("The threshold ").code(name).plain(format!(" is set: {}. {now}", threshold.words()));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// Forget a threshold.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// The threshold.
    #[schemars(extend("x-lookup" = "threshold"))]
    name: String,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "threshold delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["threshold delete slow"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let document = app.resources.take_away::<Threshold>(&self.name, &By::person(&PersonId::from(&ctx.actor))).await?;
        app.forget_threshold(&document.name).await.map_err(unreadable)?;
        Ok(Reply::to_channel(Message::text(Text::new().plain("The threshold ").code(document.name).plain(" is gone."))))
    }
}
