//! `pr list`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Place, line};
use crate::bitbucket::{
    Bitbucket,
    lists::{limit, listed, more},
    model::{Opinion, Paged, Pull, PullFilter, Review, Which, Window},
    param,
    place::at,
    vendor::Role,
};

/// Lists pull requests of a repository, or of a person in all of them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Of which repository; all that the bot sees, when you name an author or a reviewer.
    repo: Option<param::Repo>,
    /// In which state.
    #[serde(default)]
    state: Which,
    /// Who wrote it.
    author: Option<param::Person>,
    /// Who is asked to review it.
    reviewer: Option<param::Person>,
    /// Only those that the reviewer has said nothing of yet.
    #[serde(default)]
    waiting: bool,
    /// The branch that it goes into.
    into: Option<param::Branch>,
    /// Words of its title.
    text: Option<String>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "pr list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &[
        "pr list repo=website",
        "pr list reviewer=me --waiting",
        "pr list repo=website state=merged author=@ana into=main text=lobby limit=5",
    ];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        if self.waiting && self.reviewer.is_none() {
            return Err(at("reviewer", "Waiting for whom? Write reviewer=me, or somebody else."));
        }
        let mut filter = PullFilter {
            which: self.state,
            into: self.into.as_ref().map(|it| it.0.trim().to_owned()),
            text: self.text.clone().filter(|it| !it.trim().is_empty()),
            ..PullFilter::default()
        };
        if let Some(person) = &self.author {
            filter.author = Some(on.person("author", &person.0, ctx).await?);
        }
        if let Some(person) = &self.reviewer {
            filter.reviewer = Some(on.person("reviewer", &person.0, ctx).await?);
        }
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let (place, where_) = match &self.repo {
            Some(repo) => (Place::Known, format!(" in {}", on.repo(Some(repo))?)),
            None => (Place::Named, String::new()),
        };
        let page = self.page(on, &filter, &window).await?;
        let state = match self.state {
            Which::Open => "Open pull requests",
            Which::Merged => "Merged pull requests",
            Which::Declined => "Declined pull requests",
            Which::All => "Pull requests",
        };
        let whose = |role: &str, it: &Option<crate::bitbucket::model::Account>| {
            it.as_ref().map(|it| format!(" {role} {}", it.name)).unwrap_or_default()
        };
        let people = format!("{}{}", whose("by", &filter.author), whose("for review by", &filter.reviewer));
        let head = format!("{state}{where_}{people}");
        let lines = page.items.iter().map(|it| line(it, place)).collect();
        let none = format!("No {}{where_}{people}.", state.to_lowercase());
        let more = more(ctx, "pr list", &self, page.next);
        Ok(Reply::to_channel(listed(&head, &none, lines, more)))
    }
}

impl List {
    async fn page(&self, on: &Bitbucket, filter: &PullFilter, window: &Window) -> Result<Paged<Pull>> {
        let mut page = self.all(on, filter, window).await?;
        if let Some(person) = filter.reviewer.as_ref().filter(|_| self.waiting) {
            let waits = |it: &Review| it.person.id == person.id && it.opinion == Opinion::Waiting;
            page.items.retain(|pull| pull.reviews.iter().any(waits));
        }
        Ok(page)
    }

    async fn all(&self, on: &Bitbucket, filter: &PullFilter, window: &Window) -> Result<Paged<Pull>> {
        if let Some(repo) = &self.repo {
            return on.api().pulls(&on.repo(Some(repo))?, filter, window).await;
        }
        let (role, person) = match (&filter.reviewer, &filter.author) {
            (Some(person), _) => (Role::Reviewer, person),
            (None, Some(person)) => (Role::Author, person),
            (None, None) => {
                return Err(at(
                    "repo",
                    "Of which repository? Write repo=…, or whose: author=me, reviewer=me. With `link` a channel gets a repository of its own.",
                ));
            }
        };
        let page = on.api().pulls_of(person, role, filter.which, window).await?;
        // What these lists cannot be asked for.
        let text = filter.text.as_ref().map(|it| it.to_lowercase());
        let fits = |pull: &Pull| {
            text.as_ref().is_none_or(|it| pull.title.to_lowercase().contains(it))
                && filter.into.as_ref().is_none_or(|it| pull.target.branch == *it)
                && filter.author.as_ref().is_none_or(|it| pull.author.as_ref().is_some_and(|author| author.id == it.id))
        };
        Ok(Paged { items: page.items.into_iter().filter(fits).collect(), next: page.next })
    }
}
