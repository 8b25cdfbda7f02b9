//! Credentials that end: administrators are reminded before they do.
//!
//! Every hour a job looks at them. From the morning on, at when each connection's credentials end: as its key `expires` says, as
//! the system itself tells ([`connectors::Connected::ends`]), or as a consent that cannot be renewed or the bot's own certificate
//! ([`Live::certificate_ends`]) says of itself; the first of these counts. At any hour, at what a chat renews no more
//! ([`crate::chat::Platform::ending`]), as a token that Slack stopped renewing has twelve hours at most. Each is said once a day.
//! Whether credentials work at all is asked of each system with its health, every five minutes.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use commands::BoxFuture;
use connectors::Check;
use connectors::cache::Cache;
use futures::{StreamExt, stream};
use jiff::{civil::Date, tz::TimeZone};

use super::{Live, grants::Owner};
use crate::{
    app::App,
    builtins::jobs::age,
    dispatch::post::note::NoteJob,
    plan::live::Now,
    queue::{CatchUp, Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Repeating, Timetable, Writes},
    resources::ledger::CONNECTION,
};

/// What their check is called.
const CREDENTIALS: &str = "credentials";
/// So many days before, a check warns.
const SOON: i64 = 14;
/// So many days before, it is said: once each.
const DAYS: [i64; 5] = [30, 14, 7, 3, 1];
/// How long a system is asked, and how many at once.
const PATIENCE: Duration = Duration::from_secs(15);
/// The same where a check of its health waits for it.
const SHORTLY: Duration = Duration::from_secs(3);
const AT_ONCE: usize = 8;

/// From this hour on, in UTC, what ends in days is said.
const MORNING: i8 = 8;

/// Looks at what ends.
pub struct Expiry {
    pub app: Arc<App>,
}

impl Expiry {
    pub const KIND: &'static str = "expiry";

    /// Every hour.
    pub fn hourly() -> Repeating {
        let timetable = Timetable::parse("0 * * * *", "UTC").expect("a constant timetable is one");
        let job = NewJob {
            kind: Expiry::KIND,
            lane: None,
            priority: Priority::Chatter,
            payload: Payload::from(serde_json::json!({})),
            run_at: None,
            expires: None,
            unique: None,
        };
        Repeating { name: Expiry::KIND.into(), timetable, job, catch_up: CatchUp::Latest, who: "bellhop".into() }
    }
}

impl Handler for Expiry {
    fn run<'a>(&'a self, _: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let moment = self.app.store.now();
            let here = moment.to_zoned(TimeZone::UTC);
            let mut notes = Vec::new();
            if here.hour() >= MORNING {
                let dates = match self.app.dates().await {
                    Ok(dates) => dates,
                    Err(err) => {
                        let reason = format!("what is set up cannot be read: {err:#}");
                        return Outcome::Retry { after: None, reason, writes: Writes::default() };
                    }
                };
                let ending = ending(&dates, here.date()).into_iter();
                notes.extend(ending.map(|(name, on, left)| NoteJob::expires(&name, &on.to_string(), &sentence(&name, on, left))));
            }
            for platform in self.app.platforms.all() {
                match platform.ending().await {
                    Ok(ending) => notes.extend(ending.iter().map(|it| {
                        let on = it.at.to_zoned(TimeZone::UTC).date().to_string();
                        NoteJob::expires(&it.of, &on, &it.reason)
                    })),
                    Err(err) => tracing::warn!("{} does not say which of its credentials end: {err}", platform.name()),
                }
            }
            let jobs = notes.into_iter().map(|it| it.into_job(moment)).collect();
            Outcome::Done(Writes { jobs, ..Writes::default() })
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // Looking changes nothing, and a note is told once a day.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

/// When the credentials of each connection end, as it was asked last: an hour long, unless something is set up otherwise.
pub struct Ends(Cache<(i64, String), Option<Date>>);

impl Default for Ends {
    fn default() -> Ends {
        Ends(Cache::new(10_000, Duration::from_hours(1)))
    }
}

impl App {
    /// Whether a connection's credentials end soon, for its health; none of those of which nobody knows.
    pub(crate) async fn check_credentials(&self, live: &Live) -> Option<Check> {
        let key = (self.resources.generation(), live.name.clone());
        let asked = self.ends.0.try_get_with(key, self.date_of(live));
        let on = asked.await.inspect_err(|err| tracing::warn!("When credentials end cannot be read: {err:#}")).ok()?;
        let now = self.store.now();
        if let Some(on) = on {
            return Some(check(on, now.to_zoned(TimeZone::UTC).date()));
        }
        let grant = self.grants.find(live, &Owner::Connection).await.ok()??;
        let given = age(now.duration_since(grant.at));
        let detail = match grant.lifetime.filter(|_| grant.renewable) {
            Some(it) => {
                let left = age(it.expires.duration_since(now));
                format!("agreed to {given} ago; the token ends in {left}, and is renewed by itself before")
            }
            None => format!("agreed to {given} ago"),
        };
        Some(Check::ok(CREDENTIALS, detail))
    }

    /// The first day known of one.
    async fn date_of(&self, live: &Live) -> anyhow::Result<Option<Date>> {
        let here = |(name, on): (String, Date)| (name == live.name).then_some(on);
        let written = said(&self.set_up().await?).into_iter().filter_map(here);
        let agreed = self.grants.ending().await?.into_iter().map(|(name, at)| (name, at.to_zoned(TimeZone::UTC).date()));
        let told = tokio::time::timeout(SHORTLY, live.connected.ends()).await;
        let told = told.ok().and_then(Result::ok).flatten();
        Ok(written.chain(agreed.filter_map(here)).chain(told).chain(live.certificate_ends()).min())
    }

    /// The same of each connection.
    async fn dates(&self) -> anyhow::Result<BTreeMap<String, Date>> {
        let mut dates = said(&self.set_up().await?);
        dates.extend(self.told().await);
        match self.grants.ending().await {
            Ok(grants) => dates.extend(grants.into_iter().map(|(name, at)| (name, at.to_zoned(TimeZone::UTC).date()))),
            Err(err) => tracing::warn!("What people agreed to cannot be read: {err:#}"),
        }
        Ok(first(dates))
    }

    /// When they end, as each system tells, and as the certificate does that is shown to it; a system that does not answer now
    /// is asked again later.
    async fn told(&self) -> Vec<(String, Date)> {
        let asked = self.connections.all().into_iter().map(|live| async move {
            let told = match tokio::time::timeout(PATIENCE, live.connected.ends()).await {
                Ok(Ok(on)) => on,
                Ok(Err(err)) => {
                    tracing::info!(connection = %live.name, "It does not say when its credentials end: {err}");
                    None
                }
                Err(_) => None,
            };
            Some((live.name.clone(), told.into_iter().chain(live.certificate_ends()).min()?))
        });
        stream::iter(asked).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await
    }
}

/// When they end, as administrators say.
fn said(now: &Now) -> Vec<(String, Date)> {
    let connections = now.all.iter().filter(|it| it.kind == CONNECTION);
    connections.filter_map(|it| Some((it.name.clone(), it.body.get("expires")?.as_str()?.parse().ok()?))).collect()
}

fn first(dates: Vec<(String, Date)>) -> BTreeMap<String, Date> {
    let mut first: BTreeMap<String, Date> = BTreeMap::new();
    for (name, on) in dates {
        first.entry(name).and_modify(|it| *it = on.min(*it)).or_insert(on);
    }
    first
}

fn left(on: Date, today: Date) -> i64 {
    i64::from(today.until((jiff::Unit::Day, on)).map_or(0, |it| it.get_days()))
}

fn check(on: Date, today: Date) -> Check {
    const FIX: &str = "Make new ones there, then connect it again with them and their `expires`.";
    match left(on, today) {
        ..0 => Check::warning(CREDENTIALS, format!("ended on {on}"), FIX),
        0 => Check::warning(CREDENTIALS, "end today", FIX),
        days @ 1..=SOON => Check::warning(CREDENTIALS, format!("end on {on}, in {}", counted(days)), FIX),
        days => Check::ok(CREDENTIALS, format!("end on {on}, in {}", counted(days))),
    }
}

fn counted(days: i64) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}

/// What is to be said today: a connection, when its credentials end, and in how many days.
fn ending(dates: &BTreeMap<String, Date>, today: Date) -> Vec<(String, Date, i64)> {
    let dated = dates.iter().map(|(name, on)| (name.clone(), *on, left(*on, today)));
    // Once they have ended, each day: nothing works until somebody renews them.
    dated.filter(|(_, _, left)| DAYS.contains(left) || *left <= 0).collect()
}

fn sentence(name: &str, on: Date, left: i64) -> String {
    let when = match left {
        ..0 => format!("ended on {on}"),
        0 => "end today".to_owned(),
        1 => "end tomorrow".to_owned(),
        left => format!("end in {left} days, on {on}"),
    };
    format!("The credentials of `{name}` {when}. Make new ones there, then connect it again with them and their `expires`.")
}

#[cfg(test)]
mod tests {
    use connectors::State;
    use serde_json::json;

    use super::*;
    use crate::{
        plan::live::{Live, Stands},
        resources::By,
    };

    #[test]
    fn it_is_said_a_few_times_before_and_daily_after() {
        let on = |name: &str, expires: &str| Live {
            kind: CONNECTION.into(),
            name: name.into(),
            body: json!({ "kind": "redmine", "expires": expires }).as_object().cloned().unwrap_or_default(),
            version: 1,
            stands: Stands::Kept { by: By { who: "slack:T1:U1".into(), why: String::new() }, at: jiff::Timestamp::UNIX_EPOCH },
            applied: None,
        };
        let all = vec![on("soon", "2026-03-16"), on("later", "2026-03-17"), on("past", "2026-03-01"), on("none", "never")];
        let now = Now { all, generation: 0, applied: Vec::new(), implied: Vec::new() };
        let mut dates = said(&now);
        // What the system tells goes before what somebody wrote down, where it is sooner.
        let day = |text: &str| -> Date { text.parse().expect("a date") };
        dates.extend([("later".to_owned(), day("2026-03-05")), ("soon".to_owned(), day("2027-01-01"))]);
        let found = ending(&first(dates), day("2026-03-02"));
        let said: Vec<String> = found.iter().map(|(name, on, left)| sentence(name, *on, *left)).collect();
        expect_test::expect![[r#"
            [
                "The credentials of `later` end in 3 days, on 2026-03-05. Make new ones there, then connect it again with them and their `expires`.",
                "The credentials of `past` ended on 2026-03-01. Make new ones there, then connect it again with them and their `expires`.",
                "The credentials of `soon` end in 14 days, on 2026-03-16. Make new ones there, then connect it again with them and their `expires`.",
            ]
        "#]]
        .assert_debug_eq(&said);
    }

    #[test]
    fn health_warns_two_weeks_before() {
        let day = |text: &str| -> Date { text.parse().expect("a date") };
        let said = |on: &str| {
            let check = check(day(on), day("2026-03-02"));
            (check.state, check.detail)
        };
        assert_eq!(said("2026-06-10"), (State::Ok, "end on 2026-06-10, in 100 days".to_owned()));
        assert_eq!(said("2026-03-17").0, State::Ok);
        assert_eq!(said("2026-03-16"), (State::Warning, "end on 2026-03-16, in 14 days".to_owned()));
        assert_eq!(said("2026-03-03").1, "end on 2026-03-03, in 1 day");
        assert_eq!(said("2026-03-02").1, "end today");
        assert_eq!(said("2026-03-01"), (State::Warning, "ended on 2026-03-01".to_owned()));
    }
}
