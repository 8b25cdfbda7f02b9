//! A line that is still being typed: what stands before the cursor, and what the cursor is in.

use serde_json::{Map, Value};

use super::{
    action, arguments, is_help,
    words::{self, Given, Shape, Word},
};
use crate::{Field, FieldKind, Group};

/// What is being typed at the end of a line.
pub(crate) enum Cut<'a> {
    /// The first word.
    Group {
        before: String,
        typed: String,
    },
    /// The action's name; `done` are its words that are complete.
    Action {
        group: &'a Group,
        before: String,
        done: Vec<String>,
        typed: String,
    },
    Argument(Box<At>),
    /// Something that cannot be continued.
    Nothing,
}

/// A word after the action's name.
pub(crate) struct At {
    pub group: String,
    pub action: String,
    pub fields: &'static [Field],
    /// What the words before it say.
    pub given: Map<String, Value>,
    /// The line up to what is being typed: in `project=de`, up to `=`.
    pub before: String,
    pub typed: String,
    /// The field whose value it is, or would be by its place.
    pub value: Option<(Field, String)>,
    /// Whether the field's name stands before it.
    pub named: bool,
}

pub(crate) fn cut<'a>(groups: &'a [Group], line: &str) -> Cut<'a> {
    if line.len() > super::LONGEST_LINE {
        return Cut::Nothing;
    }
    let mut words = words::split(line);
    let mut ended = line.is_empty() || line.ends_with(char::is_whitespace);
    // A value whose quote is still open goes on to the end of the line, spaces and all.
    if let Some(open) = words.iter().position(|it| opened(it).is_some()) {
        words.truncate(open + 1);
        ended = false;
    }
    let last = if ended { None } else { words.pop() };
    let start = last.as_ref().map_or(line.len(), |it| it.span.start);
    let typed = line[start..].to_owned();
    let Some((first, rest)) = words.split_first() else { return Cut::Group { before: line[..start].into(), typed } };
    let Some(group) = groups.iter().find(|it| it.name.eq_ignore_ascii_case(first.raw)) else { return Cut::Nothing };
    let Some((spec, used)) = action(group, rest) else {
        let at = rest.first().map_or(start, |it| it.span.start);
        let done: Vec<String> = rest.iter().map(|it| it.raw.to_lowercase()).collect();
        if rest.first().is_some_and(is_help) {
            return Cut::Nothing;
        }
        return Cut::Action { group, before: line[..at].into(), done, typed };
    };
    let fields = spec.fields();
    let (given, open) = given(fields, &rest[used..]);
    let mut at = At {
        group: group.name.clone(),
        action: spec.name.to_owned(),
        before: line[..start].to_owned(),
        typed: typed.clone(),
        value: None,
        named: false,
        fields,
        given,
    };
    if let Some(field) = open {
        at.value = Some((field, typed));
        at.named = true;
    } else if let Some(Shape::Pair { name, value }) = last.as_ref().map(|it| &it.shape) {
        let Some(field) = arguments::find(at.fields, name) else { return Cut::Nothing };
        let dashes = words::dashes(&at.typed);
        at.before.push_str(&at.typed[..dashes + name.len() + 1]);
        let quote = last.as_ref().and_then(opened).unwrap_or_default();
        let typed = match value {
            Given::Quoted(text) => text.clone(),
            Given::Bare(_) => line[at.before.len() + quote..].to_owned(),
        };
        at.value = Some((field.clone(), typed));
        at.named = true;
    } else {
        let next = at.fields.iter().find(|it| it.positional && !at.given.contains_key(&it.name));
        at.value = next.map(|it| (it.clone(), typed));
    }
    Cut::Argument(Box::new(at))
}

/// The length of the quote that opens this word's value and is never closed.
fn opened(word: &Word<'_>) -> Option<usize> {
    let Shape::Pair { value: Given::Bare(value), .. } = &word.shape else { return None };
    value.chars().next().filter(|it| words::quote(*it) == Some(0)).map(char::len_utf8)
}

/// What complete words say, and the field whose `--name` still waits for its value.
fn given(fields: &[Field], words: &[Word<'_>]) -> (Map<String, Value>, Option<Field>) {
    let mut given = Map::new();
    let mut plain: Vec<Given> = Vec::new();
    let mut open: Option<Field> = None;
    for word in words {
        if let Some(field) = open.take() {
            given.insert(field.name, word.given().text().into());
            continue;
        }
        match &word.shape {
            Shape::Pair { name, value } => {
                if let Some(field) = arguments::find(fields, name) {
                    given.insert(field.name.clone(), value.text().into());
                }
            }
            Shape::Dashed { name } => match arguments::find(fields, name) {
                Some(field) if field.kind == FieldKind::Flag => drop(given.insert(field.name.clone(), "yes".into())),
                field => open = field.cloned(),
            },
            Shape::Plain | Shape::Quoted(_) => plain.push(word.given()),
        }
    }
    let places: Vec<&Field> = fields.iter().filter(|it| it.positional && !given.contains_key(&it.name)).collect();
    for (field, value) in places.into_iter().zip(plain) {
        given.insert(field.name.clone(), value.text().into());
    }
    (given, open)
}
