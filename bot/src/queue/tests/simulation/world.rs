//! Bots on one database, and a clock that somebody turns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use commands::BoxFuture;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;

use super::{
    bot::{Bot, handlers},
    flaw::Flaw,
    model::{Model, SCHEDULES},
};
use crate::{
    queue::{CatchUp, Handlers, NewJob, Priority, Queue, Repeating, Timetable, claim::Claimed, writer::Inherited},
    store::{Clock, Store},
};

/// Time in microseconds since 1970; it can be set back for the next seed.
pub struct Turned(AtomicI64);

impl Turned {
    pub fn new() -> Turned {
        Turned(AtomicI64::new(0))
    }

    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_microsecond(), Ordering::Relaxed);
    }
}

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::Relaxed)).expect("a time")
    }

    fn wait_until(&self, _: Timestamp) -> BoxFuture<'_, ()> {
        // Nobody is awake in here but whoever has the next step.
        Box::pin(std::future::pending())
    }
}

pub struct World {
    pub rng: StdRng,
    pub store: Store,
    pub clock: Arc<Turned>,
    pub operator: Queue,
    pub bots: Vec<Bot>,
    pub model: Model,
    /// What was done, in words.
    pub steps: Vec<String>,
    pub flaw: Option<Flaw>,
    pub handlers: Arc<Handlers>,
    /// Keys of what was accepted.
    pub known: Vec<String>,
    serial: u32,
    boots: u32,
}

impl World {
    /// On an empty database.
    pub async fn new(seed: u64, store: &Store, clock: &Arc<Turned>, flaw: Option<Flaw>) -> anyhow::Result<World> {
        let mut rng = StdRng::seed_from_u64(seed);
        let start: Timestamp = "2026-03-02T09:00:00Z".parse()?;
        clock.set(start + Duration::from_micros(rng.random_range(0..3_600_000_000)));
        let mut world = World {
            operator: Queue::open(store),
            store: store.clone(),
            clock: Arc::clone(clock),
            bots: Vec::new(),
            model: Model::default(),
            steps: Vec::new(),
            flaw,
            handlers: handlers(),
            known: Vec::new(),
            serial: 0,
            boots: 0,
            rng,
        };
        let mut tx = store.begin().await?;
        for (name, cron, _, skips) in SCHEDULES {
            let job = NewJob { kind: "cron", lane: (!skips).then(|| "a".into()), ..world.job() };
            let job = NewJob { payload: json!({}).into(), run_at: None, expires: None, unique: None, ..job };
            let timetable = Timetable::parse(cron, "UTC")?;
            let catch_up = if skips { CatchUp::Skip } else { CatchUp::Latest };
            Queue::repeat(&mut tx, &Repeating { name: name.into(), timetable, job, catch_up, who: "Ana".into() }).await?;
        }
        tx.commit().await?;
        for _ in 0..world.rng.random_range(1..=4) {
            world.hire(Inherited::No).await?;
        }
        Ok(world)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn tell(&mut self, step: String) {
        self.steps.push(format!("{} {step}", self.now()));
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    pub fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.rng.random_range(0..of.len())].clone()
    }

    /// From a microsecond to hours, the short more often.
    pub fn some_time(&mut self) -> Duration {
        let scale: u64 = self.one_of(&[10, 1_000_000, 20_000_000, 60_000_000, 1_200_000_000, 1_200_000_000, 20_000_000_000]);
        Duration::from_micros(self.rng.random_range(0..scale))
    }

    pub fn job(&mut self) -> NewJob {
        self.serial += 1;
        let kind = self.one_of(&["call", "call", "post"]);
        let budgets: &[&str] = match kind {
            "post" => self.one_of(&[&[][..], &["quick"], &["usual"], &["slow"], &["usual", "quick"], &["slow", "usual"]]),
            _ => &[],
        };
        let now = self.now();
        let later = self.chance(25).then(|| now + self.some_time());
        let expires = self.chance(15).then(|| now + self.some_time());
        NewJob {
            kind,
            lane: self.one_of(&[None, Some("a"), Some("a"), Some("b"), Some("c")]).map(Into::into),
            priority: self.one_of(&[Priority::Page, Priority::Command, Priority::Command, Priority::Chatter]),
            payload: json!({ "serial": self.serial.to_string(), "budgets": budgets }).into(),
            run_at: later,
            expires,
            unique: if self.chance(15) { Some(self.one_of(&["u1", "u2"]).into()) } else { None },
        }
    }

    pub fn jobs(&mut self, most: usize) -> Vec<NewJob> {
        (0..self.rng.random_range(0..=most)).map(|_| self.job()).collect()
    }

    pub async fn hire(&mut self, inherited: Inherited) -> anyhow::Result<()> {
        self.boots += 1;
        let boot = format!("bot{}", self.boots);
        self.tell(format!("{boot} begins{}", if inherited == Inherited::Yes { ", and is alone" } else { "" }));
        let (mut bot, hire) = Bot::new(&self.store, boot, Arc::clone(&self.handlers), inherited);
        bot.pen.at_once(vec![hire]).await?;
        self.bots.push(bot);
        if inherited == Inherited::Yes {
            self.model.inherit(self.now());
        }
        self.settle(None).await
    }

    /// What a bot works on, its own still or not.
    pub fn claimed(&self, nth: usize) -> &[Claimed] {
        &self.bots[nth].at_work
    }
}
