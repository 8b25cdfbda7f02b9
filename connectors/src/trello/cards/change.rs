//! What changes a card itself: `card move`, `due`, `done`, `update`, `archive`, `restore`.

use commands::{
    Action, Ctx, Effect, Reply, Result,
    param::{Markdown, Moment},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::PLACES;
use crate::trello::{Trello, names::is_none, param, problem, view, wire};

/// Moves a card to another list.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The card.
    card: param::Card,
    /// The list, by name.
    list: param::List,
    /// Another board, which has that list; or the card's own, where it is given by number.
    board: Option<param::Board>,
    /// Where in the list.
    position: Option<param::Position>,
}

impl Action for Move {
    type On = Trello;
    const NAME: &str = "card move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card move r33ylX2Z Doing", "card move 12 Done board=demo position=top"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let world = match &self.board {
            Some(board) => on.world_of("board", &board.0).await?,
            None => on.world(&card.id_board).await?,
        };
        let list = world.list("list", &self.list.0)?;
        let mut body = json!({ "idList": list.id });
        let elsewhere = world.board.id != card.id_board;
        if elsewhere {
            body["idBoard"] = json!(world.board.id);
        }
        if let Some(position) = self.position {
            body["pos"] = json!(position);
        }
        let from = card.list.as_ref().map_or("another list", |it| it.name.as_str());
        let to = if elsewhere { format!("{} on {}", list.name, world.board.name) } else { list.name.clone() };
        change(on, ctx, &card, body, &format!("Moved #{} from {from} to {to}.", card.id_short)).await
    }
}

/// Says until when a card is to be done.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Due {
    /// The card.
    card: param::Card,
    /// Until when, such as friday 17:00.
    #[schemars(extend("x-positional" = true))]
    due: Option<Moment>,
    /// From when.
    start: Option<Moment>,
    /// Take the date away.
    #[serde(default)]
    none: bool,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Due {
    type On = Trello;
    const NAME: &str = "card due";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card due r33ylX2Z due=\"friday 17:00\"", "card due r33ylX2Z --none"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let mut body = Map::new();
        let did = match (self.none, self.due) {
            (true, _) => {
                body.insert("due".into(), Value::Null);
                format!("#{} is not due any more.", card.id_short)
            }
            (false, Some(due)) => {
                body.insert("due".into(), json!(due.0));
                body.insert("dueComplete".into(), json!(false));
                format!("#{} is due on {}.", card.id_short, due.0.strftime("%Y-%m-%d %H:%M UTC"))
            }
            (false, None) if self.start.is_some() => format!("Changed the dates of #{}.", card.id_short),
            (false, None) => {
                return Err(problem::at("due", "Until when? Write a day and a time, such as friday 17:00, or --none."));
            }
        };
        if let Some(start) = self.start {
            body.insert("start".into(), json!(start.0));
        }
        change(on, ctx, &card, Value::Object(body), &did).await
    }
}

/// Marks a card as done in time.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Done {
    /// The card.
    card: param::Card,
    /// Move it to this list as well.
    list: Option<param::List>,
    /// It is not done after all.
    #[serde(default)]
    undo: bool,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Done {
    type On = Trello;
    const NAME: &str = "card done";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card done r33ylX2Z", "card done r33ylX2Z list=Done", "card done r33ylX2Z --undo"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let mut body = json!({ "dueComplete": !self.undo });
        let mut did = format!("#{} is {}.", card.id_short, if self.undo { "not done any more" } else { "done" });
        if let Some(list) = &self.list {
            let world = on.world(&card.id_board).await?;
            let list = world.list("list", &list.0)?;
            body["idList"] = json!(list.id);
            did = format!("{} It is in {} now.", did, list.name);
        }
        change(on, ctx, &card, body, &did).await
    }
}

/// Changes a card's name, description or dates. `none` empties the description.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The card.
    card: param::Card,
    /// What is to be done, in a line.
    #[schemars(length(min = 1, max = 16384))]
    name: Option<String>,
    /// All that helps; replaces what was there.
    description: Option<Markdown>,
    /// Until when.
    due: Option<Moment>,
    /// From when.
    start: Option<Moment>,
    /// Where in its list.
    position: Option<param::Position>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Update {
    type On = Trello;
    const NAME: &str = "card update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card update r33ylX2Z name=\"Printer is out\" position=top"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let mut body = Map::new();
        let mut put = |key: &str, value: Option<Value>| value.map(|value| body.insert(key.into(), value));
        put("name", self.name.as_deref().map(|it| json!(it.trim())));
        put("desc", self.description.as_ref().map(|it| json!(if is_none(&it.0) { "" } else { it.0.trim() })));
        put("due", self.due.map(|it| json!(it.0)));
        put("start", self.start.map(|it| json!(it.0)));
        put("pos", self.position.map(|it| json!(it)));
        if body.is_empty() {
            let message = "What shall change? Write it as a name and a value, such as name=\"Printer is out\".";
            return Err(commands::Error::bad_input(message));
        }
        change(on, ctx, &card, Value::Object(body), &format!("Updated #{}.", card.id_short)).await
    }
}

/// Archives a card: it leaves the board, and can come back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Archive {
    /// The card.
    card: param::Card,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Archive {
    type On = Trello;
    const NAME: &str = "card archive";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card archive r33ylX2Z"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        change(on, ctx, &card, json!({ "closed": true }), &format!("Archived #{}.", card.id_short)).await
    }
}

/// Sends an archived card back to the board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The card.
    card: param::Card,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Restore {
    type On = Trello;
    const NAME: &str = "card restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card restore r33ylX2Z"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        change(on, ctx, &card, json!({ "closed": false }), &format!("Sent #{} back to the board.", card.id_short)).await
    }
}

/// Sends the change, and shows what became of the card.
async fn change(on: &Trello, ctx: &Ctx, card: &wire::Card, body: Value, did: &str) -> Result<Reply> {
    on.put::<Value>(&format!("/1/cards/{}", card.id), &body).await.map_err(|it| problem::place(it, PLACES))?;
    Ok(view::after(on, &card.id, ctx, did).await)
}
