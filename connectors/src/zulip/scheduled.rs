//! Messages for later.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Markdown};
use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Zulip, card, client::messages::Recipient, param, resolve::at};

/// Sends a message to a channel at a later time.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Schedule {
    /// What to say, in Zulip's Markdown.
    text: Markdown,
    /// Where to.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
    /// What it is about.
    #[schemars(extend("x-named" = true))]
    topic: param::Topic,
    /// When: `+2h`, `+1d`, `2026-12-01 09:00` (UTC), or a time with its zone.
    #[schemars(extend("x-named" = true))]
    at: String,
}

impl Action for Schedule {
    type On = Zulip;
    const NAME: &str = "message schedule";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["message schedule Freeze begins channel=dev topic=release at=+2h"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let when = moment(&self.at, ctx.now)?;
        let content = on.content("text", &self.text.0, ctx)?;
        let (channel, topic) = on.place(ctx, &self.channel, &self.topic).await?;
        let to = Recipient::topic(channel.stream_id, topic.clone());
        let id = on.client.schedule(&to, &content, when).await?;
        let text = Text::new().plain(format!("Zulip sends it to #{} > {topic} at ", channel.name)).time(when).plain(".");
        let cancel = Button::run("Cancel", ctx.call("scheduled cancel", json!({ "id": id })));
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good).buttons(vec![cancel])))
    }
}

fn moment(text: &str, now: Timestamp) -> Result<Timestamp> {
    let text = text.trim();
    let found = match text.strip_prefix('+') {
        Some(span) => {
            span.parse::<Span>().ok().and_then(|it| now.to_zoned(TimeZone::UTC).checked_add(it).ok()).map(|it| it.timestamp())
        }
        None => text.parse::<Timestamp>().ok().or_else(|| {
            let civil: DateTime = text.replacen(' ', "T", 1).parse().ok()?;
            civil.to_zoned(TimeZone::UTC).ok().map(|it| it.timestamp())
        }),
    };
    match found {
        Some(at) if at > now => Ok(at),
        Some(_) => Err(at("at", format!("`{text}` is over already: name a time to come."))),
        None => Err(at("at", format!("`{text}` is no time. Write +2h, +1d, 2026-12-01 09:00 (UTC), or 2026-12-01T09:00+01:00."))),
    }
}

/// Lists what the bot sends later.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Zulip;
    const NAME: &str = "scheduled list";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["scheduled list"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        let all = on.client.scheduled().await?;
        let channels = on.client.channels().await?;
        let line = |it: &super::client::scheduled::Scheduled| {
            let channel = it.to.as_u64().and_then(|id| channels.iter().find(|it| it.stream_id == id));
            let place = match channel {
                Some(channel) => format!("#{} > {}", channel.name, it.topic.as_deref().unwrap_or_default()),
                None => "people".to_owned(),
            };
            let failed = if it.failed { " · could not be sent" } else { "" };
            let text = card::shorten(it.content.lines().next().unwrap_or_default(), 80);
            Text::new()
                .plain(format!("{} · ", it.scheduled_message_id))
                .time(card::moment(it.scheduled_delivery_timestamp))
                .plain(format!(" · {place} · {text}{failed}"))
        };
        Ok(Reply::to_asker(card::listed(all.iter().map(line).collect(), "message")))
    }
}

/// Keeps a message from being sent.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cancel {
    /// Its number, as scheduling it or the list showed.
    id: u64,
}

impl Action for Cancel {
    type On = Zulip;
    const NAME: &str = "scheduled cancel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["scheduled cancel 12"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        on.client.unschedule(self.id).await?;
        Ok(card::done(format!("Message {} is not sent.", self.id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
        for (text, expected) in [
            ("+2h", Some("2026-11-21T12:00:00Z")),
            ("+1d", Some("2026-11-22T10:00:00Z")),
            ("2026-12-01 09:00", Some("2026-12-01T09:00:00Z")),
            ("2026-12-01T09:00:00+01:00", Some("2026-12-01T08:00:00Z")),
            ("2026-11-01 09:00", None),
            ("soon", None),
        ] {
            assert_eq!(moment(text, now).ok().map(|it| it.to_string()), expected.map(str::to_owned), "{text}");
        }
    }
}
