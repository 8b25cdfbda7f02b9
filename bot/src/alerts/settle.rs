//! What follows from a change of an alert, in the transaction of the change: who is told, what its cards show, what happens later.

use jiff::{SignedDuration, Timestamp};

use super::{
    State,
    batch::{Said, Working},
    mute::Muted,
    store::{self, Row},
    tell,
    timer::{Timer, TimerJob},
};
use crate::{app::App, escalation::Recipient, queue::Queue, store::Tx};

/// How many of several are named in a line.
const NAMED: usize = 5;

/// So many instances of an alert are told one by one.
const EACH: i64 = 8;

/// Whether somebody is to be told of it, if nothing holds that back.
pub(super) fn wants_somebody(row: &Row) -> bool {
    row.state == State::Firing && row.holds_until.is_none()
}

impl App {
    pub(super) async fn settle(&self, tx: &mut Tx, it: &mut Working) -> anyhow::Result<()> {
        let now = tx.now();
        calm_down(it, now);
        instances(it);
        let muted = if wants_somebody(&it.row) { self.muted(tx, &it.row).await? } else { None };
        mute(it, muted.as_ref(), now);
        if wants_somebody(&it.row) && muted.is_none() {
            // What begins while it fires is seen on its card, and ends the paging.
            it.timers.extend(self.next_window(now).map(|at| (Timer::Look, at)));
        }
        let is_told = !it.places.is_empty() || !it.lines.is_empty();
        let posted = tell::cards(tx, it).await?;
        tell::lines(tx, it).await?;
        let wants = wants_somebody(&it.row) && muted.is_none();
        if wants && !it.row.is_paging && it.row.policy.is_some() {
            self.begin_paging(tx, it).await;
        } else if !wants && (it.row.is_paging || it.before.as_ref().is_some_and(wants_somebody)) {
            // Somebody may have been paged by hand, which no policy knows of.
            it.row.is_paging = false;
            if let Err(err) = self.stop_escalating(tx, it.row.id).await {
                tracing::warn!(alert = it.row.id, "Whoever is told of alert {} may be told again: {err:#}", it.row.id);
            }
        }
        tell::lines(tx, it).await?;
        // That it was heard of again is no change that anybody sees.
        let heard = it.before.as_ref().map(|before| Row { heard_at: it.row.heard_at, ..before.clone() });
        let is_seen = is_told || heard.as_ref() != Some(&it.row);
        if is_seen {
            it.row.version += 1;
        }
        store::update(tx, &it.row).await?;
        for (timer, due) in it.timers.drain(..) {
            Queue::enqueue(tx, &TimerJob { alert: it.row.id, timer, due }.into_job()).await?;
        }
        if is_seen {
            tell::redraw(tx, it, &posted).await?;
        }
        let stands = |row: &Row| (row.state, row.acknowledged_by.clone(), row.assigned_to.clone());
        if it.before.as_ref().is_some_and(|before| stands(before) != stands(&it.row)) {
            self.redraw_pages(tx, it.row.id).await?;
        }
        Ok(())
    }

    /// Somebody is told by the alert's policy. That it cannot be does not keep the alert from being known.
    async fn begin_paging(&self, tx: &mut Tx, it: &mut Working) {
        let Some(policy) = it.row.policy.clone() else { return };
        it.row.is_paging = true;
        match self.escalate(tx, it.row.id, &[Recipient::Policy(policy.clone())]).await {
            Ok(begun) => match begun.problem() {
                None => it.say(None, format!("People are paged by the policy {policy}."), Said::Quietly),
                Some(problem) => it.say(None, problem, Said::InChannel),
            },
            Err(err) => {
                tracing::error!(
                    alert = it.row.id,
                    policy,
                    "Nobody is told of alert {} by the policy {policy}: {err:#}",
                    it.row.id
                );
                it.say(None, format!("Nobody could be paged by the policy {policy}: {err}."), Said::InChannel);
            }
        }
    }
}

/// It has not changed for long enough.
fn calm_down(it: &mut Working, now: Timestamp) {
    if it.row.flapping_until.is_some_and(|until| until <= now) {
        it.row.flapping_until = None;
        it.row.changes.clear();
        it.say(None, format!("It is calm again, and {}.", it.row.state.name()), Said::InThread);
    }
}

/// Says what changed of what fires, where the alert itself goes on as before.
fn instances(it: &mut Working) {
    let (fired, ended) = (std::mem::take(&mut it.fired), std::mem::take(&mut it.ended));
    let before = it.before.as_ref().map_or(0, |it| it.firing);
    if it.is_flapping() || it.row.state == State::Resolved || it.row.holds_until.is_some() || !is_news(before, it.row.firing) {
        return;
    }
    let names = |all: &[String]| {
        let more = all.len().saturating_sub(NAMED);
        let named = all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        if more > 0 { format!("{named} and {more} more") } else { named }
    };
    if !fired.is_empty() {
        let verb = if fired.len() == 1 { "fires" } else { "fire" };
        it.say(None, format!("{} {verb} as well: {} in all.", names(&fired), it.row.firing), Said::InThread);
    }
    if !ended.is_empty() {
        let verb = if ended.len() == 1 { "is" } else { "are" };
        it.say(None, format!("{} {verb} well again: {} still on.", names(&ended), it.row.firing), Said::InThread);
    }
}

/// Whether it is worth a line that so many fire where so many did: of a few each, of many only that they are twice as many or half as many. In a
/// storm they are more with each moment, and the card counts them.
fn is_news(before: i64, after: i64) -> bool {
    let (less, more) = (before.min(after), before.max(after));
    less < EACH || less.ilog2() != more.ilog2()
}

/// Notes why nobody is paged.
fn mute(it: &mut Working, muted: Option<&Muted>, now: Timestamp) {
    let why = muted.map(|it| it.why.clone());
    if let Some(muted) = muted
        && let Some(look) = muted.look
    {
        // Not in this very moment: what holds it back holds until then.
        let look = look.max(now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(look));
        it.timers.push((Timer::Look, look));
    }
    if it.row.muted != why && wants_somebody(&it.row) && it.row.policy.is_some() {
        match &why {
            // It is said when it begins, and shown all the time.
            Some(why) if !it.is_flapping() => it.say(None, format!("Nobody is paged for it: {why}."), Said::InThread),
            None if it.before.is_some() => it.say(None, "Nothing holds it back any more.", Said::InThread),
            _ => {}
        }
    }
    it.row.muted = why;
    it.row.muted_until = muted.and_then(|it| it.until);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_only_what_doubles_or_halves_is_told() {
        assert!(is_news(0, 1) && is_news(1, 2) && is_news(7, 8) && is_news(8, 7) && is_news(200, 1));
        assert!(!is_news(8, 9) && !is_news(9, 15) && is_news(15, 16) && is_news(16, 15) && !is_news(40, 33));
        // Ten thousand that come ten at a time are some ten lines.
        let lines = (0..1000).filter(|it| is_news(it * 10, it * 10 + 10)).count();
        assert!(lines <= 12, "{lines}");
    }
}
