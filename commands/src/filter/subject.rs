//! An event as filters look at it.

use std::{borrow::Cow, cell::OnceCell};

use super::{
    key::Key,
    kind::Kind,
    pattern::{Glob, Pattern, Test},
};
use crate::{
    Event,
    event::{Severity, Why},
};

/// An event, in lower case as far as filters have looked: made once for all of them.
pub struct Subject<'a> {
    event: &'a Event,
    kind: Kind<'a>,
    place: Option<Cow<'a, str>>,
    actor: Vec<Cow<'a, str>>,
    labels: Vec<Cow<'a, str>>,
    branch: Option<Cow<'a, str>>,
    words: OnceCell<[Option<Cow<'a, str>>; 2]>,
    paths: OnceCell<Vec<Cow<'a, str>>>,
    concerned: [OnceCell<Vec<Cow<'a, str>>>; 3],
}

/// Most of what an event says is in lower case already.
fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().all(|it| it.is_ascii() && !it.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    }
}

/// Fields that say whom something is given to.
const ASSIGNMENTS: &[&str] = &["assignee", "assignees", "assigned to", "assigned_to", "owner"];
const TRIGGERS: &[&str] = &["event", "trigger", "triggered by"];

impl<'a> Subject<'a> {
    pub fn of(event: &'a Event) -> Subject<'a> {
        Subject {
            event,
            kind: Kind::new(lower(&event.kind)),
            place: event.object.place.as_deref().map(lower),
            actor: [&event.actor, &event.actor_id].into_iter().flatten().map(|it| lower(it)).collect(),
            labels: event.labels.iter().map(|it| lower(it)).collect(),
            branch: event.branch.as_deref().map(lower),
            words: OnceCell::new(),
            paths: OnceCell::new(),
            concerned: Default::default(),
        }
    }

    pub(super) fn kind(&self) -> &Kind<'a> {
        &self.kind
    }

    /// The repository, project or space, in lower case.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    pub(super) fn has(&self, key: &Key, pattern: &Pattern) -> bool {
        match &pattern.test {
            Test::Is(glob) => self.is(key, glob),
            Test::Place(at, below) => self.place().is_some_and(|it| at.matches(it) || below.matches(it)),
            Test::Path(paths) => {
                let all = self.paths.get_or_init(|| self.paths().map(lower).collect());
                all.iter().any(|it| paths.matches(it))
            }
            Test::Severity(comparison, bound) => self.event.severity.is_some_and(|it| comparison.holds(it, *bound)),
            Test::Number(comparison, bound) => {
                let number = |it: &str| it.trim().parse::<f64>().is_ok_and(|it| comparison.holds(it, *bound));
                self.set(key.name()).any(number)
            }
        }
    }

    fn is(&self, key: &Key, glob: &Glob) -> bool {
        let is = |value: &str| glob.matches(&lower(value));
        let any = |all: &[Cow<'_, str>]| all.iter().any(|it| glob.matches(it));
        match key {
            Key::Author => any(&self.actor),
            Key::Label => any(&self.labels),
            Key::Branch => self.branch.as_deref().is_some_and(|it| glob.matches(it)),
            Key::Kind => glob.matches(&self.kind.whole),
            Key::Text => {
                let words = self
                    .words
                    .get_or_init(|| [Some(&self.event.object.title), self.event.text.as_ref()].map(|it| it.map(|it| lower(it))));
                words.iter().flatten().any(|it| glob.matches(it))
            }
            Key::Concern(why) => {
                let slot = match why {
                    Why::Assigned => 0,
                    Why::ReviewAsked => 1,
                    Why::Mentioned => 2,
                };
                any(self.concerned[slot].get_or_init(|| self.values(key).into_iter().map(lower).collect()))
            }
            Key::Title => {
                // `name:CI` is the run `CI #12` too.
                let begins = |value: &str| {
                    glob.exact()
                        .is_some_and(|it| lower(value).strip_prefix(it).is_some_and(|rest| rest.starts_with([' ', ':', '#'])))
                };
                [&self.event.object.title, &self.event.object.key].into_iter().any(|it| is(it) || begins(it))
            }
            _ => self.values(key).iter().any(|it| is(it)),
        }
    }

    /// What the event says of `key`, as it says it.
    pub(super) fn values(&self, key: &Key) -> Vec<&'a str> {
        let event = self.event;
        let object = &event.object;
        let one = |value: &'a Option<String>| value.as_deref().into_iter().collect();
        match key {
            Key::Author => one(&event.actor),
            Key::Label => event.labels.iter().map(String::as_str).collect(),
            Key::Project => one(&object.place),
            Key::State => one(&object.state),
            Key::Kind => vec![&event.kind],
            Key::Text => [Some(object.title.as_str()), event.text.as_deref()].into_iter().flatten().collect(),
            Key::Title => vec![&object.title, &object.key],
            Key::Commit => event.commits.iter().flat_map(|it| [it.title.as_str(), &it.id]).collect(),
            Key::Object => vec![&object.key],
            Key::Source => vec![&event.source],
            Key::Branch => one(&event.branch),
            Key::Path => self.paths().collect(),
            Key::Severity => event.severity.map(severity).into_iter().collect(),
            Key::Concern(why) => {
                let concerned = event.concerns.iter().filter(|it| it.why == *why);
                let named = concerned.flat_map(|it| [Some(it.name.as_str()), it.id.as_deref()]).flatten();
                let given = ASSIGNMENTS.iter().filter(|_| *why == Why::Assigned).flat_map(|it| self.set(it));
                named.chain(given).collect()
            }
            Key::Trigger => {
                let told: Vec<&str> = TRIGGERS.iter().flat_map(|it| self.set(it)).collect();
                if !told.is_empty() {
                    return told;
                }
                // A run of a pull request belongs to it.
                let of_pull =
                    |it: &String| ["/pull/", "/merge_requests/", "/pull-requests/"].iter().any(|part| it.contains(part));
                vec![if event.about.iter().any(of_pull) { "pull_request" } else { "push" }]
            }
            Key::Changed => event.changes.iter().map(|it| it.field.as_str()).collect(),
            Key::Field(name) if name == "status" => {
                let outcome = self.kind.whole.split_once('.').map(|(_, verb)| outcomes(verb)).unwrap_or_default();
                self.set(name).chain(object.state.as_deref()).chain(outcome.iter().copied()).collect()
            }
            Key::Field(name) => self.set(name).collect(),
        }
    }

    /// What the field was set to.
    fn set(&self, field: &str) -> impl Iterator<Item = &'a str> {
        self.event.changes.iter().filter(move |it| it.field.eq_ignore_ascii_case(field)).filter_map(|it| it.to.as_deref())
    }

    fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.event.paths.iter().map(String::as_str).chain(self.set("path"))
    }
}

/// What a verb says of how it ended, in the words of those who ask.
fn outcomes(verb: &str) -> &'static [&'static str] {
    match verb {
        "failed" | "broken" | "errored" | "timed_out" => &["failure", "failed"],
        "passed" | "succeeded" | "fixed" | "completed" => &["success", "passed"],
        "cancelled" | "canceled" => &["cancelled", "canceled"],
        "started" | "running" | "in_progress" => &["in_progress", "running"],
        "queued" | "requested" | "pending" => &["queued", "pending"],
        "skipped" => &["skipped"],
        _ => &[],
    }
}

pub(super) fn severity(it: Severity) -> &'static str {
    match it {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    }
}
