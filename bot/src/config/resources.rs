//! Sections that are documents of [`crate::resources`]: `[[schedule]]`, and whatever else is declared there.

use serde_json::Value;

use super::source::{Reader, Section, nearest};
use crate::resources::{self, Configured, Kind};

/// The names of their sections.
pub(super) fn sections() -> impl Iterator<Item = &'static str> {
    resources::KINDS.iter().map(|it| it.name)
}

/// All of them, each held against its declaration.
pub(super) fn read(reader: &Reader<'_>, root: &Section) -> Vec<Configured> {
    let mut found: Vec<Configured> = Vec::new();
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
            let known: Vec<&str> = found.iter().filter(|it| it.kind == needed).map(|it| it.name.as_str()).collect();
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
