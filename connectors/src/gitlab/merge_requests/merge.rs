//! `mr merge` and `mr rebase`.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::find;
use crate::gitlab::{GitLab, card, list::given, param, wire};

/// Merges a merge request, or has GitLab do so once its pipeline has passed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Merge {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
    /// As soon as everything that it waits for is done.
    #[serde(default)]
    auto: bool,
    /// Make one commit of it.
    #[serde(default)]
    squash: bool,
    /// Delete its branch afterwards.
    #[serde(default)]
    remove_branch: bool,
    /// The merge commit's message.
    message: Option<String>,
}

impl Action for Merge {
    type On = GitLab;
    const NAME: &str = "mr merge";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr merge demo/printer!1", "mr merge demo/printer!1 --auto --squash"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let before = found.get(&acting).await?;
        if before.state != "opened" {
            let message = format!("{} is {}, so it cannot be merged.", found.key, before.state);
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let body = given(vec![
            // Only what the asker could have seen is merged.
            ("sha", before.sha.as_ref().map(|it| json!(it))),
            ("squash", self.squash.then_some(json!(true))),
            ("should_remove_source_branch", self.remove_branch.then_some(json!(true))),
            ("auto_merge", self.auto.then_some(json!(true))),
            ("merge_commit_message", self.message.as_ref().map(|it| json!(it))),
        ]);
        let merged: Result<wire::MergeRequest> = acting.put_once(&format!("{}/merge", found.path), &body).await;
        let it = match merged {
            Ok(it) => it,
            Err(mut error) => {
                // 405 and 422 say that it cannot be merged, and 401 that this account may not.
                let why = before.detailed_merge_status.as_deref().filter(|it| *it != "mergeable").map(card::why);
                match error.kind {
                    ErrorKind::BadConfig | ErrorKind::Validation => {
                        let why = why.map(|it| format!(": {it}")).unwrap_or_default();
                        let way = if self.auto { "" } else { " With --auto GitLab merges it as soon as it can." };
                        error.kind = ErrorKind::Conflict;
                        error.message = format!("{} cannot be merged{why}.{way}", found.key);
                    }
                    ErrorKind::Auth => {
                        error.kind = ErrorKind::Permission;
                        error.message = format!("This account may not merge into {} in {}.", before.target_branch, found.project);
                    }
                    ErrorKind::Conflict => {
                        error.message = format!("Somebody pushed to {} just now. Look at the changes, then merge it.", found.key);
                    }
                    _ => {}
                }
                return Err(found.about(error));
            }
        };
        let did = match it.state.as_str() {
            "merged" => format!("Merged {} into {}.", found.key, it.target_branch),
            _ => format!("GitLab merges {} into {} as soon as it can.", found.key, it.target_branch),
        };
        Ok(card::merge_request(&it, None, ctx, Message::text(did), &[]))
    }
}

/// Rebases a merge request's branch onto its target branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rebase {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Rebase {
    type On = GitLab;
    const NAME: &str = "mr rebase";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr rebase demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let started: Result<Value> = acting.put(&format!("{}/rebase", found.path), &json!({})).await;
        started.map_err(|error| found.about(error))?;
        let did = format!("GitLab is rebasing {}. Conflicts would show in it in a moment.", found.key);
        Ok(found.after(&acting, ctx, &did).await)
    }
}
