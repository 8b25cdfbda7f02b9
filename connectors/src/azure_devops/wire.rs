//! What Azure DevOps sends, as far as we read it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A person in an object.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Person {
    pub id: String,
    pub display_name: String,
    /// Mostly the email address.
    pub unique_name: String,
}

/// A person as the identities' list has them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    pub id: String,
    #[serde(default)]
    pub provider_display_name: String,
    #[serde(default)]
    pub is_active: bool,
    #[serde(default)]
    pub is_container: bool,
    #[serde(default)]
    pub properties: Map<String, Value>,
}

impl Identity {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?["$value"].as_str().filter(|it| !it.is_empty())
    }

    /// What they sign in with.
    pub fn login(&self) -> &str {
        self.property("Account").or_else(|| self.property("Mail")).unwrap_or(&self.provider_display_name)
    }

    pub fn mail(&self) -> Option<&str> {
        self.property("Mail").or_else(|| self.property("Account").filter(|it| it.contains('@')))
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Item {
    pub id: u64,
    #[serde(default)]
    pub rev: u64,
    pub fields: Map<String, Value>,
    #[serde(default)]
    pub relations: Vec<Relation>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Relation {
    pub rel: String,
    pub url: String,
    #[serde(default)]
    pub attributes: Map<String, Value>,
}

impl Item {
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn title(&self) -> &str {
        self.text("System.Title")
    }

    pub fn state(&self) -> &str {
        self.text("System.State")
    }

    pub fn kind(&self) -> &str {
        self.text("System.WorkItemType")
    }

    pub fn project(&self) -> &str {
        self.text("System.TeamProject")
    }

    pub fn person(&self, name: &str) -> Option<Person> {
        serde_json::from_value(self.fields.get(name)?.clone()).ok()
    }

    pub fn changed(&self) -> Option<Timestamp> {
        self.text("System.ChangedDate").parse().ok()
    }

    pub fn tags(&self) -> Vec<String> {
        self.text("System.Tags").split(';').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemType {
    pub name: String,
    #[serde(default)]
    pub is_disabled: bool,
    #[serde(default)]
    pub states: Vec<ItemState>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ItemState {
    pub name: String,
    /// `Proposed`, `InProgress`, `Resolved`, `Completed`, `Removed`.
    pub category: Option<String>,
}

impl ItemState {
    pub fn is_end(&self) -> bool {
        matches!(self.category.as_deref(), Some("Completed" | "Removed"))
    }
}

/// A field of work items, as a project has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    /// `Custom.CostCenter`.
    pub reference_name: String,
    pub name: String,
    /// `string`, `integer`, `dateTime`, `html`, `boolean`, `identity`, …
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub read_only: bool,
    #[serde(default)]
    pub is_identity: bool,
    #[serde(default)]
    pub is_picklist_suggested: bool,
}

/// The same field, as one type of work item has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldOfType {
    pub reference_name: String,
    #[serde(default)]
    pub always_required: bool,
    pub allowed_values: Option<Vec<Value>>,
    #[serde(default)]
    pub default_value: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Said {
    pub comments: Vec<Comment>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    pub text: String,
    pub created_by: Person,
    pub created_date: Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pull {
    pub pull_request_id: u64,
    pub title: String,
    pub description: Option<String>,
    /// `active`, `completed`, `abandoned`.
    pub status: String,
    #[serde(default)]
    pub is_draft: bool,
    pub created_by: Person,
    pub creation_date: Timestamp,
    pub source_ref_name: String,
    pub target_ref_name: String,
    /// `succeeded`, `conflicts`, `queued`, `rejectedByPolicy`, `failure`.
    pub merge_status: Option<String>,
    #[serde(default)]
    pub reviewers: Vec<Reviewer>,
    pub repository: Repository,
    pub last_merge_source_commit: Option<Sha>,
    /// Who had it completed as soon as it can be.
    pub auto_complete_set_by: Option<Person>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sha {
    pub commit_id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reviewer {
    pub display_name: String,
    /// 10 approved, 5 with suggestions, 0 none, -5 waits for the author, -10 rejected.
    #[serde(default)]
    pub vote: i32,
    #[serde(default)]
    pub is_required: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repository {
    pub id: String,
    pub name: String,
    pub default_branch: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    pub remote_url: Option<String>,
    pub web_url: Option<String>,
    #[serde(default)]
    pub is_disabled: bool,
    pub project: Project,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Project {
    #[serde(default)]
    pub id: String,
    pub name: String,
    pub description: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pipeline {
    pub id: u64,
    pub name: String,
    pub folder: Option<String>,
}

/// A run is a build to the older half of the API, with the same number.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Build {
    pub id: u64,
    pub build_number: Option<String>,
    /// `inProgress`, `completed`, `cancelling`, `notStarted`, `postponed`.
    pub status: String,
    /// `succeeded`, `partiallySucceeded`, `failed`, `canceled`.
    pub result: Option<String>,
    pub definition: Definition,
    pub project: Project,
    pub source_branch: Option<String>,
    pub source_version: Option<String>,
    pub requested_for: Option<Person>,
    pub start_time: Option<Timestamp>,
    pub finish_time: Option<Timestamp>,
    pub queue_time: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Definition {
    pub id: u64,
    pub name: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Timeline {
    #[serde(default)]
    pub records: Vec<Record>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    /// `Stage`, `Job`, `Task`, `Checkpoint.Approval`.
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    /// What a stage is called in requests.
    pub identifier: Option<String>,
    /// `pending`, `inProgress`, `completed`.
    pub state: String,
    pub result: Option<String>,
    pub order: Option<i64>,
    #[serde(default)]
    pub issues: Vec<Issue>,
    /// What it wrote, once it has.
    pub log: Option<LogOf>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct LogOf {
    pub id: u64,
}

/// What a run left behind.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Artifact {
    pub name: String,
    #[serde(default)]
    pub resource: Held,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Held {
    /// `PipelineArtifact` and `Container` are held by Azure DevOps, `FilePath` is a place in somebody's network.
    #[serde(default, rename = "type")]
    kind: String,
    /// Where its ZIP file is handed out: another server than the organization's for most, which wants to know who asks too.
    #[serde(default, rename = "downloadUrl")]
    pub download_url: String,
    #[serde(default)]
    properties: std::collections::BTreeMap<String, String>,
}

impl Artifact {
    pub fn is_held(&self) -> bool {
        matches!(self.resource.kind.as_str(), "PipelineArtifact" | "Container")
    }

    /// Of what is in it, where it is known.
    pub fn bytes(&self) -> Option<u64> {
        self.resource.properties.get("artifactsize")?.parse().ok()
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Issue {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub message: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Approval {
    pub id: String,
    /// `pending`, `approved`, `rejected`, `skipped`, `canceled`, `timedOut`.
    pub status: String,
    #[serde(default)]
    pub steps: Vec<Step>,
    pub instructions: Option<String>,
    pub pipeline: Option<OfRun>,
    pub created_on: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    pub assigned_approver: Person,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct OfRun {
    pub owner: Option<Owner>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Owner {
    pub id: u64,
    pub name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ref {
    /// `refs/heads/main`.
    pub name: String,
    pub object_id: String,
    pub creator: Option<Person>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Commit {
    pub commit_id: String,
    pub comment: String,
    pub author: Signature,
    pub remote_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Signature {
    pub name: String,
    pub date: Option<Timestamp>,
}

/// `main` of `refs/heads/main`.
pub(super) fn branch(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}
