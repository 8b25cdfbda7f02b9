//! Swaps: asked of one person by another, and decided once.
//!
//! Accepting lays two overrides, or one where nothing is given for it, in the transaction that decides. Each stands in for one
//! person alone, so a rota that has changed since puts nobody on call who was not asked.

use commands::{Button, Call, Error, ErrorKind, Message, Result, Text, Tone, action::Card};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    Loaded,
    follow::FollowJob,
    schedule::Schedule,
    store::{self, Override},
};
use crate::{
    app::{App, OWN},
    chat::Post,
    dispatch::post::{PostJob, card::CardPost},
    people::PersonId,
    queue::{NewJob, Priority, Queue},
    store::Tx,
};

/// From when until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// 0 of one that is not stored yet.
    pub id: i64,
    pub schedule: String,
    pub asker: PersonId,
    pub other: PersonId,
    /// The asker's shift.
    pub give: Spell,
    /// The other's, if they give one for it.
    pub take: Option<Spell>,
    pub state: State,
    pub expires: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Asked,
    Accepted,
    Declined,
    Withdrawn,
    Expired,
}

impl State {
    const ALL: [State; 5] = [State::Asked, State::Accepted, State::Declined, State::Withdrawn, State::Expired];

    pub fn word(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Accepted => "accepted",
            State::Declined => "declined",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
        }
    }

    pub fn of(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// How long somebody is given to answer, and no longer than until the first shift begins.
const PATIENCE: SignedDuration = SignedDuration::from_hours(48);

/// When a request ends that is made at `now`; a shift that has begun is answered for at once or not at all.
pub fn expiry(give: Spell, take: Option<Spell>, now: Timestamp) -> Timestamp {
    let first = take.map_or(give.from, |it| it.from.min(give.from));
    let last = now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
    let soon = now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
    first.min(last).max(soon.min(give.until))
}

impl Swap {
    fn object(&self) -> String {
        format!("oncall:swap:{}", self.id)
    }

    fn call(&self, action: &str) -> Call {
        Call::new(OWN, action, json!({ "id": self.id }))
    }

    /// As it is now, for whom it was asked.
    pub fn shown(&self, asker: &str, other: &str) -> Message {
        let spell = |it: Spell| Text::new().time(it.from).plain(" to ").time(it.until);
        let mut facts = vec![(format!("{asker}’s shift"), spell(self.give))];
        match self.take {
            Some(take) => facts.push((format!("{other}’s shift"), spell(take))),
            None => facts.push(("For it".into(), "nothing: a takeover".into())),
        }
        let (text, tone) = match self.state {
            State::Asked if self.take.is_some() => (format!("{asker} asks {other} to swap shifts on call for "), Tone::Neutral),
            State::Asked => (format!("{asker} asks {other} to take over a shift on call for "), Tone::Neutral),
            State::Accepted => (format!("{other} agreed with {asker}: the shifts are changed on call for "), Tone::Good),
            State::Declined => (format!("{other} declined what {asker} asked for on call for "), Tone::Warning),
            State::Withdrawn => (format!("{asker} withdrew the request on call for "), Tone::Warning),
            State::Expired => (format!("Nobody answered {asker} in time on call for "), Tone::Warning),
        };
        let text = Text::new().plain(text).code(self.schedule.clone()).plain(".");
        let message = Message::text(text).facts(facts).tone(tone);
        match self.state {
            State::Asked => message.context(Text::new().plain("The request ends ").time(self.expires).plain(".")).buttons(vec![
                Button::run("Accept", self.call("oncall accept")).primary(),
                Button::run("Decline", self.call("oncall decline")),
            ]),
            _ => message,
        }
    }

    /// The request as a card that stays true.
    pub fn card(&self, asker: &str, other: &str) -> Card {
        Card { object: self.object(), said: Message::new(), shown: self.shown(asker, other), call: self.call("oncall request") }
    }

    /// What both are called, as far as known.
    pub async fn names(&self, app: &App) -> (String, String) {
        let name = async |it: &PersonId| app.known_by(&it.to_string()).await.map_or_else(|_| it.id.clone(), |it| it.label);
        (name(&self.asker).await, name(&self.other).await)
    }
}

/// Asks: the request, and what tells of it, in one transaction.
///
/// # Errors
/// The store cannot be written to.
pub async fn ask(app: &App, mut swap: Swap, request_id: &str) -> Result<Swap> {
    let (asker, other) = swap.names(app).await;
    let mut tx = app.store.begin().await.map_err(super::unreadable)?;
    swap.id = store::add_swap(&mut tx, &swap).await.map_err(super::unreadable)?;
    let card = swap.card(&asker, &other);
    let message = card.shown.clone().card_of(&card.object);
    let post = Post::new(swap.other.target(), message, format!("oncall-swap-{}", swap.id));
    let job = PostJob::new(post, request_id).about(CardPost::Shown { object: card.object, call: card.call });
    enqueue(&mut tx, &job.into_job(Priority::Command)).await?;
    enqueue(&mut tx, &FollowJob::Expire { swap: swap.id }.into_job(Some(swap.expires))).await?;
    tx.commit().await.map_err(super::unreadable)?;
    Ok(swap)
}

/// Decides: the state, the overrides of a yes, and what tells of it, in one transaction. None when it was decided already.
///
/// # Errors
/// [`ErrorKind::Conflict`] when the shifts are not as they were asked for; the store cannot be written to.
pub async fn decide(app: &App, swap: &Swap, state: State, request_id: &str) -> Result<Option<Swap>> {
    if state == State::Accepted
        && let Err(err) = check(app, swap).await
    {
        // Another press may have been faster, and changed the rota by that.
        let now = store::swap(&app.store, swap.id).await.map_err(super::unreadable)?;
        return if now.is_some_and(|it| it.state != State::Asked) { Ok(None) } else { Err(err) };
    }
    let (asker, other) = swap.names(app).await;
    let decided = Swap { state, ..swap.clone() };
    let mut tx = app.store.begin().await.map_err(super::unreadable)?;
    if !store::decide(&mut tx, swap.id, state).await.map_err(super::unreadable)? {
        return Ok(None);
    }
    if state == State::Accepted {
        let half = |person: &PersonId, replaces: &PersonId, spell: Spell| Override {
            id: 0,
            schedule: swap.schedule.clone(),
            person: person.clone(),
            replaces: Some(replaces.clone()),
            from: spell.from,
            until: spell.until,
            who: swap.asker.to_string(),
            swap: Some(swap.id),
        };
        let halves = [Some(half(&swap.other, &swap.asker, swap.give)), swap.take.map(|it| half(&swap.asker, &swap.other, it))];
        for it in halves.into_iter().flatten() {
            store::add_override(&mut tx, &it).await.map_err(super::unreadable)?;
        }
        enqueue(&mut tx, &FollowJob::of(&swap.schedule).into_job(None)).await?;
        // The channel that reads of handoffs reads of these before.
        let place = app.resources.get::<Schedule>(&swap.schedule).and_then(|it| it.value.place());
        if let Some(place) = place {
            let post = Post::new(place.target(), decided.shown(&asker, &other), format!("oncall-swapped-{}", swap.id));
            enqueue(&mut tx, &PostJob::new(post, request_id).into_job(Priority::Chatter)).await?;
        }
    }
    // Whoever did not decide is told.
    let told = if state == State::Withdrawn { &swap.other } else { &swap.asker };
    let post = Post::new(told.target(), decided.shown(&asker, &other), format!("oncall-swap-{}-{}", swap.id, state.word()));
    enqueue(&mut tx, &PostJob::new(post, request_id).into_job(Priority::Command)).await?;
    tx.commit().await.map_err(super::unreadable)?;
    Ok(Some(decided))
}

/// Whether both are on call as they were when it was asked.
async fn check(app: &App, swap: &Swap) -> Result<()> {
    let loaded = app.rota(&swap.schedule).await?;
    let now = app.store.now();
    let stands = |person: &PersonId, spell: Spell| is_on(&loaded, &person.to_string(), spell, now);
    if swap.give.until <= now {
        return Err(Error::new(ErrorKind::Conflict, "The shift is over by now: there is nothing left to take over."));
    }
    if stands(&swap.asker, swap.give) && swap.take.is_none_or(|it| stands(&swap.other, it)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        format!(
            "The rota of `{}` has changed since this was asked, so that the shifts are not as they were. Ask anew: `bellhop oncall swap`.",
            swap.schedule
        ),
    ))
}

/// Whether somebody is on call all the time of it that is left.
pub fn is_on(loaded: &Loaded, person: &str, spell: Spell, now: Timestamp) -> bool {
    let shifts = loaded.rota.shifts(spell.from.max(now.min(spell.until)), spell.until);
    !shifts.is_empty() && shifts.iter().all(|it| it.has(person))
}

pub(super) async fn enqueue(tx: &mut Tx, job: &NewJob) -> Result<()> {
    Queue::enqueue(tx, job).await.map(|_| ()).map_err(super::unreadable)
}
