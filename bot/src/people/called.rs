//! What people are called whom the bot wrote down by their ids: in the audit log, in the history.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{StreamExt, stream};

use super::{PersonId, authority::COMMAND_LINE};
use crate::app::App;

/// How long whoever reads a list waits for the names in it; whose comes later is shown by their id.
const WITHIN: Duration = Duration::from_secs(2);
/// How many are asked about for one list.
const MOST: usize = 100;
/// Asked at the same time.
const AT_ONCE: usize = 8;

impl App {
    /// The names of those with these ids, as their chats know them; without whom no chat knows, or not soon.
    pub async fn called(&self, ids: impl Iterator<Item = &str>) -> BTreeMap<String, String> {
        let ids: BTreeSet<String> = ids.map(str::to_owned).collect();
        let mut names = BTreeMap::new();
        let asking = stream::iter(ids.into_iter().take(MOST)).map(|id| async move {
            let name = self.called_by_id(&id).await;
            (id, name)
        });
        let mut answers = std::pin::pin!(asking.buffer_unordered(AT_ONCE));
        // What was answered until then counts.
        let _ = tokio::time::timeout(WITHIN, async {
            while let Some((id, name)) = answers.next().await {
                names.extend(name.map(|it| (id, it)));
            }
        })
        .await;
        names
    }

    async fn called_by_id(&self, id: &str) -> Option<String> {
        if let Some(user) = id.strip_prefix("cli::") {
            return Some(format!("{user}, where Bellhop runs"));
        }
        let person = PersonId::parse(id).filter(|it| it.platform != COMMAND_LINE)?;
        let platform = self.platforms.get(&person.platform)?;
        platform.person(&person.workspace, &person.id).await.ok().map(|it| it.name)
    }

    /// Those of `ids` whose name holds `text`, whatever its capitals.
    pub async fn called_like(&self, ids: &[String], text: &str) -> Vec<String> {
        let text = text.to_lowercase();
        let names = self.called(ids.iter().map(String::as_str)).await;
        names.into_iter().filter(|(_, name)| name.to_lowercase().contains(&text)).map(|(id, _)| id).collect()
    }
}
