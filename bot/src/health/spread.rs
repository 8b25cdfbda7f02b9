//! When each thing is checked: once an interval, each at a moment of its own, so that a hundred checks are not a burst.
//!
//! The moment is derived from the name: every bot agrees on it, whenever it started. What looks other than it is known to be
//! is looked at again soon.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// After the unexpected, at the latest.
const SOON: Duration = Duration::from_secs(30);

/// The first moment after `now` at which `name` is to be checked.
pub fn next(name: &str, now: Timestamp, every: Duration) -> Timestamp {
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
    let digest = Sha256::digest(name.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let offset = i64::try_from(number % every.unsigned_abs()).unwrap_or(0);
    let since = (now.as_millisecond() - offset).rem_euclid(every);
    Timestamp::from_millisecond(now.as_millisecond().saturating_add(every - since)).unwrap_or(Timestamp::MAX)
}

/// When to look again at what was not as it was known to be.
pub fn again(now: Timestamp, every: Duration) -> Timestamp {
    now.saturating_add((every / 10).min(SOON)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_is_checked_once_in_every_interval(
            name in "[a-z:-]{1,20}", start in 0_i64..4_000_000_000_000, every in 10_u64..86_400, steps in 1_usize..20,
        ) {
            let every = Duration::from_secs(every);
            let start = Timestamp::from_millisecond(start).expect("a time");
            let mut at = next(&name, start, every);
            prop_assert!(at > start && at <= start + every, "the first within an interval");
            for _ in 0..steps {
                let following = next(&name, at, every);
                prop_assert_eq!(following.duration_since(at), SignedDuration::try_from(every).expect("short"));
                // Whoever looks a little late is not a whole interval behind.
                let late = at + every / 2;
                prop_assert_eq!(next(&name, late, every), following);
                at = following;
            }
        }
    }

    #[test]
    fn a_hundred_checks_are_no_burst() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().expect("a time");
        let every = Duration::from_secs(300);
        let mut minutes = [0; 5];
        for number in 0..100 {
            let at = next(&format!("connection-{number}"), now, every);
            let seconds = at.duration_since(now).as_secs().min(299);
            minutes[usize::try_from(seconds / 60).expect("small")] += 1;
        }
        assert!(minutes.iter().all(|it| (8..=35).contains(it)), "{minutes:?}");
    }
}
