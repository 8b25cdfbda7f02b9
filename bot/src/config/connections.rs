//! `[[connection]]`: systems to act in, what they need, and those that the chats are besides.

use std::collections::HashSet;

use commands::Field;
use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::{
    Reads, Surroundings, check_name, check_url,
    source::{Reader, Section, nearest},
};
use crate::{
    chat::{slack, zulip},
    connections::{Live, Origin},
};

/// `[[connection]]`
#[derive(Clone)]
pub struct Connection {
    pub name: String,
    pub kind: &'static connectors::Kind,
    /// Connections that must be healthy first.
    pub needs: Vec<String>,
    /// Requests a second that we allow ourselves; 0 is no limit of ours.
    pub rate: Option<u32>,
    /// When its credentials end: administrators are reminded before.
    pub expires: Option<jiff::civil::Date>,
    /// Not written in the file: what `[slack]` or `[zulip]` says is also a system to act in.
    pub is_implied: bool,
    /// What its connector's configuration declares. Holds secrets.
    pub settings: Map<String, Value>,
}

impl Connection {
    /// Where its system is, if it says so.
    pub fn address(&self) -> Option<String> {
        let default = || self.kind.config_fields().iter().find(|it| it.name == "url")?.default.as_ref();
        self.settings.get("url").or_else(default)?.as_str().map(str::to_owned)
    }

    /// Where links to its objects lead.
    pub fn sites(&self) -> Vec<String> {
        let hosts = self.kind.link_hosts.iter().map(|host| format!("https://{host}"));
        self.address().map(|it| (self.kind.site)(&it)).into_iter().chain(hosts).collect()
    }
}

/// The keys that every connection has, whatever its kind.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct ConnectionKeys {
    /// What people type.
    name: String,
    /// Which connector.
    kind: String,
    /// Connections that must be healthy first.
    #[serde(default)]
    needs: Vec<String>,
    /// Requests a second that the bot allows itself; 0 is no limit of its own. What its service is content with by default.
    #[serde(default)]
    rate: Option<u32>,
    /// When its credentials end, such as 2027-03-31: administrators are reminded before.
    #[serde(default)]
    expires: Option<String>,
}

/// A `[[connection]]` as far as it could be read, so that others may refer to a broken one.
pub(super) struct Connecting {
    pub line: usize,
    pub name: String,
    pub kind: Option<&'static connectors::Kind>,
    pub needs: Vec<String>,
    pub read: Option<Connection>,
}

pub(super) fn connections(reader: &Reader<'_>, sections: &[Section], around: &Surroundings) -> Vec<Connecting> {
    let keys: Vec<Field> = commands::form::fields(&commands::action::schema_of::<ConnectionKeys>());
    let mut found: Vec<Connecting> = Vec::new();
    for section in sections {
        let kind = section.text("kind").and_then(|kind| {
            let found = connectors::find(kind);
            if found.is_none() {
                let known = connectors::ALL.iter().map(|it| it.name);
                reader.note(section.line_of("kind"), format!("there is no connector `{kind}`{}", nearest(kind, known)));
            }
            found
        });
        let mut fields = keys.clone();
        fields.extend(kind.map(|it| it.config_fields()).unwrap_or_default().iter().cloned());
        let values = match kind {
            Some(_) => reader.checked("[[connection]]", section, &fields, &[]),
            // Without its kind nobody can say which other keys it takes.
            None => {
                let others: Vec<&str> = section.keys().map(|(key, _)| key).collect();
                for missing in keys.iter().filter(|it| it.required && !others.contains(&it.name.as_str())) {
                    reader.note(section.line, format!("[[connection]] needs `{}`: {}", missing.name, missing.help));
                }
                None
            }
        };
        let name = section.text("name").unwrap_or_default().to_owned();
        check_name(reader, "[[connection]]", section, &name);
        if !name.is_empty() && found.iter().any(|it| it.name == name) {
            reader.note(section.line_of("name"), format!("two connections are called `{name}`: rename one"));
        }
        check_url(reader, "[[connection]]", section, "url");
        let needs: Vec<String> =
            values.as_ref().and_then(|it| serde_json::from_value(it.get("needs")?.clone()).ok()).unwrap_or_default();
        let rate = values.as_ref().and_then(|it| u32::try_from(it.get("rate")?.as_u64()?).ok());
        let expires = values.as_ref().and_then(|it| it.get("expires")?.as_str()).and_then(|text| match text.parse() {
            Ok(date) => Some(date),
            Err(_) => {
                reader.note(section.line_of("expires"), format!("`expires` is `{text}`: write a date such as 2027-03-31"));
                None
            }
        });
        let read = values.zip(kind).map(|(mut settings, kind)| {
            for key in &keys {
                settings.remove(&key.name);
            }
            Connection { name: name.clone(), kind, needs: needs.clone(), rate, expires, is_implied: false, settings }
        });
        // In a file that is only planned, secrets may be left to those that are kept.
        if let Some(read) = read.as_ref().filter(|_| around.reads == Reads::All) {
            check_opens(reader, section, read);
        }
        found.push(Connecting { line: section.line_of("needs"), name, kind, needs, read });
    }
    let others = around.connections.iter().filter(|(name, ..)| !found.iter().any(|it| it.name == *name));
    let others: Vec<Connecting> = others
        .map(|(name, kind, needs)| Connecting {
            line: 1,
            name: name.clone(),
            kind: connectors::find(kind),
            needs: needs.clone(),
            read: None,
        })
        .collect();
    found.extend(others);
    check_needs(reader, &found);
    found
}

/// Notes what would keep the bot from starting with this connection, whatever its system says.
fn check_opens(reader: &Reader<'_>, section: &Section, it: &Connection) {
    if reader.is_noted(section.keys().map(|(_, line)| line)) {
        return;
    }
    connectors::http::install_crypto();
    let opened = Live::open(&it.name, it.kind, it.settings.clone(), Origin::File, it.needs.clone(), it.rate);
    let Err(err) = opened else { return };
    let line = err.fields.first().map_or(section.line, |it| section.line_of(&it.field));
    reader.note(line, format!("connection `{}`: {}", it.name, err.message));
}

/// The organization that the bot talks in, as a system to act in: a bot that is there need not be connected again.
pub(super) fn own_zulip(zulip: &zulip::Config) -> Option<Connecting> {
    let kind = connectors::find(zulip::CONNECTION)?;
    let settings = [("url", zulip.site.as_str()), ("email", zulip.email.as_str()), ("api_key", zulip.api_key.expose())];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let name = zulip::CONNECTION.to_owned();
    // Zulip counts what a bot asks, for chat and commands together: 200 a minute.
    let read =
        Connection { name: name.clone(), kind, needs: Vec::new(), rate: Some(2), expires: None, is_implied: true, settings };
    Some(Connecting { line: 0, name, kind: Some(kind), needs: Vec::new(), read: Some(read) })
}

/// The workspace that the bot talks in, where its token stands in the file: those of installs by OAuth are renewed, and
/// are of many workspaces.
pub(super) fn own_slack(slack: &slack::Config) -> Option<Connecting> {
    let kind = connectors::find(slack::CONNECTION)?;
    let token = slack.bot_token.as_ref().map(|it| it.expose().trim()).filter(|it| it.starts_with("xoxb-"))?;
    let settings = [("url", slack.api_url.as_str()), ("bot_token", token)];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let name = slack::CONNECTION.to_owned();
    // Slack counts by method and minute, 20 to 100 of each, for chat and commands together.
    let read =
        Connection { name: name.clone(), kind, needs: Vec::new(), rate: Some(5), expires: None, is_implied: true, settings };
    Some(Connecting { line: 0, name, kind: Some(kind), needs: Vec::new(), read: Some(read) })
}

fn check_needs(reader: &Reader<'_>, connections: &[Connecting]) {
    for it in connections {
        for need in &it.needs {
            if !connections.iter().any(|other| other.name == *need) {
                let known: Vec<&str> = connections.iter().map(|it| it.name.as_str()).filter(|name| *name != it.name).collect();
                reader.note(
                    it.line,
                    format!("`{}` needs `{need}`, which is no connection{}", it.name, nearest(need, known.into_iter())),
                );
            }
        }
        // A depth-first walk back to where it began.
        let mut path = vec![it.name.as_str()];
        let mut seen = HashSet::new();
        if let Some(cycle) = cycle(connections, &mut path, &mut seen)
            && cycle.iter().min() == Some(&it.name)
        {
            reader.note(it.line, format!("these connections need each other: {}", cycle.join(" → ")));
        }
    }
}

fn cycle<'a>(connections: &'a [Connecting], path: &mut Vec<&'a str>, seen: &mut HashSet<&'a str>) -> Option<Vec<String>> {
    let here = *path.last()?;
    if !seen.insert(here) {
        return None;
    }
    let needs = &connections.iter().find(|it| it.name == here)?.needs;
    for need in needs {
        path.push(need);
        if need == path[0] {
            return Some(path.iter().map(|it| (*it).to_owned()).collect());
        }
        if let Some(found) = cycle(connections, path, seen) {
            return Some(found);
        }
        path.pop();
    }
    None
}
