//! What is true of every connector; a rule that is broken is a sentence.

use std::collections::BTreeSet;

use commands::{
    ActionSpec, Effect, Group,
    grammar::{self, Parsed, Setting},
};
use serde_json::Map;

use crate::{Http, Kind, http::Policy};

/// Slack's limit for the name of a shortcut.
const LONGEST_LABEL: usize = 24;
const MOST_WORDS: usize = 3;
/// Nobody's server likes to be asked more often, in seconds.
const SHORTEST_POLL: u32 = 10;

/// The rules that `kind` breaks.
pub(super) fn broken(kind: &Kind) -> Vec<String> {
    let mut all = Vec::new();
    let mut rule = |holds: bool, what: &str| {
        if !holds {
            all.push(format!("{}: {what}", kind.name));
        }
    };
    rule(is_word(kind.name), "the name is not one lower-case word");
    rule(!kind.title.is_empty(), "there is no title");
    rule(kind.docs.lines().any(|it| it.starts_with('#')) && kind.docs.len() > 200, "the docs say nothing, or have no heading");
    rule(kind.poll_every.is_none_or(|it| it >= SHORTEST_POLL), "it polls too often");
    for field in kind.config_fields() {
        rule(!field.help.is_empty(), &format!("the setting `{}` is not documented", field.name));
    }
    if let Some(consent) = &kind.consent {
        let has = |name: &str| kind.config_fields().iter().any(|it| it.name == name);
        rule(has("client_id") && has("client_secret"), "people can agree, but the app has no `client_id` and `client_secret`");
        rule(consent.page.starts_with("https://"), "what people agree to is not documented by the vendor");
        rule(consent.steps.contains("{redirect}"), "the steps of its app do not say where people are sent back to");
        rule(consent.scopes.iter().all(|it| !it.why.is_empty()), "a scope has no reason");
    }
    let lookups: BTreeSet<_> = (kind.lookups)().into_iter().collect();
    rule(lookups.len() == (kind.lookups)().len(), "two look-ups have the same name");

    let group = kind.group(kind.name, Some("https://example.org"));
    rule(!group.actions.is_empty(), "it can do nothing");
    let names: BTreeSet<_> = group.actions.iter().map(|it| it.name).collect();
    rule(names.len() == group.actions.len(), "two actions have the same name");
    if let Some(noun) = kind.noun {
        rule(names.iter().any(|it| it.split(' ').next() == Some(noun)), &format!("no action is about the noun `{noun}`"));
    }
    for action in &group.actions {
        for what in broken_by_action(&group, action, &lookups) {
            rule(false, &format!("`{}` {what}", action.name));
        }
    }
    if let Some(show) = kind.show {
        let fields = group.find(show).map(ActionSpec::fields).unwrap_or_default();
        let (first, others) = fields.split_first().map_or((None, &[][..]), |(first, others)| (Some(first), others));
        rule(first.is_some_and(|it| it.required && it.positional), "`show` names no action that takes an object first");
        rule(others.iter().all(|it| !it.required), "`show` cannot run on a bare number");
    }
    for mine in kind.mine {
        rule(!mine.title.is_empty(), &format!("what `{}` shows has no title", mine.command));
        let (defaults, line) = (Map::new(), format!("{} {}", kind.name, mine.command));
        let setting = Setting { defaults: &defaults, today: jiff::civil::date(2026, 11, 20) };
        let reads = match grammar::parse(std::slice::from_ref(&group), &setting, &line) {
            Ok(Parsed::Call(call)) => group.find(&call.action).is_some_and(|it| it.effect == Effect::Read),
            _ => false,
        };
        rule(reads, &format!("`{}` is no complete command that only reads", mine.command));
    }
    for shortcut in kind.shortcuts {
        let label = shortcut.label;
        rule(
            (1..=LONGEST_LABEL).contains(&label.chars().count()),
            &format!("the shortcut `{label}` is not of 1 to 24 characters"),
        );
        let fields = group.find(shortcut.action).map(ActionSpec::fields);
        rule(fields.is_some(), &format!("the shortcut `{label}` runs nothing"));
        for wanted in [shortcut.title_field, shortcut.text_field].into_iter().flatten() {
            let known = fields.is_some_and(|it| it.iter().any(|it| it.name == wanted));
            rule(known, &format!("the shortcut `{label}` fills in `{wanted}`, which is no field"));
        }
    }
    all.extend(broken_by_standin(kind));
    all
}

fn broken_by_action(group: &Group, action: &ActionSpec, lookups: &BTreeSet<&str>) -> Vec<String> {
    let mut all = Vec::new();
    let words = action.name.split(' ').count();
    if words > MOST_WORDS || !action.name.split(' ').all(is_word) {
        all.push("is not up to three lower-case words".into());
    }
    if action.summary().is_empty() {
        all.push("has no doc comment".into());
    }
    for field in action.fields() {
        if field.help.is_empty() {
            all.push(format!("does not document `{}`", field.name));
        }
        if let Some(lookup) = field.lookup.as_ref().filter(|it| !lookups.contains(it.as_str())) {
            all.push(format!("looks up `{}` in `{lookup}`, which there is not", field.name));
        }
    }
    all.extend(broken_by_destroying(group, action));
    let (defaults, groups) = (Map::new(), std::slice::from_ref(group));
    let setting = Setting { defaults: &defaults, today: jiff::civil::date(2026, 11, 20) };
    for example in action.examples {
        let parsed = |line: &str| match grammar::parse(groups, &setting, line) {
            Ok(Parsed::Call(call)) if call.action == action.name => Some(call),
            _ => None,
        };
        match parsed(&format!("{} {example}", group.name)) {
            None => all.push(format!("is not what its example `{example}` means")),
            Some(call) if parsed(&grammar::print(groups, &call)).as_ref() != Some(&call) => {
                all.push(format!("does not print as its example `{example}`"));
            }
            Some(_) => {}
        }
    }
    all
}

/// What is deleted without a question, because it is made anew by one command.
const UNASKED: &[(&str, &str)] = &[("trello", "webhook delete")];

/// What is gone for good is asked about first, and nothing that destroys counts as looking.
fn broken_by_destroying(group: &Group, action: &ActionSpec) -> Vec<String> {
    let destroys = action.name.split(' ').next_back().is_some_and(|it| matches!(it, "delete" | "empty" | "purge"));
    if !destroys {
        return Vec::new();
    }
    let mut all = Vec::new();
    if action.effect == Effect::Read {
        all.push("destroys, and is said to look only".to_owned());
    }
    let asks = action.fields().iter().any(|it| matches!(it.name.as_str(), "confirm" | "sure") && !it.required);
    if !asks && !UNASKED.contains(&(group.name.as_str(), action.name)) {
        all.push("destroys without a question".to_owned());
    }
    all
}

fn broken_by_standin(kind: &Kind) -> Vec<String> {
    let url = "http://127.0.0.1:9";
    let standin = (kind.standin)();
    let mut all = Vec::new();
    let http = Http::new(kind.name, kind.title, url, Policy::default()).unwrap();
    if let Err(error) = (kind.connect)(standin.connection(url), http) {
        all.push(format!("{}: the stand-in's own connection is refused: {error}", kind.name));
    }
    let panel = standin.panel();
    if panel.title.is_empty() || panel.rows.iter().any(|it| it.len() != panel.header.len()) {
        all.push(format!("{}: the stand-in's panel is no table", kind.name));
    }
    all
}

fn is_word(word: &str) -> bool {
    word.starts_with(|it: char| it.is_ascii_lowercase())
        && word.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
}
