//! `issue show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::redmine::{Redmine, card, param, wire};

/// Shows an issue, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The issue's number, or a link to it.
    issue: param::IssueId,
    /// Show the last comments too.
    #[serde(default)]
    comments: bool,
}

impl Action for Show {
    type On = Redmine;
    const NAME: &str = "issue show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue show 42", "issue show 42 --comments"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let include = if self.comments { "attachments,allowed_statuses,journals" } else { "attachments,allowed_statuses" };
        let issue = acting.issue_with(id, include).await?;
        let mut message = card::card(on.http.base(), &issue, ctx);
        let comments: Vec<Text> = issue.journals.iter().filter_map(comment).collect();
        if self.comments {
            let shown = comments.len().saturating_sub(5);
            let heading = if comments.is_empty() { "No comments yet." } else { "Last comments" };
            message = message.paragraph(heading).list(comments.into_iter().skip(shown).collect());
        }
        if let Some(note) = acting.note() {
            message = message.context(note);
        }
        Ok(card::reply(on.http.base(), &issue, ctx, Message::new(), message))
    }
}

/// A comment in a line. Private ones stay in Redmine: the channel may hold people who may not read them.
fn comment(journal: &wire::Journal) -> Option<Text> {
    let notes = journal.notes.as_deref().map(str::trim).filter(|it| !it.is_empty() && !journal.private_notes)?;
    let author = journal.user.as_ref().map_or("somebody", |it| it.name.as_str());
    Some(Text::new().bold(author).plain(" ").time(journal.created_on).plain(format!(": {}", card::shorten(notes, 300))))
}
