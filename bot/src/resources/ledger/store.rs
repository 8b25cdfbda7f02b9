//! Rows of changes, and what the tables of connections, hooks, subscriptions, teams, defaults and aliases say, as bodies.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{ALIAS, Applied, By, CONNECTION, Change, DEFAULT, Entry, HOOK, LABELS, SEALED, SUBSCRIPTION, TEAM, Version, What};
use crate::{
    config::Broadcast,
    resources::store::{VERSION, version as read_version},
    store::{Dialect, Row, Store, Tx, sql},
};

/// Who compares the tables with their versions, or counts on what they say, holds this PostgreSQL advisory lock until the
/// transaction ends: what another has committed meanwhile would look undone to one that began to read before.
const COMPARING: i64 = 0x6265_6c6c_686f_7002;

type Bodies = BTreeMap<(String, String), Map<String, Value>>;

pub(super) async fn begin(tx: &mut Tx, what: What, subject: &str, by: &By) -> sqlx::Result<i64> {
    let now = tx.now();
    let row = sql("INSERT INTO change (what, subject, who, why, at) VALUES ($1, $2, $3, $4, $5) RETURNING id")
        .bind(what.name())
        .bind(subject)
        .bind(by.who.as_str())
        .bind(by.why.as_str())
        .bind(now)
        .first(tx)
        .await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Only one at a time goes on from here; SQLite has one writer anyway.
async fn alone(tx: &mut Tx) -> sqlx::Result<()> {
    if tx.dialect() == Dialect::Postgres {
        sql("SELECT pg_advisory_xact_lock($1)::text").bind(COMPARING).execute(tx).await?;
    }
    Ok(())
}

pub(super) async fn generation(tx: &mut Tx) -> sqlx::Result<i64> {
    alone(tx).await?;
    let row = sql("SELECT COUNT(*) FROM resource").first(tx).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

const OF_TABLES: &str = "r.kind IN ('connection', 'hook', 'subscription', 'team', 'default', 'alias')";
const IS_NEWEST: &str = "r.version = (SELECT MAX(n.version) FROM resource n WHERE n.kind = r.kind AND n.name = r.name)";

/// What the tables say otherwise than the newest versions; no body of what is gone.
pub(super) async fn differing(tx: &mut Tx) -> sqlx::Result<Vec<(String, String, Option<Map<String, Value>>)>> {
    alone(tx).await?;
    let now = standing(tx).await?;
    let mut known = Bodies::new();
    let rows =
        sql(format!("SELECT r.kind, r.name, r.body FROM resource r WHERE {OF_TABLES} AND {IS_NEWEST}")).all(&mut *tx).await?;
    for row in &rows {
        if let Some(Ok(body)) = row.maybe_text(2)?.map(|it| serde_json::from_str(&it)) {
            known.insert((row.text(0)?, row.text(1)?), body);
        }
    }
    let mut differing = Vec::new();
    for (key, body) in &now {
        let is_known = known.get(key).is_some_and(|it| Value::Object(it.clone()) == Value::Object(body.clone()));
        if !is_known {
            differing.push((key.0.clone(), key.1.clone(), Some(body.clone())));
        }
    }
    differing.extend(known.into_keys().filter(|it| !now.contains_key(it)).map(|(kind, name)| (kind, name, None)));
    Ok(differing)
}

async fn standing(tx: &mut Tx) -> sqlx::Result<Bodies> {
    let mut all = Bodies::new();
    let mut put = |kind: &str, name: String, body: Value| {
        if let Value::Object(mut body) = body {
            body.retain(|_, value| !value.is_null());
            all.insert((kind.to_owned(), name), body);
        }
    };
    let connections =
        sql("SELECT c.name, c.version, c.kind, c.settings FROM connection c WHERE c.removed = 0 AND c.kind NOT IN ('hook', 'approval')
         AND c.version = (SELECT MAX(n.version) FROM connection n WHERE n.name = c.name)");
    for row in connections.all(&mut *tx).await? {
        let mut body: Map<String, Value> = row.json(3)?;
        body.insert("kind".into(), json!(row.text(2)?));
        body.insert(SEALED.into(), json!(row.int(1)?));
        put(CONNECTION, row.text(0)?, Value::Object(body));
    }
    for row in sql("SELECT name, kind, settings, secret, vendor FROM hook").all(&mut *tx).await? {
        let mut body: Map<String, Value> = row.json(2)?;
        body.insert("kind".into(), json!(row.text(1)?));
        body.insert(SEALED.into(), json!(row.maybe_int(3)?));
        let vendor: Option<Value> = row.maybe_text(4)?.and_then(|it| serde_json::from_str(&it).ok());
        body.insert("$vendor".into(), json!(vendor));
        body.retain(|key, value| key != "disabled" || *value != Value::Bool(false));
        put(HOOK, row.text(0)?, Value::Object(body));
    }
    let subscriptions =
        sql("SELECT source, filter, platform, workspace, channel, topic, mode, broadcast, every, told_at, zone, fallback, mine
         FROM subscription");
    for row in subscriptions.all(&mut *tx).await? {
        let body = subscription(&row)?;
        put(SUBSCRIPTION, super::super::subscription_name(&body), body);
    }
    let mut teams: BTreeMap<String, Grouped> = BTreeMap::new();
    for row in sql("SELECT name FROM team").all(&mut *tx).await? {
        teams.insert(row.text(0)?, Default::default());
    }
    for row in sql("SELECT team, platform, workspace, person, label FROM team_member ORDER BY platform, workspace, person")
        .all(&mut *tx)
        .await?
    {
        let id = format!("{}:{}:{}", row.text(1)?, row.text(2)?, row.text(3)?);
        if let Some(team) = teams.get_mut(&row.text(0)?) {
            team.2.insert(id.clone(), json!(row.text(4)?));
            team.0.push(id);
        }
    }
    for row in
        sql("SELECT team, platform, workspace, id, label FROM team_group ORDER BY platform, workspace, id").all(&mut *tx).await?
    {
        let id = format!("{}:{}:{}", row.text(1)?, row.text(2)?, row.text(3)?);
        if let Some(team) = teams.get_mut(&row.text(0)?) {
            team.2.insert(id.clone(), json!(row.text(4)?));
            team.1.push(id);
        }
    }
    for (name, (members, groups, labels)) in teams {
        put(TEAM, name, json!({ "members": members, "groups": groups, LABELS: labels }));
    }
    for row in sql("SELECT sort, scope, name, value FROM shorthand").all(&mut *tx).await? {
        let (sort, scope, word, value) = (row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?);
        let (whose, place) = scope.split_once(':').unwrap_or(("channel", scope.as_str()));
        let name = format!("{place} {word}");
        match sort.as_str() {
            DEFAULT => put(DEFAULT, name, json!({ whose: place, "field": word, "value": value })),
            _ => put(ALIAS, name, json!({ whose: place, "word": word, "command": value })),
        }
    }
    Ok(all)
}

/// A team's members, its user groups, and what people call each of them.
type Grouped = (Vec<String>, Vec<String>, Map<String, Value>);

fn subscription(row: &Row) -> sqlx::Result<Value> {
    let (platform, workspace, channel, topic) = (row.text(2)?, row.text(3)?, row.text(4)?, row.text(5)?);
    let within = if workspace.is_empty() || platform != "slack" { String::new() } else { format!("{workspace}/") };
    let below = if topic.is_empty() { String::new() } else { format!(">{topic}") };
    let (mode, told_at, zone, seconds) = (row.text(6)?, row.text(9)?, row.text(10)?, row.int(8)?);
    let is_digest = mode == "digest";
    let every = match seconds {
        _ if !is_digest || !told_at.is_empty() => None,
        it if it % 3600 == 0 => Some(format!("{}h", it / 3600)),
        it => Some(format!("{}m", it / 60)),
    };
    let some = |text: String| Some(text).filter(|it| !it.is_empty());
    Ok(json!({
        "from": row.text(0)?,
        "filter": some(row.text(1)?),
        "to": format!("{platform}:{within}{channel}{below}"),
        "fallback": some(row.text(11)?),
        "mode": if told_at.is_empty() { mode } else { format!("{mode}@{told_at}") },
        "broadcast": Some(row.text(7)?).filter(|it| it != Broadcast::Never.name()),
        "every": every,
        "timezone": some(zone),
        // Whose account it follows is theirs who made it, and no file's.
        "$mine": some(row.text(12)?),
        // Of a chat that has no such thing in its names, but whose rows do.
        "$workspace": (!workspace.is_empty() && platform != "slack").then_some(workspace),
    }))
}

pub(super) async fn newest(store: &Store) -> anyhow::Result<Vec<Entry>> {
    let rows = sql(format!("SELECT {VERSION}, r.change_id FROM resource r WHERE {IS_NEWEST} ORDER BY r.kind, r.name"));
    entries(&rows.all(store.read()).await?)
}

pub(super) async fn history(store: &Store, kind: Option<&str>, name: Option<&str>, limit: u32) -> anyhow::Result<Vec<Entry>> {
    let rows = sql(format!(
        "SELECT {VERSION}, r.change_id FROM resource r WHERE (r.kind = $1 OR $1 = '') AND (LOWER(r.name) = $2 OR $2 = '')
         ORDER BY r.at DESC, r.change_id DESC, r.kind, r.name, r.version DESC LIMIT $3"
    ))
    .bind(kind.unwrap_or_default())
    .bind(name.unwrap_or_default().to_lowercase())
    .bind(i64::from(limit));
    entries(&rows.all(store.read()).await?)
}

pub(super) async fn version(store: &Store, kind: &str, name: &str, version: i64) -> anyhow::Result<Option<Version>> {
    let rows = sql(format!("SELECT {VERSION} FROM resource r WHERE r.kind = $1 AND LOWER(r.name) = $2 AND r.version = $3"))
        .bind(kind)
        .bind(name.to_lowercase())
        .bind(version)
        .first(store.read())
        .await?;
    rows.as_ref().map(read_version).transpose()
}

/// The newest version of each that was written by then; with version 0 and no body what was not there yet.
pub(super) async fn as_of(store: &Store, change: i64) -> anyhow::Result<Vec<Version>> {
    let rows = sql(format!(
        "SELECT {VERSION} FROM resource r WHERE r.version =
             (SELECT MAX(n.version) FROM resource n WHERE n.kind = r.kind AND n.name = r.name AND n.change_id <= $1)"
    ))
    .bind(change)
    .all(store.read())
    .await?;
    rows.iter().map(read_version).collect()
}

fn entries(rows: &[Row]) -> anyhow::Result<Vec<Entry>> {
    rows.iter().map(|row| Ok((row.int(7)?, read_version(row)?))).collect()
}

pub(super) async fn change(store: &Store, id: i64) -> anyhow::Result<Option<Change>> {
    let row = sql("SELECT id, what, subject, who, why, at FROM change WHERE id = $1").bind(id).first(store.read()).await?;
    let read = |row: Row| -> anyhow::Result<Change> {
        Ok(Change {
            id: row.int(0)?,
            what: What::named(&row.text(1)?),
            subject: row.text(2)?,
            by: By { who: row.text(3)?, why: row.text(4)? },
            at: row.time(5)?,
        })
    };
    row.map(read).transpose()
}

pub(super) async fn applied(store: &Store) -> anyhow::Result<Vec<Applied>> {
    let rows = sql("SELECT kind, name, file, version FROM applied ORDER BY kind, name").all(store.read()).await?;
    let read = |row: &Row| -> sqlx::Result<Applied> {
        Ok(Applied { kind: row.text(0)?, name: row.text(1)?, file: row.text(2)?, version: row.int(3)? })
    };
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

pub(super) async fn say_applied(tx: &mut Tx, file: &str, all: &[(String, String)]) -> sqlx::Result<()> {
    // What it says no more is nobody's.
    sql("DELETE FROM applied WHERE file = $1").bind(file).execute(&mut *tx).await?;
    for (kind, name) in all {
        sql("INSERT INTO applied (kind, name, file, version)
             SELECT $1, $2, $3, MAX(version) FROM resource WHERE kind = $1 AND LOWER(name) = $4 HAVING MAX(version) IS NOT NULL
             ON CONFLICT (kind, name) DO UPDATE SET file = excluded.file, version = excluded.version")
        .bind(kind.as_str())
        .bind(name.as_str())
        .bind(file)
        .bind(name.to_lowercase())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
