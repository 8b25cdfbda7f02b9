//! The audit log's rows, and the chain of their hashes.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Entry, Filter, Mark, Record, Sealed, Verified};
use crate::store::{Arg, Dialect, Row, Statement, Store, Tx, given, pieces, sql, table_of};

/// What the first row follows.
const START: [u8; 32] = [0; 32];
/// Who appends to the log holds this PostgreSQL advisory lock until the transaction ends.
const APPENDING: i64 = 0x6265_6c6c_686f_7001;

/// Adds a line to the log, in `tx`; its id.
pub async fn append(tx: &mut Tx, record: &Record) -> sqlx::Result<i64> {
    append_all(tx, &[record]).await
}

/// Adds lines to the log, in `tx` and in this order; the last one's id, 0 where there are none.
pub async fn append_all(tx: &mut Tx, records: &[&Record]) -> sqlx::Result<i64> {
    if records.is_empty() {
        return Ok(0);
    }
    if tx.dialect() == Dialect::Postgres {
        sql("SELECT pg_advisory_xact_lock($1)::text").bind(APPENDING).execute(&mut *tx).await?;
    }
    let last = sql("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").first(&mut *tx).await?;
    let (mut id, mut previous) = match last {
        Some(row) => (row.int(0)?, row.bytes(1)?),
        None => (0, START.to_vec()),
    };
    let at = Timestamp::from_microsecond(tx.now().as_microsecond()).unwrap_or(Timestamp::UNIX_EPOCH);
    for piece in pieces(records) {
        let mut rows = Vec::with_capacity(piece.len());
        for record in piece {
            id += 1;
            let entry = Entry {
                id,
                at,
                actor: storable(&record.actor),
                action: storable(&record.action),
                request_id: storable(&record.request_id),
            };
            let hash = entry.hash(&previous).to_vec();
            let (actor, action, request_id) = (entry.actor.into(), entry.action.into(), entry.request_id.into());
            rows.push([Arg::from(id), entry.at.into(), actor, action, request_id, previous.into(), hash.as_slice().into()]);
            previous = hash;
        }
        sql(format!(
            "INSERT INTO audit (id, at, actor, action, request_id, previous, hash) {}",
            given("*", &table_of(1, 7, piece.len()))
        ))
        .bind_rows(rows)
        .execute(&mut *tx)
        .await?;
    }
    Ok(id)
}

/// PostgreSQL's text cannot hold NUL, and a line that cannot be stored would stop its request.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// What both databases understand alike: a text holds another, whatever its capitals, if it is another without it.
const FITS: &str = "($2 = '' OR actor = $2)
     AND ($3 = '' OR substr(action, 1, length($3)) = $3
         OR (substr(action, 1, 1) = '[' AND replace(action, '] ' || $3, '') <> action))
     AND ($4 = '' OR replace(lower(action), $4, '') <> lower(action) OR replace(lower(actor), $4, '') <> lower(actor)
         OR replace($8, '\n' || actor || '\n', '') <> $8)
     AND at >= $5 AND at < $6";

fn fitting(text: String, id: i64, filter: &Filter, limit: u32) -> Statement {
    sql(text)
        .bind(id)
        .bind(filter.actor.as_deref().unwrap_or_default())
        .bind(filter.action.as_deref().unwrap_or_default())
        .bind(filter.text.as_deref().unwrap_or_default().to_lowercase())
        .bind(filter.since.unwrap_or(Timestamp::UNIX_EPOCH))
        .bind(filter.until.unwrap_or(Timestamp::MAX))
        .bind(i64::from(limit))
        .bind(filter.called.iter().map(|it| format!("\n{it}\n")).collect::<String>())
}

/// Who is in the newest `lines` of the log, once each.
pub async fn some_actors(store: &Store, lines: u32) -> anyhow::Result<Vec<String>> {
    let text = "SELECT DISTINCT actor FROM (SELECT actor FROM audit ORDER BY id DESC LIMIT $1) newest ORDER BY actor";
    let rows = sql(text).bind(i64::from(lines)).all(store.read()).await?;
    Ok(rows.iter().map(|row| row.text(0)).collect::<sqlx::Result<_>>()?)
}

/// The newest lines that fit `filter`.
pub async fn list(store: &Store, limit: u32, filter: &Filter) -> anyhow::Result<Vec<Entry>> {
    let text = format!(
        "SELECT id, at, actor, action, request_id, previous, hash FROM audit WHERE id < $1 AND {FITS} ORDER BY id DESC LIMIT $7"
    );
    let rows = fitting(text, filter.before.unwrap_or(i64::MAX), filter, limit).all(store.read()).await?;
    Ok(rows.iter().map(Entry::read).collect::<sqlx::Result<_>>()?)
}

/// The lines after `after` that fit `filter`, the oldest first, with their hashes.
pub async fn sealed(store: &Store, after: i64, limit: u32, filter: &Filter) -> anyhow::Result<Vec<Sealed>> {
    let text = format!(
        "SELECT id, at, actor, action, request_id, previous, hash FROM audit WHERE id > $1 AND {FITS} ORDER BY id LIMIT $7"
    );
    let rows = fitting(text, after, filter, limit).all(store.read()).await?;
    let read = |row: &Row| {
        let (previous, hash) = (hex::encode(row.bytes(5)?), hex::encode(row.bytes(6)?));
        Ok(Sealed { entry: Entry::read(row)?, previous, hash })
    };
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// Recomputes the whole chain.
pub async fn verify(store: &Store) -> anyhow::Result<Verified> {
    verify_from(store, None).await
}

/// Recomputes the chain after `mark`, whose own row must still be as it was noted.
pub async fn verify_from(store: &Store, mark: Option<&Mark>) -> anyhow::Result<Verified> {
    const AT_ONCE: i64 = 1000;
    let mut previous = START.to_vec();
    let mut last = 0;
    if let Some(mark) = mark {
        let row = sql("SELECT hash FROM audit WHERE id = $1").bind(mark.id).first(store.read()).await?;
        match row.map(|row| row.bytes(0)).transpose()? {
            Some(hash) if hex::encode(&hash) == mark.hash => previous = hash,
            _ => return Ok(Verified::Broken { at: mark.id }),
        }
        last = mark.id;
    }
    loop {
        let rows = sql("SELECT id, at, actor, action, request_id, previous, hash FROM audit WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(last)
            .bind(AT_ONCE)
            .all(store.read())
            .await?;
        for row in &rows {
            let entry = Entry::read(row)?;
            let hash = row.bytes(6)?;
            if entry.id != last + 1 || row.bytes(5)? != previous || hash != entry.hash(&previous) {
                return Ok(Verified::Broken { at: last + 1 });
            }
            last = entry.id;
            previous = hash;
        }
        if rows.is_empty() {
            return Ok(Verified::Intact { rows: last, last: hex::encode(previous) });
        }
    }
}

impl Entry {
    fn read(row: &Row) -> sqlx::Result<Entry> {
        Ok(Entry { id: row.int(0)?, at: row.time(1)?, actor: row.text(2)?, action: row.text(3)?, request_id: row.text(4)? })
    }

    /// SHA-256 over the previous hash and the row; each text goes after its length, so that no two
    /// rows are the same bytes.
    fn hash(&self, previous: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(self.id.to_be_bytes());
        hash.update(self.at.as_microsecond().to_be_bytes());
        for text in [&self.actor, &self.action, &self.request_id] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_each;

    fn record(actor: &str, action: &str) -> Record {
        Record { actor: actor.into(), action: action.into(), request_id: "r1".into() }
    }

    async fn add(store: &Store, lines: &[Record]) {
        let mut tx = store.begin().await.expect("a transaction");
        for line in lines {
            append(&mut tx, line).await.expect("a line");
        }
        tx.commit().await.expect("a commit");
    }

    async fn change(store: &Store, statement: &'static str) -> sqlx::Result<u64> {
        let mut tx = store.begin().await?;
        let changed = sql(statement).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(changed)
    }

    #[tokio::test]
    async fn lines_are_listed_newest_first() {
        on_each(|bench| async move {
            let lines = ["redmine issue create", "redmine issue close", "bellhop\0 roles"].map(|it| record("ana", it));
            add(&bench.store, &lines).await;
            add(&bench.store, &[record("ben", "redmine issue list")]).await;
            let ids = async |filter: Filter| -> Vec<i64> {
                list(&bench.store, 10, &filter).await.expect("lines").iter().map(|it| it.id).collect()
            };
            assert_eq!(ids(Filter::default()).await, [4, 3, 2, 1]);
            assert_eq!(ids(Filter { actor: Some("ana".into()), ..Filter::default() }).await, [3, 2, 1]);
            assert_eq!(ids(Filter { action: Some("redmine issue c".into()), ..Filter::default() }).await, [2, 1]);
            assert_eq!(ids(Filter { before: Some(3), ..Filter::default() }).await, [2, 1]);
            add(&bench.store, &[record("ben", "[refused] redmine issue create Ghost")]).await;
            assert_eq!(ids(Filter { action: Some("redmine issue c".into()), ..Filter::default() }).await, [5, 2, 1]);
            assert_eq!(ids(Filter { text: Some("GHOST".into()), ..Filter::default() }).await, [5]);
            assert_eq!(ids(Filter { text: Some("ben".into()), ..Filter::default() }).await, [5, 4]);
            let called = vec!["ana".to_owned(), "be".to_owned()];
            assert_eq!(ids(Filter { text: Some("abel".into()), called, ..Filter::default() }).await, [3, 2, 1]);
            assert_eq!(some_actors(&bench.store, 10).await.expect("actors"), ["ana", "ben"]);
            assert_eq!(some_actors(&bench.store, 2).await.expect("actors"), ["ben"]);
            let now = bench.store.now();
            assert_eq!(ids(Filter { since: Some(now), ..Filter::default() }).await, [5, 4, 3, 2, 1]);
            assert!(ids(Filter { until: Some(now), ..Filter::default() }).await.is_empty());
            let lines = sealed(&bench.store, 3, 10, &Filter::default()).await.expect("lines");
            assert_eq!(lines.iter().map(|it| it.entry.id).collect::<Vec<_>>(), [4, 5]);
            assert_eq!(lines[1].previous, lines[0].hash);
            assert!(matches!(verify(&bench.store).await.expect("an answer"), Verified::Intact { rows: 5, .. }));
        })
        .await;
    }

    #[tokio::test]
    async fn nothing_is_changed_and_what_is_changed_anyway_shows() {
        on_each(|bench| async move {
            let store = &bench.store;
            let lines: Vec<Record> = (0..5).map(|n| record("ana", &format!("say {n}"))).collect();
            add(store, &lines).await;
            for statement in ["UPDATE audit SET actor = 'ben' WHERE id = 3", "DELETE FROM audit WHERE id = 3"] {
                let err = change(store, statement).await.expect_err("refused").to_string();
                assert!(err.contains("the audit log is append-only"), "{err}");
            }
            assert!(matches!(verify(store).await.expect("an answer"), Verified::Intact { rows: 5, .. }));

            // Somebody who owns the database can.
            let triggers: &[&'static str] = match store.dialect() {
                Dialect::Sqlite => &["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
                Dialect::Postgres => &["DROP TRIGGER audit_no_change ON audit"],
            };
            for statement in triggers {
                change(store, statement).await.expect("dropped");
            }
            change(store, "UPDATE audit SET actor = 'ben' WHERE id = 3").await.expect("changed");
            assert_eq!(verify(store).await.expect("an answer"), Verified::Broken { at: 3 });
            change(store, "UPDATE audit SET actor = 'ana' WHERE id = 3").await.expect("changed back");
            assert!(matches!(verify(store).await.expect("an answer"), Verified::Intact { rows: 5, .. }));
            change(store, "DELETE FROM audit WHERE id = 2").await.expect("deleted");
            assert_eq!(verify(store).await.expect("an answer"), Verified::Broken { at: 2 });
        })
        .await;
    }
}
