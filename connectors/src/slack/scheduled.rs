//! Messages for later.

use commands::{
    Action, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone,
    param::{Markdown, Moment},
};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Slack, card, client::messages::Scheduled, param, resolve::at, text};

/// <https://docs.slack.dev/reference/methods/chat.scheduleMessage>
const FURTHEST: SignedDuration = SignedDuration::from_hours(120 * 24);

/// Posts a message to a channel at a later time.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Schedule {
    /// What to say. Mentions are shown as text, and ring nobody.
    text: Markdown,
    /// Where to.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
    /// When, within 120 days: `+2h`, `tomorrow 9:00`, `2026-12-01 09:00`.
    #[schemars(extend("x-named" = true))]
    at: Moment,
}

impl Action for Schedule {
    type On = Slack;
    const NAME: &str = "message schedule";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message schedule Freeze begins channel=dev at=2026-12-01T09:00:00Z"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let when = self.at.0;
        if when <= ctx.now {
            return Err(at("at", "That time is over already: name a time to come."));
        }
        if when.duration_since(ctx.now) >= FURTHEST {
            return Err(at("at", "Slack keeps messages for at most 120 days: name an earlier time."));
        }
        let content = on.content("text", &self.text.0, ctx)?;
        let channel = on.spoken(ctx, &self.channel).await?;
        let id = on.client.schedule(&channel.id, &content, when).await?;
        let text = Text::new().plain(format!("Slack posts it in {} at ", channel.title())).time(when).plain(".");
        let cancel = Button::run("Cancel", ctx.call("scheduled cancel", json!({ "id": id })));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good).buttons(vec![cancel])))
    }
}

/// Lists what the bot posts later in a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The channel.
    channel: param::Channel,
}

impl Action for List {
    type On = Slack;
    const NAME: &str = "scheduled list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["scheduled list dev"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        // What is not said yet is for those who will hear it.
        let channel = on.spoken(ctx, &self.channel).await?;
        let mut all = on.client.scheduled(Some(&channel.id)).await?;
        all.sort_by_key(|it| it.post_at);
        let line = |it: &Scheduled| {
            let said = text::readable(it.text.lines().next().unwrap_or_default(), &[]);
            Text::new().plain(format!("{} · ", it.id)).time(card::moment(it.post_at)).plain(format!(
                " · {} · {}",
                channel.title(),
                card::shorten(&said, 80)
            ))
        };
        Ok(Reply::to_asker(card::listed(all.iter().map(line).collect(), "message")))
    }
}

/// Keeps a message from being posted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cancel {
    /// Its number, as scheduling it or the list showed.
    id: String,
}

impl Action for Cancel {
    type On = Slack;
    const NAME: &str = "scheduled cancel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["scheduled cancel Q1298393284"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let id = self.id.trim();
        let all = on.client.scheduled(None).await?;
        let found = all.iter().find(|it| it.id == id);
        let found =
            found.ok_or_else(|| Error::not_found(format!("There is no message `{id}` for later, or it is posted by now.")))?;
        let channel = on.client.channel(&found.channel_id).await?;
        on.may_speak(ctx, &channel).await?;
        on.client.unschedule(&channel.id, id).await?;
        Ok(card::done(format!("Message {id} is not posted in {}.", channel.title())))
    }
}
