//! Files on work items: <https://learn.microsoft.com/rest/api/azure/devops/wit/attachments>.

use bytes::Bytes;
use commands::{Action, Block, Button, Ctx, Effect, File as Brought, Message, Reply, Result, Text, param::File};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    AzureDevOps,
    api::{Acting, segment},
    confirm, items, param,
    problem::{self, at},
    wire::{Item, Relation},
};
use crate::{file, words::size};

/// What kind of relation a file is.
const FILE: &str = "AttachedFile";

/// A file of a work item, and the place of its relation there.
struct Attached<'a> {
    place: usize,
    relation: &'a Relation,
}

impl Attached<'_> {
    fn name(&self) -> &str {
        self.relation.attributes.get("name").and_then(Value::as_str).unwrap_or("file")
    }

    fn bytes(&self) -> Option<u64> {
        self.relation.attributes.get("resourceSize").and_then(Value::as_u64)
    }

    /// What it is called in requests: the end of its address.
    fn id(&self) -> &str {
        let id = self.relation.url.rsplit('/').next().unwrap_or_default();
        id.split('?').next().unwrap_or(id)
    }
}

/// The oldest first, as they were added.
fn attached(item: &Item) -> Vec<Attached<'_>> {
    let files = item.relations.iter().enumerate().filter(|(_, it)| it.rel == FILE);
    files.map(|(place, relation)| Attached { place, relation }).collect()
}

/// Attaches a file from this chat, or from a public link, to a work item.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Attach {
    /// The work item's number, or its link.
    item: param::Item,
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: Vec<File>,
}

impl Action for Attach {
    type On = AzureDevOps;
    const NAME: &str = "item attach";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item attach 1 file=https://example.org/fire.txt"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Kept {
            url: String,
        }
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        if self.file.is_empty() {
            return Err(at("file", "Which file? Attach one, or write a public link: file=https://…"));
        }
        // All of them are here before anything is done with the first.
        let mut files = Vec::new();
        for file in &self.file {
            let fetched = ctx.host.download(&file.0).await;
            files.push(fetched.map_err(|error| {
                let message = error.message.clone();
                error.with_fields(vec![commands::FieldProblem::new("file", message)])
            })?);
        }
        let item = acting.item(id).await?;
        let path = format!("/{}/_apis/wit/attachments", segment(item.project()));
        let (comment, mut operations, mut names) = (acting.sign(""), Vec::new(), Vec::new());
        for file in files {
            names.push(file.name.clone());
            let query = [("fileName", file.name)];
            let kept: Kept = acting.upload(&path, &query, file.bytes).await.map_err(|error| items::about(error, id))?;
            let value = json!({ "rel": FILE, "url": kept.url, "attributes": { "comment": comment } });
            operations.push(json!({ "op": "add", "path": "/relations/-", "value": value }));
        }
        acting.change(ctx, id, &operations, &format!("Attached {} to {id}.", names.join(", "))).await
    }
}

/// Lists the files of a work item.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The work item's number, or its link.
    item: param::Item,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "attachment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["attachment list 1"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let id = on.item_number(&self.item)?;
        let item = on.acting(ctx).item(id).await?;
        let all = attached(&item);
        if all.is_empty() {
            return Ok(Reply::to_channel(format!("{} {id} has no files.", item.kind())));
        }
        let line = |it: &Attached<'_>| {
            let bytes = it.bytes().map(|it| format!(" · {}", size(it))).unwrap_or_default();
            Text::new().bold(it.name()).plain(bytes)
        };
        let button = |it: &Attached<'_>| {
            Button::run(it.name(), ctx.call(Fetch::NAME, json!({ "item": id.to_string(), "name": it.name() })))
        };
        let head = Text::new().bold("Files of ").link(items::url(on.http.base(), &item), format!("{} {id}", item.kind()));
        let options = all.iter().map(button).collect();
        let message = Message::text(head).list(all.iter().map(line).collect());
        Ok(Reply::to_channel(message.block(Block::Menu { label: "Bring here".into(), options })))
    }
}

/// Brings a file of a work item into the chat, up to 8 MB.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fetch {
    /// The work item's number, or its link.
    item: param::Item,
    /// The file's name, where there are several.
    name: Option<String>,
}

impl Action for Fetch {
    type On = AzureDevOps;
    const NAME: &str = "attachment download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["attachment download 1", "attachment download 1 name=fire.txt"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        let item = acting.item(id).await?;
        let (all, of) = (attached(&item), format!("{} {id}", item.kind()));
        let chosen = file::chosen(&all, "file", &of, self.name.as_deref(), |it| it.name())?;
        let said = Text::new().bold(chosen.name()).plain(" of ").link(items::url(on.http.base(), &item), of.as_str());
        file::handed(said, chosen.name(), chosen.bytes(), acting.content(&item, chosen)).await
    }
}

impl Acting<'_> {
    async fn content(&self, item: &Item, file: &Attached<'_>) -> Result<Bytes> {
        let path = format!("/{}/_apis/wit/attachments/{}", segment(item.project()), segment(file.id()));
        let query = [("fileName", file.name().to_owned()), ("download", "true".to_owned())];
        let content = self.file(&path, &query, "application/octet-stream", Brought::LIMIT).await;
        content.map_err(|error| problem::about(error, &format!("file {}", file.name())))
    }
}

/// Takes a file off a work item. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The work item's number, or its link.
    item: param::Item,
    /// What the file is called.
    name: String,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = AzureDevOps;
    const NAME: &str = "attachment delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["attachment delete 1 fire.txt"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let id = on.item_number(&self.item)?;
        let item = acting.item(id).await?;
        let (all, of) = (attached(&item), format!("{} {id}", item.kind()));
        let chosen = file::chosen(&all, "file", &of, Some(&self.name), |it| it.name())?;
        let name = chosen.name();
        if !self.confirm {
            let question = format!("This takes {name} off {of} “{}”.", item.title());
            let lost = ["The work item's history still leads to it.".to_owned()];
            let call = ctx.call(Self::NAME, json!({ "item": id.to_string(), "name": name }));
            return Ok(confirm::ask(&question, &lost, "Take the file off", call));
        }
        acting.remove(ctx, &item, chosen.place, &format!("Took {name} off {id}.")).await
    }
}
