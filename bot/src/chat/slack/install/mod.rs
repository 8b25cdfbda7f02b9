//! Installs of the app by OAuth: any number of workspaces, each with a token of its own.
//!
//! `GET /slack/install` ([`pages`]) sends a browser to Slack with a signed [`crate::connections::state`], `GET /slack/oauth`
//! takes it back and exchanges its code ([`oauth`]); what Slack grants is sealed and kept ([`store`]).
//! From then on [`Installing::reaching`] finds the way to a workspace by the id that comes with
//! every request of Slack's, and [`credential`] sees to its token: renewed ahead of its end, once
//! for all bots on the database.
//!
//! An organization (Enterprise) is installed once for many workspaces. Slack does not say of a
//! workspace which install reaches it, so the organizations are asked which workspaces they have
//! let the app into: <https://docs.slack.dev/reference/methods/auth.teams.list>.
//!
//! An install ends by Slack's word (`app_uninstalled`, `tokens_revoked`) or by a call that Slack
//! refuses for its token. It stays in the store with the time and the reason, which is what posts to
//! it fail with; installing again revives it.

pub mod credential;
pub mod oauth;
mod overview;
pub mod pages;
mod record;
mod store;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use commands::{Error, ErrorKind, Result, param::Secret};
use connectors::cache::Cache;
use jiff::Timestamp;
use url::Url;

use self::{
    credential::{Credential, Installed, gone, not_installed, unreadable},
    oauth::OAuth,
    record::Sort,
};
pub use self::{record::Install, store::Installs};
use super::{Slack, workspace::Workspace};
use crate::connections::state::Errand;

/// What a browser leaves for that installs the app.
const ERRAND: Errand = Errand { cookie: "bellhop_slack_install", path: "/slack", purpose: b"bellhop slack install state v1\0" };
/// How long an install that was found is taken to be there, before the row is looked at again.
const KNOWN: Duration = Duration::from_secs(5);
/// How long an organization's workspaces are remembered, and how long that one is in none.
const TEAMS: Duration = Duration::from_secs(3600);
const STRANGERS: Duration = Duration::from_secs(60);
/// Pages of an organization's workspaces that are read.
const PAGES: usize = 20;

/// The app as it is installed by OAuth.
pub struct Installing {
    pub(super) installs: Installs,
    pub(super) oauth: Arc<OAuth>,
    api: Url,
    /// Without a slash at its end.
    pub(super) public_url: String,
    /// The only workspaces and organizations that may install it; none: all that Slack lets.
    pub(super) allowed: Option<Vec<String>>,
    known: Cache<String, Install>,
    /// The organization whose install reaches a workspace.
    organizations: Cache<String, String>,
    strangers: Cache<String, ()>,
    tokens: Mutex<HashMap<String, Arc<Installed>>>,
    open: Mutex<HashMap<String, Arc<Workspace>>>,
}

impl Installing {
    /// # Errors
    /// [`ErrorKind::Internal`] when there can be no HTTP client.
    pub fn new(
        installs: Installs,
        api: Url,
        (client_id, client_secret): (String, Secret),
        public_url: &str,
        allowed: Option<Vec<String>>,
    ) -> Result<Installing> {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let oauth = OAuth::new(api.clone(), client_id, client_secret, format!("{public_url}/slack/oauth"))?;
        let remembering = |time| Cache::new(100_000, time);
        Ok(Installing {
            installs,
            oauth: Arc::new(oauth),
            api,
            public_url,
            allowed,
            known: Cache::new(10_000, KNOWN),
            organizations: remembering(TEAMS),
            strangers: Cache::new(100_000, STRANGERS),
            tokens: Mutex::default(),
            open: Mutex::default(),
        })
    }

    /// Where people install the app, again or for the first time.
    pub fn way_back(&self) -> String {
        format!("{}/slack/install", self.public_url)
    }

    /// The way to the workspace of this id, or to that of an organization as a whole; none when nobody installed the app there.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] when it is not installed any more.
    pub async fn reaching(&self, id: &str) -> Result<Option<Arc<Workspace>>> {
        let install = self.install(id).await?;
        if let Some(install) = &install
            && install.gone.is_none()
        {
            return self.opened(id, install).map(Some);
        }
        if let Some(organization) = self.organization_of(id).await?
            && let Some(install) = self.install(&organization).await?
            && install.gone.is_none()
        {
            return self.opened(id, &install).map(Some);
        }
        match install.and_then(|it| it.gone.clone().map(|gone| (it, gone))) {
            Some((install, why)) => Err(gone(&install, &why.why, &self.way_back())),
            None => Ok(None),
        }
    }

    /// The only workspace there is.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] when there is none, or more than one: then it has to be said which.
    pub async fn only(&self) -> Result<Arc<Workspace>> {
        let all: Vec<Install> = self.list().await?;
        let mut there = all.iter().filter(|it| it.gone.is_none());
        match (there.next(), there.next()) {
            (Some(install), None) if install.sort == Sort::Workspace => self.opened(&install.id, install),
            (None, _) => Err(match all.iter().find_map(|it| it.gone.as_ref().map(|gone| (it, gone))) {
                Some((install, why)) if all.len() == 1 => gone(install, &why.why, &self.way_back()),
                _ => Error::new(
                    ErrorKind::Closed,
                    format!(
                        "Bellhop is not installed in any Slack workspace yet. Install it at {}; then what was kept can be tried again.",
                        self.way_back()
                    ),
                ),
            }),
            (Some(first), _) => {
                let example = if first.sort == Sort::Workspace { first.id.as_str() } else { "T0123" };
                let names: Vec<String> =
                    all.iter().filter(|it| it.gone.is_none()).map(|it| format!("{} ({})", it.name, it.id)).collect();
                let message = format!(
                    "Bellhop is installed in more than one Slack workspace, and this does not say which is meant: {}. Write the \
                     workspace's id before the channel, as in slack:{example}/#channel.",
                    names.join(", ")
                );
                Err(Error::new(ErrorKind::Closed, message))
            }
        }
    }

    /// The same where nobody can wait.
    pub fn already_open(&self, id: &str) -> Option<Arc<Workspace>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match id {
            "" if open.len() == 1 => open.values().next().cloned(),
            id => open.get(id).cloned(),
        }
    }

    /// All installs, by name, also those that are gone.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(&self) -> Result<Vec<Install>> {
        self.installs.list().await.map_err(unreadable)
    }

    /// Notes Slack's word that an install is over. False when there was none, or a newer one.
    ///
    /// # Errors
    /// When it could not be written down: Slack is to say it again.
    pub async fn ended(&self, id: &str, said: Timestamp, why: &str) -> Result<bool> {
        let ended = self.installs.end_by_word(id, said, why).await.map_err(unreadable)?;
        self.forget(id).await;
        Ok(ended)
    }

    /// What is remembered of an install is read anew.
    pub async fn forget(&self, id: &str) {
        self.known.invalidate(id).await;
        self.organizations.invalidate_all();
        self.strangers.invalidate_all();
        let token = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(token) = token {
            token.forget_held();
        }
    }

    async fn install(&self, id: &str) -> Result<Option<Install>> {
        if let Some(known) = self.known.get(id).await {
            return Ok(Some(known));
        }
        let found = self.installs.load(id).await.map_err(unreadable)?;
        if let Some(install) = found.as_ref().filter(|it| it.gone.is_none()) {
            self.known.insert(id.to_owned(), install.clone()).await;
        }
        Ok(found)
    }

    /// The organization that has let the app into this workspace.
    async fn organization_of(&self, id: &str) -> Result<Option<String>> {
        if let Some(known) = self.organizations.get(id).await {
            return Ok(Some(known));
        }
        if !id.starts_with('T') || self.strangers.contains_key(id) {
            return Ok(None);
        }
        for install in self.list().await?.iter().filter(|it| it.sort == Sort::Organization && it.gone.is_none()) {
            for team in self.opened(&install.id, install)?.let_into(PAGES).await? {
                self.organizations.insert(team, install.id.clone()).await;
            }
        }
        let found = self.organizations.get(id).await;
        if found.is_none() {
            self.strangers.insert(id.to_owned(), ()).await;
        }
        Ok(found)
    }

    /// The workspace as it is kept open: its limits and what is remembered of it outlast an install.
    fn opened(&self, id: &str, install: &Install) -> Result<Arc<Workspace>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{id} {}", install.id);
        if let Some(workspace) = open.get(id).filter(|it| it.by == key) {
            return Ok(workspace.clone());
        }
        let token = self.token(&install.id);
        let workspace = Arc::new(Workspace::of_install(id, key, install, self.api.clone(), Credential::Installed(token))?);
        open.insert(id.to_owned(), workspace.clone());
        Ok(workspace)
    }

    fn token(&self, install: &str) -> Arc<Installed> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Installed::new(install.to_owned(), self.installs.clone(), self.oauth.clone(), self.way_back()));
        tokens.entry(install.to_owned()).or_insert_with(new).clone()
    }
}

impl Slack {
    /// With installs by OAuth, where the configuration has `client_id` and `client_secret`.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] when these cannot work.
    pub fn with_installs(mut self, installs: Installs, public_url: &str) -> Result<Slack> {
        if let Some(credentials) = self.app.clone() {
            let api = super::wire::base(self.api_url.clone())?;
            self.installing = Some(Installing::new(installs, api, credentials, public_url, self.allowed.clone())?);
        }
        Ok(self)
    }

    pub(super) async fn find_workspace(&self, id: &str) -> Result<Arc<Workspace>> {
        let home = || self.home.clone();
        let Some(installing) = &self.installing else {
            return home()
                .ok_or_else(|| Error::new(ErrorKind::BadConfig, "Slack is configured for OAuth, and no install can be kept."));
        };
        if id.is_empty() {
            return match home() {
                Some(home) => Ok(home),
                None => installing.only().await,
            };
        }
        let lost = match installing.reaching(id).await {
            Ok(Some(workspace)) => return Ok(workspace),
            Ok(None) => not_installed(id, &installing.way_back()),
            Err(err) if err.kind == ErrorKind::Closed => err,
            Err(err) => return Err(err),
        };
        // The workspace whose token stands in the file sends its id with every request.
        match home() {
            Some(home) if home.team().await? == id => Ok(home),
            _ => Err(lost),
        }
    }

    /// Whether an event of this workspace is anybody's: Slack sends some after the app was removed. In doubt it is.
    pub(super) async fn is_installed_in(&self, id: &str) -> bool {
        match (&self.installing, self.find_workspace(id).await) {
            (Some(_), Err(err)) => err.kind != ErrorKind::Closed,
            _ => true,
        }
    }

    /// Takes Slack's word that the app is not in a workspace any more.
    ///
    /// # Errors
    /// When it could not be written down: Slack is to say it again.
    pub(super) async fn leave(&self, left: &Left) -> Result<()> {
        let Some(installing) = &self.installing else {
            tracing::error!(workspace = %left.id, "The app was removed from the Slack workspace whose token is `slack.bot_token`: {}", left.why);
            return Ok(());
        };
        match installing.ended(&left.id, left.said, left.why).await? {
            true => {
                tracing::warn!(workspace = %left.id, fix = %installing.way_back(), "The app left a Slack workspace: {}", left.why)
            }
            false => {
                tracing::info!(workspace = %left.id, "Slack says of a workspace that is not installed, or was since: {}", left.why)
            }
        }
        Ok(())
    }
}

/// Why an install is over that was uninstalled.
pub const UNINSTALLED: &str = "the app was uninstalled in Slack";

/// Slack's word that an install is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Of the workspace or the organization.
    pub id: String,
    pub said: Timestamp,
    /// Goes on after "is not installed any more: ".
    pub why: &'static str,
}

/// Whether an install of this id is let in by `slack.workspaces`.
fn is_allowed(allowed: Option<&[String]>, id: &str) -> bool {
    allowed.is_none_or(|them| them.iter().any(|it| it == id))
}
