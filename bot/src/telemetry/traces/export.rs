//! Spans on their way out: gathered, sent together, and given up before they cost anybody anything.
//!
//! Whoever ends a span puts it into a list of bounded length and goes on; what does not fit is counted and dropped. One thread
//! with a runtime of its own sends them, so that nothing of the bot waits for a collector, and a collector that hangs holds up
//! nothing but spans. The SDK's own exporter does as much, but counts nothing that could be shown, takes a login page for a
//! success, and brings a second, blocking way of speaking HTTP.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use opentelemetry::Context;
use opentelemetry_proto::{
    tonic::collector::trace::v1::ExportTraceServiceRequest,
    transform::{common::tonic::ResourceAttributesWithSchema, trace::tonic::group_spans_by_resource_and_scope},
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout_at},
};

use super::{
    Settings,
    collector::{Again, Collector, Untaken},
};

/// How often the same spans are sent, at most.
const TRIES: u32 = 5;
/// The longest wait between two tries: what comes meanwhile has to be dropped some time.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How sending fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    /// Why the last request was not taken, and since when none is.
    pub failing: Option<(Timestamp, Untaken)>,
    pub last_taken: Option<Timestamp>,
}

/// What spans are put into.
#[derive(Debug)]
pub struct Outbox(mpsc::Sender<SpanData>);

/// The way to the thread that sends.
#[derive(Clone)]
pub struct Sending {
    flush: mpsc::UnboundedSender<(Instant, oneshot::Sender<()>)>,
    condition: Arc<Mutex<Condition>>,
}

impl SpanProcessor for Outbox {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.0.try_send(span).is_err() {
            count("dropped", 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

impl Sending {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread, or the settings hold a certificate that is none.
    pub fn start(settings: &Settings, resource: &Resource) -> anyhow::Result<(Outbox, Sending)> {
        let collector = Collector::new(settings)?;
        let (outbox, spans) = mpsc::channel(settings.waiting);
        let (flush, flushes) = mpsc::unbounded_channel();
        let condition = Arc::<Mutex<Condition>>::default();
        let post = Post {
            collector,
            spans,
            flushes,
            resource: resource.into(),
            condition: Arc::clone(&condition),
            delay: settings.delay,
            together: settings.together,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("traces".into()).spawn(move || runtime.block_on(post.run()))?;
        Ok((Outbox(outbox), Sending { flush, condition }))
    }

    pub fn condition(&self) -> Condition {
        lock(&self.condition).clone()
    }

    /// Sends what there is, within this time; what the collector does not take until then is lost.
    pub async fn flush(&self, within: Duration) {
        let (done, is_done) = oneshot::channel();
        let deadline = Instant::now() + within;
        if self.flush.send((deadline, done)).is_ok() {
            let _ = timeout_at(deadline, is_done).await;
        }
    }
}

/// What the thread does.
struct Post {
    collector: Collector,
    spans: mpsc::Receiver<SpanData>,
    flushes: mpsc::UnboundedReceiver<(Instant, oneshot::Sender<()>)>,
    resource: ResourceAttributesWithSchema,
    condition: Arc<Mutex<Condition>>,
    delay: Duration,
    together: usize,
}

/// Somebody who waits until all is sent.
type Waits = (Instant, oneshot::Sender<()>);

impl Post {
    async fn run(mut self) {
        loop {
            let mut batch = Vec::new();
            let Some(mut waits) = self.gather(&mut batch).await else { return };
            loop {
                let deadline = waits.as_ref().map(|it| it.0);
                if let Some(asked) = self.deliver(std::mem::take(&mut batch), deadline).await {
                    waits = Some(asked);
                }
                let Some((deadline, done)) = waits.take() else { break };
                // Whatever was put in before this was asked for.
                self.drain(&mut batch);
                if batch.is_empty() || Instant::now() >= deadline {
                    let _ = done.send(());
                    break;
                }
                waits = Some((deadline, done));
            }
        }
    }

    /// The next spans to be sent, with whoever waits for them; none where nobody makes any more.
    async fn gather(&mut self, batch: &mut Vec<SpanData>) -> Option<Option<Waits>> {
        // The first decides when they leave.
        let mut waits = tokio::select! {
            waits = self.flushes.recv() => Some(waits?),
            received = self.spans.recv_many(batch, self.together) => if received == 0 { return None } else { None },
        };
        let leaves = sleep(self.delay);
        tokio::pin!(leaves);
        while waits.is_none() && batch.len() < self.together {
            let room = self.together - batch.len();
            tokio::select! {
                asked = self.flushes.recv() => waits = Some(asked?),
                received = self.spans.recv_many(batch, room) => if received == 0 { break },
                () = &mut leaves => break,
            }
        }
        if waits.is_some() {
            self.drain(batch);
        }
        Some(waits)
    }

    fn drain(&mut self, batch: &mut Vec<SpanData>) {
        while batch.len() < self.together
            && let Ok(span) = self.spans.try_recv()
        {
            batch.push(span);
        }
    }

    /// Sends these until they are taken, or until that is hopeless; whoever asked meanwhile for all to be sent.
    async fn deliver(&mut self, batch: Vec<SpanData>, mut deadline: Option<Instant>) -> Option<Waits> {
        let size = batch.len() as u64;
        if size == 0 {
            return None;
        }
        let mut waits = None;
        let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        let request = ExportTraceServiceRequest { resource_spans };
        for tries in 0..TRIES {
            let sent = match deadline {
                None => self.collector.send(&request).await,
                Some(deadline) => match timeout_at(deadline, self.collector.send(&request)).await {
                    Ok(sent) => sent,
                    Err(_) => break,
                },
            };
            let untaken = match sent {
                Ok(rejected) => {
                    self.taken();
                    count("exported", size.saturating_sub(rejected));
                    count("failed", rejected.min(size));
                    return waits;
                }
                Err(untaken) => untaken,
            };
            let again = untaken.again;
            self.failed(untaken);
            let Again::After(asked) = again else { break };
            if deadline.is_some() || tries + 1 == TRIES {
                break;
            }
            let wait = asked.unwrap_or(Duration::from_secs(1) * 2u32.pow(tries)).min(LONGEST_WAIT);
            tokio::select! {
                () = sleep(wait) => {}
                // Somebody wants to end: once more now, and then no more.
                Some((until, done)) = self.flushes.recv() => {
                    deadline = Some(until);
                    waits = Some((until, done));
                }
            }
        }
        count("failed", size);
        waits
    }

    fn taken(&self) {
        let mut condition = lock(&self.condition);
        condition.last_taken = Some(Timestamp::now());
        if condition.failing.take().is_some() {
            drop(condition);
            tracing::info!("Traces are taken again");
        }
    }

    /// The log is told of the first failure, and health shows how it goes on.
    fn failed(&self, untaken: Untaken) {
        let mut condition = lock(&self.condition);
        let began = condition.failing.as_ref().map(|it| it.0);
        condition.failing = Some((began.unwrap_or_else(Timestamp::now), untaken.clone()));
        drop(condition);
        if began.is_none() {
            let (origin, Untaken { reason, fix, .. }) = (self.collector.origin(), untaken);
            tracing::warn!("Traces cannot be sent to {origin}: {reason}. {fix} Everything else goes on as it does.");
        }
    }
}

fn count(outcome: &'static str, spans: u64) {
    metrics::counter!("bellhop_trace_spans_total", "outcome" => outcome).increment(spans);
}

fn lock(condition: &Mutex<Condition>) -> MutexGuard<'_, Condition> {
    condition.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
