//! New alerts: of an event, of too many at once, and by hand.

use commands::Event;
use jiff::{SignedDuration, Timestamp};

use super::{
    NewAlert, State,
    apply::{TEXT, begins, cut, severity},
    batch::{Batch, Said},
    rule::Ready,
    signal,
    store::{self, Instance, Row},
};
use crate::{app::App, store::Tx};

/// When so many alerts of one source and rule began within a minute, the next ones are one alert.
const STORM: i64 = 25;

impl App {
    /// A new alert, or the one that stands for too many; whether it is new.
    pub(super) async fn opened(
        &self,
        tx: &mut Tx,
        batch: &mut Batch,
        event: &Event,
        rule: Option<&Ready>,
        group: String,
    ) -> anyhow::Result<(i64, bool)> {
        let now = tx.now();
        let name = rule.map(|it| it.name.as_str());
        let minute = now.saturating_sub(SignedDuration::from_mins(1))?;
        let is_storm = store::begun(tx, &event.source, name, minute).await? >= STORM;
        let group = if is_storm { signal::storm(&event.source, name) } else { group };
        if is_storm && let Some(id) = batch.of_group(tx, &group).await? {
            let is_open = batch.get(tx, id).await?.is_some_and(|it| it.row.state != State::Resolved);
            if is_open {
                return Ok((id, false));
            }
        }
        let mut row = new_row(event, rule, group, now);
        if is_storm {
            row.title = format!("Many alerts at once from {}", event.source);
            row.text = Some(format!("More than {STORM} alerts began within a minute: the others are told together here."));
            (row.url, row.labels) = (None, Vec::new());
        }
        let it = batch.add(tx, row).await?;
        Ok((it.row.id, true))
    }

    /// See [`App::open_alert`].
    pub(super) async fn opened_by_hand(&self, tx: &mut Tx, new: &NewAlert) -> anyhow::Result<i64> {
        let now = tx.now();
        let event = Event {
            id: format!("opened:{}:{}", new.fingerprint, now.as_microsecond()),
            source: new.source.clone(),
            kind: "alert.opened".into(),
            at: now,
            object: commands::event::Object { key: new.fingerprint.clone(), title: new.title.clone(), ..Default::default() },
            text: new.text.clone(),
            severity: Some(new.severity),
            ..Event::default()
        };
        let (rules, mut places) = self.wanting(&event);
        if places.is_empty() {
            places.extend(self.alerts.to.as_ref().filter(|it| super::rule::has_cards(it)).map(ToString::to_string));
        }
        let rule = rules.first().cloned();
        let fingerprint = signal::fingerprint(&event);
        let mut batch = Batch::default();
        if let Some(known) = store::firing(tx, &fingerprint).await? {
            return Ok(known.alert);
        }
        let group = signal::digest(["by hand", &new.source, &new.fingerprint]);
        let row = new_row(&event, rule.as_ref(), group.clone(), now);
        // One that has fired a moment ago and is over is history: somebody asks for help now.
        let it = batch.add(tx, row).await?;
        let id = it.row.id;
        it.row.policy = new.policy.clone().or(it.row.policy.take());
        it.row.caused_by = new.caused_by.as_ref().map(ToString::to_string);
        (it.row.firing, it.row.total) = (1, 1);
        it.say(None, "It was opened.", Said::Quietly);
        begins(it, rule.as_ref(), now);
        it.places = places.into_iter().map(|it| (it.clone(), format!("{}:{}:{it}", event.source, event.id))).collect();
        // What its fingerprint is made of names nothing to people.
        let name = String::new();
        store::put_instance(tx, &Instance { alert: id, fingerprint, name, is_firing: true, since: now, event_at: now, event })
            .await?;
        batch.finish(self, tx).await?;
        Ok(id)
    }
}

fn new_row(event: &Event, rule: Option<&Ready>, group: String, now: Timestamp) -> Row {
    let given = rule.map(|it| &it.rule);
    let object = &event.object;
    let title = [object.title.trim(), object.key.trim()].into_iter().find(|it| !it.is_empty()).unwrap_or("Alert");
    Row {
        id: 0,
        source: event.source.clone(),
        group_key: group,
        title: cut(title, 200),
        text: event.text.as_deref().map(|it| cut(it, TEXT)).filter(|it| !it.trim().is_empty() && it != title),
        url: object.url.clone().or_else(|| event.url.clone()),
        runbook: given.and_then(|it| it.runbook.clone()),
        severity: severity(event, rule),
        labels: event.labels.iter().take(30).cloned().collect(),
        rule: rule.map(|it| it.name.clone()),
        policy: given.and_then(|it| it.escalation.clone()),
        owner: given.and_then(|it| it.owner.clone()),
        state: State::Firing,
        holds_until: None,
        caused_by: None,
        acknowledged_by: None,
        acknowledged_name: None,
        acknowledged_at: None,
        acknowledged_until: None,
        assigned_to: None,
        assigned_name: None,
        opened_at: now,
        changed_at: now,
        heard_at: now,
        resolved_at: None,
        resolved_by: None,
        is_paging: false,
        muted: None,
        muted_until: None,
        flapping_until: None,
        repeat_at: None,
        changes: vec![now.as_microsecond()],
        firing: 0,
        total: 0,
        version: 0,
        event: event.clone(),
        acted_at: None,
    }
}
