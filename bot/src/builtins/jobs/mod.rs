//! Jobs, as people see them and set them right. What the buttons here do can be typed, and what can
//! be typed has a button.

mod repair;
mod view;
mod words;

use commands::{Action, Button, Ctx, Effect, Error, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub use self::{
    repair::{Cancel, Discard, Hurry, Redrive, RedriveAll},
    view::{facts, line},
    words::{SUBJECTS, age, shortened, shown, standing, subject, what},
};
use super::unreadable;
use crate::{
    app::App,
    queue::{Filter, Standing},
};

/// Dead letters, and jobs to be tried again, that an overview shows one by one.
const IN_OVERVIEW: u32 = 5;
/// Jobs that a list shows: a message has room for these and their buttons.
const IN_LIST: u32 = 20;

/// Show what is waiting and what was given up; with a filter, the jobs one by one.
#[derive(Deserialize, JsonSchema)]
pub struct Jobs {
    /// Only those that stand so.
    state: Option<Standing>,
    /// Only this kind: `run` (a command), `post` (a message), `hook` (a delivery), `poll`.
    kind: Option<String>,
    /// Only those about this connection, hook, chat or channel: `redmine`, `slack`, `slack:C0123`.
    connection: Option<String>,
    /// How many to list, 20 at most.
    limit: Option<u32>,
}

impl Action for Jobs {
    type On = App;
    const NAME: &str = "jobs";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["jobs", "jobs state=dead kind=post", "jobs connection=redmine limit=20"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let is_overview = self.state.is_none() && self.kind.is_none() && self.connection.is_none() && self.limit.is_none();
        let filter = Filter { state: self.state, kind: self.kind, connection: self.connection };
        let message = match is_overview {
            true => overview(app, ctx).await?,
            false => list(app, ctx, &filter, self.limit.unwrap_or(10).clamp(1, IN_LIST)).await?,
        };
        Ok(Reply::to_asker(message))
    }
}

async fn overview(app: &App, ctx: &Ctx) -> Result<Message> {
    let overview = app.queue.overview(SUBJECTS).await.map_err(unreadable)?;
    let of = |state: Standing| overview.counts.iter().filter(|it| it.state == state).map(|it| it.jobs).sum::<i64>();
    let mut message = view::overview(&overview);
    for (state, title) in [(Standing::Dead, "Given up"), (Standing::Retrying, "To be tried again")] {
        let total = of(state);
        if total == 0 {
            continue;
        }
        let filter = Filter { state: Some(state), ..Filter::default() };
        let jobs = app.queue.list(&filter, SUBJECTS, IN_OVERVIEW).await.map_err(unreadable)?;
        message = message.paragraph(Text::new().bold(title));
        for job in &jobs {
            message = message.paragraph(line(job, overview.at)).buttons(view::buttons(job, ctx));
        }
        let mut more = Vec::new();
        if total > i64::from(IN_OVERVIEW) {
            more.push(Button::run(
                format!("List more of the {total}"),
                ctx.call("jobs", json!({ "state": state, "limit": IN_LIST })),
            ));
        }
        if state == Standing::Dead && total > 1 {
            more.push(Button::run(format!("Try all {total} again …"), ctx.call("redrive all", json!({}))));
        }
        if !more.is_empty() {
            message = message.buttons(more);
        }
    }
    Ok(message)
}

async fn list(app: &App, ctx: &Ctx, filter: &Filter, limit: u32) -> Result<Message> {
    let jobs = app.queue.list(filter, SUBJECTS, limit).await.map_err(unreadable)?;
    if jobs.is_empty() {
        let button = Button::run("Show all jobs", ctx.call("jobs", json!({})));
        return Ok(Message::text("No job fits.").buttons(vec![button]));
    }
    let now = app.store.now();
    let mut message = Message::new().heading("Jobs");
    for job in &jobs {
        message = message.paragraph(line(job, now)).buttons(view::buttons(job, ctx));
    }
    let mut more = Vec::new();
    if filter.state == Some(Standing::Dead) && jobs.len() > 1 {
        let mut params = Map::new();
        for (name, value) in [("kind", &filter.kind), ("connection", &filter.connection)] {
            params.extend(value.clone().map(|it| (name.to_owned(), Value::from(it))));
        }
        more.push(Button::run("Try all of these again …", ctx.call("redrive all", Value::Object(params))));
    }
    more.push(Button::run("Show all jobs", ctx.call("jobs", json!({}))));
    Ok(message.buttons(more))
}

/// Show one job: where it stands, what it is to do, and what became of it.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// The job's number.
    job: i64,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "jobs show";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["jobs show 17"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let found = app.queue.job(self.job, SUBJECTS).await.map_err(unreadable)?;
        let Some((job, payload)) = found else { return Err(unknown(self.job)) };
        let mut facts = facts(&job, app.store.now());
        if let Some(what) = payload.as_ref().and_then(|it| what(&app.groups(), it)) {
            facts.insert(1, ("What".into(), Text::new().code(what)));
        }
        let mut message = Message::new().heading(format!("Job {}", job.id)).facts(facts);
        if let Some(payload) = payload {
            let text = serde_json::to_string_pretty(&shown(&payload)).unwrap_or_default();
            message = message.document(format!("job-{}.json", job.id), "", text);
        }
        // The card is itself what "Show" shows.
        let buttons: Vec<Button> = view::buttons(&job, ctx).into_iter().filter(|it| it.call.action != Show::NAME).collect();
        Ok(Reply::to_asker(if buttons.is_empty() { message } else { message.buttons(buttons) }))
    }
}

fn unknown(job: i64) -> Error {
    Error::not_found(format!(
        "There is no job {job}: it never was, or it ended more than 30 days ago. `bellhop jobs` lists those there are."
    ))
}
