//! Reminders of reviews that wait.

use commands::{
    Action, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, Tone, param::Time as TimeOfDay,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::unreadable;
use crate::{
    app::App,
    chat::{Place, Target},
    notify::remind::RemindJob,
    people::PersonId,
    queue::{Changed, Queue, Timetable},
};

/// Whom a reminder is for.
#[derive(Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Whom {
    /// You, directly
    Me,
    /// This channel: all in it whose accounts are linked
    Here,
}

/// Be reminded of the reviews that wait, at a set time.
#[derive(Deserialize, JsonSchema)]
pub struct Reviews {
    /// The time of the day, in your time zone.
    #[serde(default = "nine")]
    at: TimeOfDay,
    /// Such as `mon-fri`, `mon,wed`, `weekdays` or `daily`.
    #[serde(default = "weekdays")]
    days: String,
    /// You, unless the channel is meant.
    #[serde(default = "me")]
    whom: Whom,
    /// In Zulip, the topic in which a channel is reminded.
    topic: Option<String>,
}

fn nine() -> TimeOfDay {
    TimeOfDay(jiff::civil::Time::constant(9, 0, 0, 0))
}

fn weekdays() -> String {
    "mon-fri".into()
}

fn me() -> Whom {
    Whom::Me
}

impl Action for Reviews {
    type On = App;
    const NAME: &str = "remind reviews";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["remind reviews", "remind reviews at=08:30 days=mon,wed,fri whom=here"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let who = PersonId::from(&ctx.actor);
        let to = target(ctx, self.whom, self.topic.as_deref())?;
        let zone = app.reader(&who).await.map_err(unreadable)?.zone_name;
        let timetable = timetable(self.at, &self.days, &zone)?;
        let words = timetable.words();
        let job = RemindJob { to, who, schedule: serde_json::Value::Null };
        let mut tx = app.store.begin().await.map_err(unreadable)?;
        Queue::repeat(&mut tx, &job.repeating(timetable)).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        let whom = match self.whom {
            Whom::Me => "You are reminded of the reviews that wait for you ",
            Whom::Here => "This channel is reminded of the reviews that wait for its people ",
        };
        let text = Text::new().plain(whom).bold(words).plain(", if any do. ").code("bellhop remind stop").plain(" ends it.");
        let message = Message::text(text).tone(Tone::Good);
        Ok(if self.whom == Whom::Here { Reply::to_channel(message) } else { Reply::to_asker(message) })
    }
}

/// End a reminder.
#[derive(Deserialize, JsonSchema)]
pub struct Stop {
    /// You, unless the channel is meant.
    #[serde(default = "me")]
    whom: Whom,
    /// In Zulip, the topic in which the channel is reminded.
    topic: Option<String>,
}

impl Action for Stop {
    type On = App;
    const NAME: &str = "remind stop";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["remind stop", "remind stop whom=here"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = RemindJob::name(&target(ctx, self.whom, self.topic.as_deref())?);
        let mut tx = app.store.begin().await.map_err(unreadable)?;
        let changed = Queue::end_repeating(&mut tx, &name).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        match changed {
            Changed::Yes => Ok(Reply::to_asker("The reminder is ended.")),
            Changed::NotFound => {
                Err(Error::not_found("There is no such reminder. `bellhop reminders` shows those that there are."))
            }
        }
    }
}

/// Show the reminders of yours and of this channel.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "reminders";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["reminders"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let own = RemindJob::name(&PersonId::from(&ctx.actor).target());
        let here = target(ctx, Whom::Here, Some("")).map(|it| RemindJob::name(&it)).ok();
        let mut lines = Vec::new();
        for it in app.queue.schedules().await.map_err(unreadable)? {
            // In Zulip, whatever the topic.
            let is_here =
                |here: &String| it.name == here.trim_end_matches('>') || (here.ends_with('>') && it.name.starts_with(here));
            let whom = match &here {
                _ if it.name == own => "You",
                Some(here) if is_here(here) => "This channel",
                _ => continue,
            };
            lines.push(Text::new().bold(whom).plain(format!(": reviews, {}, next at ", it.words)).time(it.next));
        }
        if lines.is_empty() {
            let text = Text::new()
                .plain("There is no reminder. ")
                .code("bellhop remind reviews at=09:00 days=mon-fri")
                .plain(" makes one.");
            return Ok(Reply::to_asker(Message::text(text)));
        }
        Ok(Reply::to_asker(Message::new().heading("Reminders").list(lines)))
    }
}

fn target(ctx: &Ctx, whom: Whom, topic: Option<&str>) -> Result<Target> {
    match whom {
        Whom::Me => Ok(PersonId::from(&ctx.actor).target()),
        Whom::Here => {
            let outside = || Error::bad_input("This belongs to a channel: give the command in the channel it is for.");
            let place = ctx.channel.as_deref().and_then(Place::of_channel_key).ok_or_else(outside)?;
            let is_zulip = place.platform == "zulip";
            if is_zulip && !place.channel.starts_with("channel:") {
                return Err(outside());
            }
            let thread = is_zulip.then(|| topic.unwrap_or("reviews").to_owned());
            Ok(Target::Place(Place { thread, ..place }))
        }
    }
}

fn timetable(TimeOfDay(time): TimeOfDay, days: &str, zone: &str) -> Result<Timetable> {
    let problem = |field: &str, message: String| {
        Error::new(ErrorKind::Validation, message.clone()).with_fields(vec![FieldProblem::new(field, message)])
    };
    let days = match days.trim().to_lowercase().replace(['–', '—'], "-").replace(' ', "") {
        it if matches!(it.as_str(), "daily" | "all" | "everyday" | "*") => "*".to_owned(),
        it if it == "weekdays" => "mon-fri".to_owned(),
        // `monday` is `mon` to a timetable.
        it => it
            .split(',')
            .map(|part| part.split('-').map(|day| day.get(..3).unwrap_or(day)).collect::<Vec<_>>().join("-"))
            .collect::<Vec<_>>()
            .join(","),
    };
    let line = format!("{} {} * * {days}", time.minute(), time.hour());
    Timetable::parse(&line, zone)
        .map_err(|_| problem("days", format!("`{days}` are no days of the week: write them like mon-fri, or mon,wed.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_as_people_write_them() {
        for (at, days, expected) in [
            ("09:00", "mon-fri", Some("0 9 * * mon-fri")),
            ("08:30", "Monday, Wednesday", Some("30 8 * * mon,wed")),
            ("09:00", "daily", Some("0 9 * * *")),
            ("09:00", "someday", None),
        ] {
            assert_eq!(
                timetable(TimeOfDay(at.parse().expect("a time")), days, "Europe/Berlin")
                    .ok()
                    .map(|it| it.line().to_owned())
                    .as_deref(),
                expected,
                "{at} {days}"
            );
        }
    }
}
