//! Rows of overrides, swaps, calendars, and of what was said and set last.

use jiff::Timestamp;

use super::swap::{Spell, State, Swap};
use crate::{
    people::PersonId,
    store::{Row, Store, Tx, sql},
};

/// Who is on call instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// 0 of one that is not stored yet.
    pub id: i64,
    pub schedule: String,
    pub person: PersonId,
    /// Whom they stand in for, where that one is on call; none: whoever is.
    pub replaces: Option<PersonId>,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Who asked for it.
    pub who: String,
    /// The swap that it is a half of.
    pub swap: Option<i64>,
}

const OVERRIDE: &str = "id, schedule, person, replaces, from_at, until_at, who, swap";

fn read_override(row: &Row) -> sqlx::Result<Override> {
    Ok(Override {
        id: row.int(0)?,
        schedule: row.text(1)?,
        person: person(row.text(2)?)?,
        replaces: row.maybe_text(3)?.map(person).transpose()?,
        from: row.time(4)?,
        until: row.time(5)?,
        who: row.text(6)?,
        swap: row.maybe_int(7)?,
    })
}

fn person(text: String) -> sqlx::Result<PersonId> {
    PersonId::parse(&text).ok_or_else(|| sqlx::Error::Decode(format!("`{text}` is nobody").into()))
}

/// Those of a schedule that end after `after`, in the order in which they were made.
pub async fn overrides(store: &Store, schedule: &str, after: Timestamp) -> anyhow::Result<Vec<Override>> {
    let rows = sql(format!("SELECT {OVERRIDE} FROM oncall_override WHERE schedule = $1 AND until_at > $2 ORDER BY id"))
        .bind(schedule)
        .bind(after)
        .all(store.read())
        .await?;
    Ok(rows.iter().map(read_override).collect::<sqlx::Result<_>>()?)
}

pub async fn add_override(tx: &mut Tx, new: &Override) -> sqlx::Result<i64> {
    let now = tx.now();
    let row = sql("INSERT INTO oncall_override (schedule, person, replaces, from_at, until_at, who, swap, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id")
    .bind(new.schedule.as_str())
    .bind(new.person.to_string())
    .bind(new.replaces.as_ref().map(PersonId::to_string))
    .bind(new.from)
    .bind(new.until)
    .bind(new.who.as_str())
    .bind(new.swap)
    .bind(now)
    .first(tx)
    .await?;
    row.map_or(Err(sqlx::Error::RowNotFound), |it| it.int(0))
}

/// Takes it away; what it was.
pub async fn remove_override(tx: &mut Tx, id: i64) -> sqlx::Result<Option<Override>> {
    let row = sql(format!("DELETE FROM oncall_override WHERE id = $1 RETURNING {OVERRIDE}")).bind(id).first(tx).await?;
    row.as_ref().map(read_override).transpose()
}

const SWAP: &str = "id, schedule, asker, other, give_from, give_until, take_from, take_until, state, expires";

fn read_swap(row: &Row) -> sqlx::Result<Swap> {
    let take = row.maybe_time(6)?.zip(row.maybe_time(7)?).map(|(from, until)| Spell { from, until });
    let state = row.text(8)?;
    Ok(Swap {
        id: row.int(0)?,
        schedule: row.text(1)?,
        asker: person(row.text(2)?)?,
        other: person(row.text(3)?)?,
        give: Spell { from: row.time(4)?, until: row.time(5)? },
        take,
        state: State::of(&state).ok_or_else(|| sqlx::Error::Decode(format!("`{state}` is no state").into()))?,
        expires: row.time(9)?,
    })
}

pub async fn add_swap(tx: &mut Tx, new: &Swap) -> sqlx::Result<i64> {
    let now = tx.now();
    let row =
        sql("INSERT INTO oncall_swap (schedule, asker, other, give_from, give_until, take_from, take_until, state, at, expires)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9) RETURNING id")
        .bind(new.schedule.as_str())
        .bind(new.asker.to_string())
        .bind(new.other.to_string())
        .bind(new.give.from)
        .bind(new.give.until)
        .bind(new.take.map(|it| it.from))
        .bind(new.take.map(|it| it.until))
        .bind(now)
        .bind(new.expires)
        .first(tx)
        .await?;
    row.map_or(Err(sqlx::Error::RowNotFound), |it| it.int(0))
}

pub async fn swap(store: &Store, id: i64) -> anyhow::Result<Option<Swap>> {
    let row = sql(format!("SELECT {SWAP} FROM oncall_swap WHERE id = $1")).bind(id).first(store.read()).await?;
    Ok(row.as_ref().map(read_swap).transpose()?)
}

/// Those that nobody has decided yet, of all schedules.
pub async fn open_swaps(store: &Store) -> anyhow::Result<Vec<Swap>> {
    let rows = sql(format!("SELECT {SWAP} FROM oncall_swap WHERE state = 'asked' ORDER BY id")).all(store.read()).await?;
    Ok(rows.iter().map(read_swap).collect::<sqlx::Result<_>>()?)
}

/// Whether it was open until now: of two who decide at the same time, one does.
pub async fn decide(tx: &mut Tx, id: i64, state: State) -> sqlx::Result<bool> {
    let now = tx.now();
    let update = sql("UPDATE oncall_swap SET state = $2, decided_at = $3 WHERE id = $1 AND state = 'asked'");
    Ok(update.bind(id).bind(state.word()).bind(now).execute(tx).await? > 0)
}

/// What was said and set of a schedule last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Who is on call, as far as was said, sorted; none: nothing was said yet.
    pub people: Option<Vec<String>>,
    /// The reminders that were sent of shifts to come.
    pub reminded: Vec<String>,
    /// What cannot be set, when that was said.
    pub problem: Option<String>,
    /// How often the addresses of its calendar were made invalid.
    pub feed: i64,
}

pub async fn told(store: &Store, schedule: &str) -> anyhow::Result<Told> {
    let row = sql("SELECT told, reminded, problem, feed FROM oncall_state WHERE schedule = $1");
    let Some(row) = row.bind(schedule).first(store.read()).await? else { return Ok(Told::default()) };
    let people = match row.maybe_text(0)? {
        Some(_) => Some(row.json(0)?),
        None => None,
    };
    Ok(Told { people, reminded: row.json(1)?, problem: row.maybe_text(2)?, feed: row.int(3)? })
}

/// Everything but [`Told::feed`].
pub async fn save_told(tx: &mut Tx, schedule: &str, told: &Told) -> sqlx::Result<()> {
    let json = |it: &Vec<String>| serde_json::to_string(it).map_err(|err| sqlx::Error::Encode(err.into()));
    sql("INSERT INTO oncall_state (schedule, told, reminded, problem) VALUES ($1, $2, $3, $4)
         ON CONFLICT (schedule) DO UPDATE SET told = excluded.told, reminded = excluded.reminded, problem = excluded.problem")
    .bind(schedule)
    .bind(told.people.as_ref().map(json).transpose()?)
    .bind(json(&told.reminded)?)
    .bind(told.problem.as_deref())
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes the addresses of a schedule's calendar invalid.
pub async fn renew_feed(tx: &mut Tx, schedule: &str) -> sqlx::Result<()> {
    sql("INSERT INTO oncall_state (schedule, feed) VALUES ($1, 1)
         ON CONFLICT (schedule) DO UPDATE SET feed = oncall_state.feed + 1")
    .bind(schedule)
    .execute(tx)
    .await?;
    Ok(())
}

/// What shows who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `slack:@oncall`; `header:slack:#dev`.
    pub target: String,
    /// What we put there last: ids, sorted; of a header, its text.
    pub pushed: Option<Vec<String>>,
    /// What somebody else put there, when that was said.
    pub found: Option<Vec<String>>,
}

pub async fn shown(store: &Store, schedule: &str) -> anyhow::Result<Vec<Shown>> {
    let rows = sql("SELECT target, pushed, found FROM oncall_shown WHERE schedule = $1 ORDER BY target");
    let list = |row: &Row, column| -> sqlx::Result<Option<Vec<String>>> {
        match row.maybe_text(column)? {
            Some(_) => row.json(column).map(Some),
            None => Ok(None),
        }
    };
    let rows = rows.bind(schedule).all(store.read()).await?;
    let read = |row: &Row| Ok(Shown { target: row.text(0)?, pushed: list(row, 1)?, found: list(row, 2)? });
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

pub async fn save_shown(tx: &mut Tx, schedule: &str, shown: &Shown) -> sqlx::Result<()> {
    let json = |it: &Vec<String>| serde_json::to_string(it).map_err(|err| sqlx::Error::Encode(err.into()));
    sql("INSERT INTO oncall_shown (schedule, target, pushed, found) VALUES ($1, $2, $3, $4)
         ON CONFLICT (schedule, target) DO UPDATE SET pushed = excluded.pushed, found = excluded.found")
    .bind(schedule)
    .bind(shown.target.as_str())
    .bind(shown.pushed.as_ref().map(json).transpose()?)
    .bind(shown.found.as_ref().map(json).transpose()?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Lets the rota count again where somebody else changed what shows it; in how many places.
pub async fn overrule(tx: &mut Tx, schedule: &str) -> sqlx::Result<u64> {
    // Of a header nothing of ours is left: it is put there anew.
    let update = "UPDATE oncall_shown SET pushed = CASE WHEN target LIKE 'header:%' THEN NULL ELSE found END, found = NULL
                  WHERE schedule = $1 AND found IS NOT NULL";
    sql(update).bind(schedule).execute(tx).await
}

/// Forgets what was said and set of a schedule that is gone, and what was to change it.
pub async fn forget(tx: &mut Tx, schedule: &str) -> sqlx::Result<()> {
    let now = tx.now();
    for table in ["oncall_state", "oncall_shown", "oncall_override"] {
        sql(format!("DELETE FROM {table} WHERE schedule = $1")).bind(schedule).execute(&mut *tx).await?;
    }
    let update = sql("UPDATE oncall_swap SET state = 'expired', decided_at = $2 WHERE schedule = $1 AND state = 'asked'");
    update.bind(schedule).bind(now).execute(tx).await?;
    Ok(())
}

/// The schedules of which anything was said or set.
pub async fn known(store: &Store) -> anyhow::Result<Vec<String>> {
    let rows = sql("SELECT schedule FROM oncall_state ORDER BY schedule").all(store.read()).await?;
    Ok(rows.iter().map(|it| it.text(0)).collect::<sqlx::Result<_>>()?)
}

/// A calendar as it was fetched last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub body: Option<String>,
    pub at: Timestamp,
    pub problem: Option<String>,
}

pub async fn calendar(store: &Store, source: &str) -> anyhow::Result<Option<Fetched>> {
    let row = sql("SELECT body, fetched_at, problem FROM oncall_calendar WHERE source = $1").bind(source);
    let Some(row) = row.first(store.read()).await? else { return Ok(None) };
    Ok(Some(Fetched { body: row.maybe_text(0)?, at: row.time(1)?, problem: row.maybe_text(2)? }))
}

/// Keeps what was fetched; without a body, what was there goes on.
pub async fn keep_calendar(store: &Store, source: &str, body: Option<&str>, problem: Option<&str>) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let now = tx.now();
    sql("INSERT INTO oncall_calendar (source, body, fetched_at, problem) VALUES ($1, $2, $3, $4)
         ON CONFLICT (source) DO UPDATE SET body = COALESCE(excluded.body, oncall_calendar.body),
             fetched_at = excluded.fetched_at, problem = excluded.problem")
    .bind(source)
    .bind(body)
    .bind(now)
    .bind(problem)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether somebody wants no direct message about their shifts.
pub async fn is_hushed(store: &Store, person: &PersonId) -> anyhow::Result<bool> {
    let row = sql("SELECT 1 FROM oncall_hushed WHERE person = $1").bind(person.to_string()).first(store.read()).await?;
    Ok(row.is_some())
}

pub async fn hush(store: &Store, person: &PersonId) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let insert = sql("INSERT INTO oncall_hushed (person) VALUES ($1) ON CONFLICT (person) DO NOTHING");
    insert.bind(person.to_string()).execute(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn unhush(store: &Store, person: &PersonId) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    sql("DELETE FROM oncall_hushed WHERE person = $1").bind(person.to_string()).execute(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}
