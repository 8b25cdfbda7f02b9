//! A page: the job that reaches one person in one way.
//!
//! Whether anybody is to be paged at all is asked again in the transaction that marks the job as sending ([`super::desk`]): no page
//! leaves after an acknowledgement that is committed. What is not confirmed is sent again, marked as a possible repeat; what fails,
//! or meets a chat that is down, brings the next way forward at once, and goes on being tried for a while itself.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use commands::{Block, BoxFuture, Call, Error, ErrorKind, Message, Text, event::Object};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    desk::{Answer, Ask, Desk, Landed},
    policy::severity_word,
    reach::Kind,
    store::Page,
    whom::same,
};
use crate::{
    alerts::Alert,
    app::App,
    chat::{self, Limit, Place, Post, Target},
    dispatch::post::charges,
    notify::own,
    people::{self, PersonId},
    queue::{Departs, Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Queue, Writes},
    store::Tx,
};

/// How soon a page is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// And at the latest, whatever the chat asks for.
const AT_LATEST: Duration = Duration::from_secs(60);
/// How often a page is tried, and for how long it waits for its turn in a chat besides: for about ten minutes. By then others
/// were told.
const TRIES: u32 = 12;
const WAITS: SignedDuration = SignedDuration::from_mins(10);
/// How long a chat may take to take one.
const WITHIN: Duration = Duration::from_secs(30);
/// People who are mentioned in a channel: more are a crowd, and each is paged in their own ways anyway.
const MENTIONED: usize = 20;
/// The beginning of a page's key, by which what is told of it later is known.
const KEY: &str = "page-";

/// A page to be sent, as stored in a job of kind [`PageJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageJob {
    pub page: i64,
    /// As its row says: a claim reads no rows.
    to: Target,
    alert: Option<i64>,
    /// An earlier try may have arrived.
    #[serde(default)]
    repeat: bool,
    /// Since when a limit holds it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held_up_since: Option<Timestamp>,
}

impl PageJob {
    pub const KIND: &'static str = "page";

    pub fn new(page: i64, to: Target, alert: Option<i64>) -> PageJob {
        PageJob { page, to, alert, repeat: false, held_up_since: None }
    }

    pub fn of(page: &Page) -> PageJob {
        PageJob::new(page.id, page.to.clone(), page.alert)
    }

    /// In a transaction of the caller's.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn enqueue(self, tx: &mut Tx, due: Timestamp) -> anyhow::Result<()> {
        // A lane of each alert's own: a chat that fails holds up no page of another alert.
        let lane = format!("page:{}:{}", self.to.key(), self.alert.unwrap_or_default());
        let job = NewJob {
            kind: PageJob::KIND,
            lane: Some(lane),
            priority: Priority::Page,
            payload: Payload::of(&self),
            run_at: Some(due),
            expires: None,
            unique: None,
        };
        Queue::enqueue(tx, &job).await.context("a page cannot be written down")?;
        Ok(())
    }
}

/// The page that a post's key names.
pub fn of_key(key: &str) -> Option<i64> {
    key.strip_prefix(KEY)?.parse().ok()
}

/// Sends [`PageJob`]s.
pub struct SendPage {
    pub app: Arc<App>,
    pub desk: Desk,
}

impl Handler for SendPage {
    fn departs(&self, job: &Job) -> Departs {
        let limits = job.payload.read::<PageJob>().ok().map(|it| self.limits(&it.to)).unwrap_or_default();
        // Charged with the claim, and sent only when it was looked at once more.
        Departs::Charged(charges(&limits, job.priority))
    }

    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<PageJob>() {
                Ok(asked) => asked,
                Err(err) => {
                    let reason = format!("the job cannot be read: {err}");
                    return Outcome::Dead { reason, writes: Writes::default() };
                }
            };
            let retry = |reason: String| Outcome::Retry { after: Some(AGAIN), reason, writes: Writes::default() };
            // Read before, so that nothing is waited for between the mark and the bytes.
            let alert = match self.alert(&asked).await {
                Ok(alert) => alert,
                Err(err) => return retry(format!("{err:#}")),
            };
            let page = match self.desk.ask(Ask::Leave { page: asked.page, lease: lease.clone() }).await {
                Ok(Answer::Leaves(page)) => *page,
                Ok(Answer::LeaseLost) => return retry("the lease was lost".into()),
                Ok(Answer::No(reason)) => return Outcome::Cancel { reason, writes: Writes::default() },
                Ok(other) => return retry(format!("a page that leaves is not {other:?}")),
                Err(reason) => return retry(reason),
            };
            let sent = match tokio::time::timeout(WITHIN, chat::urgently(self.send(&page, alert.as_ref(), asked.repeat))).await {
                Ok(sent) => sent,
                Err(_) => Err(Error::new(ErrorKind::Timeout, "It did not answer in time.").maybe_done()),
            };
            let (landed, outcome) = ended(job, &asked, sent, self.app.store.now());
            tracing::info!(
                alert = page.alert,
                page = page.id,
                way = page.kind.word(),
                "Page {} to {}: {landed:?}",
                page.id,
                page.name
            );
            match self.desk.ask(Ask::Land { page: page.id, landed }).await {
                Ok(_) => outcome,
                // It was sent and that is not written down: as after a crash, it is sent again and says so.
                Err(reason) => Outcome::Ambiguous { after: AGAIN, reason, writes: Writes::default() },
            }
        })
    }

    /// Nobody is left unpaged for not being sure: it is sent again, and says so.
    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let reason = "the bot stopped while it was sending".to_owned();
            match job.payload.read::<PageJob>() {
                Ok(asked) => {
                    let payload = Some(Payload::of(&PageJob { repeat: true, ..asked }));
                    Outcome::Retry { after: Some(Duration::ZERO), reason, writes: Writes { payload, ..Writes::default() } }
                }
                Err(err) => Outcome::Dead { reason: format!("the job cannot be read: {err}"), writes: Writes::default() },
            }
        })
    }
}

/// What an answer means for the page, and for its job.
fn ended(job: &Job, asked: &PageJob, sent: commands::Result<Option<String>>, now: Timestamp) -> (Landed, Outcome) {
    let err = match sent {
        Ok(message) => return (Landed::Sent { message }, Outcome::Done(Writes::default())),
        Err(err) => err,
    };
    let reason = err.message.clone();
    // Refused credentials are mended, and a chat comes back: both may be soon enough.
    let may_heal = err.maybe_done || err.is_temporary() || matches!(err.kind, ErrorKind::Auth | ErrorKind::BadConfig);
    // A limit of ours or of the chat says nothing about the page: its turn comes soon, and is not one of its tries.
    let is_held_up = !err.maybe_done && matches!(err.kind, ErrorKind::RateLimited | ErrorKind::BreakerOpen);
    let since = asked.held_up_since.unwrap_or(now);
    let is_over = if is_held_up { now.duration_since(since) >= WAITS } else { job.attempt >= TRIES };
    if !may_heal || is_over {
        let landed = Landed::Failed { reason: reason.clone() };
        return (landed, Outcome::Cancel { reason: format!("{reason} Others were told."), writes: Writes::default() });
    }
    let held_up_since = is_held_up.then_some(since);
    let next = PageJob { repeat: err.maybe_done || asked.repeat, held_up_since, ..asked.clone() };
    let writes = Writes { payload: (next != *asked).then(|| Payload::of(&next)), ..Writes::default() };
    let after = err.retry_after.unwrap_or(AGAIN).min(AT_LATEST);
    if is_held_up {
        return (Landed::Troubled { reason: reason.clone() }, Outcome::Snooze { after, reason, writes });
    }
    // Counted each time: it has an end, whatever is wrong.
    (Landed::Troubled { reason: reason.clone() }, Outcome::Retry { after: Some(after), reason, writes })
}

impl SendPage {
    fn limits(&self, to: &Target) -> Vec<Limit> {
        self.app.platforms.get(to.platform()).map(|it| it.limits(to)).unwrap_or_default()
    }

    async fn alert(&self, asked: &PageJob) -> anyhow::Result<Option<Alert>> {
        match asked.alert {
            Some(id) => self.app.alert(id).await,
            None => Ok(None),
        }
    }

    /// Sends it: as which message, where that can be edited later.
    async fn send(&self, page: &Page, alert: Option<&Alert>, repeat: bool) -> commands::Result<Option<String>> {
        let key = key(page.id);
        if page.kind == Kind::Endpoint {
            return self.request(page, alert, &key).await.map(|()| None);
        }
        let name = page.to.platform();
        let platform = self.app.platforms.get(name);
        let platform = platform.ok_or_else(|| {
            Error::new(ErrorKind::Closed, format!("This bot is not connected to {name}: add a section [{name}]."))
        })?;
        let mut message = match alert {
            Some(alert) => written(&self.app, page, alert).await?,
            None => Message::new()
                .heading("This is a test")
                .paragraph("Bellhop pages you like this. Nothing is wrong, and there is nothing to do."),
        };
        if repeat {
            message = message.context(Text::new().italic("Perhaps a repeat: the first one was not confirmed."));
        }
        let mut post = Post::new(page.to.clone(), message, key);
        post.about = alert.map(|it| format!("alert:{}", it.id));
        self.app.renames.follow(&mut post.to).await;
        let posted = chat::traced::post(platform.as_ref(), &post).await?;
        Ok(posted.id.filter(|_| matches!(page.kind, Kind::Dm | Kind::Place)))
    }

    /// To an endpoint, signed as all that it is told.
    async fn request(&self, page: &Page, alert: Option<&Alert>, key: &str) -> commands::Result<()> {
        let name = page.to.address();
        let live = self.app.connections.get(name)?;
        let event = commands::Event {
            id: key.to_owned(),
            source: own::SOURCE.into(),
            kind: "page.sent".into(),
            at: self.app.store.now(),
            object: Object {
                key: alert.map_or_else(|| "test".to_owned(), |it| it.id.to_string()),
                title: alert.map_or_else(|| "A test".to_owned(), |it| it.title.clone()),
                url: alert.and_then(|it| it.url.clone()),
                place: alert.map(|it| it.source.clone()),
                state: alert.map(|it| severity_word(it.severity).to_owned()),
            },
            ..commands::Event::default()
        };
        let params = json!({
            "type": event.kind, "id": connectors::webhook::id_of(&[own::SOURCE, key, name]), "at": event.at,
            "data": serde_json::to_string(&event).unwrap_or_default(),
        });
        let nowhere =
            Place { platform: page.to.platform().into(), workspace: String::new(), channel: String::new(), thread: None };
        let ctx = self.app.ctx(people::stranger(page.to.platform(), "", "bellhop"), name, key, &nowhere);
        connectors::http::scope(key.to_owned(), live.connected.run(&Call::new(name, "send", params), &ctx)).await.map(drop)
    }
}

/// The key of the post that a page is.
pub(super) fn key(page: i64) -> String {
    format!("{KEY}{page}")
}

/// What a page says of the alert, as that is now.
///
/// # Errors
/// The store cannot be read.
pub(super) async fn written(app: &App, page: &Page, alert: &Alert) -> commands::Result<Message> {
    let unreadable = |err: anyhow::Error| {
        tracing::error!(alert = alert.id, "An alert cannot be read: {err:#}");
        Error::new(ErrorKind::Network, "The store cannot be read.")
    };
    let message = app.page_message(alert.id, page.person.as_ref()).await.map_err(unreadable)?;
    let gone = || Error::not_found(format!("There is no alert {} any more.", alert.id));
    let mut message = message.ok_or_else(gone)?.context(why(page, alert));
    if page.kind == Kind::Place {
        let others = app.pages(alert.id).await.map_err(unreadable)?;
        message.blocks.splice(0..0, mentions(page, &others).map(Block::Paragraph));
    }
    Ok(message)
}

/// Those of the same step who are in the channel's chat: it is said to them.
fn mentions(page: &Page, others: &[Page]) -> Option<Text> {
    let mut people: Vec<(&PersonId, &str)> = Vec::new();
    for it in others.iter().filter(|it| it.tick == page.tick) {
        let Some(person) = it.person.as_ref().filter(|it| it.platform == page.to.platform()) else { continue };
        let is_here = page.to.workspace().is_empty() || person.workspace.is_empty() || person.workspace == page.to.workspace();
        if is_here && !people.iter().any(|(known, _)| same(known, person)) {
            people.push((person, &it.name));
        }
    }
    let more = people.len().saturating_sub(MENTIONED);
    let mut text = Text::new();
    for (at, (person, name)) in people.iter().take(MENTIONED).enumerate() {
        text = if at > 0 { text.plain(" ") } else { text };
        text = text.person(&person.id, *name);
    }
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!people.is_empty()).then(|| text.plain(format!("{rest}: you are paged.")))
}

/// The last line of a page: why it comes to its reader.
fn why(page: &Page, alert: &Alert) -> Text {
    let mut text = Text::new().plain("You are paged");
    if page.person.is_none() {
        text = Text::new().plain("This place is paged");
    } else if !page.why.is_empty() {
        text = text.plain(format!(", {}", page.why));
    }
    match &alert.policy {
        Some(policy) => text.plain(" (").code(policy.clone()).plain(")."),
        None => text.plain("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(attempt: u32) -> Job {
        let place = Place { platform: "slack".into(), workspace: "T1".into(), channel: "C1".into(), thread: None };
        Job {
            id: 1,
            kind: PageJob::KIND.into(),
            lane: None,
            priority: Priority::Page,
            payload: Payload::of(&PageJob::new(7, Target::Place(place), Some(42))),
            attempt,
            created_at: Timestamp::UNIX_EPOCH,
            expires: None,
            trace: None,
        }
    }

    /// What a handler makes of a limit that holds a page up, and of what the job holds then.
    fn held_up(job: &Job, now: Timestamp) -> (Landed, Outcome) {
        let limited = Error::new(ErrorKind::RateLimited, "Too fast.").with_retry_after(Some(Duration::from_millis(500)));
        ended(job, &job.payload.read().expect("a page"), Err(limited), now)
    }

    #[test]
    fn a_limit_is_no_try_and_ends_after_ten_minutes() {
        let begin = Timestamp::UNIX_EPOCH;
        let mut job = job(TRIES);
        let (landed, outcome) = held_up(&job, begin);
        assert!(matches!(landed, Landed::Troubled { .. }), "the next way comes forward: {landed:?}");
        let Outcome::Snooze { after, writes, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(after, Duration::from_millis(500));
        job.payload = writes.payload.expect("since when");
        assert!(matches!(held_up(&job, begin + Duration::from_secs(599)).1, Outcome::Snooze { .. }));
        let (landed, outcome) = held_up(&job, begin + Duration::from_secs(600));
        assert!(matches!((landed, outcome), (Landed::Failed { .. }, Outcome::Cancel { .. })));
    }

    #[test]
    fn a_failure_is_a_try() {
        let failed = |attempt| {
            let job = job(attempt);
            ended(&job, &job.payload.read().expect("a page"), Err(Error::new(ErrorKind::Server, "500")), Timestamp::UNIX_EPOCH).1
        };
        assert!(matches!(failed(TRIES - 1), Outcome::Retry { .. }));
        assert!(matches!(failed(TRIES), Outcome::Cancel { .. }));
    }
}
