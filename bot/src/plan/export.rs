//! What is set up, as the file that says it.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{
    Item,
    live::{Live, Now, Stands},
    rank,
};
use crate::{
    app::App,
    resources::ledger::{ALIAS, CONNECTION, DEFAULT, HOOK, SUBSCRIPTION},
};

impl App {
    /// Everything that is set up, as a file. Secrets are `${NAME}`: applied here, they stay what they are.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn export(&self) -> anyhow::Result<String> {
        let now = self.set_up().await?;
        let mut secrets = Vec::new();
        for live in &now.all {
            let mut keys: Vec<String> = self.secrets_of(live).await?.into_keys().collect();
            if live.kind == HOOK && keys.is_empty() {
                keys.push("secret".into());
            }
            secrets.push(keys);
        }
        Ok(written(&now, &secrets))
    }
}

fn written(now: &Now, secrets: &[Vec<String>]) -> String {
    let mut text = String::from(
        "# What is set up in Bellhop. `bellhop plan FILE` says what differs, `bellhop apply FILE` carries it out.\n\
         # Secrets are not here: where the environment has no such name, the one that is kept stays.\n",
    );
    let mut last = usize::MAX;
    for (live, secrets) in now.all.iter().zip(secrets) {
        let rank = rank(&live.kind);
        if rank != last {
            text.push('\n');
            last = rank;
        }
        section(&mut text, live, secrets);
    }
    text
}

fn section(text: &mut String, live: &Live, secrets: &[String]) {
    let kind = &live.kind;
    let origin = match (&live.stands, &live.applied) {
        (Stands::Served(_), _) => "in the file that the bot serves".to_owned(),
        (Stands::Kept { by, at }, applied) => {
            let day = at.strftime("%Y-%m-%d");
            let from = applied.as_ref().map(|it| format!("from {}; ", it.file)).unwrap_or_default();
            let why = if by.why.is_empty() { String::new() } else { format!(": {}", by.why.replace(['\n', '\r'], " ")) };
            format!("{from}version {} by {} on {day}{why}", live.version, by.who)
        }
    };
    let _ = writeln!(text, "[[{kind}]]  # {origin}");
    keys(text, kind, &live.name, &live.body, secrets);
}

/// An item as its section; of its secrets the names alone.
pub fn item(text: &mut String, item: &Item) {
    let _ = writeln!(text, "[[{}]]", item.kind);
    let secrets: Vec<String> = item.secrets.keys().cloned().collect();
    keys(text, &item.kind, &item.name, &item.body, &secrets);
}

fn keys(text: &mut String, kind: &str, name: &str, all: &Map<String, Value>, secrets: &[String]) {
    let mut body: Map<String, Value> = Map::new();
    // What others are told apart by is not always a name of their own.
    if ![SUBSCRIPTION, DEFAULT, ALIAS].contains(&kind) {
        body.insert("name".into(), Value::String(name.to_owned()));
    }
    let shown = all.iter().filter(|(key, value)| !key.starts_with('$') && !value.is_null());
    body.extend(shown.map(|(key, value)| (key.clone(), value.clone())));
    let mut sealed = String::new();
    for key in secrets {
        let _ = writeln!(sealed, "{key} = \"${{{}}}\"", variable(kind, name, key));
    }
    table(text, kind, &body, &sealed);
    text.push('\n');
}

/// `REDMINE_API_KEY`, `CI_HOOK_SECRET`.
pub(super) fn variable(kind: &str, name: &str, key: &str) -> String {
    let within = if kind == CONNECTION { "" } else { "_HOOK" };
    let word = format!("{name}{within}_{key}").to_uppercase();
    word.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect()
}

/// Plain keys first, then `more`, then tables of its own below it.
fn table(text: &mut String, path: &str, body: &Map<String, Value>, more: &str) {
    let is_below = |value: &Value| match value {
        Value::Object(_) => true,
        Value::Array(all) => !all.is_empty() && all.iter().all(Value::is_object),
        _ => false,
    };
    for (key, value) in body.iter().filter(|(_, value)| !is_below(value) && !value.is_null()) {
        let _ = writeln!(text, "{} = {}", bare(key), plain(value));
    }
    text.push_str(more);
    for (key, value) in body.iter().filter(|(_, value)| is_below(value)) {
        let path = format!("{path}.{}", bare(key));
        match value {
            Value::Object(inner) => {
                let _ = writeln!(text, "[{path}]");
                table(text, &path, inner, "");
            }
            Value::Array(all) => {
                for inner in all.iter().filter_map(Value::as_object) {
                    let _ = writeln!(text, "[[{path}]]");
                    table(text, &path, inner, "");
                }
            }
            _ => {}
        }
    }
}

fn bare(key: &str) -> String {
    match !key.is_empty() && key.chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it)) {
        true => key.to_owned(),
        false => toml::Value::String(key.to_owned()).to_string(),
    }
}

/// A value in TOML; `$` is doubled, as the reader takes a single one for a name of the environment.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.replace('$', "$$")).to_string(),
        Value::Array(all) => format!("[{}]", all.iter().filter(|it| !it.is_null()).map(plain).collect::<Vec<_>>().join(", ")),
        Value::Object(all) => {
            let keys = all.iter().filter(|(_, it)| !it.is_null()).map(|(key, it)| format!("{} = {}", bare(key), plain(it)));
            format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
