//! The small world that a simulated GitHub begins with.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::state::{
    Artifact, Check, Comment, Commit, Deployment, Issue, Job, Milestone, Pull, Release, Repo, Review, Run, State, Thread, User,
    Waiting, Workflow,
};
use crate::standin::{
    ARCHIVE,
    consent::{Consents, Refuses},
};

/// Commits that people meet by name.
const MAIN: &str = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
const HOSE: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const LAMP: &str = "c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c";
const FIRST: &str = "e5bd3914e2e596debea16f433f57875b5b90bcd6";

/// When all this is as it is: the evening before the day that tests are played on, and long enough ago in the sandbox.
fn base() -> Timestamp {
    Timestamp::from_second(1_795_197_600).unwrap_or_default()
}

/// So many hours before [`base`].
fn ago(hours: i64) -> Timestamp {
    base() - SignedDuration::from_hours(hours)
}

pub fn world() -> State {
    let user = |login: &str, name: &str, email: Option<&str>| User {
        login: login.into(),
        name: name.into(),
        email: email.map(str::to_owned),
    };
    State {
        users: vec![
            user("ana", "Ana Example", Some("ana@example.org")),
            // Ben shows his address to nobody, but commits with it.
            user("ben", "Ben Example", None),
            user("chloe", "Chloe Example", Some("chloe@example.org")),
            user("bellhop-bot", "Bellhop", Some("bellhop@example.org")),
        ],
        teams: vec![("crew".into(), vec!["chloe".into()])],
        repos: vec![demo(), apollo()],
        events: events(),
        scopes: Some("read:org, repo, workflow".into()),
        permissions: permissions(),
        next_id: 100,
        consents: Consents::new(super::CLIENT, Refuses::LikeGitHub),
        ..State::default()
    }
}

fn permissions() -> Value {
    json!({
        "metadata": "read", "issues": "write", "pull_requests": "write", "contents": "write", "actions": "write",
        "deployments": "write", "checks": "read", "statuses": "read", "members": "read",
    })
}

fn issue(number: u64, title: &str, author: &str, hours: i64) -> Issue {
    Issue {
        number,
        title: title.into(),
        author: author.into(),
        state: "open".into(),
        created_at: ago(hours),
        updated_at: ago(hours),
        ..Issue::default()
    }
}

fn closed(issue: Issue, hours: i64) -> Issue {
    Issue {
        state: "closed".into(),
        state_reason: Some("completed".into()),
        closed_at: Some(ago(hours)),
        updated_at: ago(hours),
        ..issue
    }
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

fn demo() -> Repo {
    Repo {
        id: 1,
        owner: "example".into(),
        name: "demo".into(),
        description: "The printer in the lobby".into(),
        issues: issues(),
        labels: [("bug", "d73a4a", "It does not work"), ("feature", "a2eeef", "It could work better"), ("urgent", "b60205", "")]
            .map(|(name, color, about)| (name.to_owned(), color.to_owned(), about.to_owned()))
            .to_vec(),
        milestones: vec![
            Milestone {
                number: 1,
                title: "1.0".into(),
                description: "The first one".into(),
                state: "open".into(),
                due_on: Some(ago(-240)),
            },
            Milestone { number: 2, title: "0.9".into(), description: String::new(), state: "closed".into(), due_on: None },
        ],
        roles: [("ana", "maintain"), ("ben", "write"), ("chloe", "read"), ("bellhop-bot", "admin")]
            .map(|(who, role)| (who.into(), role.into()))
            .to_vec(),
        branches: [("main", MAIN), ("fix/hose", HOSE), ("lamp", LAMP)].map(|(name, sha)| (name.into(), sha.into())).to_vec(),
        commits: commits(),
        checks: [(HOSE, "build", "success"), (HOSE, "lint", "failure"), (LAMP, "build", "success"), (MAIN, "build", "success")]
            .map(|(sha, name, outcome)| Check { sha: sha.into(), name: name.into(), conclusion: Some(outcome.into()) })
            .to_vec(),
        workflows: [(11, "CI", "ci.yml", false), (12, "Deploy", "deploy.yml", true)]
            .map(|(id, name, file, by_hand)| Workflow {
                id,
                name: name.into(),
                file: file.into(),
                state: "active".into(),
                by_hand,
            })
            .to_vec(),
        runs: runs(),
        deployments: vec![
            deployment(3, "staging", "ACTIVE", "https://staging.example.org", 5),
            deployment(4, "production", "ACTIVE", "https://demo.example.org", 3),
        ],
        tags: vec![("v0.8.0".into(), FIRST.into()), ("v0.9.0".into(), MAIN.into())],
        files: vec![
            ("README.md".into(), "# Demo\n\nPrints cats.\n".into()),
            ("docs/fan.md".into(), "Keep it quiet.\n".into()),
            ("src/fan.rs".into(), "fn main() {}\n".into()),
        ],
        alerts: alerts(),
        releases: vec![
            Release {
                id: 21,
                tag: "v0.9.0".into(),
                name: "The cat release".into(),
                body: "* The printer prints only cats".into(),
                draft: false,
                prerelease: false,
                author: "ana".into(),
                at: ago(300),
                assets: vec![("demo-0.9.0.tar.gz".into(), 48_213)],
            },
            Release {
                id: 22,
                tag: "v1.0.0".into(),
                name: "1.0".into(),
                body: String::new(),
                draft: true,
                prerelease: false,
                author: "ben".into(),
                at: ago(2),
                assets: vec![],
            },
        ],
        methods: vec!["merge", "squash"],
        ..Repo::default()
    }
}

fn issues() -> Vec<Issue> {
    let comment =
        |id: u64, author: &str, body: &str, hours: i64| Comment { id, author: author.into(), body: body.into(), at: ago(hours) };
    let review = |id: u64, author: &str, state: &str, hours: i64| Review {
        id,
        author: author.into(),
        state: state.into(),
        body: String::new(),
        at: ago(hours),
    };
    let hose = Pull {
        head: "fix/hose".into(),
        base: "main".into(),
        sha: HOSE.into(),
        mergeable: "clean".into(),
        reviewers: names(&["ana"]),
        reviews: vec![review(81, "chloe", "APPROVED", 20)],
        threads: vec![
            Thread {
                id: "T1".into(),
                path: "src/hose.rs".into(),
                line: 7,
                author: "chloe".into(),
                text: "Is it long enough?".into(),
                resolved: false,
            },
            Thread {
                id: "T2".into(),
                path: "src/hose.rs".into(),
                line: 12,
                author: "chloe".into(),
                text: "A typo.".into(),
                resolved: true,
            },
        ],
        files: vec![("src/hose.rs".into(), 40, 2), ("docs/fire.md".into(), 8, 0)],
        ..Pull::default()
    };
    let lamp = Pull {
        head: "lamp".into(),
        base: "main".into(),
        sha: LAMP.into(),
        mergeable: "behind".into(),
        files: vec![("src/lamp.rs".into(), 5, 1)],
        ..Pull::default()
    };
    let cats = Pull {
        head: "cats".into(),
        base: "main".into(),
        sha: FIRST.into(),
        mergeable: "unknown".into(),
        merged_at: Some(ago(90)),
        merged_by: Some("ana".into()),
        reviews: vec![review(80, "ana", "APPROVED", 95)],
        files: vec![("src/cats.rs".into(), 120, 30)],
        ..Pull::default()
    };
    vec![
        Issue {
            body: "Every page has a cat on it.\nThe big ones, too.".into(),
            labels: names(&["bug"]),
            milestone: Some(1),
            comments: vec![comment(91, "ben", "Mine has two.", 50)],
            ..issue(1, "Printer prints only cats", "chloe", 60)
        },
        Issue { assignees: names(&["ana"]), labels: names(&["feature"]), ..issue(2, "Dark mode for the lobby", "ben", 40) },
        closed(Issue { assignees: names(&["ben"]), milestone: Some(1), ..issue(3, "Where is the manual?", "chloe", 200) }, 150),
        closed(Issue { pull: Some(cats), ..issue(4, "Print cats", "ben", 100) }, 90),
        Issue {
            body: "Puts the fire out. Fixes #1.".into(),
            labels: names(&["bug", "urgent"]),
            assignees: names(&["ben"]),
            pull: Some(hose),
            comments: vec![comment(92, "ana", "At last.", 10)],
            ..issue(5, "Add a fire hose", "ben", 30)
        },
        Issue { pull: Some(lamp), ..issue(6, "Dim the lamps", "ana", 8) },
    ]
}

fn commits() -> Vec<Commit> {
    let commit = |sha: &str, message: &str, who: &str, hours: i64, file: (&str, u64, u64), only_on: Option<&str>| Commit {
        sha: sha.into(),
        message: message.into(),
        author: format!("{} Example", who[..1].to_uppercase() + &who[1..]),
        email: format!("{who}@example.org"),
        at: ago(hours),
        files: vec![(file.0.into(), file.1, file.2)],
        only_on: only_on.map(str::to_owned),
    };
    vec![
        commit(LAMP, "Dim the lamps", "ana", 8, ("src/lamp.rs", 5, 1), Some("lamp")),
        commit(HOSE, "Add a fire hose\n\nIt reaches the lobby.", "ben", 30, ("src/hose.rs", 40, 2), Some("fix/hose")),
        commit(MAIN, "Print in colour", "ana", 48, ("src/print.rs", 10, 4), None),
        commit("b1a2c3d4e5f60718293a4b5c6d7e8f9001122334", "Print cats", "ben", 90, ("src/cats.rs", 120, 30), None),
        commit(FIRST, "Begin", "ana", 400, ("README.md", 3, 0), None),
    ]
}

fn runs() -> Vec<Run> {
    let job = |id: u64, name: &str, outcome: &str, log: &str| Job {
        id,
        name: name.into(),
        conclusion: Some(outcome.into()),
        log: log.into(),
    };
    let log = "2026-11-20T16:00:01.1234567Z Run cargo test\n2026-11-20T16:00:09.7654321Z test hose::reaches ... FAILED\n2026-11-20T16:00:09.9999999Z ##[error]Process completed with exit code 101.\n";
    let run = |id: u64, number: u64, workflow: u64, title: &str, branch: &str, sha: &str, actor: &str, hours: i64| Run {
        id,
        number,
        attempt: 1,
        workflow,
        title: title.into(),
        branch: branch.into(),
        sha: sha.into(),
        event: "push".into(),
        actor: actor.into(),
        status: "completed".into(),
        conclusion: Some("success".into()),
        created_at: ago(hours),
        updated_at: ago(hours) + SignedDuration::from_secs(95),
        ..Run::default()
    };
    let artifact = |id: u64, name: &str, expired: bool| Artifact { id, name: name.into(), expired, bytes: ARCHIVE };
    vec![
        Run {
            jobs: vec![job(501, "build", "success", "Built.\n")],
            artifacts: vec![artifact(701, "widgets", false), artifact(702, "coverage", true)],
            ..run(1001, 7, 11, "Print in colour", "main", MAIN, "ana", 48)
        },
        Run {
            conclusion: Some("failure".into()),
            jobs: vec![job(502, "build", "success", "Built.\n"), job(503, "test", "failure", log)],
            ..run(1002, 8, 11, "Add a fire hose", "fix/hose", HOSE, "ben", 30)
        },
        Run {
            status: "waiting".into(),
            conclusion: None,
            waiting: vec![Waiting { id: 61, environment: "production".into(), people: names(&["ana"]), teams: names(&["crew"]) }],
            ..run(1003, 3, 12, "Deploy", "main", MAIN, "ben", 2)
        },
        Run {
            conclusion: Some("action_required".into()),
            event: "pull_request".into(),
            ..run(1004, 9, 11, "Dim the lamps", "lamp", LAMP, "chloe", 1)
        },
    ]
}

fn alerts() -> Vec<(String, Value)> {
    let found = |number: u64, hours: i64| json!({ "number": number, "state": "open", "created_at": ago(hours).to_string() });
    let mut lodash = found(1, 90);
    lodash["dependency"] = json!({ "package": { "ecosystem": "npm", "name": "lodash" }, "manifest_path": "web/package-lock.json", "scope": "runtime" });
    lodash["security_advisory"] = json!({
        "ghsa_id": "GHSA-35jh-r3h4-6jhm", "cve_id": "CVE-2021-23337", "summary": "Command injection in lodash", "severity": "high",
    });
    lodash["security_vulnerability"] = json!({
        "severity": "high", "vulnerable_version_range": "< 4.17.21", "first_patched_version": { "identifier": "4.17.21" },
    });
    let mut query = found(1, 80);
    query["rule"] = json!({
        "id": "rust/sql-injection", "severity": "error", "security_severity_level": "critical",
        "description": "Query built from what people type",
    });
    query["most_recent_instance"] = json!({
        "ref": "refs/heads/main", "location": { "path": "src/fan.rs", "start_line": 1 },
        "message": { "text": "This query depends on a value that people type." },
    });
    let mut token = found(2, 70);
    token["secret_type"] = json!("example_api_token");
    token["secret_type_display_name"] = json!("Example API Token");
    token["validity"] = json!("active");
    token["publicly_leaked"] = json!(true);
    vec![("dependabot".into(), lodash), ("code-scanning".into(), query), ("secret-scanning".into(), token)]
}

fn deployment(id: u64, environment: &str, state: &str, url: &str, hours: i64) -> Deployment {
    Deployment {
        id,
        reference: "main".into(),
        sha: MAIN.into(),
        environment: environment.into(),
        description: String::new(),
        creator: "ana".into(),
        state: state.into(),
        url: Some(url.into()),
        at: ago(hours),
    }
}

fn apollo() -> Repo {
    Repo {
        id: 2,
        owner: "example".into(),
        name: "apollo".into(),
        description: "To the moon".into(),
        private: true,
        issues: vec![Issue { assignees: names(&["ben"]), ..issue(1, "Second stage does not light", "ana", 70) }],
        labels: vec![("bug".into(), "d73a4a".into(), String::new())],
        roles: [("ana", "write"), ("ben", "admin"), ("bellhop-bot", "admin")]
            .map(|(who, role)| (who.into(), role.into()))
            .to_vec(),
        branches: vec![("main".into(), FIRST.into())],
        commits: commits().into_iter().filter(|it| it.sha == FIRST).collect(),
        methods: vec!["squash"],
        ..Repo::default()
    }
}

/// The oldest first. What happens later is told by [`State::events`] of whoever plays.
fn events() -> Vec<Value> {
    let event = |id: u64, kind: &str, who: &str, payload: Value, hours: i64| {
        json!({
            "id": id.to_string(), "type": kind, "actor": { "login": who }, "repo": { "name": "example/demo" },
            "payload": payload, "public": true, "created_at": ago(hours).to_string(),
        })
    };
    vec![
        event(9001, "PushEvent", "ana", json!({ "ref": "refs/heads/main", "head": MAIN, "before": FIRST, "size": 1 }), 48),
        event(9002, "PullRequestEvent", "ben", json!({ "action": "opened", "number": 5, "pull_request": { "number": 5 } }), 30),
    ]
}
