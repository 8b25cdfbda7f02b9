//! Comments on cards. Those that people make through the bot are its member's, and only its own can be changed.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Trello, api, param, problem, view, wire};

/// Lists a card's comments, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The card.
    card: param::Card,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for List {
    type On = Trello;
    const NAME: &str = "comment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["comment list r33ylX2Z"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let comments = on.comments(&card.id).await?;
        if comments.is_empty() {
            return Ok(Reply::to_channel(format!("Nobody commented on “{}” yet.", card.name)));
        }
        let heading = format!("{} on “{}”", view::count(comments.len(), "comment"), card.name);
        Ok(Reply::to_channel(Message::text(heading).list(comments.iter().take(20).map(line).collect())))
    }
}

/// Changes a comment that was made through the bot.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Edit {
    /// The card.
    card: param::Card,
    /// What it shall say.
    text: Markdown,
    /// Which of the bot's comments; its last where you do not say.
    comment: Option<param::Comment>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
}

impl Action for Edit {
    type On = Trello;
    const NAME: &str = "comment edit";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment edit r33ylX2Z The fire is out, and so is the light."];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let comment = on.own_comment(&card, self.comment.as_ref()).await?;
        let body = json!({ "text": api::sign(ctx, self.text.0.trim()) });
        on.put::<Value>(&format!("/1/cards/{}/actions/{}/comments", card.id, comment.id), &body).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Changed the comment on #{}.", card.id_short)).await)
    }
}

/// Deletes a comment that was made through the bot.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The card.
    card: param::Card,
    /// Which of the bot's comments; its last where you do not say.
    comment: Option<param::Comment>,
    /// The board, where the card is given by number.
    board: Option<param::Board>,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Trello;
    const NAME: &str = "comment delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment delete r33ylX2Z"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let card = on.card("card", &self.card.0, self.board.as_ref().map(|it| it.0.as_str())).await?;
        let comment = on.own_comment(&card, self.comment.as_ref()).await?;
        if self.confirm.is_none() {
            let text = view::shorten(comment.data["text"].as_str().unwrap_or_default(), 200);
            let what = format!("This comment on “{}” (#{}) would be deleted: {text}", card.name, card.id_short);
            let params = json!({ "card": card.short_link, "comment": comment.id });
            return Ok(view::ask(ctx, "comment delete", params, "Delete the comment", &what));
        }
        on.delete(&format!("/1/cards/{}/actions/{}/comments", card.id, comment.id)).await?;
        Ok(view::after(on, &card.id, ctx, &format!("Deleted the comment on #{}.", card.id_short)).await)
    }
}

/// A comment in a line.
pub(super) fn line(comment: &wire::Action) -> Text {
    let author = comment.member_creator.as_ref().and_then(wire::Actor::name).unwrap_or_else(|| "somebody".into());
    let text = view::shorten(comment.data["text"].as_str().unwrap_or_default(), 300);
    Text::new().bold(author).plain(" ").time(comment.date).plain(format!(": {text}"))
}

impl Trello {
    /// A card's comments, the last first.
    pub(super) async fn comments(&self, card: &str) -> Result<Vec<wire::Action>> {
        self.get(&format!("/1/cards/{card}/actions"), &[("filter", "commentCard")]).await
    }

    /// Those of the bot's member.
    pub(super) async fn own_comments(&self, card: &str) -> Result<Vec<wire::Action>> {
        let me: wire::Member = self.get("/1/members/me", &[]).await?;
        let mut comments = self.comments(card).await?;
        comments.retain(|it| it.member_creator.as_ref().is_some_and(|it| it.id == me.id));
        Ok(comments)
    }

    async fn own_comment(&self, card: &wire::Card, wanted: Option<&param::Comment>) -> Result<wire::Action> {
        let own = self.own_comments(&card.id).await?;
        let found = match wanted {
            Some(wanted) => own.into_iter().find(|it| it.id == wanted.0.trim()),
            None => own.into_iter().next(),
        };
        found.ok_or_else(|| {
            let what = if wanted.is_some() { "such comment of the bot" } else { "comment of the bot" };
            problem::at("comment", format!("There is no {what} on “{}”; the comments of others are theirs to change.", card.name))
        })
    }
}
