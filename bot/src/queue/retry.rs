//! How long to wait before trying again, and when to stop.

use std::time::Duration;

use jiff::Timestamp;

/// The longest wait before the second attempt.
const FIRST: Duration = Duration::from_secs(5);
/// No wait is longer.
const LONGEST: Duration = Duration::from_hours(10);
/// A job that has failed for this long is a dead letter.
pub(super) const GIVE_UP: Duration = Duration::from_hours(72);
/// What was tried less often did not fail for three days: most of them it waited for what was no fault of its own.
pub(super) const LEAST: u32 = 8;
/// A failing job holds its lane up for this long at most.
pub(super) const LANE_BLOCKED: Duration = Duration::from_mins(15);

/// The longest wait after `attempt` attempts: doubling.
pub(super) fn ceiling(attempt: u32) -> Duration {
    FIRST.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1))).min(LONGEST)
}

/// A random wait up to the ceiling ("full jitter"), so that those that failed together do not come
/// back together.
///
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
pub(super) fn backoff(attempt: u32) -> Duration {
    rand::random_range(Duration::from_millis(500)..=ceiling(attempt))
}

/// Whether what began to fail then has failed for too long.
pub(super) fn is_hopeless(failing_since: Option<Timestamp>, now: Timestamp) -> bool {
    failing_since.is_some_and(|since| now.duration_since(since) >= GIVE_UP.try_into().unwrap_or(jiff::SignedDuration::MAX))
}
