//! Making a schedule.

use commands::{
    Action, Button, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, Tone,
    param::{Channel, Date, Person, Time},
};
use jiff::{
    ToSpan,
    civil::{self, DateTime},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{now_line, unreadable, whom};
use crate::{
    app::App,
    oncall::{
        FollowJob, Schedule,
        schedule::{Rotation, Turn, monday, team_of},
    },
    people::PersonId,
    queue::Queue,
    resources::By,
};

/// Make a schedule of people who take turns.
#[derive(Deserialize, JsonSchema)]
pub struct Create {
    /// Its name: one word.
    name: String,
    /// Who takes turns, in their order: mention them; `team:platform` is one turn of a whole team.
    people: Vec<Person>,
    /// What a turn is counted in.
    #[serde(default)]
    turn: Turn,
    /// How many of these a turn lasts; one when left out.
    #[schemars(range(min = 1))]
    every: Option<u32>,
    /// When turns change; 09:00 when left out.
    handoff: Option<Time>,
    /// The first day of the first turn; when left out, that of the last handoff: a Monday for weekly turns, else today or yesterday.
    start: Option<Date>,
    /// Where its times are read; your time zone when left out.
    #[schemars(extend("x-lookup" = "zone"))]
    zone: Option<String>,
    /// Only then: `mon-fri 09:00-17:00`; always when left out.
    #[serde(default)]
    hours: Vec<String>,
    /// Where handoffs are told, and whose header says who is on call.
    channel: Option<Channel>,
    /// A user group that holds who is on call: `@oncall`, or `slack:@oncall` and `zulip:@oncall` for one of the other chat.
    #[serde(default)]
    groups: Vec<String>,
}

impl Action for Create {
    type On = App;
    const NAME: &str = "oncall create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &[
        "oncall create platform @ana @ben channel=#platform groups=@oncall",
        "oncall create office @ana @ben turn=daily handoff=08:00 hours=\"mon-fri 08:00-18:00\" zone=Europe/Berlin",
    ];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.len() > 60 || !name.chars().all(|it| it.is_alphanumeric() || "-_".contains(it)) {
            let message = format!("`{name}` cannot be a schedule: use one word of letters, digits, - and _.");
            return Err(Error::new(ErrorKind::Validation, message.clone()).with_fields(vec![FieldProblem::new("name", message)]));
        }
        if app.resources.get::<Schedule>(&name).is_some() {
            let message = format!("There is a schedule `{name}` already: `bellhop oncall edit {name}` changes it.");
            return Err(Error::new(ErrorKind::Conflict, message.clone()).with_fields(vec![FieldProblem::new("name", message)]));
        }
        let person = PersonId::from(&ctx.actor);
        let zone = match self.zone.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty() && it != "chat") {
            Some(zone) => zone,
            None => app.reader(&person).await.map_err(unreadable)?.zone_name,
        };
        let turns = Turns {
            people: self.people,
            turn: self.turn,
            every: self.every,
            handoff: self.handoff,
            start: self.start,
            until: None,
            hours: self.hours,
        };
        let rotation = turns.rotation(app, ctx, &zone, None).await?;
        let schedule = Schedule {
            zone,
            rotation: vec![rotation],
            channel: self.channel.map(|it| channel(&it)),
            groups: self.groups.iter().map(|it| group(ctx, it)).collect(),
            ..Schedule::default()
        };
        save(app, ctx, &name, &schedule).await?;
        let loaded = app.rota(&name).await?;
        let mut text = Text::new().plain("The schedule is there. On call now by ");
        text.0.extend(now_line(&loaded, ctx.now).0);
        let call = |action: &str, params| ctx.call(action, params);
        let message =
            Message::text(text).tone(Tone::Good).context(format!("Times are those of {}.", schedule.zone)).buttons(vec![
                Button::run("Two weeks", call("oncall show", json!({ "schedule": name }))),
                Button::form("Add a layer…", call("oncall rotation add", json!({ "schedule": name }))),
                Button::form("Change it…", call("oncall edit", json!({ "name": name }))),
            ]);
        Ok(Reply::to_channel(message))
    }
}

/// Turns as they are given.
pub(super) struct Turns {
    pub people: Vec<Person>,
    pub turn: Turn,
    pub every: Option<u32>,
    pub handoff: Option<Time>,
    pub start: Option<Date>,
    pub until: Option<Date>,
    pub hours: Vec<String>,
}

impl Turns {
    pub async fn rotation(self, app: &App, ctx: &Ctx, zone: &str, name: Option<String>) -> Result<Rotation> {
        let here = Schedule { zone: zone.to_owned(), ..Schedule::default() }.time_zone();
        let here = here.map_err(|problem| super::at_field("zone", problem))?;
        let first = first_day(self.turn, here.to_datetime(ctx.now), self.handoff.map_or(HANDOFF, |it| it.0));
        Ok(Rotation {
            name: name.filter(|it| !it.trim().is_empty()),
            people: people(app, ctx, "people", &self.people).await?,
            turn: self.turn,
            every: self.every.unwrap_or(1),
            start: self.start.map_or(first, |it| it.0).to_string(),
            handoff: clock(self.handoff.unwrap_or(Time(HANDOFF))),
            until: self.until.map(|it| it.0.to_string()),
            hours: self.hours.into_iter().filter(|it| !it.trim().is_empty()).collect(),
        })
    }
}

/// When turns change where nobody said it.
const HANDOFF: civil::Time = civil::time(9, 0, 0, 0);

/// The day of the last handoff: somebody is on call from the beginning, also before this day's.
fn first_day(turn: Turn, now: DateTime, handoff: civil::Time) -> civil::Date {
    let (first, before) = match turn {
        Turn::Weekly => (monday(now.date()), 1.week()),
        _ => (now.date(), 1.day()),
    };
    let is_to_come = first.to_datetime(handoff) > now;
    if is_to_come { first.saturating_sub(before) } else { first }
}

/// As a document writes a time of the day.
pub(super) fn clock(time: Time) -> String {
    time.0.strftime("%H:%M").to_string()
}

/// People as a document names them: by what cannot be changed.
pub(super) async fn people(app: &App, ctx: &Ctx, field: &str, given: &[Person]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for person in given.iter().flat_map(|it| it.0.split([',', ' '])).map(str::trim).filter(|it| !it.is_empty()) {
        if let Some(team) = team_of(person) {
            let teams = app.people.teams().await.map_err(unreadable)?;
            let found = teams.iter().find(|it| it.name.eq_ignore_ascii_case(team));
            let found = found.ok_or_else(|| {
                super::at_field(field, format!("There is no team `{team}`. `bellhop team list` shows those there are."))
            })?;
            all.push(format!("team:{}", found.name));
        } else if person.contains('@') && !person.starts_with(['@', '<']) {
            // An address is looked up now, and stays what is written down: it outlives an account.
            app.known_by(person)
                .await
                .map_err(|err| Error { fields: vec![FieldProblem::new(field, err.message.clone())], ..err })?;
            all.push(person.to_owned());
        } else {
            all.push(PersonId::from(&whom(app, ctx, field, person).await?).to_string());
        }
    }
    Ok(all)
}

/// A channel of Zulip is told in a topic.
pub(super) fn channel(given: &Channel) -> String {
    let text = given.0.trim();
    if text.starts_with("zulip:") && !text.contains('>') { format!("{text}>on call") } else { text.to_owned() }
}

/// A user group with its chat: the asker's where none is named.
pub(super) fn group(ctx: &Ctx, given: &str) -> String {
    let text = given.trim();
    let is_full = text.split_once(':').is_some_and(|(chat, _)| ["slack", "zulip"].contains(&chat));
    if is_full { text.to_owned() } else { format!("{}:{text}", ctx.actor.platform) }
}

/// Writes it down, and has it looked at.
pub(super) async fn save(app: &App, ctx: &Ctx, name: &str, schedule: &Schedule) -> Result<()> {
    let by = By::person(&PersonId::from(&ctx.actor));
    let mut tx = app.store.begin().await.map_err(unreadable)?;
    app.resources.put(&mut tx, name, schedule, &by).await?;
    Queue::enqueue(&mut tx, &FollowJob::of(name).into_job(None)).await.map_err(unreadable)?;
    tx.commit().await.map_err(unreadable)?;
    app.resources.load().await.map_err(unreadable)?;
    // It may be the first: then all are looked at from now on.
    crate::oncall::start(app).await.map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn somebody_is_on_call_from_the_beginning() {
        // 2026-11-23 is a Monday.
        let first = |turn, day: i8, hour| first_day(turn, date(2026, 11, day).at(hour, 18, 0, 0), time(9, 0, 0, 0));
        assert_eq!(first(Turn::Weekly, 23, 0), date(2026, 11, 16), "before the handoff of this Monday");
        assert_eq!(first(Turn::Weekly, 23, 9), date(2026, 11, 23));
        assert_eq!(first(Turn::Weekly, 29, 23), date(2026, 11, 23));
        assert_eq!(first(Turn::Daily, 23, 0), date(2026, 11, 22));
        assert_eq!(first(Turn::Daily, 23, 12), date(2026, 11, 23));
        assert_eq!(first(Turn::Monthly, 1, 0), date(2026, 10, 31));
    }
}
