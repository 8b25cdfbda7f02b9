//! Approvals: what a second person has to agree to before it is done.
//!
//! A document of kind `approval` ([`Rule`]) says which actions, who may agree, and how many of them. The job that would run
//! such a call keeps it instead (`ask`), bound by the SHA-256 of all that it would do, and asks; `decide` counts who agreed,
//! in one transaction that has the row locked, so that whoever presses at the same moment as somebody else decides nothing
//! twice; the call then runs as the one who asked for it, after everything was looked at again: the person's rights, and that
//! the call is the one that was agreed to ([`check`]). Secrets of its form are sealed
//! beside it until then. [`Follow`] locks the messages that asked, and lets what nobody answers
//! expire.

mod ask;
mod decide;
mod follow;
mod store;
#[cfg(test)]
mod tests;

use commands::{Call, Error, ErrorKind, FieldProblem, Result};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub use self::{
    decide::{Said, shown},
    follow::{Follow, FollowJob, Step},
    store::{Approvals, Counted, Sealing, Vote},
};
use super::{grants::pattern_problems, who};
use crate::{chat::Target, config::Destination, dispatch::run::RunJob, resources::Declared};

/// The actions by which people decide: no rule may wait for itself.
pub const DECISIONS: [&str; 3] = ["approve", "deny", "approvals drop"];
/// How the keys of messages that ask begin.
pub const KEY: &str = "approval:";
/// Nothing waits longer: what was agreed to a week later is another thing.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// `[[approval]]`: what a second person has to agree to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which actions: `redmine issue delete`, `redmine *`, `* delete`. What only looks is never asked about.
    pub actions: Vec<String>,
    /// Who may agree: people, teams, groups, roles (`role:operator`: those and higher) or `everybody`; never who asks.
    pub approvers: Vec<String>,
    /// How many of them have to agree.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub count: u32,
    /// How long it waits for them: `30m`, `4h`, up to `7d`.
    #[serde(default = "four_hours")]
    pub expires: String,
    /// Where they are asked, such as `slack:#ops`. Each by direct message when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<String>,
    /// Only on these connections. On all that the actions name when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// Only in these channels. Everywhere when left out.
    #[serde(rename = "in", default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
}

pub fn one() -> u32 {
    1
}

pub fn four_hours() -> String {
    "4h".into()
}

impl Rule {
    /// How long it waits.
    pub fn patience(&self) -> Option<SignedDuration> {
        let span: jiff::Span = self.expires.trim().parse().ok()?;
        let patience = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
        (patience >= SignedDuration::from_mins(1) && patience <= LONGEST).then_some(patience)
    }
}

impl Declared for Rule {
    const KIND: &str = "approval";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = pattern_problems(&self.actions);
        problems.extend(who::problems("approvers", &self.approvers));
        if self.count == 0 || self.count > 20 {
            problems.push(FieldProblem::new("count", "from 1 to 20 people have to agree"));
        }
        if self.patience().is_none() {
            let message = format!("`{}` is no time to wait: write 30m, 4h or 2d, up to 7d", self.expires);
            problems.push(FieldProblem::new("expires", message));
        }
        for (at, place) in self.ask.iter().enumerate() {
            if let Err(message) = Destination::parse(place) {
                problems.push(FieldProblem::new(format!("ask.{at}"), message));
            }
        }
        if self.ask.is_empty() && who::all(&self.approvers).contains(&who::Who::Everybody) {
            problems.push(FieldProblem::new("ask", "everybody may agree, so say where they are asked: `slack:#ops`"));
        }
        problems
    }
}

/// How a call that is kept stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Waiting,
    Approved,
    Denied,
    Expired,
}

impl State {
    pub const ALL: [State; 4] = [State::Waiting, State::Approved, State::Denied, State::Expired];

    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Denied => "denied",
            State::Expired => "expired",
        }
    }
}

/// A call that waits, or waited, for others to agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    pub id: i64,
    /// The document by which it waits.
    pub rule: String,
    /// `slack:T1:U1`
    pub asker: String,
    pub asker_name: String,
    pub asker_email: Option<String>,
    /// What would be done, as people type it; secrets left out.
    pub line: String,
    /// The job that would do it.
    pub job: RunJob,
    /// What that is, in more words than the line: lines of their own, or empty.
    pub detail: String,
    /// [`digest`] of that.
    pub digest: String,
    /// Who may agree, as the rule said when it was asked.
    pub approvers: Vec<String>,
    pub needed: u32,
    /// Where it was asked.
    pub asked: Vec<Target>,
    pub state: State,
    pub at: Timestamp,
    pub expires: Timestamp,
    /// When it was decided.
    pub ended: Option<Timestamp>,
    /// Who denied it, and why.
    pub why: String,
    /// Who agreed.
    pub votes: Vec<Vote>,
}

impl Approval {
    /// The key of the message that asks at that place.
    pub fn key(&self, at: usize) -> String {
        format!("{KEY}{}:{at}", self.id)
    }
}

/// The SHA-256 of what a job would do, for whom, and where: 64 digits.
pub fn digest(job: &RunJob) -> String {
    let Call { group, action, params } = &job.call;
    let place = &job.to.place;
    let mut hash = Sha256::new();
    for text in [group, action, &canonical(&Value::Object(params.clone())), &place.channel_key(), &job.to.asker, &job.request_id]
    {
        // Each after its length, so that no two calls are the same bytes.
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    // What is sealed is bound by its seal, which fits this approval alone.
    for name in &job.sealed {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// JSON with its keys in order: the same for all that mean the same.
fn canonical(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut all: Vec<(&String, &Value)> = map.iter().collect();
                all.sort_by_key(|it| it.0);
                Value::Object(all.into_iter().map(|(name, it)| (name.clone(), sorted(it))).collect::<Map<_, _>>())
            }
            Value::Array(all) => Value::Array(all.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    sorted(value).to_string()
}

/// Whether `job` is what was agreed to.
///
/// # Errors
/// [`ErrorKind::Permission`], with why not.
pub fn check(approval: Option<&Approval>, job: &RunJob) -> Result<()> {
    let no = |why: String| Err(Error::new(ErrorKind::Permission, why));
    let Some(it) = approval else {
        return no("What others agreed to is not kept any more. Give the command again, and ask them anew.".into());
    };
    if it.state != State::Approved {
        return no(format!("Approval {} is {}, so nothing was done.", it.id, it.state.word()));
    }
    if it.digest != digest(job) {
        return no(format!("What would be done is not what approval {} was given for, so nothing was done.", it.id));
    }
    Ok(())
}
