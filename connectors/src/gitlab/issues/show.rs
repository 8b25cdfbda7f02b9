//! `issue show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::find;
use crate::gitlab::{GitLab, card, param, wire};

/// Shows an issue with its last comments, and buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The issue: demo/printer#4, #4, or its link.
    pub(in crate::gitlab) issue: param::Issue,
    /// Its project, where the number stands alone.
    pub(in crate::gitlab) project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "issue show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue show demo/printer#1", "issue show 1 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let issue = found.get(&acting).await?;
        let query = [("activity_filter", "only_comments".to_owned()), ("sort", "desc".to_owned())];
        let mut notes = acting.page::<wire::Note>(&format!("{}/notes", found.path), &query, 1, 3).await?.items;
        notes.reverse();
        Ok(card::issue(&issue, ctx, Message::new(), &notes))
    }
}
