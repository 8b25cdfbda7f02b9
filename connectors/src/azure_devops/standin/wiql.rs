//! As much of WIQL as people and the connector write: conditions with AND between them.

use serde_json::Value;

/// Whether `item` fits the query; why it cannot be read.
pub fn fits(query: &str, project: Option<&str>, item: &Value) -> Result<bool, String> {
    let Some((_, rest)) = query.split_once(" WHERE ") else { return Ok(true) };
    let conditions = rest.split(" ORDER BY ").next().unwrap_or(rest);
    for condition in conditions.split(" AND ") {
        let condition = condition.trim().trim_start_matches('(').trim();
        // `NOT IN (…)` keeps its own.
        let condition =
            if condition.contains(" IN (") { condition.to_owned() } else { condition.trim_end_matches(')').to_owned() };
        if !holds(&condition, project, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holds(condition: &str, project: Option<&str>, item: &Value) -> Result<bool, String> {
    let wrong =
        || format!("TF51006: The query statement is missing a FROM clause or is wrong. The error is caused by «{condition}».");
    let (field, rest) = condition.strip_prefix('[').and_then(|it| it.split_once("] ")).ok_or_else(wrong)?;
    let value = match field {
        "System.Id" => item["id"].to_string(),
        _ => match &item["fields"][field] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Object(person) => person.get("uniqueName").and_then(Value::as_str).unwrap_or_default().to_owned(),
            other => other.to_string(),
        },
    };
    let quoted = |text: &str| text.trim().trim_matches('\'').replace("''", "'");
    if let Some(list) = rest.strip_prefix("NOT IN (") {
        let mut all = list.trim_end_matches(')').split(',').map(quoted);
        return Ok(all.all(|it| it != value));
    }
    let (operator, given) = rest.split_once(' ').ok_or_else(wrong)?;
    let given = match given.trim() {
        "@project" => project.unwrap_or_default().to_owned(),
        text => quoted(text),
    };
    Ok(match operator {
        "=" => value.eq_ignore_ascii_case(&given),
        "<>" => !value.eq_ignore_ascii_case(&given),
        "CONTAINS" => value.to_lowercase().contains(&given.to_lowercase()),
        "UNDER" => value.starts_with(&given),
        ">=" => value >= given,
        ">" => value.parse::<u64>().unwrap_or(0) > given.parse::<u64>().unwrap_or(0),
        _ => return Err(wrong()),
    })
}
