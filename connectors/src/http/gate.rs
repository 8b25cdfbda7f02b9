//! What stands before a client that is not an [`super::Http`], such as a chat's own.
//!
//! The same breaker, budget and metrics as a connection's, for a client that builds its requests and
//! reads its answers in its own way: it asks for a [`Pass`] before each request and reports what came of
//! it. Whoever asks us to wait is not asked again until then, by any job ([`Gate::pause`]).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use commands::{Error, Result};
use jiff::Timestamp;
use reqwest::{Method, header::HeaderMap};
use tokio::time::Instant;

use super::{
    breaker::{Breaker, BreakerState, Permit},
    budget::Budget,
    errors,
    observe::{self, Condition, Quota, Seen, Whose},
    pauses::Pauses,
};

pub use super::breaker::Health;

/// The gate of one server.
pub struct Gate {
    name: &'static str,
    title: &'static str,
    breaker: Arc<Breaker>,
    budgets: Mutex<HashMap<String, Arc<Budget>>>,
    pauses: Pauses<String>,
    seen: Seen,
}

/// What a request is to the server's limits.
#[derive(Clone, Copy, Debug)]
pub struct Errand<'a> {
    /// What it is held up by, when paused: a method, a method in one channel.
    pub pauses: &'a [&'a str],
    /// The name of the budget it takes from, and how much is in it.
    pub budget: Option<(&'a str, Allowance)>,
    /// How long it waits for its turn.
    pub patience: Duration,
}

/// At most so many requests in any minute, of which `burst` may go at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub a_minute: u32,
    pub burst: u32,
}

/// Leave to send one request.
pub struct Pass<'a> {
    gate: &'a Gate,
    permit: Permit,
    start: Instant,
}

impl Gate {
    /// `name` in metrics, `title` to people.
    pub fn new(name: &'static str, title: &'static str) -> Gate {
        Gate { name, title, breaker: Arc::default(), budgets: Mutex::default(), pauses: Pauses::default(), seen: Seen::default() }
    }

    /// Waits for the request's turn, within its patience.
    ///
    /// # Errors
    /// [`commands::ErrorKind::RateLimited`] and [`commands::ErrorKind::BreakerOpen`] with how long it
    /// would have to wait; nothing must be sent then.
    pub async fn pass(&self, errand: Errand<'_>) -> Result<Pass<'_>> {
        super::waits();
        let deadline = Instant::now() + errand.patience;
        while let Some(until) = self.pauses.until(|it| errand.pauses.contains(&it.as_str())) {
            if until > deadline {
                return Err(errors::paused(self.title, until.saturating_duration_since(Instant::now())));
            }
            tokio::time::sleep_until(until).await;
        }
        if let Some((name, allowance)) = errand.budget {
            let left = deadline.saturating_duration_since(Instant::now());
            self.budget(name, allowance).turn(left).await.map_err(|wait| errors::budget(self.title, wait))?;
        }
        let permit = self.breaker.admit(Instant::now()).map_err(|wait| {
            let last = self.seen.last_error();
            errors::breaker(self.title, wait, last.as_ref().map(|(_, error)| error.message.as_str()))
        })?;
        Ok(Pass { gate: self, permit, start: Instant::now() })
    }

    /// Holds up what is named `what` until `wait` from now is over.
    pub fn pause(&self, what: &str, wait: Duration) {
        self.pauses.hold(what.to_owned(), wait);
    }

    /// Whether something else than `what` whose name begins like this is held up.
    pub fn pauses_another(&self, beginning: &str, what: &str) -> bool {
        self.pauses.until(|name| name != what && name.starts_with(beginning)).is_some()
    }

    /// What the server's headers say about how much is left; remembered for [`Gate::condition`].
    pub fn note_quota(&self, headers: &HeaderMap) -> Option<Quota> {
        let quota = Quota::read(headers, Timestamp::now())?;
        self.seen.note_quota(self.name, Whose::default(), "", "", quota);
        Some(quota)
    }

    /// How the requests fare.
    pub fn condition(&self) -> Condition {
        let (breaker, kept_back) = self.breaker.state(Instant::now());
        Condition { breaker, kept_back, quota: self.seen.quota(), last_error: self.seen.last_error(), clock: None }
    }

    /// How people are told that requests are kept back; none while they are not.
    pub fn kept_back(&self) -> Option<Error> {
        let Condition { breaker, kept_back, last_error, .. } = self.condition();
        let wait = kept_back.filter(|_| breaker != BreakerState::Closed)?;
        Some(errors::breaker(self.title, wait, last_error.as_ref().map(|(_, error)| error.message.as_str())))
    }

    fn budget(&self, name: &str, allowance: Allowance) -> Arc<Budget> {
        let mut budgets = lock(&self.budgets);
        budgets.entry(name.to_owned()).or_insert_with(|| Arc::new(Budget::of(allowance))).clone()
    }
}

impl Pass<'_> {
    /// What came of the request: `health` is what it says about the server, `error` what went wrong.
    pub fn report(self, method: &Method, health: Health, error: Option<&Error>) {
        let Pass { gate, permit, start } = self;
        let now = Instant::now();
        permit.report(health, now);
        observe::tried(gate.name, method, error.map_or("ok", |it| it.kind.name()), now - start);
        observe::breaker(gate.name, gate.breaker.state(now).0);
        if let Some(error) = error.filter(|_| health == Health::Failed) {
            gate.seen.note_error(error);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is a single insertion, so what a panic left behind is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use commands::ErrorKind;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn errand<'a>(pauses: &'a [&'a str]) -> Errand<'a> {
        Errand { pauses, budget: None, patience: 2 * SECOND }
    }

    async fn refusal(gate: &Gate, errand: Errand<'_>) -> Option<(ErrorKind, Option<Duration>)> {
        gate.pass(errand).await.err().map(|err| (err.kind, err.retry_after))
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_up_what_it_names_and_nothing_else() {
        let gate = Gate::new("slack", "Slack");
        gate.pause("users.info", 30 * SECOND);
        gate.pause("users.info", SECOND);
        assert_eq!(refusal(&gate, errand(&["users.info"])).await, Some((ErrorKind::RateLimited, Some(30 * SECOND))));
        assert_eq!(refusal(&gate, errand(&["users.list"])).await, None);
        let start = Instant::now();
        tokio::time::advance(29 * SECOND).await;
        assert_eq!(refusal(&gate, errand(&["users.list", "users.info"])).await, None, "a second is within its patience");
        assert_eq!(start.elapsed(), 30 * SECOND);
        assert!(!gate.pauses_another("users", ""));
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_sees_more_than_is_allowed() {
        let gate = Gate::new("slack", "Slack");
        let allowance = Allowance { a_minute: 20, burst: 10 };
        let errand = Errand { pauses: &[], budget: Some(("users.list", allowance)), patience: 2 * SECOND };
        let mut sent = Vec::new();
        for _ in 0..200 {
            match gate.pass(errand).await {
                Ok(pass) => {
                    pass.report(&Method::GET, Health::Answered, None);
                    sent.push(Instant::now());
                }
                Err(err) => {
                    assert_eq!(err.kind, ErrorKind::RateLimited);
                    let wait = err.retry_after.expect("it says when");
                    assert!(wait > 2 * SECOND && wait <= 6 * SECOND, "{wait:?}");
                    tokio::time::advance(wait).await;
                }
            }
        }
        assert!(sent.len() >= 100, "{}", sent.len());
        for (at, start) in sent.iter().enumerate() {
            let within = sent[at..].iter().take_while(|it| **it - *start < 60 * SECOND).count();
            assert!(within <= 20, "{within} in a minute");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_keeps_failing_is_left_alone_and_found_again() {
        let gate = Gate::new("slack", "Slack");
        let error = Error::new(ErrorKind::Server, "Slack failed.");
        for _ in 0..20 {
            gate.pass(errand(&[])).await.expect("closed").report(&Method::POST, Health::Failed, Some(&error));
        }
        let err = gate.pass(errand(&[])).await.err().expect("open");
        assert_eq!((err.kind, err.retry_after, err.maybe_done), (ErrorKind::BreakerOpen, Some(30 * SECOND), false));
        assert!(err.message.contains("The last failure: Slack failed."), "{err}");
        assert_eq!(gate.condition().breaker, BreakerState::Open);
        assert_eq!(gate.kept_back().map(|it| it.kind), Some(ErrorKind::BreakerOpen));
        tokio::time::advance(30 * SECOND).await;
        let probe = gate.pass(errand(&[])).await.expect("one probe");
        assert_eq!(refusal(&gate, errand(&[])).await.map(|it| it.0), Some(ErrorKind::BreakerOpen));
        probe.report(&Method::POST, Health::Answered, None);
        assert_eq!(gate.kept_back(), None);
    }
}
