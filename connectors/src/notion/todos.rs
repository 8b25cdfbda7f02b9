//! To-dos in a page's text.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Notion,
    names::same,
    param,
    problem::{all_of, at},
    view,
    wire::{Block, plain},
};

/// Lists the to-dos of a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The page.
    page: param::Page,
}

impl Action for List {
    type On = Notion;
    const NAME: &str = "todo list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["todo list \"Lobby handbook\""];

    async fn run(self, on: &Notion, _: &Ctx) -> Result<Reply> {
        let page = on.page("page", &self.page.0).await?;
        let todos = on.todos(&page.id).await?;
        if todos.is_empty() {
            return Ok(Reply::to_channel(format!("“{}” has no to-dos.", page.title())));
        }
        let done = todos.iter().filter(|it| is_done(it)).count();
        let line = |it: &Block| Text::from(format!("{} {}", if is_done(it) { "☑" } else { "☐" }, words(it)));
        let heading = Text::new().link(&page.url, page.title()).plain(format!(" {done}/{}", todos.len()));
        Ok(Reply::to_channel(Message::text(heading).list(todos.iter().take(50).map(line).collect())))
    }
}

/// Ticks a to-do of a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Tick {
    /// The page.
    page: param::Page,
    /// The to-do, by its words or how they begin.
    todo: param::Todo,
    /// Take the tick away.
    #[serde(default)]
    undo: bool,
}

impl Action for Tick {
    type On = Notion;
    const NAME: &str = "todo tick";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["todo tick \"Lobby handbook\" Buy lamps"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = on.page("page", &self.page.0).await?;
        let todos = on.todos(&page.id).await?;
        let typed = self.todo.0.trim();
        let exact: Vec<&Block> = todos.iter().filter(|it| same(&words(it), typed)).collect();
        let begins = |it: &&Block| !typed.is_empty() && words(it).to_lowercase().starts_with(&typed.to_lowercase());
        let found = if exact.is_empty() { todos.iter().filter(begins).collect() } else { exact };
        let names: Vec<String> = todos.iter().map(words).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let todo = match found.as_slice() {
            [one] => *one,
            [] if names.is_empty() => return Err(at("page", format!("“{}” has no to-dos.", page.title()))),
            [] => return Err(at("todo", format!("“{}” has no to-do `{typed}`. There are {}.", page.title(), all_of(&names)))),
            _ => return Err(at("todo", format!("`{typed}` can be several to-dos. Write all of its words."))),
        };
        let body = json!({ "to_do": { "checked": !self.undo } });
        on.patch::<Value>(&format!("/v1/blocks/{}", todo.id), &body).await?;
        let did = format!("“{}” of “{}” is {}.", words(todo), page.title(), if self.undo { "open again" } else { "done" });
        Ok(view::after(on, &page.id, ctx, &did).await)
    }
}

fn is_done(todo: &Block) -> bool {
    todo.content()["checked"] == true
}

pub(super) fn words(todo: &Block) -> String {
    plain(&todo.content()["rich_text"])
}

impl Notion {
    /// The to-dos of a page that stand in no other block.
    pub(super) async fn todos(&self, page: &str) -> Result<Vec<Block>> {
        let mut blocks = self.children(page).await?;
        blocks.retain(|it| it.kind == "to_do");
        Ok(blocks)
    }
}
