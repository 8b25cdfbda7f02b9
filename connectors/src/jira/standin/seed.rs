//! The small world that the simulated Jira begins with: demo and apollo, Ana, Ben and Chloe.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    BOT_EMAIL, BOT_TOKEN,
    state::{Board, Comment, Component, Filter, History, Issue, Link, Person, Project, SPRINT, STATUSES, Sprint, State, Version},
};
use crate::jira::{Deployment, adf, moment, wiki};

const ANA: usize = 1;
const BEN: usize = 2;
const CHLOE: usize = 3;

fn people() -> Vec<Person> {
    let person = |account_id, login, name, email, token| Person { account_id, login, name, email, token };
    vec![
        person("5b10a0effa615349cb016cd8", "bellhop", "Bellhop", BOT_EMAIL, Some(BOT_TOKEN)),
        person("5b10a2844c20165700ede21f", "ana", "Ana Example", "ana@example.org", Some("jira-token-of-ana")),
        person("5b10ac8d82e05b22cc7d4ef5", "ben", "Ben Example", "ben@example.org", None),
        person("5b109f2e9729b51b54dc274d", "chloe", "Chloe Example", "chloe@example.org", None),
    ]
}

/// `markdown` as this Jira keeps texts.
pub(super) fn text(deployment: Deployment, markdown: &str) -> Value {
    match deployment {
        _ if markdown.is_empty() => Value::Null,
        Deployment::Cloud => adf::from_markdown(markdown),
        Deployment::DataCenter => json!(wiki::write(&adf::from_markdown(markdown))),
    }
}

pub(super) fn state(deployment: Deployment, now: Timestamp) -> State {
    let ago = |days: i64| now - SignedDuration::from_hours(days * 24);
    let everybody: BTreeSet<usize> = (0..4).collect();
    let project = |id, key: &str, name: &str, kind: &str, lead, about: &str| Project {
        id,
        key: key.into(),
        name: name.into(),
        description: about.into(),
        kind: kind.into(),
        lead,
    };
    let sprint = |id, name: &str, state, start: Option<i64>, end: Option<i64>, goal: &str| Sprint {
        id,
        board: 1,
        name: name.into(),
        state,
        goal: goal.into(),
        start: start.map(ago),
        end: end.map(ago),
        complete: if state == "closed" { end.map(ago) } else { None },
    };
    let version = |id, name: &str, released, date: Option<i64>| Version {
        id,
        project: "APO".into(),
        name: name.into(),
        description: String::new(),
        released,
        release_date: date.map(|it| moment::day(ago(it)).to_string()),
    };
    let component =
        |id, name: &str, lead| Component { id, project: "APO".into(), name: name.into(), description: String::new(), lead };
    let mut state = State {
        deployment,
        version: if deployment == Deployment::Cloud { "1001.0.0-SNAPSHOT" } else { "10.3.2" },
        software: true,
        denied: BTreeSet::new(),
        clock: None,
        last_id: 20_000,
        people: people(),
        groups: vec![("apollo-developers".into(), BTreeSet::from([ANA, BEN])), ("jira-users".into(), everybody)],
        projects: vec![
            project(10_000, "APO", "apollo", "software", ANA, "To the moon, and back."),
            project(10_001, "DEMO", "demo", "business", BEN, ""),
        ],
        versions: vec![
            version(10_100, "1.0", true, Some(30)),
            version(10_101, "1.1", false, Some(-14)),
            version(10_102, "1.2", false, None),
        ],
        components: vec![component(10_200, "Engine", Some(ANA)), component(10_201, "Printer", None)],
        issues: Vec::new(),
        index: None,
        hides_addresses: false,
        links: Vec::new(),
        filters: vec![
            Filter {
                id: 10_300,
                name: "Open bugs".into(),
                jql: "issuetype = Bug AND statusCategory != Done ORDER BY priority DESC".into(),
                owner: ANA,
            },
            Filter { id: 10_301, name: "Everything of apollo".into(), jql: "project = APO ORDER BY key ASC".into(), owner: BEN },
        ],
        boards: vec![
            Board { id: 1, name: "Apollo board".into(), kind: "scrum", project: "APO".into() },
            Board { id: 2, name: "Demo board".into(), kind: "kanban", project: "DEMO".into() },
        ],
        sprints: vec![
            sprint(1, "Apollo 1", "closed", Some(42), Some(28), "A first flight"),
            sprint(2, "Apollo 2", "closed", Some(28), Some(14), "Fewer fires"),
            sprint(3, "Apollo 3", "active", Some(7), Some(-7), "Nothing burns"),
            sprint(4, "Apollo 4", "future", None, None, ""),
        ],
        web_links: Vec::new(),
        listeners: Vec::new(),
        webhooks: Vec::new(),
    };
    let mut seeds = Seeds { state: &mut state, now };
    seeds.add("APO", "Epic", "Fire safety", "In Progress", 60, ANA).parent(None);
    seeds.add("APO", "Story", "Smoke detectors in every room", "Done", 50, BEN).sprint(1, 43, 5.0).moved(40, 1).moved(35, 3);
    seeds
        .add("APO", "Task", "Count the extinguishers", "Done", 45, CHLOE)
        .sprint(1, 43, 3.0)
        .moved(38, 1)
        .moved(20, 3)
        .sprint_more(2, 28);
    seeds.add("APO", "Story", "A map of the exits", "Done", 30, ANA).sprint(2, 29, 8.0).moved(26, 1).moved(16, 3);
    seeds.add("APO", "Bug", "The alarm is too quiet", "Done", 25, BEN).sprint(2, 22, 2.0).moved(21, 1).moved(18, 3);
    seeds.add("APO", "Bug", "The door sticks", "In Review", 20, BEN).sprint(3, 8, 3.0).moved(5, 1).moved(1, 2);
    let fire = seeds.add("APO", "Bug", "Printer on fire", "In Progress", 10, ANA);
    fire.sprint(3, 8, 5.0)
        .moved(3, 1)
        .label("printer")
        .severity(1)
        .said("It burns since **this morning**.\n\n- smoke in room 4\n- see `lp0`", "I can see the smoke from here.");
    seeds.add("APO", "Task", "Buy a new printer", "To Do", 9, CHLOE).sprint(3, 3, 1.0).label("printer").label("office");
    seeds.add("APO", "Story", "Water on every floor", "To Do", 8, ANA);
    seeds.add("APO", "Task", "Write the fire drill", "To Do", 90, BEN);
    seeds.add("APO", "Sub-task", "Call the manufacturer", "To Do", 2, ANA).parent(Some("APO-7"));
    seeds.add("DEMO", "Task", "Try the bot", "To Do", 5, CHLOE);
    seeds.add("DEMO", "Task", "Show it to Ben", "Done", 4, CHLOE).moved(2, 3);
    let keys = ["APO-2", "APO-3", "APO-6", "APO-7"];
    for issue in state.issues.iter_mut().filter(|it| keys.contains(&it.key.as_str())) {
        issue.parent = Some("APO-1".into());
    }
    for (key, assignee, priority) in [
        ("APO-7", Some(BEN), "High"),
        ("APO-8", None, "Medium"),
        ("APO-9", None, "Low"),
        ("APO-10", Some(ANA), "Lowest"),
        ("APO-6", Some(ANA), "Medium"),
        ("DEMO-1", Some(ANA), "Medium"),
    ] {
        if let Some(at) = state.issue(key) {
            state.issues[at].assignee = assignee;
            state.issues[at].priority = priority.into();
        }
    }
    state.links.push(Link { id: 10_400, kind: 0, from: "APO-7".into(), to: "APO-8".into() });
    if let Some(at) = state.issue("APO-7") {
        state.issues[at].due = Some(moment::day(ago(1)).to_string());
        state.issues[at].fix_versions = vec![10_101];
        state.issues[at].components = vec![10_201];
        state.issues[at].watchers = BTreeSet::from([ANA, BEN]);
    }
    state
}

/// Issues being made.
struct Seeds<'a> {
    state: &'a mut State,
    now: Timestamp,
}

struct Seed<'a> {
    state: &'a mut State,
    now: Timestamp,
    at: usize,
}

impl Seeds<'_> {
    fn add(&mut self, project: &str, kind: &str, summary: &str, status: &str, days: i64, reporter: usize) -> Seed<'_> {
        let state = &mut *self.state;
        let number = state.issues.iter().filter(|it| it.project == project).count() + 1;
        let created = self.now - SignedDuration::from_hours(days * 24);
        let status = STATUSES.iter().position(|it| it.1 == status).unwrap_or(0);
        let id = state.next_id();
        state.issues.push(Issue {
            id,
            key: format!("{project}-{number}"),
            project: project.into(),
            kind: kind.into(),
            summary: summary.into(),
            description: Value::Null,
            status,
            resolution: None,
            resolved: None,
            priority: "Medium".into(),
            assignee: None,
            reporter,
            labels: Vec::new(),
            due: None,
            parent: None,
            components: Vec::new(),
            fix_versions: Vec::new(),
            affects: Vec::new(),
            estimate: 0,
            points: None,
            severity: None,
            notes: Value::Null,
            sprints: Vec::new(),
            rank: id as f64,
            restricted: false,
            watchers: BTreeSet::new(),
            comments: Vec::new(),
            worklogs: Vec::new(),
            attachments: Vec::new(),
            created,
            updated: created,
            histories: Vec::new(),
        });
        let at = state.issues.len() - 1;
        Seed { state, now: self.now, at }
    }
}

impl Seed<'_> {
    fn history(self, days: i64, item: Value) -> Self {
        let id = self.state.next_id();
        let at = self.now - SignedDuration::from_hours(days * 24) + SignedDuration::from_hours(1);
        let issue = &mut self.state.issues[self.at];
        let at = at.max(issue.created);
        issue.histories.push(History { id, author: BEN, at, items: vec![item] });
        issue.updated = issue.updated.max(at);
        self
    }

    /// In a sprint since so many days, estimated at so many points.
    fn sprint(self, id: u64, days: i64, points: f64) -> Self {
        let issue = &mut self.state.issues[self.at];
        issue.points = Some(points);
        issue.sprints.push(id);
        self.history(days, json!({ "field": "Sprint", "fieldId": SPRINT, "fieldtype": "custom", "from": "", "fromString": "", "to": id.to_string(), "toString": format!("Apollo {id}") }))
    }

    fn sprint_more(self, id: u64, days: i64) -> Self {
        let issue = &mut self.state.issues[self.at];
        let before = issue.sprints.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        issue.sprints.push(id);
        let after = format!("{before}, {id}");
        self.history(days, json!({ "field": "Sprint", "fieldId": SPRINT, "fieldtype": "custom", "from": before, "fromString": before, "to": after, "toString": after }))
    }

    fn moved(self, days: i64, to: usize) -> Self {
        let before = self.state.issues[self.at]
            .histories
            .iter()
            .rev()
            .find_map(|it| it.items[0]["to"].as_str().filter(|_| it.items[0]["field"] == "status"));
        let from = STATUSES.iter().find(|it| Some(it.0) == before).unwrap_or(&STATUSES[0]);
        let item = json!({ "field": "status", "fieldId": "status", "fieldtype": "jira", "from": from.0, "fromString": from.1, "to": STATUSES[to].0, "toString": STATUSES[to].1 });
        let seed = self.history(days, item);
        if STATUSES[to].2 == "done" {
            let issue = &mut seed.state.issues[seed.at];
            issue.resolution = Some("Done".into());
            issue.resolved = issue.histories.last().map(|it| it.at);
        }
        seed
    }

    fn label(self, label: &str) -> Self {
        self.state.issues[self.at].labels.push(label.into());
        self
    }

    fn severity(self, severity: usize) -> Self {
        self.state.issues[self.at].severity = Some(severity);
        self
    }

    fn parent(self, parent: Option<&str>) -> Self {
        self.state.issues[self.at].parent = parent.map(str::to_owned);
        self
    }

    fn said(self, description: &str, comment: &str) -> Self {
        let id = self.state.next_id();
        let deployment = self.state.deployment;
        let issue = &mut self.state.issues[self.at];
        issue.description = text(deployment, description);
        let at = self.now - SignedDuration::from_hours(20);
        issue.comments.push(Comment { id, author: BEN, body: text(deployment, comment), at, role: None });
        self
    }
}
