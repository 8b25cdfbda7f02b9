//! Checklists on cards.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Trello, names::pick, param, problem, view, wire};

/// Shows a card's checklists.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The card.
    card: param::Card,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Show {
    type On = Trello;
    const NAME: &str = "checklist show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["checklist show r33ylX2Z"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        if card.checklists.is_empty() {
            return Ok(Reply::to_channel(format!("“{}” has no checklist.", card.name)));
        }
        let message =
            card.checklists.iter().fold(Message::text(Text::new().link(&card.short_url, &card.name)), |message, list| {
                let done = list.check_items.iter().filter(|it| it.is_done()).count();
                let message = message.paragraph(Text::new().bold(format!("{} {done}/{}", list.name, list.check_items.len())));
                let items: Vec<Text> =
                    list.check_items.iter().map(|it| format!("{} {}", view::tick(it), it.name).into()).collect();
                if items.is_empty() { message } else { message.list(items) }
            });
        Ok(Reply::to_channel(message))
    }
}

/// Adds a checklist to a card.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The card.
    card: param::Card,
    /// What it is called.
    #[schemars(length(min = 1, max = 16384))]
    name: String,
    /// Its items.
    #[serde(default)]
    item: Vec<String>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Create {
    type On = Trello;
    const NAME: &str = "checklist create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["checklist create r33ylX2Z Before we go item=Water item=\"Switch off\""];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let body = json!({ "idCard": card.id, "name": self.name.trim() });
        let list: wire::Checklist = on.post("/1/checklists", &body).await?;
        for (at, item) in self.item.iter().enumerate() {
            let added = on.post::<Value>(&format!("/1/checklists/{}/checkItems", list.id), &json!({ "name": item.trim() })).await;
            added.map_err(|mut error| {
                error.message = format!("The checklist is there with {at} of {} items. {}", self.item.len(), error.message);
                error
            })?;
        }
        let did = format!("Added the checklist {} to #{}.", list.name, card.id_short);
        Ok(view::after(on, &card.id, ctx, &did).await)
    }
}

/// Adds an item to a checklist.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The card.
    card: param::Card,
    /// What is to be done.
    item: String,
    /// Which checklist; the card's only one where you do not say.
    checklist: Option<param::Checklist>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Add {
    type On = Trello;
    const NAME: &str = "checklist add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["checklist add r33ylX2Z Buy paper", "checklist add r33ylX2Z Buy paper checklist=\"Before we go\""];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let list = one(&card, self.checklist.as_ref())?;
        let item = self.item.trim();
        on.post::<Value>(&format!("/1/checklists/{}/checkItems", list.id), &json!({ "name": item })).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Added “{item}” to {} of #{}.", list.name, card.id_short)).await)
    }
}

/// Ticks an item of a card's checklists.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Tick {
    /// The card.
    card: param::Card,
    /// The item, by its words or how they begin.
    item: param::Item,
    /// Take the tick away.
    #[serde(default)]
    undo: bool,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Tick {
    type On = Trello;
    const NAME: &str = "checklist tick";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["checklist tick r33ylX2Z Water", "checklist tick r33ylX2Z Water undo=yes"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let (_, item) = item(&card, &self.item)?;
        let (state, did) = if self.undo { ("incomplete", "open again") } else { ("complete", "done") };
        on.put::<Value>(&format!("/1/cards/{}/checkItem/{}", card.id, item.id), &json!({ "state": state })).await?;
        Ok(view::after(on, &card.id, ctx, &format!("“{}” of #{} is {did}.", item.name, card.id_short)).await)
    }
}

/// Renames an item of a card's checklists.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The card.
    card: param::Card,
    /// The item, by its words or how they begin.
    item: param::Item,
    /// What is to be done instead.
    name: String,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Rename {
    type On = Trello;
    const NAME: &str = "checklist rename";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["checklist rename r33ylX2Z Water Cold water"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let (_, item) = item(&card, &self.item)?;
        let name = self.name.trim();
        on.put::<Value>(&format!("/1/cards/{}/checkItem/{}", card.id, item.id), &json!({ "name": name })).await?;
        Ok(view::after(on, &card.id, ctx, &format!("“{}” of #{} is “{name}” now.", item.name, card.id_short)).await)
    }
}

/// Takes an item off a card's checklists.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The card.
    card: param::Card,
    /// The item, by its words or how they begin.
    item: param::Item,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Remove {
    type On = Trello;
    const NAME: &str = "checklist remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["checklist remove r33ylX2Z Water"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let (list, item) = item(&card, &self.item)?;
        on.delete(&format!("/1/checklists/{}/checkItems/{}", list.id, item.id)).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Took “{}” off {} of #{}.", item.name, list.name, card.id_short)).await)
    }
}

/// Deletes a checklist with its items.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The card.
    card: param::Card,
    /// Which checklist; the card's only one where you do not say.
    checklist: Option<param::Checklist>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Trello;
    const NAME: &str = "checklist delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["checklist delete r33ylX2Z checklist=\"Before we go\""];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let list = one(&card, self.checklist.as_ref())?;
        if self.confirm.is_none() {
            let what = format!(
                "The checklist {} of “{}” (#{}) would be deleted with {}.",
                list.name,
                card.name,
                card.id_short,
                view::count(list.check_items.len(), "item")
            );
            let params = json!({ "card": card.short_link, "checklist": list.name });
            return Ok(view::ask(ctx, "checklist delete", params, "Delete the checklist", &what));
        }
        on.delete(&format!("/1/checklists/{}", list.id)).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Deleted the checklist {} of #{}.", list.name, card.id_short)).await)
    }
}

/// The item that is meant, and the checklist that it is on.
fn item<'a>(card: &'a wire::Card, wanted: &param::Item) -> Result<(&'a wire::Checklist, &'a wire::CheckItem)> {
    let all: Vec<_> = card.checklists.iter().flat_map(|list| list.check_items.iter().map(move |it| (list, it))).collect();
    if all.is_empty() {
        return Err(problem::at("card", format!("“{}” has no checklist items. Add some with checklist create.", card.name)));
    }
    pick("item", "checklist item", &wanted.0, &all, |(_, it)| &it.name).copied()
}

/// The checklist that is meant.
fn one<'a>(card: &'a wire::Card, wanted: Option<&param::Checklist>) -> Result<&'a wire::Checklist> {
    match (wanted, card.checklists.as_slice()) {
        (Some(wanted), all) => pick("checklist", "checklist", &wanted.0, all, |it| &it.name),
        (None, [only]) => Ok(only),
        (None, []) => Err(problem::at("card", format!("“{}” has no checklist. Add one with checklist create.", card.name))),
        (None, all) => {
            let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
            Err(problem::at("checklist", format!("Which of the checklists {}?", problem::either(&names))))
        }
    }
}
