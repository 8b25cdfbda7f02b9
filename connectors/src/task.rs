//! Tasks in one shape for all systems that have them, so that two of them can be kept the same.

use commands::{BoxFuture, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::pages::Page;

/// What a task holds, by the name of the field: the system's own (`subject`, `duedate`, `customfield_10010`).
///
/// As JSON: text, a choice and a person are strings, a date is `2026-11-21`, labels are an array of strings, and what is
/// empty is null. A person is their email address where the system tells it, else their login.
pub type Values = Map<String, Value>;

/// A connection's issues, work packages or cards, as a synchronization sees them. Everything is done as the bot.
///
/// `place` is what holds them, as people write it: a project's key or identifier, `octo/widgets`, a board's name.
pub trait Tasks: Send + Sync {
    /// The fields of the tasks there, the title first.
    ///
    /// # Errors
    /// By class; [`commands::ErrorKind::NotFound`] where there is no such place.
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>>;

    /// The tasks that changed at `since` or later (all, without it), page by page, in any order. `page` is
    /// [`Page::next`] of the page before.
    ///
    /// # Errors
    /// By class.
    fn changed<'a>(
        &'a self,
        place: &'a str,
        since: Option<Timestamp>,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Page<Task>>>;

    /// One task; none when it is not there any more.
    ///
    /// # Errors
    /// By class.
    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>>;

    /// Makes a task; it may be there when the error says `maybe_done`.
    ///
    /// # Errors
    /// By class; a value that is refused is named by its field.
    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>>;

    /// Sets these fields, and leaves the others as they are. Doing it twice is doing it once.
    ///
    /// # Errors
    /// As [`Tasks::create`].
    fn update<'a>(&'a self, place: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>>;
}

/// A task, at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// By which it is asked for: `42`, `APO-7`.
    pub key: String,
    pub url: Option<String>,
    pub updated: Timestamp,
    pub values: Values,
}

/// A field of a place's tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskField {
    /// In [`Values`].
    pub name: String,
    /// As the system's pages call it.
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
    /// Whether it can be set; a number of comments cannot.
    pub writable: bool,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Markdown (CommonMark); the connector turns it into what its system writes, and back.
    Markdown,
    Number,
    Flag,
    Date,
    Person,
    /// One of these.
    Choice(Vec<String>),
    Labels,
}
