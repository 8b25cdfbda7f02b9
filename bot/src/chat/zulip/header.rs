//! A channel's description, which stands above it and holds what is to stay in sight, for Zulip has no pins: <https://zulip.com/api/update-stream>.

use commands::{Error, ErrorKind, Result};
use connectors::zulip::client::channels::{Channel, Update};

use super::{Zulip, escape};
use crate::chat::Pin;

/// As long as a description may be, in characters.
const LONGEST: usize = 1_024;

impl Zulip {
    /// The channel that `channel:3` or `channel:ops` names.
    pub(super) async fn described(&self, channel: &str) -> Result<Channel> {
        let wanted = channel.strip_prefix("channel:").unwrap_or(channel);
        let all = self.client.channels().await?;
        let is_it = |it: &Channel| it.stream_id.to_string() == wanted || it.name.eq_ignore_ascii_case(wanted);
        all.into_iter().find(is_it).ok_or_else(|| Error::not_found(format!("Zulip shows Bellhop no channel `{wanted}`.")))
    }

    pub(super) async fn describe(&self, channel: &str, text: &str) -> Result<()> {
        if text.chars().count() > LONGEST {
            let message = format!("Zulip takes {LONGEST} characters for a channel's description: shorten the rest of it.");
            return Err(Error::new(ErrorKind::Validation, message));
        }
        let channel = self.described(channel).await?;
        let update = Update { description: Some(text), ..Update::default() };
        self.client.update_channel(channel.stream_id, &update).await
    }

    /// The link below what the description says, once.
    pub(super) async fn show_in_description(&self, channel: &str, pin: &Pin) -> Result<()> {
        if !channel.starts_with("channel:") {
            return Err(Error::bad_input("Direct messages in Zulip have no description that could hold a link."));
        }
        let description = self.described(channel).await?.description;
        if description.contains(&pin.url) {
            return Ok(());
        }
        let link = escape::link(&pin.url, &pin.title);
        let text = format!("{}\n{link}", description.trim_end());
        self.describe(channel, text.trim_start()).await.map_err(|error| match error.kind {
            ErrorKind::Permission => {
                let message = "Zulip has no pins, and lets Bellhop not change the channel's description: an administrator of the channel \
                               can put the link there, or let Bellhop administer the channel.";
                Error { message: message.into(), ..error }
            }
            _ => error,
        })
    }
}
