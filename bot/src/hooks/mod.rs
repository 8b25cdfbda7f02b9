//! Webhooks in: `POST /hooks/{name}`.
//!
//! A delivery is verified on its raw bytes and committed before it is answered, together with the
//! posts it leads to: reading is pure and takes no time. One that cannot be read becomes a job, so that
//! it is kept with the reason, and read again after a repair.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use commands::BoxFuture;
use connectors::Delivery;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    notify::Routed,
    queue::{Acceptance, Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// The largest body that is taken: 512 KiB.
const BODY_LIMIT: usize = 512 * 1024;

pub fn routes(app: Arc<App>) -> Router {
    Router::new().route("/hooks/{name}", post(receive)).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(app)
}

/// A delivery, as stored in a job of kind [`HookJob::KIND`].
#[derive(Serialize, Deserialize)]
struct HookJob {
    hook: String,
    headers: Vec<(String, String)>,
    query: String,
    body: String,
    received: Timestamp,
}

impl HookJob {
    const KIND: &'static str = "hook";

    fn delivery(&self) -> Delivery<'_> {
        Delivery {
            hook: &self.hook,
            method: "POST",
            template: None,
            headers: &self.headers,
            query: &self.query,
            // It was verified when it arrived.
            url: None,
            body: self.body.as_bytes(),
            received: self.received,
        }
    }
}

async fn receive(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(hook) = app.hooks.iter().find(|it| it.name == name) else {
        return answer(StatusCode::NOT_FOUND, "there is no such hook: check the last part of the address against [[hook]] name");
    };
    let Some((_, webhook)) = connectors::webhook(&hook.kind) else {
        return answer(StatusCode::NOT_FOUND, "this hook's kind takes no deliveries");
    };
    let headers: Vec<(String, String)> =
        headers.iter().filter_map(|(key, value)| Some((key.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect();
    let query = query.unwrap_or_default();
    let url = app.public_url.as_ref().map(|it| match query.is_empty() {
        true => format!("{it}/hooks/{name}"),
        false => format!("{it}/hooks/{name}?{query}"),
    });
    let (hook_name, url) = (&hook.name, url.as_deref());
    let delivery = Delivery {
        hook: hook_name,
        method: "POST",
        template: None,
        headers: &headers,
        query: &query,
        url,
        body: &body,
        received: Timestamp::now(),
    };
    if let Err(err) = (webhook.verify)(&delivery, hook.secret.expose()) {
        metrics::counter!("bellhop_hooks_total", "hook" => name.clone(), "outcome" => "refused").increment(1);
        tracing::warn!(hook = %name, "Refused a delivery: {err}");
        return answer(StatusCode::UNAUTHORIZED, &err.message);
    }
    let Ok(text) = std::str::from_utf8(&body) else {
        return answer(StatusCode::BAD_REQUEST, "the body is not UTF-8 text");
    };
    let key = (webhook.key)(&delivery).unwrap_or_else(|| hex::encode(Sha256::digest(&body)));
    // The credentials in the headers and the query have done their work and are not stored.
    let kept = headers.iter().filter(|(key, _)| !is_credential(key)).cloned().collect();
    let job =
        HookJob { hook: hook.name.clone(), headers: kept, query: String::new(), body: text.into(), received: delivery.received };
    let unread = || NewJob {
        kind: HookJob::KIND,
        lane: Some(format!("hook:{name}")),
        priority: Priority::Chatter,
        payload: Payload::of(&job),
        run_at: None,
        expires: None,
        unique: None,
    };
    let routed = catch_unwind(AssertUnwindSafe(|| Some(app.route((webhook.parse)(&job.delivery()).ok()?, Some(&key)))));
    let Routed { jobs, news } = routed.ok().flatten().unwrap_or_else(|| Routed { jobs: vec![unread()], news: Vec::new() });
    let acceptance = Acceptance { source: format!("hook:{name}"), key, body, audit: None, jobs, news };
    match app.queue.accept(acceptance).await {
        Ok(_) => {
            metrics::counter!("bellhop_hooks_total", "hook" => name, "outcome" => "accepted").increment(1);
            answer(StatusCode::OK, "accepted")
        }
        Err(refused) => {
            tracing::error!(hook = %name, "A delivery cannot be stored: {}", refused.reason);
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "cannot be stored now, send it again\n")
                .into_response()
        }
    }
}

fn is_credential(header: &str) -> bool {
    ["authorization", "cookie", "token", "signature", "secret", "api-key"].iter().any(|it| header.contains(it))
}

fn answer(status: StatusCode, text: &str) -> Response {
    (status, format!("{text}\n")).into_response()
}

/// Reads deliveries and routes what they report.
pub struct Read {
    pub app: Arc<App>,
}

impl Read {
    pub const KIND: &'static str = HookJob::KIND;
}

impl Handler for Read {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let dead = |reason: String| {
                tracing::error!(job.id = job.id, "A delivery cannot be read, and is kept: {reason}");
                Outcome::Dead { reason, writes: Writes::default() }
            };
            let asked: HookJob = match job.payload.read() {
                Ok(asked) => asked,
                Err(err) => return dead(format!("the job cannot be read: {err}")),
            };
            let hook = self.app.hooks.iter().find(|it| it.name == asked.hook);
            let Some((_, webhook)) = hook.and_then(|it| connectors::webhook(&it.kind)) else {
                return dead(format!("the hook `{}` is gone: configure it again and redrive", asked.hook));
            };
            match (webhook.parse)(&asked.delivery()) {
                Ok(events) => Outcome::Done(self.app.route(events, None).into_writes()),
                Err(err) => dead(err.message),
            }
        })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        // Reading sends nothing, so doing it again does no harm.
        let reason = format!("the bot stopped while job {} was read", job.id);
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}
