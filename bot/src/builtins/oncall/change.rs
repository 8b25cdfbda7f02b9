//! Overrides: somebody is on call instead, for a while. And what follows the rota, put back; and messages about shifts.

use commands::{
    Action, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone,
    param::{Moment, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{at_field, meant, moment, now_line, person_of, unreadable};
use crate::{
    app::App,
    oncall::{FollowJob, store, words},
    people::PersonId,
    queue::Queue,
    store::Tx,
};

/// Put somebody on call instead, for a while.
#[derive(Deserialize, JsonSchema)]
pub struct Override {
    /// Who is on call then.
    person: Person,
    /// Until when.
    #[schemars(extend("x-named" = true))]
    to: Moment,
    /// From when on; now when left out.
    from: Option<Moment>,
    /// Whom they stand in for, where that one is on call; all who are when left out.
    instead_of: Option<Person>,
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule"))]
    schedule: Option<String>,
}

/// As long as one may be.
const LONGEST: i64 = 366 * 24;

impl Action for Override {
    type On = App;
    const NAME: &str = "oncall override";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "oncall override @ben to=\"tomorrow 9:00\"",
        "oncall override @ben from=\"friday 18:00\" to=\"monday 9:00\" schedule=platform",
    ];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        let (person, name) = person_of(app, ctx, &loaded, "person", &self.person.0).await?;
        let from = moment(self.from).unwrap_or(ctx.now);
        let until = self.to.0;
        if until <= from || until <= ctx.now {
            return Err(at_field("to", "It ends before it begins: say until when, such as to=\"tomorrow 9:00\"."));
        }
        if until.duration_since(from).as_hours() > LONGEST {
            return Err(at_field(
                "to",
                "An override lasts a year at most. What stays is a change of the schedule: `bellhop oncall edit`.",
            ));
        }
        let replaces = match &self.instead_of {
            Some(it) => Some(person_of(app, ctx, &loaded, "instead_of", &it.0).await?.0),
            None => None,
        };
        let new = store::Override {
            id: 0,
            schedule: loaded.name.clone(),
            person,
            replaces,
            from,
            until,
            who: PersonId::from(&ctx.actor).to_string(),
            swap: None,
        };
        let mut tx = begin(app).await?;
        let id = store::add_override(&mut tx, &new).await.map_err(unreadable)?;
        finish(tx, &loaded.name).await?;
        let text = Text::new().bold(name).plain(" is on call for ").code(&loaded.name).plain(format!(
            " from {} until {} ({}).",
            words::wall(from, &loaded.zone),
            words::wall(until, &loaded.zone),
            loaded.schedule.zone
        ));
        let remove = ctx.call(Remove::NAME, json!({ "id": id }));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(vec![Button::run("Take it back", remove)])))
    }
}

async fn begin(app: &App) -> Result<Tx> {
    app.store.begin().await.map_err(unreadable)
}

/// Commits a change, with the job that shows and tells what comes of it.
async fn finish(mut tx: Tx, schedule: &str) -> Result<()> {
    Queue::enqueue(&mut tx, &FollowJob::of(schedule).into_job(None)).await.map_err(unreadable)?;
    tx.commit().await.map_err(unreadable)
}

/// The overrides that there are, and those of swaps.
#[derive(Deserialize, JsonSchema)]
pub struct Overrides {
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule", "x-positional" = true))]
    schedule: Option<String>,
}

impl Action for Overrides {
    type On = App;
    const NAME: &str = "oncall overrides";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall overrides", "oncall overrides platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        let mut rows = Vec::new();
        for it in loaded.overrides.iter().filter(|it| it.until > ctx.now) {
            let person = it.person.to_string();
            let instead = it
                .replaces
                .as_ref()
                .map_or_else(|| "whoever is on call".to_owned(), |it| loaded.label(&it.to_string()).to_owned());
            let by = match it.swap {
                Some(swap) => format!("swap {swap}"),
                None => app.known_by(&it.who).await.map_or_else(|_| it.who.clone(), |it| it.label),
            };
            rows.push(vec![
                Text::new().code(it.id.to_string()),
                words::wall(it.from, &loaded.zone).into(),
                words::wall(it.until, &loaded.zone).into(),
                Text::new().bold(loaded.label(&person)),
                instead.into(),
                by.into(),
            ]);
        }
        if rows.is_empty() {
            return Ok(Reply::to_asker(Message::text(
                Text::new().plain("Nobody stands in for anybody on call for ").code(&loaded.name).plain("."),
            )));
        }
        let header = ["No.", "From", "Until", "On call", "Instead of", "By"].map(str::to_owned).to_vec();
        let message = Message::new().heading(format!("Overrides of {}", loaded.name)).block(Block::Table { header, rows });
        let ways = Text::new()
            .code("bellhop oncall overrides remove 1")
            .plain(format!(" takes one back. Times are those of {}.", loaded.schedule.zone));
        Ok(Reply::to_asker(message.context(ways)))
    }
}

/// Take an override back.
#[derive(Deserialize, JsonSchema)]
pub struct Remove {
    /// Its number: `bellhop oncall overrides` shows it.
    id: i64,
}

impl Action for Remove {
    type On = App;
    const NAME: &str = "oncall overrides remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["oncall overrides remove 3"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let mut tx = begin(app).await?;
        let removed = store::remove_override(&mut tx, self.id).await.map_err(unreadable)?;
        let Some(removed) = removed else {
            return Err(Error::not_found(format!("There is no override {}. `bellhop oncall overrides` lists them.", self.id)));
        };
        finish(tx, &removed.schedule).await?;
        let loaded = app.rota(&removed.schedule).await?;
        let person = app.known_by(&removed.person.to_string()).await.map_or_else(|_| removed.person.id.clone(), |it| it.label);
        let text = Text::new().plain(format!("{person} does not stand in any more. On call for "));
        let mut text = text;
        text.0.extend(now_line(&loaded, ctx.now).0);
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Put who is on call back into user groups and the channel's header, where somebody changed them by hand.
#[derive(Deserialize, JsonSchema)]
pub struct Push {
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule", "x-positional" = true))]
    schedule: Option<String>,
}

impl Action for Push {
    type On = App;
    const NAME: &str = "oncall push";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["oncall push platform"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        let mut tx = begin(app).await?;
        let places = store::overrule(&mut tx, &loaded.name).await.map_err(unreadable)?;
        finish(tx, &loaded.name).await?;
        let text = Text::new().plain("The rota of ").code(&loaded.name).plain(match places {
            0 => " and what shows it agree; they are compared once more now.",
            _ => " counts: who is on call is put back now.",
        });
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Whether you are told directly of your shifts.
#[derive(Deserialize, JsonSchema)]
pub struct Notices {
    /// On or off.
    to: Whether,
}

#[derive(Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Whether {
    /// You are told before your shifts, and when they begin and end
    On,
    /// You are told nothing
    Off,
}

impl Action for Notices {
    type On = App;
    const NAME: &str = "oncall notices";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["oncall notices off", "oncall notices on"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let mut people = vec![PersonId::from(&ctx.actor)];
        for loaded in app.rotas().await? {
            // A schedule may know them by their other chat.
            people.extend(PersonId::parse(&app.key_of(&loaded, &ctx.actor).await));
        }
        people.sort();
        people.dedup();
        for person in &people {
            match self.to {
                Whether::On => store::unhush(&app.store, person).await.map_err(unreadable)?,
                Whether::Off => store::hush(&app.store, person).await.map_err(unreadable)?,
            }
        }
        Ok(Reply::to_asker(match self.to {
            Whether::On => "You are told before your shifts on call, and when they begin and end.",
            Whether::Off => "You are not told of your shifts on call any more. Pages still reach you.",
        }))
    }
}
