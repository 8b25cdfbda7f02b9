//! What is put to a card, and its end: `card comment`, `attach`, `delete`.

use commands::{
    Action, Ctx, Download, Effect, Reply, Result,
    param::{File, Link, Markdown},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    http::Part,
    trello::{Trello, api, param, problem, view},
};

/// Comments on a card.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The card.
    card: param::Card,
    /// What to say.
    text: Markdown,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Comment {
    type On = Trello;
    const NAME: &str = "card comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card comment r33ylX2Z The fire is out."];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let text = self.text.0.trim();
        if text.is_empty() {
            return Err(problem::at("text", "A comment needs words."));
        }
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let body = json!({ "text": api::sign(ctx, text) });
        on.post::<Value>(&format!("/1/cards/{}/actions/comments", card.id), &body).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Commented on #{}.", card.id_short)).await)
    }
}

/// Attaches a file or a link to a card.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Attach {
    /// The card.
    card: param::Card,
    /// Files from this chat, or public links to some.
    #[serde(default)]
    file: Vec<File>,
    /// A page on the web; only its address is kept.
    link: Option<Link>,
    /// What the link is called.
    name: Option<String>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Attach {
    type On = Trello;
    const NAME: &str = "card attach";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "card attach r33ylX2Z file=https://example.org/fire.txt",
        "card attach r33ylX2Z link=https://example.org/manual name=Manual",
    ];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        if self.file.is_empty() && self.link.is_none() {
            return Err(problem::at(
                "file",
                "What shall be attached? Attach a file to the message, or write link=… and its address.",
            ));
        }
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let files = download(ctx, &self.file).await?;
        let mut names = Vec::new();
        for file in &files {
            attach_file(on, &card.id, file).await?;
            names.push(file.name.clone());
        }
        if let Some(link) = &self.link {
            let name = self.name.as_deref().map(str::trim).filter(|it| !it.is_empty()).unwrap_or(&link.0);
            on.post::<Value>(&format!("/1/cards/{}/attachments", card.id), &json!({ "url": link.0, "name": name })).await?;
            names.push(name.to_owned());
        }
        Ok(view::after(on, &card.id, ctx, &format!("Attached {} to #{}.", names.join(", "), card.id_short)).await)
    }
}

/// All files, or the failure of the first that cannot be had, before anything is created.
pub(super) async fn download(ctx: &Ctx, files: &[File]) -> Result<Vec<Download>> {
    let mut all = Vec::new();
    for file in files {
        all.push(ctx.host.download(&file.0).await.map_err(|error| problem::at("file", error.message))?);
    }
    Ok(all)
}

pub(super) async fn attach_file(on: &Trello, card: &str, file: &Download) -> Result<()> {
    let parts = [Part::text("name", &file.name), Part::file("file", file)];
    // 10 MB take their time.
    let request =
        on.http.post(&format!("/1/cards/{card}/attachments")).multipart(&parts).timeout(std::time::Duration::from_secs(60));
    on.send::<Value>(request).await.map(drop)
}

/// Deletes a card for good. To take it off the board, archive it instead.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The card.
    card: param::Card,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Trello;
    const NAME: &str = "card delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["card delete r33ylX2Z"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let board = card.board.as_ref().map_or("its board", |it| it.name.as_str());
        if self.confirm.is_none() {
            let items = card.checklists.iter().map(|it| it.check_items.len()).sum();
            let what = format!(
                "“{}” (#{} on {board}) would be deleted with its comments, {} and {}. Nobody can bring it back; archived it could \
                 come back.",
                card.name,
                card.id_short,
                view::count(items, "checklist item"),
                view::count(card.attachments.len(), "attachment"),
            );
            return Ok(view::ask(ctx, "card delete", json!({ "card": card.short_link }), "Delete the card", &what));
        }
        on.delete(&format!("/1/cards/{}", card.id)).await?;
        Ok(Reply::to_channel(format!("Deleted “{}” (#{}) from {board}.", card.name, card.id_short)))
    }
}
