//! `card show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::trello::{Trello, boards, comments, names::is_board, param, view};

/// Shows a card, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its link, its short link, or its number with the board.
    card: param::Card,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
    /// Show the last comments too.
    #[serde(default)]
    comments: bool,
}

impl Action for Show {
    type On = Trello;
    const NAME: &str = "card show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["card show r33ylX2Z --comments", "card show 12 board=demo", "card show https://trello.com/c/r33ylX2Z/12-printer"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        // Whoever pastes a board's link wants to see the board.
        if is_board(&self.card.0) {
            let world = on.world_of("card", &self.card.0).await?;
            return boards::shown(on, &world, ctx).await;
        }
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let world = on.world(&card.id_board).await?;
        let mut reply = view::reply(&card, Some(&world), ctx, Message::new());
        if self.comments {
            let comments: Vec<Text> = on.comments(&card.id).await?.iter().take(5).map(comments::line).collect();
            let heading = if comments.is_empty() { "No comments yet." } else { "Last comments" };
            reply.message = reply.message.paragraph(heading);
            if !comments.is_empty() {
                reply.message = reply.message.list(comments);
            }
        }
        Ok(reply)
    }
}
