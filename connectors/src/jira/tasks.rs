//! Issues as [`Tasks`], to be kept the same as another system's.
//!
//! A place is a project's key or name. The status is a field here, although Jira has transitions: it is set by the one that
//! leads to it. New issues are of the project's usual type, unless `issuetype` says otherwise.

use commands::{BoxFuture, Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Jira,
    api::{Api, MOST},
    card,
    fields::{Field, plain},
    names::{no_such, same},
    person::{self, Among},
    problem,
    wire::{self, Named, User},
};
use crate::{
    FieldKind, Task, TaskField, Tasks, Values,
    http::{Repeatable, pages::Page},
};

impl Tasks for Jira {
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>> {
        Box::pin(async move {
            let api = self.as_bot().await?;
            let (_, fields) = screen(&api, place, None).await?;
            let mut all: Vec<TaskField> = fields.iter().filter_map(task_field).collect();
            all.push(status_field(&api, place).await?);
            all.sort_by_key(|it| it.name != "summary");
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
            let api = self.as_bot().await?;
            let (project, fields) = screen(&api, place, None).await?;
            let mut jql = format!("project = {}", project.key);
            if let Some(since) = since {
                jql.push_str(&format!(" AND updated >= {}", api.minute(since).await?));
            }
            // A change while pages are read must not move what is still to come.
            jql.push_str(" ORDER BY key ASC");
            let names = names(&fields);
            let found = match api.is_cloud() {
                true => api.search(&jql, &["updated"], None, MOST, page).await?,
                false => api.search(&jql, &names, None, MOST, page).await?,
            };
            let issues = if api.is_cloud() { reread(&api, &found.issues, &names).await? } else { found.issues };
            // A query knows minutes, and one that was moved meanwhile is no longer here.
            let recent = |it: &&wire::Issue| since.is_none_or(|since| it.moment("updated").is_none_or(|it| it >= since));
            let here = |it: &&wire::Issue| it.project().key == project.key;
            let items = issues.iter().filter(recent).filter(here).map(|it| task(self, it, &fields)).collect();
            Ok(Page { items, next: found.next })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            let api = self.as_bot().await?;
            let (project, fields) = screen(&api, place, None).await?;
            match api.issue_with(key, &names(&fields).join(","), None).await {
                // One that was moved to another project answers to its old key.
                Ok(issue) if issue.project().key != project.key => Ok(None),
                Ok(issue) => Ok(Some(task(self, &issue, &fields))),
                Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let api = self.as_bot().await?;
            let wanted = values.get("issuetype").and_then(Value::as_str);
            let (project, fields) = screen(&api, place, wanted).await?;
            let types = api.types(&project.key).await?;
            let kind = type_of(&types, wanted)?;
            let mut body = written(&api, &project.key, values, &fields).await?;
            body.insert("project".into(), json!({ "key": project.key }));
            body.insert("issuetype".into(), json!({ "id": kind.id }));
            let created: Value = api.post("/issue", &json!({ "fields": body })).await.map_err(unplaced)?;
            let key = created["key"]
                .as_str()
                .ok_or_else(|| Error::internal("Jira created an issue and did not say which").maybe_done())?;
            let read = async {
                if let Some(status) = values.get("status").and_then(Value::as_str)
                    && let Err(error) = lead(&api, key, status).await
                    && error.is_temporary()
                {
                    return Err(error);
                }
                // Where the workflow does not lead there, it stays in the status that it has.
                api.issue_with(key, &names(&fields).join(","), None).await
            };
            // It is there: what fails from here on must not have it made again.
            read.await.map(|it| task(self, &it, &fields)).map_err(Error::maybe_done)
        })
    }

    fn update<'a>(&'a self, place: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let api = self.as_bot().await?;
            let (project, fields) = screen(&api, place, None).await?;
            let body = written(&api, &project.key, values, &fields).await?;
            if !body.is_empty() {
                api.put(&format!("/issue/{key}"), &json!({ "fields": body }), Repeatable::Yes).await.map_err(unplaced)?;
            }
            if let Some(status) = values.get("status").and_then(Value::as_str) {
                lead(&api, key, status).await?;
            }
            Ok(task(self, &api.issue_with(key, &names(&fields).join(","), None).await?, &fields))
        })
    }
}

/// The fields of errors by Jira's names, as tasks have them, and not as forms do.
fn unplaced(mut error: Error) -> Error {
    for (ours, theirs) in [("due", "duedate"), ("label", "labels"), ("type", "issuetype"), ("component", "components")] {
        error = problem::renamed(error, ours, theirs);
    }
    error
}

fn type_of<'a>(types: &'a [Named], wanted: Option<&str>) -> Result<&'a Named> {
    if let Some(wanted) = wanted {
        return super::names::pick("type of issue", "issuetype", wanted, types, |it| (&it.id, &it.name));
    }
    let usual = ["Task", "Story", "Bug"].iter().find_map(|usual| types.iter().find(|it| it.name == *usual));
    usual
        .or(types.first())
        .ok_or_else(|| Error::new(ErrorKind::Permission, "The bot's Jira account may not create issues in this project."))
}

/// Issues as they are: Cloud's search may go on finding them for seconds as they were
/// (<https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulkfetch-post>).
async fn reread(api: &Api<'_>, found: &[wire::Issue], fields: &[&str]) -> Result<Vec<wire::Issue>> {
    #[derive(serde::Deserialize)]
    struct Answer {
        issues: Vec<wire::Issue>,
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = found.iter().map(|it| it.id.as_str()).collect();
    let body = json!({ "issueIdsOrKeys": ids, "fields": fields });
    let request = api.jira.http.post(&api.path("/issue/bulkfetch")).json(&body);
    api.send::<Answer>(request.asking()).await.map(|it| it.issues)
}

/// A project, and what can be set on its issues.
async fn screen(api: &Api<'_>, place: &str, kind: Option<&str>) -> Result<(wire::Project, Vec<Field>)> {
    let project = api.project(place).await.map_err(|error| match error.kind {
        ErrorKind::BadInput => Error { kind: ErrorKind::NotFound, ..error },
        _ => error,
    })?;
    let types = api.types(&project.key).await?;
    let fields = api.fields_of_new(&project.key, &type_of(&types, kind)?.id).await?;
    Ok((project, fields))
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|it| it.id.as_str()).chain(["status", "updated", "created", "project"]).collect()
}

fn task_field(field: &Field) -> Option<TaskField> {
    let schema = field.schema.clone().unwrap_or_default();
    let kind = match (schema.kind.as_str(), schema.items.as_deref()) {
        _ if field.is_long_text() => FieldKind::Markdown,
        ("string", _) => FieldKind::Text,
        ("number", _) => FieldKind::Number,
        ("date", _) => FieldKind::Date,
        ("user", _) => FieldKind::Person,
        ("option" | "priority" | "issuetype" | "resolution" | "version" | "component", _) => FieldKind::Choice(field.choices()),
        ("array", Some("string" | "option" | "version" | "component")) => FieldKind::Labels,
        // A parent, a sprint, a file: nothing that another system has.
        _ => return None,
    };
    Some(TaskField {
        name: field.id.clone(),
        label: field.name.clone(),
        kind,
        required: field.required && !field.has_default_value,
        writable: true,
    })
}

async fn status_field(api: &Api<'_>, place: &str) -> Result<TaskField> {
    #[derive(serde::Deserialize)]
    struct OfType {
        statuses: Vec<Named>,
    }
    let key = api.project(place).await?.key;
    let all: Vec<OfType> = api.get_kept(&format!("/project/{key}/statuses"), &[]).await?;
    let mut names: Vec<String> = Vec::new();
    for status in all.into_iter().flat_map(|it| it.statuses) {
        if !names.contains(&status.name) {
            names.push(status.name);
        }
    }
    let kind = FieldKind::Choice(names);
    Ok(TaskField { name: "status".into(), label: "Status".into(), kind, required: false, writable: true })
}

fn task(jira: &Jira, issue: &wire::Issue, fields: &[Field]) -> Task {
    let mut values = Values::new();
    for field in fields {
        let Some(kind) = task_field(field).map(|it| it.kind) else { continue };
        let value = issue.fields.get(&field.id).cloned().unwrap_or_default();
        values.insert(field.id.clone(), read(&value, &kind));
    }
    values.insert("status".into(), json!(issue.status().name));
    let updated = issue.moment("updated").or(issue.moment("created")).unwrap_or(Timestamp::UNIX_EPOCH);
    Task { key: issue.key.clone(), url: Some(jira.link(&issue.key)), updated, values }
}

fn read(value: &Value, kind: &FieldKind) -> Value {
    let text = |it: String| if it.is_empty() { Value::Null } else { Value::String(it) };
    match kind {
        _ if value.is_null() => Value::Null,
        FieldKind::Markdown => text(card::markdown(value)),
        FieldKind::Person => {
            let account = serde_json::from_value::<User>(value.clone()).ok().and_then(User::account);
            account.map_or(Value::Null, |it| json!(it.email.unwrap_or(it.id)))
        }
        FieldKind::Choice(_) => text(plain(value)),
        FieldKind::Labels => value.as_array().into_iter().flatten().map(|it| json!(plain(it))).collect(),
        _ => value.clone(),
    }
}

async fn written(api: &Api<'_>, project: &str, values: &Values, fields: &[Field]) -> Result<Map<String, Value>> {
    let mut body = Map::new();
    for (name, value) in values.iter().filter(|(name, _)| !matches!(name.as_str(), "status" | "issuetype")) {
        let known = fields.iter().find(|it| it.id == *name).and_then(|it| Some((it, task_field(it)?)));
        let Some((field, TaskField { kind, required, .. })) = known else {
            return Err(no_such("field", name, name, fields.iter().map(|it| it.id.as_str())));
        };
        if required && (value.is_null() || value.as_str().is_some_and(|it| it.trim().is_empty())) {
            return Err(problem::at(name, format!("Jira wants “{}” to be something.", field.name)));
        }
        body.insert(name.clone(), write(api, project, field, &kind, value).await?);
    }
    Ok(body)
}

async fn write(api: &Api<'_>, project: &str, field: &Field, kind: &FieldKind, value: &Value) -> Result<Value> {
    let text = value.as_str().unwrap_or_default();
    Ok(match kind {
        FieldKind::Labels => {
            let of_texts = field.schema.as_ref().and_then(|it| it.items.as_deref()) == Some("string");
            let key = if field.is_custom("multiselect") || field.is_custom("multicheckboxes") { "value" } else { "name" };
            let all = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            all.map(|it| if of_texts { json!(it.split_whitespace().collect::<Vec<_>>().join("-")) } else { json!({ key: it }) })
                .collect()
        }
        _ if value.is_null() || (text.is_empty() && value.is_string()) => Value::Null,
        FieldKind::Markdown => api.text(text),
        FieldKind::Person => {
            let found = api.people(Among::Project(project), text).await?;
            let mut named = found.iter().filter(|it| same(&it.name, text));
            let named = named.next().filter(|_| named.next().is_none());
            let address = || person::with_address(&found, text).filter(|_| text.contains('@'));
            let account = found.iter().find(|it| it.id == text).or_else(address).or(named);
            let account = account.ok_or_else(|| {
                problem::at(&field.id, format!("Jira knows nobody called `{text}` whom issues of {project} can be given to."))
            })?;
            api.reference(&account.id)
        }
        FieldKind::Choice(_) => {
            let key = if field.allowed_values.iter().any(|it| it["value"].is_string()) { "value" } else { "name" };
            json!({ key: text })
        }
        _ => value.clone(),
    })
}

/// Takes the transition that leads to this status. Being there already is as good.
async fn lead(api: &Api<'_>, key: &str, status: &str) -> Result<()> {
    let now = api.issue_with(key, "status", None).await?.status();
    if same(&now.name, status) {
        return Ok(());
    }
    let all = api.transitions(key).await?;
    let Some(transition) = all.iter().find(|it| same(&it.to.name, status)) else {
        let names: Vec<&str> = all.iter().map(|it| it.to.name.as_str()).collect();
        let way = if names.is_empty() { "nowhere".to_owned() } else { super::names::either(&names) };
        return Err(problem::at(
            "status",
            format!("{key} is {}, and its workflow does not lead to {status}, but to {way}.", now.name),
        ));
    };
    let mut body = json!({ "transition": { "id": transition.id } });
    // What a screen requires gets its first value: a synchronization has nobody to ask.
    for field in super::fields::screen(&transition.fields).iter().filter(|it| it.required && !it.has_default_value) {
        if let Some(name) = field.choices().first() {
            let with = if field.allowed_values[0]["value"].is_string() { "value" } else { "name" };
            body["fields"][&field.id] = json!({ with: name });
        }
    }
    let sent = api.do_post(&format!("/issue/{key}/transitions"), &body, Repeatable::No).await;
    sent.map_err(|error| problem::about(error, &format!("issue {key}"), "Transition Issues"))
}
