//! Boolean filters on events: `pulls -author:*[bot] (label:urgent or path:infra/**)`.
//!
//! | written | passes |
//! |---|---|
//! | `issues`, `pulls`, `commits`, `reviews`, `comments` … | events of that sort; several side by side: of any of them |
//! | `issue.created`, `*.closed` | events of that kind |
//! | `in:acme/*`, `repo:acme/widgets`, `project:demo` | what is there or below |
//! | `author:ana`, `-author:*[bot]` | what Ana did; what no bot did |
//! | `label:urgent`, `+label:"priority: high"`, `-label:wip` | objects with that label; without it |
//! | `state:open`, `status:failed` | objects in that state now; runs that ended so |
//! | `branch:main`, `commits:main`, `path:infra/**`, `commit:fix` | pushes, pull requests and runs by what they touch |
//! | `severity:>=warning`, `points:>=5` | alerts that are as bad; fields that are numbers |
//! | `assignee:ana`, `mentions:ana`, `reviewer:ana` | what is for Ana |
//! | `author:me`, `assignee:me`, `review:me` | the same of whoever subscribes for themselves |
//! | `changed:priority`, `priority:High` | events that changed that field; to this |
//! | `text:"out of paper"`, `title:"Release*"`, `key:#42`, `source:ci`, `kind:issue.*` | by what is written |
//! | `workflows:{event:"push" branch:"main" name:"CI"}` | runs, as GitHub's own app for Slack has it |
//! | `a b`, `a and b` · `a or b` · `-a`, `not a` · `( … )` | both · either · not · grouping |
//!
//! `*` stands for any run of characters, and case does not matter. In paths `*` stays within a folder and `**` does not.

mod judge;
mod key;
mod kind;
mod mine;
mod parse;
mod parts;
mod pattern;
#[cfg(test)]
mod properties;
mod subject;
#[cfg(test)]
mod tests;
mod tokens;

use std::fmt;

pub use self::{
    judge::{Reason, Verdict},
    kind::{is_word, near, words},
    parts::Parts,
    subject::Subject,
};
use self::{
    key::Key,
    kind::KindWord,
    pattern::{Pattern, Test},
};
use crate::{Error, Event, event::Why};

/// A filter that was understood. It prints as text that reads back as the same filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Expr);

#[derive(Clone, Debug, PartialEq)]
enum Expr {
    All,
    /// A noun or a whole kind.
    Kind(KindWord),
    /// What to look at, and the pattern it must match.
    Has(Key, Pattern),
    Not(Box<Expr>),
    /// Two or more.
    And(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
}

impl Filter {
    /// Everything passes.
    pub fn all() -> Filter {
        Filter(Expr::All)
    }

    /// # Errors
    /// [`crate::ErrorKind::BadInput`], naming the word that is wrong and what can stand there.
    pub fn parse(text: &str) -> Result<Filter, Error> {
        parse::parse(text).map(Filter)
    }

    pub fn matches(&self, event: &Event) -> bool {
        self.admits(&Subject::of(event))
    }

    /// The same of an event that other filters look at too.
    pub fn admits(&self, subject: &Subject<'_>) -> bool {
        self.0.admits(subject)
    }

    /// Whether `event` passes, and which part of the filter says so.
    pub fn judge(&self, event: &Event) -> Verdict {
        judge::judge(&self.0, &Subject::of(event))
    }

    /// Whether it looks at what an object gets after it was made: labels, a state, somebody who has it.
    pub fn waits_for_more(&self) -> bool {
        self.0.any(&|it| {
            let Expr::Has(key, _) = it else { return false };
            matches!(key, Key::Label | Key::State | Key::Concern(Why::Assigned)) || *key == Key::Field("status".into())
        })
    }

    /// The one place, in lower case, that all it passes is in or below, if there is such.
    pub fn only_place(&self) -> Option<&str> {
        fn exact(it: &Expr) -> Option<&str> {
            match it {
                Expr::Has(Key::Project, Pattern { test: Test::Place(at, _), .. }) => at.exact(),
                _ => None,
            }
        }
        match &self.0 {
            Expr::And(all) => all.iter().find_map(exact),
            only => exact(only),
        }
    }
}

impl Expr {
    fn admits(&self, subject: &Subject<'_>) -> bool {
        match self {
            Expr::All => true,
            Expr::Kind(word) => word.matches(subject.kind()),
            Expr::Has(key, pattern) => subject.has(key, pattern),
            Expr::Not(inner) => !inner.admits(subject),
            Expr::And(all) => all.iter().all(|it| it.admits(subject)),
            Expr::Or(any) => any.iter().any(|it| it.admits(subject)),
        }
    }

    /// Whether `of` holds of this or of something in it.
    fn any(&self, of: &dyn Fn(&Expr) -> bool) -> bool {
        of(self)
            || match self {
                Expr::Not(inner) => inner.any(of),
                Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|it| it.any(of)),
                Expr::All | Expr::Kind(_) | Expr::Has(..) => false,
            }
    }

    /// How deep parentheses and negations stand within each other when it is printed.
    fn nesting(&self) -> u32 {
        let grouped = |it: &Expr, is_grouped: fn(&Expr) -> bool| it.nesting() + u32::from(is_grouped(it));
        match self {
            Expr::All | Expr::Kind(_) | Expr::Has(..) => 0,
            Expr::Not(inner) => 1 + grouped(inner, Expr::is_group),
            Expr::And(all) => all.iter().map(|it| grouped(it, Expr::is_group)).max().unwrap_or(0),
            Expr::Or(any) => any.iter().map(|it| grouped(it, |it| matches!(it, Expr::Or(_)))).max().unwrap_or(0),
        }
    }

    fn is_group(&self) -> bool {
        matches!(self, Expr::And(_) | Expr::Or(_))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All => Ok(()),
            Expr::Kind(it) => f.write_str(&it.word),
            Expr::Has(key, pattern) => {
                let compares = matches!(pattern.test, Test::Number(..) | Test::Severity(..));
                write!(f, "{}:", key.name())?;
                match compares || tokens::is_bare(&pattern.text) {
                    true => f.write_str(&pattern.text),
                    false => write!(f, "\"{}\"", tokens::escaped(&pattern.text)),
                }
            }
            Expr::Not(inner) if inner.is_group() => write!(f, "-({inner})"),
            Expr::Not(inner) => write!(f, "-{inner}"),
            // Kinds side by side would be read as one of them.
            Expr::And(all) => match all.iter().filter(|it| matches!(it, Expr::Kind(_))).count() {
                0 | 1 => join(f, all, " ", Expr::is_group),
                _ => join(f, all, " and ", Expr::is_group),
            },
            Expr::Or(any) => join(f, any, " or ", |it| matches!(it, Expr::Or(_))),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str, grouped: fn(&Expr) -> bool) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { between })?;
        match grouped(part) {
            true => write!(f, "({part})")?,
            false => write!(f, "{part}")?,
        }
    }
    Ok(())
}
