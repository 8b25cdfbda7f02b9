//! Open forms in the database.

use commands::Download;
use uuid::Uuid;

use super::{Form, Tickets};
use crate::store::{Row, Store, sql};

/// Where forms are kept. Cheap to clone.
#[derive(Clone)]
pub struct Forms {
    store: Store,
    tickets: Tickets,
}

/// How a file that was given on a page is named in a form's value.
pub const FILE: &str = "form-file:";

impl Forms {
    pub fn open(store: &Store) -> Forms {
        Forms { store: store.clone(), tickets: Tickets::passing() }
    }

    /// With addresses of pages that `secret` alone can make, also after a restart and on every bot that has it.
    #[must_use]
    pub fn with_secret(self, secret: &[u8]) -> Forms {
        Forms { tickets: Tickets::of(secret), ..self }
    }

    pub fn tickets(&self) -> &Tickets {
        &self.tickets
    }

    /// Inserts or replaces.
    pub async fn save(&self, form: &Form) -> anyhow::Result<()> {
        let place = &form.to.place;
        let mut tx = self.store.begin().await?;
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
        let row = sql("SELECT body FROM form WHERE id = $1 AND expires > $2")
            .bind(id)
            .bind(self.store.now())
            .first(self.store.read())
            .await?;
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
        .bind(self.store.now())
        .first(self.store.read())
        .await?;
        read(row)
    }

    /// Notes that a form was taken, and forgets what was typed into it. Who looks at its page is told so.
    pub async fn close(&self, id: &str) -> anyhow::Result<()> {
        let Some(mut form) = self.load(id).await? else { return Ok(()) };
        form.sent = form.sent.or(Some(self.store.now()));
        form.values.clear();
        form.call.params.clear();
        form.problems.clear();
        form.asking = None;
        self.save(&form).await
    }

    /// Keeps a file for as long as its form; what names it in the form's value.
    pub async fn keep_file(&self, form: &Form, file: &Download) -> anyhow::Result<String> {
        let id = format!("{FILE}{}", Uuid::new_v4().simple());
        let mut tx = self.store.begin().await?;
        sql("INSERT INTO form_file (id, name, content_type, bytes, expires) VALUES ($1, $2, $3, $4, $5)")
            .bind(id.as_str())
            .bind(file.name.as_str())
            .bind(file.content_type.as_str())
            .bind(file.bytes.clone())
            // A write that the system cannot take now is tried for three days.
            .bind(form.expires.saturating_add(jiff::SignedDuration::from_hours(72))?)
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A kept file; none when `id` names none.
    pub async fn file(&self, id: &str) -> anyhow::Result<Option<Download>> {
        if !id.starts_with(FILE) {
            return Ok(None);
        }
        let row = sql("SELECT name, content_type, bytes FROM form_file WHERE id = $1").bind(id).first(self.store.read()).await?;
        Ok(match row {
            Some(row) => Some(Download { name: row.text(0)?, content_type: row.text(1)?, bytes: row.bytes(2)? }),
            None => None,
        })
    }

    pub async fn remove(&self, id: &str) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        sql("DELETE FROM form WHERE id = $1").bind(id).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn read(row: Option<Row>) -> anyhow::Result<Option<Form>> {
    Ok(row.map(|row| row.json(0)).transpose()?)
}
