//! What the person who asks may see and say in Slack, where the bot's account may more.
//!
//! Public channels are open to all of the workspace but guests, who see only what they are in.
//! Private channels and direct conversations are for those in them. To have the bot speak, pin or
//! react somewhere one has to be there oneself, or administer the bot.

use commands::{Ctx, Error, ErrorKind, Result};

use super::{
    Slack,
    client::{channels::Channel, people::User},
};

impl Slack {
    /// The asker's account in this workspace: by its own id where they ask in its chat, by their address elsewhere.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] for an account that is deactivated: it must not come back to life through the bot's.
    pub(super) async fn asker(&self, ctx: &Ctx) -> Result<Option<User>> {
        let found = if ctx.actor.platform == "slack" && ctx.actor.workspace == self.me().await?.team_id {
            Some(self.client.user(&ctx.actor.id).await?)
        } else {
            match ctx.actor.email.as_deref().filter(|it| !it.is_empty()) {
                Some(email) => self.client.user_by_email(email).await?,
                None => None,
            }
        };
        match found {
            Some(user) if user.deleted => Err(Error::new(
                ErrorKind::Permission,
                "Your Slack account is deactivated. Ask a workspace admin to reactivate it.",
            )),
            found => Ok(found),
        }
    }

    pub(super) async fn is_in(&self, user: &User, channel: &Channel) -> Result<bool> {
        // A person's list is short where a channel's may be of thousands; direct conversations are not in it.
        Ok(match channel.is_direct() {
            true => self.client.members(&channel.id).await?.contains(&user.id),
            false => self.client.channels_of(user).await?.iter().any(|it| it.id == channel.id),
        })
    }

    /// # Errors
    /// [`ErrorKind::Permission`] where the asker may not see the channel, administrators of the bot included.
    pub(super) async fn may_see(&self, ctx: &Ctx, channel: &Channel) -> Result<()> {
        let asker = self.asker(ctx).await?;
        let is_closed = channel.is_private || channel.is_direct();
        if !is_closed && asker.as_ref().is_none_or(|it| !it.is_guest()) {
            return Ok(());
        }
        match asker {
            Some(asker) if self.is_in(&asker, channel).await? => Ok(()),
            _ => Err(hidden("That conversation is not open to all, and I do not find you in it.")),
        }
    }

    /// # Errors
    /// [`ErrorKind::Permission`] where the asker may not have the bot speak.
    pub(super) async fn may_speak(&self, ctx: &Ctx, channel: &Channel) -> Result<()> {
        if ctx.actor.admin && !channel.is_direct() {
            return Ok(());
        }
        match self.asker(ctx).await? {
            Some(asker) if self.is_in(&asker, channel).await? => Ok(()),
            Some(_) => {
                Err(hidden(&format!("I do what is seen in {} only for those who are in it: join it first.", channel.title())))
            }
            None => Err(hidden("I do not find you among the people of this Slack workspace.")),
        }
    }

    /// The channels that the asker may see, by name.
    pub(super) async fn visible(&self, ctx: Option<&Ctx>) -> Result<Vec<Channel>> {
        let all = self.all_channels().await?;
        let asker = match ctx {
            Some(ctx) => self.asker(ctx).await?,
            None => None,
        };
        let theirs = match &asker {
            Some(asker) if asker.is_guest() || all.iter().any(|it| it.is_private) => self.client.channels_of(asker).await?,
            _ => Vec::new(),
        };
        let is_guest = asker.is_some_and(|it| it.is_guest());
        let is_seen = |it: &&Channel| (!it.is_private && !is_guest) || theirs.iter().any(|own| own.id == it.id);
        let mut seen: Vec<Channel> = all.iter().filter(is_seen).cloned().collect();
        seen.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(seen)
    }
}

fn hidden(what: &str) -> Error {
    Error::new(
        ErrorKind::Permission,
        format!("{what} If that cannot be, see that Slack and this chat know you by the same email address."),
    )
}
