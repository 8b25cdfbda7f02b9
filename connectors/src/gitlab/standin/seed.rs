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
            tags: Vec::new(),
            environments: Vec::new(),
            deployments: Vec::new(),
            schedules: Vec::new(),
            discussions: BTreeMap::new(),
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
        self.seed_deployments(&ana, &ben);
        let tag = |name: &str, message: Value, commit: &Value| {
            json!({ "project_id": 11, "name": name, "message": message, "target": commit["id"], "protected": false, "commit": commit,
                    "created_at": null })
        };
        self.tags = vec![tag("v0.9-rc", Value::Null, &first), tag("v0.9", json!("First light"), &second)];
        let note = |id: u64, by: &Value, body: &str, resolvable: bool| {
            json!({ "id": id, "body": body, "author": by, "created_at": DAY, "updated_at": DAY, "system": false, "internal": false,
                    "resolvable": resolvable, "resolved": false })
        };
        let mut question = note(311, &ana, "Is this not too slow at noon?", true);
        question["position"] =
            json!({ "position_type": "text", "new_path": "src/fan.rs", "old_path": "src/fan.rs", "new_line": 12 });
        let threads = [
            ("6a9c1750b37d513a43987b574953fceb50b03ce7", vec![question]),
            ("f00dcafe91a7016a7058e91bdbe7b29d1f284a39", vec![note(312, &chloe, "Who tells the users?", true)]),
            ("87805b7c09016a7058e91bdbe7b29d1f284a39e6", vec![note(313, &ben, "A comment that stands alone.", false)]),
        ];
        let threads =
            threads.map(|(id, notes)| json!({ "id": id, "individual_note": notes[0]["resolvable"] == false, "notes": notes }));
        self.discussions.insert(201, threads.to_vec());
    }

    fn seed_deployments(&mut self, ana: &Value, ben: &Value) {
        let environment = |id: u64, name: &str, tier: &str, address: Value| {
            json!({ "id": id, "project_id": 11, "name": name, "slug": name.replace('/', "-"), "external_url": address,
                    "state": "available", "tier": tier, "created_at": DAY, "updated_at": DAY, "auto_stop_at": null })
        };
        self.environments = vec![
            environment(51, "production", "production", json!("https://printer.example.org")),
            environment(52, "review/dogs", "development", Value::Null),
            environment(53, "review/cats", "development", Value::Null),
        ];
        self.environments[1]["auto_stop_at"] = json!("2026-11-27T09:00:00Z");
        self.environments[2]["state"] = json!("stopped");
        let (first, second) = (self.commits[0].clone(), self.commits[1].clone());
        let deployment = |id: u64, environment: u64, branch: &str, commit: &Value, status: &str, by: &Value| {
            json!({ "id": id, "iid": id - 60, "project_id": 11, "environment": { "id": environment }, "ref": branch, "sha": commit["id"],
                    "status": status, "user": by, "created_at": DAY, "updated_at": DAY, "job": null, "commit": commit,
                    "pending_approval_count": u64::from(status == "blocked"), "approvals": [] })
        };
        self.deployments = vec![
            deployment(61, 51, "main", &second, "success", ben),
            deployment(62, 51, "main", &second, "blocked", ben),
            deployment(63, 52, "dogs", &first, "success", ana),
        ];
        self.deployments[1]["job"] = json!(1003);
        let schedule = |id: u64, description: &str, cron: &str, active: bool| {
            json!({ "id": id, "project_id": 11, "description": description, "ref": "refs/heads/main", "cron": cron,
                    "cron_timezone": "UTC", "active": active, "next_run_at": "2026-11-22T04:00:00Z", "owner": ben, "created_at": DAY,
                    "updated_at": DAY, "last_pipeline": null, "variables": [] })
        };
        self.schedules =
            vec![schedule(71, "Nightly build", "0 4 * * *", true), schedule(72, "Weekly report", "0 6 * * 1", false)];
        self.schedules[0]["last_pipeline"] = json!({ "id": 101, "sha": second["id"], "ref": "main", "status": "success" });
        self.schedules[0]["variables"] = json!([{ "key": "STAGE", "variable_type": "env_var", "value": "night", "raw": false }]);
    }
}
