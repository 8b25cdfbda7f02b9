//! What is let in: who may send, how fast, and how much of what is refused is kept.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use ipnet::IpNet;
use jiff::Timestamp;
use tokio::time::{Duration, Instant};

/// Deliveries a second that a hook takes, unless it says otherwise; ten times as many at once.
pub const RATE: u32 = 500;
/// So many a second of those that cannot be verified are told so, with a quota of their own: a stranger must not use up the
/// sender's.
const STRANGERS: u32 = 20;
/// Refused deliveries of a hook that are kept whole in an hour; the rest is counted.
const KEPT: u32 = 20;
/// Microseconds.
const HOUR: i64 = 3_600_000_000;
/// At most one note about a hook in this time.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Whose quota a delivery counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sender {
    Verified,
    Stranger,
}

/// What becomes of the record of one that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Whole,
    Counted,
}

/// The doors of all hooks, as far as this process goes.
#[derive(Default)]
pub(super) struct Doors(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    buckets: HashMap<(String, Sender), Bucket>,
    /// How many were kept whole in which hour.
    kept: HashMap<String, (i64, u32)>,
    counted: HashMap<(String, i64, String), i64>,
    told: HashMap<String, Instant>,
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Doors {
    /// Takes one of the hook's quota; how long to wait where there is none left.
    pub fn enter(&self, hook: &str, sender: Sender, rate: Option<u32>) -> Result<(), Duration> {
        let rate = match sender {
            Sender::Verified => rate.unwrap_or(RATE),
            Sender::Stranger => STRANGERS,
        };
        if rate == 0 {
            return Ok(());
        }
        let (rate, now) = (f64::from(rate), Instant::now());
        let mut inner = self.lock();
        let bucket = inner.buckets.entry((hook.to_owned(), sender)).or_insert(Bucket { left: rate * 10.0, at: now });
        bucket.left = (bucket.left + now.duration_since(bucket.at).as_secs_f64() * rate).min(rate * 10.0);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.left) / rate));
        }
        bucket.left -= 1.0;
        Ok(())
    }

    /// Whether a refused delivery is kept whole; else it is counted here.
    pub fn refuse(&self, hook: &str, reason: &str, at: Timestamp) -> Record {
        let hour = at.as_microsecond() / HOUR * HOUR;
        let mut inner = self.lock();
        let (of, kept) = inner.kept.entry(hook.to_owned()).or_insert((hour, 0));
        if *of != hour {
            (*of, *kept) = (hour, 0);
        }
        if *kept < KEPT {
            *kept += 1;
            return Record::Whole;
        }
        *inner.counted.entry((hook.to_owned(), hour, reason.to_owned())).or_default() += 1;
        Record::Counted
    }

    /// What was counted since it was asked last: hook, hour, reason, how many.
    pub fn take_counted(&self) -> Vec<(String, i64, String, i64)> {
        std::mem::take(&mut self.lock().counted)
            .into_iter()
            .map(|((hook, hour, reason), count)| (hook, hour, reason, count))
            .collect()
    }

    /// Puts back what could not be written down.
    pub fn put_back(&self, counted: Vec<(String, i64, String, i64)>) {
        let mut inner = self.lock();
        for (hook, hour, reason, count) in counted {
            *inner.counted.entry((hook, hour, reason)).or_default() += count;
        }
    }

    /// Whether administrators may hear of this hook now.
    pub fn may_tell(&self, hook: &str) -> bool {
        let (mut inner, now) = (self.lock(), Instant::now());
        let may = inner.told.get(hook).is_none_or(|last| now.duration_since(*last) >= TOLD_EVERY);
        if may {
            inner.told.insert(hook.to_owned(), now);
        }
        may
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose address counts: the connection's, or what proxies that are trusted say of it, from the nearest on.
pub(super) fn sender(peer: IpAddr, forwarded: Option<&str>, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |it: &IpAddr| trusted.iter().any(|net| net.contains(&it.to_canonical()));
    let mut sender = peer;
    let mut hops = forwarded.unwrap_or_default().rsplit(',');
    while is_trusted(&sender) {
        // What is no address was written by nobody we trust.
        let Some(hop) = hops.next().and_then(|it| it.trim().trim_start_matches('[').trim_end_matches(']').parse().ok()) else {
            break;
        };
        sender = hop;
    }
    sender.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let net = |text: &str| text.parse::<IpNet>().expect("a network");
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted = [net("10.0.0.0/8"), net("127.0.0.1/32")];
        let of = |peer: &str, forwarded: &str| sender(ip(peer), Some(forwarded), &trusted).to_string();
        assert_eq!(of("203.0.113.9", "192.0.2.1"), "203.0.113.9", "a stranger says what it likes");
        assert_eq!(of("127.0.0.1", "198.51.100.7, 192.0.2.1"), "192.0.2.1", "what the sender wrote itself does not count");
        assert_eq!(of("127.0.0.1", "192.0.2.1, 10.1.1.1"), "192.0.2.1");
        assert_eq!(of("127.0.0.1", "nonsense, 10.1.1.1"), "10.1.1.1");
        assert_eq!(of("::ffff:10.0.0.1", "[2001:db8::1]"), "2001:db8::1");
        assert_eq!(of("127.0.0.1", ""), "127.0.0.1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stranger_does_not_use_up_the_senders_quota() {
        let doors = Doors::default();
        let taken = (0..1000).filter(|_| doors.enter("ci", Sender::Stranger, None).is_ok()).count();
        assert_eq!(taken, 200);
        assert!(doors.enter("ci", Sender::Verified, Some(2)).is_ok());
        let taken = (0..100).filter(|_| doors.enter("ci", Sender::Verified, Some(2)).is_ok()).count();
        let wait = doors.enter("ci", Sender::Verified, Some(2)).expect_err("none is left");
        assert!(taken == 19 && wait <= Duration::from_millis(500), "{taken} {wait:?}");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!((0..9).filter(|_| doors.enter("ci", Sender::Verified, Some(2)).is_ok()).count(), 2);
        assert!((0..10_000).all(|_| doors.enter("free", Sender::Verified, Some(0)).is_ok()));
    }

    #[test]
    fn of_what_is_refused_a_few_are_kept_and_all_are_counted() {
        let (doors, at) = (Doors::default(), Timestamp::from_second(1_795_254_000).expect("a moment"));
        let whole = |at| (0..30).filter(|_| doors.refuse("ci", "a bad signature", at) == Record::Whole).count();
        assert_eq!(whole(at), 20);
        assert_eq!(whole(at + jiff::SignedDuration::from_hours(1)), 20);
        let mut counted = doors.take_counted();
        counted.sort_by_key(|it| it.1);
        assert_eq!(counted.iter().map(|it| it.3).collect::<Vec<_>>(), [10, 10]);
        doors.put_back(counted.clone());
        assert_eq!(doors.take_counted().len(), 2);
        assert!(doors.take_counted().is_empty());
    }
}
