//! What is wrong with a database that does not do what it is asked.

use commands::{Error, ErrorKind};

/// What an action says of it. Where nothing was done because the database had no time or is out of order, what was asked for is
/// done later ([`Error::is_temporary`]); where the connection broke, nobody knows whether it was.
pub fn unreadable(err: impl Into<anyhow::Error>) -> Error {
    let err = err.into();
    tracing::error!("The store cannot be used: {err:#}");
    let kind = match err.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)) => ErrorKind::Server,
        Some(err) if fault(err).is_some() => ErrorKind::Server,
        _ => ErrorKind::Internal,
    };
    let told = Error::new(kind, "The store cannot be used right now. Try again in a moment; `bellhop doctor` says more.");
    match err.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Io(_)) => told.maybe_done(),
        _ => told,
    }
}

/// What is wrong with the database itself, by SQLite's result code (<https://sqlite.org/rescode.html>)
/// or PostgreSQL's SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
pub(crate) fn fault(err: &sqlx::Error) -> Option<&'static str> {
    let code = err.as_database_error()?.code()?;
    if let Ok(code) = code.parse::<u32>()
        && code < 0x10000
        && err.as_database_error()?.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
    {
        return match code & 0xff {
            5 | 6 => Some("The database is locked."),
            8 => Some("The database is read-only."),
            10 | 11 | 14 | 26 => Some("The database's disk does not work."),
            13 => Some("The database's disk is full."),
            _ => None,
        };
    }
    match code.get(..2)? {
        "53" => Some("The database has no room left."),
        "08" | "57" | "58" => Some("The database is not available."),
        "25" => Some("The database is read-only."),
        "40" | "55" => Some("The database is busy."),
        _ => None,
    }
}

/// What became of a transaction whose COMMIT a server that was just being stopped answered with an error: it may have been
/// written before, as where the connection broke.
pub(super) fn unknown_end(err: sqlx::Error) -> sqlx::Error {
    let code = err.as_database_error().and_then(|it| it.code());
    match code.as_deref().and_then(|it| it.get(..2)) {
        Some("08" | "57") => sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::ConnectionAborted, err.to_string())),
        _ => err,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Dialect, sql, testing::on_each};

    fn kind(err: sqlx::Error) -> (ErrorKind, bool) {
        let told = unreadable(anyhow::Error::new(err).context("Reading it."));
        (told.kind, told.maybe_done)
    }

    #[tokio::test]
    async fn what_was_not_done_is_done_later_and_what_cannot_be_done_is_told() {
        assert_eq!(kind(sqlx::Error::PoolTimedOut), (ErrorKind::Server, false));
        assert_eq!(kind(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into())), (ErrorKind::Server, true));
        on_each(|bench| async move {
            let wrong = sql("SELECT nothing FROM nowhere").first(bench.store.read()).await.err().expect("refused");
            assert_eq!(kind(wrong), (ErrorKind::Internal, false));
            if bench.store.dialect() == Dialect::Postgres {
                stopped_in_commit(&bench.store).await;
            }
            bench.store.close().await;
            let closed = sql("SELECT 1").first(bench.store.read()).await.err().expect("refused");
            assert_eq!(kind(closed), (ErrorKind::Server, false));
        })
        .await;
    }

    /// A trigger that waits for the COMMIT says what a server says that is being stopped.
    async fn stopped_in_commit(store: &crate::store::Store) {
        for text in [
            "CREATE TABLE stopped (it BIGINT)",
            "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'terminating connection' USING ERRCODE = '57P01'; END $$",
            "CREATE CONSTRAINT TRIGGER stop AFTER INSERT ON stopped DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stop()",
        ] {
            let mut tx = store.begin().await.expect("a transaction");
            sql(text).execute(&mut tx).await.expect("made");
            tx.commit().await.expect("committed");
        }
        let mut tx = store.begin().await.expect("a transaction");
        sql("INSERT INTO stopped (it) VALUES (1)").execute(&mut tx).await.expect("inserted");
        let err = tx.commit().await.expect_err("it is stopped");
        assert_eq!(kind(err), (ErrorKind::Server, true), "nobody knows whether it was written");
    }
}
