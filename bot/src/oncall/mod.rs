//! Who is on call: schedules, and what changes them for a while.

pub mod rota;

use commands::Result;
use jiff::Timestamp;

use crate::{app::App, people::PersonId};

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
    /// There is no such schedule; the store cannot be read.
    pub async fn on_call(&self, schedule: &str, at: Timestamp) -> Result<Vec<OnCall>> {
        Err(commands::Error::internal(format!("{schedule} {at}")))
    }
}
