//! From what a check found and what is remembered: the score, where it is going, when a quota ends.

use connectors::http::Quota;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    Checked, HOOK,
    score::{Facts, Part, score},
    settle::Standing,
    silence, store,
    store::{Hour, Sample},
    trend::{self, Trend},
};
use crate::app::App;

/// What the last requests are of.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// What a quota's end is foreseen from.
const FORESEEN_FROM: SignedDuration = SignedDuration::from_hours(48);
/// What is usual, and where things are going.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// From this share of failed requests on, somebody should look: what a forecast is about.
const MANY_FAIL: f64 = 0.1;

/// What follows from all that is known of something.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Judged {
    /// 0 to 100.
    pub score: u8,
    pub parts: Vec<Part>,
    pub trend: Trend,
    /// Sentences, where there is something to foresee.
    pub forecasts: Vec<String>,
    /// What counts as its state; none before the bot has kept one.
    #[serde(skip)]
    pub standing: Option<Standing>,
    /// Of the last hour: all, and failed ones.
    pub requests: Option<(u64, u64)>,
    /// The mean of the last hour, in seconds.
    pub response: Option<f64>,
    /// When it reported something last.
    pub last_heard: Option<Timestamp>,
}

/// What is remembered of something.
#[derive(Default)]
struct Memory {
    samples: Vec<Sample>,
    hours: Vec<Hour>,
    standing: Option<Standing>,
    last_heard: Option<Timestamp>,
    silence: Option<f64>,
}

impl App {
    /// A store that cannot be read takes away what is remembered, and nothing else.
    pub(super) async fn judge(&self, name: &str, checked: &Checked) -> Judged {
        let memory = self.memory(name, checked).await.unwrap_or_else(|err| {
            tracing::warn!("What is remembered of `{name}` cannot be read: {err:#}");
            Memory::default()
        });
        let now = self.store.now();
        let since = now.saturating_sub(LATELY).unwrap_or(now);
        let uncounted = self.health.uncounted(name, checked.counted);
        let lately = memory.samples.iter().filter(|it| it.at >= since);
        let (mut all, mut failed) = (uncounted.requests, uncounted.failed);
        let (mut timed, mut seconds) = (uncounted.timed, uncounted.seconds);
        for sample in lately {
            all += sample.requests.unsigned_abs();
            failed += sample.failed.unsigned_abs();
            timed += sample.timed.unsigned_abs();
            seconds += sample.response as f64 / 1e6;
        }
        let requests = (all > 0).then_some((all, failed));
        let response = (timed > 0).then(|| seconds / timed as f64);
        let facts = Facts {
            state: Some(checked.state()),
            requests,
            response: response.map(|it| (it, usual_response(&memory.hours, now))),
            quota: checked.quota,
            silence: memory.silence,
        };
        let (score, parts) = score(&facts, &self.health.config.weights);
        let points: Vec<(f64, f64)> = memory.hours.iter().map(|it| (it.second(), it.mean())).collect();
        Judged {
            score,
            parts,
            trend: Trend::of(&points),
            forecasts: forecasts(&memory.samples, &memory.hours, checked.quota, now),
            standing: memory.standing,
            requests,
            response,
            last_heard: memory.last_heard,
        }
    }

    async fn memory(&self, name: &str, checked: &Checked) -> anyhow::Result<Memory> {
        let now = self.store.now();
        // Only a quota is foreseen from single checks, and the queue has thousands of them.
        let back = if checked.quota.is_some() { FORESEEN_FROM } else { LATELY };
        let source = name.strip_prefix(HOOK).unwrap_or(name);
        Ok(Memory {
            samples: store::samples(&self.store, name, now.saturating_sub(back)?).await?,
            hours: store::hours(&self.store, name, now.saturating_sub(WEEK)?).await?,
            standing: store::standings(&self.store).await?.remove(name),
            last_heard: store::last_heard(&self.store, source).await?,
            silence: silence::of(&self.store, source).await?,
        })
    }
}

/// The median of the hours' means, without the last: what lasts must not become usual while it is looked at.
fn usual_response(hours: &[Hour], now: Timestamp) -> Option<f64> {
    let this = store::hour_of(now);
    let mut means: Vec<f64> =
        hours.iter().filter(|it| it.hour < this && it.timed > 0).map(|it| it.response as f64 / 1e6 / it.timed as f64).collect();
    means.sort_by(f64::total_cmp);
    // A single hour is no habit.
    (means.len() >= 3).then(|| means[means.len() / 2])
}

fn forecasts(samples: &[Sample], hours: &[Hour], quota: Option<Quota>, now: Timestamp) -> Vec<String> {
    let mut found = Vec::new();
    let left: Vec<(f64, f64)> =
        samples.iter().filter_map(|it| Some((it.at.as_microsecond() as f64 / 1e6, it.quota_left? as f64))).collect();
    let ends = trend::line(trend::since_renewed(&left)).and_then(|it| it.reaches(0.0));
    // What is given back before it ends does not end.
    let resets = quota.and_then(|it| it.resets);
    if let Some(ends) = ends.filter(|ends| *ends > now && resets.is_none_or(|resets| *ends < resets)) {
        found.push(format!("The quota ends {} if it goes on like this.", when(ends, now)));
    }
    let rates: Vec<(f64, f64)> =
        hours.iter().filter(|it| it.requests >= 5).map(|it| (it.second(), it.failed as f64 / it.requests as f64)).collect();
    let worse = trend::line(&rates).filter(|it| it.slope > 0.0 && it.last < MANY_FAIL).and_then(|it| it.reaches(MANY_FAIL));
    if let Some(worse) = worse.filter(|it| *it > now) {
        found.push(format!("A tenth of the requests fails {} if it goes on like this.", when(worse, now)));
    }
    found
}

/// `today at 14:30 UTC`, `on Thursday at 14:30 UTC`, `on 12 March`.
fn when(at: Timestamp, now: Timestamp) -> String {
    let (day, today) = (at.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    match at.duration_since(now).as_hours() {
        _ if day.date() == today.date() => day.strftime("today at %H:%M UTC").to_string(),
        0..144 => day.strftime("on %A at %H:%M UTC").to_string(),
        _ => day.strftime("on %-d %B").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use connectors::State;

    use super::*;

    fn now() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().expect("a time")
    }

    fn sample(minutes_ago: i64, left: i64) -> Sample {
        Sample {
            at: now() - SignedDuration::from_mins(minutes_ago),
            state: State::Ok,
            score: 100,
            took: 0,
            requests: 0,
            failed: 0,
            timed: 0,
            response: 0,
            quota_left: Some(left),
            quota_limit: Some(10_000),
        }
    }

    fn hour(ago: i64, failed: i64) -> Hour {
        Hour {
            hour: store::hour_of(now()) - ago,
            samples: 12,
            failing: 0,
            score: 1200,
            score_least: 100,
            took: 0,
            requests: 100,
            failed,
            timed: 100,
            response: 20_000_000,
            quota_left: None,
        }
    }

    #[test]
    fn a_quota_that_runs_out_is_foreseen_unless_it_is_given_back_before() {
        // 60 an hour, of which 4500 are left: three days and three hours.
        let falling: Vec<Sample> = (0..24).rev().map(|it| sample(it * 60, 4500 + it * 60)).collect();
        let quota = |resets: Option<&str>| {
            Some(Quota { limit: Some(10_000), remaining: 4500, resets: resets.map(|it| it.parse().expect("a time")) })
        };
        assert_eq!(
            forecasts(&falling, &[], quota(None), now()),
            ["The quota ends on Thursday at 12:00 UTC if it goes on like this."]
        );
        assert_eq!(forecasts(&falling, &[], quota(Some("2026-03-04T00:00:00Z")), now()), [""; 0]);
        let renewed: Vec<Sample> = falling.iter().cloned().chain([sample(0, 10_000)]).collect();
        assert_eq!(forecasts(&renewed, &[], quota(None), now()), [""; 0]);
    }

    #[test]
    fn failures_that_become_more_are_foreseen() {
        let growing: Vec<Hour> = (0..40).rev().map(|it| hour(it, (40 - it) / 5)).collect();
        let found = forecasts(&[], &growing, None, now());
        assert!(
            matches!(found.as_slice(), [one] if one.starts_with("A tenth of the requests fails today at 21:30")),
            "{found:?}"
        );
        let level: Vec<Hour> = (0..40).rev().map(|it| hour(it, 2)).collect();
        assert_eq!(forecasts(&[], &level, None, now()), [""; 0]);
    }

    #[test]
    fn what_is_usual_is_a_habit() {
        let hours: Vec<Hour> = (0..5).map(|it| hour(it, 0)).collect();
        assert_eq!(usual_response(&hours, now()), Some(0.2));
        assert_eq!(usual_response(&hours[..3], now()), None, "this hour and two before");
    }
}
