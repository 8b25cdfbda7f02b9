//! Which field of one system is which of another, as people write it.
//!
//! A line a field: `subject = summary` (both ways), `notes -> description` (only from left to right), `<-` (only from right
//! to left). What values are called on either side stands in parentheses, `status = status (New: To Do, Closed: Done)`, and
//! what is meant where nothing is said at the end: `default Normal`. Where the other side has no such field at all, its name
//! is left out: `-> issuetype default Task`, `tracker <- default Bug`. Names with spaces stand in quotes.

use std::fmt;

use connectors::{FieldKind, TaskField, Values};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Make,
    convert::{self, Unfit},
};

/// One field of the left system and the one of the right that is kept the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldMap {
    pub left: String,
    pub right: String,
    #[serde(default)]
    pub way: Way,
    /// What a value is called on the left, and on the right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
    /// What a task is made with where the other has nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// Which way changes go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    #[default]
    Both,
    ToRight,
    ToLeft,
}

/// One of the two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Left,
    Right,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Left, Side::Right];

    pub fn other(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Side::Left => "left",
            Side::Right => "right",
        }
    }
}

/// The fields of both sides, the titles first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fields {
    pub left: Vec<TaskField>,
    pub right: Vec<TaskField>,
}

impl Fields {
    pub fn of(&self, side: Side) -> &[TaskField] {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    pub fn find(&self, side: Side, name: &str) -> Option<&TaskField> {
        self.of(side).iter().find(|it| it.name == name)
    }
}

/// What goes from one side to the other, and what could not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapped {
    pub values: Values,
    pub unfit: Vec<Unfit>,
}

impl FieldMap {
    pub fn name(&self, side: Side) -> &str {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// Whether changes on `from` go to the other side.
    pub fn goes(&self, from: Side) -> bool {
        matches!((self.way, from), (Way::Both, _) | (Way::ToRight, Side::Left) | (Way::ToLeft, Side::Right))
    }

    /// `value` of `from` as the other side says it.
    ///
    /// # Errors
    /// Why it cannot be said there.
    pub fn carry(&self, fields: &Fields, from: Side, value: &Value) -> Result<Value, Unfit> {
        let to = from.other();
        let text = FieldKind::Text;
        let kind = |side: Side| fields.find(side, self.name(side)).map_or(&text, |it| &it.kind);
        let named = |word: &str| {
            let pair = self.values.iter().find(|(left, right)| {
                let ours = if from == Side::Left { left } else { right };
                ours.eq_ignore_ascii_case(word)
            });
            pair.map(|(left, right)| if from == Side::Left { right.clone() } else { left.clone() })
        };
        convert::convert(value, (kind(from), kind(to)), &named).map_err(|why| Unfit { field: self.name(to).to_owned(), why })
    }
}

/// All that a new task on the other side of `from` is made with.
pub fn made_of(maps: &[FieldMap], fields: &Fields, from: Side, values: &Values) -> Mapped {
    let mut mapped = Mapped::default();
    let to = from.other();
    for map in maps.iter().filter(|it| it.goes(from)) {
        let value = values.get(map.name(from)).unwrap_or(&Value::Null);
        let carried = match (&map.default, is_empty(value)) {
            (Some(default), true) => map.carry_default(fields, to, default),
            _ => map.carry(fields, from, value),
        };
        match carried {
            Ok(value) if is_empty(&value) => {}
            Ok(value) => {
                mapped.values.insert(map.name(to).to_owned(), value);
            }
            Err(unfit) => mapped.unfit.push(unfit),
        }
    }
    for field in fields.of(to).iter().filter(|it| it.required && it.writable && !mapped.values.contains_key(&it.name)) {
        if !mapped.unfit.iter().any(|it| it.field == field.name) {
            let why = format!(
                "`{}` is required there, and nothing is mapped to it, or that is empty: give it a field or a default",
                field.label
            );
            mapped.unfit.push(Unfit { field: field.name.clone(), why });
        }
    }
    mapped
}

impl FieldMap {
    fn carry_default(&self, fields: &Fields, to: Side, default: &str) -> Result<Value, Unfit> {
        let kind = fields.find(to, self.name(to)).map_or(&FieldKind::Text, |it| &it.kind);
        let carried = convert::convert(&Value::from(default), (&FieldKind::Text, kind), &|_| None);
        carried.map_err(|why| Unfit { field: self.name(to).to_owned(), why })
    }
}

pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// What is wrong with a mapping by which tasks are made as `make` says, as sentences.
pub fn problems(maps: &[FieldMap], fields: &Fields, make: Make) -> Vec<String> {
    let mut found = Vec::new();
    for side in Side::BOTH {
        for (index, map) in maps.iter().enumerate() {
            let name = map.name(side);
            if name.is_empty() {
                let default = map.default.as_deref().unwrap_or_default();
                if let Err(unfit) = map.carry_default(fields, side.other(), default) {
                    found.push(format!(
                        "`{default}` does not fit `{}` on the {}: {}",
                        unfit.field,
                        side.other().word(),
                        unfit.why
                    ));
                }
                continue;
            }
            let Some(field) = fields.find(side, name) else {
                let known: Vec<&str> = fields.of(side).iter().map(|it| it.name.as_str()).collect();
                found.push(format!("`{name}` is no field on the {}. There is: {}", side.word(), known.join(", ")));
                continue;
            };
            if map.goes(side.other()) && !field.writable {
                found.push(format!("`{name}` on the {} cannot be set: let it go the other way only", side.word()));
            }
            if maps[..index].iter().any(|it| it.name(side) == name && it.goes(side.other()) && map.goes(side.other())) {
                found.push(format!("`{name}` on the {} is set by two lines: keep one", side.word()));
            }
            if let FieldKind::Choice(options) = &field.kind {
                let words = map.values.iter().map(|(left, right)| if side == Side::Left { left } else { right });
                for word in words.filter(|word| !options.iter().any(|it| it.eq_ignore_ascii_case(word))) {
                    found.push(format!("`{word}` is no value of `{name}` on the {}: {}", side.word(), options.join(", ")));
                }
            }
        }
    }
    let titles = Side::BOTH.map(|side| fields.of(side).first().map(|it| it.name.clone()).unwrap_or_default());
    if !maps.iter().any(|it| it.left == titles[0] && it.right == titles[1] && it.way == Way::Both) {
        found.push(format!("the titles have to be the same: add the line `{} = {}`", titles[0], titles[1]));
    }
    for side in Side::BOTH.into_iter().filter(|it| make.makes(*it)) {
        for field in unmapped(maps, fields, side) {
            let (name, line) = (&field.name, given(side, &field.name, usual_option(field).unwrap_or("…")));
            found
                .push(format!("`{name}` is required on the {}, and nothing is mapped to it: add the line `{line}`", side.word()));
        }
    }
    found
}

/// What a new task of `side` has to have, and gets from no line. The title has a sentence of its own.
fn unmapped<'a>(maps: &'a [FieldMap], fields: &'a Fields, side: Side) -> impl Iterator<Item = &'a TaskField> {
    let is_mapped = move |field: &TaskField| maps.iter().any(|it| it.name(side) == field.name && it.goes(side.other()));
    fields.of(side).iter().skip(1).filter(move |it| it.required && it.writable && !is_mapped(it))
}

/// What a task is, where nobody says more.
fn usual_option(field: &TaskField) -> Option<&str> {
    let FieldKind::Choice(options) = &field.kind else { return None };
    options.iter().find(|it| it.eq_ignore_ascii_case("task")).or(options.first()).map(String::as_str)
}

/// Words for the same, of the systems' fields.
const SAME: &[&[&str]] = &[
    &["subject", "summary", "title", "name"],
    &["description", "body", "notes", "desc"],
    &["status", "state", "list", "idlist"],
    &["assignee", "assigned_to", "assigned_to_id", "assignees", "responsible", "member", "members"],
    &["due_date", "duedate", "due", "duedateat", "deadline"],
    &["start_date", "startdate", "start"],
    &["priority"],
    &["labels", "tags", "categories"],
    &["tracker", "type", "issuetype"],
    &["estimated_hours", "estimate", "estimatedtime"],
    &["done_ratio", "percentagedone", "progress"],
];

/// A mapping by the fields' names, with the values of choices where they are called the same.
pub fn suggestion(fields: &Fields) -> Vec<FieldMap> {
    let plain = |it: &str| it.to_lowercase().replace([' ', '-'], "_");
    let meaning = |it: &TaskField| {
        let names = [plain(&it.name), plain(&it.label)];
        SAME.iter().position(|same| same.iter().any(|word| names.iter().any(|it| it == word)))
    };
    let mut maps = Vec::new();
    if let (Some(left), Some(right)) = (fields.left.first(), fields.right.first()) {
        maps.push(plain_map(left, right, Way::Both));
    }
    for left in fields.left.iter().skip(1) {
        let is_same = |right: &&TaskField| match (meaning(left), meaning(right)) {
            (Some(left), Some(right)) => left == right,
            (None, None) => plain(&left.name) == plain(&right.name),
            _ => false,
        };
        let Some(right) = fields.right.iter().skip(1).find(is_same) else { continue };
        let way = match (left.writable, right.writable) {
            (true, true) => Way::Both,
            (false, true) => Way::ToRight,
            (true, false) => Way::ToLeft,
            (false, false) => continue,
        };
        if !maps.iter().any(|it: &FieldMap| it.right == right.name) {
            maps.push(plain_map(left, right, way));
        }
    }
    for side in Side::BOTH {
        let missing = unmapped(&maps, fields, side).filter_map(|it| Some(given(side, &it.name, usual_option(it)?)));
        let missing: Vec<FieldMap> = missing.collect();
        maps.extend(missing);
    }
    maps
}

/// A field of `side` that tasks are made with, and that the other side knows nothing of.
fn given(side: Side, name: &str, default: &str) -> FieldMap {
    let (left, right, way) = match side {
        Side::Left => (name, "", Way::ToLeft),
        Side::Right => ("", name, Way::ToRight),
    };
    FieldMap { left: left.into(), right: right.into(), way, values: Vec::new(), default: Some(default.into()) }
}

fn plain_map(left: &TaskField, right: &TaskField, way: Way) -> FieldMap {
    let values = match (&left.kind, &right.kind) {
        (FieldKind::Choice(ours), FieldKind::Choice(theirs)) => guessed_values(ours, theirs),
        _ => Vec::new(),
    };
    FieldMap { left: left.name.clone(), right: right.name.clone(), way, values, default: None }
}

/// What states and priorities are commonly called.
const SAME_VALUES: &[&[&str]] = &[
    &["new", "to do", "todo", "open", "opened", "backlog", "proposed"],
    &["in progress", "doing", "active", "in development"],
    &["resolved", "in review", "review"],
    &["closed", "done", "completed"],
    &["low", "lowest"],
    &["normal", "medium"],
    &["high"],
    &["urgent", "immediate", "highest"],
    &["bug", "defect"],
    &["feature", "story", "user story"],
    &["support", "task"],
];

/// Pairs of values that mean the same and are called differently; what is called the same needs no pair.
fn guessed_values(ours: &[String], theirs: &[String]) -> Vec<(String, String)> {
    let meaning = |word: &str| SAME_VALUES.iter().position(|same| same.contains(&word.to_lowercase().as_str()));
    let missing = ours.iter().filter(|our| !theirs.iter().any(|it| it.eq_ignore_ascii_case(our)));
    let pairs = missing.filter_map(|our| {
        let their = theirs.iter().find(|it| meaning(it).is_some() && meaning(it) == meaning(our))?;
        Some((our.clone(), their.clone()))
    });
    pairs.collect()
}

/// Reads lines as [the module](self) describes them.
///
/// # Errors
/// A sentence for each line that cannot be read.
pub fn parse(text: &str) -> Result<Vec<FieldMap>, Vec<String>> {
    let lines = text.split(['\n', ';']).map(str::trim).filter(|it| !it.is_empty());
    let (mut maps, mut problems) = (Vec::new(), Vec::new());
    for line in lines {
        match parse_line(line) {
            Ok(map) => maps.push(map),
            Err(why) => problems.push(format!("`{line}`: {why}")),
        }
    }
    if problems.is_empty() { Ok(maps) } else { Err(problems) }
}

fn parse_line(line: &str) -> Result<FieldMap, String> {
    let is_given_right = line.starts_with("->") || line.starts_with('→');
    let (left, rest) = if is_given_right { (String::new(), line) } else { word(line)? };
    let arrows = [("=", Way::Both), ("<->", Way::Both), ("->", Way::ToRight), ("→", Way::ToRight), ("<-", Way::ToLeft)];
    let mut arrows = arrows.into_iter().chain([("←", Way::ToLeft)]);
    let (way, rest) = arrows
        .find_map(|(arrow, way)| Some((way, rest.strip_prefix(arrow)?)))
        .ok_or("between the two fields stands `=`, `->` or `<-`")?;
    let is_given_left = way == Way::ToLeft && rest.trim_start().starts_with("default ");
    let (right, mut rest) = if is_given_left { (String::new(), rest.trim_start()) } else { word(rest)? };
    let mut values = Vec::new();
    if let Some(inside) = rest.strip_prefix('(') {
        let (inside, after) = inside.split_once(')').ok_or("the parenthesis is not closed")?;
        for pair in inside.split(',') {
            let (ours, theirs) = pair.split_once(':').ok_or_else(|| format!("`{}` is no pair `left: right`", pair.trim()))?;
            values.push((unquoted(ours), unquoted(theirs)));
        }
        rest = after.trim_start();
    }
    let default = match rest.strip_prefix("default ") {
        Some(default) => Some(unquoted(default)),
        None if rest.is_empty() => None,
        None => return Err(format!("`{rest}` is too much; after the fields come values in parentheses and `default …`")),
    };
    if is_given_right && default.is_none() {
        return Err("which field of the left? Where there is none, say what to set: `-> field default value`".into());
    }
    Ok(FieldMap { left, right, way, values, default })
}

/// The first name and what follows it.
fn word(text: &str) -> Result<(String, &str), String> {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix(['"', '“']) {
        let (name, rest) = rest.split_once(['"', '”']).ok_or("the quote is not closed")?;
        return Ok((name.to_owned(), rest.trim_start()));
    }
    let end = text.find(|it: char| it.is_whitespace() || "=(<→←".contains(it)).unwrap_or(text.len());
    // `a->b`: the dash belongs to the arrow.
    let end = text[..end].find("->").unwrap_or(end);
    match &text[..end] {
        "" => Err("a field's name is missing".into()),
        name => Ok((name.to_owned(), text[end..].trim_start())),
    }
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '“', '”']).to_owned()
}

impl fmt::Display for FieldMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |it: &str| if it.contains(char::is_whitespace) { format!("\"{it}\"") } else { it.to_owned() };
        let arrow = match self.way {
            Way::Both => "=",
            Way::ToRight => "->",
            Way::ToLeft => "<-",
        };
        let said = [quoted(&self.left), arrow.to_owned(), quoted(&self.right)];
        f.write_str(&said.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" "))?;
        if !self.values.is_empty() {
            let pairs: Vec<String> = self.values.iter().map(|(left, right)| format!("{left}: {right}")).collect();
            write!(f, " ({})", pairs.join(", "))?;
        }
        match &self.default {
            Some(default) => write!(f, " default {default}"),
            None => Ok(()),
        }
    }
}
