//! Channels.

use commands::{Action, Audience, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Slack, card,
    client::channels::{Channel, Privacy},
    param,
    resolve::at,
    text,
};

/// Lists the channels that you can see.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those with this word in name or purpose.
    text: Option<String>,
    /// Only those in the archive.
    #[serde(default)]
    archived: bool,
}

impl Action for List {
    type On = Slack;
    const NAME: &str = "channel list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["channel list", "channel list text=release"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let wanted = self.text.unwrap_or_default().trim().to_lowercase();
        let holds = |it: &Channel| [&it.name, &it.purpose.value].iter().any(|text| text.to_lowercase().contains(&wanted));
        let found = on.visible(Some(ctx)).await?.into_iter().filter(|it| it.is_archived == self.archived && holds(it));
        let line = |it: Channel| {
            let mut line = Text::new().bold(it.title());
            if it.is_private {
                line = line.plain(" · private");
            }
            match about(&it) {
                about if about.is_empty() => line,
                about => line.plain(format!(" · {}", card::shorten(&about, 100))),
            }
        };
        let lines: Vec<Text> = found.map(line).collect();
        Ok(Reply::to_asker(card::listed(lines, "channel")))
    }
}

/// What a channel is about: its purpose, else its topic.
fn about(channel: &Channel) -> String {
    let about = [&channel.purpose.value, &channel.topic.value].into_iter().find(|it| !it.is_empty());
    about.map(|it| text::readable(it, &[])).unwrap_or_default()
}

/// Shows a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The channel.
    channel: param::Channel,
}

impl Action for Show {
    type On = Slack;
    const NAME: &str = "channel show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["channel show dev"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let named = on.channel("channel", &self.channel).await?;
        on.may_see(ctx, &named).await?;
        let channel = on.client.channel(&named.id).await?;
        let everyone = on.everyone().await?;
        let url = format!("{}archives/{}", on.me().await?.url, channel.id);
        let mut facts = Vec::new();
        let mut fact = |name: &str, value: Text| facts.push((name.to_owned(), value));
        for (name, value) in [("Topic", &channel.topic.value), ("Purpose", &channel.purpose.value)] {
            if !value.is_empty() {
                fact(name, text::readable(value, &everyone).into());
            }
        }
        fact("Open to", if channel.is_private { "those who are invited" } else { "the workspace" }.into());
        if let Some(members) = channel.num_members {
            fact("Members", members.to_string().into());
        }
        fact("Created", Text::new().time(card::moment(channel.created)));
        fact("The bot", if channel.is_member { "is in it" } else { "is not in it" }.into());
        if channel.is_archived {
            fact("State", "archived".into());
        }
        let mut message = Message::new().heading(channel.title()).paragraph(Text::new().link(url, "Open in Slack")).facts(facts);
        if !channel.is_archived {
            message = message.buttons(vec![Button::form("Post", ctx.call("message post", json!({ "channel": channel.id })))]);
        }
        Ok(Reply::new(message, if channel.is_private { Audience::Private } else { Audience::Asker }))
    }
}

/// Creates a channel, with the bot and you in it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name: lower-case letters, digits, - and _.
    name: String,
    /// Only for those who are invited.
    #[serde(default)]
    private: bool,
    /// What it is for.
    purpose: Option<String>,
}

/// Slack's rule for names. <https://docs.slack.dev/reference/methods/conversations.create#naming>
fn name(text: &str) -> Result<String> {
    let name = text.trim().trim_start_matches('#').to_lowercase().replace(' ', "-");
    let valid = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
    match (1..=80).contains(&name.chars().count()) && name.chars().all(valid) {
        true => Ok(name),
        false => Err(at("name", format!("`{text}` is no name for a channel: lower-case letters, digits, - and _, at most 80."))),
    }
}

/// A text that Slack keeps at a channel, at most 250 characters.
fn kept(field: &str, given: &str) -> Result<String> {
    let given = given.trim();
    match given.chars().count() {
        0..=250 => Ok(text::escaped(given)),
        length => Err(at(field, format!("That has {length} characters, and Slack keeps 250: shorten it."))),
    }
}

impl Action for Create {
    type On = Slack;
    const NAME: &str = "channel create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel create release purpose=\"What ships when\""];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let name = name(&self.name)?;
        let asker = on.asker(ctx).await?;
        if self.private && asker.is_none() {
            let who = "I do not find you in this Slack workspace, and nobody else could let you into a private channel of mine. \
                       See that Slack and this chat know you by the same email address.";
            return Err(Error::new(ErrorKind::Permission, who));
        }
        let purpose = self.purpose.as_deref().map(|it| kept("purpose", it)).transpose()?;
        let privacy = if self.private { Privacy::Private } else { Privacy::Public };
        let channel = on.client.create_channel(&name, privacy).await?;
        on.forget_channels().await;
        let mut said = format!("Created {}.", channel.title());
        // It is made, whatever becomes of the rest.
        if let Some(asker) = asker
            && let Err(error) = on.client.invite(&channel.id, &[&asker.id]).await
        {
            said.push_str(&format!(" You could not be invited: {}", error.message));
        }
        if let Some(purpose) = purpose.filter(|it| !it.is_empty())
            && let Err(error) = on.client.set_purpose(&channel.id, &purpose).await
        {
            said.push_str(&format!(" Its purpose could not be set: {}", error.message));
        }
        let reply = Message::text(said).tone(Tone::Good);
        Ok(if self.private { Reply::new(reply, Audience::Private) } else { Reply::to_channel(reply) })
    }
}

/// Renames a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rename {
    /// The channel.
    channel: param::Channel,
    /// Its new name.
    name: String,
}

impl Action for Rename {
    type On = Slack;
    const NAME: &str = "channel rename";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel rename release shipping"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let name = name(&self.name)?;
        let channel = on.governed(ctx, &self.channel).await?;
        let renamed = on.client.rename_channel(&channel.id, &name).await?;
        on.forget_channels().await;
        Ok(card::done(format!("{} is {} now.", channel.title(), renamed.title())))
    }
}

impl Slack {
    /// A channel that the asker administers by the bot: one that they can see in Slack themselves.
    pub(super) async fn governed(&self, ctx: &Ctx, channel: &param::Channel) -> Result<Channel> {
        let channel = self.channel("channel", channel).await?;
        self.may_see(ctx, &channel).await?;
        match channel.is_direct() {
            true => Err(at("channel", "That is a direct conversation, and no channel.")),
            false => Ok(channel),
        }
    }
}

/// Sets a channel's topic, which stands in its header.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Topic {
    /// The channel.
    channel: param::Channel,
    /// The topic.
    topic: String,
}

impl Action for Topic {
    type On = Slack;
    const NAME: &str = "channel topic";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel topic dev Freeze until Monday"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let topic = kept("topic", &self.topic)?;
        let channel = on.governed(ctx, &self.channel).await?;
        on.client.set_topic(&channel.id, &topic).await?;
        on.forget_channels().await;
        Ok(card::done(format!("{} has a new topic.", channel.title())))
    }
}

/// Sets what a channel is for.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Purpose {
    /// The channel.
    channel: param::Channel,
    /// What it is for.
    purpose: String,
}

impl Action for Purpose {
    type On = Slack;
    const NAME: &str = "channel purpose";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel purpose dev What we build"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let purpose = kept("purpose", &self.purpose)?;
        let channel = on.governed(ctx, &self.channel).await?;
        on.client.set_purpose(&channel.id, &purpose).await?;
        on.forget_channels().await;
        Ok(card::done(format!("{} has a new purpose.", channel.title())))
    }
}

/// Archives a channel: nobody can write in it any more.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Archive {
    /// The channel.
    channel: param::Channel,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Archive {
    type On = Slack;
    const NAME: &str = "channel archive";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel archive release"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let channel = on.governed(ctx, &self.channel).await?;
        if !self.sure {
            let question = format!(
                "Nobody can write in {} then, and Slack lets only people bring it back, not the bot. Archive it?",
                channel.title()
            );
            return Ok(card::ask_first(ctx, question, "Archive", Self::NAME, &self));
        }
        on.client.archive(&channel.id).await?;
        on.forget_channels().await;
        Ok(Reply::to_channel(Message::text(format!("{} is archived.", channel.title())).tone(Tone::Warning)))
    }
}

/// Brings a channel back from the archive, where Slack lets the bot.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unarchive {
    /// The channel.
    channel: param::Channel,
}

impl Action for Unarchive {
    type On = Slack;
    const NAME: &str = "channel unarchive";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel unarchive release"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let channel = on.governed(ctx, &self.channel).await?;
        // Slack's own page: bot tokens "cannot currently be used" for this, since archiving takes the bot out.
        on.client.unarchive(&channel.id).await.map_err(|mut error| {
            if matches!(error.code.as_deref(), Some("not_in_channel" | "channel_not_found" | "restricted_action")) {
                error.message = format!(
                    "Slack does not let bots bring {} back. In Slack, open it and choose its name → Settings → Unarchive.",
                    channel.title()
                );
            }
            error
        })?;
        on.forget_channels().await;
        Ok(card::done(format!("{} is open again.", channel.title())))
    }
}
