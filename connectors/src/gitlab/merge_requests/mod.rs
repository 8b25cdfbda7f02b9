//! Merge requests: what can be done to them, and what the actions have in common.

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
mod checks;
mod create;
mod list;
mod merge;
mod review;
mod state;
mod threads;

pub use change::{Assign, Comment, Label, Review, Update};
pub use checks::{Changes, Checks};
pub use create::Create;
pub use list::{List, Show};
pub use merge::{Merge, Rebase};
pub use review::{Approve, Unapprove};
pub use state::{Close, Draft, Ready, Reopen};
pub use threads::{Answer, Resolve, Threads, Unresolve};

/// The parameters that hold a merge request's attributes, for placing GitLab's complaints.
const PLACES: &[&str] = &["title", "description", "source", "target", "milestone", "label"];

/// Which merge request is meant.
pub(super) struct Found {
    /// As GitLab's paths want it.
    pub path: String,
    pub project: String,
    pub iid: String,
    /// `demo/printer!2`.
    pub key: String,
}

pub(super) async fn find(on: &GitLab, mr: &param::MergeRequest, project: Option<&param::Project>) -> Result<Found> {
    let (project, iid) = on.place("mr", &mr.0, Noun::MergeRequest, project).await?;
    let path = format!("/projects/{}/merge_requests/{iid}", segment(&project));
    Ok(Found { path, key: format!("{project}!{iid}"), project, iid })
}

impl Found {
    pub fn about(&self, error: Error) -> Error {
        problem::place(problem::about(error, &format!("merge request {}", self.key)), PLACES)
    }

    pub async fn get(&self, acting: &Acting<'_>) -> Result<wire::MergeRequest> {
        acting.get(&self.path, &[]).await.map_err(|error| self.about(error))
    }

    /// Who approved it; none where this GitLab does not tell.
    async fn approvals(&self, acting: &Acting<'_>) -> Option<wire::Approvals> {
        acting.get(&format!("{}/approvals", self.path), &[]).await.ok()
    }

    /// Sets attributes, and shows what became of it.
    async fn put(&self, acting: &Acting<'_>, ctx: &Ctx, body: &Value, did: &str) -> Result<Reply> {
        let it: wire::MergeRequest = acting.put(&self.path, body).await.map_err(|error| self.about(error))?;
        let approvals = self.approvals(acting).await;
        Ok(card::merge_request(&it, approvals.as_ref(), ctx, Message::text(did), &[]))
    }

    /// Shows it after something was done to it: failing to read it must not look like failing to do it.
    async fn after(&self, acting: &Acting<'_>, ctx: &Ctx, did: &str) -> Reply {
        match self.get(acting).await {
            Ok(it) => {
                let approvals = self.approvals(acting).await;
                card::merge_request(&it, approvals.as_ref(), ctx, Message::text(did), &[])
            }
            Err(_) => Reply::to_channel(did),
        }
    }
}
