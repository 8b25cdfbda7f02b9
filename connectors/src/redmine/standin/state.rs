//! What the simulated Redmine holds, and what each of its people may do.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use super::Caller;
use crate::standin::report::{Listener, Report};

/// A value with a name.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: u64,
    pub name: &'static str,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: u64,
    pub login: String,
    pub firstname: String,
    pub lastname: String,
    pub mail: String,
    pub admin: bool,
    pub locked: bool,
    pub key: String,
}

#[derive(Clone, Debug)]
pub struct Project {
    pub id: u64,
    pub name: String,
    pub identifier: String,
    pub description: String,
    pub is_public: bool,
    pub parent: Option<u64>,
    pub created_on: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub id: u64,
    pub project: u64,
    pub name: String,
    pub description: String,
    pub status: String,
    /// Whether all projects may plan for it, or its own only.
    pub shared: bool,
    pub due_date: Option<Date>,
    pub created_on: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Category {
    pub id: u64,
    pub project: u64,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub id: u64,
    pub project: u64,
    pub user: u64,
    pub roles: Vec<u64>,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: u64,
    pub filename: String,
    pub content_type: String,
    pub content: Vec<u8>,
    pub author: u64,
    pub created_on: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Journal {
    pub id: u64,
    pub user: u64,
    pub notes: String,
    pub private: bool,
    pub created_on: Timestamp,
    /// `{property, name, old_value, new_value}`.
    pub details: Vec<Value>,
}

#[derive(Clone, Debug)]
pub struct TimeEntry {
    pub id: u64,
    pub project: u64,
    pub issue: Option<u64>,
    pub user: u64,
    pub activity: u64,
    pub hours: f64,
    pub comments: String,
    pub spent_on: Date,
    pub created_on: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Issue {
    pub id: u64,
    pub project: u64,
    pub tracker: u64,
    pub status: u64,
    pub priority: u64,
    pub author: u64,
    pub assigned_to: Option<u64>,
    pub category: Option<u64>,
    pub version: Option<u64>,
    pub parent: Option<u64>,
    pub subject: String,
    pub description: String,
    pub start_date: Option<Date>,
    pub due_date: Option<Date>,
    pub done_ratio: u64,
    pub is_private: bool,
    pub estimated_hours: Option<f64>,
    pub severity: String,
    /// What it holds in the other custom fields, by their numbers, as Redmine writes it.
    pub custom: BTreeMap<u64, Value>,
    pub created_on: Timestamp,
    pub updated_on: Timestamp,
    pub closed_on: Option<Timestamp>,
    pub watchers: Vec<u64>,
    pub attachments: Vec<Attachment>,
    pub journals: Vec<Journal>,
}

pub struct State {
    /// A time that stands still, for tests; the real one otherwise.
    pub clock: Option<Timestamp>,
    pub users: Vec<User>,
    pub projects: Vec<Project>,
    pub trackers: Vec<Named>,
    pub statuses: Vec<Named>,
    pub priorities: Vec<Named>,
    pub activities: Vec<Named>,
    pub roles: Vec<Named>,
    pub categories: Vec<Category>,
    pub versions: Vec<Version>,
    pub members: Vec<Member>,
    pub issues: Vec<Issue>,
    pub time_entries: Vec<TimeEntry>,
    /// Custom fields of issues beside the severity, as Redmine lists them.
    pub custom_fields: Vec<Value>,
    /// Stored files by token, until an issue takes them.
    pub uploads: BTreeMap<String, Vec<u8>>,
    /// Of an administrator, who sees everything.
    pub webhooks: Vec<Listener>,
    /// What is to be reported to them, once the state is let go.
    pub reports: Vec<Report>,
    last_id: u64,
}

pub const SEVERITY: u64 = 1;
pub const SEVERITIES: [&str; 3] = ["low", "medium", "high"];
const MANAGER: u64 = 3;
const DEVELOPER: u64 = 4;
const REPORTER: u64 = 5;

/// What a role allows, as far as the simulation looks at it; named as Redmine names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    ViewIssues,
    AddIssues,
    EditIssues,
    AddNotes,
    PrivateNotes,
    PrivateIssues,
    Watchers,
    LogTime,
    ManageVersions,
    ManageMembers,
}

impl Default for State {
    fn default() -> State {
        let named = |first: u64, names: &[&'static str]| {
            names.iter().zip(first..).map(|(name, id)| Named { id, name }).collect::<Vec<_>>()
        };
        let user = |id: u64, login: &str, first: &str, last: &str, admin: bool| User {
            id,
            login: login.into(),
            firstname: first.into(),
            lastname: last.into(),
            mail: format!("{login}@example.org"),
            admin,
            locked: false,
            key: format!("redmine-key-of-{login}"),
        };
        let mut state = State {
            clock: None,
            users: vec![
                user(1, "bellhop", "Bellhop", "Bot", true),
                user(5, "ana", "Ana", "Example", false),
                user(6, "ben", "Ben", "Example", false),
                user(7, "chloe", "Chloe", "Example", false),
            ],
            projects: Vec::new(),
            trackers: named(1, &["Bug", "Feature", "Support"]),
            statuses: named(1, &["New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected"]),
            priorities: named(1, &["Low", "Normal", "High", "Urgent", "Immediate"]),
            activities: named(8, &["Design", "Development"]),
            roles: named(MANAGER, &["Manager", "Developer", "Reporter"]),
            categories: vec![
                Category { id: 1, project: 1, name: "Backend".into() },
                Category { id: 2, project: 1, name: "Hardware".into() },
            ],
            versions: Vec::new(),
            members: Vec::new(),
            issues: Vec::new(),
            time_entries: Vec::new(),
            custom_fields: Vec::new(),
            uploads: BTreeMap::new(),
            webhooks: Vec::new(),
            reports: Vec::new(),
            last_id: 100,
        };
        state.seed();
        state
    }
}

impl Version {
    /// Whether issues of the project can be planned for it.
    pub fn is_of(&self, project: u64) -> bool {
        self.shared || self.project == project
    }
}

impl State {
    fn seed(&mut self) {
        let now = self.now();
        for (id, name, identifier, description) in
            [(1, "Demo", "demo", "Where things are tried."), (2, "Apollo", "apollo", "To the moon.")]
        {
            self.projects.push(Project {
                id,
                name: name.into(),
                identifier: identifier.into(),
                description: description.into(),
                is_public: false,
                parent: None,
                created_on: now,
            });
        }
        for (id, project, user, role) in
            [(1, 1, 5, MANAGER), (2, 1, 6, DEVELOPER), (3, 1, 7, REPORTER), (4, 2, 5, DEVELOPER), (5, 2, 6, MANAGER)]
        {
            self.members.push(Member { id, project, user, roles: vec![role] });
        }
        for (id, project, name) in [(1, 1, "1.0"), (2, 1, "2.0"), (3, 2, "First stage")] {
            let (name, description, status) = (name.into(), String::new(), "open".into());
            self.versions.push(Version {
                id,
                project,
                name,
                description,
                status,
                shared: false,
                due_date: None,
                created_on: now,
            });
        }
        for (project, tracker, status, priority, author, assignee, subject, description) in [
            (1, 1, 1, 4, 7, None, "Printer prints only cats", "Every page has a cat on it.\nThe big ones, too."),
            (1, 2, 2, 2, 6, Some(5), "Dark mode for the lobby", "The lamps are too bright at night."),
            (1, 3, 5, 1, 7, Some(6), "Where is the manual?", "Found under the printer."),
            (2, 1, 1, 3, 5, Some(6), "Second stage does not light", "Seen twice on the test stand."),
        ] {
            let id = self.issues.len() as u64 + 1;
            self.issues.push(Issue {
                id,
                project,
                tracker,
                status,
                priority,
                author,
                assigned_to: assignee,
                category: None,
                version: None,
                parent: None,
                subject: subject.into(),
                description: description.into(),
                start_date: Some(self.today()),
                due_date: None,
                done_ratio: if status == 5 { 100 } else { 0 },
                is_private: false,
                estimated_hours: None,
                severity: String::new(),
                custom: BTreeMap::new(),
                created_on: now,
                updated_on: now,
                closed_on: (status == 5).then_some(now),
                watchers: Vec::new(),
                attachments: Vec::new(),
                journals: Vec::new(),
            });
        }
    }

    /// Redmine keeps whole seconds.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.unwrap_or_else(Timestamp::now);
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    pub fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    /// A number that nothing else has.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn next_issue(&self) -> u64 {
        self.issues.iter().map(|it| it.id).max().unwrap_or(0) + 1
    }

    pub fn project(&self, id: u64) -> Option<&Project> {
        self.projects.iter().find(|it| it.id == id)
    }

    /// By number or identifier, as in Redmine's addresses.
    pub fn find_project(&self, key: &str) -> Option<&Project> {
        self.projects.iter().find(|it| it.identifier == key || it.id.to_string() == key)
    }

    pub fn user_name(&self, id: u64) -> String {
        let user = self.users.iter().find(|it| it.id == id);
        user.map(|it| format!("{} {}", it.firstname, it.lastname)).unwrap_or_default()
    }

    pub fn name_of(&self, list: &[Named], id: u64) -> &'static str {
        list.iter().find(|it| it.id == id).map_or("", |it| it.name)
    }

    pub fn is_closed(status: u64) -> bool {
        status >= 5
    }

    pub fn roles_of(&self, caller: Caller, project: u64) -> Vec<u64> {
        let member = self.members.iter().find(|it| it.project == project && it.user == caller.id);
        member.map(|it| it.roles.clone()).unwrap_or_default()
    }

    pub fn sees(&self, caller: Caller, project: u64) -> bool {
        let is_public = self.project(project).is_some_and(|it| it.is_public);
        caller.admin || is_public || !self.roles_of(caller, project).is_empty()
    }

    pub fn may(&self, caller: Caller, right: Right, project: u64) -> bool {
        let allows = |role: &u64| match *role {
            MANAGER => true,
            DEVELOPER => !matches!(right, Right::PrivateNotes | Right::PrivateIssues | Right::Watchers | Right::ManageMembers),
            _ => matches!(right, Right::ViewIssues | Right::AddIssues | Right::AddNotes | Right::LogTime),
        };
        let roles = self.roles_of(caller, project);
        let is_public = self.project(project).is_some_and(|it| it.is_public);
        caller.admin || roles.iter().any(allows) || (is_public && right == Right::ViewIssues)
    }

    /// Private issues are seen by those who work on them.
    pub fn sees_issue(&self, caller: Caller, issue: &Issue) -> bool {
        let concerns = caller.admin || issue.author == caller.id || issue.assigned_to == Some(caller.id);
        self.may(caller, Right::ViewIssues, issue.project)
            && (!issue.is_private || concerns || self.may(caller, Right::PrivateIssues, issue.project))
    }

    /// Where the workflow that comes with Redmine's default data lets the caller go.
    pub fn allowed_statuses(&self, caller: Caller, issue: &Issue) -> Vec<u64> {
        let roles = self.roles_of(caller, issue.project);
        let mut allowed: Vec<u64> = match issue.status {
            _ if caller.admin || roles.contains(&MANAGER) => (1..=6).collect(),
            1..=4 if roles.contains(&DEVELOPER) => vec![2, 3, 4, 5],
            3 if roles.contains(&REPORTER) => vec![4, 5],
            1..=4 if roles.contains(&REPORTER) => vec![5],
            _ => Vec::new(),
        };
        if !allowed.is_empty() && !allowed.contains(&issue.status) {
            allowed.push(issue.status);
        }
        allowed.sort_unstable();
        allowed
    }
}
