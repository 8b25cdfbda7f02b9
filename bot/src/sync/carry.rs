//! What becomes of one task and its counterpart in a run.
//!
//! A task that fails alone is put aside, and tried again when a look has come to its end.

use commands::{Error, ErrorKind, Result, Text};
use connectors::{FieldKind, Task, Values};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Source, Sync,
    mapping::{Fields, Mapped, Side, is_empty, made_of},
    merge::{Lost, Merge, is_taken, mapped, merge, settled},
    store::{self, Pair},
    titles::Known,
};
use crate::app::App;

/// As many tasks in a row that fail are no fault of theirs.
const IN_A_ROW: usize = 3;

/// One run.
pub(super) struct Run<'a> {
    pub(super) app: &'a App,
    pub(super) known: &'a Known,
    pub(super) sync: &'a Sync,
    sources: [Source; 2],
    pub(super) fields: Fields,
    /// When the first look began.
    began: Timestamp,
    /// What failed is no matter of one task.
    pub(super) is_over: bool,
    /// Tasks that failed for now, one after the other.
    in_a_row: usize,
    /// Tasks that were put aside.
    aside: Vec<(Side, String)>,
    /// Why the first of them failed.
    pub(super) failed: Option<Error>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        app: &'a App,
        known: &'a Known,
        sync: &'a Sync,
        sources: [Source; 2],
        fields: Fields,
        began: Timestamp,
    ) -> Run<'a> {
        Run { app, known, sync, sources, fields, began, is_over: false, in_a_row: 0, aside: Vec::new(), failed: None }
    }

    pub(super) fn source(&self, side: Side) -> &Source {
        &self.sources[usize::from(side == Side::Right)]
    }

    pub(super) async fn pair(&self, side: Side, key: &str) -> Result<Option<Pair>> {
        store::pair(&self.app.store, &self.sync.name, side, key).await
    }

    async fn put(&self, pair: &Pair) -> Result<()> {
        store::put(&self.app.store, self.sync, pair).await
    }

    /// A task that fails is put aside, or in trouble, and the others go on. Ends the run where that is no matter of one task.
    pub(super) async fn bear(&mut self, side: Side, key: &str, task: Option<&Task>, done: Result<()>) -> Result<()> {
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
    pub(super) async fn take(&mut self, side: Side, task: &Task, is_first: bool) -> Result<()> {
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
    pub(super) async fn pay(&mut self) -> Result<()> {
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
