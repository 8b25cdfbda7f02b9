//! Parameters of Zulip's actions that are looked up in Zulip as one types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A message: its number, or a link to it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct MessageRef(pub String);

/// A channel, by name, number or link.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "channel"))]
pub struct Channel(pub String);

/// A topic of the channel.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "topic"))]
pub struct Topic(pub String);

/// A group, by name.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "group"))]
pub struct Group(pub String);
