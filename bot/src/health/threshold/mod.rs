//! Numbers that should stay on one side of another: how many events come, how many requests fail, how long the queue is.
//!
//! Looked at every few seconds by the bot that holds the duty. A number counts as beyond once it has been there for all of the
//! threshold's time, and as back once it has not been for as long: what goes up and down is told once.

mod measure;
#[cfg(test)]
mod tests;

use std::time::Duration;

use commands::{FieldProblem, event::Severity, filter::Filter};
use connectors::State;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    config::between,
    exposition::Selector,
    heartbeat::{severity_of, severity_problem},
    observe::event,
    settle::Standing,
    store,
};
use crate::{app::App, builtins::jobs::age, resources::Declared};

/// `[[threshold]]`: a number that should stay above or below another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// What is measured: `events`, `errors` (percent of requests), `response` (seconds), `quota` (percent left), `score`, `queue_depth`
    /// (jobs), `queue_age` (seconds), or one of /metrics such as `bellhop_sends_total{outcome="server"}`.
    pub metric: String,
    /// Of which connection or hook; of events, errors, response, quota and score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// With `events`: which ones; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Crossed when it is more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Crossed when it is less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// For how long, `0s` to `1d`.
    #[serde(rename = "for", default = "minutes")]
    pub lasting: String,
    /// With `events`, `errors` and `response`: over which time they are counted, `1m` to `2d`.
    #[serde(default = "minutes")]
    pub window: String,
    /// How bad it is: `info`, `warning`, `error` or `critical`.
    #[serde(default = "severity")]
    pub severity: String,
}

fn minutes() -> String {
    "5m".into()
}

fn severity() -> String {
    "warning".into()
}

const LASTING: (Duration, Duration) = (Duration::ZERO, Duration::from_hours(24));
const WINDOW: (Duration, Duration) = (Duration::from_secs(60), Duration::from_hours(48));

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
enum Metric {
    Events,
    Errors,
    Response,
    Quota,
    Score,
    QueueDepth,
    QueueAge,
    Ours(Selector),
}

impl Metric {
    fn parse(text: &str) -> Result<Metric, String> {
        Ok(match text.trim() {
            "events" => Metric::Events,
            "errors" => Metric::Errors,
            "response" => Metric::Response,
            "quota" => Metric::Quota,
            "score" => Metric::Score,
            "queue_depth" => Metric::QueueDepth,
            "queue_age" => Metric::QueueAge,
            text if text.starts_with("bellhop_") => Metric::Ours(Selector::parse(text)?),
            text => {
                return Err(format!(
                    "`{text}` cannot be measured: write events, errors, response, quota, score, queue_depth, queue_age, or one of \
                     /metrics, which begin with bellhop_"
                ));
            }
        })
    }

    /// Whether it is of a connection or hook.
    fn is_of(&self) -> bool {
        matches!(self, Metric::Events | Metric::Errors | Metric::Response | Metric::Quota | Metric::Score)
    }

    fn said(&self, value: f64) -> String {
        match self {
            Metric::Errors | Metric::Quota => format!("{value:.1} %"),
            Metric::Response => super::score::said(value),
            Metric::QueueAge => age(SignedDuration::try_from_secs_f64(value).unwrap_or_default()),
            _ if value.fract() == 0.0 => format!("{value:.0}"),
            _ => format!("{value:.2}"),
        }
    }
}

impl Threshold {
    fn is_beyond(&self, value: f64) -> bool {
        self.above.is_some_and(|it| value > it) || self.below.is_some_and(|it| value < it)
    }

    fn lasting(&self) -> Duration {
        between(&self.lasting, LASTING).unwrap_or_default()
    }

    fn window(&self) -> Duration {
        between(&self.window, WINDOW).unwrap_or(Duration::from_secs(300))
    }

    /// In words: `errors of redmine above 10 %`.
    pub fn words(&self) -> String {
        let metric = Metric::parse(&self.metric).ok();
        let said = |value: f64| metric.as_ref().map_or_else(|| value.to_string(), |it| it.said(value));
        let of = self.of.as_ref().map(|it| format!(" of {it}")).unwrap_or_default();
        let filter = self.filter.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        let above = self.above.map(|it| format!(" above {}", said(it))).unwrap_or_default();
        let below = self.below.map(|it| format!(" below {}", said(it))).unwrap_or_default();
        let or = if self.above.is_some() && self.below.is_some() { " or" } else { "" };
        format!("{}{of}{filter}{above}{or}{below}", self.metric)
    }
}

impl Declared for Threshold {
    const KIND: &str = "threshold";

    fn problems(&self) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        let mut problem = |field: &str, message: String| found.push(FieldProblem::new(field, message));
        match Metric::parse(&self.metric) {
            Err(message) => problem("metric", message),
            Ok(metric) if metric.is_of() && self.of.is_none() => {
                problem("of", format!("`of` is missing: name the connection or hook whose {} is measured", self.metric));
            }
            Ok(_) => {}
        }
        if let Some(Err(err)) = self.filter.as_deref().map(Filter::parse) {
            problem("filter", err.to_string());
        }
        match (self.above, self.below) {
            (None, None) => problem("above", "there is no limit: write `above`, `below`, or both".into()),
            (Some(above), Some(below)) if below > above => {
                problem("below", format!("no number is right that is neither below {below} nor above {above}"));
            }
            _ => {}
        }
        if between(&self.lasting, LASTING).is_none() {
            problem("for", format!("`{}` is no time: write one from 0s to 1d, such as 5m", self.lasting));
        }
        if between(&self.window, WINDOW).is_none() {
            problem("window", format!("`{}` is no time: write one from 1m to 2d, such as 5m", self.window));
        }
        found.extend(severity_problem(&self.severity));
        found
    }
}

/// The name among the standings.
pub(crate) fn standing_name(name: &str) -> String {
    format!("threshold:{}", name.to_lowercase())
}

/// Takes in whether the number is beyond now; whether that changes what counts. `recent` holds since when it is on the other side.
fn take(standing: &mut Standing, beyond: bool, lasting: Duration, now: Timestamp) -> bool {
    let counts = standing.state == State::Failed;
    if beyond == counts {
        standing.recent.clear();
        return false;
    }
    let since = standing.recent.parse().ok().and_then(|it| Timestamp::from_microsecond(it).ok()).unwrap_or(now);
    if now.duration_since(since) < SignedDuration::try_from(lasting).unwrap_or_default() {
        standing.recent = since.as_microsecond().to_string();
        return false;
    }
    standing.recent.clear();
    (standing.state, standing.since) = (if beyond { State::Failed } else { State::Ok }, now);
    true
}

impl App {
    /// Looks at every threshold, and tells of those that were crossed or are clear again.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub(super) async fn watch_thresholds(&self) -> anyhow::Result<()> {
        let documents = self.resources.all::<Threshold>();
        if documents.is_empty() {
            return Ok(());
        }
        let mut standings = store::standings(&self.store).await?;
        for document in documents {
            let (name, threshold) = (standing_name(&document.name), &document.value);
            let Ok(metric) = Metric::parse(&threshold.metric) else { continue };
            // What cannot be measured now is where it was.
            let Some(value) = self.measured(threshold, &metric).await? else { continue };
            let now = self.store.now();
            let known = standings.remove(&name);
            let mut standing = known.clone().unwrap_or_else(|| Standing::new(now));
            let was = standing.since;
            let is_news = take(&mut standing, threshold.is_beyond(value), threshold.lasting(), now);
            if known.as_ref() == Some(&standing) {
                continue;
            }
            let told = is_news.then(|| told(&document.name, threshold, &metric, value, &standing, now.duration_since(was)));
            let mut tx = self.store.begin().await?;
            standing.record(&mut tx, &name).await?;
            self.announce(&mut tx, told.into_iter().collect()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Forgets how it stood with a threshold.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub(crate) async fn forget_threshold(&self, name: &str) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        store::forget(&mut tx, &standing_name(name)).await?;
        Ok(tx.commit().await?)
    }
}

fn told(
    name: &str,
    threshold: &Threshold,
    metric: &Metric,
    value: f64,
    standing: &Standing,
    lasted: SignedDuration,
) -> commands::Event {
    let title = format!("The threshold {name}");
    let is = metric.said(value);
    match standing.state {
        State::Ok => {
            let text = format!("It is {is} again, after {} beyond: {}.", age(lasted), threshold.words());
            event("threshold.cleared", name, &title, standing.since, Severity::Info, "ok", text)
        }
        _ => {
            let text = format!("It is {is}, and has been beyond for {}: {}.", threshold.lasting, threshold.words());
            let severity = severity_of(&threshold.severity).unwrap_or(Severity::Warning);
            event("threshold.crossed", name, &title, standing.since, severity, "crossed", text)
        }
    }
}
