//! Commits, and what builds said of them.

use commands::{Action, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Bitbucket,
    lists::{limit, listed, more, shorten, with_rest},
    model::{BuildStatus, Commit, Outcome, RepoId, Window, short},
    param,
    place::at,
};

/// Lists commits, the newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Of which branch, tag or commit; the main branch where you do not say.
    branch: Option<param::Branch>,
    /// Only those that touched this file or folder.
    path: Option<String>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "commit list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit list repo=website", "commit list repo=website branch=feature/lamps path=lamps.css"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let branch = self.branch.as_ref().map(|it| it.0.trim());
        let page = on.api().commits(&repo, branch, self.path.as_deref(), &window).await;
        let page = page.map_err(|error| nothing(error, &repo, branch))?;
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "commit list", &self, page.next);
        let place = branch.map_or_else(|| repo.to_string(), |branch| format!("{branch} in {repo}"));
        let path = self.path.as_ref().map(|it| format!(" that touched {it}")).unwrap_or_default();
        let none = format!("There are no commits of {place}{path}.");
        Ok(Reply::to_channel(listed(&format!("Commits of {place}{path}"), &none, lines, more)))
    }
}

fn nothing(error: commands::Error, repo: &RepoId, branch: Option<&str>) -> commands::Error {
    match (error.kind, branch) {
        (ErrorKind::NotFound, Some(branch)) => at("branch", format!("{repo} has no branch, tag or commit `{branch}`.")),
        _ => super::problem::about(error, &format!("repository {repo}")),
    }
}

/// The commit in a line.
pub(super) fn line(commit: &Commit) -> Text {
    let text = Text::new().link(&commit.url, short(&commit.hash));
    text.plain(format!(" {} · {} · ", shorten(commit.title(), 100), commit.author)).time(commit.at)
}

/// Shows a commit, with what builds said of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// Its hash, or a branch or tag for its last one.
    commit: String,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
}

impl Action for Show {
    type On = Bitbucket;
    const NAME: &str = "commit show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit show main repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        on.show_commit(ctx, &repo, self.commit.trim()).await
    }
}

impl Bitbucket {
    pub(super) async fn show_commit(&self, ctx: &Ctx, repo: &RepoId, wanted: &str) -> Result<Reply> {
        let commit = self.commit(repo, wanted).await?;
        let page = self.api().statuses(repo, &commit.hash).await.unwrap_or_default();
        let builds = &page.items;
        let (title, rest) = commit.message.split_once('\n').unwrap_or((&commit.message, ""));
        let line = Text::new()
            .link(&commit.url, short(&commit.hash))
            .plain(format!(" in {repo} · by {} · ", commit.author))
            .time(commit.at);
        let mut message = Message::new().tone(tone(builds)).heading(title).paragraph(line);
        if !rest.trim().is_empty() {
            message = message.block(commands::Block::Quote(shorten(rest.trim(), 600).into()));
        }
        if commit.parents.len() > 1 {
            let parents: Vec<&str> = commit.parents.iter().map(|it| short(it)).collect();
            message = message.facts(vec![("Merges".into(), parents.join(", ").into())]);
        }
        if !builds.is_empty() {
            message = message.list(builds.iter().map(build_line).collect());
        }
        let branch =
            Button::form("Branch from here", ctx.call("branch create", json!({ "repo": repo.to_string(), "from": commit.hash })));
        let tag = Button::form("Tag", ctx.call("tag create", json!({ "repo": repo.to_string(), "at": commit.hash })));
        Ok(Reply::to_channel(with_rest(message.buttons(vec![branch, tag]), &page, "builds")))
    }

    pub(super) async fn commit(&self, repo: &RepoId, wanted: &str) -> Result<Commit> {
        self.api().commit(repo, wanted).await.map_err(|error| match error.kind {
            ErrorKind::NotFound => at("commit", format!("{repo} has no commit, branch or tag `{wanted}`.")),
            _ => error,
        })
    }
}

/// Shows what builds and checks said of a commit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Statuses {
    /// Its hash, or a branch or tag for its last one.
    commit: String,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
}

impl Action for Statuses {
    type On = Bitbucket;
    const NAME: &str = "commit statuses";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit statuses feature/lamps repo=website"];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let commit = on.commit(&repo, self.commit.trim()).await?;
        let page = on.api().statuses(&repo, &commit.hash).await?;
        let builds = &page.items;
        let head = format!("Builds of {} in {repo}", short(&commit.hash));
        let none = format!("No build has said anything of {} in {repo}.", short(&commit.hash));
        let lines = builds.iter().map(build_line).collect();
        let message = listed(&head, &none, lines, None).tone(tone(builds));
        Ok(Reply::to_channel(with_rest(message, &page, "builds")))
    }
}

fn build_line(build: &BuildStatus) -> Text {
    let text = if build.url.is_empty() { Text::from(build.name.as_str()) } else { Text::new().link(&build.url, &build.name) };
    let text = text.plain(": ").bold(build.outcome.title());
    if build.description.is_empty() { text } else { text.plain(format!(" · {}", shorten(&build.description, 150))) }
}

fn tone(builds: &[BuildStatus]) -> Tone {
    if builds.iter().any(|it| it.outcome == Outcome::Failed) {
        Tone::Bad
    } else if !builds.is_empty() && builds.iter().all(|it| it.outcome == Outcome::Passed) {
        Tone::Good
    } else {
        Tone::Neutral
    }
}
