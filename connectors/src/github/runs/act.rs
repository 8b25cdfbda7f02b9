//! What is done to a run: rerun, cancel, approve; and its log.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use reqwest::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{
        GitHub,
        access::Level,
        param,
        place::{Place, missing},
        problem,
    },
    is_failed,
};

/// The longest log that is read, in bytes.
const LONGEST_LOG: usize = 8 << 20;
/// What is shown of a log: its last lines, where things fail.
const LINES: usize = 80;

/// Runs all jobs of a run again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rerun {
    /// Its id, or a link to it.
    run: param::Run,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Rerun {
    type On = GitHub;
    const NAME: &str = "run rerun";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["run rerun 30433642 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Write).await?;
        act(&place, ctx, id, "rerun", "Runs all jobs again.").await
    }
}

/// Runs the failed jobs of a run again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RerunFailed {
    /// Its id, or a link to it.
    run: param::Run,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for RerunFailed {
    type On = GitHub;
    const NAME: &str = "run rerun-failed";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["run rerun-failed 30433642 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Write).await?;
        act(&place, ctx, id, "rerun-failed-jobs", "Runs the failed jobs again.").await
    }
}

/// Cancels a run.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cancel {
    /// Its id, or a link to it.
    run: param::Run,
    /// Also what would run all the same: for runs that do not stop.
    #[serde(default)]
    force: bool,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Cancel {
    type On = GitHub;
    const NAME: &str = "run cancel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["run cancel 30433642 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Write).await?;
        let how = if self.force { "force-cancel" } else { "cancel" };
        act(&place, ctx, id, how, "Cancels it.").await
    }
}

/// Approves a run that came from a fork, so that it may start. Not your own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    /// Its id, or a link to it.
    run: param::Run,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Approve {
    type On = GitHub;
    const NAME: &str = "run approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["run approve 30433642 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Write).await?;
        let login = place.known(ctx)?;
        let run = place.run(id).await?;
        if run.actor.as_ref().is_some_and(|it| it.login.eq_ignore_ascii_case(login)) {
            return Err(Error::new(ErrorKind::Permission, "This run is of your own change: somebody else has to approve it."));
        }
        if run.status.as_deref() == Some("waiting") {
            let message = format!(
                "This run waits for a deployment to be approved: `{} deployment approve {id} repo={}`.",
                ctx.group, place.repo
            );
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        act(&place, ctx, id, "approve", "Approved the run.").await
    }
}

async fn act(place: &Place<'_>, ctx: &Ctx, id: u64, what: &str, did: &str) -> Result<Reply> {
    place
        .start(&format!("/actions/runs/{id}/{what}"), None)
        .await
        .map_err(|error| refused(missing(error, &format!("run {id}"), &place.repo), id))?;
    place.run_done(ctx, id, did).await
}

/// GitHub says with 403 that a run is too old or has not ended, and with 409 that it has.
fn refused(error: Error, id: u64) -> Error {
    let said = problem::said(&error);
    match error.kind {
        ErrorKind::Permission
            if !said.starts_with("Resource not accessible") && !said.starts_with("Must have") && error.code.is_some() =>
        {
            Error { kind: ErrorKind::Conflict, message: format!("GitHub does not do this with run {id}: {said}."), ..error }
        }
        ErrorKind::Conflict => Error { message: format!("GitHub does not do this with run {id}: {said}."), ..error },
        _ => error,
    }
}

/// Shows the end of a failed job's log.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Log {
    /// The run's id, or a link to it.
    run: param::Run,
    /// The job, by name; the first that failed where you do not say.
    job: Option<String>,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Log {
    type On = GitHub;
    const NAME: &str = "run log";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["run log 30433642 repo=octo/widgets", "run log 30433642 job=build repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Read).await?;
        let jobs = place.jobs(id).await?;
        let job = match self.job.as_deref().map(str::trim) {
            Some(name) => jobs.iter().find(|it| it.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
                let names: Vec<&str> = jobs.iter().map(|it| it.name.as_str()).collect();
                problem::at("job", format!("Run {id} has no job `{name}`. It has {}.", names.join(", ")))
            })?,
            None => match jobs.iter().find(|it| is_failed(it)) {
                Some(job) => job,
                None => return Ok(Reply::to_asker(format!("No job of run {id} failed. Say which log you want with job=…"))),
            },
        };
        let log = place.log(job.id).await?;
        let lines: Vec<&str> = log.lines().map(crate::words::without_time).collect();
        let tail = lines[lines.len().saturating_sub(LINES)..].join("\n");
        let mut title = Text::new().bold(format!("{} of run {id}", job.name));
        if lines.len() > LINES {
            title = title.plain(format!(", the last {LINES} of {} lines", lines.len()));
        }
        let message = Message::text(title).document(format!("{}.log", file_name(&job.name)), String::new(), tail);
        Ok(Reply::to_channel(message))
    }
}

impl Place<'_> {
    /// GitHub sends on to where the log lies for a minute; our credentials do not go there.
    async fn log(&self, job: u64) -> Result<String> {
        let path = self.path(&format!("/actions/jobs/{job}/logs"));
        let request = self.github.request(Method::GET, &path);
        let bytes = request.send_for_file(LONGEST_LOG).await.map_err(|it| self.explain(problem::explain(it)))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn file_name(job: &str) -> String {
    job.chars().map(|it| if it.is_ascii_alphanumeric() || matches!(it, '-' | '.') { it } else { '_' }).collect()
}
