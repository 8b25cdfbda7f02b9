//! Finding changes by asking for them, where a system sends no webhooks.
//!
//! A poll is a job that leaves the next one. Its events' posts and its cursor are committed
//! together, so a change is neither missed nor told twice.

use std::{sync::Arc, time::Duration};

use commands::BoxFuture;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::{
    app::App,
    queue::{Acceptance, Handler, Job, Lease, NewJob, Outcome, Priority, Writes},
};

/// Runs polls.
pub struct Poll {
    pub app: Arc<App>,
}

impl Poll {
    pub const KIND: &'static str = "poll";
}

fn job(connection: &str, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: Poll::KIND,
        lane: Some(lane(connection)),
        priority: Priority::Chatter,
        payload: json!({ "connection": connection }).into(),
        run_at: Some(run_at),
        expires: None,
        unique: Some(format!("poll:{connection}")),
    }
}

/// Of one connection's polls, of which there is one at a time.
fn lane(connection: &str) -> String {
    format!("poll:{connection}")
}

/// Asks a connection for changes now, where it is polled: its system just said that there are some.
pub async fn hurry(app: &App, connection: &str) {
    let is_polled = app.connections.get(connection).is_ok_and(|it| it.poll_every.is_some());
    if !is_polled || !app.is_wanted(connection) {
        return;
    }
    // Should it fail, the poll comes when its time has come.
    if let Err(err) = app.queue.hurry_lane(&lane(connection)).await {
        tracing::warn!(connection, "A poll cannot be hurried: {err:#}");
    }
}

fn cursor_name(connection: &str) -> String {
    format!("poll:{connection}")
}

/// Starts polling every connection that something subscribes to.
///
/// # Errors
/// When the store cannot be written to.
pub async fn start(app: &App) -> anyhow::Result<()> {
    for live in app.connections.all() {
        if live.poll_every.is_none() || !app.is_wanted(&live.name) {
            continue;
        }
        let acceptance = Acceptance {
            source: "poll".into(),
            key: format!("{}:{}", live.name, app.store.now().as_microsecond()),
            body: bytes::Bytes::new(),
            audit: None,
            jobs: vec![job(&live.name, app.store.now())],
            news: Vec::new(),
        };
        app.queue.accept(acceptance).await.map_err(|it| anyhow::anyhow!("polling cannot start: {}", it.reason))?;
    }
    Ok(())
}

impl Handler for Poll {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let payload = job.payload.value();
            let connection = payload["connection"].as_str().unwrap_or_default();
            let live = match self.app.connections.get(connection) {
                Ok(live) if self.app.is_wanted(connection) => live,
                // Nothing to poll, or nobody who wants to know: the chain of polls ends here.
                _ => return Outcome::Done(Writes::default()),
            };
            let every = i64::from(live.poll_every.unwrap_or(60).max(1));
            let name = cursor_name(connection);
            let cursor = match self.app.store.cursor(&name).await {
                Ok(cursor) => cursor,
                Err(err) => return later(&format!("the cursor cannot be read: {err:#}"), None, every),
            };
            let id = format!("poll-{}", job.id);
            match connectors::http::scope(id, live.connected.poll(cursor.as_deref(), Timestamp::now())).await {
                Ok(mut polled) => {
                    // A connector does not know what people call its connection.
                    for event in &mut polled.events {
                        event.source = connection.to_owned();
                    }
                    let mut writes = self.app.route(polled.events, None).into_writes();
                    writes.jobs.push(self::job(connection, self.app.store.now() + every.seconds()));
                    writes.cursors.push((name, polled.cursor));
                    Outcome::Done(writes)
                }
                Err(err) => {
                    tracing::warn!(connection, "A poll failed: {err}");
                    later(&err.message, err.retry_after, every)
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async { later("the bot stopped while it polled", None, 1) })
    }
}

/// A poll never gives up: its failures are seen in health, and it does not count them.
fn later(reason: &str, after: Option<Duration>, every: i64) -> Outcome {
    let usual = Duration::from_secs(every.unsigned_abs().max(5));
    Outcome::Snooze { after: after.unwrap_or(usual), reason: reason.into(), writes: Writes::default() }
}
