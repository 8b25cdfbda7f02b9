//! Widgets: zforms and polls. <https://zulip.com/help/create-a-poll>

use serde_json::{Value, json};

/// A widget as `widget_content` gives it: JSON in a string.
pub(super) fn check_widget(given: &str) -> Result<Value, String> {
    let widget: Value =
        serde_json::from_str(given).map_err(|_| "Widgets: API programmer sent invalid JSON content".to_owned())?;
    if !widget.is_object() {
        return Err("Widgets: widget_content is not a dict".into());
    }
    let Some(kind) = widget["widget_type"].as_str() else { return Err("Widgets: widget_type is not in widget_content".into()) };
    let extra = &widget["extra_data"];
    if !extra.is_object() {
        return Err("Widgets: extra_data is not a dict".into());
    }
    if kind != "zform" {
        return Err(format!("Widgets: unknown widget type: {kind}"));
    }
    if extra["type"] != "choices" {
        return Err(format!("Widgets: unknown zform type: {}", extra["type"].as_str().unwrap_or_default()));
    }
    if !extra["heading"].is_string() {
        return Err("Widgets: extra_data[\"heading\"] is not a string".into());
    }
    let Some(choices) = extra["choices"].as_array() else { return Err("Widgets: extra_data[\"choices\"] is not a list".into()) };
    for (index, choice) in choices.iter().enumerate() {
        for name in ["type", "short_name", "long_name", "reply"] {
            if !choice[name].is_string() {
                return Err(format!("Widgets: extra_data[\"choices\"][{index}][\"{name}\"] is not a string"));
            }
        }
    }
    Ok(widget)
}

/// `/poll Question` and a line for each option.
pub(super) fn poll(content: &str) -> Option<Value> {
    let (question, options) = content.strip_prefix("/poll")?.split_once('\n').unwrap_or((content.strip_prefix("/poll")?, ""));
    let options: Vec<&str> =
        options.lines().map(|it| it.trim_start_matches(['-', '*', ' ']).trim()).filter(|it| !it.is_empty()).collect();
    Some(json!({"widget_type": "poll", "extra_data": {"question": question.trim(), "options": options}}))
}
