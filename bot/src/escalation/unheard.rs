//! Nobody is paged though somebody should be: that is said where the alert stands, and administrators hear of it, who can mend it.

use super::{
    Begun, Escalation, Policy,
    store::{self, State},
    whom::Whom,
};
use crate::{app::App, config::source::nearest, dispatch::post::note::NoteJob, queue::Queue, resources::Named, store::Tx};

impl Begun {
    /// What is said of it, where it pages nobody.
    pub fn problem(&self) -> Option<String> {
        match self {
            Begun::Pages => None,
            Begun::Nobody(why) => Some(format!("Nobody is paged: {} `/bellhop page` pages somebody by name.", sentence(why))),
        }
    }
}

impl App {
    /// What is wrong with the name of a policy that is not there, as the end of a sentence.
    pub fn no_policy(&self, name: &str) -> String {
        let all = self.resources.all::<Policy>();
        let hint = match all.is_empty() {
            true => String::new(),
            false => nearest(name, all.iter().map(|it| it.name.as_str())),
        };
        format!("there is no escalation policy `{name}`{hint}")
    }

    /// The policies that page by this schedule or team.
    pub fn policies_that_page(&self, whom: &Whom) -> Vec<String> {
        let is_it = |it: &Whom| it.to_string().eq_ignore_ascii_case(&whom.to_string());
        let pages = |it: &Named<Policy>| {
            let last = it.value.last.iter().filter_map(|it| Whom::parse(it).ok());
            it.value.read().into_iter().flat_map(|it| it.whom).chain(last).any(|it| is_it(&it))
        };
        self.resources.all::<Policy>().into_iter().filter(pages).map(|it| it.name).collect()
    }

    /// Administrators hear that nobody is paged for it, and why: once a day of each policy.
    pub(super) async fn tell_unheard(&self, tx: &mut Tx, alert: i64, policy: &str, why: &str) -> anyhow::Result<()> {
        let title = self.alert_in(tx, alert).await?.map_or_else(|| format!("alert {alert}"), |it| it.title);
        tracing::error!(alert, policy, "Nobody is paged for alert {alert}: {why}");
        metrics::counter!("bellhop_escalations_unheard_total").increment(1);
        Queue::enqueue(
            tx,
            &NoteJob::unheard(policy, alert, &format!("Alert {alert}, {title}: {}", sentence(why))).into_job(tx.now()),
        )
        .await?;
        Ok(())
    }

    /// Tells of an escalation that is through, where none of its pages reached anybody or still may.
    pub(super) async fn look_for_hearers(&self, tx: &mut Tx, row: &Escalation) -> anyhow::Result<()> {
        if row.state != State::Ended || store::is_heard(tx, row.alert, row.begun_at).await? {
            return Ok(());
        }
        let why = "all of its steps were gone through, and nobody could be reached";
        self.tell_unheard(tx, row.alert, &row.plan.title(), why).await
    }
}

/// The end of a sentence, with what ends it.
fn sentence(why: &str) -> String {
    if why.ends_with('?') { why.to_owned() } else { format!("{why}.") }
}
