//! A file as items.

use std::{cell::RefCell, collections::BTreeSet};

use commands::filter::Filter;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{Item, Secret, export::variable, live::Now};
use crate::{
    config::{self, Broadcast, Config, Mode, Problem, Rhythm, Surroundings, source::Part},
    connections,
    resources::{
        self,
        ledger::{CONNECTION, HOOK, SUBSCRIPTION},
    },
    telemetry::traces::Variables,
};

/// Who brings a file, and so what of this machine it may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Whoever runs the program: its environment, and files.
    Terminal,
    /// Somebody in chat: nothing. A secret is the one that is kept already.
    Chat,
}

/// A file that was read.
pub struct Read {
    pub items: Vec<Item>,
    /// What it said besides, which is for `bellhop serve`.
    pub aside: Vec<&'static str>,
}

/// Reads a file of documents, whose names others of `now` may be.
///
/// # Errors
/// All problems, by line.
pub fn read(file: &str, whole: &str, door: Door, now: &Now, chats: &[&str]) -> Result<Read, Vec<Problem>> {
    let unknown: RefCell<BTreeSet<String>> = RefCell::default();
    let environment = |name: &str| {
        let known = match door {
            Door::Terminal => std::env::var(name).ok().filter(|it| !it.is_empty()),
            Door::Chat => None,
        };
        Some(known.unwrap_or_else(|| {
            unknown.borrow_mut().insert(name.to_owned());
            format!("${{{name}}}")
        }))
    };
    let around = surroundings(file, now, chats, door);
    let config = config::read_parts(vec![Part { file, text: whole }], &environment, &around)?;
    let mut items = items(&config);
    let mut problems = Vec::new();
    let unknown = unknown.into_inner();
    for item in &mut items {
        for secret in item.secrets.values_mut() {
            if let Secret::New(value) = secret
                && let Some(name) = placeholder(value)
                && unknown.contains(&name)
            {
                *secret = Secret::Kept(name);
            }
        }
        if door == Door::Chat {
            problems.extend(inline(item, whole));
        }
        for (key, value) in &item.body {
            let text = value.to_string();
            if let Some(name) = unknown.iter().find(|it| text.contains(&format!("${{{it}}}"))) {
                let message = format!("`{key}`: the environment has no {name}: set it, or write the value here");
                problems.push(Problem { line: line_naming(whole, name), message, file: None });
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Read { items, aside: config::asides(whole) })
}

/// Secrets that stand in a file which others can read in chat, each as a problem with the way out.
fn inline(item: &Item, whole: &str) -> Vec<Problem> {
    let new = item.secrets.iter().filter_map(|(key, secret)| match secret {
        Secret::New(value) => Some((key, secrecy::ExposeSecret::expose_secret(value))),
        _ => None,
    });
    new.filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| {
            let line = whole.lines().position(|line| line.contains(value)).map_or(1, |it| it + 1);
            let text = |key: &str| item.body.get(key).and_then(Value::as_str).unwrap_or_default();
            let (kind, name) = (text("kind"), &item.name);
            let way = match item.kind.as_str() {
                CONNECTION => format!("a new one is typed into the form of `bellhop connect {kind}`"),
                _ => format!("`bellhop hooks add {kind}` makes a hook, and tells its secret to you alone"),
            };
            let message = format!(
                "`{key}` of the {} `{name}` stands in the file itself, where whoever reads this chat reads it: delete the file, end that \
                 secret where it came from, and write `{key} = \"${{{}}}\"`, which means the one that is kept already; {way}",
                item.kind,
                variable(&item.kind, name, key)
            );
            Problem { line, message, file: None }
        })
        .collect()
}

/// The line of a text in which `${name}` stands first.
pub fn line_naming(text: &str, name: &str) -> usize {
    let wanted = format!("${{{name}}}");
    text.lines().position(|line| line.contains(&wanted)).map_or(1, |it| it + 1)
}

fn placeholder(secret: &SecretString) -> Option<String> {
    let text = secrecy::ExposeSecret::expose_secret(secret);
    Some(text.strip_prefix("${")?.strip_suffix('}')?.to_owned())
}

/// All that a configuration says, but for what is for `bellhop serve`.
pub fn items(config: &Config) -> Vec<Item> {
    let connections = config.connections.iter().filter(|it| !it.is_implied).map(connection);
    let hooks = config.hooks.iter().map(hook);
    let subscriptions = config.subscriptions.iter().map(subscription);
    let documents = config.resources.iter().chain(&config.kept);
    let documents = documents.map(|it| Item {
        kind: it.kind.into(),
        name: it.name.clone(),
        body: it.body.clone(),
        secrets: Default::default(),
    });
    connections.chain(hooks).chain(documents).chain(subscriptions).collect()
}

fn connection(it: &config::Connection) -> Item {
    let (mut body, secrets) = connections::split(it.kind, it.settings.clone());
    body.insert("kind".into(), json!(it.kind.name));
    if !it.needs.is_empty() {
        body.insert("needs".into(), json!(it.needs));
    }
    if let Some(rate) = it.rate {
        body.insert("rate".into(), json!(rate));
    }
    if let Some(expires) = it.expires {
        body.insert("expires".into(), json!(expires.to_string()));
    }
    let secrets = secrets.into_iter().map(|(key, secret)| (key, Secret::New(secret))).collect();
    Item { kind: CONNECTION.into(), name: it.name.clone(), body, secrets }
}

fn hook(it: &config::Hook) -> Item {
    let allow: Vec<String> = it.allow.iter().filter_map(|it| Some(config::network(it)?.to_string())).collect();
    let mut body = object(json!({ "kind": it.kind, "allow": allow, "template": it.template, "rate": it.rate }));
    if it.disabled {
        body.insert("disabled".into(), json!(true));
    }
    let secret = Secret::New(it.secret.expose().to_owned().into());
    Item { kind: HOOK.into(), name: it.name.clone(), body, secrets: [("secret".to_owned(), secret)].into() }
}

/// As the store keeps it.
fn subscription(it: &config::Subscription) -> Item {
    let filter = Some(it.filter.to_string()).filter(|_| it.filter != Filter::all());
    let (mode, every, zone) = match &it.rhythm {
        _ if it.mode != Mode::Digest => (it.mode.name().to_owned(), None, None),
        rhythm @ Rhythm::Every(_) => (it.mode.name().to_owned(), Some(rhythm.written()), None),
        rhythm @ Rhythm::At { zone, .. } => {
            (format!("{}@{}", it.mode.name(), rhythm.written()), None, zone.iana_name().map(str::to_owned))
        }
    };
    let body = json!({
        "from": it.from,
        "filter": filter,
        "to": it.to.to_string(),
        "fallback": it.fallback.as_ref().map(ToString::to_string),
        "mode": mode,
        "broadcast": (it.broadcast != Broadcast::Never).then(|| it.broadcast.name()),
        "every": every,
        "timezone": zone,
    });
    let name = resources::subscription_name(&body);
    Item { kind: SUBSCRIPTION.into(), name, body: object(body), secrets: Default::default() }
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(mut map) = value else { return Map::new() };
    map.retain(|_, value| !value.is_null());
    map
}

/// What a file may refer to: all that is there but what it says itself, or said before.
fn surroundings(file: &str, now: &Now, chats: &[&str], door: Door) -> Surroundings {
    let others = || now.all.iter().filter(|it| it.applied.as_ref().is_none_or(|it| it.file != file));
    let text = |body: &Map<String, Value>, key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let needs =
        |body: &Map<String, Value>| body.get("needs").and_then(|it| serde_json::from_value(it.clone()).ok()).unwrap_or_default();
    Surroundings {
        connections: others()
            .filter(|it| it.kind == CONNECTION)
            .map(|it| (it.name.clone(), text(&it.body, "kind"), needs(&it.body)))
            .chain(now.implied.iter().map(|(name, kind)| (name.clone(), kind.clone(), Vec::new())))
            .collect(),
        hooks: others().filter(|it| it.kind == HOOK).map(|it| it.name.clone()).collect(),
        documents: others().map(|it| (it.kind.clone(), it.name.clone())).collect(),
        chats: chats.iter().map(|it| (*it).to_owned()).collect(),
        variables: Variables::default(),
        reads: match door {
            Door::Terminal => config::Reads::Documents,
            Door::Chat => config::Reads::DocumentsAlone,
        },
    }
}
