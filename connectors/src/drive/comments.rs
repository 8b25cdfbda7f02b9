//! Comments on files: <https://developers.google.com/workspace/drive/api/guides/manage-comments>.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Drive,
    api::Acting,
    card,
    param::{CommentRef, FileRef},
    problem,
    wire::{self, Comment, File},
};
use crate::http::pages::{Page, Part, first, pages};

const SHOWN: usize = 10;
/// What is read of a file to find those that are open.
const READ: usize = 1000;
/// The longest part of a comment that is shown in a list.
const LONGEST: usize = 300;

/// Lists the comments on a file that are open.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file.
    file: FileRef,
    /// Those that are resolved, too.
    #[serde(default)]
    resolved: bool,
}

impl Action for List {
    type On = Drive;
    const NAME: &str = "comment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["comment list Brief", "comment list Brief --resolved"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<commands::Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let mut part = acting.comments(&file.id, READ).await?;
        part.items.retain(|it| self.resolved || !it.resolved);
        let more = part.items.len().saturating_sub(SHOWN);
        let open = if self.resolved { "" } else { "open " };
        if part.items.is_empty() {
            let text = Text::new().plain(format!("No {open}comments on ")).link(card::link(&file), &file.name).plain(".");
            let add = Button::form("Comment", ctx.call("comment add", json!({ "file": file.id })));
            let mut message = Message::text(text).buttons(vec![add]);
            if part.more {
                message = message.context(format!("Only the first {READ} comments were looked at."));
            }
            return Ok(commands::Reply::to_channel(message));
        }
        let plural = if part.items.len() == 1 { "" } else { "s" };
        let head = format!("{} {open}comment{plural} on ", part.items.len());
        let mut message = Message::text(Text::new().plain(head).link(card::link(&file), &file.name));
        for comment in part.items.iter().take(SHOWN) {
            message = shown(message, &file, comment, ctx);
        }
        if more > 0 {
            message = message.context(format!("{more} more are there in Google Drive."));
        }
        if part.more {
            message = message.context(format!("Only the first {READ} comments were looked at."));
        }
        Ok(commands::Reply::to_channel(message))
    }
}

/// A comment with its replies and what can be done.
fn shown(message: Message, file: &File, comment: &Comment, ctx: &Ctx) -> Message {
    let mut text = Text::new().bold(&comment.author.display_name);
    if let Some(at) = comment.created_time {
        text = text.plain(" ").time(at);
    }
    let state = if comment.resolved { " (resolved)" } else { "" };
    text = text.plain(format!("{state}: {}", card::shorten(&comment.content, LONGEST)));
    let mut message = message.paragraph(text);
    if let Some(quoted) = &comment.quoted_file_content {
        message = message.block(commands::Block::Quote(card::shorten(&quoted.value, LONGEST).into()));
    }
    let replies: Vec<Text> = comment
        .replies
        .iter()
        .map(|it| {
            let action = match it.action.as_deref() {
                Some("resolve") => " resolved it. ",
                Some("reopen") => " opened it again. ",
                _ => " ",
            };
            let words = card::shorten(&it.content, LONGEST);
            Text::new().bold(&it.author.display_name).plain(format!("{action}{words}").trim_end().to_owned())
        })
        .collect();
    if !replies.is_empty() {
        message = message.list(replies);
    }
    let params = json!({ "file": file.id, "comment": comment.id });
    let end = match comment.resolved {
        true => Button::run("Open again", ctx.call("comment reopen", params.clone())),
        false => Button::run("Resolve", ctx.call("comment resolve", params.clone())),
    };
    message.buttons(vec![Button::form("Reply", ctx.call("comment reply", params)), end])
}

/// Comments on a file.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The file.
    file: FileRef,
    /// What to say.
    text: Markdown,
}

impl Action for Add {
    type On = Drive;
    const NAME: &str = "comment add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment add Brief The second page needs a picture."];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<commands::Reply> {
        let acting = on.acting(ctx).await?;
        let text = words(&self.text)?;
        let file = acting.find("file", &self.file).await?;
        let path = format!("/files/{}/comments", file.id);
        let body = json!({ "content": acting.sign(text) });
        let comment: Comment = acting.send(acting.post(&path, &[("fields", wire::COMMENT)], &body)).await?;
        let said = Message::text(Text::new().plain("Commented on ").link(card::link(&file), &file.name).plain("."));
        Ok(commands::Reply::to_channel(shown(said, &file, &comment, ctx)))
    }
}

/// Replies to a comment.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reply {
    /// The file.
    file: FileRef,
    /// The comment, by its id.
    comment: CommentRef,
    /// What to say.
    text: Markdown,
}

impl Action for Reply {
    type On = Drive;
    const NAME: &str = "comment reply";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment reply Brief AAAABkyQ1-8 It is on its way."];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<commands::Reply> {
        let acting = on.acting(ctx).await?;
        let text = words(&self.text)?;
        let body = json!({ "content": acting.sign(text) });
        answer(&acting, ctx, &self.file, &self.comment, &body, "Replied on ").await
    }
}

/// Resolves a comment: what it asks for is done.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Resolve {
    /// The file.
    file: FileRef,
    /// The comment, by its id.
    comment: CommentRef,
    /// What was done.
    text: Option<Markdown>,
}

impl Action for Resolve {
    type On = Drive;
    const NAME: &str = "comment resolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment resolve Brief AAAABkyQ1-8", "comment resolve Brief AAAABkyQ1-8 text=\"Done.\""];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<commands::Reply> {
        let acting = on.acting(ctx).await?;
        let text = acting.sign(self.text.as_ref().map_or("", |it| it.0.trim()));
        let mut body = json!({ "action": "resolve" });
        if !text.is_empty() {
            body["content"] = json!(text);
        }
        answer(&acting, ctx, &self.file, &self.comment, &body, "Resolved a comment on ").await
    }
}

/// Opens a resolved comment again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// The file.
    file: FileRef,
    /// The comment, by its id.
    comment: CommentRef,
    /// Why.
    text: Option<Markdown>,
}

impl Action for Reopen {
    type On = Drive;
    const NAME: &str = "comment reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["comment reopen Brief AAAABkyQ1-8"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<commands::Reply> {
        let acting = on.acting(ctx).await?;
        let text = acting.sign(self.text.as_ref().map_or("", |it| it.0.trim()));
        let mut body = json!({ "action": "reopen" });
        if !text.is_empty() {
            body["content"] = json!(text);
        }
        answer(&acting, ctx, &self.file, &self.comment, &body, "Opened a comment again on ").await
    }
}

async fn answer(
    acting: &Acting<'_>,
    ctx: &Ctx,
    file: &FileRef,
    comment: &CommentRef,
    body: &Value,
    did: &str,
) -> Result<commands::Reply> {
    let id = comment.0.trim();
    let is_id = !id.is_empty() && id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_');
    let unknown = || problem::at("comment", format!("There is no comment `{id}` on it. `comment list` shows them with buttons."));
    if !is_id {
        return Err(unknown());
    }
    let file = acting.find("file", file).await?;
    let path = format!("/files/{}/comments/{id}", file.id);
    let sent = acting.post(&format!("{path}/replies"), &[("fields", "id")], body).send::<Value>().await;
    sent.map_err(|error: Error| if error.kind == ErrorKind::NotFound { unknown() } else { acting.explain(error) })?;
    let said = Message::text(Text::new().plain(did).link(card::link(&file), &file.name).plain("."));
    // It is done: failing to read it again must not look like failing to do it.
    let after = acting.get(&path, &[("fields", wire::COMMENT)]).send::<Comment>().await;
    Ok(commands::Reply::to_channel(match after {
        Ok(comment) => shown(said, &file, &comment, ctx),
        Err(_) => said,
    }))
}

impl Acting<'_> {
    pub(super) async fn comments(&self, file: &str, most: usize) -> Result<Part<Comment>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Listed {
            #[serde(default)]
            comments: Vec<Comment>,
            next_page_token: Option<String>,
        }
        let fields = format!("nextPageToken,comments({})", wire::COMMENT);
        let path = format!("/files/{file}/comments");
        let fetch = async |token: Option<String>| {
            let mut query = vec![("pageSize", "100"), ("fields", fields.as_str())];
            query.extend(token.as_deref().map(|it| ("pageToken", it)));
            let listed: Listed = self.send(self.get(&path, &query)).await?;
            Ok(Page { items: listed.comments, next: listed.next_page_token })
        };
        first(most, pages(fetch)).await
    }
}

fn words(text: &Markdown) -> Result<&str> {
    match text.0.trim() {
        "" => Err(problem::at("text", "A comment needs words.")),
        text => Ok(text),
    }
}
