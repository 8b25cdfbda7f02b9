//! The picture that goes with what was asked for, where there is enough to draw.

use std::collections::BTreeSet;

use commands::Call;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::store;
use crate::{
    app::{App, OWN},
    chart::{self, Series},
    chat::File,
};

/// What is drawn of scores.
const DRAWN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Fewer hours are no line.
const LEAST: usize = 3;

impl App {
    /// What illustrates the answer to `call`; nothing of most.
    pub async fn pictures_of(&self, call: &Call) -> Vec<File> {
        match (call.group.as_str(), call.action.as_str()) {
            (OWN, "health") => self.scores_drawn(call.params.get("name").and_then(|it| it.as_str())).await.into_iter().collect(),
            (OWN, "noise") => {
                let days = call.params.get("days").and_then(|it| it.as_i64()).unwrap_or(7);
                match self.noise(days).await {
                    Ok(digest) if digest.alerts > 0 => chart::noise(digest).await,
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    async fn scores_drawn(&self, name: Option<&str>) -> Option<File> {
        let now = self.store.now();
        let mut names: Vec<(u8, String)> = self
            .health
            .all()
            .into_iter()
            .filter(|(it, _)| name.is_none_or(|name| name == it))
            .map(|(name, it)| (it.judged.score, name))
            .collect();
        // The picture has room for few: those that need to be looked at.
        names.sort();
        let since = now.saturating_sub(DRAWN).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut known = Vec::new();
        for (_, name) in names.into_iter().take(7) {
            let hours = store::hours(&self.store, &name, since).await.ok()?;
            known.push((name, hours));
        }
        let steps: BTreeSet<i64> = known.iter().flat_map(|(_, hours)| hours.iter().map(|it| it.hour)).collect();
        let (first, last) = (*steps.first()?, *steps.last()?);
        if steps.len() < LEAST {
            return None;
        }
        let steps: Vec<i64> = (first..=last).collect();
        let series = known.into_iter().filter(|(_, hours)| !hours.is_empty()).map(|(name, hours)| {
            let value = |step: &i64| hours.iter().find(|it| it.hour == *step).map(store::Hour::mean);
            Series { name, values: steps.iter().map(value).collect() }
        });
        let format = if steps.len() > 48 { "%a %d" } else { "%H:%M" };
        let label = |step: &i64| {
            let at = Timestamp::from_second(step * 3600).unwrap_or(Timestamp::UNIX_EPOCH);
            at.to_zoned(TimeZone::UTC).strftime(format).to_string()
        };
        let labels = steps.iter().map(label).collect();
        chart::scores("Health, 0 to 100 (UTC)".into(), labels, series.collect()).await
    }
}
