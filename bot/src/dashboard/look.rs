//! What all visitors look at together: read once however many they are, and no more often than it costs little.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::{
    alerts::{Listed, Which},
    app::App,
    audit,
    builtins::jobs::SUBJECTS,
    health::{
        Checked,
        store::{Hour, hours},
    },
    hooks::{arrival::Kept, store},
    queue::{self, Filter, Overview, Standing},
};

/// Of each kind of thing, as many are listed.
const LISTED: u32 = 8;
/// What is drawn of scores.
const DRAWN: SignedDuration = SignedDuration::from_hours(48);
/// What took long is read so much more seldom than it took: the store has other work.
const SPARING: u32 = 20;

/// The alerts that there are, and those that ended last.
pub struct Alerts {
    pub open: Vec<Listed>,
    pub ended: Vec<Listed>,
}

/// Who is on call by a schedule.
pub struct OnCall {
    pub schedule: String,
    /// Nobody: a gap.
    pub people: Option<String>,
    pub until: Option<Timestamp>,
    pub problems: String,
}

/// What waits, and what was given up last.
pub struct Work {
    pub overview: Overview,
    pub dead: Vec<queue::Listed>,
}

/// A line of the audit log, with the name of who it is about.
pub struct Done {
    pub at: Timestamp,
    pub who: String,
    pub what: String,
}

/// Part of a look: as it was read last, and whether it could be read now.
pub struct Part<T> {
    /// None before it was read for the first time.
    pub value: Option<Arc<T>>,
    pub at: Option<Timestamp>,
    pub is_stale: bool,
}

impl<T> Clone for Part<T> {
    fn clone(&self) -> Part<T> {
        Part { value: self.value.clone(), at: self.at, is_stale: self.is_stale }
    }
}

/// All of it, at one moment.
#[derive(Clone)]
pub struct Look {
    pub at: Timestamp,
    pub health: BTreeMap<String, Checked>,
    pub hours: Part<BTreeMap<String, Vec<Hour>>>,
    pub alerts: Part<Alerts>,
    pub on_call: Part<Vec<OnCall>>,
    pub work: Part<Work>,
    pub deliveries: Part<Vec<Kept>>,
    pub done: Part<Vec<Done>>,
}

/// What is remembered between looks.
#[derive(Default)]
pub struct Looks(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    hours: Read<BTreeMap<String, Vec<Hour>>>,
    alerts: Read<Alerts>,
    on_call: Read<Vec<OnCall>>,
    work: Read<Work>,
    deliveries: Read<Vec<Kept>>,
    done: Read<Vec<Done>>,
}

/// When something was read, and how long that took.
struct Read<T> {
    part: Part<T>,
    tried: Option<Instant>,
    took: Duration,
}

impl<T> Default for Read<T> {
    fn default() -> Read<T> {
        Read { part: Part { value: None, at: None, is_stale: false }, tried: None, took: Duration::ZERO }
    }
}

impl<T> Read<T> {
    /// What `read` says, unless that was asked a moment ago.
    async fn at_least_every(
        &mut self,
        every: Duration,
        now: Timestamp,
        read: impl Future<Output = anyhow::Result<T>>,
    ) -> Part<T> {
        if self.tried.is_none_or(|it| it.elapsed() >= every.max(self.took * SPARING)) {
            let began = Instant::now();
            match read.await {
                Ok(value) => self.part = Part { value: Some(Arc::new(value)), at: Some(now), is_stale: false },
                Err(err) => {
                    if !self.part.is_stale {
                        tracing::warn!("Part of the dashboard cannot be read: {err:#}");
                    }
                    self.part.is_stale = true;
                }
            }
            (self.tried, self.took) = (Some(began), began.elapsed());
        }
        self.part.clone()
    }
}

impl Looks {
    pub async fn look(&self, app: &App) -> Look {
        let mut known = self.0.lock().await;
        let Remembered { hours, alerts, on_call, work, deliveries, done } = &mut *known;
        let now = app.store.now();
        let seconds = Duration::from_secs;
        let (hours, alerts, on_call, work, deliveries, done) = tokio::join!(
            hours.at_least_every(seconds(60), now, scores(app, now)),
            alerts.at_least_every(seconds(1), now, list_alerts(app)),
            on_call.at_least_every(seconds(10), now, who_is_on_call(app, now)),
            work.at_least_every(seconds(1), now, list_work(app)),
            deliveries.at_least_every(seconds(1), now, list_deliveries(app)),
            done.at_least_every(seconds(2), now, list_done(app)),
        );
        Look { at: now, health: app.health.all(), hours, alerts, on_call, work, deliveries, done }
    }
}

async fn scores(app: &App, now: Timestamp) -> anyhow::Result<BTreeMap<String, Vec<Hour>>> {
    let since = now.saturating_sub(DRAWN)?;
    let mut all = BTreeMap::new();
    for name in app.checked_names() {
        let known = hours(&app.store, &name, since).await?;
        all.insert(name, known);
    }
    Ok(all)
}

async fn list_alerts(app: &App) -> anyhow::Result<Alerts> {
    let mut ended = app.alerts_listed(Which::Resolved).await?;
    ended.truncate(4);
    Ok(Alerts { open: app.alerts_listed(Which::Open).await?, ended })
}

async fn who_is_on_call(app: &App, now: Timestamp) -> anyhow::Result<Vec<OnCall>> {
    let rotas = app.rotas().await?;
    let of = |loaded: &crate::oncall::Loaded| {
        let keys = loaded.keys_at(now);
        OnCall {
            schedule: loaded.name.clone(),
            people: (!keys.is_empty()).then(|| loaded.labels(keys.iter().map(String::as_str))),
            until: loaded.rota.next_change(now),
            problems: loaded.problems.join(" "),
        }
    };
    Ok(rotas.iter().map(of).collect())
}

async fn list_work(app: &App) -> anyhow::Result<Work> {
    let filter = Filter { state: Some(Standing::Dead), ..Filter::default() };
    Ok(Work { overview: app.queue.overview(SUBJECTS).await?, dead: app.queue.list(&filter, SUBJECTS, LISTED / 2).await? })
}

async fn list_deliveries(app: &App) -> anyhow::Result<Vec<Kept>> {
    app.store.arrivals(&store::Which::default(), i64::from(LISTED)).await
}

async fn list_done(app: &App) -> anyhow::Result<Vec<Done>> {
    let lines = audit::list(&app.store, LISTED, &audit::Filter::default()).await?;
    let called = app.called(lines.iter().map(|it| it.actor.as_str())).await;
    let done = |it: audit::Entry| {
        let who = called.get(&it.actor).cloned().unwrap_or(it.actor);
        Done { at: it.at, who, what: it.action }
    };
    Ok(lines.into_iter().map(done).collect())
}
