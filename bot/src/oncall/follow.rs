//! The job that keeps what shows a rota as the rota is, and tells of handoffs.
//!
//! It looks at one schedule at a time, in a lane of its own: what it finds is compared with what was said and set last, and what
//! it says is committed with that. Nothing is set where nothing changed. What somebody changed by hand is said once and left alone,
//! until somebody decides, as with teams ([`crate::people::teams`]).

use std::sync::Arc;

use commands::{BoxFuture, Button, Call, Error, ErrorKind, Message, Result, Text, Tone};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Loaded, Schedule,
    handoff::Handoff,
    store::{self, Shown},
    swap, words,
};
use crate::{
    app::{App, OWN},
    dispatch::post::administrators::Whom,
    escalation::reach::ADDRESS_WITHIN,
    people::{
        PersonId,
        teams::{Bound, Step},
    },
    queue::{self, CatchUp, Handler, Lease, NewJob, Outcome, Payload, Priority, Queue, Repeating, Timetable, Writes},
};

/// What is looked at, as stored in a job of kind [`Follow::KIND`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowJob {
    /// One schedule.
    Look { schedule: String },
    /// All, each in a job of its own.
    All,
    /// A request that nobody has answered.
    Expire { swap: i64 },
}

impl FollowJob {
    pub fn of(schedule: &str) -> FollowJob {
        FollowJob::Look { schedule: schedule.to_owned() }
    }

    /// At once, or at a moment; of each moment there is one.
    pub fn into_job(self, run_at: Option<Timestamp>) -> NewJob {
        let lane = match &self {
            FollowJob::Look { schedule } => Some(format!("oncall:{schedule}")),
            FollowJob::All | FollowJob::Expire { .. } => None,
        };
        let unique = run_at.map(|at| match &self {
            FollowJob::Look { schedule } => format!("oncall:{schedule}:{}", at.as_second()),
            FollowJob::All => format!("oncall:{}", at.as_second()),
            FollowJob::Expire { swap } => format!("oncall-swap:{swap}"),
        });
        NewJob {
            kind: Follow::KIND,
            lane,
            priority: Priority::Command,
            payload: Payload::of(&self),
            run_at,
            expires: None,
            unique,
        }
    }
}

/// What the schedule of looks at all is called.
const SCHEDULE: &str = "on-call rotas";

/// Looks at schedules.
pub struct Follow {
    pub app: Arc<App>,
}

impl Follow {
    pub const KIND: &'static str = "oncall";
}

/// Has all schedules looked at now and every ten minutes, for as long as there is one.
///
/// # Errors
/// The store cannot be written to.
pub async fn start(app: &App) -> anyhow::Result<()> {
    let is_any = !app.resources.all::<Schedule>().is_empty();
    let mut tx = app.store.begin().await?;
    if is_any {
        let timetable = Timetable::parse("*/10 * * * *", "UTC").expect("a constant timetable is one");
        let (job, catch_up) = (FollowJob::All.into_job(None), CatchUp::Latest);
        Queue::repeat(&mut tx, &Repeating { name: SCHEDULE.into(), timetable, job, catch_up, who: "bellhop".into() }).await?;
    } else {
        Queue::end_repeating(&mut tx, SCHEDULE).await?;
    }
    if is_any || !store::known(&app.store).await?.is_empty() {
        Queue::enqueue(&mut tx, &FollowJob::All.into_job(None)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Looks again whenever a document has changed, wherever that was done.
pub async fn watch(app: Arc<App>) {
    let mut looks = tokio::time::interval(std::time::Duration::from_secs(2));
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut seen = app.resources.generation();
    loop {
        looks.tick().await;
        let generation = app.resources.generation();
        if generation == seen {
            continue;
        }
        match start(&app).await {
            Ok(()) => seen = generation,
            Err(err) => tracing::warn!("Changed schedules are looked at later: {err:#}"),
        }
    }
}

impl Handler for Follow {
    fn run<'a>(&'a self, job: &'a queue::Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<FollowJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            let done = match &asked {
                FollowJob::Look { schedule } => self.app.look_at(schedule).await.map(|()| Vec::new()),
                FollowJob::All => self.all().await,
                FollowJob::Expire { swap } => self.expire(*swap).await.map(|()| Vec::new()),
            };
            match done {
                Ok(jobs) => Outcome::Done(Writes { jobs, ..Writes::default() }),
                Err(err) if err.is_temporary() => {
                    Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() }
                }
                Err(err) => Outcome::Dead { reason: err.message, writes: Writes::default() },
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a queue::Job) -> BoxFuture<'a, Outcome> {
        // What was set is found set, and what was said is noted with it.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

impl Follow {
    async fn all(&self) -> Result<Vec<NewJob>> {
        let mut names: Vec<String> = self.app.resources.all::<Schedule>().into_iter().map(|it| it.name).collect();
        let known = store::known(&self.app.store).await.map_err(super::unreadable)?;
        names.extend(known.into_iter().filter(|it| self.app.resources.get::<Schedule>(it).is_none()));
        // One that still waits for a chat that does not answer finds what is true when it does.
        let look = |it: &String| NewJob { unique: Some(format!("oncall:{it}:look")), ..FollowJob::of(it).into_job(None) };
        Ok(names.iter().map(look).collect())
    }

    async fn expire(&self, id: i64) -> Result<()> {
        let Some(found) = store::swap(&self.app.store, id).await.map_err(super::unreadable)? else { return Ok(()) };
        if found.state == swap::State::Asked {
            swap::decide(&self.app, &found, swap::State::Expired, &format!("oncall-swap-{id}")).await?;
        }
        Ok(())
    }
}

/// What came of showing who is on call in one place.
enum Set {
    /// As it is noted already.
    Same,
    Noted(Shown),
    /// Somebody else changed it: noted, and to be said.
    Found(Shown, Box<Message>),
}

impl App {
    /// Sets and tells what has changed in a schedule, and sets the timer of its next change.
    ///
    /// # Errors
    /// The store cannot be used; a chat that shows who is on call does not answer, while all else is done.
    pub async fn look_at(&self, name: &str) -> Result<()> {
        let Some(named) = self.resources.get::<Schedule>(name) else {
            let mut tx = self.store.begin().await.map_err(super::unreadable)?;
            store::forget(&mut tx, name).await.map_err(super::unreadable)?;
            return tx.commit().await.map_err(super::unreadable);
        };
        self.refresh_calendars(&named.value, named.origin).await?;
        let loaded = self.rota(&named.name).await?;
        let now = self.store.now();
        let before = store::told(&self.store, &loaded.name).await.map_err(super::unreadable)?;
        let noted = store::shown(&self.store, &loaded.name).await.map_err(super::unreadable)?;
        let mut people = loaded.keys_at(now);
        people.sort();
        // Where a mail goes has to be known by the time that somebody is paged, also if their chat is down then.
        if self.platforms.get("email").is_some() {
            for known in people.iter().filter_map(|it| loaded.people.get(it)) {
                let _ = self.mail_address_of(&known.person, ADDRESS_WITHIN).await;
            }
        }
        let (mut sets, mut problems, mut failure) = (Vec::new(), loaded.problems.clone(), None);
        for target in shown_at(&loaded.schedule) {
            let kept = noted.iter().find(|it| it.target == target);
            let kept = kept.cloned().unwrap_or(Shown { target: target.clone(), pushed: None, found: None });
            let set = match target.strip_prefix("header:") {
                Some(_) => self.set_header(&loaded, kept, now).await,
                None => self.set_group(&loaded, kept, &people).await,
            };
            match set {
                Ok(set) => sets.push(set),
                Err(err) if err.is_temporary() => failure = failure.or(Some(err)),
                Err(err) => problems.push(err.message),
            }
        }
        let handoff = Handoff { app: self, loaded: &loaded, now };
        let mut jobs = match &before.people {
            Some(told) if *told != people => handoff.messages(told, &people).await.map_err(super::unreadable)?,
            _ => Vec::new(),
        };
        let (reminders, reminded) = handoff.remind(&before.reminded).await.map_err(super::unreadable)?;
        jobs.extend(reminders);
        problems.dedup();
        let problem = (!problems.is_empty()).then(|| problems.join(" "));
        if let Some(problem) = problem.as_ref().filter(|it| before.problem.as_ref() != Some(it)) {
            let text = Text::new()
                .plain("The schedule ")
                .code(&loaded.name)
                .plain(" does not work as it should. ")
                .plain(problem.as_str());
            let message = Message::text(text).tone(Tone::Warning);
            jobs.push(self.to_administrators(Whom::All, &format!("oncall-{name}-problem-{now}"), message, Vec::new()));
        }
        for (number, set) in sets.iter().enumerate() {
            if let Set::Found(_, message) = set {
                let key = format!("oncall-{name}-found-{number}-{now}");
                jobs.push(self.to_administrators(Whom::All, &key, (**message).clone(), Vec::new()));
            }
        }
        let mut tx = self.store.begin().await.map_err(super::unreadable)?;
        let told = store::Told { people: Some(people), reminded, problem, feed: before.feed };
        if told != before {
            store::save_told(&mut tx, &loaded.name, &told).await.map_err(super::unreadable)?;
        }
        for set in &sets {
            if let Set::Noted(shown) | Set::Found(shown, _) = set {
                store::save_shown(&mut tx, &loaded.name, shown).await.map_err(super::unreadable)?;
            }
        }
        let next = [loaded.rota.next_change(now), handoff.next_reminder()].into_iter().flatten().min();
        jobs.extend(next.map(|at| FollowJob::of(&loaded.name).into_job(Some(at))));
        for job in &jobs {
            swap::enqueue(&mut tx, job).await?;
        }
        tx.commit().await.map_err(super::unreadable)?;
        failure.map_or(Ok(()), Err)
    }

    /// Puts who is on call into a user group.
    async fn set_group(&self, loaded: &Loaded, kept: Shown, people: &[String]) -> Result<Set> {
        let (platform, wanted) = kept.target.split_once(':').unwrap_or((&kept.target, ""));
        let Some(chat) = self.platforms.get(platform) else {
            return Err(Error::bad_input(format!("This bot is not connected to {platform}, so {} shows nobody.", kept.target)));
        };
        let Some(group) = chat.group("", wanted).await? else {
            let message = format!("There is no user group `{wanted}` in {platform}: make it there, or take it out of `groups`.");
            return Err(Error::not_found(message));
        };
        let mut ids = Vec::new();
        for known in people.iter().filter_map(|it| loaded.people.get(it)) {
            ids.extend(self.in_chat(&known.person, platform).await?.map(|it: PersonId| it.id));
        }
        ids.sort();
        ids.dedup();
        // In a gap it holds who was on call last: Slack lets no group be empty, and somebody who hears it is better than nobody.
        if ids.is_empty() {
            return Ok(Set::Same);
        }
        // What was in it when it was named first counts as ours.
        let pushed = kept.pushed.clone().or_else(|| Some(group.people.clone()));
        let bound = Bound {
            team: loaded.name.clone(),
            platform: platform.into(),
            workspace: String::new(),
            id: group.id.clone(),
            label: group.name.clone(),
            pushed,
            found: kept.found.clone(),
        };
        match bound.step(&ids, &group.people) {
            Step::Wait => Ok(Set::Same),
            Step::Agreed if kept.pushed.as_ref() == Some(&ids) && kept.found.is_none() => Ok(Set::Same),
            Step::Agreed => Ok(Set::Noted(Shown { pushed: Some(ids), found: None, ..kept })),
            Step::Push => {
                chat.set_group("", &group.id, &ids).await?;
                tracing::info!(schedule = %loaded.name, group = %group.name, "Put who is on call into a user group");
                Ok(Set::Noted(Shown { pushed: Some(ids), found: None, ..kept }))
            }
            Step::Say => {
                let text = Text::new().plain("Somebody changed the user group ").code(&group.name);
                let text = text.plain(format!(" in {platform} by hand, so that it does not hold who is on call for "));
                let message = by_hand(&loaded.name, text.code(&loaded.name).plain(". It was left as it is."));
                Ok(Set::Found(Shown { pushed: bound.pushed, found: Some(group.people), ..kept }, Box::new(message)))
            }
        }
    }

    /// Has the channel's header say who is on call, beside whatever else stands there.
    async fn set_header(&self, loaded: &Loaded, kept: Shown, now: Timestamp) -> Result<Set> {
        let Some(place) = loaded.schedule.place() else { return Ok(Set::Same) };
        let Some(chat) = self.platforms.get(&place.platform) else {
            return Err(Error::bad_input(format!("This bot is not connected to {}, so handoffs are not told.", place.platform)));
        };
        let at = place.place();
        let Some(current) = chat.header(&at).await? else { return Ok(Set::Same) };
        let ours = kept.pushed.as_ref().and_then(|it| it.first()).cloned();
        let wanted = words::header(loaded, now);
        let noted = Shown { pushed: Some(vec![wanted.clone()]), found: None, ..kept.clone() };
        let text = match ours {
            _ if current.contains(&wanted) => {
                return Ok(if noted == kept { Set::Same } else { Set::Noted(noted) });
            }
            Some(ours) if current.contains(&ours) => current.replacen(&ours, &wanted, 1),
            Some(_) if kept.found.as_deref() == Some(std::slice::from_ref(&current)) => return Ok(Set::Same),
            Some(_) => {
                let text =
                    Text::new().plain("Somebody took who is on call for ").code(&loaded.name).plain(" out of the header of ");
                let message = by_hand(&loaded.name, text.code(place.to_string()).plain(". It was left as it is."));
                return Ok(Set::Found(Shown { found: Some(vec![current]), ..kept }, Box::new(message)));
            }
            None if current.trim().is_empty() => wanted,
            None => format!("{} | {wanted}", current.trim_end()),
        };
        chat.set_header(&at, &text).await.map_err(|err| match err.kind {
            ErrorKind::Permission | ErrorKind::Validation | ErrorKind::BadInput => {
                Error { message: format!("The header of {place} cannot say who is on call: {}", err.message), ..err }
            }
            _ => err,
        })?;
        tracing::info!(schedule = %loaded.name, channel = %place, "Said in a channel's header who is on call");
        Ok(Set::Noted(noted))
    }
}

/// All that shows who is on call.
fn shown_at(schedule: &Schedule) -> Vec<String> {
    let header = schedule.channel.iter().filter(|_| schedule.has_header()).map(|it| format!("header:{it}"));
    schedule.groups.iter().map(|it| it.trim().to_owned()).chain(header).collect()
}

fn by_hand(schedule: &str, text: Text) -> Message {
    let push = Call::new(OWN, "oncall push", json!({ "schedule": schedule }));
    Message::text(text).tone(Tone::Warning).buttons(vec![Button::run("Put who is on call back", push)])
}
