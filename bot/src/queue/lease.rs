//! What a handler holds while it works.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{
    LeaseLost,
    store::{Fence, Held},
    worker::{SCAN_EVERY, later},
    writer::{Answer, Request, Writer},
};
use crate::store::Clock;

/// The right to work on a job.
#[derive(Clone)]
pub struct Lease {
    fence: Fence,
    writer: Writer,
    clock: Arc<dyn Clock>,
    sent: Arc<AtomicBool>,
}

impl Lease {
    pub(super) fn new(fence: Fence, writer: Writer, clock: Arc<dyn Clock>) -> Lease {
        Lease { fence, writer, clock, sent: Arc::default() }
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
