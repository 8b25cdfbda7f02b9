//! People: who may do what, who they are elsewhere, what they set for themselves, and the teams they are in.
//!
//! Deny by default: an action is allowed by a role or a grant, and nothing else is; [`rules`] holds the rule, [`App::authorize`](crate::app::App::authorize)
//! is asked by all doors, and what a second person has to agree to is in [`approvals`]. A person is known by platform,
//! workspace and id ([`PersonId`]), never by a name. Which account is theirs in a connected system is answered in one place,
//! [`links::account`]; what hour it is for them in [`settings`]; when nothing may be sent to them in [`quiet`] and
//! [`hold`].

pub mod approvals;
pub mod authority;
mod called;
pub mod direct;
pub mod grants;
pub mod hold;
pub mod links;
#[cfg(test)]
mod matrix;
pub mod moment;
mod named;
pub mod quiet;
pub mod roles;
pub mod rules;
pub mod settings;
mod store;
pub mod teams;
#[cfg(test)]
mod tests;
pub mod who;

use std::{
    fmt,
    sync::{Arc, RwLock},
    time::Duration,
};

use commands::Actor;
use connectors::cache::Cache;
use serde::{Deserialize, Serialize};

pub use self::named::Known;
pub use self::settings::{Reader, Settings};
use self::{approvals::Approvals, links::Linked, rules::Rules};
use crate::{
    chat::{Answering, Profile, Target},
    store::Store,
};

/// A person of a chat, by what cannot be changed. Written `slack:T1:U1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonId {
    pub platform: String,
    /// Empty in a message to somebody of the configuration's workspace.
    pub workspace: String,
    pub id: String,
}

impl PersonId {
    pub fn new(platform: &str, workspace: &str, id: &str) -> PersonId {
        PersonId { platform: platform.into(), workspace: workspace.into(), id: id.into() }
    }

    /// Who asked.
    pub fn asker(to: &Answering) -> PersonId {
        PersonId::new(&to.place.platform, &to.place.workspace, &to.asker)
    }

    /// Reads `slack:T1:U1`; a workspace may hold colons, as Zulip's address does.
    pub fn parse(text: &str) -> Option<PersonId> {
        let (platform, rest) = text.split_once(':')?;
        let (workspace, id) = rest.rsplit_once(':')?;
        (!platform.is_empty() && !id.is_empty()).then(|| PersonId::new(platform, workspace, id))
    }

    /// Where they are written to.
    pub fn target(&self) -> Target {
        let PersonId { platform, workspace, id } = self.clone();
        Target::Person { platform, workspace, id }
    }
}

impl From<&Actor> for PersonId {
    fn from(actor: &Actor) -> PersonId {
        PersonId::new(&actor.platform, &actor.workspace, &actor.id)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.platform, self.workspace, self.id)
    }
}

/// What the documents of one generation say of who may do what.
type Written = (i64, Arc<Rules>);

/// What is kept about people: settings, mutes, linked accounts, teams. Cheap to clone.
#[derive(Clone)]
pub struct People {
    store: Store,
    /// What the chats say of people, for ten minutes.
    profiles: Cache<PersonId, Profile>,
    /// Names of a few who administer a workspace, for ten minutes.
    administrators: Cache<(String, String), Arc<Vec<String>>>,
    /// Whose the bot is in a workspace where nobody is named its owner, for ten minutes.
    first: Cache<(String, String), PersonId>,
    /// Who is in a user group, and what a channel is called, for a minute.
    groups: Cache<String, Arc<Vec<String>>>,
    channels: Cache<String, Arc<Vec<String>>>,
    /// What a channel is called that is paged, for a minute; also that its chat did not say it.
    pub(crate) paged: Cache<String, Option<String>>,
    /// Accounts by person and connection, for as long as another process may know better: every command asks.
    accounts: Cache<(PersonId, String), Option<Linked>>,
    /// What the documents say of who may do what, and of which generation that is.
    rules: Arc<RwLock<Option<Written>>>,
    /// What waits for others to agree.
    pub approvals: Approvals,
}

impl People {
    pub fn open(store: &Store) -> People {
        let (minute, ten_minutes) = (Duration::from_secs(60), Duration::from_secs(600));
        People {
            store: store.clone(),
            profiles: Cache::new(10_000, ten_minutes),
            administrators: Cache::new(1_000, ten_minutes),
            first: Cache::new(1_000, ten_minutes),
            groups: Cache::new(1_000, minute),
            channels: Cache::new(10_000, minute),
            paged: Cache::new(1_000, minute),
            accounts: Cache::new(10_000, Duration::from_secs(5)),
            rules: Arc::default(),
            approvals: Approvals::open(store),
        }
    }
}

/// Someone of whom nothing but the id is known, as while the chat cannot be asked.
pub fn stranger(platform: &str, workspace: &str, id: &str) -> Actor {
    Actor { platform: platform.into(), workspace: workspace.into(), id: id.into(), name: id.into(), email: None, admin: false }
}
