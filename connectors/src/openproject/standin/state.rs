//! What the simulated OpenProject holds, and what each of its people may do.

use std::collections::BTreeSet;

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
    pub start: Option<Date>,
    pub end: Option<Date>,
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
    pub size: usize,
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
    pub last_id: u64,
}

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

impl Default for State {
    fn default() -> State {
        let at: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap_or_default();
        let user = |id, login: &str, first: &str, admin| User {
            id,
            login: login.into(),
            first: first.into(),
            last: if login == "bellhop" { "Bot".into() } else { "Example".into() },
            mail: format!("{login}@example.org"),
            admin,
            status: "active".into(),
            token: if login == "bellhop" { super::BOT_TOKEN.into() } else { format!("openproject-token-of-{login}") },
        };
        let project = |id, identifier: &str, name: &str, description: &str| Project {
            id,
            identifier: identifier.into(),
            name: name.into(),
            description: description.into(),
            active: true,
            public: id == 1,
            parent: None,
            status: (id == 1).then(|| "on_track".to_owned()),
            explanation: String::new(),
            updated: at,
        };
        let package = |id, project, kind, status, priority, subject: &str, description: &str| Package {
            id,
            lock: 1,
            project,
            kind,
            status,
            priority,
            author: CHLOE,
            assignee: None,
            responsible: None,
            version: None,
            category: None,
            budget: None,
            parent: None,
            subject: subject.into(),
            description: description.into(),
            start: None,
            due: None,
            work: None,
            remaining: None,
            done: 0,
            points: None,
            severity: None,
            created: at,
            updated: at,
            watchers: BTreeSet::new(),
            files: Vec::new(),
            activities: vec![Activity { id, user: CHLOE, comment: String::new(), internal: false, details: Vec::new(), at }],
        };
        let packages = vec![
            Package {
                severity: Some(3),
                points: Some(3),
                category: Some(1),
                budget: Some(1),
                ..package(1, 1, BUG, 1, 10, "Printer prints only cats", "Every page has a cat on it.\n\nThe big ones, too.")
            },
            Package {
                assignee: Some(ANA),
                responsible: Some(BEN),
                version: Some(1),
                parent: Some(3),
                done: 40,
                due: "2026-11-27".parse().ok(),
                work: Some("PT8H".into()),
                remaining: Some("PT5H".into()),
                ..package(2, 1, 3, 7, 8, "Dark mode for the lobby", "The lamps are too bright at night.")
            },
            Package { assignee: Some(BEN), ..package(3, 1, 1, 7, 8, "Make the lobby pleasant", "") },
            Package {
                assignee: Some(BEN),
                done: 100,
                ..package(4, 1, 1, 12, 7, "Where is the manual?", "Found under the printer.")
            },
            Package { due: "2026-12-24".parse().ok(), ..package(5, 2, MILESTONE, 1, 8, "Landing", "") },
        ];
        let member = |id, project, principal, role| Membership { id, project, principal, roles: vec![role] };
        let entry = |id, user, activity, hours: &str, comment: &str, day: &str| TimeEntry {
            id,
            project: 1,
            package: 2,
            user,
            activity,
            hours: hours.into(),
            comment: comment.into(),
            spent_on: day.parse().unwrap_or_default(),
            updated: at,
        };
        State {
            clock: None,
            version: "16.6.1",
            users: vec![
                user(BOT, "bellhop", "Bellhop", true),
                user(ANA, "ana", "Ana", false),
                user(BEN, "ben", "Ben", false),
                user(CHLOE, "chloe", "Chloe", false),
            ],
            groups: vec![Group { id: 20, name: "Printers".into(), members: vec![ANA, BEN] }],
            projects: vec![
                project(1, "demo", "Demo", "Where everything is tried."),
                project(2, "apollo", "Apollo", "To the moon."),
            ],
            versions: vec![Version {
                id: 1,
                project: 1,
                name: "1.0".into(),
                description: String::new(),
                status: "open".into(),
                start: None,
                end: "2026-12-01".parse().ok(),
            }],
            categories: vec![Part { id: 1, project: 1, name: "Hardware" }, Part { id: 2, project: 1, name: "Light" }],
            budgets: vec![Part { id: 1, project: 1, name: "Paper and toner" }],
            memberships: vec![
                member(1, 1, ANA, 9),
                member(2, 1, BEN, 8),
                member(3, 1, CHLOE, 7),
                member(4, 2, ANA, 8),
                member(5, 1, BOT, 8),
            ],
            packages,
            relations: vec![Relation { id: 1, from: 1, to: 2, kind: "blocks".into(), description: None, lag: None }],
            entries: vec![
                entry(1, ANA, 3, "PT2H", "Found the switch", "2026-11-19"),
                entry(2, BEN, 4, "PT1H30M", "", "2026-11-20"),
            ],
            queries: vec![Query {
                id: 1,
                name: "Open bugs".into(),
                project: Some(1),
                public: true,
                starred: false,
                filters: vec![("status".into(), "o".into(), Vec::new()), ("type".into(), "=".into(), vec![BUG.to_string()])],
            }],
            notifications: vec![Notification { id: 1, reason: "mentioned", package: 1, actor: CHLOE, read: false }],
            last_id: 100,
        }
    }
}
