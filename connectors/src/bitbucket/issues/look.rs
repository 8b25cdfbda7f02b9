//! `issue list` and `issue show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{key, reply};
use crate::bitbucket::{
    Bitbucket,
    cloud::issues::{Filter, Issue, Kind, Priority, State},
    lists::{in_a_line, limit, listed, more},
    model::Window,
    param,
    vendor::Only,
};

/// Lists issues, those that changed last first (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// In this state only; all that are open where you do not say.
    state: Option<State>,
    /// Closed ones too.
    #[serde(default)]
    all: bool,
    /// Of this kind only.
    kind: Option<Kind>,
    /// Of this priority only.
    priority: Option<Priority>,
    /// Whose they are; `none` for nobody's.
    assignee: Option<Person>,
    /// Who reported them.
    reporter: Option<Person>,
    /// Words of title or description.
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
    const NAME: &str = "issue list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &[
        "issue list repo=website",
        "issue list repo=website assignee=me priority=critical",
        "issue list repo=website state=resolved",
    ];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Issues)?;
        let repo = on.repo(Some(&self.repo))?;
        let mut filter = Filter {
            open_only: self.state.is_none() && !self.all,
            state: self.state,
            kind: self.kind,
            priority: self.priority,
            text: self.text.clone().filter(|it| !it.trim().is_empty()),
            ..Filter::default()
        };
        filter.assignee = match &self.assignee {
            Some(person) if person.0.eq_ignore_ascii_case("none") => Some(None),
            Some(person) => Some(Some(on.person("assignee", &person.0, ctx).await?)),
            None => None,
        };
        if let Some(person) = &self.reporter {
            filter.reporter = Some(on.person("reporter", &person.0, ctx).await?);
        }
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = cloud.issues(&repo, &filter, &window).await?;
        let line = |it: &Issue| {
            let assignee = it.assignee.as_ref().map_or_else(|| "nobody".to_owned(), |it| it.name());
            let rest = format!(" {} · {} · {} · {assignee}", it.title, it.state, it.priority);
            Text::new().link(it.links.page(), format!("#{}", it.id)).plain(rest)
        };
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "issue list", &self, page.next);
        let open = if filter.open_only { "Open issues" } else { "Issues" };
        let none = format!("No issue of {repo} matches.");
        Ok(Reply::to_channel(listed(&format!("{open} of {repo}"), &none, lines, more)))
    }
}

/// Shows an issue, with buttons to work on it (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// Its number, or a link to it.
    issue: param::Issue,
    /// Its repository.
    repo: Option<param::Repo>,
    /// Show the last comments too.
    #[serde(default)]
    comments: bool,
}

impl Action for Show {
    type On = Bitbucket;
    const NAME: &str = "issue show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue show 1 repo=website", "issue show 1 repo=website --comments"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Issues)?;
        let (repo, id) = on.issue_id(&self.issue, self.repo.as_ref())?;
        let issue = cloud.issue(&repo, id).await?;
        let mut shown = reply(ctx, Message::new(), &repo, &issue);
        if self.comments {
            let comments = cloud.issue_comments(&repo, id, 5).await?;
            let line = |it: &crate::bitbucket::model::Comment| {
                Text::new().bold(&it.author).plain(" ").time(it.at).plain(format!(": {}", in_a_line(&it.text, 300)))
            };
            let lines = comments.iter().map(line).collect();
            let none = format!("Nobody has commented on {}.", key(&repo, &issue));
            shown.message.blocks.extend(listed("Last comments", &none, lines, None).blocks);
        }
        Ok(shown)
    }
}
