//! What changes a work item: `item update`, `assign`, `state`, `comment`.

use commands::{
    Action, Ctx, Effect, Error, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{about, create::tags, description_field, set};
use crate::azure_devops::{
    AzureDevOps,
    api::{Acting, COMMENTS, segment},
    param,
    people::is_none,
    problem::{at, either},
    text::to_html,
    wire::Item,
};

/// Changes a work item. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The work item's number, or its link.
    item: param::Item,
    /// What is wrong or wanted, in a line.
    title: Option<String>,
    /// All that helps; replaces what was there.
    description: Option<Markdown>,
    /// Where it is in its process.
    state: Option<param::State>,
    /// Who works on it.
    assignee: Option<Person>,
    /// How urgent it is, 1 first.
    #[schemars(range(min = 1, max = 4))]
    priority: Option<u8>,
    /// Its tags from now on, with commas between them.
    tags: Option<String>,
    /// The area, such as demo\Hardware.
    area: Option<param::Area>,
    /// The iteration, such as demo\Sprint 1.
    iteration: Option<param::Iteration>,
    /// Another field with its value, by its name in the API: Microsoft.VSTS.Scheduling.StoryPoints=3.
    #[serde(default)]
    field: Vec<String>,
}

impl Action for Update {
    type On = AzureDevOps;
    const NAME: &str = "item update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item update 1 priority=1 tags=urgent", "item update 1 assignee=none"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        let text = |it: &str| if is_none(it) { String::new() } else { it.trim().to_owned() };
        let mut operations = Vec::new();
        let texts = [
            ("System.Title", self.title.as_deref().map(text)),
            ("System.State", self.state.as_ref().map(|it| text(&it.0))),
            ("System.Tags", self.tags.as_deref().map(|it| tags(&text(it)))),
            ("System.AreaPath", self.area.as_ref().map(|it| text(&it.0))),
            ("System.IterationPath", self.iteration.as_ref().map(|it| text(&it.0))),
        ];
        operations.extend(texts.into_iter().filter_map(|(field, value)| Some(set(field, value?))));
        if let Some(description) = &self.description {
            let kind = acting.item(id).await?;
            operations.push(set(description_field(kind.kind()), to_html(&text(&description.0))));
        }
        if let Some(person) = &self.assignee {
            operations.push(set("System.AssignedTo", acting.assignee("assignee", person).await?));
        }
        operations.extend(self.priority.map(|it| set("Microsoft.VSTS.Common.Priority", it)));
        for field in &self.field {
            let Some((name, value)) = field.split_once('=').filter(|(name, _)| name.contains('.')) else {
                let message =
                    format!("`{field}` is no field with a value. Write it like Microsoft.VSTS.Scheduling.StoryPoints=3.");
                return Err(at("field", message));
            };
            operations.push(set(name.trim(), text(value)));
        }
        if operations.is_empty() {
            let message = format!("What shall change in {id}? Write it as a name and a value, such as priority=1.");
            return Err(Error::bad_input(message));
        }
        acting.change(ctx, id, &operations, &format!("Updated {id}.")).await
    }
}

/// Gives a work item to somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The work item's number, or its link.
    item: param::Item,
    /// Who: me, @ana, an email address, or none.
    to: Person,
}

impl Action for Assign {
    type On = AzureDevOps;
    const NAME: &str = "item assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item assign 1 me", "item assign 1 @ana"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        let login = acting.assignee("to", &self.to).await?;
        let did = if login.is_empty() { format!("{id} is nobody's now.") } else { format!("Assigned {id} to {login}.") };
        let reply = acting.change(ctx, id, &[set("System.AssignedTo", login)], &did).await;
        reply.map_err(|mut error| {
            error.fields.iter_mut().filter(|it| it.field == "assignee").for_each(|it| it.field = "to".into());
            error
        })
    }
}

/// Moves a work item to another state.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetState {
    /// The work item's number, or its link.
    item: param::Item,
    /// The state, by name.
    state: param::State,
    /// Why.
    reason: Option<String>,
    /// A comment on the change.
    comment: Option<Markdown>,
}

impl Action for SetState {
    type On = AzureDevOps;
    const NAME: &str = "item state";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item state 1 Active", "item state 1 Closed comment=\"Fixed in v1.0\""];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        let before = acting.item(id).await?;
        let types = on.types(before.project()).await?;
        let wanted = self.state.0.trim();
        let states = types.iter().find(|it| it.name == before.kind()).map(|it| it.states.as_slice()).unwrap_or_default();
        let state = states.iter().find(|it| it.name.eq_ignore_ascii_case(wanted));
        if state.is_none() && !states.is_empty() {
            let names: Vec<String> = states.iter().map(|it| it.name.clone()).collect();
            return Err(at("state", format!("A {} cannot be `{wanted}`. It can be {}.", before.kind(), either(&names))));
        }
        let state = state.map_or(wanted, |it| &it.name);
        let mut operations = vec![set("System.State", state)];
        operations.extend(self.reason.as_deref().map(|it| set("System.Reason", it.trim())));
        // Said with the change: both are done, or neither.
        let comment = self.comment.filter(|it| !it.0.trim().is_empty());
        operations.extend(comment.map(|it| set("System.History", to_html(&acting.sign(&it.0)))));
        acting.change(ctx, id, &operations, &format!("{id} is {state} now.")).await
    }
}

/// Writes a comment.
async fn say(acting: &Acting<'_>, item: &Item, text: &str) -> Result<()> {
    let path = format!("/{}/_apis/wit/workItems/{}/comments", segment(item.project()), item.id);
    let body = json!({ "text": to_html(&acting.sign(text)) });
    let said: Result<Value> = acting.post_as(COMMENTS, &path, &body).await;
    said.map(drop).map_err(|error| about(error, item.id))
}

/// Comments on a work item.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The work item's number, or its link.
    item: param::Item,
    /// What to say.
    text: Markdown,
}

impl Action for Comment {
    type On = AzureDevOps;
    const NAME: &str = "item comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item comment 1 The fire is out."];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        if self.text.0.trim().is_empty() {
            return Err(at("text", "A comment needs words."));
        }
        // Comments are written in a project, which the number does not tell.
        let item = acting.item(on.item_number(&self.item)?).await?;
        say(&acting, &item, &self.text.0).await?;
        Ok(acting.shown(ctx, &item, &[], Message::text(format!("Commented on {}.", item.id))).await)
    }
}
