//! Who hears of what: what stands in the configuration, and what people asked for in their channels.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use commands::filter::{Filter, Subject};

use super::store;
use crate::{
    config::{Broadcast, Destination, Mode, Rhythm, Subscription},
    people::PersonId,
    resources::unread::LeftOut,
    store::{Store, Tx},
};

/// How soon another process hears of a change.
const SOON: Duration = Duration::from_secs(5);

/// All subscriptions, as far as this process knows.
pub struct Subscriptions {
    store: Store,
    configured: Vec<Arc<Subscription>>,
    known: RwLock<Arc<Known>>,
    left_out: LeftOut,
}

/// All subscriptions at one moment, found by what they are about: an event looks at few of many.
#[derive(Default)]
pub struct Known {
    all: Vec<Arc<Subscription>>,
    made: Vec<Made>,
    sources: HashMap<String, Heard>,
}

/// The subscriptions to one source.
#[derive(Default)]
pub struct Heard {
    /// In the order in which they are asked.
    all: Vec<Arc<Subscription>>,
    /// Those that ask for one place, by its name in lower case.
    of_place: HashMap<String, Vec<usize>>,
    others: Vec<usize>,
    /// Whether one of them looks at what an object gets later.
    pub waits_for_more: bool,
}

/// One that was made in chat.
#[derive(Clone, Debug)]
pub struct Made {
    pub id: i64,
    pub subscription: Arc<Subscription>,
    /// Its filter as it was written, where that says `me`.
    pub mine: Option<Filter>,
    /// Who made it.
    pub who: String,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    pub from: String,
    pub filter: Filter,
    /// The same as it was written, where that says `me`.
    pub mine: Option<Filter>,
    pub to: Destination,
    pub mode: Mode,
    pub broadcast: Broadcast,
    pub rhythm: Rhythm,
    /// The one whose place it takes.
    pub replaces: Option<i64>,
}

impl Known {
    /// Those of the configuration, and those made in chat.
    pub fn of_all(configured: &[Arc<Subscription>], made: Vec<Made>) -> Known {
        let all: Vec<_> = configured.iter().cloned().chain(made.iter().map(|it| it.subscription.clone())).collect();
        let mut sources: HashMap<String, Heard> = HashMap::new();
        for subscription in &all {
            sources.entry(subscription.from.clone()).or_default().add(subscription.clone());
        }
        Known { all, made, sources }
    }

    /// The configuration's first.
    pub fn all(&self) -> &[Arc<Subscription>] {
        &self.all
    }

    /// Those to what `source` reports; none where there are none.
    pub fn of(&self, source: &str) -> Option<&Heard> {
        self.sources.get(source)
    }
}

impl Heard {
    fn add(&mut self, subscription: Arc<Subscription>) {
        let nth = self.all.len();
        match subscription.filter.only_place() {
            Some(place) => self.of_place.entry(place.to_owned()).or_default().push(nth),
            None => self.others.push(nth),
        }
        self.waits_for_more |= subscription.filter.waits_for_more();
        self.all.push(subscription);
    }

    /// Those that want the event; of several that would tell one place, the one that tells it soonest.
    pub fn wanting(&self, subject: &Subject<'_>) -> Vec<&Arc<Subscription>> {
        let mut asked: Vec<usize> = Vec::new();
        if let Some(place) = subject.place().filter(|_| !self.of_place.is_empty()) {
            // What is in a folder of projects is in the folder.
            let above = place.match_indices('/').map(|(at, _)| &place[..at]);
            asked.extend(above.chain([place]).filter_map(|it| self.of_place.get(it)).flatten());
        }
        let mut wanting: Vec<usize> =
            self.others.iter().chain(&asked).copied().filter(|nth| self.all[*nth].filter.admits(subject)).collect();
        wanting.sort_unstable();
        let mut told: Vec<&Arc<Subscription>> = Vec::with_capacity(wanting.len());
        for subscription in wanting.into_iter().map(|nth| &self.all[nth]) {
            match told.iter_mut().find(|it| it.to == subscription.to) {
                Some(known) if known.mode == Mode::Digest && subscription.mode != Mode::Digest => *known = subscription,
                Some(_) => {}
                None => told.push(subscription),
            }
        }
        told
    }
}

impl Subscriptions {
    pub fn new(store: Store, configured: Vec<Subscription>) -> Subscriptions {
        let configured: Vec<_> = configured.into_iter().map(Arc::new).collect();
        let known = RwLock::new(Arc::new(Known::of_all(&configured, Vec::new())));
        Subscriptions { store, configured, known, left_out: LeftOut::default() }
    }

    /// All of them as they are now; free to take for each event.
    pub fn snapshot(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The configuration's first.
    pub fn all(&self) -> Vec<Arc<Subscription>> {
        self.snapshot().all.clone()
    }

    /// Those that were made in chat.
    pub fn made(&self) -> Vec<Made> {
        self.snapshot().made.clone()
    }

    /// Those that were made in chat and cannot be read.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// Reads those that were made in chat.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn load(&self) -> anyhow::Result<()> {
        let (made, left_out) = store::subscriptions(&self.store).await?;
        self.left_out.replace(left_out);
        let known = Arc::new(Known::of_all(&self.configured, made));
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// Keeps up with what other processes change.
    pub async fn follow(&self) {
        let mut looks = tokio::time::interval(SOON);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(err) = self.load().await {
                tracing::warn!("Subscriptions cannot be read; those that were known go on: {err:#}");
            }
        }
    }

    /// Adds one, or changes how the same is told. Whether it is new.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn add(&self, wish: &Wish, who: &PersonId) -> anyhow::Result<bool> {
        let is_new = store::subscribe(&self.store, wish, who).await?;
        self.load().await?;
        Ok(is_new)
    }

    /// Has those of a person who wrote `me` follow another account of theirs.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub(super) async fn rename(&self, renamed: &[(Made, Filter)]) -> anyhow::Result<()> {
        store::rename(&self.store, renamed).await?;
        self.load().await
    }

    /// Writes one as a file or an earlier version says it, in a transaction of one's own. Call [`Subscriptions::load`] after
    /// the commit.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn put_in(&self, tx: &mut Tx, wish: &Wish, fallback: &str, who: &str) -> anyhow::Result<()> {
        store::put(tx, wish, fallback, who).await?;
        Ok(())
    }

    /// The same of one that ends.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn remove_in(&self, tx: &mut Tx, from: &str, filter: &Filter, to: &Destination) -> anyhow::Result<()> {
        store::remove(tx, from, filter, to).await?;
        Ok(())
    }

    /// Whether it was there.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn remove(&self, id: i64) -> anyhow::Result<bool> {
        let removed = store::unsubscribe(&self.store, id).await?;
        self.load().await?;
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use commands::{Event, event::Object};
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn subscription(filter: &str, channel: &str, mode: Mode) -> Arc<Subscription> {
        Arc::new(Subscription {
            from: "github".into(),
            filter: Filter::parse(filter).expect("a filter"),
            to: Destination::parse(&format!("slack:{channel}")).expect("a place"),
            fallback: None,
            mode,
            broadcast: Broadcast::Never,
            rhythm: Rhythm::default(),
            since: Timestamp::MIN,
            line: None,
        })
    }

    fn event(place: &str) -> Event {
        let object = Object { place: Some(place.into()), ..Object::default() };
        Event { source: "github".into(), kind: "pull.opened".into(), object, ..Event::default() }
    }

    #[test]
    fn one_place_is_told_once_and_as_soon_as_possible() {
        let all = [
            subscription("in:acme/*", "#dev", Mode::Digest),
            subscription("pulls", "#dev", Mode::Thread),
            subscription("pulls", "#dev", Mode::Full),
            subscription("in:acme", "#ops", Mode::Compact),
            subscription("in:acme/Widgets issues", "#ops", Mode::Full),
        ];
        let known = Known::of_all(&all, Vec::new());
        let event = event("Acme/Widgets");
        let wanting = known.of("github").expect("it is heard of").wanting(&Subject::of(&event));
        let told: Vec<(&str, Mode)> = wanting.iter().map(|it| (it.to.channel.as_str(), it.mode)).collect();
        assert_eq!(told, [("#dev", Mode::Thread), ("#ops", Mode::Compact)]);
        assert!(known.of("gitlab").is_none());
    }

    proptest! {
        #[test]
        fn the_index_finds_what_asking_each_finds(
            filters in prop::collection::vec(prop::sample::select(vec![
                "in:a", "in:a/b", "in:A/B/C", "in:a/*", "in:b pulls", "pulls", "-in:a/b", "issues", "in:a or in:b", "",
            ]), 0..12),
            place in prop::sample::select(vec!["a", "a/b", "A/b", "a/b/c", "ab", "b", "b/a"]),
        ) {
            let all: Vec<_> =
                filters.iter().enumerate().map(|(nth, it)| subscription(it, &format!("#c{nth}"), Mode::Thread)).collect();
            let known = Known::of_all(&all, Vec::new());
            let event = event(place);
            let found: Vec<String> = known.of("github").map(|it| it.wanting(&Subject::of(&event))).unwrap_or_default()
                .iter().map(|it| it.to.channel.clone()).collect();
            let asked: Vec<String> = all.iter().filter(|it| it.filter.matches(&event)).map(|it| it.to.channel.clone()).collect();
            prop_assert_eq!(found, asked);
        }
    }
}
