//! Discussions on lines of code. REST knows comments only; what is resolved is GraphQL's.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    GitHub,
    access::Level,
    card::{excerpt, key},
    param,
    place::Place,
    problem,
};

/// As many as are shown at once.
const SHOWN: usize = 10;

const THREADS: &str = "query ReviewThreads($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { reviewThreads(first: 100) { nodes {
    id isResolved isOutdated path line
    comments(first: 1) { totalCount nodes { author { login } bodyText url } }
  } } } }
}";
const RESOLVE: &str = "mutation ResolveThread($thread: ID!) {
  resolveReviewThread(input: {threadId: $thread}) { thread { isResolved } }
}";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thread {
    id: String,
    is_resolved: bool,
    path: String,
    line: Option<u64>,
    comments: Comments,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comments {
    total_count: u64,
    nodes: Vec<Comment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    author: Option<Author>,
    body_text: String,
    url: String,
}

#[derive(Debug, Deserialize)]
struct Author {
    login: String,
}

impl Place<'_> {
    async fn threads(&self, number: u64) -> Result<Vec<Thread>> {
        let answer: Value = self.github.ask(THREADS, self.graphql_key(number)).await?;
        let nodes = answer["repository"]["pullRequest"]["reviewThreads"]["nodes"].clone();
        serde_json::from_value(nodes).map_err(|_| {
            commands::Error::not_found(format!("There is no pull request #{number} in {} that the bot can see.", self.repo))
        })
    }
}

/// Lists the discussions of a pull request that are not resolved.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Threads {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// Those that are resolved as well.
    #[serde(default)]
    all: bool,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Threads {
    type On = GitHub;
    const NAME: &str = "pr threads";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr threads octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Read).await?;
        let name = key(&place.repo, number);
        let threads: Vec<Thread> = place.threads(number).await?.into_iter().filter(|it| self.all || !it.is_resolved).collect();
        if threads.is_empty() {
            let open = if self.all { "" } else { " open" };
            return Ok(Reply::to_channel(format!("{name} has no{open} discussions.")));
        }
        let open = threads.iter().filter(|it| !it.is_resolved).count();
        let mut message = Message::text(Text::new().bold(format!("{name}: {open} unresolved")));
        message = message.list(threads.iter().take(SHOWN).map(line).collect());
        let resolve = |it: &Thread| {
            let label = format!("Resolve {}", place_of(it));
            Button::run(label, ctx.call("pr resolve", json!({ "pr": name, "thread": it.id })))
        };
        let options: Vec<Button> = threads.iter().take(SHOWN).filter(|it| !it.is_resolved).map(resolve).collect();
        if !options.is_empty() {
            message = message.block(Block::Menu { label: "Resolve".into(), options });
        }
        if threads.len() > SHOWN {
            message = message.context(format!("{} more at GitHub.", threads.len() - SHOWN));
        }
        Ok(Reply::to_channel(message))
    }
}

fn place_of(thread: &Thread) -> String {
    match thread.line {
        Some(line) => format!("{}:{line}", thread.path),
        None => thread.path.clone(),
    }
}

fn line(thread: &Thread) -> Text {
    let resolved = if thread.is_resolved { " (resolved)" } else { "" };
    let Some(first) = thread.comments.nodes.first() else { return Text::new().code(place_of(thread)).plain(resolved) };
    let author = first.author.as_ref().map_or("somebody", |it| it.login.as_str());
    let more = match thread.comments.total_count {
        0 | 1 => String::new(),
        count => format!(" (+{})", count - 1),
    };
    let said = excerpt(Some(&first.body_text), 200).unwrap_or_default().replace('\n', " ");
    Text::new().link(&first.url, place_of(thread)).plain(format!(" {author}: {said}{more}{resolved}"))
}

/// Resolves a discussion of a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Resolve {
    /// The pull request's number, or a link to it.
    pr: param::Pull,
    /// The discussion: its file and line, such as src/hose.rs:7.
    thread: String,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Resolve {
    type On = GitHub;
    const NAME: &str = "pr resolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr resolve octo/widgets#7 src/hose.rs:7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Write).await?;
        let name = key(&place.repo, number);
        let (typed, threads) = (self.thread.trim(), place.threads(number).await?);
        let found = threads.iter().find(|it| it.id == typed || (!it.is_resolved && place_of(it) == typed));
        let Some(thread) = found else {
            let open: Vec<String> = threads.iter().filter(|it| !it.is_resolved).map(place_of).take(10).collect();
            let there =
                if open.is_empty() { "It has none that is open.".into() } else { format!("Open are {}.", open.join(", ")) };
            return Err(problem::at("thread", format!("{name} has no open discussion at `{typed}`. {there}")));
        };
        on.tell(RESOLVE, json!({ "thread": thread.id })).await?;
        place.pull_done(ctx, number, &format!("Resolved the discussion at {} of {name}.", place_of(thread))).await
    }
}
