//! A plan: what an escalation goes by, as it was when it began. Pure.

use std::time::Duration;

use commands::event::Severity;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{hours::WeekHours, policy::Policy, whom::Whom};

/// Steps, and what comes after the last. A change of the policy changes no plan that is under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The policy that it was made of; none: it was made by hand.
    pub policy: Option<String>,
    pub steps: Vec<Step>,
    /// How often all steps are gone through again.
    #[serde(default)]
    pub repeat: u32,
    /// Who is paged when that was of no use.
    #[serde(default)]
    pub last: Vec<Whom>,
    /// By whose clocks hours are meant.
    #[serde(default)]
    pub zone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub whom: Vec<Whom>,
    /// Before the next step.
    pub wait: Duration,
    #[serde(default)]
    pub turn: Turn,
    /// It is passed over outside of all of these.
    #[serde(default)]
    pub hours: Vec<WeekHours>,
    /// It is passed over for what is less bad.
    #[serde(default)]
    pub severity: Option<Severity>,
}

/// Who of a step's is paged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    #[default]
    All,
    /// One after the other, the next each time that the step is reached.
    Next,
}

/// What a timer is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Step {
        step: usize,
        round: u32,
        /// Steps before it whose condition does not hold.
        passed: Vec<usize>,
    },
    /// Nobody saw to it: the last resort.
    Last { passed: Vec<usize> },
}

impl Step {
    pub fn of(whom: Vec<Whom>, wait: Duration) -> Step {
        Step { whom, wait, turn: Turn::All, hours: Vec::new(), severity: None }
    }

    /// Whether it counts at that moment for something so bad.
    pub fn holds(&self, at: Timestamp, severity: Severity, zone: &TimeZone) -> bool {
        let is_hour = self.hours.is_empty() || self.hours.iter().any(|it| it.contains(at, zone));
        is_hour && self.severity.is_none_or(|least| severity >= least)
    }

    /// Whom it names, as people write it.
    pub fn words(&self) -> String {
        let whom: Vec<String> = self.whom.iter().map(Whom::to_string).collect();
        whom.join(", ")
    }
}

impl Plan {
    /// After what is there already, the steps of a policy. It has the last word on what follows.
    pub fn add(&mut self, name: &str, policy: &Policy) {
        self.policy = Some(name.to_owned());
        self.steps.extend(policy.read());
        self.repeat = self.repeat.max(policy.repeat);
        self.last.extend(policy.last.iter().filter_map(|it| Whom::parse(it).ok()));
        self.zone = policy.zone.clone().or(self.zone.take());
    }

    pub fn time_zone(&self) -> TimeZone {
        self.zone.as_deref().and_then(|it| TimeZone::get(it).ok()).unwrap_or_else(TimeZone::system)
    }

    /// What is to be done when `step` of `round` is due: that step, or the first after it whose condition holds.
    pub fn next(&self, step: usize, round: u32, at: Timestamp, severity: Severity) -> Next {
        let zone = self.time_zone();
        let (mut step, mut round, mut passed) = (step, round, Vec::new());
        // Each step once: nothing changes by asking it again at the same moment.
        for _ in 0..=self.steps.len() {
            if step >= self.steps.len() {
                if round >= self.repeat || self.steps.is_empty() {
                    break;
                }
                (step, round) = (0, round + 1);
            }
            if self.steps[step].holds(at, severity, &zone) {
                return Next::Step { step, round, passed };
            }
            passed.push(step);
            step += 1;
        }
        Next::Last { passed }
    }

    /// What an escalation is called: its policy.
    pub fn title(&self) -> String {
        self.policy.clone().unwrap_or_else(|| self.steps.first().map(Step::words).unwrap_or_default())
    }
}
