//! iCalendar: <https://www.rfc-editor.org/rfc/rfc5545>. As much of it as calendars of shifts and of holidays hold, read and
//! written here: the libraries there are bring a second calendar arithmetic, and repeat events in that.

mod read;
mod repeat;
#[cfg(test)]
mod tests;
mod write;

use jiff::Timestamp;

pub use self::{read::read, write::write};

/// An event, or one of a repeated one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub uid: String,
    pub summary: String,
    /// Email addresses of those who take part.
    pub attendees: Vec<String>,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// What was read of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// By when they begin.
    pub events: Vec<Event>,
    /// What could not be read, each a sentence: those events are left out.
    pub problems: Vec<String>,
}
