//! Who gets a channel's messages, and how the bot itself does.

use commands::{Action, Ctx, Effect, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Zulip, card,
    client::{
        channels::Channel,
        subscriptions::{Kind, Wanted},
        users::User,
    },
    param,
    resolve::{Among, at},
};

impl Zulip {
    /// A channel that the asker sees.
    async fn seen(&self, ctx: &Ctx, channel: &param::Channel) -> Result<Channel> {
        let channel = self.channel("channel", channel, Among::Active).await?;
        self.may_see(ctx, &channel).await?;
        Ok(channel)
    }

    async fn subscribe(&self, channel: &Channel, people: &[u64]) -> Result<usize> {
        let wanted = Wanted { name: &channel.name, description: None };
        let done = self.client.subscribe(&wanted, people, &Kind::default()).await?;
        Ok(done.subscribed.len())
    }
}

/// Lists the subscribers of a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Subscribers {
    /// The channel.
    channel: param::Channel,
}

impl Action for Subscribers {
    type On = Zulip;
    const NAME: &str = "channel subscribers";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["channel subscribers dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        let (members, everyone) = (on.client.members(channel.stream_id).await?, on.everyone().await?);
        let subscribed = everyone.iter().filter(|it| members.contains(&it.user_id) && it.is_active);
        let lines = subscribed.map(|it| Text::from(it.full_name.as_str())).collect();
        Ok(Reply::to_asker(card::listed(lines, "subscriber")))
    }
}

/// Subscribes you or others to a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Subscribe {
    /// The channel.
    channel: param::Channel,
    /// Whom; you, when nobody is named.
    #[serde(default)]
    people: Vec<Person>,
}

impl Action for Subscribe {
    type On = Zulip;
    const NAME: &str = "channel subscribe";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["channel subscribe dev", "channel subscribe dev people=ana people=ben"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        let people = whom(on, ctx, &self.people).await?;
        let ids: Vec<u64> = people.iter().map(|it| it.user_id).collect();
        let count = on.subscribe(&channel, &ids).await?;
        let already = people.len() - count.min(people.len());
        let already = if already == 0 {
            String::new()
        } else {
            format!(" {already} {} before.", if already == 1 { "was" } else { "were" })
        };
        Ok(card::done(format!("Subscribed {count} to #{}.{already}", channel.name)))
    }
}

async fn whom(on: &Zulip, ctx: &Ctx, people: &[Person]) -> Result<Vec<User>> {
    match people {
        [] => Ok(vec![on.person("people", &Person("me".into()), ctx).await?]),
        people => on.people("people", people, ctx).await,
    }
}

/// Takes you out of a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unsubscribe {
    /// The channel.
    channel: param::Channel,
}

impl Action for Unsubscribe {
    type On = Zulip;
    const NAME: &str = "channel unsubscribe";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["channel unsubscribe dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        let me = on.person("channel", &Person("me".into()), ctx).await?;
        let done = on.client.unsubscribe(&channel.name, &[me.user_id]).await?;
        Ok(match done.removed.is_empty() {
            false => card::done(format!("{} is not subscribed to #{} any more.", me.full_name, channel.name)),
            true => Reply::to_asker(format!("You are not subscribed to #{}.", channel.name)),
        })
    }
}

/// Takes people out of a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The channel.
    channel: param::Channel,
    /// Whom.
    #[schemars(extend("x-named" = true))]
    people: Vec<Person>,
}

impl Action for Remove {
    type On = Zulip;
    const NAME: &str = "channel remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel remove dev people=ben"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        let ids: Vec<u64> = on.people("people", &self.people, ctx).await?.iter().map(|it| it.user_id).collect();
        let done = on.client.unsubscribe(&channel.name, &ids).await?;
        let (count, not) = (done.removed.len(), done.not_removed.len());
        let not = if not == 0 { String::new() } else { format!(" {not} {} not in it.", if not == 1 { "was" } else { "were" }) };
        Ok(card::done(format!("Took {count} out of #{}.{not}", channel.name)))
    }
}

/// Subscribes the bot itself to a channel, so that it sees what is said there.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Join {
    /// The channel.
    channel: param::Channel,
}

impl Action for Join {
    type On = Zulip;
    const NAME: &str = "channel join";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel join dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        let count = on.subscribe(&channel, &[]).await?;
        let before = if count == 0 { ", and was before" } else { "" };
        Ok(card::done(format!("The bot is in #{}{before}.", channel.name)))
    }
}

/// Takes the bot itself out of a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Leave {
    /// The channel.
    channel: param::Channel,
}

impl Action for Leave {
    type On = Zulip;
    const NAME: &str = "channel leave";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel leave dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        let done = on.client.unsubscribe(&channel.name, &[]).await?;
        let before = if done.removed.is_empty() { ", and was not before" } else { "" };
        Ok(card::done(format!("The bot is not in #{}{before}.", channel.name)))
    }
}

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// Changes how the bot's own account sees a channel that it is in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Settings {
    /// The channel.
    channel: param::Channel,
    /// Its colour, `#76ce90`.
    color: Option<String>,
    /// Whether it stands above the others.
    pin: Option<Switch>,
    /// Whether its messages are sent by email, too.
    email: Option<Switch>,
    /// Whether mentions of everybody count.
    wildcards: Option<Switch>,
}

impl Action for Settings {
    type On = Zulip;
    const NAME: &str = "channel settings";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel settings dev pin=on wildcards=off"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let switch = |it: Option<Switch>| it.map(|it| json!(it == Switch::On));
        let color = match self.color.as_deref().map(str::trim) {
            Some(color) if !is_color(color) => {
                return Err(at("color", format!("`{color}` is no colour: write it like #76ce90.")));
            }
            color => color.map(Value::from),
        };
        let all = [
            ("color", color),
            ("pin_to_top", switch(self.pin)),
            ("email_notifications", switch(self.email)),
            ("wildcard_mentions_notify", switch(self.wildcards)),
        ];
        let properties: Vec<(&str, Value)> = all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        if properties.is_empty() {
            return Err(at("pin", "What is to change? Write color=…, pin=…, email=… or wildcards=…."));
        }
        let channel = on.seen(ctx, &self.channel).await?;
        set(on, &channel, &properties).await?;
        Ok(card::done(format!("Changed how the bot sees #{}.", channel.name)))
    }
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|it| matches!(it.len(), 3 | 6) && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

async fn set(on: &Zulip, channel: &Channel, properties: &[(&str, Value)]) -> Result<()> {
    on.client.set_subscription(channel.stream_id, properties).await.map_err(|error| {
        match error.message.contains("Not subscribed") {
            true => at(
                "channel",
                format!("The bot is not in #{}: have it join first, `channel join {}`.", channel.name, channel.name),
            ),
            false => error,
        }
    })
}

/// Mutes a channel for the bot, which then reports nothing of it but topics that are unmuted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Mute {
    /// The channel.
    channel: param::Channel,
}

impl Action for Mute {
    type On = Zulip;
    const NAME: &str = "channel mute";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel mute dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        set(on, &channel, &[("is_muted", json!(true))]).await?;
        Ok(card::done(format!("The bot reports nothing of #{} any more, but for topics that are unmuted.", channel.name)))
    }
}

/// Lets the bot report a channel again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unmute {
    /// The channel.
    channel: param::Channel,
}

impl Action for Unmute {
    type On = Zulip;
    const NAME: &str = "channel unmute";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel unmute dev"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let channel = on.seen(ctx, &self.channel).await?;
        set(on, &channel, &[("is_muted", json!(false))]).await?;
        Ok(card::done(format!("The bot reports #{} again, where it is watched.", channel.name)))
    }
}
