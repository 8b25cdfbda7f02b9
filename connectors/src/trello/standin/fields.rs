//! Custom fields of the simulated Trello.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, NOT_FOUND, invalid,
    state::{Right, State, find, gone, name},
};

pub fn fields(state: &mut State, method: &Method, path: &[&str], asked: &Asked<'_>) -> Answer {
    if let ("POST", []) = (method.as_str(), path) {
        let board = state.board(&asked.text("idModel").unwrap_or_default(), asked, Right::Write)?;
        let kind = asked.text("type").filter(|it| ["checkbox", "list", "number", "text", "date"].contains(&it.as_str()));
        let kind = kind.ok_or(invalid("invalid value for type"))?;
        let mut field = json!({
            "id": state.id(), "idModel": state.boards[board]["id"], "modelType": "board", "name": name(asked)?, "type": kind, "pos": 16384,
        });
        if kind == "list" {
            field["options"] = json!([]);
        }
        state.fields.push(field.clone());
        return Ok(field);
    }
    let key = path.first().copied().unwrap_or_default();
    let at = find(&state.fields, key)?.ok_or(NOT_FOUND)?;
    state.allow_on(&state.fields[at]["idModel"], asked, Right::Write)?;
    match (method.as_str(), &path[1..]) {
        ("POST", ["options"]) if state.fields[at]["type"] == "list" => {
            let text = asked.body["value"]["text"].as_str().ok_or(invalid("invalid value for value"))?;
            let option = json!({ "id": state.id(), "idCustomField": state.fields[at]["id"], "value": { "text": text }, "color": "none", "pos": 16384 });
            if let Some(options) = state.fields[at]["options"].as_array_mut() {
                options.push(option.clone());
            }
            Ok(option)
        }
        ("DELETE", []) => {
            let field = state.fields.remove(at);
            for card in &mut state.cards {
                if let Some(items) = card["customFieldItems"].as_array_mut() {
                    items.retain(|it| it["idCustomField"] != field["id"]);
                }
            }
            gone()
        }
        _ => Err(NOT_FOUND),
    }
}

/// Sets a card's value: `{"value": {"number": "2"}}` by the field's type, an option's id, or nothing.
pub fn set(state: &mut State, card: &str, field: &str, asked: &Asked<'_>) -> Answer {
    let at = state.card(card, asked, Right::Write)?;
    let field = find(&state.fields, field)?.map(|it| state.fields[it].clone()).ok_or(NOT_FOUND)?;
    if field["idModel"] != state.cards[at]["idBoard"] {
        return Err(invalid("Invalid custom field item value"));
    }
    let kind = field["type"].as_str().unwrap_or_default();
    let key = if kind == "checkbox" { "checked" } else { kind };
    let (option, value) = (asked.body["idValue"].as_str().unwrap_or_default(), asked.body["value"].clone());
    let is_empty = option.is_empty() && (value == "" || value.is_null());
    let fits = match kind {
        "list" => field["options"].as_array().into_iter().flatten().any(|it| it["id"] == option),
        // Values are strings, whatever the type.
        "number" => value[key].as_str().is_some_and(|it| it.parse::<f64>().is_ok()),
        _ => value[key].is_string(),
    };
    if !is_empty && !fits {
        return Err(invalid("Invalid custom field item value"));
    }
    let id = state.id();
    let item = json!({
        "id": id, "idCustomField": field["id"], "idModel": state.cards[at]["id"], "modelType": "card",
        "value": if kind == "list" { Value::Null } else { value }, "idValue": if option.is_empty() { Value::Null } else { json!(option) },
    });
    if let Some(items) = state.cards[at]["customFieldItems"].as_array_mut() {
        items.retain(|it| it["idCustomField"] != field["id"]);
        if !is_empty {
            items.push(item.clone());
        }
    }
    let data = json!({
        "card": { "id": state.cards[at]["id"] }, "board": { "id": field["idModel"] },
        "customField": { "id": field["id"], "name": field["name"], "type": kind }, "customFieldItem": item,
    });
    state.happened("updateCustomFieldItem", asked, data);
    Ok(if is_empty { json!({}) } else { item })
}
