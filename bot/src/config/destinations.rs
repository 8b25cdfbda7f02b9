//! Where things go: subscriptions, notes to administrators, and when many messages become one.

use std::time::Duration;

use commands::filter::Filter;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Connecting, Hook,
    source::{Reader, Section, nearest},
};
use crate::{
    chat::{email, slack, sms},
    notify::own,
    outgoing,
};

/// `[[subscription]]`
#[derive(Clone, Debug)]
pub struct Subscription {
    /// A hook or a connection.
    pub from: String,
    pub filter: Filter,
    pub to: Destination,
    /// Takes the place of `to` while that takes nothing.
    pub fallback: Option<Destination>,
    pub mode: Mode,
    /// Shows what is said in a card's thread in the channel as well.
    pub broadcast: bool,
    /// How often a digest tells what came meanwhile.
    pub every: Duration,
    /// Where it stands in the file; none of one that was made in chat.
    pub line: Option<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionKeys {
    /// A hook or a connection.
    from: String,
    /// Which events; all when left out.
    filter: Option<String>,
    /// Where they go: `slack:#channel`, `slack:T0123/#channel` of several workspaces, `zulip:channel>topic`, `teams:name`,
    /// `email:ana@example.org` or `sms:+41790000000`.
    to: String,
    /// Where they go while `to` takes nothing: gone, archived, or the bot is not in it.
    fallback: Option<String>,
    /// How they are told.
    #[serde(default)]
    mode: Mode,
    /// With `live`: what is said in a card's thread is shown in the channel as well.
    #[serde(default)]
    broadcast: bool,
    /// With `digest`: how often, `15m` to `1d`; on the hour, not from when the bot began.
    #[serde(default = "every")]
    every: String,
}

fn every() -> String {
    "1h".into()
}

/// How a subscription's events are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One message an object, edited as it changes, with each event in its thread.
    #[default]
    Live,
    /// One message an object, edited as it changes, and nothing else.
    Compact,
    /// Each event is a message.
    Each,
    /// All that came in some time in one message.
    Digest,
}

impl Mode {
    const ALL: [Mode; 4] = [Mode::Live, Mode::Compact, Mode::Each, Mode::Digest];

    pub fn name(self) -> &'static str {
        match self {
            Mode::Live => "live",
            Mode::Compact => "compact",
            Mode::Each => "each",
            Mode::Digest => "digest",
        }
    }

    /// The mode of that name; the usual one where there is none.
    pub fn named(name: &str) -> Mode {
        Mode::ALL.into_iter().find(|it| it.name() == name).unwrap_or_default()
    }
}

/// A place to notify, as written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub platform: String,
    /// Slack's id of the workspace, of several; empty: the configuration's, or the only one.
    pub workspace: String,
    /// `#dev`, `C0123`, a Zulip channel's name; a name in `[teams] channels`, an address, a number.
    pub channel: String,
    /// Zulip's topic.
    pub topic: Option<String>,
}

/// `[alerts]`
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// Where administrators are told what needs their hands; without it, each of them is told directly.
    pub to: Option<Destination>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AlertKeys {
    /// Where administrators are told what needs their hands: `slack:#bellhop-admin`.
    to: Option<String>,
}

/// `[digest]`: when what waits for one place is told in one message.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// More than so many notifications waiting for one place become one message; 0: never.
    #[serde(default = "after")]
    pub after: u32,
    /// So do two or more of which the first has waited for more than so many seconds.
    #[serde(default = "after_seconds")]
    pub after_seconds: u32,
}

fn after() -> u32 {
    10
}

fn after_seconds() -> u32 {
    10
}

impl Digest {
    /// None when nothing is to be told together.
    pub fn patience(&self) -> Option<Duration> {
        (self.after > 0).then(|| Duration::from_secs(self.after_seconds.into()))
    }
}

pub(super) fn subscriptions(
    reader: &Reader<'_>,
    root: &Section,
    connections: &[Connecting],
    hooks: &[(usize, Hook)],
) -> Vec<Subscription> {
    let mut found = Vec::new();
    for section in root.tables("subscription") {
        let Some(keys) = reader.section::<SubscriptionKeys>("[[subscription]]", section, &[]) else { continue };
        let sources = || {
            connections.iter().map(|it| it.name.as_str()).chain(hooks.iter().map(|(_, it)| it.name.as_str())).chain([own::SOURCE])
        };
        if !sources().any(|it| it == keys.from) {
            let known: Vec<&str> = sources().collect();
            let hint = if known.is_empty() {
                "; add a [[connection]] or a [[hook]] of that name".to_owned()
            } else {
                nearest(&keys.from, known.into_iter())
            };
            reader.note(section.line_of("from"), format!("`{}` is neither a connection nor a hook{hint}", keys.from));
        }
        let filter = match keys.filter.as_deref().map(Filter::parse) {
            None => Some(Filter::all()),
            Some(Ok(filter)) => Some(filter),
            Some(Err(err)) => {
                reader.note(section.line_of("filter"), format!("`filter` in [[subscription]]: {err}"));
                None
            }
        };
        let to = destination(reader, root, section, "to", Some(&keys.to));
        for it in to.iter().filter(|it| it.platform == outgoing::PLATFORM) {
            let is_endpoint = |connection: &&Connecting| connection.kind.is_some_and(|kind| kind.name == outgoing::PLATFORM);
            if !connections.iter().filter(is_endpoint).any(|connection| connection.name == it.channel) {
                let known: Vec<&str> = connections.iter().filter(is_endpoint).map(|it| it.name.as_str()).collect();
                let hint = nearest(&it.channel, known.into_iter());
                reader.note(section.line_of("to"), format!("there is no connection `{}` of kind webhook{hint}", it.channel));
            }
        }
        let fallback = destination(reader, root, section, "fallback", keys.fallback.as_deref());
        if to.is_some() && to == fallback {
            let line = section.line_of("fallback");
            reader.note(line, format!("`fallback` is the place that `to` names, `{}`: name another", keys.to));
        }
        let every = interval(&keys.every);
        if every.is_none() {
            let problem = format!("`every` is `{}`: write a time from 15m to 1d, such as 30m, 1h or 4h", keys.every);
            reader.note(section.line_of("every"), problem);
        }
        let SubscriptionKeys { from, mode, broadcast, .. } = keys;
        if broadcast && mode != Mode::Live {
            let problem = "`broadcast` is for mode = \"live\": only there something is said in threads";
            reader.note(section.line_of("broadcast"), problem);
        }
        if let (Some(filter), Some(to), Some(every)) = (filter, to, every) {
            found.push(Subscription { from, filter, to, fallback, mode, broadcast, every, line: Some(section.line) });
        }
    }
    found
}

/// `30m`, `1h`, `1d`.
pub fn interval(text: &str) -> Option<Duration> {
    let span: jiff::SignedDuration =
        text.trim().parse::<jiff::Span>().ok()?.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    let every = Duration::try_from(span).ok()?;
    (Duration::from_mins(15)..=Duration::from_hours(24)).contains(&every).then_some(every)
}

pub(super) fn alerts(reader: &Reader<'_>, root: &Section) -> Alerts {
    let Some(section) = root.table("alerts") else { return Alerts::default() };
    let keys = reader.section::<AlertKeys>("[alerts]", section, &[]);
    Alerts { to: destination(reader, root, section, "to", keys.and_then(|it| it.to).as_deref()) }
}

/// What stands at `key`; none when nothing does, or when it cannot be posted to, which is then noted.
fn destination(reader: &Reader<'_>, root: &Section, section: &Section, key: &str, text: Option<&str>) -> Option<Destination> {
    let text = text?;
    match Destination::parse(text) {
        Ok(to) => {
            if to.platform == outgoing::PLATFORM {
                return Some(to);
            }
            if root.table(&to.platform).is_none() {
                let problem = format!("`{text}` is in {}, and there is no section [{}]", to.platform, to.platform);
                reader.note(section.line_of(key), problem);
            }
            let channels = root.table(&to.platform).filter(|_| to.platform == "teams").and_then(|it| it.table("channels"));
            if let Some(channels) = channels.filter(|it| !it.keys().any(|(name, _)| name == to.channel)) {
                let known: Vec<&str> = channels.keys().map(|(name, _)| name).collect();
                let hint = nearest(&to.channel, known.into_iter());
                reader.note(section.line_of(key), format!("[teams] has no channel `{}`{hint}", to.channel));
            }
            Some(to)
        }
        Err(message) => {
            reader.note(section.line_of(key), message);
            None
        }
    }
}

impl Destination {
    /// # Errors
    /// A sentence that says how a destination is written.
    pub fn parse(text: &str) -> Result<Destination, String> {
        let forms = "write slack:#channel, slack:C0123, slack:T0123/#channel (of several workspaces), zulip:channel>topic, \
                     teams:name, email:ana@example.org, sms:+41790000000 or webhook:name (a connection of kind webhook)";
        let Some((platform, place)) = text.split_once(':') else {
            return Err(format!("`{text}` names no chat: {forms}"));
        };
        let (channel, topic) = match (platform, place.split_once('>')) {
            ("slack", None) => (place, None),
            ("zulip", Some((channel, topic))) if !topic.trim().is_empty() => (channel, Some(topic)),
            ("teams" | outgoing::PLATFORM, None) => (place, None),
            ("email", _) if email::is_address(place.trim()) => (place, None),
            ("email", _) => return Err(format!("`{text}` holds no address: write email:ana@example.org")),
            ("sms", _) if sms::is_number(place.trim()) => (place, None),
            ("sms", _) => {
                return Err(format!("`{text}` holds no number with its country's code: write sms:+41790000000"));
            }
            ("zulip", _) => return Err(format!("`{text}` names no topic: write zulip:channel>topic")),
            _ => return Err(format!("`{text}` cannot be posted to: {forms}")),
        };
        let (workspace, channel) = match channel.split_once('/') {
            Some((workspace, channel)) if platform == "slack" => {
                if !slack::is_workspace_id(workspace.trim()) {
                    return Err(format!(
                        "`{workspace}` in `{text}` is no id of a Slack workspace, which is like T0123: `bellhop workspaces` lists them"
                    ));
                }
                (workspace.trim(), channel)
            }
            _ => ("", channel),
        };
        if channel.trim_start_matches('#').trim().is_empty() {
            return Err(format!("`{text}` names no channel: {forms}"));
        }
        Ok(Destination {
            platform: platform.into(),
            workspace: workspace.into(),
            channel: channel.trim().into(),
            topic: topic.map(|it| it.trim().into()),
        })
    }
}
