//! Drafts of the bot's account. <https://zulip.com/api/get-drafts>

use commands::Result;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Client, Done, Form, messages::Recipient};

#[derive(Clone, Debug, Deserialize)]
pub struct Draft {
    pub id: u64,
    /// One channel's id, or people's.
    pub to: Vec<u64>,
    #[serde(default)]
    pub topic: String,
    pub content: String,
}

fn draft(to: &Recipient, content: &str) -> Value {
    match to {
        Recipient::Channel { channel, topic } => json!({ "type": "stream", "to": [channel], "topic": topic, "content": content }),
        Recipient::People(ids) => json!({ "type": "private", "to": ids, "topic": "", "content": content }),
    }
}

impl Client {
    pub async fn drafts(&self) -> Result<Vec<Draft>> {
        #[derive(Deserialize)]
        struct All {
            drafts: Vec<Draft>,
        }
        Ok(self.get::<All>("drafts", &[]).await?.drafts)
    }

    /// Keeps a draft; its id.
    pub async fn create_draft(&self, to: &Recipient, content: &str) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        struct Kept {
            ids: Vec<u64>,
        }
        let kept: Kept = self.post("drafts", Form::new().json("drafts", [draft(to, content)])).await?;
        Ok(kept.ids.first().copied())
    }

    pub async fn edit_draft(&self, id: u64, to: &Recipient, content: &str) -> Result<()> {
        self.patch::<Done>(&format!("drafts/{id}"), Form::new().json("draft", draft(to, content))).await.map(drop)
    }

    pub async fn delete_draft(&self, id: u64) -> Result<()> {
        self.delete::<Done>(&format!("drafts/{id}"), Form::new()).await.map(drop)
    }
}
