//! `item create`.

use commands::{
    Action, Ctx, Effect, ErrorKind, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PLACES, description_field, set};
use crate::azure_devops::{
    AzureDevOps,
    api::segment,
    param,
    problem::{self, at, either},
    text::to_html,
    wire::Item,
};

/// Creates a work item.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What is wrong or wanted, in a line.
    title: String,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// What sort of work: Bug, Task, User Story, and so on.
    #[serde(rename = "type", default = "task")]
    kind: param::Type,
    /// All that helps: steps, expectations, logs.
    description: Option<Markdown>,
    /// Who works on it.
    assignee: Option<Person>,
    /// Where it starts.
    #[schemars(extend("x-step" = 2))]
    state: Option<param::State>,
    /// How urgent it is, 1 first.
    #[schemars(extend("x-step" = 2), range(min = 1, max = 4))]
    priority: Option<u8>,
    /// Tags, with commas between them.
    #[schemars(extend("x-step" = 2))]
    tags: Option<String>,
    /// The area, such as demo\Hardware.
    #[schemars(extend("x-step" = 2))]
    area: Option<param::Area>,
    /// The iteration, such as demo\Sprint 1.
    #[schemars(extend("x-step" = 2))]
    iteration: Option<param::Iteration>,
    /// The work item that it is part of.
    #[schemars(extend("x-step" = 2))]
    parent: Option<param::Item>,
}

fn task() -> param::Type {
    param::Type("Task".into())
}

/// `a, b` as Azure DevOps writes tags.
pub(super) fn tags(text: &str) -> String {
    text.split([',', ';']).map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ")
}

impl Action for Create {
    type On = AzureDevOps;
    const NAME: &str = "item create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["item create Printer on fire type=Bug project=demo", "item create Order paper assignee=@ana priority=2"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let types = on.types(&project).await.map_err(|error| problem::about(error, &format!("project {project}")))?;
        let wanted = self.kind.0.trim();
        let kind = types.iter().find(|it| it.name.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
            let names: Vec<String> = types.iter().map(|it| it.name.clone()).collect();
            at("type", format!("{project} has no work items of the type `{wanted}`. There is {}.", either(&names)))
        })?;
        let mut operations = vec![set("System.Title", self.title.trim())];
        let text = acting.sign(self.description.as_ref().map_or("", |it| &it.0));
        operations.push(set(description_field(&kind.name), to_html(&text)));
        if let Some(person) = &self.assignee {
            operations.push(set("System.AssignedTo", acting.assignee("assignee", person).await?));
        }
        let texts = [
            ("System.State", self.state.as_ref().map(|it| it.0.trim().to_owned())),
            ("System.Tags", self.tags.as_deref().map(tags)),
            ("System.AreaPath", self.area.as_ref().map(|it| it.0.clone())),
            ("System.IterationPath", self.iteration.as_ref().map(|it| it.0.clone())),
        ];
        operations.extend(texts.into_iter().filter_map(|(field, value)| Some(set(field, value?))));
        operations.extend(self.priority.map(|it| set("Microsoft.VSTS.Common.Priority", it)));
        if let Some(parent) = &self.parent {
            let parent = on.number("parent", &parent.0, param::Noun::Item)?;
            operations.push(child_of(on, parent));
        }
        let path = format!("/{}/_apis/wit/workitems/${}", segment(&project), segment(&kind.name));
        let created: Result<Item> = acting.patch_item(reqwest::Method::POST, &path, &operations).await;
        let item = created.map_err(|error| match error.kind {
            ErrorKind::NotFound if self.parent.is_some() => problem::about(error, "work item for the parent"),
            _ => problem::place(problem::about(error, &format!("project {project}")), PLACES),
        })?;
        Ok(acting.shown(ctx, &item, &[], Message::text(format!("Created {} {}.", item.kind(), item.id))).await)
    }
}

fn child_of(on: &AzureDevOps, parent: u64) -> Value {
    relation(on, "System.LinkTypes.Hierarchy-Reverse", parent)
}

pub(super) fn relation(on: &AzureDevOps, kind: &str, to: u64) -> Value {
    let address = format!("{}/_apis/wit/workItems/{to}", on.http.base());
    json!({ "op": "add", "path": "/relations/-", "value": { "rel": kind, "url": address } })
}
