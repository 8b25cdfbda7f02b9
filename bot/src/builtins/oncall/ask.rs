//! Who is on call now, next, and in the coming weeks.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{NONE_YET, meant, now_line, problems};
use crate::{
    app::App,
    oncall::{self, Loaded, Why, rota::Shift, store, swap, words},
    people::PersonId,
};

/// Who is on call now, by all schedules.
#[derive(Deserialize, JsonSchema)]
pub struct Overview {}

impl Action for Overview {
    type On = App;
    const NAME: &str = "oncall";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.rotas().await?;
        if all.is_empty() {
            // To ask is no mistake.
            let create = Button::form("New…", ctx.call("oncall create", json!({})));
            return Ok(Reply::to_asker(Message::text(NONE_YET).buttons(vec![create])));
        }
        let lines = all.iter().map(|it| now_line(it, ctx.now)).collect();
        let mut message = Message::new().heading("On call now").list(lines);
        for text in all.iter().filter_map(problems) {
            message = message.context(text);
        }
        let call = |action: &str, label: &str| Button::run(label, ctx.call(action, json!({})));
        let mut buttons = vec![call("oncall mine", "My shifts")];
        if let [only] = all.as_slice() {
            buttons.insert(0, Button::run("Two weeks", ctx.call("oncall show", json!({ "schedule": only.name }))));
        }
        Ok(Reply::to_asker(message.buttons(buttons)))
    }
}

/// Who is on call now.
#[derive(Deserialize, JsonSchema)]
pub struct Now {
    /// The schedule; all when left out.
    #[schemars(extend("x-lookup" = "schedule", "x-positional" = true))]
    schedule: Option<String>,
}

impl Action for Now {
    type On = App;
    const NAME: &str = "oncall now";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall now", "oncall now platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let Some(name) = &self.schedule else { return Overview {}.run(app, ctx).await };
        let loaded = app.rota(name).await?;
        let mut message = Message::text(now_line(&loaded, ctx.now)).context(zone_line(&loaded));
        if loaded.rota.on_call(ctx.now).iter().any(|it| it.why == Why::Override) {
            message = message.context("Somebody stands in: the rota itself says otherwise.");
        }
        if let Some(text) = problems(&loaded) {
            message = message.context(text);
        }
        let buttons = vec![Button::run("Two weeks", ctx.call("oncall show", json!({ "schedule": loaded.name })))];
        Ok(Reply::to_asker(message.buttons(buttons)))
    }
}

fn zone_line(loaded: &Loaded) -> Text {
    Text::new().plain(format!("Times are those of {}.", loaded.schedule.zone))
}

/// The next handoffs.
#[derive(Deserialize, JsonSchema)]
pub struct Next {
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule", "x-positional" = true))]
    schedule: Option<String>,
}

/// How many handoffs are told, and how far ahead.
const HANDOFFS: usize = 4;
const AHEAD: SignedDuration = SignedDuration::from_hours(180 * 24);

impl Action for Next {
    type On = App;
    const NAME: &str = "oncall next";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall next", "oncall next platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        let mut rows = Vec::new();
        let mut at = ctx.now;
        let end = ctx.now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        while let Some(next) = loaded.rota.next_change(at).filter(|it| *it < end && rows.len() < HANDOFFS) {
            rows.push(row(&loaded, &loaded.rota.shift_at(next)));
            at = next;
        }
        if rows.is_empty() {
            return Ok(Reply::to_asker(
                Message::text(now_line(&loaded, ctx.now)).context("Nothing changes in the next half year."),
            ));
        }
        let message = Message::text(now_line(&loaded, ctx.now)).block(Block::Table { header: header(), rows });
        Ok(Reply::to_asker(message.context(zone_line(&loaded))))
    }
}

fn header() -> Vec<String> {
    ["From", "Until", "On call"].map(str::to_owned).to_vec()
}

fn row(loaded: &Loaded, shift: &Shift) -> Vec<Text> {
    let names = loaded.labels(shift.on.iter().map(|it| it.person.as_str()));
    let name = if shift.on.is_empty() { Text::new().italic(names) } else { Text::new().bold(names) };
    let name = if shift.on.iter().any(|it| it.why == Why::Override) { name.plain(" (stands in)") } else { name };
    vec![words::wall(shift.from, &loaded.zone).into(), words::wall(shift.until, &loaded.zone).into(), name]
}

/// Show a schedule: two weeks, drawn, and how it is made up.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule", "x-positional" = true))]
    schedule: Option<String>,
    /// From this day on; today when left out.
    from: Option<commands::param::Date>,
}

/// More shifts than that are not listed one by one.
const ROWS: usize = 20;

impl Action for Show {
    type On = App;
    const NAME: &str = "oncall show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall show platform", "oncall show platform from=2026-12-01"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        let first = self.from.map_or_else(|| loaded.zone.to_datetime(ctx.now).date(), |it| it.0);
        let end = first.checked_add(oncall::show::DAYS.days()).unwrap_or(first);
        let (from, until) = (oncall::show::midnight(&loaded, first), oncall::show::midnight(&loaded, end));
        let from = if self.from.is_some() { from } else { from.max(ctx.now) };
        let shifts = loaded.rota.shifts(from, until);
        let whole = |it: &Shift| loaded.rota.shift_at(it.from);
        let mut message = Message::new()
            .heading(format!("On call: {}", loaded.name))
            .list(rotations(&loaded))
            .block(Block::Code(oncall::show::chart(&loaded, first)));
        if shifts.len() <= ROWS {
            let rows = shifts.iter().map(|it| row(&loaded, &whole(it))).collect();
            message = message.block(Block::Table { header: header(), rows });
        }
        message = message.context(Text::new().plain(format!(
            "█ on call all of that half of the day, ▒ a part of it, · not. Times are those of {}.",
            loaded.schedule.zone
        )));
        if let Some(text) = problems(&loaded) {
            message = message.context(text).tone(Tone::Warning);
        }
        let day = |days: i64| first.checked_add(days.days()).unwrap_or(first).to_string();
        let call = |action: &str, params| ctx.call(action, params);
        Ok(Reply::to_asker(message.buttons(vec![
            Button::run("Earlier", call("oncall show", json!({ "schedule": loaded.name, "from": day(-oncall::show::DAYS) }))),
            Button::run("Later", call("oncall show", json!({ "schedule": loaded.name, "from": day(oncall::show::DAYS) }))),
            Button::form("Override…", call("oncall override", json!({ "schedule": loaded.name }))),
            Button::form("Swap…", call("oncall swap", json!({ "schedule": loaded.name }))),
        ])))
    }
}

/// How a schedule is made up, the highest layer first.
fn rotations(loaded: &Loaded) -> Vec<Text> {
    let mut lines: Vec<Text> = Vec::new();
    for (number, it) in loaded.schedule.rotation.iter().enumerate().rev() {
        let name = it.name.clone().unwrap_or_else(|| format!("Rotation {}", number + 1));
        lines.push(Text::new().bold(name).plain(format!(": {}", it.words())));
    }
    if let Some(calendar) = &loaded.schedule.calendar {
        lines.push(Text::new().plain(format!("Shifts come from the calendar {}", oncall::calendar_shown(calendar))));
    }
    for it in &loaded.schedule.holidays {
        let who = if it.people.is_empty() { "nobody is on call then" } else { "others are on call then" };
        lines.push(Text::new().plain(format!("Holidays come from the calendar {}: {who}", oncall::calendar_shown(&it.calendar))));
    }
    lines
}

/// When you are on call, and what you were asked.
#[derive(Deserialize, JsonSchema)]
pub struct Mine {}

impl Action for Mine {
    type On = App;
    const NAME: &str = "oncall mine";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall mine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let mut rows = Vec::new();
        let mut requests = Vec::new();
        // A table holds no moments that the chat shows in its reader's time.
        let reader = app.reader(&PersonId::from(&ctx.actor)).await.map_err(super::unreadable)?;
        let end = ctx.now.saturating_add(SignedDuration::from_hours(56 * 24)).unwrap_or(Timestamp::MAX);
        let open = store::open_swaps(&app.store).await.map_err(super::unreadable)?;
        for loaded in app.rotas().await? {
            let key = app.key_of(&loaded, &ctx.actor).await;
            for (from, until) in loaded.rota.shifts_of(&key, ctx.now, end) {
                let wall = |at: Timestamp| Text::from(words::wall(at, &reader.zone));
                rows.push(vec![Text::new().code(&loaded.name), wall(from), wall(until)]);
            }
            for it in open.iter().filter(|it| it.schedule == loaded.name) {
                requests.extend(request(app, it, &key).await);
            }
        }
        let header = ["Schedule", "From", "Until"].map(str::to_owned).to_vec();
        let mut message = match rows.is_empty() {
            true => Message::text("You are not on call in the next eight weeks."),
            false => {
                let times = format!("Times are yours ({}).", reader.zone_name);
                Message::new().heading("Your shifts").block(Block::Table { header, rows }).context(times)
            }
        };
        if !requests.is_empty() {
            message = message.heading("Not decided yet").list(requests);
        }
        Ok(Reply::to_asker(message.buttons(vec![Button::form("Swap…", ctx.call("oncall swap", json!({})))])))
    }
}

async fn request(app: &App, it: &swap::Swap, key: &str) -> Option<Text> {
    let (asker, other) = it.names(app).await;
    let spell = Text::new().time(it.give.from).plain(" to ").time(it.give.until);
    let mut text = match key {
        key if key == it.asker.to_string() => Text::new().plain(format!("You asked {other} for ")),
        key if key == it.other.to_string() => Text::new().plain(format!("{asker} asks you for ")),
        _ => return None,
    };
    text.0.extend(spell.0);
    let ways = if key == it.asker.to_string() {
        format!("bellhop oncall withdraw {}", it.id)
    } else {
        format!("bellhop oncall accept {}", it.id)
    };
    Some(text.plain(": ").code(ways))
}
