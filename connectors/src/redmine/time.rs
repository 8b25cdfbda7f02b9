//! Time spent on issues and projects.

use std::collections::BTreeMap;

use commands::{
    Action, Block, Ctx, Effect, FieldProblem, Message, Reply, Result, Text, Tone,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Redmine,
    api::Acting,
    card::{self, hours},
    issues::with_note,
    names::{self, pick},
    param, problem, wire,
};

/// The most entries that a report adds up.
const MOST: usize = 5_000;

/// Logs time on an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Log {
    /// The issue's number.
    issue: param::IssueId,
    /// How long: 1.5, 1:30, 90m, 1h30m.
    hours: String,
    /// What it was spent on, such as Development; may be left out where there is one only.
    activity: Option<param::Activity>,
    /// What was done, in a line.
    comment: Option<String>,
    /// The day; today where you do not say.
    date: Option<Date>,
    /// For whom, when it is not for you; needs the right to log time for others.
    user: Option<Person>,
}

impl Action for Log {
    type On = Redmine;
    const NAME: &str = "time log";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["time log 42 1.5 activity=Development comment=\"Put the fire out\"", "time log 42 90m date=yesterday"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let time = read_hours(&self.hours)?;
        let issue = acting.issue(id).await?;
        let project = acting.project(&issue.project.id.to_string()).await?;
        let mut entry = Map::new();
        entry.insert("issue_id".into(), json!(id));
        entry.insert("hours".into(), json!(time));
        let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        entry.insert("spent_on".into(), json!(self.date.map_or(today, |it| it.0)));
        if let Some(activity) = self.activity(&acting, &project).await? {
            entry.insert("activity_id".into(), json!(activity));
        }
        let comment = match acting.note() {
            // The comment of a time entry is one line of at most 1024 characters.
            Some(_) => acting.sign(self.comment.as_deref().unwrap_or_default()).replace("\n\n-- \n", " · "),
            None => self.comment.clone().unwrap_or_default(),
        };
        if !comment.is_empty() {
            entry.insert("comments".into(), json!(comment));
        }
        let mut whose = "";
        let mut person = String::new();
        if let Some(user) = &self.user {
            let found = acting.person("user", &user.0, Some(project.id)).await?;
            entry.insert("user_id".into(), json!(found.id));
            (whose, person) = (" for ", found.name);
        }
        #[derive(Deserialize)]
        struct Answer {
            time_entry: wire::TimeEntry,
        }
        let body = json!({ "time_entry": Value::Object(entry) });
        let logged = acting.post::<Answer>("/time_entries.json", &body).await.map_err(|error| {
            let error = problem::about(error, &format!("issue #{id}"), "Log spent time");
            problem::place(error, &["issue", "hours", "activity", "comment", "date", "user"], &[])
        })?;
        let entry = logged.time_entry;
        let total = hours(issue.spent_hours.unwrap_or(0.0) + entry.hours);
        let text = Text::new()
            .plain(format!("Logged {} h of {}{whose}{person} on ", hours(entry.hours), entry.activity.name))
            .link(card::url(on.http.base(), id), format!("#{id} {}", issue.subject))
            .plain(format!(" for {}. {total} h were spent on it in all.", entry.spent_on));
        Ok(Reply::to_channel(with_note(Message::text(text).tone(Tone::Good), &acting)))
    }
}

impl Log {
    /// The activity's id; none leaves it to Redmine's own default.
    async fn activity(&self, acting: &Acting<'_>, project: &wire::Project) -> Result<Option<u64>> {
        if let Some(activity) = &self.activity {
            return Ok(Some(pick("activity", "activity", &activity.0, &project.time_entry_activities)?.id));
        }
        if let [only] = project.time_entry_activities.as_slice() {
            return Ok(Some(only.id));
        }
        let known = acting.redmine.entries(names::List::Activity).await?;
        Ok(known.iter().find(|it| it.is_default).map(|it| it.id))
    }
}

/// Hours as people write them: `1.5`, `1,5`, `1:30`, `90m`, `1h30m`, `2h`.
pub(super) fn read_hours(text: &str) -> Result<f64> {
    let typed = text.trim().to_lowercase().replace(',', ".").replace(' ', "");
    let number = |text: &str| text.parse::<f64>().ok().filter(|it| it.is_finite() && *it >= 0.0);
    let minutes =
        |text: &str| if text.is_empty() { Some(0.0) } else { number(text.trim_end_matches("min").trim_end_matches('m')) };
    let hours = if let Some((hours, rest)) = typed.split_once([':', 'h']) {
        number(hours).zip(minutes(rest)).map(|(hours, minutes)| hours + minutes / 60.0)
    } else if typed.ends_with('m') || typed.ends_with("min") {
        minutes(&typed).map(|it| it / 60.0)
    } else {
        number(&typed)
    };
    hours.filter(|it| *it > 0.0 && *it < 1000.0).map(|it| (it * 100.0).round() / 100.0).ok_or_else(|| {
        let message = format!("`{}` is no length of time. Write it as 1.5, 1:30, 90m or 1h30m.", text.trim());
        commands::Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new("hours", message)])
    })
}

/// Adds up the time that was spent.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Report {
    /// Only this project.
    project: Option<param::Project>,
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
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    #[default]
    Person,
    Project,
    Activity,
    Issue,
    Day,
}

impl Action for Report {
    type On = Redmine;
    const NAME: &str = "time report";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["time report project=demo", "time report user=me by=day from=2026-11-01 to=2026-11-30"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let to = self.to.map_or(today, |it| it.0);
        let from = self.from.map_or_else(|| to.first_of_month(), |it| it.0);
        if from > to {
            return Err(problem::at("from", format!("The first day, {from}, is after the last, {to}.")));
        }
        let mut query = vec![("from", from.to_string()), ("to", to.to_string())];
        let mut place = "all projects".to_owned();
        let mut project = None;
        if let Some(text) = &self.project {
            let found = acting.project(&text.0).await?;
            query.push(("project_id", found.id.to_string()));
            place.clone_from(&found.name);
            project = Some(found);
        }
        if let Some(user) = &self.user {
            let found = acting.person("user", &user.0, project.as_ref().map(|it| it.id)).await?;
            query.push(("user_id", found.id.to_string()));
        }
        if let Some(activity) = &self.activity {
            let id = match &project {
                Some(project) => pick("activity", "activity", &activity.0, &project.time_entry_activities)?.id,
                None => on.entry(names::List::Activity, "activity", &activity.0).await?.id,
            };
            query.push(("activity_id", id.to_string()));
        }
        let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let found = acting.list_all::<wire::TimeEntry>("/time_entries.json", "time_entries", &query, MOST).await;
        let found = found.map_err(|error| problem::about(error, &place, "View spent time"))?;
        let total: f64 = found.items.iter().map(|it| it.hours).sum();
        let mut message = Message::new().heading(format!("{} h from {from} to {to} in {place}", hours(total)));
        if found.items.is_empty() {
            message = message.paragraph("Nobody logged time then.");
        } else {
            message = message.block(self.table(&found.items, total));
        }
        if found.total > found.items.len() {
            message =
                message.context(format!("Only the first {MOST} of {} entries are counted: choose fewer days.", found.total));
        }
        Ok(Reply::to_channel(with_note(message, &acting)))
    }
}

impl Report {
    fn table(&self, entries: &[wire::TimeEntry], total: f64) -> Block {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for entry in entries {
            let key = match self.by {
                By::Person => entry.user.name.clone(),
                By::Project => entry.project.name.clone(),
                By::Activity => entry.activity.name.clone(),
                By::Issue => entry.issue.as_ref().map_or_else(|| "no issue".to_owned(), |it| format!("#{}", it.id)),
                By::Day => entry.spent_on.to_string(),
            };
            *sums.entry(key).or_default() += entry.hours;
        }
        let mut rows: Vec<(String, f64)> = sums.into_iter().collect();
        if !matches!(self.by, By::Day) {
            rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
        let head = match self.by {
            By::Person => "Person",
            By::Project => "Project",
            By::Activity => "Activity",
            By::Issue => "Issue",
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
