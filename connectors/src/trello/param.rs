//! Parameters of Trello's actions that are looked up in Trello as one types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A card: its link, its short link `r33ylX2Z`, or its number on a board.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "card", "x-needs" = ["board"]))]
pub struct Card(pub String);

/// A board, by name, link or short link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "board", "x-needs" = []))]
pub struct Board(pub String);

/// A list of the board, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "list", "x-needs" = ["board", "card"]))]
pub struct List(pub String);

/// A label of the board, by name or colour.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "label", "x-needs" = ["board", "card"]))]
pub struct Label(pub String);

/// A checklist of the card, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "checklist", "x-needs" = ["card"]))]
pub struct Checklist(pub String);

/// An item of one of the card's checklists, by its words.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "item", "x-needs" = ["card"]))]
pub struct Item(pub String);

/// A custom field of the board, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "field", "x-needs" = ["board", "card"]))]
pub struct Field(pub String);

/// A comment of the bot on the card, by id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "comment", "x-needs" = ["card"]))]
pub struct Comment(pub String);

/// A webhook at Trello, by id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "webhook", "x-needs" = []))]
pub struct Webhook(pub String);

/// The answer to a question that is asked before something is gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}

/// A colour of Trello's labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    Green,
    Yellow,
    Orange,
    Red,
    Purple,
    Blue,
    Sky,
    Lime,
    Pink,
    Black,
}

/// Where in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    Top,
    #[default]
    Bottom,
}
