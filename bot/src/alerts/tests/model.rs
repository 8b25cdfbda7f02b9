//! Random lives of an alert against a naive model, which works everything out anew from all that ever happened.

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::*;
use crate::alerts::{State, Which};

#[derive(Clone, Copy, Debug)]
enum Step {
    Fires(usize),
    Ends(usize),
    Acknowledge,
    AcknowledgeFor(i64),
    Unacknowledge,
    Resolve,
    Silence(i64),
    Minutes(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_usize).prop_map(Step::Fires),
        3 => (0..2_usize).prop_map(Step::Ends),
        1 => Just(Step::Acknowledge),
        1 => (5..40_i64).prop_map(Step::AcknowledgeFor),
        1 => Just(Step::Unacknowledge),
        1 => Just(Step::Resolve),
        1 => (5..40_i64).prop_map(Step::Silence),
        6 => (1..20_i64).prop_map(Step::Minutes),
    ]
}

/// Everything at minute `now`: nothing is kept but what happened.
#[derive(Debug, Default)]
struct Model {
    now: i64,
    firing: [bool; 2],
    /// When it began or ended.
    changes: Vec<i64>,
    /// Until when somebody sees to it.
    acknowledged: Option<i64>,
    is_open: bool,
    resolved: Option<i64>,
    silenced: i64,
    number: usize,
}

impl Model {
    /// Five changes in a quarter of an hour, and none for as long since.
    fn flaps(&self) -> bool {
        let mut until = i64::MIN;
        let mut begun = i64::MIN;
        for (nth, at) in self.changes.iter().enumerate() {
            // What is calm begins to count anew.
            if *at >= until && until > i64::MIN && begun < until {
                begun = until;
            }
            let recent = self.changes[..=nth].iter().filter(|it| **it > at - 15 && **it >= begun).count();
            if *at < until || recent >= 5 {
                until = at + 15;
            }
        }
        self.now < until
    }

    fn begins(&mut self) {
        if self.resolved.is_none_or(|at| self.now - at > 15) {
            self.changes.clear();
            self.number += 1;
        }
        (self.is_open, self.acknowledged) = (true, None);
        self.changes.push(self.now);
    }

    fn ends(&mut self) {
        (self.is_open, self.resolved, self.acknowledged, self.firing) = (false, Some(self.now), None, [false; 2]);
        self.changes.push(self.now);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Fires(nth) if !self.firing[nth] => {
                if !self.is_open {
                    self.begins();
                }
                self.firing[nth] = true;
            }
            Step::Ends(nth) if self.firing[nth] => {
                self.firing[nth] = false;
                if self.firing == [false; 2] {
                    self.ends();
                }
            }
            Step::Acknowledge if self.is_open => self.acknowledged = Some(i64::MAX),
            Step::AcknowledgeFor(minutes) if self.is_open => self.acknowledged = Some(self.now + minutes),
            Step::Unacknowledge if self.is_open => self.acknowledged = None,
            Step::Resolve if self.is_open => self.ends(),
            Step::Silence(minutes) if self.is_open => self.silenced = self.silenced.max(self.now + minutes),
            Step::Minutes(minutes) => {
                self.now += minutes;
                self.acknowledged = self.acknowledged.filter(|until| *until > self.now);
            }
            _ => {}
        }
    }

    fn state(&self) -> State {
        match (self.is_open, self.acknowledged) {
            (false, _) => State::Resolved,
            (true, Some(_)) => State::Acknowledged,
            (true, None) => State::Firing,
        }
    }

    fn pages(&self) -> bool {
        self.state() == State::Firing && !self.flaps() && self.now >= self.silenced
    }
}

async fn lives(bench: Bench, steps: &[Step]) {
    let desk = Desk::new(bench).await;
    let mut model = Model::default();
    let mut id = None;
    for (nth, step) in steps.iter().enumerate() {
        let event = |verb: &str, machine: usize| Event { id: format!("{nth}"), ..disk(&desk, verb, &format!("db{machine}")) };
        match *step {
            Step::Fires(machine) => id = desk.report(event("firing", machine)).await,
            Step::Ends(machine) => {
                desk.report(event("resolved", machine)).await;
            }
            Step::Minutes(count) => desk.wait(minutes(count)).await,
            other => {
                let Some(id) = id else { continue };
                // What is refused changes nothing, in the model either.
                let until = |count: i64| Some(desk.now() + minutes(count));
                let _ = match other {
                    Step::Acknowledge => desk.app.acknowledge_alert(id, &ana(), None).await,
                    Step::AcknowledgeFor(count) => desk.app.acknowledge_alert(id, &ana(), until(count)).await,
                    Step::Unacknowledge => desk.app.unacknowledge_alert(id, &ana()).await,
                    Step::Resolve => desk.app.resolve_alert(id, &ana(), None).await,
                    Step::Silence(count) => desk.app.silence_alert(id, &ana(), until(count), "").await,
                    _ => unreachable!("an act"),
                };
            }
        }
        model.step(*step);
        let Some(id) = id else { continue };
        let row = desk.row(id).await;
        let context = || format!("after {:?}\n{model:#?}\n{row:#?}", &steps[..=nth]);
        assert_eq!(row.state, model.state(), "{}", context());
        assert_eq!(desk.pages(id).await, model.pages(), "{}", context());
        assert_eq!(row.is_paging, model.pages(), "{}", context());
        let open = desk.app.alerts_listed(Which::Open).await.expect("alerts").len();
        assert_eq!(open, usize::from(model.is_open), "{}", context());
        assert_eq!(row.firing, model.firing.iter().filter(|it| **it).count() as i64, "{}", context());
    }
    let all = desk.app.alerts_listed(Which::Resolved).await.expect("alerts").len() + usize::from(model.is_open);
    assert_eq!(all, model.number);
}

#[tokio::test]
async fn random_lives_are_as_the_naive_model_says() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..25 {
        let steps = prop::collection::vec(step(), 40).new_tree(&mut runner).expect("steps").current();
        on_each(async |bench| lives(bench, &steps).await).await;
    }
}
