//! `issue metrics`: how many come, how many go, how long they stay.

use std::collections::BTreeMap;

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text, param::Date};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{GitHub, access::Level, param, place::Right, wire},
    Found, Period, percent, seconds, spread,
};

const ISSUES: &str = "query IssueMetrics($query: String!, $after: String) {
  search(type: ISSUE, query: $query, first: 100, after: $after) {
    issueCount pageInfo { hasNextPage endCursor }
    nodes { ... on Issue { createdAt closedAt comments { totalCount } labels(first: 20) { nodes { name } } } }
  }
}";

/// How issues fared: opened, closed, close rate, time to close, by label.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Issues {
    /// The repository.
    repo: Option<param::Repo>,
    /// From this day on; thirty days where you do not say.
    since: Option<Date>,
    /// To this day; today where you do not say.
    until: Option<Date>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
    comments: Count,
    labels: Option<Labels>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    total_count: u64,
}

#[derive(Deserialize)]
struct Labels {
    nodes: Vec<wire::Label>,
}

impl Action for Issues {
    type On = GitHub;
    const NAME: &str = "issue metrics";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue metrics repo=octo/widgets", "issue metrics repo=octo/widgets since=2026-11-01"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let period = Period::of(self.since, self.until, ctx.now)?;
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Issues, Level::Read).await?;
        let days = format!("{}..{}", period.from, period.to);
        let (opened, closed) =
            (format!("repo:{} is:issue created:{days}", place.repo), format!("repo:{} is:issue closed:{days}", place.repo));
        let opened: Found<Issue> = on.search_all(ISSUES, &opened).await.map_err(|it| place.explain(it))?;
        let closed: Found<Issue> = on.search_all(ISSUES, &closed).await.map_err(|it| place.explain(it))?;
        // Open at the end of the period would take the past; what is open now is what people can act on.
        let query = format!("repo:{} is:issue is:open", place.repo);
        let open: wire::Found<wire::Issue> = on.get("/search/issues", &[("q", query.as_str()), ("per_page", "1")]).await?;
        if opened.items.is_empty() && closed.items.is_empty() {
            let message = format!(
                "No issue was opened or closed in {} from {}. {} are open.",
                place.repo,
                period.words(),
                open.total_count
            );
            return Ok(Reply::to_channel(message));
        }
        let of_those = opened.items.iter().filter(|it| it.closed_at.is_some()).count();
        let to_close: Vec<i64> = closed.items.iter().filter_map(|it| Some(seconds(it.created_at, it.closed_at?))).collect();
        let said: u64 = opened.items.iter().map(|it| it.comments.total_count).sum();
        let mut facts: Vec<(String, Text)> = Vec::new();
        let mut fact = |name: &str, value: String| facts.push((name.into(), value.into()));
        fact("Opened", opened.total.to_string());
        fact("Closed", closed.total.to_string());
        fact("Close rate", format!("{} of those opened", percent(of_those, opened.items.len())));
        fact("Time to close", spread(&to_close));
        fact(
            "Comments each",
            match opened.items.len() {
                0 => "none".into(),
                count => format!("{:.1}", said as f64 / count as f64),
            },
        );
        fact("Open now", open.total_count.to_string());
        let mut message = Message::new().heading(format!("Issues in {}", place.repo)).context(period.words()).facts(facts);
        if let Some(table) = by_label(&opened.items, &closed.items) {
            message = message.block(table);
        }
        let read = (opened.items.len() + closed.items.len()) as u64;
        if opened.total + closed.total > read {
            message = message.context(format!("The figures are of the first {read}: GitHub's search shows no more."));
        }
        Ok(Reply::to_channel(message))
    }
}

fn by_label(opened: &[Issue], closed: &[Issue]) -> Option<Block> {
    let mut labels: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for issue in opened {
        for label in issue.labels.iter().flat_map(|it| &it.nodes) {
            labels.entry(&label.name).or_default().0 += 1;
        }
    }
    for issue in closed {
        for label in issue.labels.iter().flat_map(|it| &it.nodes) {
            labels.entry(&label.name).or_default().1 += 1;
        }
    }
    let mut labels: Vec<(&str, (u64, u64))> = labels.into_iter().collect();
    labels.sort_by_key(|(name, (opened, closed))| (std::cmp::Reverse(opened + closed), *name));
    let row = |(name, (opened, closed)): &(&str, (u64, u64))| {
        [name.to_string(), opened.to_string(), closed.to_string()].map(Text::from).to_vec()
    };
    let rows: Vec<Vec<Text>> = labels.iter().take(10).map(row).collect();
    (!rows.is_empty()).then(|| Block::Table { header: ["Label", "Opened", "Closed"].map(str::to_owned).to_vec(), rows })
}
