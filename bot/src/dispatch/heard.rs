//! What a chat heard by asking for it, rather than by a request that waits for an answer.
//!
//! There is nobody to repeat it and nothing to answer with, so what was heard is kept first, once
//! ([`Dispatch::hear`]), and understood by a job ([`Hear`]); what is to be said to it is a job of its
//! own ([`Say`]), committed with the first one's end. Jobs of one lane are done in the order in which
//! they were heard, so one person's answers in one conversation are.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use commands::{BoxFuture, Error, ErrorKind};
use connectors::trace::{Span, SpanKind, Under};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Busy, Dispatch, memory::Memory};
use crate::{
    app::App,
    chat::{Ear, Found},
    queue::{Acceptance, Accepted, Handler, Hold, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// How long to wait where nobody says how long.
const UNTOLD: Duration = Duration::from_secs(5);
/// What a chat may take from getting something to showing it in its history.
const SETTLED: Duration = Duration::from_secs(5);

/// Something that was heard.
#[derive(Clone, Debug)]
pub struct Heard {
    pub platform: &'static str,
    pub workspace: String,
    /// By which a repeat is known, in this workspace.
    pub key: String,
    /// Who said it where: what is said there is understood in order.
    pub lane: String,
    /// As received.
    pub raw: Bytes,
    /// What [`Ear::understand`] is given.
    pub what: Value,
    /// Follows it through the logs.
    pub request_id: String,
}

/// Whether it was heard for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    New,
    Before,
}

/// Something heard, as stored in a job of kind [`HeardJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardJob {
    pub platform: String,
    pub request_id: String,
    /// The lane of the job, which what is said to it goes by as well.
    pub lane: String,
    pub what: Value,
}

/// What is to be said to it, as stored in a job of kind [`SaidJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaidJob {
    pub platform: String,
    pub request_id: String,
    pub what: Value,
}

impl HeardJob {
    pub const KIND: &'static str = "heard";
}

impl SaidJob {
    pub const KIND: &'static str = "said";
}

impl Dispatch {
    /// Keeps what was heard: when this returns, it will be understood, once.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was kept.
    pub async fn hear(&self, heard: Heard) -> Result<Hearing, Busy> {
        let lane = format!("heard:{}:{}", heard.platform, heard.lane);
        // A secret is not kept, not even until it is understood; the mark in its place is.
        let heard = match self.app.value_without_pasted(&heard.what) {
            Some(what) => Heard { what, raw: Bytes::new(), ..heard },
            None => heard,
        };
        let payload =
            HeardJob { platform: heard.platform.into(), request_id: heard.request_id, lane: lane.clone(), what: heard.what };
        let job = NewJob {
            kind: HeardJob::KIND,
            lane: Some(lane),
            priority: Priority::Command,
            payload: Payload::of(&payload),
            run_at: None,
            expires: None,
            unique: None,
        };
        let acceptance = Acceptance {
            source: source(heard.platform, &heard.workspace),
            key: heard.key,
            body: heard.raw,
            audit: None,
            jobs: vec![job],
            news: Vec::new(),
        };
        self.commit(acceptance).await
    }

    /// Keeps that something was heard about which there is nothing to do.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it.
    pub async fn pass_over(&self, platform: &'static str, workspace: &str, key: &str) -> Result<Hearing, Busy> {
        let acceptance = Acceptance {
            source: source(platform, workspace),
            key: key.to_owned(),
            body: Bytes::new(),
            audit: None,
            jobs: Vec::new(),
            news: Vec::new(),
        };
        self.commit(acceptance).await
    }

    /// Where it was read from a queue of the chat's, nobody asked: a trace begins here.
    async fn commit(&self, acceptance: Acceptance) -> Result<Hearing, Busy> {
        let here = Span::here();
        let span = if here.is_on() { here } else { Span::entry("hear", SpanKind::Consumer, Under::Nothing) };
        match span.around(self.app.queue.accept(acceptance)).await {
            Ok(Accepted::New(_)) => Ok(Hearing::New),
            Ok(Accepted::Duplicate) => Ok(Hearing::Before),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Whether it was heard before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn was_heard(&self, platform: &str, workspace: &str, key: &str) -> anyhow::Result<bool> {
        Memory::open(&self.app.store).is_delivered(&source(platform, workspace), key).await
    }

    /// What one bot does for all that share the database.
    pub fn watch(&self, name: &'static str) -> Watch {
        Watch(self.app.queue.duty(name))
    }
}

/// A duty that one bot has; see [`crate::queue::Hold`].
pub struct Watch(Hold);

impl Watch {
    /// Takes or renews it.
    ///
    /// # Errors
    /// Those of the database: then it is nobody's to say whose it is.
    pub async fn is_ours(&self) -> anyhow::Result<bool> {
        Ok(self.0.is_ours().await?)
    }

    /// Leaves it to whoever looks next.
    pub async fn give_up(&self) {
        if let Err(err) = self.0.give_up().await {
            tracing::warn!("A duty could not be given up; another bot takes it when its lease has ended: {err}");
        }
    }
}

/// Not the source of commands: the command that a message is has its own delivery under the same key.
fn source(platform: &str, workspace: &str) -> String {
    format!("heard:{platform}:{workspace}")
}

fn ear(app: &App, platform: &str) -> Result<Arc<dyn Ear>, String> {
    let missing = || format!("this bot does not listen to {platform}: add a section [{platform}] and redrive");
    app.platforms.get(platform).and_then(|it| it.clone().ear()).ok_or_else(missing)
}

/// What a failure means for a job that has not departed.
fn failed(err: Error) -> Outcome {
    let writes = Writes::default();
    match err.kind {
        ErrorKind::RateLimited | ErrorKind::BreakerOpen => {
            Outcome::Snooze { after: err.retry_after.unwrap_or(UNTOLD), reason: err.message, writes }
        }
        _ if err.is_temporary() => Outcome::Retry { after: err.retry_after, reason: err.message, writes },
        // Mended by an administrator, not by the person who waits: three days are tried.
        ErrorKind::Auth | ErrorKind::BadConfig => Outcome::Retry { after: None, reason: err.message, writes },
        _ => Outcome::Dead { reason: err.message, writes },
    }
}

fn dead(reason: String) -> Outcome {
    Outcome::Dead { reason, writes: Writes::default() }
}

/// Understands what was heard.
pub struct Hear {
    pub app: Arc<App>,
}

impl Handler for Hear {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let heard = match job.payload.read::<HeardJob>() {
                Ok(heard) => heard,
                Err(err) => return dead(format!("the job cannot be read: {err}")),
            };
            let ear = match ear(&self.app, &heard.platform) {
                Ok(ear) => ear,
                Err(reason) => return dead(reason),
            };
            let dispatch = Dispatch::new(self.app.clone());
            match ear.understand(&dispatch, &heard.what, &heard.request_id).await {
                Ok(None) => Outcome::Done(Writes::default()),
                Ok(Some(what)) => {
                    let said = SaidJob { platform: heard.platform, request_id: heard.request_id, what };
                    let job = NewJob {
                        kind: SaidJob::KIND,
                        lane: Some(format!("said:{}", heard.lane)),
                        priority: Priority::Command,
                        payload: Payload::of(&said),
                        run_at: None,
                        expires: None,
                        unique: None,
                    };
                    Outcome::Done(Writes { jobs: vec![job], ..Writes::default() })
                }
                Err(err) => {
                    tracing::warn!(request.id = %heard.request_id, job.id = job.id, "What was heard is not understood yet: {err}");
                    failed(err)
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // It never departs: whatever it leaves behind is known by its key.
        Box::pin(async {
            Outcome::Retry { after: Some(Duration::ZERO), reason: "the bot stopped".into(), writes: Writes::default() }
        })
    }
}

/// Says what is to be said to it.
pub struct Say {
    pub app: Arc<App>,
}

impl Handler for Say {
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let said = match job.payload.read::<SaidJob>() {
                Ok(said) => said,
                Err(err) => return dead(format!("the job cannot be read: {err}")),
            };
            let ear = match ear(&self.app, &said.platform) {
                Ok(ear) => ear,
                Err(reason) => return dead(reason),
            };
            if lease.sending().await.is_err() {
                // Nobody writes this down: the lease that it would be fenced by is gone.
                return Outcome::Retry { after: None, reason: "the lease was lost".into(), writes: Writes::default() };
            }
            match ear.say(&said.what, &said.request_id).await {
                Ok(posted) => {
                    tracing::info!(request.id = %said.request_id, job.id = job.id, chat = %said.platform, message = posted.id, "Answered");
                    Outcome::Done(Writes::default())
                }
                Err(err) => {
                    tracing::warn!(request.id = %said.request_id, job.id = job.id, "{} did not take an answer: {err}", said.platform);
                    if err.maybe_done {
                        let after = err.retry_after.unwrap_or(SETTLED);
                        return Outcome::Ambiguous { after, reason: err.message, writes: Writes::default() };
                    }
                    failed(err)
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let again = |reason: String| Outcome::Retry { after: Some(Duration::ZERO), reason, writes: Writes::default() };
            let Ok(said) = job.payload.read::<SaidJob>() else { return again("the bot stopped".into()) };
            let Ok(ear) = ear(&self.app, &said.platform) else { return again("the bot stopped".into()) };
            match ear.find_said(&said.what, &said.request_id, job.created_at).await {
                Ok(Found::Yes(_)) => Outcome::Done(Writes::default()),
                Ok(Found::No) => again("the chat did not get it".into()),
                Err(err) if err.is_temporary() => {
                    let after = err.retry_after.unwrap_or(UNTOLD);
                    Outcome::Ambiguous { after, reason: err.message, writes: Writes::default() }
                }
                // An answer that is read twice does nothing twice.
                Ok(Found::CannotTell) | Err(_) => again("the chat does not show whether it got it".into()),
            }
        })
    }
}
