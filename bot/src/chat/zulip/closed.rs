//! Whether a channel takes nothing from us, and whom to tell.

use commands::{Error, ErrorKind, Result};
use connectors::zulip::client::messages::{Key, Recipient};

use super::Zulip;
use crate::chat::Target;

/// How many administrators are told: more would each leave it to the others.
const TOLD: usize = 5;

impl Zulip {
    /// `err`, or that the channel is closed to us.
    ///
    /// Of an archived channel, and of a private one that the bot was removed from, Zulip says only in words, and
    /// in the organization's language, that one is "not authorized to send" there. Both are missing
    /// from the channels that the bot can see.
    pub(super) async fn or_closed(&self, to: &Recipient, err: Error) -> Error {
        let Recipient::Channel { channel, .. } = to else { return err };
        if !matches!(err.kind, ErrorKind::Validation | ErrorKind::Permission) {
            return err;
        }
        match self.client.channels().await {
            Ok(channels)
                if !channels.iter().any(|it| *channel == Key::Id(it.stream_id) || *channel == Key::Name(it.name.clone())) =>
            {
                let message = "That channel is archived, or private and without the bot: unarchive it, or add the bot to it.";
                Error::new(ErrorKind::Closed, message)
            }
            _ => err,
        }
    }

    /// Owners first, then administrators.
    pub(super) async fn find_administrators(&self) -> Result<Vec<Target>> {
        let mut found = self.client.users().await?;
        found.retain(|it| it.is_active && !it.is_bot && it.administers());
        found.sort_by_key(|it| (it.role, it.user_id));
        found.truncate(TOLD);
        let workspace = self.workspace().to_owned();
        let person = |id: u64| Target::Person { platform: "zulip".into(), workspace: workspace.clone(), id: id.to_string() };
        Ok(found.into_iter().map(|it| person(it.user_id)).collect())
    }
}

#[cfg(test)]
mod tests;
