//! What the bot's account deleted, until the trash is emptied
//! (<https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/trashbin.html>).

use commands::{Action, Audience, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Nextcloud,
    card::{listed, warning},
    dav::{NAMESPACES, Resource},
    names, param, path,
    problem::at,
};

/// Something in the trash.
pub(super) struct Item {
    /// As it is called there: `old.pdf.d1795168800`.
    pub name: String,
    /// Where it was, from the connection's folder on.
    pub from: String,
    pub at: Option<Timestamp>,
    pub size: Option<u64>,
    pub is_folder: bool,
}

impl Nextcloud {
    fn trash_address(&self, rest: &str) -> String {
        format!("{}/trashbin/{}/{rest}", self.dav, path::encode_part(&self.user))
    }

    /// What is in the trash and was below the connection's folder, the newest first.
    pub(super) async fn trash(&self) -> Result<Vec<Item>> {
        let properties = "<d:resourcetype/><d:getcontentlength/><oc:size/><nc:trashbin-filename/>\
                          <nc:trashbin-original-location/><nc:trashbin-deletion-time/>";
        let body = format!("<d:propfind {NAMESPACES}><d:prop>{properties}</d:prop></d:propfind>");
        let address = self.trash_address("trash");
        let start = path::decode(&format!("{}{address}", self.base_path));
        let all = self.ask(self.dav("PROPFIND", &address).header("depth", "1"), &body).await?;
        let read = |it: &Resource| {
            let name = it.href.strip_prefix(&start)?.trim_matches('/').to_owned();
            let text = |name: &str| it.properties.text_of(name);
            let number = |name: &str| text(name).and_then(|it| it.parse().ok());
            let from = self.below(&format!("/{}", text("trashbin-original-location")?))?;
            let at = text("trashbin-deletion-time").and_then(|it| Timestamp::from_second(it.parse().ok()?).ok());
            let is_folder = it.properties.child("resourcetype").is_some_and(|it| it.child("collection").is_some());
            (!name.is_empty()).then(|| Item {
                name,
                from,
                at,
                size: number("size").or_else(|| number("getcontentlength")),
                is_folder,
            })
        };
        let mut items: Vec<Item> = all.iter().filter_map(read).collect();
        items.sort_by(|a, b| (b.at, &a.from).cmp(&(a.at, &b.from)));
        Ok(items)
    }

    /// What somebody means: its name there, or what it was called before; then the one that was deleted last.
    async fn trashed(&self, typed: &str) -> Result<Item> {
        let items = self.trash().await?;
        let typed = typed.trim();
        let is_it = |it: &Item| {
            it.name == typed || it.from == format!("/{}", typed.trim_start_matches('/')) || path::name(&it.from) == typed
        };
        let mut paths: Vec<String> = items.iter().map(|it| path::name(&it.from).to_owned()).collect();
        paths.dedup();
        match items.into_iter().find(is_it) {
            Some(item) => Ok(item),
            None => {
                let near = names::nearest(typed, &paths).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
                Err(at("item", format!("There is no `{typed}` in the trash.{near}")))
            }
        }
    }
}

/// Lists what was deleted through the bot and can be brought back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "trash list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["trash list"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let items = on.trash().await?;
        let line = |it: &Item| {
            let size = it.size.map(|it| format!(" · {}", path::size(it))).unwrap_or_default();
            let kind = if it.is_folder { "/" } else { "" };
            let text = Text::from(format!("{}{kind}{size} · deleted ", it.from));
            it.at.map_or(text.clone(), |at| text.time(at))
        };
        let options: Vec<Button> = items
            .iter()
            .take(25)
            .map(|it| Button::run(path::name(&it.from), ctx.call("trash restore", json!({ "item": it.name }))))
            .collect();
        let mut message = listed("Trash", "The trash is empty.", items.iter().take(25).map(line).collect(), items.len() > 25);
        if !options.is_empty() {
            message = message.block(commands::Block::Menu { label: "Bring back".into(), options });
        }
        Ok(Reply::new(message, Audience::Asker))
    }
}

/// Brings something back from the trash to where it was.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// What, as it was called.
    item: param::Trashed,
}

impl Action for Restore {
    type On = Nextcloud;
    const NAME: &str = "trash restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["trash restore old.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let item = on.trashed(&self.item.0).await?;
        let from = on.trash_address(&format!("trash/{}", path::encode_part(&item.name)));
        let to = format!("{}{}", on.http.base(), on.trash_address(&format!("restore/{}", path::encode_part(&item.name))));
        on.done(on.dav("MOVE", &from).header("destination", &to)).await.map_err(|error| match error.kind {
            ErrorKind::Conflict => {
                at("item", format!("`{}` cannot be brought back: something stands there, or is locked.", item.from))
            }
            _ => error,
        })?;
        Ok(on.after(ctx, &item.from, &format!("Brought back `{}`.", item.from)).await)
    }
}

/// Deletes something in the trash for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// What, as it was called.
    item: param::Trashed,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for Delete {
    type On = Nextcloud;
    const NAME: &str = "trash delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["trash delete old.pdf"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let item = on.trashed(&self.item.0).await?;
        if self.confirm.is_some() {
            on.done(on.dav("DELETE", &on.trash_address(&format!("trash/{}", path::encode_part(&item.name))))).await?;
            return Ok(Reply::to_channel(format!("`{}` is gone for good.", item.from)));
        }
        let size = item.size.map(|it| format!(" ({})", path::size(it))).unwrap_or_default();
        let said = Message::text(format!(
            "This deletes `{}`{size} for good, with its earlier versions. It cannot be brought back.",
            item.from
        ));
        let call = ctx.call(Self::NAME, json!({ "item": item.name }));
        Ok(warning(said, "Delete it for good", format!("Delete {} for good?", path::name(&item.from)), call))
    }
}

/// Empties the trash of the bot's account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Empty {
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for Empty {
    type On = Nextcloud;
    const NAME: &str = "trash empty";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["trash empty"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let items = on.trash().await?;
        if self.confirm.is_some() {
            // What lies outside of the connection's folder is nobody's here, so with one the items go one by one.
            if on.folder.is_empty() {
                on.done(on.dav("DELETE", &on.trash_address("trash")).timeout(super::LONG)).await?;
            } else {
                for item in &items {
                    on.done(on.dav("DELETE", &on.trash_address(&format!("trash/{}", path::encode_part(&item.name))))).await?;
                }
            }
            return Ok(Reply::to_channel(format!("The trash is empty: {} deleted for good.", count(items.len()))));
        }
        if items.is_empty() {
            return Ok(Reply::to_asker("The trash is empty."));
        }
        let names: Vec<&str> = items.iter().take(5).map(|it| it.from.as_str()).collect();
        let more = if items.len() > names.len() { format!(" and {} more", items.len() - names.len()) } else { String::new() };
        let said = Message::text(format!(
            "This deletes {} for good: {}{more}. None of it can be brought back.",
            count(items.len()),
            names.join(", ")
        ));
        Ok(warning(said, "Empty the trash", "Delete all of it for good?", ctx.call(Self::NAME, json!({}))))
    }
}

fn count(items: usize) -> String {
    format!("{items} item{}", if items == 1 { "" } else { "s" })
}
