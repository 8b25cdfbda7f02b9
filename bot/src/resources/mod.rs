//! What administrators set up besides connections, hooks and subscriptions: documents with a kind and a name, declared
//! once and kept in every version.
//!
//! A kind is a struct ([`Declared`]): its fields are the keys of a section in the configuration file (`[[schedule]]`), its schema
//! is what a form and a reference page are made of, and [`Declared::problems`] says what no schema can. A document stands in
//! the file, or was made in chat and then has a version for each change, with who made it, when and why. The file's hides one of
//! the same name that was made in chat. Adding a kind is its struct and a line in [`KINDS`].

pub mod features;
mod known;
pub mod ledger;
mod store;
#[cfg(test)]
mod tests;
pub mod unread;

use std::sync::{Arc, PoisonError, RwLock};

use commands::{
    Error, ErrorKind, FieldProblem, Result,
    action::{Parameters, parameters_of},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use self::{
    known::Known,
    unread::{LeftOut, Unread},
};
use crate::{
    alerts::rule,
    store::{Store, Tx, unreadable},
};

/// A kind of document.
pub trait Declared: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static {
    /// As its section in the file is called: `schedule`. One word, in the singular.
    const KIND: &str;

    /// What is wrong with it that its schema cannot say; a field as a path of keys: `rotation.0.people`.
    fn problems(&self) -> Vec<FieldProblem> {
        Vec::new()
    }

    /// The documents it refers to, as kind and name: these are applied first.
    fn needs(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A document as it is written.
pub type Body = Map<String, Value>;

/// A document that another one names: its kind and its name.
pub type Reference = (&'static str, String);

/// A [`Declared`] kind as a plain value.
pub struct Kind {
    pub name: &'static str,
    pub parameters: fn() -> &'static Parameters,
    /// Reads a document, and says what is wrong with it.
    pub check: fn(&Body) -> Vec<FieldProblem>,
    /// What it refers to; nothing of one that cannot be read.
    pub needs: fn(&Body) -> Vec<Reference>,
    /// With what was left out filled in; none of one that cannot be read.
    pub whole: fn(&Body) -> Option<Body>,
}

impl Kind {
    pub const fn of<T: Declared>() -> Kind {
        Kind {
            name: T::KIND,
            parameters: parameters_of::<T>,
            check: |body| match read::<T>(body) {
                Ok(it) => it.problems(),
                Err(problem) => vec![problem],
            },
            needs: |body| read::<T>(body).map(|it| it.needs()).unwrap_or_default(),
            whole: |body| match read::<T>(body).map(serde_json::to_value) {
                Ok(Ok(Value::Object(whole))) => Some(whole),
                _ => None,
            },
        }
    }
}

/// All kinds there are, in the order in which their sections are explained.
pub static KINDS: &[Kind] = &[
    Kind::of::<features::Feature>(),
    Kind::of::<rule::AlertRule>(),
    Kind::of::<rule::Maintenance>(),
    Kind::of::<rule::Inhibit>(),
    Kind::of::<crate::escalation::Policy>(),
    Kind::of::<crate::oncall::Schedule>(),
    Kind::of::<crate::people::roles::Given>(),
    Kind::of::<crate::people::grants::Grant>(),
    Kind::of::<crate::people::approvals::Rule>(),
    Kind::of::<crate::health::heartbeat::Heartbeat>(),
    Kind::of::<crate::health::threshold::Threshold>(),
];

pub fn find(kind: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|it| it.name == kind)
}

fn read<T: Declared>(body: &Map<String, Value>) -> std::result::Result<T, FieldProblem> {
    serde_path_to_error::deserialize(Value::Object(body.clone())).map_err(|err| {
        let path = err.path().to_string().replace('[', ".").replace(']', "");
        FieldProblem::new(if path == "." { String::new() } else { path }, err.into_inner().to_string())
    })
}

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the configuration file, where alone it is changed.
    File,
    Chat,
}

/// A document of the configuration file.
#[derive(Clone, Debug, PartialEq)]
pub struct Configured {
    pub kind: &'static str,
    pub name: String,
    pub body: Map<String, Value>,
}

/// A document as it counts now.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub kind: String,
    pub name: String,
    /// 0 of one in the file.
    pub version: i64,
    pub body: Map<String, Value>,
    pub origin: Origin,
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T> {
    pub name: String,
    pub origin: Origin,
    pub value: T,
}

/// Who changes something, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// `slack:T1:U1`, or `apply:{file}` of a file.
    pub who: String,
    /// Empty where nobody said.
    pub why: String,
}

impl By {
    pub fn person(person: &crate::people::PersonId) -> By {
        By { who: person.to_string(), why: String::new() }
    }
}

/// A version of a document that was made in chat.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub kind: String,
    pub name: String,
    pub version: i64,
    /// None: it was removed.
    pub body: Option<Map<String, Value>>,
    pub by: By,
    pub at: Timestamp,
}

/// All documents, as far as this process knows.
pub struct Resources {
    store: Store,
    configured: Vec<Configured>,
    known: RwLock<Arc<Known>>,
    left_out: LeftOut,
}

impl Resources {
    pub fn new(store: Store, configured: Vec<Configured>) -> Resources {
        let known = RwLock::new(Arc::new(Known::of(&configured, Vec::new(), 0)));
        Resources { store, configured, known, left_out: LeftOut::default() }
    }

    fn snapshot(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes with every change of a document: what is derived from documents is good for as long as this is the same.
    pub fn generation(&self) -> i64 {
        self.snapshot().generation
    }

    /// All documents, by kind and name.
    pub fn documents(&self) -> Vec<Document> {
        self.snapshot().all().cloned().collect()
    }

    /// Those that were made in chat and cannot be read.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// All of a kind, by name, but those that cannot be read ([`Resources::left_out`]).
    pub fn all<T: Declared>(&self) -> Vec<Named<T>> {
        self.snapshot().of_kind(T::KIND).filter_map(named).collect()
    }

    /// The one of that name, in any case.
    pub fn get<T: Declared>(&self, name: &str) -> Option<Named<T>> {
        self.snapshot().get(T::KIND, name).and_then(named)
    }

    /// The same, for a person who typed the name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], with those there are.
    pub fn wanted<T: Declared>(&self, name: &str) -> Result<Named<T>> {
        self.get(name).ok_or_else(|| {
            let all: Vec<String> = self.snapshot().of_kind(T::KIND).map(|it| format!("`{}`", it.name)).collect();
            let known = if all.is_empty() { "There is none yet.".to_owned() } else { format!("There is {}.", all.join(", ")) };
            Error::not_found(format!("There is no {} `{name}`. {known}", T::KIND))
        })
    }

    /// Writes the next version, in a transaction of one's own; its number. Call [`Resources::load`] after the commit.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`] with what is wrong with it; [`ErrorKind::Conflict`] where the file has one of that name.
    pub async fn put<T: Declared>(&self, tx: &mut Tx, name: &str, value: &T, by: &By) -> Result<i64> {
        let body = match serde_json::to_value(value) {
            Ok(Value::Object(body)) => body,
            _ => return Err(Error::internal(format!("a {} is no object", T::KIND))),
        };
        self.put_body(tx, T::KIND, name, &body, by).await
    }

    /// The same, of a document as it is written.
    ///
    /// # Errors
    /// As [`Resources::put`].
    pub async fn put_body(&self, tx: &mut Tx, kind: &str, name: &str, body: &Map<String, Value>, by: &By) -> Result<i64> {
        self.is_ours(kind, name)?;
        check(kind, name, body)?;
        store::insert(tx, kind, name, Some(body), by).await.map_err(unreadable)
    }

    /// The same as part of a change that was begun.
    ///
    /// # Errors
    /// As [`Resources::put`].
    pub async fn put_as(
        &self,
        tx: &mut Tx,
        change: i64,
        document: (&str, &str),
        body: &Map<String, Value>,
        by: &By,
    ) -> Result<i64> {
        let (kind, name) = document;
        self.is_ours(kind, name)?;
        check(kind, name, body)?;
        store::insert_in(tx, change, kind, name, Some(body), by).await.map_err(unreadable)
    }

    /// Writes that it is gone, as part of a change that was begun.
    ///
    /// # Errors
    /// As [`Resources::remove`].
    pub async fn remove_as(&self, tx: &mut Tx, change: i64, kind: &str, name: &str, by: &By) -> Result<()> {
        self.is_ours(kind, name)?;
        store::insert_in(tx, change, kind, name, None, by).await.map_err(unreadable).map(|_| ())
    }

    /// Writes that it is gone; whether it was there.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] where it stands in the file.
    pub async fn remove(&self, tx: &mut Tx, kind: &str, name: &str, by: &By) -> Result<bool> {
        self.is_ours(kind, name)?;
        if self.snapshot().get(kind, name).is_none() {
            return Ok(false);
        }
        store::insert(tx, kind, name, None, by).await.map_err(unreadable).map(|_| true)
    }

    /// [`Resources::put`] in a transaction of its own, known here at once.
    ///
    /// # Errors
    /// As [`Resources::put`].
    pub async fn save<T: Declared>(&self, name: &str, value: &T, by: &By) -> Result<i64> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let version = self.put(&mut tx, name, value, by).await?;
        tx.commit().await.map_err(unreadable)?;
        self.load().await.map_err(unreadable)?;
        Ok(version)
    }

    /// [`Resources::remove`] in a transaction of its own, known here at once.
    ///
    /// # Errors
    /// As [`Resources::remove`].
    pub async fn drop<T: Declared>(&self, name: &str, by: &By) -> Result<bool> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let was_there = self.remove(&mut tx, T::KIND, name, by).await?;
        tx.commit().await.map_err(unreadable)?;
        self.load().await.map_err(unreadable)?;
        Ok(was_there)
    }

    /// Removes the document of that name, whatever its capitals; what it was.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] with those that there are; as [`Resources::drop`].
    pub async fn take_away<T: Declared>(&self, name: &str, by: &By) -> Result<Named<T>> {
        let document = self.wanted::<T>(name)?;
        self.drop::<T>(&document.name, by).await?;
        Ok(document)
    }

    /// The newest versions first, of all, of a kind, or of one document.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn history(&self, kind: Option<&str>, name: Option<&str>, limit: u32) -> anyhow::Result<Vec<Version>> {
        store::history(&self.store, kind, name, limit).await
    }

    /// Reads what was made in chat.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn load(&self) -> anyhow::Result<()> {
        let generation = store::generation(&self.store).await?;
        let made = store::newest(&self.store).await?;
        let known = Arc::new(Known::of(&self.configured, made, generation));
        self.left_out.replace(known.all().filter_map(left_out).collect());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// Keeps up with what other processes change.
    pub async fn follow(&self) {
        let mut looks = tokio::time::interval(known::SOON);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let looked = async {
                if store::generation(&self.store).await? != self.generation() {
                    self.load().await?;
                }
                anyhow::Ok(())
            };
            if let Err(err) = looked.await {
                tracing::warn!("What was set up cannot be read; what was known goes on: {err:#}");
            }
        }
    }

    fn is_ours(&self, kind: &str, name: &str) -> Result<()> {
        match self.snapshot().get(kind, name).is_some_and(|it| it.origin == Origin::File) {
            false => Ok(()),
            true => Err(Error::new(
                ErrorKind::Conflict,
                format!("The {kind} `{name}` is in the configuration file: change it there, and start Bellhop again."),
            )),
        }
    }
}

/// Whether it can be kept.
///
/// # Errors
/// [`ErrorKind::Validation`] with what is wrong with it.
pub fn check(kind: &str, name: &str, body: &Map<String, Value>) -> Result<()> {
    let Some(declared) = find(kind) else { return Err(Error::bad_input(format!("There is nothing called `{kind}`."))) };
    let problems = (declared.check)(body);
    match problems.first() {
        None => Ok(()),
        Some(first) => {
            let message = format!("The {} `{name}` cannot be kept: {}", kind.replace('_', " "), first.message);
            Err(Error::new(ErrorKind::Validation, message).with_fields(problems))
        }
    }
}

/// What tells a subscription from others: what is heard of, where, and which of it.
pub fn subscription_name(body: &Value) -> String {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    format!("{} {} {}", text("from"), text("to"), text("filter")).trim_end().to_owned()
}

fn named<T: Declared>(document: &Document) -> Option<Named<T>> {
    let value = read::<T>(&document.body).ok()?;
    Some(Named { name: document.name.clone(), origin: document.origin, value })
}

/// Why a document cannot be read, if so. What is in the file was looked at when that was read.
fn left_out(document: &Document) -> Option<(Unread, String)> {
    let why = match find(&document.kind) {
        _ if document.origin == Origin::File => return None,
        None => "this version knows nothing of that kind".to_owned(),
        Some(kind) if (kind.whole)(&document.body).is_none() => {
            let problems = (kind.check)(&document.body);
            problems.iter().map(|it| format!("{} {}", it.field, it.message)).collect::<Vec<_>>().join("; ")
        }
        Some(_) => return None,
    };
    Some((Unread::new(&document.kind, &document.name), why))
}
