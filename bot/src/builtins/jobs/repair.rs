//! Again, now, or not at all.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{SUBJECTS, unreadable};
use crate::{
    app::App,
    dispatch::cancel::{self, Taken},
    people::PersonId,
    queue::{By, Discarded, Filter, Hurried, Redriven, Standing},
};

/// `Ana (slack:U0123)`: what is kept with a job says who decided.
fn who(ctx: &Ctx) -> String {
    format!("{} ({}:{})", ctx.actor.name, ctx.actor.platform, ctx.actor.id)
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

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        match app.queue.redrive(self.job).await.map_err(unreadable)? {
            Redriven::As(new) => {
                let text = format!("Job {} is tried again now, as {new}.", self.job);
                let show = Button::run(format!("Show {new}"), ctx.call("jobs show", json!({ "job": new })));
                Ok(Reply::to_asker(Message::text(text).tone(Tone::Good).buttons(vec![show])))
            }
            Redriven::Live => Err(Error::bad_input(format!("A job that does the same as {} is waiting already.", self.job))),
            Redriven::NotFound => Err(not_dead(self.job)),
        }
    }
}

fn not_dead(job: i64) -> Error {
    Error::not_found(format!("Job {job} is not among those given up. `bellhop jobs state=dead` lists them."))
}

/// Try all jobs again that were given up, or those of one kind or connection.
#[derive(Deserialize, JsonSchema)]
pub struct RedriveAll {
    /// Only this kind: `run`, `post`, `hook`.
    kind: Option<String>,
    /// Only those about this connection, hook, chat or channel: `redmine`, `slack`, `slack:C0123`.
    connection: Option<String>,
    /// At most so many, the oldest first.
    limit: Option<u32>,
    /// Do it; without this, you are told how many there are and asked.
    #[serde(default)]
    sure: bool,
}

impl Action for RedriveAll {
    type On = App;
    const NAME: &str = "redrive all";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["redrive all kind=post", "redrive all connection=redmine sure"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let filter = Filter { state: Some(Standing::Dead), kind: self.kind.clone(), connection: self.connection.clone() };
        let limit = self.limit.map_or(u64::MAX, u64::from);
        if !self.sure {
            return self.ask(app, ctx, &filter, limit).await;
        }
        let by = By {
            actor: format!("{}:{}:{}", ctx.actor.platform, ctx.actor.workspace, ctx.actor.id),
            request_id: ctx.request_id.clone(),
        };
        let all = app.queue.redrive_all(&filter, SUBJECTS, limit, &by).await.map_err(unreadable)?;
        let mut message = match all.put_back {
            0 => Message::text("There was nothing to try again."),
            1 => Message::text("1 job is tried again now.").tone(Tone::Good),
            n => Message::text(format!("{n} jobs are tried again now.")).tone(Tone::Good),
        };
        if all.live > 0 {
            message = message.paragraph(format!("{} stay given up: a job that does the same is waiting already.", all.live));
        }
        Ok(Reply::to_asker(message.buttons(vec![Button::run("Show all jobs", ctx.call("jobs", json!({})))])))
    }
}

impl RedriveAll {
    async fn ask(self, app: &App, ctx: &Ctx, filter: &Filter, limit: u64) -> Result<Reply> {
        let found = app.queue.count_dead(filter, SUBJECTS).await.map_err(unreadable)?;
        let n = found.min(i64::try_from(limit).unwrap_or(i64::MAX));
        if n == 0 {
            return Ok(Reply::to_asker("No job that was given up fits, so there is nothing to try again."));
        }
        // Those who press this mean these; one that dies meanwhile is not among them.
        let mut params = json!({ "limit": n, "sure": true });
        for (name, value) in [("kind", self.kind), ("connection", self.connection)] {
            if let Some(value) = value {
                params[name] = value.into();
            }
        }
        let jobs = if n == 1 { "1 job".to_owned() } else { format!("{n} jobs") };
        let text = Text::new()
            .bold(jobs.clone())
            .plain(" would be tried again. What may have been done already is then done a second time: ")
            .code("bellhop jobs state=dead")
            .plain(" shows each with its reason.");
        let buttons = vec![
            Button::run(format!("Try {jobs} again"), ctx.call("redrive all", params)).primary(),
            Button::run("Show them first", ctx.call("jobs", json!({ "state": "dead", "limit": 20 }))),
        ];
        Ok(Reply::to_asker(Message::text(text).buttons(buttons)))
    }
}

/// Try a job now that waits for its time, or for its next try.
#[derive(Deserialize, JsonSchema)]
pub struct Hurry {
    /// The job's number, as `jobs` shows it.
    job: i64,
}

impl Action for Hurry {
    type On = App;
    const NAME: &str = "jobs now";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["jobs now 17"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        match app.queue.hurry(self.job).await.map_err(unreadable)? {
            Hurried::Yes => {
                let show = Button::run("Show it", ctx.call("jobs show", json!({ "job": self.job })));
                Ok(Reply::to_asker(Message::text(format!("Job {} is tried now.", self.job)).tone(Tone::Good).buttons(vec![show])))
            }
            Hurried::NotWaiting => Err(Error::not_found(format!(
                "Job {} does not wait for its time: it is due, at work, or has ended. `bellhop jobs show {0}` says which.",
                self.job
            ))),
        }
    }
}

/// Cancel a command of yours that is kept for later; administrators can cancel any job.
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
        let gone = || {
            Error::not_found(format!(
                "Job {} is not waiting any more: it is being done, was done, given up or cancelled.",
                self.job
            ))
        };
        let job = cancel::waiting(&app.queue, self.job).await.map_err(unreadable)?.ok_or_else(gone)?;
        let person = PersonId::from(&ctx.actor);
        let is_theirs = job.asked.as_ref().is_some_and(|it| PersonId::asker(&it.to) == person);
        if !is_theirs && !ctx.actor.admin {
            return Err(Error::new(
                ErrorKind::Permission,
                "This was asked for by somebody else: they or an administrator can cancel it.",
            ));
        }
        let asked = match cancel::cancel(&app.queue, job, &who(ctx), Some(&person)).await.map_err(unreadable)? {
            Taken::Yes(asked) => asked,
            Taken::TooLate => return Err(gone()),
            Taken::Kept(why) => return Err(Error::new(ErrorKind::Conflict, format!("Job {} goes on. {why}", self.job))),
        };
        let text = Text::new().plain("Cancelled: ");
        let text = match asked {
            Some(asked) => text.code(format!("{} {}", asked.call.group, asked.call.action)),
            None => text.plain(format!("job {}", self.job)),
        };
        Ok(Reply::to_asker(Message::text(text.plain(" will not be done."))))
    }
}

/// Give a job up for good that was given up: it stays in the history for 30 days, with who did it.
#[derive(Deserialize, JsonSchema)]
pub struct Discard {
    /// The job's number, as `jobs` shows it.
    job: i64,
}

impl Action for Discard {
    type On = App;
    const NAME: &str = "jobs discard";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["jobs discard 17"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        match app.queue.discard(self.job, &who(ctx)).await.map_err(unreadable)? {
            Discarded::Yes => Ok(Reply::to_asker(format!("Job {} is given up for good.", self.job))),
            Discarded::NotFound => Err(not_dead(self.job)),
        }
    }
}
