//! The job that brings a card up to date. Doing it twice changes nothing, so it is simply tried again.

use std::{sync::Arc, time::Duration};

use commands::{BoxFuture, Effect, Error, ErrorKind};
use connectors::cache::Cache;

use super::card::{Edit, EditJob, Kept, State};
use crate::{
    app::App,
    chat::{Found, Place, Post, Target},
    dispatch::Answering,
    queue::{Handler, Job, Lease, Outcome, Writes},
};

/// How long to wait where a chat asks us to and does not say how long.
const UNTOLD: Duration = Duration::from_secs(10);
/// When a system is asked again that refused the bot's credentials.
const REFUSED: Duration = Duration::from_secs(300);

/// Edits cards: the handler of [`EditJob`].
pub struct Redraw {
    app: Arc<App>,
    /// Up to which event a card shows its object, so that a burst of events is one edit.
    shown: Cache<String, u32>,
}

/// What became of a card.
enum Edited {
    /// It shows what it should; what is to be remembered of it.
    Yes(Writes),
    /// It is not there any more, or nobody may edit it: it is forgotten.
    Gone(String),
    /// Nothing can be edited there before somebody has mended the bot's credentials.
    Later(Outcome),
}

impl Redraw {
    pub fn new(app: Arc<App>) -> Redraw {
        let shown = Cache::new(10_000, Duration::from_secs(600));
        Redraw { app, shown }
    }

    pub(super) async fn edit(&self, job: &Job) -> Outcome {
        let EditJob { edit } = match job.payload.read() {
            Ok(asked) => asked,
            Err(err) => {
                let reason = format!("the job cannot be read: {err}");
                return Outcome::Dead { reason, writes: Writes::default() };
            }
        };
        let forget = |reason: String| {
            tracing::info!(job.id = job.id, "A card is not edited any more: {reason}");
            metrics::counter!("bellhop_card_edits_total", "outcome" => "gone").increment(1);
            let cursors = match &edit {
                Edit::Told { name, .. } | Edit::Shown { name } | Edit::Alert { name, .. } => {
                    vec![(name.clone(), String::new())]
                }
                Edit::Pressed { .. } => Vec::new(),
            };
            Outcome::Done(Writes { cursors, ..Writes::default() })
        };
        match self.redraw(&edit).await {
            Ok(Edited::Yes(writes)) => {
                metrics::counter!("bellhop_card_edits_total", "outcome" => "done").increment(1);
                Outcome::Done(writes)
            }
            Ok(Edited::Gone(reason)) => forget(reason),
            Ok(Edited::Later(later)) => later,
            Err(err) if matches!(err.kind, ErrorKind::RateLimited | ErrorKind::BreakerOpen) => {
                let after = err.retry_after.unwrap_or(UNTOLD);
                Outcome::Snooze { after, reason: err.message, writes: Writes::default() }
            }
            Err(err) if err.is_temporary() => {
                Outcome::Retry { after: err.retry_after, reason: err.message, writes: Writes::default() }
            }
            // The message is deleted, or too old to be edited: what comes next is posted anew.
            Err(err) => forget(err.message),
        }
    }

    async fn redraw(&self, edit: &Edit) -> commands::Result<Edited> {
        match edit {
            Edit::Told { name, version } => self.tell(name, *version).await,
            Edit::Shown { name } => self.show(name).await,
            Edit::Alert { name, alert, .. } => self.alert(name, *alert).await,
            Edit::Pressed { post, id } => {
                Ok(self.update(post, id).await?.map_or_else(|| Edited::Yes(Writes::default()), Edited::Later))
            }
        }
    }

    async fn kept(&self, name: &str) -> commands::Result<Option<Kept>> {
        let kept = self.app.store.cursor(name).await.map_err(|err| {
            tracing::error!("A card cannot be read: {err:#}");
            Error::new(ErrorKind::Network, "The store cannot be read.")
        })?;
        Ok(kept.and_then(|it| serde_json::from_str(&it).ok()))
    }

    async fn tell(&self, name: &str, version: u32) -> commands::Result<Edited> {
        if self.shown.get(name).await.is_some_and(|shown| shown >= version) {
            return Ok(Edited::Yes(Writes::default()));
        }
        let Some(Kept { post: spot, state: State::Told(card) }) = self.kept(name).await? else {
            return Ok(Edited::Yes(Writes::default()));
        };
        let Some(id) = &spot.id else { return Ok(Edited::Gone("the chat did not say its id".into())) };
        // A mention that comes with an edit is one like any other.
        let (platform, workspace) = (spot.to.platform(), spot.to.workspace());
        let message = self.app.but_muted(card.message(), &card.source, platform, workspace).await;
        if let Some(later) = self.update(&Post::new(spot.to.clone(), message, &spot.key), id).await? {
            return Ok(Edited::Later(later));
        }
        self.shown.insert(name.to_owned(), card.events).await;
        Ok(Edited::Yes(Writes::default()))
    }

    /// Where the card is not there yet, its own post is followed by an edit.
    async fn alert(&self, name: &str, alert: i64) -> commands::Result<Edited> {
        let Some(Kept { post: spot, state: State::Alert { version: shown } }) = self.kept(name).await? else {
            return Ok(Edited::Yes(Writes::default()));
        };
        let found = self.app.alert_card(alert).await.map_err(|err| {
            tracing::error!("An alert cannot be read: {err:#}");
            Error::new(ErrorKind::Network, "The store cannot be read.")
        })?;
        let Some((message, version)) = found.filter(|(_, version)| *version > shown) else {
            return Ok(Edited::Yes(Writes::default()));
        };
        let Some(id) = &spot.id else { return Ok(Edited::Gone("the chat did not say its id".into())) };
        if let Some(later) = self.update(&Post::new(spot.to.clone(), message, &spot.key), id).await? {
            return Ok(Edited::Later(later));
        }
        let kept = Kept { post: spot, state: State::Alert { version } };
        Ok(Edited::Yes(Writes { cursors: vec![(name.to_owned(), kept.text())], ..Writes::default() }))
    }

    /// Asks again for what somebody had asked for, as that person.
    async fn show(&self, name: &str) -> commands::Result<Edited> {
        let Some(Kept { post: mut spot, state: State::Shown { call, to } }) = self.kept(name).await? else {
            return Ok(Edited::Yes(Writes::default()));
        };
        let actor = self.app.actor(&to).await?;
        let groups = self.app.groups();
        let spec = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action));
        if spec.is_none_or(|it| it.effect != Effect::Read) {
            return Ok(Edited::Gone("its command is not there any more".into()));
        }
        self.app.authorize(&actor, &call, Some(&to.place.channel_key())).await?;
        let ctx = self.app.ctx_of(actor, &call.group, &spot.key, &to.place).await?;
        let reply = match self.app.run(&call, &ctx).await {
            Ok(reply) => reply,
            // What the system refuses now is shown again once its credentials are mended.
            Err(err) if err.kind == ErrorKind::Auth => {
                let later = Outcome::Snooze { after: REFUSED, reason: err.message, writes: Writes::default() };
                return Ok(Edited::Later(later));
            }
            Err(err) => return Err(err),
        };
        // What has become private is not shown to the channel any more than what is gone.
        let Some(card) = reply.card.filter(|_| reply.audience == commands::Audience::Channel) else {
            return Ok(Edited::Gone("it is not for everybody any more".into()));
        };
        let mut post = Post::new(spot.to.clone(), card.shown, &spot.key);
        let mut writes = Writes::default();
        if spot.id.is_none() {
            let Some(platform) = self.app.platforms.get(post.to.platform()) else {
                return Ok(Edited::Gone("its chat is not connected".into()));
            };
            let Found::Yes(found) = platform.find(&post, spot.at).await? else {
                return Ok(Edited::Gone("the chat does not show where it is".into()));
            };
            spot.id = found.id;
            let kept = Kept { post: spot.clone(), state: State::Shown { call, to: to.clone() } };
            writes.cursors.push((name.to_owned(), kept.text()));
        }
        let Some(id) = &spot.id else { return Ok(Edited::Gone("the chat did not say its id".into())) };
        post.to = Target::Place(to.place);
        Ok(self.update(&post, id).await?.map_or(Edited::Yes(writes), Edited::Later))
    }

    /// What becomes of the job while the chat refuses our credentials; none where the message was edited.
    async fn update(&self, post: &Post, id: &str) -> commands::Result<Option<Outcome>> {
        let Some(platform) = self.app.platforms.get(post.to.platform()) else {
            return Err(Error::not_found("Its chat is not connected."));
        };
        self.app.edited(platform.as_ref(), post, id).await
    }
}

impl Handler for Redraw {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(self.edit(job))
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

/// Where a reply to a pressed button goes when its card is edited in place: below the card.
pub fn below(to: &Answering) -> Answering {
    let thread = to.place.thread.clone().or_else(|| to.pressed.as_ref().map(|it| it.id.clone()));
    Answering { place: Place { thread, ..to.place.clone() }, ..to.clone() }
}
