//! Escalation: who is told of an alert, how, and who next when nobody sees to it.

use crate::{app::App, people::PersonId, store::Tx};

/// Whom an alert goes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Recipient {
    /// By the policy of that name.
    Policy(String),
    Person(PersonId),
    /// Who is on call by it.
    Schedule(String),
    /// All of a team.
    Team(String),
}

impl App {
    /// Begins telling of the alert, or begins anew: rows and jobs of the same transaction.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn escalate(&self, tx: &mut Tx, alert: i64, to: &[Recipient]) -> anyhow::Result<()> {
        let _ = (tx, to);
        anyhow::bail!("alert {alert}")
    }

    /// The next step at once: somebody asked for more help.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn escalate_further(&self, tx: &mut Tx, alert: i64) -> anyhow::Result<()> {
        let _ = tx;
        anyhow::bail!("alert {alert}")
    }

    /// Nobody is paged for it any more, from when this commits: it was acknowledged, resolved or silenced.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn stop_escalating(&self, tx: &mut Tx, alert: i64) -> anyhow::Result<()> {
        let _ = tx;
        anyhow::bail!("alert {alert}")
    }
}
