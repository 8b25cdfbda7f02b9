//! Handing a message to its chat, and what the chat's answer means for the job.
//!
//! Temporary failures are tried again (a 429 when the chat says, and no attempt is counted); what may have
//! arrived is looked for in the chat's history; refused credentials pause the chat, since no post can
//! succeed before somebody has mended them; everything else is [`undeliverable`].

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use commands::{BoxFuture, ErrorKind, Text};
use connectors::trace;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{
    PostJob, Purpose, budget,
    card::{Placed, Placing},
    digest::{AT_LEAST, AT_ONCE, Why, foldable, is_below_a_card, is_flood},
    pause, undeliverable,
};
use crate::{
    app::App,
    chat::{self, Found, Limit, Platform, Posted, Target},
    queue::{Departs, Handler, Job, Lease, LeaseLost, Outcome, Payload, Priority, Writes},
};

/// How long to wait where a chat asks us to and does not say how long.
const UNTOLD: Duration = Duration::from_secs(10);
/// What a chat may take from getting a post to showing it in its history, which is at most a second old when we look.
const SETTLED: Duration = Duration::from_secs(6);
/// How long a chat is asked again whether it has a post; a failing head blocks its lane no longer.
const LOOKING: SignedDuration = SignedDuration::from_mins(15);

/// Delivers [`PostJob`]s.
pub struct Deliver {
    app: Arc<App>,
}

impl Deliver {
    pub fn new(app: Arc<App>) -> Deliver {
        Deliver { app }
    }
}

impl Handler for Deliver {
    fn departs(&self, job: &Job) -> Departs {
        let limits = self.limits(&job.payload).unwrap_or_default();
        Departs::AtOnce(budget::charges(&limits, job.priority))
    }

    fn run<'a>(&'a self, job: &'a Job, lease: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let dead = |reason: String| Outcome::Dead { reason, writes: Writes::default() };
            let mut asked = match job.payload.read::<PostJob>() {
                Ok(asked) => asked,
                Err(err) => return dead(format!("the job cannot be read: {err}")),
            };
            let name = asked.post.to.platform();
            let Some(platform) = self.app.platforms.get(name).map(Arc::clone) else {
                return dead(format!("this bot is not connected to {name}: add a section [{name}] and redrive"));
            };
            // An answer at the address that came with the question needs no credentials.
            let needs_credentials = !matches!(&asked.post.to, Target::Answer { to, .. } if to.response_url.is_some());
            if needs_credentials && let Some(later) = self.app.held_back(platform.as_ref(), asked.post.to.workspace()).await {
                return later;
            }
            let lost = || Outcome::Retry { after: None, reason: "the lease was lost".into(), writes: Writes::default() };
            match self.app.hold(job, lease, &mut asked).await {
                Ok(None) => {}
                Ok(Some(outcome)) => return outcome,
                Err(LeaseLost) => return lost(),
            }
            if lease.sending().await.is_err() || self.gather(job, lease, &mut asked).await.is_err() {
                // Nobody writes this down: the lease that it would be fenced by is gone.
                return lost();
            }
            let placed = match asked.place_card(&self.app).await {
                Ok(Some(Placing::Edit(writes))) => return Outcome::Done(writes),
                Ok(Some(Placing::Post(placed))) => Some(*placed),
                Ok(None) => None,
                Err(err) => return Outcome::Retry { after: None, reason: format!("{err:#}"), writes: Writes::default() },
            };
            self.deliver(job, asked, placed, platform.as_ref()).await
        })
    }

    fn unknown_fate<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let stopped = || "the bot stopped while it was posting".to_owned();
            // `run` says what is wrong with either.
            let again = || Outcome::Retry { after: None, reason: stopped(), writes: Writes::default() };
            let Ok(asked) = job.payload.read::<PostJob>() else { return again() };
            let Some(platform) = self.app.platforms.get(asked.post.to.platform()) else { return again() };
            let (name, now) = (platform.name(), self.app.store.now());
            let Some(since) = asked.doubtful_since else {
                // Its request may still be on the way.
                return Outcome::Ambiguous { after: SETTLED, reason: stopped(), writes: asked.doubtful(now) };
            };
            // A restart may have cut the waiting short.
            let settling = since
                .saturating_add(SETTLED)
                .map_or(Duration::ZERO, |it| Duration::try_from(it.duration_since(now)).unwrap_or_default());
            if !settling.is_zero() {
                return Outcome::Ambiguous { after: settling, reason: stopped(), writes: Writes::default() };
            }
            let unmarked =
                Writes { payload: Some(Payload::of(&PostJob { doubtful_since: None, ..asked.clone() })), ..Writes::default() };
            // It stands where it was posted, which its card decides again as it did then.
            let placed = match asked.place_card(&self.app).await {
                Ok(Some(Placing::Edit(writes))) => return Outcome::Done(writes),
                Ok(Some(Placing::Post(placed))) => Some(*placed),
                Ok(None) => None,
                Err(err) => {
                    return Outcome::Ambiguous { after: UNTOLD, reason: format!("{err:#}"), writes: Writes::default() };
                }
            };
            let mut sent = placed.as_ref().map_or(&asked.post, |it| &it.post).clone();
            self.app.renames.follow(&mut sent.to).await;
            match platform.find(&sent, job.created_at).await {
                Ok(Found::Yes(posted)) => {
                    tracing::info!(request.id = %asked.request_id, job.id = job.id, chat = name, message = posted.id, "Found a message in {name} that was not confirmed");
                    Outcome::Done(self.landed(&asked, job, placed, &posted, now).await)
                }
                Ok(Found::No) => {
                    let reason = format!("{name} did not get it");
                    Outcome::Retry { after: Some(Duration::ZERO), reason, writes: unmarked }
                }
                // Out of reach, it would take no repeat either: there is time to look until it is back.
                Err(err)
                    if matches!(err.kind, ErrorKind::Network | ErrorKind::BreakerOpen)
                        || (err.is_temporary() && now.duration_since(since) < LOOKING) =>
                {
                    tracing::info!(request.id = %asked.request_id, job.id = job.id, "{name} could not be asked for a message: {err}");
                    let after = err.retry_after.unwrap_or(UNTOLD);
                    Outcome::Ambiguous { after, reason: err.message, writes: Writes::default() }
                }
                cannot_tell => {
                    let reason = match cannot_tell {
                        Err(err) => err.message,
                        Ok(_) => format!("{name} does not show whether it got it"),
                    };
                    let marked = PostJob { repeat: true, doubtful_since: None, ..asked.clone() };
                    let writes = Writes { payload: Some(Payload::of(&marked)), ..Writes::default() };
                    Outcome::Retry { after: None, reason, writes }
                }
            }
        })
    }

    /// Its deadline passed, or it failed for three days.
    fn died(&self, job: &Job, reason: &str) -> Writes {
        match job.payload.read::<PostJob>() {
            Ok(asked) => undeliverable::writes(&asked, job, reason, self.app.store.now()),
            Err(_) => Writes::default(),
        }
    }
}

impl Deliver {
    async fn deliver(&self, job: &Job, asked: PostJob, placed: Option<Placed>, platform: &dyn Platform) -> Outcome {
        let name = platform.name();
        let mut post = placed.as_ref().map_or(&asked.post, |it| &it.post).clone();
        self.app.renames.follow(&mut post.to).await;
        if asked.repeat {
            post.message = post.message.context(Text::new().italic("Perhaps a repeat: the chat did not confirm the first one."));
        }
        let posted = chat::traced::post(platform, &post).await;
        let class = posted.as_ref().map_or_else(|err| err.kind.name(), |_| "ok");
        metrics::counter!("bellhop_sends_total", "chat" => name, "outcome" => class).increment(1);
        let err = match posted {
            Ok(posted) => {
                tracing::info!(request.id = %asked.request_id, job.id = job.id, chat = name, message = posted.id, "Posted to {name}");
                let now = self.app.store.now();
                return Outcome::Done(self.landed(&asked, job, placed, &posted, now).await);
            }
            Err(err) => err,
        };
        let writes = Writes::default();
        if err.maybe_done {
            tracing::warn!(request.id = %asked.request_id, job.id = job.id, "{name} did not confirm a message: {err}");
            let after = err.retry_after.unwrap_or(SETTLED);
            return Outcome::Ambiguous { after, reason: err.message, writes: asked.doubtful(self.app.store.now()) };
        }
        if err.is_temporary() {
            tracing::warn!(request.id = %asked.request_id, job.id = job.id, "{name} did not take a message: {err}");
            return match err.kind {
                ErrorKind::RateLimited | ErrorKind::BreakerOpen => {
                    Outcome::Snooze { after: err.retry_after.unwrap_or(UNTOLD), reason: err.message, writes }
                }
                _ => Outcome::Retry { after: err.retry_after, reason: err.message, writes },
            };
        }
        if pause::refuses_us(&err) {
            return self.app.pause(platform, post.to.workspace(), &err).await;
        }
        if err.kind == ErrorKind::NotFound
            && let Some(writes) = placed.and_then(Placed::forget)
        {
            return Outcome::Retry { after: Some(Duration::ZERO), reason: "its card is gone".into(), writes };
        }
        tracing::error!(request.id = %asked.request_id, job.id = job.id, "{name} refused a message: {err}");
        undeliverable::outcome(&asked, job, &err, self.app.store.now())
    }

    /// What follows from a post that is there.
    async fn landed(&self, asked: &PostJob, job: &Job, placed: Option<Placed>, posted: &Posted, now: Timestamp) -> Writes {
        let mut writes = asked.ended(placed, Some(posted), now);
        if let Err(err) = asked.catch_up_cards(&self.app, &mut writes).await {
            // It was said, and saying it again would be worse than a card that is late until its object's next event.
            tracing::error!(job.id = job.id, "Cards of what a digest tells cannot be read, and stay as they are: {err:#}");
        }
        asked.landing(job, posted, now, writes)
    }

    /// What a post of this payload counts against.
    fn limits(&self, payload: &Payload) -> Option<Vec<Limit>> {
        // Of a message only where it goes: this is asked of every job that is claimed, inside the claim.
        #[derive(Deserialize)]
        struct Going {
            post: To,
        }
        #[derive(Deserialize)]
        struct To {
            to: Target,
        }
        let to = payload.read::<Going>().ok()?.post.to;
        Some(self.app.platforms.get(to.platform())?.limits(&to))
    }

    /// Makes `asked` tell what waits behind it as well, when that has become a flood.
    async fn gather(&self, job: &Job, lease: &Lease, asked: &mut PostJob) -> Result<(), LeaseLost> {
        let rule = &self.app.digest;
        let waited = Duration::try_from(self.app.store.now().duration_since(job.created_at)).unwrap_or_default();
        let Some(lane) = job.lane.as_deref().filter(|_| job.priority == Priority::Chatter && waited >= AT_LEAST) else {
            return Ok(());
        };
        let is_asked_for = asked.purpose == Purpose::Digest;
        // Where we allow ourselves any number of posts, each is posted.
        let is_free = rule.patience().is_none() || self.limits(&job.payload).is_none_or(|it| it.is_empty());
        if is_free && !is_asked_for {
            return Ok(());
        }
        let Some(mut digest) = asked.tells() else { return Ok(()) };
        let behind = match lease.behind(lane, AT_ONCE).await {
            Ok(behind) => behind,
            Err(err) => {
                tracing::warn!(job.id = job.id, "What waits for {lane} cannot be read, and is posted one by one: {err:#}");
                return Ok(());
            }
        };
        // Only those without a gap: nothing is told before what stands ahead of it, but for lines in threads.
        let mut others = Vec::new();
        for it in &behind {
            match foldable(it) {
                Some((asked, told)) => others.push((it.id, asked, told)),
                None if is_below_a_card(it) => {}
                None => break,
            }
        }
        if others.is_empty() || !(is_asked_for || asked.digest.is_some() || is_flood(rule, others.len() + 1, waited)) {
            return Ok(());
        }
        let mut ids = Vec::with_capacity(others.len());
        let own = asked.card.take();
        asked.swallow(own, BTreeMap::new());
        for (id, other, told) in others {
            asked.swallow(other.card, other.swallowed);
            ids.push(id);
            if let Some(told_in) = behind.iter().find(|it| it.id == id).and_then(|it| it.trace.as_deref()) {
                trace::link(told_in);
            }
            digest.add(told);
            asked.also.push(other.post.key);
            asked.also.extend(other.also);
            asked.fallback = asked.fallback.take().or(other.fallback);
        }
        asked.post.message = digest.message(if is_asked_for { Why::AskedFor } else { Why::Flood });
        (asked.told, asked.post.about) = (None, None);
        asked.digest = Some(digest);
        lease.fold(&ids, Payload::of(&asked)).await?;
        metrics::counter!("bellhop_digests_total").increment(1);
        metrics::counter!("bellhop_digested_posts_total").increment(ids.len() as u64);
        tracing::info!(job.id = job.id, lane, "Told {} waiting notifications in one message", ids.len() + 1);
        Ok(())
    }
}
