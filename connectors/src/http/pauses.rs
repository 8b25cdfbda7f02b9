//! Who asked us to wait, and until when ([`Retry-After`](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)).

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// A server that says "a week" is asked again after an hour.
const LONGEST: Duration = Duration::from_secs(3600);

/// What is held up, and until when.
pub(super) struct Pauses<K>(Mutex<HashMap<K, Instant>>);

impl<K> Default for Pauses<K> {
    fn default() -> Pauses<K> {
        Pauses(Mutex::default())
    }
}

impl<K: Eq + Hash> Pauses<K> {
    /// Holds `what` up until `wait` from now is over; what is held up for longer stays so.
    pub(super) fn hold(&self, what: K, wait: Duration) {
        let now = Instant::now();
        let mut held = self.held();
        held.retain(|_, until| *until > now);
        let until = now + wait.min(LONGEST);
        let it = held.entry(what).or_insert(until);
        *it = until.max(*it);
    }

    /// When all that `is_meant` names may go on; none where nothing of it is held up.
    pub(super) fn until(&self, is_meant: impl Fn(&K) -> bool) -> Option<Instant> {
        let now = Instant::now();
        self.held().iter().filter(|(what, until)| **until > now && is_meant(what)).map(|(_, until)| *until).max()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<K, Instant>> {
        // Every change is a single insertion, so what a panic left behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
