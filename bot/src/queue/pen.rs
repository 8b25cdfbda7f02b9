//! One transaction of the [`writer`](super::writer): everything of a batch, each sort in one statement, and the claim of what it brings.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use tracing::{error, info, warn};

use super::{
    Acceptance, Accepted, NewJob, Writes,
    budget::Queueing,
    claim::{self, Claimer},
    end::{End, Failed, died},
    gauges,
    progress::Progress,
    rescue,
    retry::LANE_BLOCKED,
    store::{self, Again, Ended, Fence, Final, Held, Insert, after},
    writer::{Answer, Asked, Claims, Failure, Hands, Inherited, Request},
};
use crate::{
    audit,
    hooks::arrival::Arrival,
    notify::news::{Decision, Landed, News},
    store::{Arg, Dialect, Store, Tx, fault, given, pieces, presence, sql, table_of},
};

/// Scans from one look through all lanes to the next.
const UNSTICK_EVERY: u32 = 10;

pub(super) struct Pen {
    store: Store,
    boot: String,
    hands: Option<Arc<Hands>>,
    queueing: Queueing,
    scans: u32,
    /// There may be jobs that are to be looked into; they are asked for when time has passed, not by each claim.
    unknown: bool,
    progress: Arc<Progress>,
}

/// What a transaction wrote.
struct Written {
    answers: Vec<Answer>,
    claims: Option<Claims>,
}

/// Whether a transaction also claims what it brings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claiming {
    Yes,
    /// Only if that is what is asked for.
    IfAsked,
}

impl Pen {
    /// It says in `progress` how it gets on.
    pub(super) fn new(store: Store, boot: String, progress: Arc<Progress>) -> Pen {
        Pen { store, boot, hands: None, queueing: Queueing::default(), scans: 0, unknown: false, progress }
    }

    /// Writes without a task around it: `requests` as if they had been asked for at the same time.
    #[cfg(test)]
    pub(super) async fn at_once(&mut self, requests: Vec<Request>) -> sqlx::Result<Vec<Answer>> {
        let batch: Vec<Asked> =
            requests.into_iter().map(|request| Asked::new(request, super::traced::Waiting::default()).0).collect();
        let written = self.together(&batch, Claiming::Yes).await?;
        self.deliver(written.claims);
        Ok(written.answers)
    }

    /// Writes the batch and answers whoever asked.
    pub(super) async fn write(&mut self, batch: Vec<Asked>) {
        if batch.is_empty() {
            return;
        }
        let started = Instant::now();
        let alone = batch.len() == 1;
        for asked in &batch {
            asked.waiting.is_over(batch.len());
        }
        match self.together(&batch, Claiming::Yes).await {
            Ok(written) => {
                metrics::histogram!("bellhop_queue_commit_seconds").record(started.elapsed().as_secs_f64());
                metrics::histogram!("bellhop_queue_batch_requests").record(batch.len() as f64);
                for (asked, answer) in batch.into_iter().zip(written.answers) {
                    let _ = asked.reply.send(Ok(answer));
                }
                self.deliver(written.claims);
            }
            Err(err) if alone || !is_about_content(&err) => {
                error!("The database refused {} requests: {err}", batch.len());
                let failure = Failure { reason: reason(&err) };
                for asked in batch {
                    let _ = asked.reply.send(Err(failure.clone()));
                }
            }
            Err(err) => {
                warn!("A batch of {} failed and is tried one by one: {err}", batch.len());
                for asked in batch {
                    let result = self.together(std::slice::from_ref(&asked), Claiming::IfAsked).await;
                    let result = result.map_err(|err| {
                        error!("The database refused a request: {err}");
                        Failure { reason: reason(&err) }
                    });
                    let (result, claims) = match result {
                        Ok(mut written) => (Ok(written.answers.pop().unwrap_or(Answer::Nothing)), written.claims),
                        Err(failure) => (Err(failure), None),
                    };
                    let _ = asked.reply.send(result);
                    self.deliver(claims);
                }
                // What they brought is not claimed yet.
                self.store.announce_work();
            }
        }
    }

    fn deliver(&self, claims: Option<Claims>) {
        if let (Some(hands), Some(claims)) = (&self.hands, claims) {
            hands.free.fetch_sub(claims.jobs.len(), Ordering::Relaxed);
            let _ = hands.deliver.send(claims);
        }
    }

    async fn together(&mut self, batch: &[Asked], claiming: Claiming) -> sqlx::Result<Written> {
        self.progress.begins();
        let written = self.in_one(batch, claiming).await;
        match &written {
            Ok(_) => self.progress.committed(),
            Err(err) => self.progress.failed(err),
        }
        written
    }

    async fn in_one(&mut self, batch: &[Asked], claiming: Claiming) -> sqlx::Result<Written> {
        let mut tx = self.store.begin_ahead().await?;
        self.progress.goes_on();
        let written = match self.apply(&mut tx, batch, claiming).await {
            Ok(written) => written,
            Err(err) => {
                // A transaction that a full disk has already undone says so again here.
                let _ = tx.rollback().await;
                return Err(err);
            }
        };
        self.progress.goes_on();
        tx.commit_as(&self.boot).await?;
        for asked in batch {
            if let Request::Hire { hands, .. } = &asked.request {
                self.hands = Some(Arc::clone(hands));
            }
        }
        Ok(written)
    }

    async fn apply(&mut self, tx: &mut Tx, batch: &[Asked], claiming: Claiming) -> sqlx::Result<Written> {
        let mut answers: Vec<Answer> = batch.iter().map(|_| Answer::Nothing).collect();
        let mut expired = Vec::new();
        let mut work = Work::default();
        let accepts =
            each(batch, |it| if let Request::Accept { acceptance, .. } = it { Some(acceptance.as_ref()) } else { None });
        let news = accept(tx, &accepts, &mut answers).await?;

        let sending = each(batch, |it| if let Request::Sending(fence) = it { Some(*fence) } else { None });
        let fences: Vec<Fence> = sending.iter().map(|(_, fence)| *fence).collect();
        for ((nth, _), held) in sending.iter().zip(store::sending(tx, &self.boot, &fences).await?) {
            answers[*nth] = Answer::Held(held);
        }

        let ends = each(batch, |it| if let Request::End(fence, end) = it { Some((*fence, end)) } else { None });
        let held = self.end(tx, &ends).await?;
        for ((nth, (_, end)), held) in ends.iter().zip(held) {
            answers[*nth] = Answer::Held(held);
            if held == Held::Yes {
                work.follow(end.writes(), batch[*nth].trace.as_deref());
            }
        }

        let mut is_asked = false;
        for (nth, asked) in batch.iter().enumerate() {
            answers[nth] = match &asked.request {
                Request::Heartbeat(fences) => {
                    let held = store::heartbeat(tx, &self.boot, fences).await?;
                    let lost = fences.iter().zip(held).filter(|(_, held)| *held == Held::No).map(|(fence, _)| *fence);
                    Answer::Lost(lost.collect())
                }
                Request::Release(fences) => {
                    store::release(tx, &self.boot, fences).await?;
                    Answer::Nothing
                }
                Request::Fold { fence, others, payload } => {
                    let held = store::rewrite(tx, &self.boot, *fence, payload).await?;
                    if held == Held::Yes {
                        let told = format!("told in the digest of job {}", fence.id);
                        store::finish_unclaimed(tx, others, Final::Done, &told).await?;
                    }
                    Answer::Held(held)
                }
                Request::Hire { inherited, .. } => {
                    if *inherited == Inherited::Yes {
                        rescue::end_leases(tx).await?;
                    }
                    Answer::Nothing
                }
                Request::Scan => {
                    (is_asked, self.unknown) = (true, true);
                    expired.extend(self.set_right(tx).await?);
                    Answer::Nothing
                }
                Request::Look => {
                    (is_asked, self.unknown) = (true, true);
                    Answer::Nothing
                }
                Request::GoOn => {
                    is_asked = true;
                    Answer::Nothing
                }
                Request::Accept { .. } | Request::Sending(_) | Request::End(..) => continue,
            };
        }

        for (writes, trace) in &expired {
            work.follow(writes, trace.as_deref());
        }

        let accepted = news.iter().flat_map(|(nth, it)| it.jobs.iter().map(|job| Insert::of(job, batch[*nth].trace.as_deref())));
        let follows = work.jobs.iter().map(|(job, trace)| Insert::of(job, *trace));
        let jobs: Vec<Insert<'_>> = accepted.chain(follows).collect();
        let mut ids = store::insert_all(tx, &jobs).await?.into_iter();
        for (nth, acceptance) in &news {
            answers[*nth] = Answer::Accepted(Accepted::New(ids.by_ref().take(acceptance.jobs.len()).flatten().collect()));
        }
        let reported: Vec<&News> = news.iter().flat_map(|(_, it)| &it.news).chain(work.news).collect();
        News::record(tx, &reported).await?;
        Decision::amend(tx, &work.decided).await?;
        Landed::record(tx, &work.landed).await?;
        record_arrivals(tx, batch, &answers).await?;
        audit::append_all(tx, &work.audits).await?;
        tx.set_cursors(work.cursors).await?;
        let claims = if is_asked || claiming == Claiming::Yes { self.claim(tx, is_asked).await? } else { None };
        Ok(Written { answers, claims })
    }

    async fn end(&self, tx: &mut Tx, ends: &[(usize, (Fence, &End))]) -> sqlx::Result<Vec<Held>> {
        let mut finals = Vec::new();
        for (_, (fence, end)) in ends {
            if let End::Final { end, reason, .. } = end {
                finals.push(Ended { fence: *fence, end: *end, reason: reason.as_deref() });
            }
        }
        let mut finished = store::finish(tx, &self.boot, &finals).await?.into_iter();
        let mut held = Vec::with_capacity(ends.len());
        for (_, (fence, end)) in ends {
            held.push(match end {
                End::Final { .. } => finished.next().unwrap_or(Held::No),
                End::Again { run_at, reason, failed, uncounted, .. } => {
                    let (holds_until, failing_since) = match failed {
                        Failed::Since(since) => (after(*since, LANE_BLOCKED), Some(*since)),
                        Failed::No => (*run_at, None),
                    };
                    let payload = end.payload();
                    let again = Again { run_at: *run_at, holds_until, reason, uncounted: *uncounted, failing_since, payload };
                    store::again(tx, &self.boot, *fence, again).await?
                }
                End::Ambiguous { until, reason, .. } => {
                    store::ambiguous(tx, &self.boot, *fence, *until, reason, end.payload()).await?
                }
            });
        }
        Ok(held)
    }

    /// What follows from what it gives up comes back, each with its trace.
    async fn set_right(&mut self, tx: &mut Tx) -> sqlx::Result<Vec<(Writes, Option<String>)>> {
        let gone = presence::gone(tx).await?;
        if !gone.is_empty() {
            let ended = rescue::end_leases_of(tx, &gone).await?;
            info!("{} bots are gone: what they held is free, {ended} leases", gone.len());
        }
        tx.plan_anew().await?;
        rescue::reclaim(tx).await?;
        rescue::step_aside(tx).await?;
        self.scans = self.scans.wrapping_add(1);
        if tx.dialect() == Dialect::Postgres && self.scans.is_multiple_of(UNSTICK_EVERY) {
            rescue::unstick(tx).await?;
        }
        let Some(hands) = &self.hands else { return Ok(Vec::new()) };
        let mut follows = Vec::new();
        let expired = rescue::expired(tx, &hands.kinds).await?;
        let ids: Vec<i64> = expired.iter().map(|it| it.id).collect();
        let reason = "it expired before it could be done";
        let gone = store::finish_unclaimed(tx, &ids, Final::Dead, reason).await?;
        for job in expired.iter().filter(|it| gone.contains(&it.id)) {
            warn!(job.id = %job.id, job.kind = %job.kind, "Job {} expired", job.id);
            metrics::counter!("bellhop_job_outcomes_total", "kind" => job.kind.clone(), "outcome" => "dead").increment(1);
            gauges::ended(&job.kind, job.attempt, job.created_at, tx.now());
            if let Some(handler) = hands.handlers.get(job.kind.as_str()) {
                follows.push((died(handler.as_ref(), job, reason), job.trace.clone()));
            }
        }
        Ok(follows)
    }

    /// Claims for those who are free, if there may be something.
    async fn claim(&mut self, tx: &mut Tx, is_asked: bool) -> sqlx::Result<Option<Claims>> {
        let Some(hands) = self.hands.clone().filter(|it| !it.closed.load(Ordering::Relaxed)) else { return Ok(None) };
        let free = hands.free.load(Ordering::Relaxed);
        if !(is_asked || tx.has_work() || hands.more.load(Ordering::Relaxed)) {
            return Ok(None);
        }
        if free == 0 {
            hands.more.store(true, Ordering::Relaxed);
            return Ok(None);
        }
        let started = Instant::now();
        let claimer = Claimer { boot: &self.boot, kinds: &hands.kinds, handlers: &hands.handlers };
        let mut jobs = if self.unknown { claim::claim_unknown(tx, &claimer, free).await? } else { Vec::new() };
        self.unknown &= jobs.len() == free;
        jobs.extend(claim::claim(tx, &claimer, &mut self.queueing, free - jobs.len(), hands.for_pages).await?);
        let is_full = jobs.len() + hands.for_pages >= free;
        hands.more.store(is_full, Ordering::Relaxed);
        if !is_full {
            tx.work_is_taken();
        }
        let next_look = if is_full { None } else { claim::next_look(tx).await? };
        metrics::histogram!("bellhop_queue_claim_seconds").record(started.elapsed().as_secs_f64());
        Ok(Some(Claims { jobs, next_look }))
    }
}

/// The requests of one sort, each with its place in the batch.
fn each<'a, T>(batch: &'a [Asked], sort: impl Fn(&'a Request) -> Option<T>) -> Vec<(usize, T)> {
    batch.iter().enumerate().filter_map(|(nth, asked)| Some((nth, sort(&asked.request)?))).collect()
}

/// What follows from the ends of jobs.
#[derive(Default)]
struct Work<'a> {
    /// Each with the trace that it is part of.
    jobs: Vec<(&'a NewJob, Option<&'a str>)>,
    cursors: Vec<(&'a str, &'a str)>,
    news: Vec<&'a News>,
    decided: Vec<&'a (i64, Vec<Decision>)>,
    landed: Vec<&'a Landed>,
    audits: Vec<&'a audit::Record>,
}

impl<'a> Work<'a> {
    fn follow(&mut self, writes: &'a Writes, trace: Option<&'a str>) {
        self.jobs.extend(writes.jobs.iter().map(|it| (it, trace)));
        self.cursors.extend(writes.cursors.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.news.extend(&writes.news);
        self.decided.extend(&writes.decided);
        self.landed.extend(&writes.landed);
        self.audits.extend(&writes.audits);
    }
}

/// What came to hooks: the new ones, and that others came again.
async fn record_arrivals(tx: &mut Tx, batch: &[Asked], answers: &[Answer]) -> sqlx::Result<()> {
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for (asked, answer) in batch.iter().zip(answers) {
        let Request::Accept { arrival: Some(arrival), .. } = &asked.request else { continue };
        match answer {
            Answer::Accepted(Accepted::New(_)) => new.push(arrival.as_ref()),
            _ => again.push(arrival.as_ref()),
        }
    }
    Arrival::record(tx, &new).await?;
    Arrival::record_again(tx, &again).await
}

/// Stores those that are new, with their lines in the audit log, and answers the others.
async fn accept<'a>(
    tx: &mut Tx,
    accepts: &[(usize, &'a Acceptance)],
    answers: &mut [Answer],
) -> sqlx::Result<Vec<(usize, &'a Acceptance)>> {
    let now = tx.now();
    let mut news = Vec::with_capacity(accepts.len());
    for piece in pieces(accepts) {
        let rows = sql(format!(
            "INSERT INTO delivery (source, key, body, received_at) {} ON CONFLICT (source, key) DO NOTHING RETURNING source, key",
            given("*", &table_of(1, 4, piece.len()))
        ))
        .bind_rows(
            piece
                .iter()
                .map(|(_, it)| [Arg::from(it.source.as_str()), it.key.as_str().into(), it.body.as_ref().into(), now.into()]),
        )
        .all(&mut *tx)
        .await?;
        if rows.len() == piece.len() {
            news.extend_from_slice(piece);
            continue;
        }
        let mut stored = std::collections::HashSet::with_capacity(rows.len());
        for row in &rows {
            stored.insert((row.text(0)?, row.text(1)?));
        }
        for (nth, it) in piece {
            // Of two with the same key in one batch, one is new.
            match stored.remove(&(it.source.clone(), it.key.clone())) {
                true => news.push((*nth, *it)),
                false => answers[*nth] = Answer::Accepted(Accepted::Duplicate),
            }
        }
    }
    let records: Vec<&audit::Record> = news.iter().filter_map(|(_, it)| it.audit.as_ref()).collect();
    audit::append_all(tx, &records).await?;
    Ok(news)
}

/// Whether the same transaction may work without one of its requests: the database answered, and
/// what it answered is not about itself.
fn is_about_content(err: &sqlx::Error) -> bool {
    match err {
        sqlx::Error::Database(_) => fault(err).is_none(),
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        _ => false,
    }
}

fn reason(err: &sqlx::Error) -> String {
    if let Some(fault) = fault(err) {
        return format!("{fault} Nothing was stored; try again in a moment, or tell an administrator.");
    }
    match err {
        sqlx::Error::Database(_) | sqlx::Error::Encode(_) => "The database cannot store this request.".into(),
        _ => "The database cannot be reached. Nothing was stored; try again in a moment, or tell an administrator.".into(),
    }
}
