//! `deployment create` and `deployment status`: for whoever deploys by other means than Actions.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Reply, Result, param::Link};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{
    GitHub,
    access::Level,
    card, param,
    place::{Right, missing},
    problem, wire,
};

/// Creates a deployment, which tells whoever deploys to do so.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The branch, tag or commit.
    #[serde(rename = "ref")]
    reference: param::Branch,
    /// Where to.
    #[schemars(extend("x-named" = true))]
    environment: param::Environment,
    /// What for, in a line.
    description: Option<String>,
    /// Whatever its checks say.
    #[serde(default)]
    skip_checks: bool,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "deployment create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["deployment create main environment=staging repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Deployments, Level::Write).await?;
        let mut body = json!({
            "ref": self.reference.0.trim(),
            "environment": self.environment.0.trim(),
            "auto_merge": false,
            "description": place.asker.sign_line(self.description.as_deref().unwrap_or_default(), 140),
        });
        if self.skip_checks {
            body["required_contexts"] = json!([]);
        }
        let made: Result<wire::Deployment> = place.post("/deployments", &body).await;
        let made = made.map_err(|error| match (error.kind, error.code.as_deref()) {
            (ErrorKind::Validation, Some(said)) if said.starts_with("No ref found") => {
                problem::at("ref", format!("{} has no branch, tag or commit `{}`.", place.repo, self.reference.0.trim()))
            }
            (ErrorKind::Conflict, _) => {
                let message =
                    format!("GitHub does not deploy that: {}. `--skip-checks` deploys it all the same.", problem::said(&error));
                Error { message, ..error }
            }
            _ => error,
        })?;
        let sha = card::short_sha(&made.sha);
        let did =
            format!("Created deployment {} of {} ({sha}) to {} in {}.", made.id, made.reference, made.environment, place.repo);
        Ok(Reply::to_channel(did))
    }
}

/// Reports how a deployment fares.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetStatus {
    /// The deployment's number, as `deployment list` shows it.
    deployment: u64,
    /// How it fares.
    state: State,
    /// What there is to say, in a line.
    description: Option<String>,
    /// Where what was deployed can be seen.
    url: Option<Link>,
    /// Where its log can be read.
    log: Option<Link>,
    /// The repository.
    repo: Option<param::Repo>,
}

/// How a deployment fares.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Pending,
    InProgress,
    Success,
    Failure,
    Error,
    Inactive,
}

impl Action for SetStatus {
    type On = GitHub;
    const NAME: &str = "deployment status";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["deployment status 4 success url=https://demo.example.org repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Deployments, Level::Write).await?;
        let mut body = json!({ "state": self.state });
        for (key, value) in [
            ("description", self.description.as_deref().map(|it| card::shorten(it.trim(), 140))),
            ("environment_url", self.url.as_ref().map(|it| it.0.clone())),
            ("log_url", self.log.as_ref().map(|it| it.0.clone())),
        ] {
            if let Some(value) = value {
                body[key] = json!(value);
            }
        }
        let id = self.deployment;
        let made: Result<wire::DeploymentStatus> = place.post(&format!("/deployments/{id}/statuses"), &body).await;
        let made = made.map_err(|it| missing(it, &format!("deployment {id}"), &place.repo))?;
        Ok(Reply::to_channel(format!("Deployment {id} of {}: {}.", place.repo, made.state.replace('_', " "))))
    }
}
