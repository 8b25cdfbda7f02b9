//! `pipeline list`, `show`, `steps` and `log`.

use commands::{Action, Ctx, Effect, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{key, show, step_line, step_name, url};
use crate::bitbucket::{
    Bitbucket,
    cloud::pipelines::{Run, Step},
    lists::{limit, listed, more},
    model::{Outcome, Window},
    param,
    place::at,
    vendor::Only,
};

/// What is fetched of a log; all of it is in Bitbucket.
const LARGEST: usize = 4 << 20;
/// Lines that are shown of it.
const LINES: usize = 200;

/// In which state pipelines are listed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Pending,
    Building,
    Paused,
    Passed,
    Failed,
    Stopped,
    Error,
}

impl Status {
    fn written(self) -> &'static str {
        match self {
            Status::Pending => "PENDING",
            Status::Building => "BUILDING",
            Status::Paused => "PAUSED",
            Status::Passed => "PASSED",
            Status::Failed => "FAILED",
            Status::Stopped => "STOPPED",
            Status::Error => "ERROR",
        }
    }
}

/// Lists runs of pipelines, the newest first (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Of this branch only.
    branch: Option<param::Branch>,
    /// In this state only.
    status: Option<Status>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "pipeline list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pipeline list repo=website", "pipeline list repo=website branch=main status=failed"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Pipelines)?;
        let repo = on.repo(Some(&self.repo))?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let branch = self.branch.as_ref().map(|it| it.0.trim());
        let page = cloud.runs(&repo, branch, self.status.map(Status::written), &window).await?;
        let line = |it: &Run| {
            let by = it.creator.as_ref().map(|it| format!(" · {}", it.name())).unwrap_or_default();
            Text::new()
                .link(url(on.http.base(), &repo, it), format!("#{}", it.build_number))
                .plain(format!(" {} · ", it.target.title()))
                .bold(it.state.title())
                .plain(format!("{by} · "))
                .time(it.created_on)
        };
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "pipeline list", &self, page.next);
        let none = format!("No pipeline of {repo} matches.");
        Ok(Reply::to_channel(listed(&format!("Pipelines of {repo}"), &none, lines, more)))
    }
}

/// Shows a run of a pipeline with its steps (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, or a link to it.
    pipeline: param::Pipeline,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = Bitbucket;
    const NAME: &str = "pipeline show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pipeline show 2 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, number) = on.pipeline_id(&self.pipeline, self.repo.as_ref())?;
        show(on, ctx, &repo, number).await
    }
}

/// Lists the steps of a pipeline's run (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Steps {
    /// The run's number, or a link to it.
    pipeline: param::Pipeline,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Steps {
    type On = Bitbucket;
    const NAME: &str = "pipeline steps";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pipeline steps 2 repo=website"];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Pipelines)?;
        let (repo, number) = on.pipeline_id(&self.pipeline, self.repo.as_ref())?;
        let run = cloud.run(&repo, number).await?;
        let steps = cloud.steps(&repo, &run).await?;
        let lines = steps.iter().enumerate().map(|(at, it)| step_line(at, it)).collect();
        let head = format!("Steps of pipeline {}: {}", key(&repo, &run), run.state.title());
        Ok(Reply::to_channel(listed(&head, "No step has begun yet.", lines, None)))
    }
}

/// Shows the end of what a step wrote (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Log {
    /// The run's number, or a link to it.
    pipeline: param::Pipeline,
    /// Its repository.
    repo: Option<param::Repo>,
    /// The step, by number or name; the one that failed, or the last, where you do not say.
    step: Option<String>,
}

impl Action for Log {
    type On = Bitbucket;
    const NAME: &str = "pipeline log";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pipeline log 2 repo=website", "pipeline log 2 repo=website step=1"];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Pipelines)?;
        let (repo, number) = on.pipeline_id(&self.pipeline, self.repo.as_ref())?;
        let run = cloud.run(&repo, number).await?;
        let steps = cloud.steps(&repo, &run).await?;
        let (index, step) = self.choose(&steps)?;
        let log = cloud.log(&repo, &run, step, LARGEST).await;
        let log = log.map_err(|mut error| {
            if error.kind == ErrorKind::NotFound {
                error.message = format!("The step “{}” has written nothing yet.", step_name(index, step));
            }
            error
        })?;
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        let left_out = lines.len().saturating_sub(LINES);
        let shown = lines[left_out..].join("\n");
        let title = format!("Pipeline {} · {} · {}", key(&repo, &run), step_name(index, step), step.state.title());
        let mut message = Message::new().tone(super::tone(step.state.outcome()));
        message = message.document(format!("pipeline-{number}-step-{}.log", index + 1), title, shown);
        if left_out > 0 {
            message = message.context(
                Text::new()
                    .plain(format!("The last {LINES} of {} lines. ", lines.len()))
                    .link(url(on.http.base(), &repo, &run), "All of it"),
            );
        }
        Ok(Reply::to_channel(message))
    }
}

impl Log {
    fn choose<'a>(&self, steps: &'a [Step]) -> Result<(usize, &'a Step)> {
        let numbered = || steps.iter().enumerate();
        let Some(wanted) = self.step.as_deref().map(str::trim).filter(|it| !it.is_empty()) else {
            let failed = numbered().find(|(_, it)| it.state.outcome() == Outcome::Failed);
            return failed
                .or_else(|| numbered().next_back())
                .ok_or_else(|| at("pipeline", "No step of this pipeline has begun yet."));
        };
        let by_number = wanted.parse::<usize>().ok().and_then(|it| numbered().nth(it.checked_sub(1)?));
        let by_name = || numbered().find(|(at, it)| step_name(*at, it).eq_ignore_ascii_case(wanted));
        by_number.or_else(by_name).ok_or_else(|| {
            let names: Vec<String> = numbered().map(|(at, it)| format!("{} {}", at + 1, step_name(at, it))).collect();
            at("step", format!("This pipeline has no step `{wanted}`. It has: {}.", names.join(", ")))
        })
    }
}
