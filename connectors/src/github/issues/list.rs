//! `issue list` and `issue search`; pull requests are found the same way.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    super::{
        GitHub,
        access::{Asker, Level},
        card, param,
        place::{RepoName, Right},
        wire,
    },
    is_none,
};

pub(in crate::github) const LIMIT: u32 = 10;

/// Lists issues, the last changed first. Without a repository, your own are listed wherever they are.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// Only this repository.
    repo: Option<param::Repo>,
    /// Which: open, closed or any.
    #[serde(default)]
    state: State,
    /// Who works on it: me, @ana, a login, none.
    assignee: Option<Person>,
    /// Who opened it.
    author: Option<Person>,
    /// Has this label; may be given several times.
    #[serde(default)]
    label: Vec<param::Label>,
    /// Planned for this milestone, by title; none for those without one.
    milestone: Option<param::Milestone>,
    /// Changed on this day or later.
    since: Option<Date>,
    /// What comes first.
    #[serde(default)]
    sort: Sort,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// A state that a list asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Open,
    Closed,
    Any,
}

/// An order of issues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Last changed first.
    #[default]
    Updated,
    /// Newest first.
    Created,
    /// Most discussed first.
    Comments,
}

impl Sort {
    pub fn name(self) -> &'static str {
        match self {
            Sort::Updated => "updated",
            Sort::Created => "created",
            Sort::Comments => "comments",
        }
    }
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "issue list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue list repo=octo/widgets", "issue list assignee=me", "issue list label=bug milestone=none"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let repo = on.searched(self.repo.as_ref(), &[&self.assignee, &self.author])?;
        let mut filter = Filter::new(on, ctx, "is:issue", repo).await?;
        filter.state(self.state);
        filter.person(on, ctx, "assignee", "assignee", self.assignee.as_ref()).await?;
        filter.person(on, ctx, "author", "author", self.author.as_ref()).await?;
        for label in &self.label {
            filter.has("label", &label.0);
        }
        if let Some(milestone) = &self.milestone {
            filter.has_or_not("milestone", &milestone.0);
        }
        if let Some(since) = self.since {
            filter.word(&format!("updated:>={}", since.0));
        }
        let (limit, page) = (self.limit.unwrap_or(LIMIT), self.page.unwrap_or(1));
        found(on, ctx, filter, "issue", self.sort, limit, page, "issue list", json!(self)).await
    }
}

/// Searches issues for words, in titles, descriptions and comments.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Search {
    /// What to look for; GitHub's own search words work too: label:bug in:title.
    words: String,
    /// Only this repository.
    repo: Option<param::Repo>,
    /// Which: open, closed or any.
    #[serde(default)]
    state: State,
    /// Pull requests as well.
    #[serde(default)]
    prs: bool,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for Search {
    type On = GitHub;
    const NAME: &str = "issue search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue search printer fire", "issue search printer repo=octo/widgets state=any"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let kind = if self.prs { "" } else { "is:issue" };
        let repo = on.searched(self.repo.as_ref(), &[])?;
        let mut filter = Filter::new(on, ctx, kind, repo).await?;
        filter.state(self.state);
        filter.word(&self.words);
        let page = self.page.unwrap_or(1);
        found(on, ctx, filter, "match", Sort::Updated, LIMIT, page, "issue search", json!(self)).await
    }
}

/// A search in GitHub's words: <https://docs.github.com/en/search-github>.
pub(in crate::github) struct Filter {
    pub asker: Asker,
    pub repo: Option<RepoName>,
    words: Vec<String>,
}

impl GitHub {
    /// The repository that is searched: the one that is named, else the connection's own. What is a person's own is
    /// searched for everywhere.
    pub(in crate::github) fn searched(
        &self,
        named: Option<&param::Repo>,
        people: &[&Option<Person>],
    ) -> Result<Option<RepoName>> {
        let is_own = |it: &&Option<Person>| it.as_ref().is_some_and(|it| matches!(it.0.trim(), "me" | "myself"));
        match named {
            Some(_) => self.repo(named).map(Some),
            None if people.iter().any(is_own) => Ok(None),
            None => Ok(self.repo.clone()),
        }
    }
}

impl Filter {
    /// # Errors
    /// Where the person may not read the repository.
    pub async fn new(on: &GitHub, ctx: &Ctx, kind: &str, repo: Option<RepoName>) -> Result<Filter> {
        let asker = match &repo {
            Some(repo) => on.place(ctx, repo.clone(), Right::Issues, Level::Read).await?.asker,
            None => on.asker(ctx).await?,
        };
        let mut words = Vec::new();
        if !kind.is_empty() {
            words.push(kind.to_owned());
        }
        match &repo {
            Some(repo) => words.push(format!("repo:{repo}")),
            None => words.push("archived:false".into()),
        }
        Ok(Filter { asker, repo, words })
    }

    pub fn word(&mut self, word: &str) {
        if !word.trim().is_empty() {
            self.words.push(word.trim().to_owned());
        }
    }

    pub fn state(&mut self, state: State) {
        match state {
            State::Open => self.word("is:open"),
            State::Closed => self.word("is:closed"),
            State::Any => {}
        }
    }

    /// A qualifier whose value may be any text.
    pub fn has(&mut self, key: &str, value: &str) {
        self.words.push(format!("{key}:\"{}\"", value.trim().replace('"', "")));
    }

    pub fn has_or_not(&mut self, key: &str, value: &str) {
        if is_none(value) { self.words.push(format!("no:{key}")) } else { self.has(key, value) }
    }

    /// A qualifier about a person.
    pub async fn person(&mut self, on: &GitHub, ctx: &Ctx, field: &str, key: &str, person: Option<&Person>) -> Result<()> {
        match person {
            Some(person) if is_none(&person.0) => self.words.push(format!("no:{key}")),
            Some(person) => {
                let login = on.login(ctx, &self.asker, field, &person.0).await?;
                self.words.push(format!("{key}:{login}"));
            }
            None => {}
        }
        Ok(())
    }

    pub fn query(&self) -> String {
        self.words.join(" ")
    }
}

/// Searches, and lists what the person may see of what was found.
#[expect(clippy::too_many_arguments, reason = "what a list is asked by, which its next page repeats")]
pub(in crate::github) async fn found(
    on: &GitHub,
    ctx: &Ctx,
    filter: Filter,
    noun: &str,
    sort: Sort,
    limit: u32,
    page: u32,
    action: &str,
    params: Value,
) -> Result<Reply> {
    let (query, per_page, number) = (filter.query(), limit.to_string(), page.to_string());
    let mut asked = vec![("q", query.as_str()), ("sort", sort.name()), ("order", "desc"), ("per_page", &per_page)];
    if page > 1 {
        asked.push(("page", &number));
    }
    let found: wire::Found<wire::Issue> = on.get("/search/issues", &asked).await?;
    let before = u64::from(limit) * u64::from(page.saturating_sub(1));
    // GitHub shows no more than the first thousand of a search.
    let more = found.total_count.min(1_000) > before + found.items.len() as u64;
    // Words may name other repositories than the one that was asked for.
    let count = found.items.len();
    let items = on.keep_visible(&filter.asker, filter.repo.as_ref(), found.items, wire::Issue::repo).await?;
    // How many there are that the person may not see is not told either.
    let is_all = filter.repo.is_some() && items.len() == count;
    let total = if is_all { found.total_count } else { items.len() as u64 };
    let here = |it: &wire::Issue| filter.repo.as_ref().filter(|repo| it.repo().as_ref() == Some(*repo));
    let lines: Vec<Text> = items.iter().map(|it| card::line(here(it), it)).collect();
    let noun = if noun == "match" && total != 1 { "matche" } else { noun };
    let place = filter.repo.as_ref().map(|it| format!(" in {it}")).unwrap_or_default();
    let of_more = if filter.repo.is_none() && (more || page > 1) { " on this page" } else { "" };
    let title = format!("{}{place}{of_more}", card::count(total, noun));
    let none = format!("Nothing{place} matches.");
    let message: Message = card::listed(title, &none, lines, page, card::next_page(ctx, action, page, more, params));
    Ok(Reply::to_channel(message))
}
