//! The configuration file: read once, every problem named with its line and how to mend it.
//!
//! Sections are declared where they are used; this module knows only which there are and what
//! must agree between them. [`source`] does the reading.

mod connections;
mod destinations;
mod hooks;
mod kept;
mod outward;
mod resources;
mod rhythm;
mod secrets;
pub mod source;
mod subscriptions;
mod telemetry;
mod watching;

use std::{fmt, path::Path};

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

pub use self::connections::Connection;
pub use self::destinations::{Alerts, Destination, Digest};
pub use self::hooks::{Hook, network};
pub use self::outward::Outward;
pub use self::rhythm::{Broadcast, Mode, Rhythm, interval, manner};
pub use self::secrets::Secrets;
use self::source::{Environment, Part, Reader, Section, nearest};
pub use self::subscriptions::Subscription;
use crate::{
    chat::slack,
    chat::zulip,
    health,
    resources::Configured,
    server,
    telemetry::traces::{self, Variables},
};

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
    /// Where traces go; none where there are none.
    pub telemetry: Option<traces::Settings>,
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
    let around = Surroundings { variables: Variables::of_process(), ..Surroundings::default() };
    let read = read_parts(parts, &environment, &around);
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
    /// The process's variables that say where traces go.
    pub variables: Variables,
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
const RUNNING: [&str; 11] =
    ["server", "store", "secrets", "slack", "zulip", "teams", "email", "sms", "alerts", "digest", "telemetry"];

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
        "telemetry",
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
    let mut connections = connections::connections(&reader, root.tables("connection"), around);
    if let Some((_, Some(zulip))) = &zulip
        && !root.tables("hook").iter().any(|it| it.text("name") == Some(zulip::CONNECTION))
        && !connections.iter().any(|it| it.name == zulip::CONNECTION)
    {
        connections.extend(connections::own_zulip(zulip));
    }
    if let Some((_, Some(slack))) = &slack
        && !root.tables("hook").iter().any(|it| it.text("name") == Some(slack::CONNECTION))
        && !connections.iter().any(|it| it.name == slack::CONNECTION)
    {
        connections.extend(connections::own_slack(slack));
    }
    let hooks = hooks::hooks(&reader, root.tables("hook"), &connections);
    let subscriptions = subscriptions::subscriptions(&reader, &root, &connections, &hooks, around);
    let alerts = destinations::alerts(&reader, &root);
    let digest: Option<Digest> = reader.section("[digest]", section("digest"), &[]);
    let resources = resources::read(&reader, &root, around);
    let kept = kept::read(&reader, &root);
    let health = watching::health(&reader, &root);
    let deadman = watching::deadman(&reader, &root);
    let telemetry = telemetry::read(&reader, &root, around);

    if let Some(server) = &server {
        check_server(&reader, section("server"), server);
    }
    if let Some(store) = &store {
        check_store(&reader, section("store"), store);
    }
    if let Some(key) = secrets.as_ref().and_then(|it| it.key.as_ref())
        && let Err(err) = crate::connections::seal::MasterKey::parse(key.expose())
    {
        reader.note(section("secrets").line_of("key"), format!("`key` in [secrets]: {err}"));
    }
    if let Some(key) = secrets.as_ref().and_then(|it| it.previous_key.as_ref())
        && crate::connections::seal::MasterKey::parse(key.expose()).is_err()
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
            telemetry,
            resources,
            kept,
        }),
        _ => Err(problems),
    }
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
    for (key, problem) in slack.faults() {
        // A variable that is not set is empty.
        if !reader.is_noted([section.line_of(key)]) {
            reader.note(section.line_of(key), problem);
        }
    }
}

fn check_store(reader: &Reader<'_>, section: &Section, store: &Store) {
    let is_known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|it| store.url.starts_with(it));
    if !is_known {
        reader.note(section.line_of("url"), "`url` in [store] must be sqlite://FILE or postgres://user@host/database");
    }
}
