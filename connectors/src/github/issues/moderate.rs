//! What keeps a discussion in order: reactions, locks, moving an issue to where it belongs.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    super::{
        GitHub,
        access::Level,
        param,
        place::{RepoName, Right},
        problem,
    },
    key,
};

/// Reacts to an issue or a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct React {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// How.
    reaction: Reaction,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

/// GitHub's reactions.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
pub enum Reaction {
    #[serde(rename = "+1")]
    Up,
    #[serde(rename = "-1")]
    Down,
    #[serde(rename = "laugh")]
    Laugh,
    #[serde(rename = "confused")]
    Confused,
    #[serde(rename = "heart")]
    Heart,
    #[serde(rename = "hooray")]
    Hooray,
    #[serde(rename = "rocket")]
    Rocket,
    #[serde(rename = "eyes")]
    Eyes,
}

impl Action for React {
    type On = GitHub;
    const NAME: &str = "issue react";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue react octo/widgets#42 rocket"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Read).await?;
        // One account reacts once in one way: a second time answers with the first.
        let made = place.post(&format!("/issues/{number}/reactions"), &json!({ "content": self.reaction })).await;
        let made: Value = place.located(number, made).await?;
        let content = made["content"].as_str().unwrap_or_default();
        Ok(Reply::to_asker(format!("Reacted to {} with {content}, as the bot.", key(&place.repo, number))))
    }
}

/// Locks the conversation of an issue or a pull request: only those with write access can comment.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Lock {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// Why.
    reason: Option<LockReason>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

/// Why a conversation is locked.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
pub enum LockReason {
    #[serde(rename = "off-topic")]
    OffTopic,
    #[serde(rename = "too heated")]
    TooHeated,
    #[serde(rename = "resolved")]
    Resolved,
    #[serde(rename = "spam")]
    Spam,
}

impl Action for Lock {
    type On = GitHub;
    const NAME: &str = "issue lock";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue lock octo/widgets#42 reason=resolved"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Triage).await?;
        let body = self.reason.map(|it| json!({ "lock_reason": it }));
        let locked = place.put_empty(&format!("/issues/{number}/lock"), body.as_ref()).await;
        place.located(number, locked).await?;
        place.after(ctx, number, &format!("Locked the conversation of {}.", key(&place.repo, number))).await
    }
}

/// Unlocks the conversation of an issue or a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlock {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Unlock {
    type On = GitHub;
    const NAME: &str = "issue unlock";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue unlock octo/widgets#42"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Triage).await?;
        let unlocked = place.delete(&format!("/issues/{number}/lock")).await;
        place.located(number, unlocked).await?;
        place.after(ctx, number, &format!("Unlocked the conversation of {}.", key(&place.repo, number))).await
    }
}

/// Moves an issue to another repository of the same owner.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Transfer {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// The repository it belongs to.
    to: param::Repo,
    /// The repository it is in, where the number does not say.
    repo: Option<param::Repo>,
}

/// REST has no way to do this.
const TRANSFER: &str = "mutation TransferIssue($issue: ID!, $to: ID!) {
  transferIssue(input: {issueId: $issue, repositoryId: $to, createLabelsIfMissing: true}) { issue { number url } }
}";

impl Action for Transfer {
    type On = GitHub;
    const NAME: &str = "issue transfer";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue transfer octo/widgets#42 octo/gadgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Node {
            node_id: String,
        }
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Write).await?;
        let to: RepoName = on.repo(Some(&self.to)).map_err(|error| problem::at("to", error.message))?;
        let there = on.place(ctx, to, Right::Issues, Level::Write).await?;
        let issue = place.issue(number).await?;
        if issue.is_pull() {
            return Err(problem::at(
                "issue",
                format!("{} is a pull request, which stays where its branch is.", key(&place.repo, number)),
            ));
        }
        let target: Node = there.get("", &[]).await?;
        let variables = json!({ "issue": issue.node_id, "to": target.node_id });
        let moved: Value = on.graphql.graphql("/graphql", TRANSFER, &variables).send().await.map_err(problem::explain)?;
        let new = moved["transferIssue"]["issue"]["number"].as_u64().unwrap_or_default();
        let did = format!("Moved {} to {}.", key(&place.repo, number), key(&there.repo, new));
        there.after(ctx, new, &did).await
    }
}
