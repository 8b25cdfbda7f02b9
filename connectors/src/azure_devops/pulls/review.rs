//! `pr approve`, `vote`, `comment`, `review`, `dismiss`.

use commands::{
    Action, Ctx, Effect, Error, ErrorKind, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{path, refused, vote};
use crate::azure_devops::{AzureDevOps, api::PREVIEW, param, problem::at};

/// Approves a pull request, under the bot's own account. Not your own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    /// The pull request's number, or its link.
    pr: param::Pull,
}

impl Action for Approve {
    type On = AzureDevOps;
    const NAME: &str = "pr approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr approve 7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        cast(on, ctx, &self.pr, 10).await
    }
}

/// Votes on a pull request, under the bot's own account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Vote {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// What to say of it.
    vote: Choice,
}

/// A vote.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    Approve,
    /// With suggestions.
    Suggest,
    /// For the author.
    Wait,
    Reject,
    /// Take the vote back.
    Reset,
}

impl Action for Vote {
    type On = AzureDevOps;
    const NAME: &str = "pr vote";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr vote 7 wait", "pr vote 7 reset"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let number = match self.vote {
            Choice::Approve => 10,
            Choice::Suggest => 5,
            Choice::Wait => -5,
            Choice::Reject => -10,
            Choice::Reset => 0,
        };
        cast(on, ctx, &self.pr, number).await
    }
}

/// A vote is the voter's own: Azure DevOps takes no other's.
async fn cast(on: &AzureDevOps, ctx: &Ctx, pr: &param::Pull, number: i32) -> Result<Reply> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Connection {
        authenticated_user: Bot,
    }
    #[derive(Deserialize)]
    struct Bot {
        id: String,
    }
    let acting = on.acting(ctx);
    let pull = acting.pull(pr).await?;
    if pull.status != "active" {
        let message = format!("!{} is {}, so there is nothing to vote on.", pull.pull_request_id, pull.status);
        return Err(Error::new(ErrorKind::Conflict, message));
    }
    if number > 0 {
        acting.approves(ctx, &format!("!{}", pull.pull_request_id), Some(&pull.created_by)).await?;
    }
    let bot: Connection = acting.get_as(PREVIEW, "/_apis/connectionData", &[]).await?;
    let voter = format!("{}/reviewers/{}", path(&pull), bot.authenticated_user.id);
    let voted: Result<Value> = acting.put(&voter, &json!({ "vote": number })).await;
    voted.map_err(|error| refused(error, &pull))?;
    let did = match number {
        0 => format!("Took the bot's vote on !{} back.", pull.pull_request_id),
        _ => format!("Voted on !{} in the bot's name: {}.", pull.pull_request_id, vote(number)),
    };
    Ok(acting.pull_after(ctx, &pull, &did).await)
}

/// Comments on a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// What to say.
    text: Markdown,
}

impl Action for Comment {
    type On = AzureDevOps;
    const NAME: &str = "pr comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr comment 7 Looks good."];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        if self.text.0.trim().is_empty() {
            return Err(at("text", "A comment needs words."));
        }
        let pull = acting.pull(&self.pr).await?;
        // Text, and nothing that has to be resolved before it can be completed.
        let comment = json!({ "parentCommentId": 0, "content": acting.sign(&self.text.0), "commentType": "text" });
        let body = json!({ "comments": [comment], "status": "closed" });
        let said: Result<Value> = acting.post(&format!("{}/threads", path(&pull)), &body).await;
        said.map_err(|error| refused(error, &pull))?;
        Ok(acting.pull_after(ctx, &pull, &format!("Commented on !{}.", pull.pull_request_id)).await)
    }
}

/// Asks people for a review.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Review {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// Who shall review it; several with commas.
    from: Vec<Person>,
    /// It cannot be completed without them.
    #[serde(default)]
    required: bool,
}

impl Action for Review {
    type On = AzureDevOps;
    const NAME: &str = "pr review";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr review 7 @chloe --required"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        for person in &self.from {
            let id = acting.person("from", &person.0).await?.id;
            let body = json!({ "vote": 0, "isRequired": self.required });
            let added: Result<Value> = acting.put(&format!("{}/reviewers/{id}", path(&pull)), &body).await;
            added.map_err(|error| refused(error, &pull))?;
        }
        Ok(acting.pull_after(ctx, &pull, &format!("Asked for a review of !{}.", pull.pull_request_id)).await)
    }
}

/// Asks somebody for a review no more.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Dismiss {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// Who reviews it no more.
    reviewer: Person,
}

impl Action for Dismiss {
    type On = AzureDevOps;
    const NAME: &str = "pr dismiss";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr dismiss 7 @chloe"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let person = acting.person("reviewer", &self.reviewer.0).await?;
        let gone = acting.delete(&format!("{}/reviewers/{}", path(&pull), person.id)).await;
        gone.map_err(|error| refused(error, &pull))?;
        let did = format!("{} is not asked for a review of !{} any more.", person.provider_display_name, pull.pull_request_id);
        Ok(acting.pull_after(ctx, &pull, &did).await)
    }
}
