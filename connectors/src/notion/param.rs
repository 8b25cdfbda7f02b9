//! Parameters of Notion's actions that are looked up in Notion as one types.

use schemars::JsonSchema;
use serde::Deserialize;

/// A page: its link, its id, or its whole title.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "page", "x-needs" = []))]
pub struct Page(pub String);

/// A database: its link, its id, or its title.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "database", "x-needs" = []))]
pub struct Database(pub String);

/// Where a page goes: a database or another page, by link, id or title.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "place", "x-needs" = []))]
pub struct Place(pub String);

/// A to-do of the page, by its words.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "todo", "x-needs" = ["page"]))]
pub struct Todo(pub String);

/// A discussion on the page, by id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "discussion", "x-needs" = ["page"]))]
pub struct Discussion(pub String);

/// A property of the database, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "property", "x-needs" = ["database", "page", "place"]))]
pub struct Property(pub String);
