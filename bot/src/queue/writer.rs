//! The task that writes: what many ask for at the same time is one transaction.
//!
//! A durable commit costs milliseconds whatever is in it, so while one is on its way, everything
//! else that is asked for (acceptances, ends, marks) waits and then goes together, up to
//! [`TOGETHER`], each sort in one statement. One that comes alone does not wait. A transaction that
//! brings work also claims it, so that a job is not written twice before somebody does it. When a
//! transaction fails because of what is in it, each request is tried by itself, so that only the
//! bad one fails.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use connectors::trace;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{
    Acceptance, Accepted, Handlers, Payload,
    claim::Claimed,
    end::End,
    gauges,
    intake::{Intake, Place},
    pen::Pen,
    progress::Progress,
    store::{Fence, Held},
    traced::Waiting,
};
use crate::{
    hooks::arrival::Arrival,
    store::{Dialect, Store},
    vital,
};

/// Requests in one transaction.
const TOGETHER: usize = 256;

pub(super) enum Request {
    Accept {
        acceptance: Box<Acceptance>,
        /// What is shown of it, where it came to a hook.
        arrival: Option<Box<Arrival>>,
        /// It is part of a transaction: whoever gives up waiting now cannot know what becomes of it.
        taken: Arc<AtomicBool>,
        /// Given back once it is answered.
        place: Place,
    },
    Sending(Fence),
    End(Fence, End),
    Heartbeat(Vec<Fence>),
    Release(Vec<Fence>),
    /// Ends `others`, which nobody has claimed, as told by this one, and rewrites it.
    Fold {
        fence: Fence,
        others: Vec<i64>,
        payload: Payload,
    },
    /// From here on, work is claimed for these; not before leases are ended that a lost process held.
    Hire {
        hands: Arc<Hands>,
        inherited: Inherited,
    },
    /// Claim what there is.
    Look,
    /// Claim more of what there was: somebody is free again.
    GoOn,
    /// Set right what time or a lost process left behind, and claim what there is.
    Scan,
}

/// Whether the leases in the database are those of a process that is gone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inherited {
    Yes,
    No,
}

#[derive(Debug)]
pub(super) enum Answer {
    Accepted(Accepted),
    Held(Held),
    /// Those whose lease is gone.
    Lost(Vec<Fence>),
    Nothing,
}

/// Those who do what is claimed.
pub(super) struct Hands {
    pub kinds: Vec<&'static str>,
    pub handlers: Arc<Handlers>,
    /// How many more jobs they can take: the writer takes, whoever ends a job, or waits for another system, gives back.
    pub free: AtomicUsize,
    /// How many of them only pages take.
    pub for_pages: usize,
    /// How many more may wait for another system.
    pub patience: AtomicUsize,
    /// The last claim found all that it was allowed to: there is more.
    pub more: AtomicBool,
    /// They take nothing more.
    pub closed: AtomicBool,
    pub deliver: mpsc::UnboundedSender<Claims>,
}

pub(super) struct Claims {
    pub jobs: Vec<Claimed>,
    /// When to look again at the latest, where all that is due was claimed.
    pub next_look: Option<Timestamp>,
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({})", self.jobs.len())
    }
}

/// Why nothing was written: a sentence without anything of the database's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub reason: String,
}

pub(super) struct Asked {
    pub request: Request,
    pub reply: oneshot::Sender<Result<Answer, Failure>>,
    /// What follows from it is part of the same trace.
    pub trace: Option<String>,
    pub waiting: Waiting,
}

impl Asked {
    pub fn new(request: Request, waiting: Waiting) -> (Asked, oneshot::Receiver<Result<Answer, Failure>>) {
        let (reply, answer) = oneshot::channel();
        (Asked { request, reply, trace: trace::traceparent(), waiting }, answer)
    }
}

impl Asked {
    fn place(&self) -> Option<&Place> {
        if let Request::Accept { place, .. } = &self.request { Some(place) } else { None }
    }
}

/// The way to the task. It ends when the last of these is dropped.
#[derive(Clone)]
pub(super) struct Writer {
    ask: mpsc::UnboundedSender<Asked>,
    dialect: Dialect,
    progress: Arc<Progress>,
}

impl Writer {
    pub(super) fn spawn(store: Store, boot: String, intake: Arc<Intake>) -> Writer {
        let (ask, mut asked) = mpsc::unbounded_channel();
        let progress = Arc::new(Progress::new(&store));
        let dialect = store.dialect();
        let mut pen = Pen::new(store, boot, Arc::clone(&progress));
        vital::spawn("the queue's writer", async move {
            while let Some(first) = asked.recv().await {
                let batch = gather(first, &mut asked).await;
                if let Some(place) = batch.iter().find_map(Asked::place) {
                    intake.taken(place);
                }
                pen.write(batch).await;
            }
        });
        Writer { ask, dialect, progress }
    }

    /// How it gets on.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Returns once `request` is committed.
    pub(super) async fn ask(&self, request: Request) -> Result<Answer, Failure> {
        let waiting = Waiting::begin(&request, self.dialect);
        let (asked, answer) = Asked::new(request, waiting.clone());
        let stopped = || Failure { reason: "The bot is stopping. Try again in a moment.".into() };
        self.ask.send(asked).map_err(|_| stopped())?;
        let answer = answer.await.map_err(|_| stopped())?;
        waiting.end(answer.is_ok());
        answer
    }
}

/// Takes an acceptance, unless who asked gave up waiting: they were told that nothing is stored.
fn is_wanted(asked: &Asked) -> bool {
    let Request::Accept { taken, .. } = &asked.request else { return true };
    // In this order: whoever gives up closes first, and looks whether it was taken then.
    taken.store(true, Ordering::SeqCst);
    !asked.reply.is_closed()
}

async fn gather(first: Asked, asked: &mut mpsc::UnboundedReceiver<Asked>) -> Vec<Asked> {
    let mut batch = vec![first];
    // Those that are about to ask get to do so.
    tokio::task::yield_now().await;
    while batch.len() < TOGETHER
        && let Ok(next) = asked.try_recv()
    {
        batch.push(next);
    }
    batch.retain(is_wanted);
    gauges::backlog(asked.len());
    batch
}
