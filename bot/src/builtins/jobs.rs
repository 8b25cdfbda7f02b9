//! What is waiting, what was given up, and what was asked for.

use commands::{Action, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{app::App, dispatch::run::RunJob};

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
        let mut message = Message::new().heading("Jobs").facts(vec![
            ("Waiting".into(), counts.waiting().to_string().into()),
            ("Running".into(), counts.running().to_string().into()),
            ("Given up".into(), counts.dead().to_string().into()),
        ]);
        for letter in dead {
            let text = Text::new().code(format!("#{}", letter.id)).plain(format!(" {} · after {} tries: {}", letter.kind, letter.attempts, letter.reason));
            message = message.paragraph(text).buttons(vec![Button::run("Try again", ctx.call("redrive", json!({ "job": letter.id })))]);
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
        let job = app.queue.find(self.job).await.map_err(unreadable)?.ok_or_else(gone)?;
        let asked: RunJob = serde_json::from_value(job.payload).map_err(|_| gone())?;
        let is_theirs = asked.to.asker == ctx.actor.id && asked.to.place.platform == ctx.actor.platform;
        if !is_theirs && !ctx.actor.admin {
            return Err(Error::new(commands::ErrorKind::Permission, "This was asked for by somebody else: they or an administrator can cancel it."));
        }
        if !app.queue.cancel(self.job).await.map_err(unreadable)? {
            return Err(gone());
        }
        let text = Text::new().plain("Cancelled: ").code(format!("{} {}", asked.call.group, asked.call.action)).plain(" will not be done.");
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
        if !app.queue.redrive(self.job).await.map_err(unreadable)? {
            return Err(Error::not_found(format!("Job {} is not among those given up. `bellhop jobs` lists them.", self.job)));
        }
        Ok(Reply::to_asker(Message::text(format!("Job {} is tried again now.", self.job)).tone(Tone::Good)))
    }
}

/// Show who asked for what, newest first.
#[derive(Deserialize, JsonSchema)]
pub struct Audit {
    /// Only lines that contain this.
    text: Option<String>,
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
    const EXAMPLES: &[&str] = &["audit", "audit text=redmine limit=50"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let lines = app.audit.list(self.limit.clamp(1, 200), self.text.as_deref()).await.map_err(unreadable)?;
        if lines.is_empty() {
            return Ok(Reply::to_asker("No such line in the audit log."));
        }
        let rows = lines.iter().map(|it| vec![Text::new().time(it.at), Text::new().code(it.actor.clone()), Text::new().code(it.action.clone())]);
        let header = ["When", "Who", "What"].map(str::to_owned).to_vec();
        Ok(Reply::to_asker(Message::new().heading("Audit log").block(Block::Table { header, rows: rows.collect() })))
    }
}

fn unreadable(err: anyhow::Error) -> Error {
    tracing::error!("The store cannot be read: {err:#}");
    Error::internal("The store cannot be read right now. Try again in a moment; `bellhop doctor` says more.")
}
