//! What is attached to cards: files, which Trello keeps, and links.

use bytes::Bytes;
use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Trello, param,
    problem::{self, at},
    view,
    wire::Attachment,
};
use crate::{
    file,
    words::{instead, same, segment, size},
};

fn line(it: &Attachment) -> Text {
    let text = Text::new().link(&it.url, &it.name);
    match (it.is_upload, it.bytes) {
        (true, Some(bytes)) => text.plain(format!(" · {}", size(bytes))),
        (true, None) => text,
        (false, _) => text.plain(" · link"),
    }
}

/// Lists what is attached to a card.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The card.
    card: param::Card,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for List {
    type On = Trello;
    const NAME: &str = "attachment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["attachment list r33ylX2Z"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        if card.attachments.is_empty() {
            return Ok(Reply::to_channel(format!("Nothing is attached to “{}”.", card.name)));
        }
        let heading = format!("{} of “{}”", view::count(card.attachments.len(), "attachment"), card.name);
        let mut message = Message::text(heading).list(card.attachments.iter().map(line).collect());
        let button = |it: &Attachment| {
            Button::run(it.name.as_str(), ctx.call(Download::NAME, json!({ "card": card.short_link, "name": it.name })))
        };
        let options: Vec<Button> = card.attachments.iter().filter(|it| it.is_upload).map(button).collect();
        if !options.is_empty() {
            message = message.block(commands::Block::Menu { label: "Bring here".into(), options });
        }
        Ok(Reply::to_channel(message))
    }
}

/// Brings a file of a card into the chat, up to 8 MB.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The card.
    card: param::Card,
    /// The file's name, where there are several.
    name: Option<String>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Download {
    type On = Trello;
    const NAME: &str = "attachment download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["attachment download r33ylX2Z", "attachment download r33ylX2Z name=fire.txt"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let files: Vec<&Attachment> = card.attachments.iter().filter(|it| it.is_upload).collect();
        let of = format!("“{}”", card.name);
        let kept = *file::chosen(&files, "file", &of, self.name.as_deref(), |it| &it.name)?;
        let said = Text::new().link(&kept.url, &kept.name).plain(format!(" of {of}"));
        file::handed(said, &kept.name, kept.bytes, on.file_of(&card.id, kept)).await
    }
}

/// Takes an attachment off a card, for good. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The card.
    card: param::Card,
    /// What it is called.
    name: String,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Trello;
    const NAME: &str = "attachment delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["attachment delete r33ylX2Z fire.txt"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let named = |it: &&Attachment| same(&it.name, &self.name) || it.id == self.name.trim();
        let Some(kept) = card.attachments.iter().rev().find(named) else {
            let names: Vec<&str> = card.attachments.iter().map(|it| it.name.as_str()).collect();
            let there = instead("attachment", &self.name, &names);
            return Err(at("name", format!("“{}” has no attachment `{}`.{there}", card.name, self.name.trim())));
        };
        if self.confirm.is_none() {
            let what = format!("{} would be deleted from “{}” (#{}).", kept.name, card.name, card.id_short);
            let params = json!({ "card": card.short_link, "name": kept.id });
            return Ok(view::ask(ctx, Self::NAME, params, "Delete the attachment", &what));
        }
        on.delete(&format!("/1/cards/{}/attachments/{}", card.id, kept.id)).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Deleted {} from #{}.", kept.name, card.id_short)).await)
    }
}

impl Trello {
    /// Trello hands a file out to who shows key and token in the header, and sends on to where it lies:
    /// <https://community.developer.atlassian.com/t/update-authenticated-access-to-s3/43681>.
    async fn file_of(&self, card: &str, file: &Attachment) -> Result<Bytes> {
        let name = segment(file.file_name.as_deref().unwrap_or(&file.name));
        let request = self.http.get(&format!("/1/cards/{card}/attachments/{}/download/{name}", file.id));
        request.send_for_file(commands::File::LIMIT).await.map_err(problem::explain)
    }
}
