//! Who and what a card has: `card assign`, `unassign`, `label`, `unlabel`.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Reply, Result, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::trello::{Trello, names::is_none, param, problem, view, wire};

/// Gives a card to somebody as well.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The card.
    card: param::Card,
    /// Who: me, @ana, a Trello username; or none, for nobody.
    to: Person,
    /// Only to them: whoever has it now has it no more.
    #[serde(default)]
    only: bool,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Assign {
    type On = Trello;
    const NAME: &str = "card assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card assign r33ylX2Z me", "card assign r33ylX2Z @ana --only", "card assign r33ylX2Z none"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        if is_none(&self.to.0) {
            // An empty list of ids is written as an empty text.
            on.put::<Value>(&format!("/1/cards/{}", card.id), &json!({ "idMembers": "" })).await?;
            return Ok(view::after(on, &card.id, ctx, &format!("#{} is nobody's now.", card.id_short)).await);
        }
        let world = on.world(&card.id_board).await?;
        let member = on.member("to", &self.to.0, &world, ctx).await?;
        if self.only {
            on.put::<Value>(&format!("/1/cards/{}", card.id), &json!({ "idMembers": member.id })).await?;
        } else if card.id_members.contains(&member.id) {
            let did = format!("#{} is {}'s already.", card.id_short, member.full_name);
            return Ok(view::reply(&card, Some(&world), ctx, commands::Message::text(did)));
        } else {
            // Giving it to somebody who has it is refused, so that doing it twice would look like a failure.
            on.post::<Value>(&format!("/1/cards/{}/idMembers", card.id), &json!({ "value": member.id }))
                .await
                .map_err(not_on_board)?;
        }
        Ok(view::after(on, &card.id, ctx, &format!("Assigned #{} to {}.", card.id_short, member.full_name)).await)
    }
}

/// Takes a card from somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unassign {
    /// The card.
    card: param::Card,
    /// Who: me, @ana, a Trello username.
    from: Person,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Unassign {
    type On = Trello;
    const NAME: &str = "card unassign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card unassign r33ylX2Z me"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let world = on.world(&card.id_board).await?;
        let member = on.member("from", &self.from.0, &world, ctx).await?;
        if !card.id_members.contains(&member.id) {
            return Err(problem::at("from", format!("#{} is not {}'s.", card.id_short, member.full_name)));
        }
        on.delete(&format!("/1/cards/{}/idMembers/{}", card.id, member.id)).await?;
        Ok(view::after(on, &card.id, ctx, &format!("#{} is not {}'s any more.", card.id_short, member.full_name)).await)
    }
}

/// Puts a label on a card.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Label {
    /// The card.
    card: param::Card,
    /// The label, by name or colour.
    label: param::Label,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Label {
    type On = Trello;
    const NAME: &str = "card label";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card label r33ylX2Z urgent"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let world = on.world(&card.id_board).await?;
        let label = world.label("label", &self.label.0)?;
        if has(&card, label) {
            let did = format!("#{} is labelled {} already.", card.id_short, label.title());
            return Ok(view::reply(&card, Some(&world), ctx, commands::Message::text(did)));
        }
        on.post::<Value>(&format!("/1/cards/{}/idLabels", card.id), &json!({ "value": label.id })).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Labelled #{} {}.", card.id_short, label.title())).await)
    }
}

/// Takes a label off a card.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlabel {
    /// The card.
    card: param::Card,
    /// The label, by name or colour.
    label: param::Label,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Unlabel {
    type On = Trello;
    const NAME: &str = "card unlabel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card unlabel r33ylX2Z urgent"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let world = on.world(&card.id_board).await?;
        let label = world.label("label", &self.label.0)?;
        if !has(&card, label) {
            return Err(problem::at("label", format!("#{} is not labelled {}.", card.id_short, label.title())));
        }
        on.delete(&format!("/1/cards/{}/idLabels/{}", card.id, label.id)).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Took {} off #{}.", label.title(), card.id_short)).await)
    }
}

fn has(card: &wire::Card, label: &wire::Label) -> bool {
    card.labels.iter().any(|it| it.id == label.id)
}

/// Trello gives cards only to members of the board.
fn not_on_board(error: Error) -> Error {
    if error.kind != ErrorKind::Validation && error.kind != ErrorKind::NotFound {
        return error;
    }
    problem::at("to", "Trello gives a card only to members of its board. Add them first, with member add.")
}
