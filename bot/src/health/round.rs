//! The round that checks go by: what is due is checked by every bot for itself; one of them keeps what was found.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use connectors::State;
use jiff::{SignedDuration, Timestamp};

use super::{Checked, QUEUE, QUEUE_EVERY, settle::Standing, spread, store};
use crate::{app::App, queue::Hold};

/// Who keeps what was found, and tells of it.
pub const DUTY: &str = "health";
/// How often is looked at what is due.
const TICK: Duration = Duration::from_secs(1);
/// How often heartbeats and thresholds are.
const TIMERS_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// How often hours are summed up, and sources listened for.
const SUMS_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Checks everything now, and then each thing at its own time.
pub async fn watch(app: Arc<App>) {
    let mut round = Round::new(&app);
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        round.step(&app).await;
    }
}

/// When what is due next.
pub(super) struct Round {
    hold: Hold,
    due: BTreeMap<String, Timestamp>,
    timers: Timestamp,
    sums: Timestamp,
}

impl Round {
    pub fn new(app: &App) -> Round {
        let (timers, sums) = (Timestamp::MIN, Timestamp::MIN);
        Round { hold: app.queue.duty(DUTY), due: BTreeMap::new(), timers, sums }
    }

    /// Does what is due now.
    pub async fn step(&mut self, app: &App) {
        let now = app.store.now();
        let names = app.checked_names();
        self.due.retain(|name, _| names.contains(name));
        app.health.keep_only(&names);
        let due: Vec<String> = names.into_iter().filter(|name| self.due.get(name).is_none_or(|at| *at <= now)).collect();
        let before = app.health.all();
        let checked = app.check_these(due).await;
        for (name, it) in &checked {
            if before.get(name).map(Checked::state) != Some(it.state()) {
                log(name, it);
            }
        }
        let is_ours = match self.hold.is_ours().await {
            Ok(is_ours) => is_ours,
            Err(err) => {
                tracing::warn!("Nobody knows who keeps what checks find: {err}");
                false
            }
        };
        let every = app.health.config.interval();
        let now = app.store.now();
        let names: Vec<(String, State)> = checked.iter().map(|(name, it)| (name.clone(), it.state())).collect();
        if is_ours {
            if !checked.is_empty()
                && let Err(err) = app.observe(checked).await
            {
                tracing::warn!("What checks found cannot be kept: {err:#}");
            }
            self.listen(app, now).await;
        }
        if names.is_empty() {
            return;
        }
        let standings = store::standings(&app.store).await.unwrap_or_default();
        for (name, found) in names {
            let is_expected = standings.get(&name).map_or(State::Ok, |it: &Standing| it.state) == found;
            let next = match name.as_str() {
                QUEUE => now.saturating_add(QUEUE_EVERY).unwrap_or(Timestamp::MAX),
                _ if is_expected => spread::next(&name, now, every),
                _ => spread::again(now, every),
            };
            self.due.insert(name, next);
        }
    }

    /// What is not asked but heard.
    async fn listen(&mut self, app: &App, now: Timestamp) {
        if now >= self.timers {
            self.timers = now + TIMERS_EVERY;
            if let Err(err) = app.watch_heartbeats().await {
                tracing::warn!("Heartbeats cannot be looked after: {err:#}");
            }
            if let Err(err) = app.watch_thresholds().await {
                tracing::warn!("Thresholds cannot be looked at: {err:#}");
            }
        }
        if now >= self.sums {
            self.sums = now + SUMS_EVERY;
            let summed = async {
                let mut tx = app.store.begin().await?;
                store::sum_up(&mut tx).await?;
                tx.commit().await?;
                app.watch_sources().await?;
                app.tell_noise(now).await
            };
            if let Err(err) = summed.await {
                tracing::warn!("What checks found cannot be summed up: {err:#}");
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
