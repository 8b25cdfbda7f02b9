//! Connections as they are kept: every version, secrets sealed.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::seal::{MasterKey, Place, Sealed};
use crate::{
    resources::ledger,
    store::{Row, Store, Tx, sql},
};

/// A connection of which everything is known. Not for logs: it has no Debug.
#[derive(Clone)]
pub struct Connection {
    /// What people type: `redmine`.
    pub name: String,
    /// Which connector.
    pub kind: String,
    /// What may be seen.
    pub settings: Map<String, Value>,
    /// What may not, by field.
    pub secrets: BTreeMap<String, SecretString>,
    pub version: i64,
    /// Who wrote this version, and when.
    pub who: String,
    pub at: Timestamp,
}

/// A version to be written.
#[derive(Clone)]
pub struct Change {
    pub name: String,
    pub kind: String,
    pub settings: Map<String, Value>,
    /// All of them: a secret that is not here is not part of the new version.
    pub secrets: BTreeMap<String, SecretString>,
    pub who: String,
}

/// A version without its secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub name: String,
    pub kind: String,
    pub settings: Map<String, Value>,
    pub version: i64,
    pub who: String,
    pub at: Timestamp,
    /// This version says that the connection is gone.
    pub removed: bool,
}

/// What a change of the master key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    pub secrets: u64,
}

/// Where connections are kept. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    store: Store,
    key: MasterKey,
}

/// The kind of what holds a hook's secret; it is called `hook:{name}`.
pub const HOOK: &str = "hook";
/// The kind of what holds the secrets of a form that waits for others to agree; it is called `approval:{number}`.
pub const APPROVAL: &str = "approval";
const SUMMARY: &str = "c.name, c.version, c.kind, c.settings, c.who, c.at, c.removed";
/// Secrets wrapped anew in one transaction.
const AT_ONCE: i64 = 100;

impl Vault {
    /// Opens the vault with the key from `secrets.key`.
    ///
    /// # Errors
    /// Secrets are sealed with another key.
    pub async fn open(store: &Store, key: MasterKey) -> anyhow::Result<Vault> {
        let vault = Vault { store: store.clone(), key };
        let sealed = sql("SELECT MIN(connection), key_id FROM secret GROUP BY key_id ORDER BY 1").all(store.read()).await?;
        for row in &sealed {
            if !vault.key.opens(&row.text(1)?) {
                bail!(wrong_key(&row.text(0)?, &row.text(1)?, vault.key.id()));
            }
        }
        Ok(vault)
    }

    /// Writes the next version of a connection; its number.
    pub async fn save(&self, change: Change) -> anyhow::Result<i64> {
        let mut tx = self.store.begin().await?;
        let version = self.save_in(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// The same, in a transaction of one's own.
    pub async fn save_in(&self, tx: &mut Tx, change: &Change) -> anyhow::Result<i64> {
        let version = next_version(tx, &change.name).await?;
        insert(tx, version, change, Removed::No).await?;
        for (field, secret) in &change.secrets {
            let place = self.place(&change.name, field, version);
            let sealed = self
                .key
                .seal(place, secret.expose_secret().as_bytes())
                .map_err(|_| anyhow::anyhow!("the secret `{field}` of `{}` is too long to be sealed", change.name))?;
            sql("INSERT INTO secret (connection, version, field, key_id, wrapped, sealed) VALUES ($1, $2, $3, $4, $5, $6)")
                .bind(change.name.as_str())
                .bind(version)
                .bind(field.as_str())
                .bind(sealed.key_id)
                .bind(sealed.wrapped)
                .bind(sealed.sealed)
                .execute(&mut *tx)
                .await?;
        }
        // A hook's is noted with its row, which is written after its secret.
        if ![HOOK, APPROVAL].contains(&change.kind.as_str()) {
            ledger::note(tx).await?;
        }
        Ok(version)
    }

    /// The newest version, unless the connection was removed.
    pub async fn load(&self, name: &str) -> anyhow::Result<Option<Connection>> {
        let newest = self.history(name, 1).await?.pop().filter(|it| !it.removed);
        match newest {
            Some(summary) => self.with_secrets(summary).await.map(Some),
            None => Ok(None),
        }
    }

    /// One version, as it was: what a rollback writes again.
    pub async fn load_version(&self, name: &str, version: i64) -> anyhow::Result<Option<Connection>> {
        let row = sql(format!("SELECT {SUMMARY} FROM connection c WHERE c.name = $1 AND c.version = $2 AND c.removed = 0"))
            .bind(name)
            .bind(version)
            .first(self.store.read())
            .await?;
        match row {
            Some(row) => self.with_secrets(Summary::read(&row)?).await.map(Some),
            None => Ok(None),
        }
    }

    /// All connections that exist now, by name, without their secrets. Hooks and approvals keep theirs here as well ([`HOOK`],
    /// [`APPROVAL`]), and are none.
    pub async fn list(&self) -> anyhow::Result<Vec<Summary>> {
        let rows = sql(format!(
            "SELECT {SUMMARY} FROM connection c
             WHERE c.removed = 0 AND c.kind NOT IN ('{HOOK}', '{APPROVAL}') AND c.version = (SELECT MAX(n.version) FROM connection n WHERE n.name = c.name) ORDER BY c.name"
        ))
        .all(self.store.read())
        .await?;
        Ok(rows.iter().map(Summary::read).collect::<sqlx::Result<_>>()?)
    }

    /// The newest versions of a connection, newest first, its removals among them.
    pub async fn history(&self, name: &str, limit: u32) -> anyhow::Result<Vec<Summary>> {
        let rows = sql(format!("SELECT {SUMMARY} FROM connection c WHERE c.name = $1 ORDER BY c.version DESC LIMIT $2"))
            .bind(name)
            .bind(i64::from(limit))
            .all(self.store.read())
            .await?;
        Ok(rows.iter().map(Summary::read).collect::<sqlx::Result<_>>()?)
    }

    /// Writes a version that says the connection is gone; none if there is no such connection.
    pub async fn remove(&self, name: &str, who: &str) -> anyhow::Result<Option<i64>> {
        let mut tx = self.store.begin().await?;
        let removed = self.remove_in(&mut tx, name, who).await?;
        match removed {
            Some(_) => tx.commit().await?,
            None => tx.rollback().await?,
        }
        Ok(removed)
    }

    /// The same, in a transaction of one's own.
    pub async fn remove_in(&self, tx: &mut Tx, name: &str, who: &str) -> anyhow::Result<Option<i64>> {
        let Some(last) = self.newest_in(tx, name).await?.filter(|it| !it.removed) else { return Ok(None) };
        let change =
            Change { name: last.name, kind: last.kind, settings: last.settings, secrets: BTreeMap::new(), who: who.to_owned() };
        let version = last.version + 1;
        insert(tx, version, &change, Removed::Yes).await?;
        ledger::note(tx).await?;
        Ok(Some(version))
    }

    /// The newest version, its removal included, as a transaction sees it.
    pub async fn newest_in(&self, tx: &mut Tx, name: &str) -> anyhow::Result<Option<Summary>> {
        let row = sql(format!("SELECT {SUMMARY} FROM connection c WHERE c.name = $1 ORDER BY c.version DESC LIMIT 1"))
            .bind(name)
            .first(tx)
            .await?;
        Ok(row.map(|row| Summary::read(&row)).transpose()?)
    }

    /// Forgets the secrets of all versions of `name` up to this one.
    pub async fn forget(&self, tx: &mut Tx, name: &str, version: i64) -> sqlx::Result<()> {
        sql("DELETE FROM secret WHERE connection = $1 AND version <= $2").bind(name).bind(version).execute(tx).await.map(|_| ())
    }

    /// Wraps all secrets with `new` instead of `old`, and opens the vault with it. Interrupted, it
    /// goes on where it stopped when it is called again with the same two keys.
    pub async fn rotate(store: &Store, old: MasterKey, new: MasterKey) -> anyhow::Result<(Vault, Rotated)> {
        Vault::rotate_watched(store, old, new, &mut |_| ()).await
    }

    /// The same, saying after each transaction how many are done.
    pub async fn rotate_watched(
        store: &Store,
        old: MasterKey,
        new: MasterKey,
        watch: &mut (dyn FnMut(u64) + Send),
    ) -> anyhow::Result<(Vault, Rotated)> {
        let mut rotated = Rotated { secrets: 0 };
        while rotate_some(store, &old, &new, AT_ONCE, &mut rotated).await? == Left::Some {
            watch(rotated.secrets);
        }
        let vault = Vault::open(store, new).await?;
        Ok((vault, rotated))
    }

    /// How many secrets are sealed with another key than this.
    pub async fn left_to_rotate(store: &Store, new: &MasterKey) -> anyhow::Result<u64> {
        let row = sql("SELECT COUNT(*) FROM secret WHERE key_id <> $1").bind(new.id()).first(store.read()).await?;
        Ok(row.map_or(Ok(0), |row| row.int(0))?.unsigned_abs())
    }

    fn place<'a>(&self, connection: &'a str, field: &'a str, version: i64) -> Place<'a> {
        Place { instance: self.store.instance(), connection, field, version }
    }

    async fn with_secrets(&self, summary: Summary) -> anyhow::Result<Connection> {
        let rows = sql("SELECT field, key_id, wrapped, sealed FROM secret WHERE connection = $1 AND version = $2")
            .bind(summary.name.as_str())
            .bind(summary.version)
            .all(self.store.read())
            .await?;
        let mut secrets = BTreeMap::new();
        for row in &rows {
            let (field, sealed) = (row.text(0)?, sealed(row)?);
            if !self.key.opens(&sealed.key_id) {
                bail!(wrong_key(&summary.name, &sealed.key_id, self.key.id()));
            }
            let place = self.place(&summary.name, &field, summary.version);
            let secret = self.key.open(place, &sealed).map_err(|_| changed(&summary.name, &field))?;
            let secret = std::str::from_utf8(&secret).with_context(|| format!("the secret `{field}` is not text"))?;
            secrets.insert(field, secret.into());
        }
        let Summary { name, kind, settings, version, who, at, .. } = summary;
        Ok(Connection { name, kind, settings, secrets, version, who, at })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Some,
    None,
}

/// One transaction's worth of [`Vault::rotate`].
pub(super) async fn rotate_some(
    store: &Store,
    old: &MasterKey,
    new: &MasterKey,
    at_once: i64,
    rotated: &mut Rotated,
) -> anyhow::Result<Left> {
    let mut tx = store.begin().await?;
    let rows = sql("SELECT field, key_id, wrapped, sealed, connection, version FROM secret WHERE key_id <> $1
         ORDER BY connection, version, field LIMIT $2")
    .bind(new.id())
    .bind(at_once)
    .all(&mut tx)
    .await?;
    for row in &rows {
        let (field, sealed, connection, version) = (row.text(0)?, sealed(row)?, row.text(4)?, row.int(5)?);
        if sealed.key_id != old.id() {
            bail!(wrong_key(&connection, &sealed.key_id, old.id()));
        }
        let place = Place { instance: store.instance(), connection: &connection, field: &field, version };
        let wrapped = old.rewrap(new, place, &sealed).map_err(|_| changed(&connection, &field))?;
        sql("UPDATE secret SET key_id = $1, wrapped = $2 WHERE connection = $3 AND version = $4 AND field = $5")
            .bind(new.id())
            .bind(wrapped)
            .bind(connection)
            .bind(version)
            .bind(field)
            .execute(&mut tx)
            .await?;
        rotated.secrets += 1;
    }
    tx.commit().await?;
    Ok(if rows.is_empty() { Left::None } else { Left::Some })
}

/// Whether a version is the end of its connection.
#[derive(Clone, Copy)]
enum Removed {
    Yes,
    No,
}

async fn next_version(tx: &mut Tx, name: &str) -> sqlx::Result<i64> {
    let row = sql("SELECT COALESCE(MAX(version), 0) + 1 FROM connection WHERE name = $1").bind(name).first(tx).await?;
    row.map_or(Ok(1), |row| row.int(0))
}

async fn insert(tx: &mut Tx, version: i64, change: &Change, removed: Removed) -> anyhow::Result<()> {
    let now = tx.now();
    sql("INSERT INTO connection (name, version, kind, settings, who, at, removed) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(change.name.as_str())
        .bind(version)
        .bind(change.kind.as_str())
        .bind(serde_json::to_string(&change.settings)?)
        .bind(change.who.as_str())
        .bind(now)
        .bind(i64::from(matches!(removed, Removed::Yes)))
        .execute(tx)
        .await?;
    Ok(())
}

/// From columns 1 to 3: key_id, wrapped, sealed.
fn sealed(row: &Row) -> sqlx::Result<Sealed> {
    Ok(Sealed { key_id: row.text(1)?, wrapped: row.bytes(2)?, sealed: row.bytes(3)? })
}

impl Summary {
    fn read(row: &Row) -> sqlx::Result<Summary> {
        Ok(Summary {
            name: row.text(0)?,
            version: row.int(1)?,
            kind: row.text(2)?,
            settings: row.json(3)?,
            who: row.text(4)?,
            at: row.time(5)?,
            removed: row.int(6)? == 1,
        })
    }
}

fn wrong_key(connection: &str, sealed_with: &str, have: &str) -> String {
    format!(
        "The secrets of connection `{connection}` are sealed with the key {sealed_with}, and `secrets.key` is the key {have}. Put the \
         old key back in `secrets.key`; to change keys, run `bellhop keys rotate` with both."
    )
}

fn changed(connection: &str, field: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "The secret `{field}` of connection `{connection}` was changed in the database, or moved from another place. Connect \
         `{connection}` again, or restore a backup."
    )
}
