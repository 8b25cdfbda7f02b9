//! How lists are filtered: `[{"status": {"operator": "o", "values": []}}]`.

use axum::http::StatusCode;
use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::{
    Answer, Asked,
    state::{Package, State},
};

/// One condition.
#[derive(Clone, Debug)]
pub struct Condition {
    pub name: String,
    pub operator: String,
    pub values: Vec<String>,
}

impl Condition {
    pub fn has(&self, id: Option<u64>) -> bool {
        let among = || id.is_some_and(|id| self.values.iter().any(|it| *it == id.to_string()));
        match self.operator.as_str() {
            "!*" => id.is_none(),
            "*" => id.is_some(),
            "!" => !among(),
            _ => among(),
        }
    }

    pub fn contains(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.values.iter().all(|it| it.to_lowercase().split_whitespace().all(|word| text.contains(word)))
    }

    pub fn is(&self, text: &str) -> bool {
        self.values.iter().any(|it| it == text) != (self.operator == "!")
    }

    pub fn spans_day(&self, day: Option<Date>) -> bool {
        let Some(day) = day else { return false };
        let end = |at: usize| self.values.get(at).and_then(|it| it.parse::<Date>().ok());
        end(0).is_none_or(|it| it <= day) && end(1).is_none_or(|it| day <= it)
    }

    fn spans(&self, at: Timestamp) -> bool {
        let end = |at: usize| self.values.get(at).and_then(|it| it.parse::<Timestamp>().ok());
        end(0).is_none_or(|it| it <= at) && end(1).is_none_or(|it| at <= it)
    }
}

/// The conditions of a request, each of which has to be known.
pub fn read(asked: &Asked<'_>, known: &[&str]) -> Result<Vec<Condition>, Answer> {
    let invalid = |message: String| Answer::error(StatusCode::BAD_REQUEST, "InvalidQuery", &message, None);
    let Some(text) = asked.get("filters") else { return Ok(Vec::new()) };
    let all: Vec<Value> = serde_json::from_str(text).map_err(|_| invalid("Filters: this is no JSON.".into()))?;
    let mut conditions = Vec::new();
    for it in &all {
        let Some((name, condition)) = it.as_object().and_then(|it| it.iter().next()) else { continue };
        if !known.contains(&name.as_str()) {
            return Err(invalid(format!("Filters {name} filter does not exist.")));
        }
        let values = condition["values"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let operator = condition["operator"].as_str().unwrap_or_default().to_owned();
        conditions.push(Condition { name: name.clone(), operator, values });
    }
    Ok(conditions)
}

pub const OF_PACKAGES: &[&str] = &[
    "project",
    "status",
    "assignee",
    "author",
    "responsible",
    "watcher",
    "type",
    "priority",
    "version",
    "category",
    "budget",
    "parent",
    "subject",
    "search",
    "dueDate",
    "updatedAt",
    "id",
    "customField1",
    "customField2",
];

pub fn passes(state: &State, it: &Package, condition: &Condition) -> bool {
    match condition.name.as_str() {
        "project" => condition.has(Some(it.project)),
        "status" => match condition.operator.as_str() {
            "o" => !State::is_closed(it.status),
            "c" => State::is_closed(it.status),
            _ => condition.has(Some(it.status)),
        },
        "assignee" => condition.has(it.assignee),
        "author" => condition.has(Some(it.author)),
        "responsible" => condition.has(it.responsible),
        "watcher" => it.watchers.iter().any(|id| condition.has(Some(*id))),
        "type" => condition.has(Some(it.kind)),
        "priority" => condition.has(Some(it.priority)),
        "version" => condition.has(it.version),
        "category" => condition.has(it.category),
        "budget" => condition.has(it.budget),
        "parent" => condition.has(it.parent),
        "id" => condition.has(Some(it.id)),
        "customField1" => condition.has(it.points.and_then(|it| u64::try_from(it).ok())),
        "customField2" => condition.has(it.severity),
        "subject" => condition.contains(&it.subject),
        "search" => {
            let said: String = it.activities.iter().map(|it| format!(" {}", it.comment)).collect();
            condition.contains(&format!("{} {}{said}", it.subject, it.description))
        }
        "dueDate" if condition.operator == "<t-" => {
            it.due.is_some_and(|due| due < state.now().to_zoned(jiff::tz::TimeZone::UTC).date())
        }
        "dueDate" => condition.spans_day(it.due),
        "updatedAt" => condition.spans(it.updated),
        _ => true,
    }
}
