//! What an element holds, in a view's `state` and in an action: Slack names it differently for each type.

use serde_json::{Map, Value, json};

use super::blocks;

/// The name of what an element of this type holds: `selected_option`, `value`; none for those
/// that hold nothing, such as buttons.
fn slot(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => "value",
        "rich_text_input" => "rich_text_value",
        "static_select" | "external_select" | "radio_buttons" | "overflow" => "selected_option",
        "multi_static_select" | "multi_external_select" | "checkboxes" => "selected_options",
        "users_select" => "selected_user",
        "multi_users_select" => "selected_users",
        "conversations_select" => "selected_conversation",
        "multi_conversations_select" => "selected_conversations",
        "channels_select" => "selected_channel",
        "multi_channels_select" => "selected_channels",
        "datepicker" => "selected_date",
        "timepicker" => "selected_time",
        "datetimepicker" => "selected_date_time",
        "file_input" => "files",
        _ => return None,
    })
}

/// What an element holds before anyone touched it.
fn initial(element: &Value) -> Value {
    let names = [
        "initial_value",
        "initial_option",
        "initial_options",
        "initial_user",
        "initial_users",
        "initial_conversation",
        "initial_conversations",
        "initial_channel",
        "initial_channels",
        "initial_date",
        "initial_time",
        "initial_date_time",
    ];
    let given = names.into_iter().find_map(|name| element.get(name).filter(|it| !it.is_null()).cloned());
    let many = element["type"].as_str().and_then(slot).is_some_and(|slot| slot.ends_with('s'));
    given.unwrap_or(if many { json!([]) } else { Value::Null })
}

/// The state of an element that holds `value`: options by their value, everything else as it is.
///
/// # Errors
/// A sentence, when the element does not offer it.
pub fn state(element: &Value, value: &Value, loaded: &[Value]) -> Result<Value, String> {
    let kind = element["type"].as_str().unwrap_or_default();
    let Some(slot) = slot(kind) else { return Ok(json!({"type": kind})) };
    let option = |wanted: &Value| {
        let wanted = if wanted.is_object() { &wanted["value"] } else { wanted };
        // What an external menu held when it was drawn was never loaded.
        let drawn = element["initial_options"].as_array().into_iter().flatten().chain([&element["initial_option"]]);
        let found = blocks::offered(element).chain(loaded).chain(drawn).find(|option| option["value"] == *wanted).cloned();
        found.ok_or_else(|| format!("The menu `{}` does not offer {wanted}.", element["action_id"].as_str().unwrap_or_default()))
    };
    let held = match slot {
        "selected_option" if value.is_null() => Value::Null,
        "selected_option" => option(value)?,
        "selected_options" => {
            Value::Array(value.as_array().into_iter().flatten().map(option).collect::<Result<Vec<Value>, String>>()?)
        }
        // An empty text is no text, as Slack has it.
        "value" if value.as_str().is_some_and(str::is_empty) => Value::Null,
        "value" if value.is_number() => json!(value.to_string()),
        _ => value.clone(),
    };
    Ok(json!({"type": kind, slot: held}))
}

/// Whether a state holds anything.
pub fn is_empty(state: &Value) -> bool {
    let held = state["type"].as_str().and_then(slot).map_or(&Value::Null, |slot| &state[slot]);
    held.is_null() || held.as_array().is_some_and(Vec::is_empty)
}

/// What the client itself says of a value that its box does not take.
pub fn problem(element: &Value, state: &Value) -> Option<String> {
    let text = state["value"].as_str().unwrap_or_default();
    match element["type"].as_str().unwrap_or_default() {
        "email_text_input" if !text.contains('@') || text.contains(char::is_whitespace) => {
            Some("Please enter a valid email address.".into())
        }
        "url_text_input" if url::Url::parse(text).is_err() => Some("Please enter a valid URL.".into()),
        "number_input" => {
            let bound = |name: &str| element[name].as_str().and_then(|it| it.parse::<f64>().ok());
            match text.parse::<f64>() {
                Err(_) => Some("Please enter a number.".into()),
                Ok(it) if element["is_decimal_allowed"] == false && it.fract() != 0.0 => {
                    Some("Please enter a whole number.".into())
                }
                Ok(it) if bound("min_value").is_some_and(|min| it < min) || bound("max_value").is_some_and(|max| it > max) => {
                    Some("Please enter a number that is allowed.".into())
                }
                Ok(_) => None,
            }
        }
        "datepicker" if state["selected_date"].as_str().is_none_or(|it| it.parse::<jiff::civil::Date>().is_err()) => {
            Some("Please choose a date.".into())
        }
        "timepicker" if state["selected_time"].as_str().is_none_or(|it| it.len() != 5) => Some("Please choose a time.".into()),
        "datetimepicker" if state["selected_date_time"].as_i64().is_none() => Some("Please choose a date and a time.".into()),
        _ => None,
    }
}

/// The state of blocks: what was entered in elements that are still there, else the initial values.
pub fn states(blocks: &[Value], entered: &Map<String, Value>) -> Map<String, Value> {
    let mut states = Map::new();
    for (block, element) in blocks::elements(blocks) {
        let kind = element["type"].as_str().unwrap_or_default();
        let Some(slot) = slot(kind).filter(|_| kind != "overflow") else { continue };
        let action = element["action_id"].as_str().unwrap_or_default();
        let kept = entered.get(block).and_then(|it| it.get(action)).filter(|it| it["type"] == kind);
        let state = kept.cloned().unwrap_or_else(|| json!({"type": kind, slot: initial(element)}));
        let block = states.entry(block.to_owned()).or_insert_with(|| json!({}));
        block[action] = state;
    }
    states
}

/// An entry of `actions` in a `block_actions` payload.
pub fn action(element: &Value, block_id: &str, state: &Value, action_ts: &str) -> Value {
    let mut action = Map::new();
    for name in ["type", "action_id", "text", "value", "style", "placeholder", "url"] {
        if let Some(value) = element.get(name) {
            action.insert(name.into(), value.clone());
        }
    }
    action.insert("block_id".into(), json!(block_id));
    if let Some(state) = state.as_object() {
        action.extend(state.clone());
    }
    action.insert("action_ts".into(), json!(action_ts));
    Value::Object(action)
}
