//! Open forms in the database.

use super::Form;
use crate::store::{Row, Store, sql};

/// Where forms are kept. Cheap to clone.
#[derive(Clone)]
pub struct Forms(Store);

impl Forms {
    pub fn open(store: &Store) -> Forms {
        Forms(store.clone())
    }

    /// Inserts or replaces.
    pub async fn save(&self, form: &Form) -> anyhow::Result<()> {
        let place = &form.to.place;
        let mut tx = self.0.begin().await?;
        sql("INSERT INTO form (id, platform, workspace, channel, thread, person, asking, body, expires, saved)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, COALESCE((SELECT MAX(saved) FROM form), 0) + 1)
             ON CONFLICT (id) DO UPDATE SET platform = excluded.platform, workspace = excluded.workspace,
                 channel = excluded.channel, thread = excluded.thread, person = excluded.person, asking = excluded.asking,
                 body = excluded.body, expires = excluded.expires, saved = excluded.saved")
        .bind(form.id.as_str())
        .bind(place.platform.as_str())
        .bind(place.workspace.as_str())
        .bind(place.channel.as_str())
        .bind(place.thread.as_deref().unwrap_or_default())
        .bind(form.to.asker.as_str())
        .bind(i64::from(form.asking.is_some()))
        .bind(serde_json::to_string(form)?)
        .bind(form.expires)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The form, unless it has expired.
    pub async fn load(&self, id: &str) -> anyhow::Result<Option<Form>> {
        let row =
            sql("SELECT body FROM form WHERE id = $1 AND expires > $2").bind(id).bind(self.0.now()).first(self.0.read()).await?;
        read(row)
    }

    /// The conversation that this person has in this place, if any: the newest form with `asking`.
    pub async fn conversation(
        &self,
        platform: &str,
        workspace: &str,
        channel: &str,
        thread: Option<&str>,
        person: &str,
    ) -> anyhow::Result<Option<Form>> {
        let row = sql("SELECT body FROM form
             WHERE platform = $1 AND workspace = $2 AND channel = $3 AND thread = $4 AND person = $5 AND asking = 1 AND expires > $6
             ORDER BY saved DESC LIMIT 1")
        .bind(platform)
        .bind(workspace)
        .bind(channel)
        .bind(thread.unwrap_or_default())
        .bind(person)
        .bind(self.0.now())
        .first(self.0.read())
        .await?;
        read(row)
    }

    pub async fn remove(&self, id: &str) -> anyhow::Result<()> {
        let mut tx = self.0.begin().await?;
        sql("DELETE FROM form WHERE id = $1").bind(id).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn read(row: Option<Row>) -> anyhow::Result<Option<Form>> {
    Ok(row.map(|row| row.json(0)).transpose()?)
}
