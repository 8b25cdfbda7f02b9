//! Trello's objects, as much of them as is used.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::payload;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Board {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub desc: String,
    #[serde(default)]
    pub closed: bool,
    #[serde(default)]
    pub short_link: String,
    #[serde(default)]
    pub short_url: String,
    pub date_last_activity: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct List {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub closed: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Label {
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// None for a label without a colour.
    pub color: Option<String>,
}

impl Label {
    /// Labels need no name; then people say the colour.
    pub fn title(&self) -> &str {
        match (self.name.as_str(), &self.color) {
            ("", Some(color)) => color,
            ("", None) => "(no name)",
            (name, _) => name,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub id: String,
    pub username: String,
    #[serde(default)]
    pub full_name: String,
    pub email: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Card {
    pub id: String,
    pub id_short: u64,
    pub short_link: String,
    pub short_url: String,
    pub name: String,
    #[serde(default)]
    pub desc: String,
    #[serde(default)]
    pub closed: bool,
    pub due: Option<Timestamp>,
    #[serde(default)]
    pub due_complete: bool,
    pub start: Option<Timestamp>,
    pub date_last_activity: Option<Timestamp>,
    pub id_board: String,
    pub id_list: String,
    #[serde(default)]
    pub id_members: Vec<String>,
    #[serde(default)]
    pub labels: Vec<Label>,
    #[serde(default)]
    pub members: Vec<Member>,
    #[serde(default)]
    pub checklists: Vec<Checklist>,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    #[serde(default)]
    pub custom_field_items: Vec<FieldItem>,
    pub board: Option<Board>,
    pub list: Option<List>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checklist {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub check_items: Vec<CheckItem>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CheckItem {
    pub id: String,
    pub name: String,
    pub state: String,
}

impl CheckItem {
    pub fn is_done(&self) -> bool {
        self.state == "complete"
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment {
    pub id: String,
    pub name: String,
    pub url: String,
    /// Whether it is a file that Trello keeps, or only a link.
    #[serde(default)]
    pub is_upload: bool,
    pub bytes: Option<u64>,
    /// What a file is called in its address, where `name` is a title.
    pub file_name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CustomField {
    pub id: String,
    pub name: String,
    /// `text`, `number`, `checkbox`, `date`, `list`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub options: Vec<FieldOption>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct FieldOption {
    pub id: String,
    pub value: FieldText,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct FieldText {
    pub text: String,
}

/// A custom field's value on a card: `{"value": {"text": "…"}}`, or an option's id.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldItem {
    pub id_custom_field: String,
    pub id_value: Option<String>,
    pub value: Option<Value>,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub date: Timestamp,
    #[serde(default)]
    pub data: Value,
    pub member_creator: Option<Actor>,
    pub member: Option<Actor>,
    /// The Power-Up that acted.
    #[serde(default)]
    pub app_creator: Value,
    /// How Trello itself would say it: names of what the action is about.
    #[serde(default)]
    pub display: Value,
}

impl Action {
    /// As far as it can be read, and never not at all.
    pub fn of(told: &Value, received: Timestamp) -> Action {
        let actor = |key: &str| serde_json::from_value(told[key].clone()).ok();
        Action {
            id: payload::text(told, "/id").unwrap_or_default().to_owned(),
            kind: payload::text(told, "/type").unwrap_or_default().to_owned(),
            date: payload::when(told, &["/date"]).unwrap_or(received),
            data: told["data"].clone(),
            member_creator: actor("memberCreator"),
            member: actor("member"),
            app_creator: told["appCreator"].clone(),
            display: told["display"].clone(),
        }
    }
}

/// Who did it, or whom it was done to; a member who was deleted keeps no name.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actor {
    #[serde(default)]
    pub id: String,
    pub full_name: Option<String>,
    pub username: Option<String>,
}

impl Actor {
    pub fn name(&self) -> Option<String> {
        self.full_name.clone().filter(|it| !it.is_empty()).or_else(|| self.username.clone())
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Webhook {
    pub id: String,
    pub id_model: String,
    #[serde(rename = "callbackURL")]
    pub callback_url: String,
    pub active: bool,
    #[serde(default)]
    pub consecutive_failures: u64,
}

/// What Trello knows of a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    pub date_expires: Option<Timestamp>,
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Permission {
    pub model_type: String,
    pub read: bool,
    pub write: bool,
}
