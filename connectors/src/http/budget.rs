//! How many requests a connection allows itself.
//!
//! Vendors throttle or ban whoever floods them, and one busy workflow must not use up what everyone
//! shares. What is over the budget waits its turn, but no longer than a request may take.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

use super::gate::Allowance;

/// The runtime's time, which tests can hold.
#[derive(Clone, Copy, Debug)]
struct Runtime;

impl Clock for Runtime {
    type Instant = Instant;

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Runtime, NoOpMiddleware<Instant>>;

/// A connection's allowance; `None` is without limit.
pub(super) struct Budget(Option<Limiter>);

impl Budget {
    /// `per_second` requests a second, with a burst of as many; 0 sets no limit.
    pub(super) fn new(per_second: u32) -> Budget {
        Budget(NonZeroU32::new(per_second).map(|it| RateLimiter::direct_with_clock(Quota::per_second(it), Runtime)))
    }

    /// What never lets through more than is allowed in any minute: the burst, and what comes back within it.
    pub(super) fn of(allowance: Allowance) -> Budget {
        let burst = NonZeroU32::new(allowance.burst);
        let spread = NonZeroU32::new(allowance.a_minute.saturating_sub(allowance.burst));
        let quota = spread.zip(burst).map(|(spread, burst)| Quota::per_minute(spread).allow_burst(burst));
        Budget(quota.map(|it| RateLimiter::direct_with_clock(it, Runtime)))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// How long it would take, when that is past `longest`; nothing was taken then.
    pub(super) async fn turn(&self, longest: Duration) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        let deadline = Runtime.now() + longest;
        while let Err(busy) = limiter.check() {
            let now = Runtime.now();
            let wait = busy.wait_time_from(now);
            if now + wait > deadline {
                return Err(wait);
            }
            // A timer's grain is a millisecond: rounded up, or the next check comes too early.
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_burst_is_free_and_the_rest_waits_its_turn() {
        let budget = Budget::new(5);
        let start = tokio::time::Instant::now();
        for _ in 0..5 {
            budget.turn(Duration::ZERO).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            budget.turn(Duration::from_secs(5)).await.unwrap();
        }
        let spent = start.elapsed();
        assert!(spent >= Duration::from_millis(1990) && spent < Duration::from_millis(2100), "{spent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_served_in_time_is_told_when() {
        let budget = Budget::new(1);
        budget.turn(Duration::ZERO).await.unwrap();
        let wait = budget.turn(Duration::from_millis(200)).await.unwrap_err();
        assert!(wait > Duration::from_millis(900) && wait <= Duration::from_secs(1), "{wait:?}");
        tokio::time::advance(wait).await;
        budget.turn(Duration::ZERO).await.unwrap();
    }

    #[tokio::test]
    async fn zero_is_no_limit() {
        let budget = Budget::new(0);
        for _ in 0..1000 {
            budget.turn(Duration::ZERO).await.unwrap();
        }
    }
}
