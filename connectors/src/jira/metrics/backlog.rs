//! `metrics backlog`, `metrics flow`: what waits, and whether it grows.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::past::percentile;
use crate::jira::{Jira, moment, names::count, param};

/// Issues looked at, at most.
const MOST: usize = 1000;

/// Says how old the open issues of a project are that nobody has begun, by priority.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Backlog {
    /// The project, by key or name.
    project: param::Project,
}

impl Action for Backlog {
    type On = Jira;
    const NAME: &str = "metrics backlog";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["metrics backlog APO"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let jql = format!(
            "project = {} AND statusCategory = \"To Do\" AND issuetype != Epic ORDER BY priority DESC, created ASC",
            project.key
        );
        let found = api.search_all(&jql, &["created", "priority", "assignee", "summary"], None, MOST).await?;
        if found.items.is_empty() {
            return Ok(Reply::to_channel(format!("Nothing waits in {}.", project.name)));
        }
        // In the order in which Jira ranks priorities.
        let mut by_priority: Vec<(String, Vec<(SignedDuration, String)>)> = Vec::new();
        for issue in &found.items {
            let name = issue.named("priority").map_or_else(|| "none".to_owned(), |it| it.name);
            let age = issue.moment("created").map_or(SignedDuration::ZERO, |it| ctx.now.duration_since(it));
            match by_priority.iter_mut().find(|(it, _)| *it == name) {
                Some((_, all)) => all.push((age, issue.key.clone())),
                None => by_priority.push((name, vec![(age, issue.key.clone())])),
            }
        }
        let row = |(name, all): &mut (String, Vec<(SignedDuration, String)>)| {
            all.sort();
            let ages: Vec<SignedDuration> = all.iter().map(|it| it.0).collect();
            let oldest = all.last().map(|(age, key)| format!("{key} ({})", moment::span(*age))).unwrap_or_default();
            let middle = percentile(&ages, 50).map(moment::span).unwrap_or_default();
            [name.clone(), all.len().to_string(), middle, oldest].into_iter().map(Text::from).collect()
        };
        let rows = by_priority.iter_mut().map(row).collect();
        let header = ["Priority", "Issues", "Age (median)", "Oldest"].map(str::to_owned).to_vec();
        let nobodys = found.items.iter().filter(|it| it.user("assignee").is_none()).count();
        let head = format!("{} of {} wait", count(found.items.len(), "issue"), project.name);
        let message = Message::text(Text::new().bold(head)).block(Block::Table { header, rows });
        let message = message.context(format!(
            "{nobodys} of them are nobody's.{}",
            if found.more { " Only the first 1000 are counted." } else { "" }
        ));
        let show = Button::run("Show them", ctx.call("issue jql", json!({ "jql": jql })));
        Ok(Reply::to_channel(message.buttons(vec![show])))
    }
}

/// Says how many issues of a project came and went, week by week.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Flow {
    /// The project, by key or name.
    project: param::Project,
    /// How many weeks back.
    #[schemars(range(min = 1, max = 12))]
    weeks: Option<u8>,
}

impl Action for Flow {
    type On = Jira;
    const NAME: &str = "metrics flow";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["metrics flow APO", "metrics flow APO weeks=8"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = api.project(&self.project.0).await?;
        let weeks = i64::from(self.weeks.unwrap_or(4));
        let (mut rows, mut created, mut closed) = (Vec::new(), 0, 0);
        for week in (0..weeks).rev() {
            let (from, until) = ((week + 1) * 7, week * 7);
            // The last week goes on until now.
            let within = |field: &str| match until {
                0 => format!("project = {} AND {field} >= -{from}d", project.key),
                _ => format!("project = {} AND {field} >= -{from}d AND {field} < -{until}d", project.key),
            };
            let (came, went) = (api.count(&within("created")).await?, api.count(&within("resolved")).await?);
            created += came;
            closed += went;
            let day = moment::day(ctx.now - SignedDuration::from_hours(from * 24));
            rows.push(
                [format!("from {day}"), came.to_string(), went.to_string(), signed(came, went)]
                    .into_iter()
                    .map(Text::from)
                    .collect(),
            );
        }
        let open = api.count(&format!("project = {} AND statusCategory != Done", project.key)).await?;
        let header = ["Week", "Created", "Closed", "Change"].map(str::to_owned).to_vec();
        let said = format!(
            "{}: {created} created and {closed} closed in {}, {open} open now.",
            project.name,
            count(weeks as usize, "week")
        );
        let tone = if created > closed { Tone::Warning } else { Tone::Good };
        Ok(Reply::to_channel(Message::text(said).tone(tone).block(Block::Table { header, rows })))
    }
}

fn signed(came: usize, went: usize) -> String {
    match came.cmp(&went) {
        std::cmp::Ordering::Greater => format!("+{}", came - went),
        std::cmp::Ordering::Equal => "0".to_owned(),
        std::cmp::Ordering::Less => format!("-{}", went - came),
    }
}
