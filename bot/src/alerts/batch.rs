//! What one transaction does to alerts: each is read once, changed in memory, and written once at the end.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::{SignedDuration, Timestamp};

use super::{
    State, Who,
    store::{self, Row},
    timer::Timer,
};
use crate::{app::App, store::Tx};

/// It flaps that begins and ends so often…
const FLAPS: usize = 5;
/// …in this time; and it is calm again after as long without a change.
pub(super) const FLAPPING: SignedDuration = SignedDuration::from_mins(15);

/// How loud a line of the story is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Only on the timeline: its card shows it.
    Quietly,
    /// In the thread of its cards.
    InThread,
    /// There, and shown in the channel as well.
    InChannel,
}

/// A line to be added to an alert's story.
pub(super) struct NewLine {
    pub who: Option<String>,
    pub text: String,
    pub said: Said,
    /// Whose name stands in the text, and where: in their chat it is a mention.
    pub named: Option<(usize, Who)>,
}

/// An alert that is being changed.
pub(super) struct Working {
    pub row: Row,
    /// As it was; none of a new one.
    pub before: Option<Row>,
    /// What began to fire, and what is over, while the rest goes on.
    pub fired: Vec<String>,
    pub ended: Vec<String>,
    pub lines: Vec<NewLine>,
    pub timers: Vec<(Timer, Timestamp)>,
    /// Where a card is wanted, with the key of the post that would be it.
    pub places: Vec<(String, String)>,
}

#[derive(Default)]
pub(super) struct Batch {
    all: BTreeMap<i64, Working>,
}

impl Working {
    fn of(row: Row) -> Working {
        Working {
            before: Some(row.clone()),
            row,
            fired: Vec::new(),
            ended: Vec::new(),
            lines: Vec::new(),
            timers: Vec::new(),
            places: Vec::new(),
        }
    }

    pub fn say(&mut self, who: Option<&str>, text: impl Into<String>, said: Said) {
        self.lines.push(NewLine { who: who.map(str::to_owned), text: text.into(), said, named: None });
    }

    /// The same in their thread, with somebody's name in it, who is mentioned.
    pub fn say_naming(&mut self, who: Option<&str>, before: &str, named: &Who, after: &str) {
        let text = format!("{before}{}{after}", named.name);
        let named = Some((before.len(), named.clone()));
        self.lines.push(NewLine { who: who.map(str::to_owned), text, said: Said::InThread, named });
    }

    /// Whether it flaps.
    pub fn is_flapping(&self) -> bool {
        self.row.flapping_until.is_some()
    }

    /// Notes that it began or ended.
    pub fn changed(&mut self, now: Timestamp) {
        self.row.changed_at = now;
        let since = now.saturating_sub(FLAPPING).unwrap_or(Timestamp::MIN).as_microsecond();
        self.row.changes.retain(|it| *it > since);
        self.row.changes.push(now.as_microsecond());
        let is_new = self.row.flapping_until.is_none();
        if self.row.changes.len() < FLAPS && is_new {
            return;
        }
        let calm = now.saturating_add(FLAPPING).unwrap_or(Timestamp::MAX);
        self.row.flapping_until = Some(calm);
        self.timers.push((Timer::Look, calm));
        if is_new {
            let text = format!(
                "It flaps: {} changes in {} minutes. Nobody is paged, and no change is told, until it has been calm for as long.",
                self.row.changes.len(),
                FLAPPING.as_mins()
            );
            self.say(None, text, Said::InThread);
        }
        let surplus = self.row.changes.len().saturating_sub(2 * FLAPS);
        self.row.changes.drain(..surplus);
    }

    /// It fires, from now on.
    pub fn fires(&mut self, now: Timestamp) {
        self.row.state = State::Firing;
        self.row.resolved_at = None;
        self.row.resolved_by = None;
        self.forget_acknowledgement();
        self.changed(now);
    }

    /// Somebody does something about it: the first time counts.
    pub fn acted(&mut self, now: Timestamp) {
        self.row.acted_at.get_or_insert(now);
    }

    pub fn forget_acknowledgement(&mut self) {
        let row = &mut self.row;
        (row.acknowledged_by, row.acknowledged_name, row.acknowledged_at, row.acknowledged_until) = (None, None, None, None);
    }
}

impl Batch {
    /// The alert of that number.
    pub async fn get(&mut self, tx: &mut Tx, id: i64) -> anyhow::Result<Option<&mut Working>> {
        match self.all.entry(id) {
            Entry::Occupied(known) => Ok(Some(known.into_mut())),
            Entry::Vacant(place) => Ok(store::alert(tx, id).await?.map(|row| place.insert(Working::of(row)))),
        }
    }

    /// The newest of a group that is known, here or in the store; its number.
    pub async fn of_group(&mut self, tx: &mut Tx, group: &str) -> anyhow::Result<Option<i64>> {
        let here = self.all.values().filter(|it| it.row.group_key == group).map(|it| it.row.id).max();
        if here.is_some() {
            return Ok(here);
        }
        let Some(row) = store::of_group(tx, group).await? else { return Ok(None) };
        let id = row.id;
        self.all.entry(id).or_insert_with(|| Working::of(row));
        Ok(Some(id))
    }

    /// Adds a new one.
    pub async fn add(&mut self, tx: &mut Tx, mut row: Row) -> anyhow::Result<&mut Working> {
        row.id = store::insert(tx, &row).await?;
        let id = row.id;
        Ok(self.all.entry(id).or_insert_with(|| Working { before: None, ..Working::of(row) }))
    }

    /// Writes all of it, with what follows.
    pub async fn finish(self, app: &App, tx: &mut Tx) -> anyhow::Result<()> {
        // What one of them explains of another is seen in the rows, so all are written before any is settled.
        let mut all: Vec<Working> = self.all.into_values().collect();
        for it in &all {
            store::update(tx, &it.row).await?;
        }
        for it in &mut all {
            app.settle(tx, it).await?;
        }
        Ok(())
    }
}
