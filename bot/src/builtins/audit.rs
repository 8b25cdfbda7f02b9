//! What was asked for.

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::unreadable;
use crate::{app::App, audit};

/// Show who asked for what, newest first.
#[derive(Deserialize, JsonSchema)]
pub struct Audit {
    /// Only commands that begin so: `redmine issue`.
    command: Option<String>,
    /// How many: 1,000 at most.
    #[serde(default = "twenty")]
    limit: u32,
}

fn twenty() -> u32 {
    20
}

impl Action for Audit {
    type On = App;
    const NAME: &str = "audit";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["audit", "audit command=redmine limit=500"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let filter = audit::Filter { action: self.command, ..audit::Filter::default() };
        let lines = audit::list(&app.store, self.limit.clamp(1, 1_000), &filter).await.map_err(unreadable)?;
        if lines.is_empty() {
            return Ok(Reply::to_asker("No such line in the audit log."));
        }
        let rows = lines
            .iter()
            .map(|it| vec![Text::new().time(it.at), Text::new().code(it.actor.clone()), Text::new().code(it.action.clone())]);
        let header = ["When", "Who", "What"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Audit log").block(Block::Table { header, rows: rows.collect() })))
    }
}
