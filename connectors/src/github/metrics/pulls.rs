//! `pr metrics`: how many, how many merged, how long reviews take, how much is said.

use std::collections::BTreeMap;

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text, param::Date};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{GitHub, access::Level, param, place::Right},
    Author, Found, Period, percent, seconds, spread,
};

const PULLS: &str = "query PullRequestMetrics($query: String!, $after: String) {
  search(type: ISSUE, query: $query, first: 100, after: $after) {
    issueCount pageInfo { hasNextPage endCursor }
    nodes { ... on PullRequest {
      number title url createdAt mergedAt closedAt additions deletions author { login }
      comments { totalCount } reviewThreads { totalCount }
      reviews(first: 20) { totalCount nodes { submittedAt state author { login } } }
    } }
  }
}";

/// How pull requests fared: count, merge rate, time to review and to merge, comments, by whom.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Pulls {
    /// The repository.
    repo: Option<param::Repo>,
    /// From this day on; thirty days where you do not say.
    since: Option<Date>,
    /// To this day; today where you do not say.
    until: Option<Date>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pull {
    created_at: Timestamp,
    merged_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    additions: u64,
    deletions: u64,
    author: Option<Author>,
    comments: Count,
    review_threads: Count,
    reviews: Reviews,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    total_count: u64,
}

#[derive(Deserialize)]
struct Reviews {
    nodes: Vec<Review>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    submitted_at: Option<Timestamp>,
    author: Option<Author>,
}

impl Pull {
    fn author(&self) -> &str {
        self.author.as_ref().map_or("somebody", |it| it.login.as_str())
    }

    /// Reviews by others: who answers comments on their own reviews too, as GitHub counts.
    fn reviews(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        let reviews = self.reviews.nodes.iter().filter_map(|it| Some((it.author.as_ref()?.login.as_str(), it.submitted_at?)));
        reviews.filter(|(who, _)| *who != self.author())
    }

    fn to_review(&self) -> Option<i64> {
        self.reviews().map(|(_, at)| seconds(self.created_at, at)).min()
    }
}

/// One person's part.
#[derive(Default)]
struct Part {
    opened: usize,
    merged: usize,
    reviewed: usize,
}

impl Action for Pulls {
    type On = GitHub;
    const NAME: &str = "pr metrics";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pr metrics repo=octo/widgets", "pr metrics repo=octo/widgets since=2026-11-01"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let period = Period::of(self.since, self.until, ctx.now)?;
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Pulls, Level::Read).await?;
        let query = format!("repo:{} is:pr created:{}..{}", place.repo, period.from, period.to);
        let found: Found<Pull> = on.search_all(PULLS, &query).await.map_err(|it| place.explain(it))?;
        let all = &found.items;
        if all.is_empty() {
            return Ok(Reply::to_channel(format!("No pull request was opened in {} from {}.", place.repo, period.words())));
        }
        let merged: Vec<&Pull> = all.iter().filter(|it| it.merged_at.is_some()).collect();
        let ended = all.iter().filter(|it| it.merged_at.is_some() || it.closed_at.is_some()).count();
        let to_review: Vec<i64> = all.iter().filter_map(Pull::to_review).collect();
        let to_merge: Vec<i64> = merged.iter().filter_map(|it| Some(seconds(it.created_at, it.merged_at?))).collect();
        let said: u64 = all.iter().map(|it| it.comments.total_count + it.review_threads.total_count).sum();
        let lines: u64 = all.iter().map(|it| it.additions + it.deletions).sum();
        let count = all.len() as u64;
        let mut facts: Vec<(String, Text)> = Vec::new();
        let mut fact = |name: &str, value: String| facts.push((name.into(), value.into()));
        fact("Opened", found.total.to_string());
        fact("Merged", format!("{} ({} of those that ended)", merged.len(), percent(merged.len(), ended)));
        fact("Closed without merging", (ended - merged.len()).to_string());
        fact("Still open", (all.len() - ended).to_string());
        fact("Time to first review", spread(&to_review));
        fact("Without any review", percent(all.len() - to_review.len(), all.len()));
        fact("Time to merge", spread(&to_merge));
        fact("Comments each", format!("{:.1}", said as f64 / count as f64));
        fact("Lines changed each", (lines / count).to_string());

        let title = format!("Pull requests in {}", place.repo);
        let mut message = Message::new().heading(title).context(period.words()).facts(facts).block(by_person(all));
        if found.total > count {
            message = message
                .context(format!("The figures are of the first {count} of {}: GitHub's search shows no more.", found.total));
        }
        Ok(Reply::to_channel(message))
    }
}

fn by_person(all: &[Pull]) -> Block {
    let mut parts: BTreeMap<&str, Part> = BTreeMap::new();
    for pull in all {
        let part = parts.entry(pull.author()).or_default();
        part.opened += 1;
        part.merged += usize::from(pull.merged_at.is_some());
        let mut reviewers: Vec<&str> = pull.reviews().map(|(who, _)| who).collect();
        reviewers.sort_unstable();
        reviewers.dedup();
        for reviewer in reviewers {
            parts.entry(reviewer).or_default().reviewed += 1;
        }
    }
    let mut parts: Vec<(&str, Part)> = parts.into_iter().collect();
    parts.sort_by_key(|(who, it)| (std::cmp::Reverse(it.opened + it.reviewed), *who));
    let row = |(who, part): &(&str, Part)| {
        [who.to_string(), part.opened.to_string(), part.merged.to_string(), part.reviewed.to_string()].map(Text::from).to_vec()
    };
    let header = ["Who", "Opened", "Merged", "Reviewed"].map(str::to_owned).to_vec();
    Block::Table { header, rows: parts.iter().take(15).map(row).collect() }
}
