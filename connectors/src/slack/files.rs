//! Files.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone, param::File};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Slack, client::messages::Place, param, resolve::at};

/// Uploads a file and shares it in a channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Upload {
    /// The file: attached in chat, or a public link to it.
    file: File,
    /// Where to.
    #[schemars(extend("x-named" = true))]
    channel: param::Channel,
    /// What to say with it.
    comment: Option<String>,
    /// The link to a message of the thread to share it in.
    thread: Option<param::MessageRef>,
}

impl Action for Upload {
    type On = Slack;
    const NAME: &str = "file upload";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["file upload https://example.org/report.pdf channel=dev comment=\"The report\""];

    async fn run(self, on: &Slack, ctx: &Ctx) -> Result<Reply> {
        // Slack's own comment says for whom it was uploaded where nothing else does.
        let comment = match self.comment.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            Some(comment) => Some(on.content("comment", comment, ctx)?),
            None if on.sign => Some(on.content("comment", "A file", ctx)?),
            None => None,
        };
        let channel = on.spoken(ctx, &self.channel).await?;
        let thread = on.thread(&channel, self.thread.as_ref())?;
        let file = ctx.host.download(&self.file.0).await?;
        if file.bytes.is_empty() {
            return Err(at("file", format!("{} is empty, and Slack takes no empty files.", file.name)));
        }
        let name: String = file.name.replace(['/', '\\'], "-").chars().take(255).collect();
        let place = Place { channel: &channel.id, thread: thread.as_deref(), broadcast: false };
        let link = on.client.share(&name, file.bytes, place, comment.as_deref()).await?;
        let text = match link {
            Some(link) => Text::new().plain("Shared ").link(link, name),
            None => Text::new().plain(format!("Shared {name}")),
        };
        Ok(Reply::to_asker(Message::text(text.plain(format!(" in {}.", channel.title()))).tone(Tone::Good)))
    }
}
