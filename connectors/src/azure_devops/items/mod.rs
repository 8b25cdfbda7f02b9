//! Work items: what can be done to them, and what the actions have in common.

use std::time::Duration;

use commands::{Audience, Block, Button, Card, Ctx, Error, ErrorKind, Message, Reply, Result, Text, Tone};
use serde_json::{Value, json};

use super::{
    AzureDevOps,
    api::{Acting, Listed, segment},
    param::{self, Noun},
    problem,
    text::{shorten, to_markdown},
    wire::{self, Item},
};

mod change;
mod connect;
mod create;
mod history;
mod list;
mod query;

pub use change::{Assign, Comment, SetState, Update};
pub use connect::{Connect, Delete, Unlink};
pub use create::Create;
pub use history::{Comments, History, Restore};
pub use list::{List, Show};
pub(super) use query::answer;
pub use query::{Query, Search};

/// The parameters that hold a work item's fields, for placing complaints.
pub(super) const PLACES: &[&str] = &["title", "state", "assignee", "area", "iteration", "priority", "type"];
/// The longest description shown.
const DESCRIPTION: usize = 600;

/// Where its description is: a bug has none of its own in most processes, but steps to reproduce it.
pub(super) fn description_field(kind: &str) -> &'static str {
    if kind == "Bug" { "Microsoft.VSTS.TCM.ReproSteps" } else { "System.Description" }
}

/// As HTML; where it is usual for its type, else where it is.
pub(super) fn description(item: &Item) -> &str {
    let fields = [description_field(item.kind()), "System.Description"];
    fields.into_iter().map(|it| item.text(it)).find(|it| !it.is_empty()).unwrap_or_default()
}

/// `{"op": "add", "path": "/fields/System.Title", "value": …}`: also replaces.
pub(super) fn set(field: &str, value: impl Into<Value>) -> Value {
    json!({ "op": "add", "path": format!("/fields/{field}"), "value": value.into() })
}

/// A work item is found by its number alone, whatever its project.
pub(super) fn path(id: u64) -> String {
    format!("/_apis/wit/workitems/{id}")
}

pub(super) fn url(base: &str, item: &Item) -> String {
    format!("{base}/{}/_workitems/edit/{}", segment(item.project()), item.id)
}

pub(super) fn about(error: Error, id: u64) -> Error {
    problem::place(problem::about(error, &format!("work item {id}")), PLACES)
}

impl AzureDevOps {
    pub(super) fn item_number(&self, item: &param::Item) -> Result<u64> {
        self.number("item", &item.0, Noun::Item)
    }

    /// The kinds of work items in a project, with their states; administrators change them now and then.
    pub(super) async fn types(&self, project: &str) -> Result<Vec<wire::ItemType>> {
        let path = format!("/{}/_apis/wit/workitemtypes", segment(project));
        let asked = self.http.get(&path).header("x-tfs-fedauthredirect", "Suppress").query(&[("api-version", "7.1")]);
        let found: Listed<wire::ItemType> = asked.cached(Duration::from_secs(300)).send().await?;
        Ok(found.value.into_iter().filter(|it| !it.is_disabled).collect())
    }
}

impl Acting<'_> {
    pub async fn item(&self, id: u64) -> Result<Item> {
        self.get(&path(id), &[("$expand", "relations".to_owned())]).await.map_err(|error| about(error, id))
    }

    /// These work items, in this order; those that are gone are left out.
    pub async fn items(&self, ids: &[u64]) -> Result<Vec<Item>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let query = [("ids", ids), ("errorPolicy", "omit".to_owned())];
        let found: Listed<Option<Item>> = self.get("/_apis/wit/workitems", &query).await?;
        Ok(found.value.into_iter().flatten().collect())
    }

    /// Changes fields; the same twice is the same once.
    pub async fn change(&self, ctx: &Ctx, id: u64, operations: &[Value], did: &str) -> Result<Reply> {
        let changed: Result<Item> = self.patch_item(reqwest::Method::PATCH, &path(id), operations).await;
        let item = changed.map_err(|error| about(error, id))?;
        Ok(self.shown(ctx, &item, &[], Message::text(did)).await)
    }

    /// Takes a relation off, if nobody changed the work item since it was read: relations are named by their places.
    pub async fn remove(&self, ctx: &Ctx, item: &Item, place: usize, did: &str) -> Result<Reply> {
        let unchanged = json!({ "op": "test", "path": "/rev", "value": item.rev });
        let remove = json!({ "op": "remove", "path": format!("/relations/{place}") });
        self.change(ctx, item.id, &[unchanged, remove], did).await.map_err(|error| match error.kind {
            ErrorKind::Conflict => {
                let message = format!("{} {} was changed in this moment, so nothing was done. Try again.", item.kind(), item.id);
                Error { message, ..error }
            }
            _ => error,
        })
    }

    /// What was done, and the work item as it is now.
    pub async fn shown(&self, ctx: &Ctx, item: &Item, comments: &[wire::Comment], did: Message) -> Reply {
        let base = self.on.http.base();
        let id = item.id.to_string();
        let types = self.on.types(item.project()).await.unwrap_or_default();
        let states = types.iter().find(|it| it.name == item.kind()).map(|it| it.states.as_slice()).unwrap_or_default();
        let is_over = states.iter().any(|it| it.name == item.state() && it.is_end());
        let mut facts: Vec<(String, Text)> = vec![
            ("State".into(), item.state().into()),
            ("Assigned to".into(), item.person("System.AssignedTo").map_or("nobody".into(), |it| it.display_name).into()),
        ];
        let mut fact = |name: &str, value: String| {
            if !value.is_empty() {
                facts.push((name.to_owned(), value.into()));
            }
        };
        let number = |name: &str| item.fields.get(name).filter(|it| it.is_number()).map(ToString::to_string).unwrap_or_default();
        fact("Priority", number("Microsoft.VSTS.Common.Priority"));
        fact("Effort", number("Microsoft.VSTS.Scheduling.StoryPoints"));
        fact("Tags", item.tags().join(", "));
        for (name, field) in [("Area", "System.AreaPath"), ("Iteration", "System.IterationPath")] {
            // The project alone says nothing.
            fact(name, if item.text(field) == item.project() { String::new() } else { item.text(field).to_owned() });
        }
        fact("Linked", linked(item));
        let files = item.relations.iter().filter(|it| it.rel == "AttachedFile");
        let names: Vec<&str> = files.filter_map(|it| it.attributes.get("name")?.as_str()).collect();
        fact("Files", names.join(", "));
        let author = item.person("System.CreatedBy").map(|it| format!(" · by {}", it.display_name)).unwrap_or_default();
        let line = Text::new().link(url(base, item), format!("{} {}", item.kind(), item.id));
        let mut shown = Message::new()
            .tone(if is_over { Tone::Good } else { Tone::Neutral })
            .heading(format!("#{} {}", item.id, item.title()))
            .paragraph(line.plain(format!(" · {}{author}", item.project())))
            .facts(facts);
        let description = to_markdown(description(item));
        if !description.is_empty() {
            shown = shown.block(Block::Quote(shorten(&description, DESCRIPTION).into()));
        }
        if !comments.is_empty() {
            let line = |it: &wire::Comment| {
                let text = shorten(&to_markdown(&it.text), 300);
                Text::new().bold(&it.created_by.display_name).plain(" ").time(it.created_date).plain(format!(": {text}"))
            };
            shown = shown.paragraph("Last comments").list(comments.iter().map(line).collect());
        }
        shown = shown.buttons(vec![
            Button::form("Comment", ctx.call("item comment", json!({ "item": id }))),
            Button::run("Assign to me", ctx.call("item assign", json!({ "item": id, "to": "me" }))),
            Button::form("Change", ctx.call("item update", json!({ "item": id }))),
            Button::run("History", ctx.call("item history", json!({ "item": id }))),
        ]);
        let option =
            |it: &wire::ItemState| Button::run(&it.name, ctx.call("item state", json!({ "item": id, "state": it.name })));
        let options: Vec<Button> = states.iter().filter(|it| it.name != item.state()).map(option).collect();
        if !options.is_empty() {
            shown = shown.block(Block::Menu { label: "State".into(), options });
        }
        if let Some(at) = item.changed() {
            shown = shown.context(Text::new().plain("Changed ").time(at));
        }
        let call = ctx.call("item show", json!({ "item": id }));
        Reply::card(Card { object: url(base, item), said: did, shown, call }, Audience::Channel)
    }
}

/// `parent 7, related 9`.
fn linked(item: &Item) -> String {
    let one = |it: &wire::Relation| {
        let id = it.url.rsplit_once("/workItems/")?.1;
        let name = it.attributes.get("name").and_then(Value::as_str).unwrap_or("linked").to_lowercase();
        it.rel.starts_with("System.LinkTypes.").then(|| format!("{name} {id}"))
    };
    item.relations.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

/// `Bug 42 Printer on fire · Active · Ana Example`.
pub(super) fn line(base: &str, item: &Item) -> Text {
    let assignee = item.person("System.AssignedTo").map_or("nobody".into(), |it| it.display_name);
    Text::new().link(url(base, item), format!("{} {}", item.kind(), item.id)).plain(format!(
        " {} · {} · {assignee}",
        item.title(),
        item.state()
    ))
}
