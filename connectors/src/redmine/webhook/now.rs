//! The names that a delivery itself holds: those of the issue as it is now.

use commands::event::Change;
use serde_json::Value;

use crate::{
    payload,
    redmine::{
        changes::{self, Facts, Names, Who},
        wire,
    },
};

/// An issue as a delivery tells it.
pub(super) struct Now<'a> {
    pub issue: &'a Value,
    pub facts: Facts,
    pub assignee: Option<Who>,
}

impl<'a> Now<'a> {
    /// Whose names are under `assignee` (the plugin) or `assigned_to` (Redmine).
    pub fn of(issue: &'a Value, url: Option<String>) -> Now<'a> {
        let name = |key: &str| payload::text(&issue[key], "/name").unwrap_or_default().to_owned();
        let named = |it: &Value, id: &str, name: &str| {
            Some(wire::Named { id: it[id].as_u64()?, name: payload::text(it, name)?.to_owned() })
        };
        let plain = payload::list(issue, "/custom_fields").iter().filter_map(|it| named(it, "id", "/name"));
        let values = payload::list(issue, "/custom_field_values");
        let of_plugin = values.iter().filter_map(|it| named(it, "custom_field_id", "/custom_field_name"));
        let facts = Facts {
            id: issue["id"].as_u64().unwrap_or_default(),
            subject: payload::text(issue, "/subject").unwrap_or_default().to_owned(),
            project: name("project"),
            tracker: name("tracker"),
            priority: name("priority"),
            status: name("status"),
            url,
            custom_fields: plain.chain(of_plugin).collect(),
        };
        let assignee = who(&issue["assignee"]).or_else(|| who(&issue["assigned_to"]));
        Now { issue, facts, assignee }
    }

    /// Names where the delivery holds them. An id whose name it does not hold says nothing to
    /// people, so it is left out.
    pub fn changes(&self, details: &[wire::Detail]) -> Vec<Change> {
        details.iter().map(|it| self.change(it)).collect()
    }

    fn change(&self, detail: &wire::Detail) -> Change {
        let named = |value: &Option<String>| {
            let value = value.as_ref().filter(|it| !it.is_empty())?;
            if changes::is_long(detail) {
                return changes::beginning(value);
            }
            let key = match changes::names_of(detail) {
                Names::Plain | Names::CustomField => return Some(value.clone()),
                Names::Issue => return Some(changes::key_of(value)),
                Names::Status => "status",
                Names::Priority => "priority",
                Names::Tracker => "tracker",
                Names::Category => "category",
                Names::Version => "fixed_version",
                Names::Project => "project",
                Names::Person => {
                    let is_now = ["assignee", "assigned_to"].iter().any(|it| is_id(&self.issue[*it], value));
                    return self.assignee.as_ref().filter(|_| is_now).map(|it| it.name.clone());
                }
            };
            payload::text(&self.issue[key], "/name").filter(|_| is_id(&self.issue[key], value)).map(str::to_owned)
        };
        Change { field: changes::field_of(detail, &self.facts), from: named(&detail.old_value), to: named(&detail.new_value) }
    }
}

fn is_id(it: &Value, id: &str) -> bool {
    it["id"].as_u64().is_some_and(|it| it.to_string() == id)
}

/// The plugin tells first and last names and the login, Redmine the whole name.
pub(super) fn who(it: &Value) -> Option<Who> {
    let parts = [payload::text(it, "/firstname"), payload::text(it, "/lastname")];
    let whole = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let login = payload::text(it, "/login").map(str::to_owned);
    let name = Some(whole).filter(|it| !it.is_empty()).or_else(|| payload::text(it, "/name").map(str::to_owned));
    Some(Who { name: name.or_else(|| login.clone())?, login })
}

/// A journal's details, both as webhooks and as the API name their parts.
pub(super) fn details(journal: &Value) -> Vec<wire::Detail> {
    let read = |it: &Value| {
        let value = |names: [&str; 2]| names.iter().find_map(|name| payload::shown(it, name));
        Some(wire::Detail {
            property: payload::text(it, "/property")?.to_owned(),
            name: value(["/prop_key", "/name"])?,
            old_value: payload::shown(it, "/old_value"),
            new_value: value(["/value", "/new_value"]),
        })
    };
    payload::list(journal, "/details").iter().filter_map(read).collect()
}
