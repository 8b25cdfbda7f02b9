//! Who is who in a payload: objects, `Ana Example <ana@example.org>`, and the beginnings of sentences.

use commands::event::{Concern, Why};
use serde_json::Value;

use crate::payload::{first, text};

/// As people read it; teams without the project they are of.
pub(super) fn name(value: &Value) -> Option<String> {
    let whole = text(value, "/displayName").or_else(|| text(value, ""))?;
    let name = whole.split_once(" <").map_or(whole, |(name, _)| name).trim();
    let name = if name.starts_with('[') { name.rsplit('\\').next().unwrap_or(name) } else { name };
    Some(name.to_owned()).filter(|it| !it.is_empty())
}

/// What they sign in with, which [`crate::Account::login`] is.
pub(super) fn login(value: &Value) -> Option<String> {
    let told = match value {
        Value::String(text) => text.split_once('<').map(|(_, it)| it.trim_end_matches('>')),
        _ => first(value, &["/uniqueName", "/mailAddress"]),
    }?;
    // `Windows Live ID\ana@example.org`, and `vstfs:///…` of teams.
    let plain = if told.contains('@') { told.rsplit('\\').next().unwrap_or(told) } else { told };
    Some(plain.to_owned()).filter(|it| !it.is_empty() && !it.contains("://"))
}

pub(super) fn concern(value: &Value, why: Why) -> Option<Concern> {
    Some(Concern { name: name(value)?, id: login(value), why })
}

/// How sentences go on after who did it.
const VERBS: &[&str] = &[
    " has ",
    " pushed ",
    " updated ",
    " created ",
    " approved ",
    " rejected ",
    " completed ",
    " abandoned ",
    " reactivated ",
    " published ",
    " changed ",
    " marked ",
    " voted ",
    " reset ",
    " removed ",
    " added ",
    " set ",
    " is waiting ",
    " left ",
    " edited ",
    " deleted ",
    " commented ",
    " checked in ",
];

/// Who did it, as a sentence begins or ends with: `Ben Example updated …`, `… created by Ben Example.`
pub(super) fn actor_in(sentence: &str) -> Option<String> {
    let begins = VERBS.iter().filter_map(|it| sentence.find(it)).min().map(|end| &sentence[..end]);
    let is_name = |it: &&str| !it.is_empty() && it.len() < 60 && it.split(' ').count() <= 5 && !it.contains(['#', ':', '(']);
    // What begins with a thing has somebody at its end, where anybody is told.
    const THINGS: &[&str] =
        &["Build", "Run", "Release", "Deployment", "Pre", "Post", "Approval", "Git", "The", "A", "Pull", "Stage", "Job"];
    let begins = begins.filter(is_name).filter(|it| !THINGS.contains(&it.split(' ').next().unwrap_or_default()));
    let ends = sentence.rsplit_once(" by ").map(|(_, it)| it.trim_end_matches('.')).filter(is_name);
    ends.filter(|_| begins.is_none()).or(begins).map(str::to_owned)
}

/// The one of several with whose name the sentence begins.
pub(super) fn named_first<'a>(sentence: &str, people: impl Iterator<Item = &'a Value>) -> Option<&'a Value> {
    let begins = |it: &&Value| text(it, "/displayName").is_some_and(|name| sentence.starts_with(name));
    people.filter(begins).max_by_key(|it| text(it, "/displayName").map_or(0, str::len))
}
