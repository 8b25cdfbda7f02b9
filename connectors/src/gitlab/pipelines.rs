//! Pipelines.

use commands::{Action, Audience, Button, Card, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    GitLab,
    api::{Acting, segment},
    confirm, jobs,
    list::{USUAL, given, listed},
    names,
    param::{self, Noun},
    problem::{self, at},
    wire,
};

/// GitLab's status in words.
pub(super) fn in_words(status: &str) -> &str {
    match status {
        "success" => "passed",
        "manual" => "waits for somebody",
        "waiting_for_resource" | "waiting_for_callback" | "preparing" | "created" | "pending" => "waits",
        other => other,
    }
}

pub(super) fn tone(status: &str) -> Tone {
    match status {
        "success" => Tone::Good,
        "failed" => Tone::Bad,
        "manual" | "canceled" => Tone::Warning,
        _ => Tone::Neutral,
    }
}

/// `1 min 20 s`.
pub(super) fn lasted(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

/// Which pipeline is meant: its path, its project and its number.
struct Found {
    path: String,
    project: String,
    id: String,
}

async fn find(on: &GitLab, pipeline: &param::Pipeline, project: Option<&param::Project>) -> Result<Found> {
    let (project, id) = on.place("pipeline", &pipeline.0, Noun::Pipeline, project).await?;
    Ok(Found { path: format!("/projects/{}/pipelines/{id}", segment(&project)), project, id })
}

impl Found {
    fn about(&self, error: Error) -> Error {
        problem::about(error, &format!("pipeline {} in {}", self.id, self.project))
    }

    fn params(&self) -> Value {
        json!({ "pipeline": self.id, "project": self.project })
    }

    async fn jobs(&self, acting: &Acting<'_>) -> Result<Vec<wire::Job>> {
        acting.all(&format!("{}/jobs", self.path), &[], 200).await.map_err(|error| self.about(error))
    }

    /// What was done, and how the pipeline stands; its jobs are left out where they cannot be read.
    async fn shown(&self, acting: &Acting<'_>, ctx: &Ctx, pipeline: &wire::Pipeline, did: Message) -> Reply {
        let jobs = self.jobs(acting).await.unwrap_or_default();
        let branch = pipeline.branch.as_deref().unwrap_or("?");
        let mut facts: Vec<(String, Text)> = vec![
            ("Status".into(), in_words(&pipeline.status).into()),
            ("Branch".into(), Text::new().code(branch)),
            ("Commit".into(), Text::new().code(pipeline.sha.get(..8).unwrap_or(&pipeline.sha))),
        ];
        if let Some(duration) = pipeline.duration {
            facts.push(("Took".into(), lasted(duration).into()));
        }
        let by = pipeline.user.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
        let source = pipeline.source.as_deref().map(|it| format!(" · {}", it.replace('_', " "))).unwrap_or_default();
        let line = Text::new().link(&pipeline.web_url, &self.project).plain(format!("{source}{by}"));
        let mut shown = Message::new()
            .tone(tone(&pipeline.status))
            .heading(format!("Pipeline {} {}", pipeline.id, in_words(&pipeline.status)))
            .paragraph(line)
            .facts(facts);
        if let Some(errors) = &pipeline.yaml_errors {
            shown = shown.paragraph(format!("The pipeline's file is wrong: {errors}"));
        }
        // GitLab lists the last ones first.
        let lines: Vec<Text> = jobs.iter().rev().map(jobs::line).collect();
        if !lines.is_empty() {
            shown = shown.list(lines);
        }
        let failed = jobs.iter().rev().find(|it| it.status == "failed" && !it.allow_failure);
        let manual: Vec<Button> = jobs
            .iter()
            .rev()
            .filter(|it| it.status == "manual")
            .take(3)
            .map(|it| Button::run(format!("Play {}", it.name), jobs::call(ctx, "job play", it, &self.project)).primary())
            .collect();
        let mut buttons = manual;
        if let Some(job) = failed {
            buttons.push(Button::run(format!("Log of {}", job.name), jobs::call(ctx, "job log", job, &self.project)));
        }
        match pipeline.status.as_str() {
            "failed" | "canceled" => buttons.push(Button::run("Retry", ctx.call("pipeline retry", self.params())).primary()),
            "success" | "skipped" | "manual" => {}
            _ => buttons.push(Button::run("Cancel", ctx.call("pipeline cancel", self.params()))),
        }
        let again = json!({ "ref": branch, "project": self.project });
        if pipeline.branch.as_deref().is_some_and(|it| !it.starts_with("refs/")) {
            buttons.push(Button::form("Run again", ctx.call("pipeline run", again)));
        }
        shown = shown.buttons(buttons);
        if let Some(at) = pipeline.updated_at {
            shown = shown.context(Text::new().plain("Updated ").time(at));
        }
        let call = ctx.call("pipeline show", self.params());
        Reply::card(Card { object: pipeline.web_url.clone(), said: did, shown, call }, Audience::Channel)
    }
}

/// Lists pipelines, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Only of this branch or tag.
    #[serde(rename = "ref")]
    branch: Option<param::Branch>,
    /// Only those.
    status: Option<Status>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// How a pipeline stands.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Running,
    Pending,
    Success,
    Failed,
    Canceled,
    Skipped,
    Manual,
    Scheduled,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "pipeline list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pipeline list demo/printer", "pipeline list demo/printer ref=main status=failed"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let mut query = Vec::new();
        if let Some(branch) = &self.branch {
            query.push(("ref", branch.0.trim().to_owned()));
        }
        if let Some(status) = self.status {
            query.push(("status", json!(status).as_str().unwrap_or_default().to_owned()));
        }
        let number = self.page.unwrap_or(1);
        let path = format!("/projects/{}/pipelines", segment(&project));
        let page = acting.page::<wire::Pipeline>(&path, &query, number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let call = ctx.call(
            Self::NAME,
            given(vec![
                ("project", Some(json!(project))),
                ("ref", self.branch.as_ref().map(|it| json!(it.0))),
                ("status", self.status.map(|it| json!(it))),
            ]),
        );
        let line = |it: &wire::Pipeline| {
            let text = Text::new().link(&it.web_url, it.id.to_string()).plain(format!(" {} · ", in_words(&it.status)));
            let text = text.code(it.branch.as_deref().unwrap_or("?"));
            let source = it.source.as_deref().map(|it| format!(" · {}", it.replace('_', " "))).unwrap_or_default();
            text.plain(source)
        };
        Ok(listed(&page, number, ("pipeline", "pipelines"), call, line))
    }
}

/// Shows a pipeline with its jobs.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The pipeline's number, its link, or latest.
    pub(super) pipeline: param::Pipeline,
    /// Its project, where you write a number.
    pub(super) project: Option<param::Project>,
    /// The branch whose latest is meant.
    #[serde(default, rename = "ref")]
    pub(super) branch: Option<param::Branch>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "pipeline show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pipeline show 101 project=demo/printer", "pipeline show latest project=demo/printer ref=main"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        if self.pipeline.0.trim().eq_ignore_ascii_case("latest") {
            let project = on.project_of(self.project.as_ref()).await?;
            let query: Vec<_> = self.branch.iter().map(|it| ("ref", it.0.trim().to_owned())).collect();
            let path = format!("/projects/{}/pipelines/latest", segment(&project));
            let latest: Result<wire::Pipeline> = acting.get(&path, &query).await;
            let pipeline = latest.map_err(|error| problem::about(error, &format!("pipeline in {project} on that branch")))?;
            let path = format!("/projects/{}/pipelines/{}", segment(&project), pipeline.id);
            let found = Found { path, project, id: pipeline.id.to_string() };
            return Ok(found.shown(&acting, ctx, &pipeline, Message::new()).await);
        }
        let found = find(on, &self.pipeline, self.project.as_ref()).await?;
        let pipeline: wire::Pipeline = acting.get(&found.path, &[]).await.map_err(|error| found.about(error))?;
        Ok(found.shown(&acting, ctx, &pipeline, Message::new()).await)
    }
}

/// Runs a pipeline on a branch or tag.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Run {
    /// The branch or tag; the default branch where you do not say.
    #[serde(rename = "ref")]
    #[schemars(extend("x-positional" = true))]
    branch: Option<param::Branch>,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// A variable with its value: STAGE=live.
    #[serde(default)]
    variable: Vec<String>,
    /// An input of the pipeline with its value: level=debug; since GitLab 18.1.
    #[serde(default)]
    input: Vec<String>,
}

/// `NAME=value`, each.
pub(super) fn pairs<'a>(field: &str, all: &'a [String]) -> Result<Vec<(&'a str, &'a str)>> {
    let pair = |it: &'a String| {
        let (name, value) = it.split_once('=')?;
        (!name.trim().is_empty()).then_some((name.trim(), value.trim()))
    };
    all.iter().map(|it| pair(it).ok_or_else(|| at(field, format!("`{it}` is no variable. Write it as NAME=value.")))).collect()
}

impl Action for Run {
    type On = GitLab;
    const NAME: &str = "pipeline run";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["pipeline run main project=demo/printer", "pipeline run main project=demo/printer variable=STAGE=live"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let branch = match &self.branch {
            Some(it) => it.0.trim().to_owned(),
            None => acting.default_branch(&project).await.map_err(|error| names::in_project(error, &project))?,
        };
        let variables = pairs("variable", &self.variable)?;
        let variables: Vec<Value> = variables.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let inputs = pairs("input", &self.input)?;
        let inputs: Value = inputs.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let body = given(vec![
            ("ref", Some(json!(branch))),
            ("variables", (!variables.is_empty()).then(|| json!(variables))),
            ("inputs", (!self.input.is_empty()).then_some(inputs)),
        ]);
        let started = acting.post(&format!("/projects/{}/pipeline", segment(&project)), &body).await;
        let started: wire::Pipeline =
            started.map_err(|error| problem::place(names::in_project(error, &project), &["ref", "variable"]))?;
        let path = format!("/projects/{}/pipelines/{}", segment(&project), started.id);
        let found = Found { path, project, id: started.id.to_string() };
        Ok(found.shown(&acting, ctx, &started, Message::text(format!("Started a pipeline on {branch}."))).await)
    }
}

/// Runs the failed and cancelled jobs of a pipeline again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Retry {
    /// The pipeline's number, or its link.
    pipeline: param::Pipeline,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Retry {
    type On = GitLab;
    const NAME: &str = "pipeline retry";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pipeline retry 102 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.pipeline, self.project.as_ref()).await?;
        let pipeline = acting.post(&format!("{}/retry", found.path), &Value::Null).await;
        let pipeline: wire::Pipeline = pipeline.map_err(|error| found.about(error))?;
        Ok(found.shown(&acting, ctx, &pipeline, Message::text(format!("Running pipeline {} again.", found.id))).await)
    }
}

/// Cancels a pipeline.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cancel {
    /// The pipeline's number, or its link.
    pipeline: param::Pipeline,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Cancel {
    type On = GitLab;
    const NAME: &str = "pipeline cancel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pipeline cancel 103 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.pipeline, self.project.as_ref()).await?;
        let pipeline = acting.post(&format!("{}/cancel", found.path), &Value::Null).await;
        let pipeline: wire::Pipeline = pipeline.map_err(|error| found.about(error))?;
        Ok(found.shown(&acting, ctx, &pipeline, Message::text(format!("Cancelled pipeline {}.", found.id))).await)
    }
}

/// Deletes a pipeline with its jobs, logs and artifacts; needs the role Owner.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The pipeline's number, or its link.
    pipeline: param::Pipeline,
    /// Its project, where you write a number.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "pipeline delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pipeline delete 101 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.pipeline, self.project.as_ref()).await?;
        let pipeline: wire::Pipeline = acting.get(&found.path, &[]).await.map_err(|error| found.about(error))?;
        if !self.confirm {
            let jobs = match found.jobs(&acting).await?.len() {
                1 => "1 job goes with it, with its log and artifacts.".to_owned(),
                count => format!("{count} jobs go with it, with their logs and artifacts."),
            };
            let branch = pipeline.branch.as_deref().unwrap_or("?");
            let question =
                format!("This deletes pipeline {} of {} (on {branch}, {}).", found.id, found.project, in_words(&pipeline.status));
            let lost = [jobs];
            return Ok(confirm::ask(&question, &lost, "Delete the pipeline", ctx.call(Self::NAME, found.params())));
        }
        acting.delete(&found.path).await.map_err(|error| found.about(error))?;
        Ok(Reply::to_channel(format!("Deleted pipeline {} of {}.", found.id, found.project)))
    }
}
