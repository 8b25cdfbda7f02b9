//! Escalation: who is told of an alert, how, and who next when nobody sees to it.
//!
//! A [`Policy`] says in steps whom to page. An alert's escalation is one row: the plan as it was when it began, the step that is
//! next, and when. It is begun, stopped and hurried in the transaction of whoever decides so ([`App::escalate`]), and its timer
//! is a job ([`timer`]). What a timer does (pages, the next step, its timer) is one transaction ([`desk`]); a row's `tick` grows
//! with each, so a timer that fires twice, or after somebody stopped it, does nothing.
//!
//! Whom a step names is asked when it fires, outside of any transaction ([`whom`]), and how each person wants to be paged is
//! theirs to say ([`reach`]). Each way to reach somebody is a row and a job ([`page`]), which asks once more, in the transaction
//! that marks it as being sent, whether anybody is to be paged at all. A way that fails brings the next one forward; somebody
//! who cannot be reached at all brings the next step forward. What was sent is edited when somebody sees to the alert ([`edit`]).

pub mod desk;
pub mod edit;
mod hours;
mod landed;
pub mod page;
pub mod plan;
pub mod policy;
pub mod reach;
pub mod shown;
mod store;
#[cfg(test)]
mod tests;
pub mod timer;
pub mod told;
mod unheard;
pub mod verify;
pub mod whom;

use anyhow::Context;

pub use self::{
    plan::{Plan, Step},
    policy::Policy,
    store::{Escalation, Page, PageState, State},
    whom::Whom,
};
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

/// What came of beginning an escalation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "whoever waits for help has to see that nobody is paged"]
pub enum Begun {
    Pages,
    /// There is nobody to page; why, as the end of a sentence. Administrators hear of it.
    Nobody(String),
}

impl App {
    /// Begins telling of the alert, or begins anew: rows and jobs of the same transaction. Several recipients are told one
    /// after the other: those that are no policy first, all at once.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn escalate(&self, tx: &mut Tx, alert: i64, to: &[Recipient]) -> anyhow::Result<Begun> {
        let plan = self.paging_plan(to);
        if plan.steps.is_empty() {
            let why = plan.policy.as_deref().map_or_else(|| "it names nobody".to_owned(), |it| self.no_policy(it));
            self.tell_unheard(tx, alert, &plan.title(), &why).await?;
            return Ok(Begun::Nobody(why));
        }
        let now = tx.now();
        let tick = store::begin(tx, alert, &plan, now).await.context("an escalation cannot be begun")?;
        timer::EscalateJob { alert, tick }.enqueue(tx, now).await?;
        Ok(Begun::Pages)
    }

    /// The next step at once: somebody asked for more help.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn escalate_further(&self, tx: &mut Tx, alert: i64) -> anyhow::Result<()> {
        let now = tx.now();
        let Some(row) = store::lock(tx, alert).await? else {
            let text = "Nobody else is paged: this alert has no escalation policy. `/bellhop page` pages somebody by name.";
            return self.note_on_alert(tx, alert, None, text).await;
        };
        // After the last resort there is nobody left: it begins again at the first step.
        let (step, round) = if row.state == State::Ended { (0, 0) } else { (row.step, row.round) };
        let next = Escalation { state: State::Running, step, round, tick: row.tick + 1, due: Some(now), ..row };
        store::write(tx, &next, now).await?;
        timer::EscalateJob { alert, tick: next.tick }.enqueue(tx, now).await?;
        shown::redraw(self, tx, &[alert]).await
    }

    /// Nobody is paged for it any more, from when this commits: it was acknowledged, resolved or silenced.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn stop_escalating(&self, tx: &mut Tx, alert: i64) -> anyhow::Result<()> {
        let now = tx.now();
        // Locked first: whoever is about to send a page waits for this commit, or was marked as sending before it.
        let Some(row) = store::lock(tx, alert).await? else { return Ok(()) };
        let stopped = Escalation { state: State::Stopped, tick: row.tick + 1, due: None, ..row };
        store::write(tx, &stopped, now).await?;
        store::call_off(tx, alert, now).await?;
        shown::redraw(self, tx, &[alert]).await
    }

    /// How an alert's escalation stands; none where it never had one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn escalation(&self, alert: i64) -> anyhow::Result<Option<Escalation>> {
        store::read(&self.store, alert).await
    }

    /// Whether the alert has an escalation already.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn is_escalated(&self, tx: &mut Tx, alert: i64) -> anyhow::Result<bool> {
        Ok(store::lock(tx, alert).await?.is_some())
    }

    /// What is under way, the one that is due first in front.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn escalations(&self, limit: u32) -> anyhow::Result<Vec<Escalation>> {
        store::running(&self.store, limit).await
    }

    /// All pages of an alert, in the order in which they were made.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn pages(&self, alert: i64) -> anyhow::Result<Vec<Page>> {
        store::pages(&self.store, alert).await
    }

    /// What these recipients come to, as things are now.
    pub fn paging_plan(&self, to: &[Recipient]) -> Plan {
        let mut plan = Plan::default();
        let direct: Vec<Whom> = to.iter().filter_map(Whom::of).collect();
        for recipient in to {
            let Recipient::Policy(name) = recipient else { continue };
            plan.policy.get_or_insert_with(|| name.clone());
            match self.resources.get::<Policy>(name) {
                Some(named) => plan.add(&named.name, &named.value),
                None => tracing::error!(policy = %name, "There is no escalation policy `{name}`, so it pages nobody"),
            }
        }
        if !direct.is_empty() {
            let wait = if plan.steps.is_empty() { policy::WAIT } else { std::time::Duration::ZERO };
            plan.steps.insert(0, Step::of(direct, wait));
        }
        plan
    }
}
