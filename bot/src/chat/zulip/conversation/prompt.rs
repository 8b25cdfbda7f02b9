//! What a conversation says: the question, the choices, the way on.

use commands::{Choice, Field, FieldKind, FieldProblem, help};
use serde_json::Value;

use super::{SHOWN, State, is_blank, offered, visible};
use crate::chat::{
    FormView,
    zulip::{
        escape,
        render::{self, Address, Rendered},
    },
};

/// The form's page on the web. Whoever has its address can submit it as the person who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// Nobody's browser can reach us.
    Nowhere,
    /// Only that person reads here: its address.
    Here(String),
    /// Others read here: `web` sends it privately.
    OnDemand,
}

/// How to speak.
pub struct Manner {
    pub address: Address,
    pub page: Page,
}

/// What is said when a form opens.
pub fn opening(view: &FormView, manner: &Manner) -> String {
    let mut out = format!("**{}**", escape::line(&view.title));
    if !view.help.is_empty() {
        out += &format!("\n{}", escape::text(&view.help));
    }
    match &manner.page {
        Page::Nowhere => {}
        Page::Here(page) => out += &format!("\nOr {}: the link is yours alone.", escape::link(page, "fill it in on one page")),
        Page::OnDemand => out += "\nOr reply `web`, and a page to fill it in comes to you in a direct message.",
    }
    out
}

/// More on what the state asks, for who said `?`: what the field takes, and what can be said at any time.
pub fn explanation(view: &FormView, state: &State) -> String {
    let mut lines = Vec::new();
    match state.field(view) {
        Some(field) => {
            lines.push(format!("**{}**: {}", escape::line(&field.label()), escape::line(&help::explained(field))));
            if let FieldKind::Choice(choices) = &field.kind {
                let named = choices.iter().filter(|it| it.label != it.value).take(SHOWN);
                lines.extend(named.map(|it| format!("* {}: {}", escape::code(&it.value), escape::line(&it.label))));
            }
            if field.lookup.is_some() {
                lines.push("Type a part of a name to search; a number picks from the list that was shown last.".into());
            }
            if field.many {
                lines.push("Several go with commas between, like `2,3`.".into());
            }
            lines.push("`=` in front takes what follows as it is, as in `=cancel`.".into());
        }
        None => {
            lines.push(escape::line(&view.help));
            lines.push("A number or a name changes that answer; `name=value` changes it at once.".into());
        }
    }
    lines.push("`back` goes to the question before, `cancel` ends the form, and a command in between sets it aside: `resume` goes on with it.".into());
    lines.push(String::new());
    lines.join("\n")
}

/// The question that the state asks.
pub fn prompt(view: &FormView, state: &State, remark: Option<&str>, manner: &Manner) -> Rendered {
    let mut lines: Vec<String> = remark.map(|it| format!(":warning: {it}")).into_iter().collect();
    let elsewhere = |it: &&FieldProblem| !visible(view).any(|field| field.name == it.field);
    lines.extend(state.problems.iter().filter(elsewhere).map(|it| format!(":warning: {}", escape::line(&it.message))));
    let (heading, choices) = match state.field(view) {
        Some(field) => question(view, state, field, manner, &mut lines),
        None => overview(view, state, manner, &mut lines),
    };
    if let Address::Mention(name) = &manner.address {
        lines.push(format!("Here, begin your answer with {}.", escape::code(&format!("@**{name}**"))));
    }
    Rendered { content: render::cut(&lines.join("\n")), widget: render::widget(&heading, &choices) }
}

fn question(
    view: &FormView,
    state: &State,
    field: &Field,
    manner: &Manner,
    lines: &mut Vec<String>,
) -> (String, Vec<render::Choice>) {
    let label = field.label();
    let problems = state.problems.iter().filter(|it| it.field == field.name);
    lines.extend(problems.map(|it| format!(":warning: {}", escape::line(&it.message))));
    let required: Vec<&Field> = visible(view).filter(|it| it.required).collect();
    let place = match required.iter().position(|it| it.name == field.name) {
        Some(at) => format!(" ({} of {})", at + 1, required.len()),
        None => " (optional)".into(),
    };
    let help = if field.help.is_empty() { String::new() } else { format!(": {}", escape::line(&field.help)) };
    lines.push(format!("**{}**{place}{help}", escape::line(&label)));
    let now = shown_value(field, state);
    if let Some(now) = &now {
        lines.push(format!("Now: {now}"));
    } else if let Some(default) = field.default.as_ref().filter(|it| **it != Value::Bool(false)) {
        lines.push(format!("Left out, it is {}.", escape::code(&plain(default))));
    }
    let offered = offered(field, &state.shown);
    for (at, choice) in offered.iter().enumerate() {
        let name = if choice.label == choice.value || field.kind == FieldKind::Flag {
            String::new()
        } else {
            format!(" ({})", escape::code(&choice.value))
        };
        lines.push(format!("{}. {}{name}", at + 1, escape::line(&choice.label)));
    }
    // A paragraph right under a list would be part of its last item.
    if !offered.is_empty() {
        lines.push(String::new());
    }
    let many = if field.many { ", several with commas between" } else { "" };
    let how = match &field.kind {
        FieldKind::Secret => match &manner.page {
            Page::Here(page) => format!("Secrets are not typed in chat: {}.", escape::link(page, "fill it in on the web page")),
            Page::OnDemand => "Secrets are not typed in chat: reply `web` for the page to fill it in.".into(),
            Page::Nowhere => {
                "Secrets are not typed in chat, and there is no web page: an administrator can set server.public_url.".into()
            }
        },
        _ if field.lookup.is_some() && offered.is_empty() => format!("Type a part of it to see what there is{many}."),
        _ if field.lookup.is_some() => format!("Reply with a number, or type a part of it to see others{many}."),
        FieldKind::Choice(_) | FieldKind::Flag => format!("Reply with a number or a name{many}."),
        FieldKind::Integer { min, max } => {
            format!("Reply with a whole number{}{many}.", range(min.map(|it| it.to_string()), max.map(|it| it.to_string())))
        }
        FieldKind::Number { min, max } => {
            format!("Reply with a number{}{many}.", range(min.map(|it| it.to_string()), max.map(|it| it.to_string())))
        }
        FieldKind::Date => format!("Reply with a date, like `2026-11-21`, `tomorrow` or `+3d`{many}."),
        FieldKind::Time => format!("Reply with a time of day, like `9:00` or `2pm`{many}."),
        FieldKind::Moment => format!("Reply with a date and a time, like `tomorrow 9:00`, `2026-11-21 14:30` or `+2h`{many}."),
        FieldKind::Channel => format!("Reply with a channel, like `#**general**`{many}."),
        FieldKind::Email => format!("Reply with an email address{many}."),
        FieldKind::Person => format!("Reply with a person, like `@**Ana**`, `me` or an email address{many}."),
        FieldKind::File => format!("Attach a file to your reply, or paste a link{many}."),
        FieldKind::Link => format!("Reply with a web address{many}."),
        FieldKind::Text | FieldKind::LongText => format!("Reply with the text{many}."),
    };
    let leave = match (field.required, &now) {
        (false, _) => "`skip` leaves it out, ",
        (true, Some(_)) => "`skip` keeps it, ",
        (true, None) => "",
    };
    lines.push(format!("{how} {leave}`back`, `cancel`, `?`."));
    let choice = |(at, it): (usize, &Choice)| render::Choice {
        short: (at + 1).to_string(),
        long: it.label.clone(),
        reply: manner.address.say(&(at + 1).to_string()),
    };
    let problems = state.problems.iter().filter(|it| it.field == field.name).map(|it| it.message.clone());
    let question = if field.help.is_empty() { format!("{label}{place}") } else { format!("{label}{place}: {}", field.help) };
    let heading: Vec<String> = problems.chain([question]).collect();
    (heading.join(" · "), offered.iter().enumerate().map(choice).collect())
}

fn overview(view: &FormView, state: &State, manner: &Manner, lines: &mut Vec<String>) -> (String, Vec<render::Choice>) {
    let page = if view.steps > 1 { format!(" (page {} of {})", view.step, view.steps) } else { String::new() };
    lines.push(format!("**{}**{page}", escape::line(&view.title)));
    let submit = view.submit.to_lowercase();
    let button = |short: &str, long: &str, reply: &str| render::Choice {
        short: short.into(),
        long: long.into(),
        reply: manner.address.say(reply),
    };
    let mut choices = vec![button("OK", &view.submit, &submit), button("X", "Cancel", "cancel")];
    for (at, field) in visible(view).enumerate() {
        let number = (at + 1).to_string();
        let value = shown_value(field, state).unwrap_or_else(|| match field.help.as_str() {
            "" => "–".into(),
            help => format!("– ({})", escape::line(help)),
        });
        lines.push(format!("{number}. {}: {value}", escape::line(&field.label())));
        let long = match raw_value(field, state) {
            Some(value) => format!("{}: {value}", field.label()),
            None => field.label(),
        };
        choices.push(button(&number, &long, &number));
    }
    lines.push(String::new());
    if let Some(shown) = view.preview.as_ref().and_then(|it| it.shown.as_ref()) {
        lines.push(render::message(&[], &manner.address, shown).content);
        lines.push(String::new());
    }
    lines.push(format!("Reply {}, a number to fill in or change that answer, or `cancel`.", escape::code(&submit)));
    (view.title.clone(), choices)
}

/// A field's present value as people read it, as Markdown.
fn shown_value(field: &Field, state: &State) -> Option<String> {
    raw_value(field, state).map(|it| escape::line(&it))
}

/// The same as plain text.
fn raw_value(field: &Field, state: &State) -> Option<String> {
    let value = state.values.get(&field.name).filter(|it| !is_blank(Some(it)))?;
    if field.kind == FieldKind::Secret {
        return Some("(set)".into());
    }
    let label = state.labels.get(&field.name).and_then(Value::as_str).map(str::to_owned);
    let fixed = offered(field, &[]).into_iter().find(|it| Some(it.value.as_str()) == value.as_str()).map(|it| it.label);
    let text = label.or(fixed).unwrap_or_else(|| plain(value));
    let short: String = text.chars().take(200).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    Some(format!("{short}{more}"))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn range(min: Option<String>, max: Option<String>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(" from {min}"),
        (None, Some(max)) => format!(" up to {max}"),
        (None, None) => String::new(),
    }
}
