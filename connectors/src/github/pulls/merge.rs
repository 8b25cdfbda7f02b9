//! Merging: at once, when it may be, by the queue; and what has to be done before.

use std::time::Duration;

use commands::{Action, Ctx, Effect, Error, ErrorKind, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    super::{GitHub, access::Level, card::key, issues::encoded, param, place::Place, problem, wire},
    card::hindrance,
};
use crate::http::Repeatable;

/// How a pull request becomes part of its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A merge commit.
    Merge,
    /// All its commits as one.
    Squash,
    /// Its commits on top of the base.
    Rebase,
}

/// Merges a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Merge {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// How; the first that the repository allows where you do not say.
    method: Option<Method>,
    /// The commit's first line.
    title: Option<String>,
    /// Delete its branch afterwards.
    #[serde(default)]
    delete_branch: bool,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Merge {
    type On = GitHub;
    const NAME: &str = "pr merge";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr merge octo/widgets#7", "pr merge 7 method=squash --delete-branch repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let pull = place.open_pull(number).await?;
        let name = key(&place.repo, number);
        if pull.draft {
            let message = format!("{name} is a draft. `{} pr ready {name}` makes it ready for review.", ctx.group);
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let method = match self.method {
            Some(method) => method,
            None => place.usual_method().await?,
        };
        // What is merged is what was looked at: GitHub refuses when more was pushed meanwhile.
        let mut body = json!({ "merge_method": method, "sha": pull.head.sha });
        if let Some(title) = self.title.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            body["commit_title"] = json!(title);
        }
        let merged: Result<Value> = place.put(&format!("/pulls/{number}/merge"), &body, Repeatable::No).await;
        merged.map_err(|it| refused(it, &name, &pull, &ctx.group))?;
        let mut did = format!("Merged {name} into {}.", pull.base.name);
        if self.delete_branch {
            did.push(' ');
            did.push_str(&place.delete_branch(&pull).await);
        }
        place.pull_done(ctx, number, &did).await
    }
}

impl Place<'_> {
    async fn usual_method(&self) -> Result<Method> {
        let repo: wire::Repo =
            self.github.get_cached(&self.path(""), &[], Duration::from_secs(300)).await.map_err(|it| self.explain(it))?;
        let all = [
            (repo.allow_merge_commit, Method::Merge),
            (repo.allow_squash_merge, Method::Squash),
            (repo.allow_rebase_merge, Method::Rebase),
        ];
        let first = all.iter().find(|(allowed, _)| allowed.unwrap_or(true)).map(|(_, method)| *method);
        Ok(first.unwrap_or(Method::Merge))
    }

    /// What became of the branch of a merged pull request. That it is merged stays true.
    async fn delete_branch(&self, pull: &wire::Pull) -> String {
        let branch = &pull.head.name;
        let is_here = pull.head.repo.as_ref().is_some_and(|it| it.full_name.eq_ignore_ascii_case(&self.repo.to_string()));
        if !is_here {
            return format!("Its branch {branch} is in another repository, and stays.");
        }
        match self.delete(&format!("/git/refs/heads/{}", encoded_branch(branch))).await {
            Ok(()) => format!("Deleted its branch {branch}."),
            // The repository may delete branches by itself.
            Err(error) if error.kind == ErrorKind::Validation => format!("Its branch {branch} is gone already."),
            Err(error) => format!("Its branch {branch} is still there: {}", error.message),
        }
    }
}

/// Slashes of a branch are the path's.
pub(in crate::github) fn encoded_branch(branch: &str) -> String {
    branch.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// 405 says that it cannot be merged now, 409 that something was pushed meanwhile.
fn refused(error: Error, name: &str, pull: &wire::Pull, group: &str) -> Error {
    let said = problem::said(&error);
    let message = match error.kind {
        ErrorKind::BadConfig if error.code.is_some() => {
            let why = hindrance(pull).map(|it| format!(" It is {it}.").replace("is has", "has")).unwrap_or_default();
            let way_out = match pull.mergeable_state.as_deref() {
                Some("behind") => format!(" `{group} pr update-branch {name}` brings it up to date."),
                Some("blocked") => format!(" `{group} pr auto-merge {name}` merges it as soon as it may be."),
                _ => String::new(),
            };
            format!("GitHub does not merge {name}: {said}.{why}{way_out}")
        }
        ErrorKind::Conflict => format!("{name} has changed since you looked: {said}. Look at it again."),
        _ => return error,
    };
    Error { kind: ErrorKind::Conflict, message, ..error }
}

/// Merges a pull request by itself, as soon as its reviews and checks allow it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AutoMerge {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// How; the first that the repository allows where you do not say.
    method: Option<Method>,
    /// Do not merge it by itself any more.
    #[serde(default)]
    off: bool,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

// REST has none of these.
const AUTO_MERGE: &str = "mutation EnableAutoMerge($pull: ID!, $method: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $pull, mergeMethod: $method}) { clientMutationId }
}";
const NO_AUTO_MERGE: &str = "mutation DisableAutoMerge($pull: ID!) {
  disablePullRequestAutoMerge(input: {pullRequestId: $pull}) { clientMutationId }
}";
const ENQUEUE: &str = "mutation EnqueuePullRequest($pull: ID!) {
  enqueuePullRequest(input: {pullRequestId: $pull}) { mergeQueueEntry { position } }
}";
const DEQUEUE: &str = "mutation DequeuePullRequest($pull: ID!) {
  dequeuePullRequest(input: {id: $pull}) { clientMutationId }
}";

impl Action for AutoMerge {
    type On = GitHub;
    const NAME: &str = "pr auto-merge";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr auto-merge octo/widgets#7", "pr auto-merge octo/widgets#7 --off"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let pull = place.open_pull(number).await?;
        let name = key(&place.repo, number);
        if self.off {
            on.tell(NO_AUTO_MERGE, json!({ "pull": pull.node_id })).await?;
            return place.pull_done(ctx, number, &format!("{name} no longer merges by itself.")).await;
        }
        let method = match self.method {
            Some(method) => method,
            None => place.usual_method().await?,
        };
        let method = json!(method).as_str().unwrap_or_default().to_uppercase();
        on.tell(AUTO_MERGE, json!({ "pull": pull.node_id, "method": method })).await?;
        place.pull_done(ctx, number, &format!("{name} merges by itself as soon as it may.")).await
    }
}

/// Puts a pull request into the merge queue of its base.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Queue {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// Take it out of the queue.
    #[serde(default)]
    off: bool,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Queue {
    type On = GitHub;
    const NAME: &str = "pr queue";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr queue octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let pull = place.open_pull(number).await?;
        let name = key(&place.repo, number);
        if self.off {
            on.tell(DEQUEUE, json!({ "pull": pull.node_id })).await?;
            return place.pull_done(ctx, number, &format!("Took {name} out of the merge queue.")).await;
        }
        let entered = on.tell(ENQUEUE, json!({ "pull": pull.node_id })).await?;
        let position = entered["enqueuePullRequest"]["mergeQueueEntry"]["position"].as_u64();
        let at = position.map(|it| format!(", at place {it}")).unwrap_or_default();
        place.pull_done(ctx, number, &format!("{name} is in the merge queue{at}.")).await
    }
}

/// Merges the base into a pull request's branch, so that it is up to date.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UpdateBranch {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for UpdateBranch {
    type On = GitHub;
    const NAME: &str = "pr update-branch";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr update-branch octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let pull = place.open_pull(number).await?;
        let body = json!({ "expected_head_sha": pull.head.sha });
        let name = key(&place.repo, number);
        let started: Result<Value> = place.put(&format!("/pulls/{number}/update-branch"), &body, Repeatable::No).await;
        started.map_err(|error| match error.kind {
            ErrorKind::Validation => Error {
                kind: ErrorKind::Conflict,
                message: format!("GitHub does not update {name}: {}.", problem::said(&error)),
                ..error
            },
            _ => error,
        })?;
        place.pull_done(ctx, number, &format!("GitHub merges {} into {name}.", pull.base.name)).await
    }
}
