//! The jobs of pipelines.

use commands::{Action, Audience, Button, Call, Card, Ctx, Effect, Error, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    GitLab,
    api::{Acting, segment},
    list::listed,
    param::{self, Noun},
    pipelines::{in_words, lasted, pairs, tone},
    problem, wire,
};

/// What is read of a log, and what is shown of its end.
const LONGEST_LOG: usize = 8 << 20;
const SHOWN_LOG: usize = 20_000;

pub(super) fn call(ctx: &Ctx, action: &str, job: &wire::Job, project: &str) -> Call {
    ctx.call(action, json!({ "job": job.id.to_string(), "project": project }))
}

/// `test: unit passed, 1 min 20 s`.
pub(super) fn line(job: &wire::Job) -> Text {
    let took = job.duration.map(|it| format!(", {}", lasted(it))).unwrap_or_default();
    let allowed = if job.allow_failure && job.status == "failed" { " (which is allowed)" } else { "" };
    let text = Text::new().plain(format!("{}: ", job.stage)).link(&job.web_url, &job.name);
    text.plain(format!(" {}{allowed}{took}", in_words(&job.status)))
}

struct Found {
    path: String,
    project: String,
    id: String,
}

async fn find(on: &GitLab, job: &param::Job, project: Option<&param::Project>) -> Result<Found> {
    let (project, id) = on.place("job", &job.0, Noun::Job, project).await?;
    Ok(Found { path: format!("/projects/{}/jobs/{id}", segment(&project)), project, id })
}

impl Found {
    fn about(&self, error: Error) -> Error {
        problem::about(error, &format!("job {} in {}", self.id, self.project))
    }

    async fn get(&self, acting: &Acting<'_>) -> Result<wire::Job> {
        acting.get(&self.path, &[]).await.map_err(|error| self.about(error))
    }

    fn shown(&self, ctx: &Ctx, job: &wire::Job, did: Message) -> Reply {
        let by = job.user.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
        let mut facts: Vec<(String, Text)> =
            vec![("Status".into(), in_words(&job.status).into()), ("Stage".into(), job.stage.as_str().into())];
        if let Some(branch) = &job.branch {
            facts.push(("Branch".into(), Text::new().code(branch)));
        }
        if let Some(reason) = job.failure_reason.as_ref().filter(|_| job.status == "failed") {
            facts.push(("Why".into(), reason.replace('_', " ").into()));
        }
        if let Some(duration) = job.duration {
            facts.push(("Took".into(), lasted(duration).into()));
        }
        let mut buttons = Vec::new();
        match job.status.as_str() {
            "manual" => buttons.push(Button::run("Play", call(ctx, "job play", job, &self.project)).primary()),
            "created" | "pending" | "running" | "preparing" | "scheduled" => {
                buttons.push(Button::run("Cancel", call(ctx, "job cancel", job, &self.project)));
            }
            _ => buttons.push(Button::run("Retry", call(ctx, "job retry", job, &self.project))),
        }
        buttons.push(Button::run("Log", call(ctx, "job log", job, &self.project)));
        if job.artifacts_file.is_some() {
            buttons.push(Button::run("Artifacts", call(ctx, "artifact download", job, &self.project)));
        }
        if let Some(pipeline) = &job.pipeline {
            let params = json!({ "pipeline": pipeline.id.to_string(), "project": self.project });
            buttons.push(Button::run("Pipeline", ctx.call("pipeline show", params)));
        }
        let shown = Message::new()
            .tone(tone(&job.status))
            .heading(format!("Job {} {}", job.name, in_words(&job.status)))
            .paragraph(Text::new().link(&job.web_url, &self.project).plain(format!(" · job {}{by}", job.id)))
            .facts(facts)
            .buttons(buttons);
        let redraw = call(ctx, "job show", job, &self.project);
        Reply::card(Card { object: job.web_url.clone(), said: did, shown, call: redraw }, Audience::Channel)
    }

    async fn post(&self, acting: &Acting<'_>, ctx: &Ctx, what: &str, body: &Value, did: &str) -> Result<Reply> {
        let job: Result<wire::Job> = acting.post(&format!("{}/{what}", self.path), body).await;
        let job = job.map_err(|error| self.about(error))?;
        Ok(self.shown(ctx, &job, Message::text(format!("{did} {}.", job.name))))
    }
}

/// Lists a project's jobs, the last first.
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
    const NAME: &str = "job list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["job list demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let number = self.page.unwrap_or(1);
        let page = acting.page::<wire::Job>(&format!("/projects/{}/jobs", segment(&project)), &[], number, 10).await;
        let page = page.map_err(|error| super::names::in_project(error, &project))?;
        let again = ctx.call(Self::NAME, json!({ "project": project }));
        Ok(listed(&page, number, ("job", "jobs"), again, line))
    }
}

/// Shows a job.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The job's number, or its link.
    pub(super) job: param::Job,
    /// Its project, where you write a number.
    pub(super) project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "job show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["job show 1003 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.job, self.project.as_ref()).await?;
        let job = found.get(&acting).await?;
        Ok(found.shown(ctx, &job, Message::new()))
    }
}

/// Shows the end of a job's log.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Log {
    /// The job's number, or its link.
    job: param::Job,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Log {
    type On = GitLab;
    const NAME: &str = "job log";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["job log 1003 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.job, self.project.as_ref()).await?;
        let job = found.get(&acting).await?;
        let log = acting.text(&format!("{}/trace", found.path), LONGEST_LOG).await.map_err(|error| found.about(error))?;
        let log = readable(&log);
        if log.is_empty() {
            return Ok(Reply::to_channel(format!("{} has no log yet.", job.name)));
        }
        let start = (log.len().saturating_sub(SHOWN_LOG)..log.len()).find(|at| log.is_char_boundary(*at)).unwrap_or(0);
        let title = format!("{}: {}, {}", found.project, job.name, in_words(&job.status));
        let cut = if start > 0 { "…" } else { "" };
        let message = Message::new().document(format!("{}.log", job.id), title, format!("{cut}{}", &log[start..]));
        // What a job prints is for those who work on it.
        Ok(Reply::to_asker(message))
    }
}

/// A log without colours, section marks and what a line overwrote.
fn readable(log: &str) -> String {
    let mut lines = Vec::new();
    for line in log.lines() {
        let mut plain = String::with_capacity(line.len());
        let mut rest = line.trim_end_matches('\r');
        while let Some(at) = rest.find('\u{1b}') {
            plain.push_str(&rest[..at]);
            // `ESC [ … letter`
            let after = rest[at + 1..].strip_prefix('[').unwrap_or("");
            rest = after.find(|it: char| it.is_ascii_alphabetic()).map_or("", |end| &after[end + 1..]);
        }
        plain.push_str(rest);
        let last = plain.rsplit('\r').next().unwrap_or_default();
        let is_mark = last.starts_with("section_start:") || last.starts_with("section_end:");
        if !is_mark && !last.trim().is_empty() {
            lines.push(last.to_owned());
        }
    }
    lines.join("\n")
}

/// Starts a job that waits for somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Play {
    /// The job's number, or its link.
    job: param::Job,
    /// Its project, where you write a number.
    project: Option<param::Project>,
    /// A variable with its value: STAGE=live.
    #[serde(default)]
    variable: Vec<String>,
}

impl Action for Play {
    type On = GitLab;
    const NAME: &str = "job play";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["job play 1003 project=demo/printer variable=STAGE=live"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.job, self.project.as_ref()).await?;
        let variables = pairs("variable", &self.variable)?;
        let variables: Vec<Value> = variables.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let body = if variables.is_empty() { json!({}) } else { json!({ "job_variables_attributes": variables }) };
        found.post(&acting, ctx, "play", &body, "Started").await
    }
}

/// Runs a job again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Retry {
    /// The job's number, or its link.
    job: param::Job,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Retry {
    type On = GitLab;
    const NAME: &str = "job retry";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["job retry 1002 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.job, self.project.as_ref()).await?;
        found.post(&acting, ctx, "retry", &Value::Null, "Running again:").await
    }
}

/// Cancels a job.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cancel {
    /// The job's number, or its link.
    job: param::Job,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Cancel {
    type On = GitLab;
    const NAME: &str = "job cancel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["job cancel 1004 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.job, self.project.as_ref()).await?;
        found.post(&acting, ctx, "cancel", &json!({}), "Cancelled").await
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_log_is_what_a_terminal_would_show() {
        let log = "\u{1b}[0KRunning\r\nsection_start:1:script\r\u{1b}[0K\n10 %\r100 %\n\u{1b}[31;1merror: fire\u{1b}[0;m\n\n";
        assert_eq!(readable(log), "Running\n100 %\nerror: fire");
    }
}
