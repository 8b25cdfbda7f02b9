//! The numbers themselves, as they are now.

use commands::filter::Filter;

use super::{Metric, Threshold};
use crate::{app::App, health::store, telemetry};

/// More events are not counted: whoever asks for so many means any number.
const COUNTED: i64 = 10_000;

impl App {
    /// What a threshold is about, as it is now; none where nothing is known of it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn measure(&self, threshold: &Threshold) -> anyhow::Result<Option<f64>> {
        match Metric::parse(&threshold.metric) {
            Ok(metric) => self.measured(threshold, &metric).await,
            Err(_) => Ok(None),
        }
    }

    pub(super) async fn measured(&self, threshold: &Threshold, metric: &Metric) -> anyhow::Result<Option<f64>> {
        let of = threshold.of.as_deref().unwrap_or_default();
        Ok(match metric {
            Metric::Events => Some(self.events_of(of, threshold).await?),
            Metric::Errors | Metric::Response => {
                let (requests, failed, timed, seconds) = self.requests_of(of, threshold).await?;
                match metric {
                    Metric::Errors if requests > 0 => Some(100.0 * failed as f64 / requests as f64),
                    Metric::Response if timed > 0 => Some(seconds / timed as f64),
                    _ => None,
                }
            }
            Metric::Quota => {
                let quota = self.connections.get(of).ok().and_then(|it| it.quota());
                quota.and_then(|it| Some(100.0 * it.remaining as f64 / it.limit.filter(|it| *it > 0)? as f64))
            }
            Metric::Score => self.health.all().get(of).map(|it| f64::from(it.judged.score)),
            Metric::QueueDepth => {
                let counts = self.queue.counts().await?;
                Some(counts.iter().filter(|it| it.state.is_live()).map(|it| it.jobs as f64).sum())
            }
            Metric::QueueAge => {
                let due = self.queue.pressure().await?.due_since;
                Some(due.map_or(0.0, |it| self.store.now().duration_since(it).as_secs_f64().max(0.0)))
            }
            Metric::Ours(selector) => selector.sum(&telemetry::metrics().render()),
        })
    }

    async fn events_of(&self, source: &str, threshold: &Threshold) -> anyhow::Result<f64> {
        let since = self.store.now().saturating_sub(threshold.window())?;
        let filter = threshold.filter.as_deref().and_then(|it| Filter::parse(it).ok()).unwrap_or_else(Filter::all);
        let found = self.store.news_since(source, since, 0, COUNTED).await?;
        Ok(found.iter().filter(|it| filter.matches(&it.news.event)).count() as f64)
    }

    /// All, failed and timed ones, and the seconds of the timed ones.
    async fn requests_of(&self, name: &str, threshold: &Threshold) -> anyhow::Result<(u64, u64, u64, f64)> {
        let since = self.store.now().saturating_sub(threshold.window())?;
        let fresh = self.health.all().get(name).map(|it| self.health.uncounted(name, it.counted)).unwrap_or_default();
        let mut sum = (fresh.requests, fresh.failed, fresh.timed, fresh.seconds);
        for it in store::samples(&self.store, name, since).await? {
            sum.0 += it.requests.unsigned_abs();
            sum.1 += it.failed.unsigned_abs();
            sum.2 += it.timed.unsigned_abs();
            sum.3 += it.response as f64 / 1e6;
        }
        Ok(sum)
    }
}
