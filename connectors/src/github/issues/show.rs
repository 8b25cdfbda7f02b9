//! `issue show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{
    GitHub,
    access::Level,
    card, param,
    place::{RepoName, Right},
    pulls, wire,
};

/// Shows an issue or a pull request, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, octo/widgets#42, or a link to it.
    issue: param::Number,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
    /// Show the last comments too.
    #[serde(default)]
    comments: bool,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "issue show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue show 42 repo=octo/widgets", "issue show octo/widgets#42 --comments"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (repo, number) = on.number("issue", &self.issue, self.repo.as_ref())?;
        let reply = show(on, ctx, repo.clone(), number).await?;
        if !self.comments {
            return Ok(reply);
        }
        let place = on.place(ctx, repo, Right::Issues, Level::Read).await?;
        let all: Vec<wire::Comment> = place.first(&format!("/issues/{number}/comments"), &[], 1_000).await?.items;
        let skipped = all.len().saturating_sub(5);
        let lines: Vec<Text> = all.iter().skip(skipped).map(comment).collect();
        let heading = if lines.is_empty() { "No comments yet." } else { "Last comments" };
        let mut message = reply.message;
        message = message.paragraph(heading);
        if !lines.is_empty() {
            message = message.list(lines);
        }
        // With its comments it is no card that stays true.
        Ok(Reply::to_channel(Message { object: None, ..message }))
    }
}

fn comment(it: &wire::Comment) -> Text {
    let author = it.user.as_ref().map_or("somebody", |it| it.login.as_str());
    let text = card::excerpt(it.body.as_deref(), 300).unwrap_or_default();
    Text::new().bold(author).plain(" ").time(it.created_at).plain(format!(": {text} ")).link(&it.html_url, "→")
}

/// An issue's card, or a pull request's.
pub(in crate::github) async fn show(on: &GitHub, ctx: &Ctx, repo: RepoName, number: u64) -> Result<Reply> {
    let place = on.place(ctx, repo, Right::Issues, Level::Read).await?;
    let issue = place.issue(number).await?;
    match issue.is_pull() {
        true => pulls::card(&place, ctx, number, Message::new()).await,
        false => Ok(card::issue_reply(&place.repo, &issue, ctx, Message::new())),
    }
}
