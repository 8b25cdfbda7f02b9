//! Projects.

use commands::{Action, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text, Tone, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Redmine,
    card::shorten,
    issues::{listed, with_note},
    param, problem, wire,
};

/// Where a project is on the web.
fn url(base: &str, identifier: &str) -> String {
    format!("{base}/projects/{identifier}")
}

/// Lists the projects that you can see.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Words in the name or identifier.
    text: Option<String>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<u32>,
}

impl Action for List {
    type On = Redmine;
    const NAME: &str = "project list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project list", "project list text=moon"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let typed = self.text.as_deref().unwrap_or_default().trim().to_lowercase();
        let matches = |it: &wire::Project| it.name.to_lowercase().contains(&typed) || it.identifier.contains(&typed);
        let all: Vec<wire::Project> = acting.projects().await?.into_iter().filter(matches).collect();
        let offset = self.offset.unwrap_or(0);
        let line = |it: &wire::Project| {
            let about = it.description.as_deref().map(str::trim).filter(|it| !it.is_empty());
            let about = about.map(|it| format!(" · {}", shorten(it.lines().next().unwrap_or_default(), 80))).unwrap_or_default();
            Text::new().link(url(on.http.base(), &it.identifier), it.name.as_str()).plain(" ").code(&it.identifier).plain(about)
        };
        let lines: Vec<Text> = all.iter().skip(offset as usize).take(20).map(line).collect();
        let more = |next: u32| {
            let mut params = json!({ "offset": next });
            if let Some(text) = &self.text {
                params["text"] = json!(text);
            }
            Button::run("Show more", ctx.call("project list", params))
        };
        Ok(Reply::to_channel(with_note(listed(lines, offset, all.len(), "project", more), &acting)))
    }
}

/// Shows a project: trackers, versions, people, open issues.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The project, by identifier or name.
    project: param::Project,
}

impl Action for Show {
    type On = Redmine;
    const NAME: &str = "project show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project show demo"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = acting.project(&self.project.0).await?;
        let id = project.id.to_string();
        // A part that the person may not see is left out, not an error.
        let seen = |error: &commands::Error| matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound);
        let names = |all: &[wire::Named]| all.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", ");
        let mut facts: Vec<(String, Text)> = vec![("Identifier".into(), Text::new().code(&project.identifier))];
        if let Some(parent) = &project.parent {
            facts.push(("Part of".into(), parent.name.clone().into()));
        }
        facts.push(("Trackers".into(), names(&project.trackers).into()));
        match acting.versions(project.id).await {
            Ok(all) => {
                let open: Vec<String> = all.into_iter().filter(|it| it.status == "open").map(|it| it.name).collect();
                if !open.is_empty() {
                    facts.push(("Open versions".into(), open.join(", ").into()));
                }
            }
            Err(error) if seen(&error) => {}
            Err(error) => return Err(error),
        }
        match acting.members(project.id).await {
            Ok(all) if !all.is_empty() => {
                let names = all.into_iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
                facts.push(("Members".into(), names.into()));
            }
            Ok(_) => {}
            Err(error) if seen(&error) => {}
            Err(error) => return Err(error),
        }
        let query = [("project_id", id.as_str()), ("status_id", "open"), ("limit", "1")];
        match acting.list::<wire::Issue>("/issues.json", "issues", &query).await {
            Ok(page) => facts.push(("Open issues".into(), page.total.to_string().into())),
            Err(error) if seen(&error) => {}
            Err(error) => return Err(error),
        }
        let mut message = Message::new()
            .heading(project.name.clone())
            .paragraph(Text::new().link(url(on.http.base(), &project.identifier), "Open in Redmine"));
        if let Some(about) = project.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            message = message.paragraph(shorten(about, 600));
        }
        if project.status.is_some_and(|it| it != 1) {
            message = message.tone(Tone::Warning).paragraph("This project is closed: it can be read, not changed.");
        }
        let identifier = json!({ "project": project.identifier });
        let buttons = vec![
            Button::form("New issue", ctx.call("issue create", identifier.clone())).primary(),
            Button::run("Open issues", ctx.call("issue list", identifier)),
        ];
        Ok(Reply::to_channel(with_note(message.facts(facts).buttons(buttons), &acting)))
    }
}

/// Creates a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// Short name for addresses: lower-case letters, digits, dashes. Made from the name where you do not say.
    identifier: Option<String>,
    /// What it is about.
    description: Option<Markdown>,
    /// The project it is part of.
    parent: Option<param::Project>,
    /// Everybody may see it.
    #[serde(default)]
    public: bool,
}

impl Action for Create {
    type On = Redmine;
    const NAME: &str = "project create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project create Apollo identifier=apollo"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let identifier = self.identifier.clone().unwrap_or_else(|| identifier_of(&self.name));
        let mut project = Map::new();
        project.insert("name".into(), json!(self.name.trim()));
        project.insert("identifier".into(), json!(identifier));
        project.insert("is_public".into(), json!(self.public));
        let description = acting.sign(self.description.as_ref().map_or("", |it| it.0.trim()));
        if !description.is_empty() {
            project.insert("description".into(), json!(description));
        }
        if let Some(parent) = &self.parent {
            project.insert("parent_id".into(), json!(acting.project(&parent.0).await?.id));
        }
        #[derive(Deserialize)]
        struct Answer {
            project: wire::Project,
        }
        let body = json!({ "project": Value::Object(project) });
        let created = acting.post::<Answer>("/projects.json", &body).await.map_err(|error| {
            let error = problem::about(error, &format!("project {}", self.name.trim()), "Create project");
            problem::place(error, &["name", "identifier", "description", "parent"], &[])
        })?;
        let project = created.project;
        let text = Text::new()
            .plain("Created the project ")
            .link(url(on.http.base(), &project.identifier), project.name.as_str())
            .plain(" (")
            .code(&project.identifier)
            .plain(").");
        Ok(Reply::to_channel(with_note(Message::text(text).tone(Tone::Good), &acting)))
    }
}

/// A name as an identifier: `Second stage` → `second-stage`.
fn identifier_of(name: &str) -> String {
    let letters = name.to_lowercase().chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect::<String>();
    letters.split('-').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("-").chars().take(100).collect()
}
