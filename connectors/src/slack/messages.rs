//! Messages.

use commands::{
    Action, Audience, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Slack, card,
    client::{channels::Channel, messages::Place},
    link, param,
    resolve::{Found, at},
    text,
};

impl Slack {
    /// A channel that the asker may have the bot speak in.
    pub(super) async fn spoken(&self, ctx: &Ctx, channel: &param::Channel) -> Result<Channel> {
        let channel = self.channel("channel", channel).await?;
        if channel.is_archived {
            return Err(at("channel", format!("{} is archived: choose another channel.", channel.title())));
        }
        self.may_speak(ctx, &channel).await?;
        Ok(channel)
    }

    /// The first message of the thread that a link leads into, which must be of this channel.
    pub(super) fn thread(&self, channel: &Channel, message: Option<&param::MessageRef>) -> Result<Option<String>> {
        let Some(message) = message else { return Ok(None) };
        let place = self.place("thread", message)?;
        if place.channel != channel.id {
            return Err(at("thread", format!("That message is not in {}: name the channel that it is in.", channel.title())));
        }
        Ok(place.thread.or(place.message))
    }

    /// A message that the bot itself posted, where the asker may have it speak.
    async fn own(&self, ctx: &Ctx, message: &param::MessageRef, what: &str) -> Result<Found> {
        let found = self.readable(ctx, message).await?;
        if found.message.bot_id.is_none() || found.message.bot_id != self.me().await?.bot_id {
            let whose = format!("That message is not mine, and I {what} only my own. In Slack, its author can.");
            return Err(Error::new(ErrorKind::Permission, whose));
        }
        self.may_speak(ctx, &found.channel).await?;
        Ok(found)
    }
}

/// Posts a message to a channel, or into a thread.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Post {
    /// What to say. Mentions are shown as text, and ring nobody.
    text: Markdown,
    /// Where to.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
    /// The link to a message of the thread to answer in.
    thread: Option<param::MessageRef>,
    /// Show an answer in the channel as well.
    #[serde(default)]
    broadcast: bool,
}

impl Action for Post {
    type On = Slack;
    const NAME: &str = "message post";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message post The build is green again channel=dev"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let content = on.content("text", &self.text.0, ctx)?;
        if self.broadcast && self.thread.is_none() {
            return Err(at("broadcast", "Only an answer in a thread can be shown in the channel as well: name the thread."));
        }
        let channel = on.spoken(ctx, &self.channel).await?;
        let thread = on.thread(&channel, self.thread.as_ref())?;
        // Asked before it is posted: afterwards nothing may fail.
        let site = on.me().await?.url.clone();
        let place = Place { channel: &channel.id, thread: thread.as_deref(), broadcast: self.broadcast };
        let ts = on.client.say(place, &content).await?;
        let url = link::address(&site, &channel.id, &ts, thread.as_deref());
        let text = Text::new().plain("Posted ").link(url, "it").plain(format!(" in {}.", channel.title()));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good)))
    }
}

/// Shows a message.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The link to it.
    message: param::MessageRef,
}

impl Action for Show {
    type On = Slack;
    const NAME: &str = "message show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["message show https://example.slack.com/archives/C024BE91L/p1482960137003543"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let found = on.readable(ctx, &self.message).await?;
        let everyone = on.everyone().await?;
        let is_open = !found.channel.is_private && !found.channel.is_direct();
        let audience = if is_open { Audience::Asker } else { Audience::Private };
        Ok(Reply::new(card::card(&found, &everyone, ctx), audience))
    }
}

/// Changes the text of a message that the bot posted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The link to it.
    message: param::MessageRef,
    /// What it says from now on.
    text: Markdown,
}

impl Action for Update {
    type On = Slack;
    const NAME: &str = "message update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["message update https://example.slack.com/archives/C024BE91L/p1482960137003543 The build is red again"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let content = on.content("text", &self.text.0, ctx)?;
        let Found { message, channel, url } = on.own(ctx, &self.message, "change").await?;
        on.client.rewrite(&channel.id, &message.ts, &content).await?;
        Ok(card::done(Text::new().plain("Changed ").link(url, "my message").plain(format!(" in {}.", channel.title()))))
    }
}

/// Deletes a message that the bot posted, for good.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Delete {
    /// The link to it.
    message: param::MessageRef,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Delete {
    type On = Slack;
    const NAME: &str = "message delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message delete https://example.slack.com/archives/C024BE91L/p1482960137003543"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let Found { message, channel, url } = on.own(ctx, &self.message, "delete").await?;
        if !self.sure {
            let said = text::readable(&message.text, &on.everyone().await?);
            let first = card::shorten(said.lines().next().unwrap_or_default(), 80);
            let question = Text::new().link(url, "My message").plain(format!(" in {} is gone for good then: ", channel.title()));
            return Ok(card::ask_first(ctx, question.code(first).plain(". Delete it?"), "Delete", Self::NAME, &self));
        }
        on.client.erase(&channel.id, &message.ts).await?;
        Ok(card::done(format!("Deleted my message in {}.", channel.title())))
    }
}

/// Sends a direct message to one person or several.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Direct {
    /// What to say. Mentions are shown as text.
    text: Markdown,
    /// Whom to: @ana, an email address or a name; eight at most.
    #[schemars(extend("x-named" = true))]
    to: Vec<Person>,
}

/// In a conversation, without the bot. <https://docs.slack.dev/reference/methods/conversations.open>
const MOST_PEOPLE: usize = 8;

impl Action for Direct {
    type On = Slack;
    const NAME: &str = "dm send";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["dm send Lunch? to=ana"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let content = on.content("text", &self.text.0, ctx)?;
        if !ctx.actor.admin && on.asker(ctx).await?.is_none() {
            let who = "I write to people only for those who are in this Slack workspace, and do not find you there. See that Slack and this chat know you by the same email address.";
            return Err(Error::new(ErrorKind::Permission, who));
        }
        let people = on.people("to", &self.to, ctx).await?;
        if people.len() > MOST_PEOPLE {
            return Err(at("to", format!("A conversation has at most {MOST_PEOPLE} people: make a channel for more.")));
        }
        let ids: Vec<&str> = people.iter().map(|it| it.id.as_str()).collect();
        let channel = on.client.direct(&ids).await?;
        on.client.say(Place { channel: &channel, ..Place::default() }, &content).await?;
        let text = format!("Sent it to {}.", card::names(&people));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good)))
    }
}
