//! `issue link`, `issue move`, `issue spend` and `issue estimate`.

use commands::{Action, Ctx, Effect, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::find;
use crate::gitlab::{
    GitLab,
    api::segment,
    card,
    names::{self, is_none},
    param, problem, wire,
};

/// Links an issue to another one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Connect {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// The other issue.
    to: param::Issue,
    /// How they belong together; `blocks` needs GitLab Premium.
    #[serde(default)]
    how: How,
    /// The project of numbers that stand alone.
    project: Option<param::Project>,
}

/// How two issues belong together.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    #[default]
    RelatesTo,
    Blocks,
    IsBlockedBy,
}

impl How {
    fn name(self) -> &'static str {
        match self {
            How::RelatesTo => "relates_to",
            How::Blocks => "blocks",
            How::IsBlockedBy => "is_blocked_by",
        }
    }
}

impl Action for Connect {
    type On = GitLab;
    const NAME: &str = "issue link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["issue link demo/printer#1 demo/printer#2", "issue link demo/printer#1 apollo/lander#1 how=blocks"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let (project, iid) = on.place("to", &self.to.0, param::Noun::Issue, self.project.as_ref()).await?;
        let body = json!({ "target_project_id": project, "target_issue_iid": iid, "link_type": self.how.name() });
        let linked: Result<Value> = acting.post(&format!("{}/links", found.path), &body).await;
        linked.map_err(|error| problem::about(error, &format!("issue {} or {project}#{iid}", found.key)))?;
        let did = format!("Linked: {} {} {project}#{iid}.", found.key, self.how.name().replace('_', " "));
        Ok(found.after(&acting, ctx, &did).await)
    }
}

/// Moves an issue to another project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// The project it goes to.
    to: param::Project,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Move {
    type On = GitLab;
    const NAME: &str = "issue move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue move demo/printer#1 apollo/lander"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let to = on.project_of(Some(&self.to)).await?;
        let project = acting.get::<wire::Project>(&format!("/projects/{}", segment(&to)), &[]).await;
        let project = project.map_err(|error| names::in_project(error, &to))?;
        let moved = acting.post(&format!("{}/move", found.path), &json!({ "to_project_id": project.id })).await;
        let issue: wire::Issue = moved.map_err(|error| found.about(error))?;
        let did = format!("Moved {}: it is {} now.", found.key, issue.references.full);
        Ok(card::issue(&issue, ctx, Message::text(did), &[]))
    }
}

/// Writes down time spent on an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Spend {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// How much, as GitLab writes it: 1h30m, 2d; with a minus it is taken back.
    time: String,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Spend {
    type On = GitLab;
    const NAME: &str = "issue spend";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue spend demo/printer#1 1h30m"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let body = json!({ "duration": self.time.trim() });
        let spent: Result<Value> = acting.post(&format!("{}/add_spent_time", found.path), &body).await;
        spent.map_err(|error| found.about(error))?;
        Ok(found.after(&acting, ctx, &format!("Wrote down {} on {}.", self.time.trim(), found.key)).await)
    }
}

/// Says how long an issue is expected to take.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// How much, as GitLab writes it: 1h30m, 2d; none takes the estimate away.
    time: String,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Estimate {
    type On = GitLab;
    const NAME: &str = "issue estimate";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue estimate demo/printer#1 2d"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let time = self.time.trim();
        let (place, body, did) = match is_none(time) {
            true => ("reset_time_estimate", Value::Null, format!("{} has no estimate any more.", found.key)),
            false => ("time_estimate", json!({ "duration": time }), format!("Estimated {} at {time}.", found.key)),
        };
        let set: Result<Value> = acting.post(&format!("{}/{place}", found.path), &body).await;
        set.map_err(|error| found.about(error))?;
        Ok(found.after(&acting, ctx, &did).await)
    }
}
