//! What is known of an install.

use jiff::Timestamp;
use secrecy::SecretString;

/// Where the app is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Workspace,
    /// A whole organization: every workspace that its admins add the app to.
    Organization,
}

/// An install, without its tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Install {
    /// Slack's: `T…`, or `E…` for an organization.
    pub id: String,
    pub sort: Sort,
    pub name: String,
    /// The app's id.
    pub app: String,
    /// The person that the app is in this workspace.
    pub bot_user: String,
    pub scopes: Vec<String>,
    /// The id of the person who installed it.
    pub who: String,
    pub at: Timestamp,
    /// Counts installs and renewals.
    pub version: i64,
    /// None: its token does not expire.
    pub lifetime: Option<Lifetime>,
    /// A renewal was begun, and nobody else begins one before then.
    pub renewing: Option<Timestamp>,
    /// Why Slack does not renew its token any more.
    pub refused: Option<String>,
    pub gone: Option<Gone>,
}

/// How long a token lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    pub renew_at: Timestamp,
    pub expires: Timestamp,
}

/// The end of an install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub at: Timestamp,
    /// Goes on after "is not installed any more: ".
    pub why: String,
}

/// What Slack granted. Holds secrets: no Debug.
pub struct Granted {
    pub id: String,
    pub sort: Sort,
    pub name: String,
    pub app: String,
    pub bot_user: String,
    pub scopes: Vec<String>,
    pub who: String,
    pub tokens: Tokens,
    pub lifetime: Option<Lifetime>,
}

/// Holds secrets: no Debug.
#[derive(Clone)]
pub struct Tokens {
    pub access: SecretString,
    /// Good for one renewal.
    pub refresh: Option<SecretString>,
}
