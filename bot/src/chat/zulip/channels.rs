//! Channels by their ids and names, and who is in them.

use commands::{Error, ErrorKind, Result};
use connectors::zulip::client::messages::{Key, Recipient};

use super::{Zulip, places};
use crate::chat::Place;

impl Zulip {
    /// What the channel with this id is and was called, as far as it was heard of ([`super::events`]).
    pub(super) async fn find_names(&self, workspace: &str, channel: &str) -> Result<Vec<String>> {
        let id = channel.strip_prefix("channel:").unwrap_or(channel).parse::<u64>();
        let Some(id) = id.ok().filter(|_| workspace.is_empty() || workspace == self.workspace()) else { return Ok(Vec::new()) };
        self.channels.invalidate_all();
        let known = self.known_channels().await?;
        Ok(known.names(id).iter().map(|it| format!("#{it}")).collect())
    }

    /// The same place by its channel's id; of a person (`@10`), their direct messages.
    pub(super) async fn find_place(&self, place: &Place) -> Result<Place> {
        let recipient = match place.channel.strip_prefix("channel:@").map(str::parse) {
            Some(Ok(person)) => Recipient::People(vec![person]),
            _ => places::place(place)?,
        };
        if let Recipient::Channel { channel: Key::Name(name), .. } = &recipient
            && self.channel_id(name).await.is_none()
        {
            return Err(Error::not_found(format!("Zulip shows Bellhop no channel `{name}`.")));
        }
        Ok(self.place_of(&recipient).await)
    }

    /// Whether a person is subscribed to a channel, or in a conversation; none when nobody can tell.
    /// <https://zulip.com/api/get-subscription-status>
    pub(super) async fn is_subscribed(&self, person: &str, place: &Place) -> Result<Option<bool>> {
        let Ok(person) = person.parse::<u64>() else { return Ok(None) };
        let id = match places::place(place) {
            Ok(Recipient::People(people)) => return Ok(Some(people.contains(&person))),
            Ok(Recipient::Channel { channel: Key::Id(id), .. }) => Some(id),
            Ok(Recipient::Channel { channel: Key::Name(name), .. }) => self.channel_id(&name).await,
            Err(_) => None,
        };
        // A channel that the bot does not see.
        let Some(id) = id else { return Ok(None) };
        let asked = async {
            match self.client.is_subscribed(person, id).await {
                Err(err) if matches!(err.kind, ErrorKind::NotFound | ErrorKind::Closed | ErrorKind::Validation) => Ok(None),
                answer => answer.map(Some),
            }
        };
        self.memberships.try_get_with((person, id), asked).await.map_err(|err| Error::clone(&err))
    }
}
