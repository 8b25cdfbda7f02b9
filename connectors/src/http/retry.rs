//! What is sent again, when, and when not.
//!
//! A request is repeated when that cannot do the thing twice: it is idempotent, it never reached the
//! system, or the system said that it did not begin. All of a call's waiting together stays within
//! [`WAITING`], because a person waits for it; what needs longer belongs to the queue, which is told
//! how long.

use std::time::Duration;

use backon::ExponentialBuilder;
use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{Method, StatusCode};

use super::Repeatable;

/// The longest that the tries of one call wait for each other.
pub(super) const WAITING: Duration = Duration::from_secs(5);

/// Delays without jitter, which [`pause`] adds: 200 ms, then twice as long each time.
pub(super) fn backoff(retries: usize) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(2))
        .with_factor(2.0)
        .with_max_times(retries)
}

/// How long to wait before the next try, or not to try again: `planned` is none when the tries are
/// used up, `asked` is what the system asked for, `left` is what remains of [`WAITING`], and
/// `random` is within 0..1: full jitter, so that those who failed together do not return together.
pub(super) fn pause(planned: Option<Duration>, asked: Option<Duration>, left: Duration, random: f64) -> Option<Duration> {
    let planned = planned?;
    let pause = asked.unwrap_or_else(|| planned.mul_f64(random));
    (pause <= left).then_some(pause)
}

/// Whether doing it twice is doing it once, by the method alone (RFC 9110, 9.2.2).
pub(super) fn by_method(method: &Method) -> Repeatable {
    if method.is_idempotent() { Repeatable::Yes } else { Repeatable::No }
}

/// What is known of a request that got no usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Not carried out: it never left us, or was turned away at the door.
    NotDone,
    /// Carried out or not: nobody said.
    Unknown,
    /// An answer that another try would get as well.
    Final,
}

/// What a status other than success says about the request.
pub(super) fn fate(status: StatusCode) -> Fate {
    match status.as_u16() {
        429 | 503 => Fate::NotDone,
        // A 500 may come after the change: of what the system wanted to do next, such as sending mail.
        408 | 500 | 502 | 504 => Fate::Unknown,
        _ => Fate::Final,
    }
}

/// Whether to try again.
pub(super) fn again(fate: Fate, repeatable: Repeatable) -> bool {
    match fate {
        Fate::NotDone => true,
        Fate::Unknown => repeatable == Repeatable::Yes,
        Fate::Final => false,
    }
}

/// Reads `Retry-After`: seconds, with a fraction where a vendor writes one (Zulip does), or a date.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use backon::BackoffBuilder;

    #[test]
    fn retry_after_is_seconds_fractions_or_a_date() {
        let now = "2026-11-20T10:00:00Z".parse().unwrap();
        for (value, expected) in [
            ("0", Some(0.0)),
            ("120", Some(120.0)),
            (" 3 ", Some(3.0)),
            ("1.25", Some(1.25)),
            ("Fri, 20 Nov 2026 10:00:30 GMT", Some(30.0)),
            ("Fri, 20 Nov 2026 09:00:00 GMT", Some(0.0)),
            ("-1", None),
            ("inf", None),
            ("NaN", None),
            ("1e400", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now), expected.map(Duration::from_secs_f64), "{value:?}");
        }
    }

    #[test]
    fn what_may_be_repeated() {
        use Repeatable::{No, Yes};
        for (status, when_yes, when_no) in [
            (429, true, true),
            (503, true, true),
            (502, true, false),
            (504, true, false),
            (408, true, false),
            (500, true, false),
            (501, false, false),
            (400, false, false),
            (401, false, false),
            (404, false, false),
            (409, false, false),
            (422, false, false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(again(fate(status), Yes), when_yes, "{status}");
            assert_eq!(again(fate(status), No), when_no, "{status}");
        }
        assert!(again(Fate::NotDone, No) && again(Fate::Unknown, Yes) && !again(Fate::Unknown, No));
        assert_eq!([Method::GET, Method::HEAD, Method::PUT, Method::DELETE].map(|it| by_method(&it)), [Yes; 4]);
        assert_eq!([Method::POST, Method::PATCH].map(|it| by_method(&it)), [No; 2]);
    }

    #[test]
    fn waiting_is_jittered_bounded_and_as_asked() {
        let ms = Duration::from_millis;
        // It reckons with floats, which are off by a few nanoseconds.
        let delays: Vec<_> = backoff(5).build().map(|it| (it.as_secs_f64() * 1000.0).round()).collect();
        assert_eq!(delays, [200.0, 400.0, 800.0, 1600.0, 2000.0]);
        assert_eq!(backoff(0).build().count(), 0);
        for (planned, asked, left, random, expected) in [
            (Some(ms(400)), None, WAITING, 0.5, Some(ms(200))),
            (Some(ms(400)), None, WAITING, 0.0, Some(ms(0))),
            (Some(ms(400)), None, ms(100), 0.5, None),
            (Some(ms(400)), Some(ms(3000)), WAITING, 0.5, Some(ms(3000))),
            (Some(ms(400)), Some(ms(5001)), WAITING, 0.5, None),
            (None, Some(ms(1)), WAITING, 0.5, None),
        ] {
            assert_eq!(pause(planned, asked, left, random), expected);
        }
    }
}
