//! Which repository a channel is about.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{GitHub, access::Level, param, place::Right, wire};
use crate::bind;

/// Makes a repository this channel's own: commands mean it when they name none, and the channel is told what happens in it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LinkHere {
    /// Which.
    repo: param::Repo,
}

impl Action for LinkHere {
    type On = GitHub;
    const NAME: &str = "link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["link octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        // One that is not there is found out now.
        let place = on.place(ctx, on.repo(Some(&self.repo))?, Right::Metadata, Level::Read).await?;
        let repo: wire::Repo = place.get("", &[]).await?;
        bind::link(ctx, &repo.full_name, &repo.html_url, &[("repo", &repo.full_name)])
    }
}

/// Takes back that a repository is this channel's own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlink {
    /// Which.
    repo: param::Repo,
}

impl Action for Unlink {
    type On = GitHub;
    const NAME: &str = "unlink";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unlink octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        // It may be gone by now: only its name is needed.
        let name = on.repo(Some(&self.repo))?.to_string();
        bind::unlink(ctx, &name, &[("repo", &name)])
    }
}
