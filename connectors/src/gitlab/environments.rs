//! Where a project is deployed to: <https://docs.gitlab.com/api/environments/>.

use commands::{Action, Audience, Button, Card, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    GitLab,
    api::{Acting, segment},
    confirm, deployments,
    list::{USUAL, given, listed},
    names, param,
    problem::{self, at, either},
    wire,
};
use crate::words::same;

impl Acting<'_> {
    /// An environment of the project, by name; with its last deployment.
    async fn environment(&self, project: &str, name: &str) -> Result<wire::Environment> {
        let all = format!("/projects/{}/environments", segment(project));
        let found: Result<Vec<wire::Environment>> = self.get(&all, &[("name", name.trim().to_owned())]).await;
        if let Some(it) = found.map_err(|error| names::in_project(error, project))?.first() {
            return self.get(&format!("{all}/{}", it.id), &[]).await.map_err(|error| about(error, project, name));
        }
        let there: Vec<wire::Environment> = self.all(&all, &[], 100).await?;
        if let Some(it) = there.iter().find(|it| same(&it.name, name.trim())) {
            return self.get(&format!("{all}/{}", it.id), &[]).await.map_err(|error| about(error, project, name));
        }
        let known: Vec<String> =
            there.into_iter().filter(|it| it.state.as_deref() != Some("stopped")).map(|it| it.name).collect();
        let way = match known.as_slice() {
            [] => "It has none yet.".to_owned(),
            known => format!("There is {}.", either(&known[..known.len().min(8)])),
        };
        Err(at("environment", format!("{project} has no environment `{}`. {way}", name.trim())))
    }
}

fn about(error: Error, project: &str, name: &str) -> Error {
    problem::about(error, &format!("environment {} in {project}", name.trim()))
}

/// Where its page is.
pub(super) fn url(on: &GitLab, project: &str, id: u64) -> String {
    format!("{}/{project}/-/environments/{id}", on.http.base())
}

fn shown(on: &GitLab, ctx: &Ctx, project: &str, it: &wire::Environment, did: Message) -> Reply {
    let state = it.state.as_deref().unwrap_or("available");
    let params = json!({ "environment": it.name, "project": project });
    let mut facts: Vec<(String, Text)> = vec![("State".into(), state.into())];
    if let Some(tier) = it.tier.as_deref().filter(|it| *it != "other") {
        facts.push(("Tier".into(), tier.into()));
    }
    if let Some(address) = &it.external_url {
        facts.push(("Address".into(), Text::new().link(address, address)));
    }
    if let Some(last) = &it.last_deployment {
        facts.push(("Last deployment".into(), deployments::line(Text::new(), on, project, last)));
    }
    if let Some(end) = it.auto_stop_at {
        facts.push(("Stops".into(), Text::new().time(end)));
    }
    let address = url(on, project, it.id);
    let tone = match (state, it.last_deployment.as_ref().map(|it| it.status.as_str())) {
        ("stopped" | "stopping", _) => Tone::Neutral,
        (_, Some(status)) => deployments::tone(status),
        _ => Tone::Neutral,
    };
    let mut buttons = Vec::new();
    if let Some(last) = it.last_deployment.as_ref().filter(|it| it.status == "blocked") {
        buttons.push(deployments::approve(ctx, project, last.id));
    }
    buttons.push(Button::run("Deployments", ctx.call("deployment list", params.clone())));
    if state == "available" {
        buttons.push(Button::run("Stop", ctx.call(Stop::NAME, params.clone())));
    }
    let message = Message::new()
        .tone(tone)
        .heading(format!("Environment {}", it.name))
        .paragraph(Text::new().link(&address, project))
        .facts(facts)
        .buttons(buttons);
    Reply::card(Card { object: address, said: did, shown: message, call: ctx.call(Show::NAME, params) }, Audience::Channel)
}

/// Lists environments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Which ones.
    #[serde(default)]
    state: State,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// Which environments.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Available,
    Stopped,
    All,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "environment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["environment list demo/printer", "environment list demo/printer state=stopped"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let state = match self.state {
            State::Available => Some("available"),
            State::Stopped => Some("stopped"),
            State::All => None,
        };
        let query: Vec<_> = state.into_iter().map(|it| ("states", it.to_owned())).collect();
        let number = self.page.unwrap_or(1);
        let all = format!("/projects/{}/environments", segment(&project));
        let page = acting.page::<wire::Environment>(&all, &query, number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let line = |it: &wire::Environment| {
            let state = it.state.as_deref().filter(|it| *it != "available").map(|it| format!(" · {it}")).unwrap_or_default();
            let tier = it.tier.as_deref().filter(|it| *it != "other").unwrap_or_default();
            let tier = if tier.is_empty() || same(tier, &it.name) { String::new() } else { format!(" · {tier}") };
            let text = Text::new().link(url(on, &project, it.id), &it.name).plain(format!("{tier}{state}"));
            match &it.external_url {
                Some(address) => text.plain(" · ").link(address, address),
                None => text,
            }
        };
        let call = ctx.call(Self::NAME, given(vec![("project", Some(json!(project))), ("state", Some(json!(self.state)))]));
        Ok(listed(&page, number, ("environment", "environments"), call, line))
    }
}

/// Shows an environment, with what was deployed to it last.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its name.
    environment: param::Environment,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "environment show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["environment show production project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let it = acting.environment(&project, &self.environment.0).await?;
        Ok(shown(on, ctx, &project, &it, Message::new()))
    }
}

/// Stops an environment, as its pipeline says how.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Stop {
    /// Its name.
    environment: param::Environment,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Without the job that takes it down.
    #[serde(default)]
    force: bool,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Stop {
    type On = GitLab;
    const NAME: &str = "environment stop";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["environment stop review/dogs project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let before = acting.environment(&project, &self.environment.0).await?;
        if before.state.as_deref() == Some("stopped") {
            return Ok(shown(on, ctx, &project, &before, Message::text(format!("{} is stopped already.", before.name))));
        }
        if !self.confirm {
            let question = format!("This stops the environment {} of {project}.", before.name);
            let mut lost = Vec::new();
            if let Some(last) = &before.last_deployment {
                lost.push(format!("{} of {} is deployed there.", last.sha.get(..8).unwrap_or(&last.sha), last.branch));
            }
            lost.push(match self.force {
                true => "The job that takes it down does not run.".to_owned(),
                false => "Its stop job runs, where its pipeline has one.".to_owned(),
            });
            let mut params = json!({ "environment": before.name, "project": project });
            if self.force {
                params["force"] = json!(true);
            }
            return Ok(confirm::ask(&question, &lost, "Stop the environment", ctx.call(Self::NAME, params)));
        }
        let path = format!("/projects/{}/environments/{}/stop", segment(&project), before.id);
        let body = if self.force { json!({ "force": true }) } else { json!({}) };
        let stopped: Result<wire::Environment> = acting.post(&path, &body).await;
        let mut it = stopped.map_err(|error| about(error, &project, &before.name))?;
        it.last_deployment = it.last_deployment.or(before.last_deployment);
        let did = match it.state.as_deref() {
            Some("stopping") => format!("{} is being stopped.", it.name),
            _ => format!("Stopped {}.", it.name),
        };
        Ok(shown(on, ctx, &project, &it, Message::text(did)))
    }
}
