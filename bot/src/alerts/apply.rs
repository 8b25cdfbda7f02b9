//! What becomes of alerts by what sources report: fingerprint, group, state and story of each event, in one transaction.

use commands::{Event, event::Severity};
use jiff::{SignedDuration, Timestamp};

use super::{
    State,
    batch::{Batch, Said, Working},
    rule::{Ready, say_span, span},
    signal::{self, Signal},
    store::{self, Instance},
    take::Taken,
    timer::{self, Timer},
};
use crate::{
    app::App,
    notify::{
        card::{self, tone},
        people::Names,
    },
    store::Tx,
};

/// What fires again within this time is the same alert.
const REOPENS: SignedDuration = SignedDuration::from_mins(15);
/// The longest text that is kept, in characters.
pub(super) const TEXT: usize = 2_000;

impl App {
    /// The alert that each event belongs to now; none where it is about nothing that fires.
    pub(super) async fn apply(&self, tx: &mut Tx, all: &[Taken]) -> anyhow::Result<Vec<Option<i64>>> {
        let mut batch = Batch::default();
        let mut found = Vec::with_capacity(all.len());
        for taken in all {
            found.push(self.apply_one(tx, &mut batch, taken).await?);
        }
        batch.finish(self, tx).await?;
        Ok(found)
    }

    async fn apply_one(&self, tx: &mut Tx, batch: &mut Batch, taken: &Taken) -> anyhow::Result<Option<i64>> {
        let event = &taken.event;
        let fingerprint = signal::fingerprint(event);
        let instance = store::firing(tx, &fingerprint).await?;
        let is_new = store::take(tx, &format!("{}:{}", event.source, event.id)).await?;
        let known = instance.as_ref().map(|it| it.alert);
        if !is_new {
            if let Some(id) = known
                && let Some(it) = batch.get(tx, id).await?
            {
                it.row.heard_at = tx.now();
            }
            // An event that was taken is told nowhere else.
            return Ok(Some(known.unwrap_or_default()));
        }
        let signal = Signal::of(event);
        // Deliveries may come in another order than what they report happened.
        let is_late = instance.as_ref().is_some_and(|it| event.at < it.event_at);
        match (signal, instance) {
            (Signal::Fires, Some(instance)) if is_late => Ok(Some(instance.alert)),
            (Signal::Fires, instance) => {
                let id = self.fires(tx, batch, taken, fingerprint, instance).await?;
                if let Some(it) = batch.get(tx, id).await? {
                    let wanted = taken.to.iter().map(|place| (place.clone(), taken.key(place)));
                    it.places.extend(wanted);
                }
                Ok(Some(id))
            }
            (_, None) => Ok(None),
            (_, Some(instance)) => {
                let id = instance.alert;
                let Some(it) = batch.get(tx, id).await? else { return Ok(None) };
                it.row.heard_at = tx.now();
                match signal {
                    Signal::Ends if !is_late => ends(tx, it, instance, event).await?,
                    Signal::Ends => {}
                    Signal::Acknowledged if it.row.state == State::Firing => {
                        let name = event.actor.clone().unwrap_or_else(|| event.source.clone());
                        it.row.state = State::Acknowledged;
                        it.row.acknowledged_at = Some(tx.now());
                        it.row.acknowledged_name = Some(name.clone());
                        it.row.repeat_at = None;
                        it.acted(tx.now());
                        it.say(None, format!("Acknowledged by {name} in {}.", event.source), Said::InThread);
                    }
                    Signal::Unacknowledged if it.row.state == State::Acknowledged => {
                        it.row.state = State::Firing;
                        it.forget_acknowledgement();
                        it.say(None, format!("Not acknowledged any more in {}.", event.source), Said::InThread);
                    }
                    _ => {
                        let mut text = card::line(event, &Names::none()).to_plain();
                        if let Some(said) = event.text.as_ref().filter(|it| !it.trim().is_empty()) {
                            text = format!("{text}: {}", cut(said, 300));
                        }
                        it.say(None, text, Said::InThread);
                    }
                }
                Ok(Some(id))
            }
        }
    }

    /// The alert that it fires of.
    async fn fires(
        &self,
        tx: &mut Tx,
        batch: &mut Batch,
        taken: &Taken,
        fingerprint: String,
        instance: Option<Instance>,
    ) -> anyhow::Result<i64> {
        let (event, now) = (&taken.event, tx.now());
        if let Some(instance) = instance {
            let id = instance.alert;
            if let Some(it) = batch.get(tx, id).await? {
                it.row.heard_at = now;
                worse(it, severity(event, self.alert_rule(it.row.rule.as_deref()).as_ref()));
                it.row.text = event.text.as_deref().map(|it| cut(it, TEXT)).or(it.row.text.take());
                it.row.event = event.clone();
                store::put_instance(tx, &Instance { event_at: event.at, event: event.clone(), ..instance }).await?;
            }
            return Ok(id);
        }
        let rule = self.alert_rule(taken.rule.as_deref());
        let group = signal::group(event, rule.as_ref().map(|it| (it.name.as_str(), &it.rule)));
        let name = signal::instance_name(event);
        let known = match batch.of_group(tx, &group).await? {
            Some(id) => match batch.get(tx, id).await? {
                // Somebody may have resolved it: what fires now is then another, or the same again soon after.
                Some(it) if it.row.state == State::Resolved => {
                    let over = it.row.resolved_at.unwrap_or(it.row.changed_at);
                    (now.duration_since(over) <= REOPENS && it.row.holds_until.is_none()).then_some(id)
                }
                found => found.map(|it| it.row.id),
            },
            None => None,
        };
        let (id, is_new) = match known {
            Some(id) => (id, false),
            None => self.opened(tx, batch, event, rule.as_ref(), group).await?,
        };
        let last = store::instance_of(tx, id, &fingerprint).await?;
        let is_known = last.is_some();
        store::put_instance(
            tx,
            &Instance {
                alert: id,
                fingerprint,
                name: name.clone(),
                is_firing: true,
                since: now,
                event_at: event.at,
                event: event.clone(),
            },
        )
        .await?;
        let Some(it) = batch.get(tx, id).await? else { return Ok(id) };
        it.row.firing += 1;
        it.row.total += i64::from(!is_known);
        it.row.heard_at = now;
        it.row.event = event.clone();
        worse(it, severity(event, rule.as_ref()));
        if is_new {
            let cause = self.cause(tx, event, &taken.to).await?;
            let held = rule.as_ref().and_then(|it| it.rule.holds.as_deref()).and_then(span);
            it.row.holds_until = held.and_then(|it| now.checked_add(it).ok());
            if let Some(until) = it.row.holds_until {
                it.timers.push((Timer::Holds, until));
            }
            it.say(None, format!("It fires: {name}."), Said::Quietly);
            if let Some((who, did)) = cause {
                it.say(None, format!("It may come of what {did}, who is not paged for it."), Said::InThread);
                it.row.caused_by = Some(who);
            }
            begins(it, rule.as_ref(), now);
        } else if it.row.state == State::Resolved {
            if !it.is_flapping() {
                it.say(None, format!("It fires again: {name}."), Said::InChannel);
            }
            it.fires(now);
            begins(it, rule.as_ref(), now);
        } else {
            it.fired.push(name);
        }
        Ok(id)
    }
}

pub(super) fn severity(event: &Event, rule: Option<&Ready>) -> Severity {
    let said = event.severity.unwrap_or(Severity::Warning);
    rule.and_then(|it| it.rule.severity).map_or(said, Severity::from)
}

/// It is as bad as the worst that fires of it.
fn worse(it: &mut Working, severity: Severity) {
    if severity > it.row.severity {
        it.row.severity = severity;
        it.say(None, format!("It is {} now.", super::severity_name(severity)), Said::InThread);
    }
}

/// What is to happen by itself to one that fires from now on.
pub(super) fn begins(it: &mut Working, rule: Option<&Ready>, now: Timestamp) {
    let length = |text: Option<&String>| text.and_then(|it| span(it));
    if it.row.holds_until.is_none() {
        timer::set_repeat(it, length(rule.and_then(|it| it.rule.repeat.as_ref())), now);
    }
    if let Some(at) = length(rule.and_then(|it| it.rule.resolve_after.as_ref())).and_then(|it| now.checked_add(it).ok()) {
        it.timers.push((Timer::Stale, at));
    }
}

/// One of what fires is over.
async fn ends(tx: &mut Tx, it: &mut Working, instance: Instance, event: &Event) -> anyhow::Result<()> {
    let now = tx.now();
    it.row.firing = (it.row.firing - 1).max(0);
    let name = instance.name.clone();
    store::put_instance(tx, &Instance { is_firing: false, since: now, event_at: event.at, event: event.clone(), ..instance })
        .await?;
    if it.row.firing > 0 {
        it.ended.push(name);
        return Ok(());
    }
    let by = event.actor.clone().map_or_else(|| it.row.source.clone(), |actor| format!("{actor} in {}", event.source));
    let text = format!("Resolved by {by} after {}.", say_span(now.duration_since(it.row.opened_at)));
    // Of a run's end its actor is who pushed, of an alert's who resolved it there.
    if event.actor.is_some() && tone::is_alert(&event.kind) {
        it.acted(now);
    }
    resolve(tx, it, &by, None, &text).await
}

/// It is over.
pub(super) async fn resolve(tx: &mut Tx, it: &mut Working, by: &str, who: Option<&str>, text: &str) -> anyhow::Result<()> {
    let now = tx.now();
    it.row.state = State::Resolved;
    it.row.resolved_at = Some(now);
    it.row.resolved_by = Some(by.to_owned());
    it.row.firing = 0;
    it.row.repeat_at = None;
    if who.is_some() {
        it.acted(now);
    }
    it.ended.clear();
    it.changed(now);
    if it.row.holds_until.is_none() && (!it.is_flapping() || who.is_some()) {
        it.say(who, text, Said::InThread);
    }
    store::end_silences_of(tx, &it.row.group_key).await?;
    Ok(())
}

pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
