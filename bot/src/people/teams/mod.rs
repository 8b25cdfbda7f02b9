//! Teams: people by a name, and the chats' user groups that hold the same people.
//!
//! A change of a team is committed with a job that puts its user groups in order ([`Match`]); besides, all are compared
//! every ten minutes. Who is in a group is ours as long as it is what we put there. What somebody else put there is said
//! once and left alone, until somebody decides which of the two it shall be.

mod matching;
mod store;

use serde::{Deserialize, Serialize};

pub use self::matching::Match;
use super::PersonId;
use crate::queue::{CatchUp, NewJob, Payload, Priority, Repeating, Timetable};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// What people type: `oncall`.
    pub name: String,
    pub members: Vec<Member>,
    pub groups: Vec<Bound>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: PersonId,
    /// As the chat called them when they were added.
    pub label: String,
}

/// A user group that is to hold a team's people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub team: String,
    pub platform: String,
    /// Empty: the configuration's.
    pub workspace: String,
    /// The chat's id of the group.
    pub id: String,
    /// `@oncall`
    pub label: String,
    /// Who was in it when it was last ours: ids, sorted.
    pub pushed: Option<Vec<String>>,
    /// Who somebody else put there, when that was said.
    pub found: Option<Vec<String>>,
}

impl Team {
    /// The ids of those who belong into a user group, sorted.
    pub fn people_for(&self, bound: &Bound) -> Vec<String> {
        let is_there = |it: &&Member| {
            it.person.platform == bound.platform && (bound.workspace.is_empty() || it.person.workspace == bound.workspace)
        };
        let mut ids: Vec<String> = self.members.iter().filter(is_there).map(|it| it.person.id.clone()).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

/// What is to be done about a user group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It holds whom it should.
    Agreed,
    /// It holds whom we put there, and the team has changed.
    Push,
    /// Somebody else changed it: to be said.
    Say,
    /// That was said, and nobody decided yet.
    Wait,
}

impl Bound {
    /// What to do when `wanted` should be in the group and `current` are; both sorted.
    pub fn step(&self, wanted: &[String], current: &[String]) -> Step {
        if wanted == current {
            Step::Agreed
        } else if self.pushed.as_deref() == Some(current) {
            Step::Push
        } else if self.found.as_deref() == Some(current) {
            Step::Wait
        } else {
            Step::Say
        }
    }
}

/// A look at user groups, as stored in a job of kind [`Match::KIND`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Of this team; none: of all.
    #[serde(default)]
    pub team: Option<String>,
}

impl Job {
    fn into_job(self) -> NewJob {
        NewJob {
            kind: Match::KIND,
            // In order: the last look sees the last change.
            lane: Some(format!("team:{}", self.team.as_deref().unwrap_or_default())),
            priority: Priority::Command,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            unique: None,
        }
    }
}

/// What the schedule of comparisons is called.
pub const SCHEDULE: &str = "teams and user groups";

/// All user groups compared every ten minutes.
fn comparing() -> Repeating {
    let timetable = Timetable::parse("*/10 * * * *", "UTC").expect("a constant timetable is one");
    Repeating {
        name: SCHEDULE.into(),
        timetable,
        job: Job::default().into_job(),
        catch_up: CatchUp::Latest,
        who: "bellhop".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_did_is_said_once_and_not_undone() {
        let ids = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let bound = |pushed: &str, found: Option<&str>| Bound {
            team: "oncall".into(),
            platform: "slack".into(),
            workspace: "T1".into(),
            id: "S1".into(),
            label: "@oncall".into(),
            pushed: Some(ids(pushed)),
            found: found.map(ids),
        };
        for (pushed, found, wanted, current, step) in [
            ("U1", None, "U1", "U1", Step::Agreed),
            ("U1", None, "U1 U2", "U1", Step::Push),
            ("U1", None, "U1", "U1 U3", Step::Say),
            ("U1", Some("U1 U3"), "U1", "U1 U3", Step::Wait),
            // Not even when the team changes meanwhile.
            ("U1", Some("U1 U3"), "U1 U2", "U1 U3", Step::Wait),
            // Changed once more: said once more.
            ("U1", Some("U1 U3"), "U1", "U3", Step::Say),
            // Somebody else did what we wanted, or undid what they did.
            ("U1", Some("U1 U3"), "U1 U2", "U1 U2", Step::Agreed),
            ("U1", Some("U1 U3"), "U1 U2", "U1", Step::Push),
        ] {
            assert_eq!(bound(pushed, found).step(&ids(wanted), &ids(current)), step, "{pushed:?} {found:?} {wanted} {current}");
        }
    }
}
