//! Why an event passes or does not, in words.

use std::fmt;

use super::{Expr, key::Key, pattern::Pattern, subject::Subject};
use crate::event::Why;

/// What a filter makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of these let it through; none where everything passes.
    Passed(Vec<Reason>),
    /// These held it.
    Held(Vec<Reason>),
}

/// A part of a filter, and what it saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// As the filter is written: `-author:*[bot]`.
    pub part: String,
    /// In words: `the author is dependabot[bot]`.
    pub because: String,
}

impl Verdict {
    pub fn is_passed(&self) -> bool {
        matches!(self, Verdict::Passed(_))
    }

    pub fn reasons(&self) -> &[Reason] {
        match self {
            Verdict::Passed(reasons) | Verdict::Held(reasons) => reasons,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.because)
    }
}

/// The reasons, one after the other: `-author:*[bot]: the author is dependabot[bot]`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said: Vec<String> = self.reasons().iter().map(Reason::to_string).collect();
        match said.as_slice() {
            [] => f.write_str("everything passes"),
            said => f.write_str(&said.join("; ")),
        }
    }
}

/// Parts of a group that are told one by one; a longer one is told as a whole.
const TOLD: usize = 6;

pub(super) fn judge(expr: &Expr, subject: &Subject<'_>) -> Verdict {
    let reasons = match expr {
        Expr::All => return Verdict::Passed(Vec::new()),
        Expr::And(all) => {
            let held = all.iter().map(|it| judge(it, subject)).find(|it| !it.is_passed());
            return held.unwrap_or_else(|| Verdict::Passed(all.iter().flat_map(|it| told(it, subject)).collect()));
        }
        Expr::Or(any) => {
            let passed = any.iter().map(|it| judge(it, subject)).find(Verdict::is_passed);
            match passed {
                Some(verdict) => return verdict,
                None => vec![whole(expr, any.iter().flat_map(|it| told(it, subject)))],
            }
        }
        Expr::Not(inner) => vec![whole(expr, told(inner, subject).into_iter())],
        Expr::Kind(_) => vec![whole(expr, std::iter::empty::<Reason>()).seeing(format!("it is `{}`", subject.kind().whole))],
        Expr::Has(key, pattern) => vec![whole(expr, std::iter::empty::<Reason>()).seeing(seen(key, pattern, subject))],
    };
    match expr.admits(subject) {
        true => Verdict::Passed(reasons),
        false => Verdict::Held(reasons),
    }
}

fn told(expr: &Expr, subject: &Subject<'_>) -> Vec<Reason> {
    match judge(expr, subject) {
        Verdict::Passed(reasons) | Verdict::Held(reasons) => reasons,
    }
}

/// A group as one reason: what its parts saw, each thing once.
fn whole(expr: &Expr, parts: impl Iterator<Item = Reason>) -> Reason {
    let mut seen: Vec<String> = Vec::new();
    for part in parts {
        if !seen.contains(&part.because) && seen.len() < TOLD {
            seen.push(part.because);
        }
    }
    Reason { part: expr.to_string(), because: seen.join(", ") }
}

impl Reason {
    fn seeing(self, because: String) -> Reason {
        Reason { because, ..self }
    }
}

fn seen(key: &Key, pattern: &Pattern, subject: &Subject<'_>) -> String {
    const SHORT: usize = 60;
    let values = subject.values(key);
    let short = |text: &str| match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    let first = values.first().map(|it| short(it));
    let list = || {
        let rest = values.len().saturating_sub(4);
        let named = values.iter().take(4).map(|it| short(it)).collect::<Vec<_>>().join(", ");
        if rest > 0 { format!("{named} and {rest} more") } else { named }
    };
    let is_in = subject.has(key, pattern);
    match (key, first) {
        (Key::Author, Some(it)) => format!("the author is {it}"),
        (Key::Author, None) => "no author is named".into(),
        (Key::Label, Some(_)) => format!("its labels are {}", list()),
        (Key::Label, None) => "it has no label".into(),
        (Key::Project, Some(it)) => format!("it is in {it}"),
        (Key::Project, None) => "it does not say where it is".into(),
        (Key::State, Some(it)) => format!("its state is {it}"),
        (Key::State, None) => "it tells no state".into(),
        (Key::Kind, _) => format!("it is `{}`", subject.kind().whole),
        (Key::Text, _) => (if is_in { "its title or text says so" } else { "neither title nor text says so" }).into(),
        (Key::Title, Some(it)) => format!("it is called {it}"),
        (Key::Commit, Some(_)) => (if is_in { "a commit says so" } else { "no commit says so" }).into(),
        (Key::Commit, None) => "it brings no commits".into(),
        (Key::Object, Some(it)) => format!("it is {it}"),
        (Key::Source, Some(it)) => format!("it comes from {it}"),
        (Key::Branch, Some(it)) => format!("the branch is {it}"),
        (Key::Branch, None) => "it names no branch".into(),
        (Key::Path, Some(_)) => format!("it touches {}", list()),
        (Key::Path, None) => "it names no files".into(),
        (Key::Severity, Some(it)) => format!("it is {it}"),
        (Key::Severity, None) => "it tells no severity".into(),
        (Key::Concern(Why::Assigned), Some(_)) => format!("it is given to {}", list()),
        (Key::Concern(Why::Assigned), None) => "it is given to nobody".into(),
        (Key::Concern(Why::Mentioned), Some(_)) => format!("it mentions {}", list()),
        (Key::Concern(Why::Mentioned), None) => "it mentions nobody".into(),
        (Key::Concern(Why::ReviewAsked), Some(_)) => format!("{} is asked for a review", list()),
        (Key::Concern(Why::ReviewAsked), None) => "nobody is asked for a review".into(),
        (Key::Trigger, _) => format!("a {} set it off", list()),
        (Key::Changed, Some(_)) => format!("it changes {}", list()),
        (Key::Changed, None) => "it changes no field".into(),
        (Key::Field(name), Some(_)) => format!("{name} is {}", list()),
        (Key::Field(name), None) => format!("it does not set {name}"),
        (Key::Title | Key::Object | Key::Source, None) => "it does not say".into(),
    }
}
