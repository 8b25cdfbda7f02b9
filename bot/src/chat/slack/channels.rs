//! Channels by their ids and names, and who is in them.

use std::{collections::HashSet, sync::Arc};

use commands::{Error, ErrorKind, Result};
use serde_json::Value;

use super::{Slack, workspace::Workspace};
use crate::chat::Place;

/// Channels a page, and pages, of those that a person is in.
const PAGE: &str = "999";
const PAGES: usize = 10;

/// The ids and the names of the channels that a person is in, as far as the bot sees them.
pub(super) type Memberships = HashSet<String>;

impl Slack {
    pub(super) async fn find_names(&self, workspace: &str, channel: &str) -> Result<Vec<String>> {
        let workspace = self.workspace(workspace).await?;
        // The configuration's names are those of its own workspace.
        let is_home = self.home.as_ref().is_some_and(|home| Arc::ptr_eq(&workspace, home));
        let names = workspace.find_names(channel).await?;
        Ok(if is_home { names } else { Vec::new() })
    }

    /// The same place by the ids of its workspace and its conversation; of a person (`@U0123`), their direct one.
    pub(super) async fn find_place(&self, place: &Place) -> Result<Place> {
        let workspace = self.workspace(&place.workspace).await?;
        let channel = workspace.conversation(place.channel.trim_start_matches('@')).await?;
        let workspace = if place.workspace.is_empty() { workspace.team().await? } else { place.workspace.clone() };
        Ok(Place { workspace, channel, ..place.clone() })
    }
}

impl Workspace {
    /// As Slack tells, and as the channel was called when something was posted to it last.
    async fn find_names(&self, channel: &str) -> Result<Vec<String>> {
        let info = match self.wire().get("conversations.info", &[("channel", channel)]).await {
            Ok(info) => info.body["channel"].clone(),
            // Deleted, or private and not ours any more.
            Err(err) if matches!(err.kind, ErrorKind::Closed | ErrorKind::NotFound | ErrorKind::Permission) => Value::Null,
            Err(err) => return Err(err),
        };
        let before = info["previous_names"].as_array().into_iter().flatten();
        let told = std::iter::once(&info["name"]).chain(before).filter_map(Value::as_str);
        let mut names: Vec<String> = told.filter(|it| !it.is_empty()).map(|it| format!("#{it}")).collect();
        // A name that was looked up lately is forgotten with what it stood for.
        for name in self.channels.invalidate_where(|id| id == channel).await {
            let name = format!("#{}", name.trim_start_matches('#'));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        self.memberships.invalidate_all();
        Ok(names)
    }

    /// <https://docs.slack.dev/reference/methods/users.conversations>
    pub(super) async fn is_member(&self, person: &str, place: &Place) -> Result<bool> {
        let reading = self.read_memberships(person);
        let all = self.memberships.try_get_with(person.to_owned(), reading).await.map_err(|err| Error::clone(&err))?;
        Ok(all.contains(place.channel.trim_start_matches('#')))
    }

    async fn read_memberships(&self, person: &str) -> Result<Arc<Memberships>> {
        let mut all = Memberships::new();
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let mut arguments = vec![
                ("user", person),
                ("types", "public_channel,private_channel"),
                ("exclude_archived", "true"),
                ("limit", PAGE),
            ];
            if !cursor.is_empty() {
                arguments.push(("cursor", &cursor));
            }
            let page = self.wire().get("users.conversations", &arguments).await?.body;
            for channel in page["channels"].as_array().into_iter().flatten() {
                all.extend([&channel["id"], &channel["name"]].into_iter().filter_map(Value::as_str).map(str::to_owned));
            }
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                break;
            }
        }
        Ok(Arc::new(all))
    }
}
