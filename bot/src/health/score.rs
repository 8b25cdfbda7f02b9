//! One number for how something does, from 0 to 100, and what it is made of: nobody trusts a number that cannot say why.

use connectors::{State, http::Quota};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[health.weights]`: what counts for how much. What is not known of something does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// What its checks find.
    #[serde(default = "forty")]
    pub checks: u32,
    /// How many of the bot's own requests fail.
    #[serde(default = "twenty")]
    pub errors: u32,
    /// How long its answers take, compared with what is usual.
    #[serde(default = "fifteen")]
    pub response: u32,
    /// How much of its quota is left.
    #[serde(default = "fifteen")]
    pub quota: u32,
    /// Whether it reports as often as usual.
    #[serde(default = "ten")]
    pub freshness: u32,
}

fn forty() -> u32 {
    40
}

fn twenty() -> u32 {
    20
}

fn fifteen() -> u32 {
    15
}

fn ten() -> u32 {
    10
}

impl Default for Weights {
    fn default() -> Weights {
        Weights { checks: forty(), errors: twenty(), response: fifteen(), quota: fifteen(), freshness: ten() }
    }
}

/// What failed is worth no more than this, whatever else is well.
const FAILED_AT_MOST: f64 = 20.0;
/// So many failed requests of all are as bad as it gets.
const ALL_FAIL: f64 = 0.25;
/// An answer within this is good, whatever is usual.
const QUICK: f64 = 0.3;
/// So many times the usual is still good, and so many times as bad as it gets.
const USUAL: (f64, f64) = (1.5, 6.0);
/// From this part of a quota on, all is well.
const PLENTY: f64 = 0.2;
/// Fewer requests say nothing about how many fail.
const FEW: u64 = 5;

/// What a score is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub state: Option<State>,
    /// Of the last hour: all, and failed ones.
    pub requests: Option<(u64, u64)>,
    /// Seconds: the last hour's mean, and the usual one.
    pub response: Option<(f64, Option<f64>)>,
    pub quota: Option<Quota>,
    /// How likely it is that it is silent for so long, from 0 to 1.
    pub silence: Option<f64>,
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub name: &'static str,
    /// 0 to 100.
    pub score: u8,
    pub weight: u32,
    /// In words.
    pub why: String,
}

/// The score, and its parts.
pub fn score(facts: &Facts, weights: &Weights) -> (u8, Vec<Part>) {
    let parts: Vec<Part> = [
        facts.state.map(|it| checks(it, weights.checks)),
        facts.requests.filter(|(all, _)| *all >= FEW).map(|it| errors(it, weights.errors)),
        facts.response.map(|it| response(it, weights.response)),
        facts.quota.and_then(|it| quota(it, weights.quota)),
        facts.silence.map(|it| freshness(it, weights.freshness)),
    ]
    .into_iter()
    .flatten()
    .filter(|it| it.weight > 0)
    .collect();
    let weight: f64 = parts.iter().map(|it| f64::from(it.weight)).sum();
    let sum: f64 = parts.iter().map(|it| f64::from(it.weight) * f64::from(it.score)).sum();
    let score = if weight > 0.0 { sum / weight } else { 100.0 };
    let most = if facts.state == Some(State::Failed) { FAILED_AT_MOST } else { 100.0 };
    (whole(score.min(most)), parts)
}

/// From 1 at `good` to 0 at `bad`.
fn between(value: f64, good: f64, bad: f64) -> f64 {
    (100.0 * (value - bad) / (good - bad)).clamp(0.0, 100.0)
}

fn whole(score: f64) -> u8 {
    score.clamp(0.0, 100.0).round() as u8
}

fn checks(state: State, weight: u32) -> Part {
    let (score, why) = match state {
        State::Ok => (100, "all checks passed"),
        State::Warning => (50, "a check warns"),
        State::Failed => (0, "a check failed"),
    };
    Part { name: "checks", score, weight, why: why.into() }
}

fn errors((all, failed): (u64, u64), weight: u32) -> Part {
    let rate = failed as f64 / all as f64;
    let why = format!("{failed} of {all} requests failed in the last hour");
    Part { name: "errors", score: whole(between(rate, 0.0, ALL_FAIL)), weight, why }
}

fn response((now, usual): (f64, Option<f64>), weight: u32) -> Part {
    let usual = usual.map(|it| it.max(QUICK)).unwrap_or(QUICK * 5.0);
    let score = if now <= QUICK { 100.0 } else { between(now / usual, USUAL.0, USUAL.1) };
    let why = format!("answers take {} (usual: {})", said(now), said(usual));
    Part { name: "response", score: whole(score), weight, why }
}

fn quota(quota: Quota, weight: u32) -> Option<Part> {
    let limit = quota.limit.filter(|it| *it > 0)?;
    let share = quota.remaining as f64 / limit as f64;
    let why = format!("{} of {limit} requests left", quota.remaining);
    Some(Part { name: "quota", score: whole(between(share, PLENTY, 0.0)), weight, why })
}

fn freshness(silence: f64, weight: u32) -> Part {
    // One in twenty is still nothing to wonder about; one in a thousand is.
    let score = between(silence.max(1e-6).log10(), 0.05_f64.log10(), -3.0);
    let why = if score >= 100.0 { "reports as usual".to_owned() } else { "more silent than usual".to_owned() };
    Part { name: "freshness", score: whole(score), weight, why }
}

/// `240 ms`, `2.3 s`.
pub fn said(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_score_says_what_it_is_made_of() {
        let facts = Facts {
            state: Some(State::Warning),
            requests: Some((200, 10)),
            response: Some((0.9, Some(0.3))),
            quota: Some(Quota { limit: Some(5000), remaining: 500, resets: None }),
            silence: Some(1.0),
        };
        let (score, parts) = score(&facts, &Weights::default());
        let said: Vec<String> = parts.iter().map(|it| format!("{} {}×{}: {}", it.name, it.score, it.weight, it.why)).collect();
        assert_eq!(
            said,
            [
                "checks 50×40: a check warns",
                "errors 80×20: 10 of 200 requests failed in the last hour",
                "response 67×15: answers take 900 ms (usual: 300 ms)",
                "quota 50×15: 500 of 5000 requests left",
                "freshness 100×10: reports as usual",
            ]
        );
        assert_eq!(score, 64);
    }

    #[test]
    fn what_is_not_known_does_not_count_and_what_failed_counts_most() {
        let ok = Facts { state: Some(State::Ok), ..Facts::default() };
        assert_eq!(score(&ok, &Weights::default()).0, 100);
        let few = Facts { requests: Some((4, 4)), ..ok.clone() };
        assert_eq!(score(&few, &Weights::default()).0, 100);
        let failed = Facts { state: Some(State::Failed), response: Some((0.01, None)), silence: Some(1.0), ..Facts::default() };
        assert_eq!(score(&failed, &Weights::default()).0, 20);
        assert_eq!(score(&Facts::default(), &Weights::default()), (100, Vec::new()));
    }

    proptest! {
        #[test]
        fn worse_facts_never_score_better(
            all in 5_u64..1000, failed in 0_u64..1000, more in 0_u64..1000, took in 0.0_f64..60.0, longer in 0.0_f64..60.0,
        ) {
            let of = |failed: u64, took: f64| {
                let requests = Some((all, failed.min(all)));
                let facts = Facts { state: Some(State::Ok), requests, response: Some((took, Some(0.5))), ..Facts::default() };
                score(&facts, &Weights::default()).0
            };
            prop_assert!(of(failed + more, took + longer) <= of(failed, took));
        }
    }
}
