//! Cursors, read for all who ask at the same moment in one statement: a read costs several switches between threads, or a
//! way to the server and back, however little it is about. One that comes alone does not wait.

use std::collections::{BTreeSet, HashMap};

use tokio::sync::{mpsc, oneshot};

use super::{Arg, Db, Executor, sql, table_of};

/// Names in one statement, and a little more: who asks last brings all of theirs.
const TOGETHER: usize = 256;

/// Those that there are of the names that were asked for.
pub(super) type Found = Vec<(String, String)>;

struct Asked {
    names: Vec<String>,
    answer: oneshot::Sender<Found>,
}

/// The way to the task that reads. It ends when this is dropped.
pub(super) struct Cursors(mpsc::UnboundedSender<Asked>);

impl Cursors {
    pub fn spawn(db: Db) -> Cursors {
        let (ask, mut asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut all: Vec<Asked> = Vec::new();
            while asked.recv_many(&mut all, 1).await != 0 {
                let mut count = all[0].names.len();
                while count < TOGETHER
                    && let Ok(next) = asked.try_recv()
                {
                    count += next.names.len();
                    all.push(next);
                }
                let names = all.iter().flat_map(|it| &it.names).map(String::as_str).collect();
                match read(&db, &names).await {
                    Ok(found) => all.drain(..).for_each(|it| it.answered(&found)),
                    // Each reads by itself then, and hears why it fails.
                    Err(_) => all.clear(),
                }
            }
        });
        Cursors(ask)
    }

    /// The values of `names`, each once.
    pub async fn read(&self, db: &Db, names: &[String]) -> sqlx::Result<Found> {
        let (answer, found) = oneshot::channel();
        let asked = self.0.send(Asked { names: names.to_vec(), answer });
        if asked.is_ok()
            && let Ok(found) = found.await
        {
            return Ok(found);
        }
        Ok(read(db, &names.iter().map(String::as_str).collect()).await?.into_iter().collect())
    }
}

impl Asked {
    fn answered(self, found: &HashMap<String, String>) {
        let mut names = self.names;
        names.sort_unstable();
        names.dedup();
        // Who asked may have gone meanwhile.
        let _ = self.answer.send(names.into_iter().filter_map(|it| found.get(&it).map(|value| (it, value.clone()))).collect());
    }
}

async fn read(db: &Db, names: &BTreeSet<&str>) -> sqlx::Result<HashMap<String, String>> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let on = match db {
        Db::Sqlite { read, .. } => Executor::Sqlite(read),
        Db::Pg { pool, .. } => Executor::Pg(pool),
    };
    let rows = sql(format!("SELECT name, value FROM cursor WHERE name IN ({})", table_of(1, 1, names.len())))
        .bind_rows(names.iter().map(|it| [Arg::from(*it)]))
        .all(on)
        .await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}
