//! Issues as tasks that are kept the same as another system's.

use commands::{BoxFuture, Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    GitLab,
    api::segment,
    names::{self, is_none},
    problem::{self, at},
    wire,
};
use crate::{FieldKind, Task, TaskField, Tasks, Values, http::pages::Page};

/// The fields of a task by our names, and the attributes that GitLab complains about.
const PLACES: &[&str] = &["title", "description"];

impl Tasks for GitLab {
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>> {
        Box::pin(async move {
            let project = self.project_path(place).await?;
            let bot = self.as_bot();
            let path = format!("/projects/{}/milestones", segment(&project));
            let query = [("state", "active".to_owned()), ("include_ancestors", "true".to_owned())];
            let milestones: Vec<wire::Milestone> =
                bot.all(&path, &query, 500).await.map_err(|error| names::in_project(error, &project))?;
            let titles = milestones.into_iter().map(|it| it.title).collect();
            let field = |name: &str, label: &str, kind: FieldKind| TaskField {
                name: name.into(),
                label: label.into(),
                kind,
                required: name == "title",
                writable: name != "author",
            };
            Ok(vec![
                field("title", "Title", FieldKind::Text),
                field("description", "Description", FieldKind::Markdown),
                field("state", "Status", FieldKind::Choice(vec!["opened".into(), "closed".into()])),
                field("assignee", "Assignee", FieldKind::Person),
                field("labels", "Labels", FieldKind::Labels),
                field("milestone", "Milestone", FieldKind::Choice(titles)),
                field("due_date", "Due date", FieldKind::Date),
                field("weight", "Weight", FieldKind::Number),
                field("confidential", "Confidential", FieldKind::Flag),
                field("author", "Author", FieldKind::Person),
            ])
        })
    }

    fn changed<'a>(
        &'a self,
        place: &'a str,
        since: Option<Timestamp>,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Page<Task>>> {
        Box::pin(async move {
            let project = self.project_path(place).await?;
            let number = page.and_then(|it| it.parse().ok()).unwrap_or(1);
            // The oldest first: a change while pages are read must not move what is still to come.
            let mut query = vec![("order_by", "created_at".to_owned()), ("sort", "asc".to_owned()), ("state", "all".to_owned())];
            if let Some(since) = since {
                query.push(("updated_after", since.to_string()));
            }
            let path = format!("/projects/{}/issues", segment(&project));
            let found = self.as_bot().page::<wire::Issue>(&path, &query, number, 100).await;
            let found = found.map_err(|error| names::in_project(error, &project))?;
            let mut items = Vec::new();
            for issue in found.items {
                items.push(self.task(issue).await?);
            }
            Ok(Page { items, next: found.next.map(|it| it.to_string()) })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            let path = self.issue_path(place, key).await?;
            match self.as_bot().get::<wire::Issue>(&path, &[]).await {
                Ok(issue) => self.task(issue).await.map(Some),
                Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let project = self.project_path(place).await?;
            let (body, state) = self.attributes(&project, values).await?;
            let created = self.as_bot().post::<wire::Issue>(&format!("/projects/{}/issues", segment(&project)), &body).await;
            let mut issue = created.map_err(|error| refused(names::in_project(error, &project)))?;
            let finish = async {
                // GitLab makes open issues only.
                if state == Some("close") {
                    let path = format!("/projects/{}/issues/{}", segment(&project), issue.iid);
                    issue = self.as_bot().put(&path, &json!({ "state_event": "close" })).await?;
                }
                self.task(issue).await
            };
            // It is there: what fails from here on must not have it made again.
            finish.await.map_err(Error::maybe_done)
        })
    }

    fn update<'a>(&'a self, place: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let project = self.project_path(place).await?;
            let path = self.issue_path(&project, key).await?;
            let (mut body, state) = self.attributes(&project, values).await?;
            if let Some(event) = state {
                body["state_event"] = json!(event);
            }
            let issue = self.as_bot().put::<wire::Issue>(&path, &body).await.map_err(refused)?;
            self.task(issue).await
        })
    }
}

/// GitLab's complaints, at the task's fields.
fn refused(error: Error) -> Error {
    let mut error = problem::place(error, &[PLACES, &["due", "milestone", "label"]].concat());
    for field in &mut error.fields {
        match field.field.as_str() {
            "due" => field.field = "due_date".into(),
            "label" => field.field = "labels".into(),
            _ => {}
        }
    }
    error
}

impl GitLab {
    /// Of an issue of this project only: a key that names another one is none.
    async fn issue_path(&self, place: &str, key: &str) -> Result<String> {
        let iid: u64 =
            key.trim_start_matches('#').parse().map_err(|_| Error::bad_input(format!("`{key}` is no issue's number.")))?;
        let project = self.project_path(place).await?;
        Ok(format!("/projects/{}/issues/{iid}", segment(&project)))
    }

    /// GitLab's names and ids of these values, and whether to open or close it.
    async fn attributes(&self, project: &str, values: &Values) -> Result<(Value, Option<&'static str>)> {
        let bot = self.as_bot();
        let (mut body, mut state) = (Map::new(), None);
        for (name, value) in values {
            let text = value.as_str().map(str::trim).filter(|it| !it.is_empty() && !is_none(it));
            match name.as_str() {
                "title" | "description" | "due_date" => drop(body.insert(name.clone(), json!(text.unwrap_or_default()))),
                "labels" => drop(body.insert(name.clone(), if value.is_null() { json!([]) } else { value.clone() })),
                "weight" | "confidential" => drop(body.insert(name.clone(), value.clone())),
                "state" => state = text.map(|it| if it == "closed" { "close" } else { "reopen" }),
                "assignee" => {
                    let id = match text {
                        Some(person) => bot.person("assignee", person).await?.id,
                        None => 0,
                    };
                    body.insert("assignee_ids".into(), json!([id]));
                }
                "milestone" => {
                    let id = match text {
                        Some(title) => bot.milestone(project, title).await?.id,
                        None => 0,
                    };
                    body.insert("milestone_id".into(), json!(id));
                }
                other => return Err(at(other, format!("An issue of GitLab has no field `{other}` that can be set."))),
            }
        }
        Ok((Value::Object(body), state))
    }

    async fn task(&self, issue: wire::Issue) -> Result<Task> {
        let assignee = self.known_as(issue.assignees.first()).await?;
        let author = self.known_as(issue.author.as_ref()).await?;
        let values = json!({
            "title": issue.title,
            "description": issue.description.filter(|it| !it.is_empty()),
            "state": issue.state,
            "assignee": assignee,
            "labels": issue.labels,
            "milestone": issue.milestone.map(|it| it.title),
            "due_date": issue.due_date,
            "weight": issue.weight,
            "confidential": issue.confidential,
            "author": author,
        });
        let values = match values {
            Value::Object(values) => values,
            _ => Map::new(),
        };
        Ok(Task { key: issue.iid.to_string(), url: Some(issue.web_url), updated: issue.updated_at, values })
    }

    /// A person's email address where GitLab tells it, else their login; issues hold logins only.
    async fn known_as(&self, user: Option<&wire::User>) -> Result<Option<String>> {
        let Some(user) = user else { return Ok(None) };
        let found = match self.user_by_login(&user.username).await {
            Err(error) if error.kind == ErrorKind::Permission => None,
            found => found?,
        };
        let email = found.and_then(|it| it.email.or(it.public_email)).filter(|it| !it.is_empty());
        Ok(Some(email.unwrap_or_else(|| user.username.clone())))
    }
}
