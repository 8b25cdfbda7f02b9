//! Databases: what they hold, and their entries.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Notion, param,
    problem::{all_of, at, place},
    property::options,
    view, wire,
};
use crate::http::pages::first;

const LIMIT: usize = 20;

/// Lists the databases that are shared with the integration.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Notion;
    const NAME: &str = "database list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["database list"];

    async fn run(self, on: &Notion, _: &Ctx) -> Result<Reply> {
        let all = on.sources("").await?;
        if all.items.is_empty() {
            let message = "No database is shared with the integration. Open one in Notion, •••, Connections, and add it there.";
            return Ok(Reply::to_channel(message));
        }
        let line = |it: &wire::Source| {
            let names: Vec<&str> = it.properties.keys().map(String::as_str).collect();
            Text::new().link(it.link(), it.name()).plain(format!(" · {}", all_of(&names)))
        };
        let first = if all.more { "The first " } else { "" };
        let heading = format!("{first}{}", view::count(all.items.len(), "database"));
        Ok(Reply::to_channel(Message::text(heading).list(all.items.iter().map(line).collect())))
    }
}

/// Shows a database's properties, and what they can be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The database.
    database: param::Database,
}

impl Action for Show {
    type On = Notion;
    const NAME: &str = "database show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["database show Tasks"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        Ok(shown(&*on.source("database", &self.database.0).await?, ctx))
    }
}

/// A database with its properties.
pub(super) fn shown(source: &wire::Source, ctx: &Ctx) -> Reply {
    let fact = |(name, it): (&String, &Value)| {
        let kind = it["type"].as_str().unwrap_or_default();
        let options = options(it);
        let text = if options.is_empty() { kind.to_owned() } else { format!("{kind}: {}", options.join(", ")) };
        (name.clone(), Text::from(text))
    };
    let call = |action: &str, key: &str| ctx.call(action, json!({ key: source.id }));
    let message = Message::new()
        .heading(source.name())
        .paragraph(Text::new().link(source.link(), "Open in Notion"))
        .facts(source.properties.iter().map(fact).collect())
        .buttons(vec![
            Button::form("New entry", call("page create", "place")).primary(),
            Button::run("Entries", call("database query", "database")),
        ]);
    Reply::to_channel(message)
}

/// An order of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    #[default]
    Ascending,
    Descending,
}

/// Lists a database's entries, the last edited first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Query {
    /// The database.
    database: param::Database,
    /// A condition, such as Status=Doing, Status!=Done, Owner=me, Name~printer or Due<2026-12-01. All must hold.
    #[serde(default, rename = "where")]
    condition: Vec<String>,
    /// Sort by this property.
    sort: Option<param::Property>,
    /// Up or down.
    #[serde(default)]
    order: Order,
    /// How many at most.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<usize>,
}

impl Action for Query {
    type On = Notion;
    const NAME: &str = "database query";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["database query Tasks", "database query Tasks where=Status!=Done where=Owner=me sort=Due"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let source = on.source("database", &self.database.0).await?;
        let mut filters = Vec::new();
        for condition in &self.condition {
            filters.push(on.filter("where", &source, condition, ctx).await?);
        }
        let mut body = Map::new();
        match filters.len() {
            0 => {}
            1 => drop(body.insert("filter".into(), filters.remove(0))),
            _ => drop(body.insert("filter".into(), json!({ "and": filters }))),
        }
        let sort = match &self.sort {
            Some(property) => json!({ "property": source.property("sort", &property.0)?.0, "direction": self.order }),
            None => json!({ "timestamp": "last_edited_time", "direction": "descending" }),
        };
        body.insert("sorts".into(), json!([sort]));
        let limit = self.limit.unwrap_or(LIMIT);
        let path = format!("/v1/data_sources/{}/query", source.id);
        let found = first(limit, on.found::<wire::Page>(path, body)).await.map_err(|it| place(it, "where"))?;
        let heading = match (found.items.len(), found.more) {
            (0, _) => return Ok(Reply::to_channel(format!("No entry of {} is like that.", source.name()))),
            (1, true) => format!("The first entry of {}", source.name()),
            (count, true) => format!("The first {count} entries of {}", source.name()),
            (1, false) => format!("1 entry of {}", source.name()),
            (count, false) => format!("{count} entries of {}", source.name()),
        };
        let mut message = Message::text(heading).list(found.items.iter().map(|it| view::line(it, None)).collect());
        if found.more && limit < 100 {
            let mut params = json!({ "database": source.id, "limit": (limit * 2).min(100) });
            if !self.condition.is_empty() {
                params["where"] = json!(self.condition);
            }
            if let Some(sort) = &self.sort {
                (params["sort"], params["order"]) = (json!(sort.0), json!(self.order));
            }
            message = message.buttons(vec![Button::run("Show more", ctx.call("database query", params))]);
        }
        Ok(Reply::to_channel(message))
    }
}

impl Notion {
    /// The data source that a form names, by a database, a place or a page.
    pub(super) async fn source_given(&self, field: &str, text: &str) -> Result<Option<std::sync::Arc<wire::Source>>> {
        if field == "page" {
            let page = self.page(field, text).await?;
            return Ok(view::source_of(self, &page).await);
        }
        match self.source(field, text).await {
            Ok(source) => Ok(Some(source)),
            Err(_) if field == "place" => Ok(None),
            Err(error) => Err(at(field, error.message)),
        }
    }
}
