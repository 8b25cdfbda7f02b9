//! The configuration file: read once, every problem named with its line and how to mend it.
//!
//! Sections are declared where they are used; this module knows only which there are and what
//! must agree between them. [`source`] does the reading.

mod destinations;
mod kept;
mod outward;
mod resources;
pub mod source;
mod watching;

use std::{collections::HashSet, fmt, path::Path};

use commands::Field;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

pub use self::destinations::{Alerts, Broadcast, Destination, Digest, Mode, Rhythm, Subscription, interval, manner};
pub use self::outward::Outward;
use self::source::{Environment, Part, Reader, Section, nearest};
use crate::{chat::slack, chat::zulip, connections::seal, health, hooks, resources::Configured, server};

/// Everything the file says.
#[derive(Clone)]
pub struct Config {
    pub server: server::Config,
    pub store: Store,
    pub secrets: Secrets,
    pub slack: Option<slack::Config>,
    pub zulip: Option<zulip::Config>,
    /// Teams, mail, text messages.
    pub outward: Outward,
    pub connections: Vec<Connection>,
    pub hooks: Vec<Hook>,
    pub subscriptions: Vec<Subscription>,
    pub alerts: Alerts,
    pub digest: Digest,
    pub health: health::Config,
    pub deadman: Option<health::Deadman>,
    /// All else that was declared.
    pub resources: Vec<Configured>,
    /// Teams, defaults and aliases, which are kept in the store.
    pub kept: Vec<Configured>,
}

/// `[store]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `sqlite://path` or `postgres://user@host/database`.
    #[serde(default = "sqlite")]
    pub url: String,
}

fn sqlite() -> String {
    "sqlite://bellhop.db".into()
}

/// `[secrets]`
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// 32 bytes in base64, for the secrets of connections made in chat; `bellhop keys new` prints one.
    pub key: Option<commands::param::Secret>,
    /// Instead: a program and its arguments, whose output is the key: `["pass", "show", "bellhop"]`.
    #[serde(default)]
    pub key_command: Vec<String>,
    /// While the key is changed, the one before (or the one to come, on bots that are not changed yet): what it sealed is opened
    /// as well.
    pub previous_key: Option<commands::param::Secret>,
}

impl Secrets {
    /// What seals and opens; none without a key.
    ///
    /// # Errors
    /// Says what a key looks like.
    pub fn master(&self) -> anyhow::Result<Option<seal::MasterKey>> {
        let Some(key) = &self.key else { return Ok(None) };
        let previous = self.previous_key.as_ref().map(|it| seal::MasterKey::parse(it.expose())).transpose()?;
        Ok(Some(seal::MasterKey::parse(key.expose())?.accepting(previous)))
    }

    /// Asks the program for the key.
    fn ask_command(&mut self) -> Result<(), String> {
        let Some((program, arguments)) = self.key_command.split_first() else { return Ok(()) };
        if self.key.is_some() {
            return Err("both `key` and `key_command` are there: keep one".into());
        }
        let output = std::process::Command::new(program).args(arguments).stdin(std::process::Stdio::null()).output();
        let output = output.map_err(|err| format!("`key_command`: {program} cannot be run: {err}"))?;
        if !output.status.success() {
            // What it wrote may hold the key, or half of it.
            return Err(format!("`key_command`: {program} ended with {}", output.status));
        }
        let text = String::from_utf8(output.stdout).map_err(|_| format!("`key_command`: {program} printed what is no text"))?;
        self.key = Some(text.trim().to_owned().into());
        Ok(())
    }
}

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

/// `[[hook]]`
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The last part of its address: `/hooks/{name}`.
    pub name: String,
    /// Whose signature and payloads.
    pub kind: String,
    /// What the sender signs with, or sends along.
    pub secret: commands::param::Secret,
    /// Networks that may send, such as `192.30.252.0/22`; all when left out.
    #[serde(default)]
    pub allow: Vec<String>,
    /// With kind `json`: how the payload is read.
    #[serde(default)]
    pub template: Option<String>,
    /// Deliveries a second that are taken, ten times as many at once; 500 when left out, 0 is no limit.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Nothing is taken.
    #[serde(default)]
    pub disabled: bool,
}

/// A network or a single address: `10.0.0.0/8`, `192.0.2.1`.
pub fn network(text: &str) -> Option<ipnet::IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(Into::into))
}

/// Something that is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    pub line: usize,
    pub message: String,
    /// Where it is not the file that was named: the one laid over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Everything that is wrong with the file.
#[derive(Debug)]
pub struct Problems {
    pub file: String,
    pub problems: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{}:{}: {}", problem.file.as_ref().unwrap_or(&self.file), problem.line, problem.message)?;
        }
        let (count, s) = (self.problems.len(), if self.problems.len() == 1 { "" } else { "s" });
        write!(f, "{count} problem{s} in {}", self.file)
    }
}

impl std::error::Error for Problems {}

/// Reads the file at `path` with the process's environment, and over it the one for the environment that `BELLHOP_ENV` names.
///
/// # Errors
/// All problems at once, or that the file cannot be read.
pub fn load(path: &Path) -> anyhow::Result<Config> {
    load_for(path, std::env::var("BELLHOP_ENV").ok().as_deref())
}

/// The same for a named environment: over `bellhop.toml` is laid `bellhop.prod.toml`.
///
/// # Errors
/// As [`load`].
pub fn load_for(path: &Path, environment: Option<&str>) -> anyhow::Result<Config> {
    let texts = texts(path, environment)?;
    let parts = texts.iter().map(|(file, text)| Part { file, text }).collect();
    let environment = |name: &str| std::env::var(name).ok();
    let read = read_parts(parts, &environment, &Surroundings::default());
    Ok(read.map_err(|problems| Problems { file: path.display().to_string(), problems })?)
}

/// The files of an environment, by name, the first the one at `path`.
///
/// # Errors
/// One cannot be read.
pub fn texts(path: &Path, environment: Option<&str>) -> anyhow::Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(path).map_err(|err| {
        anyhow::anyhow!(
            "{} cannot be read: {err}; name another file with --config, or start from manifests/bellhop.example.toml",
            path.display()
        )
    })?;
    let mut texts = vec![(path.display().to_string(), text)];
    if let Some(name) = environment.map(str::trim).filter(|it| !it.is_empty()) {
        if !name.chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it)) {
            anyhow::bail!("`{name}` is no name of an environment: use letters, digits, - and _, as in prod");
        }
        let over = path.with_extension(format!("{name}.toml"));
        let text = std::fs::read_to_string(&over).map_err(|err| {
            anyhow::anyhow!("{} cannot be read: {err}; it says what is otherwise in the environment `{name}`", over.display())
        })?;
        texts.push((over.display().to_string(), text));
    }
    Ok(texts)
}

/// What there is besides the file, which it may refer to: what is kept in the store.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Connections by name, with their kind and what they need.
    pub connections: Vec<(String, String, Vec<String>)>,
    pub hooks: Vec<String>,
    /// Documents by kind and name.
    pub documents: Vec<(String, String)>,
    /// The chats and other places to notify that the bot has.
    pub chats: Vec<String>,
    pub reads: Reads,
}

/// What of a file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    #[default]
    All,
    /// Not the sections that are for `bellhop serve`.
    Documents,
    /// The same, and no file of this machine that it names.
    DocumentsAlone,
}

/// Sections that say how the bot runs, and not what it does.
const RUNNING: [&str; 10] = ["server", "store", "secrets", "slack", "zulip", "teams", "email", "sms", "alerts", "digest"];

/// Those of them that a file has.
pub fn asides(text: &str) -> Vec<&'static str> {
    let root = Reader::new(text, &|_| Some(String::new())).root();
    RUNNING.into_iter().filter(|it| root.keys().any(|(key, _)| key == *it)).collect()
}

/// Reads `text`.
///
/// # Errors
/// All problems, by line.
pub fn read(text: &str, environment: Environment<'_>) -> Result<Config, Vec<Problem>> {
    read_parts(vec![Part { file: "", text }], environment, &Surroundings::default())
}

/// Reads several files, each laid over those before it.
///
/// # Errors
/// All problems, by file and line.
pub fn read_parts(parts: Vec<Part<'_>>, environment: Environment<'_>, around: &Surroundings) -> Result<Config, Vec<Problem>> {
    let mut reader = Reader::of(parts, environment);
    let mut root = reader.root();
    reader.chats = around.chats.clone();
    if around.reads != Reads::All {
        for key in RUNNING {
            if root.take(key) {
                reader.chats.push(key.to_owned());
            }
        }
    }
    if around.reads == Reads::DocumentsAlone {
        reader.note_files(&root);
    }
    let known = [
        "server",
        "store",
        "secrets",
        "slack",
        "zulip",
        "teams",
        "email",
        "sms",
        "connection",
        "hook",
        "subscription",
        "alerts",
        "digest",
        "features",
        "health",
        "deadman",
    ];
    let known: Vec<&str> = known.into_iter().chain(resources::sections()).chain(kept::SECTIONS).collect();
    for (key, line) in root.keys() {
        if !known.contains(&key) {
            reader.note(line, format!("there is no section [{key}]{}", nearest(key, known.iter().copied())));
        } else if root.is_plain(key) {
            reader.note(line, format!("`{key}` is a section: write [{key}], and its keys below it"));
        }
    }

    let empty = Section::missing();
    let section = |name: &str| root.table(name).unwrap_or(&empty);
    let server: Option<server::Config> = reader.section("[server]", section("server"), &[]);
    let store: Option<Store> = reader.section("[store]", section("store"), &[]);
    let mut secrets: Option<Secrets> = reader.section("[secrets]", section("secrets"), &[]);
    if let Some(Err(problem)) = secrets.as_mut().map(Secrets::ask_command) {
        reader.note(section("secrets").line_of("key_command"), problem);
    }
    let slack = root.table("slack").map(|it| (it, reader.section::<slack::Config>("[slack]", it, &[])));
    let zulip = root.table("zulip").map(|it| (it, reader.section::<zulip::Config>("[zulip]", it, &[])));
    let outward = outward::read(&reader, &root);
    let mut connections = connections(&reader, root.tables("connection"), around);
    if let Some((_, Some(zulip))) = &zulip
        && !root.tables("hook").iter().any(|it| it.text("name") == Some(zulip::CONNECTION))
        && !connections.iter().any(|it| it.name == zulip::CONNECTION)
    {
        connections.extend(own_zulip(zulip));
    }
    if let Some((_, Some(slack))) = &slack
        && !root.tables("hook").iter().any(|it| it.text("name") == Some(slack::CONNECTION))
        && !connections.iter().any(|it| it.name == slack::CONNECTION)
    {
        connections.extend(own_slack(slack));
    }
    let hooks = hooks(&reader, root.tables("hook"), &connections);
    let subscriptions = destinations::subscriptions(&reader, &root, &connections, &hooks, around);
    let alerts = destinations::alerts(&reader, &root);
    let digest: Option<Digest> = reader.section("[digest]", section("digest"), &[]);
    let resources = resources::read(&reader, &root, around);
    let kept = kept::read(&reader, &root);
    let health = watching::health(&reader, &root);
    let deadman = watching::deadman(&reader, &root);

    if let Some(server) = &server {
        check_server(&reader, section("server"), server);
    }
    if let Some(store) = &store {
        check_store(&reader, section("store"), store);
    }
    if let Some(key) = secrets.as_ref().and_then(|it| it.key.as_ref())
        && let Err(err) = seal::MasterKey::parse(key.expose())
    {
        reader.note(section("secrets").line_of("key"), format!("`key` in [secrets]: {err}"));
    }
    if let Some(key) = secrets.as_ref().and_then(|it| it.previous_key.as_ref())
        && seal::MasterKey::parse(key.expose()).is_err()
    {
        reader.note(
            section("secrets").line_of("previous_key"),
            "`previous_key` in [secrets] is no key: it is what `key` was before",
        );
    }
    if let Some((it, slack)) = &slack {
        check_url(&reader, "[slack]", it, "api_url");
        if let Some(slack) = slack {
            check_slack(&reader, it, slack);
        }
    }
    if let (Some((it, Some(slack))), Some(server), Some(secrets)) = (&slack, &server, &secrets) {
        let has_key = secrets.key.as_ref().map(|_| "key");
        for (key, problem) in slack.problems(server.public_url.as_deref(), has_key) {
            reader.note(it.line_of(key), problem);
        }
    }
    if let Some((it, _)) = &zulip {
        check_url(&reader, "[zulip]", it, "site");
    }
    if let (Some((it, Some(zulip))), Some(server)) = (&zulip, &server)
        && let Some((key, problem)) = zulip.problem(server.public_url.as_deref())
    {
        reader.note(it.line_of(key), problem.to_owned());
    }

    let problems = reader.finish();
    match (server, store, secrets, digest) {
        (Some(server), Some(store), Some(secrets), Some(digest)) if problems.is_empty() => Ok(Config {
            server,
            store,
            secrets,
            slack: slack.and_then(|(_, it)| it),
            zulip: zulip.and_then(|(_, it)| it),
            outward,
            connections: connections.into_iter().filter_map(|it| it.read).collect(),
            hooks: hooks.into_iter().map(|(_, it)| it).collect(),
            subscriptions,
            alerts,
            digest,
            health,
            deadman,
            resources,
            kept,
        }),
        _ => Err(problems),
    }
}

/// A `[[connection]]` as far as it could be read, so that others may refer to a broken one.
struct Connecting {
    line: usize,
    name: String,
    kind: Option<&'static connectors::Kind>,
    needs: Vec<String>,
    read: Option<Connection>,
}

fn connections(reader: &Reader<'_>, sections: &[Section], around: &Surroundings) -> Vec<Connecting> {
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
        if section.text("url").is_some() {
            check_url(reader, "[[connection]]", section, "url");
        }
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

/// The organization that the bot talks in, as a system to act in: a bot that is there need not be connected again.
fn own_zulip(zulip: &zulip::Config) -> Option<Connecting> {
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
fn own_slack(slack: &slack::Config) -> Option<Connecting> {
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

fn hooks(reader: &Reader<'_>, sections: &[Section], connections: &[Connecting]) -> Vec<(usize, Hook)> {
    let mut found: Vec<(usize, Hook)> = Vec::new();
    for section in sections {
        let Some(hook) = reader.section::<Hook>("[[hook]]", section, &[]) else { continue };
        check_name(reader, "[[hook]]", section, &hook.name);
        if found.iter().any(|(_, it)| it.name == hook.name) {
            reader.note(section.line_of("name"), format!("two hooks are called `{}`: rename one", hook.name));
        }
        for allowed in hook.allow.iter().filter(|it| network(it).is_none()) {
            reader.note(section.line_of("allow"), format!("`{allowed}` is no network: write 192.0.2.0/24 or 192.0.2.1"));
        }
        if hook.template.is_some() && hook.kind != hooks::JSON {
            reader.note(
                section.line_of("template"),
                "`template` is for kind = \"json\": other kinds know how to read their payloads",
            );
        }
        if connections.iter().any(|it| it.name == hook.name && it.kind.is_some_and(|kind| kind.name != hook.kind)) {
            reader
                .note(section.line_of("name"), format!("`{}` is also a connection of another kind: rename the hook", hook.name));
        }
        if connectors::webhook(&hook.kind).is_none() {
            let note = match connectors::find(&hook.kind) {
                Some(kind) => format!("{} sends no webhooks that we can read", kind.title),
                None => format!("no hook can be of kind `{}`{}", hook.kind, nearest(&hook.kind, connectors::hook_kinds())),
            };
            reader.note(section.line_of("kind"), note);
        }
        found.push((section.line, hook));
    }
    found
}

fn check_name(reader: &Reader<'_>, what: &str, section: &Section, name: &str) {
    let is_word = name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "-_".contains(it));
    let line = section.line_of("name");
    if name.is_empty() {
        return;
    }
    if !is_word || !name.starts_with(|it: char| it.is_ascii_lowercase()) || name.len() > 32 {
        reader
            .note(line, format!("`{name}` cannot name a {what}: people type it, so use up to 32 small letters, digits, - and _"));
    } else if ["bellhop", "help"].contains(&name) {
        reader.note(line, format!("`{name}` is taken by the bot's own commands: choose another name"));
    }
}

fn check_url(reader: &Reader<'_>, what: &str, section: &Section, key: &str) {
    let Some(text) = section.text(key) else { return };
    let problem = match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => "must start with https:// or http://",
        Ok(url) if url.host_str().is_none_or(str::is_empty) => "names no host",
        Ok(url) if !url.username().is_empty() || url.password().is_some() => "holds a password: use the keys for credentials",
        Ok(_) => return,
        Err(_) if text.is_empty() => return,
        Err(_) => "is no web address: write something like https://example.org",
    };
    reader.note(section.line_of(key), format!("`{key}` in {what} {problem}"));
}

fn check_server(reader: &Reader<'_>, section: &Section, server: &server::Config) {
    if server.listen.parse::<std::net::SocketAddr>().is_err() {
        let message =
            format!("`listen` in [server] must be an address and a port, such as 127.0.0.1:8080, not `{}`", server.listen);
        reader.note(section.line_of("listen"), message);
    }
    for proxy in server.trusted_proxies.iter().filter(|it| network(it).is_none()) {
        let message = format!("`{proxy}` in `trusted_proxies` is no network: write 10.0.0.0/8 or 127.0.0.1");
        reader.note(section.line_of("trusted_proxies"), message);
    }
    check_url(reader, "[server]", section, "public_url");
}

/// Slack reaches the bot by Socket Mode or over HTTP, and either needs its keys.
fn check_slack(reader: &Reader<'_>, section: &Section, slack: &slack::Config) {
    if let Some(token) = &slack.app_token {
        if !token.expose().trim().is_empty() && !token.expose().trim().starts_with("xapp-") {
            let message = "`app_token` in [slack] is no app-level token: those begin with xapp- and are under Basic Information → App-Level Tokens";
            reader.note(section.line_of("app_token"), message);
        }
    } else if slack.signing_secret.is_none() {
        reader.note(section.line, slack::UNREACHABLE);
    }
}

fn check_store(reader: &Reader<'_>, section: &Section, store: &Store) {
    let is_known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|it| store.url.starts_with(it));
    if !is_known {
        reader.note(section.line_of("url"), "`url` in [store] must be sqlite://FILE or postgres://user@host/database");
    }
}
