//! Webhooks out (H01): what happens, told to the endpoints that subscribe to it.
//!
//! An endpoint is a connection of kind `webhook`. Each event for it is a job: signed and sent by the connector, tried
//! again as any job is, in order of what happened to one object, and a dead letter after three days. An endpoint that took
//! nothing for five days is switched off, as [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)
//! advises, and administrators are told.

use std::sync::Arc;

use commands::{BoxFuture, Call, ErrorKind, Event};
use connectors::webhook::id_of;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    app::App,
    chat::Place,
    dispatch::post::note::NoteJob,
    people,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// The platform of destinations that are endpoints: `webhook:crm`.
pub const PLATFORM: &str = "webhook";
/// An endpoint that took nothing for so long is switched off.
const HOPELESS: SignedDuration = SignedDuration::from_hours(5 * 24);
/// How long to wait where a receiver asks us to and does not say how long.
const UNTOLD: std::time::Duration = std::time::Duration::from_secs(10);

/// One delivery, as stored in a job of kind [`OutgoingJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutgoingJob {
    /// The connection's name.
    pub endpoint: String,
    /// The same whenever it is tried again: `msg_…`.
    id: String,
    event: Event,
}

impl OutgoingJob {
    pub const KIND: &'static str = "outgoing";

    pub fn new(endpoint: &str, event: &Event) -> OutgoingJob {
        let id = id_of(&[&event.source, &event.id, &event.kind, endpoint]);
        OutgoingJob { endpoint: endpoint.to_owned(), id, event: event.clone() }
    }

    pub fn into_job(self) -> NewJob {
        NewJob {
            kind: OutgoingJob::KIND,
            lane: Some(format!("webhook:{}:{}:{}", self.endpoint, self.event.source, self.event.object.key)),
            priority: Priority::Chatter,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            unique: Some(format!("outgoing:{}", self.id)),
        }
    }
}

/// How an endpoint fares, as kept among the cursors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Since when it takes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<Timestamp>,
    /// Since when it is switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<Timestamp>,
}

fn cursor(endpoint: &str) -> String {
    format!("endpoint:{endpoint}")
}

impl App {
    /// # Errors
    /// The store cannot be read.
    pub async fn endpoint_standing(&self, endpoint: &str) -> anyhow::Result<Standing> {
        let kept = self.store.cursor(&cursor(endpoint)).await?.unwrap_or_default();
        Ok(serde_json::from_str(&kept).unwrap_or_default())
    }

    /// Switches an endpoint on or off by hand, and forgets how it fared.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn set_endpoint(&self, endpoint: &str, standing: &Standing) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        tx.set_cursor(&cursor(endpoint), &serde_json::to_string(standing)?).await?;
        Ok(tx.commit().await?)
    }
}

/// Delivers [`OutgoingJob`]s.
pub struct Outgoing {
    pub app: Arc<App>,
}

impl Handler for Outgoing {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let dead = |reason: String| Outcome::Dead { reason, writes: Writes::default() };
            let asked: OutgoingJob = match job.payload.read() {
                Ok(asked) => asked,
                Err(err) => return dead(format!("the job cannot be read: {err}")),
            };
            let standing = match self.app.endpoint_standing(&asked.endpoint).await {
                Ok(standing) => standing,
                Err(err) => {
                    let reason = format!("the store cannot be read: {err:#}");
                    return Outcome::Retry { after: None, reason, writes: Writes::default() };
                }
            };
            if standing.off.is_some() {
                let name = &asked.endpoint;
                return dead(format!(
                    "The endpoint `{name}` is switched off. `/bellhop endpoint enable {name}` switches it on; then redrive this."
                ));
            }
            self.deliver(&asked, standing).await
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // The receiver knows a repeat by its id.
        let reason = "the bot stopped while it delivered".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

impl Outgoing {
    async fn deliver(&self, asked: &OutgoingJob, standing: Standing) -> Outcome {
        let app = &self.app;
        let name = &asked.endpoint;
        let live = match app.connections.get(name) {
            Ok(live) if live.kind.name == PLATFORM => live,
            _ => {
                let reason = format!("There is no endpoint `{name}` any more. Connect it again, then redrive this.");
                return Outcome::Dead { reason, writes: Writes::default() };
            }
        };
        let event = &asked.event;
        let params = json!({
            "type": event.kind, "id": asked.id, "at": event.at,
            "data": serde_json::to_string(event).unwrap_or_default(),
        });
        let call = Call::new(name, "send", params);
        let nowhere = Place { platform: PLATFORM.into(), workspace: String::new(), channel: String::new(), thread: None };
        let ctx = app.ctx(people::stranger(PLATFORM, "", "bellhop"), name, &asked.id, &nowhere);
        let sent = connectors::http::scope(asked.id.clone(), live.connected.run(&call, &ctx)).await;
        let outcome = if sent.is_ok() { "delivered" } else { "failed" };
        metrics::counter!("bellhop_outgoing_total", "endpoint" => name.clone(), "outcome" => outcome).increment(1);
        let now = app.store.now();
        let mut writes = Writes::default();
        let Err(err) = sent else {
            if standing != Standing::default() {
                writes.cursors.push((cursor(name), String::new()));
            }
            return Outcome::Done(writes);
        };
        tracing::warn!(endpoint = %name, id = %asked.id, "A delivery was not taken: {err}");
        // A breaker that is open says nothing new of the endpoint.
        if matches!(err.kind, ErrorKind::RateLimited | ErrorKind::BreakerOpen) {
            return Outcome::Snooze { after: err.retry_after.unwrap_or(UNTOLD), reason: err.message, writes };
        }
        let since = standing.failing.unwrap_or(now);
        let off = (now.duration_since(since) >= HOPELESS).then_some(now);
        if standing.failing.is_none() || off.is_some() {
            let standing = Standing { failing: Some(since), off };
            writes.cursors.push((cursor(name), serde_json::to_string(&standing).unwrap_or_default()));
        }
        match off {
            None => Outcome::Retry { after: err.retry_after, reason: err.message, writes },
            Some(_) => {
                let reason = format!("The endpoint `{name}` took nothing for five days and was switched off: {}", err.message);
                writes.jobs.push(NoteJob::endpoint_off(name, &err.message).into_job(now));
                Outcome::Dead { reason, writes }
            }
        }
    }
}
