//! `pr list`.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Place, line};
use crate::bitbucket::{
    Bitbucket,
    lists::{limit, listed, more},
    model::{Paged, PullFilter, Theirs, Which, Window},
    param,
    place::at,
    vendor::Role,
};

/// How many parts of a list are read to find those that are wanted.
const PARTS: usize = 10;
/// How long they are then.
const PART: u32 = 50;

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
            waiting: self.waiting,
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
        let Theirs { pulls: page, unseen } = self.page(on, &filter, &window).await?;
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
        let no = if self.after.is_some() { "No more" } else { "No" };
        let none = format!("{no} {}{where_}{people}.", state.to_lowercase());
        let more = more(ctx, "pr list", &self, page.next);
        let mut message = listed(&head, &none, lines, more);
        if let Some(unseen) = unseen {
            message = message.context(unseen);
        }
        Ok(Reply::to_channel(message))
    }
}

impl List {
    /// As many as are wanted. Where the list cannot be asked for them, more of it is read than is shown.
    async fn page(&self, on: &Bitbucket, filter: &PullFilter, window: &Window) -> Result<Theirs> {
        // `3@` before where a part begins says how many of it were looked at.
        let (mut seen, mut after) = match window.after.as_deref().map(|it| (it, it.split_once('@'))) {
            Some((_, Some((seen, after)))) if let Ok(seen) = seen.parse::<usize>() => {
                (seen, Some(after.to_owned()).filter(|it| !it.is_empty()))
            }
            Some((after, _)) => (0, Some(after.to_owned())),
            None => (0, None),
        };
        let size = if self.is_narrowed() { PART } else { window.limit };
        // A repository's list was asked for all the rest.
        let left = match &self.repo {
            Some(_) => PullFilter { waiting: filter.waiting, reviewer: filter.reviewer.clone(), ..PullFilter::default() },
            None => filter.clone(),
        };
        let (mut items, mut unseen) = (Vec::new(), None);
        for _ in 0..PARTS {
            let part = self.part(on, filter, &Window { limit: size, after: after.clone() }).await?;
            unseen = part.unseen;
            for (at, pull) in part.pulls.items.into_iter().enumerate().skip(seen).filter(|(_, it)| left.fits(it)) {
                if items.len() == window.limit as usize {
                    let next = Some(format!("{at}@{}", after.unwrap_or_default()));
                    return Ok(Theirs { pulls: Paged { items, next }, unseen });
                }
                items.push(pull);
            }
            (seen, after) = (0, part.pulls.next);
            if after.is_none() || items.len() == window.limit as usize {
                break;
            }
        }
        Ok(Theirs { pulls: Paged { items, next: after }, unseen })
    }

    /// Whether it wants what not every list can be asked for.
    fn is_narrowed(&self) -> bool {
        let in_all = self.repo.is_none()
            && (self.into.is_some() || self.text.is_some() || self.author.is_some() && self.reviewer.is_some());
        self.waiting || in_all
    }

    async fn part(&self, on: &Bitbucket, filter: &PullFilter, window: &Window) -> Result<Theirs> {
        if let Some(repo) = &self.repo {
            let pulls = on.api().pulls(&on.repo(Some(repo))?, filter, window).await?;
            return Ok(Theirs { pulls, unseen: None });
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
        on.api().pulls_of(person, role, filter, window).await
    }
}
