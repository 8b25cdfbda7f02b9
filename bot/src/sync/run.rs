//! The job that keeps tasks the same.
//!
//! Each run looks at one page of each side, and leaves the next run. Pairs are stored as they are made, the place to go on
//! from when the run ends; so whatever a crash cuts short is looked at again, and finds what was done. A task whose making
//! was cut short may be there: it is looked for by its title before it is made again.

use std::{sync::Arc, time::Duration};

use commands::{BoxFuture, Error, Message, Result, Text, Tone};
use connectors::http::pages::Page;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    Sync,
    carry::Run,
    cursor,
    mapping::Side,
    store::{self, Pair},
    titles::Known,
};
use crate::{
    app::App,
    chat::Post,
    config::Destination,
    dispatch::post::{PostJob, administrators::Whom},
    queue::{Acceptance, Handler, Job, Lease, NewJob, Outcome, Priority, Writes},
};

/// Clocks and search indexes lag: the last minute is looked at twice.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// Whether a paused one still rests is looked at in so long.
const RESTING: Duration = Duration::from_mins(10);
/// After a failure of a system.
const PAUSE: Duration = Duration::from_secs(60);

/// Keeps tasks the same: the handler of `sync` jobs.
pub struct Synchronize {
    app: Arc<App>,
    known: Known,
}

impl Synchronize {
    pub const KIND: &'static str = "sync";

    pub fn new(app: Arc<App>) -> Synchronize {
        Synchronize { app, known: Known::default() }
    }
}

fn lane(name: &str) -> String {
    format!("sync:{name}")
}

fn job(name: &str, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: Synchronize::KIND,
        lane: Some(lane(name)),
        priority: Priority::Chatter,
        payload: json!({ "sync": name }).into(),
        run_at: Some(run_at),
        expires: None,
        unique: Some(lane(name)),
    }
}

/// Starts the runs of all that are not paused, or those of `name`, whose next one comes at once.
///
/// # Errors
/// When the store cannot be used.
pub async fn start(app: &App, name: Option<&str>) -> anyhow::Result<()> {
    for it in store::all(&app.store).await.map_err(|err| anyhow::anyhow!(err.message))? {
        if it.is_paused || name.is_some_and(|name| name != it.name) {
            continue;
        }
        let now = app.store.now();
        let acceptance = Acceptance {
            source: "sync".into(),
            key: format!("{}:{}", it.name, now.as_microsecond()),
            body: bytes::Bytes::new(),
            audit: None,
            jobs: vec![job(&it.name, now)],
            news: Vec::new(),
        };
        app.queue.accept(acceptance).await.map_err(|it| anyhow::anyhow!("synchronizing cannot start: {}", it.reason))?;
        if name.is_some() {
            app.queue.hurry_lane(&lane(&it.name)).await?;
        }
    }
    Ok(())
}

impl Handler for Synchronize {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let payload = job.payload.value();
            let name = payload["sync"].as_str().unwrap_or_default();
            let later = |err: &Error| Outcome::Snooze {
                after: err.retry_after.unwrap_or(PAUSE),
                reason: err.message.clone(),
                writes: Writes::default(),
            };
            let sync = match store::find(&self.app.store, name).await {
                // Whoever lets it go on hurries this job.
                Ok(Some(sync)) if sync.is_paused => {
                    return Outcome::Snooze { after: RESTING, reason: "it is paused".to_owned(), writes: Writes::default() };
                }
                Ok(Some(sync)) => sync,
                // Nobody wants it any more: the chain of runs ends here.
                Ok(None) => return Outcome::Done(Writes::default()),
                Err(err) => return later(&err),
            };
            let done = connectors::http::scope(format!("sync-{}", job.id), self.step(&sync)).await;
            report(&self.app, &sync).await;
            match (done, store::find(&self.app.store, name).await) {
                // It was changed meanwhile, or removed: nothing of this run holds.
                (_, Ok(None)) => Outcome::Done(Writes::default()),
                (_, Ok(Some(now))) if now.definition != sync.definition => Outcome::Snooze {
                    after: Duration::from_secs(1),
                    reason: "it was changed meanwhile".to_owned(),
                    writes: Writes::default(),
                },
                (Ok(writes), _) => Outcome::Done(writes),
                (Err(err), _) => {
                    tracing::warn!(sync = name, "Synchronizing failed: {err}");
                    match self.failed(&sync, &err).await {
                        Ok(writes) => Outcome::Snooze { after: err.retry_after.unwrap_or(PAUSE), reason: err.message, writes },
                        Err(err) => later(&err),
                    }
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        let (reason, writes) = ("the bot stopped while it looked".to_owned(), Writes::default());
        Box::pin(async { Outcome::Snooze { after: Duration::from_secs(1), reason, writes } })
    }
}

impl Synchronize {
    /// One page of each side; what is to be remembered, told, and done next.
    async fn step(&self, sync: &Sync) -> Result<Writes> {
        let app = &*self.app;
        let definition = &sync.definition;
        let (left, right) = (app.tasks_of(&definition.left)?, app.tasks_of(&definition.right)?);
        let fields = app.fields_of(&left, &right).await?;
        let now = app.store.now();
        let began = app.progress(sync, Side::Left).await?.began.unwrap_or(now);
        let mut run = Run::new(app, &self.known, sync, [left, right], fields, began);
        let mut goes_on = false;
        let mut looks = Vec::new();
        for side in Side::BOTH {
            let mut progress = app.progress(sync, side).await?;
            let source = run.source(side);
            let look = *progress.look.get_or_insert(now);
            let Page { items, next } = source.tasks()?.changed(&source.place, progress.since, progress.page.as_deref()).await?;
            let is_first = progress.since.is_none();
            if is_first {
                progress.seen += items.len() as u64;
            }
            for task in &items {
                progress.newest = progress.newest.max(Some(task.updated));
                let taken = run.take(side, task, is_first).await;
                run.bear(side, &task.key, Some(task), taken).await?;
            }
            goes_on |= next.is_some();
            progress.page = next;
            if progress.page.is_none() {
                let now = app.store.now();
                // Pages come in no order of time: what was changed behind the look is seen by the next one.
                let newest = progress.newest.take().map(|it| it.min(look).saturating_sub(OVERLAP).unwrap_or(it));
                progress.look = None;
                progress.since = newest.max(progress.since).or(Some(now));
                progress.looked = Some(now);
            }
            progress.problem = None;
            progress.began = Some(began);
            looks.push((side, progress));
        }
        let mut pause = Duration::ZERO;
        if !goes_on {
            match run.pay().await {
                Err(err) if err.is_temporary() => {
                    run.failed.get_or_insert(err);
                }
                paid => paid?,
            }
            pause = Duration::from_secs(definition.every.into());
        }
        if let Some(err) = run.failed {
            tracing::warn!(sync = sync.name, "A task is put aside: {err}");
            looks.iter_mut().take(1).for_each(|(_, progress)| progress.problem = Some(err.message.clone()));
            pause = if goes_on { pause } else { pause.max(err.retry_after.unwrap_or(PAUSE)) };
        }
        let mut writes = Writes::default();
        for (side, progress) in looks {
            writes.cursors.push((cursor(&sync.name, side), serde_json::to_string(&progress).unwrap_or_default()));
        }
        metrics::counter!("bellhop_sync_runs_total", "sync" => sync.name.clone(), "outcome" => "done").increment(1);
        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
        writes.jobs.push(job(&sync.name, app.store.now().saturating_add(pause).unwrap_or(Timestamp::MAX)));
        Ok(writes)
    }

    /// What a failed look leaves behind: the reason, told when it is a new one.
    async fn failed(&self, sync: &Sync, err: &Error) -> Result<Writes> {
        let mut writes = Writes::default();
        let mut progress = self.app.progress(sync, Side::Left).await?;
        if !err.is_temporary() && progress.problem.as_ref() != Some(&err.message) {
            let text = Text::new().bold(sync.name.clone()).plain(" cannot keep tasks the same now: ").plain(err.message.clone());
            writes.jobs.push(told(&self.app, sync, Message::text(text).tone(Tone::Bad)));
        }
        progress.problem = Some(err.message.clone());
        progress.began.get_or_insert(self.app.store.now());
        writes.cursors.push((cursor(&sync.name, Side::Left), serde_json::to_string(&progress).unwrap_or_default()));
        metrics::counter!("bellhop_sync_runs_total", "sync" => sync.name.clone(), "outcome" => "failed").increment(1);
        Ok(writes)
    }
}

/// Tells what became of pairs; what cannot be told now is told by the next run.
pub async fn report(app: &App, sync: &Sync) {
    let told = |pairs| told(app, sync, news_of(&sync.name, pairs));
    if let Err(err) = store::tell(&app.store, &sync.name, told).await {
        tracing::warn!(sync = sync.name, "What became of tasks is told later: {err:#}");
    }
}

/// What came up, as one message.
fn news_of(name: &str, pairs: Vec<Pair>) -> Message {
    /// As many troubles stand in one message; `sync show` has them all. What was given up stands nowhere else.
    const MOST: usize = 15;
    let (troubled, mut others): (Vec<Pair>, Vec<Pair>) =
        pairs.into_iter().partition(|it| it.problem.is_some() && it.untold.len() == 1);
    let more = troubled.len().saturating_sub(MOST);
    others.extend(troubled.into_iter().take(MOST));
    let message = Message::new()
        .heading(format!("Keeping {name} the same"))
        .list(others.into_iter().flat_map(|it| it.untold).collect())
        .tone(Tone::Warning);
    match more {
        0 => message,
        more => message.context(Text::new().plain(format!("and {more} more: ")).code(format!("bellhop sync show {name}"))),
    }
}

/// A message to where `sync` reports: without a place of its own, where administrators are told.
fn told(app: &App, sync: &Sync, message: Message) -> NewJob {
    let named = sync.definition.report.as_deref().and_then(|it| Destination::parse(it).ok());
    let key = format!("sync:{}:{}", sync.name, app.store.now().as_microsecond());
    match named {
        Some(to) => PostJob::new(Post::new(to.target(), message, key.clone()), key).into_job(Priority::Chatter),
        None => app.to_administrators(Whom::All, &key, message, Vec::new()),
    }
}
