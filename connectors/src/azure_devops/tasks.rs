//! Work items as tasks that are kept the same as another system's.

use commands::{BoxFuture, Error, ErrorKind, Result};
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    AzureDevOps,
    api::segment,
    items::{self, PLACES, about, set},
    param::Noun,
    problem::{self, at},
    text::{to_html, to_markdown},
    wire::Item,
};
use crate::{FieldKind, Task, TaskField, Tasks, Values, http::pages::Page};

/// Azure DevOps gives so many work items at once.
const BATCH: usize = 200;

/// Our names of a work item's fields, and Azure DevOps's.
const FIELDS: &[(&str, &str)] = &[
    ("title", "System.Title"),
    ("description", "System.Description"),
    ("type", "System.WorkItemType"),
    ("state", "System.State"),
    ("assignee", "System.AssignedTo"),
    ("tags", "System.Tags"),
    ("priority", "Microsoft.VSTS.Common.Priority"),
    ("area", "System.AreaPath"),
    ("iteration", "System.IterationPath"),
    ("due_date", "Microsoft.VSTS.Scheduling.DueDate"),
];

impl Tasks for AzureDevOps {
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>> {
        Box::pin(async move {
            let types = self.types(place).await.map_err(|error| problem::about(error, &format!("project {place}")))?;
            let names = types.iter().map(|it| it.name.clone()).collect();
            let mut states: Vec<String> = Vec::new();
            for state in types.iter().flat_map(|it| &it.states) {
                if !states.contains(&state.name) {
                    states.push(state.name.clone());
                }
            }
            let field = |name: &str, label: &str, kind: FieldKind| TaskField {
                name: name.into(),
                label: label.into(),
                kind,
                required: name == "title",
                writable: true,
            };
            Ok(vec![
                field("title", "Title", FieldKind::Text),
                field("description", "Description", FieldKind::Markdown),
                field("type", "Work item type", FieldKind::Choice(names)),
                field("state", "State", FieldKind::Choice(states)),
                field("assignee", "Assigned to", FieldKind::Person),
                field("tags", "Tags", FieldKind::Labels),
                field("priority", "Priority", FieldKind::Number),
                field("area", "Area path", FieldKind::Text),
                field("iteration", "Iteration path", FieldKind::Text),
                field("due_date", "Due date", FieldKind::Date),
            ])
        })
    }

    fn changed<'a>(
        &'a self,
        place: &'a str,
        since: Option<Timestamp>,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Page<Task>>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found {
            work_items: Vec<Id>,
        }
        #[derive(Deserialize)]
        struct Id {
            id: u64,
        }
        Box::pin(async move {
            // By number, from the last of the page before: what changes meanwhile moves nothing.
            let after: u64 = page.and_then(|it| it.parse().ok()).unwrap_or(0);
            let project = place.replace('\'', "''");
            let mut wiql =
                format!("SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = '{project}' AND [System.Id] > {after}");
            if let Some(since) = since {
                wiql.push_str(&format!(" AND [System.ChangedDate] >= '{since}'"));
            }
            wiql.push_str(" ORDER BY [System.Id]");
            let bot = self.as_bot();
            let path = format!("/{}/_apis/wit/wiql", segment(place));
            let query = [("timePrecision", "true".to_owned()), ("$top", BATCH.to_string())];
            let found: Result<Found> = bot.ask(&self.http, &path, &query, &json!({ "query": wiql })).await;
            let found = found.map_err(|error| problem::about(error, &format!("project {place}")))?;
            let ids: Vec<u64> = found.work_items.iter().map(|it| it.id).collect();
            let next = ids.last().filter(|_| ids.len() == BATCH).map(u64::to_string);
            let items = bot.items(&ids).await?;
            Ok(Page { items: items.into_iter().map(|it| self.task(it)).collect(), next })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            let id = self.number("key", key, Noun::Item)?;
            match self.as_bot().item(id).await {
                // Its number stays where it is moved to another project.
                Ok(item) if !item.project().eq_ignore_ascii_case(place.trim()) => Ok(None),
                Ok(item) => Ok(Some(self.task(item))),
                Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let kind = values.get("type").and_then(Value::as_str).unwrap_or("Task");
            let path = format!("/{}/_apis/wit/workitems/${}", segment(place), segment(kind));
            let mut values = values.clone();
            // Azure DevOps makes new ones in their first state only.
            let state = values.remove("state").filter(|it| it.is_string());
            let operations = self.operations(&values, kind).await?;
            let created: Result<Item> = self.as_bot().patch_item(Method::POST, &path, &operations).await;
            let item = created.map_err(|error| problem::place(problem::about(error, &format!("project {place}")), PLACES))?;
            let Some(state) = state.as_ref().and_then(Value::as_str) else { return Ok(self.task(item)) };
            match self.as_bot().move_to(&item, state).await {
                Ok(moved) => Ok(self.task(moved.unwrap_or(item))),
                // It is there: what fails from here on must not have it made again.
                Err(error) if error.is_temporary() => Err(Error::maybe_done(error)),
                Err(_) => Ok(self.task(item)),
            }
        })
    }

    fn update<'a>(&'a self, _: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let id = self.number("key", key, Noun::Item)?;
            // What a description is depends on the type.
            let kind = match values.contains_key("description") {
                true => self.as_bot().item(id).await?.kind().to_owned(),
                false => String::new(),
            };
            let operations = self.operations(values, &kind).await?;
            let updated: Result<Item> = self.as_bot().patch_item(Method::PATCH, &items::path(id), &operations).await;
            Ok(self.task(updated.map_err(|error| about(error, id))?))
        })
    }
}

impl AzureDevOps {
    async fn operations(&self, values: &Values, kind: &str) -> Result<Vec<Value>> {
        let mut operations = Vec::new();
        for (name, value) in values {
            let Some((_, field)) = FIELDS.iter().find(|(known, _)| known == name) else {
                return Err(at(name, format!("A work item has no field `{name}` that is kept the same.")));
            };
            let field = if name == "description" { items::description_field(kind) } else { field };
            let text = value.as_str().unwrap_or_default();
            let value = match name.as_str() {
                // It is in the address already.
                "type" => continue,
                "description" => json!(to_html(text)),
                "assignee" if text.is_empty() => json!(""),
                "assignee" => json!(self.as_bot().person("assignee", text).await?.login()),
                "tags" => {
                    let tags: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    json!(tags.join("; "))
                }
                _ if value.is_null() => json!(""),
                _ => value.clone(),
            };
            operations.push(set(field, value));
        }
        Ok(operations)
    }

    fn task(&self, item: Item) -> Task {
        let mut values = Map::new();
        for (name, field) in FIELDS {
            let value = item.fields.get(*field);
            let text = || value.and_then(Value::as_str).filter(|it| !it.is_empty());
            let value = match *name {
                "description" => json!(Some(to_markdown(items::description(&item))).filter(|it| !it.is_empty())),
                "assignee" => json!(item.person(field).map(|it| it.unique_name).filter(|it| !it.is_empty())),
                "tags" => json!(item.tags()),
                "due_date" => json!(text().and_then(|it| it.get(..10))),
                "priority" => value.cloned().unwrap_or(Value::Null),
                _ => json!(text()),
            };
            values.insert((*name).to_owned(), value);
        }
        let updated = item.changed().unwrap_or_default();
        Task { key: item.id.to_string(), url: Some(items::url(self.http.base(), &item)), updated, values }
    }
}
