//! Grants, and consents that were begun, as they are kept: sealed, and fenced by their version, so that of several bots on one
//! database only one renews a token, and none overwrites what another has just been given.

use anyhow::bail;
use commands::param::Secret;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::record::{Grant, Lifetime, Owner, Tokens, Turn};
use crate::{
    connections::seal::{MasterKey, Place, Sealed},
    queue::{NewJob, Queue},
    store::{Row, Store, Tx, sql},
};

/// How long whoever renews a token is waited for: longer than a request to a vendor may take.
const LEASE: SignedDuration = SignedDuration::from_secs(45);
/// Rows wrapped anew in one transaction.
const AT_ONCE: i64 = 100;

/// How tokens are sealed.
#[derive(Serialize, Deserialize)]
struct Written {
    access: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    refresh: Option<String>,
}

/// What a row is sealed as: no connection's name holds a colon.
struct Seat {
    subject: String,
    field: &'static str,
    version: i64,
}

impl Seat {
    fn of_grant(connection: &str, owner: &str, version: i64) -> Seat {
        Seat { subject: format!("grant:{connection}:{owner}"), field: "tokens", version }
    }

    fn of_start(nonce: &str) -> Seat {
        Seat { subject: format!("consent:{nonce}"), field: "begun", version: 1 }
    }

    fn place(&self, store: &Store) -> Place<'_> {
        Place { instance: store.instance(), connection: &self.subject, field: self.field, version: self.version }
    }
}

const COLUMNS: &str = "bound, account, at, version, renewable, renew_at, expires, refused";

/// # Errors
/// Something is sealed with another key than these.
pub async fn fits(store: &Store, key: &MasterKey) -> anyhow::Result<()> {
    let sealed = sql("SELECT MIN(connection), key_id FROM oauth_grant GROUP BY key_id ORDER BY 1").all(store.read()).await?;
    for row in &sealed {
        if !key.opens(&row.text(1)?) {
            bail!(wrong_key(&row.text(0)?, &row.text(1)?, key.id()));
        }
    }
    Ok(())
}

pub async fn load(store: &Store, connection: &str, owner: &Owner) -> anyhow::Result<Option<Grant>> {
    let row = sql(format!("SELECT {COLUMNS} FROM oauth_grant WHERE connection = $1 AND owner = $2"))
        .bind(connection)
        .bind(owner.to_string())
        .first(store.read())
        .await?;
    Ok(row.map(|row| Grant::read(&row)).transpose()?)
}

/// The same, with its tokens.
pub async fn open_one(
    store: &Store,
    key: &MasterKey,
    connection: &str,
    owner: &Owner,
) -> anyhow::Result<Option<(Grant, Tokens)>> {
    Ok(open_those(store, key, connection, Some(owner)).await?.pop())
}

/// The same of everybody without an owner.
pub async fn open_those(
    store: &Store,
    key: &MasterKey,
    connection: &str,
    owner: Option<&Owner>,
) -> anyhow::Result<Vec<(Grant, Tokens)>> {
    let statement = format!("SELECT {COLUMNS}, key_id, wrapped, sealed, owner FROM oauth_grant WHERE connection = $1");
    let rows = match owner {
        Some(owner) => {
            sql(format!("{statement} AND owner = $2")).bind(connection).bind(owner.to_string()).all(store.read()).await?
        }
        None => sql(statement).bind(connection).all(store.read()).await?,
    };
    let open = |row: &Row| {
        let grant = Grant::read(row)?;
        let sealed = Sealed { key_id: row.text(8)?, wrapped: row.bytes(9)?, sealed: row.bytes(10)? };
        if !key.opens(&sealed.key_id) {
            bail!(wrong_key(connection, &sealed.key_id, key.id()));
        }
        let seat = Seat::of_grant(connection, &row.text(11)?, grant.version);
        let written: Written = unseal(store, key, &seat, &sealed)?;
        let tokens = Tokens { access: written.access.into(), refresh: written.refresh.map(Secret::from) };
        Ok((grant, tokens))
    };
    rows.iter().map(open).collect()
}

/// What is to be kept of a consent.
pub struct Kept<'a> {
    pub connection: &'a str,
    pub owner: &'a Owner,
    pub bound: &'a str,
    pub account: &'a str,
    pub scopes: Option<&'a str>,
    pub tokens: &'a Tokens,
    pub lifetime: Option<Lifetime>,
}

/// Keeps what was granted; what was granted before is over.
pub async fn save(tx: &mut Tx, store: &Store, key: &MasterKey, kept: Kept<'_>) -> anyhow::Result<i64> {
    let owner = kept.owner.to_string();
    let before = sql("SELECT version FROM oauth_grant WHERE connection = $1 AND owner = $2")
        .bind(kept.connection)
        .bind(owner.as_str())
        .first(&mut *tx)
        .await?;
    let version = before.map(|row| row.int(0)).transpose()?.unwrap_or(0) + 1;
    let sealed = seal_tokens(store, key, kept.connection, &owner, version, kept.tokens)?;
    let now = tx.now();
    let saved = sql("INSERT INTO oauth_grant (connection, owner, bound, account, scopes, at, version, key_id, wrapped, sealed, renewable,
             renew_at, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (connection, owner) DO UPDATE SET bound = excluded.bound, account = excluded.account, scopes = excluded.scopes,
             at = excluded.at, version = excluded.version, key_id = excluded.key_id, wrapped = excluded.wrapped,
             sealed = excluded.sealed, renewable = excluded.renewable, renew_at = excluded.renew_at, expires = excluded.expires,
             renewing = NULL, refused = NULL
         WHERE oauth_grant.version < excluded.version")
    .bind(kept.connection)
    .bind(owner.as_str())
    .bind(kept.bound)
    .bind(kept.account)
    .bind(kept.scopes)
    .bind(now)
    .bind(version)
    .bind(sealed.key_id)
    .bind(sealed.wrapped)
    .bind(sealed.sealed)
    .bind(i64::from(kept.tokens.refresh.is_some()))
    .bind(kept.lifetime.map(|it| it.renew_at))
    .bind(kept.lifetime.map(|it| it.expires))
    .execute(&mut *tx)
    .await?;
    // Two who agree at once: the later version stays, and the earlier one's seal would not fit it.
    anyhow::ensure!(saved == 1, "the consent to {} was changed meanwhile", kept.connection);
    Ok(version)
}

/// Takes the turn to renew the token of this version.
pub async fn begin_renewal(store: &Store, connection: &str, owner: &Owner, version: i64) -> anyhow::Result<Turn> {
    let mut tx = store.begin().await?;
    let (now, owner) = (tx.now(), owner.to_string());
    let row = sql("SELECT renewing FROM oauth_grant WHERE connection = $1 AND owner = $2 AND version = $3 AND refused IS NULL")
        .bind(connection)
        .bind(owner.as_str())
        .bind(version)
        .first(&mut tx)
        .await?;
    let Some(row) = row else {
        tx.rollback().await?;
        return Ok(Turn::Others);
    };
    let before = row.maybe_time(0)?;
    let taken = sql("UPDATE oauth_grant SET renewing = $1
         WHERE connection = $2 AND owner = $3 AND version = $4 AND refused IS NULL AND (renewing IS NULL OR renewing <= $5)")
    .bind(now.saturating_add(LEASE)?)
    .bind(connection)
    .bind(owner)
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

/// Gives the turn back: the vendor did not renew it.
pub async fn end_renewal(store: &Store, connection: &str, owner: &Owner, version: i64) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    sql("UPDATE oauth_grant SET renewing = NULL WHERE connection = $1 AND owner = $2 AND version = $3")
        .bind(connection)
        .bind(owner.to_string())
        .bind(version)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps the tokens that follow those of `version`; false when it is not the newest any more.
pub async fn renewed(
    store: &Store,
    key: &MasterKey,
    (connection, owner): (&str, &Owner),
    version: i64,
    tokens: &Tokens,
    lifetime: Option<Lifetime>,
) -> anyhow::Result<bool> {
    let owner = owner.to_string();
    let sealed = seal_tokens(store, key, connection, &owner, version + 1, tokens)?;
    let mut tx = store.begin().await?;
    let kept = sql("UPDATE oauth_grant SET version = $1, key_id = $2, wrapped = $3, sealed = $4, renew_at = $5, expires = $6,
             renewable = $7, renewing = NULL WHERE connection = $8 AND owner = $9 AND version = $10")
    .bind(version + 1)
    .bind(sealed.key_id)
    .bind(sealed.wrapped)
    .bind(sealed.sealed)
    .bind(lifetime.map(|it| it.renew_at))
    .bind(lifetime.map(|it| it.expires))
    .bind(i64::from(tokens.refresh.is_some()))
    .bind(connection)
    .bind(owner)
    .bind(version)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(kept == 1)
}

/// Notes that the tokens of this version are good for nothing any more, and why, with `told` in the same transaction; so it is
/// told once. False when it was known, or there are newer ones.
pub async fn refuse(
    store: &Store,
    connection: &str,
    owner: &Owner,
    version: i64,
    why: &str,
    told: Option<&NewJob>,
) -> anyhow::Result<bool> {
    let mut tx = store.begin().await?;
    let ended = sql("UPDATE oauth_grant SET refused = $1, renewing = NULL
         WHERE connection = $2 AND owner = $3 AND version = $4 AND refused IS NULL")
    .bind(why)
    .bind(connection)
    .bind(owner.to_string())
    .bind(version)
    .execute(&mut tx)
    .await?;
    if ended == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    if let Some(told) = told {
        Queue::enqueue(&mut tx, told).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// How many were forgotten; of everybody without an owner.
pub async fn remove(store: &Store, connection: &str, owner: Option<&Owner>) -> anyhow::Result<u64> {
    let mut tx = store.begin().await?;
    let statement = match owner {
        Some(owner) => {
            sql("DELETE FROM oauth_grant WHERE connection = $1 AND owner = $2").bind(connection).bind(owner.to_string())
        }
        None => sql("DELETE FROM oauth_grant WHERE connection = $1").bind(connection),
    };
    let removed = statement.execute(&mut tx).await?;
    tx.commit().await?;
    Ok(removed)
}

pub async fn ending(store: &Store) -> anyhow::Result<Vec<(String, Timestamp)>> {
    let rows = sql("SELECT connection, expires FROM oauth_grant WHERE owner = '' AND renewable = 0 AND expires IS NOT NULL")
        .all(store.read())
        .await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.time(1)?))).collect()
}

/// Something that was begun.
pub struct Start<'a> {
    pub nonce: &'a str,
    pub person: &'a str,
    pub connection: &'a str,
    pub expires: Timestamp,
}

pub async fn start<T: Serialize>(store: &Store, key: &MasterKey, start: Start<'_>, begun: &T) -> anyhow::Result<()> {
    let sealed = seal(store, key, &Seat::of_start(start.nonce), begun)?;
    let mut tx = store.begin().await?;
    sql("INSERT INTO oauth_start (nonce, person, connection, state, expires, key_id, wrapped, sealed)
         VALUES ($1, $2, $3, 'open', $4, $5, $6, $7)")
    .bind(start.nonce)
    .bind(start.person)
    .bind(start.connection)
    .bind(start.expires)
    .bind(sealed.key_id)
    .bind(sealed.wrapped)
    .bind(sealed.sealed)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What was begun and is still open, and until when.
pub async fn look<T: DeserializeOwned>(store: &Store, key: &MasterKey, nonce: &str) -> anyhow::Result<Option<(T, Timestamp)>> {
    let row =
        sql("SELECT key_id, wrapped, sealed, expires FROM oauth_start WHERE nonce = $1 AND state = 'open' AND expires > $2")
            .bind(nonce)
            .bind(store.now())
            .first(store.read())
            .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((unseal(store, key, &Seat::of_start(nonce), &sealed(&row)?)?, row.time(3)?)))
}

/// Uses up what was begun; none when it was used before, or is over.
pub async fn take<T: DeserializeOwned>(store: &Store, key: &MasterKey, nonce: &str) -> anyhow::Result<Option<T>> {
    let Some((begun, _)) = look(store, key, nonce).await? else { return Ok(None) };
    let mut tx = store.begin().await?;
    let taken =
        sql("UPDATE oauth_start SET state = 'used' WHERE nonce = $1 AND state = 'open'").bind(nonce).execute(&mut tx).await?;
    tx.commit().await?;
    Ok((taken == 1).then_some(begun))
}

/// Keeps what came of it until the person says that it was they, by what the page showed.
pub async fn await_word<T: Serialize>(
    store: &Store,
    key: &MasterKey,
    nonce: &str,
    proof: &str,
    expires: Timestamp,
    come: &T,
) -> anyhow::Result<()> {
    let sealed = seal(store, key, &Seat::of_start(nonce), come)?;
    let mut tx = store.begin().await?;
    sql("UPDATE oauth_start SET state = 'confirm', proof = $1, expires = $2, key_id = $3, wrapped = $4, sealed = $5
         WHERE nonce = $6 AND state = 'used'")
    .bind(proof)
    .bind(expires)
    .bind(sealed.key_id)
    .bind(sealed.wrapped)
    .bind(sealed.sealed)
    .bind(nonce)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes what waits for the word of this person; none where it is another's, another word, or over.
pub async fn take_word<T: DeserializeOwned>(
    store: &Store,
    key: &MasterKey,
    person: &str,
    proof: &str,
) -> anyhow::Result<Option<T>> {
    let mut tx = store.begin().await?;
    let now = tx.now();
    let row = sql("SELECT key_id, wrapped, sealed, nonce FROM oauth_start WHERE person = $1 AND proof = $2 AND expires > $3")
        .bind(person)
        .bind(proof)
        .bind(now)
        .first(&mut tx)
        .await?;
    let Some(row) = row else {
        tx.rollback().await?;
        return Ok(None);
    };
    let nonce = row.text(3)?;
    sql("DELETE FROM oauth_start WHERE nonce = $1").bind(nonce.as_str()).execute(&mut tx).await?;
    tx.commit().await?;
    Ok(Some(unseal(store, key, &Seat::of_start(&nonce), &sealed(&row)?)?))
}

/// See [`super::Grants::rotate`].
pub async fn rotate(store: &Store, old: &MasterKey, new: &MasterKey) -> anyhow::Result<u64> {
    let mut rotated = 0;
    loop {
        let mut tx = store.begin().await?;
        let grants =
            sql("SELECT key_id, wrapped, sealed, connection, owner, version FROM oauth_grant WHERE key_id <> $1 LIMIT $2")
                .bind(new.id())
                .bind(AT_ONCE)
                .all(&mut tx)
                .await?;
        for row in &grants {
            let (connection, owner, version) = (row.text(3)?, row.text(4)?, row.int(5)?);
            let wrapped = rewrap(store, old, new, &Seat::of_grant(&connection, &owner, version), &sealed(row)?, &connection)?;
            sql("UPDATE oauth_grant SET key_id = $1, wrapped = $2 WHERE connection = $3 AND owner = $4 AND version = $5")
                .bind(new.id())
                .bind(wrapped)
                .bind(connection)
                .bind(owner)
                .bind(version)
                .execute(&mut tx)
                .await?;
        }
        let starts = sql("SELECT key_id, wrapped, sealed, nonce, connection FROM oauth_start WHERE key_id <> $1 LIMIT $2")
            .bind(new.id())
            .bind(AT_ONCE)
            .all(&mut tx)
            .await?;
        for row in &starts {
            let (nonce, connection) = (row.text(3)?, row.text(4)?);
            let wrapped = rewrap(store, old, new, &Seat::of_start(&nonce), &sealed(row)?, &connection)?;
            sql("UPDATE oauth_start SET key_id = $1, wrapped = $2 WHERE nonce = $3")
                .bind(new.id())
                .bind(wrapped)
                .bind(nonce)
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        rotated += (grants.len() + starts.len()) as u64;
        if grants.is_empty() && starts.is_empty() {
            return Ok(rotated);
        }
    }
}

fn rewrap(
    store: &Store,
    old: &MasterKey,
    new: &MasterKey,
    seat: &Seat,
    sealed: &Sealed,
    connection: &str,
) -> anyhow::Result<Vec<u8>> {
    if sealed.key_id != old.id() {
        bail!(wrong_key(connection, &sealed.key_id, old.id()));
    }
    old.rewrap(new, seat.place(store), sealed).map_err(|_| changed(&seat.subject))
}

fn seal_tokens(
    store: &Store,
    key: &MasterKey,
    connection: &str,
    owner: &str,
    version: i64,
    tokens: &Tokens,
) -> anyhow::Result<Sealed> {
    let refresh = tokens.refresh.as_ref().map(|it| it.expose().to_owned());
    let written = Written { access: tokens.access.expose().to_owned(), refresh };
    seal(store, key, &Seat::of_grant(connection, owner, version), &written)
}

fn seal<T: Serialize>(store: &Store, key: &MasterKey, seat: &Seat, what: &T) -> anyhow::Result<Sealed> {
    let written = Zeroizing::new(serde_json::to_vec(what)?);
    key.seal(seat.place(store), &written).map_err(|_| anyhow::anyhow!("the tokens are too long to be sealed"))
}

fn unseal<T: DeserializeOwned>(store: &Store, key: &MasterKey, seat: &Seat, sealed: &Sealed) -> anyhow::Result<T> {
    let opened = key.open(seat.place(store), sealed).map_err(|_| changed(&seat.subject))?;
    serde_json::from_slice(&opened).map_err(|_| changed(&seat.subject))
}

/// From the first columns: key_id, wrapped, sealed.
fn sealed(row: &Row) -> sqlx::Result<Sealed> {
    Ok(Sealed { key_id: row.text(0)?, wrapped: row.bytes(1)?, sealed: row.bytes(2)? })
}

impl Grant {
    fn read(row: &Row) -> sqlx::Result<Grant> {
        let lifetime = row.maybe_time(5)?.zip(row.maybe_time(6)?).map(|(renew_at, expires)| Lifetime { renew_at, expires });
        Ok(Grant {
            bound: row.text(0)?,
            account: row.text(1)?,
            at: row.time(2)?,
            version: row.int(3)?,
            renewable: row.int(4)? == 1,
            lifetime,
            refused: row.maybe_text(7)?,
        })
    }
}

fn wrong_key(connection: &str, sealed_with: &str, have: &str) -> String {
    format!(
        "What people agreed to for connection `{connection}` is sealed with the key {sealed_with}, and `secrets.key` is the key {have}. Put \
         the old key back in `secrets.key`; to change keys, run `bellhop keys rotate` with both."
    )
}

fn changed(subject: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "The tokens of `{subject}` were changed in the database, or moved from another place. Let the bot in again, or restore a backup."
    )
}
