//! What becomes of a pull request: approved, sent back, merged, declined.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key;
use crate::bitbucket::{
    Bitbucket,
    model::{After, Merged, Merging, Pull, PullState, Strategy, Verdict},
    param,
    people::{by_whom, signed},
    vendor::opinion_of,
};

/// Approves a pull request, under the bot's account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Approve {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Approve {
    type On = Bitbucket;
    const NAME: &str = "pr approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr approve 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let pull = open(on, &self.pull, self.repo.as_ref()).await?;
        on.api().review(&pull, Verdict::Approve).await.map_err(|error| own(error, &pull))?;
        let did = by_whom(Message::text(format!("{} approved {}.", ctx.actor.name, key(&pull))));
        Ok(on.pull_after(ctx, did, pull).await)
    }
}

/// Takes the bot's approval, or its request for changes, back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unapprove {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Unapprove {
    type On = Bitbucket;
    const NAME: &str = "pr unapprove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr unapprove 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let pull = open(on, &self.pull, self.repo.as_ref()).await?;
        let me = on.api().myself().await?;
        let verdict = Verdict::Withdraw(opinion_of(&pull, &me.id));
        let withdrawn = on.api().review(&pull, verdict).await;
        withdrawn.map_err(|error| match error.kind {
            ErrorKind::NotFound => Error { message: format!("The bot's account has not approved {}.", key(&pull)), ..error },
            _ => own(error, &pull),
        })?;
        let did = by_whom(Message::text(format!("{} took the review of {} back.", ctx.actor.name, key(&pull))));
        Ok(on.pull_after(ctx, did, pull).await)
    }
}

/// Asks for changes before a pull request can be merged, under the bot's account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RequestChanges {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
    /// What should change; becomes a comment.
    comment: Option<Markdown>,
}

impl Action for RequestChanges {
    type On = Bitbucket;
    const NAME: &str = "pr request changes";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr request changes 1 repo=website comment=\"Too dark to read.\""];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let pull = open(on, &self.pull, self.repo.as_ref()).await?;
        on.api().review(&pull, Verdict::RequestChanges).await.map_err(|error| own(error, &pull))?;
        let mut did = Message::text(format!("{} asked for changes to {}.", ctx.actor.name, key(&pull)));
        if let Some(text) = self.comment.as_ref().filter(|it| !it.0.trim().is_empty()) {
            let text = signed(ctx, &text.0);
            let new = crate::bitbucket::model::NewComment { text: &text, reply_to: None, path: None, line: None };
            // The request itself stands: failing to say why must not look like failing to ask.
            if let Err(error) = on.api().comment(&pull, &new).await {
                did = did.paragraph(format!("But the comment was not written: {}", error.message));
            }
        }
        Ok(on.pull_after(ctx, by_whom(did), pull).await)
    }
}

/// Merges a pull request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Merge {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
    /// How; as the repository does it usually where you do not say.
    strategy: Option<Strategy>,
    /// The merge commit's message; Bitbucket's own where you do not say.
    message: Option<Markdown>,
    /// Delete the branch after it, or not; as its author chose where you do not say.
    close_source: Option<bool>,
}

impl Action for Merge {
    type On = Bitbucket;
    const NAME: &str = "pr merge";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr merge 1 repo=website", "pr merge 1 repo=website strategy=squash close_source=true"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let pull = open(on, &self.pull, self.repo.as_ref()).await?;
        let merging = Merging {
            strategy: self.strategy,
            message: self.message.map(|it| signed(ctx, &it.0)),
            close_source: self.close_source,
        };
        let merged = on.api().merge(&pull, &merging).await.map_err(|error| blocked(error, &pull))?;
        match merged {
            Merged::Done(now) => {
                let did = format!("{} merged {} into {}.", ctx.actor.name, key(&pull), pull.target.branch);
                Ok(after(on, ctx, did, *now).await)
            }
            Merged::UnderWay => {
                let did = format!("Bitbucket is merging {}: it takes a while.", key(&pull));
                Ok(on.pull_after(ctx, Message::text(did), pull).await)
            }
        }
    }
}

/// Declines a pull request: it is not merged.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Decline {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
    /// Why; becomes a comment.
    comment: Option<Markdown>,
}

impl Action for Decline {
    type On = Bitbucket;
    const NAME: &str = "pr decline";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr decline 1 repo=website comment=\"We replace the lamps.\""];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let pull = open(on, &self.pull, self.repo.as_ref()).await?;
        let comment = signed(ctx, self.comment.as_ref().map_or("", |it| it.0.as_str()));
        // Whoever lets the bot in declines without a word where they say none.
        let comment = Some(comment.as_str()).filter(|it| !it.is_empty());
        let declined = on.api().decline(&pull, comment).await?;
        let did = format!("{} declined {}.", ctx.actor.name, key(&pull));
        Ok(after(on, ctx, did, declined).await)
    }
}

/// Opens a declined pull request again (Data Center).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Reopen {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Reopen {
    type On = Bitbucket;
    const NAME: &str = "pr reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr reopen 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        let opened = on.api().reopen(&pull).await?;
        let did = Message::text(format!("{} opened {} again.", ctx.actor.name, key(&pull)));
        Ok(on.pull_after(ctx, did, opened).await)
    }
}

/// What was done, with what of it was not.
async fn after(on: &Bitbucket, ctx: &Ctx, did: String, now: After) -> Reply {
    let did = Message::text(did);
    let did = match now.undone {
        Some(undone) => did.paragraph(undone),
        None => did,
    };
    on.pull_after(ctx, did, now.pull).await
}

/// A pull request that is open still: both editions answer to anything else with words that help nobody.
async fn open(on: &Bitbucket, pull: &param::Pull, repo: Option<&param::Repo>) -> Result<Pull> {
    let (repo, id) = on.pull_id(pull, repo)?;
    let pull = on.pull(&repo, id).await?;
    match pull.state {
        PullState::Open => Ok(pull),
        state => {
            let message = format!("{} is {} already.", key(&pull), state.title().to_lowercase());
            Err(Error::new(ErrorKind::Conflict, message))
        }
    }
}

/// Nobody reviews what they wrote, and the bot wrote what was opened from chat.
fn own(error: Error, pull: &Pull) -> Error {
    let refused = matches!(error.kind, ErrorKind::Validation | ErrorKind::Conflict | ErrorKind::Permission);
    if refused && error.message.to_lowercase().contains("author") {
        let message = format!("The bot's account opened {}, and nobody reviews their own: do it in Bitbucket.", key(pull));
        return Error { message, ..error };
    }
    error
}

/// What keeps it from being merged, in Bitbucket's words, and the way on.
fn blocked(error: Error, pull: &Pull) -> Error {
    match error.kind {
        ErrorKind::Conflict | ErrorKind::Validation => {
            let said = error.message.split_once(": ").map_or("", |(_, said)| said);
            let said = said.split(". Look at it again").next().unwrap_or(said);
            let said = said.trim_end_matches(" Correct them and try again.").trim_end_matches('.');
            let message = match said {
                "" => format!("Bitbucket does not merge {} now: there are conflicts, or its checks do not pass.", key(pull)),
                said => format!("Bitbucket does not merge {} now: {said}.", key(pull)),
            };
            Error { message, ..error }
        }
        _ => error,
    }
}
