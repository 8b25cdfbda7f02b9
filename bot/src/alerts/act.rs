//! What people do about alerts. Each is one transaction, and what follows from it is in it.

use commands::{Actor, Error, ErrorKind, Result, Text, filter::Filter};
use jiff::{SignedDuration, Timestamp};

use super::{
    Alert, State, apply,
    batch::{Batch, Said, Working},
    rule::{say_span, span},
    store::{self, Line, Silence},
    tell,
    timer::{self, Timer},
};
use crate::{
    app::App,
    escalation::Recipient,
    people::PersonId,
    store::{Tx, unreadable},
};

/// Lines of a story that are shown.
const STORY: i64 = 100;

/// Somebody who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// `slack:T1:U1`
    pub id: String,
    pub name: String,
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Who {
        Who { id: PersonId::from(actor).to_string(), name: actor.name.clone() }
    }
}

/// When whoever acknowledged it is reminded: a quarter of the time before it ends, a quarter of an hour at most.
pub(super) fn reminds_at(since: Option<Timestamp>, until: Timestamp) -> Option<Timestamp> {
    let quarter = until.duration_since(since?) / 4;
    until.checked_sub(quarter.min(SignedDuration::from_mins(15))).ok()
}

fn unknown(id: i64) -> Error {
    Error::not_found(format!("There is no alert {id}. `bellhop alerts` lists those that there are."))
}

fn conflict(message: String) -> Error {
    Error::new(ErrorKind::Conflict, message)
}

fn is_over(it: &Working) -> Result<()> {
    match it.row.state {
        State::Resolved => Err(conflict(format!("Alert {} is resolved already: nothing is left to do.", it.row.id))),
        _ => Ok(()),
    }
}

impl App {
    async fn change(&self, id: i64, change: impl AsyncFnOnce(&App, &mut Tx, &mut Working) -> Result<()>) -> Result<Alert> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let mut batch = Batch::default();
        let Some(it) = batch.get(&mut tx, id).await.map_err(unreadable)?.filter(|it| it.row.holds_until.is_none()) else {
            return Err(unknown(id));
        };
        change(self, &mut tx, it).await?;
        batch.finish(self, &mut tx).await.map_err(unreadable)?;
        let alert = self.alert_in(&mut tx, id).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        alert.ok_or_else(|| unknown(id))
    }

    /// Somebody sees to it, until then or, as its rule says, for good.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Conflict`] where somebody else does already, or it is over.
    pub async fn acknowledge_alert(&self, id: i64, who: &Who, until: Option<Timestamp>) -> Result<Alert> {
        self.change(id, async |app, tx, it| {
            is_over(it)?;
            let now = tx.now();
            if it.row.state == State::Acknowledged && it.row.acknowledged_by.as_deref() != Some(&who.id) {
                let by = it.row.acknowledged_name.clone().unwrap_or_default();
                return Err(conflict(format!(
                    "{by} has acknowledged alert {id} already. `alert assign {id} @you` takes it over."
                )));
            }
            let ruled = app.alert_rule(it.row.rule.as_deref()).and_then(|it| span(it.rule.acknowledged_for.as_deref()?));
            let until = until.or_else(|| now.checked_add(ruled?).ok());
            let row = &mut it.row;
            row.state = State::Acknowledged;
            (row.acknowledged_by, row.acknowledged_name) = (Some(who.id.clone()), Some(who.name.clone()));
            (row.acknowledged_at, row.acknowledged_until) = (Some(now), until);
            row.repeat_at = None;
            row.acted_at.get_or_insert(now);
            let how_long = until.map(|until| format!(" for {}", say_span(until.duration_since(now)))).unwrap_or_default();
            if let Some(until) = until {
                it.timers.push((Timer::Unacknowledge, until));
                it.timers.extend(reminds_at(Some(now), until).map(|at| (Timer::Remind, at)));
            }
            it.say(Some(&who.id), format!("Acknowledged by {}{how_long}.", who.name), Said::InThread);
            Ok(())
        })
        .await
    }

    /// Nobody sees to it after all: people are told of it again.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Conflict`] where nobody has acknowledged it.
    pub async fn unacknowledge_alert(&self, id: i64, who: &Who) -> Result<Alert> {
        self.change(id, async |app, tx, it| {
            is_over(it)?;
            if it.row.state == State::Firing {
                return Err(conflict(format!("Nobody has acknowledged alert {id}.")));
            }
            it.row.state = State::Firing;
            it.forget_acknowledgement();
            it.say(Some(&who.id), format!("{} took the acknowledgement back.", who.name), Said::InThread);
            let every = app.alert_rule(it.row.rule.as_deref()).and_then(|it| span(it.rule.repeat.as_deref()?));
            timer::set_repeat(it, every, tx.now());
            Ok(())
        })
        .await
    }

    /// It is over.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Conflict`] where it is over already.
    pub async fn resolve_alert(&self, id: i64, who: &Who, note: Option<&str>) -> Result<Alert> {
        self.change(id, async |_, tx, it| {
            is_over(it)?;
            store::end_instances(tx, id).await.map_err(unreadable)?;
            let note = note.map(|it| format!(": {it}")).unwrap_or_else(|| ".".into());
            let after = say_span(tx.now().duration_since(it.row.opened_at));
            let text = format!("Resolved by {} after {after}{note}", who.name);
            apply::resolve(tx, it, &who.name, Some(&who.id), &text).await.map_err(unreadable)
        })
        .await
    }

    /// It is given to somebody.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Conflict`] where it is over.
    pub async fn assign_alert(&self, id: i64, who: &Who, to: &Who) -> Result<Alert> {
        self.change(id, async |app, tx, it| {
            is_over(it)?;
            (it.row.assigned_to, it.row.assigned_name) = (Some(to.id.clone()), Some(to.name.clone()));
            if who.id == to.id {
                it.say(Some(&who.id), format!("{} takes it.", who.name), Said::InThread);
                return Ok(());
            }
            it.say_naming(Some(&who.id), &format!("{} gave it to ", who.name), to, ".");
            let said = Text::new().plain(format!("{} gave you an alert.", who.name));
            let key = format!("assigned:{}", tx.now().as_microsecond());
            tell::directly(app, tx, &it.row, to, said, Vec::new(), &key).await.map_err(unreadable)
        })
        .await
    }

    /// Somebody notes something.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`].
    pub async fn note_alert(&self, id: i64, who: &Who, text: &str) -> Result<Alert> {
        self.change(id, async |_, _, it| {
            it.say(Some(&who.id), format!("{}: {}", who.name, apply::cut(text, 2_000)), Said::InThread);
            Ok(())
        })
        .await
    }

    /// More people are told: those of the policy's next step, or those that are named.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Conflict`] where it is over, or where nothing says whom to tell.
    pub async fn escalate_alert(&self, id: i64, who: &Who, to: &[Recipient]) -> Result<Alert> {
        self.change(id, async |app, tx, it| {
            is_over(it)?;
            if to.is_empty() && it.row.policy.is_none() {
                return Err(conflict(format!(
                    "Alert {id} goes by no escalation policy: say whom to tell, as in `bellhop alert escalate {id} to=platform`."
                )));
            }
            it.say(Some(&who.id), format!("{} asked for more help.", who.name), Said::InThread);
            // Who asks for help has not got it in hand.
            if it.row.state == State::Acknowledged {
                it.row.state = State::Firing;
                it.forget_acknowledgement();
            }
            let done = match (to, it.row.is_paging) {
                ([], true) => app.escalate_further(tx, id).await,
                // Settling it begins.
                ([], false) => Ok(()),
                (to, _) => {
                    it.row.is_paging = true;
                    app.escalate(tx, id, to).await.map(|begun| {
                        if let Some(problem) = begun.problem() {
                            it.say(None, problem, Said::InThread);
                        }
                    })
                }
            };
            done.map_err(|err| conflict(format!("Nobody more could be told of alert {id}: {err}.")))
        })
        .await
    }

    /// Nobody is paged for it until then; without a moment, until it is resolved.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Conflict`] where it is over.
    pub async fn silence_alert(&self, id: i64, who: &Who, until: Option<Timestamp>, why: &str) -> Result<Alert> {
        self.change(id, async |_, tx, it| {
            is_over(it)?;
            let now = tx.now();
            let silence = Silence {
                id: 0,
                filter: String::new(),
                group_key: Some(it.row.group_key.clone()),
                title: it.row.title.clone(),
                until,
                who: who.id.clone(),
                who_name: who.name.clone(),
                why: why.to_owned(),
                made_at: now,
            };
            let number = store::add_silence(tx, &silence).await.map_err(unreadable)?;
            let how_long =
                until.map_or_else(|| "until it is resolved".into(), |it| format!("for {}", say_span(it.duration_since(now))));
            it.say(Some(&who.id), format!("{} silenced it {how_long} (silence {number}).", who.name), Said::InThread);
            Ok(())
        })
        .await
    }

    /// Nobody is paged for what passes the filter; the silence's number.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn silence(&self, filter: &Filter, who: &Who, until: Timestamp, why: &str) -> Result<i64> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        let silence = Silence {
            id: 0,
            filter: filter.to_string(),
            group_key: None,
            title: filter.to_string(),
            until: Some(until),
            who: who.id.clone(),
            who_name: who.name.clone(),
            why: why.to_owned(),
            made_at: tx.now(),
        };
        let id = store::add_silence(&mut tx, &silence).await.map_err(unreadable)?;
        self.settle_all(&mut tx).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        Ok(id)
    }

    /// Ends a silence.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where it has ended already.
    pub async fn unsilence(&self, id: i64) -> Result<()> {
        let mut tx = self.store.begin().await.map_err(unreadable)?;
        if !store::end_silence(&mut tx, id).await.map_err(unreadable)? {
            return Err(Error::not_found(format!(
                "There is no silence {id}, or it has ended. `bellhop silences` lists those that hold."
            )));
        }
        self.settle_all(&mut tx).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)
    }

    /// Looks at all that is open again: what holds people back has changed.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn settle_all(&self, tx: &mut Tx) -> anyhow::Result<()> {
        let mut batch = Batch::default();
        for id in store::open_ids(tx).await? {
            batch.get(tx, id).await?;
        }
        batch.finish(self, tx).await
    }

    /// The silences that hold.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn silences(&self) -> anyhow::Result<Vec<Silence>> {
        Ok(store::silences(self.store.read(), self.store.now()).await?)
    }

    /// An alert's story.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn alert_story(&self, id: i64) -> anyhow::Result<Vec<Line>> {
        Ok(store::lines(self.store.read(), id, STORY).await?)
    }
}
