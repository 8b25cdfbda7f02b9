//! What a person filled into a modal: <https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload>.

use serde_json::{Map, Value};

/// Values by field, as strings or lists of strings, out of `view.state.values`. A field that was
/// left or made empty is there as an empty string or list, so that it replaces what it held before.
pub fn values(view: &Value) -> Map<String, Value> {
    let blocks = view["state"]["values"].as_object().into_iter().flatten();
    let elements = blocks.flat_map(|(_, actions)| actions.as_object().into_iter().flatten());
    elements.map(|(field, element)| (field.clone(), value(element))).collect()
}

fn value(element: &Value) -> Value {
    let text = |value: &Value| Value::from(value.as_str().unwrap_or_default());
    let list = |value: &Value, read: &dyn Fn(&Value) -> Value| -> Value {
        value.as_array().into_iter().flatten().map(read).collect::<Vec<_>>().into()
    };
    let mention = |id: &Value| Value::from(id.as_str().map(|id| format!("<@{id}>")).unwrap_or_default());
    let file = |file: &Value| Value::from(file["id"].as_str().map(|id| format!("slack-file:{id}")).unwrap_or_default());
    match element["type"].as_str().unwrap_or_default() {
        "static_select" | "external_select" | "radio_buttons" => text(&element["selected_option"]["value"]),
        "multi_static_select" | "multi_external_select" => list(&element["selected_options"], &|it| text(&it["value"])),
        // The only check boxes we draw are flags.
        "checkboxes" => {
            let on = element["selected_options"].as_array().is_some_and(|it| !it.is_empty());
            if on { "true" } else { "false" }.into()
        }
        "users_select" => mention(&element["selected_user"]),
        "multi_users_select" => list(&element["selected_users"], &mention),
        "datepicker" => text(&element["selected_date"]),
        "file_input" => list(&element["files"], &file),
        _ => text(&element["value"]),
    }
}

/// The fields of a view that errors can be shown at: its input blocks, in order.
pub fn fields(view: &Value) -> Vec<String> {
    let blocks = view["blocks"].as_array().into_iter().flatten();
    let inputs = blocks.filter(|it| it["type"] == "input");
    inputs.filter_map(|it| it["block_id"].as_str()?.strip_prefix(super::modal::BLOCK).map(str::to_owned)).collect()
}
