//! `issue delete`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::find;
use crate::gitlab::{GitLab, confirm, param};

/// Deletes an issue for good, with its comments; needs the role Planner or Owner.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "issue delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue delete demo/printer#3"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let issue = found.get(&acting).await?;
        let key = &found.key;
        if !self.confirm {
            let question = format!("This deletes {key} “{}” for everybody, with all its comments.", issue.title);
            let lost = ["Its number is not used again.".to_owned(), "Closing it would keep it.".to_owned()];
            return Ok(confirm::ask(&question, &lost, "Delete the issue", ctx.call(Self::NAME, json!({ "issue": key }))));
        }
        acting.delete(&found.path).await.map_err(|error| found.about(error))?;
        Ok(Reply::to_channel(format!("Deleted {key} “{}”.", issue.title)))
    }
}
