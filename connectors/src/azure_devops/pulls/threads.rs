//! What is discussed on a pull request: <https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads>.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{path, refused, url};
use crate::azure_devops::{
    AzureDevOps,
    api::{Acting, Listed},
    param,
    problem::at,
    text::shorten,
    wire::{Person, Pull},
};

/// As many as are shown at once.
const SHOWN: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thread {
    id: u64,
    /// `active`, `pending`, `fixed`, `wontFix`, `closed`, `byDesign`; none of what the server itself says.
    status: Option<String>,
    #[serde(default)]
    is_deleted: bool,
    #[serde(default)]
    comments: Vec<Comment>,
    /// Where in the code, unless it is about all of it.
    thread_context: Option<Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    #[serde(default)]
    author: Person,
    content: Option<String>,
    #[serde(default)]
    is_deleted: bool,
    /// `text`, `codeChange`, `system`.
    #[serde(default)]
    comment_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    file_path: Option<String>,
    right_file_start: Option<Spot>,
    left_file_start: Option<Spot>,
}

#[derive(Deserialize)]
struct Spot {
    line: u64,
}

impl Thread {
    fn is_open(&self) -> bool {
        matches!(self.status.as_deref(), Some("active" | "pending"))
    }

    /// What people said in it.
    fn said(&self) -> impl Iterator<Item = &Comment> {
        self.comments.iter().filter(|it| it.comment_type != "system" && !it.is_deleted)
    }

    /// `src/hose.rs:7`, or `the whole`.
    fn place(&self) -> String {
        let Some(place) = &self.thread_context else { return "the whole".into() };
        let file = place.file_path.as_deref().unwrap_or("the whole").trim_start_matches('/');
        match place.right_file_start.as_ref().or(place.left_file_start.as_ref()) {
            Some(spot) => format!("{file}:{}", spot.line),
            None => file.to_owned(),
        }
    }
}

impl Acting<'_> {
    /// Discussions of people, the oldest first.
    async fn threads(&self, pull: &Pull) -> Result<Vec<Thread>> {
        let found: Result<Listed<Thread>> = self.get(&format!("{}/threads", path(pull)), &[]).await;
        let mut all = found.map_err(|error| refused(error, pull))?.value;
        all.retain(|it| !it.is_deleted && it.status.is_some() && it.said().next().is_some());
        Ok(all)
    }
}

/// Lists the discussions of a pull request that are not resolved.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Threads {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// Those that are resolved as well.
    #[serde(default)]
    all: bool,
}

impl Action for Threads {
    type On = AzureDevOps;
    const NAME: &str = "pr threads";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr threads 7", "pr threads 7 --all"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let (id, address) = (pull.pull_request_id, url(on.http.base(), &pull));
        let threads: Vec<Thread> = acting.threads(&pull).await?.into_iter().filter(|it| self.all || it.is_open()).collect();
        if threads.is_empty() {
            let open = if self.all { "" } else { " open" };
            return Ok(Reply::to_channel(format!("!{id} has no{open} discussions.")));
        }
        let open = threads.iter().filter(|it| it.is_open()).count();
        let head = Text::new().link(&address, format!("!{id}")).bold(format!(": {open} unresolved"));
        let line = |it: &Thread| {
            let count = it.said().count();
            let more = if count > 1 { format!(" (+{})", count - 1) } else { String::new() };
            let status = if it.is_open() { String::new() } else { format!(" ({})", in_words(it.status.as_deref())) };
            let text = Text::new().link(format!("{address}?discussionId={}", it.id), it.place());
            match it.said().next() {
                Some(first) => {
                    let said = shorten(&first.content.as_deref().unwrap_or_default().replace('\n', " "), 200);
                    text.plain(format!(" {}: {said}{more}{status}", first.author.display_name))
                }
                None => text,
            }
        };
        let mut message = Message::text(head).list(threads.iter().take(SHOWN).map(line).collect());
        let resolve = |it: &Thread| {
            let params = json!({ "pr": id.to_string(), "thread": it.id.to_string() });
            Button::run(format!("Resolve {}", it.place()), ctx.call(Resolve::NAME, params))
        };
        let options: Vec<Button> = threads.iter().take(SHOWN).filter(|it| it.is_open()).map(resolve).collect();
        if !options.is_empty() {
            message = message.block(Block::Menu { label: "Resolve".into(), options });
        }
        if threads.len() > SHOWN {
            message = message.context(format!("{} more in Azure DevOps.", threads.len() - SHOWN));
        }
        Ok(Reply::to_channel(message))
    }
}

fn in_words(status: Option<&str>) -> &str {
    match status {
        Some("fixed") => "resolved",
        Some("wontFix") => "won't fix",
        Some("byDesign") => "by design",
        other => other.unwrap_or("closed"),
    }
}

/// Resolves a discussion of a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Resolve {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// The discussion: its file and line, such as src/hose.rs:7, or its number.
    thread: String,
}

impl Action for Resolve {
    type On = AzureDevOps;
    const NAME: &str = "pr resolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr resolve 7 src/fan.rs:12"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let (id, typed) = (pull.pull_request_id, self.thread.trim().trim_start_matches('/'));
        let threads = acting.threads(&pull).await?;
        let found = threads.iter().find(|it| it.id.to_string() == typed || (it.is_open() && it.place() == typed));
        let Some(thread) = found else {
            let open: Vec<String> = threads.iter().filter(|it| it.is_open()).map(Thread::place).take(10).collect();
            let there =
                if open.is_empty() { "It has none that is open.".into() } else { format!("Open are {}.", open.join(", ")) };
            return Err(at("thread", format!("!{id} has no open discussion at `{typed}`. {there}")));
        };
        let resolved: Result<Value> =
            acting.patch(&format!("{}/threads/{}", path(&pull), thread.id), &json!({ "status": "fixed" })).await;
        resolved.map_err(|error| refused(error, &pull))?;
        Ok(acting.pull_after(ctx, &pull, &format!("Resolved the discussion at {} of !{id}.", thread.place())).await)
    }
}
