//! Rows of hooks, and of what came to them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    arrival::{Arrival, Kept, Verdict},
    registry::AtVendor,
};
use crate::{
    resources::{ledger, unread::Unread},
    store::{Arg, Row, Store, Tx, delivery_of, given, pieces, rows_of, sql, table_of},
};

/// A hook that was made in chat, without its secrets.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HookRow {
    pub name: String,
    pub kind: String,
    pub settings: Settings,
    /// Versions in the vault.
    pub secret: Option<i64>,
    pub previous: Option<i64>,
    pub previous_until: Option<Timestamp>,
    pub vendor: Option<AtVendor>,
    pub who: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<ipnet::IpNet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
    pub disabled: bool,
}

const HOOK: &str = "name, kind, settings, secret, previous, previous_until, vendor, who, at";
const ARRIVAL: &str = "id, hook, at, key, verdict, status, proof, reason, method, query, peer, headers, body, size, repeats";
/// A body of what was refused is kept up to here.
pub const REFUSED_BODY: usize = 64 * 1024;

impl HookRow {
    fn read(row: &Row) -> anyhow::Result<HookRow> {
        let vendor = row.maybe_text(6)?.map(|it| serde_json::from_str(&it)).transpose()?;
        Ok(HookRow {
            name: row.text(0)?,
            kind: row.text(1)?,
            settings: row.json(2)?,
            secret: row.maybe_int(3)?,
            previous: row.maybe_int(4)?,
            previous_until: row.maybe_time(5)?,
            vendor,
            who: row.text(7)?,
            at: row.time(8)?,
        })
    }

    /// Writes it, new or changed.
    pub(super) async fn write(&self, tx: &mut Tx) -> anyhow::Result<()> {
        sql(format!(
            "INSERT INTO hook ({HOOK}) VALUES {} ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, settings = excluded.settings,
             secret = excluded.secret, previous = excluded.previous, previous_until = excluded.previous_until,
             vendor = excluded.vendor",
            rows_of(1, 9, 1)
        ))
        .bind(self.name.as_str())
        .bind(self.kind.as_str())
        .bind(serde_json::to_string(&self.settings)?)
        .bind(self.secret)
        .bind(self.previous)
        .bind(self.previous_until)
        .bind(self.vendor.as_ref().map(serde_json::to_string).transpose()?)
        .bind(self.who.as_str())
        .bind(self.at)
        .execute(tx)
        .await?;
        Ok(())
    }

    pub(super) async fn find(tx: &mut Tx, name: &str) -> anyhow::Result<Option<HookRow>> {
        let row = sql(format!("SELECT {HOOK} FROM hook WHERE name = $1")).bind(name).first(tx).await?;
        row.as_ref().map(HookRow::read).transpose()
    }

    /// Whether it was there, whether or not it can be read.
    pub(super) async fn delete(tx: &mut Tx, name: &str) -> sqlx::Result<bool> {
        Ok(sql("DELETE FROM hook WHERE name = $1").bind(name).execute(tx).await? > 0)
    }

    /// All, and those that cannot be read, each with why.
    pub(super) async fn all(store: &Store) -> anyhow::Result<(Vec<HookRow>, Vec<(Unread, String)>)> {
        let rows = sql(format!("SELECT {HOOK} FROM hook ORDER BY name")).all(store.read()).await?;
        let (mut known, mut left_out) = (Vec::new(), Vec::new());
        for row in &rows {
            match HookRow::read(row) {
                Ok(read) => known.push(read),
                // One that an older version cannot read must not silence the others.
                Err(err) => left_out.push((Unread::new(ledger::HOOK, &row.text(0)?), format!("{err:#}"))),
            }
        }
        Ok((known, left_out))
    }
}

impl Arrival {
    /// Writes down what came, in its order.
    pub(crate) async fn record(tx: &mut Tx, all: &[&Arrival]) -> sqlx::Result<()> {
        let now = tx.now();
        for piece in pieces(all) {
            let rows = piece.iter().map(|it| {
                [
                    Arg::from(it.hook.as_str()),
                    now.into(),
                    it.key.as_deref().into(),
                    it.verdict.name().into(),
                    i64::from(it.status).into(),
                    it.proof.as_deref().into(),
                    it.reason.as_deref().into(),
                    it.method.as_str().into(),
                    it.query.as_str().into(),
                    it.peer.as_deref().into(),
                    serde_json::to_string(&it.headers).unwrap_or_default().into(),
                    it.body.as_ref().map(|it| it[..it.len().min(REFUSED_BODY)].to_vec()).into(),
                    i64::try_from(it.size).unwrap_or(i64::MAX).into(),
                ]
            });
            sql(format!(
                "INSERT INTO hook_delivery (hook, at, key, verdict, status, proof, reason, method, query, peer, headers, body, size,
                     delivery_id) {}",
                given(&format!("v.*, {}", delivery_of("v.column1", "v.column3")), &table_of(1, 13, piece.len()))
            ))
            .bind_rows(rows)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }

    /// Counts those that came again.
    pub(crate) async fn record_again(tx: &mut Tx, all: &[&Arrival]) -> sqlx::Result<()> {
        for it in all {
            sql(format!("UPDATE hook_delivery SET repeats = repeats + 1 WHERE delivery_id = {}", delivery_of("$1", "$2")))
                .bind(it.hook.as_str())
                .bind(it.key.as_deref())
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }
}

fn arrival(row: &Row) -> anyhow::Result<Kept> {
    let arrival = Arrival {
        hook: row.text(1)?,
        key: row.maybe_text(3)?,
        verdict: Verdict::named(&row.text(4)?),
        status: u16::try_from(row.int(5)?).unwrap_or(500),
        proof: row.maybe_text(6)?,
        reason: row.maybe_text(7)?,
        method: row.text(8)?,
        query: row.text(9)?,
        peer: row.maybe_text(10)?,
        headers: row.json(11)?,
        body: row.maybe_bytes(12)?.map(Into::into),
        size: usize::try_from(row.int(13)?).unwrap_or(0),
    };
    Ok(Kept { id: row.int(0)?, at: row.time(2)?, arrival, repeats: row.int(14)? })
}

/// Which arrivals to list; the newest first.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// None: of all hooks.
    pub hook: Option<String>,
    pub verdict: Option<Verdict>,
    pub since: Option<Timestamp>,
}

/// How many came to a hook on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Day {
    /// Its beginning, in UTC.
    pub day: Timestamp,
    pub accepted: i64,
    pub unread: i64,
    pub refused: i64,
}

/// How a hook has fared in a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pulse {
    /// Verified and kept, in the last 24 hours.
    pub day: i64,
    /// Of these, those that cannot be read.
    pub unread: i64,
    /// Refused, in the last 24 hours.
    pub refused: i64,
    /// The last that was verified, and the last that was refused, within seven days.
    pub last: Option<Timestamp>,
    pub last_refused: Option<Timestamp>,
}

const DAY: i64 = 86_400_000_000;

impl Store {
    /// The newest first.
    pub(crate) async fn arrivals(&self, which: &Which, most: i64) -> anyhow::Result<Vec<Kept>> {
        let mut text = format!("SELECT {ARRIVAL} FROM hook_delivery WHERE at >= $1");
        let mut args = vec![Arg::from(which.since.map_or(0, Timestamp::as_microsecond))];
        for (column, value) in [("hook", which.hook.as_deref()), ("verdict", which.verdict.map(Verdict::name))] {
            if let Some(value) = value {
                args.push(value.into());
                text.push_str(&format!(" AND {column} = ${}", args.len()));
            }
        }
        args.push(most.into());
        text.push_str(&format!(" ORDER BY at DESC, id DESC LIMIT ${}", args.len()));
        sql(text).bind_all(args).all(self.read()).await?.iter().map(arrival).collect()
    }

    pub(crate) async fn arrival(&self, id: i64) -> anyhow::Result<Option<Kept>> {
        let row = sql(format!("SELECT {ARRIVAL} FROM hook_delivery WHERE id = $1")).bind(id).first(self.read()).await?;
        row.as_ref().map(arrival).transpose()
    }

    pub(crate) async fn arrival_of(&self, hook: &str, key: &str) -> anyhow::Result<Option<Kept>> {
        let text = format!("SELECT {ARRIVAL} FROM hook_delivery WHERE delivery_id = {} LIMIT 1", delivery_of("$1", "$2"));
        sql(text).bind(hook).bind(key).first(self.read()).await?.as_ref().map(arrival).transpose()
    }

    /// The body of what was taken.
    pub(crate) async fn delivered(&self, hook: &str, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let row = sql("SELECT body FROM delivery WHERE source = $1 AND key = $2")
            .bind(format!("hook:{hook}"))
            .bind(key)
            .first(self.read())
            .await?;
        Ok(row.map(|row| row.bytes(0)).transpose()?)
    }

    /// Why a delivery that could not be read was given up, and as which job.
    pub(crate) async fn given_up(&self, unique: &str) -> anyhow::Result<Option<(i64, String)>> {
        let row = sql("SELECT id, reason FROM job_history WHERE state = 'dead' AND kind = 'hook' AND unique_key = $1
             ORDER BY id DESC LIMIT 1")
        .bind(unique)
        .first(self.read())
        .await?;
        Ok(row.map(|row| Ok::<_, sqlx::Error>((row.int(0)?, row.maybe_text(1)?.unwrap_or_default()))).transpose()?)
    }

    /// Those of these keys whose post still waits, or is on its way.
    pub(crate) async fn waiting_posts(&self, keys: &[&str]) -> anyhow::Result<Vec<String>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        // Only for replays, which people ask for: the live jobs are few, and each is looked at once.
        let mut waiting = Vec::new();
        let rows = sql("SELECT payload FROM job WHERE kind = 'post'").all(self.read()).await?;
        for row in &rows {
            let payload: serde_json::Value = row.json(0)?;
            let also = payload["also"].as_array().into_iter().flatten();
            let told = std::iter::once(&payload["post"]["key"]).chain(also).filter_map(|it| it.as_str());
            waiting.extend(told.filter(|it| keys.contains(it)).map(str::to_owned));
        }
        Ok(waiting)
    }

    /// By day and verdict, the oldest first.
    pub(crate) async fn days(&self, hook: &str, since: Timestamp) -> anyhow::Result<Vec<Day>> {
        let mut days: BTreeMap<i64, Day> = BTreeMap::new();
        let text = format!(
            "SELECT at / {DAY}, verdict, COUNT(*) FROM hook_delivery WHERE hook = $1 AND at >= $2 GROUP BY at / {DAY}, verdict"
        );
        let kept = sql(text).bind(hook).bind(since).all(self.read()).await?;
        let counted = sql(format!(
            "SELECT hour / {DAY}, 'refused', CAST(SUM(count) AS BIGINT) FROM hook_refused WHERE hook = $1 AND hour >= $2 GROUP BY hour / {DAY}"
        ));
        let counted = counted.bind(hook).bind(since).all(self.read()).await?;
        for row in kept.iter().chain(&counted) {
            let (number, count) = (row.int(0)?, row.int(2)?);
            let day = days
                .entry(number)
                .or_insert_with(|| Day { day: Timestamp::from_microsecond(number * DAY).unwrap_or_default(), ..Day::default() });
            match Verdict::named(&row.text(1)?) {
                Verdict::Accepted | Verdict::Handshake => day.accepted += count,
                Verdict::Unread => day.unread += count,
                Verdict::Refused => day.refused += count,
            }
        }
        Ok(days.into_values().collect())
    }

    /// Why deliveries were refused or cannot be read, the most frequent first.
    pub(crate) async fn failures(&self, hook: &str, since: Timestamp) -> anyhow::Result<Vec<(String, i64)>> {
        let mut all: BTreeMap<String, i64> = BTreeMap::new();
        let kept = sql("SELECT reason, COUNT(*) FROM hook_delivery
             WHERE hook = $1 AND at >= $2 AND verdict IN ('refused', 'unread') AND reason IS NOT NULL
             GROUP BY reason ORDER BY 2 DESC LIMIT 20");
        let counted =
            sql("SELECT reason, CAST(SUM(count) AS BIGINT) FROM hook_refused WHERE hook = $1 AND hour >= $2 GROUP BY reason");
        for statement in [kept, counted] {
            for row in &statement.bind(hook).bind(since).all(self.read()).await? {
                *all.entry(row.text(0)?).or_default() += row.int(1)?;
            }
        }
        let mut all: Vec<(String, i64)> = all.into_iter().collect();
        all.sort_by_key(|(_, count)| -count);
        Ok(all)
    }

    pub(crate) async fn pulse(&self, hook: &str) -> anyhow::Result<Pulse> {
        let since = self.now().saturating_sub(SignedDuration::from_hours(24))?;
        let row = sql("SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN verdict = 'unread' THEN 1 ELSE 0 END), 0) AS BIGINT),
                 CAST(COALESCE(SUM(CASE WHEN verdict = 'refused' THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM hook_delivery WHERE hook = $1 AND at >= $2")
        .bind(hook)
        .bind(since)
        .first(self.read())
        .await?;
        let (all, unread, kept_refused) =
            row.map_or(Ok((0, 0, 0)), |it| Ok::<_, sqlx::Error>((it.int(0)?, it.int(1)?, it.int(2)?)))?;
        let counted = sql("SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM hook_refused WHERE hook = $1 AND hour >= $2")
            .bind(hook)
            .bind(since)
            .first(self.read())
            .await?;
        let counted = counted.map_or(Ok(0), |it| it.int(0))?;
        let last = async |refused: &'static str| {
            let text =
                format!("SELECT at FROM hook_delivery WHERE hook = $1 AND verdict {refused} 'refused' ORDER BY at DESC LIMIT 1");
            let row = sql(text).bind(hook).first(self.read()).await?;
            row.map(|it| it.time(0)).transpose()
        };
        Ok(Pulse {
            day: all - kept_refused,
            unread,
            refused: kept_refused + counted,
            last: last("<>").await?,
            last_refused: last("=").await?,
        })
    }

    /// How long the newest of a source's posts took from its receipt, in microseconds, sorted.
    pub(crate) async fn took(&self, source: &str, since: Timestamp) -> anyhow::Result<Vec<i64>> {
        let rows = sql("SELECT took FROM posted WHERE source = $1 AND at >= $2 AND took IS NOT NULL ORDER BY at DESC LIMIT 2000")
            .bind(source)
            .bind(since)
            .all(self.read())
            .await?;
        let mut all = rows.iter().map(|row| row.int(0)).collect::<sqlx::Result<Vec<i64>>>()?;
        all.sort_unstable();
        Ok(all)
    }

    /// Writes down one that was refused, or only tried the address out.
    pub(crate) async fn record_arrival(&self, arrival: &Arrival) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        Arrival::record(&mut tx, &[arrival]).await?;
        Ok(tx.commit().await?)
    }

    /// Adds to what was refused in these hours: hook, hour, reason, how many.
    pub(crate) async fn count_refused(&self, all: &[(String, i64, String, i64)]) -> anyhow::Result<()> {
        let mut tx = self.begin().await?;
        for (hook, hour, reason, count) in all {
            sql("INSERT INTO hook_refused (hook, hour, reason, count) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (hook, hour, reason) DO UPDATE SET count = hook_refused.count + excluded.count")
            .bind(hook.as_str())
            .bind(*hour)
            .bind(reason.as_str())
            .bind(*count)
            .execute(&mut tx)
            .await?;
        }
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_each;

    fn arrival(key: Option<&str>, verdict: Verdict, reason: Option<&str>) -> Arrival {
        Arrival {
            hook: "ci".into(),
            key: key.map(str::to_owned),
            verdict,
            status: 200,
            proof: key.map(|_| "its secret".into()),
            reason: reason.map(str::to_owned),
            method: "POST".into(),
            query: String::new(),
            peer: Some("192.0.2.7".into()),
            headers: vec![("x-github-event".into(), "push".into())],
            body: key.is_none().then(|| vec![b'x'; REFUSED_BODY + 1].into()),
            size: REFUSED_BODY + 1,
        }
    }

    #[tokio::test]
    async fn what_came_is_counted_by_day_reason_and_verdict() {
        on_each(|bench| async move {
            let store = bench.store;
            let long_ago = arrival(Some("d-0"), Verdict::Accepted, None);
            let mut tx = store.begin().await.expect("a transaction");
            for key in ["d-0", "d-1", "d-2"] {
                let delivery = "INSERT INTO delivery (source, key, body, received_at) VALUES ('hook:ci', $1, $2, 0)";
                sql(delivery).bind(key).bind(b"{}".as_slice()).execute(&mut tx).await.expect("written");
            }
            Arrival::record(&mut tx, &[&long_ago]).await.expect("written");
            tx.commit().await.expect("committed");
            bench.clock.advance(std::time::Duration::from_hours(48));
            let all = [
                arrival(Some("d-1"), Verdict::Accepted, None),
                arrival(Some("d-2"), Verdict::Unread, Some("No JSON.")),
                arrival(None, Verdict::Refused, Some("a bad signature")),
            ];
            let mut tx = store.begin().await.expect("a transaction");
            Arrival::record(&mut tx, &all.iter().collect::<Vec<_>>()).await.expect("written");
            Arrival::record_again(&mut tx, &[&all[0], &all[0]]).await.expect("counted");
            tx.commit().await.expect("committed");
            let hour = store.now().as_microsecond() / 3_600_000_000 * 3_600_000_000;
            for _ in 0..2 {
                let counted = [("ci".to_owned(), hour, "a bad signature".to_owned(), 5)];
                store.count_refused(&counted).await.expect("counted");
            }

            let pulse = store.pulse("ci").await.expect("read");
            assert_eq!((pulse.day, pulse.unread, pulse.refused), (2, 1, 11));
            assert_eq!((pulse.last, pulse.last_refused), (Some(store.now()), Some(store.now())));
            assert_eq!(store.pulse("other").await.expect("read"), Pulse::default());
            let days = store.days("ci", Timestamp::UNIX_EPOCH).await.expect("read");
            let counts: Vec<_> = days.iter().map(|it| (it.accepted, it.unread, it.refused)).collect();
            assert_eq!(counts, [(1, 0, 0), (1, 1, 11)]);
            let failures = store.failures("ci", Timestamp::UNIX_EPOCH).await.expect("read");
            assert_eq!(failures, [("a bad signature".to_owned(), 11), ("No JSON.".to_owned(), 1)]);

            let refused = Which { hook: Some("ci".into()), verdict: Some(Verdict::Refused), since: None };
            let refused = store.arrivals(&refused, 10).await.expect("read");
            let body = refused[0].arrival.body.as_ref().map(|it| it.len());
            assert_eq!((refused.len(), body), (1, Some(REFUSED_BODY)), "of what is refused, not all is kept");
            let known = store.arrival_of("ci", "d-1").await.expect("read").expect("it");
            assert_eq!((known.repeats, &known.arrival), (2, &all[0]));
            assert_eq!(store.arrivals(&Which::default(), 10).await.expect("read").len(), 4);
        })
        .await;
    }
}
