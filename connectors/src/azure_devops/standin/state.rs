//! What the simulated organization holds.

use std::collections::BTreeMap;

use crate::standin::report::Listener;
use jiff::Timestamp;
use serde_json::{Value, json};

/// When all of it was made.
pub const DAY: &str = "2026-11-20T09:00:00Z";

/// Objects are kept as Azure DevOps shows them.
pub struct State {
    /// A time that stands still, for tests; the real one otherwise.
    pub clock: Option<Timestamp>,
    /// The organization's address.
    pub origin: String,
    /// Login and name.
    pub people: Vec<(&'static str, &'static str)>,
    pub projects: Vec<&'static str>,
    pub items: Vec<Value>,
    /// Custom fields as a project lists them; beside it, for each type that has one, what that type says of it.
    pub custom_fields: Vec<(Value, BTreeMap<&'static str, Value>)>,
    /// By work item.
    pub comments: BTreeMap<u64, Vec<Value>>,
    /// What became of each work item, by its number.
    pub updates: BTreeMap<u64, Vec<Value>>,
    /// The recycle bin.
    pub deleted: Vec<Value>,
    /// Names and contents of what was handed in, by id.
    pub files: BTreeMap<String, (String, Vec<u8>)>,
    pub repositories: Vec<Value>,
    pub pulls: Vec<Value>,
    /// Policies that were to be looked at again.
    pub requeued: Vec<String>,
    /// By pull request.
    pub threads: BTreeMap<u64, Vec<Value>>,
    /// Name and commit, of the repository `printer`.
    pub branches: BTreeMap<String, String>,
    pub commits: Vec<Value>,
    /// What stands on the pages of the wiki `demo.wiki` by path, and how often it was written.
    pub wiki: BTreeMap<String, (String, u64)>,
    pub pipelines: Vec<Value>,
    pub builds: Vec<Value>,
    /// By build.
    pub stages: BTreeMap<u64, Vec<Value>>,
    pub approvals: Vec<Value>,
    /// Service hooks, with the secrets that the real one never shows.
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    pub subscriptions: Vec<Value>,
    /// An event that this server does not know.
    pub unknown_event: Option<&'static str>,
    /// Whether somebody else changes a work item right after it is read.
    pub moves_on: bool,
    pub last_id: u64,
}

/// Whether a number in JSON is the one that is written there.
pub fn is_number(value: &Value, text: &str) -> bool {
    value.as_u64().is_some_and(|it| text.parse() == Ok(it))
}

impl State {
    pub fn now(&self) -> Value {
        json!(self.clock.unwrap_or_else(Timestamp::now).to_string())
    }

    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Ids are made of the logins, so that tests can be read.
    pub fn id_of(login: &str) -> String {
        let number: u32 = login.bytes().map(u32::from).sum();
        format!("{number:08}-0000-4000-8000-000000000000")
    }

    pub fn name_of(&self, login: &str) -> &'static str {
        self.people.iter().find(|it| it.0 == login).map_or("Bellhop Bot", |it| it.1)
    }

    /// A person in an object.
    pub fn person(&self, login: &str) -> Value {
        json!({ "id": State::id_of(login), "displayName": self.name_of(login), "uniqueName": format!("{login}@example.org") })
    }

    pub fn person_called(&self, text: &str) -> Option<Value> {
        let login = text.strip_suffix("@example.org")?;
        self.people.iter().any(|it| it.0 == login).then(|| self.person(login))
    }

    pub fn person_of_id(&self, id: &str) -> Option<Value> {
        let logins = self.people.iter().map(|it| it.0).chain(["bellhop"]);
        logins.into_iter().find(|it| State::id_of(it) == id).map(|it| self.person(it))
    }

    pub fn identity(&self, login: &str) -> Value {
        let value = |text: String| json!({ "$type": "System.String", "$value": text });
        json!({
            "id": State::id_of(login), "providerDisplayName": self.name_of(login), "isActive": true, "isContainer": false,
            "properties": { "Account": value(format!("{login}@example.org")), "Mail": value(format!("{login}@example.org")) },
        })
    }

    pub fn project(&self, name: &str) -> Value {
        let about = if name == "demo" { "Prints what it is told to." } else { "Lands softly." };
        json!({ "id": format!("{name}-id"), "name": name, "description": about, "state": "wellFormed" })
    }

    /// A work item with its addresses, which depend on where it is served.
    pub fn shown(&self, item: &Value) -> Value {
        let mut item = item.clone();
        let project = item["fields"]["System.TeamProject"].as_str().unwrap_or_default();
        let address = format!("{}/{project}/_workitems/edit/{}", self.origin, item["id"]);
        item["_links"] = json!({ "html": { "href": address } });
        item["url"] = json!(format!("{}/_apis/wit/workItems/{}", self.origin, item["id"]));
        item
    }
}

impl Default for State {
    fn default() -> State {
        let mut state = State {
            clock: None,
            origin: "http://localhost/example".into(),
            people: vec![("ana", "Ana Example"), ("ben", "Ben Example"), ("chloe", "Chloe Example")],
            projects: vec!["demo", "apollo"],
            items: Vec::new(),
            custom_fields: Vec::new(),
            comments: BTreeMap::new(),
            updates: BTreeMap::new(),
            deleted: Vec::new(),
            files: BTreeMap::new(),
            repositories: Vec::new(),
            pulls: Vec::new(),
            requeued: Vec::new(),
            threads: BTreeMap::new(),
            branches: BTreeMap::new(),
            wiki: BTreeMap::new(),
            commits: Vec::new(),
            pipelines: Vec::new(),
            builds: Vec::new(),
            stages: BTreeMap::new(),
            approvals: Vec::new(),
            subscriptions: Vec::new(),
            listeners: Vec::new(),
            unknown_event: None,
            moves_on: false,
            last_id: 200,
        };
        state.seed();
        state
    }
}

impl State {
    fn seed(&mut self) {
        let item = |id: u64, project: &str, kind: &str, title: &str, status: &str, assignee: Option<&str>| {
            let mut fields = json!({
                "System.TeamProject": project, "System.AreaPath": project, "System.IterationPath": project, "System.WorkItemType": kind,
                "System.State": status, "System.Title": title, "System.CreatedBy": self.person("chloe"), "System.CreatedDate": DAY,
                "System.ChangedDate": DAY, "Microsoft.VSTS.Common.Priority": 2,
            });
            if let Some(login) = assignee {
                fields["System.AssignedTo"] = self.person(login);
            }
            json!({ "id": id, "rev": 1, "fields": fields, "relations": [] })
        };
        let mut cats = item(1, "demo", "Bug", "Printer prints only cats", "Active", Some("ben"));
        cats["fields"]["Microsoft.VSTS.TCM.ReproSteps"] = json!("<div>Every page has a <b>cat</b> on it.</div>");
        cats["fields"]["System.Tags"] = json!("cats; hardware");
        cats["relations"] = json!([{
            "rel": "System.LinkTypes.Related", "url": "https://dev.azure.com/example/_apis/wit/workItems/2", "attributes": { "name": "Related" },
        }]);
        let items = vec![
            cats,
            item(2, "demo", "Task", "Where is the manual?", "New", None),
            item(3, "demo", "Task", "Fan is loud", "Closed", Some("ana")),
            item(4, "apollo", "Bug", "Legs too short", "New", Some("ana")),
        ];
        self.items = items;
        let said =
            json!({ "id": 50, "text": "<p>I have seen it, too.</p>", "createdBy": self.person("ana"), "createdDate": DAY });
        self.comments.insert(1, vec![said]);
        self.repositories = vec![json!({
            "id": "r1", "name": "printer", "defaultBranch": "refs/heads/main", "size": 7840, "project": self.project("demo"),
            "remoteUrl": "https://dev.azure.com/example/demo/_git/printer", "isDisabled": false,
        })];
        let (first, second) = ("1a2b3c4d".repeat(5), "5e6f7a8b".repeat(5));
        let page = |path: &str, content: &str| (path.to_owned(), (content.to_owned(), 1));
        self.wiki = BTreeMap::from([page("/", ""), page("/Runbooks", "What to do."), page("/Runbooks/Fire", "Call 112.")]);
        self.branches = BTreeMap::from([
            ("main".to_owned(), second.clone()),
            ("quiet-fan".to_owned(), first.clone()),
            ("dogs".to_owned(), first.clone()),
        ]);
        let commit = |id: &str, comment: &str, author: &str| json!({ "commitId": id, "comment": comment, "author": { "name": author, "email": "x@example.org", "date": DAY } });
        self.commits = vec![
            commit(&first, "Turn the fan slower\n\nAs asked for.", "Ben Example"),
            commit(&second, "First light", "Ana Example"),
        ];
        let pull = |id: u64, title: &str, source: &str, is_draft: bool| {
            json!({
                "pullRequestId": id, "title": title, "description": "Makes it better.", "status": "active", "isDraft": is_draft,
                "createdBy": self.person("ben"), "creationDate": DAY, "sourceRefName": format!("refs/heads/{source}"),
                "targetRefName": "refs/heads/main", "mergeStatus": "succeeded", "reviewers": [], "repository": self.repositories[0],
                "lastMergeSourceCommit": { "commitId": first },
            })
        };
        let mut quiet = pull(7, "Quieter fan", "quiet-fan", false);
        let mut ana = self.person("ana");
        ana["vote"] = json!(0);
        quiet["reviewers"] = json!([ana]);
        self.pulls = vec![quiet, pull(8, "Dogs as well", "dogs", true)];
        let comment =
            |content: &str, kind: &str| json!({ "id": 1, "content": content, "commentType": kind, "author": self.person("ana") });
        self.threads = BTreeMap::from([(
            7,
            vec![
                json!({ "id": 71, "status": "active", "comments": [comment("Is 12 not loud?", "text"), comment("It is.", "text")],
                        "threadContext": { "filePath": "/src/fan.rs", "rightFileStart": { "line": 12, "offset": 1 } } }),
                json!({ "id": 72, "status": "fixed", "comments": [comment("Say why.", "text")], "threadContext": null }),
                json!({ "id": 73, "comments": [comment("Ana Example voted 0", "system")], "threadContext": null }),
            ],
        )]);
        self.pipelines = vec![
            json!({ "id": 11, "name": "build", "folder": "\\", "revision": 1 }),
            json!({ "id": 12, "name": "deploy", "folder": "\\live", "revision": 1 }),
        ];
        let build = |id: u64, pipeline: usize, status: &str, result: Option<&str>, branch: &str| {
            json!({
                "id": id, "buildNumber": format!("20261120.{}", id - 100), "status": status, "result": result,
                "definition": { "id": self.pipelines[pipeline]["id"], "name": self.pipelines[pipeline]["name"] },
                "project": self.project("demo"), "sourceBranch": format!("refs/heads/{branch}"), "sourceVersion": first,
                "requestedFor": self.person("ben"), "queueTime": DAY, "startTime": DAY,
                "finishTime": result.map(|_| "2026-11-20T09:01:20Z"),
            })
        };
        self.builds = vec![
            build(101, 0, "completed", Some("succeeded"), "main"),
            build(102, 0, "completed", Some("failed"), "quiet-fan"),
            build(103, 1, "inProgress", None, "main"),
        ];
        let record = |kind: &str, name: &str, order: u64, status: &str, result: Option<&str>| {
            json!({ "id": format!("{kind}-{name}"), "type": kind, "name": name, "identifier": name, "order": order, "state": status,
                    "result": result, "issues": [] })
        };
        let mut failed = record("Task", "cargo test", 1, "completed", Some("failed"));
        failed["log"] = json!({ "id": 4, "type": "Container" });
        failed["issues"] =
            json!([{ "type": "error", "message": "test fan ... FAILED" }, { "type": "warning", "message": "old" }]);
        let mut built = record("Job", "Linux", 1, "completed", Some("succeeded"));
        built["log"] = json!({ "id": 2, "type": "Container" });
        self.stages = BTreeMap::from([
            (101, vec![record("Stage", "Build", 1, "completed", Some("succeeded")), built]),
            (
                102,
                vec![
                    record("Stage", "Test", 2, "completed", Some("failed")),
                    record("Stage", "Build", 1, "completed", Some("succeeded")),
                    failed,
                ],
            ),
            (
                103,
                vec![
                    record("Stage", "Deploy", 1, "pending", None),
                    record("Checkpoint.Approval", "Checkpoint.Approval", 1, "inProgress", None),
                ],
            ),
        ]);
        self.approvals = vec![json!({
            "id": "a1a1a1a1-0000-4000-8000-000000000001", "status": "pending", "instructions": "Look at the fan first.",
            "createdOn": DAY, "steps": [{ "assignedApprover": self.person("ana"), "status": "pending" }],
            "pipeline": { "id": "12", "name": "deploy", "owner": { "id": 103, "name": "20261120.3" } },
        })];
    }
}
