//! Swaps, asked and answered.

use commands::{
    Action, Audience, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text,
    param::{Moment, Person},
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{at_field, meant, moment, person_of, unreadable};
use crate::{
    app::App,
    oncall::{
        Loaded, store,
        swap::{self, Spell, State},
        words,
    },
    people::PersonId,
};

/// Ask somebody to swap shifts with you, or to take yours over.
#[derive(Deserialize, JsonSchema)]
pub struct Swap {
    /// Whom.
    person: Person,
    /// Your shift, by a moment in it; your next when left out.
    #[schemars(extend("x-positional" = true))]
    mine: Option<Moment>,
    /// Theirs, by a moment in it; their next after yours when left out.
    theirs: Option<Moment>,
    /// What you take for it.
    #[serde(default)]
    take: Take,
    /// The schedule; the only one, or the one you are in, when left out.
    #[schemars(extend("x-lookup" = "schedule"))]
    schedule: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Take {
    /// A shift of theirs
    #[default]
    Shift,
    /// Nothing: they take yours over
    Nothing,
}

/// How far ahead shifts are looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(180 * 24);

impl Action for Swap {
    type On = App;
    const NAME: &str = "oncall swap";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["oncall swap @ben", "oncall swap @ben \"friday 12:00\"", "oncall swap @ben take=nothing"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let loaded = meant(app, self.schedule.as_deref(), Some(&ctx.actor)).await?;
        let key = app.key_of(&loaded, &ctx.actor).await;
        let asker = PersonId::parse(&key).unwrap_or_else(|| PersonId::from(&ctx.actor));
        let (other, name) = person_of(app, ctx, &loaded, "person", &self.person.0).await?;
        if other == asker {
            return Err(at_field("person", "That is you: ask somebody else."));
        }
        let name_of_it = &loaded.name;
        let give = shift(&loaded, &key, moment(self.mine), ctx.now).ok_or_else(|| match self.mine {
            Some(_) => at_field(
                "mine",
                format!("You are not on call for `{name_of_it}` then. `bellhop oncall mine` shows when you are."),
            ),
            None => at_field(
                "mine",
                format!("You are not on call for `{name_of_it}` in the next half year, so there is nothing to swap."),
            ),
        })?;
        let take = match (self.take, moment(self.theirs)) {
            (Take::Nothing, _) => None,
            (Take::Shift, Some(at)) => Some(shift(&loaded, &other.to_string(), Some(at), ctx.now).ok_or_else(|| {
                at_field(
                    "theirs",
                    format!("{name} is not on call for `{name_of_it}` then. `bellhop oncall show` shows who is when."),
                )
            })?),
            (Take::Shift, None) => {
                // Their next that is not the same time.
                let shifts = spells(&loaded, &other.to_string(), ctx.now);
                let found = shifts.into_iter().find(|it| it.from >= give.until || it.until <= give.from);
                Some(found.ok_or_else(|| {
                    at_field(
                        "theirs",
                        format!("{name} has no other shift for `{name_of_it}` in the next half year: ask them to take yours over with `take=nothing`."),
                    )
                })?)
            }
        };
        if let Some(take) = take
            && take.from < give.until
            && give.from < take.until
        {
            return Err(at_field("theirs", "The two shifts are at the same time: both of you are on call then."));
        }
        let open = store::open_swaps(&app.store).await.map_err(unreadable)?;
        if let Some(other) = open.iter().find(|it| it.schedule == loaded.name && it.asker == asker && it.give == give) {
            let message = format!(
                "You asked for this shift already, and nobody has answered yet: `bellhop oncall withdraw {}` takes that back.",
                other.id
            );
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let new = swap::Swap {
            id: 0,
            schedule: loaded.name.clone(),
            asker,
            other,
            give,
            take,
            state: State::Asked,
            expires: swap::expiry(give, take, ctx.now),
        };
        let asked = swap::ask(app, new, &ctx.request_id).await?;
        let wall = |it: Spell| format!("{} to {}", words::wall(it.from, &loaded.zone), words::wall(it.until, &loaded.zone));
        let text = Text::new().plain(format!("{name} was asked to take your shift, {}", wall(give)));
        let text = match take {
            Some(take) => text.plain(format!(", and to give you theirs, {}.", wall(take))),
            None => text.plain("."),
        };
        let message = Message::text(text)
            .paragraph(Text::new().plain("You are told what becomes of it. The request ends ").time(asked.expires).plain("."))
            .context(
                Text::new()
                    .code(format!("bellhop oncall withdraw {}", asked.id))
                    .plain(format!(" takes it back. Times are those of {}.", loaded.schedule.zone)),
            );
        Ok(Reply::to_asker(message))
    }
}

fn spells(loaded: &Loaded, key: &str, now: Timestamp) -> Vec<Spell> {
    let end = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    loaded.rota.shifts_of(key, now, end).into_iter().map(|(from, until)| Spell { from, until }).collect()
}

/// The shift around a moment, or the next: of one that has begun, what is left.
fn shift(loaded: &Loaded, key: &str, at: Option<Timestamp>, now: Timestamp) -> Option<Spell> {
    let found = spells(loaded, key, now).into_iter().find(|it| at.is_none_or(|at| it.from <= at && at < it.until));
    found.map(|it| Spell { from: it.from.max(now), ..it })
}

async fn found(app: &App, id: i64) -> Result<swap::Swap> {
    let swap = store::swap(&app.store, id).await.map_err(unreadable)?;
    swap.ok_or_else(|| Error::not_found(format!("There is no request {id}. `bellhop oncall mine` shows yours.")))
}

/// Whether it is them whom a request names.
async fn is(app: &App, ctx: &Ctx, swap: &swap::Swap, person: &PersonId) -> Result<bool> {
    if PersonId::from(&ctx.actor) == *person {
        return Ok(true);
    }
    match app.rota(&swap.schedule).await {
        Ok(loaded) => Ok(app.key_of(&loaded, &ctx.actor).await == person.to_string()),
        Err(_) => Ok(false),
    }
}

/// What a request has become, as the card that was sent: pressed, it is replaced; typed, it is shown.
async fn card(app: &App, swap: &swap::Swap) -> Reply {
    let (asker, other) = swap.names(app).await;
    Reply::card(swap.card(&asker, &other), Audience::Channel)
}

fn over(swap: &swap::Swap) -> Error {
    let what = match swap.state {
        State::Asked => "is open",
        State::Accepted => "was accepted already",
        State::Declined => "was declined already",
        State::Withdrawn => "was withdrawn",
        State::Expired => "has ended: nobody answered in time",
    };
    Error::new(ErrorKind::Conflict, format!("This request {what}."))
}

async fn answer(app: &App, ctx: &Ctx, id: i64, state: State) -> Result<Reply> {
    let swap = found(app, id).await?;
    let (asker, other) = swap.names(app).await;
    let (person, name) = if state == State::Withdrawn { (&swap.asker, asker) } else { (&swap.other, other) };
    if !is(app, ctx, &swap, person).await? {
        return Err(Error::new(ErrorKind::Permission, format!("Only {name} can answer this request.")));
    }
    if swap.state != State::Asked {
        // Pressed once more: what was decided stays, and is shown.
        return if swap.state == state { Ok(card(app, &swap).await) } else { Err(over(&swap)) };
    }
    if swap.expires <= ctx.now {
        swap::decide(app, &swap, State::Expired, &ctx.request_id).await?;
        return Ok(card(app, &found(app, id).await?).await);
    }
    match swap::decide(app, &swap, state, &ctx.request_id).await? {
        Some(decided) => Ok(card(app, &decided).await),
        None => Ok(card(app, &found(app, id).await?).await),
    }
}

/// Agree to a swap that you were asked for.
#[derive(Deserialize, JsonSchema)]
pub struct Accept {
    /// The request's number: `bellhop oncall mine` shows it.
    id: i64,
}

impl Action for Accept {
    type On = App;
    const NAME: &str = "oncall accept";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["oncall accept 7"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        answer(app, ctx, self.id, State::Accepted).await
    }
}

/// Decline a swap that you were asked for.
#[derive(Deserialize, JsonSchema)]
pub struct Decline {
    /// The request's number: `bellhop oncall mine` shows it.
    id: i64,
}

impl Action for Decline {
    type On = App;
    const NAME: &str = "oncall decline";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["oncall decline 7"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        answer(app, ctx, self.id, State::Declined).await
    }
}

/// Take back a swap that you asked for.
#[derive(Deserialize, JsonSchema)]
pub struct Withdraw {
    /// The request's number: `bellhop oncall mine` shows it.
    id: i64,
}

impl Action for Withdraw {
    type On = App;
    const NAME: &str = "oncall withdraw";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["oncall withdraw 7"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        answer(app, ctx, self.id, State::Withdrawn).await
    }
}

/// Show a swap that was asked for.
#[derive(Deserialize, JsonSchema)]
pub struct Request {
    /// The request's number.
    id: i64,
}

impl Action for Request {
    type On = App;
    const NAME: &str = "oncall request";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["oncall request 7"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        // Others may read it: its buttons refuse all but whoever was asked.
        Ok(card(app, &found(app, self.id).await?).await)
    }
}
