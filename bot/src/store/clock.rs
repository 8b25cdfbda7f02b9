//! Time, injected: what waits, waits for a clock, so that a test can turn it.

use std::time::Duration;

use commands::BoxFuture;
use jiff::Timestamp;
use tokio::sync::watch;

/// What time it is, and waiting until another time.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;

    /// Returns once [`Clock::now`] is `at` or later.
    fn wait_until(&self, at: Timestamp) -> BoxFuture<'_, ()>;
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
