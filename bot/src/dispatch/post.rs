//! The job that delivers a message.

use std::time::Duration;

use commands::{BoxFuture, ErrorKind, Text};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    app::Platforms,
    chat::{Found, Post, Target},
    queue::{Handler, Job, Lease, NewJob, Outcome, Priority, Writes},
};

/// A message to deliver, as stored in a job of kind [`PostJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostJob {
    pub post: Post,
    pub request_id: String,
    /// An earlier try may have been delivered: this one says so.
    #[serde(default)]
    pub repeat: bool,
    /// Since when nobody knows whether it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubtful_since: Option<Timestamp>,
}

impl PostJob {
    pub const KIND: &'static str = "post";

    pub fn new(post: Post, request_id: impl Into<String>) -> PostJob {
        PostJob { post, request_id: request_id.into(), repeat: false, doubtful_since: None }
    }

    /// This job from when its fate became unknown.
    fn doubtful(&self, now: Timestamp) -> Writes {
        let doubtful_since = Some(self.doubtful_since.unwrap_or(now));
        Writes { payload: Some(json!(PostJob { doubtful_since, ..self.clone() })), ..Writes::default() }
    }

    pub fn into_job(self, priority: Priority) -> NewJob {
        let lane = match &self.post.to {
            // A reply waits for nobody but the reply before it to the same request.
            Target::Answer { .. } => format!("answer:{}", self.request_id),
            Target::Place(place) => {
                format!(
                    "{}:{}:{}:{}",
                    place.platform,
                    place.workspace,
                    place.channel,
                    place.thread.as_deref().unwrap_or_default()
                )
            }
            Target::Person { platform, workspace, id } => format!("{platform}:{workspace}:@{id}"),
        };
        NewJob {
            kind: PostJob::KIND,
            lane: Some(lane),
            priority,
            payload: json!(self),
            run_at: None,
            expires: None,
            unique: None,
        }
    }
}

/// How long to wait where a chat asks us to and does not say how long.
const UNTOLD: Duration = Duration::from_secs(10);
/// What a chat may take from getting a post to showing it in its history.
const SETTLED: Duration = Duration::from_secs(5);
/// How long a chat is asked again whether it has a post; a failing head blocks its lane no longer.
const LOOKING: SignedDuration = SignedDuration::from_mins(15);

/// Delivers [`PostJob`]s.
pub struct Deliver {
    pub platforms: Platforms,
}

impl Handler for Deliver {
    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let dead = |reason: String| Outcome::Dead { reason, writes: Writes::default() };
            let asked = match PostJob::deserialize(&job.payload) {
                Ok(asked) => asked,
                Err(err) => return dead(format!("the job cannot be read: {err}")),
            };
            let name = asked.post.to.platform();
            let Some(platform) = self.platforms.get(name) else {
                return dead(format!("this bot is not connected to {name}: add a section [{name}] and redrive"));
            };
            if lease.sending().await.is_err() {
                // Nobody writes this down: the lease that it would be fenced by is gone.
                return Outcome::Retry { after: None, reason: "the lease was lost".into(), writes: Writes::default() };
            }
            let mut post = asked.post.clone();
            if asked.repeat {
                post.message =
                    post.message.context(Text::new().italic("Perhaps a repeat: the chat did not confirm the first one."));
            }
            let posted = platform.post(&post).await;
            let class = posted.as_ref().map_or_else(|err| err.kind.name(), |_| "ok");
            metrics::counter!("bellhop_sends_total", "chat" => name.to_owned(), "outcome" => class).increment(1);
            match posted {
                Ok(posted) => {
                    tracing::info!(request.id = %asked.request_id, job.id = job.id, chat = name, message = posted.id, "Posted to {name}");
                    Outcome::Done(Writes::default())
                }
                Err(err) if err.maybe_done => {
                    tracing::warn!(request.id = %asked.request_id, job.id = job.id, "{name} did not confirm a message: {err}");
                    let after = err.retry_after.unwrap_or(SETTLED);
                    Outcome::Ambiguous { after, reason: err.message, writes: asked.doubtful(Timestamp::now()) }
                }
                Err(err) if err.is_temporary() => {
                    tracing::warn!(request.id = %asked.request_id, job.id = job.id, "{name} did not take a message: {err}");
                    let writes = Writes::default();
                    match (err.kind, err.retry_after) {
                        (ErrorKind::RateLimited | ErrorKind::BreakerOpen, after) => {
                            Outcome::Snooze { after: after.unwrap_or(UNTOLD), reason: err.message, writes }
                        }
                        (_, after) => Outcome::Retry { after, reason: err.message, writes },
                    }
                }
                Err(err) => {
                    tracing::error!(request.id = %asked.request_id, job.id = job.id, "{name} refused a message: {err}");
                    dead(err.message)
                }
            }
        })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let stopped = || "the bot stopped while it was posting".to_owned();
            // `run` says what is wrong with either.
            let again = || Outcome::Retry { after: None, reason: stopped(), writes: Writes::default() };
            let Ok(asked) = PostJob::deserialize(&job.payload) else { return again() };
            let Some(platform) = self.platforms.get(asked.post.to.platform()) else { return again() };
            let (name, now) = (platform.name(), Timestamp::now());
            let Some(since) = asked.doubtful_since else {
                // Its request may still be on the way.
                return Outcome::Ambiguous { after: SETTLED, reason: stopped(), writes: asked.doubtful(now) };
            };
            let unmarked =
                Writes { payload: Some(json!(PostJob { doubtful_since: None, ..asked.clone() })), ..Writes::default() };
            match platform.find(&asked.post, job.created_at).await {
                Ok(Found::Yes(posted)) => {
                    tracing::info!(request.id = %asked.request_id, job.id = job.id, chat = name, message = posted.id, "Found a message in {name} that was not confirmed");
                    Outcome::Done(Writes::default())
                }
                Ok(Found::No) => {
                    let reason = format!("{name} did not get it");
                    Outcome::Retry { after: Some(Duration::ZERO), reason, writes: unmarked }
                }
                // Out of reach, it would take no repeat either: there is time to look until it is back.
                Err(err)
                    if matches!(err.kind, ErrorKind::Network | ErrorKind::BreakerOpen)
                        || (err.is_temporary() && now.duration_since(since) < LOOKING) =>
                {
                    tracing::info!(request.id = %asked.request_id, job.id = job.id, "{name} could not be asked for a message: {err}");
                    let after = err.retry_after.unwrap_or(UNTOLD);
                    Outcome::Ambiguous { after, reason: err.message, writes: Writes::default() }
                }
                cannot_tell => {
                    let reason = match cannot_tell {
                        Err(err) => err.message,
                        Ok(_) => format!("{name} does not show whether it got it"),
                    };
                    let marked = PostJob { repeat: true, doubtful_since: None, ..asked.clone() };
                    let writes = Writes { payload: Some(json!(marked)), ..Writes::default() };
                    Outcome::Retry { after: None, reason, writes }
                }
            }
        })
    }
}
