//! Commits: list, show, compare.

use commands::{
    Action, Block, Ctx, Effect, Message, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card,
    issues::encoded,
    param,
    place::{RepoName, Right, missing},
    problem, pulls, wire,
};

const LIMIT: u32 = 15;

/// A commit in a line.
pub(super) fn line(commit: &wire::Commit) -> Text {
    let signature = commit.commit.author.as_ref();
    let who = match (&commit.author, signature) {
        (Some(user), _) => user.login.as_str(),
        (None, Some(signature)) => signature.name.as_str(),
        (None, None) => "somebody",
    };
    let text = Text::new()
        .link(&commit.html_url, card::short_sha(&commit.sha))
        .plain(format!(" {} · {who}", card::first_line(&commit.commit.message)));
    match signature.and_then(|it| it.date) {
        Some(date) => text.plain(" · ").time(date),
        None => text,
    }
}

/// Lists commits, the newest first.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
    /// On this branch; the default branch where you do not say.
    branch: Option<param::Branch>,
    /// Only by this person.
    author: Option<Person>,
    /// Only those that change this file or folder.
    path: Option<String>,
    /// On this day or later.
    since: Option<Date>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "commit list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit list repo=octo/widgets", "commit list author=@ana path=src since=2026-11-01"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let author = match &self.author {
            Some(person) => Some(on.login(ctx, &place.asker, "author", &person.0).await?),
            None => None,
        };
        let since = self.since.map(|it| format!("{}T00:00:00Z", it.0));
        let query: Vec<(&str, &str)> = [
            ("sha", self.branch.as_ref().map(|it| it.0.trim())),
            ("author", author.as_deref()),
            ("path", self.path.as_deref().map(str::trim)),
            ("since", since.as_deref()),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect();
        let number = self.page.unwrap_or(1);
        let page = place.page::<wire::Commit>("/commits", &query, LIMIT, number).await?;
        let lines = page.items.iter().map(line).collect();
        let next = card::next_page(ctx, "commit list", number, page.more, json!(self));
        let none = format!("No commit in {} matches.", place.repo);
        Ok(Reply::to_channel(card::listed(format!("Commits in {}", place.repo), &none, lines, number, next)))
    }
}

/// Shows a commit: its message and what it changes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its hash, or the first digits of it; a branch or a tag for its last one.
    commit: String,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "commit show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit show 6dcb09b5b5 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        show(on, ctx, on.repo(self.repo.as_ref())?, self.commit.trim()).await
    }
}

pub(super) async fn show(on: &GitHub, ctx: &Ctx, repo: RepoName, sha: &str) -> Result<Reply> {
    let place = on.place(ctx, repo, Right::Contents, Level::Read).await?;
    let found = place.get::<wire::Commit>(&format!("/commits/{}", encoded(sha)), &[]).await;
    let commit = found.map_err(|error| match error.kind {
        // GitHub says 422 to what is no commit.
        commands::ErrorKind::Validation => problem::at("commit", format!("{} has no commit `{sha}`.", place.repo)),
        _ => missing(error, &format!("commit {sha}"), &place.repo),
    })?;
    let (first, rest) = commit.commit.message.split_once('\n').unwrap_or((&commit.commit.message, ""));
    let mut message = Message::new().heading(card::shorten(first, 150)).paragraph(line(&commit));
    if let Some(rest) = card::excerpt(Some(rest), 1_000) {
        message = message.block(Block::Quote(rest.into()));
    }
    if let Some(checks) = place.checks(&commit.sha).await? {
        message = message.facts(vec![("Checks".into(), checks.summary().into())]);
    }
    let stats = commit.stats.map(|it| format!(", +{} −{}", it.additions, it.deletions)).unwrap_or_default();
    let title = format!("{} changed{stats}", card::count(commit.files.len() as u64, "file"));
    message.blocks.extend(pulls::changed(&title, &commit.files).blocks);
    Ok(Reply::to_channel(message))
}

/// Compares two branches, tags or commits.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Compare {
    /// What to compare with.
    base: param::Branch,
    /// What is compared.
    head: param::Branch,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Compare {
    type On = GitHub;
    const NAME: &str = "commit compare";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit compare v1.1.0 main repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Compared {
            html_url: String,
            ahead_by: u64,
            behind_by: u64,
            commits: Vec<wire::Commit>,
        }
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let (base, head) = (self.base.0.trim(), self.head.0.trim());
        let path = format!("/compare/{}...{}", pulls::encoded_branch(base), pulls::encoded_branch(head));
        let found: Result<Compared> = place.get(&path, &[]).await;
        let compared = found.map_err(|it| missing(it, &format!("{base} or {head}"), &place.repo))?;
        let ahead = card::count(compared.ahead_by, "commit");
        let title = Text::new()
            .link(&compared.html_url, format!("{base}...{head}"))
            .plain(format!(" in {}: {head} is {ahead} ahead of {base}, and {} behind.", place.repo, compared.behind_by));
        // Oldest first, as GitHub answers; people look for the last ones.
        let lines: Vec<Text> = compared.commits.iter().rev().take(20).map(line).collect();
        let message = Message::text(title);
        Ok(Reply::to_channel(if lines.is_empty() { message } else { message.list(lines) }))
    }
}
