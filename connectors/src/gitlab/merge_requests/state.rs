//! `mr close`, `reopen`, `draft`, `ready`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::find;
use crate::gitlab::{GitLab, param};

/// Closes a merge request without merging it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Close {
    type On = GitLab;
    const NAME: &str = "mr close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr close demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        found.put(&acting, ctx, &json!({ "state_event": "close" }), &format!("Closed {}.", found.key)).await
    }
}

/// Opens a closed merge request again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Reopen {
    type On = GitLab;
    const NAME: &str = "mr reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr reopen demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        found.put(&acting, ctx, &json!({ "state_event": "reopen" }), &format!("{} is open again.", found.key)).await
    }
}

/// Marks a merge request as a draft, which cannot be merged.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Draft {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Draft {
    type On = GitLab;
    const NAME: &str = "mr draft";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr draft demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let before = found.get(&acting).await?;
        if before.draft {
            return Ok(found.after(&acting, ctx, &format!("{} is a draft already.", found.key)).await);
        }
        let body = json!({ "title": format!("Draft: {}", before.title) });
        found.put(&acting, ctx, &body, &format!("{} is a draft now.", found.key)).await
    }
}

/// Marks a draft as ready to be reviewed and merged.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Ready {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Ready {
    type On = GitLab;
    const NAME: &str = "mr ready";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr ready demo/printer!2"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let before = found.get(&acting).await?;
        let title = bare(&before.title);
        if title == before.title {
            return Ok(found.after(&acting, ctx, &format!("{} is no draft.", found.key)).await);
        }
        found.put(&acting, ctx, &json!({ "title": title }), &format!("{} is ready now.", found.key)).await
    }
}

/// The title without what makes it a draft: <https://docs.gitlab.com/user/project/merge_requests/drafts/>.
fn bare(title: &str) -> &str {
    let mut title = title;
    for mark in ["Draft:", "[Draft]", "(Draft)"] {
        if let Some(start) = title.get(..mark.len())
            && start.eq_ignore_ascii_case(mark)
        {
            title = title[mark.len()..].trim_start();
        }
    }
    title
}
