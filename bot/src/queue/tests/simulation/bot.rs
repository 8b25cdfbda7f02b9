//! One simulated bot: its writer without the task, the jobs it has at work, its hold on the schedules.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use commands::BoxFuture;
use tokio::sync::mpsc;

use super::model::{charges, last_word};
use crate::{
    queue::{
        Departs, Handler, Handlers, Job, Lease, Outcome, Writes,
        claim::Claimed,
        duty,
        pen::Pen,
        progress::Progress,
        schedule::Due,
        store::Fence,
        writer::{Claims, Hands, Inherited, Request},
    },
    store::Store,
};

pub const KINDS: [&str; 4] = ["call", "cron", "post", "tell"];

/// Says what the queue asks inside its transactions; what the jobs do, the simulation says.
struct Told;

impl Handler for Told {
    fn run<'a>(&'a self, _: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        unreachable!("the simulation runs what is claimed")
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        unreachable!("the simulation looks into what is claimed")
    }

    fn departs(&self, job: &Job) -> Departs {
        if job.kind == "post" { Departs::AtOnce(charges(job)) } else { Departs::WhenTold }
    }

    fn died(&self, job: &Job, _: &str) -> Writes {
        Writes { jobs: vec![last_word(job)], ..Writes::default() }
    }
}

pub fn handlers() -> Arc<Handlers> {
    let told: Arc<dyn Handler> = Arc::new(Told);
    Arc::new(KINDS.iter().map(|kind| (*kind, Arc::clone(&told))).collect())
}

pub struct Bot {
    pub boot: String,
    pub pen: Pen,
    pub hands: Arc<Hands>,
    pub claims: mpsc::UnboundedReceiver<Claims>,
    pub at_work: Vec<Claimed>,
    /// Leases that it had: nothing may be written with them.
    pub stale: Vec<Fence>,
    /// It stands still, as under SIGSTOP.
    pub frozen: bool,
    pub hold: duty::Hold,
    /// Schedules that it found due and has not fired yet.
    pub due: Option<(Vec<Due>, duty::Fence)>,
}

impl Bot {
    /// To be hired by the request that comes with it.
    pub fn new(store: &Store, boot: String, handlers: Arc<Handlers>, inherited: Inherited) -> (Bot, Request) {
        let (deliver, claims) = mpsc::unbounded_channel();
        let hands = Arc::new(Hands {
            kinds: KINDS.to_vec(),
            handlers,
            free: AtomicUsize::new(0),
            for_pages: 0,
            patience: AtomicUsize::new(0),
            more: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            deliver,
        });
        let hire = Request::Hire { hands: Arc::clone(&hands), inherited };
        let bot = Bot {
            pen: Pen::new(store.clone(), boot.clone(), Arc::new(Progress::new(store))),
            hold: duty::Hold::new(store.clone(), duty::Duty::Schedules, boot.as_str().into()),
            boot,
            hands,
            claims,
            at_work: Vec::new(),
            stale: Vec::new(),
            frozen: false,
            due: None,
        };
        (bot, hire)
    }

    pub fn make_room(&self, free: usize) {
        self.hands.free.store(free, Ordering::Relaxed);
    }
}
