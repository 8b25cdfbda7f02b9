//! Rows of alerts, and of what fires of them.

use commands::{Event, event::Severity};
use jiff::Timestamp;

use super::{State, severity_name};
pub use super::{silence::store::Silence, story::store::Line};
pub(super) use super::{
    silence::store::{add_silence, end_silence, end_silences_of, silences},
    story::store::{add_line, add_place, lines, places},
};
use crate::store::{Dialect, Row as Found, Store, Tx, sql};

/// An alert as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: i64,
    pub source: String,
    pub group_key: String,
    pub title: String,
    pub text: Option<String>,
    pub url: Option<String>,
    pub runbook: Option<String>,
    pub severity: Severity,
    pub labels: Vec<String>,
    pub rule: Option<String>,
    pub policy: Option<String>,
    pub owner: Option<String>,
    pub state: State,
    pub holds_until: Option<Timestamp>,
    pub caused_by: Option<String>,
    pub acknowledged_by: Option<String>,
    pub acknowledged_name: Option<String>,
    pub acknowledged_at: Option<Timestamp>,
    pub acknowledged_until: Option<Timestamp>,
    pub assigned_to: Option<String>,
    pub assigned_name: Option<String>,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    pub heard_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<String>,
    pub is_paging: bool,
    pub muted: Option<String>,
    pub muted_until: Option<Timestamp>,
    pub flapping_until: Option<Timestamp>,
    pub repeat_at: Option<Timestamp>,
    /// In microseconds, the oldest first.
    pub changes: Vec<i64>,
    pub firing: i64,
    pub total: i64,
    pub version: i64,
    pub event: Event,
    /// When somebody first acknowledged it, or resolved it by hand.
    pub acted_at: Option<Timestamp>,
}

/// Something that fires, or did.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    pub alert: i64,
    pub fingerprint: String,
    pub name: String,
    pub is_firing: bool,
    pub since: Timestamp,
    pub event_at: Timestamp,
    pub event: Event,
}

/// Every column but the id, in the order in which [`Row::args`] gives them.
const COLUMNS: [&str; 36] = [
    "source",
    "group_key",
    "title",
    "text",
    "url",
    "runbook",
    "severity",
    "labels",
    "rule",
    "policy",
    "owner",
    "state",
    "holds_until",
    "caused_by",
    "acknowledged_by",
    "acknowledged_name",
    "acknowledged_at",
    "acknowledged_until",
    "assigned_to",
    "assigned_name",
    "opened_at",
    "changed_at",
    "heard_at",
    "resolved_at",
    "resolved_by",
    "paging",
    "muted",
    "muted_until",
    "flapping_until",
    "repeat_at",
    "changes",
    "firing",
    "total",
    "version",
    "event",
    "acted_at",
];

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}

impl Row {
    fn args(&self) -> Vec<crate::store::Arg> {
        vec![
            self.source.as_str().into(),
            self.group_key.as_str().into(),
            self.title.as_str().into(),
            self.text.as_deref().into(),
            self.url.as_deref().into(),
            self.runbook.as_deref().into(),
            severity_name(self.severity).into(),
            json(&self.labels).into(),
            self.rule.as_deref().into(),
            self.policy.as_deref().into(),
            self.owner.as_deref().into(),
            self.state.name().into(),
            self.holds_until.into(),
            self.caused_by.as_deref().into(),
            self.acknowledged_by.as_deref().into(),
            self.acknowledged_name.as_deref().into(),
            self.acknowledged_at.into(),
            self.acknowledged_until.into(),
            self.assigned_to.as_deref().into(),
            self.assigned_name.as_deref().into(),
            self.opened_at.into(),
            self.changed_at.into(),
            self.heard_at.into(),
            self.resolved_at.into(),
            self.resolved_by.as_deref().into(),
            i64::from(self.is_paging).into(),
            self.muted.as_deref().into(),
            self.muted_until.into(),
            self.flapping_until.into(),
            self.repeat_at.into(),
            json(&self.changes).into(),
            self.firing.into(),
            self.total.into(),
            self.version.into(),
            json(&self.event).into(),
            self.acted_at.into(),
        ]
    }
}

fn row(found: &Found) -> sqlx::Result<Row> {
    Ok(Row {
        id: found.int(0)?,
        source: found.text(1)?,
        group_key: found.text(2)?,
        title: found.text(3)?,
        text: found.maybe_text(4)?,
        url: found.maybe_text(5)?,
        runbook: found.maybe_text(6)?,
        severity: found.text(7).map(|it| super::severity_named(&it))?,
        labels: found.json(8)?,
        rule: found.maybe_text(9)?,
        policy: found.maybe_text(10)?,
        owner: found.maybe_text(11)?,
        state: State::named(&found.text(12)?),
        holds_until: found.maybe_time(13)?,
        caused_by: found.maybe_text(14)?,
        acknowledged_by: found.maybe_text(15)?,
        acknowledged_name: found.maybe_text(16)?,
        acknowledged_at: found.maybe_time(17)?,
        acknowledged_until: found.maybe_time(18)?,
        assigned_to: found.maybe_text(19)?,
        assigned_name: found.maybe_text(20)?,
        opened_at: found.time(21)?,
        changed_at: found.time(22)?,
        heard_at: found.time(23)?,
        resolved_at: found.maybe_time(24)?,
        resolved_by: found.maybe_text(25)?,
        is_paging: found.int(26)? == 1,
        muted: found.maybe_text(27)?,
        muted_until: found.maybe_time(28)?,
        flapping_until: found.maybe_time(29)?,
        repeat_at: found.maybe_time(30)?,
        changes: found.json(31)?,
        firing: found.int(32)?,
        total: found.int(33)?,
        version: found.int(34)?,
        event: found.json(35)?,
        acted_at: found.maybe_time(36)?,
    })
}

fn selected() -> String {
    format!("SELECT id, {} FROM alert", COLUMNS.join(", "))
}

/// Nobody else changes what a transaction has read so: on SQLite whoever writes is alone anyway.
fn held(tx: &Tx) -> &'static str {
    match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE",
    }
}

/// To be changed.
pub(super) async fn alert(tx: &mut Tx, id: i64) -> sqlx::Result<Option<Row>> {
    let text = format!("{} WHERE id = $1{}", selected(), held(tx));
    sql(text).bind(id).first(tx).await?.as_ref().map(row).transpose()
}

/// To be looked at in a transaction that holds something else, which whoever changes it asks for last.
pub(super) async fn look(tx: &mut Tx, id: i64) -> sqlx::Result<Option<Row>> {
    sql(format!("{} WHERE id = $1", selected())).bind(id).first(tx).await?.as_ref().map(row).transpose()
}

/// To be looked at.
pub(super) async fn seen(store: &Store, id: i64) -> sqlx::Result<Option<Row>> {
    sql(format!("{} WHERE id = $1", selected())).bind(id).first(store.read()).await?.as_ref().map(row).transpose()
}

/// The newest of a group, to be changed.
pub(super) async fn of_group(tx: &mut Tx, group: &str) -> sqlx::Result<Option<Row>> {
    let text = format!("{} WHERE group_key = $1 ORDER BY id DESC LIMIT 1{}", selected(), held(tx));
    sql(text).bind(group).first(tx).await?.as_ref().map(row).transpose()
}

/// The newest first.
pub(super) async fn open(store: &Store) -> sqlx::Result<Vec<Row>> {
    let rows = sql(format!("{} WHERE state <> 'resolved' AND holds_until IS NULL ORDER BY id DESC LIMIT 1000", selected()));
    rows.all(store.read()).await?.iter().map(row).collect()
}

/// The newest first.
pub(super) async fn resolved(store: &Store, limit: i64) -> sqlx::Result<Vec<Row>> {
    let rows =
        sql(format!("{} WHERE resolved_at IS NOT NULL AND state = 'resolved' ORDER BY resolved_at DESC LIMIT $1", selected()));
    rows.bind(limit).all(store.read()).await?.iter().map(row).collect()
}

/// Those that are open, other than one, as far as they may explain something: events only.
pub(super) async fn open_events(tx: &mut Tx, but: i64) -> sqlx::Result<Vec<(i64, Event)>> {
    let rows =
        sql("SELECT id, event FROM alert WHERE state <> 'resolved' AND holds_until IS NULL AND id <> $1 ORDER BY id LIMIT 500")
            .bind(but)
            .all(tx)
            .await?;
    rows.iter().map(|it| Ok((it.int(0)?, it.json(1)?))).collect()
}

pub(super) async fn open_ids(tx: &mut Tx) -> sqlx::Result<Vec<i64>> {
    let rows = sql("SELECT id FROM alert WHERE state <> 'resolved' ORDER BY id").all(tx).await?;
    rows.iter().map(|it| it.int(0)).collect()
}

/// How many began since then.
pub(super) async fn begun(tx: &mut Tx, source: &str, rule: Option<&str>, since: Timestamp) -> sqlx::Result<i64> {
    let found = sql("SELECT COUNT(*) FROM alert WHERE source = $1 AND opened_at > $2 AND COALESCE(rule, '') = $3")
        .bind(source)
        .bind(since)
        .bind(rule.unwrap_or_default())
        .first(tx)
        .await?;
    found.map_or(Ok(0), |it| it.int(0))
}

pub(super) async fn insert(tx: &mut Tx, row: &Row) -> sqlx::Result<i64> {
    let places = crate::store::rows_of(1, COLUMNS.len(), 1);
    let found = sql(format!("INSERT INTO alert ({}) VALUES {places} RETURNING id", COLUMNS.join(", ")))
        .bind_all(row.args())
        .first(tx)
        .await?;
    found.map_or(Err(sqlx::Error::RowNotFound), |it| it.int(0))
}

pub(super) async fn update(tx: &mut Tx, row: &Row) -> sqlx::Result<()> {
    let set: Vec<String> = COLUMNS.iter().enumerate().map(|(at, name)| format!("{name} = ${}", at + 2)).collect();
    sql(format!("UPDATE alert SET {} WHERE id = $1", set.join(", "))).bind(row.id).bind_all(row.args()).execute(tx).await?;
    Ok(())
}

/// Whether the event is taken for the first time.
pub(super) async fn take(tx: &mut Tx, key: &str) -> sqlx::Result<bool> {
    let now = tx.now();
    let taken = sql("INSERT INTO alert_event (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING").bind(key).bind(now);
    Ok(taken.execute(tx).await? > 0)
}

const INSTANCE: &str = "SELECT alert, fingerprint, name, is_firing, since, event_at, event FROM alert_instance";

fn instance(found: &Found) -> sqlx::Result<Instance> {
    Ok(Instance {
        alert: found.int(0)?,
        fingerprint: found.text(1)?,
        name: found.text(2)?,
        is_firing: found.int(3)? == 1,
        since: found.time(4)?,
        event_at: found.time(5)?,
        event: found.json(6)?,
    })
}

/// What fires under that fingerprint.
pub(super) async fn firing(tx: &mut Tx, fingerprint: &str) -> sqlx::Result<Option<Instance>> {
    let found = sql(format!("{INSTANCE} WHERE fingerprint = $1 AND is_firing = 1")).bind(fingerprint).first(tx).await?;
    found.as_ref().map(instance).transpose()
}

pub(super) async fn instance_of(tx: &mut Tx, alert: i64, fingerprint: &str) -> sqlx::Result<Option<Instance>> {
    let found = sql(format!("{INSTANCE} WHERE alert = $1 AND fingerprint = $2")).bind(alert).bind(fingerprint).first(tx).await?;
    found.as_ref().map(instance).transpose()
}

/// Those of an alert that fire, after a fingerprint, in the order of these.
pub(super) async fn firing_after(tx: &mut Tx, alert: i64, after: &str, most: i64) -> sqlx::Result<Vec<Instance>> {
    let found = sql(format!("{INSTANCE} WHERE alert = $1 AND is_firing = 1 AND fingerprint > $2 ORDER BY fingerprint LIMIT $3"))
        .bind(alert)
        .bind(after)
        .bind(most)
        .all(tx)
        .await?;
    found.iter().map(instance).collect()
}

/// What of an alert fires, as its card and its pages name it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Firing {
    /// Where: those first where it has for the longest time, and how many others there are.
    pub names: Vec<String>,
    pub more: i64,
    /// How many there are of each title, the most frequent first, and how many other titles; empty where all have the same one.
    pub titles: Vec<(String, i64)>,
    pub others: i64,
}

/// As many names and titles as are shown.
pub(super) async fn firing_shown(store: &Store, alert: i64, names: i64, titles: i64) -> sqlx::Result<Firing> {
    // How many there are in all stands in each row.
    let named = sql("SELECT name, COUNT(*) OVER () FROM alert_instance WHERE alert = $1 AND is_firing = 1
                     GROUP BY name ORDER BY MIN(since), name LIMIT $2")
    .bind(alert)
    .bind(names)
    .all(store.read())
    .await?;
    let counted = sql("SELECT title, COUNT(*) OVER (), COUNT(*) FROM alert_instance
                       WHERE alert = $1 AND is_firing = 1 AND title <> '' GROUP BY title ORDER BY COUNT(*) DESC, title LIMIT $2")
    .bind(alert)
    .bind(titles)
    .all(store.read())
    .await?;
    let beyond = |rows: &[Found]| -> sqlx::Result<i64> {
        let all = rows.first().map_or(Ok(0), |it| it.int(1))?;
        Ok(all - i64::try_from(rows.len()).unwrap_or_default())
    };
    let shown = if counted.len() < 2 { &[][..] } else { &counted[..] };
    Ok(Firing {
        more: beyond(&named)?,
        names: named.iter().map(|it| it.text(0)).collect::<sqlx::Result<_>>()?,
        others: beyond(shown)?,
        titles: shown.iter().map(|it| Ok((it.text(0)?, it.int(2)?))).collect::<sqlx::Result<_>>()?,
    })
}

pub(super) async fn put_instance(tx: &mut Tx, it: &Instance) -> sqlx::Result<()> {
    sql("INSERT INTO alert_instance (alert, fingerprint, name, is_firing, since, event_at, event, title)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (alert, fingerprint) DO UPDATE SET name = excluded.name, is_firing = excluded.is_firing, since = excluded.since,
             event_at = excluded.event_at, event = excluded.event, title = excluded.title")
    .bind(it.alert)
    .bind(it.fingerprint.as_str())
    .bind(it.name.as_str())
    .bind(i64::from(it.is_firing))
    .bind(it.since)
    .bind(it.event_at)
    .bind(json(&it.event))
    .bind(it.event.object.title.trim())
    .execute(tx)
    .await?;
    Ok(())
}

/// None of an alert's fires any more.
pub(super) async fn end_instances(tx: &mut Tx, alert: i64) -> sqlx::Result<()> {
    let now = tx.now();
    sql("UPDATE alert_instance SET is_firing = 0, since = $2 WHERE alert = $1 AND is_firing = 1")
        .bind(alert)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// What was reported since then, by any source, the newest first.
pub(super) async fn reported_since(tx: &mut Tx, since: Timestamp, most: i64) -> sqlx::Result<Vec<Event>> {
    let found = sql("SELECT event FROM news WHERE at > $1 ORDER BY id DESC LIMIT $2").bind(since).bind(most).all(tx).await?;
    found.iter().map(|it| it.json(0)).collect()
}
