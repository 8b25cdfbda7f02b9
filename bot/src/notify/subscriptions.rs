//! Who hears of what: what stands in the configuration, and what people asked for in their channels.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use commands::filter::Filter;

use super::store;
use crate::{
    config::{Destination, Mode, Subscription},
    people::PersonId,
    store::Store,
};

/// How soon another process hears of a change.
const SOON: Duration = Duration::from_secs(5);

/// All subscriptions, as far as this process knows.
pub struct Subscriptions {
    store: Store,
    configured: Vec<Arc<Subscription>>,
    made: RwLock<Vec<Made>>,
}

/// One that was made in chat.
#[derive(Clone, Debug)]
pub struct Made {
    pub id: i64,
    pub subscription: Arc<Subscription>,
    /// Who made it.
    pub who: String,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    pub from: String,
    pub filter: Filter,
    pub to: Destination,
    pub mode: Mode,
    pub broadcast: bool,
    pub every: Duration,
}

impl Subscriptions {
    pub fn new(store: Store, configured: Vec<Subscription>) -> Subscriptions {
        Subscriptions { store, configured: configured.into_iter().map(Arc::new).collect(), made: RwLock::default() }
    }

    /// The configuration's first.
    pub fn all(&self) -> Vec<Arc<Subscription>> {
        self.configured.iter().cloned().chain(self.made().into_iter().map(|it| it.subscription)).collect()
    }

    /// Those that were made in chat.
    pub fn made(&self) -> Vec<Made> {
        self.made.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads those that were made in chat.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn load(&self) -> anyhow::Result<()> {
        let made = store::subscriptions(&self.store).await?;
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = made;
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
