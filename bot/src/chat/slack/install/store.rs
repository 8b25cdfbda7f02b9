//! Installs as they are kept: what Slack granted, the tokens sealed, and what became of it.
//!
//! Everything that changes a token is fenced by the row's version, so that of several bots on one
//! database only one renews it, and none overwrites what another has just been given.

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    UNINSTALLED,
    record::{Gone, Granted, Install, Lifetime, Sort, Tokens},
};
use crate::{
    connections::seal::{MasterKey, Place, Sealed},
    store::{Row, Store, Tx, sql},
};

/// How long whoever renews a token is waited for: longer than a request to Slack may take.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// Tokens wrapped anew in one transaction.
const AT_ONCE: i64 = 100;
/// What the seal of a row's tokens says they are.
const FIELD: &str = "tokens";

/// How it is sealed.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    access: &'a str,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    refresh: Option<&'a str>,
}

/// Whether this bot may renew a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Ours,
    /// Ours, after one whose end nobody knows: the refresh token may be used up.
    OursAfterUnknown,
    /// Another bot is at it, or has done it.
    Others,
}

/// Where installs are kept. Cheap to clone.
#[derive(Clone)]
pub struct Installs {
    store: Store,
    key: MasterKey,
}

const COLUMNS: &str =
    "id, sort, name, app, bot_user, scopes, who, at, version, renew_at, expires, renewing, refused, gone, gone_why, key_id";

impl Installs {
    /// Opens them with the key from `secrets.key`.
    ///
    /// # Errors
    /// Tokens are sealed with another key.
    pub async fn open(store: &Store, key: MasterKey) -> anyhow::Result<Installs> {
        let sealed = sql("SELECT MIN(id), key_id FROM slack_install WHERE key_id IS NOT NULL GROUP BY key_id ORDER BY 1");
        for row in &sealed.all(store.read()).await? {
            if !key.opens(&row.text(1)?) {
                bail!(wrong_key(&row.text(0)?, &row.text(1)?, key.id()));
            }
        }
        Ok(Installs { store: store.clone(), key })
    }

    /// The time that all bots on this database go by.
    pub fn now(&self) -> Timestamp {
        self.store.now()
    }

    /// All of them, also those that are gone, by name.
    pub async fn list(&self) -> anyhow::Result<Vec<Install>> {
        let rows = sql(format!("SELECT {COLUMNS} FROM slack_install ORDER BY name, id")).all(self.store.read()).await?;
        Ok(rows.iter().map(Install::read).collect::<sqlx::Result<_>>()?)
    }

    pub async fn load(&self, id: &str) -> anyhow::Result<Option<Install>> {
        let row = sql(format!("SELECT {COLUMNS} FROM slack_install WHERE id = $1")).bind(id).first(self.store.read()).await?;
        Ok(row.map(|row| Install::read(&row)).transpose()?)
    }

    /// The same, with its tokens as long as they are kept.
    pub async fn open_one(&self, id: &str) -> anyhow::Result<Option<(Install, Option<Tokens>)>> {
        let row = sql(format!("SELECT {COLUMNS}, wrapped, sealed FROM slack_install WHERE id = $1"))
            .bind(id)
            .first(self.store.read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let install = Install::read(&row)?;
        let Some(key_id) = row.maybe_text(15)? else { return Ok(Some((install, None))) };
        let sealed = Sealed { key_id, wrapped: row.bytes(16)?, sealed: row.bytes(17)? };
        if !self.key.opens(&sealed.key_id) {
            bail!(wrong_key(id, &sealed.key_id, self.key.id()));
        }
        let opened = self.key.open(self.place(&subject(id), install.version), &sealed).map_err(|_| changed(id))?;
        let written: Written<'_> = serde_json::from_slice(&opened).map_err(|_| changed(id))?;
        let tokens = Tokens { access: written.access.into(), refresh: written.refresh.map(Into::into) };
        Ok(Some((install, Some(tokens))))
    }

    /// Keeps what was granted. What was installed there before is over, and what was gone is back.
    pub async fn save(&self, granted: &Granted) -> anyhow::Result<i64> {
        let mut tx = self.store.begin().await?;
        let before = sql("SELECT version FROM slack_install WHERE id = $1").bind(granted.id.as_str()).first(&mut tx).await?;
        let version = before.map(|row| row.int(0)).transpose()?.unwrap_or(0) + 1;
        let sealed = self.seal(&granted.id, version, &granted.tokens)?;
        let now = tx.now();
        let sort = match granted.sort {
            Sort::Workspace => "workspace",
            Sort::Organization => "organization",
        };
        // Two who install at once: the later version stays, and the earlier one's seal would not fit it.
        let saved = sql("INSERT INTO slack_install
                 (id, sort, name, app, bot_user, scopes, who, at, version, key_id, wrapped, sealed, renew_at, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (id) DO UPDATE SET sort = excluded.sort, name = excluded.name, app = excluded.app,
                 bot_user = excluded.bot_user, scopes = excluded.scopes, who = excluded.who, at = excluded.at,
                 version = excluded.version, key_id = excluded.key_id, wrapped = excluded.wrapped, sealed = excluded.sealed,
                 renew_at = excluded.renew_at, expires = excluded.expires,
                 renewing = NULL, refused = NULL, gone = NULL, gone_why = NULL
             WHERE slack_install.version < excluded.version")
        .bind(granted.id.as_str())
        .bind(sort)
        .bind(granted.name.as_str())
        .bind(granted.app.as_str())
        .bind(granted.bot_user.as_str())
        .bind(granted.scopes.join(","))
        .bind(granted.who.as_str())
        .bind(now)
        .bind(version)
        .bind(sealed.key_id)
        .bind(sealed.wrapped)
        .bind(sealed.sealed)
        .bind(granted.lifetime.map(|it| it.renew_at))
        .bind(granted.lifetime.map(|it| it.expires))
        .execute(&mut tx)
        .await?;
        anyhow::ensure!(saved == 1, "the install of {} was changed meanwhile", granted.id);
        tx.commit().await?;
        Ok(version)
    }

    /// Takes the turn to renew the token of this version.
    pub async fn begin_renewal(&self, id: &str, version: i64) -> anyhow::Result<Turn> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        let row = sql("SELECT renewing FROM slack_install WHERE id = $1 AND version = $2 AND gone IS NULL AND refused IS NULL")
            .bind(id)
            .bind(version)
            .first(&mut tx)
            .await?;
        let Some(row) = row else {
            tx.rollback().await?;
            return Ok(Turn::Others);
        };
        let before = row.maybe_time(0)?;
        let taken = sql("UPDATE slack_install SET renewing = $1
             WHERE id = $2 AND version = $3 AND gone IS NULL AND (renewing IS NULL OR renewing <= $4)")
        .bind(now.saturating_add(LEASE)?)
        .bind(id)
        .bind(version)
        .bind(now)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(match (taken, before) {
            (0, _) => Turn::Others,
            (_, None) => Turn::Ours,
            (_, Some(_)) => Turn::OursAfterUnknown,
        })
    }

    /// Gives the turn back: Slack did not renew it.
    pub async fn end_renewal(&self, id: &str, version: i64) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        sql("UPDATE slack_install SET renewing = NULL WHERE id = $1 AND version = $2")
            .bind(id)
            .bind(version)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps the tokens that follow those of `version`; false when it is not the newest any more.
    pub async fn renewed(&self, id: &str, version: i64, tokens: &Tokens, lifetime: Option<Lifetime>) -> anyhow::Result<bool> {
        let sealed = self.seal(id, version + 1, tokens)?;
        let mut tx = self.store.begin().await?;
        let kept =
            sql("UPDATE slack_install SET version = $1, key_id = $2, wrapped = $3, sealed = $4, renew_at = $5, expires = $6,
                 renewing = NULL, refused = NULL WHERE id = $7 AND version = $8 AND gone IS NULL")
            .bind(version + 1)
            .bind(sealed.key_id)
            .bind(sealed.wrapped)
            .bind(sealed.sealed)
            .bind(lifetime.map(|it| it.renew_at))
            .bind(lifetime.map(|it| it.expires))
            .bind(id)
            .bind(version)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(kept == 1)
    }

    /// Notes that Slack does not renew the token of this version, and why.
    pub async fn refuse_renewal(&self, id: &str, version: i64, why: &str) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        sql("UPDATE slack_install SET refused = $1, renewing = NULL WHERE id = $2 AND version = $3")
            .bind(why)
            .bind(id)
            .bind(version)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that the tokens of this version are of no use any more, and why. False when there are newer ones, or when it was
    /// known.
    pub async fn end(&self, id: &str, version: i64, why: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        let ended = sql(
            "UPDATE slack_install SET gone = $1, gone_why = $2, renewing = NULL WHERE id = $3 AND version = $4 AND gone IS NULL",
        )
        .bind(now)
        .bind(why)
        .bind(id)
        .bind(version)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(ended == 1)
    }

    /// The same for an install of before `said`, whatever its version, by Slack's own word. Its tokens are forgotten. False
    /// when there is none, or it was installed again since.
    ///
    /// Who uninstalls the app has its tokens revoked as well, and Slack tells of both in either order: the uninstall stays.
    pub async fn end_by_word(&self, id: &str, said: Timestamp, why: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let ended = sql("UPDATE slack_install SET gone = COALESCE(gone, $1),
                 gone_why = CASE WHEN gone_why = $2 THEN gone_why ELSE $3 END, renewing = NULL,
                 key_id = NULL, wrapped = NULL, sealed = NULL WHERE id = $4 AND at <= $5")
        .bind(said)
        .bind(UNINSTALLED)
        .bind(why)
        .bind(id)
        // Slack's word is of a second, and so may be the install.
        .bind(said.saturating_add(SignedDuration::from_secs(1))?)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(ended == 1)
    }

    /// Forgets an install that is gone. False when there is none, or it is not gone.
    pub async fn forget(&self, id: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let forgotten = sql("DELETE FROM slack_install WHERE id = $1 AND gone IS NOT NULL").bind(id).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(forgotten == 1)
    }

    /// Uses up a state. False when it was used before.
    pub async fn use_state(&self, nonce: &str, expires: Timestamp) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        sql("DELETE FROM slack_state WHERE expires <= $1").bind(now).execute(&mut tx).await?;
        let used = sql("INSERT INTO slack_state (nonce, expires) VALUES ($1, $2) ON CONFLICT (nonce) DO NOTHING")
            .bind(nonce)
            .bind(expires)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(used == 1)
    }

    /// Wraps all tokens with `new` instead of `old`; how many. Interrupted, it goes on where it stopped when it is called
    /// again with the same two keys.
    ///
    /// # Errors
    /// Tokens are sealed with a third key, or were changed in the database.
    pub async fn rotate(store: &Store, old: &MasterKey, new: &MasterKey) -> anyhow::Result<u64> {
        let mut rotated = 0;
        loop {
            let mut tx = store.begin().await?;
            let done = rotate_some(&mut tx, store, old, new).await?;
            tx.commit().await?;
            rotated += done;
            if done == 0 {
                return Ok(rotated);
            }
        }
    }

    fn seal(&self, id: &str, version: i64, tokens: &Tokens) -> anyhow::Result<Sealed> {
        let refresh = tokens.refresh.as_ref().map(ExposeSecret::expose_secret);
        let written = Zeroizing::new(serde_json::to_vec(&Written { access: tokens.access.expose_secret(), refresh })?);
        self.key
            .seal(self.place(&subject(id), version), &written)
            .map_err(|_| anyhow::anyhow!("the tokens are too long to be sealed"))
    }

    fn place<'a>(&self, subject: &'a str, version: i64) -> Place<'a> {
        Place { instance: self.store.instance(), connection: subject, field: FIELD, version }
    }
}

/// No connection's name holds a colon.
fn subject(id: &str) -> String {
    format!("slack:{id}")
}

async fn rotate_some(tx: &mut Tx, store: &Store, old: &MasterKey, new: &MasterKey) -> anyhow::Result<u64> {
    let rows = sql("SELECT id, version, key_id, wrapped, sealed FROM slack_install WHERE key_id <> $1 ORDER BY id LIMIT $2")
        .bind(new.id())
        .bind(AT_ONCE)
        .all(&mut *tx)
        .await?;
    for row in &rows {
        let (id, version) = (row.text(0)?, row.int(1)?);
        let sealed = Sealed { key_id: row.text(2)?, wrapped: row.bytes(3)?, sealed: row.bytes(4)? };
        if sealed.key_id != old.id() {
            bail!(wrong_key(&id, &sealed.key_id, old.id()));
        }
        let subject = subject(&id);
        let place = Place { instance: store.instance(), connection: &subject, field: FIELD, version };
        let wrapped = old.rewrap(new, place, &sealed).map_err(|_| changed(&id))?;
        sql("UPDATE slack_install SET key_id = $1, wrapped = $2 WHERE id = $3 AND version = $4")
            .bind(new.id())
            .bind(wrapped)
            .bind(id)
            .bind(version)
            .execute(&mut *tx)
            .await?;
    }
    Ok(rows.len() as u64)
}

impl Install {
    fn read(row: &Row) -> sqlx::Result<Install> {
        let sort = match row.text(1)?.as_str() {
            "organization" => Sort::Organization,
            _ => Sort::Workspace,
        };
        let lifetime = row.maybe_time(9)?.zip(row.maybe_time(10)?).map(|(renew_at, expires)| Lifetime { renew_at, expires });
        Ok(Install {
            id: row.text(0)?,
            sort,
            name: row.text(2)?,
            app: row.text(3)?,
            bot_user: row.text(4)?,
            scopes: row.text(5)?.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            who: row.text(6)?,
            at: row.time(7)?,
            version: row.int(8)?,
            lifetime,
            renewing: row.maybe_time(11)?,
            refused: row.maybe_text(12)?,
            gone: row.maybe_time(13)?.zip(row.maybe_text(14)?).map(|(at, why)| Gone { at, why }),
        })
    }
}

fn wrong_key(id: &str, sealed_with: &str, have: &str) -> String {
    format!(
        "The tokens of the Slack workspace {id} are sealed with the key {sealed_with}, and `secrets.key` is the key {have}. Put the \
         old key back in `secrets.key`; to change keys, run `bellhop keys rotate` with both."
    )
}

fn changed(id: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "The tokens of the Slack workspace {id} were changed in the database, or moved from another place. Install the app there \
         again, or restore a backup."
    )
}
