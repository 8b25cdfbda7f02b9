//! Going back: to an earlier version of one thing, or of everything to how it stood after a change. It is a new version, tried
//! and checked like any other change.

use commands::{Error, Result};
use serde_json::Map;

use super::{
    Item, Step,
    apply::sealed_of,
    difference::{Entry, Shown, fields},
    live::{Now, Stands},
    order, rank,
};
use crate::{
    app::App,
    resources::{self, Version, ledger},
    store::unreadable,
};

/// What going back would do.
pub struct Back {
    /// `connection redmine, version 3`, `change 12`.
    pub subject: String,
    pub steps: Vec<Step>,
    pub shown: Shown,
    pub now: Now,
}

impl App {
    /// Back to that version of one thing.
    ///
    /// # Errors
    /// There is no such version; it stands in the file that is served.
    pub async fn back_to_version(&self, kind: &str, name: &str, version: i64) -> Result<Back> {
        let now = self.set_up().await.map_err(unreadable)?;
        let found = ledger::version(&self.store, kind, name, version).await.map_err(unreadable)?;
        let Some(found) = found else {
            let history = ledger::history(&self.store, Some(kind), Some(name), 20).await.map_err(unreadable)?;
            let known: Vec<String> = history.iter().map(|(_, it)| it.version.to_string()).collect();
            let hint = match known.is_empty() {
                true => format!("There never was a {kind} `{name}`. `bellhop history {kind}` shows which there were."),
                false => format!("There is: {}.", known.join(", ")),
            };
            return Err(Error::not_found(format!("The {kind} `{name}` has no version {version}. {hint}")));
        };
        let subject = format!("{kind} {}, version {version}", found.name);
        self.back(subject, vec![found], now).await
    }

    /// Everything back to how it stood right after that change.
    ///
    /// # Errors
    /// There is no such change.
    pub async fn back_to_change(&self, change: i64) -> Result<Back> {
        let now = self.set_up().await.map_err(unreadable)?;
        if ledger::change(&self.store, change).await.map_err(unreadable)?.is_none() {
            return Err(Error::not_found(format!("There is no change {change}. `bellhop history` shows which there are.")));
        }
        let then = ledger::as_of(&self.store, change).await.map_err(unreadable)?;
        let newest = ledger::newest_of_all(&self.store).await.map_err(unreadable)?;
        let mut wanted = Vec::new();
        for (_, it) in newest {
            match then.iter().find(|then| then.kind == it.kind && then.name == it.name) {
                Some(then) if then.version == it.version => {}
                Some(then) => wanted.push(then.clone()),
                // It was made since.
                None => wanted.push(Version { body: None, ..it }),
            }
        }
        self.back(format!("change {change}"), wanted, now).await
    }

    async fn back(&self, subject: String, wanted: Vec<Version>, now: Now) -> Result<Back> {
        let (mut puts, mut removes, mut shown) = (Vec::new(), Vec::new(), Shown::default());
        for version in wanted {
            let Version { kind, name, body, .. } = version;
            let live = now.find(&kind, &name);
            if live.is_some_and(|it| matches!(it.stands, Stands::Served(_))) {
                let message =
                    format!("The {kind} `{name}` is in the configuration file: change it there, and start Bellhop again.");
                return Err(Error::bad_input(message));
            }
            let before = live.map(|it| it.body.clone());
            let is_same_seal =
                before.as_ref().and_then(|it| it.get(ledger::SEALED)) == body.as_ref().and_then(|it| it.get(ledger::SEALED));
            let entry = Entry {
                kind: kind.clone(),
                name: name.clone(),
                fields: fields(&kind, before.as_ref().unwrap_or(&Map::new()), body.as_ref().unwrap_or(&Map::new())),
                who: None,
            };
            match (body, before) {
                (None, None) => shown.unchanged += 1,
                (None, Some(body)) => {
                    shown.removed.push(Entry { fields: Vec::new(), ..entry });
                    removes.push(Step::Remove { kind, name, body });
                }
                (Some(_), Some(_)) if entry.fields.is_empty() && is_same_seal => shown.unchanged += 1,
                (Some(body), before) => {
                    if resources::find(&kind).is_some() {
                        resources::check(&kind, &name, &body)?;
                    }
                    if before.is_some() {
                        shown.changed.push(entry)
                    } else {
                        shown.added.push(entry)
                    }
                    let version = body.get(ledger::SEALED).and_then(serde_json::Value::as_i64);
                    let keys = self.sealed(&kind, &name, version).await.map_err(unreadable)?;
                    if version.is_some() && keys.is_empty() && kind == ledger::HOOK {
                        let message = format!("The secret that the hook `{name}` had then is forgotten: rotate it instead.");
                        return Err(Error::not_found(message));
                    }
                    let secrets = sealed_of(&body, keys.into_keys());
                    puts.push(Item { kind, name, body, secrets });
                }
            }
        }
        let ordered = order::ordered(puts);
        let ordered = ordered.map_err(|circle| Error::bad_input(format!("These need each other: {}.", circle.join(" → "))))?;
        removes.sort_by_key(|it| std::cmp::Reverse(rank(it.kind())));
        let steps = ordered.into_iter().map(Step::Put).chain(removes).collect();
        Ok(Back { subject, steps, shown, now })
    }
}
