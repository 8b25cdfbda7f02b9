//! Reminders of reviews: at set times, what waits for whom.
//!
//! A reminder is a schedule of the queue ([`crate::queue::Repeating`]), one for a person or a channel. When it fires, each
//! system is asked for what its page of one's own shows of reviews ([`connectors::Mine`]), as the person it is for; in a
//! channel, for everybody in it whose account is known. Where nothing waits, nothing is said.

use std::{sync::Arc, time::Duration};

use commands::{
    Actor, Block, BoxFuture, Message, Span, Text,
    grammar::{self, Parsed, Setting},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    app::App,
    chat::{Place, Post, Target},
    connections::Live,
    dispatch::{post::PostJob, today},
    people::PersonId,
    queue::{CatchUp, Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Repeating, Timetable, Writes},
};

/// How long a system may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// People of a channel who are asked for.
const PEOPLE: usize = 30;

/// A reminder, as stored in a job of kind [`RemindJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemindJob {
    /// A person, or a channel.
    pub to: Target,
    /// Who wants it.
    pub who: PersonId,
    /// Put in by the schedule: its name and the moment it was due.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub schedule: Value,
}

impl RemindJob {
    pub const KIND: &'static str = "remind";

    /// What the reminder for a place or a person is called: there is one.
    pub fn name(to: &Target) -> String {
        let thread = match to {
            Target::Place(Place { thread: Some(thread), .. }) => format!(">{thread}"),
            _ => String::new(),
        };
        format!("reviews for {}{thread}", to.key())
    }

    pub fn repeating(self, timetable: Timetable) -> Repeating {
        let name = RemindJob::name(&self.to);
        let who = self.who.to_string();
        let job = NewJob {
            kind: RemindJob::KIND,
            lane: None,
            priority: Priority::Chatter,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            unique: None,
        };
        // A reminder of this morning is of no use tomorrow, and one of an hour ago is.
        Repeating { name, timetable, job, catch_up: CatchUp::Latest, who }
    }
}

/// Says what waits: the handler of [`RemindJob`].
pub struct Remind {
    pub app: Arc<App>,
}

impl Remind {
    async fn remind(&self, asked: &RemindJob) -> anyhow::Result<Option<NewJob>> {
        let mut message = Message::new();
        match &asked.to {
            Target::Person { platform, workspace, id } => {
                let place =
                    Place { platform: platform.clone(), workspace: workspace.clone(), channel: String::new(), thread: None };
                let Some(person) = self.person(&PersonId::new(platform, workspace, id)).await else { return Ok(None) };
                for found in self.waiting(&person, &place).await {
                    message.blocks.extend(found.blocks);
                }
            }
            Target::Place(place) | Target::Answer { to: crate::chat::Answering { place, .. }, .. } => {
                for person in self.people_in(place).await {
                    let found = self.waiting(&person, place).await;
                    if !found.is_empty() {
                        message = message.paragraph(Text::new().bold(person.name.clone()));
                        found.into_iter().for_each(|it| message.blocks.extend(it.blocks));
                    }
                }
            }
        }
        if message.blocks.is_empty() {
            return Ok(None);
        }
        let mut whole = Message::new().heading("Reviews that wait");
        whole.blocks.extend(message.blocks);
        let stop = Text::new()
            .code("bellhop reminders")
            .plain(" shows when this is said, and ")
            .code("bellhop remind stop")
            .plain(" ends it.");
        let whole = whole.context(stop);
        let key = format!("remind:{}:{}", RemindJob::name(&asked.to), asked.schedule["step"]);
        Ok(Some(PostJob::new(Post::new(asked.to.clone(), whole, key.clone()), key).into_job(Priority::Chatter)))
    }

    async fn person(&self, id: &PersonId) -> Option<Actor> {
        let platform = self.app.platforms.get(&id.platform)?;
        let found = platform.person(&id.workspace, &id.id).await;
        found.inspect_err(|err| tracing::warn!("{id} cannot be reminded now: {err}")).ok()
    }

    /// Those in a channel whose account is known somewhere.
    async fn people_in(&self, place: &Place) -> Vec<Actor> {
        let Some(platform) = self.app.platforms.get(&place.platform) else { return Vec::new() };
        let mut people = Vec::new();
        let is_there =
            |id: &PersonId| id.platform == place.platform && (place.workspace.is_empty() || id.workspace == place.workspace);
        for known in self.app.directory.everybody().into_iter().filter(|it| is_there(&it.id)) {
            if people.len() < PEOPLE && matches!(platform.is_in(&known.id.id, place).await, Ok(Some(true))) {
                people.extend(self.person(&known.id).await);
            }
        }
        people
    }

    /// What waits for somebody, a message a system.
    async fn waiting(&self, person: &Actor, place: &Place) -> Vec<Message> {
        let mut found = Vec::new();
        for live in self.app.connections.all() {
            for mine in live.kind.mine.iter().filter(|it| it.title.to_lowercase().contains("review")) {
                match tokio::time::timeout(PATIENCE, self.ask(person, place, &live, mine.command)).await {
                    Ok(Ok(message)) if is_something(&message) => {
                        let title = Text::new().bold(format!("{} in {}", mine.title, live.title()));
                        let mut shown = Message::text(title);
                        shown.blocks.extend(
                            message.blocks.into_iter().filter(|it| !matches!(it, Block::Buttons(_) | Block::Menu { .. })),
                        );
                        found.push(shown);
                    }
                    Ok(Ok(_)) => {}
                    Ok(Err(err)) => tracing::info!("{} does not say what waits for {}: {err}", live.name, person.id),
                    Err(_) => tracing::info!("{} did not say in time what waits for {}", live.name, person.id),
                }
            }
        }
        found
    }

    async fn ask(&self, person: &Actor, place: &Place, live: &Live, command: &str) -> commands::Result<Message> {
        let (defaults, group) = (Map::new(), live.group());
        let setting = Setting { defaults: &defaults, today: today() };
        let parsed = grammar::parse(std::slice::from_ref(&group), &setting, &format!("{} {command}", live.name))?;
        let Parsed::Call(call) = parsed else {
            return Err(commands::Error::internal(format!("`{command}` is not complete.")));
        };
        self.app.authorize(person, &call, Some(&place.channel_key())).await?;
        let ctx = self.app.ctx_of(person.clone(), &live.name, "reminder", place).await?;
        Ok(self.app.as_asker(live, &PersonId::from(&ctx.actor), live.connected.run(&call, &ctx)).await?.message)
    }
}

/// Whether a list has anything in it: what waits has an address.
fn is_something(message: &Message) -> bool {
    let has_link = |text: &Text| text.0.iter().any(|it| matches!(it, Span::Link { .. }));
    message.blocks.iter().any(|it| match it {
        Block::List(items) => items.iter().any(has_link),
        Block::Table { rows, .. } => rows.iter().flatten().any(has_link),
        Block::Paragraph(text) => has_link(text),
        _ => false,
    })
}

impl Handler for Remind {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<RemindJob>() {
                Ok(asked) => asked,
                Err(err) => return Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            };
            match self.remind(&asked).await {
                Ok(jobs) => Outcome::Done(Writes { jobs: jobs.into_iter().collect(), ..Writes::default() }),
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
