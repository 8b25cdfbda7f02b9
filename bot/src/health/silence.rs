//! Sources that fell silent: longer than is usual for them at this hour of this day of the week.
//!
//! Of the last five weeks is known how many events came in each hour. How often something came in the same hour of earlier weeks
//! says how likely it is that nothing comes in this one; a silence of several hours is as likely as all of them together. Times
//! when the bot itself was away do not count: nothing could be heard then.

use std::collections::{BTreeMap, BTreeSet};

use connectors::State;
use jiff::{SignedDuration, Timestamp};

use super::{QUEUE, observe, settle::Standing, store};
use crate::{
    app::App,
    builtins::jobs::age,
    store::{RHYTHM_KEPT, Store},
};

/// Hours of a week.
const WEEK: i64 = 168;
/// So many weeks must be known.
const ENOUGH: i64 = 2;
/// A silence that is less likely than this is told.
const UNLIKELY: f64 = 0.001;
/// Longer silences are not looked at hour by hour.
const LOOKED_AT: i64 = 14 * 24;

/// How likely it is that nothing came since `last`: the hours in which something came, the hours in which the bot was there to
/// hear it; none while too little is known.
pub fn likelihood(heard: &BTreeMap<i64, i64>, awake: &BTreeSet<i64>, last: i64, now: i64) -> Option<f64> {
    let first = *heard.keys().next()?;
    let weeks = (now - first) / WEEK;
    if weeks < ENOUGH {
        return None;
    }
    let came = |hour: i64| (1..=weeks).filter(|week| heard.contains_key(&(hour - week * WEEK))).count();
    let from = (last + 1).max(now - LOOKED_AT);
    // The hour that is not over yet says nothing.
    let silent = (from..now).filter(|it| awake.contains(it)).map(|hour| {
        // The hours beside it as well: people's clocks are put back and forth, and nobody begins on the stroke.
        let least = (hour - 1..=hour + 1).map(came).min().unwrap_or(0);
        1.0 - least as f64 / (weeks + 1) as f64
    });
    Some(silent.product())
}

/// The same of `source` as it is now.
pub(super) async fn of(store: &Store, source: &str) -> anyhow::Result<Option<f64>> {
    let now = store.now();
    let heard = store::rhythm(store, source, now.saturating_sub(RHYTHM_KEPT)?).await?;
    let Some(last) = heard.keys().next_back().copied() else { return Ok(None) };
    let awake = store::hours(store, QUEUE, now.saturating_sub(SignedDuration::from_hours(LOOKED_AT))?).await?;
    let awake = awake.into_iter().map(|it| it.hour).collect();
    Ok(likelihood(&heard, &awake, last, store::hour_of(now)))
}

impl App {
    /// Tells of sources that fell silent, and of those that are heard again.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub(super) async fn watch_sources(&self) -> anyhow::Result<()> {
        if !self.health.config.silence {
            return Ok(());
        }
        let now = self.store.now();
        let standings = store::standings(&self.store).await?;
        for source in store::sources(&self.store, now.saturating_sub(RHYTHM_KEPT)?).await? {
            let name = format!("source:{source}");
            let was = standings.get(&name).cloned().unwrap_or_else(|| Standing::new(now));
            if self.connections.get(&source).is_err() && self.hooks.find(&source).is_none() {
                continue;
            }
            // What is known to be down explains its silence.
            let is_down = standings.get(&source).is_some_and(|it| it.state == State::Failed);
            let likely = if is_down { None } else { of(&self.store, &source).await? };
            let Some(likely) = likely else { continue };
            let is = if likely < UNLIKELY { State::Warning } else { State::Ok };
            if is == was.state {
                continue;
            }
            let last = store::last_heard(&self.store, &source).await?;
            let event = match is {
                State::Ok => heard_again(&source, now, now.duration_since(was.since)),
                _ => silent(&source, now, last),
            };
            let standing = Standing { state: is, since: now, ..was };
            let mut tx = self.store.begin().await?;
            standing.record(&mut tx, &name).await?;
            self.announce(&mut tx, vec![event]).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

fn silent(source: &str, now: Timestamp, last: Option<Timestamp>) -> commands::Event {
    let since = last.map(|it| format!(" for {}", age(now.duration_since(it)))).unwrap_or_default();
    let text = format!(
        "Nothing has come from `{source}`{since}, which is longer than is usual at this time of the week. See whether it still sends."
    );
    observe::event(
        "source.silent",
        source,
        &format!("The source {source}"),
        now,
        commands::event::Severity::Warning,
        "silent",
        text,
    )
}

fn heard_again(source: &str, now: Timestamp, silent: SignedDuration) -> commands::Event {
    let text = format!("It reports again, {} after its silence was told.", age(silent));
    observe::event("source.recovered", source, &format!("The source {source}"), now, commands::event::Severity::Info, "ok", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday, 00:00.
    const MONDAY: i64 = WEEK * 2900 + 4 * 24;

    /// Each working day from 8 to 18, for so many weeks before now.
    fn office(weeks: i64) -> BTreeMap<i64, i64> {
        let days = (-weeks * 7..0).filter(|day| day.rem_euclid(7) < 5);
        days.flat_map(|day| (8..18).map(move |hour| (MONDAY + day * 24 + hour, 5))).collect()
    }

    fn silence(weeks: i64, last: i64, now: i64) -> Option<f64> {
        likelihood(&office(weeks), &(MONDAY - 1000..MONDAY + 1000).collect(), last, now)
    }

    #[test]
    fn a_weekend_is_silent_and_a_monday_is_not() {
        let friday = MONDAY - 3 * 24 + 17;
        assert_eq!(silence(4, friday, MONDAY + 8), Some(1.0), "a weekend and a night");
        let noon = silence(4, friday, MONDAY + 12).expect("known");
        let evening = silence(4, friday, MONDAY + 17).expect("known");
        assert!(noon > UNLIKELY && evening < UNLIKELY, "{noon} {evening}");
        assert!(silence(2, friday, MONDAY + 17).expect("known") > evening, "less is known");
    }

    #[test]
    fn an_hour_off_is_no_silence() {
        let friday = MONDAY - 3 * 24 + 17;
        // The first hour of the day is not counted on: the clock may have been put back.
        assert_eq!(silence(4, friday, MONDAY + 9), Some(1.0));
    }

    #[test]
    fn who_was_away_heard_nothing() {
        let friday = MONDAY - 3 * 24 + 17;
        assert_eq!(likelihood(&office(4), &BTreeSet::new(), friday, MONDAY + 17), Some(1.0));
    }

    #[test]
    fn of_a_new_source_nothing_is_usual() {
        assert_eq!(silence(1, MONDAY - 24, MONDAY + 17), None);
        assert_eq!(likelihood(&BTreeMap::new(), &BTreeSet::new(), 0, 0), None);
    }
}
