//! What the simulated GitLab holds, and what each of its people may do.

use std::collections::BTreeMap;

use crate::standin::report::Listener;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::standin::consent::Consents;

/// Objects are kept as GitLab shows them.
pub struct State {
    /// A time that stands still, for tests; the real one otherwise.
    pub clock: Option<Timestamp>,
    /// Where links lead.
    pub origin: String,
    pub version: String,
    /// Owner and scopes by token.
    pub tokens: BTreeMap<String, (u64, Vec<String>)>,
    pub users: Vec<Value>,
    pub projects: Vec<Value>,
    /// Project, user, access level.
    pub members: Vec<(u64, u64, u64)>,
    pub issues: Vec<Value>,
    pub merge_requests: Vec<Value>,
    /// By merge request's id: who approved.
    pub approvals: BTreeMap<u64, Vec<u64>>,
    /// On `issue-1`, `mr-2`.
    pub notes: BTreeMap<String, Vec<Value>>,
    pub links: Vec<Value>,
    pub pipelines: Vec<Value>,
    pub jobs: Vec<Value>,
    pub milestones: Vec<Value>,
    pub labels: Vec<Value>,
    pub releases: Vec<Value>,
    pub branches: Vec<Value>,
    pub commits: Vec<Value>,
    pub tags: Vec<Value>,
    pub environments: Vec<Value>,
    pub deployments: Vec<Value>,
    pub schedules: Vec<Value>,
    /// By merge request's id.
    pub discussions: BTreeMap<u64, Vec<Value>>,
    pub hooks: Vec<Value>,
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    pub last_id: u64,
    /// Who let an OAuth application in.
    pub consents: Consents,
}

/// Whether a number in JSON is the one that is written there.
pub fn is_number(value: &Value, text: &str) -> bool {
    value.as_u64().is_some_and(|it| text.parse() == Ok(it))
}

impl State {
    pub fn now(&self) -> Value {
        json!(self.clock.unwrap_or_else(Timestamp::now).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string())
    }

    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn owner_of(&self, token: &str) -> Option<(u64, Vec<String>)> {
        let agreed = || {
            let (login, scope) = self.consents.owner(token)?;
            Some((self.user_called(login)?, scope.split(' ').map(str::to_owned).collect()))
        };
        self.tokens.get(token).cloned().or_else(agreed)
    }

    pub fn user(&self, id: u64) -> Value {
        let found = self.users.iter().find(|it| it["id"] == id);
        let short = |it: &Value| {
            json!({
                "id": it["id"], "username": it["username"], "name": it["name"], "state": it["state"],
                "web_url": format!("{}/{}", self.origin, it["username"].as_str().unwrap_or_default()),
            })
        };
        found.map_or(Value::Null, short)
    }

    pub fn user_called(&self, login: &str) -> Option<u64> {
        let found = self.users.iter().find(|it| it["username"] == login || is_number(&it["id"], login));
        found.and_then(|it| it["id"].as_u64())
    }

    pub fn is_admin(&self, user: u64) -> bool {
        self.users.iter().any(|it| it["id"] == user && it["is_admin"] == true)
    }

    /// The project of that number or path, which the caller can see.
    pub fn project(&self, text: &str, caller: u64) -> Option<u64> {
        let is_it = |it: &&Value| {
            is_number(&it["id"], text) || it["path_with_namespace"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(text))
        };
        let id = self.projects.iter().find(is_it)?["id"].as_u64()?;
        (self.level(id, caller) > 0).then_some(id)
    }

    pub fn path_of(&self, project: u64) -> String {
        let found = self.projects.iter().find(|it| it["id"] == project);
        found.and_then(|it| it["path_with_namespace"].as_str()).unwrap_or_default().to_owned()
    }

    /// What the caller may do there: 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner.
    pub fn level(&self, project: u64, caller: u64) -> u64 {
        if self.is_admin(caller) {
            return 50;
        }
        let found = self.members.iter().find(|(of, user, _)| (*of, *user) == (project, caller));
        found.map_or(0, |(.., level)| *level)
    }

    pub fn url(&self, project: u64, rest: &str) -> String {
        format!("{}/{}/-/{rest}", self.origin, self.path_of(project))
    }

    /// An issue or merge request with its addresses, which depend on where it is served.
    pub fn shown(&self, it: &Value) -> Value {
        let mut it = it.clone();
        let project = it["project_id"].as_u64().unwrap_or_default();
        let (mark, place) = if it["source_branch"].is_string() { ('!', "merge_requests") } else { ('#', "issues") };
        let iid = it["iid"].clone();
        it["web_url"] = json!(self.url(project, &format!("{place}/{iid}")));
        it["references"] = json!({
            "short": format!("{mark}{iid}"), "relative": format!("{mark}{iid}"),
            "full": format!("{}{mark}{iid}", self.path_of(project)),
        });
        if let Some(milestone) = self.milestones.iter().find(|all| all["id"] == it["milestone"]["id"]) {
            it["milestone"] = self.placed(milestone, "milestones", "iid");
        }
        if mark == '!' {
            let head = self.pipelines.iter().rev().find(|all| all["project_id"] == project && all["ref"] == it["source_branch"]);
            it["head_pipeline"] = head.map_or(Value::Null, |it| self.placed(it, "pipelines", "id"));
        }
        it
    }

    /// Anything of a project with its address.
    pub fn placed(&self, it: &Value, place: &str, key: &str) -> Value {
        let mut it = it.clone();
        let project = it["project_id"].as_u64().unwrap_or_default();
        let id = it[key].as_str().map_or_else(|| it[key].to_string(), str::to_owned);
        it["web_url"] = json!(self.url(project, &format!("{place}/{id}")));
        it
    }
}

/// The index of what has these values.
pub fn position(all: &[Value], project: u64, key: &str, value: &str) -> Option<usize> {
    all.iter().position(|it| it["project_id"] == project && (it[key].as_str() == Some(value) || is_number(&it[key], value)))
}
