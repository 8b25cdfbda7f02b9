//! Keeps away from a system that keeps failing, and finds out when it is back.
//!
//! A system in trouble is not helped by more requests, and people are not helped by waiting for the
//! time-out of each. When half of at least 20 requests within 60 s failed, the breaker opens: calls
//! fail at once, and are told when to come back. Then a single probe is let through. It closes the
//! breaker, or keeps it open for twice as long, up to 10 min.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::time::Instant;
use url::Origin;

const WINDOW: Duration = Duration::from_secs(60);
const ENOUGH: u32 = 20;
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// When to come back while a probe is under way.
const PROBING: Duration = Duration::from_secs(1);
/// When a connection talked to so many servers, those that nothing is known against are forgotten.
const SERVERS: usize = 16;

/// Whether calls go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    Closed,
    /// A single call is out, or will be the next, to find out whether the system is back.
    HalfOpen,
    Open,
}

/// What a try said about the system's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answered, if only to refuse.
    Answered,
    /// It failed, or could not be reached.
    Failed,
}

/// The breakers of one connection: one for each server that it talks to. Cloning is cheap and shares them.
#[derive(Clone, Default)]
pub(super) struct Breakers(Arc<Mutex<HashMap<Origin, Arc<Breaker>>>>);

/// One system's breaker. Time is handed in.
#[derive(Default)]
pub(super) struct Breaker(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    phase: Phase,
    /// Counts the phases, so that what a call of an earlier phase reports is known to be old.
    epoch: u64,
    seconds: VecDeque<Second>,
}

#[derive(Clone, Copy, Default)]
enum Phase {
    #[default]
    Closed,
    HalfOpen {
        since: Instant,
        pause: Duration,
    },
    Open {
        until: Instant,
        pause: Duration,
    },
}

/// What happened in the second from `start`.
struct Second {
    start: Instant,
    all: u32,
    failed: u32,
}

/// Leave to make one try. Dropping it unreported says nothing about the system, and lets another probe.
pub(super) struct Permit {
    breaker: Arc<Breaker>,
    epoch: u64,
    reported: bool,
}

impl Breakers {
    /// The one of a server.
    pub(super) fn of(&self, server: &Origin) -> Arc<Breaker> {
        let mut all = self.lock();
        if all.len() >= SERVERS && !all.contains_key(server) {
            let now = Instant::now();
            all.retain(|_, it| Arc::strong_count(it) > 1 || it.state(now).0 != BreakerState::Closed);
        }
        all.entry(server.clone()).or_default().clone()
    }

    /// The state of the one that keeps back most, and for how long it does.
    pub(super) fn state(&self, now: Instant) -> (BreakerState, Option<Duration>) {
        let next_is_a_probe = |state| match state {
            (BreakerState::Open, Some(Duration::ZERO)) => (BreakerState::HalfOpen, Some(Duration::ZERO)),
            state => state,
        };
        self.lock().values().map(|it| next_is_a_probe(it.state(now))).max().unwrap_or((BreakerState::Closed, None))
    }

    /// What is kept back may be tried now: there is reason to believe that the system is back.
    pub(super) fn half_open(&self, now: Instant) {
        self.lock().values().for_each(|it| it.half_open(now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Origin, Arc<Breaker>>> {
        // Every change is a single insertion or removal, so what a panic left behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Breaker {
    /// Leave to try, or how long to stay away.
    pub(super) fn admit(self: &Arc<Breaker>, now: Instant) -> Result<Permit, Duration> {
        let mut inner = self.lock();
        match inner.phase {
            Phase::Closed => {}
            Phase::HalfOpen { .. } => return Err(PROBING),
            Phase::Open { until, .. } if now < until => return Err(until - now),
            Phase::Open { pause, .. } => inner.enter(Phase::HalfOpen { since: now, pause }),
        }
        Ok(Permit { breaker: self.clone(), epoch: inner.epoch, reported: false })
    }

    /// The state, and how long calls are kept back.
    pub(super) fn state(&self, now: Instant) -> (BreakerState, Option<Duration>) {
        match self.lock().phase {
            Phase::Closed => (BreakerState::Closed, None),
            Phase::HalfOpen { .. } => (BreakerState::HalfOpen, Some(PROBING)),
            Phase::Open { until, .. } => (BreakerState::Open, Some(until.saturating_duration_since(now))),
        }
    }

    /// The next call is the probe, at once; when that fails, it is as if it had just opened.
    fn half_open(&self, now: Instant) {
        let mut inner = self.lock();
        if let Phase::Open { .. } = inner.phase {
            inner.phase = Phase::Open { until: now, pause: FIRST_PAUSE / 2 };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change is a single assignment, so what a panic left behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
        self.seconds.clear();
    }

    fn count(&mut self, health: Health, now: Instant) {
        while self.seconds.front().is_some_and(|it| now.saturating_duration_since(it.start) >= WINDOW) {
            self.seconds.pop_front();
        }
        if self.seconds.back().is_none_or(|it| now.saturating_duration_since(it.start) >= Duration::from_secs(1)) {
            self.seconds.push_back(Second { start: now, all: 0, failed: 0 });
        }
        if let Some(second) = self.seconds.back_mut() {
            second.all += 1;
            second.failed += u32::from(health == Health::Failed);
        }
    }

    fn is_failing(&self) -> bool {
        let (all, failed) = self.seconds.iter().fold((0, 0), |(all, failed), it| (all + it.all, failed + it.failed));
        all >= ENOUGH && failed * 2 >= all
    }
}

impl Permit {
    pub(super) fn report(mut self, health: Health, now: Instant) {
        self.reported = true;
        let mut inner = self.breaker.lock();
        if inner.epoch != self.epoch {
            return;
        }
        match (inner.phase, health) {
            (Phase::Closed, _) => {
                inner.count(health, now);
                if inner.is_failing() {
                    inner.enter(Phase::Open { until: now + FIRST_PAUSE, pause: FIRST_PAUSE });
                }
            }
            (Phase::HalfOpen { .. }, Health::Answered) => inner.enter(Phase::Closed),
            (Phase::HalfOpen { pause, .. }, Health::Failed) => {
                let pause = (pause * 2).min(LONGEST_PAUSE);
                inner.enter(Phase::Open { until: now + pause, pause });
            }
            // Nobody holds a permit of an open phase.
            (Phase::Open { .. }, _) => {}
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.reported {
            return;
        }
        let mut inner = self.breaker.lock();
        if let Phase::HalfOpen { since, pause } = inner.phase
            && inner.epoch == self.epoch
        {
            inner.enter(Phase::Open { until: since, pause });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Sim {
        breaker: Arc<Breaker>,
        start: Instant,
    }

    impl Sim {
        fn new() -> Sim {
            Sim { breaker: Arc::default(), start: Instant::now() }
        }

        fn at(&self, seconds: f64) -> Instant {
            self.start + Duration::from_secs_f64(seconds)
        }

        fn call(&self, seconds: f64, health: Health) -> Result<(), Duration> {
            self.breaker.admit(self.at(seconds)).map(|permit| permit.report(health, self.at(seconds)))
        }

        fn calls(&self, from: f64, spacing: f64, failed: usize, answered: usize) {
            for step in 0..failed + answered {
                let health = if step < answered { Health::Answered } else { Health::Failed };
                self.call(from + step as f64 * spacing, health).unwrap();
            }
        }

        fn state(&self, seconds: f64) -> BreakerState {
            self.breaker.state(self.at(seconds)).0
        }
    }

    #[test]
    fn opens_at_half_of_twenty_in_a_minute() {
        for (failed, answered, spacing, expected) in [
            (19, 0, 0.1, BreakerState::Closed),
            (20, 0, 0.1, BreakerState::Open),
            (10, 10, 0.1, BreakerState::Open),
            (9, 11, 0.1, BreakerState::Closed),
            (49, 51, 0.1, BreakerState::Closed),
            (50, 50, 0.1, BreakerState::Open),
            (40, 0, 4.0, BreakerState::Closed), // 15 in any minute
            (40, 0, 2.0, BreakerState::Open),   // 30 in a minute
        ] {
            let sim = Sim::new();
            for step in 0..failed + answered {
                let health = if step < answered { Health::Answered } else { Health::Failed };
                if sim.call(step as f64 * spacing, health).is_err() {
                    break;
                }
            }
            assert_eq!(sim.state((failed + answered) as f64 * spacing), expected, "{failed} of {}", failed + answered);
        }
    }

    #[test]
    fn what_is_over_a_minute_old_is_forgotten() {
        let sim = Sim::new();
        sim.calls(0.0, 0.1, 15, 0);
        sim.calls(62.0, 0.1, 5, 14);
        assert_eq!(sim.state(64.0), BreakerState::Closed);
    }

    #[test]
    fn an_open_breaker_says_when_to_come_back() {
        let sim = Sim::new();
        sim.calls(0.0, 0.0, 20, 0);
        assert_eq!(sim.call(10.0, Health::Answered), Err(Duration::from_secs(20)));
        assert_eq!(sim.breaker.state(sim.at(10.0)), (BreakerState::Open, Some(Duration::from_secs(20))));
    }

    #[test]
    fn a_single_probe_decides() {
        let sim = Sim::new();
        sim.calls(0.0, 0.0, 20, 0);
        let probe = sim.breaker.admit(sim.at(30.0)).ok().unwrap();
        assert_eq!(sim.state(30.0), BreakerState::HalfOpen);
        assert_eq!(sim.call(30.5, Health::Answered), Err(PROBING));
        probe.report(Health::Answered, sim.at(31.0));
        assert_eq!(sim.state(31.0), BreakerState::Closed);
        sim.calls(31.0, 0.0, 19, 0);
        assert_eq!(sim.state(31.0), BreakerState::Closed, "the failures before the probe are forgotten");
    }

    #[test]
    fn failed_probes_double_the_pause_to_ten_minutes() {
        let sim = Sim::new();
        sim.calls(0.0, 0.0, 20, 0);
        let (mut now, mut pauses) = (0.0, Vec::new());
        for _ in 0..7 {
            let wait = sim.breaker.state(sim.at(now)).1.unwrap().as_secs_f64();
            pauses.push(wait as u64);
            now += wait;
            sim.call(now, Health::Failed).unwrap();
        }
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600]);
        now += 600.0;
        sim.call(now, Health::Answered).unwrap();
        sim.calls(now, 0.0, 20, 0);
        assert_eq!(sim.breaker.state(sim.at(now)).1, Some(FIRST_PAUSE), "a success resets the pause");
    }

    #[test]
    fn where_there_is_reason_to_believe_in_it_the_probe_goes_at_once() {
        let sim = Sim::new();
        sim.breaker.half_open(sim.at(0.0));
        assert_eq!(sim.state(0.0), BreakerState::Closed);
        sim.calls(0.0, 0.0, 20, 0);
        for at in [30.0, 90.0] {
            sim.call(at, Health::Failed).unwrap();
        }
        assert_eq!(sim.call(91.0, Health::Answered), Err(Duration::from_secs(119)));
        sim.breaker.half_open(sim.at(92.0));
        sim.call(92.0, Health::Failed).unwrap();
        assert_eq!(sim.call(93.0, Health::Answered), Err(Duration::from_secs(29)), "as if it had just opened");
        sim.breaker.half_open(sim.at(94.0));
        let probe = sim.breaker.admit(sim.at(94.0)).ok().unwrap();
        sim.breaker.half_open(sim.at(94.5));
        assert_eq!(sim.call(94.5, Health::Answered), Err(PROBING), "one is out already");
        probe.report(Health::Answered, sim.at(95.0));
        assert_eq!(sim.state(95.0), BreakerState::Closed);
    }

    #[test]
    fn each_server_has_one_and_the_worst_is_told() {
        let breakers = Breakers::default();
        let server = |name: &str| url::Url::parse(&format!("https://{name}.example.org")).expect("an address").origin();
        let now = Instant::now();
        let fail = |name: &str, times| {
            for _ in 0..times {
                breakers.of(&server(name)).admit(now).ok().unwrap().report(Health::Failed, now);
            }
        };
        fail("api", 19);
        fail("files", 20);
        assert_eq!(breakers.state(now), (BreakerState::Open, Some(FIRST_PAUSE)));
        assert!(breakers.of(&server("api")).admit(now).is_ok() && breakers.of(&server("files")).admit(now).is_err());
        assert_eq!(breakers.state(now + FIRST_PAUSE), (BreakerState::HalfOpen, Some(Duration::ZERO)), "nobody is kept back");
        breakers.half_open(now);
        assert_eq!(breakers.state(now), (BreakerState::HalfOpen, Some(Duration::ZERO)));
        // However many servers there are, only what is known against one is remembered.
        let held = breakers.of(&server("held"));
        for count in 0..1000 {
            breakers.of(&server(&count.to_string()));
        }
        assert!(breakers.lock().len() <= SERVERS + 2, "{}", breakers.lock().len());
        assert!(Arc::ptr_eq(&held, &breakers.of(&server("held"))));
        assert!(breakers.of(&server("files")).admit(now).is_ok_and(|it| it.breaker.state(now).0 == BreakerState::HalfOpen));
    }

    #[test]
    fn a_cancelled_probe_lets_the_next_one_try() {
        let sim = Sim::new();
        sim.calls(0.0, 0.0, 20, 0);
        drop(sim.breaker.admit(sim.at(30.0)));
        assert_eq!(sim.call(31.0, Health::Answered), Ok(()));
        assert_eq!(sim.state(31.0), BreakerState::Closed);
    }

    #[test]
    fn late_reports_of_earlier_calls_change_nothing() {
        let sim = Sim::new();
        let late: Vec<_> = (0..30).map(|_| sim.breaker.admit(sim.at(0.0)).ok().unwrap()).collect();
        sim.calls(0.0, 0.0, 20, 0);
        let probe = sim.breaker.admit(sim.at(30.0)).ok().unwrap();
        for permit in late {
            permit.report(Health::Failed, sim.at(30.0));
        }
        assert_eq!(sim.state(30.0), BreakerState::HalfOpen);
        probe.report(Health::Answered, sim.at(30.0));
        assert_eq!(sim.state(30.0), BreakerState::Closed);
    }

    proptest! {
        /// Whatever happens, it opens only on a failure, never refuses for over 10 min, and a system that answers is
        /// reached again.
        #[test]
        fn always_recovers(steps in prop::collection::vec((0.0..30.0f64, any::<bool>()), 1..200)) {
            let sim = Sim::new();
            let mut now = 0.0;
            for (wait, failed) in steps {
                now += wait;
                let before = sim.state(now);
                let outcome = sim.call(now, if failed { Health::Failed } else { Health::Answered });
                if let Err(wait) = outcome {
                    prop_assert!(wait <= LONGEST_PAUSE);
                } else if !failed {
                    prop_assert!(before == BreakerState::Closed || sim.state(now) == BreakerState::Closed);
                }
            }
            now += LONGEST_PAUSE.as_secs_f64();
            prop_assert_eq!(sim.call(now, Health::Answered), Ok(()));
        }
    }
}
