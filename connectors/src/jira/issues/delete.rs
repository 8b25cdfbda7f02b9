//! `issue delete`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::jira::{Jira, confirm, names::count, param, problem, wire};

/// Deletes an issue for good, with its comments, files and subtasks. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "issue delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue delete APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        if self.confirm.is_none() {
            let issue = api.issue_with(&key, "summary,subtasks,attachment,comment,worklog", None).await?;
            let total = |field: &str| issue.fields.get(field).and_then(|it| it["total"].as_u64()).unwrap_or_default() as usize;
            let mut losses = vec![format!("{key} {} is deleted for good: Jira has no bin for issues.", issue.summary())];
            let subtasks: Vec<wire::Issue> = issue.read("subtasks").unwrap_or_default();
            let files = issue.read::<Vec<wire::Attachment>>("attachment").unwrap_or_default().len();
            let counted = [(total("comment"), "comment"), (files, "file"), (total("worklog"), "worklog")];
            let mut parts: Vec<String> = Vec::new();
            if !subtasks.is_empty() {
                let keys = subtasks.iter().map(|it| it.key.as_str()).collect::<Vec<_>>().join(", ");
                parts.push(format!("{} ({keys})", count(subtasks.len(), "subtask")));
            }
            parts.extend(counted.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)));
            if !parts.is_empty() {
                losses.push(format!("Gone with it: {}.", parts.join(", ")));
            }
            return Ok(confirm::ask(ctx, Self::NAME, json!({ "issue": key }), &format!("Delete {key}?"), &losses));
        }
        let deleted = api.delete(&format!("/issue/{key}"), &[("deleteSubtasks", "true")]).await;
        deleted.map_err(|error| problem::about(error, &format!("issue {key}"), "Delete Issues"))?;
        Ok(Reply::to_channel(format!("Deleted {key}.")))
    }
}
