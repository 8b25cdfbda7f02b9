//! What the simulated OpenProject holds at first: two projects, three people and the bot.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::state::{
    ANA, Activity, BEN, BOT, BUG, CHLOE, COLUMNS, Group, MILESTONE, Membership, Notification, Package, Part, Project, Query,
    Relation, State, TimeEntry, User, Version,
};

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
            modules: vec!["memberships", "time_entries"],
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
                sharing: "none",
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
                columns: [&COLUMNS[..2], &[("project", "Project"), ("customField2", "Severity"), ("category", "Category")]]
                    .concat(),
            }],
            copies: Vec::new(),
            copying: "success",
            copying_problems: Vec::new(),
            notifications: vec![Notification { id: 1, reason: "mentioned", package: 1, actor: CHLOE, read: false }],
            last_id: 100,
            largest_file: 5 << 20,
            meanwhile: None,
            listeners: Vec::new(),
        }
    }
}
