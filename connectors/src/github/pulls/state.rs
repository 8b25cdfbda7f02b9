//! Drafts, which only GraphQL makes and ends.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::super::{GitHub, access::Level, card::key, param};

const READY: &str = "mutation MarkReady($pull: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $pull}) { clientMutationId }
}";
const DRAFT: &str = "mutation ConvertToDraft($pull: ID!) {
  convertPullRequestToDraft(input: {pullRequestId: $pull}) { clientMutationId }
}";

/// Makes a draft ready for review.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Ready {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Ready {
    type On = GitHub;
    const NAME: &str = "pr ready";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr ready octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        change(on, ctx, &self.pr, self.repo.as_ref(), READY, "is ready for review").await
    }
}

/// Makes a pull request a draft again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Draft {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Draft {
    type On = GitHub;
    const NAME: &str = "pr draft";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr draft octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        change(on, ctx, &self.pr, self.repo.as_ref(), DRAFT, "is a draft").await
    }
}

async fn change(
    on: &GitHub,
    ctx: &Ctx,
    pull: &param::Pull,
    repo: Option<&param::Repo>,
    mutation: &str,
    becomes: &str,
) -> Result<Reply> {
    let (place, number) = on.pull_place(ctx, pull, repo, Level::Read).await?;
    let pull = place.open_pull(number).await?;
    place.allow_author(Level::Write, pull.author()).await?;
    on.tell(mutation, json!({ "pull": pull.node_id })).await?;
    place.pull_done(ctx, number, &format!("{} {becomes} now.", key(&place.repo, number))).await
}
