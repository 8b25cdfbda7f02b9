//! What was deployed, and what waits for an approval: <https://docs.gitlab.com/api/deployments/>.

use commands::{
    Action, Audience, Button, Card, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone, param::Markdown,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    GitLab,
    api::{Acting, segment},
    environments,
    list::{USUAL, given, listed},
    names,
    param::{self, Noun},
    problem::{self, at},
    wire,
};

/// GitLab's status in words.
fn in_words(status: &str) -> &str {
    match status {
        "success" => "succeeded",
        "blocked" => "waits for approval",
        "created" => "waits",
        other => other,
    }
}

pub(super) fn tone(status: &str) -> Tone {
    match status {
        "success" => Tone::Good,
        "failed" => Tone::Bad,
        "blocked" | "canceled" => Tone::Warning,
        _ => Tone::Neutral,
    }
}

fn place(on: &GitLab, project: &str, it: &wire::Deployment) -> String {
    match (it.deployable.as_ref().and_then(|it| it.web_url.clone()), &it.environment) {
        (Some(url), _) => url,
        (None, Some(environment)) => environments::url(on, project, environment.id),
        (None, None) => format!("{}/{project}/-/environments", on.http.base()),
    }
}

/// `41 succeeded · main 5e6f7a8b First light · Ben Example`, after what is said already.
pub(super) fn line(text: Text, on: &GitLab, project: &str, it: &wire::Deployment) -> Text {
    let text = text.link(place(on, project, it), it.id.to_string()).plain(format!(" {} · ", in_words(&it.status)));
    let text = text.code(&it.branch).plain(" ").code(it.sha.get(..8).unwrap_or(&it.sha));
    let title = it.deployable.as_ref().and_then(|it| it.commit.as_ref()).map(|it| format!(" {}", it.title)).unwrap_or_default();
    let by = it.user.as_ref().map(|it| format!(" · {}", it.name)).unwrap_or_default();
    text.plain(format!("{title}{by} · ")).time(it.created_at)
}

pub(super) fn approve(ctx: &Ctx, project: &str, id: u64) -> Button {
    Button::run("Approve", ctx.call(Approve::NAME, json!({ "deployment": id.to_string(), "project": project }))).primary()
}

/// Which deployment is meant.
struct Found {
    path: String,
    project: String,
    id: String,
}

async fn find(on: &GitLab, deployment: &param::Deployment, project: Option<&param::Project>) -> Result<Found> {
    let (project, id) = on.place("deployment", &deployment.0, Noun::Deployment, project).await?;
    Ok(Found { path: format!("/projects/{}/deployments/{id}", segment(&project)), project, id })
}

impl Found {
    fn about(&self, error: Error) -> Error {
        problem::about(error, &format!("deployment {} in {}", self.id, self.project))
    }

    async fn get(&self, acting: &Acting<'_>) -> Result<wire::Deployment> {
        acting.get(&self.path, &[]).await.map_err(|error| self.about(error))
    }

    fn shown(&self, on: &GitLab, ctx: &Ctx, it: &wire::Deployment, did: Message) -> Reply {
        let environment = it.environment.as_ref();
        let mut facts: Vec<(String, Text)> = vec![("Status".into(), in_words(&it.status).into())];
        if let Some(environment) = environment {
            let address = environments::url(on, &self.project, environment.id);
            facts.push(("Environment".into(), Text::new().link(address, &environment.name)));
        }
        facts.push(("Branch".into(), Text::new().code(&it.branch)));
        let commit = Text::new().code(it.sha.get(..8).unwrap_or(&it.sha));
        let title = it.deployable.as_ref().and_then(|it| it.commit.as_ref()).map(|it| format!(" {}", it.title));
        facts.push(("Commit".into(), commit.plain(title.unwrap_or_default())));
        if let Some(missing) = it.pending_approval_count.filter(|it| *it > 0) {
            facts.push(("Approvals missing".into(), missing.to_string().into()));
        }
        let by = it.user.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
        let mut message = Message::new()
            .tone(tone(&it.status))
            .heading(format!("Deployment {} {}", it.id, in_words(&it.status)))
            .paragraph(Text::new().link(place(on, &self.project, it), &self.project).plain(by))
            .facts(facts);
        if !it.approvals.is_empty() {
            let one = |it: &wire::DeploymentApproval| {
                let said = it.comment.as_deref().and_then(|it| it.trim().lines().next()).filter(|it| !it.is_empty());
                let said = said.map(|it| format!(": {it}")).unwrap_or_default();
                Text::new().bold(&it.user.name).plain(format!(" {}{said}", it.status))
            };
            message = message.list(it.approvals.iter().map(one).collect());
        }
        let params = json!({ "deployment": self.id, "project": self.project });
        let mut buttons = Vec::new();
        if it.status == "blocked" {
            buttons.push(approve(ctx, &self.project, it.id));
            buttons.push(Button::form("Reject", ctx.call(Reject::NAME, params.clone())));
        }
        if let Some(job) = &it.deployable {
            let job_params = json!({ "job": job.id.to_string(), "project": self.project });
            buttons.push(Button::run(format!("Job {}", job.name), ctx.call("job show", job_params)));
        }
        if let Some(environment) = environment {
            let params = json!({ "environment": environment.name, "project": self.project });
            buttons.push(Button::run("Environment", ctx.call("environment show", params)));
        }
        message = message.buttons(buttons).context(Text::new().plain("Began ").time(it.created_at));
        // A deployment has no page of its own that all GitLabs have.
        let object = format!("{}/{}/-/deployments/{}", on.http.base(), self.project, it.id);
        Reply::card(Card { object, said: did, shown: message, call: ctx.call(Show::NAME, params) }, Audience::Channel)
    }

    async fn decide(&self, on: &GitLab, ctx: &Ctx, status: &str, comment: &str) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let comment = acting.sign(comment);
        let body =
            given(vec![("status", Some(json!(status))), ("comment", Some(json!(comment)).filter(|_| !comment.is_empty()))]);
        let made: Result<Value> = acting.post(&format!("{}/approval", self.path), &body).await;
        made.map_err(|mut error| {
            if matches!(error.kind, ErrorKind::Validation | ErrorKind::Permission) {
                let said = error.message.trim_end_matches('.');
                error.message = format!(
                    "{said}. A deployment is {status} once, while it waits, by somebody whom its environment's approval rules name and \
                     who did not start it; approvals need GitLab Premium."
                );
            }
            self.about(error)
        })?;
        let did = format!("Deployment {} is {status}.", self.id);
        // Failing to read it must not look like failing to do it.
        match self.get(&acting).await {
            Ok(it) => Ok(self.shown(on, ctx, &it, Message::text(did))),
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }
}

/// Lists deployments, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Only to this environment.
    environment: Option<param::Environment>,
    /// Only those; blocked ones wait for an approval.
    status: Option<Status>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// How a deployment stands.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Created,
    Running,
    Success,
    Failed,
    Canceled,
    Skipped,
    Blocked,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "deployment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["deployment list demo/printer", "deployment list demo/printer environment=production status=blocked"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let mut query = vec![("order_by", "id".to_owned()), ("sort", "desc".to_owned())];
        let environment = self.environment.as_ref().map(|it| it.0.trim()).filter(|it| !it.is_empty());
        if let Some(name) = environment {
            query.push(("environment", name.to_owned()));
        }
        if let Some(status) = self.status {
            query.push(("status", json!(status).as_str().unwrap_or_default().to_owned()));
        }
        let number = self.page.unwrap_or(1);
        let path = format!("/projects/{}/deployments", segment(&project));
        let page = acting.page::<wire::Deployment>(&path, &query, number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let call = ctx.call(
            Self::NAME,
            given(vec![
                ("project", Some(json!(project))),
                ("environment", environment.map(|it| json!(it))),
                ("status", self.status.map(|it| json!(it))),
            ]),
        );
        let with_place = |it: &wire::Deployment| {
            let to = it.environment.as_ref().filter(|_| environment.is_none());
            let to = to.map(|it| format!("{}: ", it.name)).unwrap_or_default();
            line(Text::new().plain(to), on, &project, it)
        };
        Ok(listed(&page, number, ("deployment", "deployments"), call, with_place))
    }
}

/// Shows a deployment, with who approved it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The deployment's number, or its link.
    pub(super) deployment: param::Deployment,
    /// Its project, where you write a number.
    pub(super) project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "deployment show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["deployment show 61 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.deployment, self.project.as_ref()).await?;
        let it = found.get(&acting).await?;
        Ok(found.shown(on, ctx, &it, Message::new()))
    }
}

/// Approves a deployment that waits, not your own; needs GitLab Premium.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    /// The deployment's number, or its link.
    deployment: param::Deployment,
    /// Its project, where you write a number.
    project: Option<param::Project>,
    /// What to say about it.
    comment: Option<Markdown>,
}

impl Action for Approve {
    type On = GitLab;
    const NAME: &str = "deployment approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["deployment approve 62 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let found = find(on, &self.deployment, self.project.as_ref()).await?;
        let acting = on.acting(ctx).await?;
        let it = found.get(&acting).await?;
        acting.approves(ctx, &format!("Deployment {}", found.id), it.user.as_ref()).await?;
        found.decide(on, ctx, "approved", self.comment.as_ref().map_or("", |it| &it.0)).await
    }
}

/// Rejects a deployment that waits: its job does not run. Needs GitLab Premium.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reject {
    /// The deployment's number, or its link.
    deployment: param::Deployment,
    /// Why.
    comment: Markdown,
    /// Its project, where you write a number.
    project: Option<param::Project>,
}

impl Action for Reject {
    type On = GitLab;
    const NAME: &str = "deployment reject";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["deployment reject 62 Not on a Friday project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let found = find(on, &self.deployment, self.project.as_ref()).await?;
        if self.comment.0.trim().is_empty() {
            return Err(at("comment", "Say why, for those who wanted it."));
        }
        found.decide(on, ctx, "rejected", &self.comment.0).await
    }
}
