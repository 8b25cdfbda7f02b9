//! What is waiting, what was given up, and what was asked for.

use commands::{Action, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    app::App,
    audit,
    dispatch::run::RunJob,
    queue::{Cancelled, Redriven},
};

/// Show what is waiting, and what was given up.
#[derive(Deserialize, JsonSchema)]
pub struct Jobs {}

impl Action for Jobs {
    type On = App;
    const NAME: &str = "jobs";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["jobs"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let counts = app.queue.counts().await.map_err(unreadable)?;
        let dead = app.queue.dead(10).await.map_err(unreadable)?;
        let count = |states: &[&str]| {
            counts.iter().filter(|it| states.contains(&it.state.as_str())).map(|it| it.jobs).sum::<i64>().to_string()
        };
        let mut facts: Vec<(String, Text)> = vec![
            ("Waiting".into(), count(&["ready"]).into()),
            ("At work".into(), count(&["leased", "sending"]).into()),
            ("Given up".into(), count(&["dead"]).into()),
        ];
        if let Some(oldest) = counts.iter().filter(|it| it.state == "ready").map(|it| it.oldest).min() {
            facts.push(("Waiting since".into(), Text::new().time(oldest)));
        }
        let mut message = Message::new().heading("Jobs").facts(facts);
        for letter in dead {
            let text = Text::new()
                .code(format!("#{}", letter.id))
                .plain(format!(" {} · after {} tries: {}", letter.kind, letter.attempts, letter.reason));
            message =
                message.paragraph(text).buttons(vec![Button::run("Try again", ctx.call("redrive", json!({ "job": letter.id })))]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Cancel a command of yours that is kept for later.
#[derive(Deserialize, JsonSchema)]
pub struct Cancel {
    /// The job's number.
    job: i64,
}

impl Action for Cancel {
    type On = App;
    const NAME: &str = "cancel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["cancel 17"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let gone = || Error::not_found(format!("Job {} is not waiting any more: it was done, given up or cancelled.", self.job));
        let payload = app.queue.payload(self.job).await.map_err(unreadable)?.ok_or_else(gone)?;
        let asked: RunJob = serde_json::from_value(payload).map_err(|_| gone())?;
        let is_theirs = asked.to.asker == ctx.actor.id && asked.to.place.platform == ctx.actor.platform;
        if !is_theirs && !ctx.actor.admin {
            return Err(Error::new(
                commands::ErrorKind::Permission,
                "This was asked for by somebody else: they or an administrator can cancel it.",
            ));
        }
        if app.queue.cancel(self.job).await.map_err(unreadable)? == Cancelled::TooLate {
            return Err(gone());
        }
        let text = Text::new()
            .plain("Cancelled: ")
            .code(format!("{} {}", asked.call.group, asked.call.action))
            .plain(" will not be done.");
        Ok(Reply::to_asker(Message::text(text)))
    }
}

/// Try a job again that was given up.
#[derive(Deserialize, JsonSchema)]
pub struct Redrive {
    /// The job's number, as `jobs` shows it.
    job: i64,
}

impl Action for Redrive {
    type On = App;
    const NAME: &str = "redrive";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["redrive 17"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        match app.queue.redrive(self.job).await.map_err(unreadable)? {
            Redriven::As(new) => {
                Ok(Reply::to_asker(Message::text(format!("Job {} is tried again now, as {new}.", self.job)).tone(Tone::Good)))
            }
            Redriven::Live => Err(Error::bad_input(format!("A job that does the same as {} is waiting already.", self.job))),
            Redriven::NotFound => {
                Err(Error::not_found(format!("Job {} is not among those given up. `bellhop jobs` lists them.", self.job)))
            }
        }
    }
}

/// Show who asked for what, newest first.
#[derive(Deserialize, JsonSchema)]
pub struct Audit {
    /// Only commands that begin so: `redmine issue`.
    command: Option<String>,
    /// How many.
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
    const EXAMPLES: &[&str] = &["audit", "audit command=redmine limit=50"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let filter = audit::Filter { action: self.command, ..audit::Filter::default() };
        let lines = audit::list(&app.store, self.limit.clamp(1, 200), &filter).await.map_err(unreadable)?;
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

pub(super) fn unreadable(err: anyhow::Error) -> Error {
    tracing::error!("The store cannot be read: {err:#}");
    Error::internal("The store cannot be read right now. Try again in a moment; `bellhop doctor` says more.")
}
