//! What a person sets for themselves: where they are, when they are left alone, what they want to hear nothing of.

use std::collections::BTreeSet;

use commands::{Action, Button, Call, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, param::Moment};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::unreadable;
use crate::{
    app::{App, OWN},
    notify::own,
    people::{
        PersonId, Reader,
        moment::Locale,
        quiet::{Day, Hours, Quiet},
        settings::{self, EVERYTHING, From},
    },
};

/// See and change your time zone, how dates are written for you, and when you are left alone.
#[derive(Deserialize, JsonSchema)]
pub struct Settings {
    /// Such as `Europe/Berlin`; `chat` is what your chat says.
    #[schemars(extend("x-lookup" = "zone"))]
    time_zone: Option<String>,
    /// How dates and times are written where the chat does not do it.
    dates: Option<Dates>,
    /// Every day: `20:00-08:00`, or `off`.
    quiet_hours: Option<String>,
    /// Days on which you are left alone altogether, or `none`.
    #[serde(default)]
    quiet_days: Vec<QuietDay>,
}

/// How dates are written.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
enum Dates {
    /// As your chat has it
    #[serde(rename = "chat")]
    Chat,
    /// 2026-11-21 17:00
    #[serde(rename = "iso")]
    Iso,
    /// Nov 21, 2026, 5:00 PM
    #[serde(rename = "en-US")]
    UnitedStates,
    /// 21 Nov 2026, 17:00
    #[serde(rename = "en-GB")]
    Britain,
    /// 21.11.2026, 17:00
    #[serde(rename = "de-DE")]
    Germany,
    /// 21/11/2026 17:00
    #[serde(rename = "fr-FR")]
    France,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum QuietDay {
    None,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl QuietDay {
    fn day(self) -> Option<Day> {
        serde_json::from_value(json!(self)).ok()
    }
}

impl Action for Settings {
    type On = App;
    const NAME: &str = "settings";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["settings", "settings time_zone=Europe/Berlin quiet_hours=20:00-08:00 quiet_days=saturday,sunday"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = PersonId::from(&ctx.actor);
        let before = app.people.settings(&person).await.map_err(unreadable)?;
        let after = self.applied_to(before.clone())?;
        if after != before {
            app.people.save_settings(&person, &after).await.map_err(unreadable)?;
            // What was kept for an hour that is another now is looked at again.
            app.release(&person).await.map_err(unreadable)?;
        }
        let heading = if after == before { "Your settings" } else { "Your settings are changed" };
        Ok(Reply::to_asker(shown(app, ctx, heading).await?))
    }
}

impl Settings {
    fn applied_to(self, mut settings: settings::Settings) -> Result<settings::Settings> {
        if let Some(zone) = self.time_zone {
            settings.zone = match zone.trim() {
                "chat" => None,
                name => Some(zone_named(name)?),
            };
        }
        if let Some(dates) = self.dates {
            let tag = json!(dates).as_str().and_then(Locale::of).map(Locale::tag);
            settings.locale = tag.filter(|_| !matches!(dates, Dates::Chat)).map(str::to_owned);
        }
        let mut quiet = settings.quiet.take().unwrap_or_default();
        if let Some(hours) = self.quiet_hours {
            quiet.hours = match hours.trim().to_lowercase().as_str() {
                "off" | "none" | "no" => None,
                text => Some(Hours::parse(text).ok_or_else(|| {
                    at("quiet_hours", format!("`{}` are no hours of a day: write them like 20:00-08:00, or off.", hours.trim()))
                })?),
            };
        }
        if !self.quiet_days.is_empty() {
            quiet.days = self.quiet_days.iter().filter_map(|it| it.day()).collect::<BTreeSet<Day>>();
        }
        if quiet.is_endless() {
            return Err(at("quiet_days", "With all seven days quiet, nothing would ever reach you. Leave one out.".into()));
        }
        settings.quiet = Some(quiet).filter(|it| *it != Quiet::default());
        Ok(settings)
    }
}

/// The name of a time zone as the database has it, in whatever case it was typed.
fn zone_named(name: &str) -> Result<String> {
    let zone = TimeZone::get(name).ok().and_then(|it| it.iana_name().map(str::to_owned));
    zone.ok_or_else(|| {
        // A city is what most people think of: `Berlin` is Europe/Berlin.
        let city = |zone: &str| zone.rsplit('/').next().unwrap_or_default().replace('_', " ");
        let all: Vec<String> = jiff::tz::db().available().map(|it| it.to_string()).collect();
        let hint = match all.iter().find(|it| city(it).eq_ignore_ascii_case(name)) {
            Some(zone) => format!("Did you mean {zone}?"),
            None => "Write it like Europe/Berlin.".to_owned(),
        };
        at("time_zone", format!("There is no time zone `{name}`. {hint}"))
    })
}

fn at(field: &str, message: String) -> Error {
    let fields = vec![FieldProblem::new(field, message.clone())];
    Error { fields, ..Error::new(ErrorKind::Validation, message) }
}

/// All that is set, with a button that opens the form.
pub(super) async fn shown(app: &App, ctx: &Ctx, heading: &str) -> Result<Message> {
    let person = PersonId::from(&ctx.actor);
    let reader = app.reader(&person).await.map_err(unreadable)?;
    Ok(Message::new().heading(heading).facts(facts(app, ctx, &reader).await?).buttons(vec![
        Button::form("Change…", Call { group: OWN.into(), action: Settings::NAME.into(), params: as_typed(&reader) }),
        Button::form("Mute something…", Call::new(OWN, Mute::NAME, json!({}))),
        Button::form("Told directly…", Call::new(OWN, "direct", json!({}))),
    ]))
}

/// Time zone, dates, quiet hours and mutes, as people read them.
pub(super) async fn facts(app: &App, ctx: &Ctx, reader: &Reader) -> Result<Vec<(String, Text)>> {
    let from = match reader.zone_from {
        From::Themselves => "you said so",
        From::Chat => "your chat says so",
        From::Machine => "the bot's own, since your chat does not tell",
    };
    let quiet = reader.settings.quiet.clone().unwrap_or_default().words();
    let quiet = match reader.quiet_until(ctx.now) {
        Some(until) => format!("{quiet}; now, until {}", reader.say(until)),
        None => quiet,
    };
    let mutes = app.people.mutes(&PersonId::from(&ctx.actor), ctx.now).await.map_err(unreadable)?;
    let muted: Vec<String> = mutes
        .iter()
        .map(|it| match it.until {
            Some(until) => format!("{} until {}", it.source, reader.say(until)),
            None => it.source.clone(),
        })
        .collect();
    let wanted = app.people.wanted(&PersonId::from(&ctx.actor)).await.map_err(unreadable)?;
    Ok(vec![
        ("Time zone".into(), format!("{} ({from}); it is {} there", reader.zone_name, reader.say(ctx.now)).into()),
        ("Quiet hours".into(), quiet.into()),
        ("Muted".into(), if muted.is_empty() { "nothing".into() } else { muted.join(", ").into() }),
        ("Told directly".into(), crate::notify::direct::words(&wanted)),
    ])
}

/// What is set, as the form takes it.
fn as_typed(reader: &Reader) -> Map<String, Value> {
    let quiet = reader.settings.quiet.clone().unwrap_or_default();
    let days: Vec<Value> =
        if quiet.days.is_empty() { vec![json!("none")] } else { quiet.days.iter().map(|it| json!(it)).collect() };
    let params = json!({
        "time_zone": reader.settings.zone.as_deref().unwrap_or("chat"),
        "dates": reader.settings.locale.as_deref().unwrap_or("chat"),
        "quiet_hours": quiet.hours.map_or_else(|| "off".to_owned(), |it| it.to_string()),
        "quiet_days": days,
    });
    match params {
        Value::Object(params) => params,
        _ => Map::new(),
    }
}

/// Hear nothing of a source yourself; without any, see what you muted. Channels still show it.
#[derive(Deserialize, JsonSchema)]
pub struct Mute {
    /// A connection or a hook, or `all`.
    #[schemars(extend("x-positional" = true, "x-lookup" = "source"))]
    source: Option<String>,
    /// Until when: `friday`, `tomorrow 9:00`, `17:30`, `2h`; for good if you do not say.
    until: Option<Moment>,
}

impl Action for Mute {
    type On = App;
    const NAME: &str = "mute";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mute redmine until=friday", "mute all until=2h", "mute"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = PersonId::from(&ctx.actor);
        let reader = app.reader(&person).await.map_err(unreadable)?;
        let Some(source) = self.source else { return Ok(Reply::to_asker(muted(app, ctx, &reader).await?)) };
        let source = known_source(app, &source)?;
        let until = self.until.map(|Moment(until)| until);
        if let Some(past) = until.filter(|it| *it <= ctx.now) {
            let message = format!("{} is over: say a moment to come, like friday, tomorrow 9:00, 17:30 or 2h.", reader.say(past));
            return Err(at("until", message));
        }
        app.people.mute(&person, &settings::Mute { source: source.clone(), until }).await.map_err(unreadable)?;
        let text = Text::new().plain("Nothing of ").code(&source).plain(" is sent to you or mentions you");
        let text = match until {
            Some(until) => text.plain(format!(" until {}.", reader.say(until))),
            None => text.plain("."),
        };
        let text = text.plain(" Pages still reach you.");
        let unmute = Button::run("Unmute", Call::new(OWN, Unmute::NAME, json!({ "source": source })));
        Ok(Reply::to_asker(Message::text(text).buttons(vec![unmute])))
    }
}

async fn muted(app: &App, ctx: &Ctx, reader: &Reader) -> Result<Message> {
    let mutes = app.people.mutes(&PersonId::from(&ctx.actor), ctx.now).await.map_err(unreadable)?;
    if mutes.is_empty() {
        let text = Text::new().plain("You muted nothing. For example: ").code("bellhop mute redmine until=friday");
        return Ok(Message::text(text));
    }
    let fact = |it: &settings::Mute| {
        let until = it.until.map_or_else(|| "for good".to_owned(), |until| format!("until {}", reader.say(until)));
        (it.source.clone(), Text::from(until))
    };
    let unmute = |it: &settings::Mute| {
        Button::run(format!("Unmute {}", it.source), Call::new(OWN, Unmute::NAME, json!({ "source": it.source })))
    };
    let message = Message::new().heading("You muted").facts(mutes.iter().map(fact).collect());
    Ok(message.buttons(mutes.iter().take(5).map(unmute).collect()))
}

/// Hear of a source again.
#[derive(Deserialize, JsonSchema)]
pub struct Unmute {
    /// What you muted.
    #[schemars(extend("x-lookup" = "source"))]
    source: String,
}

impl Action for Unmute {
    type On = App;
    const NAME: &str = "unmute";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["unmute redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        if !app.people.unmute(&PersonId::from(&ctx.actor), self.source.trim()).await.map_err(unreadable)? {
            return Err(Error::not_found(format!("You did not mute `{}`. `bellhop mute` lists what you did.", self.source)));
        }
        Ok(Reply::to_asker(Message::text(Text::new().plain("You hear of ").code(self.source).plain(" again."))))
    }
}

/// Everything that something may be reported from.
pub(super) fn sources(app: &App) -> Vec<String> {
    let mut all: Vec<String> = app.connections.all().iter().map(|it| it.name.clone()).collect();
    all.extend(app.hooks.all().iter().map(|it| it.name.clone()));
    all.extend(app.subscriptions.all().iter().map(|it| it.from.clone()));
    all.sort();
    all.dedup();
    all.push(own::SOURCE.into());
    all.push(EVERYTHING.into());
    all
}

fn known_source(app: &App, typed: &str) -> Result<String> {
    let all = sources(app);
    if let Some(source) = all.iter().find(|it| it.eq_ignore_ascii_case(typed.trim())) {
        return Ok(source.clone());
    }
    let hint = crate::config::source::nearest(typed, all.iter().map(String::as_str));
    Err(at("source", format!("Nothing called `{typed}` reports anything here{hint}.")))
}
