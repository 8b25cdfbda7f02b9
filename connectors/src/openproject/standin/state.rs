//! What the simulated OpenProject holds, and what each of its people may do.

use std::collections::BTreeSet;

use crate::standin::report::Listener;
use jiff::{Timestamp, civil::Date};

/// A value of a list that is the same for all projects.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: u64,
    pub name: &'static str,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: u64,
    pub login: String,
    pub first: String,
    pub last: String,
    pub mail: String,
    pub admin: bool,
    /// `active`, `locked`, `invited`.
    pub status: String,
    pub token: String,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub id: u64,
    pub name: String,
    pub members: Vec<u64>,
}

#[derive(Clone, Debug)]
pub struct Project {
    pub id: u64,
    pub identifier: String,
    pub name: String,
    pub description: String,
    pub active: bool,
    pub public: bool,
    pub parent: Option<u64>,
    pub status: Option<String>,
    pub explanation: String,
    pub updated: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub id: u64,
    pub project: u64,
    pub name: String,
    pub description: String,
    pub status: String,
    /// `none`, or `system`: with every project.
    pub sharing: &'static str,
    pub start: Option<Date>,
    pub end: Option<Date>,
}

impl Version {
    /// Whether work packages of the project can be planned for it.
    pub fn is_for(&self, project: u64) -> bool {
        self.project == project || self.sharing == "system"
    }
}

/// Something small that belongs to a project: a category, a budget.
#[derive(Clone, Debug)]
pub struct Part {
    pub id: u64,
    pub project: u64,
    pub name: &'static str,
}

#[derive(Clone, Debug)]
pub struct Membership {
    pub id: u64,
    pub project: u64,
    /// A user or a group.
    pub principal: u64,
    pub roles: Vec<u64>,
}

#[derive(Clone, Debug)]
pub struct File {
    pub id: u64,
    pub name: String,
    pub description: String,
    pub content: Vec<u8>,
    pub author: u64,
}

#[derive(Clone, Debug)]
pub struct Activity {
    pub id: u64,
    pub user: u64,
    pub comment: String,
    pub internal: bool,
    /// `Status changed from New to Closed`.
    pub details: Vec<String>,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Package {
    pub id: u64,
    pub lock: u64,
    pub project: u64,
    pub kind: u64,
    pub status: u64,
    pub priority: u64,
    pub author: u64,
    pub assignee: Option<u64>,
    pub responsible: Option<u64>,
    pub version: Option<u64>,
    pub category: Option<u64>,
    pub budget: Option<u64>,
    pub parent: Option<u64>,
    pub subject: String,
    pub description: String,
    pub start: Option<Date>,
    pub due: Option<Date>,
    /// ISO 8601.
    pub work: Option<String>,
    pub remaining: Option<String>,
    pub done: u64,
    pub points: Option<i64>,
    pub severity: Option<u64>,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub watchers: BTreeSet<u64>,
    pub files: Vec<File>,
    pub activities: Vec<Activity>,
}

#[derive(Clone, Debug)]
pub struct Relation {
    pub id: u64,
    pub from: u64,
    pub to: u64,
    pub kind: String,
    pub description: Option<String>,
    pub lag: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct TimeEntry {
    pub id: u64,
    pub project: u64,
    pub package: u64,
    pub user: u64,
    pub activity: u64,
    /// ISO 8601.
    pub hours: String,
    pub comment: String,
    pub spent_on: Date,
    pub updated: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Query {
    pub id: u64,
    pub name: String,
    pub project: Option<u64>,
    pub public: bool,
    pub starred: bool,
    /// Name, operator, values.
    pub filters: Vec<(String, String, Vec<String>)>,
    /// What its table shows: the attribute, and what it is called.
    pub columns: Vec<(&'static str, &'static str)>,
}

/// A project that is being copied, or was.
#[derive(Clone, Debug)]
pub struct Copying {
    pub id: String,
    /// Who asked for it, and is told how it goes.
    pub user: u64,
    /// The copy, where there is one.
    pub project: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Notification {
    pub id: u64,
    pub reason: &'static str,
    pub package: u64,
    pub actor: u64,
    pub read: bool,
}

pub struct State {
    /// A time that stands still, for tests; the real one otherwise.
    pub clock: Option<Timestamp>,
    /// Before it, time entries know `workPackage` and no `entity`.
    pub version: &'static str,
    /// What the root of the API links to, of what can be switched off.
    pub modules: Vec<&'static str>,
    pub users: Vec<User>,
    pub groups: Vec<Group>,
    pub projects: Vec<Project>,
    pub versions: Vec<Version>,
    pub categories: Vec<Part>,
    pub budgets: Vec<Part>,
    pub memberships: Vec<Membership>,
    pub packages: Vec<Package>,
    pub relations: Vec<Relation>,
    pub entries: Vec<TimeEntry>,
    pub queries: Vec<Query>,
    pub notifications: Vec<Notification>,
    pub copies: Vec<Copying>,
    /// How copies go: `success`, `in_process`, `failure`; and what is said to be wrong with them.
    pub copying: &'static str,
    pub copying_problems: Vec<&'static str>,
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    pub last_id: u64,
    /// The largest file that it takes, in bytes.
    pub largest_file: usize,
    /// What somebody else does just before the next change of a work package arrives, once.
    pub meanwhile: Option<Meanwhile>,
}

pub type Meanwhile = Box<dyn Fn(&mut Package) + Send + Sync>;

pub const TYPES: [Named; 4] = [
    Named { id: 1, name: "Task" },
    Named { id: 2, name: "Milestone" },
    Named { id: 3, name: "Feature" },
    Named { id: 4, name: "Bug" },
];
pub const MILESTONE: u64 = 2;
pub const BUG: u64 = 4;
pub const STATUSES: [Named; 5] = [
    Named { id: 1, name: "New" },
    Named { id: 7, name: "In progress" },
    Named { id: 9, name: "On hold" },
    Named { id: 12, name: "Closed" },
    Named { id: 14, name: "Rejected" },
];
pub const PRIORITIES: [Named; 4] = [
    Named { id: 7, name: "Low" },
    Named { id: 8, name: "Normal" },
    Named { id: 9, name: "High" },
    Named { id: 10, name: "Immediate" },
];
pub const ACTIVITIES: [Named; 3] =
    [Named { id: 1, name: "Management" }, Named { id: 3, name: "Development" }, Named { id: 4, name: "Testing" }];
pub const ROLES: [Named; 3] =
    [Named { id: 9, name: "Project admin" }, Named { id: 8, name: "Member" }, Named { id: 7, name: "Reader" }];
pub const SEVERITIES: [Named; 3] = [Named { id: 1, name: "low" }, Named { id: 2, name: "medium" }, Named { id: 3, name: "high" }];
pub const PROJECT_STATUSES: [(&str, &str); 6] = [
    ("on_track", "On track"),
    ("at_risk", "At risk"),
    ("off_track", "Off track"),
    ("not_started", "Not started"),
    ("finished", "Finished"),
    ("discontinued", "Discontinued"),
];

/// What the table of a new query shows.
pub const COLUMNS: [(&str, &str); 6] = [
    ("id", "ID"),
    ("subject", "Subject"),
    ("type", "Type"),
    ("status", "Status"),
    ("assignee", "Assignee"),
    ("priority", "Priority"),
];

pub const BOT: u64 = 4;
pub const ANA: u64 = 5;
pub const BEN: u64 = 6;
pub const CHLOE: u64 = 7;

pub fn name_in(list: &[Named], id: u64) -> &'static str {
    list.iter().find(|it| it.id == id).map_or("", |it| it.name)
}

/// Whoever calls.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    pub id: u64,
    pub admin: bool,
}

/// What a role allows, as far as the simulation looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    View,
    Edit,
    Manage,
}

impl User {
    pub fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

impl State {
    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn is_closed(status: u64) -> bool {
        matches!(status, 12 | 14)
    }

    /// Where the workflow lets a work package go: what is closed has to be opened first.
    pub fn allowed_statuses(status: u64) -> Vec<&'static Named> {
        STATUSES.iter().filter(|it| it.id == status || !Self::is_closed(status) || it.id == 1).collect()
    }

    pub fn user_name(&self, id: u64) -> String {
        let group = || self.groups.iter().find(|it| it.id == id).map(|it| it.name.clone());
        self.users.iter().find(|it| it.id == id).map(User::name).or_else(group).unwrap_or_default()
    }

    pub fn project(&self, id: u64) -> Option<&Project> {
        self.projects.iter().find(|it| it.id == id)
    }

    pub fn package(&self, id: u64) -> Option<&Package> {
        self.packages.iter().find(|it| it.id == id)
    }

    pub fn spent(&self, package: u64) -> f64 {
        let hours = |it: &TimeEntry| super::super::hal::hours(&it.hours).unwrap_or(0.0);
        self.entries.iter().filter(|it| it.package == package).map(hours).sum()
    }

    pub fn may(&self, caller: Caller, right: Right, project: u64) -> bool {
        let Some(it) = self.project(project) else { return false };
        if caller.admin {
            return true;
        }
        let groups: Vec<u64> = self.groups.iter().filter(|it| it.members.contains(&caller.id)).map(|it| it.id).collect();
        let own = |it: &&Membership| it.project == project && (it.principal == caller.id || groups.contains(&it.principal));
        let mut roles = self.memberships.iter().filter(own).flat_map(|it| it.roles.iter().copied());
        match right {
            Right::View => it.active && (it.public || roles.next().is_some()),
            Right::Edit => it.active && roles.any(|it| it >= 8),
            Right::Manage => it.active && roles.any(|it| it == 9),
        }
    }

    pub fn is_member(&self, principal: u64, project: u64) -> bool {
        self.memberships.iter().any(|it| it.principal == principal && it.project == project)
    }
}
