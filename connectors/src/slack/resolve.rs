//! From what people type to Slack's objects.

use std::sync::Arc;

use commands::{Ctx, Error, ErrorKind, FieldProblem, Result, param::Person};

use super::{
    Slack,
    client::{
        Identity,
        channels::Channel,
        messages::Message,
        people::{Group, User},
    },
    link, param,
};
pub(super) use crate::words::at;
use crate::words::same;

/// A message, and where it is.
pub(super) struct Found {
    pub message: Message,
    pub channel: Channel,
    pub url: String,
}

impl Slack {
    pub(super) async fn me(&self) -> Result<Arc<Identity>> {
        self.me.or_ask((), async { self.client.identity().await.map(|it| Arc::new(it.0)) }).await
    }

    pub(super) async fn everyone(&self) -> Result<Arc<Vec<User>>> {
        self.everyone.or_ask((), async { self.client.users().await.map(Arc::new) }).await
    }

    pub(super) async fn all_channels(&self) -> Result<Arc<Vec<Channel>>> {
        self.channels.or_ask((), async { self.client.channels().await.map(Arc::new) }).await
    }

    /// Channels have changed.
    pub(super) async fn forget_channels(&self) {
        self.channels.invalidate(&()).await;
    }

    /// The channel that `text` means: `#dev`, `dev`, a mention, `slack:#dev`, an id, or a link into it.
    pub(super) async fn channel(&self, field: &str, text: &param::Channel) -> Result<Channel> {
        let typed = text.0.trim();
        if let Some(id) = channel_id(typed) {
            return self.client.channel(&id).await.map_err(|err| not_there(field, err));
        }
        let bare = typed.trim_start_matches("slack:").trim_start_matches('#').trim();
        if bare.is_empty() {
            return Err(at(field, "Which channel? Write its name, such as #dev."));
        }
        let all = self.all_channels().await?;
        let mut found = all.iter().filter(|it| same(&it.name, bare));
        if let Some(channel) = found.next() {
            return Ok(channel.clone());
        }
        // Names of private channels are nobody's business who is not in them.
        let near = |it: &&Channel| !it.is_private && !it.is_archived && it.name.contains(&bare.to_lowercase());
        let near: Vec<String> = all.iter().filter(near).take(5).map(Channel::title).collect();
        let hint = if near.is_empty() { String::new() } else { format!(" There is {}.", near.join(", ")) };
        Err(at(
            field,
            format!("There is no channel `{bare}` that I can see.{hint} To a private one, somebody in it has to invite me."),
        ))
    }

    /// The person that `text` means: `@ana`, `me`, an address, a name, an id. Those who are deactivated only
    /// where nobody else is meant.
    pub(super) async fn person(&self, field: &str, text: &Person, ctx: &Ctx) -> Result<User> {
        let typed = text.0.trim().trim_start_matches('<').trim_end_matches('>').trim_start_matches('@');
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            return self.asker(ctx).await?.ok_or_else(|| {
                at(field, "I do not know who you are in Slack, so I cannot take `me`. Write your email address there.")
            });
        }
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, or a full name."));
        }
        // A mention may bring a label; `Ana|U024BE91L` tells two people of one name apart.
        let id = typed.split('|').find(|it| link::is_id(it, &['U', 'W']));
        if let Some(id) = id {
            return self.client.user(id).await.map_err(|err| not_there(field, err));
        }
        if typed.contains('@')
            && let Some(user) = self.client.user_by_email(typed).await?
        {
            return Ok(user);
        }
        let all = self.everyone().await?;
        let is = |it: &&User| {
            [&it.name, &it.profile.real_name, &it.profile.display_name].into_iter().any(|name| same(name, typed))
                || it.profile.email.as_deref().is_some_and(|it| same(it, typed))
        };
        let mut found: Vec<&User> = all.iter().filter(is).collect();
        if found.is_empty() {
            found = all.iter().filter(|it| it.title().split_whitespace().any(|word| same(word, typed))).collect();
        }
        if found.iter().any(|it| !it.deleted) {
            found.retain(|it| !it.deleted);
        }
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                Err(at(field, format!("Slack knows nobody called `{typed}`. Write an email address, or the name as in Slack.")))
            }
            many => {
                let names: Vec<String> = many.iter().map(|it| format!("`{}|{}`", it.title(), it.id)).collect();
                Err(at(field, format!("`{typed}` may be {}: write one of these.", names.join(", "))))
            }
        }
    }

    /// People to do something with: active, and no apps.
    pub(super) async fn people(&self, field: &str, texts: &[Person], ctx: &Ctx) -> Result<Vec<User>> {
        let mut all: Vec<User> = Vec::new();
        for text in texts {
            let person = self.person(field, text, ctx).await?;
            if person.deleted || !person.is_person() {
                let what = if person.deleted { "deactivated in Slack" } else { "an app" };
                return Err(at(field, format!("{} is {what}: name somebody who is there.", person.title())));
            }
            if !all.iter().any(|it| it.id == person.id) {
                all.push(person);
            }
        }
        if all.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, or a full name."));
        }
        Ok(all)
    }

    /// The user group of that handle or name.
    pub(super) async fn group(&self, field: &str, text: &param::Group) -> Result<Group> {
        // A mention: `<!subteam^S024BE91L|@oncall>`.
        let typed = text.0.trim().trim_start_matches("<!subteam^").trim_end_matches('>');
        let parts: Vec<&str> = typed.split('|').map(|it| it.trim_start_matches('@')).collect();
        let all = self.client.groups().await?;
        let is = |it: &&Group| parts.iter().any(|part| it.id == *part || same(&it.handle, part) || same(&it.name, part));
        all.iter().find(is).cloned().ok_or_else(|| {
            let names: Vec<String> = all.iter().take(12).map(|it| format!("@{}", it.handle)).collect();
            let hint = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            at(field, format!("Slack has no user group `{typed}`. There are: {hint}."))
        })
    }

    /// Where the message is that `text` means.
    pub(super) fn place(&self, field: &str, text: &param::MessageRef) -> Result<link::Place> {
        let typed = text.0.trim();
        link::read(typed).filter(|it| it.message.is_some()).ok_or_else(|| {
            at(field, format!("`{typed}` is no message. Paste the link from its menu in Slack: More actions → Copy link."))
        })
    }

    /// A message that the asker may see.
    pub(super) async fn readable(&self, ctx: &Ctx, text: &param::MessageRef) -> Result<Found> {
        let place = self.place("message", text)?;
        let channel = self.client.channel(&place.channel).await?;
        self.may_see(ctx, &channel).await?;
        let ts = place.message.unwrap_or_default();
        let mut message = self.client.message(&channel.id, &ts, place.thread.as_deref()).await?;
        if message.is_none() && place.thread.is_none() {
            // A link to a reply that does not say so: any message of a thread leads to it.
            message = match self.client.message(&channel.id, &ts, Some(&ts)).await {
                Err(error) if error.kind == ErrorKind::NotFound => None,
                other => other?,
            };
        }
        let message = message.ok_or_else(|| Error::not_found("Slack has no such message any more, or not in that channel."))?;
        let url = link::address(&self.me().await?.url, &channel.id, &ts, message.thread_ts.as_deref());
        Ok(Found { message, channel, url })
    }
}

/// The id of `C024BE91L`, `slack:C024BE91L`, `<#C024BE91L|dev>`, or a link.
fn channel_id(typed: &str) -> Option<String> {
    if let Some(place) = link::read(typed) {
        return Some(place.channel);
    }
    let bare = typed.trim_start_matches("slack:").trim_start_matches("<#").trim_end_matches('>');
    bare.split('|').next().filter(|it| link::is_id(it, &['C', 'G', 'D'])).map(str::to_owned)
}

/// An object that is not there is a mistake at its field.
fn not_there(field: &str, error: Error) -> Error {
    match error.kind {
        ErrorKind::NotFound => {
            let message = error.message.clone();
            error.with_fields(vec![FieldProblem::new(field, message)])
        }
        _ => error,
    }
}
