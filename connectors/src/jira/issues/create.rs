//! `issue create`.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Date, File, Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{label, named_parts, priority, put, shown};
use crate::jira::{Jira, api::Api, attachments, fields::Field, moment, names, param, person::Among, problem, wire::Named};

/// Creates an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Project, by key or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// What is wrong or wanted, in a line.
    #[schemars(length(min = 1, max = 255))]
    summary: String,
    /// All that helps: steps, expectations, logs.
    description: Option<Markdown>,
    /// Type of issue, such as Bug; the project's first usual one where you do not say.
    r#type: Option<param::IssueType>,
    /// Who works on it.
    #[schemars(extend("x-step" = 2))]
    assignee: Option<Person>,
    /// How urgent it is.
    #[schemars(extend("x-step" = 2))]
    priority: Option<param::Priority>,
    /// Labels.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    label: Vec<param::Label>,
    /// By when.
    #[schemars(extend("x-step" = 2))]
    due: Option<Date>,
    /// The issue or epic it is part of.
    #[schemars(extend("x-step" = 2))]
    parent: Option<param::IssueKey>,
    /// Components it concerns.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    component: Vec<param::Component>,
    /// Versions it is planned for.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    fix_version: Vec<param::Version>,
    /// Versions in which it was seen.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    affects: Vec<param::Version>,
    /// Work it will take: 3h, 2d 4h.
    #[schemars(extend("x-step" = 2))]
    estimate: Option<String>,
    /// Sprint it goes into, by number.
    #[schemars(extend("x-step" = 2))]
    sprint: Option<param::Sprint>,
    /// Another field with its value: Severity=high.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    field: Vec<String>,
    /// A file from this chat, or a public link to one.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    file: Vec<File>,
}

impl Action for Create {
    type On = Jira;
    const NAME: &str = "issue create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "issue create Printer on fire project=APO type=Bug priority=High assignee=me",
        "issue create Buy a new printer project=APO parent=APO-1 label=office due=friday field=Severity=high",
    ];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let types = api.types(&project.key).await?;
        let issue_type = self.issue_type(&types)?.clone();
        let screen = api.fields_of_new(&project.key, &issue_type.id).await?;
        let mut body = self.body(&api, ctx, &project.key, &issue_type, &screen).await?;
        body.insert("project".into(), json!({ "key": project.key }));
        body.insert("issuetype".into(), json!({ "id": issue_type.id }));
        missing(&screen, &body)?;
        // Before anything is made: a file that cannot be fetched is found out now.
        let files = attachments::fetched(ctx, &self.file).await?;
        #[derive(Deserialize)]
        struct Created {
            key: String,
        }
        let created: Created = api
            .post("/issue", &json!({ "fields": body }))
            .await
            .map_err(|error| problem::about(error, &format!("project {}", project.key), "Create Issues"))?;
        let key = created.key;
        let mut said = Message::text(format!("Created {key}."));
        for file in &files {
            if let Err(error) = attachments::attach(&api, &key, file).await {
                said = said.context(format!("{} could not be attached: {}", file.name, error.message));
            }
        }
        if let Some(sprint) = &self.sprint {
            match api.move_to_sprint(sprint, &key, Some(&project.key)).await {
                Ok(name) => said = said.context(format!("It is in {name}.")),
                Err(error) => said = said.context(format!("It is in no sprint: {}", error.message)),
            }
        }
        // It is there: failing to read it again must not look like failing to create it.
        match api.issue(&key).await {
            Ok(issue) => Ok(shown(&api, ctx, &issue, said).await),
            Err(_) => Ok(Reply::to_channel(said)),
        }
    }
}

impl Create {
    fn issue_type<'a>(&self, types: &'a [Named]) -> Result<&'a Named> {
        if let Some(typed) = &self.r#type {
            return names::pick("type of issue", "type", &typed.0, types, |it| (&it.id, &it.name));
        }
        // An epic or a subtask is rarely meant where nobody says so.
        let usual = ["Task", "Story", "Bug"].iter().find_map(|usual| types.iter().find(|it| it.name == *usual));
        let first = usual.or_else(|| types.iter().find(|it| it.name != "Epic" && it.name != "Sub-task"));
        first.or(types.first()).ok_or_else(|| {
            let project = &self.project.0;
            problem::at(
                "project",
                format!("The bot's Jira account may not create issues in {project}: it takes the permission “Create Issues”."),
            )
        })
    }

    async fn body(
        &self,
        api: &Api<'_>,
        ctx: &Ctx,
        project: &str,
        issue_type: &Named,
        screen: &[Field],
    ) -> Result<Map<String, Value>> {
        let on_screen = |id: &str| screen.iter().any(|it| it.id == id);
        let mut problems = Vec::new();
        let mut body = Map::from_iter([("summary".to_owned(), json!(self.summary.trim()))]);
        let description = self.description.as_ref().map_or("", |it| it.0.as_str());
        if !description.trim().is_empty() || on_screen("description") {
            body.insert("description".into(), api.signed(description));
        }
        if let Some(typed) = &self.priority {
            match priority(screen, &typed.0) {
                Ok(value) => drop(body.insert("priority".into(), value)),
                Err(error) => problems.push(error),
            }
        }
        if let Some(person) = &self.assignee {
            match api.person(ctx, "assignee", &person.0, Among::Project(project)).await {
                Ok(account) => drop(body.insert("assignee".into(), api.reference(&account.id))),
                Err(error) => problems.push(error),
            }
        }
        // Who asked is the reporter, where the bot may say so.
        if on_screen("reporter")
            && let Ok(Some(asker)) = api.asker(ctx).await
        {
            body.insert("reporter".into(), api.reference(&asker.id));
        }
        if !self.label.is_empty() {
            body.insert("labels".into(), self.label.iter().map(|it| label(&it.0)).collect());
        }
        put(&mut body, "duedate", self.due.map(|it| json!(it.0)));
        if let Some(parent) = &self.parent {
            match parent.key("parent") {
                Ok(key) => {
                    let is_parent = issue_type.name == "Sub-task" || on_screen("parent");
                    body.extend(api.parent(&key, is_parent).await?);
                }
                Err(error) => problems.push(error),
            }
        }
        if let Some(estimate) = self.estimate.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            match moment::is_work(estimate) {
                true => drop(body.insert("timetracking".into(), json!({ "originalEstimate": estimate }))),
                false => {
                    problems.push(problem::at("estimate", format!("`{estimate}` is no amount of work. Write it as 3h or 2d 4h.")))
                }
            }
        }
        match named_parts(api, project, &[("fixVersions", &self.fix_version), ("versions", &self.affects)], &self.component).await
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

/// What the screen requires and nobody gave; asked before Jira refuses, as it names fields by their number.
fn missing(screen: &[Field], body: &Map<String, Value>) -> Result<()> {
    let is_missing = |it: &&Field| {
        // The bot is the reporter where nobody else is.
        it.required && !it.has_default_value && !body.contains_key(&it.id) && it.id != "reporter"
    };
    let problems: Vec<_> = screen
        .iter()
        .filter(is_missing)
        .map(|it| {
            let choices = it.choices();
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            let can_be = if choices.is_empty() || choices.len() > 20 {
                String::new()
            } else {
                format!(" It can be {}.", names::either(&choices))
            };
            let how = if it.id.starts_with("customfield_") {
                format!(" Write it as field={}=….", quoted(&it.name))
            } else {
                String::new()
            };
            let field = if it.id.starts_with("customfield_") { "field" } else { place(&it.id) };
            problem::at(field, format!("This project wants “{}”.{can_be}{how}", it.name))
        })
        .collect();
    problem::all(problems).map_or(Ok(()), Err)
}

fn quoted(name: &str) -> String {
    if name.contains(' ') { format!("\"{name}\"") } else { name.to_owned() }
}

fn place(id: &str) -> &str {
    match id {
        "components" => "component",
        "fixVersions" => "fix_version",
        "versions" => "affects",
        "labels" => "label",
        "duedate" => "due",
        other => other,
    }
}

impl Api<'_> {
    /// How an issue is made part of another: `parent`, and for epics of Data Center a field of their own.
    pub async fn parent(&self, key: &str, is_parent: bool) -> Result<Map<String, Value>> {
        if !self.is_cloud()
            && !is_parent
            && let Some(field) = self.epic_link_field().await?
        {
            return Ok(Map::from_iter([(field, json!(key))]));
        }
        Ok(Map::from_iter([("parent".to_owned(), json!({ "key": key }))]))
    }
}
