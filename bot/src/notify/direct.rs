//! Telling people directly what concerns them: that something was given to them, that their review is asked for, that
//! somebody named them.
//!
//! Whom an event concerns is said in the names of its system ([`Event::concerns`]). A job of its own finds out who that is,
//! since the system and the chat may have to be asked: by linked accounts, else by the address that the account has in the
//! system and a person in the chat. What follows is a message like any other to that person: it waits for the end of their
//! quiet hours, and is not sent when they muted its source. There is one of an event for a person, however many channels
//! hear of it; nobody is told of what they did themselves, and a team that is asked for something reaches those who are in
//! the team of that name here, if there is one.

use std::{sync::Arc, time::Duration};

use commands::{
    BoxFuture, Button, Call, Error, Event, Text,
    event::{Concern, Why},
    grammar::{self, Parsed, Setting},
};
use connectors::Whose;
use connectors::cache::Cache;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::card::{self, tone};
use crate::{
    app::{App, OWN},
    chat::Post,
    dispatch::{
        post::{PostJob, card::object_of, digest::Told},
        today,
    },
    people::{
        PersonId,
        direct::{WHYS, word},
    },
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
};

/// How long it is taken to be so whose an account is.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// People who are told of one event at most: more are a crowd.
const MOST: usize = 20;

/// An event that concerns somebody, as stored in a job of kind [`DirectJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DirectJob {
    event: Event,
    /// Whose accounts its names are.
    connection: String,
}

impl DirectJob {
    pub const KIND: &'static str = "direct";
}

impl App {
    /// What finds out whom `event` concerns; none where it is nobody, or nobody can be known.
    pub(super) fn direct(&self, event: &Event) -> Option<NewJob> {
        if event.concerns.is_empty() {
            return None;
        }
        let connection = self.connection_of(&event.source)?;
        let unique = format!("direct:{}:{}", event.source, event.id);
        Some(NewJob {
            kind: DirectJob::KIND,
            lane: None,
            priority: Priority::Chatter,
            payload: Payload::of(&DirectJob { event: event.clone(), connection }),
            run_at: None,
            expires: None,
            unique: Some(unique),
        })
    }
}

/// Finds out whom an event concerns, and has them told: the handler of [`DirectJob`].
pub struct Tell {
    app: Arc<App>,
    /// By connection and account, where it had to be asked for.
    found: Cache<(String, String), Vec<PersonId>>,
}

impl Tell {
    pub fn new(app: Arc<App>) -> Tell {
        Tell { app, found: Cache::new(100_000, REMEMBERED) }
    }

    /// Those who can be told now; and why others cannot yet, who are found out later.
    async fn tell(&self, asked: &DirectJob) -> anyhow::Result<(Writes, Option<Error>)> {
        let DirectJob { event, connection } = asked;
        let links = self.app.people.links(Some(connection)).await?;
        let linked = |name: &str, id: Option<&str>| -> Vec<PersonId> {
            let is_theirs =
                |account: &str| id.is_some_and(|it| it.eq_ignore_ascii_case(account)) || name.eq_ignore_ascii_case(account);
            let all = links.iter().filter(|it| it.linked.as_ref().is_some_and(|it| is_theirs(&it.account)));
            all.map(|it| it.person.clone()).collect()
        };
        let actors = match &event.actor {
            Some(actor) => match self.people(connection, actor, event.actor_id.as_deref(), &linked).await {
                Ok(people) => people,
                // Whoever did it would be told of it.
                Err(err) => return Ok((Writes::default(), Some(err))),
            },
            None => Vec::new(),
        };
        let mut later = None;
        let mut told: Vec<(PersonId, Why)> = Vec::new();
        for Concern { name, id, why } in event.concerns.iter().take(MOST) {
            let is_actor =
                event.actor.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(name)) || (id.is_some() && *id == event.actor_id);
            if is_actor {
                continue;
            }
            // `acme/reviewers` is a team: of people here, where one is called so.
            let people = match name.rsplit_once('/') {
                Some((_, team)) => self.team(team).await?,
                None => self.people(connection, name, id.as_deref(), &linked).await.unwrap_or_else(|err| {
                    later = Some(err);
                    Vec::new()
                }),
            };
            for person in people {
                if !actors.contains(&person) && !told.iter().any(|(it, _)| *it == person) {
                    told.push((person, *why));
                }
            }
        }
        let object = object_of(&event.source, tone::noun(&event.kind), &event.object);
        if told.is_empty() {
            return Ok((Writes::default(), later));
        }
        // Also a delivery that is read again tells nobody twice.
        let once = |person: &PersonId| format!("once:direct:{}:{}:{person}", event.source, event.id);
        let names: Vec<String> = told.iter().map(|(person, _)| once(person)).collect();
        let before = self.app.store.cursors(&names).await?;
        let mut writes = Writes::default();
        for (person, why) in told {
            let is_new = !before.iter().any(|(name, _)| *name == once(&person));
            if is_new
                && self.app.people.wanted(&person).await?.contains(&why)
                && !self.app.people.is_hushed(&person, &object).await?
            {
                writes.jobs.push(self.post(event, connection, &person, why, &object));
                writes.cursors.push((once(&person), event.id.clone()));
            }
        }
        Ok((writes, later))
    }

    async fn team(&self, name: &str) -> anyhow::Result<Vec<PersonId>> {
        let teams = self.app.people.teams().await?;
        let team = teams.into_iter().find(|it| it.name.eq_ignore_ascii_case(name));
        Ok(team.map(|it| it.members.into_iter().map(|it| it.person).take(MOST).collect()).unwrap_or_default())
    }

    /// Who has an account: who linked it, else whose address it has.
    ///
    /// # Errors
    /// Temporary ones of the system and the chats: nobody else is known to have the account.
    async fn people(
        &self,
        connection: &str,
        name: &str,
        id: Option<&str>,
        linked: &(dyn Fn(&str, Option<&str>) -> Vec<PersonId> + Sync),
    ) -> commands::Result<Vec<PersonId>> {
        let linked = linked(name, id);
        if !linked.is_empty() {
            return Ok(linked);
        }
        let login = id.unwrap_or(name).to_owned();
        let key = (connection.to_owned(), login.to_lowercase());
        match self.found.try_get_with(key, self.by_address(connection, &login)).await {
            Ok(found) => Ok(found),
            Err(err) if err.is_temporary() => Err((*err).clone()),
            Err(err) => {
                tracing::info!("Whose account a name of `{connection}` is cannot be found out: {err}");
                Ok(Vec::new())
            }
        }
    }

    async fn by_address(&self, connection: &str, login: &str) -> commands::Result<Vec<PersonId>> {
        let live = self.app.connections.get(connection)?;
        if !live.kind.has_accounts {
            return Ok(Vec::new());
        }
        let account = match live.connected.account(Whose::Login(login)).await {
            Ok(account) => account,
            Err(err) if err.is_temporary() => return Err(err),
            // A system that does not tell, or knows accounts by something else, is not asked for the same again.
            Err(_) => None,
        };
        let Some(email) = account.and_then(|it| it.email).filter(|it| it.contains('@')) else { return Ok(Vec::new()) };
        let mut people = Vec::new();
        for platform in self.app.platforms.all().filter(|it| matches!(it.name(), "slack" | "zulip")) {
            match platform.person_of(&email).await {
                Ok(found) => people.extend(found.map(|it| PersonId::from(&it))),
                Err(err) if err.is_temporary() => return Err(err),
                Err(err) => tracing::info!("{} does not say whose an address is: {err}", platform.name()),
            }
        }
        Ok(people)
    }

    fn post(&self, event: &Event, connection: &str, person: &PersonId, why: Why, object: &str) -> NewJob {
        let names = self.app.names(&event.source, &person.platform, &person.workspace).named_only();
        let mut message = card::card(event, &names);
        let because = match why {
            Why::Assigned => "You are told because this was given to you.",
            Why::ReviewAsked => "You are told because your review is asked for.",
            Why::Mentioned => "You are told because you are mentioned.",
        };
        message = message.context(because).buttons(self.buttons(event, connection, why, object));
        let key = format!("direct:{}:{}:{person}", event.source, event.id);
        let told = Told { source: event.source.clone(), kind: event.kind.clone(), at: event.at, line: card::line(event, &names) };
        let post = Post { about: event.object.url.clone(), ..Post::new(person.target(), message, key.clone()) };
        NewJob { unique: Some(key.clone()), ..PostJob::new(post, key).telling(told).into_job(Priority::Chatter) }
    }

    /// What people do next: look at it, approve it, hear no more of it.
    fn buttons(&self, event: &Event, connection: &str, why: Why, object: &str) -> Vec<Button> {
        let groups = self.app.groups();
        // A command is offered where the connection has it and it takes the object as it is named.
        let command = |label: &str, action: &str| {
            let spec = groups.iter().find(|it| it.name == connection)?.find(action)?;
            let line = format!("{connection} {} {}", spec.name, event.object.key);
            match grammar::parse(&groups, &Setting { defaults: &Map::new(), today: today() }, &line) {
                Ok(Parsed::Call(call)) if call.action == spec.name => Some(Button::run(label, call)),
                _ => None,
            }
        };
        let first = |label: &str, actions: &[&str]| actions.iter().find_map(|it| command(label, it));
        let mut buttons = Vec::new();
        if tone::is_pull(&event.kind) {
            buttons.extend(first("Show", &["pr show", "mr show"]));
            if why == Why::ReviewAsked {
                let approve = first("Approve", &["pr approve", "mr approve"]);
                buttons
                    .extend(approve.map(|it| Button { confirm: Some(format!("Approve {}?", event.object.key)), ..it.primary() }));
            }
        } else if tone::is_ticket(&event.kind) {
            buttons.extend(first("Show", &["issue show", "item show", "work show", "wp show", "card show", "task show"]));
        }
        buttons.push(Button::run("Mute this", Call::new(OWN, "direct mute", json!({ "object": object }))));
        let rest: Vec<&str> = WHYS.iter().filter(|it| **it != why).map(|it| word(*it)).collect();
        let off = format!("No more when {}", said(why));
        buttons
            .push(Button::run(off, Call::new(OWN, "direct", json!({ "of": if rest.is_empty() { vec!["none"] } else { rest } }))));
        buttons
    }
}

/// `assigned`, as it follows "when".
pub fn said(why: Why) -> &'static str {
    match why {
        Why::Assigned => "assigned",
        Why::ReviewAsked => "asked for review",
        Why::Mentioned => "mentioned",
    }
}

/// All that somebody is told of, in words.
pub fn words(wanted: &[Why]) -> Text {
    match wanted {
        [] => Text::new().plain("nothing"),
        some => Text::new().plain(format!("when you are {}", some.iter().map(|it| said(*it)).collect::<Vec<_>>().join(", "))),
    }
}

impl Handler for Tell {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<DirectJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            match self.tell(&asked).await {
                Ok((writes, None)) => Outcome::Done(writes),
                // Who was told is noted, so that nobody is told again.
                Ok((writes, Some(err))) => Outcome::Retry { after: err.retry_after, reason: err.message, writes },
                Err(err) => Outcome::Retry { after: None, reason: format!("{err:#}"), writes: Writes::default() },
            }
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // It sends nothing itself.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}
