//! `[[subscription]]`: who hears of what.

use commands::filter::Filter;
use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Broadcast, Destination, Hook, Mode, Rhythm, Surroundings,
    connections::Connecting,
    destinations::destination,
    interval, manner,
    source::{Reader, Section, nearest},
};
use crate::notify::{mine, outgoing, own};

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
