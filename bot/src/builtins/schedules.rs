//! What is done again and again, and when next.

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::unreadable;
use crate::{
    app::App,
    queue::{Paused, Schedule},
};

/// Show what is done again and again, and when next.
#[derive(Deserialize, JsonSchema)]
pub struct Schedules {}

impl Action for Schedules {
    type On = App;
    const NAME: &str = "schedules";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["schedules"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let all = app.queue.schedules().await.map_err(unreadable)?;
        if all.is_empty() {
            return Ok(Reply::to_asker("Nothing is done by schedule."));
        }
        let header = ["Name", "When", "Next", "Last", "Late"].map(str::to_owned).to_vec();
        let rows = all.iter().map(row).collect();
        Ok(Reply::to_asker(Message::new().heading("Schedules").block(Block::Table { header, rows })))
    }
}

fn row(it: &Schedule) -> Vec<Text> {
    let next = match it.paused {
        Paused::Yes => Text::new().plain("paused"),
        Paused::No => Text::new().time(it.next),
    };
    let (last, late) = match it.last {
        Some(last) => (Text::new().time(last.step), Text::new().plain(format!("{} s", last.late().as_secs()))),
        None => (Text::new().plain("never"), Text::new()),
    };
    vec![Text::new().code(it.name.clone()), Text::new().plain(it.words.clone()), next, last, late]
}
