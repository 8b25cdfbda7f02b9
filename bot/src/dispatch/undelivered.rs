//! What a place says later of a message that it had taken: it arrived, it did not, or somebody answered it.

use bytes::Bytes;

use super::{
    Answer, Busy, Dispatch, Line,
    post::{PostJob, note::NoteJob},
};
use crate::{
    chat::{Answering, Target},
    escalation::{desk::Landed, told::Answered},
    queue::{Acceptance, Priority},
};

impl Dispatch {
    /// That the post of that key arrived.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn delivered(&self, post: Option<&str>) -> Result<(), Busy> {
        let Some(post) = post else { return Ok(()) };
        self.app.page_told(post, Landed::Delivered).await.map(drop).map_err(Busy::not_taken)
    }

    /// Tells administrators that a message to `to` did not arrive, and says it elsewhere where it has a fallback; a page goes on
    /// by its next way. `key` is by what `source` knows the message and this state of it: what is told twice is known.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn undelivered(
        &self,
        source: &str,
        key: &str,
        raw: Bytes,
        to: Target,
        reason: &str,
        post: Option<&str>,
    ) -> Result<(), Busy> {
        let mut fallback = None;
        if let Some(post) = post {
            let told = Landed::Failed { reason: reason.to_owned() };
            if self.app.page_told(post, told).await.map_err(Busy::not_taken)? {
                return Ok(());
            }
            let kept = self.app.store.cursor(&PostJob::kept_as(post)).await.map_err(|err| {
                tracing::error!("What was sent cannot be read: {err:#}");
                Busy::not_taken("the store cannot be read")
            })?;
            let sent: Option<PostJob> = kept.and_then(|it| serde_json::from_str(&it).ok());
            fallback = sent.and_then(|it| Some((it.fallback.clone()?, it.at_fallback(Priority::Command, reason)?)));
        }
        let (place, job) = fallback.unzip();
        let note = NoteJob::closed(to, place, reason).into_job(self.app.store.now());
        let jobs = std::iter::once(note).chain(job).collect();
        let acceptance = Acceptance { source: source.into(), key: key.into(), body: raw, audit: None, jobs, news: Vec::new() };
        self.app.queue.accept(acceptance).await.map(drop).map_err(Busy::from)
    }

    /// Somebody acknowledged from their phone the last page that came to it; of what it was, none where there was none.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn acknowledged_from(&self, number: &str, key: &str, raw: Bytes) -> Result<Option<String>, Busy> {
        let found = self.app.acknowledged_from(number).await.map_err(unreadable)?;
        self.acknowledge(found, key, raw).await
    }

    /// The same by a key pressed in the call that the post of that key made.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn acknowledged_by_call(&self, post: &str, key: &str, raw: Bytes) -> Result<Option<String>, Busy> {
        let found = self.app.acknowledged_by_call(post).await.map_err(unreadable)?;
        self.acknowledge(found, key, raw).await
    }

    async fn acknowledge(&self, found: Option<Answered>, key: &str, raw: Bytes) -> Result<Option<String>, Busy> {
        let Some(Answered { line, asker, place, title }) = found else { return Ok(None) };
        let to = Answering { place, asker, response_url: None, pressed: None };
        let line = Line { key: key.to_owned(), raw, to, text: line, trigger: None, request_id: key.replace(':', "-") };
        match self.line(line).await? {
            Answer::Accepted | Answer::Duplicate => Ok(Some(title)),
            // Nothing was stored: the command is not one, or asks for more.
            other => {
                tracing::error!("An acknowledgement from a phone was not taken: {other:?}");
                Ok(None)
            }
        }
    }
}

fn unreadable(err: anyhow::Error) -> Busy {
    tracing::error!("Pages cannot be read: {err:#}");
    Busy::not_taken("the store cannot be read")
}
