//! `card create`, and `card copy`, which creates as well.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{File, Link, Markdown, Moment, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{PLACES, part};
use crate::trello::{Trello, api, names::WHOLE, param, problem, view, wire};

/// Creates a card.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// What is to be done, in a line.
    #[schemars(length(min = 1, max = 16384))]
    name: String,
    /// All that helps, in Markdown.
    description: Option<Markdown>,
    /// The list; the first of the board where you do not say.
    list: Option<param::List>,
    /// Who does it.
    #[serde(default)]
    member: Vec<Person>,
    /// Labels, by name or colour.
    #[serde(default)]
    label: Vec<param::Label>,
    /// Until when.
    due: Option<Moment>,
    /// From when.
    #[schemars(extend("x-step" = 2))]
    start: Option<Moment>,
    /// Where in the list.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    position: param::Position,
    /// A page on the web, which is attached.
    #[schemars(extend("x-step" = 2))]
    link: Option<Link>,
    /// A file from this chat, or a public link to one.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    file: Vec<File>,
}

impl Action for Create {
    type On = Trello;
    const NAME: &str = "card create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "card create Printer on fire board=demo",
        "card create Printer on fire board=demo list=Doing member=@ana label=urgent due=\"friday 17:00\"",
    ];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let list = match &self.list {
            Some(list) => world.list("list", &list.0)?,
            None => world.lists.first().ok_or_else(|| {
                problem::at(
                    "board",
                    format!("{} has no open list to put a card on. Make one with list create.", world.board.name),
                )
            })?,
        };
        let mut members = Vec::new();
        for person in &self.member {
            members.push(on.member("member", &person.0, &world, ctx).await?.id);
        }
        let labels =
            self.label.iter().map(|it| world.label("label", &it.0).map(|it| it.id.clone())).collect::<Result<Vec<_>>>()?;
        let files = part::download(ctx, &self.file).await?;

        let mut body = Map::new();
        body.insert("idList".into(), json!(list.id));
        body.insert("name".into(), json!(self.name.trim()));
        body.insert("desc".into(), json!(api::sign(ctx, self.description.as_ref().map_or("", |it| it.0.trim()))));
        body.insert("pos".into(), json!(self.position));
        let mut put = |key: &str, value: Option<Value>| value.map(|value| body.insert(key.into(), value));
        put("idMembers", (!members.is_empty()).then(|| json!(members)));
        put("idLabels", (!labels.is_empty()).then(|| json!(labels)));
        put("due", self.due.map(|it| json!(it.0)));
        put("start", self.start.map(|it| json!(it.0)));
        put("urlSource", self.link.as_ref().map(|it| json!(it.0)));
        let card: wire::Card = on.post("/1/cards", &Value::Object(body)).await.map_err(|it| problem::place(it, PLACES))?;

        // The card is there: what fails now is told beside it.
        let mut notes = Vec::new();
        for file in &files {
            if let Err(error) = part::attach_file(on, &card.id, file).await {
                notes.push(format!("`{}` could not be attached. {}", file.name, error.message));
            }
        }
        let said = Message::text(format!("Created #{} on {} in {}.", card.id_short, world.board.name, list.name));
        let said = notes.into_iter().fold(said, Message::context);
        let shown = on.get(&format!("/1/cards/{}", card.id), WHOLE).await.unwrap_or(card);
        Ok(view::reply(&shown, Some(&world), ctx, said))
    }
}

/// Copies a card with what is on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Copy {
    /// The card.
    card: param::Card,
    /// The copy's name; the same where you do not say.
    name: Option<String>,
    /// The board, where the card is given by number, and where the copy goes.
    board: Option<param::Board>,
    /// The list it goes to; the card's own where you do not say.
    list: Option<param::List>,
}

impl Action for Copy {
    type On = Trello;
    const NAME: &str = "card copy";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["card copy r33ylX2Z name=\"Printer on fire, again\"", "card copy r33ylX2Z board=apollo list=Doing"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let from = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let world = match &self.board {
            Some(board) => on.world_of("board", &board.0).await?,
            None => on.world(&from.id_board).await?,
        };
        let list = match &self.list {
            Some(list) => world.list("list", &list.0)?.id.clone(),
            None if world.board.id == from.id_board => from.id_list.clone(),
            None => world
                .lists
                .first()
                .map(|it| it.id.clone())
                .ok_or_else(|| problem::at("board", format!("{} has no open list to put a card on.", world.board.name)))?,
        };
        let name = self.name.as_deref().map(str::trim).filter(|it| !it.is_empty()).unwrap_or(&from.name);
        let body = json!({ "idList": list, "idCardSource": from.id, "keepFromSource": "all", "name": name });
        let card: wire::Card = on.post("/1/cards", &body).await.map_err(|it| problem::place(it, PLACES))?;
        let shown = on.get(&format!("/1/cards/{}", card.id), WHOLE).await.unwrap_or(card);
        let said = Message::text(format!("Copied #{} to #{} on {}.", from.id_short, shown.id_short, world.board.name));
        Ok(view::reply(&shown, Some(&world), ctx, said))
    }
}
