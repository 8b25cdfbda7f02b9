//! `metrics cycle`: how long work takes.

use std::collections::BTreeMap;

use commands::{Action, Block, Ctx, Effect, Message, Reply, Result, Text};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::past::{Fields, Past, percentile};
use crate::jira::{
    Jira, moment,
    names::{count, quoted},
    param,
};

/// Issues looked at, at most.
const MOST: usize = 300;
const DAYS: u16 = 30;

/// Says how long issues of a project took: from the first work to the end (cycle), and from the wish to the end (lead).
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cycle {
    /// The project, by key or name.
    project: param::Project,
    /// Closed in the last so many days.
    #[schemars(range(min = 1, max = 365))]
    days: Option<u16>,
    /// Only of this type.
    r#type: Option<param::IssueType>,
}

impl Action for Cycle {
    type On = Jira;
    const NAME: &str = "metrics cycle";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["metrics cycle APO", "metrics cycle APO days=90 type=Bug"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let days = self.days.unwrap_or(DAYS);
        let kind = self.r#type.as_ref().map(|it| format!(" AND issuetype = {}", quoted(&it.0))).unwrap_or_default();
        let jql =
            format!("project = {} AND statusCategory = Done AND resolved >= -{days}d{kind} ORDER BY resolved DESC", project.key);
        let fields = ["created", "status", "issuetype", "resolutiondate", "summary"];
        let found = api.search_all(&jql, &fields, Some("changelog"), MOST).await?;
        if found.items.is_empty() {
            return Ok(Reply::to_channel(format!("No issue of {} was closed in the last {days} days.", project.name)));
        }
        let categories = api.categories().await?;
        let mut by_type: BTreeMap<String, Times> = BTreeMap::new();
        let mut all = Times::default();
        let mut slowest: Vec<(SignedDuration, String)> = Vec::new();
        for issue in &found.items {
            let past = Past::of(issue, &api.whole_changelog(issue).await?, &Fields::default());
            let done = past.done(&categories).or(issue.moment("resolutiondate"));
            let lead = past.created.zip(done).map(|(created, done)| done.duration_since(created));
            let name = issue.named("issuetype").map(|it| it.name).unwrap_or_default();
            for times in [&mut all, by_type.entry(name).or_default()] {
                times.cycle.extend(past.cycle(&categories));
                times.lead.extend(lead);
            }
            if let Some(cycle) = past.cycle(&categories) {
                slowest.push((cycle, format!("{} {}", issue.key, issue.summary())));
            }
        }
        slowest.sort_by_key(|it| std::cmp::Reverse(it.0));
        let header =
            ["Type", "Issues", "Cycle (median)", "Cycle (85 %)", "Lead (median)", "Lead (85 %)"].map(str::to_owned).to_vec();
        let mut rows: Vec<Vec<Text>> = by_type.iter_mut().map(|(name, times)| times.row(name)).collect();
        if rows.len() > 1 {
            rows.push(all.row("All"));
        }
        let head = format!("{} of {} closed in the last {days} days", count(found.items.len(), "issue"), project.name);
        let mut message = Message::text(Text::new().bold(head)).block(Block::Table { header, rows });
        let slow: Vec<String> = slowest.iter().take(3).map(|(time, what)| format!("{what} ({})", moment::span(*time))).collect();
        if !slow.is_empty() {
            message = message.paragraph(format!("The longest at work: {}.", slow.join("; ")));
        }
        Ok(Reply::to_channel(if found.more { message.context(format!("Of the last {MOST} only.")) } else { message }))
    }
}

#[derive(Default)]
struct Times {
    cycle: Vec<SignedDuration>,
    lead: Vec<SignedDuration>,
}

impl Times {
    fn row(&mut self, name: &str) -> Vec<Text> {
        self.cycle.sort();
        self.lead.sort();
        let said = |all: &[SignedDuration], percent| percentile(all, percent).map_or("–".to_owned(), moment::span);
        let (cycle, lead) = (&self.cycle, &self.lead);
        let cells = [
            name.to_owned(),
            lead.len().max(cycle.len()).to_string(),
            said(cycle, 50),
            said(cycle, 85),
            said(lead, 50),
            said(lead, 85),
        ];
        cells.into_iter().map(Text::from).collect()
    }
}
