//! The page's HTML. Each control has a label, its help and its problems; what is wrong is also said
//! at the top, with links to where it is.

use commands::{Choice, Field, FieldKind};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::{BACK, LOOK, ONCE, PREVIEW};
use crate::{chat::FormView, dispatch::Offer};

/// Choices that are all shown at once.
const SHOWN: usize = 7;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8886;--bad:#c0262d;--accent:#3b2e5a}\
@media(prefers-color-scheme:dark){:root{--bad:#ff8a8a;--accent:#b7a6ea}}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;line-height:1.25}label,legend{font-weight:600;padding:0}fieldset{border:0;padding:0;margin:0}\
fieldset label{font-weight:400;display:block;padding:.15rem 0}\
.field{margin:0 0 1.25rem}.help{opacity:.8;margin:0;font-size:.95rem}.problem{color:var(--bad);margin:.25rem 0;font-weight:600}\
.summary{border:2px solid var(--bad);border-radius:.4rem;padding:.75rem 1rem;margin:1rem 0}.summary p,.summary ul{margin:0}.summary a{color:var(--bad)}\
input:not([type=radio],[type=checkbox]),select,textarea{font:inherit;width:100%;box-sizing:border-box;padding:.45rem;border:1px solid var(--line);border-radius:.3rem}\
input[type=radio],input[type=checkbox]{margin:0 .5rem 0 0}\
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}[aria-invalid=true]{border-color:var(--bad)!important}code{font-size:.95em}\
.preview{white-space:pre-wrap;border-left:.25rem solid var(--line);padding:0 0 0 1rem;margin:1rem 0}\
.buttons{display:flex;gap:.75rem;flex-wrap:wrap}button{font:inherit;padding:.5rem 1.25rem;border-radius:.3rem;border:1px solid var(--line);background:none;color:inherit}\
button.send{background:#3b2e5a;border-color:#3b2e5a;color:#fff}";

/// The page of a form that is sent to `ticket`.
pub fn page(view: &FormView, offered: &[(String, Offer)], once: &str, ticket: &str) -> Markup {
    let fields: Vec<&Field> = view.fields.iter().filter(|it| !it.hidden).collect();
    let of = |name: &str| fields.iter().find(|it| it.name == name);
    // Enter in a text presses the first button there is: that has to be the one that sends.
    let looks = fields.iter().any(|field| fields.iter().any(|it| it.goes_by(&field.name)));
    let body = html! {
        h1 { (view.title) }
        @if !view.help.is_empty() { p { (view.help) } }
        @if view.steps > 1 { p.help { "Page " (view.step) " of " (view.steps) } }
        @if !view.problems.is_empty() {
            div.summary role="alert" {
                p { "It was not sent:" }
                ul {
                    @for problem in &view.problems {
                        li {
                            @match of(&problem.field) {
                                Some(field) => a href={ "#field-" (field.name) } { (field.label()) ": " (marked(&problem.message)) },
                                None => (marked(&problem.message)),
                            }
                        }
                    }
                }
            }
        }
        form method="post" action={ "/form/" (ticket) } enctype="multipart/form-data" autocomplete="off" {
            input type="hidden" name=(ONCE) value=(once);
            @for field in &fields { (control(view, field, offered)) }
            @if let Some(shown) = view.preview.as_ref().and_then(|it| it.shown.as_ref()) {
                div.preview role="status" { (shown.to_plain(&[]).trim()) }
            }
            div.buttons {
                button.send type="submit" { (view.submit) }
                @if looks { button type="submit" name=(LOOK) value="1" formnovalidate { "Show what there is to choose" } }
                @if view.preview.is_some() { button type="submit" name=(PREVIEW) value="1" formnovalidate { "Preview" } }
                @if view.step > 1 { button type="submit" name=(BACK) value="1" formnovalidate { "Back" } }
            }
        }
    };
    let title = if view.problems.is_empty() { view.title.clone() } else { format!("Not sent: {}", view.title) };
    document(&title, &body)
}

fn control(view: &FormView, field: &Field, offered: &[(String, Offer)]) -> Markup {
    let problems: Vec<&str> = view.problems.iter().filter(|it| it.field == field.name).map(|it| it.message.as_str()).collect();
    let invalid = (!problems.is_empty()).then_some("true");
    let id = format!("field-{}", field.name);
    let about = format!("{id}-about");
    let given = strings(view.values.get(&field.name).or(field.default.as_ref()));
    let one = given.join(if field.many { "\n" } else { ", " });
    let required = field.required;
    let offer = offered.iter().find(|it| it.0 == field.name).map(|it| &it.1);
    // Why the field that it goes by is wrong is said there.
    let is_moot = view.problems.iter().any(|it| field.goes_by(&it.field));
    let remark = offer.and_then(|it| it.remark.as_deref()).filter(|_| !is_moot);
    let list: &[Choice] = offer.map_or(&[], |it| &it.choices);
    let list_id = (!list.is_empty()).then(|| format!("{id}-list"));
    let (min, max) = (field.length.min, field.length.max);
    let input = |kind: &str, value: &str, hint: Option<&str>| {
        html! {
            input id=(id) name=(field.name) type=(kind) value=(value) required[required] placeholder=[hint] minlength=[min]
                maxlength=[max] aria-describedby=(about) aria-invalid=[invalid] list=[list_id.as_deref()];
        }
    };
    let digits = |mode: &str| {
        html! {
            input id=(id) name=(field.name) type="text" inputmode=(mode) value=(one) required[required]
                aria-describedby=(about) aria-invalid=[invalid] list=[list_id.as_deref()];
        }
    };
    let several = html! {
        textarea id=(id) name=(field.name) rows="6" required[required] minlength=[min.filter(|_| !field.many)]
            maxlength=[max.filter(|_| !field.many)] aria-describedby=(about) aria-invalid=[invalid] {
            // A browser drops the first line break of a text area.
            "\n" (one)
        }
    };
    let label = html! { (field.label()) @if required && field.kind != FieldKind::Flag { " (required)" } };
    let explained = html! {
        div id=(about) {
            @if !field.help.is_empty() { p.help { (marked(&field.help)) } }
            @if field.many && !matches!(field.kind, FieldKind::Choice(_) | FieldKind::File) { p.help { "One a line." } }
            @if let Some(remark) = remark { p.help { (marked(remark)) } }
            @for problem in &problems { p.problem { (marked(problem)) } }
        }
    };
    let ticks = |choices: &[Choice], kind: &str| {
        html! {
            fieldset id=(id) aria-describedby=(about) aria-invalid=[invalid] {
                legend { (label) }
                (explained)
                @for choice in choices {
                    label {
                        input type=(kind) name=(field.name) value=(choice.value) checked[given.contains(&choice.value)]
                            required[required && kind == "radio"];
                        (choice.label)
                    }
                }
            }
        }
    };
    let grouped = match &field.kind {
        FieldKind::Choice(choices) if choices.len() <= SHOWN && field.many => Some(ticks(choices, "checkbox")),
        // Radio buttons cannot be left again.
        FieldKind::Choice(choices) if choices.len() <= SHOWN && required => Some(ticks(choices, "radio")),
        _ => None,
    };
    if let Some(grouped) = grouped {
        return html! { div.field { (grouped) } };
    }
    html! {
        div.field {
            label for=(id) { (label) }
            (explained)
            @match &field.kind {
                FieldKind::Choice(choices) => select id=(id) name=(field.name) required[required] multiple[field.many]
                    aria-describedby=(about) aria-invalid=[invalid] {
                    @if !field.many { option value="" { "–" } }
                    @for choice in choices {
                        option value=(choice.value) selected[given.contains(&choice.value)] { (choice.label) }
                    }
                },
                FieldKind::Flag => select id=(id) name=(field.name) aria-describedby=(about) aria-invalid=[invalid] {
                    option value="" { "–" }
                    option value="true" selected[one == "true"] { "Yes" }
                    option value="false" selected[one == "false"] { "No" }
                },
                FieldKind::File => {
                    @if !given.is_empty() { p.help { (attached(&given)) " What you add here takes the place of it." } }
                    input id=(id) name=(field.name) type="file" multiple[field.many] required[required && given.is_empty()]
                        aria-describedby=(about) aria-invalid=[invalid];
                },
                _ if field.many || field.kind == FieldKind::LongText => (several),
                // What was typed is never sent back.
                FieldKind::Secret => (input("password", "", None)),
                FieldKind::Integer { .. } => (digits("numeric")),
                FieldKind::Number { .. } => (digits("decimal")),
                // What a browser's own picker could not hold is kept as text.
                FieldKind::Date if one.is_empty() || one.parse::<jiff::civil::Date>().is_ok() => (input("date", &one, None)),
                FieldKind::Time if one.is_empty() || one.parse::<jiff::civil::Time>().is_ok() => (input("time", &one, None)),
                FieldKind::Moment => (input("text", &one, Some("tomorrow 9:00, 2026-11-21 14:30, +2h"))),
                FieldKind::Email => (input("email", &one, None)),
                FieldKind::Link => (input("url", &one, Some("https://"))),
                FieldKind::Date | FieldKind::Time | FieldKind::Person | FieldKind::Channel | FieldKind::Text
                    | FieldKind::LongText => (input("text", &one, None)),
            }
            @if let Some(list_id) = &list_id {
                datalist id=(list_id) {
                    @for choice in list { option value=(choice.value) label=(choice.label) {} }
                }
            }
        }
    }
}

/// What stands between backticks is code.
fn marked(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn attached(given: &[String]) -> String {
    match given.len() {
        1 => "One file is attached already.".into(),
        count => format!("{count} files are attached already."),
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) if text.is_empty() => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(all)) => all.iter().flat_map(|it| strings(Some(it))).collect(),
        Some(other) => vec![other.to_string()],
    }
}

/// What is shown of a form that was taken.
pub fn taken(at: Option<Timestamp>) -> Markup {
    let when = at.map(|it| format!(" at {}", it.strftime("%H:%M UTC on %Y-%m-%d"))).unwrap_or_default();
    notice("Sent", &format!("It was taken{when}. The answer comes in chat; you can close this page."))
}

pub fn closed(said: Option<&str>) -> Markup {
    let text = said.unwrap_or("It was sent, or its time is over. Give the command in chat again to start a new one.");
    notice("This form is closed", text)
}

/// A page that says one thing.
pub fn notice(title: &str, text: &str) -> Markup {
    document(title, &html! { h1 { (title) } p { (text) } })
}

/// A page of the house: `body` below `title`.
pub fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
}
