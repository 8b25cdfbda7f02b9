//! What people agreed to on vendors' pages (OAuth 2.0): for the bot's own account in a system, or for what is done there as
//! themselves.
//!
//! It begins in chat: `connect`, `authorize` or `link` answers with a link of ours ([`begin`]), good for once, for ten minutes.
//! The [`pages`] behind it send the browser to the vendor and take it back; what came of that is tried, kept and told where it
//! was asked for ([`finish`]). From then on [`credential`] sees to the tokens: renewed ahead of their end, once for all bots on the
//! database, since a refresh token is good for once; and when the vendor ends it, whom it concerns is told once.
//!
//! A grant is of one server and one app. Where a connection of the same name leads to another, it is as if there were none:
//! tokens go nowhere else.

pub mod begin;
mod credential;
pub mod finish;
pub mod pages;
mod record;
mod store;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use commands::{BoxFuture, Error, ErrorKind, Result, param::Secret};
use connectors::{
    Http,
    auth::{Asks, Credentials, Person, as_person, consent},
};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use self::record::{Grant, Owner};
use self::{
    credential::{Bearer, Granted},
    record::Tokens,
};
use super::{Live, seal::MasterKey, state::Errand};
use crate::{
    people::PersonId,
    store::{Store, unreadable},
};

/// What a browser leaves for that goes to a vendor's page.
pub(super) const ERRAND: Errand = Errand { cookie: "bellhop_oauth", path: "/oauth", purpose: b"bellhop oauth state v1\0" };

/// How long, and how many at once, tokens are given back to a vendor: whoever took a connection away waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
const AT_ONCE: usize = 4;

/// Where grants are kept and their tokens are had. Cheap to clone.
#[derive(Clone)]
pub struct Grants(Arc<Shared>);

struct Shared {
    store: Store,
    /// None without `[secrets] key`: then nobody can agree to anything.
    key: Option<MasterKey>,
    /// By connection and owner.
    held: Mutex<HashMap<(String, String), Arc<Granted>>>,
}

/// Where consent is asked for, for one connection that is open.
#[derive(Clone)]
pub(super) struct Desk {
    pub connection: String,
    /// As people call it.
    pub title: String,
    pub asks: Asks,
    pub http: Http,
    /// Which server and app: see [`record::Grant::bound`].
    pub bound: String,
}

impl Desk {
    pub fn new(connection: &str, title: &str, asks: Asks, http: Http) -> Desk {
        let mut hash = Sha256::new();
        for part in [http.base(), &asks.at.token, &asks.client.id] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let bound = hex::encode(&hash.finalize()[..16]);
        Desk { connection: connection.into(), title: title.into(), asks, http, bound }
    }
}

impl Grants {
    /// Opens them with the key from `secrets.key`.
    ///
    /// # Errors
    /// Tokens are sealed with another key.
    pub async fn open(store: &Store, key: Option<MasterKey>) -> anyhow::Result<Grants> {
        if let Some(key) = &key {
            store::fits(store, key).await?;
        }
        Ok(Grants(Arc::new(Shared { store: store.clone(), key, held: Mutex::default() })))
    }

    pub(super) fn key(&self) -> Option<&MasterKey> {
        self.0.key.as_ref()
    }

    fn now(&self) -> Timestamp {
        self.0.store.now()
    }

    /// The person as whom this connection is asked for what they want; none where they did not let the bot in.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn person(&self, live: &Live, person: &PersonId) -> Result<Option<Person>> {
        let Some(desk) = live.desk().filter(|it| it.asks.consent.people == consent::People::Themselves) else { return Ok(None) };
        if self.key().is_none() {
            return Ok(None);
        }
        let granted = self.held(desk, &Owner::Person(person.clone()));
        // What was ended was told; until they link again, it is as if they had not.
        let Some(grant) = granted.standing().await?.filter(|it| it.refused.is_none()) else { return Ok(None) };
        let whose = format!("{person} {}", grant.account);
        Ok(Some(Person { connection: live.name.clone(), whose, credentials: Arc::new(Bearer(granted)) }))
    }

    /// What somebody agreed to for this connection, good or not.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn find(&self, live: &Live, owner: &Owner) -> Result<Option<Grant>> {
        let Some(desk) = live.desk() else { return Ok(None) };
        let found = store::load(&self.0.store, &live.name, owner).await.map_err(unreadable)?;
        Ok(found.filter(|it| it.bound == desk.bound))
    }

    /// Forgets a grant, and gives its token back where the vendor takes it. False when there was none.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn forget(&self, live: Option<&Live>, connection: &str, owner: &Owner) -> Result<bool> {
        Ok(self.forget_those(live, connection, Some(owner)).await? > 0)
    }

    /// Forgets everybody's, where a connection is taken away, and gives their tokens back where the vendor takes them.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn forget_all(&self, live: Option<&Live>, connection: &str) -> Result<()> {
        self.forget_those(live, connection, None).await.map(drop)
    }

    async fn forget_those(&self, live: Option<&Live>, connection: &str, owner: Option<&Owner>) -> Result<u64> {
        let mut kept = Vec::new();
        let desk = live.and_then(Live::desk).filter(|it| it.asks.at.revoke.is_some());
        if let (Some(desk), Some(key)) = (desk, self.key()) {
            // What cannot be opened is forgotten all the same.
            kept = store::open_those(&self.0.store, key, connection, owner).await.unwrap_or_default();
            kept.retain(|(grant, _)| grant.bound == desk.bound && grant.refused.is_none());
        }
        let gone = store::remove(&self.0.store, connection, owner).await.map_err(unreadable)?;
        let is_it = |(name, whose): &(String, String)| name == connection && owner.is_none_or(|it| it.to_string() == *whose);
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, _| !is_it(key));
        if let Some(desk) = desk {
            let all: Vec<_> = kept.into_iter().map(|(grant, tokens)| self.give_back(desk, grant, tokens)).collect();
            let given_back = stream::iter(all).buffer_unordered(AT_ONCE).collect::<()>();
            if tokio::time::timeout(PATIENCE, given_back).await.is_err() {
                tracing::warn!(connection, "Not all tokens could be given back within {} s", PATIENCE.as_secs());
            }
        }
        Ok(gone)
    }

    /// They are forgotten here whatever the vendor says.
    async fn give_back(&self, desk: &Desk, grant: Grant, tokens: Tokens) {
        let Tokens { mut access, mut refresh } = tokens;
        let has_ended = grant.lifetime.is_some_and(|it| it.expires <= self.now());
        if has_ended
            && desk.asks.gives_back_access()
            && let Some(old) = &refresh
        {
            match desk.asks.renew(&desk.http, old).await {
                Ok(given) => (access, refresh) = (given.access, given.refresh.or(refresh)),
                Err(err) => tracing::warn!(connection = %desk.connection, "A token is not renewed to be given back: {err}"),
            }
        }
        if let Err(err) = desk.asks.revoke(&desk.http, &access, refresh.as_ref()).await {
            tracing::warn!(connection = %desk.connection, "A token could not be given back: {err}");
        }
    }

    /// The connections whose own consent ends and cannot be renewed, with when.
    pub async fn ending(&self) -> anyhow::Result<Vec<(String, Timestamp)>> {
        store::ending(&self.0.store).await
    }

    /// Wraps all tokens with `new` instead of `old`; how many. Interrupted, it goes on where it stopped when it is called again
    /// with the same two keys.
    ///
    /// # Errors
    /// Tokens are sealed with a third key, or were changed in the database.
    pub async fn rotate(store: &Store, old: &MasterKey, new: &MasterKey) -> anyhow::Result<u64> {
        store::rotate(store, old, new).await
    }

    /// The tokens of this owner, shared by all who use them, so that they are renewed once.
    fn held(&self, desk: &Desk, owner: &Owner) -> Arc<Granted> {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let granted = held.entry((desk.connection.clone(), owner.to_string()));
        let granted = granted.or_insert_with(|| Arc::new(Granted::new(self.clone(), desk.clone(), owner.clone())));
        if !granted.is_of(desk) {
            *granted = Arc::new(Granted::new(self.clone(), desk.clone(), owner.clone()));
        }
        granted.clone()
    }
}

/// The consent that a connection itself comes in by, before it is known where that is kept: a connection is made of its
/// settings alone, and takes its place among the others afterwards.
#[derive(Default)]
pub(super) struct Own(Mutex<Option<Source>>);

#[derive(Clone)]
enum Source {
    /// Looked up each time, by whoever keeps them; weak, since they keep this.
    Kept(Weak<Shared>, Box<Desk>),
    /// On trial: what was just given, and nobody keeps yet.
    Trial(Secret),
}

impl Own {
    pub fn attach(&self, grants: &Grants, desk: &Desk) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Source::Kept(Arc::downgrade(&grants.0), Box::new(desk.clone())));
    }

    pub fn attach_trial(&self, access: &Secret) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Source::Trial(access.clone()));
    }

    fn source(&self) -> Result<Arc<dyn Credentials>> {
        let source = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match source {
            Some(Source::Trial(access)) => Ok(Arc::new(Fixed(access))),
            Some(Source::Kept(grants, desk)) => match grants.upgrade() {
                Some(shared) if shared.key.is_some() => Ok(Arc::new(Bearer(Grants(shared).held(&desk, &Owner::Connection)))),
                _ => Err(Error::new(ErrorKind::BadConfig, crate::setup::NO_KEY)),
            },
            None => Err(Error::new(ErrorKind::Auth, "Nobody has agreed to this connection on its vendor's page yet.")),
        }
    }
}

impl Credentials for Own {
    fn header(&self) -> BoxFuture<'_, Result<Secret>> {
        Box::pin(async { self.source()?.header().await })
    }

    fn refused<'a>(&'a self, value: &'a Secret) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Ok(source) = self.source() {
                source.refused(value).await;
            }
        })
    }
}

/// A token that is used as it is.
pub(super) struct Fixed(pub Secret);

impl Credentials for Fixed {
    fn header(&self) -> BoxFuture<'_, Result<Secret>> {
        Box::pin(async { Ok(bearer(&self.0)) })
    }

    fn refused<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

fn bearer(access: &Secret) -> Secret {
    Secret::from(format!("Bearer {}", access.expose()))
}

impl crate::app::App {
    /// Asks a connection for somebody: as themselves where they let the bot in, else as the bot that names them.
    ///
    /// # Errors
    /// Those of `asked`; the store cannot be read.
    pub async fn as_asker<T>(&self, live: &Live, person: &PersonId, asked: impl Future<Output = Result<T>>) -> Result<T> {
        let (answer, credentials): (_, Option<Arc<dyn Credentials>>) = match self.grants.person(live, person).await? {
            Some(person) => (as_person(person.clone(), asked).await, Some(person.credentials)),
            None => (asked.await, live.own()),
        };
        match (answer, credentials) {
            // A connector knows that its credentials are not accepted; why, and whose they are, is known here.
            (Err(err), Some(credentials)) if err.kind == ErrorKind::Auth => match credentials.header().await {
                Err(ours) if ours.kind == ErrorKind::Auth => Err(ours),
                _ => Err(err),
            },
            (answer, _) => answer,
        }
    }
}
