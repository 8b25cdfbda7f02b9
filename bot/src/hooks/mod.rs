//! Webhooks in: `/hooks/{name}`.
//!
//! A delivery is verified on its raw bytes and committed before it is answered, together with the posts it leads to: reading is
//! pure and takes no time. One that cannot be read becomes a job, which ends as a dead letter with the reason, to be done again
//! after a repair. Everything that came is in the inspector ([`arrival`]), of what was refused as much as is worth keeping.
//!
//! [`registry`] knows which hooks there are, [`door`] who is let in, [`reading`] makes events of bytes, [`replay`] does so again,
//! [`renewal`] keeps those that a vendor would end.

pub mod arrival;
mod door;
mod handshake;
pub mod health;
mod reading;
mod receive;
pub mod registry;
pub mod renewal;
pub mod replay;
pub mod store;

use std::sync::Arc;

use commands::BoxFuture;

use self::reading::Received;
pub use self::{
    door::RATE,
    receive::routes,
    registry::{Hook, Hooks},
};
use crate::{
    app::App,
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// The kind whose payloads are read by a template.
pub const JSON: &str = "json";

/// A delivery that cannot be read yet: its job's payload is the delivery.
fn unread(received: &Received) -> NewJob {
    let unique = received.key.as_ref().map(|key| job_key(&received.hook, key));
    NewJob {
        kind: Read::KIND,
        lane: Some(format!("hook:{}", received.hook)),
        priority: Priority::Chatter,
        payload: Payload::of(received),
        run_at: None,
        expires: None,
        unique,
    }
}

/// What a delivery's job is called, while it lives and in the history.
pub fn job_key(hook: &str, key: &str) -> String {
    format!("hook:{hook}:{key}")
}

/// Reads deliveries and routes what they report.
pub struct Read {
    pub app: Arc<App>,
}

impl Read {
    pub const KIND: &'static str = "hook";
}

impl Handler for Read {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let dead = |reason: String| {
                tracing::error!(job.id = job.id, "A delivery cannot be read, and is kept: {reason}");
                Outcome::Dead { reason, writes: Writes::default() }
            };
            let received: Arc<Received> = match job.payload.read() {
                Ok(received) => Arc::new(received),
                Err(err) => return dead(format!("the job cannot be read: {err}")),
            };
            let hook = self.app.hooks.find(&received.hook);
            let Some((hook, (_, webhook))) = hook.and_then(|it| Some((it.clone(), connectors::webhook(&it.kind)?))) else {
                return dead(format!("the hook `{}` is gone: configure it again and redrive", received.hook));
            };
            match reading::read(webhook, received.clone(), hook.template.clone()).await {
                Ok(events) => Outcome::Done(self.app.route(events, received.key.as_deref()).into_writes()),
                Err(unreadable) => {
                    let which = received.key.as_deref().unwrap_or("without a key");
                    dead(format!("{} (delivery {which} of the hook `{}`)", unreadable.reason(), received.hook))
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        // Reading sends nothing, so doing it again does no harm.
        let reason = format!("the bot stopped while job {} was read", job.id);
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}
