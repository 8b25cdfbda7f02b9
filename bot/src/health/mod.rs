//! Whether the chats, the connections, the hooks and the queue work, how well, and where it is going.
//!
//! Each is checked once an interval at a moment of its own ([`spread`]), the queue every fifteen seconds; what was found is
//! remembered for whoever asks in between, and kept by the bot that holds the duty ([`store`]). From that follow a score that
//! says what it is made of ([`score`]), where it is going ([`trend`]), and what counts as the state of a thing: not what one
//! check found, but what most of the last ones did ([`settle`]). When that changes, it is told as an event like any other
//! ([`observe`]), once for the root of several failures ([`explain`]).
//!
//! Beside what is asked there is what should be heard: [`heartbeat`]s of jobs elsewhere, sources that fell silent ([`silence`]),
//! and numbers that should stay on one side of a [`threshold`]. Who watches the watcher is in [`deadman`]; how administrators hear
//! that the chat itself is down, in [`outage`].

pub mod config;
pub mod deadman;
mod explain;
pub mod exposition;
pub mod heartbeat;
mod judge;
pub mod noise;
mod observe;
mod outage;
mod own;
mod picture;
mod round;
pub mod score;
pub mod settle;
pub mod silence;
mod spread;
pub mod store;
#[cfg(test)]
mod tests;
pub mod threshold;
pub mod trend;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

use connectors::{
    Check, State,
    http::{BreakerState, Quota},
};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

pub use self::{
    config::{Config, Deadman},
    round::watch,
};
use self::{exposition::Tally, judge::Judged};
use crate::{
    app::App,
    builtins::jobs::age,
    connections::Live,
    hooks::health::checked_as,
    resources::unread,
    telemetry,
    telemetry::traces::{self, Settings},
};

/// How often the queue is looked at, which asks nobody else.
const QUEUE_EVERY: Duration = Duration::from_secs(15);
/// What the queue is called among what is checked.
pub const QUEUE: &str = "queue";
/// What the names of hooks begin with among what is checked.
const HOOK: &str = "hook:";
/// A due job that has waited for so long is worth a warning: workers are busy, or gone.
const WAITED: SignedDuration = SignedDuration::from_mins(1);
/// For so long: jobs are not being done.
const STUCK: SignedDuration = SignedDuration::from_mins(15);
/// A connection that was not asked for changes for longer, and for five turns, is not up to date.
const POLLS_LATE: SignedDuration = SignedDuration::from_mins(10);
/// A check that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(15);

/// When less than this part of a quota is left, that is worth a warning.
const SCARCE: f64 = 0.1;

/// How much the system lets us do, as it said last.
fn quota(Quota { limit, remaining, resets }: Quota) -> Check {
    let of = limit.map(|it| format!(" of {it}")).unwrap_or_default();
    let until = resets.map(|it| format!(" until {}", it.strftime("%H:%M UTC"))).unwrap_or_default();
    let detail = format!("{remaining}{of} requests left{until}");
    match limit.is_some_and(|it| (remaining as f64) < it as f64 * SCARCE) {
        true => {
            Check::warning("quota", detail, "It comes back by itself. If that happens often, give the connection a lower `rate`.")
        }
        false => Check::ok("quota", detail),
    }
}

/// What the last checks found, by the name of a connection or a chat.
#[derive(Default)]
pub struct Health {
    pub config: Config,
    pub deadman: Option<Deadman>,
    /// Where traces go.
    traces: Option<Settings>,
    latest: RwLock<BTreeMap<String, Checked>>,
    /// What had been counted of each connection when its last sample was kept.
    counted: Mutex<BTreeMap<String, Tally>>,
}

/// What a check found.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    pub checks: Vec<Check>,
    pub at: Timestamp,
    /// How long it took.
    pub seconds: f64,
    /// How its requests went since this process began.
    #[serde(skip)]
    counted: Tally,
    #[serde(skip)]
    quota: Option<Quota>,
    /// It counts as failing because its breaker is open: nothing was sent that could have shown that it works.
    #[serde(skip)]
    kept_back: bool,
    /// What follows from all that is known.
    pub judged: Judged,
}

impl Checked {
    /// The worst of its checks.
    pub fn state(&self) -> State {
        self.checks.iter().map(|it| it.state).max().unwrap_or(State::Ok)
    }
}

impl Health {
    pub fn new(config: Config, deadman: Option<Deadman>) -> Health {
        Health { config, deadman, ..Health::default() }
    }

    /// The same, which looks whether traces arrive.
    #[must_use]
    pub fn traced(self, traces: Option<Settings>) -> Health {
        Health { traces, ..self }
    }

    pub fn state(&self, name: &str) -> Option<State> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Checked::state)
    }

    /// What every last check found.
    pub fn all(&self) -> BTreeMap<String, Checked> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, name: &str, checked: Checked) {
        self.latest.write().unwrap_or_else(PoisonError::into_inner).insert(name.into(), checked);
    }

    /// Forgets what is not there any more.
    fn keep_only(&self, names: &[String]) {
        self.latest.write().unwrap_or_else(PoisonError::into_inner).retain(|name, _| names.contains(name));
    }

    /// How the requests of `name` went since its last sample was kept.
    fn uncounted(&self, name: &str, now: Tally) -> Tally {
        now.since(self.counted.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied().unwrap_or_default())
    }

    /// A sample was kept.
    fn count(&self, name: &str, now: Tally) {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), now);
    }
}

impl App {
    /// The names of all that is checked.
    pub fn checked_names(&self) -> Vec<String> {
        let chats = self.platforms.all().map(|it| it.name().to_owned());
        // A connection of the same name hides behind the queue, and behind a chat.
        let is_hidden = |it: &String| it == QUEUE || self.platforms.get(it).is_some();
        let connections = self.connections.all().into_iter().map(|it| it.name.clone()).filter(|it| !is_hidden(it));
        let hooks = self.hooks.all().into_iter().map(|it| checked_as(&it.name));
        std::iter::once(QUEUE.to_owned()).chain(chats).chain(connections).chain(hooks).collect()
    }

    /// Checks everything, or only what is called `name`, and remembers it.
    pub async fn check(&self, name: Option<&str>) -> Vec<(String, Checked)> {
        let names = self.checked_names().into_iter().filter(|it| name.is_none_or(|name| name == it)).collect();
        self.check_these(names).await
    }

    /// Checks these and remembers it.
    async fn check_these(&self, names: Vec<String>) -> Vec<(String, Checked)> {
        if names.is_empty() {
            return Vec::new();
        }
        let counted = &exposition::tallies(&telemetry::metrics().render());
        stream::iter(names)
            .map(|name| async move {
                let counted = counted.get(&name).copied().unwrap_or_default();
                let checked = self.check_one(&name, counted).await;
                self.health.put(&name, checked.clone());
                metrics::gauge!("bellhop_healthy", "name" => name.clone()).set(if checked.state() == State::Failed {
                    0.0
                } else {
                    1.0
                });
                metrics::gauge!("bellhop_health_score", "name" => name.clone()).set(f64::from(checked.judged.score));
                (name, checked)
            })
            .buffered(4)
            .collect()
            .await
    }

    async fn check_one(&self, name: &str, counted: Tally) -> Checked {
        let started = std::time::Instant::now();
        let (mut checks, kept_back) = self.ask(name).await;
        if let Some(late) = self.poll_of(name).await {
            checks.push(late);
        }
        let quota = self.connections.get(name).ok().and_then(|it| it.quota());
        let seconds = started.elapsed().as_secs_f64();
        let mut checked = Checked { checks, at: self.store.now(), seconds, counted, quota, kept_back, judged: Judged::default() };
        checked.judged = self.judge(name, &checked).await;
        checked
    }

    /// What it answers, and whether its breaker kept all of that from being asked.
    async fn ask(&self, name: &str) -> (Vec<Check>, bool) {
        let live = match self.platforms.get(name) {
            Some(_) => None,
            None => self.connections.get(name).ok(),
        };
        let Some(live) = live else { return (self.checks_of(name).await, false) };
        loop {
            let (before, began) = (live.breaker(), Timestamp::now());
            let mut checks = self.checks_of(name).await;
            let after = live.breaker();
            let failed = checks.iter().any(|it| it.state == State::Failed);
            let kept_back = failed && before.max(after) != BreakerState::Closed && !live.failed_since(began);
            // Somebody else's request has found out meanwhile that it is back.
            if kept_back && before != BreakerState::Closed && after == BreakerState::Closed {
                continue;
            }
            if after == BreakerState::Open {
                let detail = "most of the last requests failed, so they are kept back for a while";
                checks.push(Check::failed("breaker", detail, "A single request is tried now and then; it closes by itself."));
            }
            return (checks, kept_back);
        }
    }

    async fn checks_of(&self, name: &str) -> Vec<Check> {
        if name == QUEUE {
            return in_time(self.check_queue()).await.unwrap_or_else(no_answer);
        }
        if let Some(hook) = name.strip_prefix(HOOK).and_then(|it| self.hooks.find(it)) {
            return in_time(self.check_hook(&hook)).await.unwrap_or_else(no_answer);
        }
        match self.platforms.get(name) {
            Some(platform) => in_time(platform.health()).await.unwrap_or_else(no_answer),
            None => match self.connections.get(name) {
                Ok(live) => self.check_connection(&live).await,
                Err(err) => vec![Check::failed("connection", err.message, "Connect it again.")],
            },
        }
    }

    /// Whether a connection that is asked for changes was asked lately, and why the last try came to nothing.
    async fn poll_of(&self, name: &str) -> Option<Check> {
        let live = self.connections.get(name).ok()?;
        let every = SignedDuration::from_secs(i64::from(live.poll_every.filter(|_| self.is_wanted(name))?));
        let moved = store::cursor_moved(&self.store, &format!("poll:{name}")).await.ok()?;
        let trouble = self.queue.trouble_of(&format!("poll:{name}")).await.ok()?;
        let trouble = trouble.as_deref().map(|it| it.trim_end_matches('.'));
        let fix = "It is asked again by itself; mend what it says. `bellhop jobs kind=poll` shows when it is asked.";
        let ago = moved.map(|it| self.store.now().duration_since(it));
        let late = ago.is_some_and(|it| it > (every * 5).max(POLLS_LATE));
        let asked = ago.map(|it| format!("asked for changes {} ago", age(it)));
        Some(match (asked, trouble) {
            (Some(asked), None) if !late => Check::ok("freshness", asked),
            (Some(asked), None) => {
                Check::warning("freshness", asked, "`bellhop jobs kind=poll` shows what keeps it from being asked.")
            }
            (Some(asked), Some(why)) => Check::warning("freshness", format!("{asked}, and since then: {why}"), fix),
            // Nothing of it was ever told.
            (None, Some(why)) => Check::failed("freshness", format!("could never be asked for changes: {why}"), fix),
            (None, None) => return None,
        })
    }

    /// Whether it works, what its server is and cannot do, and how much of its quota is left.
    async fn check_connection(&self, live: &Live) -> Vec<Check> {
        // One after the other: a breaker that finds out whether the system is back lets a single request through.
        let Some(mut checks) = in_time(live.connected.health()).await else { return no_answer() };
        // Why it could not be asked is said by what was checked; and that this alone takes too long says nothing of its health.
        if let Some(Ok(features)) = in_time(live.connected.features()).await {
            checks.extend(features.version.as_ref().map(|it| Check::ok("version", it)));
            checks.extend(features.missing.iter().map(|it| Check::ok(format!("cannot do `{}`", it.action), &it.why)));
            self.connections.learn(&live.name, features);
        }
        checks.extend(live.quota().map(quota));
        checks.extend(live.clock().map(|it| clock(it, live.kind.title)));
        checks.extend(self.check_credentials(live).await);
        checks
    }

    /// Whether the database answers and agrees about the time, jobs are being done, nothing was given up, and what the
    /// auditor found.
    async fn check_queue(&self) -> Vec<Check> {
        let started = std::time::Instant::now();
        let pressure = match self.queue.pressure().await {
            Ok(pressure) => pressure,
            Err(err) => {
                tracing::error!("The queue cannot be looked at: {err:#}");
                let fix = "Look at the database: its server or disk, and `store.url`.";
                return vec![Check::failed("database", "it does not answer", fix)];
            }
        };
        let now = self.store.now();
        let since = |at: Timestamp| now.duration_since(at);
        let took = started.elapsed().as_millis();
        let waiting = match pressure.due_since.map(since) {
            Some(waited) if waited >= WAITED => {
                let detail = format!("the oldest due job has waited for {}", age(waited));
                let fix = "`bellhop jobs` shows what is waiting and what holds it up.";
                match waited >= STUCK {
                    true => Check::failed("waiting", detail, fix),
                    false => Check::warning("waiting", detail, fix),
                }
            }
            _ => Check::ok("waiting", "due jobs are done at once"),
        };
        let dead = match pressure.dead_since {
            Some(oldest) => Check::warning(
                "dead letters",
                format!("{} given up, the oldest {} ago", pressure.dead_letters, age(since(oldest))),
                "`bellhop jobs` shows why, and tries them again or gives them up for good.",
            ),
            None => Check::ok("dead letters", "none"),
        };
        let mut checks = vec![Check::ok("database", format!("answered in {took} ms")), waiting, dead];
        checks.extend(self.queue.hung_for().map(own::hung));
        checks.extend(self.check_store().await);
        checks.extend(own::check_process());
        checks.extend(traces::check(self.health.traces.as_ref()).await);
        checks
    }

    /// `/health`: all, with a score from 0 to 100, which is the mean of all.
    pub fn health_report(&self) -> Value {
        let all = self.health.all();
        let worst = all.values().map(Checked::state).max().unwrap_or(State::Ok);
        let report = |name: &str| all.get(name).map_or_else(|| json!({ "status": UNCHECKED }), report);
        let names = self.checked_names();
        let (hooks, parts): (Vec<&String>, Vec<&String>) =
            names.iter().filter(|it| *it != QUEUE).partition(|it| it.starts_with(HOOK));
        let parts: BTreeMap<&String, Value> = parts.into_iter().map(|it| (it, report(it))).collect();
        let hooks: BTreeMap<&str, Value> =
            hooks.into_iter().filter_map(|it| Some((it.strip_prefix(HOOK)?, report(it)))).collect();
        json!({
            "status": word(worst),
            "score": mean_score(all.values()),
            "version": env!("CARGO_PKG_VERSION"),
            "queue": report(QUEUE),
            "connections": parts,
            "hooks": hooks,
        })
    }

    /// `/health/{connection}`; none where there is no such connection or chat.
    pub async fn health_report_of(&self, name: &str) -> Option<Value> {
        let is_hook = name.strip_prefix(HOOK).is_some_and(|it| self.hooks.find(it).is_some());
        if name != QUEUE && !is_hook && self.platforms.get(name).is_none() && self.connections.get(name).is_err() {
            return None;
        }
        // A hook asks nobody, so it is looked at anew.
        let cached = self.health.all().remove(name).filter(|_| !is_hook);
        let checked = match cached {
            Some(checked) => checked,
            None => self.check(Some(name)).await.pop()?.1,
        };
        Some(report(&checked))
    }
}

/// What comes of `asking`, unless it takes longer than [`PATIENCE`].
async fn in_time<T>(asking: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(PATIENCE, asking).await.ok()
}

fn no_answer() -> Vec<Check> {
    let detail = format!("no answer within {} s", PATIENCE.as_secs());
    vec![Check::failed("reachability", detail, "Check the address, the network, and whether the system is overloaded.")]
}

/// The score of several things together.
pub fn mean_score<'a>(all: impl Iterator<Item = &'a Checked>) -> f64 {
    let (sum, count) = all.fold((0.0, 0.0), |(sum, count), it| (sum + f64::from(it.judged.score), count + 1.0));
    if count == 0.0 { 100.0 } else { (sum / count).round() }
}

fn report(checked: &Checked) -> Value {
    let judged = &checked.judged;
    json!({
        "status": word(checked.state()),
        "score": judged.score,
        "checked_at": checked.at,
        "seconds": checked.seconds,
        "checks": checked.checks.iter().map(unread::in_public).collect::<Vec<_>>(),
        "made_of": judged.parts,
        "trend": judged.trend,
        "forecast": judged.forecasts,
        "counts_as": judged.standing.as_ref().map(|it| word(it.state)),
        "since": judged.standing.as_ref().map(|it| it.since),
        "explained_by": judged.standing.as_ref().and_then(|it| it.explained_by.as_ref()),
        "requests": judged.requests.map(|(all, failed)| json!({ "last_hour": all, "failed": failed })),
        "response_seconds": judged.response,
        "quota": checked.quota,
        "last_event": judged.last_heard,
    })
}

/// Whether a system and we agree about the time: what is signed or ends at a time is refused where we do not.
fn clock(ahead: SignedDuration, title: &str) -> Check {
    let seconds = ahead.as_secs();
    let detail = match seconds {
        0 => format!("the same as {title}'s"),
        1.. => format!("{seconds} s behind {title}'s"),
        _ => format!("{} s ahead of {title}'s", -seconds),
    };
    match seconds.abs() <= CLOCKS_APART {
        true => Check::ok("clock", detail),
        false => Check::warning("clock", detail, "Let this machine, and the server, keep their time by NTP."),
    }
}

/// Seconds that two clocks may differ by.
const CLOCKS_APART: i64 = 60;

/// As reports call what was not checked yet.
const UNCHECKED: &str = "unknown";

/// As reports call a state.
pub fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Warning => "degraded",
        State::Failed => "failing",
    }
}
