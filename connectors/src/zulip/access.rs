//! What the person who asks may see in Zulip, where the bot's account sees more.
//!
//! Public channels are open to all of the organization, and so to all who may use the bot; guests
//! see only what they are subscribed to. Private channels are for their subscribers, direct messages
//! for those in the conversation.

use commands::{Ctx, Error, ErrorKind, Result};

use super::{
    Zulip,
    client::{
        channels::Channel,
        messages::{DisplayRecipient, Message},
        users::{Role, User},
    },
};

impl Zulip {
    /// The asker's account in this organization: by its own id where they ask in its chat, by their address elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for an account that is deactivated: it must not come back to life through the bot's.
    pub(super) async fn asker(&self, ctx: &Ctx) -> Result<Option<User>> {
        let all = self.everyone().await?;
        let is_here = ctx.actor.platform == "zulip" && ctx.actor.workspace.trim_end_matches('/') == self.client.site();
        let found = if is_here {
            all.iter().find(|it| it.user_id.to_string() == ctx.actor.id)
        } else {
            let email = ctx.actor.email.as_deref().filter(|it| !it.is_empty());
            let theirs = |email: &str| {
                all.iter().filter(|it| !it.is_bot && it.address().eq_ignore_ascii_case(email)).max_by_key(|it| it.is_active)
            };
            email.and_then(theirs)
        };
        match found {
            Some(user) if !user.is_active => Err(Error::new(
                ErrorKind::Permission,
                "Your Zulip account is deactivated. Ask a Zulip administrator to reactivate it.",
            )),
            found => Ok(found.cloned()),
        }
    }

    /// # Errors
    /// [`ErrorKind::Permission`] where the asker may not see the channel.
    pub(super) async fn may_see(&self, ctx: &Ctx, channel: &Channel) -> Result<()> {
        let asker = self.asker(ctx).await?;
        let is_open = !channel.invite_only && asker.as_ref().is_none_or(|it| it.role() != Role::Guest);
        if is_open {
            return Ok(());
        }
        if let Some(asker) = asker
            && self.client.is_subscribed(asker.user_id, channel.stream_id).await?
        {
            return Ok(());
        }
        Err(hidden("That channel is private, and I do not find you among its subscribers."))
    }

    /// # Errors
    /// [`ErrorKind::Permission`] where the asker may not see the message.
    pub(super) async fn may_read(&self, ctx: &Ctx, message: &Message) -> Result<()> {
        if let Some(channel) = message.stream_id {
            return self.may_see(ctx, &self.client.channel(channel).await?).await;
        }
        let asker = self.asker(ctx).await?;
        let is_theirs = match (&message.display_recipient, asker) {
            (DisplayRecipient::People(people), Some(asker)) => people.iter().any(|it| it.id == asker.user_id),
            _ => false,
        };
        if is_theirs { Ok(()) } else { Err(hidden("That message is of a conversation that you are not in.")) }
    }
}

fn hidden(what: &str) -> Error {
    Error::new(
        ErrorKind::Permission,
        format!("{what} If you are in it, see that Zulip and this chat know you by the same email address."),
    )
}
