//! One transaction of a bot's writer, what the model says to it before, and what both say after.

use std::sync::Arc;

use anyhow::{Context, ensure};
use bytes::Bytes;

use super::{flaw::Flaw, model::Planned, world::World};
use crate::{
    queue::{
        Acceptance, Accepted, NewJob, Outcome, Payload, Priority,
        claim::Fate,
        end::end,
        intake::Intake,
        store::{Fence, Final, Held},
        writer::{Answer, Request},
    },
    store::{Row, sql},
};

/// What a bot asks its writer.
pub enum Ask {
    Accept { key: String, jobs: Vec<NewJob> },
    Sending(Fence),
    End(usize, Outcome),
    Heartbeat(Vec<Fence>),
    Release(Vec<Fence>),
    Fold { fence: Fence, others: Vec<i64>, payload: Payload },
    Look,
    GoOn,
    Scan,
}

/// Requests of one transaction, each with what it is in words and the answer that it must have.
#[derive(Default)]
struct Batch {
    requests: Vec<Request>,
    words: Vec<String>,
    expected: Vec<String>,
    /// Leases that end with it.
    gone: Vec<Fence>,
    /// Which requests bring what was not known before.
    news: Vec<usize>,
    scans: bool,
}

/// What a transaction answered, for the comparison.
pub struct Written {
    nth: usize,
    free: usize,
    scans: bool,
    /// The ids that each request was told.
    ids: Vec<Vec<i64>>,
}

impl World {
    /// What is asked of the writer, and what the model says to it: what is accepted is put in first, then marks and
    /// ends count, then the rest, as the writer does it.
    async fn foresee(&mut self, nth: usize, asks: Vec<Ask>) -> anyhow::Result<Batch> {
        let now = self.now();
        let bot = &self.bots[nth];
        let boot = bot.boot.clone();
        let mut batch = Batch::default();
        let mut accepted = Vec::new();
        let stolen = self.flaw == Some(Flaw::IgnoresTheFence);
        for (answer, ask) in asks.iter().enumerate() {
            if let Ask::Accept { key, jobs } = ask {
                let is_new = !self.known.contains(key);
                if is_new {
                    self.known.push(key.clone());
                    accepted.extend(jobs.iter().cloned().map(|job| Planned { job, answer: Some(answer) }));
                }
            }
        }
        self.model.planned = accepted;
        batch.news = self.model.planned.iter().filter_map(|it| it.answer).collect();
        let mut sendings = Vec::new();
        for ask in &asks {
            if let Ask::Sending(fence) = ask {
                sendings.push(held(self.model.sending(&boot, *fence)));
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
        let (mut sendings, mut ends) = (sendings.into_iter(), ends.into_iter());
        for ask in asks {
            let (request, word, answer) = match ask {
                Ask::Accept { key, jobs } => {
                    let word = format!("accept {key} {}", jobs.iter().map(words_of).collect::<Vec<_>>().join(" "));
                    let place = Intake::new(1).admit().ok().context("a place")?;
                    let acceptance =
                        Acceptance { source: "slack".into(), key, body: Bytes::new(), audit: None, jobs, news: Vec::new() };
                    (
                        Request::Accept { acceptance: Box::new(acceptance), arrival: None, taken: Arc::default(), place },
                        word,
                        String::new(),
                    )
                }
                Ask::Sending(fence) => (
                    Request::Sending(fence),
                    format!("sending {}", fence.id),
                    format!("{:?}", sendings.next().context("a mark")?),
                ),
                Ask::End(claimed, outcome) => {
                    let claimed = &bot.at_work[claimed];
                    let handler = &self.handlers[claimed.job.kind.as_str()];
                    let (name, end) = end(handler.as_ref(), claimed, outcome, now);
                    batch.gone.push(claimed.fence());
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
                    batch.gone.extend(&fences);
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
                Ask::GoOn => (Request::GoOn, "go on".into(), String::new()),
                Ask::Scan => {
                    self.model.set_right(now);
                    batch.scans = true;
                    (Request::Scan, "scan".into(), String::new())
                }
            };
            batch.words.push(word);
            batch.expected.push(answer);
            batch.requests.push(request);
        }
        Ok(batch)
    }

    /// One transaction of a bot's writer with all of `asks`.
    pub async fn write(&mut self, nth: usize, asks: Vec<Ask>, free: usize) -> anyhow::Result<()> {
        let Batch { requests, words, expected, gone, news, scans } = self.foresee(nth, asks).await?;
        let (now, boot) = (self.now(), self.bots[nth].boot.clone());
        self.steps.push(format!("{now} {boot} (room for {free}): {}", words.join(", ")));
        let bot = &mut self.bots[nth];
        bot.make_room(free);
        let answers = bot.pen.at_once(requests).await?;
        bot.at_work.retain(|it| !gone.contains(&it.fence()));
        bot.stale.extend(gone);
        let mut told = vec![Vec::new(); answers.len()];
        for ((answered, answer), expected) in answers.into_iter().enumerate().zip(expected) {
            let found = match answer {
                Answer::Accepted(Accepted::New(ids)) => {
                    told[answered] = ids;
                    String::new()
                }
                Answer::Accepted(Accepted::Duplicate) => {
                    ensure!(!news.contains(&answered), "{} was not known before", words[answered]);
                    String::new()
                }
                Answer::Held(held) => format!("{held:?}"),
                Answer::Lost(lost) => format!("{lost:?}"),
                Answer::Nothing => String::new(),
            };
            ensure!(found == expected, "{}: the answer is {found} and not {expected}", words[answered]);
        }
        self.settle(Some(Written { nth, free, scans, ids: told })).await
    }

    /// Takes what a transaction brought into the model, and compares all.
    pub async fn settle(&mut self, written: Option<Written>) -> anyhow::Result<()> {
        let now = self.now();
        let rows = self.live().await?;
        let told = self.model.arrive(&rows, now)?;
        let mut ended = self.model.jobs.len() != rows.len();
        if let Some(Written { nth, free, scans, ids }) = written {
            for (answer, ids) in ids.iter().enumerate() {
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
