//! Where things go: subscriptions, notes to administrators, and when many messages become one.

use std::time::Duration;

use commands::filter::Filter;
use jiff::{
    Timestamp,
    civil::{Time, Weekday},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Connecting, Hook, Surroundings,
    source::{Reader, Section, nearest},
};
use crate::{
    chat::{email, slack, sms},
    notify::{mine, outgoing, own},
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
    /// What of a card's thread is shown in the channel as well.
    pub broadcast: Broadcast,
    /// When a digest tells what came meanwhile.
    pub rhythm: Rhythm,
    /// What was reported before is not told.
    pub since: Timestamp,
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
    /// Where they go: `slack:#channel`, `slack:T0123/#channel` of several workspaces, `slack:@U0123`, `zulip:channel>topic`,
    /// `zulip:@10`, `teams:name`, `email:ana@example.org` or `sms:+41790000000`.
    to: String,
    /// Where they go while `to` takes nothing: gone, archived, or the bot is not in it.
    fallback: Option<String>,
    /// How they are told: `thread`, `compact`, `full` or `digest`; `digest@09:00` and `digest@mon,09:00` say when.
    #[serde(default = "thread")]
    mode: String,
    /// With `thread`: what is said in a card's thread and shown in the channel as well: `never`, `always` or `failures`.
    #[serde(default)]
    broadcast: Broadcast,
    /// With `digest`: how often, `15m` to `1d`; on the hour, not from when the bot began.
    #[serde(default = "every")]
    every: String,
    /// With `digest@09:00`: where it is that time, such as `Europe/Zurich`; where the bot runs when left out.
    timezone: Option<String>,
}

fn every() -> String {
    "1h".into()
}

fn thread() -> String {
    Mode::Thread.name().into()
}

/// How a subscription's events are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One message an object, edited as it changes, with each event in its thread.
    #[default]
    #[serde(alias = "live")]
    Thread,
    /// One message an object, edited as it changes, and nothing else.
    Compact,
    /// Each event is a message.
    #[serde(alias = "each")]
    Full,
    /// All that came in some time in one message.
    Digest,
}

impl Mode {
    pub const ALL: [Mode; 4] = [Mode::Thread, Mode::Compact, Mode::Full, Mode::Digest];

    pub fn name(self) -> &'static str {
        match self {
            Mode::Thread => "thread",
            Mode::Compact => "compact",
            Mode::Full => "full",
            Mode::Digest => "digest",
        }
    }

    /// In a few words.
    pub fn help(self) -> &'static str {
        match self {
            Mode::Thread => "a card for each object, with its history in the thread",
            Mode::Compact => "a card for each object",
            Mode::Full => "a message for each event",
            Mode::Digest => "all in one message, now and then",
        }
    }

    /// The mode of that name, or of the name it had before; the usual one where there is none.
    pub fn named(name: &str) -> Mode {
        Mode::find(name).unwrap_or_default()
    }

    fn find(name: &str) -> Option<Mode> {
        match name {
            "live" => Some(Mode::Thread),
            "each" => Some(Mode::Full),
            name => Mode::ALL.into_iter().find(|it| it.name() == name),
        }
    }
}

/// What is said in a card's thread and shown in the channel as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Broadcast {
    /// Nothing.
    #[default]
    Never,
    /// All of it.
    Always,
    /// What failed, broke or was refused.
    Failures,
}

impl Broadcast {
    pub const ALL: [Broadcast; 3] = [Broadcast::Never, Broadcast::Always, Broadcast::Failures];

    pub fn name(self) -> &'static str {
        match self {
            Broadcast::Never => "never",
            Broadcast::Always => "always",
            Broadcast::Failures => "failures",
        }
    }

    /// By its name, or as people say yes and no.
    pub fn named(word: &str) -> Option<Broadcast> {
        let word = word.trim().to_lowercase();
        match word.as_str() {
            "no" | "off" | "false" | "none" => Some(Broadcast::Never),
            "yes" | "on" | "true" | "all" => Some(Broadcast::Always),
            "failure" | "failed" => Some(Broadcast::Failures),
            word => Broadcast::ALL.into_iter().find(|it| it.name() == word),
        }
    }

    /// As it is read from what a version before wrote, too: there it was yes or no.
    pub fn written(value: &serde_json::Value) -> Option<Broadcast> {
        match value {
            serde_json::Value::Bool(true) => Some(Broadcast::Always),
            serde_json::Value::Bool(false) => Some(Broadcast::Never),
            serde_json::Value::String(word) => Broadcast::named(word),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Broadcast {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Broadcast, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let unreadable = || serde::de::Error::custom(format!("`{value}` is not never, always or failures"));
        Broadcast::written(&value).ok_or_else(unreadable)
    }
}

/// When a digest tells what came meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub enum Rhythm {
    /// At whole multiples of it, in UTC.
    Every(Duration),
    /// At that time of day, on these days; on all where there are none.
    At { days: Vec<Weekday>, time: Time, zone: TimeZone },
}

impl Default for Rhythm {
    fn default() -> Rhythm {
        Rhythm::Every(Duration::from_hours(1))
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

impl Rhythm {
    /// Reads `4h`, `every 4h`, `09:00`, `mon,09:00`, `weekdays 8:30`.
    ///
    /// # Errors
    /// A sentence that says how it is written.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Rhythm, String> {
        let forms = "write how often, from 15m to 1d, such as 30m or 4h; or when, such as 09:00 or mon,09:00";
        let unreadable = || format!("`{text}` is no time for a digest: {forms}");
        let plain = text.trim().to_lowercase();
        if let Some(every) = interval(plain.strip_prefix("every ").unwrap_or(&plain)) {
            return Ok(Rhythm::Every(every));
        }
        let mut days = Vec::new();
        let mut time = None;
        for word in plain.split([',', ' ']).filter(|it| !matches!(*it, "" | "at" | "on" | "daily" | "every" | "day")) {
            let is_day = |name: &str| word.len() >= 3 && name.starts_with(word);
            if matches!(word, "weekdays" | "workdays") {
                days.extend(DAYS[..5].iter().map(|it| it.1));
            } else if let Some((_, day)) = DAYS.iter().find(|it| is_day(it.0)) {
                days.push(*day);
            } else if time.is_none()
                && let Some(read) = crate::people::moment::time(word)
            {
                time = Some(read);
            } else {
                return Err(unreadable());
            }
        }
        days.sort_by_key(|it| it.to_monday_zero_offset());
        days.dedup();
        let time = time.ok_or_else(unreadable)?;
        Ok(Rhythm::At { days, time, zone: zone.clone() })
    }

    /// As [`Rhythm::parse`] reads it, but for the time zone: `4h`, `mon,thu,09:00`.
    pub fn written(&self) -> String {
        match self {
            Rhythm::Every(every) if every.as_secs() % 3600 == 0 => format!("{}h", every.as_secs() / 3600),
            Rhythm::Every(every) => format!("{}m", every.as_secs() / 60),
            Rhythm::At { days, time, .. } => {
                let names = DAYS.iter().filter(|it| days.contains(&it.1)).map(|it| format!("{},", &it.0[..3]));
                format!("{}{}", names.collect::<String>(), time.strftime("%H:%M"))
            }
        }
    }

    /// When the digest after `now` is told.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        match self {
            Rhythm::Every(every) => {
                let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX).max(1);
                let at = (now.as_second() / every + 1).saturating_mul(every);
                Timestamp::from_second(at).unwrap_or(Timestamp::MAX)
            }
            Rhythm::At { days, time, zone } => {
                let today = now.to_zoned(zone.clone()).date();
                // A week from today is that day again, when its time is past.
                let dates = (0..8).filter_map(|ahead| today.checked_add(jiff::Span::new().days(ahead)).ok());
                let dates = dates.filter(|it| days.is_empty() || days.contains(&it.weekday()));
                let mut moments = dates.filter_map(|it| Some(it.to_datetime(*time).to_zoned(zone.clone()).ok()?.timestamp()));
                moments.find(|it| *it > now).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

/// What stands in `mode`: `digest@09:00`, `digest every 4h`.
///
/// # Errors
/// A sentence that names what can stand there.
pub fn manner(text: &str, zone: &TimeZone) -> Result<(Mode, Option<Rhythm>), String> {
    let plain = text.trim().to_lowercase();
    let (name, when) = match plain.split_once(['@', ' ']) {
        Some((name, when)) => (name, Some(when)),
        None => (plain.as_str(), None),
    };
    let mode = Mode::find(name).ok_or_else(|| {
        let hint = nearest(name, Mode::ALL.iter().map(|it| it.name()));
        format!("`{text}` is no way to be told{hint}")
    })?;
    match when {
        None => Ok((mode, None)),
        Some(when) if mode == Mode::Digest => Ok((mode, Some(Rhythm::parse(when, zone)?))),
        Some(_) => Err(format!("`{text}`: only a digest is told at a time, as in digest@09:00")),
    }
}

/// A place to notify, as written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub platform: String,
    /// Slack's id of the workspace, of several; empty: the configuration's, or the only one.
    pub workspace: String,
    /// `#dev`, `C0123`, a Zulip channel's name; a name in `[teams] channels`, an address, a number; `@U0123`, a person's id.
    pub channel: String,
    /// Zulip's topic.
    pub topic: Option<String>,
}

/// `[alerts]`
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// Where administrators are told what needs their hands; without it, each of them is told directly.
    pub to: Option<Destination>,
    /// Where they are told instead while the chat of `to` is down.
    pub fallback: Option<Destination>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AlertKeys {
    /// Where administrators are told what needs their hands: `slack:#bellhop-admin`.
    to: Option<String>,
    /// Where they are told instead while that chat is down: `email:ops@example.org`, `sms:+41790000000`, another chat.
    fallback: Option<String>,
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
    around: &Surroundings,
) -> Vec<Subscription> {
    let mut found = Vec::new();
    for section in root.tables("subscription") {
        let Some(keys) = reader.section::<SubscriptionKeys>("[[subscription]]", section, &[]) else { continue };
        let sources = || {
            connections
                .iter()
                .map(|it| it.name.as_str())
                .chain(hooks.iter().map(|(_, it)| it.name.as_str()))
                .chain(around.hooks.iter().map(String::as_str))
                .chain([own::SOURCE])
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
            Some(Ok(filter)) => {
                if let Some(part) = filter.mine() {
                    let problem = format!(
                        "`filter` in [[subscription]]: in `{part}`, `me` is nobody here: write the account itself, as in `{}`",
                        mine::named(&part)
                    );
                    reader.note(section.line_of("filter"), problem);
                }
                Some(filter)
            }
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
        let zone = match keys.timezone.as_deref().map(TimeZone::get) {
            None => TimeZone::system(),
            Some(Ok(zone)) => zone,
            Some(Err(_)) => {
                let problem = "`timezone` in [[subscription]] is no time zone: write one such as \"Europe/Zurich\"";
                reader.note(section.line_of("timezone"), problem);
                TimeZone::UTC
            }
        };
        let told = manner(&keys.mode, &zone);
        if let Err(problem) = &told {
            reader.note(section.line_of("mode"), problem.clone());
        }
        let SubscriptionKeys { from, broadcast, .. } = keys;
        if broadcast != Broadcast::Never && matches!(told, Ok((mode, _)) if mode != Mode::Thread) {
            let problem = "`broadcast` is for mode = \"thread\": only there something is said in threads";
            reader.note(section.line_of("broadcast"), problem);
        }
        if let (Some(filter), Some(to), Some(every), Ok((mode, when))) = (filter, to, every, told) {
            let (rhythm, since) = (when.unwrap_or(Rhythm::Every(every)), Timestamp::MIN);
            found.push(Subscription { from, filter, to, fallback, mode, broadcast, rhythm, since, line: Some(section.line) });
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
    let (to, fallback) = keys.map(|it| (it.to, it.fallback)).unwrap_or_default();
    Alerts {
        to: destination(reader, root, section, "to", to.as_deref()),
        fallback: destination(reader, root, section, "fallback", fallback.as_deref()),
    }
}

/// What stands at `key`; none when nothing does, or when it cannot be posted to, which is then noted.
fn destination(reader: &Reader<'_>, root: &Section, section: &Section, key: &str, text: Option<&str>) -> Option<Destination> {
    let text = text?;
    match Destination::parse(text) {
        Ok(to) => {
            if to.platform == outgoing::PLATFORM {
                return Some(to);
            }
            if root.table(&to.platform).is_none() && !reader.chats.contains(&to.platform) {
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
                     slack:@U0123 or zulip:@10 (a person by their id), teams:name, email:ana@example.org, sms:+41790000000 or \
                     webhook:name (a connection of kind webhook)";
        let Some((platform, place)) = text.split_once(':') else {
            return Err(format!("`{text}` names no chat: {forms}"));
        };
        let (channel, topic) = match (platform, place.split_once('>')) {
            ("slack", None) => (place, None),
            ("zulip", None) if place.trim().strip_prefix('@').is_some_and(is_number) => (place, None),
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
        if channel.trim_start_matches(['#', '@']).trim().is_empty() {
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

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}
