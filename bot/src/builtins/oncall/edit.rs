//! Changing a schedule, and removing it.

use commands::{
    Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, Tone,
    param::{Channel, Date, Person, Time},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    make::{Turns, channel, clock, group, people, save},
    meant, now_line, unreadable,
};
use crate::{
    app::App,
    builtins::escalation,
    escalation::Whom,
    oncall::{
        FollowJob, Schedule,
        schedule::{Holidays, Turn},
    },
    people::PersonId,
    queue::Queue,
    resources::{By, Origin},
};

/// Change a schedule: what is left out stays, `none` takes something away.
#[derive(Deserialize, JsonSchema)]
pub struct Edit {
    /// The schedule.
    #[schemars(extend("x-lookup" = "schedule"))]
    name: String,
    /// Where its times are read.
    #[schemars(extend("x-lookup" = "zone"))]
    zone: Option<String>,
    /// Who takes turns, in their order, in the lowest layer: mention them; `team:platform` is one turn of a whole team.
    #[serde(default)]
    people: Vec<Person>,
    /// What a turn of theirs is counted in.
    turn: Option<Turn>,
    /// How many of these a turn lasts.
    #[schemars(range(min = 1))]
    every: Option<u32>,
    /// When turns change.
    handoff: Option<Time>,
    /// Where handoffs are told.
    channel: Option<Channel>,
    /// Whether the channel's header says who is on call.
    header: Option<Header>,
    /// User groups that hold who is on call: `@oncall`, `slack:@oncall`, `zulip:@oncall`.
    #[serde(default)]
    groups: Vec<String>,
    /// How long before a shift its people are reminded: `1d`, `2h`.
    #[serde(default)]
    remind: Vec<String>,
    /// An iCal address whose events are shifts, below all rotations.
    calendar: Option<String>,
    /// An iCal address whose events are holidays, on which the turns do not count.
    holidays: Option<String>,
    /// Who is on call on holidays; nobody when left out.
    #[serde(default)]
    on_holidays: Vec<Person>,
}

#[derive(Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Header {
    /// It says who is on call
    On,
    /// It is left alone
    Off,
}

fn is_none(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "none" | "nobody" | "-")
}

impl Action for Edit {
    type On = App;
    const NAME: &str = "oncall edit";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &[
        "oncall edit platform channel=#platform groups=@oncall",
        "oncall edit platform people=@ana people=@ben people=@chloe turn=daily",
        "oncall edit platform holidays=https://calendar.example.org/holidays.ics on_holidays=@chloe",
        "oncall edit platform remind=1d remind=1h",
    ];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let named = app.resources.wanted::<Schedule>(&self.name)?;
        let before = named.value;
        let mut schedule = before.clone();
        if let Some(zone) = self.zone.filter(|it| !it.trim().is_empty()) {
            schedule.zone = zone.trim().to_owned();
        }
        let turning = people(app, ctx, "people", &self.people).await?;
        let is_turned = !turning.is_empty() || self.turn.is_some() || self.every.is_some() || self.handoff.is_some();
        match schedule.rotation.first_mut().filter(|_| is_turned) {
            Some(lowest) => {
                if !turning.is_empty() {
                    lowest.people = turning;
                }
                lowest.turn = self.turn.unwrap_or(lowest.turn);
                lowest.every = self.every.unwrap_or(lowest.every);
                if let Some(handoff) = self.handoff {
                    lowest.handoff = clock(handoff);
                }
            }
            None if is_turned => {
                let message =
                    format!("The schedule `{0}` has no turns yet: `bellhop oncall rotation add {0}` adds some.", named.name);
                return Err(super::at_field("people", message));
            }
            None => {}
        }
        if let Some(it) = &self.channel {
            // `#none` is what a channel's field makes of it.
            let name = it.0.rsplit([':', '#']).next().unwrap_or_default();
            schedule.channel = if is_none(name) { None } else { Some(channel(it)) };
        }
        if let Some(header) = self.header {
            schedule.header = (header == Header::Off).then_some(false);
        }
        if !self.groups.is_empty() {
            schedule.groups = self.groups.iter().filter(|it| !is_none(it)).map(|it| group(ctx, it)).collect();
        }
        if !self.remind.is_empty() {
            schedule.remind = Some(self.remind.iter().filter(|it| !is_none(it)).cloned().collect());
        }
        if let Some(calendar) = self.calendar.filter(|it| !it.trim().is_empty()) {
            schedule.calendar = if is_none(&calendar) { None } else { Some(calendar.trim().to_owned()) };
        }
        let stand_ins = people(app, ctx, "on_holidays", &self.on_holidays).await?;
        match self.holidays.filter(|it| !it.trim().is_empty()) {
            Some(calendar) if is_none(&calendar) => schedule.holidays.clear(),
            Some(calendar) => schedule.holidays = vec![Holidays { calendar: calendar.trim().to_owned(), people: stand_ins }],
            None if !stand_ins.is_empty() => schedule.holidays.iter_mut().for_each(|it| it.people.clone_from(&stand_ins)),
            None => {}
        }
        if schedule == before {
            let call = ctx.call(Edit::NAME, json!({ "name": named.name }));
            let text = Text::new().plain("Say what to change of ").code(&named.name).plain(", or fill in the form.");
            let message = Message::text(text).buttons(vec![Button::form("Change it…", call).primary()]);
            return Ok(Reply::to_asker(message));
        }
        save(app, ctx, &named.name, &schedule).await?;
        changed(app, ctx, &named.name).await
    }
}

/// What the form of a schedule says before anything is changed, to somebody who looks from this chat and workspace.
pub fn filled(app: &App, (platform, workspace): (&str, &str), name: &str) -> Option<Map<String, Value>> {
    let schedule = app.resources.get::<Schedule>(name)?.value;
    let header = if schedule.header == Some(false) { "off" } else { "on" };
    // Slack's pickers know people by mentions. Whoever is named by something else is shown as they are written, where all can be changed.
    let mention = |it: &String| match PersonId::parse(it) {
        Some(person)
            if person.platform == "slack" && platform == "slack" && ["", workspace].contains(&person.workspace.as_str()) =>
        {
            format!("<@{}>", person.id)
        }
        _ => it.clone(),
    };
    let people = |all: &[String]| all.iter().map(mention).collect::<Vec<_>>();
    let lowest = schedule.rotation.first();
    let holidays = schedule.holidays.first();
    let known = json!({
        "zone": schedule.zone, "header": header, "groups": schedule.groups, "remind": schedule.remind, "calendar": schedule.calendar,
        "channel": schedule.channel, "people": lowest.map(|it| people(&it.people)), "turn": lowest.map(|it| it.turn),
        "every": lowest.map(|it| it.every), "handoff": lowest.map(|it| it.handoff.clone()),
        "holidays": holidays.map(|it| it.calendar.clone()), "on_holidays": holidays.map(|it| people(&it.people)),
    });
    let mut known = known.as_object().cloned()?;
    known.retain(|_, it| !it.is_null());
    Some(known)
}

/// What was changed, as it counts now.
async fn changed(app: &App, ctx: &Ctx, name: &str) -> Result<Reply> {
    let loaded = app.rota(name).await?;
    let mut text = Text::new().plain("The schedule is changed. On call now by ");
    text.0.extend(now_line(&loaded, ctx.now).0);
    let buttons = vec![Button::run("Two weeks", ctx.call("oncall show", json!({ "schedule": loaded.name })))];
    Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(buttons)))
}

/// Lay turns over those that a schedule has: where they have somebody, those below do not count.
#[derive(Deserialize, JsonSchema)]
pub struct AddRotation {
    /// The schedule.
    #[schemars(extend("x-lookup" = "schedule"))]
    schedule: String,
    /// Who takes turns, in their order: mention them; `team:platform` is one turn of a whole team.
    people: Vec<Person>,
    /// What it is called.
    name: Option<String>,
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
    /// The day on which the last turn ends.
    until: Option<Date>,
    /// Only then: `fri 18:00-24:00`, `sat,sun`; always when left out.
    #[serde(default)]
    hours: Vec<String>,
}

impl Action for AddRotation {
    type On = App;
    const NAME: &str = "oncall rotation add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["oncall rotation add platform @chloe name=weekends hours=sat,sun"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let named = app.resources.wanted::<Schedule>(&self.schedule)?;
        let mut schedule = named.value;
        let turns = Turns {
            people: self.people,
            turn: self.turn,
            every: self.every,
            handoff: self.handoff,
            start: self.start,
            until: self.until,
            hours: self.hours,
        };
        schedule.rotation.push(turns.rotation(app, ctx, &schedule.zone, self.name).await?);
        save(app, ctx, &named.name, &schedule).await?;
        changed(app, ctx, &named.name).await
    }
}

/// Take turns out of a schedule.
#[derive(Deserialize, JsonSchema)]
pub struct RemoveRotation {
    /// The schedule.
    #[schemars(extend("x-lookup" = "schedule"))]
    schedule: String,
    /// What they are called, or their number: 1 is the lowest.
    rotation: String,
}

impl Action for RemoveRotation {
    type On = App;
    const NAME: &str = "oncall rotation remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["oncall rotation remove platform weekends"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let named = app.resources.wanted::<Schedule>(&self.schedule)?;
        let mut schedule = named.value;
        let wanted = self.rotation.trim();
        let by_name =
            schedule.rotation.iter().position(|it| it.name.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(wanted)));
        let by_number = wanted.parse::<usize>().ok().and_then(|it| it.checked_sub(1)).filter(|it| *it < schedule.rotation.len());
        let Some(at) = by_name.or(by_number) else {
            let message = format!(
                "The schedule `{}` has no rotation `{wanted}`: give its name, or a number from 1 to {}.",
                named.name,
                schedule.rotation.len()
            );
            return Err(super::at_field("rotation", message));
        };
        schedule.rotation.remove(at);
        save(app, ctx, &named.name, &schedule).await?;
        changed(app, ctx, &named.name).await
    }
}

/// Remove a schedule.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// The schedule.
    #[schemars(extend("x-lookup" = "schedule"))]
    name: String,
    /// Do it; without this, you are asked.
    #[serde(default)]
    sure: bool,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "oncall delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["oncall delete platform", "oncall delete platform sure"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, Some(&self.name), None).await?;
        if loaded.origin == Origin::File {
            let message = format!(
                "The schedule `{}` is in the configuration file: take it out there, and start Bellhop again.",
                loaded.name
            );
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let policies = app.policies_that_page(&Whom::Schedule(loaded.name.clone()));
        escalation::in_use("schedule", &loaded.name, "escalation policy", &policies, "escalation edit NAME")?;
        if !self.sure {
            let count = loaded.overrides.iter().filter(|it| it.until > ctx.now).count();
            let overrides = match count {
                0 => String::new(),
                1 => " One override of it would be gone as well.".to_owned(),
                count => format!(" {count} overrides of it would be gone as well."),
            };
            let text = Text::new().plain("Nobody would be on call by ").code(&loaded.name).plain(" any more.").plain(overrides);
            let text = text.plain(" Its user groups and the channel’s header stay as they are.");
            let call = ctx.call(Delete::NAME, json!({ "name": loaded.name, "sure": true }));
            return Ok(Reply::to_asker(
                Message::text(text).tone(Tone::Warning).buttons(vec![Button::run("Remove it", call).primary()]),
            ));
        }
        let by = By::person(&PersonId::from(&ctx.actor));
        app.resources.drop::<Schedule>(&loaded.name, &by).await?;
        let mut tx = app.store.begin().await.map_err(unreadable)?;
        // What was said and set of it is forgotten there.
        Queue::enqueue(&mut tx, &FollowJob::of(&loaded.name).into_job(None)).await.map_err(unreadable)?;
        tx.commit().await.map_err(unreadable)?;
        let text = Text::new()
            .plain("The schedule ")
            .code(&loaded.name)
            .plain(" is gone. ")
            .code("bellhop history")
            .plain(" has it still.");
        Ok(Reply::to_channel(Message::text(text)))
    }
}
