//! The job that keeps tasks the same.
//!
//! Each run looks at one page of each side, and leaves the next run. Pairs are stored as they are made, the place to go on
//! from when the run ends; so whatever a crash cuts short is looked at again, and finds what was done. A task whose making
//! was cut short may be there: it is looked for by its title before it is made again.
//!
//! A task that fails alone is put aside, and tried again when a look has come to its end.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use commands::{BoxFuture, Error, ErrorKind, Message, Result, Text, Tone};
use connectors::{FieldKind, Task, Values, http::pages::Page};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Source, Sync, cursor,
    mapping::{Fields, Mapped, Side, is_empty, made_of},
    merge::{Lost, Merge, is_taken, mapped, merge, settled},
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
const TITLES: usize = 20_000;
/// For so long the titles of a place are known to the runs of a first look.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);
/// As many tasks in a row that fail are no fault of theirs.
const IN_A_ROW: usize = 3;
/// After a failure of a system.
const PAUSE: Duration = Duration::from_secs(60);

/// The tasks of a place by their titles.
struct Titles {
    read: Timestamp,
    keys: HashMap<String, Vec<String>>,
}

/// By the database, and by the sync and its place.
type Known = HashMap<(Uuid, String), Arc<Titles>>;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

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
        let mut run = Run {
            app,
            sync,
            sources: [left, right],
            fields,
            began,
            is_over: false,
            in_a_row: 0,
            aside: Vec::new(),
            failed: None,
        };
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

/// One run.
struct Run<'a> {
    app: &'a App,
    sync: &'a Sync,
    sources: [Source; 2],
    fields: Fields,
    /// When the first look began.
    began: Timestamp,
    /// What failed is no matter of one task.
    is_over: bool,
    /// Tasks that failed for now, one after the other.
    in_a_row: usize,
    /// Tasks that were put aside.
    aside: Vec<(Side, String)>,
    /// Why the first of them failed.
    failed: Option<Error>,
}

impl Run<'_> {
    fn source(&self, side: Side) -> &Source {
        &self.sources[usize::from(side == Side::Right)]
    }

    async fn pair(&self, side: Side, key: &str) -> Result<Option<Pair>> {
        store::pair(&self.app.store, &self.sync.name, side, key).await
    }

    async fn put(&self, pair: &Pair) -> Result<()> {
        store::put(&self.app.store, self.sync, pair).await
    }

    /// A task that fails is put aside, or in trouble, and the others go on. Ends the run where that is no matter of one task.
    async fn bear(&mut self, side: Side, key: &str, task: Option<&Task>, done: Result<()>) -> Result<()> {
        let Err(err) = done else {
            self.in_a_row = 0;
            return Ok(());
        };
        let of_all = [ErrorKind::Auth, ErrorKind::Internal, ErrorKind::RateLimited, ErrorKind::BreakerOpen];
        if self.is_over || of_all.contains(&err.kind) {
            return Err(err);
        }
        let known = self.pair(side, key).await?;
        let is_new = known.is_none();
        let mut pair = known.unwrap_or_default();
        pair.set(side, key);
        let is_half = pair.key(side.other()).is_none();
        if err.is_temporary() || (is_half && err.maybe_done) {
            // Of one that was not looked for yet, the other may be there.
            if is_new || !is_half {
                pair.making.get_or_insert(self.app.store.now());
            }
            pair.problem = None;
            self.put(&pair).await?;
            self.aside.push((side, key.to_owned()));
            self.in_a_row += 1;
            if self.in_a_row == IN_A_ROW {
                return Err(err);
            }
            self.failed.get_or_insert(err);
            return Ok(());
        }
        self.in_a_row = 0;
        if !is_half {
            pair.making = None;
        }
        if let Some(task) = task {
            pair.base.set_tried(side, self.mapped(side, task));
        }
        self.in_trouble(side, pair, err.message).await
    }

    fn mapped(&self, side: Side, task: &Task) -> Values {
        mapped(&self.sync.definition.fields, side, &task.values)
    }

    /// Whether this is our own change, one of fields that are not mapped, or what was tried in vain.
    fn is_settled(&self, side: Side, task: &Task, pair: &Pair) -> bool {
        let known = if pair.problem.is_some() { pair.base.tried(side) } else { Some(pair.base.of(side)) };
        pair.making.is_none() && known == Some(&self.mapped(side, task))
    }

    /// Carries over what became of a task.
    async fn take(&mut self, side: Side, task: &Task, is_first: bool) -> Result<()> {
        match self.pair(side, &task.key).await? {
            Some(pair) if pair.ended || self.is_settled(side, task, &pair) => Ok(()),
            // What was begun or put aside is gone on with when everything has been looked at.
            Some(pair) if pair.making.is_some() && pair.problem.is_none() => Ok(()),
            Some(pair) if pair.key(side.other()).is_some() => self.compare(side, pair).await,
            Some(pair) if pair.problem.is_some() => self.complete(side, task, pair).await,
            Some(_) => Ok(()),
            None => {
                let mut pair = Pair::default();
                pair.set(side, &task.key);
                // Tasks that were there before, or that were being made when the bot stopped.
                let twin = if is_first {
                    self.twin(side.other(), task, side, self.began).await?
                } else {
                    self.half_made(side, task).await?
                };
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
        if let Some(since) = pair.making
            && let Some(key) = self.twin(other, task, side, since).await?
        {
            return self.join(side, task, &key).await;
        }
        if !definition.make.makes(other) {
            pair.making = None;
            return self.put(&pair).await;
        }
        let Mapped { values, unfit } = made_of(&definition.fields, &self.fields, side, &task.values);
        if let Some(first) = unfit.first() {
            let why = format!("`{}`: {}", first.field, first.why);
            pair.making = None;
            pair.base.set_tried(side, self.mapped(side, task));
            return self.in_trouble(side, pair, why).await;
        }
        pair.making = Some(self.app.store.now());
        let problem = pair.problem.take();
        self.put(&pair).await?;
        let source = self.source(other);
        match source.tasks()?.create(&source.place, &values).await {
            Ok(made) => {
                pair.set(other, &made.key);
                metrics::counter!("bellhop_sync_tasks_total", "sync" => self.sync.name.clone(), "what" => "made").increment(1);
                let not_taken: Vec<(String, String)> = values
                    .iter()
                    .filter_map(|(field, asked)| self.not_taken(other, field, asked, (&Value::Null, &made)))
                    .collect();
                let both = if side == Side::Left { [task, &made] } else { [&made, task] };
                let open = not_taken.iter().map(|(field, _)| (other, field.clone())).collect();
                let why = not_taken.into_iter().map(|(_, why)| why).collect();
                self.close(side, pair, both, open, why).await
            }
            // It may be there; the next look finds it or makes it.
            Err(err) if err.maybe_done => Err(err),
            Err(err) => {
                (pair.making, pair.problem) = (None, problem);
                if err.is_temporary() {
                    self.put(&pair).await?;
                    return Err(err);
                }
                pair.base.set_tried(side, self.mapped(side, task));
                self.in_trouble(side, pair, err.message).await
            }
        }
    }

    /// The field of `side` and a sentence, where the system did not take what it was asked.
    fn not_taken(&self, side: Side, field: &str, asked: &Value, (before, after): (&Value, &Task)) -> Option<(String, String)> {
        let now = after.values.get(field).unwrap_or(&Value::Null);
        let kind = self.fields.find(side, field).map_or(&FieldKind::Text, |it| &it.kind);
        if is_taken(kind, before, asked, now) {
            return None;
        }
        let system = self.source(side).live.title();
        let why = match is_empty(now) {
            true => format!("`{field}`: {system} left it empty"),
            false => format!("`{field}`: {system} kept `{}`", shown(now)),
        };
        Some((field.to_owned(), why))
    }

    /// Remembers what both tasks are now; the fields that are `open` are tried again when one of them is something else.
    async fn close(
        &mut self,
        side: Side,
        mut pair: Pair,
        [left, right]: [&Task; 2],
        open: Vec<(Side, String)>,
        why: Vec<String>,
    ) -> Result<()> {
        pair.making = None;
        pair.base = settled(&self.sync.definition.fields, &pair.base, (&left.values, &right.values), &open);
        if why.is_empty() {
            pair.problem = None;
            return self.put(&pair).await;
        }
        pair.base.set_tried(Side::Left, self.mapped(Side::Left, left));
        pair.base.set_tried(Side::Right, self.mapped(Side::Right, right));
        self.in_trouble(side, pair, why.join("; ")).await
    }

    /// Remembers and tells that a task cannot be carried over; once for the same reason.
    async fn in_trouble(&mut self, side: Side, mut pair: Pair, why: String) -> Result<()> {
        if pair.problem.as_ref() != Some(&why) {
            let name = self.name(side, pair.key(side).unwrap_or_default());
            pair.tell(name.plain(" could not be carried over. ").plain(why.clone()));
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
        self.compare(side, pair).await
    }

    /// Carries over what differs from when both were the same.
    async fn compare(&mut self, side: Side, mut pair: Pair) -> Result<()> {
        let definition = &self.sync.definition;
        let mut both = Vec::new();
        // Listings lag: what they say is not merged.
        for it in [side, side.other()] {
            let (source, key) = (self.source(it), pair.key(it).unwrap_or_default().to_owned());
            let Some(task) = source.tasks()?.get(&source.place, &key).await? else { return self.end(it, pair).await };
            if it == side && self.is_settled(side, &task, &pair) {
                return Ok(());
            }
            both.push(task);
        }
        if side == Side::Right {
            both.reverse();
        }
        let [one, other] = &mut both[..] else { return Ok(()) };
        let Merge { left, right, lost, unfit } =
            merge(&definition.fields, &self.fields, definition.conflict, &pair.base, (&*one, &*other));
        let mut why: Vec<String> = unfit.iter().map(|(_, it)| format!("`{}`: {}", it.field, it.why)).collect();
        let mut open: Vec<(Side, String)> = unfit.into_iter().map(|(side, it)| (side, it.field)).collect();
        for (to, values) in [(Side::Left, left), (Side::Right, right)] {
            if values.is_empty() {
                continue;
            }
            let (source, task) = (self.source(to), if to == Side::Left { &mut *one } else { &mut *other });
            let lost: Vec<&Lost> = lost.iter().filter(|it| it.side == to).collect();
            let mut given_up: Vec<(&str, Text)> =
                lost.iter().map(|it| (it.field.as_str(), self.given_up(&task.key, it))).collect();
            if !given_up.is_empty() {
                given_up.iter().for_each(|(_, it)| pair.tell(it.clone()));
                pair.making = Some(self.app.store.now());
                self.put(&pair).await?;
            }
            match source.tasks()?.update(&source.place, &task.key, &values).await {
                Ok(updated) => {
                    // Whatever else changed meanwhile is somebody's change, and found by the next look.
                    for (field, asked) in &values {
                        let before = task.values.get(field).cloned().unwrap_or_default();
                        if let Some((field, sentence)) = self.not_taken(to, field, asked, (&before, &updated)) {
                            why.push(sentence);
                            open.push((to, field));
                        }
                        task.values.insert(field.clone(), updated.values.get(field).cloned().unwrap_or_default());
                    }
                    given_up.retain(|(field, _)| open.iter().any(|(side, it)| *side == to && it == field));
                    pair.untold.retain(|it| !given_up.iter().any(|(_, text)| text == it));
                }
                Err(err) if err.is_temporary() => return Err(err),
                Err(err) => {
                    pair.untold.retain(|it| !given_up.iter().any(|(_, text)| text == it));
                    pair.making = None;
                    pair.base.set_tried(Side::Left, self.mapped(Side::Left, one));
                    pair.base.set_tried(Side::Right, self.mapped(Side::Right, other));
                    return self.in_trouble(side, pair, err.message).await;
                }
            }
            metrics::counter!("bellhop_sync_tasks_total", "sync" => self.sync.name.clone(), "what" => "updated").increment(1);
        }
        self.close(side, pair, [&*one, &*other], open, why).await
    }

    /// The task on `side` is gone.
    async fn end(&mut self, side: Side, mut pair: Pair) -> Result<()> {
        (pair.ended, pair.making) = (true, None);
        let gone = self.name(side, pair.key(side).unwrap_or_default());
        let other = pair.key(side.other()).unwrap_or_default().to_owned();
        pair.tell(gone.plain(" is not there any more. ").plain("Its counterpart ").code(other).plain(" is left as it is."));
        self.put(&pair).await
    }

    /// The pairs that were put aside, and those that wait for their other task, where nothing changed that would bring them up.
    async fn pay(&mut self) -> Result<()> {
        self.in_a_row = 0;
        let aside = std::mem::take(&mut self.aside);
        let was_tried = |pair: &Pair| aside.iter().any(|(side, key)| pair.key(*side) == Some(key.as_str()));
        let unfinished = store::unfinished(&self.app.store, &self.sync.name).await?;
        for pair in unfinished.into_iter().filter(|it| !was_tried(it)) {
            let key = pair.key(Side::Left).unwrap_or_default().to_owned();
            let done = self.compare(Side::Left, pair).await;
            self.bear(Side::Left, &key, None, done).await?;
        }
        for side in Side::BOTH {
            let owed = store::owed(&self.app.store, &self.sync.name, side.other()).await?;
            let is_made = self.sync.definition.make.makes(side.other());
            for pair in owed.into_iter().filter(|it| (is_made || it.making.is_some()) && !was_tried(it)) {
                let key = pair.key(side).unwrap_or_default().to_owned();
                let done = self.pay_for(side, &key, pair).await;
                self.bear(side, &key, None, done).await?;
            }
        }
        Ok(())
    }

    async fn pay_for(&mut self, side: Side, key: &str, pair: Pair) -> Result<()> {
        let source = self.source(side);
        match source.tasks()?.get(&source.place, key).await? {
            Some(task) => self.complete(side, &task, pair).await,
            None => self.put(&Pair { ended: true, ..pair }).await,
        }
    }

    /// The only task of `on` that has the title of `task` and belongs to none; of titles that were read after `since`.
    async fn twin(&mut self, on: Side, task: &Task, side: Side, since: Timestamp) -> Result<Option<String>> {
        let titles = self.titles(on, since).await?;
        let title = self.sync.definition.title(&self.fields, side, task).trim().to_lowercase();
        let same = titles.keys.get(&title).filter(|_| !title.is_empty());
        let mut free = Vec::new();
        for key in same.into_iter().flatten() {
            if self.pair(on, key).await?.is_none_or(|pair| pair.key(side).is_none()) {
                free.push(key.clone());
            }
        }
        Ok(if free.len() == 1 { free.pop() } else { None })
    }

    /// All tasks of a side by their titles, as they were after `since`.
    async fn titles(&mut self, on: Side, since: Timestamp) -> Result<Arc<Titles>> {
        let read = self.app.store.now();
        let of = (self.app.store.instance(), format!("{} {}", self.sync.name, self.sync.definition.spot(on)));
        let known = {
            let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|_, it| it.read.saturating_add(REMEMBERED).is_ok_and(|until| until > read));
            known.get(&of).filter(|it| it.read > since).cloned()
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let titles = self.list(on, read).await;
        // Whether anything can be made hangs on it.
        let titles = Arc::new(titles.inspect_err(|_| self.is_over = true)?);
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(of, titles.clone());
        Ok(titles)
    }

    async fn list(&self, on: Side, read: Timestamp) -> Result<Titles> {
        let source = self.source(on);
        let mut titles = Titles { read, keys: HashMap::new() };
        let (mut page, mut count) = (None, 0);
        loop {
            let Page { items, next } = source.tasks()?.changed(&source.place, None, page.as_deref()).await?;
            count += items.len();
            for it in items {
                let title = self.sync.definition.title(&self.fields, on, &it).trim().to_lowercase();
                titles.keys.entry(title).or_default().push(it.key);
            }
            page = next;
            if page.is_none() {
                return Ok(titles);
            }
            if count >= TITLES {
                return Err(Error::new(
                    ErrorKind::BadConfig,
                    format!(
                        "{} has more than {TITLES} tasks, too many to tell which of them are on the other side already, so nothing is made. Keep a smaller place the same instead.",
                        source.title()
                    ),
                ));
            }
        }
    }

    /// The task of the other side whose counterpart was being made, if `task` is that.
    async fn half_made(&self, side: Side, task: &Task) -> Result<Option<String>> {
        let definition = &self.sync.definition;
        let title = definition.title(&self.fields, side, task).trim();
        for pair in store::owed(&self.app.store, &self.sync.name, side).await? {
            let Some(key) = pair.key(side.other()).filter(|_| pair.making.is_some()) else { continue };
            let source = self.source(side.other());
            let theirs = match source.tasks()?.get(&source.place, key).await {
                Ok(Some(theirs)) => theirs,
                // What is wrong with that one is no matter of this one.
                Err(err) if err.is_temporary() => return Err(err),
                Ok(None) | Err(_) => continue,
            };
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

    /// A change of the task `key` that the rule decided against.
    fn given_up(&self, key: &str, Lost { side, field, value }: &Lost) -> Text {
        let text = self.name(*side, key).plain(" was changed on both sides: the other side's ").code(field.clone());
        text.plain(format!(" is kept, and this one is given up: “{}”", shown(value)))
    }
}

/// A value as it is told.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
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
