use super::{BUTTONS_KEPT, ButtonSet, Memory};
use crate::{
    chat::Place,
    store::{Row, sql},
};

const SET: &str = "platform, workspace, key, channel, thread, message, choices";

impl Memory {
    /// Whether this delivery was accepted.
    pub(in crate::dispatch) async fn is_delivered(&self, source: &str, key: &str) -> anyhow::Result<bool> {
        let row =
            sql("SELECT 1 FROM delivery WHERE source = $1 AND key = $2").bind(source).bind(key).first(self.0.read()).await?;
        Ok(row.is_some())
    }

    /// Notes what is about to be shown; buttons that nobody can press any more are forgotten.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn show(&self, set: &ButtonSet) -> anyhow::Result<()> {
        let mut tx = self.0.begin().await?;
        let now = tx.now();
        sql("DELETE FROM button_set WHERE shown_at < $1").bind(now.saturating_sub(BUTTONS_KEPT)?).execute(&mut tx).await?;
        sql("INSERT INTO button_set (platform, workspace, key, channel, thread, message, choices, shown_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (platform, workspace, key) DO UPDATE SET channel = excluded.channel, thread = excluded.thread,
                 message = COALESCE(excluded.message, button_set.message), choices = excluded.choices, shown_at = excluded.shown_at")
        .bind(set.place.platform.as_str())
        .bind(set.place.workspace.as_str())
        .bind(set.key.as_str())
        .bind(set.place.channel.as_str())
        .bind(set.place.thread.as_deref().unwrap_or_default())
        .bind(set.message.clone())
        .bind(serde_json::to_string(&set.choices)?)
        .bind(now)
        .execute(&mut tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes the message that a set became.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shown_as(&self, platform: &str, workspace: &str, key: &str, message: &str) -> anyhow::Result<()> {
        let mut tx = self.0.begin().await?;
        sql("UPDATE button_set SET message = $4 WHERE platform = $1 AND workspace = $2 AND key = $3")
            .bind(platform)
            .bind(workspace)
            .bind(key)
            .bind(message)
            .execute(&mut tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// The buttons of this message are there no more.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget(&self, platform: &str, workspace: &str, message: &str) -> anyhow::Result<()> {
        let mut tx = self.0.begin().await?;
        sql("DELETE FROM button_set WHERE platform = $1 AND workspace = $2 AND message = $3")
            .bind(platform)
            .bind(workspace)
            .bind(message)
            .execute(&mut tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// The buttons that were shown last in this place before the message `before` was there: what somebody says is about
    /// what they had seen.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_shown(&self, place: &Place, before: u64) -> anyhow::Result<Option<ButtonSet>> {
        let text = format!(
            "SELECT {SET} FROM button_set WHERE platform = $1 AND workspace = $2 AND channel = $3 AND thread = $4 AND shown_at >= $5
                 AND (message IS NULL OR CAST(message AS BIGINT) < $6)
             ORDER BY shown_at DESC LIMIT 1"
        );
        let row = sql(text)
            .bind(place.platform.as_str())
            .bind(place.workspace.as_str())
            .bind(place.channel.as_str())
            .bind(place.thread.as_deref().unwrap_or_default())
            .bind(self.0.now().saturating_sub(BUTTONS_KEPT)?)
            .bind(i64::try_from(before).unwrap_or(i64::MAX))
            .first(self.0.read())
            .await?;
        row.map(|row| read(&row)).transpose()
    }

    /// The buttons of a message.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_message(&self, platform: &str, workspace: &str, message: &str) -> anyhow::Result<Option<ButtonSet>> {
        let text =
            format!("SELECT {SET} FROM button_set WHERE platform = $1 AND workspace = $2 AND message = $3 AND shown_at >= $4");
        let row = sql(text)
            .bind(platform)
            .bind(workspace)
            .bind(message)
            .bind(self.0.now().saturating_sub(BUTTONS_KEPT)?)
            .first(self.0.read())
            .await?;
        row.map(|row| read(&row)).transpose()
    }

    /// The keys and messages of the sets that were shown last, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recent(&self, platform: &str, workspace: &str, most: i64) -> anyhow::Result<Vec<(String, String)>> {
        let rows = sql("SELECT key, message FROM button_set
             WHERE platform = $1 AND workspace = $2 AND message IS NOT NULL AND shown_at >= $3 ORDER BY shown_at DESC LIMIT $4")
        .bind(platform)
        .bind(workspace)
        .bind(self.0.now().saturating_sub(BUTTONS_KEPT)?)
        .bind(most)
        .all(self.0.read())
        .await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
    }
}

fn read(row: &Row) -> anyhow::Result<ButtonSet> {
    let thread = row.text(4)?;
    let place = Place {
        platform: row.text(0)?,
        workspace: row.text(1)?,
        channel: row.text(3)?,
        thread: (!thread.is_empty()).then_some(thread),
    };
    Ok(ButtonSet { key: row.text(2)?, place, message: row.maybe_text(5)?, choices: row.json(6)? })
}
