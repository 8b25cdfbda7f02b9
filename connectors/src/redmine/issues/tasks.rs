//! Issues as tasks that are kept the same as another system's.

use std::collections::HashMap;

use commands::{BoxFuture, Error, ErrorKind, Result};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Custom, One, Wanted, put};
use crate::{
    FieldKind, Task, TaskField, Tasks, Values,
    http::{Repeatable, pages::Page},
    redmine::{Redmine, api::Acting, names::List, param, problem, wire},
};

/// Issues in one request: Redmine gives no more.
const PAGE: usize = 100;

impl Tasks for Redmine {
    fn fields<'a>(&'a self, place: &'a str) -> BoxFuture<'a, Result<Vec<TaskField>>> {
        Box::pin(async move {
            let project = self.as_bot().project(place).await?;
            let names = async |list| -> Result<FieldKind> {
                Ok(FieldKind::Choice(self.entries(list).await?.iter().map(|it| it.name.clone()).collect()))
            };
            let trackers = FieldKind::Choice(project.trackers.iter().map(|it| it.name.clone()).collect());
            let field = |name: &str, label: &str, kind| TaskField {
                name: name.into(),
                label: label.into(),
                kind,
                required: name == "subject",
                writable: true,
            };
            let mut all = vec![
                field("subject", "Subject", FieldKind::Text),
                field("description", "Description", FieldKind::Markdown),
                field("tracker", "Tracker", trackers),
                field("status", "Status", names(List::Status).await?),
                field("priority", "Priority", names(List::Priority).await?),
                field("assignee", "Assignee", FieldKind::Person),
                field("start_date", "Start date", FieldKind::Date),
                field("due_date", "Due date", FieldKind::Date),
                field("estimated_hours", "Estimated time", FieldKind::Number),
                field("done_ratio", "% Done", FieldKind::Number),
            ];
            all.extend(self.as_bot().customs(&project).await?.iter().map(|it| it.field.clone()));
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
            let bot = self.as_bot();
            let project = bot.project(place).await?;
            let offset: usize = page.and_then(|it| it.parse().ok()).unwrap_or_default();
            let (project_id, offset_text, limit) = (project.id.to_string(), offset.to_string(), PAGE.to_string());
            let since = since.map(|it| format!(">={}", it.strftime("%Y-%m-%dT%H:%M:%SZ")));
            let mut query = vec![
                ("project_id", project_id.as_str()),
                ("subproject_id", "!*"),
                ("status_id", "*"),
                // A change while pages are read must not move what is still to come.
                ("sort", "id"),
                ("limit", &limit),
                ("offset", &offset_text),
            ];
            query.extend(since.as_deref().map(|it| ("updated_on", it)));
            let found = bot.list::<wire::Issue>("/issues.json", "issues", &query).await?;
            let read = offset + found.items.len();
            let next = (read < found.total && !found.items.is_empty()).then(|| read.to_string());
            let customs = bot.customs(&project).await?;
            let mut people = HashMap::new();
            let mut items = Vec::new();
            for issue in found.items {
                items.push(bot.task(issue, &customs, &mut people).await?);
            }
            Ok(Page { items, next })
        })
    }

    fn get<'a>(&'a self, place: &'a str, key: &'a str) -> BoxFuture<'a, Result<Option<Task>>> {
        Box::pin(async move {
            let bot = self.as_bot();
            let project = bot.project(place).await?;
            match bot.issue_with(number(key)?, "").await {
                Ok(issue) if issue.project.id != project.id => Ok(None),
                Ok(issue) => Ok(Some(bot.task(issue, &bot.customs(&project).await?, &mut HashMap::new()).await?)),
                // Redmine forbids what was moved to a project that the bot does not see.
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn create<'a>(&'a self, place: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let bot = self.as_bot();
            let project = bot.project(place).await?;
            let customs = bot.customs(&project).await?;
            let mut issue = bot.of_values(values, &project, None).await?;
            issue.insert("project_id".into(), json!(project.id));
            let made = bot.post::<One>("/issues.json", &json!({ "issue": issue })).await;
            let made = made.map_err(|error| problem::place(error, super::PLACES, &labels(&customs, values)))?;
            // It is there: what fails from here on must not have it made again.
            bot.task(made.issue, &customs, &mut HashMap::new()).await.map_err(Error::maybe_done)
        })
    }

    fn update<'a>(&'a self, place: &'a str, key: &'a str, values: &'a Values) -> BoxFuture<'a, Result<Task>> {
        Box::pin(async move {
            let (bot, id) = (self.as_bot(), number(key)?);
            let before = bot.issue_with(id, "").await?;
            let project = bot.project(place).await?;
            let customs = bot.customs(&project).await?;
            let issue = bot.of_values(values, &project, Some(&before)).await?;
            // The same values twice are the same issue, and a journal that holds no change is not written.
            let changed = bot.put(&format!("/issues/{id}.json"), &json!({ "issue": issue }), Repeatable::Yes).await;
            changed.map_err(|error| problem::place(error, super::PLACES, &labels(&customs, values)))?;
            let after = bot.issue_with(id, "").await?;
            bot.task(after, &customs, &mut HashMap::new()).await
        })
    }
}

fn number(key: &str) -> Result<u64> {
    key.trim_start_matches('#').parse().map_err(|_| Error::bad_input(format!("`{key}` is no number of a Redmine issue.")))
}

/// What Redmine calls the custom fields among these values in its complaints, and their names in tasks.
fn labels(customs: &[Custom], values: &Values) -> Vec<(String, String)> {
    let given = customs.iter().filter(|it| values.contains_key(&it.field.name));
    given.map(|it| (it.field.label.clone(), it.field.name.clone())).collect()
}

impl Acting<'_> {
    async fn task(&self, issue: wire::Issue, customs: &[Custom], people: &mut HashMap<u64, String>) -> Result<Task> {
        let custom = self.custom_values(&issue, customs, people).await?;
        let assignee = match &issue.assigned_to {
            Some(it) => Value::from(self.known_as(it, people).await?),
            None => Value::Null,
        };
        let values = [
            ("subject", json!(issue.subject)),
            ("description", json!(issue.description.as_deref().map(|it| it.replace("\r\n", "\n")))),
            ("tracker", json!(issue.tracker.name)),
            ("status", json!(issue.status.name)),
            ("priority", json!(issue.priority.name)),
            ("assignee", assignee),
            ("start_date", json!(issue.start_date)),
            ("due_date", json!(issue.due_date)),
            ("estimated_hours", json!(issue.estimated_hours)),
            ("done_ratio", json!(issue.done_ratio)),
        ];
        Ok(Task {
            key: issue.id.to_string(),
            url: Some(format!("{}/issues/{}", self.redmine.http.base(), issue.id)),
            updated: issue.updated_on,
            values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(custom).collect(),
        })
    }

    /// A person's email address, where the bot's account may see it.
    pub(super) async fn known_as(&self, person: &wire::Named, people: &mut HashMap<u64, String>) -> Result<String> {
        #[derive(serde::Deserialize)]
        struct Answer {
            user: User,
        }
        #[derive(serde::Deserialize)]
        struct User {
            login: Option<String>,
            mail: Option<String>,
        }
        if let Some(known) = people.get(&person.id) {
            return Ok(known.clone());
        }
        let name = match self.get::<Answer>(&format!("/users/{}.json", person.id), &[]).await {
            Ok(Answer { user }) => user.mail.or(user.login).unwrap_or_else(|| person.name.clone()),
            // A group, or somebody whom the bot may not look at.
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => person.name.clone(),
            Err(error) => return Err(error),
        };
        people.insert(person.id, name.clone());
        Ok(name)
    }

    /// The values as Redmine takes them.
    async fn of_values(
        &self,
        values: &Values,
        project: &wire::Project,
        issue: Option<&wire::Issue>,
    ) -> Result<Map<String, Value>> {
        let text = |name: &str| values.get(name).map(|it| it.as_str().unwrap_or_default().to_owned());
        let (tracker, status) = (text("tracker").map(param::Tracker), text("status").map(param::Status));
        let priority = text("priority").map(param::Priority);
        let assignee = text("assignee").map(|it| if it.is_empty() { "none".to_owned() } else { it });
        let wanted = Wanted {
            tracker: tracker.as_ref().filter(|it| !it.0.is_empty()),
            status: status.as_ref().filter(|it| !it.0.is_empty()),
            priority: priority.as_ref().filter(|it| !it.0.is_empty()),
            assignee: assignee.as_deref(),
            ..Wanted::default()
        };
        let mut found = self.attributes(wanted, project, issue).await?;
        put(&mut found, "subject", text("subject"));
        put(&mut found, "description", text("description"));
        for name in ["start_date", "due_date", "estimated_hours", "done_ratio"] {
            if let Some(value) = values.get(name) {
                found.insert(name.to_owned(), value.clone());
            }
        }
        let custom = self.of_customs(values, project).await?;
        put(&mut found, "custom_fields", Some(custom).filter(|it| !it.is_empty()));
        Ok(found)
    }
}
