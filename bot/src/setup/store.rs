//! Setups in the database.

use anyhow::ensure;

use super::{End, Sequence, Step};
use crate::store::{Dialect, Row, Store, Tx, sql};

/// What `person` has under way; nobody else changes it until the transaction ends.
pub(super) async fn open(tx: &mut Tx, person: &str) -> anyhow::Result<Option<Sequence>> {
    let lock = match tx.dialect() {
        // A writer there is alone.
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE",
    };
    sql(format!("{OPEN}{lock}")).bind(person).first(tx).await?.map(|row| sequence(&row, person)).transpose()
}

/// What `person` has under way, to be looked at.
pub(super) async fn look(store: &Store, person: &str) -> anyhow::Result<Option<Sequence>> {
    sql(OPEN).bind(person).first(store.read()).await?.map(|row| sequence(&row, person)).transpose()
}

const OPEN: &str = "SELECT id, steps FROM setup WHERE person = $1 AND state = 'open'";

fn sequence(row: &Row, person: &str) -> anyhow::Result<Sequence> {
    let read = row.text(1)?;
    let steps = serde_json::from_str(&read)?;
    Ok(Sequence { id: row.text(0)?, person: person.to_owned(), steps, read })
}

pub(super) async fn insert(tx: &mut Tx, id: &str, person: &str, steps: &[Step]) -> anyhow::Result<()> {
    let now = tx.now();
    sql("INSERT INTO setup (id, person, state, steps, begun, changed) VALUES ($1, $2, 'open', $3, $4, $4)")
        .bind(id)
        .bind(person)
        .bind(serde_json::to_string(steps)?)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn update(tx: &mut Tx, sequence: &mut Sequence, end: Option<End>) -> anyhow::Result<()> {
    let now = tx.now();
    let state = match end {
        None => "open",
        Some(End::Done) => "done",
        Some(End::Undone) => "undone",
    };
    let steps = serde_json::to_string(&sequence.steps)?;
    let changed = sql("UPDATE setup SET steps = $1, state = $2, changed = $3 WHERE id = $4 AND steps = $5 AND state = 'open'")
        .bind(steps.as_str())
        .bind(state)
        .bind(now)
        .bind(sequence.id.as_str())
        .bind(sequence.read.as_str())
        .execute(tx)
        .await?;
    ensure!(changed == 1, "the setup {} was changed meanwhile", sequence.id);
    sequence.read = steps;
    Ok(())
}
