//! Looking at the queue: how many jobs stand where, which ones, and what holds them up.
//!
//! Everything here reads, beside the writer, and is made for a backlog of a million: jobs are counted
//! in slices, so that no read lasts long enough to keep the database from tidying up behind its
//! writer, and what has to look into payloads looks at so many and says how many.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{
    Queue,
    standing::{LIVE, Standing},
};
use crate::store::{Dialect, Row, Statement, sql};

/// Live jobs read in one statement while counting: about 10 ms.
const SLICE: i64 = 20_000;
/// Live jobs, and dead letters, whose payload is looked into for an overview.
pub const LOOKED_INTO: i64 = 10_000;

/// Where a job's payload says what it is about. The queue knows no payload: whoever makes jobs says it.
///
/// Alternatives, of which the first that a payload has counts; each is a list of paths whose texts are
/// joined by colons: `[["call.group"], ["post.to.place.platform", "post.to.place.channel"]]`.
#[derive(Clone, Copy, Debug)]
pub struct Subjects(pub &'static [&'static [&'static str]]);

impl Subjects {
    pub(super) fn sql(self, dialect: Dialect) -> String {
        let text = |path: &str| match dialect {
            Dialect::Sqlite => format!("CAST(json_extract(payload, '$.{path}') AS TEXT)"),
            Dialect::Postgres => format!("(payload::json #>> '{{{}}}')", path.replace('.', ",")),
        };
        let one = |paths: &&[&str]| paths.iter().map(|it| text(it)).collect::<Vec<_>>().join(" || ':' || ");
        format!("COALESCE({})", self.0.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}

/// Jobs of one kind that stand in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    pub state: Standing,
    pub kind: String,
    pub jobs: i64,
    /// When the oldest of them was accepted; of dead letters, when it died.
    pub oldest: Timestamp,
}

/// Jobs about the same connection or chat channel that stand in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// `redmine`, `slack:C0123`; none where the payload does not say.
    pub connection: Option<String>,
    pub state: Standing,
    pub jobs: i64,
    pub oldest: Timestamp,
}

/// The lane in which most jobs wait for one another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LongestLane {
    pub lane: String,
    pub jobs: i64,
    /// The one that the others wait for.
    pub held_up_by: Listed,
}

/// The queue at a glance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    pub at: Timestamp,
    pub counts: Vec<Count>,
    pub connections: Vec<About>,
    /// The connections are those of so many of the oldest jobs and dead letters; there are more.
    pub connections_of_the_oldest: Option<i64>,
    pub longest_lane: Option<LongestLane>,
    /// Since when the job that has been due for longest is due.
    pub due_since: Option<Timestamp>,
}

/// A job, without what it is to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    pub id: i64,
    pub state: Standing,
    pub kind: String,
    pub connection: Option<String>,
    pub lane: Option<String>,
    /// 0 page, 1 command, 2 chatter.
    pub priority: i64,
    pub attempts: i64,
    pub created_at: Timestamp,
    /// When it is, or was, to be tried (again); none once it has ended.
    pub run_at: Option<Timestamp>,
    /// Until when its worker has it without another sign of life.
    pub lease_until: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    /// What its last attempt failed of, or why it ended so.
    pub reason: Option<String>,
    pub ended_at: Option<Timestamp>,
    /// The job that this dead letter was put back as.
    pub redriven_as: Option<i64>,
}

/// What an administrator should know of without having asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pressure {
    pub dead_letters: i64,
    /// When the oldest of them died.
    pub dead_since: Option<Timestamp>,
    /// Since when the job that has been due for longest is due.
    pub due_since: Option<Timestamp>,
}

/// A job that will not be done unless somebody says so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadLetter {
    pub id: i64,
    pub kind: String,
    pub lane: Option<String>,
    pub payload: Value,
    pub reason: String,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub died_at: Timestamp,
}

/// Which jobs to list. Nothing set: what there is to see to, live jobs and dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<Standing>,
    pub kind: Option<String>,
    /// `slack` means all of its channels, `slack:C0123` one.
    pub connection: Option<String>,
}

impl Filter {
    /// The condition on `kind` and `subject`, its values bound from `$first` on.
    pub(super) fn sql(first: usize) -> String {
        let (kind, subject) = (first, first + 1);
        format!(
            "(${kind} = '' OR kind = ${kind}) AND (${subject} = '' OR subject = ${subject} \
             OR substr(subject, 1, length(${subject}) + 1) = ${subject} || ':')"
        )
    }

    pub(super) fn bind(&self, statement: Statement) -> Statement {
        statement.bind(self.kind.as_deref().unwrap_or_default()).bind(self.connection.as_deref().unwrap_or_default())
    }
}

/// What [`listed`] reads, from a live job and from an ended one.
const LISTED: &str = "id, standing, kind, subject, lane, priority, attempts, created_at, run_at, lease_until, expires, reason, \
                      ended_at, redriven_as";

fn live(subject: &str) -> String {
    format!(
        "(SELECT id, {LIVE} AS standing, kind, {subject} AS subject, lane, priority, attempts, created_at, run_at, lease_until, \
         expires, reason, CAST(NULL AS BIGINT) AS ended_at, CAST(NULL AS BIGINT) AS redriven_as, payload FROM job) live"
    )
}

fn ended(subject: &str) -> String {
    let none = "CAST(NULL AS BIGINT)";
    format!(
        "(SELECT id, state AS standing, kind, {subject} AS subject, lane, priority, attempts, created_at, {none} AS run_at, \
         {none} AS lease_until, {none} AS expires, reason, ended_at, redriven_as, payload FROM job_history) ended"
    )
}

fn listed(row: &Row) -> sqlx::Result<Listed> {
    Ok(Listed {
        id: row.int(0)?,
        state: Standing::read(&row.text(1)?)?,
        kind: row.text(2)?,
        connection: row.maybe_text(3)?,
        lane: row.maybe_text(4)?,
        priority: row.int(5)?,
        attempts: row.int(6)?,
        created_at: row.time(7)?,
        run_at: row.maybe_time(8)?,
        lease_until: row.maybe_time(9)?,
        expires: row.maybe_time(10)?,
        reason: row.maybe_text(11)?,
        ended_at: row.maybe_time(12)?,
        redriven_as: row.maybe_int(13)?,
    })
}

impl Queue {
    /// Live jobs and dead letters by kind and standing.
    pub async fn counts(&self) -> anyhow::Result<Vec<Count>> {
        let now = self.0.store.now();
        let mut counts: Vec<Count> = Vec::new();
        let mut last = i64::MIN;
        loop {
            let rows = sql(format!(
                "SELECT standing, kind, COUNT(*), MIN(created_at), MAX(id) FROM
                     (SELECT id, kind, created_at, {LIVE} AS standing FROM job WHERE id > $2 ORDER BY id LIMIT $3) slice
                 GROUP BY standing, kind"
            ))
            .bind(now)
            .bind(last)
            .bind(SLICE)
            .all(self.0.store.read())
            .await?;
            let mut seen = 0;
            for row in &rows {
                let (state, kind, jobs, oldest) = (Standing::read(&row.text(0)?)?, row.text(1)?, row.int(2)?, row.time(3)?);
                seen += jobs;
                last = last.max(row.int(4)?);
                match counts.iter_mut().find(|it| it.state == state && it.kind == kind) {
                    Some(count) => (count.jobs, count.oldest) = (count.jobs + jobs, count.oldest.min(oldest)),
                    None => counts.push(Count { state, kind, jobs, oldest }),
                }
            }
            if seen < SLICE {
                break;
            }
        }
        let dead = sql("SELECT kind, COUNT(*), MIN(ended_at) FROM job_history
             WHERE state = 'dead' AND redriven_as IS NULL GROUP BY kind")
        .all(self.0.store.read())
        .await?;
        for row in &dead {
            counts.push(Count { state: Standing::Dead, kind: row.text(0)?, jobs: row.int(1)?, oldest: row.time(2)? });
        }
        counts.sort_by(|a, b| (a.state, &a.kind).cmp(&(b.state, &b.kind)));
        Ok(counts)
    }

    /// Everything at a glance.
    pub async fn overview(&self, subjects: Subjects) -> anyhow::Result<Overview> {
        let counts = self.counts().await?;
        let total: i64 = counts.iter().filter(|it| it.state.is_live()).map(|it| it.jobs).sum();
        let dead: i64 = counts.iter().filter(|it| it.state == Standing::Dead).map(|it| it.jobs).sum();
        Ok(Overview {
            at: self.0.store.now(),
            connections: self.by_connection(subjects).await?,
            connections_of_the_oldest: (total > LOOKED_INTO || dead > LOOKED_INTO).then_some(LOOKED_INTO),
            longest_lane: self.longest_lane(subjects).await?,
            due_since: self.pressure().await?.due_since,
            counts,
        })
    }

    /// What an administrator should know of; answered by indices, whatever the backlog.
    pub async fn pressure(&self) -> anyhow::Result<Pressure> {
        let due_since = self.due_since().await?.into_iter().map(|(_, since)| since).min();
        let dead = sql("SELECT COUNT(*), MIN(ended_at) FROM job_history WHERE state = 'dead' AND redriven_as IS NULL");
        let Some(row) = dead.first(self.0.store.read()).await? else { return Ok(Pressure { due_since, ..Pressure::default() }) };
        Ok(Pressure { dead_letters: row.int(0)?, dead_since: row.maybe_time(1)?, due_since })
    }

    async fn by_connection(&self, subjects: Subjects) -> anyhow::Result<Vec<About>> {
        let subject = subjects.sql(self.0.store.dialect());
        let rows = sql(format!(
            "SELECT subject, standing, COUNT(*), MIN(since) FROM (
                 SELECT {subject} AS subject, standing, since FROM
                     (SELECT payload, {LIVE} AS standing, created_at AS since FROM job ORDER BY id LIMIT $2) oldest
                 UNION ALL
                 SELECT {subject} AS subject, 'dead' AS standing, since FROM
                     (SELECT payload, ended_at AS since FROM job_history WHERE state = 'dead' AND redriven_as IS NULL
                      ORDER BY ended_at LIMIT $2) letters
             ) all_of_them GROUP BY subject, standing ORDER BY subject, standing"
        ))
        .bind(self.0.store.now())
        .bind(LOOKED_INTO)
        .all(self.0.store.read())
        .await?;
        let about = |row: &Row| -> sqlx::Result<About> {
            let (connection, state) = (row.maybe_text(0)?, Standing::read(&row.text(1)?)?);
            Ok(About { connection, state, jobs: row.int(2)?, oldest: row.time(3)? })
        };
        Ok(rows.iter().map(about).collect::<sqlx::Result<_>>()?)
    }

    async fn longest_lane(&self, subjects: Subjects) -> anyhow::Result<Option<LongestLane>> {
        let longest = sql("SELECT lane, COUNT(*) FROM job WHERE lane IS NOT NULL GROUP BY lane
             HAVING COUNT(*) > 1 ORDER BY 2 DESC, 1 LIMIT 1")
        .first(self.0.store.read())
        .await?;
        let Some(longest) = longest else { return Ok(None) };
        let (lane, jobs) = (longest.text(0)?, longest.int(1)?);
        // Whoever is claimed holds it, else whoever is first in it.
        let head = sql("SELECT id FROM job WHERE lane = $1 ORDER BY CASE WHEN state = 'ready' THEN 1 ELSE 0 END, id LIMIT 1")
            .bind(lane.as_str())
            .first(self.0.store.read())
            .await?;
        let Some(head) = head else { return Ok(None) };
        let found = self.job(head.int(0)?, subjects).await?;
        Ok(found.map(|(held_up_by, _)| LongestLane { lane, jobs, held_up_by }))
    }

    /// For each priority that has due jobs which no other is ahead of: since when the oldest is due.
    pub(super) async fn due_since(&self) -> anyhow::Result<Vec<(i64, Timestamp)>> {
        let mut found = Vec::new();
        for priority in 0..=2 {
            let row = sql("SELECT MIN(run_at) FROM job
                 WHERE state = 'ready' AND blocked = 0 AND priority = $1 AND run_at <= $2")
            .bind(priority)
            .bind(self.0.store.now())
            .first(self.0.store.read())
            .await?;
            if let Some(since) = row.map_or(Ok(None), |row| row.maybe_time(0))? {
                found.push((priority, since));
            }
        }
        Ok(found)
    }

    /// Jobs that fit `filter`: ended ones first, the newest on top, then live ones, the oldest on top.
    pub async fn list(&self, filter: &Filter, subjects: Subjects, limit: u32) -> anyhow::Result<Vec<Listed>> {
        let subject = subjects.sql(self.0.store.dialect());
        let mut found = Vec::new();
        if filter.state.is_none_or(|it| !it.is_live()) {
            let standing = filter.state.unwrap_or(Standing::Dead);
            // What was put back is no dead letter any more; its new job tells how it goes.
            let open = if standing == Standing::Dead { "AND redriven_as IS NULL" } else { "" };
            let statement = sql(format!(
                "SELECT {LISTED} FROM {} WHERE standing = '{}' {open} AND {} ORDER BY ended_at DESC, id DESC LIMIT $1",
                ended(&subject),
                standing.name(),
                Filter::sql(2)
            ))
            .bind(i64::from(limit));
            let rows = filter.bind(statement).all(self.0.store.read()).await?;
            found.extend(rows.iter().map(listed).collect::<sqlx::Result<Vec<_>>>()?);
        }
        let left = i64::from(limit).saturating_sub(i64::try_from(found.len()).unwrap_or(i64::MAX));
        if left > 0 && filter.state.is_none_or(Standing::is_live) {
            let standing = filter.state.map(|it| format!("standing = '{}' AND", it.name())).unwrap_or_default();
            let text =
                format!("SELECT {LISTED} FROM {} WHERE {standing} {} ORDER BY id LIMIT $2", live(&subject), Filter::sql(3));
            let statement = sql(text).bind(self.0.store.now()).bind(left);
            let rows = filter.bind(statement).all(self.0.store.read()).await?;
            found.extend(rows.iter().map(listed).collect::<sqlx::Result<Vec<_>>>()?);
        }
        Ok(found)
    }

    /// One job, live or ended, and what it is, or was, to do. What was done is not kept.
    pub async fn job(&self, id: i64, subjects: Subjects) -> anyhow::Result<Option<(Listed, Option<Value>)>> {
        let subject = subjects.sql(self.0.store.dialect());
        let now = self.0.store.now();
        let of_live = sql(format!("SELECT {LISTED}, payload FROM {} WHERE id = $2", live(&subject))).bind(now).bind(id);
        let mut row = of_live.first(self.0.store.read()).await?;
        if row.is_none() {
            let of_ended = sql(format!("SELECT {LISTED}, payload FROM {} WHERE id = $1", ended(&subject))).bind(id);
            row = of_ended.first(self.0.store.read()).await?;
        }
        let Some(row) = row else { return Ok(None) };
        let payload = row.maybe_text(14)?.map(|text| serde_json::from_str(&text)).transpose()?;
        Ok(Some((listed(&row)?, payload)))
    }

    /// The newest dead letters that nobody put back.
    pub async fn dead(&self, limit: u32) -> anyhow::Result<Vec<DeadLetter>> {
        let rows = sql("SELECT id, kind, lane, payload, reason, attempts, created_at, ended_at FROM job_history
             WHERE state = 'dead' AND redriven_as IS NULL ORDER BY ended_at DESC, id DESC LIMIT $1")
        .bind(i64::from(limit))
        .all(self.0.store.read())
        .await?;
        let letter = |row: &Row| -> sqlx::Result<DeadLetter> {
            Ok(DeadLetter {
                id: row.int(0)?,
                kind: row.text(1)?,
                lane: row.maybe_text(2)?,
                payload: row.json(3)?,
                reason: row.text(4)?,
                attempts: row.int(5)?,
                created_at: row.time(6)?,
                died_at: row.time(7)?,
            })
        };
        Ok(rows.iter().map(letter).collect::<sqlx::Result<_>>()?)
    }

    /// Live jobs in the lanes that begin so.
    pub async fn waiting_in(&self, lanes: &str) -> anyhow::Result<i64> {
        let row =
            sql("SELECT COUNT(*) FROM job WHERE substr(lane, 1, length($1)) = $1").bind(lanes).first(self.0.store.read()).await?;
        Ok(row.map_or(Ok(0), |row| row.int(0))?)
    }

    /// Why the last try of the live job with this unique key came to nothing; none where it was not tried, or there is none.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trouble_of(&self, unique: &str) -> anyhow::Result<Option<String>> {
        let row = sql("SELECT reason FROM job WHERE unique_key = $1").bind(unique).first(self.0.store.read()).await?;
        Ok(row.map_or(Ok(None), |row| row.maybe_text(0))?)
    }

    /// A live job's kind, and what it is to do; none when it has ended, or never was.
    pub async fn waiting(&self, id: i64) -> anyhow::Result<Option<(String, Value)>> {
        let row = sql("SELECT kind, payload FROM job WHERE id = $1").bind(id).first(self.0.store.read()).await?;
        row.map(|row| anyhow::Ok((row.text(0)?, serde_json::from_str(&row.text(1)?)?))).transpose()
    }
}
