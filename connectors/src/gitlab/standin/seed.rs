//! The small world that it starts with.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::standin::{
    ARCHIVE,
    consent::{Consents, Refuses},
};

use super::{BOT_TOKEN, State};

/// When all of it was made.
const DAY: &str = "2026-11-20T09:00:00.000Z";

impl Default for State {
    fn default() -> State {
        let user = |id: u64, username: &str, name: &str, is_admin: bool| {
            json!({
                "id": id, "username": username, "name": name, "state": "active", "is_admin": is_admin,
                "email": format!("{username}@example.org"), "public_email": "",
            })
        };
        let project = |id: u64, path: &str, name: &str, description: &str| {
            json!({
                "id": id, "name": name, "path_with_namespace": path, "description": description, "default_branch": "main",
                "visibility": "private", "archived": false, "star_count": 2, "last_activity_at": DAY,
            })
        };
        let mut state = State {
            clock: None,
            origin: "http://localhost".into(),
            version: "18.5.1-ee".into(),
            tokens: BTreeMap::from([
                (BOT_TOKEN.to_owned(), (1, vec!["api".to_owned(), "sudo".to_owned()])),
                ("glpat-of-ana-0123456789".to_owned(), (5, vec!["api".to_owned()])),
                ("glpat-that-only-reads-01".to_owned(), (1, vec!["read_api".to_owned()])),
            ]),
            users: vec![
                user(1, "bellhop", "Bellhop Bot", true),
                user(5, "ana", "Ana Example", false),
                user(6, "ben", "Ben Example", false),
                user(7, "chloe", "Chloe Example", false),
            ],
            projects: vec![
                project(11, "demo/printer", "Printer", "Prints what it is told to."),
                project(12, "apollo/lander", "Lander", "Lands softly."),
            ],
            members: vec![(11, 1, 50), (12, 1, 50), (11, 5, 40), (12, 5, 40), (11, 6, 30), (12, 6, 30), (11, 7, 20)],
            issues: Vec::new(),
            merge_requests: Vec::new(),
            approvals: BTreeMap::new(),
            notes: BTreeMap::new(),
            links: Vec::new(),
            pipelines: Vec::new(),
            jobs: Vec::new(),
            milestones: Vec::new(),
            labels: Vec::new(),
            releases: Vec::new(),
            branches: Vec::new(),
            commits: Vec::new(),
            hooks: Vec::new(),
            listeners: Vec::new(),
            last_id: 2000,
            consents: Consents::new(super::CLIENT, Refuses::ByStatus),
        };
        state.seed();
        state
    }
}

impl State {
    fn seed(&mut self) {
        let milestone = |id: u64, title: &str, state: &str, due: &str| {
            json!({ "id": id, "iid": id - 30, "project_id": 11, "title": title, "state": state, "due_date": due,
                    "start_date": null, "description": "What people wait for.", "created_at": DAY, "updated_at": DAY })
        };
        self.milestones = vec![milestone(31, "v1.0", "active", "2026-12-01"), milestone(32, "v0.9", "closed", "2026-10-01")];
        let label = |id: u64, name: &str, color: &str| json!({ "id": id, "project_id": 11, "name": name, "color": color, "description": null });
        self.labels = vec![label(41, "bug", "#FF0000"), label(42, "urgent", "#DC143C"), label(43, "doing", "#428BCA")];
        let (ana, ben, chloe) = (self.user(5), self.user(6), self.user(7));
        let issue = |id: u64, project: u64, iid: u64, title: &str, state: &str, author: &Value, people: Vec<&Value>| {
            json!({
                "id": id, "iid": iid, "project_id": project, "title": title, "state": state, "labels": [], "milestone": null,
                "description": "", "author": author, "assignees": people, "due_date": null, "confidential": false, "weight": null,
                "issue_type": "issue", "created_at": DAY, "updated_at": DAY, "closed_at": null, "user_notes_count": 0,
                "time_stats": { "human_time_estimate": null, "human_total_time_spent": null },
            })
        };
        let mut cats = issue(101, 11, 1, "Printer prints only cats", "opened", &chloe, vec![&ben]);
        cats["labels"] = json!(["bug"]);
        cats["description"] = json!("Every page has a cat on it.\nThe big ones, too.");
        cats["milestone"] = json!({ "id": 31, "title": "v1.0" });
        let mut secret = issue(104, 11, 4, "Password printed on each page", "opened", &ana, vec![]);
        secret["confidential"] = json!(true);
        self.issues = vec![
            cats,
            issue(102, 11, 2, "Where is the manual?", "opened", &chloe, vec![]),
            issue(103, 11, 3, "Fan is loud", "closed", &ben, vec![&ana]),
            secret,
            issue(105, 12, 1, "Legs too short", "opened", &ana, vec![&ana]),
        ];
        let request = |id: u64, iid: u64, title: &str, source: &str, status: &str| {
            json!({
                "id": id, "iid": iid, "project_id": 11, "title": title, "description": "Makes it better.", "state": "opened",
                "draft": title.starts_with("Draft:"), "labels": [], "milestone": null, "author": ben, "assignees": [ben],
                "reviewers": [], "source_branch": source, "target_branch": "main", "sha": format!("{id}").repeat(14)[..40],
                "detailed_merge_status": status, "changes_count": "2", "created_at": DAY, "updated_at": DAY,
            })
        };
        self.merge_requests = vec![
            request(201, 1, "Quieter fan", "quiet-fan", "mergeable"),
            request(202, 2, "Draft: Dogs as well", "dogs", "draft_status"),
        ];
        self.merge_requests[0]["reviewers"] = json!([ana]);
        let note = json!({ "id": 301, "body": "I have seen it, too.", "author": ana, "created_at": DAY, "updated_at": DAY,
                           "system": false, "internal": false });
        self.notes.insert("issue-101".into(), vec![note]);
        let commit = |id: &str, title: &str, author: &str| {
            json!({
                "id": id.repeat(5), "short_id": id, "project_id": 11, "title": title, "message": format!("{title}\n\nAs asked for."),
                "author_name": author, "committed_date": DAY, "stats": { "additions": 12, "deletions": 3, "total": 15 },
            })
        };
        self.commits =
            vec![commit("1a2b3c4d", "Turn the fan slower", "Ben Example"), commit("5e6f7a8b", "First light", "Ana Example")];
        let branch = |name: &str, commit: &Value, is_default: bool| json!({ "name": name, "project_id": 11, "merged": false, "protected": is_default, "default": is_default, "commit": commit });
        let (first, second) = (self.commits[0].clone(), self.commits[1].clone());
        self.branches = vec![branch("main", &second, true), branch("quiet-fan", &first, false), branch("dogs", &first, false)];
        let pipeline = |id: u64, name: &str, status: &str, sha: &Value| {
            json!({ "id": id, "iid": id - 100, "project_id": 11, "status": status, "ref": name, "sha": sha, "source": "push",
                    "user": ben, "duration": 80, "created_at": DAY, "updated_at": DAY })
        };
        self.pipelines = vec![
            pipeline(101, "main", "success", &second["id"]),
            pipeline(102, "quiet-fan", "failed", &first["id"]),
            pipeline(103, "main", "running", &second["id"]),
        ];
        let job = |id: u64, pipeline: u64, name: &str, stage: &str, status: &str| {
            let branch = if pipeline == 102 { "quiet-fan" } else { "main" };
            json!({
                "id": id, "project_id": 11, "pipeline": { "id": pipeline }, "name": name, "stage": stage, "status": status,
                "ref": branch, "allow_failure": false, "duration": if status == "created" { Value::Null } else { json!(42.4) },
                "failure_reason": if status == "failed" { json!("script_failure") } else { Value::Null }, "user": ben,
                "created_at": DAY,
            })
        };
        self.jobs = vec![
            job(1001, 102, "compile", "build", "success"),
            job(1002, 102, "unit", "test", "failed"),
            job(1003, 101, "deploy-live", "deploy", "manual"),
            job(1004, 103, "compile", "build", "running"),
        ];
        self.jobs[0]["artifacts_file"] = json!({ "filename": "artifacts.zip", "size": ARCHIVE.len() });
        self.jobs[0]["artifacts_expire_at"] = json!("2026-12-20T09:00:00Z");
        self.releases = vec![json!({
            "project_id": 11, "tag_name": "v0.9", "name": "First light", "description": "It prints.", "released_at": DAY,
            "created_at": DAY, "author": ana, "milestones": [{ "id": 32, "title": "v0.9", "state": "closed" }],
            "assets": { "links": [{ "id": 1, "name": "printer.tar.gz", "url": "https://example.org/printer.tar.gz" }] },
        })];
    }
}
