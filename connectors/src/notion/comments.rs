//! Comments on pages. Notion has no titles for discussions: they are known by their ids, which the look-up offers.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Markdown};
use futures::TryStreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Notion, api, markdown, param, problem, view,
    wire::{self, plain},
};

/// Comments on a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The page.
    page: param::Page,
    /// What to say.
    text: Markdown,
}

impl Action for Add {
    type On = Notion;
    const NAME: &str = "comment add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment add \"Lobby handbook\" The lamps are new."];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = on.page("page", &self.page.0).await?;
        let body = json!({ "parent": { "page_id": page.id }, "rich_text": said(ctx, &self.text)? });
        on.post::<Value>("/v1/comments", &body).await?;
        let source = view::source_of(on, &page).await;
        Ok(view::reply(&page, source.as_deref(), None, ctx, Message::text(format!("Commented on “{}”.", page.title()))))
    }
}

/// Lists the open comments on a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The page.
    page: param::Page,
}

impl Action for List {
    type On = Notion;
    const NAME: &str = "comment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["comment list \"Lobby handbook\""];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let page = on.page("page", &self.page.0).await?;
        let comments = on.comments(&page.id).await?;
        let Some(last) = comments.last() else {
            return Ok(Reply::to_channel(format!("There is no open comment on “{}”.", page.title())));
        };
        // Names are a courtesy: the integration may not know people.
        let people = on.people().await.unwrap_or_default();
        let line = |it: &wire::Comment| {
            let author = people.iter().find(|user| user.id == it.created_by.id).map_or("somebody", wire::User::name);
            let text = view::shorten(&plain(&it.rich_text), 300);
            Text::new().bold(author).plain(" ").time(it.created_time).plain(format!(": {text}"))
        };
        let heading = format!("{} on “{}”", view::count(comments.len(), "open comment"), page.title());
        let lines = comments.iter().rev().take(20).rev().map(line).collect();
        let reply = ctx.call("comment reply", json!({ "page": page.id, "discussion": last.discussion_id }));
        let buttons =
            vec![Button::form("Reply", reply), Button::form("Comment", ctx.call("comment add", json!({ "page": page.id })))];
        Ok(Reply::to_channel(Message::text(heading).list(lines).buttons(buttons)))
    }
}

/// Answers in a discussion on a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReplyTo {
    /// The page.
    page: param::Page,
    /// What to say.
    text: Markdown,
    /// Which discussion; the last on the page where you do not say.
    discussion: Option<param::Discussion>,
}

impl Action for ReplyTo {
    type On = Notion;
    const NAME: &str = "comment reply";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment reply \"Lobby handbook\" They are, thank you."];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let text = said(ctx, &self.text)?;
        let page = on.page("page", &self.page.0).await?;
        let comments = on.comments(&page.id).await?;
        let found = match &self.discussion {
            Some(wanted) => comments.iter().find(|it| it.discussion_id == wanted.0.trim()),
            None => comments.last(),
        };
        let Some(discussion) = found.map(|it| &it.discussion_id) else {
            let message = format!("There is no such open discussion on “{}”. Begin one with comment add.", page.title());
            return Err(problem::at("discussion", message));
        };
        on.post::<Value>("/v1/comments", &json!({ "discussion_id": discussion, "rich_text": text })).await?;
        let source = view::source_of(on, &page).await;
        Ok(view::reply(&page, source.as_deref(), None, ctx, Message::text(format!("Answered on “{}”.", page.title()))))
    }
}

/// A comment as rich text, with who asked.
fn said(ctx: &Ctx, text: &Markdown) -> Result<Vec<Value>> {
    let text = text.0.trim();
    if text.is_empty() {
        return Err(problem::at("text", "A comment needs words."));
    }
    Ok(markdown::lines(&format!("{text}\n\n*{}*", api::asked(ctx))))
}

impl Notion {
    /// The open comments on a page, the oldest first.
    pub(super) async fn comments(&self, page: &str) -> Result<Vec<wire::Comment>> {
        self.all("/v1/comments".into(), vec![("block_id", page.to_owned())]).try_collect().await
    }
}
