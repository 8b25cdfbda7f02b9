//! Rows of what was sent to numbers.

use jiff::Timestamp;

use crate::{
    people::PersonId,
    store::{Dialect, Row, Tx, sql},
};

/// What was sent to a number, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::escalation) struct Code {
    pub number: String,
    pub digest: String,
    pub made_at: Timestamp,
    pub tries: i64,
    pub sent: i64,
    pub counted_at: Timestamp,
}

/// What was sent to somebody's number; held until the transaction ends, so that each try counts.
pub(in crate::escalation) async fn code(tx: &mut Tx, person: &PersonId) -> anyhow::Result<Option<Code>> {
    let lock = if tx.dialect() == Dialect::Postgres { "FOR UPDATE" } else { "" };
    let row = sql(format!(
        "SELECT number, digest, made_at, tries, sent, counted_at FROM reach_code
         WHERE platform = $1 AND workspace = $2 AND person = $3 {lock}"
    ))
    .bind(person.platform.as_str())
    .bind(person.workspace.as_str())
    .bind(person.id.as_str())
    .first(tx)
    .await?;
    let read = |row: Row| -> sqlx::Result<Code> {
        Ok(Code {
            number: row.text(0)?,
            digest: row.text(1)?,
            made_at: row.time(2)?,
            tries: row.int(3)?,
            sent: row.int(4)?,
            counted_at: row.time(5)?,
        })
    };
    Ok(row.map(read).transpose()?)
}

pub(in crate::escalation) async fn put_code(tx: &mut Tx, person: &PersonId, it: &Code) -> anyhow::Result<()> {
    sql("INSERT INTO reach_code (platform, workspace, person, number, digest, made_at, tries, sent, counted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (platform, workspace, person) DO UPDATE SET number = excluded.number, digest = excluded.digest,
             made_at = excluded.made_at, tries = excluded.tries, sent = excluded.sent, counted_at = excluded.counted_at")
    .bind(person.platform.as_str())
    .bind(person.workspace.as_str())
    .bind(person.id.as_str())
    .bind(it.number.as_str())
    .bind(it.digest.as_str())
    .bind(it.made_at)
    .bind(it.tries)
    .bind(it.sent)
    .bind(it.counted_at)
    .execute(tx)
    .await?;
    Ok(())
}
