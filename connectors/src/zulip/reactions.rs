//! Reactions.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Zulip, card, client::reactions::Change, param, resolve::at};

/// Adds the bot's reaction to a message.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// Its number, or a link to it.
    message: param::MessageRef,
    /// The emoji, by its name in Zulip: `thumbs_up`, `tada`.
    emoji: String,
}

impl Action for Add {
    type On = Zulip;
    const NAME: &str = "reaction add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reaction add 101 tada"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let emoji = name(&self.emoji)?;
        let message = on.readable(ctx, &self.message).await?;
        let made = on.client.react(message.id, &emoji).await.map_err(|error| no_emoji(error, &emoji))?;
        let again = if made == Change::Unneeded { " It was there before." } else { "" };
        Ok(card::done(format!("Reacted to #{} with {emoji}.{again}", message.id)))
    }
}

/// Takes the bot's reaction to a message back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// Its number, or a link to it.
    message: param::MessageRef,
    /// The emoji, by its name in Zulip.
    emoji: String,
}

impl Action for Remove {
    type On = Zulip;
    const NAME: &str = "reaction remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reaction remove 101 tada"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let emoji = name(&self.emoji)?;
        let message = on.readable(ctx, &self.message).await?;
        let made = on.client.unreact(message.id, &emoji).await.map_err(|error| no_emoji(error, &emoji))?;
        let again = if made == Change::Unneeded { " There was none." } else { "" };
        Ok(card::done(format!("Took the {emoji} back from #{}.{again}", message.id)))
    }
}

/// Lists who reacted to a message, and how.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Its number, or a link to it.
    message: param::MessageRef,
}

impl Action for List {
    type On = Zulip;
    const NAME: &str = "reaction list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["reaction list 101"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let message = on.readable(ctx, &self.message).await?;
        let everyone = on.everyone().await?;
        let who = |id: u64| everyone.iter().find(|it| it.user_id == id).map_or("somebody", |it| it.full_name.as_str());
        let lines = message.reactions.iter().map(|it| Text::from(format!(":{}: {}", it.emoji_name, who(it.user_id))));
        Ok(Reply::to_asker(card::listed(lines.collect(), "reaction")))
    }
}

fn name(typed: &str) -> Result<String> {
    let name = typed.trim().trim_matches(':').to_lowercase().replace([' ', '-'], "_");
    // `-1` is an emoji's name, and so is `+1`.
    let name = if typed.trim().trim_matches(':') == "-1" { "-1".to_owned() } else { name };
    if name.is_empty() || !name.chars().all(|it| it.is_alphanumeric() || "_+-".contains(it)) {
        return Err(at("emoji", format!("`{typed}` is no name of an emoji. Write it as in Zulip: thumbs_up, tada, +1.")));
    }
    Ok(name)
}

fn no_emoji(error: commands::Error, emoji: &str) -> commands::Error {
    match error.message.contains("does not exist") {
        true => at("emoji", format!("Zulip has no emoji `{emoji}`. Type : in Zulip to see their names.")),
        false => error,
    }
}
