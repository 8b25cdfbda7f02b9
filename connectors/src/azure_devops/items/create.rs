//! `item create`.

use commands::{
    Action, Ctx, Effect, ErrorKind, Message, Reply, Result, Tone,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PLACES, about, description_field, path, set};
use crate::azure_devops::{
    AzureDevOps,
    api::{self, Acting, segment},
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
        let state = self.state.as_ref().map_or("", |it| it.0.trim());
        let states: Vec<String> = kind.states.iter().map(|it| it.name.clone()).collect();
        if !state.is_empty() && !states.is_empty() && !states.iter().any(|it| it.eq_ignore_ascii_case(state)) {
            let message = format!("Work items of the type {} are never `{state}`. They can be {}.", kind.name, either(&states));
            return Err(at("state", message));
        }
        let mut operations = vec![set("System.Title", self.title.trim())];
        let text = acting.sign(self.description.as_ref().map_or("", |it| &it.0));
        operations.push(set(description_field(&kind.name), to_html(&text)));
        if let Some(person) = &self.assignee {
            operations.push(set("System.AssignedTo", acting.assignee("assignee", person).await?));
        }
        let texts = [
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
        let new = format!("/{}/_apis/wit/workitems/${}", segment(&project), segment(&kind.name));
        let created: Result<Item> = acting.patch_item(reqwest::Method::POST, &new, &operations).await;
        let item = created.map_err(|error| match error.kind {
            ErrorKind::NotFound if self.parent.is_some() => problem::about(error, "work item for the parent"),
            _ => problem::place(problem::about(error, &format!("project {project}")), PLACES),
        })?;
        let mut did = Message::text(format!("Created {} {}.", item.kind(), item.id));
        let item = match acting.move_to(&item, state).await {
            Ok(moved) => moved.unwrap_or(item),
            // It is there: that its state cannot be had must not look like failing to create it.
            Err(error) => {
                did = did.tone(Tone::Warning).context(format!(
                    "It stays {}: {}",
                    item.state(),
                    api::said(&error.message).unwrap_or(&error.message)
                ));
                item
            }
        };
        Ok(acting.shown(ctx, &item, &[], did).await)
    }
}

impl Acting<'_> {
    /// A new work item in another state than its first, in which Azure DevOps makes all; none where it is in that already.
    pub async fn move_to(&self, item: &Item, state: &str) -> Result<Option<Item>> {
        if state.is_empty() || item.state().eq_ignore_ascii_case(state) {
            return Ok(None);
        }
        let moved = self.patch_item(reqwest::Method::PATCH, &path(item.id), &[set("System.State", state)]).await;
        moved.map(Some).map_err(|error| about(error, item.id))
    }
}

fn child_of(on: &AzureDevOps, parent: u64) -> Value {
    relation(on, "System.LinkTypes.Hierarchy-Reverse", parent)
}

pub(super) fn relation(on: &AzureDevOps, kind: &str, to: u64) -> Value {
    let address = format!("{}/_apis/wit/workItems/{to}", on.http.base());
    json!({ "op": "add", "path": "/relations/-", "value": { "rel": kind, "url": address } })
}
