//! The job that brings a page up to date which was sent: whoever was woken sees who has the alert, and that it is over.
//!
//! Its buttons go when there is nothing left to do for its reader. Doing it twice changes nothing, so it is simply tried again; a
//! message that cannot be edited any more stays as it is.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use commands::{BoxFuture, ErrorKind};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{page, store};
use crate::{
    app::App,
    chat::Post,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Queue, Writes},
    store::Tx,
};

/// What changes several times in a second is shown once.
const AFTER: SignedDuration = SignedDuration::from_secs(1);
/// How long an edit is worth trying: as long as posts are kept for a chat that takes nothing.
const WORTH: SignedDuration = SignedDuration::from_hours(72);
/// How long to wait where a chat asks for it and does not say how long.
const UNTOLD: Duration = Duration::from_secs(10);

/// A page to be drawn anew, as stored in a job of kind [`EditPageJob::KIND`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditPageJob {
    pub page: i64,
}

impl EditPageJob {
    pub const KIND: &'static str = "page_edit";

    /// In a transaction of the caller's.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn enqueue(self, tx: &mut Tx) -> anyhow::Result<()> {
        let now = tx.now();
        let job = NewJob {
            kind: EditPageJob::KIND,
            lane: Some(format!("page_edit:{}", self.page)),
            priority: Priority::Chatter,
            payload: Payload::of(&self),
            run_at: now.checked_add(AFTER).ok(),
            expires: now.checked_add(WORTH).ok(),
            unique: None,
        };
        Queue::enqueue(tx, &job).await.context("the edit of a page cannot be written down")?;
        Ok(())
    }
}

impl App {
    /// Brings the pages of an alert up to date, once this transaction is committed.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn redraw_pages(&self, tx: &mut Tx, alert: i64) -> anyhow::Result<()> {
        for page in store::editable(tx, alert).await? {
            EditPageJob { page }.enqueue(tx).await?;
        }
        Ok(())
    }
}

/// Edits pages: the handler of [`EditPageJob`].
pub struct EditPage {
    pub app: Arc<App>,
}

impl EditPage {
    /// What becomes of the job while the chat refuses our credentials; none where the page is as it should be.
    async fn edit(&self, asked: &EditPageJob) -> commands::Result<Option<Outcome>> {
        let unreadable = |err: anyhow::Error| {
            tracing::error!("A page cannot be read: {err:#}");
            commands::Error::new(ErrorKind::Network, "The store cannot be read.")
        };
        let Some(page) = store::page_of(&self.app.store, asked.page).await.map_err(unreadable)? else { return Ok(None) };
        let (Some(message), Some(alert)) = (page.message.clone(), page.alert) else { return Ok(None) };
        let Some(alert) = self.app.alert(alert).await.map_err(unreadable)? else { return Ok(None) };
        let Some(platform) = self.app.platforms.get(page.to.platform()) else { return Ok(None) };
        let written = page::written(&self.app, &page, &alert).await?;
        let mut post = Post::new(page.to.clone(), written, page::key(page.id));
        post.about = Some(format!("alert:{}", alert.id));
        self.app.renames.follow(&mut post.to).await;
        self.app.edited(platform.as_ref(), &post, &message).await
    }
}

impl Handler for EditPage {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<EditPageJob>() {
                Ok(asked) => asked,
                Err(err) => {
                    let reason = format!("the job cannot be read: {err}");
                    return Outcome::Dead { reason, writes: Writes::default() };
                }
            };
            match self.edit(&asked).await {
                Ok(None) => Outcome::Done(Writes::default()),
                Ok(Some(later)) => later,
                Err(err) if matches!(err.kind, ErrorKind::RateLimited | ErrorKind::BreakerOpen) => {
                    let after = err.retry_after.unwrap_or(UNTOLD);
                    Outcome::Snooze { after, reason: err.message, writes: Writes::default() }
                }
                Err(err) if err.is_temporary() => {
                    Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() }
                }
                // It is deleted, or too old to be edited.
                Err(err) => Outcome::Cancel { reason: err.message, writes: Writes::default() },
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}
