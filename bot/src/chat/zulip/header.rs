//! A channel's description, which stands above it: <https://zulip.com/api/update-stream>.

use commands::{Error, ErrorKind, Result};

use super::{Zulip, client::Channel};

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
        self.client.describe(channel.stream_id, text).await
    }
}
