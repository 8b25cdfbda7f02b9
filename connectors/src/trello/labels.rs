//! Labels of boards.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Trello, param, view, wire};

/// Lists a board's labels.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The board.
    board: param::Board,
}

impl Action for List {
    type On = Trello;
    const NAME: &str = "label list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["label list demo"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let line =
            |it: &wire::Label| Text::new().bold(it.title()).plain(format!(" · {}", it.color.as_deref().unwrap_or("no colour")));
        let heading = format!("{} on {}", view::count(world.labels.len(), "label"), world.board.name);
        let message = Message::text(heading);
        Ok(Reply::to_channel(if world.labels.is_empty() {
            message
        } else {
            message.list(world.labels.iter().map(line).collect())
        }))
    }
}

/// Adds a label to a board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// What it is called.
    name: String,
    /// Its colour.
    color: Option<param::Color>,
}

impl Action for Create {
    type On = Trello;
    const NAME: &str = "label create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label create urgent board=demo color=red"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let board = on.board("board", &self.board.0).await?;
        let body = json!({ "name": self.name.trim(), "color": self.color, "idBoard": board.id });
        let label: wire::Label = on.post("/1/labels", &body).await?;
        on.worlds.invalidate(&board.id).await;
        Ok(Reply::to_channel(format!("Added the label {} to {}.", label.title(), board.name)))
    }
}

/// Changes a label's name or colour, on all cards that have it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// The label.
    label: param::Label,
    /// Its new name.
    name: Option<String>,
    /// Its new colour.
    color: Option<param::Color>,
}

impl Action for Update {
    type On = Trello;
    const NAME: &str = "label update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label update urgent board=demo color=orange name=soon"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let label = world.label("label", &self.label.0)?;
        let mut body = serde_json::Map::new();
        if let Some(name) = &self.name {
            body.insert("name".into(), json!(name.trim()));
        }
        if let Some(color) = self.color {
            body.insert("color".into(), json!(color));
        }
        if body.is_empty() {
            return Err(commands::Error::bad_input("What shall change? Write name=… or color=…"));
        }
        let after: wire::Label = on.put(&format!("/1/labels/{}", label.id), &Value::Object(body)).await?;
        on.worlds.invalidate(&world.board.id).await;
        let color = after.color.as_deref().unwrap_or("no colour");
        Ok(Reply::to_channel(format!("The label {} of {} is {} ({color}) now.", label.title(), world.board.name, after.title())))
    }
}

/// Deletes a label, off all cards that have it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// The label.
    label: param::Label,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Trello;
    const NAME: &str = "label delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label delete urgent board=demo"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let label = world.label("label", &self.label.0)?;
        if self.confirm.is_none() {
            let cards: Vec<wire::Card> = on.get(&format!("/1/boards/{}/cards/open", world.board.id), &[]).await?;
            let with = cards.iter().filter(|it| it.labels.iter().any(|it| it.id == label.id)).count();
            let what = format!(
                "The label {} of {} would be deleted, and taken off {} and those in the archive.",
                label.title(),
                world.board.name,
                view::count(with, "open card")
            );
            let params = json!({ "board": world.board.short_link, "label": label.title() });
            return Ok(view::ask(ctx, "label delete", params, "Delete the label", &what));
        }
        on.delete(&format!("/1/labels/{}", label.id)).await?;
        on.worlds.invalidate(&world.board.id).await;
        Ok(Reply::to_channel(format!("Deleted the label {} of {}.", label.title(), world.board.name)))
    }
}
