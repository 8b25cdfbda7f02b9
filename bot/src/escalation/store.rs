//! Rows of escalations, pages, turns, and of how people want to be paged.

use commands::Error;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::{
    plan::Plan,
    reach::{Kind, Reach},
};
use crate::{
    chat::Target,
    people::PersonId,
    store::{Dialect, Row, Store, Tx, sql},
};

/// How far an alert has been told.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    pub alert: i64,
    pub plan: Plan,
    pub state: State,
    /// Grows with each change: a timer of an earlier one does nothing.
    pub tick: i64,
    /// The step that is next, from 0; as many as there are when the last resort is.
    pub step: usize,
    /// How often all steps were gone through.
    pub round: u32,
    /// When the next step is due.
    pub due: Option<Timestamp>,
    pub begun_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    /// Somebody saw to it.
    Stopped,
    /// All steps and the last resort were gone through.
    Ended,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Stopped => "stopped",
            State::Ended => "ended",
        }
    }

    fn of(word: &str) -> State {
        match word {
            "running" => State::Running,
            "stopped" => State::Stopped,
            _ => State::Ended,
        }
    }
}

/// One way in which somebody is paged.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub id: i64,
    /// None: to try out how somebody is reached.
    pub alert: Option<i64>,
    /// The escalation's when the step fired that it belongs to.
    pub tick: i64,
    /// Whose way it is, among those of the same step.
    pub party: usize,
    pub person: Option<PersonId>,
    pub name: String,
    /// `on call by primary`
    pub why: String,
    pub kind: Kind,
    pub to: Target,
    /// Among the ways of the same party.
    pub place: usize,
    pub state: PageState,
    pub due: Timestamp,
    pub changed_at: Timestamp,
    /// What went wrong, when it did.
    pub reason: Option<String>,
    /// The next way was brought forward for it.
    pub passed_on: bool,
    /// The message that it became, as its chat calls it; none where there is none, or none that can be edited.
    pub message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    Waiting,
    Sending,
    /// The chat, the mail server or Twilio took it.
    Sent,
    /// Twilio said that it arrived.
    Delivered,
    Failed,
    /// Nobody is to be paged any more.
    Off,
}

impl PageState {
    pub fn word(self) -> &'static str {
        match self {
            PageState::Waiting => "waiting",
            PageState::Sending => "sending",
            PageState::Sent => "sent",
            PageState::Delivered => "delivered",
            PageState::Failed => "failed",
            PageState::Off => "off",
        }
    }

    fn of(word: &str) -> PageState {
        match word {
            "waiting" => PageState::Waiting,
            "sending" => PageState::Sending,
            "sent" => PageState::Sent,
            "delivered" => PageState::Delivered,
            "failed" => PageState::Failed,
            _ => PageState::Off,
        }
    }

    /// Whether somebody may still be reached by it.
    pub fn is_hopeful(self) -> bool {
        matches!(self, PageState::Waiting | PageState::Sending | PageState::Sent | PageState::Delivered)
    }
}

/// A page to be written down.
pub struct NewPage<'a> {
    pub alert: Option<i64>,
    pub tick: i64,
    pub party: usize,
    pub person: Option<&'a PersonId>,
    pub name: &'a str,
    pub why: &'a str,
    pub kind: Kind,
    pub to: &'a Target,
    pub place: usize,
    pub due: Timestamp,
}

const ESCALATION: &str = "SELECT alert, plan, state, tick, step, round, due, begun_at FROM escalation";
const PAGE: &str = "SELECT id, alert, tick, party, person, name, why, way, target, place, state, due, changed_at, reason, passed_on, message FROM page";

/// Writes that it begins; the tick by which its first timer knows it.
pub(super) async fn begin(tx: &mut Tx, alert: i64, plan: &Plan, now: Timestamp) -> anyhow::Result<i64> {
    call_off(tx, alert, now).await?;
    let row = sql("INSERT INTO escalation (alert, plan, state, tick, step, round, due, begun_at, changed_at)
         VALUES ($1, $2, 'running', 1, 0, 0, $3, $3, $3)
         ON CONFLICT (alert) DO UPDATE SET plan = excluded.plan, state = excluded.state, tick = escalation.tick + 1, step = 0,
             round = 0, due = excluded.due, begun_at = excluded.begun_at, changed_at = excluded.changed_at
         RETURNING tick")
    .bind(alert)
    .bind(serde_json::to_string(plan)?)
    .bind(now)
    .first(tx)
    .await?;
    Ok(row.map_or(Ok(1), |row| row.int(0))?)
}

/// Reads it, and holds it until the transaction ends.
pub(super) async fn lock(tx: &mut Tx, alert: i64) -> anyhow::Result<Option<Escalation>> {
    let lock = if tx.dialect() == Dialect::Postgres { "FOR UPDATE" } else { "" };
    let row = sql(format!("{ESCALATION} WHERE alert = $1 {lock}")).bind(alert).first(tx).await?;
    row.map(|row| escalation(&row)).transpose()
}

pub(super) async fn read(store: &Store, alert: i64) -> anyhow::Result<Option<Escalation>> {
    let row = sql(format!("{ESCALATION} WHERE alert = $1")).bind(alert).first(store.read()).await?;
    row.map(|row| escalation(&row)).transpose()
}

/// All that are under way, the one that is due first in front.
pub(super) async fn running(store: &Store, limit: u32) -> anyhow::Result<Vec<Escalation>> {
    let rows = sql(format!("{ESCALATION} WHERE state = 'running' ORDER BY due, alert LIMIT $1"))
        .bind(i64::from(limit))
        .all(store.read())
        .await?;
    rows.iter().map(escalation).collect()
}

pub(super) async fn write(tx: &mut Tx, it: &Escalation, now: Timestamp) -> anyhow::Result<()> {
    sql("UPDATE escalation SET state = $2, tick = $3, step = $4, round = $5, due = $6, changed_at = $7 WHERE alert = $1")
        .bind(it.alert)
        .bind(it.state.word())
        .bind(it.tick)
        .bind(i64::try_from(it.step)?)
        .bind(i64::from(it.round))
        .bind(it.due)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Pages of the alert that have not left are not sent.
pub(super) async fn call_off(tx: &mut Tx, alert: i64, now: Timestamp) -> anyhow::Result<()> {
    sql("UPDATE page SET state = 'off', changed_at = $2 WHERE alert = $1 AND state = 'waiting'")
        .bind(alert)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Who is next of so many; from 0 on, one more each time it is asked.
pub(super) async fn turn(tx: &mut Tx, policy: &str, step: usize) -> anyhow::Result<i64> {
    let row = sql("INSERT INTO escalation_turn (policy, step, turns) VALUES ($1, $2, 1)
         ON CONFLICT (policy, step) DO UPDATE SET turns = escalation_turn.turns + 1 RETURNING turns - 1")
    .bind(policy)
    .bind(i64::try_from(step)?)
    .first(tx)
    .await?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

/// Whose turn comes, for who only wonders.
pub(super) async fn turns(store: &Store, policy: &str, step: usize) -> anyhow::Result<i64> {
    let row = sql("SELECT turns FROM escalation_turn WHERE policy = $1 AND step = $2")
        .bind(policy)
        .bind(i64::try_from(step)?)
        .first(store.read())
        .await?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

pub(super) async fn insert_page(tx: &mut Tx, page: &NewPage<'_>, now: Timestamp) -> anyhow::Result<i64> {
    let row = sql(
        "INSERT INTO page (alert, tick, party, person, name, why, way, target, address, place, state, due, changed_at, passed_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12, 0) RETURNING id",
    )
    .bind(page.alert)
    .bind(page.tick)
    .bind(i64::try_from(page.party)?)
    .bind(page.person.map(PersonId::to_string))
    .bind(page.name)
    .bind(page.why)
    .bind(page.kind.word())
    .bind(serde_json::to_string(page.to)?)
    .bind(page.to.address())
    .bind(i64::try_from(page.place)?)
    .bind(page.due)
    .bind(now)
    .first(tx)
    .await?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

pub(super) async fn page_in(tx: &mut Tx, id: i64) -> anyhow::Result<Option<Page>> {
    let row = sql(format!("{PAGE} WHERE id = $1")).bind(id).first(tx).await?;
    row.map(|row| page(&row)).transpose()
}

pub(super) async fn page_of(store: &Store, id: i64) -> anyhow::Result<Option<Page>> {
    let row = sql(format!("{PAGE} WHERE id = $1")).bind(id).first(store.read()).await?;
    row.map(|row| page(&row)).transpose()
}

pub(super) async fn pages(store: &Store, alert: i64) -> anyhow::Result<Vec<Page>> {
    let rows = sql(format!("{PAGE} WHERE alert = $1 ORDER BY id")).bind(alert).all(store.read()).await?;
    rows.iter().map(page).collect()
}

/// All pages of one step.
pub(super) async fn pages_of_step(tx: &mut Tx, alert: i64, tick: i64) -> anyhow::Result<Vec<Page>> {
    let rows = sql(format!("{PAGE} WHERE alert = $1 AND tick = $2 ORDER BY party, place")).bind(alert).bind(tick).all(tx).await?;
    rows.iter().map(page).collect()
}

/// Whether anybody was reached since then, or still may be.
pub(super) async fn is_heard(tx: &mut Tx, alert: i64, since: Timestamp) -> anyhow::Result<bool> {
    let hopeful = "SELECT id FROM page WHERE alert = $1 AND changed_at >= $2 \
                   AND state IN ('waiting', 'sending', 'sent', 'delivered') LIMIT 1";
    Ok(sql(hopeful).bind(alert).bind(since).first(tx).await?.is_some())
}

/// The last page that went to this address of that platform since then.
pub(super) async fn last_page_to(store: &Store, kind: Kind, address: &str, since: Timestamp) -> anyhow::Result<Option<Page>> {
    let row = sql(format!(
        "{PAGE} WHERE way = $1 AND address = $2 AND state IN ('sending', 'sent', 'delivered') AND changed_at >= $3 ORDER BY id DESC LIMIT 1"
    ))
    .bind(kind.word())
    .bind(address)
    .bind(since)
    .first(store.read())
    .await?;
    row.map(|row| page(&row)).transpose()
}

pub(super) async fn write_page(tx: &mut Tx, page: &Page) -> anyhow::Result<()> {
    sql("UPDATE page SET state = $2, due = $3, changed_at = $4, reason = $5, passed_on = $6, message = $7 WHERE id = $1")
        .bind(page.id)
        .bind(page.state.word())
        .bind(page.due)
        .bind(page.changed_at)
        .bind(page.reason.as_deref())
        .bind(i64::from(page.passed_on))
        .bind(page.message.as_deref())
        .execute(tx)
        .await?;
    Ok(())
}

/// Those pages of an alert that can be edited.
pub(super) async fn editable(tx: &mut Tx, alert: i64) -> anyhow::Result<Vec<i64>> {
    let rows = sql("SELECT id FROM page WHERE alert = $1 AND message IS NOT NULL ORDER BY id").bind(alert).all(tx).await?;
    Ok(rows.iter().map(|row| row.int(0)).collect::<sqlx::Result<_>>()?)
}

pub(super) async fn reach(store: &Store, person: &PersonId) -> anyhow::Result<Option<Reach>> {
    let row = sql("SELECT rules FROM reach WHERE platform = $1 AND (workspace = $2 OR $2 = '') AND person = $3 LIMIT 1")
        .bind(person.platform.as_str())
        .bind(person.workspace.as_str())
        .bind(person.id.as_str())
        .first(store.read())
        .await?;
    row.map(|row| json(&row, 0)).transpose()
}

pub(super) async fn set_reach(tx: &mut Tx, person: &PersonId, reach: &Reach) -> anyhow::Result<()> {
    sql("INSERT INTO reach (platform, workspace, person, number, rules) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (platform, workspace, person) DO UPDATE SET number = excluded.number, rules = excluded.rules")
    .bind(person.platform.as_str())
    .bind(person.workspace.as_str())
    .bind(person.id.as_str())
    // Whose a number is goes by who has shown that it is theirs.
    .bind(reach.own_number())
    .bind(serde_json::to_string(reach)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Nobody, where two say that it is theirs.
pub(super) async fn person_at(store: &Store, number: &str) -> anyhow::Result<Option<PersonId>> {
    let rows =
        sql("SELECT platform, workspace, person FROM reach WHERE number = $1 LIMIT 2").bind(number).all(store.read()).await?;
    match rows.as_slice() {
        [row] => Ok(Some(PersonId::new(&row.text(0)?, &row.text(1)?, &row.text(2)?))),
        _ => Ok(None),
    }
}

fn json<T: DeserializeOwned>(row: &Row, column: usize) -> anyhow::Result<T> {
    Ok(serde_json::from_str(&row.text(column)?)?)
}

fn escalation(row: &Row) -> anyhow::Result<Escalation> {
    Ok(Escalation {
        alert: row.int(0)?,
        plan: json(row, 1)?,
        state: State::of(&row.text(2)?),
        tick: row.int(3)?,
        step: usize::try_from(row.int(4)?)?,
        round: u32::try_from(row.int(5)?)?,
        due: row.maybe_time(6)?,
        begun_at: row.time(7)?,
    })
}

fn page(row: &Row) -> anyhow::Result<Page> {
    let way = row.text(7)?;
    Ok(Page {
        id: row.int(0)?,
        alert: row.maybe_int(1)?,
        tick: row.int(2)?,
        party: usize::try_from(row.int(3)?)?,
        person: row.maybe_text(4)?.and_then(|it| PersonId::parse(&it)),
        name: row.text(5)?,
        why: row.text(6)?,
        kind: Kind::of(&way).ok_or_else(|| Error::internal(format!("`{way}` is no way to page somebody")))?,
        to: json(row, 8)?,
        place: usize::try_from(row.int(9)?)?,
        state: PageState::of(&row.text(10)?),
        due: row.time(11)?,
        changed_at: row.time(12)?,
        reason: row.maybe_text(13)?,
        passed_on: row.int(14)? != 0,
        message: row.maybe_text(15)?,
    })
}
