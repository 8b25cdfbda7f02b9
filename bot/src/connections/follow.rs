//! Keeping up with what is set up elsewhere: another process that applied a file, or another bot on the same database.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{Origin, open, poll};
use crate::{
    alerts,
    app::App,
    resources::{
        ledger::CONNECTION,
        unread::{LeftOut, Unread},
    },
};

/// How soon another process hears of a change.
const SOON: Duration = Duration::from_secs(5);

/// The versions of connections that are open here, by name.
#[derive(Default)]
pub struct Followed {
    open: Mutex<BTreeMap<String, i64>>,
    /// Those that cannot be opened.
    pub left_out: LeftOut,
}

impl Followed {
    /// Notes what is open; what was before.
    pub fn replace(&self, now: BTreeMap<String, i64>) -> BTreeMap<String, i64> {
        std::mem::replace(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner), now)
    }
}

impl App {
    /// Keeps connections and documents what the store says.
    pub async fn follow_set_up(self: Arc<App>) {
        let mut looks = tokio::time::interval(SOON);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let looked = async {
                if crate::resources::ledger::count(&self.store).await? != self.resources.generation() {
                    self.know_anew().await?;
                    // What was connected or subscribed to elsewhere is polled from now on.
                    poll::start(&self).await?;
                }
                anyhow::Ok(())
            };
            if let Err(err) = looked.await {
                tracing::warn!("What was set up cannot be read; what was known goes on: {err:#}");
            }
        }
    }

    /// Reads everything that is kept in the store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn know_anew(&self) -> anyhow::Result<()> {
        let holds_back =
            || self.resources.documents().into_iter().filter(|it| alerts::rule::holds_back(&it.kind)).collect::<Vec<_>>();
        let before = holds_back();
        self.open_changed().await?;
        self.hooks.load().await?;
        self.subscriptions.load().await?;
        self.shorthand.forget_all();
        self.resources.load().await?;
        if holds_back() != before {
            let mut tx = self.store.begin().await?;
            self.settle_all(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Opens the connections whose version is another than here, and closes those that are gone.
    async fn open_changed(&self) -> anyhow::Result<()> {
        let Some(vault) = &self.vault else { return Ok(()) };
        let saved = vault.list().await?;
        let now = saved.iter().map(|it| (it.name.clone(), it.version)).collect();
        let before = self.followed.replace(now);
        let is_served = |name: &str| self.connections.get(name).is_ok_and(|it| it.origin == Origin::File);
        let mut left_out = Vec::new();
        for summary in &saved {
            let is_open = before.get(&summary.name) == Some(&summary.version) && !self.followed.left_out.has(&summary.name);
            if is_open || is_served(&summary.name) {
                continue;
            }
            let Some(saved) = vault.load(&summary.name).await? else { continue };
            match open(&saved) {
                Ok(live) => {
                    tracing::info!(connection = %saved.name, version = saved.version, "Opened a connection as it was set up");
                    self.connections.put(live);
                }
                Err(err) => left_out.push((Unread::new(CONNECTION, &saved.name), err.to_string())),
            }
        }
        self.followed.left_out.replace(left_out);
        for live in self.connections.all().iter().filter(|it| it.origin == Origin::Chat) {
            if !saved.iter().any(|it| it.name == live.name) {
                tracing::info!(connection = %live.name, "Closed a connection that was taken away");
                self.connections.remove(&live.name);
            }
        }
        Ok(())
    }
}
