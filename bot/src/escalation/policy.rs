//! The document that says whom to page: `[[escalation]]`.
//!
//! ```toml
//! [[escalation]]
//! name = "platform"
//! steps = [
//!   "schedule:primary wait=5m",
//!   "team:platform wait=10m hours=mon-fri@08:00-18:00",
//!   "ana@example.org ben@example.org turn=next severity=critical",
//! ]
//! repeat = 2
//! last = ["slack:#ops"]
//! zone = "Europe/Zurich"
//! ```

use std::time::Duration;

use commands::{FieldProblem, event::Severity};
use jiff::{SpanRelativeTo, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    hours::WeekHours,
    plan::{Step, Turn},
    whom::Whom,
};
use crate::resources::Declared;

/// How long is waited after a step that does not say so.
pub const WAIT: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// More steps than anybody waits for.
const STEPS: usize = 20;
const REPEATS: u32 = 20;

/// Whom to page, step by step, until somebody acknowledges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// A line a step: whom, and `wait=5m`, `turn=next`, `hours=mon-fri@08:00-18:00`, `severity=error`.
    pub steps: Vec<String>,
    /// How often all steps are gone through again when nobody acknowledges.
    #[serde(default)]
    #[schemars(range(min = 0, max = 20))]
    pub repeat: u32,
    /// Who is paged when all of that was of no use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub last: Vec<String>,
    /// By whose clocks `hours` are meant: `Europe/Zurich`. The bot's own, unless this says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl Declared for Policy {
    const KIND: &str = "escalation";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if self.steps.is_empty() {
            problems.push(FieldProblem::new("steps", "A policy needs a step: whom to page first, such as schedule:primary."));
        }
        if self.steps.len() > STEPS {
            problems.push(FieldProblem::new(
                "steps",
                format!("A policy has {STEPS} steps at most; this one has {}.", self.steps.len()),
            ));
        }
        for (at, line) in self.steps.iter().enumerate() {
            if let Err(problem) = read_step(line) {
                problems.push(FieldProblem::new(format!("steps.{at}"), format!("Step {}: {problem}.", at + 1)));
            }
        }
        for (at, text) in self.last.iter().enumerate() {
            if let Err(problem) = Whom::parse(text) {
                problems.push(FieldProblem::new(format!("last.{at}"), format!("{problem}.")));
            }
        }
        if self.repeat > REPEATS {
            problems.push(FieldProblem::new("repeat", format!("`repeat` is {REPEATS} at most.")));
        }
        if let Some(zone) = self.zone.as_deref().filter(|it| TimeZone::get(it).is_err()) {
            problems.push(FieldProblem::new("zone", format!("`{zone}` is no time zone: write one such as Europe/Zurich.")));
        }
        problems
    }

    fn needs(&self) -> Vec<(&'static str, String)> {
        let all = self.read().into_iter().flat_map(|it| it.whom).chain(self.last.iter().filter_map(|it| Whom::parse(it).ok()));
        all.filter_map(|it| if let Whom::Schedule(name) = it { Some(("schedule", name)) } else { None }).collect()
    }
}

impl Policy {
    /// Its steps; one that cannot be read is left out, and [`Declared::problems`] says why.
    pub fn read(&self) -> Vec<Step> {
        self.steps.iter().filter_map(|it| read_step(it).ok()).collect()
    }
}

/// A step as a line.
///
/// # Errors
/// What is wrong with it, as the end of a sentence without its period.
pub fn read_step(line: &str) -> Result<Step, String> {
    let mut step = Step::of(Vec::new(), WAIT);
    for word in words(line)? {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if matches!(name, "wait" | "turn" | "hours" | "severity") => (name, value),
            _ => {
                let word = word.trim_matches(',');
                if !word.is_empty() {
                    step.whom.push(Whom::parse(word)?);
                }
                continue;
            }
        };
        match name {
            "wait" => step.wait = wait(value)?,
            "turn" => {
                step.turn = match value {
                    "all" => Turn::All,
                    "next" => Turn::Next,
                    _ => return Err(format!("`turn={value}` is neither `turn=all` nor `turn=next`")),
                }
            }
            "severity" => {
                step.severity = Some(
                    severity(value).ok_or_else(|| format!("`severity={value}` is none of info, warning, error and critical"))?,
                );
            }
            _ => step.hours = hours(value)?,
        }
    }
    match step.whom.is_empty() {
        true => Err("it pages nobody: begin with whom, such as schedule:primary".into()),
        false => Ok(step),
    }
}

/// Words between spaces; quotes keep some together.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for char in line.chars() {
        match char {
            '"' | '“' | '”' => quoted = !quoted,
            it if it.is_whitespace() && !quoted => words.push(std::mem::take(&mut word)),
            it => word.push(it),
        }
    }
    if quoted {
        return Err(format!("a quote in `{line}` has no end"));
    }
    words.push(word);
    words.retain(|it| !it.is_empty());
    Ok(words)
}

/// `mon-fri@08:00-18:00;sat`
fn hours(text: &str) -> Result<Vec<WeekHours>, String> {
    text.split(';').map(WeekHours::parse).collect()
}

/// `now`, `90s`, `5m`, `1h`, up to a day.
///
/// # Errors
/// How it is written.
pub fn wait(text: &str) -> Result<Duration, String> {
    if matches!(text, "now" | "0") {
        return Ok(Duration::ZERO);
    }
    let span = text.parse::<jiff::Span>().ok().and_then(|it| it.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let wait = span.and_then(|it| Duration::try_from(it).ok()).filter(|it| *it <= LONGEST);
    wait.ok_or_else(|| format!("`{text}` is no time of at most a day: write 90s, 5m or 1h"))
}

/// `5 min`
pub fn said(wait: Duration) -> String {
    match wait.as_secs() {
        0 => "now".into(),
        it if it % 3600 == 0 => format!("{} h", it / 3600),
        it if it % 60 == 0 => format!("{} min", it / 60),
        it => format!("{it} s"),
    }
}

pub fn severity(text: &str) -> Option<Severity> {
    Some(match text.to_lowercase().as_str() {
        "info" => Severity::Info,
        "warning" => Severity::Warning,
        "error" => Severity::Error,
        "critical" => Severity::Critical,
        _ => return None,
    })
}

pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(steps: &[&str]) -> Policy {
        Policy { steps: steps.iter().map(|it| (*it).to_owned()).collect(), repeat: 0, last: Vec::new(), zone: None }
    }

    #[test]
    fn steps_are_read_as_lines() {
        let step = read_step("schedule:primary, team:platform wait=90s turn=next hours=mon-fri@08:00-18:00;sat severity=error")
            .expect("a step");
        assert_eq!(
            (step.words().as_str(), step.wait, step.turn),
            ("schedule:primary, team:platform", Duration::from_secs(90), Turn::Next)
        );
        assert_eq!((step.hours.len(), step.severity), (2, Some(Severity::Error)));
        assert_eq!(read_step("\"zulip:ops>on call\"").expect("a step").words(), "zulip:ops>on call");
        for (line, problem) in [
            ("wait=5m", "it pages nobody"),
            ("schedule:a wait=2d", "no time of at most a day"),
            ("schedule:a turn=some", "neither"),
            ("schedule:a severity=bad", "none of"),
            ("schedule:a hours=never", "no hours"),
            ("somebody", "nobody to page"),
            ("\"zulip:a>b", "no end"),
        ] {
            let refused = read_step(line).expect_err(line);
            assert!(refused.contains(problem), "{line}: {refused}");
        }
        for (text, seconds) in [("now", 0), ("5m", 300), ("1h30m", 5400), ("24h", 86_400)] {
            assert_eq!(wait(text).expect(text).as_secs(), seconds);
        }
    }

    #[test]
    fn a_document_says_what_is_wrong_where() {
        let fields = |it: &Policy| it.problems().into_iter().map(|it| it.field).collect::<Vec<_>>();
        assert_eq!(fields(&policy(&["schedule:primary"])), [""; 0]);
        assert_eq!(fields(&policy(&[])), ["steps"]);
        let wrong = Policy { zone: Some("Mars".into()), last: vec!["nobody".into()], repeat: 99, ..policy(&["a", "team:b"]) };
        assert_eq!(fields(&wrong), ["steps.0", "last.0", "repeat", "zone"]);
        assert_eq!(
            policy(&["schedule:a team:b", "schedule:c"]).needs(),
            [("schedule", "a".to_owned()), ("schedule", "c".to_owned())]
        );
    }
}
