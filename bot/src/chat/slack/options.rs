//! Options of a picker: <https://docs.slack.dev/reference/block-kit/composition-objects/option-object>.

use commands::Choice;
use serde_json::{Value, json};

use super::{
    escape::width,
    render::{OPTION, plain},
};

/// The most that one list holds.
pub const LIMIT: usize = 100;

/// None for a choice that Slack cannot carry back to us.
pub fn option(choice: &Choice) -> Option<Value> {
    if choice.value.is_empty() || width(&choice.value) > OPTION {
        tracing::warn!(label = %choice.label, "Left out a choice whose value is empty or longer than Slack stores");
        return None;
    }
    let label = if choice.label.trim().is_empty() { &choice.value } else { &choice.label };
    Some(json!({ "text": plain(label, 75), "value": choice.value }))
}

/// The answer to a `block_suggestion`.
pub fn answer(choices: &[Choice]) -> Value {
    let options: Vec<Value> = choices.iter().filter_map(option).take(LIMIT).collect();
    json!({ "options": options })
}
