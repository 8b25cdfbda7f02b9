//! `pr complete`.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::azure_devops::{AzureDevOps, api::PREVIEW, list::given, param, wire::branch};

/// Completes a pull request: merges it, or has that done as soon as its policies are met.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Complete {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// As soon as its policies are met.
    #[serde(default)]
    auto: bool,
    /// How the commits get into the target branch; what the repository prefers where you do not say.
    strategy: Option<Strategy>,
    /// Delete its branch afterwards.
    #[serde(default)]
    delete_branch: bool,
    /// Move its work items to their next state.
    #[serde(default)]
    transition_items: bool,
    /// The merge commit's message.
    message: Option<String>,
}

/// How commits get into the target branch.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    Merge,
    Squash,
    Rebase,
    RebaseMerge,
}

impl Strategy {
    fn name(self) -> &'static str {
        match self {
            Strategy::Merge => "noFastForward",
            Strategy::Squash => "squash",
            Strategy::Rebase => "rebase",
            Strategy::RebaseMerge => "rebaseMerge",
        }
    }
}

impl Action for Complete {
    type On = AzureDevOps;
    const NAME: &str = "pr complete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr complete 7 strategy=squash --delete-branch", "pr complete 7 --auto"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
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
        let pull = acting.pull(&self.pr).await?;
        let id = pull.pull_request_id;
        let refuse = |why: &str| Err(Error::new(ErrorKind::Conflict, format!("!{id} cannot be completed: {why}.")));
        match (pull.status.as_str(), pull.is_draft, pull.merge_status.as_deref()) {
            ("active", true, _) => return refuse("it is a draft. Publish it first, with `pr publish`"),
            ("active", _, Some("conflicts")) if !self.auto => return refuse("it has conflicts with the target branch"),
            ("active", ..) => {}
            (status, ..) => return refuse(&format!("it is {status} already")),
        }
        let options = given(vec![
            ("mergeStrategy", self.strategy.map(|it| json!(it.name()))),
            ("deleteSourceBranch", self.delete_branch.then_some(json!(true))),
            ("transitionWorkItems", self.transition_items.then_some(json!(true))),
            ("mergeCommitMessage", self.message.as_ref().map(|it| json!(it))),
        ]);
        let target = branch(&pull.target_ref_name);
        if self.auto {
            let bot: Connection = acting.get_as(PREVIEW, "/_apis/connectionData", &[]).await?;
            let body = json!({ "autoCompleteSetBy": { "id": bot.authenticated_user.id }, "completionOptions": options });
            return acting
                .change_pull(ctx, &pull, &body, &format!("!{id} goes into {target} as soon as its policies are met."))
                .await;
        }
        // Only what the asker could have seen is merged: Azure DevOps answers 409 to another commit.
        let commit = pull.last_merge_source_commit.as_ref().map(|it| json!({ "commitId": it.commit_id }));
        let body = given(vec![
            ("status", Some(json!("completed"))),
            ("lastMergeSourceCommit", commit),
            ("completionOptions", Some(options)),
        ]);
        let done = acting.change_pull(ctx, &pull, &body, &format!("Completed !{id}: it goes into {target}.")).await;
        done.map_err(|mut error| {
            if matches!(error.kind, ErrorKind::Conflict | ErrorKind::Permission) && !error.message.contains("may not do this") {
                error.message =
                    format!("!{id} was not completed. {} With --auto it is, as soon as its policies are met.", error.message);
            }
            error
        })
    }
}
