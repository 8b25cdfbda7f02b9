//! Documents and long calls in the database.

use jiff::ToSpan;

use super::{Document, LongCall, Readers};
use crate::store::{Store, sql};

/// Where documents are kept. Cheap to clone.
#[derive(Clone)]
pub struct Documents(Store);

impl Documents {
    pub fn open(store: &Store) -> Documents {
        Documents(store.clone())
    }

    /// Keeps it for a day.
    pub async fn save(&self, document: &Document) -> anyhow::Result<()> {
        let mut tx = self.0.begin().await?;
        sql("INSERT INTO document (id, reader, channel, name, title, body, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(document.id.as_str())
            .bind(document.readers.person.as_str())
            .bind(document.readers.channel.as_deref().unwrap_or_default())
            .bind(document.name.as_str())
            .bind(document.title.as_str())
            // PostgreSQL stores no null character.
            .bind(document.text.replace('\0', ""))
            .bind(self.0.now() + 24.hours())
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The document, unless its day is over.
    pub async fn load(&self, id: &str) -> anyhow::Result<Option<Document>> {
        let row = sql("SELECT reader, channel, name, title, body FROM document WHERE id = $1 AND expires > $2")
            .bind(id)
            .bind(self.0.now())
            .first(self.0.read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let readers = Readers { person: row.text(0)?, channel: Some(row.text(1)?).filter(|it| !it.is_empty()) };
        Ok(Some(Document { id: id.to_owned(), readers, name: row.text(2)?, title: row.text(3)?, text: row.text(4)? }))
    }

    /// Keeps a call for a day.
    pub async fn save_call(&self, id: &str, call: &LongCall) -> anyhow::Result<()> {
        let mut tx = self.0.begin().await?;
        sql("INSERT INTO long_call (id, body, expires) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(serde_json::to_string(call)?)
            .bind(self.0.now() + 24.hours())
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The call, unless its day is over.
    pub async fn load_call(&self, id: &str) -> anyhow::Result<Option<LongCall>> {
        let row = sql("SELECT body FROM long_call WHERE id = $1 AND expires > $2")
            .bind(id)
            .bind(self.0.now())
            .first(self.0.read())
            .await?;
        Ok(row.map(|row| row.json(0)).transpose()?)
    }
}
