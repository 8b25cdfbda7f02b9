//! `commit metrics`: how often, how large, by whom.

use std::collections::BTreeMap;

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text, param::Date};
use jiff::{Timestamp, civil::Weekday, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    super::{
        GitHub,
        access::Level,
        param,
        place::{Place, Right},
    },
    Author, Connection, Found, PAGES, Period,
};

const COMMITS: &str =
    "query CommitMetrics($owner: String!, $name: String!, $since: GitTimestamp!, $until: GitTimestamp!, $after: String) {
  repository(owner: $owner, name: $name) { defaultBranchRef { name target { ... on Commit {
    history(since: $since, until: $until, first: 100, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { committedDate additions deletions author { name user { login } } }
    }
  } } } }
}";

/// How commits to the default branch fared: how often, how large, by whom.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Commits {
    /// The repository.
    repo: Option<param::Repo>,
    /// From this day on; thirty days where you do not say.
    since: Option<Date>,
    /// To this day; today where you do not say.
    until: Option<Date>,
}

#[derive(Deserialize)]
struct Answer {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    default_branch_ref: Option<Branch>,
}

#[derive(Deserialize)]
struct Branch {
    target: Target,
}

#[derive(Deserialize)]
struct Target {
    history: Connection<Commit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    committed_date: Timestamp,
    additions: u64,
    deletions: u64,
    author: Option<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    name: Option<String>,
    user: Option<Author>,
}

impl Commit {
    fn author(&self) -> String {
        let signature = self.author.as_ref();
        let login = signature.and_then(|it| it.user.as_ref()).map(|it| it.login.clone());
        login.or_else(|| signature.and_then(|it| it.name.clone())).unwrap_or_else(|| "somebody".into())
    }
}

impl Place<'_> {
    /// None in a repository without any commit.
    async fn history(&self, period: Period) -> Result<Option<Found<Commit>>> {
        let (mut items, mut after, mut total) = (Vec::new(), None::<String>, 0);
        for _ in 0..PAGES {
            let variables = json!({
                "owner": self.repo.owner,
                "name": self.repo.name,
                "since": period.starts(),
                "until": period.ends(),
                "after": after,
            });
            let answer: Answer = self.github.ask(COMMITS, variables).await.map_err(|it| self.explain(it))?;
            let Some(branch) = answer.repository.and_then(|it| it.default_branch_ref) else { return Ok(None) };
            let history = branch.target.history;
            total = history.total_count;
            items.extend(history.nodes);
            after = history.page_info.end_cursor.filter(|_| history.page_info.has_next_page);
            if after.is_none() {
                break;
            }
        }
        Ok(Some(Found { items, total }))
    }
}

impl Action for Commits {
    type On = GitHub;
    const NAME: &str = "commit metrics";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["commit metrics repo=octo/widgets", "commit metrics repo=octo/widgets since=2026-11-01"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let period = Period::of(self.since, self.until, ctx.now)?;
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let none = || Ok(Reply::to_channel(format!("Nothing was committed to {} from {}.", place.repo, period.words())));
        let Some(found) = place.history(period).await?.filter(|it| !it.items.is_empty()) else { return none() };
        let all = &found.items;
        let sizes: Vec<i64> = all.iter().map(|it| (it.additions + it.deletions) as i64).collect();
        let (added, deleted) = all.iter().fold((0, 0), |(added, deleted), it| (added + it.additions, deleted + it.deletions));
        let busy: std::collections::BTreeSet<_> = all.iter().map(|it| it.committed_date.to_zoned(TimeZone::UTC).date()).collect();
        let weeks = period.days() as f64 / 7.0;
        let mut facts: Vec<(String, Text)> = Vec::new();
        let mut fact = |name: &str, value: String| facts.push((name.into(), value.into()));
        fact("Commits", found.total.to_string());
        fact("A week", format!("{:.1}", found.total as f64 / weeks.max(1.0 / 7.0)));
        fact("Days with commits", format!("{} of {}", busy.len(), period.days()));
        fact("Busiest day of the week", busiest(all));
        fact("Lines", format!("+{added} −{deleted}"));
        fact("Lines a commit", super::median(sizes).map_or_else(|| "none".into(), |it| format!("{it} (median)")));
        let heading = format!("Commits to {}", place.repo);
        let mut message = Message::new().heading(heading).context(period.words()).facts(facts).block(by_author(all));
        if found.total > all.len() as u64 {
            message = message.context(format!("The figures are of the last {} of {}.", all.len(), found.total));
        }
        Ok(Reply::to_channel(message))
    }
}

fn busiest(all: &[Commit]) -> String {
    const DAYS: [(Weekday, &str); 7] = [
        (Weekday::Monday, "Monday"),
        (Weekday::Tuesday, "Tuesday"),
        (Weekday::Wednesday, "Wednesday"),
        (Weekday::Thursday, "Thursday"),
        (Weekday::Friday, "Friday"),
        (Weekday::Saturday, "Saturday"),
        (Weekday::Sunday, "Sunday"),
    ];
    let on = |day: Weekday| all.iter().filter(|it| it.committed_date.to_zoned(TimeZone::UTC).date().weekday() == day).count();
    // The first of equals: max_by_key takes the last.
    let most = DAYS.iter().rev().max_by_key(|(day, _)| on(*day));
    most.map_or_else(String::new, |(day, name)| format!("{name} ({})", on(*day)))
}

fn by_author(all: &[Commit]) -> Block {
    let mut parts: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
    for commit in all {
        let part = parts.entry(commit.author()).or_default();
        *part = (part.0 + 1, part.1 + commit.additions, part.2 + commit.deletions);
    }
    let mut parts: Vec<(String, (u64, u64, u64))> = parts.into_iter().collect();
    parts.sort_by(|(a, x), (b, y)| y.0.cmp(&x.0).then_with(|| a.cmp(b)));
    let row = |(who, (count, added, deleted)): &(String, (u64, u64, u64))| {
        [who.clone(), count.to_string(), format!("+{added} −{deleted}")].map(Text::from).to_vec()
    };
    Block::Table {
        header: ["Author", "Commits", "Lines"].map(str::to_owned).to_vec(),
        rows: parts.iter().take(15).map(row).collect(),
    }
}
