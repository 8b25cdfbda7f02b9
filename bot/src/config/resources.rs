//! Sections that are documents of [`crate::resources`]: `[[schedule]]`, and whatever else is declared there.

use serde_json::Value;

use super::{
    Surroundings,
    source::{Reader, Section, nearest},
};
use crate::resources::{self, Configured, Declared, Kind, features};

/// The names of their sections.
pub(super) fn sections() -> impl Iterator<Item = &'static str> {
    resources::KINDS.iter().map(|it| it.name)
}

/// All of them, each held against its declaration.
pub(super) fn read(reader: &Reader<'_>, root: &Section, around: &Surroundings) -> Vec<Configured> {
    let mut found: Vec<Configured> = short_features(reader, root);
    for kind in resources::KINDS {
        for section in root.tables(kind.name) {
            let Some(document) = document(reader, kind, section) else { continue };
            if found.iter().any(|it| it.kind == kind.name && it.name.eq_ignore_ascii_case(&document.name)) {
                let problem = format!("there are two of [[{}]] called `{}`: rename one", kind.name, document.name);
                reader.note(section.line_of("name"), problem);
            }
            found.push(document);
        }
    }
    for it in &found {
        let Some(kind) = resources::find(it.kind) else { continue };
        for (needed, name) in (kind.needs)(&it.body) {
            let is_kind = resources::find(needed).is_some();
            let others = around.documents.iter().filter(|it| it.0 == needed).map(|it| it.1.as_str());
            let known: Vec<&str> = found.iter().filter(|it| it.kind == needed).map(|it| it.name.as_str()).chain(others).collect();
            if is_kind && !known.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                let section = root.tables(kind.name).iter().find(|section| section.text("name") == Some(&it.name));
                let problem = format!(
                    "the {} `{}` names the {needed} `{name}`, which the file does not have{}",
                    it.kind,
                    it.name,
                    nearest(&name, known.iter().copied())
                );
                reader.note(section.map_or(1, |it| it.line), problem);
            }
        }
    }
    found
}

/// `[features]`, where a flag is a line: `link_cards = false`, `link_cards = { percent = 20 }`.
fn short_features(reader: &Reader<'_>, root: &Section) -> Vec<Configured> {
    const KIND: &str = features::Feature::KIND;
    let named = root.tables(KIND).iter().filter_map(|it| Some((it.text("name")?, it.line_of("name"))));
    let section = root.table("features");
    let lines = section.into_iter().flat_map(Section::keys);
    for (name, line) in lines.chain(named) {
        if features::find(name).is_none() {
            let hint = nearest(name, features::FLAGS.iter().map(|it| it.name));
            reader.note(line, format!("there is no feature `{name}`{hint}"));
        }
    }
    let Some(section) = section else { return Vec::new() };
    let mut found = Vec::new();
    for (name, value) in section.value() {
        let body = match value {
            Value::Bool(on) => serde_json::Map::from_iter([("on".to_owned(), Value::Bool(on))]),
            Value::Object(body) => body,
            _ => {
                let problem = format!("`{name}` in [features] must be true, false, or what counts: {{ percent = 20 }}");
                reader.note(section.line_of(&name), problem);
                continue;
            }
        };
        match resources::check(KIND, &name, &body) {
            Ok(()) => found.push(Configured { kind: KIND, name, body }),
            Err(err) => reader.note(section.line_of(&name), err.message),
        }
    }
    found
}

fn document(reader: &Reader<'_>, kind: &'static Kind, section: &Section) -> Option<Configured> {
    let what = format!("[[{}]]", kind.name);
    let mut body = section.value();
    let name = match body.remove("name") {
        Some(Value::String(name)) if !name.trim().is_empty() => name.trim().to_owned(),
        _ => {
            reader.note(section.line, format!("{what} needs `name`: what people call it"));
            return None;
        }
    };
    let known: Vec<&str> = properties(kind).collect();
    let unknown: Vec<String> = body.keys().filter(|key| !known.contains(&key.as_str())).cloned().collect();
    for key in &unknown {
        reader.note(section.line_of(key), format!("{what} has no key `{key}`{}", nearest(key, known.iter().copied())));
    }
    if !unknown.is_empty() {
        return None;
    }
    let problems = (kind.check)(&body);
    for problem in &problems {
        let key = problem.field.split('.').next().unwrap_or_default();
        let place = if problem.field.is_empty() { String::new() } else { format!("`{}` in ", problem.field) };
        reader.note(section.line_of(key), format!("{place}{what} `{name}`: {}", problem.message));
    }
    problems.is_empty().then_some(Configured { kind: kind.name, name, body })
}

fn properties(kind: &Kind) -> impl Iterator<Item = &'static str> {
    let properties = (kind.parameters)().schema.as_value()["properties"].as_object();
    properties.into_iter().flat_map(|it| it.keys().map(String::as_str))
}
