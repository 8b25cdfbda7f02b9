//! The simulated Redmine's custom fields of issues.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Issue, State, state::SEVERITY};

impl State {
    /// An issue's custom fields: all that its tracker and its project have.
    pub fn custom_values(&self, issue: &Issue) -> Value {
        let mut all = vec![json!({ "id": SEVERITY, "name": "Severity", "value": issue.severity })];
        let is_tracked = |it: &&Value| it["trackers"].as_array().is_none_or(|of| of.iter().any(|of| of["id"] == issue.tracker));
        let is_here = |it: &&Value| it["projects"].as_array().is_none_or(|of| of.iter().any(|of| of["id"] == issue.project));
        for field in self.custom_fields.iter().filter(is_tracked).filter(is_here) {
            let empty = if field["multiple"] == true { json!([]) } else { json!("") };
            let value = field["id"].as_u64().and_then(|id| issue.custom.get(&id).cloned()).unwrap_or(empty);
            let mut held = json!({ "id": field["id"], "name": field["name"], "value": value });
            if field["multiple"] == true {
                held["multiple"] = json!(true);
            }
            all.push(held);
        }
        json!(all)
    }

    /// Takes a value of a custom field beside the severity, or says in Redmine's words why not.
    pub fn set_custom(&self, issue: &mut Issue, id: u64, value: &Value) -> Option<String> {
        let field = self.custom_fields.iter().find(|it| it["id"] == id)?;
        let given: Vec<&str> = match value {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        let given: Vec<&str> = given.into_iter().filter(|it| !it.is_empty()).collect();
        let options = field["possible_values"].as_array().cloned().unwrap_or_default();
        let is_listed = |it: &&str| options.is_empty() || options.iter().any(|option| option["value"] == **it);
        let problem = match field["field_format"].as_str() {
            _ if given.is_empty() && field["is_required"] == true => "cannot be blank",
            Some("int") if given.iter().any(|it| it.parse::<i64>().is_err()) => "is not a number",
            Some("float") if given.iter().any(|it| it.parse::<f64>().is_err()) => "is invalid",
            Some("date") if given.iter().any(|it| it.parse::<Date>().is_err()) => "is not a valid date",
            Some("user") if given.iter().any(|it| !self.users.iter().any(|user| user.id.to_string() == *it)) => {
                "is not included in the list"
            }
            Some("version") if given.iter().any(|it| !self.versions.iter().any(|version| version.id.to_string() == *it)) => {
                "is not included in the list"
            }
            _ if !given.iter().all(is_listed) => "is not included in the list",
            _ => {
                let kept = if field["multiple"] == true { json!(given) } else { json!(given.first().unwrap_or(&"")) };
                issue.custom.insert(id, kept);
                return None;
            }
        };
        Some(format!("{} {problem}", field["name"].as_str().unwrap_or_default()))
    }
}
