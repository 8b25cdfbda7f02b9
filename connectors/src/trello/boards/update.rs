//! `board update`.

use commands::{Action, Ctx, Effect, Error, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, json};

use super::Visibility;
use crate::{
    trello::{Trello, param, problem, wire},
    words::is_none,
};

/// Changes a board's name, description, or who may see it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The board.
    board: param::Board,
    /// What it is called from now on.
    #[schemars(length(min = 1, max = 16384))]
    name: Option<String>,
    /// What it is for; `none` empties it.
    description: Option<String>,
    /// Who may see it.
    visibility: Option<Visibility>,
}

impl Action for Update {
    type On = Trello;
    const NAME: &str = "board update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["board update demo name=\"Demo 2\"", "board update demo visibility=org"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let mut body = Map::new();
        if let Some(name) = &self.name {
            body.insert("name".into(), json!(name.trim()));
        }
        if let Some(description) = &self.description {
            body.insert("desc".into(), json!(if is_none(description) { "" } else { description.trim() }));
        }
        if let Some(visibility) = self.visibility {
            body.insert("prefs/permissionLevel".into(), json!(visibility));
        }
        if body.is_empty() {
            return Err(Error::bad_input("What shall change? Write it as a name and a value, such as name=\"Apollo 2\"."));
        }
        let board = on.board("board", &self.board.0).await?;
        let changed: Result<wire::Board> = on.put(&format!("/1/boards/{}", board.id), &json!(body)).await;
        let fields = [("name", "name"), ("desc", "description"), ("permissionLevel", "visibility")];
        let changed = changed.map_err(|it| problem::place(it, &fields))?;
        on.worlds.invalidate(&board.id).await;
        let said = Text::new().plain("Changed the board ").link(&changed.short_url, &changed.name).plain(".");
        Ok(Reply::to_channel(Message::text(said)))
    }
}
