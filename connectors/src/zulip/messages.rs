//! Messages.

use commands::{
    Action, Audience, Block, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Zulip, card,
    client::{
        channels::Channel,
        messages::{self, Part, Recipient, Term},
        users::Role,
    },
    link, param,
    resolve::{Among, at},
};

/// The longest message that Zulip takes.
const LONGEST: usize = 10_000;
/// Of a search.
const FOUND: u32 = 20;

impl Zulip {
    /// What a person has the bot say: without mentions of everybody, which are not theirs to make, and signed.
    pub(super) fn content(&self, field: &str, text: &str, ctx: &Ctx) -> Result<String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(at(field, "There is nothing to send: write a text."));
        }
        let mut content = text.to_owned();
        for all in ["all", "everyone", "channel", "stream", "topic"] {
            content = content.replace(&format!("@**{all}**"), &format!("@\u{200b}**{all}**"));
        }
        if self.sign {
            // A name of the chat's, which may hold anything.
            let name: String = ctx.actor.name.chars().filter(|it| it.is_alphanumeric() || " -'.".contains(*it)).collect();
            content.push_str(&format!("\n\n*{}, by the bot*", name.trim()));
        }
        let length = content.chars().count();
        if length > LONGEST {
            let message =
                format!("The text has {length} characters, and Zulip takes {LONGEST}: shorten it, or attach it as a file.");
            return Err(at(field, message));
        }
        Ok(content)
    }

    /// A channel and topic that the asker may write to.
    pub(super) async fn place(&self, ctx: &Ctx, channel: &param::Channel, topic: &param::Topic) -> Result<(Channel, String)> {
        let topic = self.new_topic("topic", &topic.0)?;
        let channel = self.channel("channel", channel, Among::Active).await?;
        self.may_see(ctx, &channel).await?;
        Ok((channel, topic))
    }

    fn sent(&self, place: &str, url: String, id: u64) -> Reply {
        let text = Text::new().plain("Sent ").link(url, format!("#{id}")).plain(format!(" to {place}."));
        Reply::to_asker(Message::text(text).tone(Tone::Good))
    }
}

/// Sends a message to a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Send {
    /// What to say, in Zulip's Markdown.
    text: Markdown,
    /// Where to.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
    /// What it is about.
    #[schemars(extend("x-named" = true))]
    topic: param::Topic,
}

impl Action for Send {
    type On = Zulip;
    const NAME: &str = "message send";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message send The build is green again channel=dev topic=build"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let content = on.content("text", &self.text.0, ctx)?;
        let (channel, topic) = on.place(ctx, &self.channel, &self.topic).await?;
        let to = Recipient::topic(channel.stream_id, topic.clone());
        let id = on.client.send(&to, &content, None).await?;
        let url = link::address(on.client.site(), (channel.stream_id, &channel.name), Some(&topic), Some(id));
        Ok(on.sent(&format!("#{} > {topic}", channel.name), url, id))
    }
}

/// Sends a direct message to one person or several.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Direct {
    /// What to say, in Zulip's Markdown.
    text: Markdown,
    /// Whom to: @ana, an email address or a name.
    #[schemars(extend("x-named" = true))]
    to: Vec<Person>,
}

impl Action for Direct {
    type On = Zulip;
    const NAME: &str = "message direct";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message direct Lunch? to=ana"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let content = on.content("text", &self.text.0, ctx)?;
        let people = on.people("to", &self.to, ctx).await?;
        if let Some(gone) = people.iter().find(|it| !it.is_active) {
            return Err(at("to", format!("{} is deactivated in Zulip and reads no messages.", gone.full_name)));
        }
        let ids: Vec<u64> = people.iter().map(|it| it.user_id).collect();
        let id = on.client.send(&Recipient::People(ids.clone()), &content, None).await?;
        let names: Vec<&str> = people.iter().map(|it| it.full_name.as_str()).collect();
        Ok(on.sent(&names.join(", "), link::direct(on.client.site(), &ids, id), id))
    }
}

/// Shows a message.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, or a link to it or to its topic.
    message: param::MessageRef,
}

impl Action for Show {
    type On = Zulip;
    const NAME: &str = "message show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["message show 101"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let message = on.readable(ctx, &self.message).await?;
        let audience = if message.stream_id.is_some() { Audience::Asker } else { Audience::Private };
        Ok(Reply::new(card::card(on, &message, ctx), audience))
    }
}

impl Zulip {
    /// A message that the asker may see.
    pub(super) async fn readable(&self, ctx: &Ctx, message: &param::MessageRef) -> Result<messages::Message> {
        let id = self.message_id("message", message).await?;
        let message = self.client.message(id).await?;
        self.may_read(ctx, &message).await?;
        Ok(message)
    }

    /// The same, which the bot itself sent.
    async fn own(&self, ctx: &Ctx, message: &param::MessageRef, what: &str) -> Result<messages::Message> {
        let message = self.readable(ctx, message).await?;
        let me = self.client.me().await?;
        if message.sender_id == me.user_id {
            return Ok(message);
        }
        let whose =
            format!("That message is {}'s, and I {what} only my own. In Zulip, its author can.", message.sender_full_name);
        Err(Error::new(ErrorKind::Permission, whose))
    }
}

/// Finds messages, the newest first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// Words that are in them.
    text: String,
    /// Only of this channel.
    channel: Option<param::Channel>,
    /// Only of this topic.
    topic: Option<param::Topic>,
    /// Only from this person.
    from: Option<Person>,
}

impl Action for Search {
    type On = Zulip;
    const NAME: &str = "message search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["message search red build", "message search build channel=dev from=ana"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let mut narrow = vec![Term::is("search", self.text.trim())];
        match &self.channel {
            Some(channel) => {
                let channel = on.channel("channel", channel, Among::Active).await?;
                on.may_see(ctx, &channel).await?;
                narrow.push(Term::is("channel", channel.stream_id));
                if let Some(topic) = &self.topic {
                    narrow.push(Term::is("topic", on.topic("topic", &channel, topic).await?.name));
                }
            }
            None if self.topic.is_some() => return Err(at("channel", "A topic is of a channel: name the channel, too.")),
            // Everywhere is everywhere that is open to all: the bot's own conversations and private channels are not.
            None if on.asker(ctx).await?.is_some_and(|it| it.role() == Role::Guest) => {
                return Err(at("channel", "As a guest you do not see every channel: name the one to search in."));
            }
            None => narrow.push(Term::is("channels", "public")),
        }
        if let Some(from) = &self.from {
            narrow.push(Term::is("sender", on.person("from", from, ctx).await?.user_id));
        }
        let mut page = on.client.messages(&narrow, Part::Newest(FOUND)).await?;
        page.messages.reverse();
        let lines: Vec<Text> = page.messages.iter().map(|it| card::line(on, it)).collect();
        let message = card::listed(lines, "message");
        Ok(Reply::to_asker(if page.found_oldest { message } else { message.context("Older ones are not shown.") }))
    }
}

/// Changes the text of a message that the bot sent.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Edit {
    /// Its number, or a link to it.
    message: param::MessageRef,
    /// What it says from now on.
    text: Markdown,
}

impl Action for Edit {
    type On = Zulip;
    const NAME: &str = "message edit";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message edit 101 The build is red again"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let content = on.content("text", &self.text.0, ctx)?;
        let message = on.own(ctx, &self.message, "edit").await?;
        on.client.edit(message.id, &content).await?;
        Ok(card::done(Text::new().plain("Changed ").link(card::url(on, &message), format!("#{}", message.id)).plain(".")))
    }
}

/// How much of a topic goes along with a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// It alone.
    #[default]
    Nothing,
    /// What was said after it.
    Later,
    /// The whole topic.
    All,
}

impl From<With> for messages::With {
    fn from(with: With) -> messages::With {
        match with {
            With::Nothing => messages::With::Nothing,
            With::Later => messages::With::Later,
            With::All => messages::With::All,
        }
    }
}

/// Moves a message to another topic or channel, alone or with more of its topic.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// Its number, or a link to it.
    message: param::MessageRef,
    /// The topic to move it to; its own when only the channel changes.
    topic: Option<param::Topic>,
    /// The channel to move it to.
    channel: Option<param::Channel>,
    /// How much of its topic goes along.
    #[serde(default)]
    with: With,
    /// Let nobody tell in Zulip that it was moved.
    #[serde(default)]
    quiet: bool,
}

impl Action for Move {
    type On = Zulip;
    const NAME: &str = "message move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message move 101 topic=deploy", "message move 101 channel=ops with=later"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        if self.topic.is_none() && self.channel.is_none() {
            return Err(at("topic", "Where to? Name a topic, a channel, or both."));
        }
        let topic = self.topic.as_ref().map(|it| on.new_topic("topic", &it.0)).transpose()?;
        let message = on.readable(ctx, &self.message).await?;
        if message.stream_id.is_none() {
            return Err(at("message", "A direct message has no topic, and cannot be moved."));
        }
        let channel = match &self.channel {
            Some(channel) => {
                let channel = on.channel("channel", channel, Among::Active).await?;
                on.may_see(ctx, &channel).await?;
                Some(channel)
            }
            None => None,
        };
        let announced = if self.quiet { messages::Announced::Nowhere } else { messages::Announced::InBoth };
        let id = channel.as_ref().map(|it| it.stream_id).filter(|it| Some(*it) != message.stream_id);
        let to = messages::Move { topic: topic.as_deref(), channel: id, with: self.with.into(), announced };
        on.client.relocate(message.id, &to).await?;
        let moved = on.client.message(message.id).await?;
        let text = Text::new().plain("Moved ").link(card::url(on, &moved), format!("#{}", moved.id));
        Ok(card::done(text.plain(format!(" to {}.", card::place(&moved)))))
    }
}

/// Shows what a message said before it was edited or moved.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct History {
    /// Its number, or a link to it.
    message: param::MessageRef,
}

impl Action for History {
    type On = Zulip;
    const NAME: &str = "message history";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["message history 101"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let message = on.readable(ctx, &self.message).await?;
        let versions = on.client.history(message.id).await?;
        let mut shown = Message::new().heading(format!("#{} in {}", message.id, card::place(&message)));
        for version in &versions {
            let topic = if version.topic.is_empty() { String::new() } else { format!(" · {}", version.topic) };
            shown = shown.paragraph(Text::new().time(card::moment(version.timestamp)).plain(topic));
            shown = shown.block(Block::Quote(card::shorten(&version.content, 500).into()));
        }
        let audience = if message.stream_id.is_some() { Audience::Asker } else { Audience::Private };
        Ok(Reply::new(shown, audience))
    }
}

/// Deletes a message that the bot sent, for good.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Delete {
    /// Its number, or a link to it.
    message: param::MessageRef,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Delete {
    type On = Zulip;
    const NAME: &str = "message delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message delete 101"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let message = on.own(ctx, &self.message, "delete").await?;
        if !self.sure {
            let what = card::shorten(message.content.lines().next().unwrap_or_default(), 80).replace('`', "'");
            let question =
                format!("Message #{} in {} is gone for good then: `{what}`. Delete it?", message.id, card::place(&message));
            return Ok(card::ask_first(ctx, &question, "Delete", Self::NAME, &self));
        }
        on.client.erase(message.id).await?;
        Ok(card::done(format!("Deleted message #{} in {}.", message.id, card::place(&message))))
    }
}
