//! `pr list`.

use commands::{Action, Ctx, Effect, Reply, Result, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{
    GitHub,
    issues::{Filter, Sort, State, found},
    param,
};

/// Lists pull requests, the last changed first. Without a repository, your own are listed wherever they are.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// Only this repository.
    repo: Option<param::Repo>,
    /// Which: open, closed or any.
    #[serde(default)]
    state: State,
    /// Who opened it: me, @ana, a login.
    author: Option<Person>,
    /// Who is asked to review it, and has not yet.
    reviewer: Option<Person>,
    /// Who works on it.
    assignee: Option<Person>,
    /// Has this label; may be given several times.
    #[serde(default)]
    label: Vec<param::Label>,
    /// How its reviews stand.
    review: Option<ReviewState>,
    /// How its checks stand.
    checks: Option<ChecksState>,
    /// Into this branch.
    base: Option<param::Branch>,
    /// Also those that are no more than a draft.
    #[serde(default)]
    drafts: bool,
    /// What comes first.
    #[serde(default)]
    sort: Sort,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// How the reviews of a pull request stand.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Nobody has looked.
    None,
    /// A review is required.
    Required,
    Approved,
    ChangesRequested,
}

/// How the checks of a pull request stand.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChecksState {
    Pending,
    Success,
    Failure,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "pr list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr list repo=octo/widgets", "pr list reviewer=me", "pr list review=approved checks=success"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let repo = on.searched(self.repo.as_ref(), &[&self.author, &self.reviewer, &self.assignee])?;
        let mut filter = Filter::new(on, ctx, "is:pr", repo).await?;
        filter.state(self.state);
        for (field, key, person) in [
            ("author", "author", &self.author),
            ("reviewer", "user-review-requested", &self.reviewer),
            ("assignee", "assignee", &self.assignee),
        ] {
            filter.person(on, ctx, field, key, person.as_ref()).await?;
        }
        for label in &self.label {
            filter.has("label", &label.0);
        }
        if let Some(review) = self.review {
            filter.word(&format!("review:{}", json!(review).as_str().unwrap_or_default()));
        }
        if let Some(checks) = self.checks {
            filter.word(&format!("status:{}", json!(checks).as_str().unwrap_or_default()));
        }
        if let Some(base) = &self.base {
            filter.has("base", &base.0);
        }
        if !self.drafts {
            filter.word("draft:false");
        }
        let (limit, page) = (self.limit.unwrap_or(10), self.page.unwrap_or(1));
        found(on, ctx, filter, "pull request", self.sort, limit, page, "pr list", json!(self)).await
    }
}
