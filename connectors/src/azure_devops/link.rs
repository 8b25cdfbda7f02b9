//! Which repository a channel is about.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{AzureDevOps, param, repositories};
use crate::bind;

/// Makes a repository this channel's own: commands mean it when they name none, and the channel is told what happens in it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LinkHere {
    /// Which.
    repo: param::Repository,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for LinkHere {
    type On = AzureDevOps;
    const NAME: &str = "link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link printer project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        // One that is not there is found out now.
        let project = on.project_of(self.project.as_ref())?;
        let it = on.acting(ctx).repository(&project, &self.repo).await?;
        let (project, name) = (&it.project.name, &it.name);
        let url = repositories::url(on.http.base(), &it);
        bind::link(ctx, &format!("{project}/{name}"), &url, &[("project", project), ("repo", name)])
    }
}

/// Takes back that a repository is this channel's own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlink {
    /// Which.
    repo: param::Repository,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Unlink {
    type On = AzureDevOps;
    const NAME: &str = "unlink";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unlink printer project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        // It may be gone by now: only its name is needed.
        let (project, name) = (on.project_of(self.project.as_ref())?, self.repo.0.trim());
        bind::unlink(ctx, &format!("{project}/{name}"), &[("project", &project), ("repo", name)])
    }
}
