//! Bots on one database, and a clock that somebody turns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use bytes::Bytes;
use commands::BoxFuture;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use tokio::sync::Semaphore;

use super::{
    bot::{Bot, handlers},
    flaw::Flaw,
    model::{Model, SCHEDULES},
};
use crate::{
    queue::{
        Acceptance, Accepted, Cancelled, CatchUp, Handlers, Hurried, NewJob, Outcome, Payload, Priority, Queue, Redriven,
        Repeating, Timetable,
        claim::{Claimed, Fate},
        schedule,
        store::{Fence, Final, Held},
        worker::end,
        writer::{Answer, Inherited, Request},
    },
    store::{Clock, Row, Store, sql},
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

/// What a bot asks its writer.
pub enum Ask {
    Accept { key: String, jobs: Vec<NewJob> },
    Sending(Fence),
    End(usize, Outcome),
    Heartbeat(Vec<Fence>),
    Release(Vec<Fence>),
    Fold { fence: Fence, others: Vec<i64>, payload: Payload },
    Look,
    Scan,
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
    handlers: Arc<Handlers>,
    known: Vec<String>,
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

    /// One transaction of a bot's writer with all of `asks`, and what the model says to it.
    pub async fn write(&mut self, nth: usize, asks: Vec<Ask>, free: usize) -> anyhow::Result<()> {
        let now = self.now();
        let bot = &mut self.bots[nth];
        let boot = bot.boot.clone();
        let mut words = Vec::new();
        let mut requests = Vec::new();
        let mut expected: Vec<String> = Vec::new();
        let (mut scans, mut accepted) = (false, Vec::new());
        let stolen = self.flaw == Some(Flaw::IgnoresTheFence);
        // As the writer does: what is accepted is put in first, then marks and ends count, then the rest.
        for (answer, ask) in asks.iter().enumerate() {
            if let Ask::Accept { key, jobs } = ask {
                let is_new = !self.known.contains(key);
                if is_new {
                    self.known.push(key.clone());
                    accepted.extend(jobs.iter().cloned().map(|job| super::model::Planned { job, answer: Some(answer) }));
                }
            }
        }
        self.model.planned = accepted;
        let news: Vec<usize> = self.model.planned.iter().filter_map(|it| it.answer).collect();
        for ask in &asks {
            if let Ask::Sending(fence) = ask {
                expected.push(format!("{:?}", held(self.model.sending(&boot, *fence))));
            }
        }
        let mut ends = Vec::new();
        for ask in &asks {
            if let Ask::End(claimed, outcome) = ask {
                let claimed = &bot.at_work[*claimed];
                ends.push(held(self.model.end(&boot, claimed, outcome, now)));
                if stolen && ends.last() == Some(&Held::No) {
                    Flaw::steal(&self.store, &boot, claimed.fence()).await?;
                }
            }
        }
        let (mut sendings, mut ends) = (std::mem::take(&mut expected).into_iter(), ends.into_iter());
        let mut gone: Vec<Fence> = Vec::new();
        for ask in asks {
            let (request, word, answer) = match ask {
                Ask::Accept { key, jobs } => {
                    let word = format!("accept {key} {}", jobs.iter().map(words_of).collect::<Vec<_>>().join(" "));
                    let permit = Arc::new(Semaphore::new(1)).try_acquire_owned()?;
                    let acceptance = Acceptance { source: "slack".into(), key, body: Bytes::new(), audit: None, jobs };
                    (Request::Accept { acceptance: Box::new(acceptance), _waiting: permit }, word, String::new())
                }
                Ask::Sending(fence) => {
                    (Request::Sending(fence), format!("sending {}", fence.id), sendings.next().context("an answer")?)
                }
                Ask::End(claimed, outcome) => {
                    let claimed = &bot.at_work[claimed];
                    let handler = &self.handlers[claimed.job.kind.as_str()];
                    let (name, end) = end(handler.as_ref(), claimed, outcome, now);
                    gone.push(claimed.fence());
                    let word = format!("end {} of epoch {} {name}", claimed.job.id, claimed.epoch);
                    (Request::End(claimed.fence(), end), word, format!("{:?}", ends.next().context("an end")?))
                }
                Ask::Heartbeat(fences) => {
                    let lost: Vec<Fence> = fences.iter().copied().filter(|it| !self.model.heartbeat(&boot, *it, now)).collect();
                    let word = format!("heartbeat {:?}", fences.iter().map(|it| it.id).collect::<Vec<_>>());
                    (Request::Heartbeat(fences), word, format!("{lost:?}"))
                }
                Ask::Release(fences) => {
                    fences.iter().for_each(|it| self.model.release(&boot, *it, now));
                    gone.extend(&fences);
                    let word = format!("release {:?}", fences.iter().map(|it| it.id).collect::<Vec<_>>());
                    (Request::Release(fences), word, String::new())
                }
                Ask::Fold { fence, others, payload } => {
                    let holds = self.model.holds(&boot, fence);
                    if holds {
                        others.iter().for_each(|it| _ = self.model.take_back(*it, Final::Done));
                    }
                    let word = format!("fold {others:?} into {}", fence.id);
                    (Request::Fold { fence, others, payload }, word, format!("{:?}", held(holds)))
                }
                Ask::Look => (Request::Look, "look".into(), String::new()),
                Ask::Scan => {
                    self.model.set_right(now);
                    scans = true;
                    (Request::Scan, "scan".into(), String::new())
                }
            };
            words.push(word);
            expected.push(answer);
            requests.push(request);
        }
        self.steps.push(format!("{now} {boot} (room for {free}): {}", words.join(", ")));
        let bot = &mut self.bots[nth];
        bot.make_room(free);
        let answers = bot.pen.at_once(requests).await?;
        bot.at_work.retain(|it| !gone.contains(&it.fence()));
        bot.stale.extend(gone);
        let mut new = vec![Vec::new(); answers.len()];
        for ((nth, answer), expected) in answers.into_iter().enumerate().zip(expected) {
            let found = match answer {
                Answer::Accepted(Accepted::New(ids)) => {
                    new[nth] = ids;
                    String::new()
                }
                Answer::Accepted(Accepted::Duplicate) => {
                    ensure!(!news.contains(&nth), "{} was not known before", words[nth]);
                    String::new()
                }
                Answer::Held(held) => format!("{held:?}"),
                Answer::Lost(lost) => format!("{lost:?}"),
                Answer::Nothing => String::new(),
            };
            ensure!(found == expected, "{}: the answer is {found} and not {expected}", words[nth]);
        }
        self.settle(Some((nth, free, scans, new))).await
    }

    /// Takes what a transaction brought into the model, and compares all.
    async fn settle(&mut self, written: Option<(usize, usize, bool, Vec<Vec<i64>>)>) -> anyhow::Result<()> {
        let now = self.now();
        let rows = self.live().await?;
        let told = self.model.arrive(&rows, now)?;
        let mut ended = self.model.jobs.len() != rows.len();
        if let Some((nth, free, scans, new)) = written {
            for (answer, ids) in new.iter().enumerate() {
                let expected: Vec<i64> = told.iter().filter(|it| it.0 == answer).map(|it| it.1).collect();
                ensure!(*ids == expected, "the ids of an acceptance are {expected:?}, and {ids:?} are told");
            }
            let (count, least) = self.take_claims(nth, free)?;
            self.model.compare(&rows, now)?;
            if scans && free > 0 {
                // Where there was room left, nothing that could be done is; else nothing more urgent than what is done.
                let least = if count < free { None } else { Some(least) };
                self.model.left_over(least, now)?;
            }
            ended = true;
        } else {
            self.model.compare(&rows, now)?;
        }
        if ended {
            self.model.compare_history(&self.store).await?;
        }
        Ok(())
    }

    fn take_claims(&mut self, nth: usize, free: usize) -> anyhow::Result<(usize, Priority)> {
        let now = self.now();
        let bot = &mut self.bots[nth];
        let mut least = Priority::Page;
        let mut count = 0;
        while let Ok(claims) = bot.claims.try_recv() {
            let mut last = None;
            count += claims.jobs.len();
            ensure!(count <= free, "{} claims {count}, with room for {free}", bot.boot);
            for claimed in claims.jobs {
                let id = claimed.job.id;
                self.steps.push(format!("{now}   {} claims {id}, epoch {}, {:?}", bot.boot, claimed.epoch, claimed.fate));
                if claimed.fate != Fate::Unknown {
                    let place = (claimed.job.priority, self.model.jobs.get(&id).map(|it| it.run_at), id);
                    ensure!(last.as_ref().is_none_or(|last| *last < place), "job {id} is claimed after {last:?}");
                    least = least.max(claimed.job.priority);
                    last = Some(place);
                }
                self.model.claim(&bot.boot, &claimed, now)?;
                bot.at_work.push(claimed);
            }
        }
        Ok((count, least))
    }

    async fn live(&self) -> anyhow::Result<Vec<Row>> {
        Ok(sql("SELECT id, state, run_at, holds_until, attempts, epoch, failing_since, boot, lease_until, expires, unique_key,
                 lane, priority, blocked, kind, payload FROM job ORDER BY id")
        .all(self.store.read())
        .await?)
    }

    /// Looks for due schedules, or fires those that were found.
    pub async fn schedules(&mut self, nth: usize) -> anyhow::Result<()> {
        let name = self.bots[nth].boot.clone();
        let Some((due, fence)) = self.bots[nth].due.take() else {
            self.tell(format!("{name} looks for due schedules"));
            if let Some(fence) = self.bots[nth].hold.seek().await? {
                let (due, _) = schedule::due(&self.store, &super::bot::KINDS).await?;
                self.bots[nth].due = Some((due, fence));
            }
            return Ok(());
        };
        self.tell(format!("{name} fires what it found due"));
        let duty =
            sql("SELECT boot, until FROM duty WHERE name = 'schedules'").first(self.store.read()).await?.context("a duty")?;
        let may = duty.text(0)? == *fence.boot && duty.time(1)? > self.now();
        let fired = schedule::fire(&self.store, &super::bot::KINDS, &due, &fence).await?;
        ensure!(may || fired == 0, "{name} fires schedules, and they are another's duty");
        self.settle(None).await
    }

    /// Somebody sets something right by hand.
    pub async fn operate(&mut self) -> anyhow::Result<()> {
        let ids: Vec<i64> = self.model.jobs.keys().copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let (id, now) = (self.one_of(&ids), self.now());
        let entry = self.model.jobs[&id].clone();
        match self.rng.random_range(0..4) {
            0 => {
                let cancelled = self.operator.cancel(id).await?;
                self.tell(format!("somebody cancels {id}: {cancelled:?}"));
                let is_cancelled = self.model.take_back(id, Final::Cancelled);
                ensure!((cancelled == Cancelled::Yes) == is_cancelled, "job {id} was {:?}", entry.place);
            }
            1 => {
                let hurried = self.operator.hurry(id).await?;
                self.tell(format!("somebody hurries {id}: {hurried:?}"));
                let waits = entry.place == super::model::Place::Ready && entry.run_at > now;
                ensure!((hurried == Hurried::Yes) == waits, "job {id} was {:?}", entry.place);
                if waits {
                    self.model.jobs.get_mut(&id).context("a job")?.run_at = now;
                }
            }
            _ => {
                let redriven = self.operator.redrive(id).await?;
                self.tell(format!("somebody puts {id} back: {redriven:?}"));
                let is_dead = entry.place == super::model::Place::Ended(Final::Dead) && !entry.redriven;
                ensure!((redriven == Redriven::NotFound) != is_dead, "job {id} was {:?}", entry.place);
                if let Redriven::As(new) = redriven {
                    self.model.jobs.get_mut(&id).context("a job")?.redriven = true;
                    let job = NewJob { run_at: None, expires: None, ..entry.job };
                    ensure!(!self.model.jobs.contains_key(&new), "the id {new} is not new");
                    self.model.insert(new, job, now);
                }
            }
        }
        self.settle(None).await
    }

    /// Whether what a bot works on is still its own.
    pub fn claimed(&self, nth: usize) -> &[Claimed] {
        &self.bots[nth].at_work
    }
}

fn held(yes: bool) -> Held {
    if yes { Held::Yes } else { Held::No }
}

fn words_of(job: &NewJob) -> String {
    let NewJob { kind, lane, priority, payload, run_at, expires, unique } = job;
    let payload = payload.value();
    let mut words = format!("[{kind} {} {priority:?}", payload["serial"].as_str().unwrap_or("?"));
    let optional = [
        lane.as_ref().map(|it| format!(" lane {it}")),
        run_at.map(|it| format!(" at {it}")),
        expires.map(|it| format!(" until {it}")),
        unique.as_ref().map(|it| format!(" unique {it}")),
        payload["budgets"].as_array().filter(|it| !it.is_empty()).map(|it| format!(" {it:?}")),
    ];
    words.extend(optional.into_iter().flatten());
    words + "]"
}
