//! The audit log: who did what, in the transaction of what they did.
//!
//! It lies below the queue, which appends to it as it accepts a request, and below everybody who
//! reads it. Rows are only ever added (the schema refuses anything else), and each row's hash covers
//! the row before it, so that whoever changes the file behind the database's back changes every hash
//! after it. [`verify`] finds the first row that does not fit. That the newest rows are missing shows
//! only against a hash that was noted elsewhere, which is why `verify` returns the last one.

mod store;

use jiff::Timestamp;

pub use self::store::{append, append_all, list, sealed, some_actors, verify, verify_from};

/// Who asked for what: a line yet to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `{platform}:{workspace}:{person}`.
    pub actor: String,
    /// The command line, secrets left out; with a mark in front where something else became of it than that it was accepted:
    /// `[refused] redmine issue delete 42`, `[failed: not found] …`, `[approved 7, 1 of 1] …`.
    pub action: String,
    pub request_id: String,
}

/// A line of the log, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub request_id: String,
}

/// Which lines to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this person's.
    pub actor: Option<String>,
    /// Only those whose command begins so: `redmine issue`; also what was refused or agreed to of it.
    pub action: Option<String>,
    /// Only lines before this id: the next page.
    pub before: Option<i64>,
    /// Only lines of this moment and later.
    pub since: Option<Timestamp>,
    /// Only lines of before this moment.
    pub until: Option<Timestamp>,
    /// Only those that hold this, in small letters or capitals.
    pub text: Option<String>,
    /// Whose lines fit `text` as well: people who are called so.
    pub called: Vec<String>,
}

/// A line with what chains it to the others, for whoever checks it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sealed {
    #[serde(flatten)]
    pub entry: Entry,
    /// In hex, as the line before says.
    pub previous: String,
    /// In hex.
    pub hash: String,
}

/// How far the log was found whole.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// The last row that was looked at, and its hash in hex.
    pub id: i64,
    pub hash: String,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// All rows fit. The last row's hash in hex; note it elsewhere to find a shortened log later.
    Intact { rows: i64, last: String },
    /// The first row that does not fit what is before it, or should be there and is not.
    Broken { at: i64 },
}
