//! Trying out, before the process that holds a database is told to let go of it, whether this one could open it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use sqlx::{ConnectOptions, SqliteConnection};

use super::{
    Arc, Store, SystemClock,
    migrations::SQLITE,
    open::{self, Holding},
};

/// A database as it will be once this binary's migrations have run.
pub struct Rehearsal {
    pub store: Store,
    copy: Option<Copy>,
}

/// Files that are deleted in the end.
struct Copy(PathBuf);

impl Copy {
    fn files(&self) -> [PathBuf; 3] {
        ["", "-wal", "-shm"].map(|ending| {
            let mut name = self.0.as_os_str().to_owned();
            name.push(ending);
            name.into()
        })
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        for file in self.files() {
            // Most are not there.
            let _ = std::fs::remove_file(file);
        }
    }
}

impl Rehearsal {
    /// Of the SQLite file of `url`, which another process may be at work on. Where migrations are to be run, they are
    /// run on a copy beside it, which needs as much room again; none where there is nothing to rehearse on.
    ///
    /// # Errors
    /// As [`Store::open`]; also when there is no room for the copy.
    pub async fn of(url: &str) -> anyhow::Result<Option<Rehearsal>> {
        let Some(path) = open::path(url).filter(|it| it.is_file()) else { return Ok(None) };
        let shown = path.display();
        let mut running = open::sqlite_options()
            .filename(path)
            .connect()
            .await
            .with_context(|| format!("The database `{shown}` cannot be opened beside the bellhop that uses it."))?;
        if !has_migrations_to_run(&mut running).await? {
            return Ok(Some(Rehearsal { store: Store::open_beside(url).await?, copy: None }));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".rehearsal");
        let copy = Copy(name.into());
        // One of an earlier rehearsal that was killed.
        drop(Copy(copy.0.clone()));
        sqlx::query("VACUUM INTO $1")
            .bind(copy.0.to_string_lossy().into_owned())
            .execute(&mut running)
            .await
            .with_context(|| format!("The database `{shown}` cannot be copied to try this version's migrations on it."))?;
        let store = opened(&copy.0).await.with_context(|| format!("This version's migrations do not work on `{shown}`."))?;
        Ok(Some(Rehearsal { store, copy: Some(copy) }))
    }

    /// Deletes what was made for it.
    pub async fn end(self) {
        self.store.close().await;
        drop(self.copy);
    }
}

async fn has_migrations_to_run(running: &mut SqliteConnection) -> anyhow::Result<bool> {
    let (done,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'").fetch_one(&mut *running).await?;
    if done == 0 {
        return Ok(true);
    }
    let done: Vec<(i64,)> = sqlx::query_as("SELECT version FROM _sqlx_migrations WHERE success").fetch_all(running).await?;
    Ok(SQLITE.iter().any(|it| !done.contains(&(it.version,))))
}

async fn opened(path: &Path) -> anyhow::Result<Store> {
    let (db, _) = open::file(path, Holding::Beside).await?;
    Store::over(db, None, Arc::new(SystemClock), String::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn migrations_are_tried_on_a_copy() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bellhop.db");
        let url = format!("sqlite://{}", path.display());
        let files = || {
            let names = std::fs::read_dir(folder.path()).expect("it is there").flatten().map(|it| it.file_name());
            names.filter(|it| it.to_string_lossy().contains("rehearsal")).count()
        };
        assert!(Rehearsal::of(&url).await.expect("nothing is no error").is_none());

        // As an earlier version leaves it: without the tables of this one.
        let mut earlier = open::sqlite_options().filename(&path).create_if_missing(true).connect().await.expect("a new database");
        sqlx::query("CREATE TABLE earlier (id INTEGER)").execute(&mut earlier).await.expect("a table");
        let rehearsal = Rehearsal::of(&url).await.expect("the migrations work").expect("there is a database");
        rehearsal.store.ping().await.expect("the copy answers");
        assert!(files() > 0, "the copy lies beside it");
        rehearsal.end().await;
        assert_eq!(files(), 0);
        assert!(has_migrations_to_run(&mut earlier).await.expect("it answers"), "nothing was changed");

        // One on which they cannot work.
        let store = Store::open(&url).await.expect("it opens");
        sqlx::query("DELETE FROM _sqlx_migrations").execute(&mut earlier).await.expect("it forgets");
        let Err(err) = Rehearsal::of(&url).await else { panic!("the tables are there already") };
        assert!(format!("{err:#}").contains("This version's migrations do not work"), "{err:#}");
        assert_eq!(files(), 0);
        store.ping().await.expect("the running bot goes on");
    }

    #[tokio::test]
    async fn a_database_is_waited_for_until_it_is_let_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("bellhop.db").display());
        let before = Store::open(&url).await.expect("it opens");
        let refused = Store::open_within(&url, std::time::Duration::from_millis(1)).await;
        assert!(refused.is_err_and(|err| err.to_string().contains("in use by another running bellhop")));
        let patience = std::time::Duration::from_secs(60);
        let (after, ()) = tokio::join!(Store::open_within(&url, patience), before.close());
        after.expect("the one before has closed it").ping().await.expect("it answers");
        assert!(before.ping().await.is_err(), "whoever still has the one before can do nothing");
    }
}
