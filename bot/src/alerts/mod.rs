//! Alerts: what fires, who saw to it, and how it ended.

use commands::{Message, event::Severity};
use jiff::Timestamp;

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

impl App {
    /// The alert of that number.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn alert(&self, id: i64) -> anyhow::Result<Option<Alert>> {
        anyhow::bail!("alert {id}")
    }

    /// Whether anybody is to be paged for it now: it fires, nobody acknowledged it, and it is neither silenced nor under maintenance. In
    /// the transaction that sends, or claims.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn pages_now(&self, tx: &mut Tx, id: i64) -> anyhow::Result<bool> {
        let _ = tx;
        anyhow::bail!("alert {id}")
    }

    /// Opens an alert, or finds the one that fires already; its number. What follows (its card) is in the same transaction.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn open_alert(&self, tx: &mut Tx, new: &NewAlert) -> anyhow::Result<i64> {
        let _ = tx;
        anyhow::bail!("alert {}", new.title)
    }

    /// A line of the alert's timeline: who was paged and how, what failed.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn note_on_alert(&self, tx: &mut Tx, id: i64, who: Option<&PersonId>, text: &str) -> anyhow::Result<()> {
        let _ = (tx, who);
        anyhow::bail!("alert {id}: {text}")
    }

    /// What somebody reads who is paged, with buttons to acknowledge, resolve, silence and escalate.
    pub fn page_message(&self, alert: &Alert) -> Message {
        Message::text(commands::Text::new().plain(alert.title.clone()))
    }
}
