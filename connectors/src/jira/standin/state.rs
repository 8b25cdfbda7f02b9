//! What the simulated Jira holds.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use crate::jira::Deployment;
use crate::standin::report::Listener;

/// Ids, names and categories of the workflow's statuses.
pub(in crate::jira) const STATUSES: &[(&str, &str, &str)] = &[
    ("10000", "To Do", "new"),
    ("10001", "In Progress", "indeterminate"),
    ("10002", "In Review", "indeterminate"),
    ("10003", "Done", "done"),
];
/// Ids, names, and the status that each leads to.
pub(in crate::jira) const TRANSITIONS: &[(&str, &str, usize)] =
    &[("11", "To Do", 0), ("21", "Start work", 1), ("31", "Ask for review", 2), ("41", "Done", 3)];
pub(in crate::jira) const PRIORITIES: &[&str] = &["Highest", "High", "Medium", "Low", "Lowest"];
pub(in crate::jira) const TYPES: &[&str] = &["Epic", "Story", "Task", "Bug", "Sub-task"];
pub(in crate::jira) const RESOLUTIONS: &[&str] = &["Done", "Won't Do", "Duplicate"];
pub(in crate::jira) const SEVERITIES: &[&str] = &["low", "high"];
/// Names, what the first does, what the other has done to it.
pub(in crate::jira) const LINKS: &[(&str, &str, &str)] =
    &[("Blocks", "blocks", "is blocked by"), ("Relates", "relates to", "relates to")];

pub(in crate::jira) const POINTS: &str = "customfield_10016";
pub(in crate::jira) const SPRINT: &str = "customfield_10020";
pub(in crate::jira) const EPIC_LINK: &str = "customfield_10014";
pub(in crate::jira) const SEVERITY: &str = "customfield_10030";
pub(in crate::jira) const NOTES: &str = "customfield_10031";

#[derive(Clone, Debug)]
pub struct Person {
    /// On Cloud.
    pub account_id: &'static str,
    /// On Data Center.
    pub login: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub token: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Project {
    pub id: u64,
    pub key: String,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub lead: usize,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub id: u64,
    pub project: String,
    pub name: String,
    pub description: String,
    pub released: bool,
    pub release_date: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Component {
    pub id: u64,
    pub project: String,
    pub name: String,
    pub description: String,
    pub lead: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    pub author: usize,
    pub body: Value,
    pub at: Timestamp,
    /// The role that may read it.
    pub role: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Worklog {
    pub id: u64,
    pub author: usize,
    pub comment: Value,
    pub started: String,
    pub seconds: u64,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: u64,
    pub name: String,
    pub content: Vec<u8>,
    pub author: usize,
}

#[derive(Clone, Debug)]
pub struct History {
    pub id: u64,
    pub author: usize,
    pub at: Timestamp,
    pub items: Vec<Value>,
}

#[derive(Clone, Debug)]
pub struct Issue {
    pub id: u64,
    pub key: String,
    pub project: String,
    pub kind: String,
    pub summary: String,
    pub description: Value,
    pub status: usize,
    pub resolution: Option<String>,
    pub resolved: Option<Timestamp>,
    pub priority: String,
    pub assignee: Option<usize>,
    pub reporter: usize,
    pub labels: Vec<String>,
    pub due: Option<String>,
    pub parent: Option<String>,
    pub components: Vec<u64>,
    pub fix_versions: Vec<u64>,
    pub affects: Vec<u64>,
    pub estimate: u64,
    pub points: Option<f64>,
    pub severity: Option<usize>,
    pub notes: Value,
    pub sprints: Vec<u64>,
    pub rank: f64,
    /// Has a security level.
    pub restricted: bool,
    pub watchers: BTreeSet<usize>,
    pub comments: Vec<Comment>,
    pub worklogs: Vec<Worklog>,
    pub attachments: Vec<Attachment>,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub histories: Vec<History>,
}

#[derive(Clone, Debug)]
pub struct Link {
    pub id: u64,
    pub kind: usize,
    /// What the first does something to.
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug)]
pub struct Filter {
    pub id: u64,
    pub name: String,
    pub jql: String,
    pub owner: usize,
}

#[derive(Clone, Debug)]
pub struct Board {
    pub id: u64,
    pub name: String,
    pub kind: &'static str,
    pub project: String,
}

#[derive(Clone, Debug)]
pub struct Sprint {
    pub id: u64,
    pub board: u64,
    pub name: String,
    pub state: &'static str,
    pub goal: String,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub complete: Option<Timestamp>,
}

pub struct State {
    pub deployment: Deployment,
    /// Of a Data Center: `10.3.2`.
    pub version: &'static str,
    /// Whether Jira Software is there.
    pub software: bool,
    /// Permissions that the bot's account lacks; and `SCOPES`, when its token does.
    pub denied: BTreeSet<&'static str>,
    /// Stands still in tests.
    pub clock: Option<Timestamp>,
    pub last_id: u64,
    pub people: Vec<Person>,
    pub groups: Vec<(String, BTreeSet<usize>)>,
    pub projects: Vec<Project>,
    pub versions: Vec<Version>,
    pub components: Vec<Component>,
    pub issues: Vec<Issue>,
    /// What Cloud's search still finds, where that is behind.
    pub index: Option<Vec<Issue>>,
    /// Whether people show no address, as most on Cloud.
    pub hides_addresses: bool,
    pub links: Vec<Link>,
    pub filters: Vec<Filter>,
    pub boards: Vec<Board>,
    pub sprints: Vec<Sprint>,
    /// Those that were registered by the API.
    pub webhooks: Vec<super::told::Hook>,
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    /// Links to the web, by issue.
    pub web_links: Vec<(String, String)>,
}

impl State {
    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn is_cloud(&self) -> bool {
        self.deployment == Deployment::Cloud
    }

    /// Whether it has the webhooks that Data Center got with version 10.
    pub fn has_new_webhooks(&self) -> bool {
        !self.is_cloud() && !self.version.starts_with("9.")
    }

    pub fn attachment(&self, id: &str) -> Option<&Attachment> {
        self.issues.iter().flat_map(|it| &it.attachments).find(|it| it.id.to_string() == id)
    }

    pub fn may(&self, permission: &str) -> bool {
        !self.denied.contains(permission)
    }

    pub fn issue(&self, key: &str) -> Option<usize> {
        self.issues.iter().position(|it| it.key.eq_ignore_ascii_case(key) || it.id.to_string() == key)
    }

    pub fn project(&self, key: &str) -> Option<&Project> {
        self.projects.iter().find(|it| it.key.eq_ignore_ascii_case(key) || it.id.to_string() == key)
    }

    /// How Jira calls a person.
    pub fn person_id(&self, at: usize) -> &'static str {
        if self.is_cloud() { self.people[at].account_id } else { self.people[at].login }
    }

    pub fn person(&self, id: &str) -> Option<usize> {
        (0..self.people.len()).find(|it| self.person_id(*it) == id)
    }

    /// Notes a change of an issue.
    pub fn note(&mut self, at: usize, author: usize, items: Vec<Value>) {
        let now = self.now();
        if !items.is_empty() {
            let id = self.next_id();
            self.issues[at].histories.push(History { id, author, at: now, items });
        }
        self.issues[at].updated = now;
    }
}
