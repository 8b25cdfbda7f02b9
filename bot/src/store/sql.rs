//! SQL written once for both databases.
//!
//! Statements use `$1`, `$2`, … , `ON CONFLICT` and `RETURNING`, which both understand; values are
//! integers (times as microseconds), text and bytes, so that one small [`Row`] reads them all.

use std::{borrow::Cow, fmt::Write};

use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Decode, PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction, Type,
    postgres::{PgArguments, PgRow},
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

/// Which of the two, where a statement needs two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A value for a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Arg {
    /// NULL, of the same type.
    fn none(&self) -> Arg {
        match self {
            Arg::Int(_) => Arg::Int(None),
            Arg::Text(_) => Arg::Text(None),
            Arg::Bytes(_) => Arg::Bytes(None),
        }
    }
}

/// A statement and its values. Build it with [`sql`].
#[derive(Clone, Debug)]
pub struct Statement {
    text: Cow<'static, str>,
    args: Vec<Arg>,
}

/// Starts a statement. `text` is our own, never a person's: values go through [`Statement::bind`].
pub fn sql(text: impl Into<Cow<'static, str>>) -> Statement {
    Statement { text: text.into(), args: Vec::new() }
}

/// `($3, $4), ($5, $6)`: the placeholders of `rows` rows of `columns` values, beginning with `$first`.
pub fn rows_of(first: usize, columns: usize, rows: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let separator = if column == 0 { "$" } else { ", $" };
            text.push_str(separator);
            // Writing into text cannot fail.
            let _ = write!(text, "{}", first + row * columns + column);
        }
        text.push(')');
    }
    text
}

/// The same for what [`Statement::bind_rows`] makes of `rows` rows: a power of two, so that however many there are only a handful of
/// statements is ever prepared for them. The statement passes over those that are over, which begin with NULL: see [`given`].
pub fn table_of(first: usize, columns: usize, rows: usize) -> String {
    rows_of(first, columns, rows.next_power_of_two())
}

/// `SELECT * FROM …`: the rows of [`table_of`] that were bound; `columns` may be what each is to hold besides.
pub fn given(columns: &str, table: &str) -> String {
    format!("SELECT {columns} FROM (VALUES {table}) v WHERE v.column1 IS NOT NULL")
}

/// The number of the delivery that came to a hook by a key, both as SQL.
pub fn delivery_of(hook: &str, key: &str) -> String {
    format!("(SELECT id FROM delivery WHERE source = 'hook:' || {hook} AND key = {key})")
}

/// The most rows that one statement handles.
const MOST_ROWS: usize = 64;

/// `items` as statements take them, in order.
pub fn pieces<T>(items: &[T]) -> std::slice::Chunks<'_, T> {
    items.chunks(MOST_ROWS)
}

impl Statement {
    /// The value of the next placeholder.
    pub fn bind(mut self, value: impl Into<Arg>) -> Statement {
        self.args.push(value.into());
        self
    }

    /// The values of the next placeholders.
    pub fn bind_all(mut self, values: impl IntoIterator<Item = Arg>) -> Statement {
        self.args.extend(values);
        self
    }

    /// The values of a [`table_of`] as many rows; what is over is NULL, of the first row's types.
    pub fn bind_rows<const COLUMNS: usize>(mut self, rows: impl IntoIterator<Item = [Arg; COLUMNS]>) -> Statement {
        let start = self.args.len();
        self.args.extend(rows.into_iter().flatten());
        let given = (self.args.len() - start) / COLUMNS;
        let none: Vec<Arg> = self.args[start..].iter().take(COLUMNS).map(Arg::none).collect();
        self.args.extend(std::iter::repeat_n(none, given.next_power_of_two() - given).flatten());
        self
    }

    /// Runs it; the number of rows it changed.
    pub async fn execute(self, on: impl Into<Executor<'_>>) -> sqlx::Result<u64> {
        Ok(match on.into() {
            Executor::Tx(Inside::Sqlite(tx)) => sqlite(self.in_tx()).execute(&mut **tx).await?.rows_affected(),
            Executor::Tx(Inside::Pg(tx)) => postgres(self).execute(&mut **tx).await?.rows_affected(),
            Executor::Sqlite(pool) => sqlite(self).execute(pool).await?.rows_affected(),
            Executor::Pg(pool) => postgres(self).execute(pool).await?.rows_affected(),
        })
    }

    pub async fn all(self, on: impl Into<Executor<'_>>) -> sqlx::Result<Vec<Row>> {
        Ok(match on.into() {
            Executor::Tx(Inside::Sqlite(tx)) => rows(sqlite(self.in_tx()).fetch_all(&mut **tx).await?, Row::Sqlite),
            Executor::Tx(Inside::Pg(tx)) => rows(postgres(self).fetch_all(&mut **tx).await?, Row::Pg),
            Executor::Sqlite(pool) => rows(sqlite(self).fetch_all(pool).await?, Row::Sqlite),
            Executor::Pg(pool) => rows(postgres(self).fetch_all(pool).await?, Row::Pg),
        })
    }

    /// Without a journal of its own, in which SQLite keeps what a statement of several rows changed before it failed. On
    /// PostgreSQL a transaction is over when one of its statements fails, and so nobody goes on with one on either.
    /// <https://www.sqlite.org/lang_conflict.html>
    fn in_tx(mut self) -> Statement {
        // It begins with its verb, or with a table and then its verb.
        let has_table = self.text.starts_with("WITH ");
        for (verb, or_fail) in [("INSERT INTO ", "INSERT OR FAIL INTO "), ("UPDATE ", "UPDATE OR FAIL ")] {
            if let Some(at) = self.text.find(verb).filter(|at| *at == 0 || has_table) {
                self.text.to_mut().replace_range(at..at + verb.len(), or_fail);
                break;
            }
        }
        self
    }

    /// The first row, if any.
    pub async fn first(self, on: impl Into<Executor<'_>>) -> sqlx::Result<Option<Row>> {
        // All of it is read: a statement with RETURNING that is dropped half way may not have run to its end.
        Ok(self.all(on).await?.into_iter().next())
    }
}

fn rows<R>(rows: Vec<R>, wrap: fn(R) -> Row) -> Vec<Row> {
    rows.into_iter().map(wrap).collect()
}

/// With `?` in place of `$1`, `$2`, …, and the values in the order in which the text asks for them: SQLite
/// looks a numbered placeholder up among all of them, and there are hundreds.
fn in_order(statement: Statement) -> (String, Vec<Arg>) {
    let Statement { text, mut args } = statement;
    let mut written = String::with_capacity(text.len());
    // Most statements ask for each value once, in order: those are not copied.
    let mut order = Vec::with_capacity(args.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('$') {
        written.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest[..digits].parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        // A number that has no value stays, and SQLite says so.
        match number.filter(|number| *number < args.len()) {
            Some(number) => {
                written.push('?');
                order.push(number);
            }
            None => {
                written.push('$');
                written.push_str(&rest[..digits]);
            }
        }
        rest = &rest[digits..];
    }
    written.push_str(rest);
    if !order.iter().copied().eq(0..args.len()) {
        args = order.into_iter().map(|number| args[number].clone()).collect();
    }
    (written, args)
}

fn sqlite(statement: Statement) -> Query<'static, Sqlite, SqliteArguments> {
    let (text, args) = in_order(statement);
    let query = sqlx::query(AssertSqlSafe(text));
    args.into_iter().fold(query, |query, arg| match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
        Arg::Bytes(value) => query.bind(value),
    })
}

fn postgres(statement: Statement) -> Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(statement.text));
    statement.args.into_iter().fold(query, |query, arg| match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
        Arg::Bytes(value) => query.bind(value),
    })
}

/// What a statement runs on: a transaction, or [`crate::store::Store::read`].
pub enum Executor<'a> {
    Tx(&'a mut Inside),
    Sqlite(&'a SqlitePool),
    Pg(&'a PgPool),
}

/// An open transaction of either database.
pub enum Inside {
    Sqlite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// A row, read by column position from 0. A column of another type than asked for is an error.
pub enum Row {
    Sqlite(SqliteRow),
    Pg(PgRow),
}

/// What a column can be read as, on both.
trait Column: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl<T> Column for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl Row {
    fn get<T: Column>(&self, column: usize) -> sqlx::Result<T> {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Pg(row) => row.try_get(column),
        }
    }

    pub fn int(&self, column: usize) -> sqlx::Result<i64> {
        self.get(column)
    }

    pub fn maybe_int(&self, column: usize) -> sqlx::Result<Option<i64>> {
        self.get(column)
    }

    pub fn text(&self, column: usize) -> sqlx::Result<String> {
        self.get(column)
    }

    pub fn maybe_text(&self, column: usize) -> sqlx::Result<Option<String>> {
        self.get(column)
    }

    pub fn bytes(&self, column: usize) -> sqlx::Result<Vec<u8>> {
        self.get(column)
    }

    pub fn maybe_bytes(&self, column: usize) -> sqlx::Result<Option<Vec<u8>>> {
        self.get(column)
    }

    /// A time column.
    pub fn time(&self, column: usize) -> sqlx::Result<Timestamp> {
        Timestamp::from_microsecond(self.int(column)?).map_err(|err| sqlx::Error::Decode(err.into()))
    }

    pub fn maybe_time(&self, column: usize) -> sqlx::Result<Option<Timestamp>> {
        self.maybe_int(column)?
            .map(|at| Timestamp::from_microsecond(at).map_err(|err| sqlx::Error::Decode(err.into())))
            .transpose()
    }

    /// A text column that holds JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> sqlx::Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|err| sqlx::Error::Decode(err.into()))
    }
}

impl From<i64> for Arg {
    fn from(value: i64) -> Arg {
        Arg::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg {
    fn from(value: Option<i64>) -> Arg {
        Arg::Int(value)
    }
}

impl From<Timestamp> for Arg {
    fn from(value: Timestamp) -> Arg {
        Arg::Int(Some(value.as_microsecond()))
    }
}

impl From<Option<Timestamp>> for Arg {
    fn from(value: Option<Timestamp>) -> Arg {
        Arg::Int(value.map(Timestamp::as_microsecond))
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Arg {
        Arg::Text(Some(value.to_owned()))
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Arg {
        Arg::Text(Some(value))
    }
}

impl From<Option<String>> for Arg {
    fn from(value: Option<String>) -> Arg {
        Arg::Text(value)
    }
}

impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Arg {
        Arg::Text(value.map(str::to_owned))
    }
}

impl From<Vec<u8>> for Arg {
    fn from(value: Vec<u8>) -> Arg {
        Arg::Bytes(Some(value))
    }
}

impl From<&[u8]> for Arg {
    fn from(value: &[u8]) -> Arg {
        Arg::Bytes(Some(value.to_vec()))
    }
}

impl From<Option<Vec<u8>>> for Arg {
    fn from(value: Option<Vec<u8>>) -> Arg {
        Arg::Bytes(value)
    }
}
