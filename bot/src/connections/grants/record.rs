//! What is known of a grant.

use std::fmt;

use commands::param::Secret;
use jiff::Timestamp;

use crate::people::PersonId;

/// Whose account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// What the bot itself uses.
    Connection,
    Person(PersonId),
}

/// As it is stored: nothing for the connection's own.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Connection => Ok(()),
            Owner::Person(person) => person.fmt(f),
        }
    }
}

/// A grant, without its tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Which server and app its tokens are of.
    pub bound: String,
    /// What the vendor knows the account by.
    pub account: String,
    pub at: Timestamp,
    /// Counts consents and renewals.
    pub version: i64,
    pub renewable: bool,
    /// None: its token does not end.
    pub lifetime: Option<Lifetime>,
    /// Why it is good for nothing any more; goes on after "GitHub: ".
    pub refused: Option<String>,
}

/// How long a token lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    pub renew_at: Timestamp,
    pub expires: Timestamp,
}

/// Holds secrets: no Debug.
#[derive(Clone)]
pub struct Tokens {
    pub access: Secret,
    /// Good for one renewal, with most vendors.
    pub refresh: Option<Secret>,
}

/// Whether this bot may renew a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Ours,
    /// Ours, after one whose end nobody knows: the refresh token may be used up.
    OursAfterUnknown,
    /// Another bot is at it, or has done it.
    Others,
}
