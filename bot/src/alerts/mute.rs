//! Why nobody is paged for an alert: it flaps, it is silenced, it is worked on, or something else explains it.
//!
//! Of an alert of which several things fire, all of them must be held back: a silence for one machine says nothing of the next.

use commands::{
    Event,
    filter::{Filter, Subject},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    rule::{Inhibit, Maintenance},
    signal::label,
    store::{self, Row, Silence},
};
use crate::{app::App, notify::own, store::Tx};

/// How often it is looked at again what ends at no known moment.
const LOOKS_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// Instances that are read at once.
const AT_ONCE: i64 = 64;

/// That nobody is paged for an alert.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Muted {
    /// `silenced by Ana: it is rebuilt`
    pub why: String,
    /// When it ends, where that is known.
    pub until: Option<Timestamp>,
    /// When to look again; none where what ends it looks itself.
    pub look: Option<Timestamp>,
}

/// An `inhibit` document at work.
struct Explaining {
    name: String,
    target: Filter,
    /// The labels that both must have with the same value.
    equal: Vec<String>,
    /// What fires that it explains others by.
    sources: Vec<(i64, Event)>,
}

/// All that may hold an alert back at one moment.
struct Reasons {
    now: Timestamp,
    silences: Vec<(Silence, Filter)>,
    windows: Vec<(String, Maintenance, Filter, Timestamp)>,
    inhibits: Vec<Explaining>,
    /// Connections whose own health fires, with the alert that says so.
    broken: Vec<(i64, String)>,
}

impl App {
    /// Why nobody is paged for it, if that is so.
    pub(super) async fn muted(&self, tx: &mut Tx, row: &Row) -> anyhow::Result<Option<Muted>> {
        let now = tx.now();
        if let Some(until) = row.flapping_until.filter(|it| *it > now) {
            return Ok(Some(Muted { why: "it flaps".into(), until: Some(until), look: Some(until) }));
        }
        let reasons = self.reasons(tx, row).await?;
        if reasons.is_empty() {
            return Ok(None);
        }
        let mut found: Option<Muted> = None;
        let mut after = String::new();
        loop {
            let some = store::firing_after(tx, row.id, &after, AT_ONCE).await?;
            for it in &some {
                // One that is not held back is enough, and is most often the first.
                let Some(own) = self.holds_back(&reasons, row, &it.event) else { return Ok(None) };
                found = Some(match found {
                    None => own,
                    Some(before) => Muted {
                        until: before.until.zip(own.until).map(|(one, other)| one.min(other)),
                        look: [before.look, own.look].into_iter().flatten().min(),
                        why: before.why,
                    },
                });
            }
            match some.last() {
                Some(last) if some.len() as i64 == AT_ONCE => after.clone_from(&last.fingerprint),
                // Without any that fires, it is what it was when it last did.
                _ => return Ok(found.or_else(|| self.holds_back(&reasons, row, &row.event))),
            }
        }
    }

    /// When the next maintenance window begins. Whether it is about an alert is found then.
    pub(super) fn next_window(&self, now: Timestamp) -> Option<Timestamp> {
        self.resources.all::<Maintenance>().iter().filter_map(|it| it.value.next(now)).min()
    }

    async fn reasons(&self, tx: &mut Tx, row: &Row) -> anyhow::Result<Reasons> {
        let now = tx.now();
        let read = |text: &str| Filter::parse(text).ok();
        let silences = store::silences(&mut *tx, now).await?;
        let silences = silences.into_iter().filter_map(|it| read(&it.filter).map(|filter| (it, filter))).collect();
        let windows = self.resources.all::<Maintenance>().into_iter().filter_map(|it| {
            let until = it.value.until(now)?;
            let filter = read(&it.value.filter)?;
            Some((it.name, it.value, filter, until))
        });
        let mut reasons = Reasons { now, silences, windows: windows.collect(), inhibits: Vec::new(), broken: Vec::new() };
        let inhibits = self.resources.all::<Inhibit>();
        let needs = self.connections.all().iter().any(|it| !it.needs.is_empty());
        if inhibits.is_empty() && !needs {
            return Ok(reasons);
        }
        let others = store::open_events(tx, row.id).await?;
        for it in inhibits {
            let (Some(source), Some(target)) = (read(&it.value.source), read(&it.value.target)) else { continue };
            let sources: Vec<(i64, Event)> = others.iter().filter(|(_, event)| source.matches(event)).cloned().collect();
            if !sources.is_empty() {
                reasons.inhibits.push(Explaining { name: it.name, target, equal: it.value.equal, sources });
            }
        }
        let is_health = |event: &Event| event.source == own::SOURCE && event.kind.starts_with("health.");
        reasons.broken =
            others.into_iter().filter(|(_, event)| is_health(event)).map(|(id, event)| (id, event.object.key)).collect();
        Ok(reasons)
    }

    /// What holds one of the things back that fire.
    fn holds_back(&self, reasons: &Reasons, row: &Row, event: &Event) -> Option<Muted> {
        let subject = Subject::of(event);
        let at = |why: String, until: Timestamp| Muted { why, until: Some(until), look: Some(until) };
        for (it, filter) in &reasons.silences {
            let is_about = match &it.group_key {
                Some(group) => *group == row.group_key,
                None => filter.admits(&subject),
            };
            if is_about {
                let because = if it.why.is_empty() { String::new() } else { format!(" ({})", it.why) };
                let why = format!("silenced by {}{because}", it.who_name);
                return Some(
                    it.until.map_or_else(|| Muted { why: why.clone(), until: None, look: None }, |until| at(why.clone(), until)),
                );
            }
        }
        for (name, window, filter, until) in &reasons.windows {
            if filter.admits(&subject) {
                let because = if window.why.is_empty() { String::new() } else { format!(" ({})", window.why) };
                return Some(at(format!("maintenance {name}{because}"), *until));
            }
        }
        let look = next_look(reasons.now);
        for Explaining { name, target, equal, sources } in &reasons.inhibits {
            let same = |other: &Event| equal.iter().all(|it| label(other, it) == label(event, it));
            if target.admits(&subject)
                && let Some((id, _)) = sources.iter().find(|(_, other)| same(other))
            {
                return Some(Muted { why: format!("alert {id} explains it (rule {name})"), until: None, look });
            }
        }
        let about = if event.source == own::SOURCE { &event.object.key } else { &event.source };
        let needs = self.connections.get(about).map(|it| it.needs.clone()).unwrap_or_default();
        let (id, needed) = reasons.broken.iter().find(|(_, broken)| needs.iter().any(|it| it.eq_ignore_ascii_case(broken)))?;
        Some(Muted { why: format!("{about} needs {needed}, of which alert {id} tells"), until: None, look })
    }
}

/// The next of evenly spaced moments: whoever looks again at the same alert does it then, and once.
fn next_look(now: Timestamp) -> Option<Timestamp> {
    let every = LOOKS_AGAIN.as_secs();
    Timestamp::from_second((now.as_second().div_euclid(every) + 1) * every).ok()
}

impl Reasons {
    fn is_empty(&self) -> bool {
        self.silences.is_empty() && self.windows.is_empty() && self.inhibits.is_empty() && self.broken.is_empty()
    }
}
