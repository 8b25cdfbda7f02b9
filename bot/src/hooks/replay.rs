//! A delivery read again: what it would do now, and, when asked, doing it.
//!
//! What was posted, or is on its way, is not posted again, by its post's key, unless somebody asks for exactly that; then the
//! post gets another key.

use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use commands::Event;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{
    arrival::{Kept, Verdict},
    reading::{self, Received},
};
use crate::{
    app::App,
    dispatch::post::PostJob,
    notify::{
        Routed,
        news::{Decision, News, Stands},
    },
    queue::{Acceptance, NewJob, Payload},
};

/// Whether a replay posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posting {
    /// It only says what it would do.
    No,
    /// What was not posted before.
    New,
    /// All of it.
    Again,
}

/// What a replay found.
#[derive(Clone, Debug)]
pub struct Replayed {
    pub id: i64,
    pub at: Timestamp,
    /// Why it cannot be replayed, or cannot be read.
    pub outcome: Result<Vec<Told>, String>,
    /// How many posts are on their way now.
    pub posted: usize,
}

/// An event, and where it is told.
#[derive(Clone, Debug)]
pub struct Told {
    pub event: Event,
    pub decisions: Vec<(Decision, State)>,
}

/// What became of an event's post.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    New,
    Waiting,
    Posted(Box<Stands>),
}

impl App {
    /// What a delivery says as it is read now.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn read_again(&self, kept: &Kept, template: Option<&str>) -> anyhow::Result<Result<Vec<Event>, String>> {
        let arrival = &kept.arrival;
        if arrival.verdict == Verdict::Refused || arrival.verdict == Verdict::Handshake {
            return Ok(Err("Nothing proves who sent it, so it is not read.".into()));
        }
        let Some(hook) = self.hooks.find(&arrival.hook) else { return Ok(Err(format!("The hook `{}` is gone.", arrival.hook))) };
        let Some((_, webhook)) = connectors::webhook(&hook.kind) else { return Ok(Err("Its kind takes no deliveries.".into())) };
        let key = arrival.key.clone().unwrap_or_default();
        let Some(body) = self.store.delivered(&arrival.hook, &key).await? else {
            return Ok(Err("Its body is not kept any more: deliveries are for seven days.".into()));
        };
        let received = Received {
            hook: arrival.hook.clone(),
            key: Some(key),
            method: arrival.method.clone(),
            headers: arrival.headers.clone(),
            query: arrival.query.clone(),
            body,
            received: kept.at,
        };
        let template = template.map(str::to_owned).or_else(|| hook.template.clone());
        Ok(reading::read(webhook, Arc::new(received), template).await.map_err(|it| it.reason().to_owned()))
    }

    /// Reads a delivery again, and posts what it says as `posting` asks.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn replay(&self, kept: &Kept, posting: Posting) -> anyhow::Result<Replayed> {
        let nothing = |outcome| Replayed { id: kept.id, at: kept.at, outcome, posted: 0 };
        let events = match self.read_again(kept, None).await? {
            Ok(events) => events,
            Err(reason) => return Ok(nothing(Err(reason))),
        };
        let Routed { jobs, news } = self.route(events, kept.arrival.key.as_deref());
        let keys: Vec<String> = jobs.iter().filter_map(post_key).collect();
        let states = self.states_of(&keys).await?;
        let state = |key: &str| states.iter().find(|(it, _)| it == key).map_or(State::New, |(_, state)| state.clone());
        let told = news
            .iter()
            .map(|it| Told {
                event: it.event.clone(),
                decisions: it.decisions.iter().map(|it| (it.clone(), state(&it.post))).collect(),
            })
            .collect();
        let posted = match posting {
            Posting::No => 0,
            Posting::New => {
                let known = self.known(&kept.arrival.hook, &news).await?;
                let jobs: Vec<NewJob> = jobs
                    .into_iter()
                    .filter(|job| post_key(job).map_or(known.is_empty(), |key| state(&key) == State::New))
                    .map(|job| NewJob { unique: post_key(&job).map(|key| format!("post:{key}")).or(job.unique.clone()), ..job })
                    .collect();
                let posts: Vec<String> = jobs.iter().filter_map(post_key).collect();
                let is_new = |it: &News| !known.contains(&it.event.id) || it.decisions.iter().any(|it| posts.contains(&it.post));
                self.post_again(jobs, news.into_iter().filter(is_new).collect()).await?
            }
            Posting::Again => {
                let suffix = format!(":again-{}", Uuid::now_v7().simple());
                let jobs = jobs.into_iter().map(|it| renamed(it, &suffix)).collect::<anyhow::Result<_>>()?;
                let rename = |it: Decision| Decision { post: it.post + &suffix, ..it };
                let news = news.into_iter().map(|it| News { decisions: it.decisions.into_iter().map(rename).collect(), ..it });
                self.post_again(jobs, news.collect()).await?
            }
        };
        Ok(Replayed { posted, ..nothing(Ok(told)) })
    }

    /// Where posts of these keys are.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn states_of(&self, keys: &[String]) -> anyhow::Result<Vec<(String, State)>> {
        let elsewhere: Vec<String> = keys.iter().map(|it| format!("{it}:elsewhere")).collect();
        let all: Vec<&str> = keys.iter().chain(&elsewhere).map(String::as_str).collect();
        let mut found = Vec::new();
        for stands in self.store.where_posted(&all).await? {
            let key = stands.landed.key.trim_end_matches(":elsewhere").to_owned();
            found.push((key, State::Posted(Box::new(stands))));
        }
        for waiting in self.store.waiting_posts(&all).await? {
            found.push((waiting.trim_end_matches(":elsewhere").to_owned(), State::Waiting));
        }
        Ok(found)
    }

    async fn known(&self, source: &str, news: &[News]) -> anyhow::Result<Vec<String>> {
        let ids: Vec<&str> = news.iter().map(|it| it.event.id.as_str()).collect();
        self.store.known_events(source, &ids).await
    }

    async fn post_again(&self, jobs: Vec<NewJob>, news: Vec<News>) -> anyhow::Result<usize> {
        let posts = jobs.iter().filter(|it| it.kind == PostJob::KIND).count();
        if jobs.is_empty() && news.is_empty() {
            return Ok(0);
        }
        let key = Uuid::now_v7().simple().to_string();
        let acceptance = Acceptance { source: "replay".into(), key, body: Bytes::new(), audit: None, jobs, news };
        self.queue.accept(acceptance).await.map_err(|it| anyhow::anyhow!("the replay cannot be stored: {}", it.reason))?;
        Ok(posts)
    }
}

fn post_key(job: &NewJob) -> Option<String> {
    (job.kind == PostJob::KIND).then(|| job.payload.value()["post"]["key"].as_str().map(str::to_owned))?
}

/// The same job under another key, so that nobody takes it for the one that was posted.
fn renamed(job: NewJob, suffix: &str) -> anyhow::Result<NewJob> {
    if job.kind != PostJob::KIND {
        return Ok(job);
    }
    let mut payload: Value = job.payload.read()?;
    let key = payload["post"]["key"].as_str().context("a post without a key")?;
    payload["post"]["key"] = format!("{key}{suffix}").into();
    Ok(NewJob { payload: Payload::from(payload), unique: None, ..job })
}
