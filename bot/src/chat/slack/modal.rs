//! A form as a modal: <https://docs.slack.dev/reference/views/modal-views>.
//!
//! Each field is an input block `field-{name}` with one [`elements::element`] whose `action_id` is the
//! field's name. Only the form's id travels with the view. A page after the first has a button back,
//! and a field that pickers on its page go by tells us at once when it changes, since Slack does not
//! say what is in a window when it asks for a picker's values.

use commands::{Field, FieldKind, FieldProblem, Message};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

pub use super::elements::member;
use super::{
    elements::{self, INPUT},
    escape::{escape_cut, width},
    render::{Print, context, plain, render, section},
};
use crate::chat::FormView;

/// What a field's block id begins with.
pub const BLOCK: &str = "field-";
/// The `callback_id` of every form.
pub const CALLBACK: &str = "form";
const BLOCKS: usize = 100;
const TITLE: usize = 24;
/// The `action_id` of the button that leads to the page before.
pub const BACK: &str = "form-back";
/// The `action_id` of the button that shows what sending the form would do.
pub const PREVIEW: &str = "form-preview";

/// Draws a form.
pub fn modal(form: &FormView) -> Value {
    let mut blocks = Vec::new();
    if width(&form.title) > TITLE || !form.help.trim().is_empty() {
        let title = if width(&form.title) > TITLE { format!("*{}*\n", escape_cut(&form.title, 200)) } else { String::new() };
        blocks.push(section(format!("{title}{}", escape_cut(&form.help, 2000)).trim().to_owned()));
    }
    let shown: Vec<&Field> = form.fields.iter().filter(|it| !it.hidden).collect();
    let elsewhere = form.problems.iter().filter(|it| !shown.iter().any(|field| field.name == it.field));
    let elsewhere: Vec<String> = elsewhere.map(|it| format!(":warning: {}", escape_cut(&it.message, 500))).collect();
    if !elsewhere.is_empty() {
        blocks.push(section(cut_lines(&elsewhere)));
    }
    if form.step > 1 {
        let back = json!({ "type": "button", "action_id": BACK, "text": plain("Back", 75), "value": form.id });
        blocks.push(json!({ "type": "actions", "block_id": BACK, "elements": [back] }));
    }
    if form.steps > 1 {
        blocks.push(context(vec![format!("Step {} of {}", form.step, form.steps)]));
    }
    for field in shown {
        blocks.extend(input(form, field));
        // Slack shows errors of its own only in the answer to a submission.
        let problems: Vec<String> = form.problems.iter().filter(|it| it.field == field.name).map(problem).collect();
        if !problems.is_empty() {
            blocks.push(context(vec![cut_lines(&problems)]));
        }
    }
    if let Some(preview) = &form.preview {
        let ask = json!({ "type": "button", "action_id": PREVIEW, "text": plain("Preview", 75), "value": form.id });
        blocks.push(json!({ "type": "actions", "block_id": PREVIEW, "elements": [ask] }));
        if let Some(message) = &preview.shown {
            // It offers nothing to press: the form's own button does what it shows.
            blocks.extend(render(message, &|_| String::new()).blocks);
        }
    }
    if blocks.len() > BLOCKS {
        tracing::warn!(form = %form.title, blocks = blocks.len(), "Cut a form that is longer than a Slack modal");
        blocks.truncate(BLOCKS);
    }
    json!({
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": form.id,
        "title": plain(&form.title, TITLE),
        "submit": plain(&form.submit, TITLE),
        "close": plain("Cancel", TITLE),
        "notify_on_close": true,
        "blocks": blocks,
    })
}

/// A modal that says something and asks for nothing.
pub fn notice(title: &str, message: &Message, print: Print<'_>) -> Value {
    json!({
        "type": "modal",
        "callback_id": "notice",
        "title": plain(title, TITLE),
        "close": plain("Close", TITLE),
        "blocks": render(message, print).blocks,
    })
}

fn problem(problem: &FieldProblem) -> String {
    format!(":warning: {}", escape_cut(&problem.message, 500))
}

/// As many whole lines as a context element holds.
fn cut_lines(lines: &[String]) -> String {
    super::table::groups(lines.iter().cloned(), 2000).into_iter().next().unwrap_or_default()
}

/// A field's block. Where its picker goes by others of the page, it is another block when these are others: Slack keeps
/// what was entered in a block that stays.
fn block_id(form: &FormView, field: &Field) -> String {
    let given: Vec<String> = (form.fields.iter().filter(|it| field.goes_by(&it.name)))
        .map(|it| form.values.get(&it.name).map(Value::to_string).unwrap_or_default())
        .collect();
    if given.is_empty() {
        return format!("{BLOCK}{}", field.name);
    }
    let digest = hex::encode(Sha256::digest(given.join("\n").as_bytes()));
    format!("{BLOCK}{}~{}", field.name, &digest[..8])
}

/// The field of a block id without [`BLOCK`].
pub fn field_of(block: &str) -> &str {
    block.split('~').next().unwrap_or(block)
}

fn input(form: &FormView, field: &Field) -> Vec<Value> {
    let value = form.values.get(&field.name);
    let no_labels = Map::new();
    let labels = form.values.get(super::state::LABELS).and_then(|it| it[&field.name].as_object()).unwrap_or(&no_labels);
    let element = elements::element(field, &given(field, value), labels);
    let mut hint = field.help.clone();
    if field.kind == FieldKind::Secret {
        hint = format!("{hint} Slack shows what you type here; it is stored encrypted and never shown again.").trim().to_owned();
    }
    if field.many && element["type"] == "plain_text_input" {
        hint = format!("{hint} One a line.").trim().to_owned();
    }
    let mut block = json!({
        "type": "input",
        "block_id": block_id(form, field),
        "label": plain(&field.label(), 2000),
        "element": element,
        // An unticked box is a value, and Slack would refuse it as missing.
        "optional": !field.required || field.kind == FieldKind::Flag,
    });
    if !hint.is_empty() && field.kind != FieldKind::Flag {
        block["hint"] = plain(&hint, 2000);
    }
    let is_previewed = form.preview.as_ref().is_some_and(|it| it.by.contains(&field.name.as_str()));
    if is_previewed || form.fields.iter().any(|it| it.goes_by(&field.name)) {
        block["dispatch_action"] = true.into();
        if block["element"]["type"] == "plain_text_input" {
            block["element"]["dispatch_action_config"] = json!({ "trigger_actions_on": ["on_enter_pressed"] });
        }
    }
    let mut blocks = vec![block];
    if field.kind == FieldKind::File && !given(field, value).is_empty() {
        let (count, rule) = (given(field, value).len(), "What you add here takes the place of it.");
        let what =
            if count == 1 { "One file is attached already.".to_owned() } else { format!("{count} files are attached already.") };
        blocks.push(context(vec![format!("{what} {rule}")]));
    } else if given(field, value).iter().any(|it| width(it) > INPUT) {
        blocks.push(context(vec![format!("Slack's boxes hold {INPUT} characters; the rest of your text was cut off here.")]));
    }
    blocks
}

/// What the field holds already: typed before, or its default.
fn given(field: &Field, value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    };
    let values = match value.or(field.default.as_ref()) {
        Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    };
    values.into_iter().filter(|it: &String| !it.is_empty()).collect()
}
