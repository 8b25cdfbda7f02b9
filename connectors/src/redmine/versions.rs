//! Versions: what issues are planned for.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Date};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Redmine,
    issues::{listed, with_note},
    param, problem, wire,
};
use crate::http::Repeatable;

/// Lists a project's versions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by identifier or name.
    project: param::Project,
    /// Closed ones too.
    #[serde(default)]
    closed: bool,
}

impl Action for List {
    type On = Redmine;
    const NAME: &str = "version list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["version list demo"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = acting.project(&self.project.0).await?;
        let all = acting.versions(project.id).await?;
        let shown: Vec<&wire::Version> = all.iter().filter(|it| self.closed || it.status != "closed").collect();
        let line = |it: &&wire::Version| {
            let due = it.due_date.map(|it| format!(" · due {it}")).unwrap_or_default();
            // A shared version belongs to another project.
            let home = if it.project.id == project.id { String::new() } else { format!(" · of {}", it.project.name) };
            let about = if it.description.is_empty() { String::new() } else { format!(" · {}", it.description) };
            let url = format!("{}/versions/{}", on.http.base(), it.id);
            Text::new().link(url, it.name.as_str()).plain(format!(" · {}{due}{home}{about}", it.status))
        };
        let lines: Vec<Text> = shown.iter().map(line).collect();
        let more = |_| Button::run("Show more", ctx.call("version list", json!({ "project": project.identifier })));
        let count = lines.len();
        Ok(Reply::to_channel(with_note(listed(lines, 0, count, "version", more), &acting)))
    }
}

/// Creates a version.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// Its name.
    name: String,
    /// The day it is due.
    due_date: Option<Date>,
    /// What it is about.
    description: Option<String>,
}

impl Action for Create {
    type On = Redmine;
    const NAME: &str = "version create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version create 2.1 project=demo due_date=2026-12-24"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = acting.project(&self.project.0).await?;
        let mut version = Map::from_iter([("name".to_owned(), json!(self.name.trim()))]);
        if let Some(due) = self.due_date {
            version.insert("due_date".into(), json!(due.0));
        }
        let description = acting.sign(self.description.as_deref().unwrap_or_default()).replace("\n\n-- \n", " · ");
        if !description.is_empty() {
            version.insert("description".into(), json!(description));
        }
        #[derive(Deserialize)]
        struct Answer {
            version: wire::Version,
        }
        let (path, body) =
            (format!("/projects/{}/versions.json", project.identifier), json!({ "version": Value::Object(version) }));
        let created = acting.post::<Answer>(&path, &body).await.map_err(|error| {
            let error = problem::about(error, &format!("project {}", project.name), "Manage versions");
            problem::place(error, &["name", "due_date", "description"], &[])
        })?;
        let version = created.version;
        let text = Text::new()
            .plain("Created version ")
            .link(format!("{}/versions/{}", on.http.base(), version.id), version.name)
            .plain(format!(" of {}.", project.name));
        Ok(Reply::to_channel(with_note(Message::text(text).tone(Tone::Good), &acting)))
    }
}

/// Closes a version: no issue can be planned for it any more.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// The version, by name or number (#12).
    version: param::Version,
}

impl Action for Close {
    type On = Redmine;
    const NAME: &str = "version close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["version close 1.0 project=demo"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = acting.project(&self.project.0).await?;
        let version = acting.version(project.id, "version", &self.version.0).await?;
        let (path, body) = (format!("/versions/{}.json", version.id), json!({ "version": { "status": "closed" } }));
        let closed = acting.put(&path, &body, Repeatable::Yes).await;
        closed.map_err(|error| problem::about(error, &format!("version {}", version.name), "Manage versions"))?;
        let text = format!("Closed version {} of {}.", version.name, version.project.name);
        Ok(Reply::to_channel(with_note(Message::text(text).tone(Tone::Good), &acting)))
    }
}
