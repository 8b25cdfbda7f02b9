//! `pr abandon`, `reactivate`, `draft`, `publish`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::azure_devops::{AzureDevOps, param};

/// Closes a pull request without merging it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Abandon {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

impl Action for Abandon {
    type On = AzureDevOps;
    const NAME: &str = "pr abandon";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr abandon 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let did = format!("Abandoned !{}.", pull.pull_request_id);
        acting.change_pull(ctx, &pull, &json!({ "status": "abandoned" }), &did).await
    }
}

/// Opens an abandoned pull request again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reactivate {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

impl Action for Reactivate {
    type On = AzureDevOps;
    const NAME: &str = "pr reactivate";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr reactivate 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let did = format!("!{} is active again.", pull.pull_request_id);
        acting.change_pull(ctx, &pull, &json!({ "status": "active" }), &did).await
    }
}

/// Marks a pull request as a draft, which cannot be completed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Draft {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

impl Action for Draft {
    type On = AzureDevOps;
    const NAME: &str = "pr draft";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr draft 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let did = format!("!{} is a draft now.", pull.pull_request_id);
        acting.change_pull(ctx, &pull, &json!({ "isDraft": true }), &did).await
    }
}

/// Marks a draft as ready to be reviewed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Publish {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

impl Action for Publish {
    type On = AzureDevOps;
    const NAME: &str = "pr publish";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr publish 8"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let did = format!("!{} is ready now.", pull.pull_request_id);
        acting.change_pull(ctx, &pull, &json!({ "isDraft": false }), &did).await
    }
}
