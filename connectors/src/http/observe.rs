//! What is seen of the requests: metrics, and a connection's state for `doctor` and the dashboard.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use commands::Error;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use reqwest::{
    Method,
    header::{self, HeaderMap},
};
use serde::Serialize;
use tokio::time::Instant;

use super::{breaker::BreakerState, pauses::Pauses, retry};

/// How a connection's requests fare.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    pub breaker: BreakerState,
    /// How long calls are kept back, while the breaker is not closed.
    pub kept_back: Option<Duration>,
    /// As the system said last, if it ever did.
    pub quota: Option<Quota>,
    /// What went wrong last, and when; not what was refused because of its values.
    pub last_error: Option<(Timestamp, Error)>,
    /// How far its clock is ahead of ours, as its last answer said, to the second.
    pub clock: Option<SignedDuration>,
}

/// What the system lets us do, as its `X-RateLimit-*` or
/// [`RateLimit-*`](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/) headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// Requests a window.
    pub limit: Option<u64>,
    /// Requests left in this window.
    pub remaining: u64,
    /// When the window ends, or when the service is to be asked again, where it says that.
    pub resets: Option<Timestamp>,
}

impl Quota {
    /// In the dialects of GitHub, GitLab, Atlassian (whose `reset` is a time as text) and Trello.
    pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Option<Quota> {
        let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).map(str::trim);
        let of = |name: &str| text(&format!("x-ratelimit-{name}")).or_else(|| text(&format!("ratelimit-{name}")));
        let number = |value: Option<&str>| value.and_then(|it| it.parse::<f64>().ok()).filter(|it| (0.0..1e12).contains(it));
        if let Some(remaining) = number(text("x-rate-limit-api-token-remaining")) {
            let window = number(text("x-rate-limit-api-token-interval-ms")).map(|it| Duration::from_secs_f64(it / 1000.0));
            let limit = number(text("x-rate-limit-api-token-max")).map(|it| it as u64);
            return Some(Quota { limit, remaining: remaining as u64, resets: window.and_then(|it| now.checked_add(it).ok()) });
        }
        let resets = match number(of("reset")) {
            // Some count seconds from now, others from 1970: no window lasts for 30 years.
            Some(reset) if reset < 1e9 => now.checked_add(Duration::from_secs_f64(reset)).ok(),
            Some(reset) => Timestamp::from_second(reset as i64).ok(),
            None => of("reset").and_then(|it| it.parse().ok()),
        };
        let limit = number(of("limit")).map(|it| it as u64);
        let remaining = number(of("remaining"))? as u64;
        // Azure DevOps answers on when nothing is left, later and later, and says how long to wait; its window may be far from its end.
        // https://learn.microsoft.com/en-us/azure/devops/integrate/concepts/rate-limits
        let asked = text("retry-after").filter(|_| remaining == 0).and_then(|it| retry::retry_after(it, now));
        let resets = asked.map_or(resets, |wait| now.checked_add(wait).ok());
        Some(Quota { limit, remaining, resets })
    }
}

/// What was seen last of one connection.
#[derive(Default)]
pub(super) struct Seen {
    quotas: Mutex<Quotas>,
    /// Who asked for patience: of each one whose requests are counted, and of each resource.
    pauses: Pauses<(Whose, String)>,
    last_error: Mutex<Option<(Timestamp, Error)>>,
    clock: Mutex<Option<SignedDuration>>,
}

/// A service may count some of its requests apart (GitHub: `x-ratelimit-resource`, `core` or `search`).
#[derive(Default)]
struct Quotas {
    /// What a path's requests are counted as.
    resources: HashMap<String, String>,
    /// Of each one whose requests are counted, and of each resource.
    left: HashMap<(Whose, String), Quota>,
}

/// Under whose name requests are sent: services count those of each apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Whose(u64);

impl Whose {
    /// By a hash of what it proves itself with, where that is not always the same.
    pub(super) fn of(headers: &HeaderMap) -> Whose {
        let proof = headers.get(header::AUTHORIZATION);
        Whose(proof.map_or(0, |it| BuildHasherDefault::<DefaultHasher>::default().hash_one(it.as_bytes())))
    }
}

/// As many paths are remembered at most, and as many people.
const MOST_PATHS: usize = 1_000;

impl Seen {
    /// The scarcest of all that the service told us.
    pub(super) fn quota(&self) -> Option<Quota> {
        let quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
        let share = |it: &Quota| it.limit.map_or(it.remaining as f64, |limit| it.remaining as f64 / limit.max(1) as f64);
        quotas.left.values().min_by(|a, b| share(a).total_cmp(&share(b))).copied()
    }

    /// How long until requests of theirs to this path are answered again, when the service said that none are left.
    pub(super) fn used_up(&self, whose: Whose, pattern: &str, now: Timestamp) -> Option<Duration> {
        let quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
        let resource = quotas.resources.get(pattern)?.clone();
        let quota = quotas.left.get(&(whose, resource)).filter(|it| it.remaining == 0)?;
        quota.resets.filter(|it| *it > now).and_then(|it| Duration::try_from(it.duration_since(now)).ok())
    }

    /// When the service is to be asked again by them, on a path like `pattern`: it asked us to wait ([`Seen::hold`]).
    pub(super) fn held_until(&self, whose: Whose, pattern: &str) -> Option<Instant> {
        let resource = self.quotas.lock().unwrap_or_else(PoisonError::into_inner).resources.get(pattern).cloned();
        // What the requests to a path count as that never answered, nobody knows.
        let is_meant = |counted: &str| resource.as_deref().is_none_or(|it| it == counted);
        self.pauses.until(|(who, counted)| *who == whose && is_meant(counted))
    }

    /// The service asked us to wait with requests of theirs that it counts as `resource`.
    pub(super) fn hold(&self, whose: Whose, resource: &str, wait: Duration) {
        self.pauses.hold((whose, resource.to_owned()), wait);
    }

    /// Requests to a path like `pattern` are counted as `resource`.
    pub(super) fn note_quota(&self, connection: &str, whose: Whose, pattern: &str, resource: &str, quota: Quota) {
        {
            let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
            if quotas.left.len() >= MOST_PATHS {
                quotas.left.clear();
            }
            quotas.left.insert((whose, resource.to_owned()), quota);
            if quotas.resources.len() < MOST_PATHS || quotas.resources.contains_key(pattern) {
                quotas.resources.insert(pattern.to_owned(), resource.to_owned());
            }
        }
        let labels = [("connection", connection.to_owned()), ("resource", resource.to_owned())];
        metrics::gauge!("bellhop_quota_remaining", &labels).set(quota.remaining as f64);
        if let Some(limit) = quota.limit {
            metrics::gauge!("bellhop_quota_limit", &labels).set(limit as f64);
        }
    }

    /// What an answer's [`Date`](https://www.rfc-editor.org/rfc/rfc9110#field.date) says of the system's clock; nothing where a
    /// cache gave the answer.
    pub(super) fn note_clock(&self, headers: &HeaderMap, now: Timestamp) {
        let date = headers.get(header::DATE).filter(|_| !headers.contains_key(header::AGE)).and_then(|it| it.to_str().ok());
        if let Some(theirs) = date.and_then(|it| rfc2822::parse(it).ok()) {
            let ahead = SignedDuration::from_secs(theirs.timestamp().as_second() - now.as_second());
            *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
    }

    pub(super) fn clock(&self) -> Option<SignedDuration> {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn last_error(&self) -> Option<(Timestamp, Error)> {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn note_error(&self, error: &Error) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some((Timestamp::now(), error.clone()));
    }
}

/// One try, as `outcome`: `ok`, or the failure's class.
pub(super) fn tried(connection: &str, method: &Method, outcome: &'static str, elapsed: Duration) {
    let (connection, method) = (connection.to_owned(), method.as_str().to_owned());
    metrics::counter!("bellhop_http_requests_total", "connection" => connection.clone(), "method" => method.clone(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!("bellhop_http_request_seconds", "connection" => connection, "method" => method)
        .record(elapsed.as_secs_f64());
}

pub(super) fn retried(connection: &str) {
    metrics::counter!("bellhop_http_retries_total", "connection" => connection.to_owned()).increment(1);
}

/// 0 closed, 1 half-open, 2 open.
pub(super) fn breaker(connection: &str, state: BreakerState) {
    let value = match state {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open => 2.0,
    };
    metrics::gauge!("bellhop_breaker_state", "connection" => connection.to_owned()).set(value);
}

/// A path as a pattern: what varies from object to object is `{}`, and there is no query.
pub(super) fn pattern(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        let (stem, ending) = segment.rsplit_once('.').map_or((segment, None), |(stem, ending)| (stem, Some(ending)));
        let varies = stem.len() > 24 || stem.bytes().any(|it| it.is_ascii_digit()) && !is_version(stem);
        match (varies, ending) {
            (false, _) => segment.to_owned(),
            (true, Some(ending)) if ending.len() <= 4 => format!("{{}}.{ending}"),
            (true, _) => "{}".to_owned(),
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|it| it.len() <= 2 && it.bytes().all(|it| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_patterns() {
        for (path, expected) in [
            ("/issues/42.json", "/issues/{}.json"),
            ("/issues.json", "/issues.json"),
            ("/api/v3/work_packages/7/activities", "/api/v3/work_packages/{}/activities"),
            ("/files/0b9e7c1a-54a5-4a53-8ad9-6c9ac7f1d3b2", "/files/{}"),
            ("/projects/demo/versions.json", "/projects/demo/versions.json"),
        ] {
            assert_eq!(pattern(path), expected);
        }
    }

    #[test]
    fn an_answer_tells_the_time() {
        let seen = Seen::default();
        assert_eq!(seen.clock(), None);
        let dated = |headers: &[(&'static str, &'static str)]| -> HeaderMap {
            let all = headers.iter();
            all.map(|(name, value)| (header::HeaderName::from_static(name), header::HeaderValue::from_static(value))).collect()
        };
        // https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
        let at = Timestamp::from_second(784_111_700).expect("a time");
        seen.note_clock(&dated(&[("date", "Sun, 06 Nov 1994 08:49:37 GMT")]), at);
        assert_eq!(seen.clock(), Some(SignedDuration::from_secs(77)));
        seen.note_clock(&dated(&[("date", "Sun, 06 Nov 1994 07:00:00 GMT"), ("age", "6577")]), at);
        seen.note_clock(&dated(&[("date", "today")]), at);
        assert_eq!(seen.clock(), Some(SignedDuration::from_secs(77)), "a cache's answer was made at another time");
    }

    #[test]
    fn quotas_are_read_in_their_dialects() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let read = |pairs: &[(&'static str, &str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            Quota::read(&headers, now)
        };
        let in_a_minute = now.checked_add(Duration::from_secs(60)).ok();
        assert_eq!(
            read(&[("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", "1795168860")]),
            Some(Quota { limit: Some(5000), remaining: 4999, resets: in_a_minute })
        );
        assert_eq!(
            read(&[("ratelimit-remaining", "3"), ("ratelimit-reset", "60")]),
            Some(Quota { limit: None, remaining: 3, resets: in_a_minute })
        );
        assert_eq!(
            read(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2026-11-20T10:01:00Z")]),
            Some(Quota { limit: None, remaining: 0, resets: in_a_minute })
        );
        let mut used_up = vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795172400"), ("retry-after", "60")];
        assert_eq!(read(&used_up), Some(Quota { limit: None, remaining: 0, resets: in_a_minute }), "as long as it asks for");
        used_up[0].1 = "1";
        assert_eq!(read(&used_up).and_then(|it| it.resets), now.checked_add(Duration::from_secs(3600)).ok(), "something is left");
        assert_eq!(
            read(&[
                ("x-rate-limit-api-token-max", "100"),
                ("x-rate-limit-api-token-remaining", "99"),
                ("x-rate-limit-api-token-interval-ms", "60000"),
            ]),
            Some(Quota { limit: Some(100), remaining: 99, resets: in_a_minute })
        );
        assert_eq!(read(&[("x-ratelimit-remaining", "many")]), None);
        assert_eq!(read(&[("x-ratelimit-remaining", "-1")]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn what_is_used_up_is_left_alone_until_it_is_given_again() {
        let seen = Seen::default();
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let later = |seconds| now.checked_add(Duration::from_secs(seconds)).unwrap();
        let quota = |remaining| Quota { limit: Some(30), remaining, resets: Some(later(60)) };
        let whose = Whose::default();
        seen.note_quota("github", whose, "/search/issues", "search", quota(0));
        seen.note_quota("github", whose, "/user", "core", quota(20));
        let another = Whose::of(&[(header::AUTHORIZATION, header::HeaderValue::from_static("Bearer ana"))].into_iter().collect());
        assert_eq!(seen.used_up(another, "/search/issues", now), None, "each has a quota of their own");
        assert_eq!(seen.used_up(whose, "/search/issues", now), Some(Duration::from_secs(60)));
        assert_eq!(seen.used_up(whose, "/search/issues", later(61)), None);
        assert_eq!(seen.used_up(whose, "/user", now), None);
        assert_eq!(seen.used_up(whose, "/never/asked", now), None);
        assert_eq!(seen.quota(), Some(quota(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_to_wait_is_not_asked_by_others_either() {
        let seen = Seen::default();
        let whose = Whose::default();
        let another = Whose::of(&[(header::AUTHORIZATION, header::HeaderValue::from_static("Bearer ana"))].into_iter().collect());
        let quota = Quota { limit: Some(30), remaining: 20, resets: None };
        seen.note_quota("github", whose, "/search/issues", "search", quota);
        seen.note_quota("github", whose, "/user", "core", quota);
        seen.hold(whose, "search", Duration::from_secs(30));
        seen.hold(whose, "search", Duration::from_secs(3));
        let over = Instant::now() + Duration::from_secs(30);
        assert_eq!(seen.held_until(whose, "/search/issues"), Some(over));
        assert_eq!(seen.held_until(whose, "/never/asked"), Some(over), "it may be counted as a search");
        assert_eq!(seen.held_until(whose, "/user"), None);
        assert_eq!(seen.held_until(another, "/search/issues"), None, "each is asked for themselves");
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(seen.held_until(whose, "/search/issues"), None);
        seen.hold(whose, "", Duration::from_secs(604_800));
        let held = seen.held_until(whose, "/never/asked").map(|it| it - Instant::now());
        assert_eq!(held, Some(Duration::from_secs(3600)), "no week");
    }
}
