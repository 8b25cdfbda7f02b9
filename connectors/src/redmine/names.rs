//! Names that people type → Redmine's ids, with a way out when there is no such name.

use std::sync::Arc;

use commands::{ErrorKind, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Redmine,
    api::Acting,
    problem::{at, either},
    wire,
};
use crate::words::instead;
pub(super) use crate::words::{is_none, nearest, same};

/// A value of one of Redmine's lists.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Entry {
    pub id: u64,
    pub name: String,
    /// Of statuses.
    #[serde(default)]
    pub is_closed: bool,
    /// Of enumerations: what Redmine takes where nobody says.
    #[serde(default)]
    pub is_default: bool,
    /// Of enumerations: a retired value is no choice.
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// Redmine's lists that are the same for every project: how people call a value, the path, the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Tracker,
    Status,
    Priority,
    Activity,
    Role,
}

impl List {
    fn word(self) -> &'static str {
        match self {
            List::Tracker => "tracker",
            List::Status => "status",
            List::Priority => "priority",
            List::Activity => "activity",
            List::Role => "role",
        }
    }

    fn path(self) -> (&'static str, &'static str) {
        match self {
            List::Tracker => ("/trackers.json", "trackers"),
            List::Status => ("/issue_statuses.json", "issue_statuses"),
            List::Priority => ("/enumerations/issue_priorities.json", "issue_priorities"),
            List::Activity => ("/enumerations/time_entry_activities.json", "time_entry_activities"),
            List::Role => ("/roles.json", "roles"),
        }
    }
}

impl Redmine {
    /// A list's values, at most five minutes old.
    pub(super) async fn entries(&self, list: List) -> Result<Arc<Vec<Entry>>> {
        let (path, key) = list.path();
        let ask = async {
            let page = self.as_bot().list::<Entry>(path, key, &[]).await?;
            Ok(Arc::new(page.items.into_iter().filter(|it| it.active).collect()))
        };
        self.catalogue.or_ask(key, ask).await
    }

    /// The value called `text`, whatever its case. A value that was added just now is found too.
    ///
    /// # Errors
    /// At `field`, with the nearest name and the list of all.
    pub(super) async fn entry(&self, list: List, field: &str, text: &str) -> Result<Entry> {
        if let Some(entry) = find(&self.entries(list).await?, text) {
            return Ok(entry.clone());
        }
        self.catalogue.invalidate(list.path().1).await;
        let entries = self.entries(list).await?;
        match find(&entries, text) {
            Some(entry) => Ok(entry.clone()),
            None => Err(at(field, no_such(list.word(), text, entries.iter().map(|it| it.name.as_str())))),
        }
    }
}

fn find<'a>(entries: &'a [Entry], text: &str) -> Option<&'a Entry> {
    entries.iter().find(|it| same(&it.name, text))
}

/// The value of a project's own list called `text`.
pub(super) fn pick<'a>(word: &str, field: &str, text: &str, values: &'a [wire::Named]) -> Result<&'a wire::Named> {
    let found = values.iter().find(|it| same(&it.name, text));
    found.ok_or_else(|| at(field, no_such(word, text, values.iter().map(|it| it.name.as_str()))))
}

/// `There is no tracker `bugg`. Did you mean `Bug`? There are Bug, Feature or Support.`
pub(super) fn no_such<'a>(word: &str, typed: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    format!("Redmine has no {word} `{}`.{}", typed.trim(), instead(word, typed, &names))
}

impl Acting<'_> {
    /// The project that people call `text`, by identifier or name, with what belongs to it.
    ///
    /// # Errors
    /// At `project`: several of that name, with their identifiers; or none, with the nearest one that the person can see. Whether a
    /// project that they cannot see exists is not told.
    pub async fn project(&self, text: &str) -> Result<wire::Project> {
        let text = text.trim();
        let is_identifier = !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
        if is_identifier {
            match self.project_by_identifier(&text.to_lowercase()).await {
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => {}
                other => return other,
            }
        }
        let all = self.projects().await?;
        let called: Vec<&str> = all.iter().filter(|it| same(&it.name, text)).map(|it| it.identifier.as_str()).collect();
        match called.as_slice() {
            [] => {}
            [only] => return self.project_by_identifier(only).await,
            several => {
                let message =
                    format!("{} projects are called `{text}`: {}. Write the identifier.", several.len(), several.join(", "));
                return Err(at("project", message));
            }
        }
        let mut names: Vec<String> = all.iter().map(|it| it.identifier.clone()).collect();
        let near = nearest(text, &names).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
        names.truncate(20);
        let list = if names.is_empty() { "You can see none.".into() } else { format!("You can see {}.", names.join(", ")) };
        Err(at("project", format!("There is no project `{text}` in Redmine that you can see.{near} {list}")))
    }

    /// The same, as the account saw it within the last half minute: who creates ten issues asks once.
    ///
    /// # Errors
    /// Those of [`Acting::project`].
    pub async fn recent_project(&self, text: &str) -> Result<wire::Project> {
        let key = (self.account.as_ref().map_or(0, |it| it.id), text.trim().to_lowercase());
        self.redmine.projects.or_ask(key, self.project(text)).await
    }

    async fn project_by_identifier(&self, identifier: &str) -> Result<wire::Project> {
        #[derive(Deserialize)]
        struct Answer {
            project: wire::Project,
        }
        let include = "trackers,issue_categories,time_entry_activities,issue_custom_fields";
        let path = format!("/projects/{identifier}.json");
        Ok(self.get::<Answer>(&path, &[("include", include)]).await?.project)
    }

    /// Every project that the person can see.
    pub async fn projects(&self) -> Result<Vec<wire::Project>> {
        Ok(self.list_all("/projects.json", "projects", &[], 1000).await?.items)
    }

    /// The versions that issues of this project can be planned for.
    pub async fn versions(&self, project: u64) -> Result<Vec<wire::Version>> {
        // Redmine gives them all at once.
        Ok(self.list(&format!("/projects/{project}/versions.json"), "versions", &[]).await?.items)
    }

    /// The version that `text` means, by name or number (`#12`): one of the project's own before those that others share with it.
    ///
    /// # Errors
    /// At `field`: none, with the nearest; several that are shared, with their numbers.
    pub async fn version(&self, project: u64, field: &str, text: &str) -> Result<wire::Version> {
        let text = text.trim();
        let versions = self.versions(project).await?;
        let number = text.strip_prefix('#').and_then(|it| it.parse::<u64>().ok());
        let (mut own, mut shared): (Vec<_>, Vec<_>) = versions
            .iter()
            .filter(|it| Some(it.id) == number || same(&it.name, text))
            .partition(|it| it.project.id == project || Some(it.id) == number);
        match (own.pop(), shared.pop(), shared.as_slice()) {
            (Some(version), ..) | (None, Some(version), []) => Ok(version.clone()),
            (None, Some(last), _) => {
                shared.push(last);
                let each: Vec<String> = shared.iter().map(|it| format!("#{} of {}", it.id, it.project.name)).collect();
                Err(at(field, format!("Several versions are called `{text}`: {}. Write the number.", each.join(", "))))
            }
            (None, None, _) => Err(at(field, no_such("version", text, versions.iter().map(|it| it.name.as_str())))),
        }
    }

    /// Custom fields written `Severity=high`, as Redmine takes them. A name that comes several
    /// times fills a field of several values.
    ///
    /// # Errors
    /// At `field`: what is not of that form, an unknown name, a value that is not in the field's list.
    pub async fn custom_fields(&self, given: &[String], project: u64, issue: Option<&wire::Issue>) -> Result<Vec<Value>> {
        if given.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.known_custom_fields(project, issue.map_or(Learned::OfIssues(1), Learned::Of)).await?;
        let mut values: Vec<(u64, bool, Vec<Value>)> = Vec::new();
        for text in given {
            let Some((name, value)) = text.split_once(['=', ':']) else {
                return Err(at("field", format!("`{text}` is no custom field with a value. Write it as Severity=high.")));
            };
            let Some(field) = known.iter().find(|it| same(&it.name, name)) else {
                return Err(at("field", no_such("custom field", name, known.iter().map(|it| it.name.as_str()))));
            };
            let value = self.custom_value(field, value.trim()).await?;
            match values.iter_mut().find(|(id, ..)| *id == field.id) {
                Some((_, _, all)) => all.push(value),
                None => values.push((field.id, field.multiple, vec![value])),
            }
        }
        let written = |(id, multiple, mut all): (u64, bool, Vec<Value>)| {
            let value = if multiple || all.len() > 1 { Value::Array(all) } else { all.remove(0) };
            json!({ "id": id, "value": value })
        };
        Ok(values.into_iter().map(written).collect())
    }

    async fn custom_value(&self, field: &wire::CustomField, typed: &str) -> Result<Value> {
        if typed.is_empty() || is_none(typed) {
            return Ok(json!(""));
        }
        if !field.possible_values.is_empty() && field.field_format != "user" && field.field_format != "version" {
            let label = |it: &wire::Possible| it.label.clone().unwrap_or_else(|| it.value.clone());
            let is_it = |it: &&wire::Possible| same(&it.value, typed) || same(&label(it), typed);
            let labels: Vec<String> = field.possible_values.iter().map(label).collect();
            return match field.possible_values.iter().find(is_it) {
                Some(possible) => Ok(json!(possible.value)),
                None => {
                    let near = nearest(typed, &labels).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
                    let name = &field.name;
                    Err(at("field", format!("{name} cannot be `{typed}`.{near} It can be {}.", either(&labels))))
                }
            };
        }
        match field.field_format.as_str() {
            "bool" => match typed.to_lowercase().as_str() {
                "yes" | "true" | "1" | "on" => Ok(json!("1")),
                "no" | "false" | "0" | "off" => Ok(json!("0")),
                _ => Err(at("field", format!("{} is yes or no, not `{typed}`.", field.name))),
            },
            "user" => Ok(json!(self.person("field", typed, None).await?.id.to_string())),
            _ => Ok(json!(typed)),
        }
    }

    /// The custom fields with their ids. Redmine lists them for administrators only; others learn
    /// them from the issue, from the project, or from the project's last issues.
    pub(super) async fn known_custom_fields(&self, project: u64, learned: Learned<'_>) -> Result<Vec<wire::CustomField>> {
        match self.redmine.as_bot().list::<wire::CustomField>("/custom_fields.json", "custom_fields", &[]).await {
            Ok(page) => return Ok(page.items.into_iter().filter(|it| it.customized_type == "issue").collect()),
            Err(error) if error.kind == ErrorKind::Permission => {}
            Err(error) => return Err(error),
        }
        let held = |it: &wire::CustomValue| wire::CustomField::named(it.id, &it.name, it.value.is_array());
        let count = match learned {
            Learned::Of(issue) => return Ok(issue.custom_fields.iter().map(held).collect()),
            Learned::OfIssues(count) => count.to_string(),
        };
        let identifier = project.to_string();
        let query = [("project_id", identifier.as_str()), ("status_id", "*"), ("limit", count.as_str())];
        let project = self.project_by_identifier(&identifier).await?;
        let last = self.list::<wire::Issue>("/issues.json", "issues", &query).await?;
        let mut known: Vec<wire::CustomField> = Vec::new();
        for field in last.items.iter().flat_map(|it| &it.custom_fields).map(held) {
            if known.iter().all(|it| it.id != field.id) {
                known.push(field);
            }
        }
        for field in &project.issue_custom_fields {
            if known.iter().all(|it| it.id != field.id) {
                known.push(wire::CustomField::named(field.id, &field.name, false));
            }
        }
        Ok(known)
    }
}

/// Where custom fields are learned from by whom Redmine does not tell them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Learned<'a> {
    Of(&'a wire::Issue),
    /// From so many of the project's issues.
    OfIssues(usize),
}

/// The names of all custom fields that this failure's sentences can begin with, and where those belong.
pub(super) fn custom_names(given: &[String]) -> Vec<(String, String)> {
    given.iter().filter_map(|it| Some((it.split_once(['=', ':'])?.0.trim().to_owned(), "field".to_owned()))).collect()
}
