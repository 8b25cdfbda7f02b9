//! `file show`.

use commands::{Action, Audience, Ctx, Effect, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::drive::{
    Drive, card, names,
    param::{FileRef, id_in, unwrapped},
};

/// Shows a file or folder, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// A link, an id, a name, or a path such as Apollo/Brief.
    file: FileRef,
}

impl Action for Show {
    type On = Drive;
    const NAME: &str = "file show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file show Brief", "file show Apollo/Design"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let text = unwrapped(&self.file.0);
        let link = id_in(text).map(|id| (text, id));
        let file = match &link {
            // The commonest way, which also works while Drive is out of reach.
            Some((_, id)) => match acting.look(id).await.map_err(|it| names::at_field(it, "file"))? {
                file if file.shortcut_details.is_some() => acting.find("file", &self.file).await?,
                file => file,
            },
            None => acting.find("file", &self.file).await?,
        };
        let pasted = link.as_ref().filter(|(_, id)| *id == file.id).map(|(link, _)| *link);
        let shown = card::card(&acting, &file, ctx, pasted).await;
        let reply = card::reply(&file, ctx, Message::new(), shown);
        // What the bot may see, whoever shares a link may perhaps not: its card is not for a whole channel.
        let audience = if link.is_some() && acting.account.is_none() { Audience::Asker } else { reply.audience };
        Ok(Reply { audience, ..reply })
    }
}
