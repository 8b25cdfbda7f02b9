//! Whether the chats, the connections and the queue work: checked every five minutes, the queue every
//! fifteen seconds, and remembered between.

mod store;

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use connectors::{Check, State, http::Quota};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{app::App, builtins::jobs::age, connections::Live, hooks::health::checked_as};

/// How often everything is checked.
const EVERY: Duration = Duration::from_secs(300);
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
pub struct Health(RwLock<BTreeMap<String, Checked>>);

/// What a check found.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    pub checks: Vec<Check>,
    pub at: Timestamp,
    /// How long it took.
    pub seconds: f64,
}

impl Checked {
    /// The worst of its checks.
    pub fn state(&self) -> State {
        self.checks.iter().map(|it| it.state).max().unwrap_or(State::Ok)
    }
}

impl Health {
    pub fn state(&self, name: &str) -> Option<State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Checked::state)
    }

    fn all(&self) -> BTreeMap<String, Checked> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, name: &str, checked: Checked) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name.into(), checked);
    }
}

impl App {
    /// Checks everything, or only what is called `name`, and remembers it.
    pub async fn check(&self, name: Option<&str>) -> Vec<(String, Checked)> {
        let wanted = |it: &str| name.is_none_or(|name| name == it);
        let chats = self.platforms.all().filter(|it| wanted(it.name())).map(|it| it.name().to_owned());
        let connections = self.connections.all().into_iter().filter(|it| wanted(&it.name)).map(|it| it.name.clone());
        // A connection of the same name hides behind the queue.
        let connections = connections.filter(|it| it != QUEUE);
        let hooks = self.hooks.all().into_iter().map(|it| checked_as(&it.name)).filter(|it| wanted(it));
        let own = wanted(QUEUE).then(|| QUEUE.to_owned());
        let names: Vec<String> = own.into_iter().chain(chats).chain(connections).chain(hooks).collect();
        stream::iter(names)
            .map(|name| async move {
                let checked = self.check_one(&name).await;
                self.health.put(&name, checked.clone());
                metrics::gauge!("bellhop_healthy", "name" => name.clone()).set(if checked.state() == State::Failed {
                    0.0
                } else {
                    1.0
                });
                (name, checked)
            })
            .buffered(4)
            .collect()
            .await
    }

    async fn check_one(&self, name: &str) -> Checked {
        let started = std::time::Instant::now();
        let checking = async {
            if name == QUEUE {
                return self.check_queue().await;
            }
            if let Some(hook) = name.strip_prefix(HOOK).and_then(|it| self.hooks.find(it)) {
                return self.check_hook(&hook).await;
            }
            match self.platforms.get(name) {
                Some(platform) => platform.health().await,
                None => match self.connections.get(name) {
                    Ok(live) => self.check_connection(&live).await,
                    Err(err) => vec![Check::failed("connection", err.message, "Connect it again.")],
                },
            }
        };
        let checks = tokio::time::timeout(PATIENCE, checking).await.unwrap_or_else(|_| {
            let detail = format!("no answer within {} s", PATIENCE.as_secs());
            vec![Check::failed("reachability", detail, "Check the address, the network, and whether the system is overloaded.")]
        });
        Checked { checks, at: Timestamp::now(), seconds: started.elapsed().as_secs_f64() }
    }

    /// Whether it works, what its server is and cannot do, and how much of its quota is left.
    async fn check_connection(&self, live: &Live) -> Vec<Check> {
        let (mut checks, features) = futures::join!(live.connected.health(), live.connected.features());
        // Why it could not be asked is said by what was checked.
        if let Ok(features) = features {
            checks.extend(features.version.as_ref().map(|it| Check::ok("version", it)));
            checks.extend(features.missing.iter().map(|it| Check::ok(format!("cannot do `{}`", it.action), &it.why)));
            self.connections.learn(&live.name, features);
        }
        checks.extend(live.quota().map(quota));
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
        checks.extend(self.check_store().await);
        checks
    }

    /// `/health`: all, with a score from 0 to 100 (warnings count half).
    pub fn health_report(&self) -> Value {
        let all = self.health.all();
        let worth = |it: &Checked| match it.state() {
            State::Ok => 100.0,
            State::Warning => 50.0,
            State::Failed => 0.0,
        };
        let score = if all.is_empty() { 100.0 } else { all.values().map(worth).sum::<f64>() / all.len() as f64 };
        let worst = all.values().map(Checked::state).max().unwrap_or(State::Ok);
        let parts: BTreeMap<&String, Value> = all
            .iter()
            .filter(|(name, _)| *name != QUEUE && !name.starts_with(HOOK))
            .map(|(name, it)| (name, report(it)))
            .collect();
        let hooks: BTreeMap<&str, Value> =
            all.iter().filter_map(|(name, it)| Some((name.strip_prefix(HOOK)?, report(it)))).collect();
        json!({
            "status": word(worst),
            "score": score.round(),
            "version": env!("CARGO_PKG_VERSION"),
            "queue": all.get(QUEUE).map(report),
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

fn report(checked: &Checked) -> Value {
    json!({ "status": word(checked.state()), "checked_at": checked.at, "seconds": checked.seconds, "checks": checked.checks })
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Warning => "degraded",
        State::Failed => "failing",
    }
}

/// Checks everything now and then every five minutes, and logs what changed.
pub async fn watch(app: Arc<App>) {
    let mut ticks = tokio::time::interval(QUEUE_EVERY);
    for tick in 0_u32.. {
        ticks.tick().await;
        let before = app.health.all();
        let is_turn_of_all = (u64::from(tick) * QUEUE_EVERY.as_secs()).is_multiple_of(EVERY.as_secs());
        for (name, checked) in app.check(if is_turn_of_all { None } else { Some(QUEUE) }).await {
            if before.get(&name).map(Checked::state) != Some(checked.state()) {
                log(&name, &checked);
            }
        }
    }
}

fn log(name: &str, checked: &Checked) {
    for check in &checked.checks {
        let fix = check.fix.as_deref().unwrap_or_default();
        match check.state {
            State::Ok => tracing::debug!(name, "{}: {}", check.name, check.detail),
            State::Warning => tracing::warn!(name, fix, "{}: {}", check.name, check.detail),
            State::Failed => tracing::error!(name, fix, "{}: {}", check.name, check.detail),
        }
    }
}
