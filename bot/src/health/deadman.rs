//! Who watches the watcher: a call to somebody outside, for as long as all is well here.
//!
//! Whoever is called (<https://healthchecks.io/docs/http_api/>, or anything like it) raises the alarm when the calls stop. So they are
//! made only where the bot can do its work: its database takes a write and reads it back, and the queue moves. On several bots that share a
//! database one calls.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use connectors::{Http, http::Policy};
use jiff::SignedDuration;
use url::Url;

use super::{config::Deadman, store};
use crate::{app::App, builtins::jobs::age};

/// Who calls.
const DUTY: &str = "deadman";
/// What is written to see that the database takes a write.
const MARK: &str = "deadman";
/// A job that has been due for longer: the queue does not move.
const STUCK: SignedDuration = SignedDuration::from_mins(5);

/// The switch.
pub struct Switch {
    http: Http,
    path: String,
    every: Duration,
}

impl Switch {
    /// # Errors
    /// The address cannot be called.
    pub fn new(config: &Deadman) -> commands::Result<Switch> {
        let policy = Policy { retries: 1, ..Policy::USUAL };
        let (base, path) = match Url::parse(&config.url) {
            Ok(url) => {
                let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
                (url.origin().ascii_serialization(), format!("{}{query}", url.path()))
            }
            Err(_) => (config.url.clone(), String::new()),
        };
        // Whoever knows the path can call in our place: it stands in no log.
        let http = Http::new("deadman", "The dead man's switch", &base, policy)?.hiding(&path);
        Ok(Switch { http, path, every: config.interval() })
    }

    /// Calls, if all is well here.
    ///
    /// # Errors
    /// What is not well, or why the call failed.
    pub(super) async fn press(&self, app: &App) -> anyhow::Result<()> {
        app.works().await?;
        self.http.get(&self.path).send_for_bytes(64 * 1024).await.map(|_| ()).map_err(|err| anyhow::anyhow!("{err}"))
    }
}

impl App {
    /// Whether the bot can do its work.
    ///
    /// # Errors
    /// What keeps it from it.
    pub(super) async fn works(&self) -> anyhow::Result<()> {
        ensure!(self.queue.hung_for().is_none(), "a transaction of the queue does not end");
        let now = self.store.now().to_string();
        let mut tx = self.store.begin().await.context("the database does not answer")?;
        store::mark(&mut tx, MARK, &now).await.context("the database takes nothing")?;
        tx.commit().await.context("the database takes nothing")?;
        ensure!(store::marked(&self.store, MARK).await?.as_deref() == Some(&now), "the database does not keep what it takes");
        let due = self.queue.pressure().await?.due_since;
        let waited = due.map(|it| self.store.now().duration_since(it)).unwrap_or_default();
        ensure!(waited < STUCK, "the oldest due job has waited for {}", age(waited));
        Ok(())
    }
}

/// Calls for as long as all is well.
pub async fn watch(app: Arc<App>, switch: Switch) {
    let hold = app.queue.duty(DUTY);
    let mut ticks = tokio::time::interval(switch.every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut was_well = true;
    loop {
        ticks.tick().await;
        let pressed = async {
            if hold.is_ours().await? {
                switch.press(&app).await?;
            }
            anyhow::Ok(())
        };
        // A database that does not answer must not keep the next turn waiting.
        let result = match tokio::time::timeout(switch.every.max(Duration::from_secs(10)), pressed).await {
            Ok(result) => result,
            Err(_) => Err(anyhow::anyhow!("it took too long")),
        };
        metrics::gauge!("bellhop_deadman_ok").set(if result.is_ok() { 1.0 } else { 0.0 });
        match (&result, was_well) {
            (Err(err), _) => tracing::error!("The dead man's switch is not pressed: {err:#}"),
            (Ok(()), false) => tracing::info!("The dead man's switch is pressed again"),
            (Ok(()), true) => {}
        }
        was_well = result.is_ok();
    }
}
