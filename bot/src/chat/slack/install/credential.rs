//! The token that a call to Slack carries: the configuration's, or an install's, which is read from
//! the store, renewed ahead of its end, and found to be of no use any more.
//!
//! A refresh token is good for one renewal, and the next one is in the answer. So a renewal has a
//! turn (a lease in the row, which other bots see), runs in a task of its own that no impatient
//! caller can drop half way, and what it brings is committed before anybody uses it. What is left is
//! a crash between Slack's answer and that commit: then Slack refuses the next renewal, and people
//! are told what happened and how to mend it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use commands::{Error, ErrorKind, Result, param::Secret};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::sleep;

use super::{
    oauth::{Failure, OAuth},
    record::{Install, Lifetime, Tokens},
    store::{Installs, Turn},
};

/// How long a token is used before the row is looked at again: another bot may have renewed it.
const FRESH: SignedDuration = SignedDuration::from_secs(5);
/// How often, and how many times, another bot's renewal is looked for when nothing else helps.
const AGAIN: Duration = Duration::from_millis(250);
const TIMES: usize = 40;
/// How often new tokens are tried to be kept: they are lost otherwise.
const KEEPING: usize = 5;

/// What a call is made with.
#[derive(Clone)]
pub(in crate::chat::slack) struct Bearer {
    token: SecretString,
    version: i64,
}

impl Bearer {
    pub fn expose(&self) -> &str {
        self.token.expose_secret()
    }
}

/// Whose token it is.
#[derive(Clone)]
pub(in crate::chat::slack) enum Credential {
    /// `slack.bot_token`.
    Configured(Secret),
    /// Of an install, for all workspaces that it reaches.
    Installed(Arc<Installed>),
}

impl Credential {
    /// # Errors
    /// [`ErrorKind::Closed`] when the app is not installed there any more; temporary ones while a token that has expired
    /// cannot be renewed.
    pub async fn bearer(&self) -> Result<Bearer> {
        match self {
            Credential::Configured(token) => Ok(Bearer { token: token.expose().into(), version: 0 }),
            Credential::Installed(installed) => installed.bearer().await,
        }
    }

    /// What to do when Slack refused `bearer` with this code.
    ///
    /// # Errors
    /// When there is no other to be had: what to tell instead of `err`.
    pub async fn after_refusal(&self, code: &str, bearer: &Bearer, err: Error) -> Result<Bearer> {
        match self {
            Credential::Configured(_) => Err(err),
            Credential::Installed(installed) => installed.after_refusal(code, bearer).await,
        }
    }
}

/// The token of one install. Shared by all that use it, so that it is renewed once.
pub(in crate::chat::slack) struct Installed {
    id: String,
    installs: Installs,
    oauth: Arc<OAuth>,
    /// `https://bot.example.org/slack/install`
    way_back: String,
    held: Mutex<Option<Held>>,
    flight: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Held {
    install: Install,
    tokens: Tokens,
    read_at: Timestamp,
}

impl Held {
    fn bearer(&self) -> Bearer {
        Bearer { token: self.tokens.access.clone(), version: self.install.version }
    }

    fn has_expired(&self, now: Timestamp) -> bool {
        self.install.lifetime.is_some_and(|it| it.expires <= now)
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.install.lifetime.is_some_and(|it| it.renew_at <= now)
    }
}

impl Installed {
    pub fn new(id: String, installs: Installs, oauth: Arc<OAuth>, way_back: String) -> Installed {
        Installed { id, installs, oauth, way_back, held: Mutex::default(), flight: tokio::sync::Mutex::default() }
    }

    async fn bearer(self: &Arc<Installed>) -> Result<Bearer> {
        let now = self.installs.now();
        let held = match self.held().filter(|it| now.duration_since(it.read_at) < FRESH && now >= it.read_at) {
            Some(held) => held,
            None => self.read().await?,
        };
        if !held.is_due(now) {
            return Ok(held.bearer());
        }
        match &held.install.refused {
            Some(why) if held.has_expired(now) => return Err(self.end(&held.install, why).await),
            Some(_) => return Ok(held.bearer()),
            None => {}
        }
        match self.renewed(held.install.version).await {
            Ok(bearer) => Ok(bearer),
            Err(err) if held.has_expired(now) => Err(err),
            // It is good for a while yet, and there is time to try again.
            Err(err) => {
                tracing::warn!(workspace = %self.id, "A Slack token is not renewed yet: {err}");
                Ok(held.bearer())
            }
        }
    }

    async fn after_refusal(self: &Arc<Installed>, code: &str, bearer: &Bearer) -> Result<Bearer> {
        // Another bot may have renewed it, or somebody may have installed the app again.
        let held = self.read().await?;
        if held.install.version != bearer.version {
            return Ok(held.bearer());
        }
        if code == "token_expired" && held.tokens.refresh.is_some() && held.install.refused.is_none() {
            return self.renewed(bearer.version).await;
        }
        let why = held.install.refused.unwrap_or_else(|| match code {
            "token_expired" => "its token has expired, and Slack gave nothing to renew it with".into(),
            "token_revoked" => "its token was revoked in Slack".into(),
            "account_inactive" => "the app was removed there, or the workspace is closed (account_inactive)".into(),
            code => format!("Slack refuses its token ({code})"),
        });
        let install = Install { refused: None, ..held.install };
        Err(self.end(&install, &why).await)
    }

    /// The token that follows that of `version`. Who waits may go away; the renewal goes on.
    async fn renewed(self: &Arc<Installed>, version: i64) -> Result<Bearer> {
        let installed = self.clone();
        let renewal = tokio::spawn(async move { installed.renew(version).await });
        renewal.await.unwrap_or_else(|_| Err(Error::internal("The renewal of a Slack token broke off.")))
    }

    async fn renew(&self, version: i64) -> Result<Bearer> {
        let _one_at_a_time = self.flight.lock().await;
        for _ in 0..TIMES {
            let held = self.read().await?;
            if held.install.version != version {
                return Ok(held.bearer());
            }
            let Some(refresh) = &held.tokens.refresh else {
                let why = "its token expires, and Slack gave nothing to renew it with";
                return Err(self.refuse(&held, why).await);
            };
            match self.installs.begin_renewal(&self.id, version).await.map_err(unreadable)? {
                Turn::Ours => return self.ask(&held, refresh, Turn::Ours).await,
                Turn::OursAfterUnknown => return self.ask(&held, refresh, Turn::OursAfterUnknown).await,
                Turn::Others if held.install.refused.is_some() || !held.has_expired(self.installs.now()) => {
                    return Ok(held.bearer());
                }
                Turn::Others => sleep(AGAIN).await,
            }
        }
        Err(later("another bot is at it"))
    }

    async fn ask(&self, held: &Held, refresh: &SecretString, turn: Turn) -> Result<Bearer> {
        let version = held.install.version;
        match self.oauth.renew(refresh, self.installs.now()).await {
            Ok((tokens, lifetime)) => {
                // Slack may keep quiet about a refresh token that stays good.
                let tokens = Tokens { refresh: tokens.refresh.or_else(|| held.tokens.refresh.clone()), ..tokens };
                self.keep(version, &tokens, lifetime).await?;
                tracing::info!(workspace = %self.id, "Renewed a Slack token");
                Ok(self.read().await?.bearer())
            }
            // The turn is left in the row: who takes it next knows that this one's end is unknown.
            Err(Failure::Unknown(reason)) => Err(later(&reason)),
            Err(Failure::NotDone(reason)) => {
                self.give_back(version).await;
                Err(later(&reason))
            }
            Err(Failure::Refused(code)) if ends(&code) => {
                let why = match turn {
                    Turn::OursAfterUnknown => format!(
                        "its refresh token is used up ({code}): Bellhop was stopped, or cut off, between Slack's answer to a renewal and \
                         keeping it, so that the next token was lost"
                    ),
                    _ => format!("Slack does not renew its token any more ({code})"),
                };
                Err(self.refuse(held, &why).await)
            }
            Err(Failure::Refused(code)) => {
                self.give_back(version).await;
                Err(later(&format!("{code}: {}", super::oauth::advice(&code))))
            }
        }
    }

    /// Tries to keep new tokens more than once: the old refresh token is used up.
    async fn keep(&self, version: i64, tokens: &Tokens, lifetime: Option<Lifetime>) -> Result<()> {
        for attempt in 1..=KEEPING {
            match self.installs.renewed(&self.id, version, tokens, lifetime).await {
                Ok(_) => return Ok(()),
                Err(err) => tracing::error!(workspace = %self.id, attempt, "A renewed Slack token cannot be kept: {err:#}"),
            }
            sleep(AGAIN).await;
        }
        Err(later("the store does not take it"))
    }

    async fn give_back(&self, version: i64) {
        if let Err(err) = self.installs.end_renewal(&self.id, version).await {
            tracing::warn!(workspace = %self.id, "The turn to renew a Slack token lapses by itself: {err:#}");
        }
    }

    /// There will be no other token: what is there is used to its end.
    async fn refuse(&self, held: &Held, why: &str) -> Error {
        tracing::error!(workspace = %self.id, fix = %self.way_back, "The Slack token of {} is not renewed: {why}", held.install.name);
        if let Err(err) = self.installs.refuse_renewal(&self.id, held.install.version, why).await {
            return unreadable(err);
        }
        self.forget_held();
        if held.has_expired(self.installs.now()) {
            self.end(&held.install, why).await
        } else {
            gone(&held.install, why, &self.way_back)
        }
    }

    async fn end(&self, install: &Install, why: &str) -> Error {
        self.forget_held();
        match self.installs.end(&self.id, install.version, why).await {
            Ok(true) => {
                tracing::error!(workspace = %self.id, fix = %self.way_back, "Bellhop is not installed in the Slack workspace {} any more: {why}", install.name);
            }
            Ok(false) => {}
            Err(err) => return unreadable(err),
        }
        gone(install, why, &self.way_back)
    }

    async fn read(&self) -> Result<Held> {
        let now = self.installs.now();
        let (install, tokens) = match self.installs.open_one(&self.id).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                self.forget_held();
                return Err(not_installed(&self.id, &self.way_back));
            }
            Err(err) => {
                // What was read last does for a while.
                return self.held().filter(|it| !it.has_expired(now)).ok_or_else(|| unreadable(err));
            }
        };
        match (install.gone.clone(), tokens) {
            (None, Some(tokens)) => {
                let held = Held { install, tokens, read_at: now };
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held.clone());
                Ok(held)
            }
            (gone_since, _) => {
                self.forget_held();
                let why = gone_since.map_or_else(|| "its token is not kept".into(), |it| it.why);
                Err(gone(&install, &why, &self.way_back))
            }
        }
    }

    fn held(&self) -> Option<Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The row is looked at again before the next call.
    pub fn forget_held(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Slack's words for a refresh token that no question brings back.
fn ends(code: &str) -> bool {
    matches!(
        code,
        "invalid_refresh_token"
            | "invalid_grant"
            | "invalid_token"
            | "token_revoked"
            | "token_expired"
            | "account_inactive"
            | "invalid_auth"
    )
}

fn later(reason: &str) -> Error {
    let message =
        format!("Slack's token for this workspace has expired and is not renewed yet ({reason}). It is tried again by itself.");
    Error::new(ErrorKind::Server, message)
}

/// Posts to this workspace are dead letters from here on, with this as the reason.
pub(in crate::chat::slack) fn gone(install: &Install, why: &str, way_back: &str) -> Error {
    let Install { id, name, .. } = install;
    let message = format!(
        "Bellhop is not installed in the Slack workspace {name} ({id}) any more: {why}. Install it again at {way_back}; then what was \
         kept can be tried again."
    );
    Error::new(ErrorKind::Closed, message)
}

pub(in crate::chat::slack) fn not_installed(id: &str, way_back: &str) -> Error {
    let message = format!(
        "Bellhop is not installed in the Slack workspace {id}. Install it at {way_back}; then what was kept can be tried again."
    );
    Error::new(ErrorKind::Closed, message)
}

/// Its text can name tables, and a seal that does not fit is for the log.
pub(in crate::chat::slack) fn unreadable(err: anyhow::Error) -> Error {
    tracing::error!("The installs of the Slack app cannot be used: {err:#}");
    let message =
        "The store with Slack's tokens cannot be used right now; `bellhop doctor` says more. It is tried again by itself.";
    Error::new(ErrorKind::Server, message)
}
