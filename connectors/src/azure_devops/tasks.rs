//! Work items as tasks that are kept the same as another system's.

use commands::{BoxFuture, Error, ErrorKind, Result};
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    AzureDevOps,
    api::segment,
    custom::{self, Custom},
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
            let mut all = vec![
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
            ];
            all.extend(self.customs(place).await?.into_iter().map(|it| it.field));
            Ok(all)
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
            let customs = self.customs_in(place, &items).await?;
            Ok(Page { items: items.into_iter().map(|it| self.task(it, &customs)).collect(), next })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            let id = self.number("key", key, Noun::Item)?;
            match self.as_bot().item(id).await {
                // Its number stays where it is moved to another project.
                Ok(item) if !item.project().eq_ignore_ascii_case(place.trim()) => Ok(None),
                Ok(item) => self.read(place, item).await.map(Some),
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
            let customs = self.customs_for(place, &values).await?;
            let operations = self.operations(&values, kind, &customs).await?;
            let created: Result<Item> = self.as_bot().patch_item(Method::POST, &path, &operations).await;
            let mut item = created.map_err(|error| {
                let error = problem::place(problem::about(error, &format!("project {place}")), PLACES);
                custom::place(error, &given(&values, &customs))
            })?;
            // It is there: what fails from here on must not have it made again.
            if let Some(state) = state.as_ref().and_then(Value::as_str) {
                match self.as_bot().move_to(&item, state).await {
                    Ok(moved) => item = moved.unwrap_or(item),
                    Err(error) if error.is_temporary() => return Err(Error::maybe_done(error)),
                    Err(_) => {}
                }
            }
            self.read(place, item).await.map_err(Error::maybe_done)
        })
    }

    fn update<'a>(&'a self, place: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let id = self.number("key", key, Noun::Item)?;
            // What a description is depends on the type.
            let kind = match values.contains_key("description") {
                true => self.as_bot().item(id).await?.kind().to_owned(),
                false => String::new(),
            };
            let customs = self.customs_for(place, values).await?;
            let operations = self.operations(values, &kind, &customs).await?;
            let updated: Result<Item> = self.as_bot().patch_item(Method::PATCH, &items::path(id), &operations).await;
            let item = updated.map_err(|error| custom::place(about(error, id), &given(values, &customs)))?;
            self.read(place, item).await
        })
    }
}

/// The custom fields among these values.
fn given<'a>(values: &Values, customs: &'a [Custom]) -> Vec<&'a Custom> {
    customs.iter().filter(|it| values.contains_key(&it.field.name)).collect()
}

impl AzureDevOps {
    /// The custom fields of the project, where these values hold one.
    async fn customs_for(&self, place: &str, values: &Values) -> Result<Vec<Custom>> {
        match values.keys().any(|it| custom::is_custom(it)) {
            true => self.customs(place).await,
            false => Ok(Vec::new()),
        }
    }

    async fn operations(&self, values: &Values, kind: &str, customs: &[Custom]) -> Result<Vec<Value>> {
        let mut operations = Vec::new();
        for (name, value) in values {
            if let Some(custom) = customs.iter().find(|it| it.field.name == *name) {
                operations.push(self.operation(custom, value).await?);
                continue;
            }
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

    async fn read(&self, place: &str, item: Item) -> Result<Task> {
        let customs = self.customs_in(place, std::slice::from_ref(&item)).await?;
        Ok(self.task(item, &customs))
    }

    fn task(&self, item: Item, customs: &[Custom]) -> Task {
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
        values.extend(custom::values(&item, customs));
        let updated = item.changed().unwrap_or_default();
        Task { key: item.id.to_string(), url: Some(items::url(self.http.base(), &item)), updated, values }
    }
}
