//! Work packages as tasks, to be kept the same as another system's.

use std::collections::BTreeSet;

use commands::{BoxFuture, Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    OpenProject, Whose,
    api::{filter, filters},
    hal::{Draft, Link, Resource, duration, formattable},
    names::{List, no_such, same},
    problem::{at, named},
    schema::{Attribute, Form},
};
use crate::{FieldKind, Task, TaskField, Tasks, Values, http::pages::Page};

/// What a synchronization can look at beside custom fields, the title first.
const FIELDS: &[&str] = &[
    "subject",
    "description",
    "type",
    "status",
    "priority",
    "assignee",
    "responsible",
    "version",
    "category",
    "startDate",
    "dueDate",
    "date",
    "estimatedTime",
    "remainingTime",
    "percentageDone",
];

/// Work packages in one request.
const PAGE: usize = 50;

impl Tasks for OpenProject {
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>> {
        Box::pin(async move {
            let project = self.place(place).await?;
            let form = self.form_for_new(&project, &Draft::default()).await?;
            let mut all = Vec::new();
            for attribute in ours(&form) {
                all.push(self.field(attribute).await?);
            }
            // Other types may have other custom fields; a task can have any type.
            for kind in self.types_of(project.id()).await? {
                let mut asked = Draft::default();
                asked.link("type", format!("/api/v3/types/{}", kind.id()));
                let form = self.form_for_new(&project, &asked).await?;
                for attribute in ours(&form) {
                    if all.iter().all(|it| it.name != attribute.key) {
                        // It is required of that type only.
                        all.push(TaskField { required: false, ..self.field(attribute).await? });
                    }
                }
            }
            Ok(all)
        })
    }

    fn changed<'a>(
        &'a self,
        place: &'a str,
        since: Option<Timestamp>,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Page<Task>>> {
        Box::pin(async move {
            let project = self.place(place).await?;
            let mut wanted = vec![filter("project", "=", &[&project.id().to_string()])];
            if let Some(since) = since {
                wanted.push(filter("updatedAt", "<>d", &[&since.to_string(), ""]));
            }
            let (wanted, size, offset) = (filters(&wanted), PAGE.to_string(), page.unwrap_or("1"));
            let order = r#"[["updatedAt","asc"],["id","asc"]]"#;
            let query = [("filters", wanted.as_str()), ("sortBy", order), ("pageSize", &size), ("offset", offset)];
            let found = self.ask("/api/v3/work_packages", &query).await?;
            let number: usize = offset.parse().unwrap_or(1);
            let mut items = Vec::new();
            for package in found.elements() {
                items.push(self.task(&package).await?);
            }
            let next = (number * PAGE < found.total() && !items.is_empty()).then(|| (number + 1).to_string());
            Ok(Page { items, next })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            match self.ask(&format!("/api/v3/work_packages/{}", number(key)?), &[]).await {
                Ok(package) if self.is_in(&package, place).await? => self.task(&package).await.map(Some),
                Ok(_) => Ok(None),
                Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let project = self.place(place).await?;
            if let Some(status) = values.get("status").and_then(Value::as_str) {
                self.entry(List::Status, "status", status).await?;
            }
            let mut draft = Draft::default();
            let mut form = self.form_for_new(&project, &draft).await?;
            if let Some(kind) = values.get("type").and_then(Value::as_str) {
                self.set(&form, "type", &json!(kind), &mut draft).await?;
                form = self.form_for_new(&project, &draft).await?;
            } else if let Some(kind) = form.payload.link("type") {
                draft.link("type", kind.href);
            }
            let mut values = values.clone();
            // What cannot be new in a status becomes so afterwards, as people do it.
            let later = match values.get("status").and_then(Value::as_str) {
                Some(status) if !starts_as(&form, status) => values.remove("status"),
                _ => None,
            };
            self.write(&form, &values, &mut draft).await?;
            draft.link("project", format!("/api/v3/projects/{}", project.id()));
            let made = self.post("/api/v3/work_packages", &draft.to_json()).await.map_err(named)?;
            let Some(status) = later else { return self.task(&made).await };
            // It is there: that its status cannot be had must not look like failing to create it.
            match self.set_status(&made, &status).await {
                Ok(after) => self.task(&after).await,
                Err(_) => self.task(&made).await,
            }
        })
    }

    fn update<'a>(&'a self, _: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let before = self.ask(&format!("/api/v3/work_packages/{}", number(key)?), &[]).await?;
            let path = format!("/api/v3/work_packages/{}", before.id());
            let mut asked = Draft::default();
            let form = self.form_at(&format!("{path}/form"), &json!({ "lockVersion": before.0["lockVersion"] })).await?;
            self.write(&form, values, &mut asked).await?;
            let after = self.change(&path, &before, &asked).await.map_err(named)?;
            self.task(&after).await
        })
    }
}

impl OpenProject {
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no such project.
    async fn place(&self, place: &str) -> Result<Resource> {
        self.project(place).await.map_err(|error| match error.kind {
            ErrorKind::BadInput => Error::not_found(error.message),
            _ => error,
        })
    }

    async fn is_in(&self, package: &Resource, place: &str) -> Result<bool> {
        let project = self.place(place).await?;
        Ok(package.link("project").and_then(|it| it.id()) == Some(project.id()))
    }

    async fn form_for_new(&self, project: &Resource, draft: &Draft) -> Result<Form> {
        self.form_at(&format!("/api/v3/projects/{}/work_packages/form", project.id()), &draft.to_json()).await
    }

    async fn set_status(&self, package: &Resource, status: &Value) -> Result<Resource> {
        let path = format!("/api/v3/work_packages/{}", package.id());
        let form = self.form_at(&format!("{path}/form"), &json!({ "lockVersion": package.0["lockVersion"] })).await?;
        let mut draft = Draft::default();
        self.set(&form, "status", status, &mut draft).await?;
        self.change(&path, package, &draft).await
    }

    async fn field(&self, attribute: Attribute<'_>) -> Result<TaskField> {
        // A form offers where a new one can start; tasks are in any status.
        let kind = match attribute.key {
            "status" => FieldKind::Choice(self.entries(List::Status).await?.iter().map(|it| it.name().to_owned()).collect()),
            _ => self.kind(attribute).await?,
        };
        Ok(TaskField {
            name: attribute.key.to_owned(),
            label: attribute.label().to_owned(),
            kind,
            required: attribute.is_required(),
            writable: attribute.is_writable(),
        })
    }

    async fn kind(&self, attribute: Attribute<'_>) -> Result<FieldKind> {
        Ok(match attribute.kind() {
            "Formattable" => FieldKind::Markdown,
            "Integer" | "Float" | "Duration" => FieldKind::Number,
            "Boolean" => FieldKind::Flag,
            "Date" => FieldKind::Date,
            "User" => FieldKind::Person,
            kind if kind.starts_with("[]") => FieldKind::Labels,
            _ if attribute.is_link() => {
                FieldKind::Choice(self.allowed(attribute).await?.into_iter().map(|it| it.title).collect())
            }
            _ => FieldKind::Text,
        })
    }

    async fn write(&self, form: &Form, values: &Values, draft: &mut Draft) -> Result<()> {
        for (key, value) in values.iter().filter(|(key, _)| key.as_str() != "type") {
            self.set(form, key, value, draft).await?;
        }
        match values.get("type").filter(|_| form.payload.0.get("lockVersion").is_some()) {
            Some(kind) => self.set(form, "type", kind, draft).await,
            None => Ok(()),
        }
    }

    /// # Errors
    /// At `key`: it cannot be set, or not to this.
    async fn set(&self, form: &Form, key: &str, value: &Value, draft: &mut Draft) -> Result<()> {
        let attribute = form.writable(key, key)?;
        let wrong = |what: &str| at(key, format!("{} is {what}, not {value}.", attribute.label()));
        match (attribute.kind(), value) {
            ("User", Value::Null) => drop(draft.unlink(key)),
            ("User", Value::String(who)) => {
                let whose = if who.contains('@') { Whose::Email(who) } else { Whose::Login(who) };
                let found = self.account(whose).await?;
                let person = found
                    .ok_or_else(|| at(key, format!("OpenProject knows nobody with the account `{who}` that the bot can see.")))?;
                draft.link(key, format!("/api/v3/users/{}", person.id()));
            }
            (kind, value) if kind.starts_with("[]") => {
                let allowed = self.allowed(attribute).await?;
                let mut links = Vec::new();
                for title in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    links.push(json!({ "href": titled(key, title, &allowed)?.href }));
                }
                draft.put_links(key, Value::Array(links));
            }
            (_, Value::Null) if attribute.is_link() => drop(draft.unlink(key)),
            (_, Value::String(title)) if attribute.is_link() => {
                draft.link(key, &titled(key, title, &self.allowed(attribute).await?)?.href);
            }
            ("Formattable", Value::Null) => drop(draft.put(key, formattable(""))),
            ("Formattable", Value::String(text)) => drop(draft.put(key, formattable(text))),
            ("Duration", Value::Number(hours)) => drop(draft.put(key, duration(hours.as_f64().unwrap_or(0.0)))),
            ("Duration", Value::Null) => drop(draft.put(key, Value::Null)),
            ("Duration", _) => return Err(wrong("a number of hours")),
            (_, Value::Array(_) | Value::Object(_)) => return Err(wrong("one value")),
            (_, value) => drop(draft.put(key, value.clone())),
        }
        Ok(())
    }

    async fn task(&self, package: &Resource) -> Result<Task> {
        let mut values = Values::new();
        // A list has no schema of each: what it holds says what there is.
        let custom: BTreeSet<String> = ["", "_links"]
            .iter()
            .flat_map(|it| if it.is_empty() { package.0.as_object() } else { package.0[*it].as_object() })
            .flat_map(|it| it.keys().filter(|it| it.starts_with("customField")).cloned())
            .collect();
        for key in FIELDS.iter().map(|it| (*it).to_owned()).chain(custom) {
            let linked = package.0["_links"].get(&key);
            let value = match (linked, &package.0[key.as_str()]) {
                (Some(Value::Array(_)), _) => json!(package.links(&key).into_iter().map(|it| it.title).collect::<Vec<_>>()),
                (Some(_), _) => match package.link(&key) {
                    Some(link) if link.href.contains("/users/") => self.account_name(&link.href).await?.into(),
                    link => link.map(|it| it.title).into(),
                },
                (None, Value::Object(_)) => json!(package.raw(&key)),
                (None, Value::String(_)) if key.ends_with("Time") => json!(package.hours(&key)),
                (None, Value::Null) if package.0.get(&key).is_none() => continue,
                (None, value) => value.clone(),
            };
            values.insert(key, value);
        }
        Ok(Task {
            key: package.id().to_string(),
            url: Some(super::card::url(self.http.base(), package.id())),
            updated: package.moment("updatedAt").unwrap_or_default(),
            values,
        })
    }

    /// Whom a link leads to: their email address where OpenProject tells it, else their login.
    async fn account_name(&self, href: &str) -> Result<Option<String>> {
        let user = match self.settled(&self.below(href)).await {
            Ok(user) => user,
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok([user.text("email"), user.text("login"), user.name()].into_iter().find(|it| !it.is_empty()).map(str::to_owned))
    }
}

/// The attributes that tasks have, in the order in which people look for them.
fn ours(form: &Form) -> Vec<Attribute<'_>> {
    FIELDS.iter().filter_map(|it| form.attribute(it)).chain(form.custom_fields()).collect()
}

/// The value with this title, which is all that another system knows of it.
///
/// # Errors
/// At `key`: there is none, or several.
fn titled<'a>(key: &str, title: &str, allowed: &'a [Link]) -> Result<&'a Link> {
    let found: Vec<&Link> = allowed.iter().filter(|it| same(&it.title, title)).collect();
    match found.as_slice() {
        [] => Err(no_such("value", key, title, allowed.iter().map(|it| it.title.clone()))),
        [one] => Ok(one),
        many => {
            let message = format!("{} values are called `{title}` in OpenProject, so that none was set: rename one.", many.len());
            Err(at(key, message))
        }
    }
}

/// Whether a new work package can start in this status.
fn starts_as(form: &Form, status: &str) -> bool {
    form.attribute("status").is_none_or(|it| it.listed().iter().any(|it| same(&it.title, status)))
}

fn number(key: &str) -> Result<u64> {
    key.trim_start_matches('#').parse().map_err(|_| Error::bad_input(format!("`{key}` is no work package's number.")))
}
