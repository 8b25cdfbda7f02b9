//! Files.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone, param::File};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Zulip,
    client::{messages::Recipient, uploads},
    link, param,
    resolve::at,
};

/// Stores a file in Zulip, and posts it where a channel is named.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Upload {
    /// The file: attached in chat, or a public link to it.
    file: File,
    /// Where to post it.
    channel: Option<param::Channel>,
    /// What that is about.
    topic: Option<param::Topic>,
}

impl Action for Upload {
    type On = Zulip;
    const NAME: &str = "file upload";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file upload https://example.org/report.pdf channel=dev topic=build"];

    async fn run(self, on: &Zulip, ctx: &Ctx) -> Result<Reply> {
        let place = match (&self.channel, &self.topic) {
            (Some(channel), Some(topic)) => Some(on.place(ctx, channel, topic).await?),
            (Some(_), None) => return Err(at("topic", "A message in a channel needs a topic: write what it is about.")),
            (None, Some(_)) => return Err(at("channel", "Which channel is the topic in?")),
            (None, None) => None,
        };
        let file = ctx.host.download(&self.file.0).await?;
        if file.bytes.len() > uploads::LARGEST {
            return Err(at("file", format!("{} is larger than the 100 MiB that Zulip takes.", file.name)));
        }
        let path = on.client.upload(&file.name, &file.content_type, &file.bytes).await?;
        let site = on.client.site();
        let mut text = Text::new().plain("Stored ").link(format!("{site}{path}"), &file.name).plain(".");
        if let Some((channel, topic)) = place {
            // A bracket would end the link's text.
            let name: String = file.name.chars().filter(|it| !"[]".contains(*it)).collect();
            let content = on.content("file", &format!("[{name}]({path})"), ctx)?;
            let to = Recipient::topic(channel.stream_id, topic.clone());
            let id = on.client.send(&to, &content, None).await?;
            let url = link::address(site, (channel.stream_id, &channel.name), Some(&topic), Some(id));
            text = text.plain(" Posted it in ").link(url, format!("#{} > {topic}", channel.name)).plain(".");
        }
        Ok(Reply::to_asker(Message::text(text).tone(Tone::Good)))
    }
}

/// Makes a link to a file in Zulip that opens without signing in, for about a minute.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Open {
    /// The file's link, as in the message that holds it.
    file: String,
}

impl Action for Open {
    type On = Zulip;
    const NAME: &str = "file link";
    /// Whoever has the link has the file, and the bot may read what the asker may not.
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["file link /user_uploads/2/ab/report.pdf"];

    async fn run(self, on: &Zulip, _: &Ctx) -> Result<Reply> {
        let url = on.client.open_link(self.file.trim()).await?;
        let text = Text::new().link(url, "Open the file").plain(" within a minute. Whoever has this link has the file.");
        Ok(Reply::new(Message::text(text), commands::Audience::Private))
    }
}
