//! Reading TOML so that every problem is found at once and has a line.
//!
//! Sections are declared where they are used, as structs with a JSON schema; [`Reader::section`]
//! holds a table against that schema, so a misspelt key, a missing one and a wrong type are told
//! apart without a word written for any of them. `${VAR}` is taken from the environment, and
//! `key_file = "path"` reads `key` from a file, for secrets that should not stand in the text.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use commands::{Field, FieldKind, action::schema_of, form};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Problem;

/// Looks up a variable of the environment; tests bring their own.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A table with the lines its keys stand in.
#[derive(Clone, Debug, Default)]
pub struct Section {
    pub line: usize,
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    line: usize,
    value: Node,
}

#[derive(Clone, Debug)]
enum Node {
    Value(Value),
    Table(Section),
    Tables(Vec<Section>),
}

/// A file that is read.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

impl Part<'_> {
    fn lines(&self) -> usize {
        self.text.bytes().filter(|it| *it == b'\n').count() + 1
    }
}

/// Collects problems while the file is read. Of several files each later one is laid over those before it, and its lines are
/// counted on as if it stood below them.
pub struct Reader<'a> {
    parts: Vec<Part<'a>>,
    environment: Environment<'a>,
    /// By where they stand in all files together.
    problems: RefCell<Vec<(usize, Problem)>>,
    /// Lines that are no TOML: what was recovered of them says nothing.
    broken: RefCell<BTreeSet<usize>>,
    /// Places to notify that are there besides those of the file.
    pub(super) chats: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, environment: Environment<'a>) -> Reader<'a> {
        Reader::of(vec![Part { file: "", text }], environment)
    }

    /// Reads several files, each laid over those before it.
    pub fn of(parts: Vec<Part<'a>>, environment: Environment<'a>) -> Reader<'a> {
        Reader { parts, environment, problems: RefCell::default(), broken: RefCell::default(), chats: Vec::new() }
    }

    /// All that stands in the files. Syntax errors are noted, all of them.
    pub fn root(&self) -> Section {
        let mut root = Section::missing();
        let mut before = 0;
        for part in &self.parts {
            let read = Read { reader: self, text: part.text, before };
            let (table, errors) = DeTable::parse_recoverable(part.text);
            let mut broken = BTreeSet::new();
            for error in errors {
                let line = error.span().map_or(before + 1, |span| read.line(&span));
                self.note(line, format!("this is not TOML: {}", error.message()));
                broken.insert(line);
            }
            self.broken.borrow_mut().extend(broken);
            root.lay_over(read.table(table.get_ref(), read.line(&table.span())));
            before += part.lines();
        }
        root
    }

    /// Notes each key that names a file of this machine.
    pub(super) fn note_files(&self, section: &Section) {
        for (key, entry) in &section.entries {
            match &entry.value {
                Node::Value(_) if key.ends_with("_file") || key.ends_with("_command") => {
                    self.note(
                        entry.line,
                        format!("`{key}` is read where the bot runs, and this file comes from chat: take it out"),
                    );
                }
                Node::Value(_) => {}
                Node::Table(table) => self.note_files(table),
                Node::Tables(all) => all.iter().for_each(|it| self.note_files(it)),
            }
        }
    }

    /// The file that a line is in, and which line it is there.
    pub fn place(&self, line: usize) -> (&'a str, usize) {
        let mut before = 0;
        for part in &self.parts {
            if line <= before + part.lines() {
                return (part.file, line - before);
            }
            before += part.lines();
        }
        (self.parts.last().map_or("", |it| it.file), line - before)
    }

    /// Notes a problem, unless the line is known not to be TOML.
    pub fn note(&self, line: usize, message: impl Into<String>) {
        if self.broken.borrow().contains(&line) {
            return;
        }
        let (file, line_there) = self.place(line);
        let file = (file != self.parts.first().map_or("", |it| it.file)).then(|| file.to_owned());
        self.problems.borrow_mut().push((line, Problem { line: line_there, message: message.into(), file }));
    }

    /// Whether something is wrong with one of these lines already.
    pub(super) fn is_noted(&self, lines: impl IntoIterator<Item = usize>) -> bool {
        let problems = self.problems.borrow();
        lines.into_iter().any(|line| problems.iter().any(|(at, _)| *at == line))
    }

    /// All problems, by line.
    pub fn finish(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by(|a, b| (a.0, &a.1.message).cmp(&(b.0, &b.1.message)));
        problems.dedup();
        problems.into_iter().map(|(_, it)| it).collect()
    }

    /// Holds `section` against the fields of `T` and reads it; `extra` are keys that the caller reads.
    /// None when there was a problem, which is then noted.
    pub fn section<T: DeserializeOwned + JsonSchema>(&self, name: &str, section: &Section, extra: &[&str]) -> Option<T> {
        let values = self.checked(name, section, &form::fields(&schema_of::<T>()), extra)?;
        match serde_json::from_value(Value::Object(values)) {
            Ok(read) => Some(read),
            Err(err) => {
                self.note(section.line, format!("{name} cannot be used: {err}"));
                None
            }
        }
    }

    /// The values of `section`, if they fit `fields`.
    pub fn checked(&self, name: &str, section: &Section, fields: &[Field], extra: &[&str]) -> Option<Map<String, Value>> {
        let before = self.problems.borrow().len();
        // A value may be wrong without a problem of its own: what is behind it was noted when it was read.
        let mut all_fit = true;
        let mut values = Map::new();
        for (key, entry) in &section.entries {
            if extra.contains(&key.as_str()) {
                continue;
            }
            if let Some(field) = fields.iter().find(|it| it.name == *key) {
                match self.fits(name, field, entry) {
                    Some(value) => drop(values.insert(key.clone(), value)),
                    None => all_fit = false,
                }
            } else if let Some(field) = key.strip_suffix("_file").and_then(|key| fields.iter().find(|it| it.name == key)) {
                match self.file(field, entry) {
                    Some(value) => drop(values.insert(field.name.clone(), value)),
                    None => all_fit = false,
                }
            } else {
                let known = fields.iter().map(|it| it.name.as_str()).chain(extra.iter().copied());
                self.note(entry.line, format!("{name} has no key `{key}`{}", nearest(key, known)));
            }
        }
        for field in fields.iter().filter(|it| it.required && !values.contains_key(&it.name)) {
            let is_noted =
                section.entries.contains_key(&field.name) || section.entries.contains_key(&format!("{}_file", field.name));
            if !is_noted {
                let help = field.help.trim_end_matches('.');
                self.note(section.line, format!("{name} needs `{}`: {help}", field.name));
            }
        }
        (all_fit && self.problems.borrow().len() == before).then_some(values)
    }

    fn fits(&self, name: &str, field: &Field, entry: &Entry) -> Option<Value> {
        let Node::Value(value) = &entry.value else {
            self.note(entry.line, format!("`{}` in {name} is not a table", field.name));
            return None;
        };
        let is_right = |value: &Value| match &field.kind {
            FieldKind::Flag => value.is_boolean(),
            FieldKind::Integer { min, max } => {
                value.as_i64().is_some_and(|it| min.is_none_or(|min| it >= min) && max.is_none_or(|max| it <= max))
            }
            FieldKind::Number { .. } => value.is_number(),
            FieldKind::Choice(choices) => {
                // What can be never or always was false or true.
                let was = value.as_bool().map(|it| if it { "always" } else { "never" });
                choices.iter().any(|it| value == it.value.as_str() || was == Some(it.value.as_str()))
            }
            _ => value.is_string(),
        };
        let fits = if field.many { value.as_array().is_some_and(|all| all.iter().all(is_right)) } else { is_right(value) };
        if !fits {
            self.note(entry.line, format!("`{}` in {name} must be {}", field.name, wanted(field)));
            return None;
        }
        if field.required && value.as_str().is_some_and(|it| it.trim().is_empty()) {
            // An empty expansion was noted where it happened.
            if !self.problems.borrow().iter().any(|(line, _)| *line == entry.line) {
                self.note(entry.line, format!("`{}` in {name} is empty", field.name));
            }
            return None;
        }
        Some(value.clone())
    }

    fn file(&self, field: &Field, entry: &Entry) -> Option<Value> {
        let Node::Value(Value::String(path)) = &entry.value else {
            self.note(entry.line, format!("`{}_file` must be the path of a file", field.name));
            return None;
        };
        match std::fs::read_to_string(path) {
            Ok(text) => Some(json!(text.trim_end_matches(['\r', '\n']))),
            Err(err) => {
                self.note(entry.line, format!("`{}_file`: {path} cannot be read: {err}", field.name));
                None
            }
        }
    }
}

/// One of the files while it is read.
struct Read<'r, 'a> {
    reader: &'r Reader<'a>,
    text: &'a str,
    /// Lines of the files before it.
    before: usize,
}

impl Read<'_, '_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let end = span.start.min(self.text.len());
        self.before + self.text.as_bytes()[..end].iter().filter(|it| **it == b'\n').count() + 1
    }

    fn table(&self, table: &DeTable<'_>, line: usize) -> Section {
        let mut section = Section { line, entries: BTreeMap::new() };
        for (key, value) in table.iter() {
            let line = self.line(&key.span());
            let entry = Entry { line, value: self.node(value, line) };
            section.entries.insert(key.get_ref().to_string(), entry);
        }
        section
    }

    fn node(&self, value: &Spanned<DeValue<'_>>, line: usize) -> Node {
        match value.get_ref() {
            DeValue::Table(table) => Node::Table(self.table(table, line)),
            DeValue::Array(items) if !items.is_empty() && items.iter().all(|it| it.get_ref().is_table()) => {
                let tables = items.iter().filter_map(|it| Some(self.table(it.get_ref().as_table()?, self.line(&it.span()))));
                Node::Tables(tables.collect())
            }
            other => Node::Value(self.plain(other, line)),
        }
    }

    fn plain(&self, value: &DeValue<'_>, line: usize) -> Value {
        match value {
            DeValue::String(text) => Value::String(self.expand(text, line)),
            DeValue::Integer(number) => i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
                .map_or_else(|_| json!(number.as_str()), |it| json!(it)),
            DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().map_or(Value::Null, |it| json!(it)),
            DeValue::Boolean(yes) => json!(yes),
            DeValue::Datetime(at) => json!(at.to_string()),
            DeValue::Array(items) => items.iter().map(|it| self.plain(it.get_ref(), line)).collect(),
            DeValue::Table(_) => Value::Null,
        }
    }

    /// Replaces each `${NAME}`; `$$` is a dollar sign.
    fn expand(&self, text: &str, line: usize) -> String {
        let mut result = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                result.push('$');
                rest = after;
            } else if let Some((name, after)) = rest.strip_prefix('{').and_then(|it| it.split_once('}')) {
                match (self.reader.environment)(name) {
                    Some(value) if !value.is_empty() => result.push_str(&value),
                    _ => self
                        .reader
                        .note(line, format!("the environment has no {name}: set it before starting, or write the value here")),
                }
                rest = after;
            } else {
                result.push('$');
            }
        }
        result + rest
    }
}

fn lay_all_over(below: &mut Vec<Section>, over: Vec<Section>) {
    // A list in which nothing has a name is one value.
    if over.iter().chain(below.iter()).any(|it| it.identity().is_none()) {
        *below = over;
        return;
    }
    for section in over {
        match below.iter_mut().find(|it| it.identity() == section.identity()) {
            Some(found) => found.lay_over(section),
            None => below.push(section),
        }
    }
}

fn wanted(field: &Field) -> String {
    let one = match &field.kind {
        FieldKind::Flag => "true or false".to_owned(),
        FieldKind::Integer { min: Some(min), max: Some(max) } => format!("a whole number from {min} to {max}"),
        FieldKind::Integer { .. } => "a whole number".to_owned(),
        FieldKind::Number { .. } => "a number".to_owned(),
        FieldKind::Choice(choices) => {
            let all: Vec<_> = choices.iter().map(|it| format!("\"{}\"", it.value)).collect();
            format!("one of {}", all.join(", "))
        }
        _ => "text in quotes".to_owned(),
    };
    if field.many { format!("a list in [ ], each {one}") } else { one }
}

/// `; did you mean …?`, or the keys there are.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let best = known.clone().map(|it| (strsim::damerau_levenshtein(word, it), it)).min();
    match best {
        Some((distance, it)) if distance <= 2.max(it.len() / 3) => format!("; did you mean `{it}`?"),
        _ => format!("; it can be {}", known.map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")),
    }
}

impl Section {
    /// A section that the file does not have.
    pub fn missing() -> Section {
        Section { line: 1, entries: BTreeMap::new() }
    }

    /// Takes a section out; whether it was there.
    pub(super) fn take(&mut self, key: &str) -> bool {
        self.entries.remove(key).is_some()
    }

    /// What `over` says as well counts as it says: key by key, and of sections that have names, each name by itself.
    fn lay_over(&mut self, over: Section) {
        for (key, entry) in over.entries {
            let Some(below) = self.entries.get_mut(&key) else {
                self.entries.insert(key, entry);
                continue;
            };
            match (&mut below.value, entry.value) {
                (Node::Table(below), Node::Table(over)) => below.lay_over(over),
                (Node::Tables(below), Node::Table(over)) => lay_all_over(below, vec![over]),
                (Node::Tables(below), Node::Tables(over)) => lay_all_over(below, over),
                (_, value) => *below = Entry { line: entry.line, value },
            }
        }
    }

    /// What tells it from others of its sort: a subscription by what is heard of, which of it, and where.
    fn identity(&self) -> Option<Vec<&str>> {
        match self.text("name") {
            Some(name) => Some(vec![name]),
            None => Some(vec![self.text("from")?, self.text("to")?, self.text("filter").unwrap_or_default()]),
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = (&str, usize)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry.line))
    }

    /// The line of `key`, or of the section.
    pub fn line_of(&self, key: &str) -> usize {
        self.entries.get(key).map_or(self.line, |it| it.line)
    }

    /// All that stands in it, with the tables in it.
    pub fn value(&self) -> Map<String, Value> {
        let value = |node: &Node| match node {
            Node::Value(value) => value.clone(),
            Node::Table(section) => Value::Object(section.value()),
            Node::Tables(sections) => sections.iter().map(|it| Value::Object(it.value())).collect(),
        };
        self.entries.iter().map(|(key, entry)| (key.clone(), value(&entry.value))).collect()
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.entries.get(key)?.value {
            Node::Value(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub fn table(&self, key: &str) -> Option<&Section> {
        match &self.entries.get(key)?.value {
            Node::Table(section) => Some(section),
            _ => None,
        }
    }

    pub fn tables(&self, key: &str) -> &[Section] {
        match self.entries.get(key).map(|it| &it.value) {
            Some(Node::Tables(sections)) => sections,
            Some(Node::Table(section)) => std::slice::from_ref(section),
            _ => &[],
        }
    }

    /// Whether `key` is there but holds a plain value where a table belongs.
    pub fn is_plain(&self, key: &str) -> bool {
        // An empty list is a list of no tables.
        matches!(self.entries.get(key).map(|it| &it.value), Some(Node::Value(value)) if *value != json!([]))
    }
}
