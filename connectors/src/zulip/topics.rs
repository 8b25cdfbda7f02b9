//! Topics.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Zulip, card,
    client::{
        channels::Channel,
        messages::{Announced, Move as To, With},
        mutes::Visibility,
        topics::{self, Topic},
    },
    link, param,
    resolve::{Among, at},
};

impl Zulip {
    /// A topic that the asker may see.
    async fn topic_of(&self, ctx: &Ctx, channel: &param::Channel, topic: &param::Topic) -> Result<(Channel, Topic)> {
        let channel = self.channel("channel", channel, Among::Active).await?;
        self.may_see(ctx, &channel).await?;
        let topic = self.topic("topic", &channel, topic).await?;
        Ok((channel, topic))
    }

    fn topic_link(&self, channel: &Channel, topic: &str) -> Text {
        let url = link::address(self.client.site(), (channel.stream_id, &channel.name), Some(topic), None);
        Text::new().link(url, format!("#{} > {topic}", channel.name))
    }
}

/// Lists the topics of a channel, the most recent first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The channel.
    channel: param::Channel,
    /// Part of their names.
    text: Option<String>,
    /// Only those that are not resolved.
    #[serde(default)]
    open: bool,
}

impl Action for List {
    type On = Zulip;
    const NAME: &str = "topic list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["topic list dev", "topic list dev text=release --open"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.channel("channel", &self.channel, Among::Active).await?;
        on.may_see(ctx, &channel).await?;
        let text = self.text.unwrap_or_default().to_lowercase();
        let fits = |it: &Topic| it.name.to_lowercase().contains(&text) && !(self.open && it.name.starts_with(topics::RESOLVED));
        let all = on.client.topics(channel.stream_id).await?;
        let lines = all.iter().filter(|it| fits(it)).map(|it| on.topic_link(&channel, &it.name)).collect();
        Ok(Reply::to_asker(card::listed(lines, "topic")))
    }
}

/// Renames a topic, or moves it to another channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The topic.
    topic: param::Topic,
    /// The channel it is in.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
    /// What it is called from now on.
    to: Option<String>,
    /// The channel it is in from now on.
    to_channel: Option<param::Channel>,
    /// Let nobody tell in Zulip that it was moved.
    #[serde(default)]
    quiet: bool,
}

impl Action for Move {
    type On = Zulip;
    const NAME: &str = "topic move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["topic move build channel=dev to=\"build farm\"", "topic move build channel=dev to_channel=ops"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        if self.to.is_none() && self.to_channel.is_none() {
            return Err(at("to", "Where to? Write its new name, its new channel, or both."));
        }
        let name = self.to.as_deref().map(|it| on.new_topic("to", it)).transpose()?;
        let (channel, topic) = on.topic_of(ctx, &self.channel, &self.topic).await?;
        let target = match &self.to_channel {
            Some(target) => {
                let target = on.channel("to_channel", target, Among::Active).await?;
                on.may_see(ctx, &target).await?;
                target
            }
            None => channel.clone(),
        };
        let announced = if self.quiet { Announced::Nowhere } else { Announced::InNew };
        let id = Some(target.stream_id).filter(|it| *it != channel.stream_id);
        on.client.relocate(topic.max_id, &To { topic: name.as_deref(), channel: id, with: With::All, announced }).await?;
        let text = on.topic_link(&target, name.as_deref().unwrap_or(&topic.name));
        Ok(card::done(Text([Text::from("Moved it to ").0, text.0, Text::from(".").0].concat())))
    }
}

/// Marks a topic as resolved.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Resolve {
    /// The topic.
    topic: param::Topic,
    /// The channel it is in.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
}

impl Action for Resolve {
    type On = Zulip;
    const NAME: &str = "topic resolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["topic resolve build channel=dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let (channel, topic) = on.topic_of(ctx, &self.channel, &self.topic).await?;
        if topic.name.starts_with(topics::RESOLVED) {
            return Ok(Reply::to_asker(format!("#{} > {} is resolved already.", channel.name, topic.name)));
        }
        // As Zulip's own clients do it: the mark is part of the name, and a long name gives way to it.
        let room = topics::LONGEST - topics::RESOLVED.chars().count();
        let name = format!("{}{}", topics::RESOLVED, topic.name.chars().take(room).collect::<String>());
        rename(on, &topic, &name).await?;
        Ok(card::done(format!("Resolved #{} > {}.", channel.name, topic.name)))
    }
}

/// Takes the mark off a topic that is resolved.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unresolve {
    /// The topic, with or without its mark.
    topic: param::Topic,
    /// The channel it is in.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
}

impl Action for Unresolve {
    type On = Zulip;
    const NAME: &str = "topic unresolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["topic unresolve build channel=dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let (channel, topic) = on.topic_of(ctx, &self.channel, &self.topic).await?;
        let Some(name) = topic.name.strip_prefix(topics::RESOLVED) else {
            return Ok(Reply::to_asker(format!("#{} > {} is not resolved.", channel.name, topic.name)));
        };
        rename(on, &topic, name.trim_start_matches(topics::RESOLVED)).await?;
        Ok(card::done(format!("#{} > {name} is open again.", channel.name)))
    }
}

async fn rename(on: &Zulip, topic: &Topic, name: &str) -> Result<()> {
    let to = To { topic: Some(name), channel: None, with: With::All, announced: Announced::InNew };
    on.client.relocate(topic.max_id, &to).await
}

/// Deletes a topic with all its messages, for good.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Delete {
    /// The topic.
    topic: param::Topic,
    /// The channel it is in.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Delete {
    type On = Zulip;
    const NAME: &str = "topic delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["topic delete build channel=dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let (channel, topic) = on.topic_of(ctx, &self.channel, &self.topic).await?;
        if !self.sure {
            let question =
                format!("#{} > {} is gone for good then, with all that was said in it. Delete it?", channel.name, topic.name);
            return Ok(card::ask_first(ctx, &question, "Delete", Self::NAME, &self));
        }
        on.client.delete_topic(channel.stream_id, &topic.name).await?;
        Ok(card::done(format!("Deleted #{} > {}.", channel.name, topic.name)))
    }
}

/// Mutes a topic for the bot, which then reports nothing of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Mute {
    /// The topic.
    topic: param::Topic,
    /// The channel it is in.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
}

impl Action for Mute {
    type On = Zulip;
    const NAME: &str = "topic mute";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["topic mute build channel=dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let (channel, topic) = on.topic_of(ctx, &self.channel, &self.topic).await?;
        on.client.set_visibility(channel.stream_id, &topic.name, Visibility::Muted).await?;
        Ok(card::done(format!("The bot reports nothing of #{} > {} any more.", channel.name, topic.name)))
    }
}

/// Lets the bot report a topic, also one of a channel that is muted for it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unmute {
    /// The topic.
    topic: param::Topic,
    /// The channel it is in.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
}

impl Action for Unmute {
    type On = Zulip;
    const NAME: &str = "topic unmute";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["topic unmute build channel=dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let (channel, topic) = on.topic_of(ctx, &self.channel, &self.topic).await?;
        on.client.set_visibility(channel.stream_id, &topic.name, Visibility::Unmuted).await?;
        Ok(card::done(format!("The bot reports #{} > {} again, where its channel is watched.", channel.name, topic.name)))
    }
}
