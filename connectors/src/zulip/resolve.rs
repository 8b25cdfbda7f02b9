//! From what people type to Zulip's objects.

use std::sync::Arc;

use commands::{Ctx, Error, FieldProblem, Result, param::Person};

use super::{
    Zulip,
    client::{
        channels::Channel,
        groups::Group,
        topics::{self, Topic},
        users::User,
    },
    link, param,
};

/// A person's mistake at one field.
pub(super) fn at(field: &str, message: impl Into<String>) -> Error {
    let message = message.into();
    Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new(field, message)])
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// Which channels a command may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Among {
    Active,
    Archived,
}

impl Zulip {
    pub(super) async fn everyone(&self) -> Result<Arc<Vec<User>>> {
        self.everyone.or_ask((), async { self.client.users().await.map(Arc::new) }).await
    }

    /// People have changed.
    pub(super) async fn forget_everyone(&self) {
        self.everyone.invalidate(&()).await;
    }

    /// The channel that `text` means: `#dev`, `dev`, `#**dev**`, `3`, or a link into it.
    pub(super) async fn channel(&self, field: &str, text: &param::Channel, among: Among) -> Result<Channel> {
        let typed = text.0.trim();
        let bare = typed.trim_start_matches('#').trim_matches('*').trim();
        if bare.is_empty() {
            return Err(at(field, "Which channel? Write its name, such as #dev."));
        }
        let all = match among {
            Among::Active => self.client.channels().await?,
            Among::Archived => self.client.channels_ever().await?,
        };
        let linked = link::read(typed).and_then(|it| it.channel);
        let by_name = || all.iter().find(|it| same(&it.name, bare));
        let by_id = || bare.parse().ok().or(linked).and_then(|id: u64| all.iter().find(|it| it.stream_id == id));
        if let Some(channel) = by_name().or_else(by_id) {
            return Ok(channel.clone());
        }
        // Names of private channels are nobody's business who is not in them.
        let near = |it: &&Channel| !it.invite_only && it.name.to_lowercase().contains(&bare.to_lowercase());
        let near: Vec<String> = all.iter().filter(near).take(5).map(|it| format!("#{}", it.name)).collect();
        let hint = if near.is_empty() { String::new() } else { format!(" There is {}.", near.join(", ")) };
        Err(at(
            field,
            format!("There is no channel `{bare}` that I can see.{hint} To a private one, the bot has to be subscribed."),
        ))
    }

    /// A topic of the channel as it is spelled there.
    pub(super) async fn topic(&self, field: &str, channel: &Channel, text: &param::Topic) -> Result<Topic> {
        let typed = link::read(&text.0).and_then(|it| it.topic).unwrap_or_else(|| text.0.trim().to_owned());
        let all = self.client.topics(channel.stream_id).await?;
        let found = all.iter().find(|it| same(&it.name, &typed)).or_else(|| {
            // `build` also means the resolved topic `✔ build`.
            all.iter().find(|it| it.name.strip_prefix(topics::RESOLVED).is_some_and(|it| same(it, &typed)))
        });
        found.cloned().ok_or_else(|| {
            let near = all.iter().filter(|it| it.name.to_lowercase().contains(&typed.to_lowercase()));
            let near: Vec<String> = near.take(5).map(|it| format!("`{}`", it.name)).collect();
            let hint = if near.is_empty() { String::new() } else { format!(" There is {}.", near.join(", ")) };
            at(field, format!("There is no topic `{typed}` in #{}.{hint}", channel.name))
        })
    }

    /// A name for a topic, where a new one may be made.
    pub(super) fn new_topic(&self, field: &str, text: &str) -> Result<String> {
        let topic = text.trim();
        let length = topic.chars().count();
        if topic.is_empty() {
            return Err(at(field, "A message in a channel needs a topic: write what it is about."));
        }
        if length > topics::LONGEST {
            let most = topics::LONGEST;
            return Err(at(field, format!("The topic has {length} characters, and Zulip keeps {most} of them: shorten it.")));
        }
        Ok(topic.to_owned())
    }

    /// The person that `text` means: `@ana`, `me`, an address, a name, a number. Those who are deactivated only
    /// where nobody else is meant.
    pub(super) async fn person(&self, field: &str, text: &Person, ctx: &Ctx) -> Result<User> {
        let typed = text.0.trim().trim_start_matches('@').trim_matches(['*', '_']).trim();
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            return self.asker(ctx).await?.ok_or_else(|| {
                at(
                    field,
                    "I do not know who you are in Zulip, so I cannot take `me`. Write your name or your email address there.",
                )
            });
        }
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, or a full name."));
        }
        // `Ana|8` tells two people of one name apart.
        let (name, id) = match typed.rsplit_once('|') {
            Some((name, id)) => (name, id.parse::<u64>().ok()),
            None => (typed, typed.parse().ok()),
        };
        let all = self.everyone().await?;
        let is =
            |it: &&User| Some(it.user_id) == id || same(it.address(), name) || same(&it.email, name) || same(&it.full_name, name);
        let mut found: Vec<&User> = all.iter().filter(is).collect();
        if found.is_empty() {
            let has_word = |it: &&User| it.full_name.split_whitespace().any(|word| same(word, name));
            found = all.iter().filter(has_word).collect();
        }
        if found.iter().any(|it| it.is_active) {
            found.retain(|it| it.is_active);
        }
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(at(
                field,
                format!("Zulip knows nobody called `{typed}`. Write an email address, or the full name as in Zulip."),
            )),
            many => {
                let names: Vec<String> = many.iter().map(|it| format!("`{}|{}`", it.full_name, it.user_id)).collect();
                Err(at(field, format!("`{typed}` may be {}: write one of these.", names.join(", "))))
            }
        }
    }

    pub(super) async fn people(&self, field: &str, texts: &[Person], ctx: &Ctx) -> Result<Vec<User>> {
        let mut all: Vec<User> = Vec::new();
        for text in texts {
            let person = self.person(field, text, ctx).await?;
            if !all.iter().any(|it| it.user_id == person.user_id) {
                all.push(person);
            }
        }
        Ok(all)
    }

    /// The group of that name; Zulip's own as `administrators` or `role:administrators`.
    pub(super) async fn group(&self, field: &str, text: &param::Group) -> Result<Group> {
        let typed = text.0.trim().trim_start_matches('@').trim_matches('*');
        let all = self.client.groups().await?;
        let found = all.iter().filter(|it| !it.deactivated).find(|it| same(&it.name, typed) || same(it.title(), typed));
        found.cloned().ok_or_else(|| {
            let names: Vec<&str> = all.iter().filter(|it| !it.deactivated).take(12).map(Group::title).collect();
            at(field, format!("Zulip has no group `{typed}`. There are {}.", names.join(", ")))
        })
    }

    /// The number of the message that `text` means; of a link without one, the topic's last message.
    pub(super) async fn message_id(&self, field: &str, text: &param::MessageRef) -> Result<u64> {
        let typed = text.0.trim();
        let no_message =
            || at(field, format!("`{typed}` is no message. Write its number, or paste the link from its menu in Zulip."));
        if let Some(narrow) = link::read(typed) {
            if let Some(id) = narrow.message {
                return Ok(id);
            }
            let (Some(channel), Some(topic)) = (narrow.channel, narrow.topic) else { return Err(no_message()) };
            let topics = self.client.topics(channel).await?;
            return topics.iter().find(|it| same(&it.name, &topic)).map(|it| it.max_id).ok_or_else(no_message);
        }
        typed.trim_start_matches('#').parse().map_err(|_| no_message())
    }
}
