//! `page create`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::notion::{Notion, api, markdown::rich_text, names::Place, param, problem, view, wire};

/// Creates a page: an entry of a database, or a page below another.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The database or the page that it goes into.
    #[schemars(extend("x-named" = true))]
    place: param::Place,
    /// Its title.
    #[schemars(length(min = 1, max = 2000))]
    title: String,
    /// What it says, in Markdown.
    content: Option<Markdown>,
    /// A property of the database with its value, such as Status=Doing, Owner=me or Due=2026-12-01.
    #[serde(default)]
    field: Vec<String>,
}

impl Action for Create {
    type On = Notion;
    const NAME: &str = "page create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "page create Printer on fire place=Tasks",
        "page create Printer on fire place=Tasks field=Status=Doing field=Owner=me content=\"It **burns**.\"",
    ];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let place = on.place("place", &self.place.0).await?;
        let title = json!({ "title": rich_text(self.title.trim()) });
        let (body, name, source) = match &place {
            Place::Source(source) => {
                let mut properties = Map::new();
                for field in &self.field {
                    let (name, value) = on.value("field", source, field, ctx).await?;
                    properties.insert(name, value);
                }
                properties.insert(source.title_property().to_owned(), title);
                let parent = json!({ "type": "data_source_id", "data_source_id": source.id });
                (json!({ "parent": parent, "properties": properties }), source.name(), Some(source.clone()))
            }
            Place::Page(_) if !self.field.is_empty() => {
                let message = "A page below another has only a title. Properties are a database's: give its name as the place.";
                return Err(problem::at("field", message));
            }
            Place::Page(page) => {
                let parent = json!({ "type": "page_id", "page_id": page.id });
                (json!({ "parent": parent, "properties": { "title": title } }), page.title(), None)
            }
        };
        let page: wire::Page = on.post("/v1/pages", &body).await.map_err(|it| problem::place(it, "field"))?;
        let said = Message::text(format!("Created “{}” in {name}.", page.title()));
        // The page is there: what fails now is told beside it.
        let text = self.content.as_ref().map_or("", |it| it.0.trim());
        let text = if text.is_empty() { format!("*{}*", api::asked(ctx)) } else { format!("{text}\n\n*{}*", api::asked(ctx)) };
        let said = match on.append(&page.id, &text).await {
            Ok(()) => said,
            Err(error) => said.context(format!("Its content could not be written. {}", error.message)),
        };
        let shown = on.get::<wire::Page>(&format!("/v1/pages/{}", page.id)).await.unwrap_or(page);
        Ok(view::reply(&shown, source.as_deref(), None, ctx, said))
    }
}

/// Sets properties of a page, by the schema of what it is a row of.
pub(super) async fn properties(on: &Notion, page: &wire::Page, fields: &[String], ctx: &Ctx) -> Result<Map<String, Value>> {
    let mut properties = Map::new();
    let Some(source) = page.source() else {
        if fields.is_empty() {
            return Ok(properties);
        }
        return Err(problem::at("field", format!("“{}” is in no database, so it has only a title.", page.title())));
    };
    let source = on.source_by_id(source).await?;
    for field in fields {
        let (name, value) = on.value("field", &source, field, ctx).await?;
        properties.insert(name, value);
    }
    Ok(properties)
}
