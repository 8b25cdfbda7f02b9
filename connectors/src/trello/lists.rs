//! Lists of boards.

use commands::{Action, Ctx, Effect, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Trello, names::pick, param, problem, view, wire};

/// Adds a list to a board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// What it is called.
    #[schemars(length(min = 1, max = 16384))]
    name: String,
    /// Where: right of this list.
    after: Option<param::List>,
    /// Where, without another list: left or right of all.
    position: Option<End>,
}

/// An end of the row of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Left,
    Right,
}

impl End {
    fn written(self) -> Value {
        json!(if self == End::Left { "top" } else { "bottom" })
    }
}

impl Action for Create {
    type On = Trello;
    const NAME: &str = "list create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["list create In review board=demo after=Doing"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let pos = match &self.after {
            Some(after) => right_of(on, &world.board.id, &world.list("after", &after.0)?.id).await?,
            None => self.position.unwrap_or(End::Right).written(),
        };
        let body = json!({ "name": self.name.trim(), "idBoard": world.board.id, "pos": pos });
        let list: wire::List = on.post("/1/lists", &body).await.map_err(|it| problem::place(it, &[("name", "name")]))?;
        on.worlds.invalidate(&world.board.id).await;
        Ok(Reply::to_channel(format!("Added the list {} to {}.", list.name, world.board.name)))
    }
}

/// Gives a list another name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// The list.
    list: param::List,
    /// Its new name.
    #[schemars(length(min = 1, max = 16384))]
    name: String,
}

impl Action for Rename {
    type On = Trello;
    const NAME: &str = "list rename";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["list rename Doing In progress board=demo"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let list = world.list("list", &self.list.0)?;
        let name = self.name.trim();
        on.put::<Value>(&format!("/1/lists/{}", list.id), &json!({ "name": name }))
            .await
            .map_err(|it| problem::place(it, &[("name", "name")]))?;
        on.worlds.invalidate(&world.board.id).await;
        Ok(Reply::to_channel(format!("The list {} of {} is called {name} now.", list.name, world.board.name)))
    }
}

/// Archives a list with its cards. It can come back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Archive {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// The list.
    list: param::List,
    /// Only its cards; the list stays.
    #[serde(default)]
    cards: bool,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Archive {
    type On = Trello;
    const NAME: &str = "list archive";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["list archive Done board=demo", "list archive Done board=demo cards=yes"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let list = world.list("list", &self.list.0)?;
        let cards: Vec<Value> = on.get(&format!("/1/lists/{}/cards", list.id), &[]).await?;
        let many = view::count(cards.len(), "card");
        if self.confirm.is_none() {
            let what = match self.cards {
                true => format!(
                    "{many} in {} of {} would be archived. Each would have to be sent back by itself.",
                    list.name, world.board.name
                ),
                false => format!(
                    "The list {} of {} would be archived with {many}. It can be sent back with them.",
                    list.name, world.board.name
                ),
            };
            let mut params = json!({ "board": world.board.short_link, "list": list.name });
            if self.cards {
                params["cards"] = json!(true);
            }
            return Ok(view::ask(ctx, "list archive", params, "Archive", &what));
        }
        if self.cards {
            on.post::<Value>(&format!("/1/lists/{}/archiveAllCards", list.id), &json!({})).await?;
            return Ok(Reply::to_channel(format!("Archived {many} in {} of {}.", list.name, world.board.name)));
        }
        on.put::<Value>(&format!("/1/lists/{}", list.id), &json!({ "closed": true })).await?;
        on.worlds.invalidate(&world.board.id).await;
        let restore = ctx.call("list restore", json!({ "board": world.board.short_link, "list": list.name }));
        let message = Message::text(format!("Archived the list {} of {} with {many}.", list.name, world.board.name));
        Ok(Reply::to_channel(message.buttons(vec![commands::Button::run("Send back to the board", restore)])))
    }
}

/// Sends an archived list back to the board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// The list, by name.
    list: String,
}

impl Action for Restore {
    type On = Trello;
    const NAME: &str = "list restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["list restore Done board=demo"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let board = on.board("board", &self.board.0).await?;
        let closed: Vec<wire::List> = on.get(&format!("/1/boards/{}/lists/closed", board.id), &[]).await?;
        let list = pick("list", "archived list", &self.list, &closed, |it| &it.name)?;
        on.put::<Value>(&format!("/1/lists/{}", list.id), &json!({ "closed": false })).await?;
        on.worlds.invalidate(&board.id).await;
        Ok(Reply::to_channel(format!("Sent the list {} back to {}.", list.name, board.name)))
    }
}

/// Moves a list: within its board, to another board, or only its cards to another list.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// The list.
    list: param::List,
    /// Right of this list.
    after: Option<param::List>,
    /// Left or right of all.
    position: Option<End>,
    /// To this board.
    to_board: Option<param::Board>,
    /// Only its cards, to this list of the same board.
    cards_to: Option<param::List>,
}

impl Action for Move {
    type On = Trello;
    const NAME: &str = "list move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "list move Done board=demo position=right",
        "list move Done board=demo to_board=apollo",
        "list move Doing board=demo cards_to=Done",
    ];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let list = world.list("list", &self.list.0)?;
        let (name, board) = (&list.name, &world.board.name);
        if let Some(to) = &self.cards_to {
            let to = world.list("cards_to", &to.0)?;
            let body = json!({ "idBoard": world.board.id, "idList": to.id });
            on.post::<Value>(&format!("/1/lists/{}/moveAllCards", list.id), &body).await?;
            return Ok(Reply::to_channel(format!("Moved all cards from {name} to {} on {board}.", to.name)));
        }
        let did = if let Some(other) = &self.to_board {
            let other = on.board("to_board", &other.0).await?;
            on.put::<Value>(&format!("/1/lists/{}/idBoard", list.id), &json!({ "value": other.id })).await?;
            on.worlds.invalidate(&other.id).await;
            format!("Moved the list {name} from {board} to {}.", other.name)
        } else {
            let pos = match (&self.after, self.position) {
                (Some(after), _) => right_of(on, &world.board.id, &world.list("after", &after.0)?.id).await?,
                (None, Some(end)) => end.written(),
                (None, None) => {
                    return Err(problem::at(
                        "after",
                        "Where to? Write after=…, position=left or right, to_board=…, or cards_to=…",
                    ));
                }
            };
            on.put::<Value>(&format!("/1/lists/{}", list.id), &json!({ "pos": pos })).await?;
            format!("Moved the list {name} of {board}.")
        };
        on.worlds.invalidate(&world.board.id).await;
        Ok(Reply::to_channel(did))
    }
}

/// A position between that list and the next: Trello orders by numbers.
async fn right_of(on: &Trello, board: &str, list: &str) -> Result<Value> {
    #[derive(Deserialize)]
    struct Placed {
        id: String,
        pos: f64,
    }
    let lists: Vec<Placed> = on.get(&format!("/1/boards/{board}/lists"), &[]).await?;
    let at = lists.iter().position(|it| it.id == list);
    let pair = at.and_then(|at| Some((lists.get(at)?.pos, lists.get(at + 1).map(|it| it.pos))));
    Ok(match pair {
        Some((pos, Some(next))) => json!((pos + next) / 2.0),
        _ => json!("bottom"),
    })
}
