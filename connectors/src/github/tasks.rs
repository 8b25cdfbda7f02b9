//! A repository's issues as tasks, to be kept the same as another system's.

use commands::{BoxFuture, Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::{
    GitHub,
    access::Asker,
    place::{Place, RepoName, Right},
    problem, wire,
};
use crate::{FieldKind, Task, TaskField, Tasks, Values, connector::Whose, http::pages::Page};

/// GitHub's names of fields are those of [`Values`] too.
const FIELDS: &[(&str, &str)] = &[
    ("title", "title"),
    ("body", "body"),
    ("state", "state"),
    ("labels", "labels"),
    ("assignees", "assignee"),
    ("milestone", "milestone"),
];

impl GitHub {
    fn task_place(&self, place: &str) -> Result<Place<'_>> {
        let repo = RepoName::parse(place).ok_or_else(|| {
            Error::not_found(format!("`{place}` is no repository. Write it as owner/name, such as octo/widgets."))
        })?;
        Ok(Place { github: self, asker: Asker::nobody(), repo, right: Right::Issues })
    }
}

impl Place<'_> {
    fn task_number(key: &str) -> Result<u64> {
        key.trim_start_matches('#').parse().map_err(|_| Error::bad_input(format!("`{key}` is no issue's number.")))
    }

    async fn task_issue(&self, number: u64) -> Result<wire::Issue> {
        let found = self.get(&format!("/issues/{number}"), &[]).await;
        self.located(number, found).await
    }

    /// In the words of GitHub's API.
    async fn task_body(&self, values: &Values, before: &[wire::User]) -> Result<Map<String, Value>> {
        let mut body = Map::new();
        for (name, value) in values {
            match name.as_str() {
                "assignee" => drop(body.insert("assignees".into(), self.task_assignees(value, before).await?)),
                "milestone" => {
                    let milestone = match value.as_str() {
                        Some(title) => self.milestone(title).await?,
                        None => Value::Null,
                    };
                    body.insert("milestone".into(), milestone);
                }
                "labels" => drop(body.insert("labels".into(), if value.is_null() { json!([]) } else { value.clone() })),
                "title" | "body" | "state" => drop(body.insert(name.clone(), value.clone())),
                other => return Err(problem::at(other, format!("GitHub's issues have no field `{other}` that can be set."))),
            }
        }
        Ok(body)
    }

    /// An issue has many and a task one person: it is the first, and setting it leaves the others. A person is an email
    /// address where it is known, else a login.
    async fn task_assignees(&self, value: &Value, before: &[wire::User]) -> Result<Value> {
        let mut logins: Vec<String> = before.iter().skip(1).map(|it| it.login.clone()).collect();
        if let Some(text) = value.as_str().map(str::trim).filter(|it| !it.is_empty()) {
            let login = match text.contains('@') {
                true => self.github.login_of(Whose::Email(text)).await?,
                false => Some(text.to_owned()),
            };
            let login =
                login.ok_or_else(|| problem::at("assignee", format!("GitHub does not tell whose the address {text} is.")))?;
            logins.retain(|it| !it.eq_ignore_ascii_case(&login));
            logins.insert(0, login);
        }
        Ok(json!(logins))
    }

    fn task(issue: wire::Issue) -> Task {
        let values = json!({
            "title": issue.title,
            "body": issue.body,
            "state": issue.state,
            "labels": issue.labels.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
            "assignee": issue.assignees.first().map(|it| it.login.as_str()),
            "milestone": issue.milestone.as_ref().map(|it| it.title.as_str()),
            "comments": issue.comments,
            "author": issue.user.as_ref().map(|it| it.login.as_str()),
        });
        let values = values.as_object().cloned().unwrap_or_default();
        Task { key: issue.number.to_string(), url: Some(issue.html_url), updated: issue.updated_at, values }
    }
}

fn field(name: &str, label: &str, kind: FieldKind) -> TaskField {
    let writable = !matches!(name, "comments" | "author");
    TaskField { name: name.into(), label: label.into(), kind, required: name == "title", writable }
}

impl Tasks for GitHub {
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>> {
        Box::pin(async move {
            let place = self.task_place(place)?;
            let milestones: Vec<wire::Milestone> = place.first("/milestones", &[("state", "all")], 500).await?.items;
            let titles = milestones.into_iter().map(|it| it.title).collect();
            Ok(vec![
                field("title", "Title", FieldKind::Text),
                field("body", "Description", FieldKind::Markdown),
                field("state", "State", FieldKind::Choice(vec!["open".into(), "closed".into()])),
                field("labels", "Labels", FieldKind::Labels),
                field("assignee", "Assignee", FieldKind::Person),
                field("milestone", "Milestone", FieldKind::Choice(titles)),
                field("comments", "Comments", FieldKind::Number),
                field("author", "Author", FieldKind::Person),
            ])
        })
    }

    fn changed<'a>(
        &'a self,
        place: &'a str,
        since: Option<jiff::Timestamp>,
        page: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Page<Task>>> {
        Box::pin(async move {
            let place = self.task_place(place)?;
            let since = since.map(|it| it.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            // A change while pages are read must not move what is still to come.
            let mut query = vec![("state", "all"), ("sort", "created"), ("direction", "asc"), ("per_page", "100")];
            if let Some(since) = &since {
                query.push(("since", since));
            }
            let path = place.path("/issues");
            let (path, query) = match page {
                Some(next) => (next, &[][..]),
                None => (path.as_str(), &query[..]),
            };
            let found = self.get_with_headers::<Vec<wire::Issue>>(path, query).await;
            let (headers, issues) = found.map_err(|it| place.explain(it))?;
            // Pull requests are issues too, but no tasks.
            let items = issues.into_iter().filter(|it| !it.is_pull()).map(Place::task).collect();
            Ok(Page { items, next: self.below(&headers) })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            let place = self.task_place(place)?;
            match place.task_issue(Place::task_number(key)?).await {
                Ok(issue) => Ok(Some(issue).filter(|it| !it.is_pull()).map(Place::task)),
                Err(error) if error.kind == ErrorKind::NotFound => {
                    // Whoever hears that it is gone does not hear why.
                    tracing::info!(place = %place.repo, key, "Task is gone: {}", error.message);
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let place = self.task_place(place)?;
            let mut body = place.task_body(values, &[]).await?;
            // A new issue is open: one that is not is closed afterwards.
            let state = body.remove("state").filter(|it| it == "closed");
            body.retain(|_, value| !value.is_null());
            let made: Result<wire::Issue> = place.post("/issues", &Value::Object(body)).await;
            let mut made = made.map_err(|it| problem::place(it, FIELDS))?;
            if let Some(state) = state {
                made = place
                    .patch(&format!("/issues/{}", made.number), &json!({ "state": state }))
                    .await
                    .map_err(Error::maybe_done)?;
            }
            Ok(Place::task(made))
        })
    }

    fn update<'a>(&'a self, place: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let place = self.task_place(place)?;
            let number = Place::task_number(key)?;
            let before = match values.contains_key("assignee") {
                true => place.task_issue(number).await?.assignees,
                false => Vec::new(),
            };
            let body = place.task_body(values, &before).await?;
            let changed: Result<wire::Issue> = place.patch(&format!("/issues/{number}"), &Value::Object(body)).await;
            place.located(number, changed).await.map(Place::task).map_err(|it| problem::place(it, FIELDS))
        })
    }
}
