//! Sections of what is kept in the store alone: teams, defaults of channels, aliases. A bot that serves the file puts them there
//! when it starts; after that they are changed in chat like any others.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::source::{Reader, Section};
use crate::{
    people::PersonId,
    resources::{
        Configured,
        ledger::{ALIAS, DEFAULT, TEAM},
    },
};

pub(super) const SECTIONS: [&str; 3] = [TEAM, DEFAULT, ALIAS];

/// `[[team]]`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TeamKeys {
    /// What people type: `oncall`.
    name: String,
    /// Who is in it, by their ids: `slack:T0123:U0123`, `zulip:https://chat.example.org:10`.
    #[serde(default)]
    members: Vec<String>,
    /// User groups of chats that hold the same people, by their ids: `slack:T0123:S0123`.
    #[serde(default)]
    groups: Vec<String>,
}

/// `[[default]]`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DefaultKeys {
    /// The channel it is for: `slack:T0123:C0123`.
    channel: String,
    /// The parameter that nobody need type there: `project`.
    field: String,
    /// What it is then.
    value: String,
}

/// `[[alias]]`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AliasKeys {
    /// What is typed: `bug`.
    word: String,
    /// What it stands for: `redmine issue create tracker=Bug`.
    command: String,
    /// The channel it is for: `slack:T0123:C0123`.
    channel: Option<String>,
    /// Or the person: `slack:T0123:U0123`.
    person: Option<String>,
}

pub(super) fn read(reader: &Reader<'_>, root: &Section) -> Vec<Configured> {
    let mut found: Vec<Configured> = Vec::new();
    let mut put = |section: &Section, kind: &'static str, name: String, body: Value| {
        if found.iter().any(|it| it.kind == kind && it.name.eq_ignore_ascii_case(&name)) {
            reader.note(section.line, format!("there are two of [[{kind}]] for `{name}`: take one out"));
        }
        let body: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
        found.push(Configured { kind, name, body });
    };
    let is_id = |section: &Section, key: &str, text: &str| {
        let is_one = PersonId::parse(text).is_some();
        if !is_one {
            let problem = format!("`{text}` in `{key}` is no id: write chat:workspace:id, such as slack:T0123:U0123");
            reader.note(section.line_of(key), problem);
        }
        is_one
    };
    for section in root.tables(TEAM) {
        let Some(mut keys) = reader.section::<TeamKeys>("[[team]]", section, &[]) else { continue };
        let (all_people, all_groups) = (
            keys.members.iter().filter(|it| !is_id(section, "members", it)).count() == 0,
            keys.groups.iter().filter(|it| !is_id(section, "groups", it)).count() == 0,
        );
        if all_people && all_groups {
            keys.members.sort();
            keys.groups.sort();
            put(section, TEAM, keys.name, json!({ "members": keys.members, "groups": keys.groups }));
        }
    }
    for section in root.tables(DEFAULT) {
        let Some(keys) = reader.section::<DefaultKeys>("[[default]]", section, &[]) else { continue };
        if is_id(section, "channel", &keys.channel) {
            let name = format!("{} {}", keys.channel, keys.field);
            put(section, DEFAULT, name, json!({ "channel": keys.channel, "field": keys.field, "value": keys.value }));
        }
    }
    for section in root.tables(ALIAS) {
        let Some(keys) = reader.section::<AliasKeys>("[[alias]]", section, &[]) else { continue };
        let (whose, place) = match (keys.channel, keys.person) {
            (Some(channel), None) => ("channel", channel),
            (None, Some(person)) => ("person", person),
            _ => {
                reader.note(section.line, "[[alias]] needs `channel` or `person`: one of them, whose it is");
                continue;
            }
        };
        if is_id(section, whose, &place) {
            let name = format!("{place} {}", keys.word);
            put(section, ALIAS, name, json!({ whose: place, "word": keys.word, "command": keys.command }));
        }
    }
    found
}
