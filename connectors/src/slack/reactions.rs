//! Reactions.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Slack, card,
    client::{channels::Channel, items::Change},
    param,
    resolve::at,
};

impl Slack {
    /// Where a message is, in a channel that the asker may have the bot act in; and its `ts`.
    pub(super) async fn acted_on(&self, ctx: &Ctx, message: &param::MessageRef) -> Result<(Channel, String)> {
        let place = self.place("message", message)?;
        let channel = self.client.channel(&place.channel).await?;
        self.may_speak(ctx, &channel).await?;
        Ok((channel, place.message.unwrap_or_default()))
    }
}

/// An emoji's name: `tada` of `:tada:`.
fn emoji(text: &str) -> Result<String> {
    let name = text.trim().trim_matches(':').to_lowercase();
    let valid = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-' | '+' | '\'' | ':');
    match !name.is_empty() && name.chars().all(valid) {
        true => Ok(name),
        false => Err(at("emoji", format!("`{text}` is no emoji's name. Write it as in Slack: tada, or :tada:."))),
    }
}

/// Adds the bot's reaction to a message.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The link to it.
    message: param::MessageRef,
    /// The emoji, by its name in Slack: `thumbsup`, `tada`.
    emoji: String,
}

impl Action for Add {
    type On = Slack;
    const NAME: &str = "reaction add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reaction add https://example.slack.com/archives/C024BE91L/p1482960137003543 tada"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let emoji = emoji(&self.emoji)?;
        let (channel, ts) = on.acted_on(ctx, &self.message).await?;
        let before = match on.client.react(&channel.id, &ts, &emoji).await? {
            Change::Made => "",
            Change::Unneeded => " It was there before.",
        };
        let text = Text::new().plain("Reacted to ").link(self.message.0.trim(), "the message");
        Ok(card::done(text.plain(format!(" in {} with {emoji}.{before}", channel.title()))))
    }
}

/// Takes the bot's reaction back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The link to the message.
    message: param::MessageRef,
    /// The emoji, by its name in Slack.
    emoji: String,
}

impl Action for Remove {
    type On = Slack;
    const NAME: &str = "reaction remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reaction remove https://example.slack.com/archives/C024BE91L/p1482960137003543 tada"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let emoji = emoji(&self.emoji)?;
        let (channel, ts) = on.acted_on(ctx, &self.message).await?;
        let before = match on.client.unreact(&channel.id, &ts, &emoji).await? {
            Change::Made => "",
            Change::Unneeded => " There was none.",
        };
        let text = Text::new().plain(format!("Took my {emoji} back from ")).link(self.message.0.trim(), "the message");
        Ok(card::done(text.plain(format!(" in {}.{before}", channel.title()))))
    }
}
