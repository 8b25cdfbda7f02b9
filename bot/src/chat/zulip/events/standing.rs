//! How the event queue fares: what health and doctor tell, and metrics show.

use commands::Error;
use connectors::Check;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::{Mode, Zulip};

/// Zulip says something every minute, if only that nothing happened. Silence of so long is a failure.
const SILENCE: SignedDuration = SignedDuration::from_secs(150);

/// Where the reading of an organization's events stands. It is stored, so that another process goes on where this one ended,
/// and `bellhop doctor` can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// The queue, while it lives, and the last of its events that was taken.
    #[serde(default)]
    pub queue: Option<Queue>,
    /// The types of its events.
    #[serde(default)]
    pub of: Vec<String>,
    /// All messages up to this one were taken.
    #[serde(default)]
    pub message: u64,
    /// The newest message when the bot first listened: what is older was not for it.
    #[serde(default)]
    pub first: u64,
    /// When Zulip was last heard.
    #[serde(default)]
    pub heard_at: Option<Timestamp>,
    /// Queues that were lost, messages that were found in the history after that, and those that were too old by then.
    #[serde(default)]
    pub lost: u64,
    #[serde(default)]
    pub caught_up: u64,
    #[serde(default)]
    pub late: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub id: String,
    pub last: i64,
    /// How long a read may take, in seconds.
    pub patience: u64,
    /// The newest message when it was made.
    pub since: u64,
}

/// What this process does about it.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    pub part: Part,
    /// Why it cannot be read at the moment.
    pub trouble: Option<Error>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// It does not listen: a command that runs beside the bot.
    #[default]
    None,
    Reads,
    /// Another bot on the same database reads.
    StandsBy,
}

impl Zulip {
    /// The state of the queue, for `bellhop health` and `bellhop doctor`.
    pub(in crate::chat::zulip) async fn queue_checks(&self) -> Vec<Check> {
        if !self.listens() {
            return Vec::new();
        }
        let standing = self.standing();
        if let Some(err) = &standing.trouble {
            return vec![problem(self.mode, err.message.clone(), "It is tried again by itself; see docs/troubleshooting.md.")];
        }
        let stand = match self.stand().await {
            Ok(stand) => stand,
            Err(err) => return vec![Check::failed("event queue", format!("{err:#}"), "Mend the database.")],
        };
        vec![check(&stand, &standing, self.mode, Timestamp::now())]
    }
}

/// Without reactions the bot still hears what is said to it.
fn problem(mode: Mode, detail: String, fix: &str) -> Check {
    match mode {
        Mode::Events => Check::failed("event queue", detail, fix),
        Mode::Webhook => Check::warning("event queue", detail, fix),
    }
}

fn check(stand: &Stand, standing: &Standing, mode: Mode, now: Timestamp) -> Check {
    let what = if mode == Mode::Events { "messages and reactions" } else { "reactions" };
    let Some(heard_at) = stand.heard_at else {
        return Check::warning("event queue", format!("{what} have not been read yet"), "Start `bellhop serve`, and ask again.");
    };
    let silent = now.duration_since(heard_at);
    let mut detail = format!("{what}: Zulip was heard {} s ago", silent.as_secs().max(0));
    if standing.part == Part::StandsBy {
        detail.push_str(" by another bot");
    }
    if stand.lost > 0 {
        let (lost, caught_up, late) = (stand.lost, stand.caught_up, stand.late);
        detail.push_str(&format!("; {lost} queues were lost, {caught_up} messages caught up with, {late} too late"));
    }
    if silent > SILENCE {
        return problem(mode, detail, "Look whether `bellhop serve` runs and reaches Zulip: its log says what is wrong.");
    }
    Check::ok("event queue", detail)
}

#[cfg(test)]
mod tests {
    use connectors::State;

    use super::*;

    #[test]
    fn silence_is_a_failure() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
        let heard =
            |ago: i64| Stand { heard_at: Some(now - SignedDuration::from_secs(ago)), lost: 2, caught_up: 14, ..Stand::default() };
        let of = |stand: &Stand| check(stand, &Standing::default(), Mode::Events, now);
        assert_eq!(of(&Stand::default()).state, State::Warning);
        assert_eq!(of(&heard(151)).state, State::Failed);
        let fine = of(&heard(12));
        assert_eq!(fine.state, State::Ok);
        assert_eq!(
            fine.detail,
            "messages and reactions: Zulip was heard 12 s ago; 2 queues were lost, 14 messages caught up with, 0 too late"
        );
    }
}
