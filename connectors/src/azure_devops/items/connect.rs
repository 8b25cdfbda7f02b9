//! `item link`, `item unlink` and `item delete`.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{about, create::relation};
use crate::azure_devops::{
    AzureDevOps,
    api::segment,
    confirm, param,
    problem::{self, at},
};

/// Links a work item to another one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Connect {
    /// The work item's number, or its link.
    item: param::Item,
    /// The other work item.
    to: param::Item,
    /// What the other one is to it.
    #[serde(default, rename = "as")]
    how: How,
}

/// What the other work item is.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    #[default]
    Related,
    Parent,
    Child,
    Predecessor,
    Successor,
    Duplicate,
}

impl How {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            How::Related => ("System.LinkTypes.Related", "related to"),
            How::Parent => ("System.LinkTypes.Hierarchy-Reverse", "a child of"),
            How::Child => ("System.LinkTypes.Hierarchy-Forward", "the parent of"),
            How::Predecessor => ("System.LinkTypes.Dependency-Reverse", "after"),
            How::Successor => ("System.LinkTypes.Dependency-Forward", "before"),
            How::Duplicate => ("System.LinkTypes.Duplicate-Forward", "duplicated by"),
        }
    }
}

impl Action for Connect {
    type On = AzureDevOps;
    const NAME: &str = "item link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item link 1 2", "item link 2 1 as=parent"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        let to = on.number("to", &self.to.0, param::Noun::Item)?;
        let (kind, words) = self.how.words();
        let linked = acting.change(ctx, id, &[relation(on, kind, to)], &format!("{id} is {words} {to} now.")).await;
        // It does not say which of them is not there.
        linked.map_err(|error| problem::about(error, &format!("work item {id} or {to}")))
    }
}

/// Takes the link between two work items away.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlink {
    /// The work item's number, or its link.
    item: param::Item,
    /// The other work item.
    from: param::Item,
}

impl Action for Unlink {
    type On = AzureDevOps;
    const NAME: &str = "item unlink";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item unlink 1 2"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let item = acting.item(on.item_number(&self.item)?).await?;
        let (id, from) = (item.id, on.number("from", &self.from.0, param::Noun::Item)?);
        let ends = format!("/workItems/{from}");
        let place = item.relations.iter().position(|it| it.rel.starts_with("System.LinkTypes.") && it.url.ends_with(&ends));
        match place {
            Some(place) => acting.remove(ctx, &item, place, &format!("{id} and {from} are linked no more.")).await,
            None => {
                let linked = super::linked(&item);
                let there = if linked.is_empty() { "It is linked to none.".to_owned() } else { format!("It has {linked}.") };
                Err(at("from", format!("{} {id} is not linked to {from}. {there}", item.kind())))
            }
        }
    }
}

/// Deletes a work item: it goes to the project's recycle bin.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The work item's number, or its link.
    item: param::Item,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = AzureDevOps;
    const NAME: &str = "item delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item delete 3"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        let item = acting.item(id).await?;
        let title = item.title();
        if !self.confirm {
            let question = format!("This deletes {} {id} “{title}” of {}.", item.kind(), item.project());
            let lost = [format!("It goes to the project's recycle bin, from where `item restore {id}` brings it back.")];
            let call = ctx.call(Self::NAME, json!({ "item": id.to_string() }));
            return Ok(confirm::ask(&question, &lost, "Delete the work item", call));
        }
        let path = format!("/{}/_apis/wit/workitems/{id}", segment(item.project()));
        acting.delete(&path).await.map_err(|error| about(error, id))?;
        let back = ctx.call("item restore", json!({ "item": id.to_string(), "project": item.project() }));
        let message = Message::text(format!("Deleted {} {id} “{title}”; it is in the recycle bin.", item.kind()));
        Ok(Reply::to_channel(message.buttons(vec![Button::run("Bring it back", back)])))
    }
}
