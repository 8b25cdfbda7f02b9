//! When something counts as crossed, and what is wrong with a threshold.

use proptest::prelude::*;

use super::*;

fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().expect("a time")
}

fn threshold(text: &str) -> Threshold {
    serde_json::from_value(serde_json::json!({ "metric": text, "above": 10.0 })).expect("a threshold")
}

/// The minutes at which it is told, when each minute it is beyond or not.
fn told(beyond: &str, lasting: u64) -> Vec<(usize, State)> {
    let mut standing = Standing::new(start());
    let mut found = Vec::new();
    for (minute, it) in beyond.chars().enumerate() {
        let now = start() + Duration::from_secs(60 * minute as u64);
        if take(&mut standing, it == '#', Duration::from_secs(60 * lasting), now) {
            found.push((minute, standing.state));
        }
    }
    found
}

#[test]
fn it_must_last_and_must_be_over_for_as_long() {
    assert_eq!(told("..###.", 3), [], "two minutes are not three");
    assert_eq!(told("..####..", 3), [(5, State::Failed)]);
    assert_eq!(told("####....", 3), [(3, State::Failed), (7, State::Ok)]);
    assert_eq!(told("#####.#.#.#.#", 2), [(2, State::Failed)], "what goes up and down is told once");
    assert_eq!(told("#.", 0), [(0, State::Failed), (1, State::Ok)]);
}

#[test]
fn what_is_wrong_with_it_is_said_at_its_field() {
    let problems = |value: serde_json::Value| {
        let threshold: Threshold = serde_json::from_value(value).expect("readable");
        threshold.problems().into_iter().map(|it| it.field).collect::<Vec<_>>()
    };
    let whole = serde_json::json!({"metric": "errors", "of": "redmine", "above": 10.0});
    assert_eq!(problems(whole), [""; 0]);
    assert_eq!(problems(serde_json::json!({"metric": "weather", "above": 1.0})), ["metric"]);
    assert_eq!(
        problems(serde_json::json!({"metric": "events", "filter": "((", "severity": "bad"})),
        ["of", "filter", "above", "severity"]
    );
    assert_eq!(
        problems(serde_json::json!({"metric": "queue_age", "above": 1.0, "below": 2.0, "for": "soon", "window": "1s"})),
        ["below", "for", "window"]
    );
    assert_eq!(problems(serde_json::json!({"metric": "bellhop_queue_depth{", "above": 1.0})), ["metric"]);
}

#[test]
fn it_reads_as_people_say_it() {
    let of = |metric: &str, of: Option<&str>| Threshold { of: of.map(str::to_owned), ..threshold(metric) }.words();
    assert_eq!(of("errors", Some("redmine")), "errors of redmine above 10.0 %");
    assert_eq!(of("queue_age", None), "queue_age above 10 s");
    let both = Threshold { below: Some(0.5), ..threshold("score") };
    assert_eq!(both.words(), "score above 10 or below 0.50");
}

proptest! {
    #[test]
    fn crossed_and_cleared_take_turns_and_their_time(beyond in "[#.]{0,80}", lasting in 1_u64..6) {
        let found = told(&beyond, lasting);
        let mut expected = State::Failed;
        for (minute, state) in found {
            prop_assert_eq!(state, expected);
            let sign = if state == State::Failed { '#' } else { '.' };
            let before: String = beyond.chars().skip(minute - lasting as usize).take(lasting as usize + 1).collect();
            prop_assert!(before.chars().all(|it| it == sign), "{} at {minute}", before);
            expected = if state == State::Failed { State::Ok } else { State::Failed };
        }
    }
}
