//! Other tools' configuration as ours: text in, items of a file out, and in words what could not be carried over.
//!
//! Each importer is pure and a file of its own. What it makes is what people would have written; whatever has no place here is
//! said, so that nobody finds out when an alert is not told.

mod alertmanager;
mod github_slack;
mod goalert;
mod hookshot;
mod intervals;
mod oncall;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    config::Destination,
    plan::{Item, Secret, export},
    resources::{
        self,
        ledger::{HOOK, SUBSCRIPTION},
    },
};

/// A tool whose configuration can be read.
pub struct Tool {
    pub name: &'static str,
    /// What to give it.
    pub help: &'static str,
    read: fn(&str, &Channels) -> Result<Imported, String>,
}

/// All of them.
pub static TOOLS: &[Tool] = &[
    Tool { name: "github-slack", help: "what `/github subscribe list features` shows", read: github_slack::read },
    Tool { name: "oncall", help: "Grafana OnCall's API answers, by name, as one JSON object", read: oncall::read },
    Tool { name: "goalert", help: "the answer of GoAlert's GraphQL, as JSON", read: goalert::read },
    Tool { name: "alertmanager", help: "alertmanager.yml", read: alertmanager::read },
    Tool { name: "hookshot", help: "matrix-hookshot's connections, as YAML or JSON", read: hookshot::read },
];

/// Stands for a place that nobody said.
const OPEN: &str = "slack:#choose-a-channel";

/// Where things go whose own place says nothing here: for each of the tool's rooms, and for all others.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    pub by_room: BTreeMap<String, String>,
    pub else_to: Option<String>,
}

impl Channels {
    /// Reads `slack:#dev`, `!room:example.org=slack:#dev`.
    ///
    /// # Errors
    /// One that is no place to notify.
    pub fn read(all: &[String]) -> Result<Channels, String> {
        let mut channels = Channels::default();
        for text in all {
            let (room, to) = match text.split_once('=') {
                Some((room, to)) => (Some(room), to),
                None => (None, text.as_str()),
            };
            Destination::parse(to)?;
            match room {
                Some(room) => drop(channels.by_room.insert(room.to_owned(), to.to_owned())),
                None => channels.else_to = Some(to.to_owned()),
            }
        }
        Ok(channels)
    }

    fn of(&self, room: &str) -> Option<&String> {
        self.by_room.get(room).or(self.else_to.as_ref())
    }

    /// Where a room's news go: where nobody said, to a place that has yet to be written, which is told.
    fn of_or_open(&self, room: &str, imported: &mut Imported) -> String {
        self.of(room).cloned().unwrap_or_else(|| {
            imported.leave(format!(
                "The room {room} says nothing here: write its channel where `{OPEN}` stands, or import again with \
                 --channel '{room}=slack:#name', or --channel slack:#name for all."
            ));
            OPEN.to_owned()
        })
    }
}

/// What was made of it.
#[derive(Default)]
pub struct Imported {
    pub items: Vec<Item>,
    /// What could not be carried over, a sentence each.
    pub left: Vec<String>,
}

/// Reads the configuration of the tool of that name.
///
/// # Errors
/// There is no such tool, or this is not its configuration.
pub fn read(tool: &str, text: &str, channels: &Channels) -> Result<Imported, String> {
    let Some(tool) = TOOLS.iter().find(|it| it.name == tool) else {
        let known: Vec<&str> = TOOLS.iter().map(|it| it.name).collect();
        return Err(format!("nothing is read from `{tool}`; it can be {}", known.join(", ")));
    };
    let mut imported = (tool.read)(text, channels)?;
    imported.items.retain({
        let left = &mut imported.left;
        let mut seen = std::collections::BTreeSet::new();
        move |it| {
            let is_new = seen.insert((it.kind.clone(), it.name.to_lowercase()));
            if !is_new && it.kind != SUBSCRIPTION {
                left.push(format!(
                    "A second {} would be called `{}`: rename one of them there, and import again.",
                    it.kind, it.name
                ));
            }
            is_new
        }
    });
    Ok(imported)
}

impl Imported {
    /// The file.
    pub fn file(&self, tool: &str) -> String {
        let mut text = format!("# From {tool}, by `bellhop import`. Look through it, then `bellhop plan` and `bellhop apply`.\n");
        if !self.left.is_empty() {
            text.push_str("#\n# Not carried over:\n");
            for sentence in &self.left {
                text.push_str(&format!("# - {}\n", sentence.replace(['\n', '\r'], " ")));
            }
        }
        text.push('\n');
        for item in &self.items {
            export::item(&mut text, item);
        }
        text
    }

    fn leave(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.left.contains(&sentence) {
            self.left.push(sentence);
        }
    }

    fn put(&mut self, kind: &str, name: &str, body: Value) {
        self.items.push(Item { kind: kind.into(), name: name.into(), body: object(body), secrets: BTreeMap::new() });
    }

    /// A hook, once.
    fn put_hook(&mut self, name: &str, kind: &str) {
        if self.items.iter().any(|it| it.kind == HOOK && it.name == name) {
            return;
        }
        let secrets = BTreeMap::from([("secret".to_owned(), Secret::Kept(String::new()))]);
        let body = object(serde_json::json!({ "kind": kind }));
        self.items.push(Item { kind: HOOK.into(), name: name.into(), body, secrets });
    }

    fn put_subscription(&mut self, body: Value) {
        let name = resources::subscription_name(&body);
        self.put(SUBSCRIPTION, &name, body);
    }
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(mut map) = value else { return Map::new() };
    map.retain(|_, value| !value.is_null() && *value != Value::Array(Vec::new()) && *value != Value::String(String::new()));
    map
}

/// A name that people can type: `Payments (EU)` is `payments-eu`.
fn word(name: &str) -> String {
    let mut word = String::new();
    for char in name.to_lowercase().chars() {
        if char.is_ascii_alphanumeric() {
            word.push(char);
        } else if !word.is_empty() && !word.ends_with('-') {
            word.push('-');
        }
    }
    let word: String = word.chars().take(32).collect();
    let word = word.trim_end_matches('-');
    match word.starts_with(|it: char| it.is_ascii_lowercase()) {
        true => word.to_owned(),
        false => format!("i-{word}").chars().take(32).collect::<String>().trim_end_matches('-').to_owned(),
    }
}

/// A value in a filter.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
