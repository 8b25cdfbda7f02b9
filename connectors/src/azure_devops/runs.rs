//! Runs of pipelines, with their stages.

use commands::{Action, Audience, Button, Card, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    AzureDevOps,
    api::{Acting, PREVIEW, segment},
    list::{USUAL, given, listed},
    param::{self, Noun},
    problem::{self, at, either},
    wire::{self, Build, branch},
};

/// How a run or stage stands, in words.
fn in_words<'a>(status: &'a str, result: Option<&'a str>) -> &'a str {
    match result.unwrap_or(status) {
        "succeeded" => "succeeded",
        "partiallySucceeded" | "succeededWithIssues" => "succeeded in part",
        "canceled" => "cancelled",
        "inProgress" => "running",
        "notStarted" | "pending" => "waiting",
        other => other,
    }
}

fn tone(build: &Build) -> Tone {
    match build.result.as_deref() {
        Some("succeeded") => Tone::Good,
        Some("failed") => Tone::Bad,
        Some("partiallySucceeded" | "canceled") => Tone::Warning,
        _ => Tone::Neutral,
    }
}

pub(super) fn url(base: &str, build: &Build) -> String {
    format!("{base}/{}/_build/results?buildId={}", segment(&build.project.name), build.id)
}

fn number(build: &Build) -> String {
    build.build_number.clone().unwrap_or_else(|| build.id.to_string())
}

pub(super) fn path(project: &str, id: u64) -> String {
    format!("/{}/_apis/build/builds/{id}", segment(project))
}

impl Acting<'_> {
    pub async fn run_of(&self, project: &str, id: u64) -> Result<Build> {
        let found = self.get(&path(project, id), &[]).await;
        found.map_err(|error| problem::about(error, &format!("run {id} in {project}")))
    }

    pub async fn records(&self, build: &Build) -> Result<Vec<wire::Record>> {
        // Without a number of its own it is the run's only one; none before it starts.
        let timeline: Option<wire::Timeline> =
            self.get(&format!("{}/timeline", path(&build.project.name, build.id)), &[]).await?;
        Ok(timeline.map(|it| it.records).unwrap_or_default())
    }

    /// What was done, and how the run stands.
    pub async fn run_shown(&self, ctx: &Ctx, build: &Build, did: Message) -> Result<Reply> {
        let base = self.on.http.base();
        let records = self.records(build).await.unwrap_or_default();
        let words = in_words(&build.status, build.result.as_deref());
        let mut facts: Vec<(String, Text)> = vec![("Status".into(), words.into())];
        if let Some(name) = &build.source_branch {
            facts.push(("Branch".into(), Text::new().code(branch(name))));
        }
        if let Some(sha) = &build.source_version {
            facts.push(("Commit".into(), Text::new().code(sha.get(..8).unwrap_or(sha))));
        }
        if let (Some(start), Some(end)) = (build.start_time, build.finish_time) {
            let seconds = (end - start).total(jiff::Unit::Second).unwrap_or_default().round() as u64;
            facts.push(("Took".into(), format!("{} min {} s", seconds / 60, seconds % 60).into()));
        }
        let by = build.requested_for.as_ref().map(|it| format!(" · by {}", it.display_name)).unwrap_or_default();
        let line = Text::new().link(url(base, build), &build.project.name).plain(format!(" · run {}{by}", build.id));
        let mut shown = Message::new()
            .tone(tone(build))
            .heading(format!("{} {} {words}", build.definition.name, number(build)))
            .paragraph(line)
            .facts(facts);
        let mut stages: Vec<&wire::Record> = records.iter().filter(|it| it.kind == "Stage").collect();
        stages.sort_by_key(|it| it.order);
        let mut lines: Vec<Text> = stages
            .iter()
            .map(|it| Text::new().bold(&it.name).plain(format!(" {}", in_words(&it.state, it.result.as_deref()))))
            .collect();
        let errors = records.iter().flat_map(|it| it.issues.iter().map(move |issue| (it, issue)));
        let errors = errors.filter(|(_, issue)| issue.kind == "error").take(5);
        lines.extend(errors.map(|(record, issue)| {
            Text::new().plain(format!("{}: ", record.name)).plain(super::text::shorten(&issue.message, 300))
        }));
        if !lines.is_empty() {
            shown = shown.list(lines);
        }
        let params = json!({ "run": build.id.to_string(), "project": build.project.name });
        let mut buttons = Vec::new();
        let waits = |it: &wire::Record| it.kind == "Checkpoint.Approval" && it.state != "completed";
        if build.status != "completed" && records.iter().any(waits) {
            let of = json!({ "project": build.project.name });
            buttons.push(Button::run("Waiting approvals", ctx.call("approval list", of)).primary());
        }
        match (build.status.as_str(), build.result.as_deref()) {
            ("completed", Some("succeeded")) => {}
            ("completed", _) => {
                buttons.push(Button::run("Retry", ctx.call("run retry", params.clone())).primary());
                buttons.push(Button::run("Log", ctx.call("run log", params.clone())));
            }
            _ => buttons.push(Button::run("Cancel", ctx.call("run cancel", params.clone()))),
        }
        if build.status == "completed" {
            buttons.push(Button::run("Artifacts", ctx.call("artifact list", params.clone())));
        }
        let again = json!({
            "pipeline": build.definition.id.to_string(), "project": build.project.name,
            "branch": build.source_branch.as_deref().map(branch).unwrap_or("main"),
        });
        buttons.push(Button::form("Run again", ctx.call("pipeline run", again)));
        shown = shown.buttons(buttons);
        if let Some(at) = build.finish_time.or(build.start_time).or(build.queue_time) {
            shown = shown.context(Text::new().plain("Since ").time(at));
        }
        let card = Card { object: url(base, build), said: did, shown, call: ctx.call("run show", params) };
        Ok(Reply::card(card, Audience::Channel))
    }

    /// The stages that are meant: the one that is named, or all that `fits`.
    async fn stages(&self, build: &Build, named: Option<&str>, fits: fn(&wire::Record) -> bool) -> Result<Vec<String>> {
        let records = self.records(build).await?;
        let all: Vec<&wire::Record> = records.iter().filter(|it| it.kind == "Stage").collect();
        let Some(named) = named.map(str::trim) else {
            return Ok(all.into_iter().filter(|it| fits(it)).filter_map(|it| it.identifier.clone()).collect());
        };
        let is_it = |it: &&&wire::Record| {
            it.name.eq_ignore_ascii_case(named) || it.identifier.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(named))
        };
        match all.iter().find(is_it).and_then(|it| it.identifier.clone()) {
            Some(stage) => Ok(vec![stage]),
            None => {
                let names: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
                Err(at("stage", format!("Run {} has no stage `{named}`. There is {}.", build.id, either(&names))))
            }
        }
    }
}

/// Lists runs, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Only of this pipeline.
    pipeline: Option<param::Pipeline>,
    /// Only of this branch.
    branch: Option<param::Branch>,
    /// Only those.
    state: Option<State>,
    /// What leads to the next page.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

/// How runs stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Running,
    Waiting,
    Succeeded,
    Failed,
    Cancelled,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "run list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["run list demo", "run list demo pipeline=build state=failed"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let mut query = vec![("$top", USUAL.to_string()), ("queryOrder", "queueTimeDescending".to_owned())];
        if let Some(pipeline) = &self.pipeline {
            query.push(("definitions", acting.pipeline(&project, &pipeline.0).await?.id.to_string()));
        }
        if let Some(branch) = &self.branch {
            query.push(("branchName", format!("refs/heads/{}", branch.0.trim())));
        }
        match self.state {
            Some(State::Running) => query.push(("statusFilter", "inProgress".into())),
            Some(State::Waiting) => query.push(("statusFilter", "notStarted".into())),
            Some(State::Succeeded) => query.push(("resultFilter", "succeeded".into())),
            Some(State::Failed) => query.push(("resultFilter", "failed".into())),
            Some(State::Cancelled) => query.push(("resultFilter", "canceled".into())),
            None => {}
        }
        query.extend(self.after.map(|it| ("continuationToken", it)));
        let found = acting.page::<Build>(&format!("/{}/_apis/build/builds", segment(&project)), &query).await;
        let (builds, next) = found.map_err(|error| problem::about(error, &format!("project {project}")))?;
        let line = |it: &Build| {
            let text = Text::new().link(url(on.http.base(), it), it.id.to_string()).plain(format!(
                " {} {}",
                it.definition.name,
                number(it)
            ));
            let text = text.plain(format!(" · {} · ", in_words(&it.status, it.result.as_deref())));
            text.code(it.source_branch.as_deref().map(branch).unwrap_or("?"))
        };
        let mut reply = listed(builds.iter().map(line).collect(), 0, None, None, ("run", "runs"));
        if let Some(next) = next {
            let again = given(vec![
                ("project", Some(json!(project))),
                ("pipeline", self.pipeline.map(|it| json!(it.0))),
                ("branch", self.branch.map(|it| json!(it.0))),
                ("state", self.state.map(|it| json!(it))),
                ("after", Some(json!(next))),
            ]);
            reply.message = reply.message.buttons(vec![Button::run("Show more", ctx.call(Self::NAME, again))]);
        }
        Ok(reply)
    }
}

/// Shows a run with its stages and errors.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, or its link.
    pub(super) run: param::Run,
    /// The project; the channel's or the connection's where you do not say.
    pub(super) project: Option<param::Project>,
}

pub(super) async fn find(on: &AzureDevOps, ctx: &Ctx, run: &param::Run, project: Option<&param::Project>) -> Result<Build> {
    let id = on.number("run", &run.0, Noun::Run)?;
    // A link tells its project.
    let linked = run.0.trim().trim_start_matches('<').strip_prefix(on.http.base()).and_then(|it| it.split('/').nth(1));
    let project = match linked.filter(|it| !it.is_empty() && !it.starts_with('_')) {
        Some(project) => project.replace("%20", " "),
        None => on.project_of(project)?,
    };
    on.acting(ctx).run_of(&project, id).await
}

impl Action for Show {
    type On = AzureDevOps;
    const NAME: &str = "run show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["run show 102 project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let build = find(on, ctx, &self.run, self.project.as_ref()).await?;
        on.acting(ctx).run_shown(ctx, &build, Message::new()).await
    }
}

fn about(error: Error, build: &Build) -> Error {
    problem::about(error, &format!("run {} in {}", build.id, build.project.name))
}

/// Cancels a run, or one of its stages.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cancel {
    /// Its number, or its link.
    run: param::Run,
    /// Only this stage.
    stage: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Cancel {
    type On = AzureDevOps;
    const NAME: &str = "run cancel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["run cancel 103 project=demo", "run cancel 103 stage=Deploy project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let build = find(on, ctx, &self.run, self.project.as_ref()).await?;
        let path = path(&build.project.name, build.id);
        let did = match &self.stage {
            Some(named) => {
                for stage in acting.stages(&build, Some(named), |_| false).await? {
                    let path = format!("{path}/stages/{}", segment(&stage));
                    let body = json!({ "state": "cancel" });
                    acting.patch_done(PREVIEW, &path, &[], &body).await.map_err(|error| about(error, &build))?;
                }
                format!("Cancelled the stage {} of {}.", named.trim(), build.id)
            }
            None => {
                let cancelled: Result<Value> = acting.patch(&path, &json!({ "status": "cancelling" })).await;
                cancelled.map_err(|error| about(error, &build))?;
                format!("Cancelled run {}.", build.id)
            }
        };
        let after = acting.run_of(&build.project.name, build.id).await.unwrap_or(build);
        acting.run_shown(ctx, &after, Message::text(did)).await
    }
}

/// Runs the failed stages of a run again, or one stage.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Retry {
    /// Its number, or its link.
    run: param::Run,
    /// Only this stage.
    stage: Option<String>,
    /// All jobs of the stage, not only the failed ones.
    #[serde(default)]
    all_jobs: bool,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Retry {
    type On = AzureDevOps;
    const NAME: &str = "run retry";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["run retry 102 project=demo", "run retry 102 stage=Test project=demo --all-jobs"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let build = find(on, ctx, &self.run, self.project.as_ref()).await?;
        let failed = |it: &wire::Record| matches!(it.result.as_deref(), Some("failed" | "canceled" | "abandoned"));
        let stages = acting.stages(&build, self.stage.as_deref(), failed).await?;
        if stages.is_empty() {
            return Err(at(
                "stage",
                format!("No stage of run {} failed. Name one with stage=… to run it again all the same.", build.id),
            ));
        }
        for stage in &stages {
            let path = format!("{}/stages/{}", path(&build.project.name, build.id), segment(stage));
            let body = given(vec![("state", Some(json!("retry"))), ("forceRetryAllJobs", Some(json!(self.all_jobs)))]);
            acting.patch_done(PREVIEW, &path, &[], &body).await.map_err(|error| about(error, &build))?;
        }
        let did = format!("Running {} of {} again.", stages.join(", "), build.id);
        let after = acting.run_of(&build.project.name, build.id).await.unwrap_or(build);
        acting.run_shown(ctx, &after, Message::text(did)).await
    }
}
