//! What Jira sends, as far as we read it. Which fields an issue has is for each Jira to say, so that they stay JSON.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::moment;

/// Jira's reference to anything with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Named {
    /// Numbers in some places, texts in others.
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// Of options of a field, which have no name.
    #[serde(default)]
    pub value: Option<String>,
}

impl Named {
    pub fn label(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.name)
    }
}

pub(super) fn text_or_number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    /// On Cloud.
    pub account_id: Option<String>,
    /// On Data Center: what they sign in with.
    pub name: Option<String>,
    #[serde(default)]
    pub display_name: String,
    pub email_address: Option<String>,
    pub active: Option<bool>,
    pub time_zone: Option<String>,
    /// `atlassian`, `app`, `customer`.
    pub account_type: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    #[serde(default)]
    pub name: String,
    pub status_category: Option<Category>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Category {
    /// `new`, `indeterminate`, `done`.
    #[serde(default)]
    pub key: String,
}

impl Status {
    pub fn is_done(&self) -> bool {
        self.status_category.as_ref().is_some_and(|it| it.key == "done")
    }

    pub fn is_under_way(&self) -> bool {
        self.status_category.as_ref().is_some_and(|it| it.key == "indeterminate")
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Issue {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub fields: Map<String, Value>,
    pub transitions: Option<Vec<Transition>>,
    pub changelog: Option<Changelog>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Transition {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub to: Status,
    /// What its screen asks for, by Jira's name of the field.
    #[serde(default)]
    pub fields: Map<String, Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Changelog {
    #[serde(default)]
    pub total: usize,
    #[serde(default, alias = "values")]
    pub histories: Vec<History>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct History {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    pub author: Option<User>,
    pub created: String,
    #[serde(default)]
    pub items: Vec<Item>,
}

impl History {
    pub fn at(&self) -> Option<Timestamp> {
        moment::read(&self.created)
    }
}

/// A change of one field.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    #[serde(default)]
    pub field: String,
    pub field_id: Option<String>,
    /// Ids.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Names.
    pub from_string: Option<String>,
    #[serde(rename = "toString")]
    pub to_string: Option<String>,
}

impl Issue {
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str().filter(|it| !it.is_empty())
    }

    pub fn read<T: serde::de::DeserializeOwned>(&self, field: &str) -> Option<T> {
        serde_json::from_value(self.fields.get(field)?.clone()).ok()
    }

    pub fn named(&self, field: &str) -> Option<Named> {
        self.read(field)
    }

    pub fn many(&self, field: &str) -> Vec<Named> {
        self.read(field).unwrap_or_default()
    }

    pub fn user(&self, field: &str) -> Option<User> {
        self.read::<Option<User>>(field).flatten()
    }

    pub fn summary(&self) -> &str {
        self.text("summary").unwrap_or("(without a summary)")
    }

    pub fn status(&self) -> Status {
        self.read("status").unwrap_or_default()
    }

    pub fn labels(&self) -> Vec<String> {
        self.read("labels").unwrap_or_default()
    }

    pub fn project(&self) -> Project {
        self.read("project").unwrap_or_default()
    }

    pub fn moment(&self, field: &str) -> Option<Timestamp> {
        moment::read(self.text(field)?)
    }

    pub fn date(&self, field: &str) -> Option<Date> {
        self.text(field)?.parse().ok()
    }

    pub fn number(&self, field: &str) -> Option<f64> {
        self.fields.get(field)?.as_f64()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Project {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub name: String,
    pub description: Option<String>,
    pub lead: Option<User>,
    pub project_type_key: Option<String>,
    #[serde(default)]
    pub issue_types: Vec<Named>,
    #[serde(default)]
    pub archived: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Version {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub released: bool,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub overdue: bool,
    pub release_date: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Component {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub lead: Option<User>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Comment {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    pub author: Option<User>,
    #[serde(default)]
    pub body: Value,
    #[serde(default)]
    pub created: String,
    /// Only some may read it.
    pub visibility: Option<Value>,
    /// False for what customers of a service desk do not see.
    #[serde(rename = "jsdPublic")]
    pub jsd_public: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Worklog {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    pub author: Option<User>,
    #[serde(default)]
    pub comment: Value,
    #[serde(default)]
    pub started: String,
    #[serde(default)]
    pub time_spent: String,
    #[serde(default)]
    pub time_spent_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueLink {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    #[serde(rename = "type")]
    pub kind: LinkType,
    /// What this issue does something to: it blocks that.
    pub outward_issue: Option<Issue>,
    /// What does something to this issue: it is blocked by that.
    pub inward_issue: Option<Issue>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct LinkType {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub inward: String,
    #[serde(default)]
    pub outward: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    #[serde(default)]
    pub filename: String,
    #[serde(default)]
    pub size: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Filter {
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub jql: String,
    pub owner: Option<User>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Board {
    pub id: u64,
    pub name: String,
    /// `scrum`, `kanban`, `simple`.
    #[serde(rename = "type", default)]
    pub kind: String,
    pub location: Option<Location>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    pub project_key: Option<String>,
    pub display_name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sprint {
    pub id: u64,
    #[serde(default)]
    pub name: String,
    /// `future`, `active`, `closed`.
    #[serde(default)]
    pub state: String,
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub complete_date: Option<String>,
    pub origin_board_id: Option<u64>,
    #[serde(default)]
    pub goal: Option<String>,
}

impl Sprint {
    pub fn start(&self) -> Option<Timestamp> {
        moment::read(self.start_date.as_deref()?)
    }

    /// When it is to end.
    pub fn end(&self) -> Option<Timestamp> {
        moment::read(self.end_date.as_deref()?)
    }

    pub fn completed(&self) -> Option<Timestamp> {
        moment::read(self.complete_date.as_deref()?)
    }
}
