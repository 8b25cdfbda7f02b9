//! The token that a request carries: read from the store, renewed ahead of its end, and found to be of no use any more.
//!
//! A refresh token is good for one renewal, and the next one is in the answer. So a renewal has a turn (a lease in the row,
//! which other bots see), runs in a task of its own that no impatient caller can drop half way, and what it brings is
//! committed before anybody uses it. What is left is a crash between the vendor's answer and that commit: then the vendor
//! refuses the next renewal, and whom it concerns is told what happened and how to mend it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use commands::{BoxFuture, Button, Call, Error, ErrorKind, Message, Result, Text, Tone, param::Secret};
use connectors::auth::{Credentials, consent::Given};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::time::sleep;

use super::{
    Desk, Grants, bearer,
    record::{Grant, Lifetime, Owner, Tokens, Turn},
    store,
};
use crate::{
    app::OWN,
    chat::Post,
    dispatch::post::{PostJob, note::NoteJob},
    queue::{NewJob, Priority},
    store::unreadable,
};

/// How long a token is used before the row is looked at again: another bot may have renewed it.
const FRESH: SignedDuration = SignedDuration::from_secs(5);
/// How often, and how many times, another bot's renewal is looked for when nothing else helps.
const AGAIN: Duration = Duration::from_millis(250);
const TIMES: usize = 40;
/// How often new tokens are tried to be kept: they are lost otherwise.
const KEEPING: usize = 5;
/// A token is renewed when a sixth of its time is left, at most an hour.
const AHEAD: i64 = 6;
const AHEAD_AT_MOST: SignedDuration = SignedDuration::from_hours(1);

/// The tokens of one grant. Shared by all who use them, so that they are renewed once.
pub(super) struct Granted {
    grants: Grants,
    desk: Desk,
    owner: Owner,
    held: Mutex<Option<Held>>,
    flight: tokio::sync::Mutex<()>,
}

/// Shows them.
pub(super) struct Bearer(pub Arc<Granted>);

#[derive(Clone)]
struct Held {
    grant: Grant,
    tokens: Tokens,
    read_at: Timestamp,
}

impl Held {
    fn has_expired(&self, now: Timestamp) -> bool {
        self.grant.lifetime.is_some_and(|it| it.expires <= now)
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.grant.lifetime.is_some_and(|it| it.renew_at <= now)
    }
}

/// When a token that was just given ends, counted from before the question, so that it ends too early rather than too late.
pub(super) fn lifetime(given: &Given, now: Timestamp) -> Option<Lifetime> {
    let lasts = SignedDuration::try_from(given.lasts?).ok()?;
    let expires = now.checked_add(lasts).ok()?;
    let ahead = SignedDuration::from_secs(lasts.as_secs() / AHEAD).min(AHEAD_AT_MOST);
    Some(Lifetime { renew_at: expires.checked_sub(ahead).ok()?, expires })
}

impl Credentials for Bearer {
    fn header(&self) -> BoxFuture<'_, Result<Secret>> {
        Box::pin(async { self.0.current().await.map(|it| bearer(&it)) })
    }

    fn refused<'a>(&'a self, value: &'a Secret) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Err(err) = self.0.after_refusal(value).await {
                tracing::warn!(connection = %self.0.desk.connection, "A token that was not accepted has no other after it: {err}");
            }
        })
    }
}

impl Granted {
    pub fn new(grants: Grants, desk: Desk, owner: Owner) -> Granted {
        Granted { grants, desk, owner, held: Mutex::default(), flight: tokio::sync::Mutex::default() }
    }

    /// Whether it is of this server and app, which it asks with this secret.
    pub fn is_of(&self, desk: &Desk) -> bool {
        self.desk.bound == desk.bound && self.desk.asks.client.secret == desk.asks.client.secret
    }

    /// What is kept, as it was a few seconds ago at most; none where nobody agreed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn standing(&self) -> Result<Option<Grant>> {
        match self.fresh() {
            Some(held) => Ok(Some(held.grant)),
            None => Ok(self.read().await?.map(|it| it.grant)),
        }
    }

    async fn current(self: &Arc<Granted>) -> Result<Secret> {
        let now = self.grants.now();
        let held = match self.fresh() {
            Some(held) => Some(held),
            None => self.read().await?,
        };
        let Some(held) = held else { return Err(self.nobody()) };
        if let Some(why) = &held.grant.refused {
            return Err(self.ended(why));
        }
        match held.tokens.refresh {
            None if held.has_expired(now) => {
                Err(self.end(&held, "its time is over, and there is nothing to renew it with").await)
            }
            Some(_) if held.is_due(now) => match self.renewed(held.grant.version).await {
                Ok(access) => Ok(access),
                Err(err) if held.has_expired(now) || err.kind == ErrorKind::Auth => Err(err),
                // It is good for a while yet, and there is time to try again.
                Err(err) => {
                    tracing::warn!(connection = %self.desk.connection, "A token is not renewed yet: {err}");
                    Ok(held.tokens.access)
                }
            },
            _ => Ok(held.tokens.access),
        }
    }

    /// The system did not accept this value: it is renewed, or that is the end of it.
    async fn after_refusal(self: &Arc<Granted>, value: &Secret) -> Result<()> {
        let Some(held) = self.read().await? else { return Ok(()) };
        // Another request was told so before, or another bot renewed it.
        if held.grant.refused.is_some() || bearer(&held.tokens.access) != *value {
            return Ok(());
        }
        match held.tokens.refresh {
            Some(_) => self.renewed(held.grant.version).await.map(drop),
            None => Err(self.end(&held, "its token is not accepted any more").await),
        }
    }

    /// The token that follows that of `version`. Who waits may go away; the renewal goes on.
    async fn renewed(self: &Arc<Granted>, version: i64) -> Result<Secret> {
        let granted = self.clone();
        let renewal = tokio::spawn(async move { granted.renew(version).await });
        renewal.await.unwrap_or_else(|_| Err(Error::internal("The renewal of a token broke off.")))
    }

    async fn renew(&self, version: i64) -> Result<Secret> {
        let _one_at_a_time = self.flight.lock().await;
        let (store, connection) = (&self.grants.0.store, self.desk.connection.as_str());
        for _ in 0..TIMES {
            let Some(held) = self.read().await? else { return Err(self.nobody()) };
            if let Some(why) = &held.grant.refused {
                return Err(self.ended(why));
            }
            let Some(refresh) = held.tokens.refresh.as_ref().filter(|_| held.grant.version == version) else {
                return Ok(held.tokens.access);
            };
            match store::begin_renewal(store, connection, &self.owner, version).await.map_err(unreadable)? {
                Turn::Others => sleep(AGAIN).await,
                turn => return self.ask(&held, refresh, turn).await,
            }
        }
        Err(self.later("another bot is at it"))
    }

    async fn ask(&self, held: &Held, refresh: &Secret, turn: Turn) -> Result<Secret> {
        let (now, version) = (self.grants.now(), held.grant.version);
        match self.desk.asks.renew(&self.desk.http, refresh).await {
            Ok(given) => {
                // A vendor may keep quiet about a refresh token that stays good.
                let refresh = given.refresh.clone().or_else(|| held.tokens.refresh.clone());
                let tokens = Tokens { access: given.access.clone(), refresh };
                self.keep(version, &tokens, lifetime(&given, now)).await?;
                tracing::info!(connection = %self.desk.connection, owner = %self.owner, "Renewed a token");
                self.forget_held();
                Ok(tokens.access)
            }
            // The turn is left in the row: who takes it next knows that this one's end is unknown.
            Err(err) if err.maybe_done => Err(self.later(&err.message)),
            Err(err) if err.code.as_deref().is_some_and(|it| self.desk.asks.has_ended(it)) => {
                let code = err.code.unwrap_or_default();
                let why = match turn {
                    Turn::OursAfterUnknown => format!(
                        "its refresh token is used up ({code}): Bellhop was stopped, or cut off, between the answer to a renewal and \
                         keeping it, so that the next token was lost"
                    ),
                    _ => format!("it is not renewed any more ({code}): it was revoked there, or has ended"),
                };
                Err(self.end(held, &why).await)
            }
            Err(err) => {
                if let Err(err) = store::end_renewal(&self.grants.0.store, &self.desk.connection, &self.owner, version).await {
                    tracing::warn!(connection = %self.desk.connection, "The turn to renew a token lapses by itself: {err:#}");
                }
                Err(self.later(&err.message))
            }
        }
    }

    /// Tries to keep new tokens more than once: the old refresh token is used up.
    async fn keep(&self, version: i64, tokens: &Tokens, lifetime: Option<Lifetime>) -> Result<()> {
        let Some(key) = self.grants.key() else { return Err(Error::new(ErrorKind::BadConfig, crate::setup::NO_KEY)) };
        for attempt in 1..=KEEPING {
            let whose = (self.desk.connection.as_str(), &self.owner);
            match store::renewed(&self.grants.0.store, key, whose, version, tokens, lifetime).await {
                Ok(_) => return Ok(()),
                Err(err) => {
                    tracing::error!(connection = %self.desk.connection, attempt, "A renewed token cannot be kept: {err:#}");
                }
            }
            sleep(AGAIN).await;
        }
        Err(self.later("the store does not take it"))
    }

    /// There will be no other token. Whom it concerns is told once, in the transaction that notes it.
    async fn end(&self, held: &Held, why: &str) -> Error {
        let told = self.notice(why, held.grant.version);
        let (store, connection) = (&self.grants.0.store, &self.desk.connection);
        match store::refuse(store, connection, &self.owner, held.grant.version, why, told.as_ref()).await {
            Ok(true) => {
                tracing::error!(%connection, owner = %self.owner, "What was agreed to is good for nothing any more: {why}")
            }
            Ok(false) => {}
            Err(err) => return unreadable(err),
        }
        self.forget_held();
        self.ended(why)
    }

    /// What is told, and to whom.
    fn notice(&self, why: &str, version: i64) -> Option<NewJob> {
        let (connection, title) = (&self.desk.connection, &self.desk.title);
        let person = match &self.owner {
            Owner::Connection => {
                return Some(NoteJob::consent_ended(connection, &format!("{title}: {why}.")).into_job(self.grants.now()));
            }
            Owner::Person(person) => person,
        };
        // Who asked by the API or on the command line sees it in the answer.
        if matches!(person.platform.as_str(), "api" | "cli") {
            return None;
        }
        let again = Call::new(OWN, "link", json!({ "connection": connection }));
        let text = Text::new()
            .plain(format!("What I may do as you in {title} has ended: {why}. What you ask for is done by my own account, in your name, until "))
            .plain("you let me in again.");
        let message = Message::text(text)
            .tone(Tone::Warning)
            .buttons(vec![Button::run(format!("Link {connection} again"), again).primary()]);
        let key = format!("consent-ended-{connection}-{person}-{version}");
        Some(PostJob::new(Post::new(person.target(), message, &key), key).into_job(Priority::Command))
    }

    fn ended(&self, why: &str) -> Error {
        let (title, connection) = (&self.desk.title, &self.desk.connection);
        let message = match self.owner {
            Owner::Connection => format!(
                "What somebody agreed to in {title} is good for nothing any more: {why}. An administrator says `bellhop authorize \
                 {connection}`, and agrees again."
            ),
            Owner::Person(_) => format!(
                "What I may do as you in {title} has ended: {why}. Nothing was done. `bellhop link {connection}` lets me in again; until then I \
                 act by my own account there, and say that you asked."
            ),
        };
        Error::new(ErrorKind::Auth, message)
    }

    fn nobody(&self) -> Error {
        let (title, connection) = (&self.desk.title, &self.desk.connection);
        let message = match self.owner {
            Owner::Connection => {
                format!(
                    "Nobody has agreed to this on {title}'s own page yet. An administrator says `bellhop authorize {connection}`."
                )
            }
            Owner::Person(_) => {
                format!("You did not let me in to {title}, or took it back. `bellhop link {connection}` does it.")
            }
        };
        Error::new(ErrorKind::Auth, message)
    }

    fn later(&self, reason: &str) -> Error {
        let reason = reason.trim_end_matches('.');
        let message = format!(
            "The token for {} has ended and is not renewed yet ({reason}). It is tried again by itself.",
            self.desk.title
        );
        Error::new(ErrorKind::Server, message)
    }

    async fn read(&self) -> Result<Option<Held>> {
        let Some(key) = self.grants.key() else { return Ok(None) };
        let now = self.grants.now();
        let found = store::open_one(&self.grants.0.store, key, &self.desk.connection, &self.owner).await;
        let found = match found {
            Ok(found) => found.filter(|(grant, _)| grant.bound == self.desk.bound),
            // What was read last does for a while.
            Err(err) => return self.held().filter(|it| !it.has_expired(now)).map(Some).ok_or_else(|| unreadable(err)),
        };
        let held = found.map(|(grant, tokens)| Held { grant, tokens, read_at: now });
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held.clone();
        Ok(held)
    }

    fn held(&self) -> Option<Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self) -> Option<Held> {
        let now = self.grants.now();
        self.held().filter(|it| now.duration_since(it.read_at) < FRESH && now >= it.read_at)
    }

    fn forget_held(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
