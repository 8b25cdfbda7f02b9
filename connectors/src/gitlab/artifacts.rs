//! What jobs leave behind: <https://docs.gitlab.com/api/job_artifacts/>.

use commands::{Action, Block, Button, Ctx, Effect, Error, ErrorKind, File, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    GitLab,
    api::segment,
    jobs,
    param::{self, Noun},
    pipelines::in_words,
    problem, wire,
};
use crate::{
    file,
    words::{at, size},
};

/// Lists what the jobs of a pipeline left behind.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The pipeline's number, or its link.
    pipeline: param::Pipeline,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "artifact list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["artifact list 101 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let (project, id) = on.place("pipeline", &self.pipeline.0, Noun::Pipeline, self.project.as_ref()).await?;
        let path = format!("/projects/{}/pipelines/{id}/jobs", segment(&project));
        let all: Result<Vec<wire::Job>> = acting.all(&path, &[], 200).await;
        let mut all = all.map_err(|error| problem::about(error, &format!("pipeline {id} in {project}")))?;
        // GitLab lists the last ones first.
        all.reverse();
        let kept: Vec<(&wire::Job, &wire::ArtifactsFile)> =
            all.iter().filter_map(|job| Some((job, job.artifacts_file.as_ref()?))).collect();
        if kept.is_empty() {
            return Ok(Reply::to_channel(format!("Pipeline {id} of {project} has no artifacts.")));
        }
        let line = |(job, file): &(&wire::Job, &wire::ArtifactsFile)| {
            let text = Text::new().plain(format!("{}: ", job.stage)).link(&job.web_url, &job.name);
            let text = text.plain(format!(" {} · {} · {}", in_words(&job.status), file.filename, size(file.size)));
            match job.artifacts_expire_at {
                Some(until) => text.plain(" · until ").time(until),
                None => text,
            }
        };
        let button = |(job, _): &(&wire::Job, &wire::ArtifactsFile)| {
            Button::run(job.name.as_str(), jobs::call(ctx, Download::NAME, job, &project))
        };
        let options = kept.iter().map(button).collect();
        let message =
            Message::text(Text::new().bold(format!("Artifacts of pipeline {id}"))).list(kept.iter().map(line).collect());
        Ok(Reply::to_channel(message.block(Block::Menu { label: "Bring here".into(), options })))
    }
}

/// Brings what a job left behind into the chat, up to 8 MB: all of it as a ZIP file, or one file of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The job's number, or its link.
    job: param::Job,
    /// Its project, where you write a number.
    project: Option<param::Project>,
    /// One file in it, by its path: coverage/index.html.
    path: Option<String>,
}

impl Action for Download {
    type On = GitLab;
    const NAME: &str = "artifact download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["artifact download 1001 project=demo/printer", "artifact download 1001 project=demo/printer path=widgets.txt"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let (project, id) = on.place("job", &self.job.0, Noun::Job, self.project.as_ref()).await?;
        let path = format!("/projects/{}/jobs/{id}", segment(&project));
        let job: Result<wire::Job> = acting.get(&path, &[]).await;
        let job = job.map_err(|error| problem::about(error, &format!("job {id} in {project}")))?;
        let Some(archive) = &job.artifacts_file else {
            let message = format!("{} left nothing behind, or it was kept for a while only.", job.name);
            return Err(Error::not_found(message));
        };
        let at_job = format!("{path}/artifacts");
        let said = |name: &str| Text::new().bold(name).plain(" of ").link(&job.web_url, &job.name);
        let Some(wanted) = self.path.as_deref().map(|it| it.trim().trim_matches('/')).filter(|it| !it.is_empty()) else {
            let fetch = acting.file(&at_job, File::LIMIT);
            let name = format!("{}-{}", job.name.replace(['/', ' ', ':'], "-"), archive.filename);
            return file::handed(said(&archive.filename), &name, Some(archive.size), fetch).await;
        };
        if wanted.split('/').any(|it| matches!(it, "." | ".." | "")) {
            return Err(at("path", format!("`{wanted}` is no path of a file. Write it like coverage/index.html.")));
        }
        let inside: Vec<String> = wanted.split('/').map(segment).collect();
        let inside = format!("{at_job}/{}", inside.join("/"));
        let name = wanted.rsplit('/').next().unwrap_or(wanted);
        let found = file::handed(said(wanted), name, None, acting.file(&inside, File::LIMIT)).await;
        found.map_err(|error| match error.kind {
            ErrorKind::NotFound => at("path", format!("{} left no file `{wanted}` behind.", job.name)),
            _ => error,
        })
    }
}

/// Keeps what a job left behind until somebody deletes it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Keep {
    /// The job's number, or its link.
    job: param::Job,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Keep {
    type On = GitLab;
    const NAME: &str = "artifact keep";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["artifact keep 1001 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let (project, id) = on.place("job", &self.job.0, Noun::Job, self.project.as_ref()).await?;
        let path = format!("/projects/{}/jobs/{id}/artifacts/keep", segment(&project));
        let kept: Result<wire::Job> = acting.post(&path, &Value::Null).await;
        let job = kept.map_err(|error| problem::about(error, &format!("job {id} in {project} with artifacts")))?;
        let download = Button::run("Bring here", ctx.call(Download::NAME, json!({ "job": id, "project": project })));
        let said = Text::new().plain("GitLab keeps the artifacts of ").link(&job.web_url, &job.name).plain(" now.");
        Ok(Reply::to_channel(Message::text(said).buttons(vec![download])))
    }
}
