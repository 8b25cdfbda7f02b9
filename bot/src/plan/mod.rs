//! One store with two doors: what is set up in chat, and what a file says.
//!
//! Everything that is set up is a list of items, whichever door it came in by ([`live`]). A file is read into such a list ([`mod@file`]),
//! the two are held against each other ([`difference`]), and what differs is carried out in one transaction, in the order in which
//! things need each other, after every connection was tried against its system ([`apply`]). A rollback is the same with earlier
//! versions in place of a file ([`rollback`]), and an export is the list, written down ([`export`]). In chat a plan is looked at first,
//! and carried out by a button ([`looked`]).
//!
//! What stands in the file that `bellhop serve` reads is fixed by it: a plan compares with it, and changes nothing there. A file
//! that was applied owns what it said; what it says no more is removed, and nothing else is.

pub mod apply;
pub mod difference;
pub mod export;
pub mod file;
pub mod live;
pub mod looked;
pub mod order;
pub mod rollback;
mod store;

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::resources::{
    self,
    ledger::{ALIAS, CONNECTION, DEFAULT, HOOK, SUBSCRIPTION, TEAM},
};

/// Something that is set up, as a file says it.
#[derive(Clone)]
pub struct Item {
    /// Its section: `connection`, `schedule`.
    pub kind: String,
    /// What tells it from others of its kind.
    pub name: String,
    /// All that may be seen, besides its name.
    pub body: Map<String, Value>,
    /// All that may not, by key.
    pub secrets: BTreeMap<String, Secret>,
}

/// A secret that somebody asks for.
#[derive(Clone)]
pub enum Secret {
    New(SecretString),
    /// `${NAME}`, which the environment does not know: the one that is kept already.
    Kept(String),
    /// That of an earlier version.
    Of(i64),
}

/// Something to be done.
#[derive(Clone)]
pub enum Step {
    Put(Item),
    Remove { kind: String, name: String, body: Map<String, Value> },
}

impl Step {
    pub fn kind(&self) -> &str {
        match self {
            Step::Put(item) => &item.kind,
            Step::Remove { kind, .. } => kind,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Step::Put(item) => &item.name,
            Step::Remove { name, .. } => name,
        }
    }
}

/// All kinds, in the order in which they are written and done: what others refer to first.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    let documents = resources::KINDS.iter().map(|it| it.name);
    [CONNECTION, HOOK, TEAM].into_iter().chain(documents).chain([DEFAULT, ALIAS, SUBSCRIPTION])
}

/// Whether the file that is served only says how it is at the start: these are kept in the store and changed in chat.
pub fn is_kept(kind: &str) -> bool {
    [TEAM, DEFAULT, ALIAS].contains(&kind)
}

fn rank(kind: &str) -> usize {
    kinds().position(|it| it == kind).unwrap_or(usize::MAX)
}

/// What two bodies are compared by: with what is left out filled in, and without what says nothing.
fn compared(kind: &str, body: &Map<String, Value>) -> BTreeMap<String, Value> {
    let whole = resources::find(kind).and_then(|it| (it.whole)(body));
    let body = whole.as_ref().unwrap_or(body);
    resources::ledger::public(body).into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect()
}
