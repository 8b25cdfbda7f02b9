//! Rows of calls that wait for others to agree, and of who did.

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Map;

use super::{Approval, FollowJob, State, Step};
use crate::{
    audit,
    chat::Target,
    connections::{Change, Vault, store::APPROVAL},
    queue::{NewJob, Queue},
    store::{Row, Store, Tx, sql},
};

/// What waits for others to agree. Cheap to clone.
#[derive(Clone)]
pub struct Approvals {
    store: Store,
}

/// Somebody who agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// `slack:T1:U1`
    pub person: String,
    pub name: String,
    pub at: Timestamp,
}

/// What became of somebody's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It is decided now.
    Decided,
    /// So many agreed; more have to.
    More { given: u32 },
    /// They had agreed before.
    Twice,
    /// It was decided, or expired, before.
    TooLate,
}

const COLUMNS: &str = "id, rule, asker, asker_name, asker_email, line, job, digest, approvers, needed, asked, state, at, expires, ended, why, \
     detail";

impl Approvals {
    pub fn open(store: &Store) -> Approvals {
        Approvals { store: store.clone() }
    }

    /// Keeps a call ([`Approval::id`] does not count) with what `then` makes of its number: the messages that ask. Its
    /// number, and whether it was kept before: a request is asked about once.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn keep(
        &self,
        new: &Approval,
        record: impl FnOnce(i64) -> audit::Record,
        then: impl FnOnce(i64) -> Vec<NewJob>,
        sealing: Option<Sealing<'_>>,
    ) -> anyhow::Result<(i64, Kept)> {
        let mut tx = self.store.begin().await?;
        let row =
            sql("INSERT INTO approval (request_id, rule, asker, asker_name, asker_email, line, job, digest, approvers, needed, \
                 asked, state, at, expires, why, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12, $13, '', $14)
             ON CONFLICT (request_id) DO NOTHING RETURNING id")
            .bind(new.job.request_id.as_str())
            .bind(new.rule.as_str())
            .bind(new.asker.as_str())
            .bind(new.asker_name.as_str())
            .bind(new.asker_email.as_deref())
            .bind(new.line.as_str())
            .bind(serde_json::to_string(&new.job)?)
            .bind(new.digest.as_str())
            .bind(serde_json::to_string(&new.approvers)?)
            .bind(i64::from(new.needed))
            .bind(serde_json::to_string(&new.asked)?)
            .bind(new.at)
            .bind(new.expires)
            .bind(new.detail.as_str())
            .first(&mut tx)
            .await?;
        let Some(row) = row else {
            let known = sql("SELECT id FROM approval WHERE request_id = $1").bind(new.job.request_id.as_str());
            let id = known.first(&mut tx).await?.map_or(Ok(0), |row| row.int(0))?;
            tx.rollback().await?;
            return Ok((id, Kept::Before));
        };
        let id = row.int(0)?;
        if let Some(Sealing { vault, secrets }) = sealing {
            let (name, kind) = (aside(id), APPROVAL.to_owned());
            vault.save_in(&mut tx, &Change { name, kind, settings: Map::new(), secrets, who: new.asker.clone() }).await?;
        }
        audit::append(&mut tx, &record(id)).await?;
        for job in then(id) {
            Queue::enqueue(&mut tx, &job).await?;
        }
        Queue::enqueue(&mut tx, &FollowJob { approval: id, step: Step::Expire }.into_job(Some(new.expires))).await?;
        tx.commit().await?;
        Ok((id, Kept::Now))
    }

    /// The secrets that its form held, by field.
    ///
    /// # Errors
    /// They cannot be opened.
    pub async fn secrets(&self, vault: &Vault, id: i64) -> anyhow::Result<BTreeMap<String, SecretString>> {
        Ok(vault.load_version(&aside(id), 1).await?.map(|it| it.secrets).unwrap_or_default())
    }

    /// Forgets them: it was run.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn forget(&self, id: i64) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        forget(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn load(&self, id: i64) -> anyhow::Result<Option<Approval>> {
        let row = sql(format!("SELECT {COLUMNS} FROM approval WHERE id = $1")).bind(id).first(self.store.read()).await?;
        let Some(mut found) = row.map(|row| read(&row)).transpose()? else { return Ok(None) };
        let votes = sql("SELECT person, name, at FROM approval_vote WHERE approval = $1 ORDER BY at, person");
        for row in votes.bind(id).all(self.store.read()).await? {
            found.votes.push(Vote { person: row.text(0)?, name: row.text(1)?, at: row.time(2)? });
        }
        Ok(Some(found))
    }

    /// Those that wait, the oldest first, without their votes' names.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn waiting(&self) -> anyhow::Result<Vec<Approval>> {
        let text = format!("SELECT {COLUMNS} FROM approval WHERE state = 'waiting' ORDER BY id LIMIT 200");
        let mut all = Vec::new();
        for row in sql(text).all(self.store.read()).await? {
            let id = row.int(0)?;
            all.extend(self.load(id).await?);
        }
        Ok(all)
    }

    /// Counts somebody's word for it. With the last one that was needed, `then` follows.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn approve(
        &self,
        id: i64,
        vote: &Vote,
        record: &audit::Record,
        then: impl FnOnce() -> Vec<NewJob>,
    ) -> anyhow::Result<Counted> {
        let mut tx = self.store.begin().await?;
        let Some(needed) = lock(&mut tx, id).await? else {
            tx.rollback().await?;
            return Ok(Counted::TooLate);
        };
        let given = sql("INSERT INTO approval_vote (approval, person, name, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (approval, person) DO NOTHING")
        .bind(id)
        .bind(vote.person.as_str())
        .bind(vote.name.as_str())
        .bind(vote.at)
        .execute(&mut tx)
        .await?;
        if given == 0 {
            tx.rollback().await?;
            return Ok(Counted::Twice);
        }
        let row = sql("SELECT COUNT(*) FROM approval_vote WHERE approval = $1").bind(id).first(&mut tx).await?;
        let given = row.map_or(Ok(0), |row| row.int(0))?;
        audit::append(&mut tx, record).await?;
        if given < needed {
            Queue::enqueue(&mut tx, &FollowJob { approval: id, step: Step::Count }.into_job(None)).await?;
            tx.commit().await?;
            return Ok(Counted::More { given: u32::try_from(given)? });
        }
        self.end(tx, id, State::Approved, "", then()).await?;
        Ok(Counted::Decided)
    }

    /// Ends it by somebody's word against it.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn deny(&self, id: i64, why: &str, record: &audit::Record, then: Vec<NewJob>) -> anyhow::Result<Counted> {
        let mut tx = self.store.begin().await?;
        if lock(&mut tx, id).await?.is_none() {
            tx.rollback().await?;
            return Ok(Counted::TooLate);
        }
        audit::append(&mut tx, record).await?;
        self.end(tx, id, State::Denied, why, then).await?;
        Ok(Counted::Decided)
    }

    /// Ends it because its time is over.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn expire(&self, id: i64, record: &audit::Record, then: Vec<NewJob>) -> anyhow::Result<Counted> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        let over = sql("UPDATE approval SET state = state WHERE id = $1 AND state = 'waiting' AND expires <= $2");
        if over.bind(id).bind(now).execute(&mut tx).await? == 0 {
            tx.rollback().await?;
            return Ok(Counted::TooLate);
        }
        audit::append(&mut tx, record).await?;
        self.end(tx, id, State::Expired, "", then).await?;
        Ok(Counted::Decided)
    }

    /// The row is locked: nobody else ends it.
    async fn end(&self, mut tx: Tx, id: i64, state: State, why: &str, then: Vec<NewJob>) -> anyhow::Result<()> {
        let now = tx.now();
        sql("UPDATE approval SET state = $2, ended = $3, why = $4 WHERE id = $1")
            .bind(id)
            .bind(state.word())
            .bind(now)
            .bind(why)
            .execute(&mut tx)
            .await?;
        if state != State::Approved {
            forget(&mut tx, id).await?;
        }
        for job in then {
            Queue::enqueue(&mut tx, &job).await?;
        }
        Queue::enqueue(&mut tx, &FollowJob { approval: id, step: Step::Lock }.into_job(None)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The secrets of a form that waits, and what seals them.
pub struct Sealing<'a> {
    pub vault: &'a Vault,
    pub secrets: BTreeMap<String, SecretString>,
}

/// What an approval's secrets are kept under.
fn aside(id: i64) -> String {
    format!("{APPROVAL}:{id}")
}

async fn forget(tx: &mut Tx, id: i64) -> sqlx::Result<()> {
    sql("DELETE FROM secret WHERE connection = $1").bind(aside(id)).execute(tx).await.map(drop)
}

/// Whether a request was asked about before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Now,
    Before,
}

/// How many have to agree, of one that still waits; whoever else decides it waits for this transaction's end, and then finds
/// what it left.
async fn lock(tx: &mut Tx, id: i64) -> sqlx::Result<Option<i64>> {
    let now = tx.now();
    let row = sql("UPDATE approval SET state = state WHERE id = $1 AND state = 'waiting' AND expires > $2 RETURNING needed")
        .bind(id)
        .bind(now)
        .first(&mut *tx)
        .await?;
    row.map(|row| row.int(0)).transpose()
}

fn read(row: &Row) -> anyhow::Result<Approval> {
    let word = row.text(11)?;
    let state = State::ALL.into_iter().find(|it| it.word() == word);
    Ok(Approval {
        id: row.int(0)?,
        rule: row.text(1)?,
        asker: row.text(2)?,
        asker_name: row.text(3)?,
        asker_email: row.maybe_text(4)?,
        line: row.text(5)?,
        job: row.json(6)?,
        digest: row.text(7)?,
        approvers: row.json(8)?,
        needed: u32::try_from(row.int(9)?)?,
        asked: row.json::<Vec<Target>>(10)?,
        state: state.ok_or_else(|| anyhow::anyhow!("an approval is `{word}`"))?,
        at: row.time(12)?,
        expires: row.time(13)?,
        ended: row.maybe_time(14)?,
        why: row.text(15)?,
        detail: row.text(16)?,
        votes: Vec::new(),
    })
}
