//! What reviewers do: approve, request changes, comment, and be asked to.

use commands::{
    Action, Ctx, Effect, Error, ErrorKind, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    GitHub,
    access::Level,
    card::{self, key},
    param,
    place::Place,
    problem, wire,
};

/// Approves a pull request, in your name. Not your own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// What to say about it.
    comment: Option<Markdown>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Approve {
    type On = GitHub;
    const NAME: &str = "pr approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr approve octo/widgets#7", "pr approve 7 comment=\"Well done\" repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let login = place.known(ctx)?;
        let pull = place.open_pull(number).await?;
        let name = key(&place.repo, number);
        // GitHub sees the bot's approval, and cannot know whose it is.
        if pull.author().is_some_and(|it| it.eq_ignore_ascii_case(login)) {
            let message = format!("{name} is your own: somebody else has to approve it.");
            return Err(Error::new(ErrorKind::Permission, message));
        }
        place.review(&pull, "APPROVE", self.comment.as_ref().map_or("", |it| &it.0)).await?;
        place.pull_done(ctx, number, &format!("Approved {name}.")).await
    }
}

/// Requests changes of a pull request: it is not to be merged like this.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RequestChanges {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// What has to change.
    text: Markdown,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for RequestChanges {
    type On = GitHub;
    const NAME: &str = "pr request-changes";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr request-changes octo/widgets#7 The hose is missing."];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let pull = place.open_pull(number).await?;
        place.review(&pull, "REQUEST_CHANGES", &self.text.0).await?;
        place.pull_done(ctx, number, &format!("Requested changes of {}.", key(&place.repo, number))).await
    }
}

/// Reviews a pull request without a verdict.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Review {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// What to say.
    text: Markdown,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Review {
    type On = GitHub;
    const NAME: &str = "pr review";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr review octo/widgets#7 Looks fine so far."];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Read).await?;
        let pull = place.open_pull(number).await?;
        place.review(&pull, "COMMENT", &self.text.0).await?;
        place.pull_done(ctx, number, &format!("Reviewed {}.", key(&place.repo, number))).await
    }
}

impl Place<'_> {
    async fn review(&self, pull: &wire::Pull, event: &str, text: &str) -> Result<()> {
        let number = pull.number;
        // What was looked at is what is judged, whatever was pushed meanwhile.
        let body = json!({ "event": event, "body": self.asker.sign(text), "commit_id": pull.head.sha });
        let made: Result<wire::Review> = self.post(&format!("/pulls/{number}/reviews"), &body).await;
        made.map(drop).map_err(|error| match error.kind {
            ErrorKind::Validation if error.message.contains("your own pull request") => {
                let message = format!("{} was opened by the bot itself, which cannot judge it.", key(&self.repo, number));
                Error { message, ..error }
            }
            _ => error,
        })
    }
}

/// Asks people or teams to review a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Ask {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// Who: @ana, a login, an email address, or a team as octo/crew; several.
    reviewer: Vec<Person>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Ask {
    type On = GitHub;
    const NAME: &str = "pr ask";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr ask octo/widgets#7 @ben", "pr ask octo/widgets#7 chloe octo/crew"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Triage).await?;
        let (teams, people): (Vec<Person>, Vec<Person>) =
            self.reviewer.into_iter().partition(|it| it.0.contains('/') && !it.0.contains("://"));
        let logins = on.people(ctx, &place.asker, "reviewer", &people).await?;
        let teams: Vec<&str> = teams.iter().filter_map(|it| it.0.rsplit_once('/')).map(|(_, slug)| slug.trim()).collect();
        let mut body = json!({});
        if !logins.is_empty() {
            body["reviewers"] = json!(logins);
        }
        if !teams.is_empty() {
            body["team_reviewers"] = json!(teams);
        }
        let asked: Result<Value> = place.post(&format!("/pulls/{number}/requested_reviewers"), &body).await;
        asked.map_err(|error| match error.kind {
            // GitHub says so of anybody who cannot be asked, the author among them.
            ErrorKind::Validation => problem::at("reviewer", format!("{}.", problem::said(&error))),
            _ => error,
        })?;
        let names = card::join(logins.iter().map(String::as_str).chain(teams));
        place.pull_done(ctx, number, &format!("Asked {names} to review {}.", key(&place.repo, number))).await
    }
}

/// Takes back what somebody's review decided: an approval, or a request for changes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Dismiss {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// Whose review.
    reviewer: Person,
    /// Why.
    reason: String,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Dismiss {
    type On = GitHub;
    const NAME: &str = "pr dismiss";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr dismiss octo/widgets#7 ben The hose is there now."];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let login = on.login(ctx, &place.asker, "reviewer", &self.reviewer.0).await?;
        let all: Vec<wire::Review> = place.first(&format!("/pulls/{number}/reviews"), &[], 1_000).await?.items;
        let name = key(&place.repo, number);
        let is_theirs = |it: &&wire::Review| {
            it.user.as_ref().is_some_and(|it| it.login.eq_ignore_ascii_case(&login))
                && matches!(it.state.as_str(), "APPROVED" | "CHANGES_REQUESTED")
        };
        let Some(review) = all.iter().rev().find(is_theirs) else {
            return Err(problem::at("reviewer", format!("{login} has neither approved {name} nor requested changes of it.")));
        };
        let body = json!({ "message": place.asker.sign(&self.reason), "event": "DISMISS" });
        let path = format!("/pulls/{number}/reviews/{}/dismissals", review.id);
        let _: wire::Review = place.put(&path, &body, crate::http::Repeatable::No).await?;
        place.pull_done(ctx, number, &format!("Dismissed the review of {name} by {login}.")).await
    }
}
