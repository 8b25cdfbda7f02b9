//! How a hook stands, as a program and a person read it.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    app::App,
    hooks::{
        Hook,
        store::{Day, Pulse},
    },
};

/// A hook in a line.
#[derive(Debug, Serialize)]
pub struct Status {
    pub name: String,
    pub kind: String,
    /// `works`, `failing`, `disabled`, `nothing yet`, `waits for its secret`.
    pub state: &'static str,
    pub address: Option<String>,
    /// Who made it in chat; none of what stands in the file.
    pub made_by: Option<String>,
    #[serde(flatten)]
    pub pulse: Pulse,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<More>,
}

/// What is told of one alone.
#[derive(Debug, Serialize)]
pub struct More {
    pub days: Vec<Day>,
    /// Why deliveries failed within 24 hours, and how often.
    pub failures: Vec<(String, i64)>,
    /// From receipt to posted, in milliseconds, within 24 hours.
    pub latency_p50: Option<f64>,
    pub latency_p99: Option<f64>,
    pub last_events: Vec<LastEvent>,
    pub previous_secret_until: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub struct LastEvent {
    pub at: Timestamp,
    pub kind: String,
    pub key: String,
    pub title: String,
    pub actor: Option<String>,
    /// How many places hear of it.
    pub told: usize,
}

/// All hooks.
///
/// # Errors
/// The store cannot be read.
pub async fn statuses(app: &App) -> anyhow::Result<Vec<Status>> {
    let mut all = Vec::new();
    for hook in app.hooks.all() {
        all.push(brief(app, &hook).await?);
    }
    Ok(all)
}

async fn brief(app: &App, hook: &Hook) -> anyhow::Result<Status> {
    let pulse = app.store.pulse(&hook.name).await?;
    Ok(Status {
        name: hook.name.clone(),
        kind: hook.kind.clone(),
        state: hook.state(&pulse),
        address: app.public_url.as_ref().map(|it| format!("{it}/hooks/{}", hook.name)),
        made_by: hook.made.as_ref().map(|it| it.who.clone()),
        pulse,
        more: None,
    })
}

/// One with all there is to say of it.
///
/// # Errors
/// The store cannot be read.
pub async fn status(app: &App, hook: &Hook) -> anyhow::Result<Status> {
    let now = app.store.now();
    let day = now.saturating_sub(SignedDuration::from_hours(24))?;
    let took = app.store.took(&hook.name, day).await?;
    let last_events = app.store.news_latest(&hook.name, 5).await?.into_iter().map(|it| LastEvent {
        at: it.at,
        kind: it.news.event.kind,
        key: it.news.event.object.key,
        title: it.news.event.object.title,
        actor: it.news.event.actor,
        told: it.news.decisions.len(),
    });
    let more = More {
        days: app.store.days(&hook.name, now.saturating_sub(SignedDuration::from_hours(7 * 24))?).await?,
        failures: app.store.failures(&hook.name, day).await?,
        latency_p50: percentile(&took, 50),
        latency_p99: percentile(&took, 99),
        last_events: last_events.collect(),
        previous_secret_until: hook.previous.as_ref().map(|(_, until)| *until).filter(|it| *it > now),
    };
    Ok(Status { more: Some(more), ..brief(app, hook).await? })
}

/// In milliseconds, of sorted microseconds.
fn percentile(sorted: &[i64], percent: usize) -> Option<f64> {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).map(|it| *it as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_there_is() {
        let all: Vec<i64> = (1..=200).map(|it| it * 1000).collect();
        assert_eq!((percentile(&all, 50), percentile(&all, 99)), (Some(100.0), Some(198.0)));
        assert_eq!((percentile(&[7000], 99), percentile(&[], 50)), (Some(7.0), None));
    }
}
