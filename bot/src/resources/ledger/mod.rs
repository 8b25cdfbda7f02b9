//! Every version of everything that is set up, and which of them were changed together.
//!
//! Documents keep their versions themselves. Connections, hooks, subscriptions, teams, defaults and aliases work in tables of their
//! own, with what those need; beside each change of them, in its transaction, [`note`] compares these tables with the newest
//! versions here and writes down what differs. So no way of changing something can be forgotten, and what an older version of the
//! program left is version 1. A body is what the configuration file would say; keys that begin with `$` are the table's own:
//! `$version` is where the vault keeps the secrets.

mod store;

use std::future::Future;

use serde_json::{Map, Value};

use super::{By, Version};
use crate::store::{Asked, Store, Tx};

pub const CONNECTION: &str = "connection";
pub const HOOK: &str = "hook";
pub const SUBSCRIPTION: &str = "subscription";
pub const TEAM: &str = "team";
pub const DEFAULT: &str = "default";
pub const ALIAS: &str = "alias";

/// What works in tables of its own, in the order in which it is written and read.
pub const TABLES: [&str; 6] = [CONNECTION, HOOK, SUBSCRIPTION, TEAM, DEFAULT, ALIAS];

/// Where the vault keeps a connection's secrets, or a hook's.
pub const SEALED: &str = "$version";
/// The people of a team, and the groups it is bound to, as chats call them.
pub const LABELS: &str = "$labels";

/// Why there is a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Somebody changed one thing.
    Edit,
    Apply,
    Rollback,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Edit => "edit",
            What::Apply => "apply",
            What::Rollback => "rollback",
        }
    }

    fn named(name: &str) -> What {
        match name {
            "apply" => What::Apply,
            "rollback" => What::Rollback,
            _ => What::Edit,
        }
    }
}

/// What was changed together.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What `rollback to=` takes.
    pub id: i64,
    pub what: What,
    /// Of an apply: the file's name; of a rollback: what it went back to.
    pub subject: String,
    pub by: By,
    pub at: jiff::Timestamp,
}

/// What a file said when it was applied last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub kind: String,
    pub name: String,
    pub file: String,
    pub version: i64,
}

/// A version with the change that it was part of; 0 of those from before changes had numbers.
pub type Entry = (i64, Version);

/// Who is at work, and the change that it is part of where one was begun.
#[derive(Clone)]
struct Acting {
    by: By,
    change: Option<i64>,
}

tokio::task_local! {
    static ACTING: Acting;
}

/// Whatever `work` changes, it changes as `by`.
pub fn as_by<F: Future>(by: By, work: F) -> impl Future<Output = F::Output> {
    ACTING.scope(Acting { by, change: None }, work)
}

/// The same as part of a change that was begun, in whose transaction `work` is.
pub fn as_part_of<F: Future>(change: i64, by: By, work: F) -> impl Future<Output = F::Output> {
    ACTING.scope(Acting { by, change: Some(change) }, work)
}

fn acting() -> Acting {
    let nobody = || Acting { by: By { who: "bellhop".into(), why: String::new() }, change: None };
    ACTING.try_with(Acting::clone).unwrap_or_else(|_| nobody())
}

/// Writes down what this transaction changed in the tables, as whoever is at work.
///
/// # Errors
/// Those of the store.
pub async fn note(tx: &mut Tx) -> Asked<()> {
    let differing = store::differing(tx).await?;
    if differing.is_empty() {
        return Ok(());
    }
    let Acting { by, change } = acting();
    let id = match change {
        Some(id) => id,
        None => store::begin(tx, What::Edit, "", &by).await?,
    };
    for (kind, name, body) in differing {
        super::store::insert_in(tx, id, &kind, &name, body.as_ref(), &by).await?;
    }
    Ok(())
}

/// Begins a change; its number.
///
/// # Errors
/// Those of the store.
pub async fn begin(tx: &mut Tx, what: What, subject: &str, by: &By) -> Asked<i64> {
    store::begin(tx, what, subject, by).await
}

/// The newest version of everything that is there.
///
/// # Errors
/// The store cannot be read.
pub async fn newest(store: &Store) -> anyhow::Result<Vec<Entry>> {
    let all = store::newest(store).await?;
    Ok(all.into_iter().filter(|(_, it)| it.body.is_some()).collect())
}

/// The newest version of everything, also of what is gone.
///
/// # Errors
/// The store cannot be read.
pub async fn newest_of_all(store: &Store) -> anyhow::Result<Vec<Entry>> {
    store::newest(store).await
}

/// One version.
///
/// # Errors
/// The store cannot be read.
pub async fn version(store: &Store, kind: &str, name: &str, version: i64) -> anyhow::Result<Option<Version>> {
    store::version(store, kind, name, version).await
}

/// The newest versions first, of all, of a kind, or of what has that name.
///
/// # Errors
/// The store cannot be read.
pub async fn history(store: &Store, kind: Option<&str>, name: Option<&str>, limit: u32) -> anyhow::Result<Vec<Entry>> {
    store::history(store, kind, name, limit).await
}

/// How everything stood right after a change; with no body what was not there.
///
/// # Errors
/// The store cannot be read.
pub async fn as_of(store: &Store, change: i64) -> anyhow::Result<Vec<Version>> {
    store::as_of(store, change).await
}

/// # Errors
/// The store cannot be read.
pub async fn change(store: &Store, id: i64) -> anyhow::Result<Option<Change>> {
    store::change(store, id).await
}

/// # Errors
/// The store cannot be read.
pub async fn applied(store: &Store) -> anyhow::Result<Vec<Applied>> {
    store::applied(store).await
}

/// Writes down that `file` says this now, in whatever version it is.
///
/// # Errors
/// Those of the store.
pub async fn say_applied(tx: &mut Tx, file: &str, all: &[(String, String)]) -> Asked<()> {
    store::say_applied(tx, file, all).await
}

/// How many versions there are: another number says that something was changed.
///
/// # Errors
/// Those of the store.
pub async fn generation(tx: &mut Tx) -> Asked<i64> {
    store::generation(tx).await
}

/// The same, outside of a transaction.
///
/// # Errors
/// The store cannot be read.
pub async fn count(store: &Store) -> anyhow::Result<i64> {
    super::store::generation(store).await
}

/// What a person may see of a body, by key.
pub fn public(body: &Map<String, Value>) -> std::collections::BTreeMap<&str, &Value> {
    let is_nothing = |it: &Value| it.is_null() || matches!(it, Value::Array(all) if all.is_empty()) || *it == Value::Bool(false);
    body.iter()
        .filter(|(key, value)| !key.starts_with('$') && !is_nothing(value))
        .map(|(key, value)| (key.as_str(), value))
        .collect()
}
