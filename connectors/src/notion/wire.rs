//! Notion's objects, as much of them as is used. Properties stay JSON: their shape is their type's ([`super::property`]).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A page: by itself, below another, or a row of a data source.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Page {
    pub id: String,
    pub url: String,
    pub created_time: Timestamp,
    pub last_edited_time: Timestamp,
    pub last_edited_by: Option<Reference>,
    pub parent: Value,
    #[serde(default)]
    pub in_trash: bool,
    /// By name.
    #[serde(default)]
    pub properties: Map<String, Value>,
}

impl Page {
    pub fn title(&self) -> String {
        let title = self.properties.values().find(|it| it["type"] == "title").map(|it| plain(&it["title"]));
        title.filter(|it| !it.trim().is_empty()).unwrap_or_else(|| "Untitled".into())
    }

    /// The data source that it is a row of.
    pub fn source(&self) -> Option<&str> {
        self.parent["data_source_id"].as_str()
    }
}

/// A data source: the rows of a database, or some of them, and their schema.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Source {
    pub id: String,
    #[serde(default)]
    pub title: Value,
    #[serde(default)]
    pub url: Option<String>,
    /// By name.
    #[serde(default)]
    pub properties: Map<String, Value>,
    #[serde(default)]
    pub parent: Value,
}

impl Source {
    pub fn name(&self) -> String {
        Some(plain(&self.title)).filter(|it| !it.trim().is_empty()).unwrap_or_else(|| "Untitled".into())
    }

    /// Where people look at it: the database's page.
    pub fn link(&self) -> String {
        let database = self.parent["database_id"].as_str().unwrap_or(&self.id);
        self.url.clone().unwrap_or_else(|| format!("https://www.notion.so/{}", database.replace('-', "")))
    }
}

/// One of what a search finds.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
pub(super) enum Found {
    Page(Page),
    DataSource(Source),
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Database {
    #[serde(default)]
    pub title: Value,
    #[serde(default)]
    pub in_trash: bool,
    pub data_sources: Vec<Reference>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Reference {
    pub id: String,
    pub name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct User {
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(default)]
    pub person: Value,
    #[serde(default)]
    pub bot: Value,
}

impl User {
    pub fn name(&self) -> &str {
        self.name.as_deref().filter(|it| !it.is_empty()).unwrap_or("somebody")
    }

    pub fn email(&self) -> Option<&str> {
        self.person["email"].as_str()
    }

    pub fn is_person(&self) -> bool {
        self.kind.as_deref() == Some("person")
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Block {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub has_children: bool,
    /// What its kind holds stands under the kind's name.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Block {
    pub fn content(&self) -> &Value {
        self.rest.get(&self.kind).unwrap_or(&Value::Null)
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comment {
    pub discussion_id: String,
    pub created_time: Timestamp,
    pub created_by: Reference,
    pub rich_text: Value,
}

/// Rich text without its markup.
pub(super) fn plain(rich_text: &Value) -> String {
    let parts = rich_text.as_array().into_iter().flatten();
    parts.filter_map(|it| it["plain_text"].as_str().or_else(|| it["text"]["content"].as_str())).collect()
}
