//! Who somebody of another system is in the chat.
//!
//! Routing asks for several names an event and must not wait for anybody, so all linked accounts are in memory
//! ([`Directory`]), with the names that people have in their chat. What is read anew: at once when a link changes here, and
//! every few seconds for what other processes do. Only who linked an account, or was linked by an administrator, is known:
//! what a person only says gives them nothing, and nobody is mentioned who is not known.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use commands::{Event, Span};
use connectors::cache::Cache;

use crate::{app::App, people::PersonId};

/// How soon another process's change is known here.
const SOON: Duration = Duration::from_secs(5);
/// How long a name is taken to be so.
const NAMED: Duration = Duration::from_secs(3_600);

/// Somebody whose account is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: PersonId,
    /// As the chat calls them.
    pub name: String,
}

/// By the account, in lower case.
type Accounts = HashMap<String, Vec<Known>>;

/// Everybody who is known, by connection.
#[derive(Debug, Default)]
struct All {
    accounts: HashMap<String, Arc<Accounts>>,
}

/// Linked accounts, in memory.
pub struct Directory {
    all: RwLock<Arc<All>>,
    names: Cache<PersonId, String>,
}

impl Default for Directory {
    fn default() -> Directory {
        Directory { all: RwLock::default(), names: Cache::new(100_000, NAMED) }
    }
}

impl Directory {
    fn all(&self) -> Arc<All> {
        Arc::clone(&self.all.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Everybody who is known in any system, once.
    pub fn everybody(&self) -> Vec<Known> {
        let all = self.all();
        let mut found: Vec<Known> = all.accounts.values().flat_map(|it| it.values()).flatten().cloned().collect();
        found.sort_by(|one, other| one.id.cmp(&other.id));
        found.dedup();
        found
    }
}

impl App {
    /// Reads who is linked, and how the chats call them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn know_people(&self) -> anyhow::Result<()> {
        let mut all: HashMap<String, Accounts> = HashMap::new();
        for link in self.people.links(None).await? {
            let Some(linked) = link.linked else { continue };
            let name = self.name_in_chat(&link.person).await;
            let accounts = all.entry(link.connection).or_default();
            accounts.entry(linked.account.to_lowercase()).or_default().push(Known { id: link.person, name });
        }
        let all = All { accounts: all.into_iter().map(|(name, accounts)| (name, Arc::new(accounts))).collect() };
        *self.directory.all.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        self.follow_mine().await
    }

    async fn name_in_chat(&self, person: &PersonId) -> String {
        if let Some(name) = self.directory.names.get(person).await {
            return name;
        }
        let Some(platform) = self.platforms.get(&person.platform) else { return person.id.clone() };
        match tokio::time::timeout(Duration::from_secs(2), platform.person(&person.workspace, &person.id)).await {
            Ok(Ok(found)) => {
                self.directory.names.insert(person.clone(), found.name.clone()).await;
                found.name
            }
            _ => {
                tracing::warn!("{} does not say how {} is called", person.platform, person.id);
                person.id.clone()
            }
        }
    }

    /// Keeps up with what is linked.
    pub async fn follow_people(&self) {
        let mut looks = tokio::time::interval(SOON);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(err) = self.know_people().await {
                tracing::warn!("Linked accounts cannot be read; those that were known go on: {err:#}");
            }
        }
    }

    /// The connection whose accounts a source's names are: the one of its name, or the only one of the hook's kind.
    pub fn connection_of(&self, source: &str) -> Option<String> {
        if self.connections.get(source).is_ok() {
            return Some(source.to_owned());
        }
        let kind = self.hooks.iter().find(|it| it.name == source).map(|it| it.kind.clone())?;
        let all = self.connections.all();
        let mut of_kind = all.iter().filter(|it| it.kind.name == kind);
        of_kind.next().filter(|_| of_kind.next().is_none()).map(|it| it.name.clone())
    }

    /// The people of a source as a chat's workspace knows them; an empty one is the configuration's.
    pub fn names(&self, source: &str, platform: &str, workspace: &str) -> Names {
        let all = self.directory.all();
        if all.accounts.is_empty() {
            return Names::none();
        }
        let accounts = self.connection_of(source).and_then(|it| all.accounts.get(&it).cloned());
        Names { accounts, platform: platform.to_owned(), workspace: workspace.to_owned(), mentions: Mentions::Told, not: None }
    }
}

/// The people of a system as one chat knows them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Names {
    accounts: Option<Arc<Accounts>>,
    platform: String,
    workspace: String,
    mentions: Mentions,
    /// Who did it: nobody is told of their own act.
    not: Option<PersonId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mentions {
    /// Whom it concerns is told.
    Told,
    /// They are only named.
    Named,
}

impl Names {
    /// Nobody is known.
    pub fn none() -> Names {
        Names { accounts: None, platform: String::new(), workspace: String::new(), mentions: Mentions::Named, not: None }
    }

    #[cfg(test)]
    pub fn of(platform: &str, all: &[(&str, &str, &str)]) -> Names {
        let known = |id: &str, name: &str| Known { id: PersonId::new(platform, "T1", id), name: name.to_owned() };
        let accounts: Accounts = all.iter().map(|(account, id, name)| ((*account).to_owned(), vec![known(id, name)])).collect();
        Names { accounts: Some(Arc::new(accounts)), platform: platform.to_owned(), mentions: Mentions::Told, ..Names::none() }
    }

    pub fn is_empty(&self) -> bool {
        self.accounts.is_none()
    }

    /// The same, for an event whose actor is not told of it.
    pub fn but_actor(mut self, event: &Event) -> Names {
        let actor = event.actor.as_deref().and_then(|it| self.find(it, event.actor_id.as_deref()));
        self.not = actor.map(|it| it.id.clone());
        self
    }

    /// The same, which mention nobody.
    pub fn named_only(&self) -> Names {
        Names { mentions: Mentions::Named, ..self.clone() }
    }

    /// Who that is: by the id of their account, else by the name that the system gives. Nobody, where an account is two
    /// people's.
    pub fn find(&self, name: &str, id: Option<&str>) -> Option<&Known> {
        let accounts = self.accounts.as_ref()?;
        let is_here = |it: &&Known| {
            let PersonId { platform, workspace, .. } = &it.id;
            *platform == self.platform && (self.workspace.is_empty() || workspace.is_empty() || *workspace == self.workspace)
        };
        let by = |account: &str| {
            let mut here = accounts.get(&account.trim().to_lowercase())?.iter().filter(is_here);
            let only = here.next()?;
            here.all(|it| it.id.id == only.id.id).then_some(only)
        };
        id.and_then(by).or_else(|| by(name))
    }

    /// Somebody whom an event concerns.
    pub fn mention(&self, person: &Known) -> Span {
        match self.mentions {
            Mentions::Told if self.not.as_ref() != Some(&person.id) => {
                Span::Person { id: person.id.id.clone(), name: person.name.clone() }
            }
            _ => Span::Bold(person.name.clone()),
        }
    }
}
