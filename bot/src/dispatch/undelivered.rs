//! What a place says later of a message that it had taken: it did not arrive.

use bytes::Bytes;

use super::{Busy, Dispatch, post::note::NoteJob};
use crate::{chat::Target, queue::Acceptance};

impl Dispatch {
    /// Tells administrators that a message to `to` did not arrive. `key` is by what `source` knows the message and this state
    /// of it: what is told twice is known.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn undelivered(&self, source: &str, key: &str, raw: Bytes, to: Target, reason: &str) -> Result<(), Busy> {
        let note = NoteJob::closed(to, None, reason).into_job(self.app.store.now());
        let acceptance =
            Acceptance { source: source.into(), key: key.into(), body: raw, audit: None, jobs: vec![note], news: Vec::new() };
        self.app.queue.accept(acceptance).await.map(drop).map_err(|it| Busy { reason: it.reason })
    }
}
