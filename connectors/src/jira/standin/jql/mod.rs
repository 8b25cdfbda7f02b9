//! As much of Jira's query language as people type: comparisons, lists, `AND`, `OR`, `NOT`, brackets, some functions, an order.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::jira::standin::state::{EPIC_LINK, Issue, PRIORITIES, STATUSES, State};

mod parse;

use crate::jira::{card, moment};

/// The issues that match, in order; or Jira's sentence about what is wrong.
pub fn find(state: &State, jql: &str, caller: usize) -> Result<Vec<usize>, String> {
    let mut parser = parse::Parser::new(state, caller, jql)?;
    let mut found: Vec<usize> = Vec::new();
    let bounded = parser.is_bounded();
    if !bounded && state.is_cloud() {
        return Err("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.".into());
    }
    let test = if bounded { Some(parser.any()?) } else { None };
    for (at, issue) in state.issues.iter().enumerate() {
        if test.as_ref().is_none_or(|it| it.holds(state, issue)) {
            found.push(at);
        }
    }
    let orders = parser.order()?;
    found.sort_by(|a, b| {
        let (a, b) = (&state.issues[*a], &state.issues[*b]);
        orders
            .iter()
            .map(|(field, down)| if *down { compare(b, a, field) } else { compare(a, b, field) })
            .find(|it| it.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    Ok(found)
}

fn compare(a: &Issue, b: &Issue, field: &str) -> Ordering {
    let urgency = |it: &Issue| PRIORITIES.len() - PRIORITIES.iter().position(|name| *name == it.priority).unwrap_or(0);
    match field {
        "priority" => urgency(a).cmp(&urgency(b)),
        "created" => a.created.cmp(&b.created),
        "updated" => a.updated.cmp(&b.updated),
        "resolved" | "resolutiondate" => a.resolved.cmp(&b.resolved),
        // What is not due comes last.
        "duedate" | "due" => (a.due.is_none(), &a.due).cmp(&(b.due.is_none(), &b.due)),
        "status" | "statuscategory" => a.status.cmp(&b.status),
        "key" => (a.project.as_str(), a.id).cmp(&(b.project.as_str(), b.id)),
        _ => a.rank.total_cmp(&b.rank),
    }
}

enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Is { field: String, operator: String, values: Vec<String> },
}

impl Test {
    fn holds(&self, state: &State, issue: &Issue) -> bool {
        match self {
            Test::All(all) => all.iter().all(|it| it.holds(state, issue)),
            Test::Any(any) => any.iter().any(|it| it.holds(state, issue)),
            Test::Not(test) => !test.holds(state, issue),
            Test::Is { field, operator, values } => is(state, issue, field, operator, values),
        }
    }
}

fn is(state: &State, issue: &Issue, field: &str, operator: &str, values: &[String]) -> bool {
    let wanted: Vec<String> = values.iter().map(|it| it.to_lowercase()).collect();
    if let Some(have) = moment_of(issue, field) {
        return wanted.first().and_then(|it| when(state, it)).is_some_and(|want| match (have, operator) {
            (None, _) => false,
            (Some(have), ">") => have > want,
            (Some(have), ">=") => have >= want,
            (Some(have), "<") => have < want,
            (Some(have), "<=") => have <= want,
            (Some(have), _) => moment::day(have) == moment::day(want),
        }) || (operator == "is" && have.is_none())
            || (operator == "is not" && have.is_some());
    }
    let have: Vec<String> = values_of(state, issue, field).iter().map(|it| it.to_lowercase()).collect();
    let any = have.iter().any(|it| wanted.contains(it));
    match operator {
        "=" | "in" => any,
        "!=" | "not in" => !any && !have.is_empty(),
        "~" => wanted
            .iter()
            .all(|it| it.split_whitespace().all(|word| have.iter().any(|have| have.contains(word.trim_end_matches('*'))))),
        "is" => have.is_empty(),
        _ => !have.is_empty(),
    }
}

/// None for a field that holds no moment.
fn moment_of(issue: &Issue, field: &str) -> Option<Option<Timestamp>> {
    match field {
        "created" => Some(Some(issue.created)),
        "updated" => Some(Some(issue.updated)),
        "resolved" | "resolutiondate" => Some(issue.resolved),
        "due" | "duedate" => Some(issue.due.as_ref().and_then(|it| Some(moment::start_of(it.parse().ok()?)))),
        _ => None,
    }
}

/// `-30d`, `2026-11-21`, `2026-11-21 10:00` in the time zone of the account.
fn when(state: &State, text: &str) -> Option<Timestamp> {
    if let Some(rest) = text.strip_prefix('-') {
        let number: i64 = rest[..rest.len() - 1].parse().ok()?;
        let hours = match rest.chars().last()? {
            'h' => number,
            'd' => number * 24,
            'w' => number * 24 * 7,
            _ => return None,
        };
        return Some(state.now() - SignedDuration::from_hours(hours));
    }
    let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
    let full = if text.len() == 10 { format!("{text} 00:00") } else { text.to_owned() };
    let time = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", &full).ok()?;
    Some(time.to_zoned(zone).ok()?.timestamp())
}

/// All that a field can be called by, in one issue.
fn values_of(state: &State, it: &Issue, field: &str) -> Vec<String> {
    let person = |at: usize| vec![state.person_id(at).to_owned(), state.people[at].name.to_owned()];
    let text = |value: &serde_json::Value| card::markdown(value);
    match field {
        "project" => {
            state.project(&it.project).map(|it| vec![it.key.clone(), it.name.clone(), it.id.to_string()]).unwrap_or_default()
        }
        "issuetype" | "type" => vec![it.kind.clone()],
        "status" => vec![STATUSES[it.status].1.to_owned(), STATUSES[it.status].0.to_owned()],
        "statuscategory" => {
            let (_, _, category) = STATUSES[it.status];
            vec![match category {
                "new" => "To Do".to_owned(),
                "done" => "Done".to_owned(),
                _ => "In Progress".to_owned(),
            }]
        }
        "priority" => vec![it.priority.clone()],
        "assignee" => it.assignee.map(person).unwrap_or_default(),
        "reporter" | "creator" => person(it.reporter),
        "watcher" => it.watchers.iter().flat_map(|at| person(*at)).collect(),
        "labels" => it.labels.clone(),
        "resolution" => it.resolution.iter().cloned().collect(),
        "fixversion" => {
            state.versions.iter().filter(|version| it.fix_versions.contains(&version.id)).map(|it| it.name.clone()).collect()
        }
        "component" => {
            state.components.iter().filter(|component| it.components.contains(&component.id)).map(|it| it.name.clone()).collect()
        }
        "parent" if state.is_cloud() || it.kind == "Sub-task" => it.parent.iter().cloned().collect(),
        "epic link" | EPIC_LINK if it.kind != "Sub-task" => it.parent.iter().cloned().collect(),
        "sprint" => it.sprints.iter().map(u64::to_string).collect(),
        "key" | "issue" | "id" => vec![it.key.clone(), it.id.to_string()],
        "summary" => vec![it.summary.clone()],
        "description" => vec![text(&it.description)],
        "comment" => it.comments.iter().map(|it| text(&it.body)).collect(),
        "text" => {
            let comments = it.comments.iter().map(|it| text(&it.body)).collect::<Vec<_>>().join("\n");
            vec![format!("{}\n{}\n{comments}", it.summary, text(&it.description))]
        }
        _ => Vec::new(),
    }
}
