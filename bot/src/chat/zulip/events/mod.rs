//! The event queue: hearing what is said without being reachable.
//! <https://zulip.com/api/real-time-events>
//!
//! One bot of all that share a database reads the queue ([`Dispatch::watch`]). Of each event it keeps
//! what is to be done ([`Dispatch::hear`]), and only when that is committed it stores how far it has
//! read ([`Stand`]) and asks for what follows, which tells Zulip that these events are no longer
//! needed. So whatever breaks in between, an event is read again and not lost; and that it is heard once
//! is what a unique key in the database says.
//!
//! A queue that nobody reads dies after ten minutes, and all do when Zulip restarts without keeping them.
//! Then there is a new one, and what was said in between is looked up in the history ([`catch_up`]).
//! The next process goes on with the queue of the last one while that lives.

mod catch_up;
mod channels;
mod read;
mod standing;

use std::{sync::atomic::Ordering, time::Duration};

use commands::{Error, ErrorKind, Result};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

pub use standing::Standing;
use standing::{Part, Queue, Stand};

use super::{
    Mode, Reactions, Zulip, buttons,
    conversation::{self, Asking, State},
    inbound::Incoming,
};
use crate::dispatch::{
    Busy, Dispatch,
    heard::{Heard, Hearing},
    pasted,
};
pub(super) use read::Me;
use read::{Addressed, Reaction};

/// What one bot does for all that share a database.
const DUTY: &str = "zulip events";
/// How often a bot looks whether it is its turn, and says that it is still there.
const SEEK_EVERY: Duration = Duration::from_secs(3);
/// Failures in a row wait for a random part of this, doubling.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// What is older was not meant to be done now: its sender has long done without, or in another way.
const LATE: SignedDuration = SignedDuration::from_mins(15);
/// Events that are kept in one go.
const AT_ONCE: usize = 256;
/// What a read may take longer than Zulip says, for the way.
const WAY: Duration = Duration::from_secs(5);

/// What is stored for a job, and read by [`super::ear`].
pub(super) const MESSAGE: &str = "message";
pub(super) const REACTION: &str = "reaction";
pub(super) const LATE_MESSAGES: &str = "late";

impl Zulip {
    /// Whether there is anything to listen to.
    pub(super) fn listens(&self) -> bool {
        self.memory.is_some() && (self.mode == Mode::Events || self.reactions != Reactions::Off)
    }

    fn mark(&self) -> String {
        format!("zulip:{}", self.workspace())
    }

    pub(super) fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn stands(&self, change: impl FnOnce(&mut Standing)) {
        change(&mut self.standing.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    /// How far was read.
    async fn stand(&self) -> anyhow::Result<Stand> {
        let Some(memory) = &self.memory else { return Ok(Stand::default()) };
        // What another version wrote there is as good as nothing: the history is looked through.
        Ok(memory.mark(&self.mark()).await?.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default())
    }

    async fn keep(&self, stand: &Stand) -> Result<()> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let text = serde_json::to_string(stand).map_err(|_| Error::internal("A cursor cannot be written."))?;
        memory.set_mark(&self.mark(), &text).await.map_err(|err| not_stored(&format!("{err:#}")))
    }

    pub(super) async fn me_as_read(&self) -> Result<Me> {
        let me = self.me().await?;
        Ok(Me { id: me.user_id, name: me.full_name, site: self.workspace().to_owned() })
    }

    /// Keeps a message that is to be understood.
    pub(super) async fn hear_message(
        &self,
        dispatch: &Dispatch,
        incoming: &Incoming,
        raw: bytes::Bytes,
    ) -> std::result::Result<Hearing, Busy> {
        if self.is_asked_for_a_secret(dispatch, incoming).await {
            let text = pasted::mark("the answer to a question for a secret");
            let incoming = Incoming { text, ..incoming.clone() };
            return self.hear(dispatch, &incoming, bytes::Bytes::new(), json!({ MESSAGE: incoming })).await;
        }
        self.hear(dispatch, incoming, raw, json!({ MESSAGE: incoming })).await
    }

    /// Whether this is typed where a form asks for a secret, and no word that leads on: then it is likely to be the secret, whose
    /// shape nobody knows.
    async fn is_asked_for_a_secret(&self, dispatch: &Dispatch, incoming: &Incoming) -> bool {
        let place = &incoming.place;
        let sender = incoming.sender.to_string();
        let open = self.forms.conversation("zulip", &place.workspace, &place.channel, place.thread.as_deref(), &sender).await;
        let Ok(Some(form)) = open else { return false };
        let State { asking: Asking::Field(asked), .. } = State::of(&form, Timestamp::now()) else { return false };
        let Some(view) = dispatch.form(&form.id).await else { return false };
        let text = incoming.text.trim();
        let leads_on = conversation::is_control(text) || incoming.slashed;
        !leads_on && view.fields.iter().any(|it| it.name == asked && it.kind == commands::FieldKind::Secret)
    }

    async fn hear(
        &self,
        dispatch: &Dispatch,
        incoming: &Incoming,
        raw: bytes::Bytes,
        what: Value,
    ) -> std::result::Result<Hearing, Busy> {
        let place = &incoming.place;
        let lane = format!("{}:{}:{}", place.channel, place.thread.as_deref().unwrap_or_default(), incoming.sender);
        let request_id = incoming.request_id();
        let heard = Heard {
            platform: "zulip",
            workspace: self.workspace().to_owned(),
            key: incoming.key.clone(),
            lane,
            raw,
            what,
            request_id: request_id.clone(),
        };
        let hearing = dispatch.hear(heard).await?;
        if hearing == Hearing::New {
            info!(request.id = %request_id, zulip.message = incoming.message, "Heard Zulip message {}", incoming.message);
        }
        Ok(hearing)
    }

    async fn hear_reaction(&self, dispatch: &Dispatch, reaction: &Reaction) -> std::result::Result<Hearing, Busy> {
        let Reaction { message, person, code } = reaction;
        let key = format!("{message}-{person}-{code}");
        let heard = Heard {
            platform: "zulip",
            workspace: self.workspace().to_owned(),
            lane: format!("reaction:{message}:{person}"),
            raw: bytes::Bytes::from(json!({"message_id": message, "user_id": person, "emoji_code": code}).to_string()),
            what: json!({ REACTION: { "message": message, "person": person, "code": code } }),
            request_id: format!("zulip-{key}"),
            key: format!("reaction-{key}"),
        };
        dispatch.hear(heard).await
    }
}

fn not_stored(reason: &str) -> Error {
    // Temporary, and nothing that Zulip has to do with.
    Error::new(ErrorKind::Server, format!("What Zulip said cannot be stored: {reason}"))
}

impl From<Busy> for Error {
    fn from(busy: Busy) -> Error {
        not_stored(&busy.reason)
    }
}

/// Follows the events of an organization until `stopping`.
pub(super) async fn listen(zulip: &Zulip, dispatch: &Dispatch, stopping: CancellationToken) {
    if !zulip.listens() {
        return;
    }
    let watch = dispatch.watch(DUTY);
    let mut was_ours = false;
    while !stopping.is_cancelled() {
        let ours = watch.is_ours().await.unwrap_or_else(|err| {
            warn!("Whether this bot reads Zulip's events cannot be told: {err:#}");
            false
        });
        zulip.stands(|it| it.part = if ours { Part::Reads } else { Part::StandsBy });
        if !ours {
            // What moved meanwhile another bot has heard of.
            zulip.moves_known_from.store(0, Ordering::Relaxed);
            was_ours = false;
            tokio::select! {
                () = tokio::time::sleep(SEEK_EVERY) => continue,
                () = stopping.cancelled() => break,
            }
        }
        if !was_ours {
            info!("This bot reads Zulip's events");
            was_ours = true;
        }
        let lost = async {
            loop {
                tokio::time::sleep(SEEK_EVERY).await;
                // An error is no loss: the lease has three more tries to it, and what two bots read is heard once.
                if matches!(watch.is_ours().await, Ok(false)) {
                    return;
                }
            }
        };
        let reader = Reader { zulip, dispatch };
        tokio::select! {
            () = reader.follow() => (),
            () = lost => (),
            () = stopping.cancelled() => (),
        }
    }
    zulip.stands(|it| it.part = Part::None);
    watch.give_up().await;
}

/// Reads while it is this bot's duty. May be dropped anywhere: nothing that was not kept was passed.
struct Reader<'a> {
    zulip: &'a Zulip,
    dispatch: &'a Dispatch,
}

impl Reader<'_> {
    async fn follow(&self) {
        let mut failures = 0;
        let mut stand = None;
        loop {
            let err = match self.round(&mut stand).await {
                Ok(()) => {
                    failures = 0;
                    self.zulip.stands(|it| it.trouble = None);
                    continue;
                }
                Err(err) => err,
            };
            failures += 1;
            let wait = err.retry_after.unwrap_or_else(|| backoff(failures));
            let class = err.kind.name();
            metrics::counter!("bellhop_zulip_event_failures_total", "class" => class).increment(1);
            // A read that broke off is what networks do; two in a row are worth a line.
            match failures {
                1 => debug!("Zulip's events could not be read: {err}"),
                _ => warn!("Zulip's events could not be read {failures} times in a row, the next try is in {wait:?}: {err}"),
            }
            if failures > 1 {
                self.zulip.stands(|it| it.trouble = Some(err));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// One read, of a queue that is made where there is none.
    async fn round(&self, known: &mut Option<Stand>) -> Result<()> {
        let mut stand = match known.take() {
            Some(stand) => stand,
            None => self.zulip.stand().await.map_err(|err| not_stored(&format!("{err:#}")))?,
        };
        let me = self.zulip.me_as_read().await?;
        let queue = match stand.queue.clone() {
            Some(queue) if stand.of == self.types() => queue,
            _ => self.begin(&me, &mut stand).await?,
        };
        let longest = Duration::from_secs(queue.patience) + WAY;
        let events = match self.zulip.client.events(&queue.id, queue.last, longest).await {
            Ok(events) => events,
            Err(err) if err.kind == ErrorKind::NotFound => {
                info!("Zulip has given the event queue up: there will be a new one");
                metrics::counter!("bellhop_zulip_queues_lost_total").increment(1);
                stand.queue = None;
                stand.lost += 1;
                self.zulip.keep(&stand).await?;
                *known = Some(stand);
                return Ok(());
            }
            Err(err) => {
                *known = Some(stand);
                return Err(err);
            }
        };
        let last = events.iter().filter_map(|it| it["id"].as_i64()).fold(queue.last, i64::max);
        // What moved before this process read, it has not heard of.
        let from = &self.zulip.moves_known_from;
        let _ = from.compare_exchange(0, queue.since.max(stand.message).max(1), Ordering::Relaxed, Ordering::Relaxed);
        // On an error the stand is read anew, so that the next round begins where this one did.
        self.take(&me, &events, &mut stand).await?;
        self.take_channels(&queue.id, &events).await?;
        stand.queue = Some(Queue { last, ..queue });
        stand.heard_at = Some(Timestamp::now());
        self.zulip.keep(&stand).await?;
        metrics::gauge!("bellhop_zulip_last_event_seconds").set(Timestamp::now().as_second() as f64);
        *known = Some(stand);
        Ok(())
    }

    /// The types of events that are asked for.
    fn types(&self) -> &'static [&'static str] {
        match self.zulip.mode {
            Mode::Events => &["message", "reaction", "update_message", "stream", "subscription"],
            Mode::Webhook => &["reaction", "update_message", "stream", "subscription"],
        }
    }

    /// A new queue, and what was said before it began.
    async fn begin(&self, me: &Me, stand: &mut Stand) -> Result<Queue> {
        let types = self.types();
        // Nothing that was said before the first one was said to this bot.
        let is_first = stand.first == 0 || (self.zulip.mode == Mode::Events && !stand.of.iter().any(|it| it == "message"));
        let registered = self.zulip.client.register(types).await?;
        let newest = registered.max_message_id.and_then(|it| u64::try_from(it).ok()).unwrap_or(0);
        info!(queue = %registered.queue_id, newest, "Registered an event queue with Zulip");
        if is_first {
            // 0 would be none: an organization without a message has none before the first.
            stand.first = newest.max(1);
            stand.message = newest;
        } else {
            if self.zulip.mode == Mode::Events {
                self.catch_up(me, stand).await?;
            }
            self.catch_up_reactions(me, registered.zulip_feature_level).await?;
        }
        self.catch_up_channels(&registered.queue_id).await?;
        stand.message = stand.message.max(newest);
        // While there was no queue, anything may have been moved.
        self.zulip.moves_known_from.store(newest.max(1), Ordering::Relaxed);
        let queue = Queue {
            id: registered.queue_id,
            last: registered.last_event_id,
            patience: registered.event_queue_longpoll_timeout_seconds,
            since: newest,
        };
        stand.of = types.iter().map(|it| (*it).to_owned()).collect();
        stand.queue = Some(queue.clone());
        stand.heard_at = Some(Timestamp::now());
        self.zulip.keep(stand).await?;
        Ok(queue)
    }

    /// Keeps what there is to do about these events, in their order.
    async fn take(&self, me: &Me, events: &[Value], stand: &mut Stand) -> Result<()> {
        for some in events.chunks(AT_ONCE) {
            join_all(some.iter().map(|event| self.take_one(me, event))).await.into_iter().collect::<Result<Vec<()>>>()?;
        }
        let newest = events.iter().filter_map(|it| read::id(&it["message"])).max();
        stand.message = stand.message.max(newest.unwrap_or(0));
        Ok(())
    }

    async fn take_one(&self, me: &Me, event: &Value) -> Result<()> {
        let kind = event["type"].as_str().unwrap_or_default();
        let counted = match kind {
            "message" | "reaction" | "update_message" | "stream" | "subscription" | "heartbeat" => kind.to_owned(),
            _ => "other".to_owned(),
        };
        metrics::counter!("bellhop_zulip_events_total", "type" => counted).increment(1);
        match kind {
            "message" if self.zulip.mode == Mode::Events => {
                if let Some(addressed) = read::addressed(&event["message"], Some(&event["flags"]), me) {
                    self.hear(&addressed, &event["message"]).await?;
                }
            }
            "reaction" if self.zulip.reactions != Reactions::Off => {
                if let Some(reaction) = read::reaction(event, me).filter(|it| buttons::is_press(&it.code)) {
                    self.zulip.hear_reaction(self.dispatch, &reaction).await?;
                }
            }
            "update_message" => {
                if let Some(moved) = read::moved(event) {
                    for message in moved.messages {
                        self.zulip.moved.insert(message, (moved.channel, moved.topic.clone())).await;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Keeps a message, unless it is too old to be done: then that it came too late is what is said to it.
    async fn hear(&self, addressed: &Addressed, message: &Value) -> Result<Hearing> {
        let Addressed { incoming, at, .. } = addressed;
        let raw = bytes::Bytes::from(message.to_string());
        if is_late(addressed, Timestamp::now()) {
            return self.hear_late(&[addressed]).await;
        }
        let hearing = self.zulip.hear_message(self.dispatch, incoming, raw).await?;
        if hearing == Hearing::New {
            let lag = (Timestamp::now().as_second() - at).max(0);
            metrics::histogram!("bellhop_zulip_event_lag_seconds").record(lag as f64);
        }
        Ok(hearing)
    }

    /// Keeps that messages of one person in one place came too late, as one: the newest.
    async fn hear_late(&self, messages: &[&Addressed]) -> Result<Hearing> {
        let Some(newest) = messages.iter().max_by_key(|it| it.incoming.message) else { return Ok(Hearing::Before) };
        for other in messages.iter().filter(|it| it.incoming.key != newest.incoming.key) {
            self.dispatch.pass_over("zulip", self.zulip.workspace(), &other.incoming.key).await?;
        }
        let first = messages.iter().map(|it| it.at).min().unwrap_or(newest.at);
        let what =
            json!({ LATE_MESSAGES: { "newest": newest.incoming, "count": messages.len(), "first": first, "last": newest.at } });
        let hearing = self.zulip.hear(self.dispatch, &newest.incoming, bytes::Bytes::new(), what).await?;
        if hearing == Hearing::New {
            metrics::counter!("bellhop_zulip_late_messages_total").increment(messages.len() as u64);
        }
        Ok(hearing)
    }
}

fn is_late(addressed: &Addressed, now: Timestamp) -> bool {
    addressed.is_unsure || Timestamp::from_second(addressed.at).is_ok_and(|at| now.duration_since(at) > LATE)
}

/// A random wait, of which the first is short: most reads that break off are a connection's end.
fn backoff(failures: u32) -> Duration {
    let ceiling = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_WAIT);
    rand::random_range(Duration::from_millis(50)..=ceiling)
}
