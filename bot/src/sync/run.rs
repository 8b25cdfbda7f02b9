//! The job that keeps tasks the same.
//!
//! Each run looks at one page of each side, and leaves the next run. Pairs are stored as they are made, the place to go on
//! from when the run ends; so whatever a crash cuts short is looked at again, and finds what was done. A task whose making
//! was cut short may be there: it is looked for by its title before it is made again.

use std::{collections::HashMap, sync::Arc, time::Duration};

use commands::{BoxFuture, Error, Message, Result, Text, Tone};
use connectors::{Task, http::pages::Page};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    Source, Sync, cursor,
    mapping::{Fields, Mapped, Side, made_of},
    merge::{Base, Lost, Merge, mapped, merge},
    store::{self, Pair},
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
/// Tasks that are looked through for one of the same title.
const TITLES: usize = 5_000;
/// After a failure of a system.
const PAUSE: Duration = Duration::from_secs(60);

/// Keeps tasks the same: the handler of `sync` jobs.
pub struct Synchronize {
    pub app: Arc<App>,
}

impl Synchronize {
    pub const KIND: &'static str = "sync";
}

fn job(name: &str, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: Synchronize::KIND,
        lane: None,
        priority: Priority::Chatter,
        payload: json!({ "sync": name }).into(),
        run_at: Some(run_at),
        expires: None,
        unique: Some(format!("sync:{name}")),
    }
}

/// Starts the runs of `name`, or of all that are not paused.
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
                Ok(Some(sync)) if !sync.is_paused => sync,
                // Nobody wants it any more: the chain of runs ends here.
                Ok(_) => return Outcome::Done(Writes::default()),
                Err(err) => return later(&err),
            };
            match connectors::http::scope(format!("sync-{}", job.id), self.step(&sync)).await {
                Ok(writes) => Outcome::Done(writes),
                Err(err) => {
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
        let mut run = Run { app, sync, sources: [left, right], fields, titles: [None, None], told: Vec::new() };
        let mut writes = Writes::default();
        let mut goes_on = false;
        for side in Side::BOTH {
            let mut progress = app.progress(&sync.name, side).await?;
            let source = run.source(side);
            let Page { items, next } = source.tasks()?.changed(&source.place, progress.since, progress.page.as_deref()).await?;
            let is_first = progress.since.is_none();
            if is_first {
                progress.seen += items.len() as u64;
            }
            for task in &items {
                progress.newest = progress.newest.max(Some(task.updated));
                run.take(side, task, is_first).await?;
            }
            goes_on |= next.is_some();
            progress.page = next;
            if progress.page.is_none() {
                let now = app.store.now();
                let newest = progress.newest.take().map(|it| it.saturating_sub(OVERLAP).unwrap_or(it));
                progress.since = newest.max(progress.since).or(Some(now));
                progress.looked = Some(now);
            }
            progress.problem = None;
            writes.cursors.push((cursor(&sync.name, side), serde_json::to_string(&progress).unwrap_or_default()));
        }
        run.pay().await?;
        metrics::counter!("bellhop_sync_runs_total", "sync" => sync.name.clone(), "outcome" => "done").increment(1);
        writes.jobs.extend(run.report());
        let pause = if goes_on { SignedDuration::ZERO } else { SignedDuration::from_secs(definition.every.into()) };
        writes.jobs.push(job(&sync.name, app.store.now().saturating_add(pause).unwrap_or(Timestamp::MAX)));
        Ok(writes)
    }

    /// What a failed look leaves behind: the reason, told when it is a new one.
    async fn failed(&self, sync: &Sync, err: &Error) -> Result<Writes> {
        let mut writes = Writes::default();
        let mut progress = self.app.progress(&sync.name, Side::Left).await?;
        if !err.is_temporary() && progress.problem.as_ref() != Some(&err.message) {
            let text = Text::new().bold(sync.name.clone()).plain(" cannot keep tasks the same now: ").plain(err.message.clone());
            writes.jobs.push(told(&self.app, sync, Message::text(text).tone(Tone::Bad)));
        }
        progress.problem = Some(err.message.clone());
        writes.cursors.push((cursor(&sync.name, Side::Left), serde_json::to_string(&progress).unwrap_or_default()));
        metrics::counter!("bellhop_sync_runs_total", "sync" => sync.name.clone(), "outcome" => "failed").increment(1);
        Ok(writes)
    }
}

/// One run.
struct Run<'a> {
    app: &'a App,
    sync: &'a Sync,
    sources: [Source; 2],
    fields: Fields,
    /// Tasks by title, once they were needed.
    titles: [Option<HashMap<String, Vec<Task>>>; 2],
    told: Vec<Text>,
}

impl Run<'_> {
    fn source(&self, side: Side) -> &Source {
        &self.sources[usize::from(side == Side::Right)]
    }

    async fn pair(&self, side: Side, key: &str) -> Result<Option<Pair>> {
        store::pair(&self.app.store, &self.sync.name, side, key).await
    }

    async fn put(&self, pair: &Pair) -> Result<()> {
        store::put(&self.app.store, &self.sync.name, pair).await
    }

    /// Carries over what became of a task.
    async fn take(&mut self, side: Side, task: &Task, is_first: bool) -> Result<()> {
        match self.pair(side, &task.key).await? {
            Some(pair) if pair.ended => Ok(()),
            Some(pair) if pair.key(side.other()).is_some() => self.compare(side, task, pair).await,
            Some(pair) => self.complete(side, task, pair).await,
            None => {
                let mut pair = Pair::default();
                pair.set(side, &task.key);
                // Tasks that were there before, or that were being made when the bot stopped.
                let twin = if is_first { self.twin(side.other(), task, side).await? } else { self.half_made(side, task).await? };
                match twin {
                    Some(key) => self.join(side, task, &key).await,
                    None if self.sync.definition.make.makes(side.other()) => self.complete(side, task, pair).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// Makes the other task of a pair that has only `task`, unless it was made already.
    async fn complete(&mut self, side: Side, task: &Task, mut pair: Pair) -> Result<()> {
        let (definition, other) = (&self.sync.definition, side.other());
        if pair.making.is_some()
            && let Some(key) = self.twin(other, task, side).await?
        {
            return self.join(side, task, &key).await;
        }
        let Mapped { values, unfit } = made_of(&definition.fields, &self.fields, side, &task.values);
        if let Some(first) = unfit.first() {
            let why = format!("`{}`: {}", first.field, first.why);
            return self.in_trouble(side, pair, why).await;
        }
        pair.making = Some(self.app.store.now());
        self.put(&pair).await?;
        let source = self.source(other);
        match source.tasks()?.create(&source.place, &values).await {
            Ok(made) => {
                pair.set(other, &made.key);
                (pair.making, pair.problem) = (None, None);
                pair.base = self.base(side, task, &made);
                metrics::counter!("bellhop_sync_tasks_total", "sync" => self.sync.name.clone(), "what" => "made").increment(1);
                self.put(&pair).await
            }
            // It may be there; the next look finds it or makes it.
            Err(err) if err.maybe_done => Err(err),
            Err(err) => {
                pair.making = None;
                if err.is_temporary() {
                    self.put(&pair).await?;
                    return Err(err);
                }
                self.in_trouble(side, pair, err.message).await
            }
        }
    }

    /// Remembers and tells that a task cannot be carried over; once for the same reason.
    async fn in_trouble(&mut self, side: Side, mut pair: Pair, why: String) -> Result<()> {
        if pair.problem.as_ref() != Some(&why) {
            let key = pair.key(side).unwrap_or_default().to_owned();
            self.told.push(self.name(side, &key).plain(" could not be carried over. ").plain(why.clone()));
            pair.problem = Some(why);
        }
        self.put(&pair).await
    }

    /// Two tasks that are there become one; where they differ the rule decides.
    async fn join(&mut self, side: Side, task: &Task, key: &str) -> Result<()> {
        if let Some(pair) = self.pair(side.other(), key).await? {
            // Half a pair of its own: it ends in this one.
            if pair.key(side).is_some() {
                return Ok(());
            }
        }
        let mut pair = Pair::default();
        pair.set(side, &task.key);
        pair.set(side.other(), key);
        self.put(&pair).await?;
        self.compare(side, task, pair).await
    }

    /// Carries over what differs from when both were the same.
    async fn compare(&mut self, side: Side, task: &Task, mut pair: Pair) -> Result<()> {
        let definition = &self.sync.definition;
        let base = if side == Side::Left { &pair.base.left } else { &pair.base.right };
        // Our own change, or one of fields that are not mapped.
        if *base == mapped(&definition.fields, side, &task.values) && pair.problem.is_none() {
            return Ok(());
        }
        let other = side.other();
        let (source, key) = (self.source(other), pair.key(other).unwrap_or_default().to_owned());
        let Some(theirs) = source.tasks()?.get(&source.place, &key).await? else {
            pair.ended = true;
            let gone = self.name(other, &key);
            let text = gone.plain(" is not there any more. ").plain("Its counterpart ").code(task.key.clone());
            self.told.push(text.plain(" is left as it is."));
            return self.put(&pair).await;
        };
        let both = if side == Side::Left { (task, &theirs) } else { (&theirs, task) };
        let Merge { left, right, lost, unfit } = merge(&definition.fields, &self.fields, definition.conflict, &pair.base, both);
        let mut now = [both.0.clone(), both.1.clone()];
        for (to, values) in [(Side::Left, left), (Side::Right, right)] {
            if values.is_empty() {
                continue;
            }
            let (source, task) = (self.source(to), &mut now[usize::from(to == Side::Right)]);
            match source.tasks()?.update(&source.place, &task.key, &values).await {
                Ok(updated) => *task = updated,
                Err(err) if err.is_temporary() => return Err(err),
                Err(err) => return self.in_trouble(side, pair, err.message).await,
            }
            metrics::counter!("bellhop_sync_tasks_total", "sync" => self.sync.name.clone(), "what" => "updated").increment(1);
        }
        for Lost { side, field, value } in lost {
            let key = now[usize::from(side == Side::Right)].key.clone();
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text = self.name(side, &key).plain(" was changed on both sides: the other side's ").code(field);
            self.told.push(text.plain(format!(" is kept, and this one is given up: “{shown}”")));
        }
        let [left, right] = &now;
        pair.base = Base {
            left: mapped(&definition.fields, Side::Left, &left.values),
            right: mapped(&definition.fields, Side::Right, &right.values),
        };
        match unfit.first() {
            Some(first) => self.in_trouble(side, pair, format!("`{}`: {}", first.field, first.why)).await,
            None => {
                pair.problem = None;
                self.put(&pair).await
            }
        }
    }

    /// The other task of the pairs that wait for it, where nothing changed that would bring them up.
    async fn pay(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let owed = store::owed(&self.app.store, &self.sync.name, side.other()).await?;
            // What could not be carried over waits for a change of the task or of the mapping.
            for pair in owed.into_iter().filter(|it| it.problem.is_none()) {
                let key = pair.key(side).unwrap_or_default().to_owned();
                let source = self.source(side);
                match source.tasks()?.get(&source.place, &key).await? {
                    Some(task) => self.complete(side, &task, pair).await?,
                    None => self.put(&Pair { ended: true, ..pair }).await?,
                }
            }
        }
        Ok(())
    }

    fn base(&self, side: Side, task: &Task, made: &Task) -> Base {
        let (left, right) = if side == Side::Left { (task, made) } else { (made, task) };
        let maps = &self.sync.definition.fields;
        Base { left: mapped(maps, Side::Left, &left.values), right: mapped(maps, Side::Right, &right.values) }
    }

    /// The only task of `on` that has the title of `task` and belongs to none.
    async fn twin(&mut self, on: Side, task: &Task, side: Side) -> Result<Option<String>> {
        let index = usize::from(on == Side::Right);
        if self.titles[index].is_none() {
            let mut titles: HashMap<String, Vec<Task>> = HashMap::new();
            let source = &self.sources[index];
            let (mut page, mut count) = (None, 0);
            loop {
                let Page { items, next } = source.tasks()?.changed(&source.place, None, page.as_deref()).await?;
                count += items.len();
                for it in items {
                    let title = self.sync.definition.title(&self.fields, on, &it).trim().to_lowercase();
                    titles.entry(title).or_default().push(it);
                }
                page = next;
                if page.is_none() || count >= TITLES {
                    break;
                }
            }
            self.titles[index] = Some(titles);
        }
        let title = self.sync.definition.title(&self.fields, side, task).trim().to_lowercase();
        let same = self.titles[index].as_ref().and_then(|it| it.get(&title)).filter(|_| !title.is_empty());
        let mut free = Vec::new();
        for it in same.into_iter().flatten() {
            if self.pair(on, &it.key).await?.is_none_or(|pair| pair.key(side).is_none()) {
                free.push(it.key.clone());
            }
        }
        Ok(if free.len() == 1 { free.pop() } else { None })
    }

    /// The task of the other side whose counterpart was being made, if `task` is that.
    async fn half_made(&self, side: Side, task: &Task) -> Result<Option<String>> {
        let definition = &self.sync.definition;
        let title = definition.title(&self.fields, side, task).trim();
        for pair in store::owed(&self.app.store, &self.sync.name, side).await? {
            let Some(key) = pair.key(side.other()).filter(|_| pair.making.is_some()) else { continue };
            let source = self.source(side.other());
            let Some(theirs) = source.tasks()?.get(&source.place, key).await? else { continue };
            if definition.title(&self.fields, side.other(), &theirs).trim().eq_ignore_ascii_case(title) {
                return Ok(Some(key.to_owned()));
            }
        }
        Ok(None)
    }

    /// `42 in Redmine demo`.
    fn name(&self, side: Side, key: &str) -> Text {
        Text::new().bold(key.to_owned()).plain(format!(" in {}", self.source(side).title()))
    }

    /// What came up, as one message.
    fn report(&mut self) -> Option<NewJob> {
        /// As many stand in one message; `sync show` has them all.
        const MOST: usize = 15;
        let count = self.told.len();
        if count == 0 {
            return None;
        }
        self.told.truncate(MOST);
        let mut message =
            Message::new().heading(format!("Keeping {} the same", self.sync.name)).list(std::mem::take(&mut self.told));
        if count > MOST {
            message = message.context(
                Text::new().plain(format!("and {} more: ", count - MOST)).code(format!("bellhop sync show {}", self.sync.name)),
            );
        }
        Some(told(self.app, self.sync, message.tone(Tone::Warning)))
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
