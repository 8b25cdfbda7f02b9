//! What changes a page: `page update`, `append`, `move`, `archive`, `restore`.

use commands::{Action, Ctx, Effect, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::create::properties;
use crate::notion::{Notion, api, markdown::rich_text, names::Place, param, problem, view};

/// Changes a page's title or properties. `none` empties a property.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The page.
    page: param::Page,
    /// A property with its value, such as Status=Done.
    #[serde(default)]
    field: Vec<String>,
    /// Its new title.
    #[schemars(length(min = 1, max = 2000))]
    title: Option<String>,
}

impl Action for Update {
    type On = Notion;
    const NAME: &str = "page update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["page update \"Printer on fire\" field=Status=Done field=Due=none"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = on.page("page", &self.page.0).await?;
        let mut properties = properties(on, &page, &self.field, ctx).await?;
        if let Some(title) = &self.title {
            let name = page.properties.iter().find(|(_, it)| it["type"] == "title").map_or("title", |(name, _)| name.as_str());
            properties.insert(name.to_owned(), json!({ "title": rich_text(title.trim()) }));
        }
        if properties.is_empty() {
            return Err(commands::Error::bad_input("What shall change? Write field=Status=Done, or title=…"));
        }
        let body = json!({ "properties": properties });
        on.patch::<Value>(&format!("/v1/pages/{}", page.id), &body).await.map_err(|it| problem::place(it, "field"))?;
        Ok(view::after(on, &page.id, ctx, &format!("Updated “{}”.", page.title())).await)
    }
}

/// Adds text at the end of a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Append {
    /// The page.
    page: param::Page,
    /// What to add, in Markdown: headings, lists, to-dos, tables, code.
    text: Markdown,
}

impl Action for Append {
    type On = Notion;
    const NAME: &str = "page append";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["page append \"Lobby handbook\" The **big** lamp is out."];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let text = self.text.0.trim();
        if text.is_empty() {
            return Err(problem::at("text", "There is nothing to add: write some words."));
        }
        let page = on.page("page", &self.page.0).await?;
        on.append(&page.id, &format!("{text}\n\n*{}*", api::asked(ctx))).await?;
        Ok(view::after(on, &page.id, ctx, &format!("Added to “{}”.", page.title())).await)
    }
}

/// Moves a page below another, or into a database.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The page.
    page: param::Page,
    /// Where to: a page or a database.
    place: param::Place,
}

impl Action for Move {
    type On = Notion;
    const NAME: &str = "page move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["page move \"Printer on fire\" \"Lobby handbook\""];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = on.page("page", &self.page.0).await?;
        let place = on.place("place", &self.place.0).await?;
        let (parent, name) = match &place {
            Place::Page(other) if other.id == page.id => {
                return Err(problem::at("place", "A page cannot be moved below itself."));
            }
            Place::Page(other) => (json!({ "type": "page_id", "page_id": other.id }), other.title()),
            Place::Source(source) => (json!({ "type": "data_source_id", "data_source_id": source.id }), source.name()),
        };
        on.ask::<Value>(&format!("/v1/pages/{}/move", page.id), &json!({ "parent": parent }))
            .await
            .map_err(|it| problem::place(it, "place"))?;
        Ok(view::after(on, &page.id, ctx, &format!("Moved “{}” to {name}.", page.title())).await)
    }
}

/// Archives a page with the pages below it: it goes to the trash, and can be restored for 30 days.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Archive {
    /// The page.
    page: param::Page,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<Confirm>,
}

/// The answer to a question that is asked before something goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}

impl Action for Archive {
    type On = Notion;
    const NAME: &str = "page archive";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["page archive \"Printer on fire\""];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        use commands::{Audience, Button, Message, Tone};
        let page = on.page("page", &self.page.0).await?;
        if self.confirm.is_none() {
            let children = on.children(&page.id).await?;
            let pages = children.iter().filter(|it| it.kind.starts_with("child_")).count();
            let below = if pages > 0 { format!(" and {} below it", view::count(pages, "page")) } else { String::new() };
            let what = format!(
                "“{}” would go to the trash with {}{below}. It can be restored for 30 days, then it is gone for good.",
                page.title(),
                view::count(children.len() - pages, "block"),
            );
            let call = ctx.call("page archive", json!({ "page": page.id, "confirm": "yes" }));
            let button = Button::run("Archive the page", call).danger("Send the page to the trash?");
            return Ok(Reply::new(Message::text(what).tone(Tone::Warning).buttons(vec![button]), Audience::Private));
        }
        on.patch::<Value>(&format!("/v1/pages/{}", page.id), &json!({ "in_trash": true })).await?;
        Ok(view::after(on, &page.id, ctx, &format!("Archived “{}”.", page.title())).await)
    }
}

/// Takes a page out of the trash.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The page, by its link or id.
    page: param::Page,
}

impl Action for Restore {
    type On = Notion;
    const NAME: &str = "page restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["page restore be633bf1dfa0436db259571129a590e5"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = on.page("page", &self.page.0).await?;
        on.patch::<Value>(&format!("/v1/pages/{}", page.id), &json!({ "in_trash": false })).await?;
        Ok(view::after(on, &page.id, ctx, &format!("Restored “{}”.", page.title())).await)
    }
}
