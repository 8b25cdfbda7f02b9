//! Finding in the simulated Notion: by title, and by what properties hold.

use serde_json::{Value, json};

use super::{
    Answer, Asked, Refusal, invalid,
    state::{State, plain, title},
};

/// By words of the title, the last edited first.
pub fn search(state: &State, asked: &Asked) -> Answer {
    let words = asked.get("query").unwrap_or_default().to_lowercase();
    let filter = &asked.body["filter"];
    let wanted = match (filter["property"].as_str(), filter["value"].as_str()) {
        (None, _) => None,
        (Some("object"), Some(what @ ("page" | "data_source"))) => Some(what),
        _ => return Err(invalid("body failed validation: body.filter.value should be `\"page\"` or `\"data_source\"`.")),
    };
    let holds = |text: &str| text.to_lowercase().contains(&words);
    let pages = state.pages.iter().filter(|it| it["private"].is_null() && it["in_trash"] == false && holds(&title(it)));
    let mut found: Vec<Value> =
        pages.map(|it| state.shown(it, &asked.origin)).filter(|_| wanted != Some("data_source")).collect();
    found.sort_by_key(|it| std::cmp::Reverse(it["last_edited_time"].as_str().unwrap_or_default().to_owned()));
    if wanted != Some("page") {
        found.extend(state.sources.iter().filter(|it| holds(&plain(&it["title"]))).cloned());
    }
    asked.list(found)
}

pub fn query(state: &State, id: &str, asked: &Asked) -> Answer {
    let schema = &state.source(id)?["properties"];
    let filter = &asked.body["filter"];
    let mut found = Vec::new();
    for page in &state.pages {
        if page["parent"]["data_source_id"] == id && page["in_trash"] == false && passes(page, schema, filter)? {
            found.push(state.shown(page, &asked.origin));
        }
    }
    for sort in asked.body["sorts"].as_array().into_iter().flatten() {
        let down = sort["direction"] == "descending";
        let key = |it: &Value| match (sort["timestamp"].as_str(), sort["property"].as_str()) {
            (Some(time), _) => it[time].as_str().unwrap_or_default().to_owned(),
            (None, Some(name)) => words(&it["properties"][name]),
            _ => String::new(),
        };
        if let Some(name) = sort["property"].as_str()
            && schema.get(name).is_none()
        {
            return Err(invalid(format!("Could not find sort property with name or id: {name}")));
        }
        found.sort_by_key(key);
        if down {
            found.reverse();
        }
    }
    asked.list(found)
}

fn words(property: &Value) -> String {
    let kind = property["type"].as_str().unwrap_or_default();
    let value = &property[kind];
    match kind {
        "title" | "rich_text" => plain(value),
        "status" | "select" => value["name"].as_str().unwrap_or_default().to_owned(),
        "date" => value["start"].as_str().unwrap_or_default().to_owned(),
        "number" => value.as_f64().map(|it| format!("{it:020.4}")).unwrap_or_default(),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

fn passes(page: &Value, schema: &Value, filter: &Value) -> Result<bool, Refusal> {
    if filter.is_null() {
        return Ok(true);
    }
    if let Some(all) = filter["and"].as_array() {
        return all.iter().try_fold(true, |so_far, it| Ok(passes(page, schema, it)? && so_far));
    }
    if let Some(any) = filter["or"].as_array() {
        return any.iter().try_fold(false, |so_far, it| Ok(passes(page, schema, it)? || so_far));
    }
    let name = filter["property"].as_str().unwrap_or_default();
    let Some(known) = schema.get(name) else { return Err(invalid(format!("Could not find property with name or id: {name}"))) };
    let kind = known["type"].as_str().unwrap_or_default();
    let Some(condition) = filter.get(kind).and_then(Value::as_object) else {
        return Err(invalid(format!("database property {kind} does not match filter")));
    };
    let property = &page["properties"][name];
    let (value, text) = (&property[kind], words(property));
    let ids = || value.as_array().into_iter().flatten().filter_map(|it| it["id"].as_str());
    let names = || value.as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
    let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value == "";
    condition.iter().try_fold(true, |so_far, (word, wanted)| {
        let typed = wanted.as_str().unwrap_or_default();
        let day = |it: &str| it.get(..10).unwrap_or(it).to_owned();
        let number = || Some((value.as_f64()?, wanted.as_f64()?));
        let holds = match (kind, word.as_str()) {
            (_, "is_empty") => empty,
            (_, "is_not_empty") => !empty,
            ("checkbox", "equals") => value == wanted,
            ("people" | "relation", "contains") => ids().any(|it| it == typed),
            ("people" | "relation", "does_not_contain") => !ids().any(|it| it == typed),
            ("multi_select", "contains") => names().any(|it| it == typed),
            ("multi_select", "does_not_contain") => !names().any(|it| it == typed),
            ("number", "equals") => number().is_some_and(|(a, b)| a == b),
            ("number", "greater_than") => number().is_some_and(|(a, b)| a > b),
            ("number", "less_than") => number().is_some_and(|(a, b)| a < b),
            ("number", "greater_than_or_equal_to") => number().is_some_and(|(a, b)| a >= b),
            ("number", "less_than_or_equal_to") => number().is_some_and(|(a, b)| a <= b),
            ("date" | "last_edited_time", "before") => !text.is_empty() && day(&text) < day(typed),
            ("date" | "last_edited_time", "after") => !text.is_empty() && day(&text) > day(typed),
            ("date" | "last_edited_time", "on_or_before") => !text.is_empty() && day(&text) <= day(typed),
            ("date" | "last_edited_time", "on_or_after") => !text.is_empty() && day(&text) >= day(typed),
            ("date", "equals") => day(&text) == day(typed),
            (_, "equals") => text.to_lowercase() == typed.to_lowercase(),
            (_, "does_not_equal") => text.to_lowercase() != typed.to_lowercase(),
            ("title" | "rich_text", "contains") => text.to_lowercase().contains(&typed.to_lowercase()),
            _ => {
                return Err(invalid(format!(
                    "body failed validation: body.filter.{kind}.{word} should be not present, instead was {}.",
                    json!(wanted)
                )));
            }
        };
        Ok(holds && so_far)
    })
}
