//! Time that was logged, one by one: looked through, set right, taken back. `time log` and `time report` are in [`super::time`].

use commands::{
    Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Text, Tone,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Redmine,
    api::Acting,
    card::{self, hours},
    issues::{listed, with_note},
    names::pick,
    param, problem,
    time::read_hours,
    wire,
};
use crate::http::Repeatable;

const LIMIT: u32 = 10;

impl Acting<'_> {
    async fn entry(&self, id: &param::EntryId) -> Result<wire::TimeEntry> {
        #[derive(Deserialize)]
        struct One {
            time_entry: wire::TimeEntry,
        }
        let id = id.number("entry")?;
        let one: Result<One> = self.get(&format!("/time_entries/{id}.json"), &[]).await;
        Ok(one.map_err(|error| problem::about(error, &format!("logged time {id}"), "View spent time"))?.time_entry)
    }
}

/// `12: 1.5 h of Development by Ana Example on 2026-11-21 · #1 · Looking`, after `said`.
fn line(said: &str, base: &str, it: &wire::TimeEntry) -> Text {
    let head = format!("{said}{}: {} h of {} by {} on {}", it.id, hours(it.hours), it.activity.name, it.user.name, it.spent_on);
    let text = match &it.issue {
        Some(issue) => Text::new().plain(format!("{head} · ")).link(card::url(base, issue.id), format!("#{}", issue.id)),
        None => Text::new().plain(format!("{head} · {}", it.project.name)),
    };
    match it.comments.as_str() {
        "" => text,
        comments => text.plain(format!(" · {comments}")),
    }
}

/// Lists time that was logged, the last day first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only on this issue.
    #[schemars(extend("x-positional" = true))]
    issue: Option<param::IssueId>,
    /// Only in this project.
    project: Option<param::Project>,
    /// Only this person's.
    user: Option<Person>,
    /// From this day on.
    from: Option<Date>,
    /// Until this day.
    to: Option<Date>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<u32>,
}

impl Action for List {
    type On = Redmine;
    const NAME: &str = "time list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["time list 42", "time list project=demo user=me from=2026-11-01"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let mut query = Vec::new();
        let issue = match &self.issue {
            Some(issue) => Some(issue.number("issue")?.to_string()),
            None => None,
        };
        query.extend(issue.clone().map(|it| ("issue_id", it)));
        let mut project = None;
        if let Some(text) = &self.project {
            let found = acting.project(&text.0).await?;
            query.push(("project_id", found.id.to_string()));
            project = Some(found.id);
        }
        if let Some(user) = &self.user {
            query.push(("user_id", acting.person("user", &user.0, project).await?.id.to_string()));
        }
        query.extend(self.from.map(|it| ("from", it.0.to_string())));
        query.extend(self.to.map(|it| ("to", it.0.to_string())));
        let offset = self.offset.unwrap_or(0);
        query.extend([("sort", "spent_on:desc".to_owned()), ("limit", LIMIT.to_string()), ("offset", offset.to_string())]);
        let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let page = acting.list::<wire::TimeEntry>("/time_entries.json", "time_entries", &query).await;
        let page = page.map_err(|error| problem::about(error, "logged time", "View spent time"))?;
        let more = |next: u32| {
            let mut params = json!({
                "issue": issue, "project": self.project.as_ref().map(|it| &it.0), "user": self.user.as_ref().map(|it| &it.0),
                "from": self.from.map(|it| it.0), "to": self.to.map(|it| it.0), "offset": next,
            });
            if let Value::Object(params) = &mut params {
                params.retain(|_, it| !it.is_null());
            }
            Button::run("Show more", ctx.call(Self::NAME, params))
        };
        let lines = page.items.iter().map(|it| line("", on.http.base(), it)).collect();
        Ok(Reply::to_channel(with_note(listed(lines, offset, page.total, "time log", more), &acting)))
    }
}

/// Sets logged time right.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Its number, as `time list` shows it.
    entry: param::EntryId,
    /// How long: 1.5, 1:30, 90m, 1h30m.
    hours: Option<String>,
    /// What it was spent on, such as Development.
    activity: Option<param::Activity>,
    /// What was done, in a line.
    comment: Option<String>,
    /// The day.
    date: Option<Date>,
}

impl Action for Update {
    type On = Redmine;
    const NAME: &str = "time update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["time update 12 hours=2", "time update 12 activity=Design date=yesterday"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let before = acting.entry(&self.entry).await?;
        let mut change = Map::new();
        if let Some(hours) = &self.hours {
            change.insert("hours".into(), json!(read_hours(hours)?));
        }
        if let Some(activity) = &self.activity {
            let project = acting.project(&before.project.id.to_string()).await?;
            let picked = pick("activity", "activity", &activity.0, &project.time_entry_activities)?;
            change.insert("activity_id".into(), json!(picked.id));
        }
        if let Some(comment) = &self.comment {
            change.insert("comments".into(), json!(comment.trim()));
        }
        if let Some(date) = self.date {
            change.insert("spent_on".into(), json!(date.0));
        }
        if change.is_empty() {
            return Err(problem::at("hours", "What shall change? Write hours=…, activity=…, comment=… or date=…."));
        }
        let path = format!("/time_entries/{}.json", before.id);
        let put = acting.put(&path, &json!({ "time_entry": change }), Repeatable::Yes).await;
        put.map_err(|error| {
            let error = problem::about(error, &format!("logged time {}", before.id), "Edit time logs");
            problem::place(error, &["hours", "activity", "comment", "date"], &[])
        })?;
        let after = acting.entry(&self.entry).await?;
        let text = line("Changed ", on.http.base(), &after);
        Ok(Reply::to_channel(with_note(Message::text(text).tone(Tone::Good), &acting)))
    }
}

/// Deletes logged time. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its number, as `time list` shows it.
    entry: param::EntryId,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Redmine;
    const NAME: &str = "time delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["time delete 12"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let entry = acting.entry(&self.entry).await?;
        if self.confirm != Some(param::Confirm::Yes) {
            let text = line("This deletes ", on.http.base(), &entry);
            let params = json!({ "entry": entry.id.to_string(), "confirm": "yes" });
            let button = Button::run("Delete it", ctx.call(Self::NAME, params)).danger("It cannot be brought back. Go on?");
            let message = Message::text(text).tone(Tone::Warning).buttons(vec![button]);
            return Ok(Reply::new(message, Audience::Private));
        }
        let deleted = acting.delete(&format!("/time_entries/{}.json", entry.id)).await;
        deleted.map_err(|error| problem::about(error, &format!("logged time {}", entry.id), "Edit time logs"))?;
        let text = format!("Deleted {} h of {} on {}.", hours(entry.hours), entry.activity.name, entry.spent_on);
        Ok(Reply::to_channel(with_note(Message::text(text), &acting)))
    }
}
