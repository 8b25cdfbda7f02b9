//! Rows of news, and of where posts stand.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::{Decision, Kept, Landed, News, Stands, number, origins};
use crate::store::{Arg, Row, Statement, Store, Tx, delivery_of, given, pieces, sql, table_of};

/// What [`kept`] reads.
pub(in crate::notify) const COLUMNS: &str = "id, at, delivery, event, decisions";
const POSTED: &str = "key, source, platform, workspace, channel, thread, message, at, took";

impl News {
    /// Writes them down, in their order.
    pub(crate) async fn record(tx: &mut Tx, all: &[&News]) -> sqlx::Result<()> {
        let now = tx.now();
        for piece in pieces(all) {
            let rows = piece.iter().map(|it| {
                let object = &it.event.object;
                let (key_number, url) = (number(&object.key), object.url.as_deref().unwrap_or_default());
                [
                    Arg::from(now),
                    it.event.source.as_str().into(),
                    it.event.id.as_str().into(),
                    it.delivery.as_deref().into(),
                    object.key.as_str().into(),
                    key_number.into(),
                    url.into(),
                    i64::from(key_number.is_empty() || number(url) != key_number).into(),
                    json(&it.event).as_str().into(),
                    json(&it.decisions).as_str().into(),
                ]
            });
            sql(format!(
                "INSERT INTO news (at, source, event_id, delivery, object_key, object_number, object_url, url_apart, event, decisions,
                     delivery_id) {}",
                given(&format!("v.*, {}", delivery_of("v.column2", "v.column4")), &table_of(1, 10, piece.len()))
            ))
            .bind_rows(rows)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }
}

impl Decision {
    /// Writes down what was decided of news that were written down before.
    pub(crate) async fn amend(tx: &mut Tx, all: &[&(i64, Vec<Decision>)]) -> sqlx::Result<()> {
        for (id, decisions) in all {
            let amended = sql("UPDATE news SET decisions = $1 WHERE id = $2").bind(json(decisions).as_str()).bind(*id);
            amended.execute(&mut *tx).await?;
        }
        Ok(())
    }
}

impl Landed {
    /// Writes them down; what stands somewhere already stays there.
    pub(crate) async fn record(tx: &mut Tx, all: &[&Landed]) -> sqlx::Result<()> {
        let now = tx.now();
        for piece in pieces(all) {
            let rows = piece.iter().map(|it| {
                let took = it.took.map(|it| i64::try_from(it.as_micros()).unwrap_or(i64::MAX));
                [
                    Arg::from(it.key.as_str()),
                    it.source.as_str().into(),
                    it.platform.as_str().into(),
                    it.workspace.as_str().into(),
                    it.channel.as_str().into(),
                    it.thread.as_deref().unwrap_or_default().into(),
                    it.message.as_deref().unwrap_or_default().into(),
                    now.into(),
                    took.into(),
                ]
            });
            let table = given("*", &table_of(1, 9, piece.len()));
            sql(format!("INSERT INTO posted ({POSTED}) {table} ON CONFLICT (key) DO NOTHING"))
                .bind_rows(rows)
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(in crate::notify) fn kept(row: &Row) -> anyhow::Result<Kept> {
    let (event, decisions) = (serde_json::from_str(&row.text(3)?)?, serde_json::from_str(&row.text(4)?)?);
    Ok(Kept { id: row.int(0)?, at: row.time(1)?, news: News { event, delivery: row.maybe_text(2)?, decisions } })
}

fn stands(row: &Row) -> anyhow::Result<Stands> {
    let filled = |column| row.text(column).map(|it| Some(it).filter(|it| !it.is_empty()));
    let took = row.maybe_int(8)?.map(|it| Duration::from_micros(it.unsigned_abs()));
    let landed = Landed {
        key: row.text(0)?,
        source: row.text(1)?,
        platform: row.text(2)?,
        workspace: row.text(3)?,
        channel: row.text(4)?,
        thread: filled(5)?,
        message: filled(6)?,
        took,
    };
    Ok(Stands { at: row.time(7)?, landed })
}

/// By what an object is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Named<'a> {
    Url(&'a str),
    Key(&'a str),
    /// The digits at its key's end.
    Number(&'a str),
}

impl Store {
    /// The news of `source` since then, the oldest first, from after the row `after`, at most `most`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn news_since(&self, source: &str, since: Timestamp, after: i64, most: i64) -> anyhow::Result<Vec<Kept>> {
        let text = format!("SELECT {COLUMNS} FROM news WHERE source = $1 AND at >= $2 AND id > $3 ORDER BY id LIMIT $4");
        let rows = sql(text).bind(source).bind(since).bind(after).bind(most).all(self.read()).await?;
        rows.iter().map(kept).collect()
    }

    /// The newest news of `source`, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn news_latest(&self, source: &str, most: i64) -> anyhow::Result<Vec<Kept>> {
        let text = format!("SELECT {COLUMNS} FROM news WHERE source = $1 ORDER BY id DESC LIMIT $2");
        sql(text).bind(source).bind(most).all(self.read()).await?.iter().map(kept).collect()
    }

    /// The newest news of an object, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn news_of(&self, named: Named<'_>, most: i64) -> anyhow::Result<Vec<Kept>> {
        // The partial indexes are used only where their own condition stands as well.
        const BY_NUMBER: &str = "object_number <> '' AND object_number = $3";
        let number_of = |name| Some(number(name)).filter(|it| !it.is_empty());
        let mut all = Vec::new();
        let (first, second) = match named {
            Named::Url(url) => (
                Some(("url_apart = 1 AND object_url <> '' AND object_url = $1".to_owned(), url, None)),
                number_of(url).map(|it| (format!("url_apart = 0 AND object_url = $1 AND {BY_NUMBER}"), url, Some(it))),
            ),
            Named::Key(key) => match number_of(key) {
                Some(number) => (Some((format!("object_key = $1 AND {BY_NUMBER}"), key, Some(number))), None),
                None => (Some(("object_number = '' AND object_key = $1".to_owned(), key, None)), None),
            },
            Named::Number(number) => (Some(("object_number <> '' AND object_number = $1".to_owned(), number, None)), None),
        };
        for (is_it, name, number) in [first, second].into_iter().flatten() {
            let text = format!("SELECT {COLUMNS} FROM news WHERE {is_it} ORDER BY id DESC LIMIT $2");
            let asked = number.into_iter().fold(sql(text).bind(name).bind(most), Statement::bind);
            all.extend(asked.all(self.read()).await?.iter().map(kept).collect::<anyhow::Result<Vec<_>>>()?);
        }
        all.sort_by_key(|it| std::cmp::Reverse(it.id));
        all.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(all)
    }

    /// What a delivery brought.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn news_of_delivery(&self, source: &str, key: &str) -> anyhow::Result<Vec<Kept>> {
        let text = format!("SELECT {COLUMNS} FROM news WHERE delivery_id = {} ORDER BY id LIMIT 200", delivery_of("$1", "$2"));
        let rows = sql(text).bind(source).bind(key).all(self.read()).await?;
        rows.iter().map(kept).collect()
    }

    /// What these posts tell.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn news_of_posts(&self, keys: &[String]) -> anyhow::Result<Vec<Kept>> {
        let mut found: Vec<Kept> = Vec::new();
        let asked: Vec<(&str, &str)> = keys.iter().flat_map(|it| origins(it)).collect();
        for piece in pieces(&asked) {
            let places = table_of(1, 2, piece.len());
            let rows = sql(format!("SELECT {COLUMNS} FROM news WHERE (source, event_id) IN (VALUES {places}) ORDER BY id"))
                .bind_rows(piece.iter().map(|(source, id)| [Arg::from(*source), Arg::from(*id)]))
                .all(self.read())
                .await?;
            for row in &rows {
                let kept = kept(row)?;
                if kept.news.decisions.iter().any(|it| keys.contains(&it.post)) && !found.iter().any(|it| it.id == kept.id) {
                    found.push(kept);
                }
            }
        }
        found.sort_by_key(|it| it.id);
        Ok(found)
    }

    /// Those of a source's events by these ids that are known.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn known_events(&self, source: &str, ids: &[&str]) -> anyhow::Result<Vec<String>> {
        let mut known = Vec::new();
        for piece in pieces(ids) {
            let places = table_of(2, 1, piece.len());
            let rows = sql(format!("SELECT DISTINCT event_id FROM news WHERE source = $1 AND event_id IN (VALUES {places})"))
                .bind(source)
                .bind_rows(piece.iter().map(|it| [Arg::from(*it)]))
                .all(self.read())
                .await?;
            for row in &rows {
                known.push(row.text(0)?);
            }
        }
        Ok(known)
    }

    /// Where these posts stand, those that do.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn where_posted(&self, keys: &[&str]) -> anyhow::Result<Vec<Stands>> {
        let mut found = Vec::new();
        for piece in pieces(keys) {
            let places = table_of(1, 1, piece.len());
            let rows = sql(format!("SELECT {POSTED} FROM posted WHERE key IN (VALUES {places})"))
                .bind_rows(piece.iter().map(|it| [Arg::from(*it)]))
                .all(self.read())
                .await?;
            found.extend(rows.iter().map(stands).collect::<anyhow::Result<Vec<_>>>()?);
        }
        Ok(found)
    }

    /// What is told by a message.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn posted_as(&self, platform: &str, message: &str) -> anyhow::Result<Vec<Stands>> {
        let text = format!("SELECT {POSTED} FROM posted WHERE platform = $1 AND message <> '' AND message = $2 LIMIT 2000");
        sql(text).bind(platform).bind(message).all(self.read()).await?.iter().map(stands).collect()
    }

    /// What was posted last in a channel, by any of its names.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn posted_last(&self, platform: &str, channels: &[String]) -> anyhow::Result<Option<Stands>> {
        let mut last: Option<Stands> = None;
        for channel in channels {
            let text = format!("SELECT {POSTED} FROM posted WHERE platform = $1 AND channel = $2 ORDER BY at DESC LIMIT 1");
            let row = sql(text).bind(platform).bind(channel.as_str()).first(self.read()).await?;
            let found = row.as_ref().map(stands).transpose()?;
            last = [last, found].into_iter().flatten().max_by_key(|it| it.at);
        }
        Ok(last)
    }
}

#[cfg(test)]
mod tests {
    use commands::{Event, event::Object};

    use super::super::Decision;
    use super::*;
    use crate::store::testing::on_each;

    fn news(id: &str, key: &str) -> News {
        let object = Object {
            key: key.into(),
            title: "Printer".into(),
            url: Some(format!("https://redmine.example.org/{}", number(key))),
            ..Object::default()
        };
        let event = Event { id: id.into(), source: "ci".into(), kind: "issue.created".into(), object, ..Event::default() };
        let decision = Decision {
            to: "slack:#dev".into(),
            filter: String::new(),
            mode: "each".into(),
            post: format!("ci:{id}:slack:#dev"),
            late: None,
        };
        News { event, delivery: Some(format!("d{id}")), decisions: vec![decision] }
    }

    fn landed(id: &str, message: &str) -> Landed {
        Landed {
            key: format!("ci:{id}:slack:#dev"),
            source: "ci".into(),
            platform: "slack".into(),
            workspace: String::new(),
            channel: "#dev".into(),
            thread: None,
            message: Some(message.into()),
            took: Some(Duration::from_millis(40)),
        }
    }

    #[tokio::test]
    async fn news_is_found_by_object_delivery_post_and_message() {
        on_each(|bench| async move {
            let store = bench.store;
            let (one, two) = (news("7:a", "#42"), news("8", "acme/widgets#43"));
            let mut tx = store.begin().await.expect("a transaction");
            for key in ["d7:a", "d8"] {
                let delivery = "INSERT INTO delivery (source, key, body, received_at) VALUES ('hook:ci', $1, $2, 0)";
                sql(delivery).bind(key).bind(b"{}".as_slice()).execute(&mut tx).await.expect("written");
            }
            let at = |mut news: News, url: &str| {
                news.event.object.url = Some(url.into());
                news
            };
            // Its number is one thing, and what its address ends with another; and one without any.
            let run = at(news("9", "CI #71"), "https://ci.example.org/runs/990");
            let branch = at(news("10", "main"), "https://ci.example.org/main");
            News::record(&mut tx, &[&one, &two, &run, &branch]).await.expect("written");
            let (first, second) = (landed("7:a", "1.1"), landed("8", "1.1"));
            Landed::record(&mut tx, &[&first, &second]).await.expect("written");
            Landed::record(&mut tx, &[&first]).await.expect("the same again");
            tx.commit().await.expect("committed");

            let ids = |kept: Vec<Kept>| kept.into_iter().map(|it| it.news.event.id).collect::<Vec<_>>();
            assert_eq!(ids(store.news_of(Named::Number("42"), 9).await.expect("read")), ["7:a"]);
            assert_eq!(ids(store.news_of(Named::Key("acme/widgets#43"), 9).await.expect("read")), ["8"]);
            assert_eq!(ids(store.news_of(Named::Url("https://redmine.example.org/43"), 9).await.expect("read")), ["8"]);
            assert_eq!(ids(store.news_of(Named::Url("https://ci.example.org/runs/990"), 9).await.expect("read")), ["9"]);
            assert_eq!(ids(store.news_of(Named::Key("CI #71"), 9).await.expect("read")), ["9"]);
            assert_eq!(ids(store.news_of(Named::Key("main"), 9).await.expect("read")), ["10"]);
            assert_eq!(ids(store.news_of(Named::Url("https://ci.example.org/main"), 9).await.expect("read")), ["10"]);
            assert_eq!(ids(store.news_of(Named::Key("acme/gadgets#43"), 9).await.expect("read")), [""; 0]);
            assert_eq!(ids(store.news_of_delivery("ci", "d8").await.expect("read")), ["8"]);
            let told = store.posted_as("slack", "1.1").await.expect("read");
            let keys: Vec<String> = told.iter().map(|it| it.landed.key.clone()).collect();
            assert_eq!(ids(store.news_of_posts(&keys).await.expect("read")), ["7:a", "8"]);
            assert_eq!(ids(store.news_of_posts(&["ci:7:a:slack:#ops".into()]).await.expect("read")), [""; 0]);
            let last = store.posted_last("slack", &["C1".into(), "#dev".into()]).await.expect("read").expect("one");
            assert_eq!((last.landed.message.as_deref(), last.landed.took), (Some("1.1"), Some(Duration::from_millis(40))));
            assert_eq!(store.known_events("ci", &["8", "11"]).await.expect("read"), ["8"]);
            assert_eq!(store.where_posted(&["ci:8:slack:#dev", "other"]).await.expect("read").len(), 1);
        })
        .await;
    }
}
