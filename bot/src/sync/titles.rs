//! Which task of the other side is meant: by its title, where no pair says it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use commands::{Error, ErrorKind, Result};
use connectors::{Task, http::pages::Page};
use jiff::{SignedDuration, Timestamp};

use super::{carry::Run, mapping::Side, store};

/// Tasks that are looked through for one of the same title.
const MOST: usize = 20_000;
/// For so long the titles of a place are known to the runs of a first look.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);

/// The tasks of a place by their titles.
struct Titles {
    read: Timestamp,
    keys: HashMap<String, Vec<String>>,
}

/// The titles that were read not long ago, by the sync and its place.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<String, Arc<Titles>>>);

impl Run<'_> {
    /// The only task of `on` that has the title of `task` and belongs to none; of titles that were read after `since`.
    pub(super) async fn twin(&mut self, on: Side, task: &Task, side: Side, since: Timestamp) -> Result<Option<String>> {
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
        let of = format!("{} {}", self.sync.name, self.sync.definition.spot(on));
        let known = {
            let mut known = self.known.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|_, it| it.read.saturating_add(REMEMBERED).is_ok_and(|until| until > read));
            known.get(&of).filter(|it| it.read > since).cloned()
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let titles = self.list(on, read).await;
        // Whether anything can be made hangs on it.
        let titles = Arc::new(titles.inspect_err(|_| self.is_over = true)?);
        self.known.0.lock().unwrap_or_else(PoisonError::into_inner).insert(of, titles.clone());
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
            if count >= MOST {
                return Err(Error::new(
                    ErrorKind::BadConfig,
                    format!(
                        "{} has more than {MOST} tasks, too many to tell which of them are on the other side already, so nothing is made. Keep a smaller place the same instead.",
                        source.title()
                    ),
                ));
            }
        }
    }

    /// The task of the other side whose counterpart was being made, if `task` is that.
    pub(super) async fn half_made(&self, side: Side, task: &Task) -> Result<Option<String>> {
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
}
