//! Searches over what is not an issue: code, repositories, commits.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{
    GitHub,
    access::{Asker, Level},
    card, commits, param,
    place::{RepoName, Right},
    repos, wire,
};

const LIMIT: u32 = 10;

#[derive(Deserialize)]
struct CodeHit {
    path: String,
    html_url: String,
    repository: wire::Repo,
}

/// What is asked, in GitHub's words, by whom, and for which page.
struct Search {
    asker: Asker,
    query: String,
    repo: Option<RepoName>,
    page: u32,
}

impl Search {
    async fn new(on: &GitHub, ctx: &Ctx, words: &str, repo: Option<&param::Repo>, page: Option<u32>) -> Result<Search> {
        let repo = if repo.is_some() || on.repo.is_some() { Some(on.repo(repo)?) } else { None };
        let asker = match &repo {
            Some(repo) => on.place(ctx, repo.clone(), Right::Contents, Level::Read).await?.asker,
            None => on.asker(ctx).await?,
        };
        let query = match &repo {
            Some(repo) => format!("{} repo:{repo}", words.trim()),
            None => words.trim().to_owned(),
        };
        Ok(Search { asker, query, repo, page: page.unwrap_or(1) })
    }

    /// What is found of it, whether there is more, and how much it is in all, or on this page.
    async fn run<T: DeserializeOwned>(
        &self,
        on: &GitHub,
        path: &str,
        repo_of: impl Fn(&T) -> Option<RepoName>,
    ) -> Result<(Vec<T>, bool, u64)> {
        let (limit, page) = (LIMIT.to_string(), self.page.to_string());
        let mut query = vec![("q", self.query.as_str()), ("per_page", limit.as_str())];
        if self.page > 1 {
            query.push(("page", &page));
        }
        let found: wire::Found<T> = on.get(path, &query).await?;
        let more = found.total_count.min(1_000) > u64::from(LIMIT) * u64::from(self.page);
        // Words may name other repositories than the one that was asked for.
        let count = found.items.len();
        let items = on.keep_visible(&self.asker, self.repo.as_ref(), found.items, repo_of).await?;
        // How much there is that the person may not see is not told either.
        let is_all = self.repo.is_some() && items.len() == count;
        let total = if is_all { found.total_count } else { items.len() as u64 };
        Ok((items, more, total))
    }
}

/// Searches code.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Code {
    /// What to look for; GitHub's own search words work too: language:rust path:src.
    words: String,
    /// Only this repository.
    repo: Option<param::Repo>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for Code {
    type On = GitHub;
    const NAME: &str = "code search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["code search extinguisher repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let search = Search::new(on, ctx, &self.words, self.repo.as_ref(), self.page).await?;
        let repo_of = |it: &CodeHit| RepoName::parse(&it.repository.full_name);
        let (items, more, total) = search.run(on, "/search/code", repo_of).await?;
        let line = |it: &CodeHit| Text::new().link(&it.html_url, &it.path).plain(format!(" in {}", it.repository.full_name));
        let next = card::next_page(ctx, "code search", search.page, more, json!(self));
        let lines = items.iter().map(line).collect();
        Ok(Reply::to_channel(card::listed(card::count(total, "file"), "No code matches.", lines, search.page, next)))
    }
}

/// Searches repositories.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Repos {
    /// What to look for; GitHub's own search words work too: org:octo language:rust.
    words: String,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for Repos {
    type On = GitHub;
    const NAME: &str = "repo search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["repo search printer org:octo"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (asker, page) = (on.asker(ctx).await?, self.page.unwrap_or(1));
        let search = Search { asker, query: self.words.trim().to_owned(), repo: None, page };
        let repo_of = |it: &wire::Repo| RepoName::parse(&it.full_name);
        let (items, more, total) = search.run(on, "/search/repositories", repo_of).await?;
        let next = card::next_page(ctx, "repo search", page, more, json!(self));
        let title = if total == 1 { "1 repository".to_owned() } else { format!("{total} repositories") };
        let lines = items.iter().map(repos::line).collect();
        Ok(Reply::to_channel(card::listed(title, "No repository matches.", lines, page, next)))
    }
}

/// Searches the messages of commits.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Commits {
    /// What to look for; GitHub's own search words work too: author:ana.
    words: String,
    /// Only this repository.
    repo: Option<param::Repo>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for Commits {
    type On = GitHub;
    const NAME: &str = "commit search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit search printer repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let search = Search::new(on, ctx, &self.words, self.repo.as_ref(), self.page).await?;
        let repo_of = |it: &wire::Commit| RepoName::parse(&it.repository.as_ref()?.full_name);
        let (items, more, total) = search.run(on, "/search/commits", repo_of).await?;
        let next = card::next_page(ctx, "commit search", search.page, more, json!(self));
        let lines = items.iter().map(commits::line).collect();
        Ok(Reply::to_channel(card::listed(card::count(total, "commit"), "No commit matches.", lines, search.page, next)))
    }
}
