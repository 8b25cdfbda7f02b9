//! Projects.

use std::time::Duration;

use commands::{Action, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Jira,
    api::{Api, encoded},
    confirm,
    names::{count, no_such, same, shorten},
    param,
    person::Among,
    problem, wire,
};

/// Projects in one list.
const SHOWN: usize = 30;
/// As many as we look through for a name.
const ALL: usize = 1000;

impl Api<'_> {
    /// The projects that the bot sees and that are in use.
    pub async fn projects(&self) -> Result<Vec<wire::Project>> {
        if self.is_cloud() {
            return self.all("/project/search", "values", &[("orderBy", "name"), ("expand", "lead")], ALL).await;
        }
        let mut all: Vec<wire::Project> = self.get("/project", &[("expand", "lead")]).await?;
        all.retain(|it| !it.archived);
        all.sort_by_key(|it| it.name.to_lowercase());
        Ok(all)
    }

    /// The project that people call `text`, by key or name.
    ///
    /// # Errors
    /// At `project`, with the nearest one.
    pub async fn project(&self, text: &str) -> Result<wire::Project> {
        let text = text.trim();
        let is_key = !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        if is_key {
            let path = self.path(&format!("/project/{}", text.to_uppercase()));
            // Who creates ten issues asks once.
            match self.send(self.jira.http.get(&path).cached(Duration::from_secs(30))).await {
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => {}
                other => return other,
            }
        }
        let all = self.projects().await?;
        match all.iter().find(|it| same(&it.name, text)) {
            Some(project) => Ok(project.clone()),
            None => Err(no_such("project", "project", text, all.iter().map(|it| it.key.as_str()))),
        }
    }
}

fn kind(project: &wire::Project) -> &'static str {
    match project.project_type_key.as_deref() {
        Some("software") => "software",
        Some("service_desk") => "service desk",
        Some("business") => "business",
        _ => "project",
    }
}

/// Lists projects.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those with this in their key or name.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "project list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project list", "project list apollo"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let words = self.words.as_deref().unwrap_or_default().trim().to_lowercase();
        let holds = |it: &wire::Project| it.key.to_lowercase().contains(&words) || it.name.to_lowercase().contains(&words);
        let all: Vec<wire::Project> = api.projects().await?.into_iter().filter(holds).collect();
        if all.is_empty() {
            return Ok(Reply::to_channel("No project matches, or the bot's account sees none."));
        }
        let line = |it: &wire::Project| {
            let lead = it.lead.as_ref().map(|it| format!(" · led by {}", it.label())).unwrap_or_default();
            Text::new().link(on.link(&it.key), &*it.key).plain(format!(" {} · {}{lead}", it.name, kind(it)))
        };
        let message =
            Message::text(Text::new().bold(count(all.len(), "project"))).list(all.iter().take(SHOWN).map(line).collect());
        let more = all.len().saturating_sub(SHOWN);
        Ok(Reply::to_channel(if more > 0 {
            message.context(format!("and {more} more: say a word of the name"))
        } else {
            message
        }))
    }
}

/// Shows a project: who leads it, its types of issues, components and versions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The project, by key or name.
    project: param::Project,
}

impl Action for Show {
    type On = Jira;
    const NAME: &str = "project show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project show APO"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = api.project(&self.project.0).await?.key;
        let project: wire::Project = api.get(&format!("/project/{key}"), &[]).await?;
        let open = api.count(&format!("project = {key} AND statusCategory != Done")).await?;
        let versions = api.versions(&key).await?;
        let components = api.components(&key).await?;
        let mut facts: Vec<(String, Text)> = Vec::new();
        let mut fact = |name: &str, value: String| {
            if !value.is_empty() {
                facts.push((name.to_owned(), value.into()));
            }
        };
        fact("Kind", kind(&project).to_owned());
        fact("Lead", project.lead.as_ref().map(|it| it.label().to_owned()).unwrap_or_default());
        fact("Open issues", open.to_string());
        fact("Types", project.issue_types.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", "));
        fact("Components", components.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", "));
        let unreleased = versions.iter().filter(|it| !it.released && !it.archived).map(|it| it.name.clone());
        fact("Versions to come", unreleased.collect::<Vec<_>>().join(", "));
        let mut message = Message::new()
            .heading(format!("{} {}", project.key, project.name))
            .paragraph(Text::new().link(on.link(&project.key), "Open in Jira"))
            .facts(facts);
        if let Some(text) = project.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            message = message.block(commands::Block::Quote(shorten(text, 600).into()));
        }
        let message = message.buttons(vec![
            Button::form("New issue", ctx.call("issue create", json!({ "project": project.key }))),
            Button::run("Open issues", ctx.call("issue list", json!({ "project": project.key }))),
            Button::run("Versions", ctx.call("version list", json!({ "project": project.key }))),
        ]);
        Ok(Reply::to_channel(message))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Boards and sprints.
    #[default]
    Software,
    /// Tasks alone.
    Business,
    /// Requests of customers.
    ServiceDesk,
}

/// Creates a project. It takes a Jira administrator.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its key: the letters before the numbers of its issues.
    key: String,
    /// What people call it.
    name: String,
    /// What it is for.
    #[serde(default)]
    kind: Kind,
    /// Who leads it; you, where you do not say.
    lead: Option<Person>,
    /// What it is about.
    description: Option<String>,
}

impl Action for Create {
    type On = Jira;
    const NAME: &str = "project create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project create GEM Gemini kind=software lead=@ana"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.key.trim().to_uppercase();
        let lead = api.person(ctx, "lead", self.lead.as_ref().map_or("me", |it| &it.0), Among::Everybody).await?;
        let kind = serde_json::to_value(self.kind).unwrap_or_default();
        let mut body = json!({ "key": key, "name": self.name.trim(), "projectTypeKey": kind, "assigneeType": "UNASSIGNED" });
        body[if api.is_cloud() { "leadAccountId" } else { "lead" }] = json!(lead.id);
        if let Some(description) = &self.description {
            body["description"] = json!(description);
        }
        api.post::<Value>("/project", &body)
            .await
            .map_err(|error| problem::about(error, "place for a new project", "Administer Jira"))?;
        let buttons = vec![Button::form("New issue", ctx.call("issue create", json!({ "project": key })))];
        let text = Text::new().plain("Created the project ").link(on.link(&key), &*key).plain(format!(" {}.", self.name.trim()));
        Ok(Reply::to_channel(Message::text(text).buttons(buttons)))
    }
}

/// Deletes a project with all its issues. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The project, by key or name.
    project: param::Project,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "project delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project delete GEM"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let (key, name) = (project.key, project.name);
        if self.confirm.is_none() {
            let issues = api.count(&format!("project = {key}")).await?;
            let fate = match api.is_cloud() {
                true => "It stays in Jira's bin for 60 days, from where an administrator can restore it.",
                false => "It is deleted for good.",
            };
            let losses = [
                format!("{key} {name} goes, with {}, boards' contents, versions and components.", count(issues, "issue")),
                fate.to_owned(),
            ];
            return Ok(confirm::ask(ctx, Self::NAME, json!({ "project": key }), &format!("Delete the project {name}?"), &losses));
        }
        let undo = [("enableUndo", "true")];
        let deleted = api.delete(&format!("/project/{}", encoded(&key)), if api.is_cloud() { &undo } else { &[] }).await;
        deleted.map_err(|error| problem::about(error, &format!("project {key}"), "Administer Jira"))?;
        Ok(Reply::to_channel(format!("Deleted the project {key} {name}.")))
    }
}
