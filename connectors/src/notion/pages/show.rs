//! `page show`.

use commands::{Action, Ctx, Effect, ErrorKind, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::notion::{Notion, databases, names::id_in, param, view};

/// Shows a page as Markdown, with its properties and buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its link, its id or its whole title.
    page: param::Page,
    /// Only its properties.
    #[serde(default)]
    brief: bool,
}

impl Action for Show {
    type On = Notion;
    const NAME: &str = "page show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &[
        "page show \"Lobby handbook\"",
        "page show https://www.notion.so/Lobby-handbook-be633bf1dfa0436db259571129a590e5 --brief",
    ];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = match on.page("page", &self.page.0).await {
            // A database's link looks the same, and whoever pastes it wants to see the database.
            Err(error) if error.kind == ErrorKind::BadInput && id_in(&self.page.0).is_some() => {
                return on.source("page", &self.page.0).await.map(|it| databases::shown(&it, ctx)).map_err(|_| error);
            }
            page => page?,
        };
        let source = view::source_of(on, &page).await;
        let content = if self.brief { None } else { Some(on.content(&page.id).await?) };
        Ok(view::reply(&page, source.as_deref(), content.as_ref(), ctx, Message::new()))
    }
}
