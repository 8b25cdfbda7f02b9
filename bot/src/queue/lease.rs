//! What a handler holds while it works.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{
    Job, LeaseLost, Payload,
    claim::Fate,
    store::{self, Fence, Held},
    worker::{SCAN_EVERY, later},
    writer::{Answer, Request, Writer},
};
use crate::store::{Clock, Store, Tx};

/// The right to work on a job.
#[derive(Clone)]
pub struct Lease {
    fence: Fence,
    writer: Writer,
    clock: Arc<dyn Clock>,
    sent: Arc<AtomicBool>,
    store: Store,
    boot: Arc<str>,
}

impl Lease {
    pub(super) fn new(fence: Fence, fate: Fate, writer: Writer, store: Store, boot: &str) -> Lease {
        let sent = Arc::new(AtomicBool::new(fate == Fate::Sending));
        Lease { fence, writer, clock: store.clock(), sent, store, boot: boot.into() }
    }

    /// Younger jobs of `lane` that nobody has claimed, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn behind(&self, lane: &str, limit: u32) -> anyhow::Result<Vec<Job>> {
        let rows = store::behind(lane, self.fence.id, limit).all(self.store.read()).await?;
        Ok(rows.iter().map(store::job).collect::<sqlx::Result<_>>()?)
    }

    /// Ends `others`, which nobody has claimed, as told in the digest of this job, whose payload
    /// becomes `payload`: one transaction.
    ///
    /// # Errors
    /// Another worker has the job: stop, and send nothing.
    pub async fn fold(&self, others: &[i64], payload: Payload) -> Result<(), LeaseLost> {
        loop {
            let request = Request::Fold { fence: self.fence, others: others.to_vec(), payload: payload.clone() };
            match self.writer.ask(request).await {
                Ok(Answer::Held(Held::Yes)) => return Ok(()),
                Ok(_) => return Err(LeaseLost),
                Err(_) => self.clock.wait_until(later(self.clock.now(), SCAN_EVERY)).await,
            }
        }
    }

    /// The same as [`Lease::sending`] in a transaction of the caller's, which decides whether they leave at all: send only after
    /// its commit.
    pub async fn sending_in(&self, tx: &mut Tx) -> sqlx::Result<Result<(), LeaseLost>> {
        Ok(match store::sending(tx, &self.boot, &[self.fence]).await?.first() {
            Some(Held::Yes) => {
                self.sent.store(true, Ordering::Relaxed);
                Ok(())
            }
            _ => Err(LeaseLost),
        })
    }

    /// Whether bytes may have left.
    pub(super) fn has_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// Notes durably that bytes are about to leave: from here on a crash makes the job's fate
    /// unknown. While the database cannot note it, this waits.
    ///
    /// # Errors
    /// Another worker has the job: stop, and send nothing.
    pub async fn sending(&self) -> Result<(), LeaseLost> {
        if self.has_sent() {
            return Ok(());
        }
        loop {
            match self.writer.ask(Request::Sending(self.fence)).await {
                Ok(Answer::Held(Held::Yes)) => {
                    self.sent.store(true, Ordering::Relaxed);
                    return Ok(());
                }
                Ok(_) => return Err(LeaseLost),
                // Should the lease end meanwhile, the task that waits here is stopped.
                Err(_) => self.clock.wait_until(later(self.clock.now(), SCAN_EVERY)).await,
            }
        }
    }
}
