//! Modals as a person fills them in.

use serde_json::{Value, json};

/// A field's value as a person gives it.
#[derive(Clone, Debug)]
pub enum Filled {
    Text(String),
    Choice {
        text: String,
        value: String,
    },
    /// As the state of the view has it, such as `{"selected_users": […]}`.
    Held(Value),
}

impl From<&str> for Filled {
    fn from(text: &str) -> Filled {
        Filled::Text(text.into())
    }
}

/// The view with what its inputs hold: `values` by label, else what they held when they were drawn.
pub(super) fn holding(view: &Value, values: &[(&str, Filled)]) -> Value {
    let mut state = serde_json::Map::new();
    let mut labels = Vec::new();
    for block in view["blocks"].as_array().into_iter().flatten().filter(|it| it["type"] == "input") {
        let element = &block["element"];
        let label = block["label"]["text"].as_str().unwrap_or_default();
        labels.push(label);
        let filled = values.iter().find(|(name, _)| label.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let kind = element["type"].as_str().unwrap_or_default();
        let held = match filled {
            Some(Filled::Text(text)) => typed(kind, text),
            Some(Filled::Choice { text, value }) => {
                json!({"type": kind, "selected_option": {"text": {"type": "plain_text", "text": text}, "value": value}})
            }
            Some(Filled::Held(held)) => held.clone(),
            None => initial(kind, element),
        };
        let action = element["action_id"].as_str().expect("an action_id");
        let block_id = block["block_id"].as_str().expect("a block_id").to_owned();
        state.insert(block_id, json!({ action: held }));
    }
    for (name, _) in values {
        assert!(labels.iter().any(|label| label.eq_ignore_ascii_case(name)), "the modal has no field {name:?}, but {labels:?}");
    }
    let mut view = view.clone();
    view["state"] = json!({ "values": state });
    view
}

/// What the state of a view holds once a text was typed into a box.
fn typed(kind: &str, text: &str) -> Value {
    match kind {
        "rich_text_input" => json!({"type": kind, "rich_text_value": {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]}}),
        "datepicker" => json!({"type": kind, "selected_date": text}),
        "timepicker" => json!({"type": kind, "selected_time": text}),
        _ => json!({"type": kind, "value": text}),
    }
}

/// What it holds of an input that nobody touched.
fn initial(kind: &str, element: &Value) -> Value {
    let list = |value: &Value| if value.is_null() { json!([]) } else { value.clone() };
    match kind {
        "rich_text_input" => json!({"type": kind, "rich_text_value": element["initial_value"]}),
        "datepicker" => json!({"type": kind, "selected_date": element["initial_date"]}),
        "timepicker" => json!({"type": kind, "selected_time": element["initial_time"]}),
        "users_select" => json!({"type": kind, "selected_user": element["initial_user"]}),
        "multi_users_select" => json!({"type": kind, "selected_users": list(&element["initial_users"])}),
        "checkboxes" | "multi_static_select" | "multi_external_select" => {
            json!({"type": kind, "selected_options": list(&element["initial_options"])})
        }
        "static_select" | "external_select" | "radio_buttons" => {
            json!({"type": kind, "selected_option": element["initial_option"]})
        }
        "file_input" => json!({"type": kind, "files": []}),
        _ => json!({"type": kind, "value": element["initial_value"]}),
    }
}
