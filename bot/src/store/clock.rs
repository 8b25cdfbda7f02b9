//! Time, injected: what waits, waits for a clock, so that a test can turn it.
//!
//! Rows that several bots share must be read and written in one time, or the bot whose clock is fast
//! takes the leases of the others. So on PostgreSQL it is the server's: [`DatabaseClock`].

use std::{
    sync::{
        Arc, PoisonError, RwLock, Weak,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use commands::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;
use tokio::{sync::watch, time::Instant};
use tracing::{info, warn};

/// What time it is, and waiting until another time.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;

    /// Returns once [`Clock::now`] is `at` or later.
    fn wait_until(&self, at: Timestamp) -> BoxFuture<'_, ()>;

    /// By how much this machine's clock is ahead of this one; none where they are the same.
    fn machine_ahead(&self) -> Option<SignedDuration> {
        None
    }
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn wait_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let left = at.duration_since(Timestamp::now());
            if let Ok(left) = Duration::try_from(left) {
                tokio::time::sleep(left).await;
            }
        })
    }
}

/// How often the server's time is asked for.
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// Samples of which the one with the shortest round trip counts.
const SAMPLES: usize = 3;
/// A server's clock that is put back by less is waited for, so that time here never runs backwards.
const WAITED_FOR: SignedDuration = SignedDuration::from_secs(1);
/// A machine's clock that is further off than this is worth a warning.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

/// A PostgreSQL server's clock, read without asking it: its time at one moment, half a round trip
/// after it answered, and what has passed here since on a clock that nobody sets.
pub(super) struct DatabaseClock {
    anchor: RwLock<Anchor>,
    /// The latest time given out, in microseconds.
    latest: AtomicI64,
    /// What this machine takes for the time. Only compared with.
    machine: Arc<dyn Clock>,
    machine_ahead: RwLock<SignedDuration>,
}

#[derive(Clone, Copy)]
struct Anchor {
    at: Instant,
    time: Timestamp,
}

impl Anchor {
    fn now(&self) -> Timestamp {
        self.time.saturating_add(self.at.elapsed()).unwrap_or(Timestamp::MAX)
    }
}

impl DatabaseClock {
    /// Asks the server behind `pool`, and again now and then for as long as the clock is used.
    pub(super) async fn open(pool: &PgPool, machine: Arc<dyn Clock>) -> sqlx::Result<Arc<DatabaseClock>> {
        let anchor = measure(pool).await?;
        let clock = Arc::new(DatabaseClock {
            latest: AtomicI64::new(anchor.time.as_microsecond()),
            anchor: RwLock::new(anchor),
            machine,
            machine_ahead: RwLock::default(),
        });
        clock.compare(anchor);
        tokio::spawn(keep(Arc::downgrade(&clock), pool.clone()));
        Ok(clock)
    }

    /// Goes on from `anchor`. Time stands still for as long as it was ahead, unless that is too long.
    fn set(&self, anchor: Anchor) {
        let new = anchor.now();
        let back = self.now().duration_since(new);
        *self.anchor.write().unwrap_or_else(PoisonError::into_inner) = anchor;
        if back > WAITED_FOR {
            warn!("The database's clock was put back by {} s; so is the time here", back.as_secs());
            self.latest.store(new.as_microsecond(), Ordering::Relaxed);
        }
        self.compare(anchor);
    }

    /// Notes how far the machine's clock is off, and says so when that changes.
    fn compare(&self, anchor: Anchor) {
        let ahead = self.machine.now().duration_since(anchor.now());
        let mut noted = self.machine_ahead.write().unwrap_or_else(PoisonError::into_inner);
        match (noted.abs() > CLOCK_TOLERANCE, ahead.abs() > CLOCK_TOLERANCE) {
            (false, true) => warn!(
                "This machine's clock is {} s {} the database's, which counts. Check both machines' time service (NTP)",
                ahead.abs().as_secs(),
                if ahead.is_positive() { "ahead of" } else { "behind" }
            ),
            (true, false) => info!("This machine's clock agrees with the database's again"),
            _ => (),
        }
        *noted = ahead;
        metrics::gauge!("bellhop_clock_ahead_seconds").set(ahead.as_secs_f64());
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        let anchor = *self.anchor.read().unwrap_or_else(PoisonError::into_inner);
        let now = anchor.now().as_microsecond();
        let latest = self.latest.fetch_max(now, Ordering::Relaxed).max(now);
        Timestamp::from_microsecond(latest).unwrap_or(Timestamp::MAX)
    }

    fn wait_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // Again, where the server's clock was put back meanwhile.
            while let Some(left) = Duration::try_from(at.duration_since(self.now())).ok().filter(|left| !left.is_zero()) {
                tokio::time::sleep(left.min(MEASURE_EVERY)).await;
            }
        })
    }

    fn machine_ahead(&self) -> Option<SignedDuration> {
        Some(*self.machine_ahead.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Asks again and again. Between two answers both sides' clocks drift apart by microseconds; what this
/// finds is a clock that was set, and a machine that slept.
async fn keep(clock: Weak<DatabaseClock>, pool: PgPool) {
    loop {
        tokio::time::sleep(MEASURE_EVERY).await;
        if clock.strong_count() == 0 || pool.is_closed() {
            return;
        }
        // A server that is away says nothing about the time.
        if let Ok(anchor) = measure(&pool).await {
            let Some(clock) = clock.upgrade() else { return };
            clock.set(anchor);
        }
    }
}

async fn measure(pool: &PgPool) -> sqlx::Result<Anchor> {
    // One connection, held meanwhile: waiting for it is no part of a round trip.
    let mut connection = pool.acquire().await?;
    let mut best: Option<(Duration, Anchor)> = None;
    for _ in 0..SAMPLES {
        let asked = Instant::now();
        let time: i64 = sqlx::query_scalar("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
            .fetch_one(&mut *connection)
            .await?;
        let round_trip = asked.elapsed();
        let time = Timestamp::from_microsecond(time).map_err(|err| sqlx::Error::Decode(err.into()))?;
        if best.is_none_or(|(shortest, _)| round_trip < shortest) {
            best = Some((round_trip, Anchor { at: asked + round_trip / 2, time }));
        }
    }
    best.map(|(_, anchor)| anchor).ok_or(sqlx::Error::RowNotFound)
}

/// A clock that only moves when it is told to.
pub struct ManualClock(watch::Sender<Timestamp>);

impl ManualClock {
    pub fn at(start: Timestamp) -> ManualClock {
        ManualClock(watch::Sender::new(start))
    }

    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = now.saturating_add(by).unwrap_or(Timestamp::MAX));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn wait_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let mut time = self.0.subscribe();
        Box::pin(async move {
            // The sender lives as long as `self`, which this future borrows.
            let _ = time.wait_for(|now| *now >= at).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Db, Store, testing::Schema};

    /// A machine whose clock is off.
    pub(crate) struct Off(pub SignedDuration);

    impl Clock for Off {
        fn now(&self) -> Timestamp {
            Timestamp::now() + self.0
        }

        fn wait_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
            Box::pin(async move { SystemClock.wait_until(at - self.0).await })
        }
    }

    fn clock(time: &str) -> DatabaseClock {
        let time: Timestamp = time.parse().expect("a time");
        DatabaseClock {
            anchor: RwLock::new(Anchor { at: Instant::now(), time }),
            latest: AtomicI64::new(time.as_microsecond()),
            machine: Arc::new(ManualClock::at(time)),
            machine_ahead: RwLock::default(),
        }
    }

    fn set(clock: &DatabaseClock, time: &str) {
        clock.set(Anchor { at: Instant::now(), time: time.parse().expect("a time") });
    }

    #[tokio::test(start_paused = true)]
    async fn time_goes_on_between_answers_and_not_backwards() {
        let clock = clock("2026-03-02T09:00:00Z");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now().to_string(), "2026-03-02T09:00:10Z");
        set(&clock, "2026-03-02T09:00:09.5Z");
        assert_eq!(clock.now().to_string(), "2026-03-02T09:00:10Z", "half a second is waited for");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(clock.now().to_string(), "2026-03-02T09:00:10.5Z");
        set(&clock, "2026-03-02T08:00:00Z");
        assert_eq!(clock.now().to_string(), "2026-03-02T08:00:00Z", "an hour is not");
        assert_eq!(clock.machine_ahead(), Some(SignedDuration::from_hours(1)));
        set(&clock, "2026-03-02T09:30:00Z");
        assert_eq!(clock.now().to_string(), "2026-03-02T09:30:00Z");
        assert_eq!(clock.machine_ahead(), Some(SignedDuration::from_mins(-30)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_clock_that_is_put_back_waits_longer() {
        let clock = Arc::new(clock("2026-03-02T09:00:00Z"));
        let until = clock.now() + Duration::from_secs(5);
        let waiting = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.wait_until(until).await }
        });
        tokio::time::advance(Duration::from_secs(3)).await;
        set(&clock, "2026-03-02T08:59:50Z");
        let set_at = Instant::now();
        waiting.await.expect("woken");
        assert!(set_at.elapsed() >= Duration::from_secs(15), "{:?}", set_at.elapsed());
    }

    #[tokio::test]
    async fn machines_whose_clocks_differ_share_the_servers_time() {
        let Some(schema) = Schema::create().await else { return };
        let ten = SignedDuration::from_mins(10);
        let fast = Store::open_on(&schema.url, Arc::new(Off(ten))).await.expect("opened");
        let slow = Store::open_on(&schema.url, Arc::new(Off(-ten))).await.expect("opened");
        let apart = fast.now().duration_since(slow.now()).abs();
        assert!(apart < SignedDuration::from_millis(500), "{apart}");
        let Db::Pg { pool, .. } = slow.db() else { unreachable!("the schema is PostgreSQL's") };
        let server = measure(pool).await.expect("the server's time").now();
        assert!(fast.now().duration_since(server).abs() < SignedDuration::from_millis(500));
        for (store, expected) in [(&fast, ten), (&slow, -ten)] {
            let ahead = store.machine_ahead().expect("a difference");
            assert!((ahead - expected).abs() < SignedDuration::from_secs(2), "{ahead}");
            store.close().await;
        }
        schema.drop().await;
    }
}
