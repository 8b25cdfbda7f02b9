//! Databases that are made and changed: <https://developers.notion.com/reference/create-database>,
//! <https://developers.notion.com/reference/update-a-data-source>.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Notion, databases,
    markdown::rich_text,
    names::same,
    pages::Confirm,
    param,
    problem::{self, all_of, at},
    wire,
};

/// Types of properties that can be made, as `database show` calls them.
const TYPES: &[&str] = &[
    "rich_text",
    "number",
    "select",
    "multi_select",
    "date",
    "people",
    "checkbox",
    "url",
    "email",
    "phone_number",
    "files",
    "relation",
    "created_time",
    "created_by",
    "last_edited_time",
    "last_edited_by",
    "unique_id",
];
/// What people call them otherwise.
const WORDS: &[(&str, &str)] = &[
    ("text", "rich_text"),
    ("multi-select", "multi_select"),
    ("tags", "multi_select"),
    ("person", "people"),
    ("yes/no", "checkbox"),
    ("link", "url"),
    ("mail", "email"),
    ("phone", "phone_number"),
    ("file", "files"),
    ("id", "unique_id"),
];

impl Notion {
    /// `Due=date`, `Stage=select: New, Doing, Done`, `Task=relation: demo tasks` as a name and a schema.
    async fn schema(&self, field: &str, text: &str) -> Result<(String, Value)> {
        let wrong =
            || at(field, format!("`{text}` is no property with a type. Write it as Due=date, or Stage=select: New, Done."));
        let (name, rest) = text.split_once('=').filter(|(name, _)| !name.trim().is_empty()).ok_or_else(wrong)?;
        let (kind, of) = rest.split_once(':').map_or((rest, None), |(kind, of)| (kind, Some(of.trim())));
        let (name, kind) = (name.trim().to_owned(), kind.trim().to_lowercase());
        let kind = WORDS.iter().find(|(word, _)| *word == kind).map_or(kind.as_str(), |(_, kind)| *kind);
        let schema = match (kind, of.filter(|it| !it.is_empty())) {
            ("status", _) => {
                let message = format!(
                    "Notion's API makes no properties of type status. Take {name}=select: New, Doing, Done, or add it in Notion."
                );
                return Err(at(field, message));
            }
            ("select" | "multi_select", options) => {
                let options = options.unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty());
                json!({ "options": options.map(|it| json!({ "name": it })).collect::<Vec<_>>() })
            }
            ("relation", Some(other)) => {
                json!({ "data_source_id": self.source(field, other).await?.id, "single_property": {} })
            }
            ("relation", None) => {
                return Err(at(field, format!("To which database? Write it as {name}=relation: demo tasks.")));
            }
            ("number", _) => json!({ "format": "number" }),
            (kind, _) if TYPES.contains(&kind) => json!({}),
            (kind, _) => {
                return Err(at(field, format!("There are no properties of type `{kind}`. There are {}.", all_of(TYPES))));
            }
        };
        Ok((name, json!({ kind: schema })))
    }
}

/// Creates a database below a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The page that it goes below.
    #[schemars(extend("x-named" = true))]
    place: param::Page,
    /// What it is called.
    #[schemars(length(min = 1, max = 2000))]
    title: String,
    /// A property with its type, such as Due=date, Owner=people or "Stage=select: New, Doing, Done". It has a Name without.
    #[serde(default)]
    property: Vec<String>,
}

impl Action for Create {
    type On = Notion;
    const NAME: &str = "database create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "database create Bugs place=\"Lobby handbook\"",
        "database create Bugs place=\"Lobby handbook\" property=Due=date property=\"Stage=select: New, Doing, Done\"",
    ];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = on.page("place", &self.place.0).await?;
        let mut properties = Map::from_iter([("Name".to_owned(), json!({ "title": {} }))]);
        for text in &self.property {
            let (name, schema) = on.schema("property", text).await?;
            if same(&name, "Name") {
                return Err(at("property", "Name is there already: it is the title of each entry."));
            }
            properties.insert(name, schema);
        }
        let body = json!({
            "parent": { "type": "page_id", "page_id": page.id },
            "title": rich_text(self.title.trim()),
            "initial_data_source": { "properties": properties },
        });
        let made: wire::Database = on.post("/v1/databases", &body).await.map_err(|it| problem::place(it, "property"))?;
        let did = format!("Created {} in “{}”.", self.title.trim(), page.title());
        Ok(told(on, made.data_sources.first().map(|it| it.id.as_str()), ctx, did).await)
    }
}

/// What was done, and the database as it is now: failing to look at it must not look like failing to do it.
pub(super) async fn told(on: &Notion, source: Option<&str>, ctx: &Ctx, did: String) -> Reply {
    let Some(id) = source else { return Reply::to_channel(did) };
    on.sources.invalidate(id).await;
    match on.source_by_id(id).await {
        Ok(source) => {
            let mut reply = databases::shown(&source, ctx);
            let mut message = Message::text(did);
            message.blocks.append(&mut reply.message.blocks);
            reply.message = message;
            reply
        }
        Err(_) => Reply::to_channel(did),
    }
}

/// Changes a database: its title and its properties.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The database.
    database: param::Database,
    /// Its new title.
    #[schemars(length(min = 1, max = 2000))]
    title: Option<String>,
    /// A new property with its type, such as Due=date or "Stage=select: New, Doing, Done".
    #[serde(default)]
    add: Vec<String>,
    /// A property with its new name, such as Due=Deadline.
    #[serde(default)]
    rename: Vec<String>,
    /// A property to take away, with what its entries hold of it. It asks first.
    #[serde(default)]
    remove: Vec<String>,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<Confirm>,
}

impl Action for Update {
    type On = Notion;
    const NAME: &str = "database update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "database update \"demo tasks\" add=\"Stage=select: New, Doing, Done\"",
        "database update \"demo tasks\" rename=Due=Deadline title=\"Demo's tasks\"",
    ];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let source = on.source("database", &self.database.0).await?;
        let mut properties = Map::new();
        for text in &self.add {
            let (name, schema) = on.schema("add", text).await?;
            if source.properties.keys().any(|it| same(it, &name)) {
                return Err(at("add", format!("{} has a property {name} already.", source.name())));
            }
            properties.insert(name, schema);
        }
        for text in &self.rename {
            let halves = text.split_once('=').map(|(old, new)| (old, new.trim())).filter(|(_, new)| !new.is_empty());
            let (old, new) =
                halves.ok_or_else(|| at("rename", format!("`{text}` has no new name. Write it as Due=Deadline.")))?;
            properties.insert(source.property("rename", old)?.0.to_owned(), json!({ "name": new }));
        }
        let mut gone = Vec::new();
        for name in &self.remove {
            let (name, schema) = source.property("remove", name)?;
            if schema["type"] == "title" {
                return Err(at("remove", format!("{name} is the title of each entry, which every database has.")));
            }
            gone.push(name);
            properties.insert(name.to_owned(), Value::Null);
        }
        let mut body = Map::new();
        if let Some(title) = &self.title {
            body.insert("title".into(), json!(rich_text(title.trim())));
        }
        if !properties.is_empty() {
            body.insert("properties".into(), json!(properties));
        }
        if body.is_empty() {
            return Err(commands::Error::bad_input(
                "What shall change? Write title=…, add=Due=date, rename=Due=Deadline or remove=Due.",
            ));
        }
        if !gone.is_empty() && self.confirm.is_none() {
            let what = format!("This takes {} away from {}, with what its entries hold there.", all_of(&gone), source.name());
            let mut params = json!({ "database": source.id, "remove": gone, "confirm": "yes" });
            for (name, given) in [("add", &self.add), ("rename", &self.rename)] {
                if !given.is_empty() {
                    params[name] = json!(given);
                }
            }
            if let Some(title) = &self.title {
                params["title"] = json!(title);
            }
            let button = Button::run("Take away", ctx.call(Self::NAME, params)).danger("Take the properties away?");
            return Ok(Reply::new(Message::text(what).tone(Tone::Warning).buttons(vec![button]), Audience::Private));
        }
        let path = format!("/v1/data_sources/{}", source.id);
        let field = if self.add.is_empty() { "rename" } else { "add" };
        on.patch::<Value>(&path, &Value::Object(body)).await.map_err(|it| problem::place(it, field))?;
        Ok(told(on, Some(&source.id), ctx, format!("Changed {}.", source.name())).await)
    }
}
