//! What Redmine sends, as far as we read it: <https://www.redmine.org/projects/redmine/wiki/Rest_api>.
//!
//! Redmine leaves keys out rather than sending null, and older versions send fewer, so nearly everything is optional.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::Value;

/// Redmine's reference to anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Named {
    pub id: u64,
    #[serde(default)]
    pub name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub is_closed: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Issue {
    pub id: u64,
    pub project: Named,
    pub tracker: Named,
    pub status: Status,
    pub priority: Named,
    pub author: Option<Named>,
    pub assigned_to: Option<Named>,
    pub category: Option<Named>,
    pub fixed_version: Option<Named>,
    pub parent: Option<Named>,
    pub subject: String,
    pub description: Option<String>,
    pub start_date: Option<Date>,
    pub due_date: Option<Date>,
    #[serde(default)]
    pub done_ratio: u32,
    #[serde(default)]
    pub is_private: bool,
    pub estimated_hours: Option<f64>,
    pub spent_hours: Option<f64>,
    #[serde(default)]
    pub custom_fields: Vec<CustomValue>,
    pub created_on: Timestamp,
    pub updated_on: Timestamp,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    #[serde(default)]
    pub journals: Vec<Journal>,
    /// Absent where the person may not see them.
    pub watchers: Option<Vec<Named>>,
    /// Where the workflow lets the person go; since Redmine 5.0.
    pub allowed_statuses: Option<Vec<Status>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CustomValue {
    pub id: u64,
    pub name: String,
    /// A string, or a list of them where the field is multiple.
    #[serde(default)]
    pub value: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Attachment {
    pub id: u64,
    pub filename: String,
    /// In bytes.
    pub filesize: u64,
    pub content_url: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Journal {
    pub id: u64,
    pub user: Option<Named>,
    pub notes: Option<String>,
    pub created_on: Timestamp,
    #[serde(default)]
    pub private_notes: bool,
    #[serde(default)]
    pub details: Vec<Detail>,
}

/// One change in a journal: <https://www.redmine.org/projects/redmine/wiki/Rest_IssueJournals>.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Detail {
    /// `attr`, `cf`, `attachment`, `relation`.
    pub property: String,
    /// `status_id`; a custom field's id. Webhooks call it `prop_key`.
    #[serde(alias = "prop_key")]
    pub name: String,
    pub old_value: Option<String>,
    /// Webhooks call it `value`.
    #[serde(alias = "value")]
    pub new_value: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Project {
    pub id: u64,
    pub name: String,
    pub identifier: String,
    pub description: Option<String>,
    /// 1 active, 5 closed, 9 archived.
    pub status: Option<u32>,
    pub parent: Option<Named>,
    #[serde(default)]
    pub trackers: Vec<Named>,
    #[serde(default)]
    pub issue_categories: Vec<Named>,
    #[serde(default)]
    pub time_entry_activities: Vec<Named>,
    #[serde(default)]
    pub issue_custom_fields: Vec<Named>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct User {
    pub id: u64,
    /// Absent where Redmine shows other people's details to administrators only.
    #[serde(default)]
    pub login: String,
    #[serde(default)]
    pub admin: bool,
    #[serde(default)]
    pub firstname: String,
    #[serde(default)]
    pub lastname: String,
    pub mail: Option<String>,
    pub last_login_on: Option<Timestamp>,
    #[serde(default)]
    pub memberships: Vec<Membership>,
}

impl User {
    pub fn name(&self) -> String {
        format!("{} {}", self.firstname, self.lastname).trim().to_owned()
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Membership {
    /// Absent in a user's own list.
    #[serde(default)]
    pub id: u64,
    pub project: Named,
    pub user: Option<Named>,
    pub group: Option<Named>,
    #[serde(default)]
    pub roles: Vec<Role>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Role {
    pub name: String,
    /// Comes from a group or a parent project, so it cannot be taken away here.
    #[serde(default)]
    pub inherited: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Version {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// `open`, `locked` or `closed`.
    pub status: String,
    pub due_date: Option<Date>,
    pub project: Named,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct TimeEntry {
    #[serde(default)]
    pub id: u64,
    pub project: Named,
    pub issue: Option<Named>,
    pub user: Named,
    pub activity: Named,
    pub hours: f64,
    #[serde(default)]
    pub comments: String,
    pub spent_on: Date,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CustomField {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub customized_type: String,
    #[serde(default)]
    pub field_format: String,
    #[serde(default)]
    pub multiple: bool,
    #[serde(default)]
    pub possible_values: Vec<Possible>,
    #[serde(default)]
    pub is_required: bool,
    #[serde(default)]
    pub default_value: Value,
    /// Absent before Redmine 7, which lets it be switched off.
    #[serde(default = "super::yes")]
    pub editable: bool,
    /// Absent before Redmine 7, as the projects are.
    pub is_for_all: Option<bool>,
    pub projects: Option<Vec<Named>>,
    #[serde(default)]
    pub trackers: Vec<Named>,
}

impl CustomField {
    /// One of which no more is known than what issues show.
    pub fn named(id: u64, name: &str, multiple: bool) -> CustomField {
        CustomField {
            id,
            name: name.to_owned(),
            customized_type: "issue".into(),
            field_format: String::new(),
            multiple,
            possible_values: Vec::new(),
            is_required: false,
            default_value: Value::Null,
            editable: true,
            is_for_all: None,
            projects: None,
            trackers: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Possible {
    pub value: String,
    pub label: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Found {
    pub id: u64,
    pub title: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Upload {
    pub token: String,
}
