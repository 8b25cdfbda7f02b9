//! Issues: what can be done to them, and what the actions have in common.

use commands::{Ctx, Error, Message, Reply, Result};
use serde_json::Value;

use super::{
    GitLab,
    api::{Acting, segment},
    card,
    param::{self, Noun},
    problem, wire,
};

mod change;
mod connect;
mod create;
mod delete;
mod list;
mod show;

pub use change::{Assign, Close, Comment, Label, Reopen, Update};
pub use connect::{Connect, Estimate, Move, Spend};
pub use create::Create;
pub use delete::Delete;
pub use list::List;
pub use show::Show;

/// The parameters that hold an issue's attributes, for placing GitLab's complaints.
pub(super) const PLACES: &[&str] = &["title", "description", "due", "milestone", "label", "time"];

/// Which issue is meant.
pub(super) struct Found {
    /// As GitLab's paths want it.
    pub path: String,
    pub project: String,
    /// `demo/printer#4`.
    pub key: String,
}

pub(super) async fn find(on: &GitLab, issue: &param::Issue, project: Option<&param::Project>) -> Result<Found> {
    let (project, iid) = on.place("issue", &issue.0, Noun::Issue, project).await?;
    Ok(Found { path: format!("/projects/{}/issues/{iid}", segment(&project)), key: format!("{project}#{iid}"), project })
}

impl Found {
    pub fn about(&self, error: Error) -> Error {
        problem::place(problem::about(error, &format!("issue {}", self.key)), PLACES)
    }

    pub async fn get(&self, acting: &Acting<'_>) -> Result<wire::Issue> {
        acting.get(&self.path, &[]).await.map_err(|error| self.about(error))
    }

    /// Sets attributes, and shows what became of the issue.
    async fn put(&self, acting: &Acting<'_>, ctx: &Ctx, body: &Value, did: &str) -> Result<Reply> {
        let issue: wire::Issue = acting.put(&self.path, body).await.map_err(|error| self.about(error))?;
        Ok(card::issue(&issue, ctx, Message::text(did), &[]))
    }

    /// Shows the issue after something was done to it: failing to read it must not look like failing to do it.
    async fn after(&self, acting: &Acting<'_>, ctx: &Ctx, did: &str) -> Reply {
        match self.get(acting).await {
            Ok(issue) => card::issue(&issue, ctx, Message::text(did), &[]),
            Err(_) => Reply::to_channel(did),
        }
    }
}
