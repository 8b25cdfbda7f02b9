//! People: who may do what, who they are elsewhere, what they set for themselves, and the teams they are in.
//!
//! Deny by default: an action is allowed by its effect, and nothing else is. A person is known by platform, workspace
//! and id ([`PersonId`]), never by a name. Which account is theirs in a connected system is answered in one place,
//! [`links::account`]; what hour it is for them in [`settings`]; when nothing may be sent to them in [`quiet`] and
//! [`hold`].

pub mod direct;
pub mod hold;
pub mod links;
pub mod moment;
mod named;
pub mod quiet;
pub mod settings;
mod store;
pub mod teams;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use commands::{ActionSpec, Actor, Effect, Error, ErrorKind, Group, Result};
use moka::future::Cache;
use serde::{Deserialize, Serialize};

pub use self::named::Known;
pub use self::settings::{Reader, Settings};
use crate::{
    app::App,
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

/// What is kept about people: settings, mutes, linked accounts, teams. Cheap to clone.
#[derive(Clone)]
pub struct People {
    store: Store,
    /// What the chats say of people, for ten minutes.
    profiles: Cache<PersonId, Profile>,
    /// Names of a few who administer a workspace, for ten minutes.
    administrators: Cache<(String, String), Arc<Vec<String>>>,
}

impl People {
    pub fn open(store: &Store) -> People {
        let ten_minutes = Duration::from_secs(600);
        People {
            store: store.clone(),
            profiles: Cache::builder().max_capacity(10_000).time_to_live(ten_minutes).build(),
            administrators: Cache::builder().max_capacity(1_000).time_to_live(ten_minutes).build(),
        }
    }
}

/// Whether `actor` may run `spec`. Asked when a command is taken and again when it is run.
///
/// # Errors
/// [`ErrorKind::Permission`], saying who can.
pub fn authorize(actor: &Actor, spec: &ActionSpec) -> Result<()> {
    match spec.effect {
        Effect::Read | Effect::Write => Ok(()),
        Effect::Admin if actor.admin => Ok(()),
        Effect::Admin => Err(Error::new(
            ErrorKind::Permission,
            format!("`{}` is for administrators of this {}. Ask one of them to do it.", spec.name, organization(&actor.platform)),
        )),
    }
}

fn organization(platform: &str) -> &'static str {
    if platform == "zulip" { "Zulip organization" } else { "Slack workspace" }
}

/// `groups` with only what `actor` may run and the systems can do, for help and completion.
pub fn visible(groups: &[Group], actor: &Actor) -> Vec<Group> {
    let mut groups = groups.to_vec();
    for group in &mut groups {
        let Group { actions, missing, .. } = group;
        actions.retain(|spec| authorize(actor, spec).is_ok() && !missing.iter().any(|(name, _)| *name == spec.name));
    }
    groups.retain(|it| !it.actions.is_empty());
    groups
}

/// Someone of whom nothing but the id is known, as while the chat cannot be asked.
pub fn stranger(platform: &str, workspace: &str, id: &str) -> Actor {
    Actor { platform: platform.into(), workspace: workspace.into(), id: id.into(), name: id.into(), email: None, admin: false }
}

/// How long a refusal waits for the names of those who may.
const NAMES_WITHIN: Duration = Duration::from_millis(1_000);
/// How many of them are named.
const NAMED: usize = 3;

impl App {
    /// [`authorize`], with the names of those who may in the refusal, where the chat tells them in time.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`].
    pub async fn permit(&self, actor: &Actor, spec: &ActionSpec) -> Result<()> {
        let Err(refusal) = authorize(actor, spec) else { return Ok(()) };
        let workspace = (actor.platform.clone(), actor.workspace.clone());
        let names = self.people.administrators.get_with(workspace, async { Arc::new(self.administrators_of(actor).await) });
        let names = tokio::time::timeout(NAMES_WITHIN, names).await.unwrap_or_default();
        let Some((last, others)) = names.split_last() else { return Err(refusal) };
        let who = if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) };
        let message =
            format!("`{}` is for administrators of this {}. Ask {who} to do it.", spec.name, organization(&actor.platform));
        Err(Error { message, ..refusal })
    }

    /// The names of a few who administer the actor's chat.
    async fn administrators_of(&self, actor: &Actor) -> Vec<String> {
        let Some(platform) = self.platforms.get(&actor.platform) else { return Vec::new() };
        let all = platform.administrators().await.unwrap_or_else(|err| {
            tracing::warn!("{} does not say who its administrators are: {err}", actor.platform);
            Vec::new()
        });
        let mut names = Vec::new();
        for target in all.into_iter().take(NAMED) {
            let Target::Person { id, .. } = target else { continue };
            if let Ok(person) = platform.person(&actor.workspace, &id).await {
                names.push(person.name);
            }
        }
        names
    }
}
