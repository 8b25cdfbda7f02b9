//! Setting up by conversation: systems that are connected one after the other, and undone together.
//!
//! An administrator chooses what to connect; each step is the form of `connect`, which tries the live system before anything is
//! saved. How far it came is a row, written in the transaction that saves the connection: whatever stops in between (a closed
//! window, a crash, a weekend), `bellhop setup` goes on where it stopped. A step that fails leaves the ones before it as they are
//! until somebody decides: try again, skip it, keep what there is, or undo all of it. Undoing writes what was there before as
//! the next version of each connection, in one transaction; a connection that somebody changed since stays, and that is said.

mod needs;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use self::needs::ordered;
use commands::{Call, Error, ErrorKind, Result};
use connectors::{Kind, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::{
    app::{App, OWN},
    connections::{self, Change, KEYS, Live, Origin, Vault},
    people::PersonId,
    store::{Store, Tx, unreadable},
};

/// What is connected one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    pub id: String,
    pub person: String,
    pub steps: Vec<Step>,
    /// As stored: what a change is made to must not have changed meanwhile.
    read: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which connector.
    pub kind: String,
    /// The kinds of systems that it needs, connected before it or there already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    pub progress: Progress,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Not connected yet; with what the last try said.
    Waiting {
        failed: Option<String>,
    },
    /// As this version of that connection; `before` is the one it took the place of.
    Connected {
        name: String,
        version: i64,
        before: Option<i64>,
    },
    Skipped,
}

/// How a sequence ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    Undone,
}

/// Something that has to be there before a system can be connected, or is worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    pub what: &'static str,
    /// In Markdown's backticks: what to do.
    pub fix: String,
    /// Whether nothing can be connected without it.
    pub blocks: Blocks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    Connecting,
    /// It works without; this does not.
    Part(&'static str),
}

/// What became of a connection when its sequence was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    Removed(String),
    /// Its version before counts again.
    Restored(String),
    /// Somebody changed it since; it was left alone.
    Left(String),
}

/// Sequences in the database. Cheap to clone.
#[derive(Clone)]
pub struct Setups {
    store: Store,
}

impl Sequence {
    pub fn next(&self) -> Option<&Step> {
        self.steps.iter().find(|it| matches!(it.progress, Progress::Waiting { .. }))
    }

    /// The connections made so far, in order.
    pub fn made(&self) -> impl Iterator<Item = (&str, i64, Option<i64>)> {
        self.steps.iter().filter_map(|it| match &it.progress {
            Progress::Connected { name, version, before } => Some((name.as_str(), *version, *before)),
            _ => None,
        })
    }

    /// The next step of this kind gets on; whether there was one.
    fn advance(&mut self, kind: &str, progress: Progress) -> bool {
        let waiting = |it: &&mut Step| it.kind == kind && matches!(it.progress, Progress::Waiting { .. });
        match self.steps.iter_mut().find(waiting) {
            Some(step) => {
                step.progress = progress;
                true
            }
            None => false,
        }
    }

    fn end(&self) -> Option<End> {
        self.next().is_none().then_some(End::Done)
    }
}

/// What is missing before a system of `kind` can be connected, or any at all.
pub fn lacks(app: &App, kind: Option<&Kind>) -> Vec<Lack> {
    let mut lacks = Vec::new();
    if app.vault.is_none() {
        lacks.push(Lack { what: "A key to keep secrets with", fix: NO_KEY.into(), blocks: Blocks::Connecting });
    }
    let reaches = kind.is_none_or(|it| it.webhook.is_some());
    if app.public_url.is_none() && reaches {
        let polls = kind.is_some_and(|it| it.poll_every.is_some());
        lacks.push(Lack {
            what: "An address of its own",
            fix: "Whoever runs Bellhop writes `public_url = \"https://…\"` into the [server] section of its configuration, where that \
                  address leads to this bot, and starts it again."
                .into(),
            blocks: Blocks::Part(match polls {
                true => "webhooks: news come later, because they are asked for",
                false => "webhooks, and forms in the browser",
            }),
        });
    }
    lacks
}

/// How whoever runs the bot makes it able to keep secrets, step by step.
pub const NO_KEY: &str = "Secrets cannot be kept yet. Whoever runs Bellhop does this once: 1. `bellhop keys new` prints a key; 2. keep \
                          it where the bot's other secrets are, say as the variable BELLHOP_KEY; 3. write `key = \"${BELLHOP_KEY}\"` \
                          into the [secrets] section of the configuration; 4. start Bellhop again. Then say `bellhop setup` once more.";

/// The call that opens the form of a kind.
pub fn connect_call(kind: &str) -> Call {
    Call::new(OWN, format!("connect {kind}"), json!({}))
}

/// What is to be connected next after `call`, where that was a step of the person's setup.
pub async fn next_call(app: &App, call: &Call, person: &PersonId) -> Option<Call> {
    let kind = call.action.strip_prefix("connect ").filter(|_| call.group == OWN)?;
    let open = app.setups.open_of(person).await.ok()??;
    let part_of_it = open.steps.iter().any(|it| it.kind == kind && matches!(it.progress, Progress::Connected { .. }));
    let next = open.next().filter(|_| part_of_it)?;
    app.may_go_on(&open).ok()?;
    connectors::find(&next.kind).map(|it| connect_call(it.name))
}

impl App {
    /// Whether what the next step builds on is there and works.
    ///
    /// # Errors
    /// Says which connection is not, and what to do.
    pub fn may_go_on(&self, sequence: &Sequence) -> Result<()> {
        for (name, ..) in sequence.made() {
            let Ok(live) = self.connections.get(name) else {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    format!(
                        "`{name}`, which this setup made, is gone: somebody disconnected it. Undo the rest, or keep it and end the setup."
                    ),
                ));
            };
            if self.health.state(name) == Some(State::Failed) {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    format!(
                        "{} was connected before in this setup, and does not work now. `bellhop health name={name}` says why; mend it, or undo the setup.",
                        live.title()
                    ),
                ));
            }
        }
        match sequence.next() {
            Some(next) => needs::of_step(self, sequence, &next.kind).map(drop),
            None => Ok(()),
        }
    }

    /// Begins a sequence; the person's last one must have ended.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] while another is open; the store cannot be written to.
    pub async fn begin_setup(&self, person: &PersonId, kinds: &[(&'static Kind, Vec<String>)]) -> Result<Sequence> {
        let waiting = |(kind, needs): &(&'static Kind, Vec<String>)| Step {
            kind: kind.name.into(),
            needs: needs.clone(),
            progress: Progress::Waiting { failed: None },
        };
        let steps: Vec<Step> = kinds.iter().map(waiting).collect();
        match self.setups.begin(person, &steps).await.map_err(unreadable)? {
            Some(sequence) => Ok(sequence),
            None => Err(Error::new(
                ErrorKind::Conflict,
                "Another setup of yours is not finished: `bellhop setup` shows it. Go on with it, or end it first.",
            )),
        }
    }

    /// Saves a connection that works, and what it means for the person's setup, in one transaction, and opens it; what is left to do.
    ///
    /// # Errors
    /// The store cannot be written to, or somebody changed the same thing.
    pub async fn keep_connection(&self, vault: &Vault, person: &PersonId, change: &Change) -> Result<Option<Sequence>> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let before = vault.newest_in(&mut tx, &change.name).await.map_err(unreadable)?.filter(|it| !it.removed);
        let mut open = self.setups.open_in(&mut tx, person).await.map_err(unreadable)?;
        let mut change = change.clone();
        // What a form does not ask stays: `needs`, `rate`, `expires`.
        for key in KEYS {
            if let Some(kept) = before.as_ref().and_then(|it| it.settings.get(key)) {
                change.settings.entry(key).or_insert_with(|| kept.clone());
            }
        }
        if let Some(sequence) = &open {
            let needs = needs::of_step(self, sequence, &change.kind)?;
            if !needs.is_empty() {
                change.settings.insert("needs".into(), json!(needs));
            }
        }
        let version = vault.save_in(&mut tx, &change).await.map_err(unreadable)?;
        if let Some(sequence) = &mut open {
            let connected = Progress::Connected { name: change.name.clone(), version, before: before.map(|it| it.version) };
            if sequence.advance(&change.kind, connected) {
                let end = sequence.end();
                Setups::change(&mut tx, sequence, end).await.map_err(unreadable)?;
            } else {
                open = None;
            }
        }
        tx.commit().await.map_err(unreadable)?;
        self.open_kept(&change.name).await?;
        Ok(open)
    }

    /// Notes why a step of the person's setup failed.
    pub async fn note_failed_step(&self, person: &PersonId, kind: &str, reason: &str) {
        let noted = async {
            let mut tx = self.store.begin().await?;
            let Some(mut open) = self.setups.open_in(&mut tx, person).await? else { return anyhow::Ok(()) };
            if open.advance(kind, Progress::Waiting { failed: Some(reason.to_owned()) }) {
                Setups::change(&mut tx, &mut open, None).await?;
                tx.commit().await?;
            }
            Ok(())
        };
        if let Err(err) = noted.await {
            tracing::warn!("Why a step of a setup failed cannot be noted: {err:#}");
        }
    }

    /// Passes the next step over.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none; the store cannot be written to.
    pub async fn skip_step(&self, person: &PersonId) -> Result<Sequence> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let open = self.setups.open_in(&mut tx, person).await.map_err(unreadable)?;
        let mut open = open.ok_or_else(none_open)?;
        let Some(kind) = open.next().map(|it| it.kind.clone()) else { return Err(none_open()) };
        open.advance(&kind, Progress::Skipped);
        let end = open.end();
        Setups::change(&mut tx, &mut open, end).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        Ok(open)
    }

    /// Ends the person's setup as it stands: what is connected stays.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none; the store cannot be written to.
    pub async fn keep_setup(&self, person: &PersonId) -> Result<Sequence> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let open = self.setups.open_in(&mut tx, person).await.map_err(unreadable)?;
        let mut open = open.ok_or_else(none_open)?;
        Setups::change(&mut tx, &mut open, Some(End::Done)).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        Ok(open)
    }

    /// Undoes the person's setup, the last step first, all or nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none; [`ErrorKind::Conflict`] where something else needs what would be taken away; the
    /// store cannot be used: nothing was changed then.
    pub async fn undo_setup(&self, person: &PersonId) -> Result<Vec<Undone>> {
        let open = self.setups.open_of(person).await.map_err(unreadable)?.ok_or_else(none_open)?;
        let made_here: Vec<String> = open.made().filter(|it| it.2.is_none()).map(|(name, ..)| name.to_owned()).collect();
        self.may_be_taken_away(&made_here)?;
        let vault = self.vault.as_ref().ok_or_else(|| Error::new(ErrorKind::BadConfig, NO_KEY))?;
        let who = person.to_string();
        let mut earlier = Vec::new();
        for (name, _, before) in open.made() {
            let Some(version) = before else { continue };
            if let Some(it) = vault.load_version(name, version).await.map_err(unreadable)? {
                earlier.push(it);
            }
        }
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let mut open =
            self.setups.open_in(&mut tx, person).await.map_err(unreadable)?.filter(|it| *it == open).ok_or_else(changed)?;
        let made: Vec<(String, i64)> = open.made().map(|(name, version, _)| (name.to_owned(), version)).collect();
        let mut undone = Vec::new();
        for (name, version) in made.into_iter().rev() {
            let newest = vault.newest_in(&mut tx, &name).await.map_err(unreadable)?;
            if newest.is_none_or(|it| it.version != version) {
                undone.push(Undone::Left(name));
                continue;
            }
            match earlier.iter().find(|it| it.name == name) {
                Some(it) => {
                    let (settings, secrets) = (it.settings.clone(), it.secrets.clone());
                    let change = Change { name: name.clone(), kind: it.kind.clone(), settings, secrets, who: who.clone() };
                    vault.save_in(&mut tx, &change).await.map_err(unreadable)?;
                    undone.push(Undone::Restored(name));
                }
                None => {
                    vault.remove_in(&mut tx, &name, &who).await.map_err(unreadable)?;
                    vault.forget(&mut tx, &name, version).await.map_err(unreadable)?;
                    undone.push(Undone::Removed(name));
                }
            }
        }
        Setups::change(&mut tx, &mut open, Some(End::Undone)).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        for it in &undone {
            match it {
                Undone::Removed(name) => {
                    let live = self.connections.remove(name);
                    self.grants.forget_all(live.as_deref(), name).await?;
                }
                Undone::Restored(name) => self.reopen(earlier.iter().find(|it| it.name == *name)),
                Undone::Left(_) => {}
            }
        }
        Ok(undone)
    }

    fn reopen(&self, saved: Option<&connections::Connection>) {
        match saved.map(connections::open) {
            Some(Ok(live)) => self.connections.put(live),
            Some(Err(err)) => tracing::error!("A connection that counts again cannot be opened: {err}"),
            None => {}
        }
    }

    /// The person's open setup. One that this version cannot go on with is undone at once; then what was undone is told.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn setup_of(&self, person: &PersonId) -> Result<(Option<Sequence>, Vec<Undone>)> {
        let Some(open) = self.setups.open_of(person).await.map_err(unreadable)? else { return Ok((None, Vec::new())) };
        if open.steps.iter().all(|it| connectors::find(&it.kind).is_some()) {
            return Ok((Some(open), Vec::new()));
        }
        Ok((None, self.undo_setup(person).await?))
    }
}

/// Which kinds somebody means, in their order, each once.
///
/// # Errors
/// At `kinds`, with the nearest name.
pub fn kinds_of(names: &[String]) -> Result<Vec<&'static Kind>> {
    let words = names.iter().flat_map(|it| it.split([',', ' '])).map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty());
    let mut kinds: Vec<&'static Kind> = Vec::new();
    for word in words {
        let Some(kind) = connectors::find(&word) else {
            let hint = crate::config::source::nearest(&word, connectors::ALL.iter().map(|it| it.name));
            let message = format!("No system is called `{word}`{hint}.");
            return Err(Error::bad_input(message.clone()).with_fields(vec![commands::FieldProblem::new("kinds", message)]));
        };
        if !kinds.iter().any(|it| it.name == kind.name) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// A live connection that `settings` of this kind would renew: one made in chat, at the same address.
pub fn renewed(app: &App, kind: &Kind, settings: &Map<String, serde_json::Value>) -> Option<Arc<Live>> {
    let fields = kind.config_fields();
    let given = settings.get("url").filter(|it| it.as_str().is_some_and(|it| !it.trim().is_empty())).cloned();
    let url = given.or_else(|| fields.iter().find(|it| it.name == "url")?.default.clone());
    let url = url.and_then(|it| it.as_str().map(|it| it.trim().trim_end_matches('/').to_owned()));
    let all = app.connections.all();
    all.into_iter().find(|it| it.origin == Origin::Chat && it.kind.name == kind.name && it.url == url)
}

fn none_open() -> Error {
    Error::not_found("You have no setup that is under way. `bellhop setup` begins one.")
}

fn changed() -> Error {
    Error::new(ErrorKind::Conflict, "The setup went on meanwhile. `bellhop setup` shows how it stands; nothing was undone.")
}

impl Setups {
    pub fn open(store: &Store) -> Setups {
        Setups { store: store.clone() }
    }

    /// What the person has under way.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn open_of(&self, person: &PersonId) -> anyhow::Result<Option<Sequence>> {
        store::look(&self.store, &person.to_string()).await
    }

    async fn open_in(&self, tx: &mut Tx, person: &PersonId) -> anyhow::Result<Option<Sequence>> {
        store::open(tx, &person.to_string()).await
    }

    async fn begin(&self, person: &PersonId, steps: &[Step]) -> anyhow::Result<Option<Sequence>> {
        let mut tx = self.store.begin().await?;
        if self.open_in(&mut tx, person).await?.is_some() {
            tx.rollback().await?;
            return Ok(None);
        }
        let id = uuid::Uuid::now_v7().simple().to_string();
        store::insert(&mut tx, &id, &person.to_string(), steps).await?;
        let begun = self.open_in(&mut tx, person).await?;
        tx.commit().await?;
        Ok(begun)
    }

    async fn change(tx: &mut Tx, sequence: &mut Sequence, end: Option<End>) -> anyhow::Result<()> {
        store::update(tx, sequence, end).await
    }
}
