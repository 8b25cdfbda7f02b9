//! Names that people type → OpenProject's resources, with a way out when there is no such name.

use commands::{Error, ErrorKind, Result};

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    hal::{Link, Resource},
    problem::{at, either},
    reply::plural,
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

/// The one of these called `text`, or of this number.
///
/// # Errors
/// At `field`: none, with the nearest name and the list of all; or several, with the number and the project of each.
pub(super) fn pick<'a>(word: &str, field: &str, text: &str, all: &'a [Resource]) -> Result<&'a Resource> {
    let project = |it: &Resource| it.title("definingProject").or_else(|| it.title("project"));
    pick_by(word, field, text, all, Resource::name, project)
}

/// The same for what is called something else than its name; `of` is what tells two of a name apart.
///
/// # Errors
/// As [`pick`].
pub(super) fn pick_by<'a>(
    word: &str,
    field: &str,
    text: &str,
    all: &'a [Resource],
    name: fn(&Resource) -> &str,
    of: impl Fn(&Resource) -> Option<String>,
) -> Result<&'a Resource> {
    if let Some(numbered) = number(text).and_then(|number| all.iter().find(|it| it.id() == number)) {
        return Ok(numbered);
    }
    // Without its `#`, a number may as well be a name.
    let is_it = |it: &&Resource| same(name(it), text) || it.id().to_string() == text.trim();
    let found: Vec<&Resource> = all.iter().filter(is_it).collect();
    match found.as_slice() {
        [] => Err(no_such(word, field, text, all.iter().map(|it| name(it).to_owned()))),
        [one] => Ok(one),
        many => Err(several(word, field, text, many.iter().map(|it| (it.id(), of(it))))),
    }
}

/// The one of these values called `text`, or of the number `#12`.
///
/// # Errors
/// At `field`: several, with the number of each.
pub(super) fn pick_link<'a>(word: &str, field: &str, text: &str, all: &'a [Link]) -> Result<Option<&'a Link>> {
    if let Some(numbered) = number(text).and_then(|number| all.iter().find(|it| it.id() == Some(number))) {
        return Ok(Some(numbered));
    }
    let found = all.iter().filter(|it| same(&it.title, text)).collect::<Vec<_>>();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => Err(several(word, field, text, many.iter().map(|it| (it.id().unwrap_or_default(), it.project.clone())))),
    }
}

/// The number that is written `#12`.
fn number(text: &str) -> Option<u64> {
    text.trim().strip_prefix('#')?.parse().ok()
}

/// ``2 versions can be meant by `1.0`: #1 (Demo) or #7 (Apollo). Write the number of one, such as #1.``
fn several(word: &str, field: &str, typed: &str, all: impl Iterator<Item = (u64, Option<String>)>) -> Error {
    let all: Vec<(u64, Option<String>)> = all.collect();
    let told = |(number, of): &(u64, Option<String>)| match of {
        Some(of) => format!("#{number} ({of})"),
        None => format!("#{number}"),
    };
    let shown: Vec<String> = all.iter().take(10).map(told).collect();
    let (count, words, first) = (all.len(), plural(word), all.first().map_or(0, |it| it.0));
    let meant = format!("{count} {words} can be meant by `{}`: {}.", typed.trim(), either(&shown));
    at(field, format!("{meant} Write the number of one, such as #{first}."))
}

/// `OpenProject has no type `bugg`. Did you mean `Bug`? It can be Bug, Feature or Task.`
pub(super) fn no_such(word: &str, field: &str, typed: &str, names: impl Iterator<Item = String>) -> Error {
    let names: Vec<String> = names.collect();
    at(field, format!("There is no {word} `{}` here.{}", typed.trim(), instead(word, typed, &names)))
}
