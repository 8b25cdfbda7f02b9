//! Alerts: what fires, who saw to it, and how it ended.
//!
//! An event is an alert where a rule wants it, or where it reports one and a subscription tells it to a channel ([`take`]). What
//! it is about ([`signal`]) leads to one row for all that fires for one reason, and its life is read in [`apply`] (what sources
//! report) and [`act`] (what people do). Each change ends in [`settle`], in the same transaction: whether somebody is paged,
//! what its cards show ([`card`]) and what its story says ([`tell`]), and what happens by itself later ([`timer`]). Why nobody
//! is paged is answered in one place, [`mute`].

pub mod act;
mod apply;
mod batch;
mod card;
mod cause;
mod list;
mod mute;
mod open;
mod page;
pub mod rule;
mod settle;
pub mod signal;
mod silence;
pub(crate) mod store;
mod story;
pub mod take;
mod tell;
#[cfg(test)]
mod tests;
pub mod timer;

use commands::{Message, event::Severity};
use jiff::Timestamp;

pub use self::{
    act::Who,
    list::{Listed, Which},
    silence::store::Silence,
    story::store::Line,
};
use crate::{app::App, people::PersonId, store::Tx};

/// Something that somebody has to see to.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub id: i64,
    pub title: String,
    pub severity: Severity,
    /// The connection or hook that reported it; `bellhop` of the bot's own and of those made by hand.
    pub source: String,
    pub url: Option<String>,
    pub labels: Vec<String>,
    pub state: State,
    /// The rule that made an alert of it.
    pub rule: Option<String>,
    /// The escalation policy that it goes by.
    pub policy: Option<String>,
    /// Who did what it fires for: they are not paged.
    pub caused_by: Option<PersonId>,
    pub acknowledged_by: Option<PersonId>,
    pub opened_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Firing,
    Acknowledged,
    Resolved,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Firing => "firing",
            State::Acknowledged => "acknowledged",
            State::Resolved => "resolved",
        }
    }

    /// The table holds these names and no others.
    fn named(name: &str) -> State {
        match name {
            "firing" => State::Firing,
            "acknowledged" => State::Acknowledged,
            _ => State::Resolved,
        }
    }
}

pub(crate) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    }
}

fn severity_named(name: &str) -> Severity {
    match name {
        "info" => Severity::Info,
        "error" => Severity::Error,
        "critical" => Severity::Critical,
        _ => Severity::Warning,
    }
}

/// An alert that is opened by hand or by the bot itself.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    pub title: String,
    pub text: Option<String>,
    pub severity: Severity,
    pub source: String,
    /// Of two with the same fingerprint only one fires.
    pub fingerprint: String,
    pub caused_by: Option<PersonId>,
    pub policy: Option<String>,
}

impl From<&store::Row> for Alert {
    fn from(row: &store::Row) -> Alert {
        let person = |it: &Option<String>| it.as_deref().and_then(PersonId::parse);
        Alert {
            id: row.id,
            title: row.title.clone(),
            severity: row.severity,
            source: row.source.clone(),
            url: row.url.clone(),
            labels: row.labels.clone(),
            state: row.state,
            rule: row.rule.clone(),
            policy: row.policy.clone(),
            caused_by: person(&row.caused_by),
            acknowledged_by: person(&row.acknowledged_by),
            opened_at: row.opened_at,
        }
    }
}

impl App {
    /// The alert of that number.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn alert(&self, id: i64) -> anyhow::Result<Option<Alert>> {
        Ok(store::seen(&self.store, id).await?.as_ref().map(Alert::from))
    }

    /// The same inside of a transaction, which sees what it wrote itself.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn alert_in(&self, tx: &mut Tx, id: i64) -> anyhow::Result<Option<Alert>> {
        Ok(store::look(tx, id).await?.as_ref().map(Alert::from))
    }

    /// Whether anybody is to be paged for it now: it fires, nobody acknowledged it, and it is neither silenced nor under maintenance. In
    /// the transaction that sends, or claims.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn pages_now(&self, tx: &mut Tx, id: i64) -> anyhow::Result<bool> {
        // The row is not held: whoever sends holds the escalation's, for which whoever acknowledges asks last, and waits.
        let Some(row) = store::look(tx, id).await? else { return Ok(false) };
        Ok(settle::wants_somebody(&row) && self.muted(tx, &row).await?.is_none())
    }

    /// Opens an alert, or finds the one that fires already; its number. What follows (its card) is in the same transaction.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn open_alert(&self, tx: &mut Tx, new: &NewAlert) -> anyhow::Result<i64> {
        self.opened_by_hand(tx, new).await
    }

    /// A line of the alert's timeline: who was paged and how, what failed.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn note_on_alert(&self, tx: &mut Tx, id: i64, who: Option<&PersonId>, text: &str) -> anyhow::Result<()> {
        let who = who.map(ToString::to_string);
        let line = store::add_line(tx, id, who.as_deref(), text).await?;
        tell::story(tx, id, line, text).await?;
        Ok(())
    }

    /// What somebody reads who is paged, as the alert is now: with buttons while there is something to do for `reader`. None where there
    /// is no such alert any more.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn page_message(&self, id: i64, reader: Option<&PersonId>) -> anyhow::Result<Option<Message>> {
        let Some(row) = store::seen(&self.store, id).await? else { return Ok(None) };
        Ok(Some(page::draw(&row, &card::firing(&self.store, id).await?, reader)))
    }
}
