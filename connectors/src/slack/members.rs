//! Who is in a channel.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Tone, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Slack, card, param, resolve::at};

/// Brings people into a channel that the bot is in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Invite {
    /// The channel.
    channel: param::Channel,
    /// Whom.
    #[schemars(extend("x-named" = true))]
    people: Vec<Person>,
}

impl Action for Invite {
    type On = Slack;
    const NAME: &str = "channel invite";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel invite release people=ana,ben"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let channel = on.governed(ctx, &self.channel).await?;
        let mut people = on.people("people", &self.people, ctx).await?;
        // Slack refuses all of them when one is in it already.
        let members = on.client.members(&channel.id).await?;
        people.retain(|it| !members.contains(&it.id));
        if people.is_empty() {
            return Ok(card::done(format!("They are in {} already.", channel.title())));
        }
        let ids: Vec<&str> = people.iter().map(|it| it.id.as_str()).collect();
        on.client.invite(&channel.id, &ids).await?;
        Ok(card::done(format!("{} came into {}.", card::names(&people), channel.title())))
    }
}

/// Takes somebody out of a channel that the bot is in.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Kick {
    /// The channel.
    channel: param::Channel,
    /// Whom.
    #[schemars(extend("x-named" = true))]
    person: Person,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Kick {
    type On = Slack;
    const NAME: &str = "channel kick";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel kick release person=ben"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let channel = on.governed(ctx, &self.channel).await?;
        let person = on.person("person", &self.person, ctx).await?;
        if !on.client.members(&channel.id).await?.contains(&person.id) {
            return Err(at("person", format!("{} is not in {}.", person.title(), channel.title())));
        }
        if !self.sure {
            let back = if channel.is_private { " Only an invitation brings them back." } else { "" };
            let question = format!("{} is taken out of {}.{back} Do it?", person.title(), channel.title());
            return Ok(card::ask_first(ctx, question, "Take out", Self::NAME, &self));
        }
        on.client.kick(&channel.id, &person.id).await?;
        Ok(Reply::to_channel(Message::text(format!("{} is out of {}.", person.title(), channel.title())).tone(Tone::Warning)))
    }
}

/// Brings the bot into a public channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Join {
    /// The channel.
    channel: param::Channel,
}

impl Action for Join {
    type On = Slack;
    const NAME: &str = "channel join";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel join release"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let channel = on.governed(ctx, &self.channel).await?;
        on.client.join(&channel.id).await?;
        on.forget_channels().await;
        Ok(card::done(format!("The bot is in {}.", channel.title())))
    }
}

/// Takes the bot out of a channel.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Leave {
    /// The channel.
    channel: param::Channel,
    /// Do it without asking.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    sure: bool,
}

impl Action for Leave {
    type On = Slack;
    const NAME: &str = "channel leave";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["channel leave release"];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        let channel = on.governed(ctx, &self.channel).await?;
        // Into a public one it can come back by itself.
        if channel.is_private && !self.sure {
            let question = format!("Only an invitation brings the bot back into {}. Leave it?", channel.title());
            return Ok(card::ask_first(ctx, question, "Leave", Self::NAME, &self));
        }
        on.client.leave(&channel.id).await?;
        on.forget_channels().await;
        Ok(card::done(format!("The bot is not in {} any more.", channel.title())))
    }
}
