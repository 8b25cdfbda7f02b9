//! `time report`.

use std::collections::BTreeMap;

use commands::{
    Action, Block, Ctx, Effect, Message, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, Which, about};
use crate::openproject::{OpenProject, card::hours, hal::Resource, names::same, param};

/// The most entries that a report adds up.
const MOST: usize = 5_000;

/// Adds up the time that was logged in a period.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Report {
    /// Only this project.
    project: Option<param::Project>,
    /// Only this work package.
    package: Option<param::PackageId>,
    /// Only this person's.
    user: Option<Person>,
    /// Only this activity.
    activity: Option<param::Activity>,
    /// First day; the first of this month where you do not say.
    from: Option<Date>,
    /// Last day; today where you do not say.
    to: Option<Date>,
    /// What the rows are.
    #[serde(default)]
    by: By,
}

/// What a report's rows are.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    #[default]
    Person,
    Project,
    Activity,
    Package,
    Day,
}

impl Action for Report {
    type On = OpenProject;
    const NAME: &str = "time report";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &[
        "time report project=demo",
        "time report user=me by=day from=2026-11-01 to=2026-11-30",
        "time report project=demo by=package",
    ];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let period = Period::of(ctx, self.from, self.to)?;
        let which = Which { project: &self.project, package: &self.package, user: &self.user, activity: &self.activity };
        let mut found = on.entries_of(ctx, &which, period, MOST).await?;
        if let Some(activity) = which.activity {
            found.items.retain(|it| same(&it.title("activity").unwrap_or_default(), &activity.0));
        }
        let time = |it: &Resource| it.hours("hours").unwrap_or(0.0);
        let total: f64 = found.items.iter().map(time).sum();
        let place = self.project.as_ref().map_or(String::new(), |it| format!(" in {}", it.0));
        let mut message = Message::new().heading(format!("{} h from {} to {}{place}", hours(total), period.from, period.to));
        message = match found.items.is_empty() {
            true => message.paragraph("Nobody logged time like that then."),
            false => message.block(self.table(&found.items, total)),
        };
        if found.more {
            message = message.context(format!("Only the last {MOST} entries are counted: choose fewer days."));
        }
        Ok(Reply::to_channel(message.with_long_tables_as_documents("time-report")))
    }
}

impl Report {
    fn table(&self, entries: &[Resource], total: f64) -> Block {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        let title = |it: &Resource, key: &str, none: &str| it.title(key).unwrap_or_else(|| none.to_owned());
        for entry in entries {
            let key = match self.by {
                By::Person => title(entry, "user", "somebody"),
                By::Project => title(entry, "project", "no project"),
                By::Activity => title(entry, "activity", "no activity"),
                By::Package => about(entry).map_or_else(|| "no work package".to_owned(), |it| format!("#{} {}", it.id, it.title)),
                By::Day => entry.text("spentOn").to_owned(),
            };
            *sums.entry(key).or_default() += entry.hours("hours").unwrap_or(0.0);
        }
        let mut rows: Vec<(String, f64)> = sums.into_iter().collect();
        if !matches!(self.by, By::Day) {
            rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
        let head = match self.by {
            By::Person => "Person",
            By::Project => "Project",
            By::Activity => "Activity",
            By::Package => "Work package",
            By::Day => "Day",
        };
        let row = |(name, sum): (String, f64)| {
            vec![Text::from(name), Text::from(hours(sum)), Text::from(format!("{:.0} %", 100.0 * sum / total))]
        };
        let mut rows: Vec<Vec<Text>> = rows.into_iter().map(row).collect();
        rows.push(vec![Text::new().bold("Total"), Text::new().bold(hours(total)), Text::from("100 %")]);
        Block::Table { header: vec![head.into(), "Hours".into(), "Share".into()], rows }
    }
}
