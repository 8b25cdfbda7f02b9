//! Pipelines that run by the clock: <https://docs.gitlab.com/api/pipeline_schedules/>.

use commands::{Action, Audience, Button, Card, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    GitLab,
    api::{Acting, segment},
    confirm,
    list::{USUAL, given, listed},
    names,
    param::{self, Noun},
    pipelines::{in_words, pairs},
    problem, wire,
};

const PLACES: &[&str] = &["description", "ref", "cron", "timezone", "variable"];

/// Its branch or tag, without what git calls it in full.
pub(super) fn branch(it: &wire::Schedule) -> &str {
    it.branch.trim_start_matches("refs/heads/").trim_start_matches("refs/tags/")
}

/// Which schedule is meant.
struct Found {
    path: String,
    project: String,
    id: String,
}

async fn find(on: &GitLab, schedule: &param::Schedule, project: Option<&param::Project>) -> Result<Found> {
    let (project, id) = on.place("schedule", &schedule.0, Noun::Schedule, project).await?;
    Ok(Found { path: format!("/projects/{}/pipeline_schedules/{id}", segment(&project)), project, id })
}

impl Found {
    fn about(&self, error: Error) -> Error {
        problem::place(problem::about(error, &format!("schedule {} in {}", self.id, self.project)), PLACES)
    }

    async fn get(&self, acting: &Acting<'_>) -> Result<wire::Schedule> {
        acting.get(&self.path, &[]).await.map_err(|error| self.about(error))
    }

    /// Sets attributes, and shows what became of it.
    async fn put(&self, acting: &Acting<'_>, ctx: &Ctx, body: &Value, did: &str) -> Result<Reply> {
        let it: wire::Schedule = acting.put(&self.path, body).await.map_err(|error| self.about(error))?;
        Ok(shown(acting.on, ctx, &self.project, &it, Message::text(format!("{did} “{}”.", it.description))))
    }
}

fn url(on: &GitLab, project: &str) -> String {
    format!("{}/{project}/-/pipeline_schedules", on.http.base())
}

fn shown(on: &GitLab, ctx: &Ctx, project: &str, it: &wire::Schedule, did: Message) -> Reply {
    let params = json!({ "schedule": it.id.to_string(), "project": project });
    let zone = it.cron_timezone.as_deref().unwrap_or("UTC");
    let mut facts: Vec<(String, Text)> = vec![
        ("When".into(), Text::new().code(&it.cron).plain(format!(" ({zone})"))),
        ("Branch".into(), Text::new().code(branch(it))),
    ];
    match it.next_run_at.filter(|_| it.active) {
        Some(next) => facts.push(("Next run".into(), Text::new().time(next))),
        None => facts.push(("Next run".into(), "none: it is switched off".into())),
    }
    if let Some(owner) = &it.owner {
        facts.push(("Runs as".into(), owner.name.as_str().into()));
    }
    if let Some(last) = &it.last_pipeline {
        let address = format!("{}/{project}/-/pipelines/{}", on.http.base(), last.id);
        facts.push((
            "Last pipeline".into(),
            Text::new().link(address, last.id.to_string()).plain(format!(" {}", in_words(&last.status))),
        ));
    }
    if !it.variables.is_empty() {
        // Their values may be secrets.
        let keys: Vec<&str> = it.variables.iter().map(|it| it.key.as_str()).collect();
        facts.push(("Variables".into(), keys.join(", ").into()));
    }
    let failed = it.last_pipeline.as_ref().is_some_and(|it| it.status == "failed");
    let mut buttons = vec![Button::run("Run now", ctx.call(Run::NAME, params.clone())).primary()];
    buttons.push(match it.active {
        true => Button::run("Switch off", ctx.call(Disable::NAME, params.clone())),
        false => Button::run("Switch on", ctx.call(Enable::NAME, params.clone())),
    });
    if let Some(last) = &it.last_pipeline {
        let last = json!({ "pipeline": last.id.to_string(), "project": project });
        buttons.push(Button::run("Last pipeline", ctx.call("pipeline show", last)));
    }
    buttons.push(Button::form("Change", ctx.call(Update::NAME, params.clone())));
    let all = url(on, project);
    let message = Message::new()
        .tone(if failed { Tone::Bad } else { Tone::Neutral })
        .heading(format!("Schedule {} {}", it.id, it.description))
        .paragraph(Text::new().link(&all, project))
        .facts(facts)
        .buttons(buttons);
    let object = format!("{all}/{}", it.id);
    Reply::card(Card { object, said: did, shown: message, call: ctx.call(Show::NAME, params) }, Audience::Channel)
}

/// Lists pipeline schedules.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "schedule list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["schedule list demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let number = self.page.unwrap_or(1);
        let path = format!("/projects/{}/pipeline_schedules", segment(&project));
        let page = acting.page::<wire::Schedule>(&path, &[], number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let line = |it: &wire::Schedule| {
            let text = Text::new().link(format!("{}/{}/edit", url(on, &project), it.id), it.id.to_string());
            let text = text.plain(format!(" {} · ", it.description)).code(branch(it)).plain(" · ").code(&it.cron);
            match it.next_run_at.filter(|_| it.active) {
                Some(next) => text.plain(" · next ").time(next),
                None => text.plain(" · switched off"),
            }
        };
        let call = ctx.call(Self::NAME, json!({ "project": project }));
        Ok(listed(&page, number, ("schedule", "schedules"), call, line))
    }
}

/// Shows a pipeline schedule.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The schedule's number, or its link.
    pub(super) schedule: param::Schedule,
    /// Its project, where you write a number.
    pub(super) project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "schedule show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["schedule show 71 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.schedule, self.project.as_ref()).await?;
        let it = found.get(&acting).await?;
        Ok(shown(on, ctx, &found.project, &it, Message::new()))
    }
}

/// Runs a scheduled pipeline now; its next run stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Run {
    /// The schedule's number, or its link.
    schedule: param::Schedule,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Run {
    type On = GitLab;
    const NAME: &str = "schedule run";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["schedule run 71 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.schedule, self.project.as_ref()).await?;
        let started: Result<Value> = acting.post(&format!("{}/play", found.path), &Value::Null).await;
        started.map_err(|error| found.about(error))?;
        // GitLab makes the pipeline in a moment, and does not say which it will be.
        let message = Message::text(format!("GitLab starts the pipeline of schedule {} in {}.", found.id, found.project));
        let list = Button::run("Pipelines", ctx.call("pipeline list", json!({ "project": found.project })));
        Ok(Reply::to_channel(message.buttons(vec![list])))
    }
}

/// Has a pipeline run by the clock.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is for.
    description: String,
    /// When, as cron has it: minute, hour, day, month, day of the week, such as "0 4 * * 1-5".
    cron: String,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// The branch or tag; the default branch where you do not say.
    #[serde(rename = "ref")]
    branch: Option<param::Branch>,
    /// Whose clock, such as Europe/Berlin; UTC where you do not say.
    timezone: Option<String>,
    /// A variable with its value: STAGE=live.
    #[serde(default)]
    variable: Vec<String>,
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "schedule create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["schedule create \"Nightly build\" \"0 4 * * 1-5\" project=demo/printer timezone=Europe/Berlin variable=STAGE=night"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let variables = pairs("variable", &self.variable)?;
        let branch = match &self.branch {
            Some(it) => it.0.trim().to_owned(),
            None => acting.default_branch(&project).await.map_err(|error| names::in_project(error, &project))?,
        };
        let body = given(vec![
            ("description", Some(json!(self.description.trim()))),
            ("ref", Some(json!(branch))),
            ("cron", Some(json!(self.cron.trim()))),
            ("cron_timezone", self.timezone.as_deref().map(|it| json!(it.trim()))),
        ]);
        let path = format!("/projects/{}/pipeline_schedules", segment(&project));
        let made = acting.post(&path, &body).await;
        let mut it: wire::Schedule = made.map_err(|error| problem::place(names::in_project(error, &project), PLACES))?;
        let mut did = Message::text(format!("Made the schedule “{}”.", it.description));
        for (key, value) in variables {
            let body = json!({ "key": key, "value": value });
            let set: Result<Value> = acting.post(&format!("{path}/{}/variables", it.id), &body).await;
            match set {
                Ok(_) => it.variables.push(wire::Variable { key: key.to_owned() }),
                // The schedule is there: failing now would have people make it twice.
                Err(error) => did = did.tone(Tone::Warning).paragraph(format!("It has no variable {key}: {}", error.message)),
            }
        }
        Ok(shown(on, ctx, &project, &it, did))
    }
}

/// Changes a pipeline schedule.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The schedule's number, or its link.
    schedule: param::Schedule,
    /// Its project, where you write a number.
    project: Option<param::Project>,
    /// What it is for.
    description: Option<String>,
    /// When, as cron has it, such as "0 4 * * 1-5".
    cron: Option<String>,
    /// The branch or tag.
    #[serde(rename = "ref")]
    branch: Option<param::Branch>,
    /// Whose clock, such as Europe/Berlin.
    timezone: Option<String>,
}

impl Action for Update {
    type On = GitLab;
    const NAME: &str = "schedule update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["schedule update 71 cron=\"0 5 * * *\" project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.schedule, self.project.as_ref()).await?;
        let text = |it: &Option<String>| it.as_deref().map(|it| json!(it.trim()));
        let body = given(vec![
            ("description", text(&self.description)),
            ("cron", text(&self.cron)),
            ("ref", self.branch.as_ref().map(|it| json!(it.0.trim()))),
            ("cron_timezone", text(&self.timezone)),
        ]);
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(Error::bad_input(format!("What shall change in schedule {}? Write cron=… or ref=….", found.id)));
        }
        found.put(&acting, ctx, &body, "Changed").await
    }
}

/// Switches a pipeline schedule on.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Enable {
    /// The schedule's number, or its link.
    schedule: param::Schedule,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Enable {
    type On = GitLab;
    const NAME: &str = "schedule enable";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["schedule enable 72 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.schedule, self.project.as_ref()).await?;
        found.put(&acting, ctx, &json!({ "active": true }), "Switched on").await
    }
}

/// Switches a pipeline schedule off: nothing runs by it until it is switched on.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Disable {
    /// The schedule's number, or its link.
    schedule: param::Schedule,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Disable {
    type On = GitLab;
    const NAME: &str = "schedule disable";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["schedule disable 71 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.schedule, self.project.as_ref()).await?;
        found.put(&acting, ctx, &json!({ "active": false }), "Switched off").await
    }
}

/// Takes a pipeline schedule over: its pipelines run as this account from now on.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Own {
    /// The schedule's number, or its link.
    schedule: param::Schedule,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Own {
    type On = GitLab;
    const NAME: &str = "schedule own";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["schedule own 72 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.schedule, self.project.as_ref()).await?;
        let taken: Result<wire::Schedule> = acting.post(&format!("{}/take_ownership", found.path), &Value::Null).await;
        let it = taken.map_err(|error| found.about(error))?;
        let owner = it.owner.as_ref().map_or("this account", |it| &it.name);
        let did = format!("“{}” runs as {owner} from now on.", it.description);
        Ok(shown(on, ctx, &found.project, &it, Message::text(did)))
    }
}

/// Deletes a pipeline schedule; the pipelines it ran stay.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The schedule's number, or its link.
    schedule: param::Schedule,
    /// Its project, where you write a number.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "schedule delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["schedule delete 72 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.schedule, self.project.as_ref()).await?;
        let it = found.get(&acting).await?;
        if !self.confirm {
            let question = format!("This deletes the schedule “{}” of {}.", it.description, found.project);
            let lost = [format!("Nothing runs at {} on {} any more; what ran stays.", it.cron, branch(&it))];
            let params = json!({ "schedule": found.id, "project": found.project });
            return Ok(confirm::ask(&question, &lost, "Delete the schedule", ctx.call(Self::NAME, params)));
        }
        acting.delete(&found.path).await.map_err(|error| found.about(error))?;
        Ok(Reply::to_channel(format!("Deleted the schedule “{}” of {}.", it.description, found.project)))
    }
}
