//! Labels of projects.

use commands::{Action, Ctx, Effect, Error, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    GitLab,
    api::{Acting, segment},
    confirm,
    list::{given, listed},
    names, param,
    problem::{self, at, either},
    wire,
};

const PLACES: &[&str] = &["name", "color", "description"];
/// A calm blue, for whom the colour does not matter.
const COLOR: &str = "#428BCA";

async fn find(acting: &Acting<'_>, project: &str, name: &str) -> Result<wire::Label> {
    let query = [("search", name.trim().to_owned()), ("with_counts", "true".to_owned())];
    let all = acting.all::<wire::Label>(&format!("/projects/{}/labels", segment(project)), &query, 200).await;
    let all = all.map_err(|error| names::in_project(error, project))?;
    let near: Vec<String> = all.iter().take(5).map(|it| it.name.clone()).collect();
    all.into_iter().find(|it| it.name.eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
        let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", either(&near)) };
        at("label", format!("{project} has no label `{}`.{hint}", name.trim()))
    })
}

/// Lists a project's labels and those of its groups.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "label list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["label list demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let number = self.page.unwrap_or(1);
        let query = [("with_counts", "true".to_owned())];
        let page = acting.page::<wire::Label>(&format!("/projects/{}/labels", segment(&project)), &query, number, 25).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let line = |it: &wire::Label| {
            let about = it.description.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" · {it}")).unwrap_or_default();
            let counts = format!(" · {} open issues, {} merge requests", it.open_issues_count, it.open_merge_requests_count);
            Text::new().bold(&it.name).plain(format!(" {}{about}{counts}", it.color))
        };
        let call = ctx.call(Self::NAME, json!({ "project": project }));
        Ok(listed(&page, number, ("label", "labels"), call, line))
    }
}

/// Makes a label.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Its colour: #FF0000, or a CSS name such as red.
    color: Option<String>,
    /// What it is for.
    description: Option<String>,
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "label create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label create hardware project=demo/printer color=green"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let body = given(vec![
            ("name", Some(json!(self.name.trim()))),
            ("color", Some(json!(self.color.as_deref().unwrap_or(COLOR).trim()))),
            ("description", self.description.as_deref().map(|it| json!(it.trim()))),
        ]);
        let created = acting.post(&format!("/projects/{}/labels", segment(&project)), &body).await;
        let label: wire::Label = created.map_err(|error| problem::place(names::in_project(error, &project), PLACES))?;
        Ok(Reply::to_channel(format!("Created the label {} ({}) in {project}.", label.name, label.color)))
    }
}

/// Changes a label.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Its name.
    label: param::Label,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Another name.
    name: Option<String>,
    /// Another colour: #FF0000, or a CSS name such as red.
    color: Option<String>,
    /// What it is for.
    description: Option<String>,
}

impl Action for Update {
    type On = GitLab;
    const NAME: &str = "label update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label update bug project=demo/printer color=red"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let body = given(vec![
            ("new_name", self.name.as_deref().map(|it| json!(it.trim()))),
            ("color", self.color.as_deref().map(|it| json!(it.trim()))),
            ("description", self.description.as_deref().map(|it| json!(it.trim()))),
        ]);
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(Error::bad_input(format!("What shall change in {}? Write color=… or name=….", self.label.0)));
        }
        let label = find(&acting, &project, &self.label.0).await?;
        let path = format!("/projects/{}/labels/{}", segment(&project), label.id);
        let after: Result<Value> = acting.put(&path, &body).await;
        after.map_err(|error| problem::place(error, PLACES))?;
        let name = self.name.as_deref().unwrap_or(&label.name);
        Ok(Reply::to_channel(format!("Updated the label {name} in {project}.")))
    }
}

/// Deletes a label, and takes it off everything that has it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its name.
    label: param::Label,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "label delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label delete bug project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let label = find(&acting, &project, &self.label.0).await?;
        if !self.confirm {
            let question = format!("This deletes the label {} of {project}.", label.name);
            let (issues, requests) = (label.open_issues_count, label.open_merge_requests_count);
            let lost =
                [format!("{issues} open issues and {requests} open merge requests lose it, and all closed ones that have it.")];
            let params = json!({ "label": label.name, "project": project });
            return Ok(confirm::ask(&question, &lost, "Delete the label", ctx.call(Self::NAME, params)));
        }
        acting.delete(&format!("/projects/{}/labels/{}", segment(&project), label.id)).await?;
        Ok(Reply::to_channel(format!("Deleted the label {} of {project}.", label.name)))
    }
}
