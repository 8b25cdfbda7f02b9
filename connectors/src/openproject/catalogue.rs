//! What work packages are made of: types, statuses, priorities, categories, custom fields.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    OpenProject,
    hal::{Draft, Resource},
    names::{List, pick, same},
    param, problem, reply,
};

/// The values of a list field that are written out.
const VALUES: usize = 20;

/// Lists the types of work packages, of a project or of all.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Types {
    /// The project, by identifier or name.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
}

impl Action for Types {
    type On = OpenProject;
    const NAME: &str = "type list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["type list", "type list demo"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let types = match &self.project {
            Some(project) => on.types_of(on.project(&project.0).await?.id()).await?,
            None => on.entries(List::Type).await?,
        };
        let line = |it: &Resource| {
            Text::new().plain(it.name()).plain(if it.flag("isMilestone") && !same(it.name(), "milestone") {
                " · milestone"
            } else {
                ""
            })
        };
        Ok(Reply::to_channel(reply::all(types.iter().map(line).collect(), "type")))
    }
}

/// Lists the statuses that work packages can have.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Statuses {}

impl Action for Statuses {
    type On = OpenProject;
    const NAME: &str = "status list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["status list"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let notes = |it: &Resource| {
            let known = [("isDefault", "the first"), ("isClosed", "closed"), ("isReadonly", "read-only")];
            known.iter().filter(|(key, _)| it.flag(key)).map(|(_, word)| format!(" · {word}")).collect::<String>()
        };
        let statuses = on.entries(List::Status).await?;
        let line = |it: &Resource| Text::from(format!("{}{}", it.name(), notes(it)));
        Ok(Reply::to_channel(reply::all(statuses.iter().map(line).collect(), "status")))
    }
}

/// Lists the priorities that work packages can have.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Priorities {}

impl Action for Priorities {
    type On = OpenProject;
    const NAME: &str = "priority list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["priority list"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let priorities = on.entries(List::Priority).await?;
        let line =
            |it: &Resource| Text::from(format!("{}{}", it.name(), if it.flag("isDefault") { " · the default" } else { "" }));
        Ok(Reply::to_channel(reply::all(
            priorities.iter().filter(|it| it.0["isActive"] != false).map(line).collect(),
            "priority",
        )))
    }
}

/// Lists the categories of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Categories {
    /// The project, by identifier or name.
    project: param::Project,
}

impl Action for Categories {
    type On = OpenProject;
    const NAME: &str = "category list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["category list demo"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let categories = on.categories_of(on.project(&self.project.0).await?.id()).await?;
        let line = |it: &Resource| {
            let assignee = it.title("defaultAssignee").map(|it| format!(" · goes to {it}")).unwrap_or_default();
            Text::from(format!("{}{assignee}", it.name()))
        };
        Ok(Reply::to_channel(reply::all(categories.iter().map(line).collect(), "category")))
    }
}

/// Lists the custom fields of a project's work packages, and what they take.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fields {
    /// The project, by identifier or name.
    project: param::Project,
    /// The type of work package; the project's first where you do not say.
    #[serde(rename = "type")]
    kind: Option<param::Type>,
}

impl Action for Fields {
    type On = OpenProject;
    const NAME: &str = "field list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["field list demo", "field list demo type=Bug"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let mut asked = Draft::default();
        if let Some(kind) = &self.kind {
            let types = on.types_of(project.id()).await?;
            asked.link("type", format!("/api/v3/types/{}", pick("type", "type", &kind.0, &types)?.id()));
        }
        let path = format!("/api/v3/projects/{}/work_packages/form", project.id());
        let form = on.form_at(&path, &asked.to_json()).await;
        let form = form.map_err(|error| problem::about(error, &format!("project {}", project.name()), "Add work packages"))?;
        let mut lines = Vec::new();
        for attribute in form.custom_fields() {
            let required = if attribute.is_required() { " · required" } else { "" };
            let text = Text::new().bold(attribute.label()).plain(format!(" · {}{required}", kind(attribute.kind())));
            let values: Vec<String> = attribute.listed().into_iter().take(VALUES).map(|it| it.title).collect();
            lines.push(if values.is_empty() { text } else { text.plain(format!(": {}", values.join(", "))) });
        }
        Ok(Reply::to_channel(reply::all(lines, "custom field")))
    }
}

/// A kind of value in people's words.
fn kind(name: &str) -> &str {
    match name {
        "String" => "text",
        "Formattable" => "long text",
        "Integer" => "whole number",
        "Float" => "number",
        "Boolean" => "yes or no",
        "Date" => "date",
        "User" => "person",
        "[]User" => "people",
        "CustomOption" => "one of",
        "[]CustomOption" => "some of",
        "Version" | "[]Version" => "version",
        other => other,
    }
}
