//! What is set up and cannot be read: another version of the program wrote it, or it is damaged.
//!
//! One such document must not silence the others, so whoever reads them leaves it out. Then an alert is not raised, or a channel not
//! told, and nothing says so but what is missing: so each that is left out is noted here, where it is found missing
//! ([`LeftOut::replace`]), and stands among what is wrong with the bot ([`App::unread`]) until it can be read or is gone.

use std::{
    collections::BTreeSet,
    sync::{PoisonError, RwLock},
};

use commands::{Call, Error, ErrorKind, Group, Result, grammar};
use connectors::Check;
use serde_json::json;

use super::{By, ledger};
use crate::{
    app::{App, OWN},
    store::unreadable,
};

/// What such a check is called.
const CHECK: &str = "unreadable";
/// The command that removes it.
pub const REMOVE: &str = "unreadable remove";

/// Something that is set up and cannot be read. Nothing of what it says: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// As its section in the file is called: `hook`.
    pub kind: String,
    /// What it is called; of a subscription, which has no name, its number.
    pub name: String,
    /// What tells people which one it is, where its name does not: ` of github in slack:C1`. Else empty.
    pub which: String,
}

impl Unread {
    pub fn new(kind: &str, name: &str) -> Unread {
        Unread { kind: kind.to_owned(), name: name.to_owned(), which: String::new() }
    }

    fn check(&self, groups: &[Group]) -> Check {
        let Unread { kind, name, which } = self;
        let remove = grammar::print(groups, &Call::new(OWN, REMOVE, json!({ "kind": kind, "name": name })));
        let detail = format!(
            "the {} `{name}`{which} is left out: another version of Bellhop wrote it, or it is damaged",
            kind.replace('_', " ")
        );
        let fix = format!(
            "Run the version again that wrote it, or remove it (`{remove}`) and set it up anew. The log says why it \
             cannot be read."
        );
        Check::warning(CHECK, detail, fix)
    }
}

/// What was left out when documents of one sort were last read.
#[derive(Default)]
pub struct LeftOut(RwLock<BTreeSet<Unread>>);

impl LeftOut {
    /// Notes all that is left out now, each with why, for the log. It is told there once, not with each reading.
    pub fn replace(&self, now: Vec<(Unread, String)>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (it, why) in now.iter().filter(|(it, _)| !known.contains(it)) {
            let Unread { kind, name, .. } = it;
            tracing::error!(kind, name, "The {kind} `{name}` cannot be read, and is left out: {why}");
        }
        *known = now.into_iter().map(|(it, _)| it).collect();
    }

    pub fn all(&self) -> Vec<Unread> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Whether something of that name is left out.
    pub fn has(&self, name: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(|it| it.name == name)
    }
}

impl App {
    /// Everything that is set up and could not be read here, by kind and name.
    pub fn unread(&self) -> Vec<Unread> {
        let sorts = [&self.followed.left_out, self.hooks.left_out(), self.subscriptions.left_out(), self.resources.left_out()];
        let mut all: Vec<Unread> = sorts.into_iter().flat_map(LeftOut::all).collect();
        all.sort_unstable();
        all
    }

    /// The same, as what is wrong with the bot.
    pub(crate) fn check_unread(&self) -> Vec<Check> {
        let groups = self.groups();
        self.unread().iter().map(|it| it.check(&groups)).collect()
    }

    /// Removes what cannot be read, as `by`; what it was.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where nothing of that kind and name is left out, with what is. The store cannot be written to.
    pub(crate) async fn remove_unread(&self, kind: &str, name: &str, by: &By) -> Result<Unread> {
        let all = self.unread();
        let Some(found) = all.iter().find(|it| it.kind == kind && it.name.eq_ignore_ascii_case(name)) else {
            return Err(Error::not_found(none_such(kind, name, &all)));
        };
        let name = found.name.as_str();
        match kind {
            ledger::CONNECTION => {
                let no_vault = || Error::new(ErrorKind::BadConfig, "There is no `key` in [secrets], so nothing can be removed.");
                let vault = self.vault.as_ref().ok_or_else(no_vault)?;
                vault.remove(name, &by.who).await.map_err(unreadable)?;
                self.connections.remove(name);
                self.grants.forget_all(None, name).await?;
            }
            ledger::HOOK => {
                self.hooks.delete(name).await.map_err(unreadable)?;
            }
            ledger::SUBSCRIPTION => {
                let number = name.parse().map_err(|_| Error::internal(format!("a subscription is called `{name}`")))?;
                self.subscriptions.remove(number).await.map_err(unreadable)?;
            }
            _ => {
                let mut tx = self.store.begin().await.map_err(unreadable)?;
                self.resources.remove(&mut tx, kind, name, by).await?;
                tx.commit().await.map_err(unreadable)?;
            }
        }
        self.know_anew().await.map_err(unreadable)?;
        Ok(found.clone())
    }
}

/// The same check for anybody who asks: what is set up may be called by a person's address.
pub(crate) fn in_public(check: &Check) -> Check {
    if check.name != CHECK {
        return check.clone();
    }
    Check::warning(CHECK, "something that is set up is left out", "`bellhop doctor` names it, and says what to do.")
}

fn none_such(kind: &str, name: &str, all: &[Unread]) -> String {
    let known: Vec<String> = all.iter().map(|it| format!("the {} `{}`", it.kind, it.name)).collect();
    let known = if known.is_empty() { "Everything can be read.".to_owned() } else { format!("Left out: {}.", known.join(", ")) };
    format!("There is no {kind} `{name}` that cannot be read. {known}")
}

#[cfg(test)]
mod tests;
