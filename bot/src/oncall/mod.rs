//! Who is on call: schedules, and what changes them for a while.
//!
//! A [`Schedule`] is a document. [`load`] finds its people, reads its calendars and lays its overrides over it; [`rota`] says who
//! is on call when, and knows nothing else. [`follow`] is the job that keeps what shows it (user groups, a channel's header) as it is
//! and tells of handoffs. Its timers are jobs at the moments at which something changes; what one finds is what is true then, so
//! a timer that is late, or one too many, does no harm.

mod calendars;
mod feed;
mod follow;
mod handoff;
pub mod ical;
mod load;
pub mod rota;
pub mod schedule;
pub mod show;
pub(crate) mod store;
pub mod swap;
#[cfg(test)]
mod tests;
pub mod words;

use commands::{Error, Result};
use jiff::Timestamp;

pub use self::{
    calendars::shown as calendar_shown,
    feed::routes,
    follow::{Follow, FollowJob, start, watch},
    load::Loaded,
    schedule::Schedule,
    store::Override,
};
use crate::{app::App, people::PersonId, store::unreadable};

/// Somebody who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    pub schedule: String,
    pub person: PersonId,
    /// As their chat calls them, as far as known.
    pub name: String,
    pub since: Timestamp,
    /// None: nobody follows.
    pub until: Option<Timestamp>,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Shift,
    Override,
}

impl App {
    /// Who is on call by that schedule at that moment; nobody in a gap.
    ///
    /// # Errors
    /// There is no such schedule; the store cannot be read; whoever is on call cannot be found.
    pub async fn on_call(&self, schedule: &str, at: Timestamp) -> Result<Vec<OnCall>> {
        let loaded = self.rota(schedule).await?;
        let duties = loaded.rota.on_call(at);
        let found: Vec<OnCall> = duties
            .iter()
            .filter_map(|duty| {
                let known = loaded.people.get(&duty.person)?;
                Some(OnCall {
                    schedule: loaded.name.clone(),
                    person: known.person.clone(),
                    name: known.label.clone(),
                    since: loaded.rota.since_of(&duty.person, at),
                    until: loaded.rota.until_of(&duty.person, at),
                    why: duty.why,
                })
            })
            .collect();
        match (duties.first(), found.is_empty()) {
            (Some(duty), true) => Err(Error::not_found(format!(
                "`{}` is on call by `{}`, and no chat knows who that is. {}",
                duty.person,
                loaded.name,
                loaded.problems.join(" ")
            ))),
            _ => Ok(found),
        }
    }
}
