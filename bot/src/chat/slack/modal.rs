//! A form as a modal: <https://docs.slack.dev/reference/views/modal-views>.
//!
//! Each field is an input block `field-{name}` with one element whose `action_id` is the field's
//! name. Only the form's id travels with the view.

use commands::{Field, FieldKind, FieldProblem, Message};
use serde_json::{Value, json};

use super::{
    escape::{escape_cut, plain_cut, width},
    options::{self, option},
    render::{Print, context, is_member_id, plain, render, section},
};
use crate::chat::FormView;

/// What a field's block id begins with.
pub const BLOCK: &str = "field-";
/// The `callback_id` of every form.
pub const CALLBACK: &str = "form";
const BLOCKS: usize = 100;
const TITLE: usize = 24;
/// The longest that a text input holds.
const INPUT: usize = 3000;

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
    if form.steps > 1 {
        blocks.push(context(vec![format!("Step {} of {}", form.step, form.steps)]));
    }
    for field in shown {
        blocks.extend(input(field, form.values.get(&field.name)));
        // Slack shows errors of its own only in the answer to a submission.
        let problems: Vec<String> = form.problems.iter().filter(|it| it.field == field.name).map(problem).collect();
        if !problems.is_empty() {
            blocks.push(context(vec![cut_lines(&problems)]));
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
        "notify_on_close": false,
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

fn input(field: &Field, value: Option<&Value>) -> Vec<Value> {
    let element = element(field, &given(field, value));
    let mut hint = field.help.clone();
    if field.kind == FieldKind::Secret {
        hint = format!("{hint} Slack shows what you type here; it is stored encrypted and never shown again.").trim().to_owned();
    }
    if field.many && element["type"] == "plain_text_input" {
        hint = format!("{hint} One a line.").trim().to_owned();
    }
    let mut block = json!({
        "type": "input",
        "block_id": format!("{BLOCK}{}", field.name),
        "label": plain(&field.label(), 2000),
        "element": element,
        // An unticked box is a value, and Slack would refuse it as missing.
        "optional": !field.required || field.kind == FieldKind::Flag,
    });
    if !hint.is_empty() && field.kind != FieldKind::Flag {
        block["hint"] = plain(&hint, 2000);
    }
    let mut blocks = vec![block];
    if given(field, value).iter().any(|it| width(it) > INPUT) {
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

/// The right widget; a plain box where what was typed would not fit into it, so that it is kept.
fn element(field: &Field, given: &[String]) -> Value {
    let first = given.first().map(String::as_str);
    let id = &field.name;
    if field.lookup.is_some() {
        return external(field, given);
    }
    match &field.kind {
        FieldKind::Choice(choices) if choices.len() <= options::LIMIT => {
            let all: Vec<Value> = choices.iter().filter_map(option).collect();
            if all.is_empty() {
                return text(field, given, false);
            }
            let chosen: Vec<&Value> = all.iter().filter(|it| given.iter().any(|given| it["value"] == given.as_str())).collect();
            if field.many {
                with_initial(
                    json!({ "type": "multi_static_select", "action_id": id, "options": all }),
                    "initial_options",
                    &chosen,
                )
            } else {
                let mut element = json!({ "type": "static_select", "action_id": id, "options": all });
                if let Some(chosen) = chosen.first() {
                    element["initial_option"] = (*chosen).clone();
                }
                element
            }
        }
        FieldKind::Choice(_) => external(field, given),
        FieldKind::Flag => {
            let label = if field.help.trim().is_empty() { field.label() } else { field.help.clone() };
            let on = json!({ "text": plain(&label, 75), "value": "true" });
            let mut element = json!({ "type": "checkboxes", "action_id": id, "options": [on] });
            if first.is_some_and(|it| matches!(it, "true" | "yes" | "on" | "1")) {
                element["initial_options"] = json!([on]);
            }
            element
        }
        FieldKind::Person => person(field, given),
        FieldKind::File => json!({ "type": "file_input", "action_id": id, "max_files": if field.many { 10 } else { 1 } }),
        FieldKind::Date if !field.many => match first.map(str::parse::<jiff::civil::Date>) {
            None => json!({ "type": "datepicker", "action_id": id }),
            Some(Ok(date)) => json!({ "type": "datepicker", "action_id": id, "initial_date": date.to_string() }),
            Some(Err(_)) => text(field, given, false),
        },
        FieldKind::Integer { min, max } if !field.many && first.is_none_or(|it| it.parse::<i64>().is_ok()) => {
            number(field, first, false, min.map(|it| it.to_string()), max.map(|it| it.to_string()))
        }
        FieldKind::Number { min, max } if !field.many && first.is_none_or(|it| it.parse::<f64>().is_ok_and(f64::is_finite)) => {
            number(field, first, true, min.map(|it| it.to_string()), max.map(|it| it.to_string()))
        }
        FieldKind::Link if !field.many && first.is_none_or(|it| url::Url::parse(it).is_ok()) => {
            let mut element = json!({ "type": "url_text_input", "action_id": id });
            if let Some(url) = first {
                element["initial_value"] = url.into();
            }
            element
        }
        FieldKind::LongText => text(field, given, true),
        FieldKind::Secret => text(field, &[], false),
        _ => text(field, given, false),
    }
}

fn text(field: &Field, given: &[String], multiline: bool) -> Value {
    let lines = given.join("\n");
    let multiline = multiline || field.many || lines.contains('\n');
    let mut element = json!({ "type": "plain_text_input", "action_id": field.name, "multiline": multiline, "max_length": INPUT });
    if !lines.is_empty() {
        element["initial_value"] = if width(&lines) > INPUT { plain_cut(&lines, INPUT) } else { lines }.into();
    }
    element
}

fn number(field: &Field, first: Option<&str>, decimal: bool, min: Option<String>, max: Option<String>) -> Value {
    let mut element = json!({ "type": "number_input", "action_id": field.name, "is_decimal_allowed": decimal });
    for (key, value) in [("min_value", min), ("max_value", max), ("initial_value", first.map(str::to_owned))] {
        if let Some(value) = value {
            element[key] = value.into();
        }
    }
    element
}

fn external(field: &Field, given: &[String]) -> Value {
    // Nobody knows the label of what was typed yet.
    let chosen: Vec<Value> = given.iter().filter_map(|it| option(&commands::Choice::new(it, it))).collect();
    let kind = if field.many { "multi_external_select" } else { "external_select" };
    let mut element = json!({ "type": kind, "action_id": field.name, "min_query_length": 0 });
    if field.many {
        return with_initial(element, "initial_options", &chosen.iter().collect::<Vec<_>>());
    }
    if let Some(chosen) = chosen.into_iter().next() {
        element["initial_option"] = chosen;
    }
    element
}

fn person(field: &Field, given: &[String]) -> Value {
    let ids: Option<Vec<&str>> = given.iter().map(|it| member(it)).collect();
    let Some(ids) = ids else { return text(field, given, false) };
    if field.many {
        let mut element = json!({ "type": "multi_users_select", "action_id": field.name });
        if !ids.is_empty() {
            element["initial_users"] = json!(ids);
        }
        return element;
    }
    let mut element = json!({ "type": "users_select", "action_id": field.name });
    if let Some(id) = ids.first() {
        element["initial_user"] = (*id).into();
    }
    element
}

/// The id in `<@U1>` or `<@U1|ana>`.
pub fn member(mention: &str) -> Option<&str> {
    let inside = mention.trim().strip_prefix("<@")?.strip_suffix('>')?;
    let id = inside.split('|').next()?;
    is_member_id(id).then_some(id)
}

fn with_initial(mut element: Value, key: &str, chosen: &[&Value]) -> Value {
    if !chosen.is_empty() {
        element[key] = json!(chosen);
    }
    element
}
