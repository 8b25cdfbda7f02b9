//! Runs of Actions: how they went, and what can be done to them.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Result, Text, Tone};
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card, param,
    place::{Place, RepoName, Right, missing},
    wire,
};

mod act;
mod list;

pub use act::{Approve, Cancel, Log, Rerun, RerunFailed};
pub use list::{List, Show};

/// Jobs that are named.
const JOBS: usize = 10;

impl GitHub {
    pub(super) async fn run_place(
        &self,
        ctx: &Ctx,
        run: &param::Run,
        repo: Option<&param::Repo>,
        level: Level,
    ) -> Result<(Place<'_>, u64)> {
        let (repo, id) = self.run(run, repo)?;
        Ok((self.place(ctx, repo, Right::Actions, level).await?, id))
    }
}

impl Place<'_> {
    pub async fn run(&self, id: u64) -> Result<wire::Run> {
        let found = self.get(&format!("/actions/runs/{id}"), &[]).await;
        found.map_err(|it| missing(it, &format!("run {id}"), &self.repo))
    }

    pub async fn jobs(&self, id: u64) -> Result<Vec<wire::Job>> {
        let jobs: wire::Jobs = self.get(&format!("/actions/runs/{id}/jobs"), &[("per_page", "100")]).await?;
        Ok(jobs.jobs)
    }

    pub async fn pending(&self, id: u64) -> Result<Vec<wire::Pending>> {
        self.get(&format!("/actions/runs/{id}/pending_deployments"), &[]).await
    }

    /// What was done, and the run as it is now.
    pub async fn run_done(&self, ctx: &Ctx, id: u64, did: &str) -> Result<Reply> {
        match card(self, ctx, id, Message::text(did)).await {
            Ok(reply) => Ok(reply),
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }
}

/// `success`, `failure`, or how far it is.
pub(super) fn outcome(run: &wire::Run) -> &str {
    run.conclusion.as_deref().or(run.status.as_deref()).unwrap_or("unknown")
}

pub(super) fn in_words(outcome: &str) -> String {
    match outcome {
        "success" => "succeeded".into(),
        "failure" | "startup_failure" => "failed".into(),
        "timed_out" => "timed out".into(),
        "action_required" => "waits for an approval".into(),
        "waiting" => "waits for its deployment to be approved".into(),
        "in_progress" => "is running".into(),
        "queued" | "pending" | "requested" => "is queued".into(),
        other => other.replace('_', " "),
    }
}

fn title(run: &wire::Run) -> String {
    format!("{} #{}", run.name.as_deref().unwrap_or("Run"), run.run_number)
}

/// A run in a line.
pub(super) fn line(run: &wire::Run) -> Text {
    let branch = run.head_branch.as_deref().unwrap_or("?");
    Text::new()
        .link(&run.html_url, title(run))
        .plain(format!(" {} · {} · {branch} · ", in_words(outcome(run)), card::first_line(&run.display_title)))
        .time(run.created_at)
}

pub(super) async fn show(on: &GitHub, ctx: &Ctx, repo: RepoName, id: u64) -> Result<Reply> {
    let place = on.place(ctx, repo, Right::Actions, Level::Read).await?;
    card(&place, ctx, id, Message::new()).await
}

async fn card(place: &Place<'_>, ctx: &Ctx, id: u64, said: Message) -> Result<Reply> {
    let run = place.run(id).await?;
    let jobs = place.jobs(id).await?;
    let pending = if run.status.as_deref() == Some("waiting") { place.pending(id).await? } else { Vec::new() };
    let shown = message(place, ctx, &run, &jobs, &pending);
    let call = ctx.call("run show", json!({ "run": id.to_string(), "repo": place.repo.to_string() }));
    Ok(Reply::card(Card { object: run.html_url, said, shown, call }, Audience::Channel))
}

fn message(place: &Place<'_>, ctx: &Ctx, run: &wire::Run, jobs: &[wire::Job], pending: &[wire::Pending]) -> Message {
    let outcome = outcome(run);
    let tone = match outcome {
        "success" => Tone::Good,
        "failure" | "startup_failure" | "timed_out" => Tone::Bad,
        "action_required" | "waiting" => Tone::Warning,
        _ => Tone::Neutral,
    };
    let actor = run.actor.as_ref().map(|it| format!(" · by {}", it.login)).unwrap_or_default();
    let line =
        Text::new().link(&run.html_url, format!("{} run {}", place.repo, run.id)).plain(format!(" · on {}{actor}", run.event));
    let mut facts: Vec<(String, Text)> = vec![
        ("Commit".into(), Text::from(format!("{} {}", card::short_sha(&run.head_sha), card::first_line(&run.display_title)))),
        ("Branch".into(), run.head_branch.clone().unwrap_or_else(|| "?".into()).into()),
    ];
    if let Some(started) = run.run_started_at.filter(|_| run.conclusion.is_some()) {
        let took = run.updated_at.as_second() - started.as_second();
        facts.push(("Took".into(), card::span(took).into()));
    }
    if let Some(attempt) = run.run_attempt.filter(|it| *it > 1) {
        facts.push(("Attempt".into(), attempt.to_string().into()));
    }
    let mut message =
        Message::new().tone(tone).heading(format!("{} {}", title(run), in_words(outcome))).paragraph(line).facts(facts);
    let failed: Vec<Text> = jobs.iter().filter(|it| is_failed(it)).take(JOBS).map(failed_job).collect();
    if !failed.is_empty() {
        message = message.list(failed);
    }
    message = message.buttons(buttons(place, ctx, run, jobs, pending));
    match pending {
        [] => {}
        [only] => message = message.context(format!("Reviewers: {}.", reviewers(only))),
        several => message = message.block(environments(place, ctx, run, several)),
    }
    message.context(Text::new().plain("Updated ").time(run.updated_at))
}

fn is_failed(job: &wire::Job) -> bool {
    matches!(job.conclusion.as_deref(), Some("failure" | "timed_out" | "startup_failure"))
}

/// `build failed at Run tests`.
fn failed_job(job: &wire::Job) -> Text {
    let step = job.steps.iter().find(|it| matches!(it.conclusion.as_deref(), Some("failure" | "timed_out")));
    let at = step.map(|it| format!(" at {}", it.name)).unwrap_or_default();
    let text = match &job.html_url {
        Some(url) => Text::new().link(url, &job.name),
        None => Text::new().bold(&job.name),
    };
    text.plain(format!(" failed{at}"))
}

fn buttons(place: &Place<'_>, ctx: &Ctx, run: &wire::Run, jobs: &[wire::Job], pending: &[wire::Pending]) -> Vec<Button> {
    let params = json!({ "run": run.id.to_string(), "repo": place.repo.to_string() });
    let call = |action: &str| ctx.call(action, params.clone());
    let mut buttons = Vec::new();
    match run.status.as_deref() {
        _ if run.conclusion.as_deref() == Some("action_required") => {
            buttons.push(Button::run("Approve and run", call("run approve")).primary())
        }
        Some("completed") => {
            if jobs.iter().any(is_failed) {
                buttons.push(Button::run("Rerun failed jobs", call("run rerun-failed")).primary());
                buttons.push(Button::run("Show the log", call("run log")));
            }
            buttons.push(Button::run("Rerun", call("run rerun")));
            buttons.push(Button::run("Artifacts", call("artifact list")));
        }
        _ => buttons.push(Button::run("Cancel", call("run cancel"))),
    }
    if let [only] = pending {
        let with = |action: &str| {
            let mut call = call(action);
            call.params.insert("environment".into(), json!(only.environment.name));
            call
        };
        buttons.push(Button::run(format!("Approve {}", only.environment.name), with("deployment approve")).primary());
        buttons.push(Button::form("Reject", with("deployment reject")));
    }
    buttons
}

/// The environments that wait, where there are several to choose from.
fn environments(place: &Place<'_>, ctx: &Ctx, run: &wire::Run, pending: &[wire::Pending]) -> Block {
    let option = |it: &wire::Pending| {
        let params = json!({ "run": run.id.to_string(), "repo": place.repo.to_string(), "environment": it.environment.name });
        Button::run(format!("Approve {}", it.environment.name), ctx.call("deployment approve", params))
    };
    Block::Menu { label: "Waiting".into(), options: pending.iter().map(option).collect() }
}

pub(super) fn reviewers(pending: &wire::Pending) -> String {
    let names: Vec<&str> =
        pending.reviewers.iter().filter_map(|it| it.reviewer.login.as_deref().or(it.reviewer.slug.as_deref())).collect();
    if names.is_empty() { "nobody in particular".into() } else { names.join(", ") }
}
