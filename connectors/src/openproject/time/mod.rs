//! Time spent: `time log`, `list`, `update`, `delete`; the sums are in [`report`].

use commands::{
    Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    OpenProject,
    api::{INVALID_QUERY, PAGE, credited, filter, filters},
    card::{self, hours, today},
    hal::{Draft, Resource, duration, formattable},
    param, problem, reply,
};
use crate::http::pages::Part;

mod report;

pub use report::Report;

const PLACES: &[&str] = &["package", "hours", "activity", "comment", "date", "user"];

/// Logs time on a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Log {
    /// The work package's number.
    package: param::PackageId,
    /// How long: 1.5, 1:30, 90m, 1h30m.
    hours: String,
    /// What it was spent on, such as Development; OpenProject's default where you do not say.
    activity: Option<param::Activity>,
    /// What was done, in a line.
    comment: Option<String>,
    /// The day; today where you do not say.
    date: Option<Date>,
    /// For whom, when it is not for you.
    user: Option<Person>,
}

impl Action for Log {
    type On = OpenProject;
    const NAME: &str = "time log";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["time log 42 1.5 activity=Development comment=\"Put the fire out\"", "time log 42 90m date=yesterday"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let spent = spent("hours", &self.hours)?;
        let package = on.package(id).await?;
        let href = format!("/api/v3/work_packages/{id}");
        let project = package.link("project").map(|it| it.href).unwrap_or_default();
        // Until OpenProject 16 it is the work package of an entry, since then the entity: the form tells.
        let asked = json!({ "_links": { "entity": { "href": href }, "workPackage": { "href": href } } });
        let form = on.form_at("/api/v3/time_entries/form", &asked).await;
        let form = form.map_err(|error| problem::about(error, &format!("work package #{id}"), "Log own time"))?;
        let mut draft = Draft::default();
        draft.link(if form.attribute("entity").is_some() { "entity" } else { "workPackage" }, href).link("project", project);
        match &self.activity {
            Some(activity) => on.choose(&form, "activity", "activity", &activity.0, &mut draft).await?,
            None => {
                let only =
                    form.attribute("activity").map(|it| it.listed()).filter(|it| it.len() == 1).and_then(|mut it| it.pop());
                if let Some(activity) = form.payload.link("activity").or(only) {
                    draft.link("activity", activity.href);
                }
            }
        }
        // For the person who asks, where OpenProject knows them; else it is the bot's own time.
        let whose = match &self.user {
            Some(user) => Some(on.person(ctx, "user", &user.0, None).await?),
            None => on.asker(ctx).await?.map(|it| (*it).clone()),
        };
        let bot = on.myself().await?;
        let whose = whose.map_or((bot.name().to_owned(), format!("/api/v3/users/{}", bot.id())), |it| (it.name, it.href));
        draft.link("user", &whose.1);
        draft.put("hours", duration(spent)).put("spentOn", self.date.map_or(today(ctx), |it| it.0).to_string());
        draft.put("comment", formattable(&credited(self.comment.as_deref(), ctx)));
        let logged = on.post("/api/v3/time_entries", &draft.to_json()).await.map_err(|error| {
            let right = "Log time for other users";
            problem::place(problem::about(error, &format!("work package #{id}"), right), PLACES)
        })?;
        let total = hours(package.hours("spentTime").unwrap_or(0.0) + logged.hours("hours").unwrap_or(spent));
        let activity = logged.title("activity").map(|it| format!(" of {it}")).unwrap_or_default();
        let text = Text::new()
            .plain(format!("Logged {} h{activity} for {} on ", hours(logged.hours("hours").unwrap_or(spent)), whose.0))
            .link(card::url(on.http.base(), id), format!("#{id} {}", package.text("subject")))
            .plain(format!(", {}. {total} h were spent on it in all.", logged.text("spentOn")));
        let params = json!({ "entry": logged.id() });
        let buttons = vec![
            Button::form("Correct", ctx.call("time update", params.clone())),
            Button::run("Delete", ctx.call("time delete", params)),
        ];
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(buttons)))
    }
}

/// Lists the time that was logged.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only this project.
    project: Option<param::Project>,
    /// Only this work package.
    package: Option<param::PackageId>,
    /// Only this person's.
    user: Option<Person>,
    /// First day; the first of this month where you do not say.
    from: Option<Date>,
    /// Last day; today where you do not say.
    to: Option<Date>,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "time list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["time list package=42", "time list user=me from=2026-11-01"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let period = Period::of(ctx, self.from, self.to)?;
        let which = Which { project: &self.project, package: &self.package, user: &self.user, activity: &None };
        let found = on.entries_of(ctx, &which, period, 50).await?;
        let line = |it: &Resource| {
            let what = about(it).map(|it| format!(" on #{}", it.id)).unwrap_or_default();
            let activity = it.title("activity").map(|it| format!(" · {it}")).unwrap_or_default();
            let comment = Some(it.raw("comment"))
                .filter(|it| !it.is_empty())
                .map(|it| format!(" · {}", card::shorten(it, 120)))
                .unwrap_or_default();
            let who = it.title("user").unwrap_or_else(|| "somebody".into());
            Text::new()
                .plain(format!(
                    "{} {who} {} h{what}{activity}{comment} (",
                    it.text("spentOn"),
                    hours(it.hours("hours").unwrap_or(0.0))
                ))
                .code(it.id().to_string())
                .plain(")")
        };
        let mut message = reply::all(found.items.iter().map(line).collect(), "time entry");
        if found.more {
            message = message.context(Text::marked("There are more: choose fewer days, or add them up with `time report`."));
        }
        Ok(Reply::to_channel(message))
    }
}

/// Corrects a time entry.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The entry's number, as `time list` shows it.
    entry: u64,
    /// How long: 1.5, 1:30, 90m, 1h30m.
    hours: Option<String>,
    /// What it was spent on.
    activity: Option<param::Activity>,
    /// What was done, in a line.
    comment: Option<String>,
    /// The day.
    date: Option<Date>,
}

impl Action for Update {
    type On = OpenProject;
    const NAME: &str = "time update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["time update 7 hours=2", "time update 7 date=2026-11-20 comment=\"Put the fire out\""];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let path = format!("/api/v3/time_entries/{}", self.entry);
        let what = format!("time entry {}", self.entry);
        on.get(&path).await.map_err(|error| problem::about(error, &what, "View time"))?;
        let mut draft = Draft::default();
        if let Some(typed) = &self.hours {
            draft.put("hours", duration(spent("hours", typed)?));
        }
        draft.put_some("spentOn", self.date.map(|it| it.0.to_string()));
        draft.put_some("comment", self.comment.as_deref().map(|it| formattable(it.trim())));
        if let Some(activity) = &self.activity {
            let form = on.form_at(&format!("{path}/form"), &json!({})).await;
            let form = form.map_err(|error| problem::about(error, &what, "Edit time logs"))?;
            on.choose(&form, "activity", "activity", &activity.0, &mut draft).await?;
        }
        if draft.is_empty() {
            let message =
                format!("What shall change about time entry {}? Write it as a name and a value, such as hours=2.", self.entry);
            return Err(commands::Error::bad_input(message));
        }
        let changed = on.patch(&path, &draft.to_json()).await;
        let changed = changed.map_err(|error| problem::place(problem::about(error, &what, "Edit time logs"), PLACES))?;
        Ok(reply::done(format!("Time entry {} is: {}.", self.entry, words(&changed))))
    }
}

/// Deletes a time entry for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The entry's number, as `time list` shows it.
    entry: u64,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = OpenProject;
    const NAME: &str = "time delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["time delete 7"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let path = format!("/api/v3/time_entries/{}", self.entry);
        let what = format!("time entry {}", self.entry);
        let entry = on.get(&path).await.map_err(|error| problem::about(error, &what, "View time"))?;
        if self.confirm.is_none() {
            let happens = Message::text(format!("This deletes time entry {}: {}.", self.entry, words(&entry)));
            return Ok(reply::ask(ctx, "time delete", json!({ "entry": self.entry }), "Delete the entry", happens));
        }
        on.delete(&path).await.map_err(|error| problem::about(error, &what, "Edit time logs"))?;
        Ok(reply::done(format!("Deleted time entry {}: {}.", self.entry, words(&entry))))
    }
}

/// A first and a last day.
#[derive(Clone, Copy)]
struct Period {
    from: jiff::civil::Date,
    to: jiff::civil::Date,
}

impl Period {
    fn of(ctx: &Ctx, from: Option<Date>, to: Option<Date>) -> Result<Period> {
        let to = to.map_or(today(ctx), |it| it.0);
        let from = from.map_or_else(|| to.first_of_month(), |it| it.0);
        if from > to {
            return Err(problem::at("from", format!("The first day, {from}, is after the last, {to}.")));
        }
        Ok(Period { from, to })
    }
}

/// Which time entries.
struct Which<'a> {
    project: &'a Option<param::Project>,
    package: &'a Option<param::PackageId>,
    user: &'a Option<Person>,
    activity: &'a Option<param::Activity>,
}

impl OpenProject {
    async fn entries_of(&self, ctx: &Ctx, which: &Which<'_>, period: Period, most: usize) -> Result<Part<Resource>> {
        let mut wanted = vec![filter("spent_on", "<>d", &[&period.from.to_string(), &period.to.to_string()])];
        if let Some(project) = which.project {
            wanted.push(filter("project", "=", &[&self.project(&project.0).await?.id().to_string()]));
        }
        if let Some(user) = which.user {
            wanted.push(filter("user", "=", &[&self.person(ctx, "user", &user.0, None).await?.id.to_string()]));
        }
        let Some(package) = which.package else { return self.logged(&wanted, most).await };
        let id = package.number("package")?.to_string();
        let with = |more: &[Value]| [&wanted[..], more].concat();
        let entity = with(&[filter("entity_type", "=", &["WorkPackage"]), filter("entity_id", "=", &[&id])]);
        match self.logged(&entity, most).await {
            // Before OpenProject 16 they are told by their work package.
            Err(error) if error.code.as_deref() == Some(INVALID_QUERY) => {
                self.logged(&with(&[filter("work_package", "=", &[&id])]), most).await
            }
            other => other,
        }
    }

    async fn logged(&self, wanted: &[Value], most: usize) -> Result<Part<Resource>> {
        let wanted = filters(wanted);
        let query = [("filters", wanted.as_str()), ("sortBy", r#"[["spent_on","desc"]]"#), ("pageSize", PAGE), ("offset", "1")];
        let found = self.first("/api/v3/time_entries", &query, most).await;
        found.map_err(|error| problem::about(error, "list of logged time", "View time"))
    }
}

/// What time was spent on.
struct About {
    id: u64,
    title: String,
}

fn about(entry: &Resource) -> Option<About> {
    let link = entry.link("entity").or_else(|| entry.link("workPackage"))?;
    Some(About { id: link.id()?, title: link.title })
}

/// An entry in words.
fn words(entry: &Resource) -> String {
    let what = about(entry).map(|it| format!(" on #{} {}", it.id, it.title)).unwrap_or_default();
    let activity = entry.title("activity").map(|it| format!(" of {it}")).unwrap_or_default();
    let who = entry.title("user").map(|it| format!(" for {it}")).unwrap_or_default();
    format!("{} h{activity}{who}{what}, {}", hours(entry.hours("hours").unwrap_or(0.0)), entry.text("spentOn"))
}

/// More than no time.
fn spent(field: &str, text: &str) -> Result<f64> {
    let hours = param::read_hours(field, text)?;
    if hours > 0.0 {
        Ok(hours)
    } else {
        Err(problem::at(field, "No time is nothing to log. Write it as 1.5, 1:30, 90m or 1h30m."))
    }
}
