//! From what single checks find to what counts: N of the last M must agree, so that one lost packet wakes nobody, and
//! what goes up and down is not told each time.

use connectors::State;
use jiff::Timestamp;

/// What counts as the state of something, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub since: Timestamp,
    /// What the last checks found, the newest last: `o`, `w`, `f`.
    pub recent: String,
    /// What else failed that explains it: nobody is told of this one.
    pub explained_by: Option<String>,
}

/// How many of how many checks must agree.
#[derive(Clone, Copy, Debug)]
pub struct Agreement {
    pub agreeing: u32,
    pub of: u32,
}

/// That something is other than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub from: State,
    pub to: State,
    /// Since when it was as it was before.
    pub since: Timestamp,
}

impl Standing {
    /// Of something of which nothing is known: it is taken to be well.
    pub fn new(now: Timestamp) -> Standing {
        Standing { state: State::Ok, since: now, recent: String::new(), explained_by: None }
    }

    /// Takes in what a check found.
    pub fn take(&mut self, found: State, agreement: Agreement, now: Timestamp) -> Option<Change> {
        let of = agreement.of.max(1) as usize;
        self.recent.push(letter(found));
        let surplus = self.recent.chars().count().saturating_sub(of);
        self.recent = self.recent.chars().skip(surplus).collect();
        let count = |wanted: &[State]| self.recent.chars().filter(|it| wanted.iter().any(|state| letter(*state) == *it)).count();
        let enough = agreement.agreeing.max(1) as usize;
        // To be well again takes as many in a row: what goes up and down is not well.
        let tail = |wanted: &[State]| {
            let last: Vec<char> = self.recent.chars().rev().take(enough).collect();
            last.len() == enough && last.iter().all(|it| wanted.iter().any(|state| letter(*state) == *it))
        };
        let is_failing = count(&[State::Failed]) >= enough;
        let state = match self.state {
            _ if is_failing => State::Failed,
            _ if tail(&[State::Ok]) => State::Ok,
            State::Failed if tail(&[State::Ok, State::Warning]) => State::Warning,
            State::Ok if count(&[State::Warning, State::Failed]) >= enough => State::Warning,
            state => state,
        };
        if state == self.state {
            return None;
        }
        let change = Change { from: self.state, to: state, since: self.since };
        (self.state, self.since) = (state, now);
        Some(change)
    }
}

fn letter(state: State) -> char {
    match state {
        State::Ok => 'o',
        State::Warning => 'w',
        State::Failed => 'f',
    }
}

/// As it is stored.
pub fn stored(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Warning => "degraded",
        State::Failed => "failed",
    }
}

/// Reads [`stored`]; what is unknown is taken to be well.
pub fn read(text: &str) -> State {
    match text {
        "failed" => State::Failed,
        "degraded" => State::Warning,
        _ => State::Ok,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AGREEMENT: Agreement = Agreement { agreeing: 2, of: 3 };

    fn states(found: &str) -> Vec<Change> {
        let mut standing = Standing::new(Timestamp::UNIX_EPOCH);
        let state = |it| match it {
            'f' => State::Failed,
            'w' => State::Warning,
            _ => State::Ok,
        };
        let at = |second: usize| Timestamp::from_second(second as i64).expect("a time");
        found.chars().enumerate().filter_map(|(second, it)| standing.take(state(it), AGREEMENT, at(second))).collect()
    }

    #[test]
    fn two_of_three_decide() {
        let told = |found: &str| states(found).iter().map(|it| stored(it.to)).collect::<Vec<_>>();
        assert!(told("ooofooo").is_empty(), "one failure is none");
        assert_eq!(told("oooffoo"), ["failed", "ok"]);
        assert_eq!(told("offooffoo"), ["failed", "ok", "failed", "ok"]);
        assert_eq!(told("ofofofofofoo"), ["failed", "ok"], "what goes up and down is told once");
        assert_eq!(told("oowwoo"), ["degraded", "ok"]);
        assert_eq!(told("wf"), ["degraded"]);
        assert_eq!(told("ffww"), ["failed", "degraded"]);
        assert_eq!(states("ff")[0].since, Timestamp::UNIX_EPOCH);
    }

    proptest! {
        #[test]
        fn nothing_is_told_twice_and_nothing_by_a_single_check(found in "[owf]{0,60}") {
            let changes = states(&found);
            let mut state = State::Ok;
            for change in &changes {
                prop_assert_eq!(change.from, state);
                prop_assert_ne!(change.to, state);
                state = change.to;
            }
            let worse = found.chars().filter(|it| *it != 'o').count();
            prop_assert!(worse >= 2 || changes.is_empty());
        }
    }
}
