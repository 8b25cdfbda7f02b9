//! What the simulated OpenProject reports: <https://www.openproject.org/docs/system-admin-guide/api-and-webhooks/>.

use serde_json::{Value, json};

use super::{
    Caller, State,
    state::{Package, Project, TimeEntry},
    values,
};
use crate::standin::report::{self, Change, Report, changes, signed_sha1};

/// What is held against what is there after a request.
pub struct Before {
    packages: Vec<Package>,
    projects: Vec<Project>,
    entries: Vec<TimeEntry>,
}

impl Before {
    pub fn of(state: &State) -> Before {
        Before { packages: state.packages.clone(), projects: state.projects.clone(), entries: state.entries.clone() }
    }

    pub fn told(&self, state: &State, caller: Caller) -> Vec<Report> {
        let mut all = Vec::new();
        // Also those that changed without a new version: by a comment.
        for change in changes(&self.packages, &state.packages, |it| it.id, |_, _| false) {
            match change {
                Change::Made(it) => {
                    all.extend(addressed(state, "work_package:created", "work_package", package(state, it, caller)))
                }
                Change::Changed { from, to } => {
                    if from.lock != to.lock {
                        all.extend(addressed(state, "work_package:updated", "work_package", package(state, to, caller)));
                    }
                    for (at, activity) in to.activities.iter().enumerate() {
                        let is_new = from.activities.get(at).is_none_or(|it| it.comment != activity.comment);
                        if !is_new || activity.comment.is_empty() {
                            continue;
                        }
                        let word = if activity.internal { "internal_comment" } else { "comment" };
                        let said = json!({
                            "_type": "Activity::Comment", "id": activity.id, "version": at + 1, "internal": activity.internal,
                            "comment": values::formattable(&activity.comment), "details": [],
                            "createdAt": activity.at, "updatedAt": activity.at,
                            "_links": {
                                "self": { "href": format!("/api/v3/activities/{}", activity.id) },
                                "workPackage": { "href": format!("/api/v3/work_packages/{}", to.id), "title": to.subject },
                                "user": values::principal_link(state, Some(activity.user)),
                            },
                        });
                        all.extend(addressed(state, &format!("work_package_comment:{word}"), "activity", said));
                    }
                }
                Change::Gone(_) => {}
            }
        }
        for change in changes(&self.projects, &state.projects, |it| it.id, |a, b| a.updated == b.updated) {
            let (word, it) = match change {
                Change::Made(it) => ("project:created", it),
                Change::Changed { to, .. } => ("project:updated", to),
                Change::Gone(_) => continue,
            };
            all.extend(addressed(state, word, "project", values::project(state, it)));
        }
        for change in changes(&self.entries, &state.entries, |it| it.id, |_, _| true) {
            let Change::Made(it) = change else { continue };
            all.extend(addressed(state, "time_entry:created", "time_entry", values::time_entry(state, it)));
        }
        all
    }
}

/// With whole people and projects in it, as webhooks have them.
fn package(state: &State, it: &Package, caller: Caller) -> Value {
    let mut shown = values::package(state, it, caller);
    let user = |id: u64| state.users.iter().find(|it| it.id == id).map(|it| values::user(it, caller));
    shown["_embedded"]["author"] = json!(user(it.author));
    if let Some(assignee) = it.assignee.and_then(user) {
        shown["_embedded"]["assignee"] = assignee;
    }
    let project = state.projects.iter().find(|project| project.id == it.project);
    shown["_embedded"]["project"] = json!(project.map(|it| values::project(state, it)));
    shown
}

fn addressed(state: &State, action: &str, name: &str, object: Value) -> Vec<Report> {
    let body = json!({ "action": action, name: object });
    report::to(&state.listeners, &[], &body, |it, body| vec![("x-op-signature", signed_sha1(&it.secret, body))])
}
