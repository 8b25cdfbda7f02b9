//! What a person filled into a modal: <https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload>.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{modal, options, rich_text};

/// Among the values: what the picked ones are called, by field and value. No field is called this.
pub const LABELS: &str = "#labels";

/// Values by field, as strings or lists of strings, out of `view.state.values`. A field that was
/// left or made empty is there as an empty string or list, so that it replaces what it held before.
pub fn values(view: &Value) -> Map<String, Value> {
    let blocks = view["state"]["values"].as_object().into_iter().flatten();
    let elements = blocks.flat_map(|(_, actions)| actions.as_object().into_iter().flatten());
    let mut values = Map::new();
    let mut labels = Map::new();
    for (field, element) in elements {
        values.insert(field.clone(), value(element));
        let picked = element["selected_options"].as_array().into_iter().flatten().chain([&element["selected_option"]]);
        let named = picked.filter_map(|it| Some((it["value"].as_str()?, it["text"]["text"].as_str()?)));
        let named: Map<String, Value> = named
            .filter(|(value, label)| value != label && *value != options::NOTHING)
            .map(|(value, label)| (value.into(), label.into()))
            .collect();
        if element["type"].as_str().is_some_and(|it| it.ends_with("external_select")) && !named.is_empty() {
            labels.insert(field.clone(), named.into());
        }
    }
    if !labels.is_empty() {
        values.insert(LABELS.into(), labels.into());
    }
    values
}

fn value(element: &Value) -> Value {
    let text = |value: &Value| Value::from(value.as_str().unwrap_or_default());
    let list = |value: &Value, read: &dyn Fn(&Value) -> Value| -> Value {
        value.as_array().into_iter().flatten().map(read).collect::<Vec<_>>().into()
    };
    let mention = |id: &Value| Value::from(id.as_str().map(|id| format!("<@{id}>")).unwrap_or_default());
    let file = |file: &Value| Value::from(file["id"].as_str().map(|id| format!("slack-file:{id}")).unwrap_or_default());
    let channel = |id: &Value| Value::from(id.as_str().map(|id| format!("<#{id}>")).unwrap_or_default());
    let option = |option: &Value| match text(&option["value"]) {
        // A line that says why there is nothing to choose.
        it if it == options::NOTHING => json!(""),
        value => value,
    };
    match element["type"].as_str().unwrap_or_default() {
        "static_select" | "external_select" | "radio_buttons" => option(&element["selected_option"]),
        "multi_static_select" | "multi_external_select" | "checkboxes" => list(&element["selected_options"], &option),
        "users_select" => mention(&element["selected_user"]),
        "multi_users_select" => list(&element["selected_users"], &mention),
        "conversations_select" => channel(&element["selected_conversation"]),
        "multi_conversations_select" => list(&element["selected_conversations"], &channel),
        "channels_select" => channel(&element["selected_channel"]),
        "multi_channels_select" => list(&element["selected_channels"], &channel),
        "datepicker" => text(&element["selected_date"]),
        "timepicker" => text(&element["selected_time"]),
        "datetimepicker" => {
            let moment = element["selected_date_time"].as_i64().and_then(|it| Timestamp::from_second(it).ok());
            moment.map(|it| it.to_string()).unwrap_or_default().into()
        }
        "rich_text_input" => rich_text::to_markdown(&element["rich_text_value"]).into(),
        "file_input" => list(&element["files"], &file),
        _ => text(&element["value"]),
    }
}

/// The blocks of a view that errors can be shown at, in order, without [`modal::BLOCK`]; [`modal::field_of`] knows their fields.
pub fn fields(view: &Value) -> Vec<String> {
    let blocks = view["blocks"].as_array().into_iter().flatten();
    let inputs = blocks.filter(|it| it["type"] == "input");
    inputs.filter_map(|it| it["block_id"].as_str()?.strip_prefix(modal::BLOCK).map(str::to_owned)).collect()
}
