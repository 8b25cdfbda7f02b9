//! PostgreSQL, filled from a SQLite file in one transaction.

use anyhow::Context;
use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::store::{
    backup::{Part, Progress, Watch},
    portable::{self, Kind, Table, Value},
};

/// Rows that go to PostgreSQL in one statement.
const AT_ONCE: usize = 500;

/// Replaces every row of the server's tables by those of the copy, in one transaction.
pub(super) async fn fill(mut target: PgConnection, copy: &Part, watch: Watch<'_>) -> anyhow::Result<()> {
    let mut source = portable::connect(&copy.0, "").await?;
    let tables = portable::tables(&mut source).await?;
    sqlx::raw_sql("BEGIN").execute(&mut target).await?;
    // The audit log refuses to be emptied, but for its owner.
    for table in &tables {
        sqlx::raw_sql(AssertSqlSafe(format!("ALTER TABLE \"{}\" DISABLE TRIGGER USER", table.name))).execute(&mut target).await?;
    }
    let all = tables.iter().map(|it| format!("\"{}\"", it.name)).collect::<Vec<_>>().join(", ");
    sqlx::raw_sql(AssertSqlSafe(format!("TRUNCATE {all}"))).execute(&mut target).await?;
    for table in &tables {
        let rows = copy_table(&mut source, &mut target, table).await.with_context(|| format!("table {}", table.name))?;
        watch(Progress { table: &table.name, rows });
    }
    for table in &tables {
        if let Some(column) = &table.counted {
            let last = sqlx::query("SELECT seq FROM sqlite_sequence WHERE name = ?").bind(&table.name);
            let last = last.fetch_optional(&mut source).await?.map_or(Ok(0), |row| row.try_get::<i64, _>(0))?;
            if last > 0 {
                let text = format!("SELECT setval(pg_get_serial_sequence('\"{}\"', '{column}'), $1)", table.name);
                sqlx::query(AssertSqlSafe(text)).bind(last).execute(&mut target).await?;
            }
        }
        sqlx::raw_sql(AssertSqlSafe(format!("ALTER TABLE \"{}\" ENABLE TRIGGER USER", table.name))).execute(&mut target).await?;
    }
    sqlx::raw_sql("COMMIT").execute(&mut target).await?;
    source.close().await?;
    target.close().await?;
    Ok(())
}

async fn copy_table(source: &mut sqlx::SqliteConnection, target: &mut PgConnection, table: &Table) -> anyhow::Result<i64> {
    let select = format!("SELECT {} FROM \"{}\"", table.names(), table.name);
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(source);
    let mut waiting: Vec<Vec<Value>> = Vec::with_capacity(AT_ONCE);
    let mut total = 0;
    loop {
        let row = rows.try_next().await?;
        let is_end = row.is_none();
        if let Some(row) = row {
            waiting.push(table.values_of_sqlite(&row)?);
            total += 1;
        }
        if waiting.len() == AT_ONCE || (is_end && !waiting.is_empty()) {
            insert(target, table, std::mem::take(&mut waiting)).await?;
        }
        if is_end {
            return Ok(total);
        }
    }
}

/// A statement with an array a column.
async fn insert(target: &mut PgConnection, table: &Table, rows: Vec<Vec<Value>>) -> sqlx::Result<()> {
    let mut columns: Vec<Vec<Value>> = table.columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let array = |(at, it): (usize, &portable::Column)| match it.kind {
        Kind::Int => format!("${}::bigint[]", at + 1),
        Kind::Text => format!("${}::text[]", at + 1),
        Kind::Bytes => format!("${}::bytea[]", at + 1),
    };
    let arrays = table.columns.iter().enumerate().map(array).collect::<Vec<_>>().join(", ");
    let text =
        format!("INSERT INTO \"{}\" ({}) OVERRIDING SYSTEM VALUE SELECT * FROM UNNEST({arrays})", table.name, table.names());
    let mut query = sqlx::query(AssertSqlSafe(text));
    for (values, column) in columns.into_iter().zip(&table.columns) {
        query = match column.kind {
            Kind::Int => {
                query.bind(values.into_iter().map(|it| if let Value::Int(it) = it { it } else { None }).collect::<Vec<_>>())
            }
            // PostgreSQL's text cannot hold NUL.
            Kind::Text => query.bind(
                values
                    .into_iter()
                    .map(|it| if let Value::Text(it) = it { it.map(|it| it.replace('\0', "\u{fffd}")) } else { None })
                    .collect::<Vec<_>>(),
            ),
            Kind::Bytes => {
                query.bind(values.into_iter().map(|it| if let Value::Bytes(it) = it { it } else { None }).collect::<Vec<_>>())
            }
        };
    }
    query.execute(target).await?;
    Ok(())
}
