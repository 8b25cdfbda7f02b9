//! What changes an issue's fields: `issue update`, `assign`, `label`.

use commands::{
    Action, Ctx, Effect, Error, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{after, label, named_parts, priority, put};
use crate::{
    http::Repeatable,
    jira::{
        Jira,
        api::Api,
        fields::Field,
        moment,
        names::{is_none, pick},
        param,
        person::Among,
        problem,
    },
};

/// Changes an issue. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// What is wrong or wanted, in a line.
    #[schemars(length(min = 1, max = 255))]
    summary: Option<String>,
    /// All that helps; replaces what was there.
    description: Option<Markdown>,
    /// Type of issue.
    r#type: Option<param::IssueType>,
    /// How urgent it is.
    priority: Option<param::Priority>,
    /// Who works on it.
    assignee: Option<Person>,
    /// Labels; they replace those there are.
    #[serde(default)]
    label: Vec<param::Label>,
    /// By when: a date, or none.
    due: Option<String>,
    /// The issue or epic it is part of.
    #[schemars(extend("x-step" = 2))]
    parent: Option<param::IssueKey>,
    /// Components; they replace those there are.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    component: Vec<param::Component>,
    /// Versions it is planned for; they replace those there are.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    fix_version: Vec<param::Version>,
    /// Versions in which it was seen; they replace those there are.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    affects: Vec<param::Version>,
    /// Work it will take: 3h, 2d 4h.
    #[schemars(extend("x-step" = 2))]
    estimate: Option<String>,
    /// Another field with its value: Severity=high.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    field: Vec<String>,
}

impl Action for Update {
    type On = Jira;
    const NAME: &str = "issue update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["issue update APO-7 priority=High due=friday", "issue update APO-7 assignee=none label=printer field=Severity=low"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let screen = api.fields_of(&key).await.map_err(|it| problem::about(it, &format!("issue {key}"), "Edit Issues"))?;
        let mut body = self.body(&api, ctx, &key, &screen).await?;
        let orphaned = body.get("parent").is_some_and(Value::is_null);
        if orphaned {
            body.remove("parent");
        }
        if body.is_empty() && !orphaned {
            return Err(Error::bad_input(format!(
                "What shall change in {key}? Write it as a name and a value, such as priority=High."
            )));
        }
        let mut request = json!({ "fields": body });
        if orphaned {
            request["update"] = no_parent();
        }
        api.edit(&key, &request).await?;
        Ok(after(&api, ctx, &key, &format!("Updated {key}.")).await)
    }
}

impl Update {
    async fn body(&self, api: &Api<'_>, ctx: &Ctx, key: &str, screen: &[Field]) -> Result<Map<String, Value>> {
        let mut body = Map::new();
        let mut problems: Vec<Error> = Vec::new();
        put(&mut body, "summary", self.summary.as_deref().map(str::trim).map(|it| json!(it)));
        let description = self.description.as_ref().map(|it| if is_none(&it.0) { Value::Null } else { api.text(&it.0) });
        put(&mut body, "description", description);
        let mut take = |name: &str, value: Result<Value>| match value {
            Ok(value) => drop(body.insert(name.to_owned(), value)),
            Err(error) => problems.push(error),
        };
        if let Some(typed) = &self.r#type {
            let names = screen.iter().find(|it| it.id == "issuetype").map(Field::choices).unwrap_or_default();
            take("issuetype", pick("type of issue", "type", &typed.0, &names, |it| (it, it)).map(|it| json!({ "name": it })));
        }
        if let Some(typed) = &self.priority {
            take("priority", priority(screen, &typed.0));
        }
        match &self.assignee {
            Some(person) if is_none(&person.0) => take("assignee", Ok(Value::Null)),
            Some(person) => {
                let account = api.person(ctx, "assignee", &person.0, Among::Issue(key)).await;
                take("assignee", account.map(|it| api.reference(&it.id)));
            }
            None => {}
        }
        if !self.label.is_empty() {
            take("labels", Ok(self.label.iter().filter(|it| !is_none(&it.0)).map(|it| label(&it.0)).collect()));
        }
        if let Some(typed) = self.due.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            let day = commands::form::day(typed, moment::day(ctx.now)).map(|it| json!(it));
            let day = if is_none(typed) { Some(Value::Null) } else { day };
            take(
                "duedate",
                day.ok_or_else(|| problem::at("due", format!("`{typed}` is no date. Write it as 2026-11-21, friday or none."))),
            );
        }
        if let Some(parent) = &self.parent {
            if is_none(&parent.0) {
                take("parent", Ok(Value::Null));
            } else {
                let is_parent = screen.iter().any(|it| it.id == "parent");
                for (name, value) in api.parent(&parent.key("parent")?, is_parent).await? {
                    take(&name, Ok(value));
                }
            }
        }
        if let Some(estimate) = self.estimate.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            let wrong = || problem::at("estimate", format!("`{estimate}` is no amount of work. Write it as 3h or 2d 4h."));
            take("timetracking", moment::is_work(estimate).then(|| json!({ "originalEstimate": estimate })).ok_or_else(wrong));
        }
        let project = if param::is_key(key) {
            key.rsplit_once('-').map_or(key, |(project, _)| project).to_owned()
        } else {
            api.issue_with(key, "project", None).await?.project().key
        };
        match named_parts(api, &project, &[("fixVersions", &self.fix_version), ("versions", &self.affects)], &self.component)
            .await
        {
            Ok(parts) => body.extend(parts),
            Err(error) => problems.push(error),
        }
        match api.custom_values(ctx, &self.field, screen).await {
            Ok(values) => body.extend(values),
            Err(error) => problems.push(error),
        }
        match problem::all(problems) {
            Some(error) => Err(error),
            None => Ok(body),
        }
    }
}

/// How an issue is taken out of its parent, which null does not do.
pub(in crate::jira) fn no_parent() -> Value {
    json!({ "parent": [{ "set": { "none": true } }] })
}

impl Api<'_> {
    /// Sets fields. Doing it twice is doing it once.
    pub async fn edit(&self, key: &str, body: &Value) -> Result<()> {
        let put = self.put(&format!("/issue/{key}"), body, Repeatable::Yes).await;
        put.map_err(|error| problem::about(error, &format!("issue {key}"), "Edit Issues"))
    }
}

/// Gives an issue to somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// Who: me, @ana, a name, an email address, or none.
    to: Person,
}

impl Action for Assign {
    type On = Jira;
    const NAME: &str = "issue assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue assign APO-7 me", "issue assign APO-7 @ana"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let (body, did) = if is_none(&self.to.0) {
            let nobody = if api.is_cloud() { json!({ "accountId": null }) } else { json!({ "name": null }) };
            (nobody, format!("{key} is nobody's now."))
        } else {
            let account = api
                .person(ctx, "to", &self.to.0, Among::Issue(&key))
                .await
                .map_err(|error| problem::about(error, &format!("issue {key}"), "Assign Issues"))?;
            (api.reference(&account.id), format!("Assigned {key} to {}.", account.name))
        };
        let put = api.put(&format!("/issue/{key}/assignee"), &body, Repeatable::Yes).await;
        put.map_err(|error| problem::renamed(problem::about(error, &format!("issue {key}"), "Assign Issues"), "assignee", "to"))?;
        Ok(after(&api, ctx, &key, &did).await)
    }
}

/// Adds labels to an issue, or takes them away.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Label {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// Labels to add.
    #[serde(default)]
    add: Vec<param::Label>,
    /// Labels to take away.
    #[serde(default)]
    remove: Vec<param::Label>,
}

impl Action for Label {
    type On = Jira;
    const NAME: &str = "issue label";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue label APO-7 add=printer,office", "issue label APO-7 remove=office"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let add = self.add.iter().map(|it| json!({ "add": label(&it.0) }));
        let changes: Vec<Value> = add.chain(self.remove.iter().map(|it| json!({ "remove": label(&it.0) }))).collect();
        if changes.is_empty() {
            return Err(problem::at("add", "Which labels? Write add=printer, or remove=printer."));
        }
        api.edit(&key, &json!({ "update": { "labels": changes } })).await?;
        let list = |all: &[param::Label]| all.iter().map(|it| label(&it.0)).collect::<Vec<_>>().join(", ");
        let did = match (self.add.is_empty(), self.remove.is_empty()) {
            (false, true) => format!("Labelled {key} {}.", list(&self.add)),
            (true, _) => format!("Took {} from {key}.", list(&self.remove)),
            (false, false) => format!("Labelled {key} {}, and took {} from it.", list(&self.add), list(&self.remove)),
        };
        Ok(after(&api, ctx, &key, &did).await)
    }
}
