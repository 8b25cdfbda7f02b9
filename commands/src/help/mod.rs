//! Help, usage lines, completion and documentation pages, all read off the actions.

mod complete;
mod page;
#[cfg(test)]
mod tests;

pub use complete::{Completing, Completion, complete, completing};
pub use page::page;

use serde_json::Map;

use crate::{ActionSpec, Button, Call, Choice, Effect, Field, FieldKind, Group, Message, Span, Text, form, nearest::nearest};

/// `redmine issue create <subject…> project=… [tracker=…] [private]`
pub fn usage(group: &str, spec: &ActionSpec) -> String {
    let fields: Vec<&Field> = spec.fields().iter().filter(|it| !it.hidden).collect();
    let mut words = vec![group.to_owned(), spec.name.to_owned()];
    let places: Vec<&Field> = fields.iter().copied().filter(|it| it.positional).collect();
    let has_secret = fields.iter().any(|it| it.kind == FieldKind::Secret);
    for (at, field) in places.iter().enumerate() {
        let rest =
            at + 1 == places.len() && !has_secret && (field.many || matches!(field.kind, FieldKind::Text | FieldKind::LongText));
        let word = format!("<{}{}>", field.name, if rest { "…" } else { "" });
        words.push(if field.required { word } else { format!("[{word}]") });
    }
    let named = |field: &&Field| !field.positional;
    // A flag that is not there says no, so that none is ever required of people.
    let needed = |field: &&Field| field.required && field.kind != FieldKind::Flag;
    words.extend(fields.iter().copied().filter(named).filter(needed).map(by_name));
    words.extend(fields.iter().copied().filter(named).filter(|it| !needed(it)).map(|it| format!("[{}]", by_name(it))));
    words.join(" ")
}

fn by_name(field: &Field) -> String {
    match &field.kind {
        FieldKind::Flag => field.name.clone(),
        FieldKind::Secret => format!("{}=(in the form)", field.name),
        FieldKind::Choice(choices) if choices.len() <= 4 => format!("{}={}", field.name, values(choices, "|")),
        _ => format!("{}=…", field.name),
    }
}

fn values(choices: &[Choice], between: &str) -> String {
    choices.iter().map(|it| it.value.as_str()).collect::<Vec<_>>().join(between)
}

/// What people type for a group of that name.
pub type Typed<'a> = &'a dyn Fn(&str) -> String;

/// What a person sees on `help`, `redmine help`, `redmine help issue create`. `groups` holds only
/// what the person may run; `typed` makes of a group's name what they type for it: `/redmine`.
pub fn message(groups: &[Group], typed: Typed<'_>, group: Option<&str>, action: Option<&str>) -> Message {
    let find = |name: &str| groups.iter().find(|it| it.name.eq_ignore_ascii_case(name));
    let topic = match (group, action) {
        (Some(name), action) => match find(name) {
            Some(group) => Some((group, action)),
            None => return unknown(groups, typed, None, name),
        },
        (None, Some(topic)) => {
            let (first, rest) = topic.split_once(' ').map_or((topic, None), |(first, rest)| (first, Some(rest)));
            let owner = groups.iter().find(|it| of(it, topic).is_some());
            match find(first).map(|it| (it, rest)).or(owner.map(|it| (it, Some(topic)))) {
                Some(found) => Some(found),
                None => return unknown(groups, typed, None, topic),
            }
        }
        (None, None) => None,
    };
    match topic {
        None => overview(groups, typed),
        Some((group, None)) => of_group(group, typed, &group.actions.iter().collect::<Vec<_>>()),
        Some((group, Some(topic))) => match of(group, topic) {
            Some(spec) => of_action(group, typed, spec),
            None => {
                let is_below = |it: &&ActionSpec| it.name.split(' ').next().is_some_and(|noun| noun.eq_ignore_ascii_case(topic));
                let below: Vec<&ActionSpec> = group.actions.iter().filter(is_below).collect();
                if below.is_empty() { unknown(groups, typed, Some(group), topic) } else { of_group(group, typed, &below) }
            }
        },
    }
}

/// The action that a topic names, with or without the group's own noun.
fn of<'a>(group: &'a Group, topic: &str) -> Option<&'a ActionSpec> {
    let full = group.noun.map(|noun| format!("{noun} {topic}"));
    let is = |name: Option<&str>| group.actions.iter().find(|it| name.is_some_and(|name| it.name.eq_ignore_ascii_case(name)));
    is(Some(topic)).or_else(|| is(full.as_deref()))
}

fn overview(groups: &[Group], typed: Typed<'_>) -> Message {
    /// A group of up to so many is shown whole, and one of more by its first few.
    const WHOLE: usize = 16;
    const FIRST: usize = 5;
    let mut message = Message::new().heading("What can be done here");
    for group in groups.iter().filter(|it| !it.actions.is_empty()) {
        let mut text = Text::new().bold(&group.title).plain(": ");
        let shown = if group.actions.len() <= WHOLE { WHOLE } else { FIRST };
        for (at, spec) in group.actions.iter().take(shown).enumerate() {
            text = text.plain(if at > 0 { ", " } else { "" }).code(format!("{} {}", typed(&group.name), spec.name));
        }
        if group.actions.len() > shown {
            let more = format!(" and {} more: ", group.actions.len() - shown);
            text = text.plain(more).code(format!("{} help", typed(&group.name)));
        }
        message = message.paragraph(text);
    }
    let mut hint = Text::new().plain("A command whose required values are missing opens its form.");
    if let Some((group, spec)) = groups.iter().rev().find_map(|it| Some((it, it.actions.first()?))) {
        hint = hint.plain(" Details: ").code(format!("{} help {}", typed(&group.name), spec.name)).plain(".");
    }
    message.context(hint)
}

fn of_group(group: &Group, typed: Typed<'_>, specs: &[&ActionSpec]) -> Message {
    let name = typed(&group.name);
    let lines = specs.iter().map(|spec| {
        let mark = if spec.effect == Effect::Admin { " (administrators)" } else { "" };
        let Text(summary) = Text::marked(&format!(": {}{mark}", spec.summary()));
        Text([vec![Span::Code(format!("{name} {}", spec.name))], summary].concat())
    });
    let mut message = Message::new().heading(&group.title).list(lines.collect());
    if let Some(example) = specs.iter().find_map(|it| it.examples.first()) {
        message = message.paragraph(Text::new().plain("For example: ").code(format!("{name} {example}")));
    }
    let mut hint = Text::new().code(format!("{name} help {}", specs.first().map_or("", |it| it.name))).plain(" tells more.");
    if let Some(show) = group.show.and_then(|it| group.find(it)) {
        hint = hint.plain(" A bare number or a pasted link, as in ").code(format!("{name} 42"));
        hint = hint.plain(", does the same as ").code(format!("{name} {} 42", show.name)).plain(".");
    }
    message.context(hint)
}

fn of_action(group: &Group, typed: Typed<'_>, spec: &ActionSpec) -> Message {
    let name = typed(&group.name);
    let mut message = Message::new().heading(format!("{name} {}", spec.name));
    message = message.paragraph(Text::marked(spec.summary())).block(crate::Block::Code(usage(&name, spec)));
    let facts: Vec<_> =
        spec.fields().iter().filter(|it| !it.hidden).map(|it| (it.name.clone(), Text::marked(&explained(it)))).collect();
    if !facts.is_empty() {
        message = message.facts(facts);
    }
    if !spec.examples.is_empty() {
        message = message.list(spec.examples.iter().map(|it| Text::new().code(format!("{name} {it}"))).collect());
    }
    message.buttons(vec![Button::form(
        "Open the form",
        Call { group: group.name.clone(), action: spec.name.into(), params: Map::new() },
    )])
}

/// What a field takes: its doc line, whether it must be given, what can stand there.
pub fn explained(field: &Field) -> String {
    let mut notes = Vec::new();
    if field.required && field.kind != FieldKind::Flag {
        notes.push("required".to_owned());
    }
    notes.extend(length(field.length));
    notes.extend(match &field.kind {
        FieldKind::Text | FieldKind::LongText => None,
        FieldKind::Integer { min, max } => Some(range("a whole number", min.as_ref(), max.as_ref())),
        FieldKind::Number { min, max } => Some(range("a number", min.as_ref(), max.as_ref())),
        FieldKind::Flag => Some("a flag".to_owned()),
        FieldKind::Choice(choices) => Some(format!("one of {}", values(choices, ", "))),
        FieldKind::Date => Some("a date: 2026-11-21, tomorrow, friday, +3d".to_owned()),
        FieldKind::Time => Some("a time of day: 9:00, 14:30, 2pm".to_owned()),
        FieldKind::Moment => Some("a moment: 2026-11-21 14:30, tomorrow 9:00, +2h".to_owned()),
        FieldKind::Channel => Some("a channel: #dev, or in full: slack:#dev, zulip:dev>topic".to_owned()),
        FieldKind::Email => Some("an email address".to_owned()),
        FieldKind::Person => Some("a person: a mention, an email address, a login or me".to_owned()),
        FieldKind::File => Some("a file: attached, or a link to one".to_owned()),
        FieldKind::Link => Some("a link: https://…".to_owned()),
        FieldKind::Secret => Some("a secret: only in the form".to_owned()),
    });
    if field.many {
        notes.push("can be given several times".to_owned());
    }
    let default = field.default.as_ref().map(|it| form::show(field, it)).filter(|it| !it.is_empty() && it != "no");
    notes.extend(default.map(|it| format!("{it} unless given")));
    match (field.help.as_str(), notes.is_empty()) {
        ("", _) => notes.join("; "),
        (help, true) => help.to_owned(),
        (help, false) => format!("{help} ({})", notes.join("; ")),
    }
}

fn length(length: form::Length) -> Option<String> {
    match (length.min, length.max) {
        (None, None) => None,
        (Some(min), None) => Some(format!("at least {min} characters")),
        (None, Some(max)) => Some(format!("at most {max} characters")),
        (Some(min), Some(max)) => Some(format!("{min} to {max} characters")),
    }
}

fn range<T: std::fmt::Display + PartialEq>(what: &str, min: Option<&T>, max: Option<&T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{what} from {min} to {max}"),
        (Some(min), None) => format!("{what} from {min}"),
        (None, Some(max)) => format!("{what} up to {max}"),
        (None, None) => what.to_owned(),
    }
}

fn unknown(groups: &[Group], typed: Typed<'_>, group: Option<&Group>, topic: &str) -> Message {
    let asked: String = topic.chars().take(60).collect();
    let candidates: Vec<String> = match group {
        Some(group) => group.actions.iter().map(|it| it.name.to_owned()).collect(),
        None => groups
            .iter()
            .map(|it| it.name.clone())
            .chain(groups.iter().flat_map(|it| it.actions.iter().map(|it| it.name.to_owned())))
            .collect(),
    };
    let near = nearest(topic, candidates.iter().map(String::as_str));
    let mut text = Text::new().plain("There is no help on ").code(asked).plain(".");
    if let Some(near) = near {
        let topic = group.map(|it| format!("{} help {near}", typed(&it.name))).unwrap_or_else(|| format!("help {near}"));
        text = text.plain(" Did you mean ").code(topic).plain("?");
    }
    match group {
        Some(group) => {
            let rest = of_group(group, typed, &group.actions.iter().collect::<Vec<_>>());
            Message { blocks: [crate::Block::Paragraph(text)].into_iter().chain(rest.blocks).collect(), ..rest }
        }
        None => {
            let rest = overview(groups, typed);
            Message { blocks: [crate::Block::Paragraph(text)].into_iter().chain(rest.blocks).collect(), ..rest }
        }
    }
}
