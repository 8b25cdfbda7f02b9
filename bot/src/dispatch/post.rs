//! The job that delivers a message.

use std::time::Duration;

use commands::{BoxFuture, ErrorKind, Text};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    app::Platforms,
    chat::{Post, Target},
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
}

impl PostJob {
    pub const KIND: &'static str = "post";

    pub fn new(post: Post, request_id: impl Into<String>) -> PostJob {
        PostJob { post, request_id: request_id.into(), repeat: false }
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
                Err(err) if err.is_temporary() => {
                    let payload = (err.maybe_done && !asked.repeat).then(|| json!(PostJob { repeat: true, ..asked.clone() }));
                    tracing::warn!(request.id = %asked.request_id, job.id = job.id, "{name} did not take a message: {err}");
                    let writes = Writes { payload, ..Writes::default() };
                    match (err.kind, err.retry_after) {
                        (ErrorKind::RateLimited, after) => {
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
            let payload = PostJob::deserialize(&job.payload).ok().map(|asked| json!(PostJob { repeat: true, ..asked }));
            let reason = "the bot stopped while it was posting".to_owned();
            Outcome::Retry { after: None, reason, writes: Writes { payload, ..Writes::default() } }
        })
    }
}
