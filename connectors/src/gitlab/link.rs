//! Which project a channel is about.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{GitLab, api::segment, names, param, wire};
use crate::bind;

/// Makes a project this channel's own: commands mean it when they name none, and the channel is told what happens in it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LinkHere {
    /// Which.
    project: param::Project,
}

impl Action for LinkHere {
    type On = GitLab;
    const NAME: &str = "link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        // One that is not there is found out now.
        let acting = on.acting(ctx).await?;
        let project = on.project_of(Some(&self.project)).await?;
        let found = acting.get::<wire::Project>(&format!("/projects/{}", segment(&project)), &[]).await;
        let found = found.map_err(|error| names::in_project(error, &project))?;
        let path = &found.path_with_namespace;
        bind::link(ctx, path, &found.web_url, &[("project", path)])
    }
}

/// Takes back that a project is this channel's own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlink {
    /// Which.
    project: param::Project,
}

impl Action for Unlink {
    type On = GitLab;
    const NAME: &str = "unlink";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unlink demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        // It may be gone by now: only its name is needed.
        let path = on.project_of(Some(&self.project)).await?;
        bind::unlink(ctx, &path, &[("project", &path)])
    }
}
