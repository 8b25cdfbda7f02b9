//! What is said of a pull request, and what is in it.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::key;
use crate::bitbucket::{
    Bitbucket, commits,
    lists::{in_a_line, limit, listed, more},
    model::{FileChange, NewComment, Window},
    param,
    people::signed,
    place::at,
    problem,
};

/// Comments on a pull request, or on a line of its changes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Comment {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// What to say.
    text: Markdown,
    /// Its repository.
    repo: Option<param::Repo>,
    /// The file that it is about.
    path: Option<String>,
    /// The line of that file.
    #[schemars(range(min = 1))]
    line: Option<u32>,
    /// The number of the comment that it answers.
    reply_to: Option<u64>,
}

impl Action for Comment {
    type On = Bitbucket;
    const NAME: &str = "pr comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["pr comment 1 Looks good to me repo=website", "pr comment 1 Why so bright? repo=website path=lamps.css line=3"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        if self.text.0.trim().is_empty() {
            return Err(at("text", "What is to be said?"));
        }
        if self.line.is_some() && self.path.is_none() {
            return Err(at("path", "A line of which file? Write path=…"));
        }
        let pull = on.pull(&repo, id).await?;
        let text = signed(ctx, &self.text.0);
        let new = NewComment { text: &text, reply_to: self.reply_to, path: self.path.as_deref(), line: self.line };
        let places = [("text", "text"), ("content", "text"), ("content.raw", "text"), ("inline", "path"), ("parent", "reply_to")];
        on.api().comment(&pull, &new).await.map_err(|error| problem::place(error, &places))?;
        let did = Message::text(format!("Commented on {}.", key(&pull)));
        Ok(on.pull_after(ctx, did, pull).await)
    }
}

/// Shows what was said of a pull request, the newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Comments {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for Comments {
    type On = Bitbucket;
    const NAME: &str = "pr comments";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr comments 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = on.api().comments(&pull, &window).await?;
        let line = |it: &crate::bitbucket::model::Comment| {
            let text = Text::new().bold(&it.author).plain(" ").time(it.at);
            let text = match &it.place {
                Some(place) => text.plain(" ").code(place),
                None => text,
            };
            text.plain(format!(": {} (no. {})", in_a_line(&it.text, 300), it.id))
        };
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "pr comments", &self, page.next);
        let none = match self.after {
            Some(_) => format!("There are no more comments on {}.", key(&pull)),
            None => format!("Nobody has commented on {}.", key(&pull)),
        };
        let message = listed(&format!("Comments on {}", key(&pull)), &none, lines, more);
        let comment = Button::form("Comment", ctx.call("pr comment", json!({ "pull": key(&pull) })));
        Ok(Reply::to_channel(message.buttons(vec![comment])))
    }
}

/// Shows which files a pull request changes, and how much.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Files {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for Files {
    type On = Bitbucket;
    const NAME: &str = "pr files";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr files 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        let window = Window { limit: self.limit.unwrap_or(30).clamp(1, 50), after: self.after.clone() };
        let page = on.api().changed_files(&pull, &window).await?;
        if page.items.is_empty() {
            return Ok(Reply::to_channel(Message::text(format!("{} changes no file.", key(&pull)))));
        }
        // Data Center does not count lines.
        let counts = page.items.iter().any(|it| it.lines.is_some());
        let row = |it: &FileChange| {
            let mut row = vec![Text::new().code(&it.path), it.what.as_str().into()];
            if counts {
                row.push(it.lines.map_or_else(String::new, |(added, removed)| format!("+{added} −{removed}")).into());
            }
            row
        };
        let head = Text::new().bold(format!("Files of {} ", key(&pull))).link(&pull.url, pull.title.as_str());
        let columns = if counts { &["File", "Change", "Lines"][..] } else { &["File", "Change"] };
        let table = Block::Table {
            header: columns.iter().map(|it| (*it).to_owned()).collect(),
            rows: page.items.iter().map(row).collect(),
        };
        let mut message = Message::text(head).block(table);
        if let Some(more) = more(ctx, "pr files", &self, page.next) {
            message = message.buttons(vec![more]);
        }
        Ok(Reply::to_channel(message))
    }
}

/// Lists the commits of a pull request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Commits {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for Commits {
    type On = Bitbucket;
    const NAME: &str = "pr commits";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr commits 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = on.api().pull_commits(&pull, &window).await?;
        let lines = page.items.iter().map(commits::line).collect();
        let more = more(ctx, "pr commits", &self, page.next);
        let none = format!("{} has no commits.", key(&pull));
        Ok(Reply::to_channel(listed(&format!("Commits of {}", key(&pull)), &none, lines, more)))
    }
}
