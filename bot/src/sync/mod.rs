//! Tasks of two systems that are kept the same: Redmine's issues and Jira's, GitHub's and Trello's cards (A11).
//!
//! What is the same is declared once ([`mapping`]); values become what the other side holds ([`convert`]); and what
//! changed on either side since both were the same goes to the other ([`merge`]). A job looks at both sides in turn
//! ([`run`]), page by page, and remembers where it was. Task by task it is carried over ([`carry`]), to the pair's other one or
//! the one of the same title ([`titles`]); what cannot be is told, and does not hold up the rest.

mod carry;
pub mod convert;
pub mod mapping;
pub mod merge;
pub mod run;
pub mod store;
#[cfg(test)]
mod tests;
mod titles;

use std::sync::Arc;

use commands::{Error, Result};
use connectors::{Task, Tasks};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::{
    mapping::{FieldMap, Fields, Side},
    merge::Conflict,
};
use crate::{
    app::App,
    connections::Live,
    store::{Store, unreadable},
};

/// Two places whose tasks are kept the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Sync {
    pub name: String,
    pub definition: Definition,
    pub is_paused: bool,
    /// Who made it as it is.
    pub who: String,
}

/// What is kept the same, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    pub left: Spot,
    pub right: Spot,
    pub fields: Vec<FieldMap>,
    pub conflict: Conflict,
    pub make: Make,
    /// Seconds between two looks.
    pub every: u32,
    /// Where conflicts and problems are told, as destinations are written: `slack:#dev`.
    pub report: Option<String>,
}

/// The tasks of one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    pub connection: String,
    pub place: String,
}

/// Where a task is made that is only on the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Make {
    #[default]
    Both,
    Left,
    Right,
    /// Only tasks that have a task of the same title on the other side are kept the same.
    None,
}

impl Make {
    fn makes(self, on: Side) -> bool {
        matches!((self, on), (Make::Both, _) | (Make::Left, Side::Left) | (Make::Right, Side::Right))
    }
}

impl Spot {
    /// # Errors
    /// How it is written.
    pub fn parse(text: &str) -> Result<Spot> {
        match text.trim().split_once(':') {
            Some((connection, place)) if !connection.is_empty() && !place.trim().is_empty() => {
                Ok(Spot { connection: connection.to_owned(), place: place.trim().to_owned() })
            }
            _ => Err(Error::bad_input(format!(
                "`{text}` is no place with tasks: write the connection and the project, such as redmine:demo"
            ))),
        }
    }
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.connection, self.place)
    }
}

impl Definition {
    /// Whether it is of other places than `other`.
    pub fn moves_from(&self, other: &Definition) -> bool {
        (&self.left, &self.right) != (&other.left, &other.right)
    }

    pub fn spot(&self, side: Side) -> &Spot {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// A task's title.
    fn title<'a>(&self, fields: &'a Fields, side: Side, task: &'a Task) -> &'a str {
        let name = fields.of(side).first().map(|it| it.name.as_str()).unwrap_or_default();
        task.values.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// How far one side was looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Changes since then are looked for; none before everything was seen once.
    pub since: Option<Timestamp>,
    /// Where this look goes on.
    pub page: Option<String>,
    /// The latest change that was seen in this look.
    newest: Option<Timestamp>,
    /// Tasks that were seen until everything had been seen once.
    pub seen: u64,
    /// When a look came to its end last.
    pub looked: Option<Timestamp>,
    /// Why the last look failed.
    pub problem: Option<String>,
    /// The place it is of: a run that was under way when another was chosen leaves nothing behind.
    #[serde(default)]
    spot: Option<String>,
    /// When the first look began.
    #[serde(default)]
    began: Option<Timestamp>,
    /// When this look began.
    #[serde(default)]
    look: Option<Timestamp>,
}

/// The name under which a side's [`Progress`] is kept.
fn cursor(sync: &str, side: Side) -> String {
    format!("sync:{sync}:{}", side.word())
}

impl App {
    /// The tasks of a connection.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] where it has none that can be kept the same.
    pub fn tasks_of(&self, spot: &Spot) -> Result<Source> {
        let live = self.connections.get(&spot.connection)?;
        if live.connected.tasks().is_some() {
            return Ok(Source { live, place: spot.place.clone() });
        }
        let with = connectors::ALL.iter().filter(|it| it.has_tasks).map(|it| it.title).collect::<Vec<_>>().join(", ");
        Err(Error::bad_input(format!("{} has no tasks that can be kept the same. These have: {with}.", live.title())))
    }

    /// The fields of both sides.
    ///
    /// # Errors
    /// As [`Tasks::fields`].
    pub async fn fields_of(&self, left: &Source, right: &Source) -> Result<Fields> {
        let (left, right) = futures::try_join!(left.tasks()?.fields(&left.place), right.tasks()?.fields(&right.place))?;
        Ok(Fields { left, right })
    }

    /// How far a side was looked at.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn progress(&self, sync: &Sync, side: Side) -> Result<Progress> {
        let kept = self.store.cursor(&cursor(&sync.name, side)).await.map_err(unreadable)?;
        let spot = sync.definition.spot(side).to_string();
        let kept = kept.and_then(|it| serde_json::from_str(&it).ok());
        let kept = kept.filter(|it: &Progress| it.spot.as_ref().is_none_or(|it| *it == spot)).unwrap_or_default();
        Ok(Progress { spot: Some(spot), ..kept })
    }
}

/// What could not be carried over: the task, and why; the newest first.
///
/// # Errors
/// The store cannot be read.
pub async fn troubles(store: &Store, sync: &str) -> Result<Vec<(String, String)>> {
    /// As many fit into a message that people still read.
    const MOST: i64 = 20;
    let pairs = store::troubled(store, sync, MOST).await?;
    let of = |pair: store::Pair| {
        let keys: Vec<String> = Side::BOTH.iter().filter_map(|it| pair.key(*it).map(str::to_owned)).collect();
        (keys.join(" ↔ "), pair.problem.unwrap_or_default())
    };
    Ok(pairs.into_iter().map(of).collect())
}

/// A place's tasks, behind a connection.
pub struct Source {
    live: Arc<Live>,
    pub place: String,
}

impl Source {
    /// # Errors
    /// Never, while the connection is of a kind with tasks.
    pub fn tasks(&self) -> Result<&dyn Tasks> {
        self.live.connected.tasks().ok_or_else(|| Error::internal("a connection lost its tasks"))
    }

    /// `Redmine demo`.
    pub fn title(&self) -> String {
        format!("{} {}", self.live.title(), self.place)
    }
}
