//! `pr show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bitbucket::{Bitbucket, param};

/// Shows a pull request, with buttons to work on it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = Bitbucket;
    const NAME: &str = "pr show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr show 1 repo=website", "pr show example/website#1"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        Ok(on.pull_reply(ctx, Message::new(), &pull).await)
    }
}
