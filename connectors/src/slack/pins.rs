//! What stays in sight in a channel: pinned messages and bookmarks.

use commands::{Action, Ctx, Effect, Reply, Result, Text, param::Link};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Slack, card, client::items::Change, param, resolve::at};

/// Pins a message to its channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The link to it.
    message: param::MessageRef,
}

impl Action for Add {
    type On = Slack;
    const NAME: &str = "pin add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pin add https://example.slack.com/archives/C024BE91L/p1482960137003543"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let (channel, ts) = on.acted_on(ctx, &self.message).await?;
        let before = match on.client.pin(&channel.id, &ts).await? {
            Change::Made => "",
            Change::Unneeded => " It was before.",
        };
        let text = Text::new().link(self.message.0.trim(), "The message");
        Ok(card::done(text.plain(format!(" is pinned to {}.{before}", channel.title()))))
    }
}

/// Takes a pinned message down.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The link to it.
    message: param::MessageRef,
}

impl Action for Remove {
    type On = Slack;
    const NAME: &str = "pin remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pin remove https://example.slack.com/archives/C024BE91L/p1482960137003543"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let (channel, ts) = on.acted_on(ctx, &self.message).await?;
        let before = match on.client.unpin(&channel.id, &ts).await? {
            Change::Made => "",
            Change::Unneeded => " It was not before.",
        };
        let text = Text::new().link(self.message.0.trim(), "The message");
        Ok(card::done(text.plain(format!(" is not pinned to {}.{before}", channel.title()))))
    }
}

/// Puts a link into a channel's header.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Bookmark {
    /// The link.
    link: Link,
    /// What people read.
    title: String,
    /// The channel.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
}

impl Action for Bookmark {
    type On = Slack;
    const NAME: &str = "bookmark add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["bookmark add https://wiki.example.org/rota The rota channel=ops"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let title = self.title.trim();
        if title.is_empty() {
            return Err(at("title", "What is it called? Write a title."));
        }
        let channel = on.spoken(ctx, &self.channel).await?;
        on.client.bookmark(&channel.id, title, self.link.0.trim()).await?;
        Ok(card::done(Text::new().link(self.link.0.trim(), title).plain(format!(" is bookmarked in {}.", channel.title()))))
    }
}
