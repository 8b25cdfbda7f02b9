//! Pull requests: what can be done to them, and what the actions have in common.

use commands::{Ctx, Error, ErrorKind, Message, Reply, Result};
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card::key,
    param,
    place::{Place, Right, missing},
    wire,
};

mod card;
mod change;
mod create;
mod list;
mod look;
mod merge;
mod review;
mod state;
mod threads;

pub use change::{Assign, Close, Comment, Label, Reopen, Unlabel, Update};
pub use create::Create;
pub use list::List;
pub(super) use look::changed;
pub use look::{Checks, Commits, Files, Show};
pub(super) use merge::encoded_branch;
pub use merge::{AutoMerge, Merge, Queue, UpdateBranch};
pub use review::{Approve, Ask, Dismiss, RequestChanges, Review};
pub use state::{Draft, Ready};
pub use threads::{Resolve, Threads};

pub(super) use card::card;

impl GitHub {
    /// The place of a pull request, for somebody who wants to do something to it.
    pub(super) async fn pull_place(
        &self,
        ctx: &Ctx,
        pull: &param::Pull,
        repo: Option<&param::Repo>,
        level: Level,
    ) -> Result<(Place<'_>, u64)> {
        let (repo, number) = self.number("pr", &pull.number(), repo)?;
        Ok((self.place(ctx, repo, Right::Pulls, level).await?, number))
    }
}

impl Place<'_> {
    pub async fn pull(&self, number: u64) -> Result<wire::Pull> {
        let found = self.get(&format!("/pulls/{number}"), &[]).await;
        found.map_err(|it| missing(it, &format!("pull request #{number}"), &self.repo))
    }

    /// A pull request that is still open.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] where it is not.
    pub async fn open_pull(&self, number: u64) -> Result<wire::Pull> {
        let pull = self.pull(number).await?;
        let is = if pull.is_merged() { "merged" } else { "closed" };
        if pull.state == "open" {
            return Ok(pull);
        }
        Err(Error::new(ErrorKind::Conflict, format!("{} is {is} already.", key(&self.repo, number))))
    }

    /// What was done, and the pull request as it is now. What was done is done, also where it cannot be shown.
    pub async fn pull_done(&self, ctx: &Ctx, number: u64, did: &str) -> Result<Reply> {
        match card(self, ctx, number, Message::text(did)).await {
            Ok(reply) => Ok(reply),
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }

    /// By which GraphQL finds a pull request.
    fn graphql_key(&self, number: u64) -> serde_json::Value {
        json!({ "owner": self.repo.owner, "name": self.repo.name, "number": number })
    }
}
