//! Options of a picker: <https://docs.slack.dev/reference/block-kit/composition-objects/option-object>.

use commands::Choice;
use serde_json::{Value, json};

use super::{
    escape::width,
    render::{OPTION, plain},
};
use crate::dispatch::Offer;

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

/// The value of an option that only says why there is none: choosing it chooses nothing.
pub const NOTHING: &str = "#nothing";

/// The answer to a `block_suggestion`. A remark is the group's name, or, where there is nothing to choose, the only line.
pub fn answer(offer: &Offer) -> Value {
    let options: Vec<Value> = offer.choices.iter().filter_map(option).take(LIMIT).collect();
    match &offer.remark {
        None => json!({ "options": options }),
        Some(remark) if options.is_empty() => json!({ "options": [{ "text": plain(remark, 75), "value": NOTHING }] }),
        Some(remark) => json!({ "option_groups": [{ "label": plain(remark, 75), "options": options }] }),
    }
}
