//! `mr approve` and `mr unapprove`.

use commands::{Action, Ctx, Effect, ErrorKind, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::find;
use crate::gitlab::{GitLab, param};

/// Approves a merge request as it is now. Not your own.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Approve {
    type On = GitLab;
    const NAME: &str = "mr approve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr approve demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let before = found.get(&acting).await?;
        acting.approves(ctx, &found.key, before.author.as_ref()).await?;
        // What is pushed meanwhile is not approved unseen: GitLab answers 409 then.
        let body = before.sha.map_or(Value::Null, |sha| json!({ "sha": sha }));
        let approved: Result<Value> = acting.post(&format!("{}/approve", found.path), &body).await;
        approved.map_err(|mut error| {
            match error.kind {
                // GitLab's answer to whoever approved it already, or may not.
                ErrorKind::Auth | ErrorKind::Permission => {
                    error.kind = ErrorKind::Permission;
                    error.message = format!(
                        "{} cannot be approved by this account: it did so already, wrote it itself, or has no right to.",
                        found.key
                    );
                }
                ErrorKind::Conflict => {
                    error.message = format!("Somebody pushed to {} just now. Look at the changes, then approve it.", found.key);
                }
                _ => {}
            }
            found.about(error)
        })?;
        // An approval has no text that could say whose it is.
        let as_whom = if acting.sign("").is_empty() { "" } else { " in the bot's name" };
        Ok(found.after(&acting, ctx, &format!("Approved {}{as_whom}.", found.key)).await)
    }
}

/// Takes an approval back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unapprove {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Unapprove {
    type On = GitLab;
    const NAME: &str = "mr unapprove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr unapprove demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let taken: Result<Value> = acting.post(&format!("{}/unapprove", found.path), &Value::Null).await;
        taken.map_err(|mut error| {
            if error.kind == ErrorKind::NotFound {
                error.message = format!("{} is not approved by this account, so there is nothing to take back.", found.key);
                return error;
            }
            found.about(error)
        })?;
        Ok(found.after(&acting, ctx, &format!("Took the approval of {} back.", found.key)).await)
    }
}
