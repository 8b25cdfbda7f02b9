//! Why something was told, or was not: of a message, of an object, or of what a filter would have done.
//!
//! What was told is written down with the rule that let it pass. Why something was not told is found by asking the
//! subscriptions again. Who may not administer the bot is told only of what this channel hears of.

mod asked;
mod nothing;
mod object;
mod rehearsal;

use commands::{Action, Ctx, Effect, Error, Message, Reply, Result, Text};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use self::asked::Asked;
use super::unreadable;
use crate::{
    app::App,
    chat::Place,
    config::Subscription,
    notify::news::{Kept, Stands},
    people::PersonId,
};

/// How far back is asked: as long as deliveries are kept.
const DAYS: i64 = 7;

/// Say why something was told here, or was not.
#[derive(Deserialize, JsonSchema)]
pub struct Why {
    /// A link to a message, an object's address or key, or `PR 512`; this channel's last message, when it is left out.
    #[schemars(extend("x-positional" = true))]
    what: Option<String>,
    /// Only say what would have been told in the last seven days.
    #[serde(default)]
    dry_run: bool,
    /// With dry_run: the filter to try; without one, those of this channel.
    filter: Option<String>,
    /// With dry_run: the hook or connection.
    #[schemars(extend("x-lookup" = "source"))]
    from: Option<String>,
}

impl Action for Why {
    type On = App;
    const NAME: &str = "why";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["why", "why PR 512", "why https://github.com/acme/widgets/pull/512", "why --dry-run from=ci filter=label:urgent"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        if self.dry_run || self.filter.is_some() {
            let message = rehearsal::rehearsed(app, ctx, self.from.as_deref(), self.filter.as_deref()).await?;
            return Ok(Reply::to_asker(message));
        }
        let here = Here::of(app, ctx).await;
        let message = match Asked::read(self.what.as_deref().unwrap_or_default()) {
            Asked::Last => {
                let last = app.store.posted_last(&ctx.actor.platform, &here.names).await.map_err(unreadable)?;
                let last = last.ok_or_else(|| {
                    let text = "Nothing was reported in this channel in the last seven days. Name what you wonder about: a link to a message, an object's address, or `PR 512`.";
                    Error::not_found(text)
                })?;
                of_message(app, ctx, &here, &last).await?
            }
            Asked::Message { platform, channel, id } => {
                let found = app.store.posted_as(platform, &id).await.map_err(unreadable)?;
                // A chat's ids are unique in a channel; the configuration may know the channel by its name.
                let is_in = |it: &&Stands| {
                    channel.as_deref().is_none_or(|channel| it.landed.channel == channel || it.landed.channel.starts_with('#'))
                };
                let stands = found.iter().find(is_in).ok_or_else(|| {
                    Error::not_found("That message told of nothing that happened: it answers a command, or is older than seven days, or is not mine.")
                })?;
                of_message(app, ctx, &here, stands).await?
            }
            Asked::Object(object) => object::told(app, ctx, &here, &object).await?,
        };
        Ok(Reply::to_asker(message))
    }
}

/// Where it is asked.
pub(super) struct Here {
    /// All that this channel goes by: its id, and its names as the configuration may say them.
    pub names: Vec<String>,
    is_admin: bool,
    platform: String,
}

impl Here {
    async fn of(app: &App, ctx: &Ctx) -> Here {
        let place = ctx.channel.as_deref().and_then(Place::of_channel_key);
        let platform = place.as_ref().map_or(&ctx.actor.platform, |it| &it.platform).clone();
        let mut names: Vec<String> = place.iter().map(|it| it.channel.clone()).collect();
        if let (Some(place), Some(chat)) = (place, app.platforms.get(&platform)) {
            match chat.names_of(&place.workspace, &place.channel).await {
                Ok(known) => {
                    names.extend(known.into_iter().map(|it| if platform == "zulip" { format!("channel:{it}") } else { it }))
                }
                Err(err) => tracing::debug!("A channel's names cannot be asked for: {err}"),
            }
        }
        Here { names, is_admin: ctx.actor.admin, platform }
    }

    /// Whether a subscription is this channel's.
    pub fn hears(&self, subscription: &Subscription) -> bool {
        let place = subscription.to.place();
        place.platform == self.platform && self.names.contains(&place.channel)
    }

    /// Whether who asks may hear of these news: an administrator, or somebody in a channel that hears of the source.
    pub fn may_hear(&self, app: &App, kept: &Kept) -> bool {
        self.is_admin || app.subscriptions.all().iter().any(|it| it.from == kept.news.event.source && self.hears(it))
    }

    /// What was decided for others is not for everybody's eyes.
    pub fn may_see(&self, to: &str) -> bool {
        // `slack:T1/C1`, `zulip:https://chat.example.org/3>topic`
        let place = to.split('>').next().unwrap_or(to);
        let is_it = |name: &String| {
            let name = name.trim_start_matches("channel:");
            place.rsplit_once('/').map_or_else(|| place == format!("{}:{name}", self.platform), |(_, channel)| channel == name)
        };
        self.is_admin || (place.starts_with(&self.platform) && self.names.iter().any(is_it))
    }
}

fn since(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What a message tells, and all that led to it.
async fn of_message(app: &App, ctx: &Ctx, here: &Here, stands: &Stands) -> Result<Message> {
    let message = stands.landed.message.clone().unwrap_or_default();
    let all = app.store.posted_as(&stands.landed.platform, &message).await.map_err(unreadable)?;
    let same = all.iter().filter(|it| it.landed.channel == stands.landed.channel);
    let mut keys: Vec<String> = same.map(|it| it.landed.key.trim_end_matches(":elsewhere").to_owned()).collect();
    if keys.is_empty() {
        keys.push(stands.landed.key.clone());
    }
    let news = app.store.news_of_posts(&keys).await.map_err(unreadable)?;
    if news.is_empty() {
        return Err(Error::not_found("What this message told of is forgotten: that is kept for seven days."));
    }
    if !news.iter().any(|it| here.may_hear(app, it)) {
        return Err(Error::not_found("This channel hears nothing of what that message tells."));
    }
    let heading = match news.len() {
        1 => "This message tells of one event".to_owned(),
        n => format!("This message tells of {n} events"),
    };
    let mut told = Message::new().heading(heading);
    told = object::events(app, here, news.iter().rev().take(object::SHOWN), told, &keys).await?;
    if news.len() > object::SHOWN {
        told = told.context(format!("… and {} more.", news.len() - object::SHOWN));
    }
    Ok(personal(app, ctx, &news[0].news.event.source, told).await)
}

/// With what keeps it from being sent to the asker alone, if anything does.
async fn personal(app: &App, ctx: &Ctx, source: &str, message: Message) -> Message {
    let person = PersonId::from(&ctx.actor);
    let mutes = app.people.mutes(&person, ctx.now).await.unwrap_or_default();
    if let Some(mute) = mutes.iter().find(|it| it.source == source || it.source == "all") {
        let text = Text::new().plain("You muted ").code(mute.source.clone()).plain(": it is not sent to you directly");
        return message.context(match mute.until {
            Some(until) => text.plain(" until ").time(until).plain("."),
            None => text.plain("."),
        });
    }
    let quiet = match app.reader(&person).await {
        Ok(reader) => reader.quiet_until(ctx.now),
        Err(_) => None,
    };
    match quiet {
        Some(until) => message
            .context(Text::new().plain("You are in your quiet hours: what is for you alone waits until ").time(until).plain(".")),
        None => message,
    }
}
