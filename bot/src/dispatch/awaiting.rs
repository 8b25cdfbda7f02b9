//! Forms whose sender still waits.
//!
//! A submitted form is a job like any other, but while its sender's window is still open a refusal
//! belongs at the field, not in the channel. Whoever runs the job hands the refusal over here; if
//! nobody waits any more, it goes to chat.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use commands::FieldProblem;
use tokio::sync::oneshot;

/// How a submitted form ended, as far as its sender's window is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    Refused(Vec<FieldProblem>),
}

/// Senders that wait, by request id.
#[derive(Default)]
pub struct Awaiting(Mutex<HashMap<String, oneshot::Sender<Ending>>>);

/// A place in the queue of those who wait.
pub struct Wait<'a> {
    awaiting: &'a Awaiting,
    request_id: String,
    ending: oneshot::Receiver<Ending>,
}

impl Awaiting {
    /// Must be called before the job is committed, or its end could be missed.
    pub fn wait(&self, request_id: &str) -> Wait<'_> {
        let (sender, ending) = oneshot::channel();
        self.map().insert(request_id.into(), sender);
        Wait { awaiting: self, request_id: request_id.into(), ending }
    }

    /// Hands the ending to whoever waits; false when nobody does.
    pub fn tell(&self, request_id: &str, ending: Ending) -> bool {
        let sender = self.map().remove(request_id);
        sender.is_some_and(|it| it.send(ending).is_ok())
    }

    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Ending>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wait<'_> {
    /// The ending, if it comes within `limit`.
    pub async fn at_most(mut self, limit: Duration) -> Option<Ending> {
        if let Ok(ending) = tokio::time::timeout(limit, &mut self.ending).await {
            return ending.ok();
        }
        // Whoever took the sender before we could is about to use it: then the ending is ours to tell.
        let was_there = self.awaiting.map().remove(&self.request_id).is_some();
        if was_there { None } else { (&mut self.ending).await.ok() }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.awaiting.map().remove(&self.request_id);
    }
}
