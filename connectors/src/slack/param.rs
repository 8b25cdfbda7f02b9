//! Parameters of Slack's actions that are looked up in Slack as one types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A message: the link to it, which its menu copies.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct MessageRef(pub String);

/// A channel, by name, id or link.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "channel"))]
pub struct Channel(pub String);

/// A user group, by handle.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "group"))]
pub struct Group(pub String);
