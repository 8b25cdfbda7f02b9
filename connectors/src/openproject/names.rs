//! Names that people type → OpenProject's resources, with a way out when there is no such name.

use commands::{Error, ErrorKind, Result};

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    hal::Resource,
    problem::at,
};
use crate::words::instead;
pub(super) use crate::words::{is_none, nearest, same};

/// Lists that are the same for every project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Type,
    Status,
    Priority,
    Role,
}

impl List {
    pub fn word(self) -> &'static str {
        match self {
            List::Type => "type",
            List::Status => "status",
            List::Priority => "priority",
            List::Role => "role",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            List::Type => "/api/v3/types",
            List::Status => "/api/v3/statuses",
            List::Priority => "/api/v3/priorities",
            List::Role => "/api/v3/roles",
        }
    }
}

impl OpenProject {
    /// A list's values, at most a minute old.
    pub(super) async fn entries(&self, list: List) -> Result<Vec<Resource>> {
        Ok(self.settled(list.path()).await?.elements())
    }

    /// The value called `text`, whatever its case. One that was added just now is found too.
    ///
    /// # Errors
    /// At `field`, with the nearest name and the list of all.
    pub(super) async fn entry(&self, list: List, field: &str, text: &str) -> Result<Resource> {
        if let Ok(found) = pick(list.word(), field, text, &self.entries(list).await?) {
            return Ok(found.clone());
        }
        let entries = self.get(list.path()).await?.elements();
        pick(list.word(), field, text, &entries).cloned()
    }

    pub(super) async fn is_closed(&self, status: Option<u64>) -> Result<bool> {
        Ok(self.entries(List::Status).await?.iter().any(|it| Some(it.id()) == status && it.flag("isClosed")))
    }

    /// The project that people call `text`, by number, identifier or name.
    ///
    /// # Errors
    /// At `project`: none, with the nearest one that the bot can see; or several of that name.
    pub(super) async fn project(&self, text: &str) -> Result<Resource> {
        self.project_at("project", text).await
    }

    /// The same for what is wanted at `field`.
    pub(super) async fn project_at(&self, field: &str, text: &str) -> Result<Resource> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
            match self.get(&format!("/api/v3/projects/{text}")).await {
                // A project may be called 2027.
                Err(error) if error.kind == ErrorKind::NotFound => {}
                other => return other,
            }
        }
        let named = filters(&[filter("name_and_identifier", "~", &[text])]);
        let query = [("filters", named.as_str()), ("pageSize", PAGE)];
        let found = self.first("/api/v3/projects", &query, 1000).await?.items;
        if let Some(project) = the_project(field, text, &found)? {
            return Ok(project.clone());
        }
        let known: Vec<String> = self.projects().await?.iter().map(|it| it.text("identifier").to_owned()).collect();
        let near = nearest(text, &known).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
        let list = match known.len() {
            0 => "It can see none: make its account a member of a project.".to_owned(),
            _ => format!("It can see {}.", known.iter().take(20).cloned().collect::<Vec<_>>().join(", ")),
        };
        Err(at(field, format!("There is no project `{text}` in OpenProject that the bot can see.{near} {list}")))
    }

    /// The active projects that the bot can see.
    pub(super) async fn projects(&self) -> Result<Vec<Resource>> {
        let active = filters(&[filter("active", "=", &["t"])]);
        let query = [("filters", active.as_str()), ("sortBy", r#"[["name","asc"]]"#), ("pageSize", PAGE)];
        Ok(self.first("/api/v3/projects", &query, 1000).await?.items)
    }

    pub(super) async fn types_of(&self, project: u64) -> Result<Vec<Resource>> {
        Ok(self.settled(&format!("/api/v3/projects/{project}/types")).await?.elements())
    }

    pub(super) async fn versions_of(&self, project: u64) -> Result<Vec<Resource>> {
        Ok(self.get(&format!("/api/v3/projects/{project}/versions")).await?.elements())
    }

    pub(super) async fn categories_of(&self, project: u64) -> Result<Vec<Resource>> {
        Ok(self.settled(&format!("/api/v3/projects/{project}/categories")).await?.elements())
    }
}

/// The project with this identifier, which no other has; else the only one of this name, which others may have too.
///
/// # Errors
/// At `field`: several have the name; then with their identifiers.
pub(super) fn the_project<'a>(field: &str, text: &str, all: &'a [Resource]) -> Result<Option<&'a Resource>> {
    if let Some(project) = all.iter().find(|it| same(it.text("identifier"), text)) {
        return Ok(Some(project));
    }
    let named: Vec<&Resource> = all.iter().filter(|it| same(it.name(), text)).collect();
    match named.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => {
            let identifiers: Vec<&str> = many.iter().take(20).map(|it| it.text("identifier")).collect();
            let (count, text) = (many.len(), text.trim());
            let message = format!("{count} projects are called `{text}`: {}. Write the identifier.", identifiers.join(", "));
            Err(at(field, message))
        }
    }
}

/// The one of these called `text`.
///
/// # Errors
/// At `field`, with the nearest name and the list of all.
pub(super) fn pick<'a>(word: &str, field: &str, text: &str, all: &'a [Resource]) -> Result<&'a Resource> {
    let found = all.iter().find(|it| same(it.name(), text));
    found.ok_or_else(|| no_such(word, field, text, all.iter().map(|it| it.name().to_owned())))
}

/// `OpenProject has no type `bugg`. Did you mean `Bug`? It can be Bug, Feature or Task.`
pub(super) fn no_such(word: &str, field: &str, typed: &str, names: impl Iterator<Item = String>) -> Error {
    let names: Vec<String> = names.collect();
    at(field, format!("There is no {word} `{}` here.{}", typed.trim(), instead(word, typed, &names)))
}
