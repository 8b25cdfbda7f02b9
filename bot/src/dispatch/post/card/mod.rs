//! Live cards: one message an object, edited as the object changes, with what happened in its thread.
//!
//! Of a subscription's events about one object the first is posted as it is, and is the object's card in that
//! place. Each later one is said in the card's thread, and the card is edited to show what the object has
//! become. A card that somebody asked for (`/redmine 42`) is drawn anew by the command that drew it.
//!
//! What belongs to an object that has a card in the same place (the checks of a pull request, its deployments, its ticket) is
//! shown on that card, and said in its thread if it is worth a word: a check that fails, not one that passes. Such events
//! name what they belong to ([`Event::about`]), by its address or its key.
//!
//! Where a card is and what it shows is kept under its name among the cursors, written by the end of the job that
//! posted it; nobody hears of a card for 30 days, and it is forgotten ([`crate::store`] prunes it). Posts of one place
//! stand in one lane, so a card's state has one writer at a time.

mod shown;
mod swallowed;
#[cfg(test)]
mod tests;

use commands::{Call, Event, Message, event::Object};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::shown::{Card, Part};
use self::shown::{Group, keys};
use super::PostJob;
use crate::{
    app::App,
    chat::{Answering, Place, Post, Posted, Reach, Target},
    notify::card::{note, tone},
    queue::{NewJob, Payload, Priority, Writes},
};

/// What a post has to do with a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardPost {
    /// It tells of an object's event.
    Told {
        card: Box<Card>,
        history: History,
        /// The event itself, for what is said in a thread; none in what an older version stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<Event>>,
    },
    /// It is the card of an object, which this call draws.
    Shown { object: String, call: Call },
    /// It is the card of an alert in one place, or belongs below it. Where the card stands is kept under `name`.
    Alert { alert: i64, name: String, part: AlertPart },
}

/// What a post is to an alert's card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertPart {
    /// The card itself, drawn when it leaves.
    Card,
    /// Said in its thread.
    Story,
    /// Said in its thread, and shown in the channel as well.
    News,
}

/// What is said of the events after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Each in the card's thread.
    Thread,
    /// The same, shown in the channel as well.
    Broadcast,
    /// The same, of which only what is bad is shown in the channel as well.
    Failures,
    /// Only the card is edited.
    None,
}

/// How many cards of one object that people asked for are kept true: the newest.
const SHOWN: u8 = 4;
/// How long an edit that cannot be made is worth trying: as long as posts are kept for a chat that takes nothing.
const WORTH: SignedDuration = SignedDuration::from_hours(72);

/// A card that is there, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub post: Spot,
    pub state: State,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Spot {
    pub to: Target,
    /// The post's key, by which it is found where the chat did not say its id.
    pub key: String,
    pub id: Option<String>,
    pub at: Timestamp,
}

/// What it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Told(Card),
    Shown {
        call: Call,
        to: Answering,
    },
    /// An alert's card, and up to which of its versions it is shown.
    Alert {
        version: i64,
    },
}

/// What stands under a name by which the object of a card is known as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Alias {
    /// The name of its card.
    card: String,
}

/// What an object is known by: its address, or else its key where it is. `noun` says what it is: `pull`.
pub fn object_of(source: &str, noun: &str, object: &Object) -> String {
    let Object { key, url, place, .. } = object;
    let of_its_own = url.clone().filter(|_| !shares_address(noun));
    of_its_own.unwrap_or_else(|| format!("{source}\t{}\t{key}", place.as_deref().unwrap_or_default()))
}

/// Whether others of the kind have the same address: alerts of one rule lead to its query, two checks watch one page, a
/// board's lists are seen on the board.
fn shares_address(noun: &str) -> bool {
    matches!(noun, "alert" | "monitor" | "list")
}

/// The name of an object's card in one place.
fn told_name(to: &Target, object: &str) -> String {
    let thread = match to {
        Target::Place(Place { thread: Some(thread), .. }) => thread,
        _ => "",
    };
    format!("card:{}", digest(&[&to.key(), thread, object]))
}

/// The name under which an address or a key of something leads to its card in one place. Neither minds capitals.
fn alias_name(to: &Target, known_as: &str) -> String {
    told_name(to, &format!("as {}", plain(known_as)))
}

/// An address or a key as everybody writes it.
fn plain(known_as: &str) -> String {
    known_as.trim_end_matches('/').to_lowercase()
}

/// The names of an object's cards that people asked for.
fn shown_names(object: &str) -> impl Iterator<Item = String> {
    let digest = digest(&[object]);
    (0..SHOWN).map(move |slot| format!("card:{digest}:{slot}"))
}

fn digest(parts: &[&str]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part.as_bytes()).chain_update([0]));
    hex::encode(&digest.finalize()[..16])
}

/// The mark of an object in a message's buttons.
pub fn mark(object: &str) -> String {
    digest(&[object])[..12].to_owned()
}

/// A post that has to do with a card, once it is known what stands there.
pub(super) struct Placed {
    /// As it is sent: in the thread of the card that is there.
    pub post: Post,
    /// Of the card.
    name: String,
    kept: Option<Kept>,
    /// Whether the card is another object's, to which this one belongs.
    belongs: bool,
    /// Cards of the same object that people asked for.
    shown: Vec<String>,
    /// Of an alert, as it is shown.
    version: i64,
}

impl Placed {
    /// What forgets the card, if there is one.
    pub fn forget(self) -> Option<Writes> {
        self.kept.map(|_| Writes { cursors: vec![(self.name, String::new())], ..Writes::default() })
    }
}

/// What is to be done with a post.
pub(super) enum Placing {
    Post(Box<Placed>),
    /// Nothing: its card is edited, and that is all.
    Edit(Writes),
}

/// The card that a post belongs to.
struct Standing {
    name: String,
    kept: Kept,
    belongs: bool,
}

impl PostJob {
    /// Where this post goes, now that it is known whether its object has a card already. The same answer
    /// again until the job ends: looking for the post after a crash depends on it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn place_card(&self, app: &App) -> anyhow::Result<Option<Placing>> {
        if let Some(CardPost::Alert { alert, name, part }) = &self.card {
            return self.place_alert(app, *alert, name, *part).await;
        }
        let Some(CardPost::Told { card, history, event }) = &self.card else { return Ok(None) };
        let object = object_of(&card.source, &card.noun, &card.object);
        let name = told_name(&self.post.to, &object);
        let shown_names: Vec<String> = shown_names(&object).collect();
        let (standing, shown) = self.standing(app, card, &name, &shown_names).await?;
        let (name, kept, belongs) = match standing {
            Some(Standing { name, kept, belongs }) => (name, Some(kept), belongs),
            None => (name, None, false),
        };
        let mut placed = Placed { post: self.post.clone(), name, kept, belongs, shown, version: 0 };
        let Some(id) = placed.kept.as_ref().and_then(|it| it.post.id.clone()) else {
            return Ok(Some(Placing::Post(Box::new(placed))));
        };
        let is_told = card.part.as_ref().is_none_or(|it| it.is_told);
        if *history == History::None || !is_told {
            return Ok(Some(Placing::Edit(self.ended(Some(placed), None, app.store.now()))));
        }
        if let Some(event) = event {
            // The card shows how the object stands; here it is said what happened.
            let names = app.names(&event.source, self.post.to.platform(), self.post.to.workspace()).but_actor(event);
            placed.post.message = note(event, &names);
        }
        if let Target::Place(place) = &mut placed.post.to
            && place.platform == "slack"
        {
            place.thread = Some(id);
            let is_bad = event.as_ref().is_some_and(|it| tone::of(it) == commands::Tone::Bad);
            if *history == History::Broadcast || (*history == History::Failures && is_bad) {
                placed.post.reach = Reach::Channel;
            }
        }
        Ok(Some(Placing::Post(Box::new(placed))))
    }

    /// The same for what belongs to an alert: its card as the alert is now, and what is said of it below the card. Where the
    /// card was not posted, as in a flood that was told together, nothing is said below it.
    async fn place_alert(&self, app: &App, alert: i64, name: &str, part: AlertPart) -> anyhow::Result<Option<Placing>> {
        let mut placed =
            Placed { post: self.post.clone(), name: name.to_owned(), kept: None, belongs: false, shown: Vec::new(), version: 0 };
        if part == AlertPart::Card {
            if let Some((message, version)) = app.alert_card(alert).await? {
                (placed.post.message, placed.version) = (message, version);
            }
            return Ok(Some(Placing::Post(Box::new(placed))));
        }
        let Some((_, id)) = alert_stands(app, name).await? else { return Ok(Some(Placing::Edit(Writes::default()))) };
        if let Target::Place(place) = &mut placed.post.to
            && place.platform == "slack"
        {
            place.thread = Some(id);
            placed.post.reach = if part == AlertPart::News { Reach::Channel } else { Reach::Place };
        }
        Ok(Some(Placing::Post(Box::new(placed))))
    }

    /// The object's own card in this place, else the card of what it belongs to; and those of `shown` that are there.
    async fn standing(
        &self,
        app: &App,
        card: &Card,
        name: &str,
        shown: &[String],
    ) -> anyhow::Result<(Option<Standing>, Vec<String>)> {
        let to = &self.post.to;
        let own = std::iter::once(name.to_owned()).chain(self.own_aliases(card));
        let others = card.about.iter().flat_map(|it| {
            let place = card.object.place.as_deref();
            let known_as = std::iter::once(it.clone()).chain(keys(it, place));
            known_as.flat_map(|it| [told_name(to, &plain(&it)), alias_name(to, &it)])
        });
        let own: Vec<String> = own.collect();
        let wanted: Vec<String> = own.iter().cloned().chain(others).collect();
        let asked: Vec<String> = wanted.iter().chain(shown).cloned().collect();
        let found = app.store.cursors(&asked).await?;
        let shown = found.iter().map(|(name, _)| name).filter(|it| shown.contains(it)).cloned().collect();
        let lead = |name: &String| {
            let (_, value) = found.iter().find(|(found, _)| found == name)?;
            Some(serde_json::from_str::<Alias>(value).map_or_else(|_| name.clone(), |it| it.card))
        };
        let leads: Vec<(bool, String)> =
            wanted.iter().enumerate().filter_map(|(at, it)| Some((at >= own.len(), lead(it)?))).collect();
        let elsewhere: Vec<String> =
            leads.iter().map(|(_, it)| it).filter(|it| !found.iter().any(|(name, _)| name == *it)).cloned().collect();
        let mut cards = found;
        if !elsewhere.is_empty() {
            cards.extend(app.store.cursors(&elsewhere).await?);
        }
        for (is_other, lead) in leads {
            let Some((_, value)) = cards.iter().find(|(found, _)| *found == lead) else { continue };
            let Ok(kept) = serde_json::from_str::<Kept>(value) else { continue };
            // Without an id there is nothing to reply to, nor to edit.
            let State::Told(standing) = &kept.state else { continue };
            if kept.post.id.is_none() {
                continue;
            }
            let belongs = lead != name;
            let is_fit = match (belongs, is_other) {
                (false, _) => !standing.is_over_before(card),
                // What joined it once goes on doing so.
                (true, false) => true,
                (true, true) => card.joins(standing),
            };
            if is_fit {
                return Ok((Some(Standing { name: lead, kept, belongs }), shown));
            }
        }
        Ok((None, shown))
    }

    /// Under what the object may be known besides the name of its own card.
    fn own_aliases(&self, card: &Card) -> impl Iterator<Item = String> {
        let address = card.object.url.iter().filter(|_| !shares_address(&card.noun));
        let known_as = address.cloned().chain(card.aliases()).collect::<Vec<_>>();
        known_as.into_iter().map(|it| alias_name(&self.post.to, &it))
    }

    /// What follows when it is there: its card is kept, or edited.
    pub(super) fn ended(&self, placed: Option<Placed>, posted: Option<&Posted>, now: Timestamp) -> Writes {
        let mut writes = Writes::default();
        let spot =
            |posted: &Posted| Spot { to: self.post.to.clone(), key: self.post.key.clone(), id: posted.id.clone(), at: now };
        match (&self.card, placed) {
            (Some(CardPost::Shown { object, call }), _) => {
                let Target::Answer { to, .. } = &self.post.to else { return writes };
                let Some(posted) = posted else { return writes };
                let state = State::Shown { call: call.clone(), to: to.clone() };
                // Which of them a new one takes the place of is as good as chance.
                let slot = Sha256::digest(self.post.key.as_bytes())[0] % SHOWN;
                if let Some(name) = shown_names(object).nth(slot.into()) {
                    writes.cursors.push((name, Kept { post: spot(posted), state }.text()));
                }
            }
            (Some(CardPost::Alert { alert, part: AlertPart::Card, .. }), Some(Placed { name, version, .. })) => {
                let Some(posted) = posted else { return writes };
                // What changed since it was drawn is seen by an edit that finds it here.
                let state = State::Alert { version };
                writes.cursors.push((name.clone(), Kept { post: spot(posted), state }.text()));
                writes.jobs.push(EditJob::of_alert(name, *alert, version).into_job(now));
            }
            (Some(CardPost::Told { card, .. }), Some(Placed { name, kept, belongs, shown, .. })) => {
                match kept {
                    Some(Kept { post, state: State::Told(mut so_far) }) => {
                        if posted.is_none() {
                            // It is seen in the card alone.
                            writes.landed = self.landed(post.id.as_deref(), None);
                        }
                        if belongs {
                            so_far.join(card)
                        } else {
                            so_far.add(card)
                        }
                        let version = so_far.events;
                        writes.cursors.push((name.clone(), Kept { post, state: State::Told(so_far) }.text()));
                        if belongs {
                            writes.cursors.extend(self.lead_to(card, &name));
                        }
                        writes.jobs.push(EditJob { edit: Edit::Told { name, version } }.into_job(now));
                    }
                    _ => {
                        let Some(posted) = posted else { return writes };
                        writes.cursors.extend(self.lead_to(card, &name));
                        let state = State::Told((**card).clone());
                        writes.cursors.push((name, Kept { post: spot(posted), state }.text()));
                    }
                }
                writes.jobs.extend(shown.into_iter().map(|name| EditJob { edit: Edit::Shown { name } }.into_job(now)));
            }
            _ => {}
        }
        writes
    }

    /// What makes an object found on this card under all that it is known by, and under the tickets that it names, for as
    /// long as those have no card of their own.
    fn lead_to(&self, card: &Card, name: &str) -> Vec<(String, String)> {
        // A run comes once; nothing belongs to it.
        if tone::is_run(&card.noun) || tone::is_deployment(&card.noun) {
            return Vec::new();
        }
        let alias = serde_json::to_string(&Alias { card: name.to_owned() }).unwrap_or_default();
        // By its address it is found as it is, where that is written as everybody writes it.
        let address = card.object.url.as_ref().filter(|it| told_name(&self.post.to, &plain(it)) == name);
        let by_address = address.map(|it| alias_name(&self.post.to, it));
        let mut names: Vec<String> = self.own_aliases(card).filter(|it| Some(it) != by_address.as_ref()).collect();
        if let (Some(Part { group: Group::Pushes, .. }), Some(CardPost::Told { event: Some(event), .. })) =
            (&card.part, &self.card)
        {
            // What is built and deployed of a push names its newest commit.
            names =
                event.commits.last().and_then(|it| it.url.as_ref()).map(|it| alias_name(&self.post.to, it)).into_iter().collect();
        }
        if tone::is_pull(&card.noun) {
            let tickets = card.about.iter().flat_map(|it| keys(it, card.object.place.as_deref()));
            names.extend(tickets.map(|it| alias_name(&self.post.to, &it)));
        }
        names.sort();
        names.dedup();
        names.into_iter().map(|it| (it, alias.clone())).collect()
    }
}

/// Where an alert's card stands, with its id, once it does.
///
/// # Errors
/// The store cannot be read.
pub async fn alert_stands(app: &App, name: &str) -> anyhow::Result<Option<(Target, String)>> {
    let kept = app.store.cursor(name).await?.and_then(|it| serde_json::from_str::<Kept>(&it).ok());
    Ok(kept.and_then(|it| Some((it.post.to, it.post.id?))))
}

impl Kept {
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A card to bring up to date, as stored in a job of kind [`EditJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditJob {
    pub(super) edit: Edit,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Edit {
    /// A subscription's card, to what it shows at this version or later.
    Told { name: String, version: u32 },
    /// A card that somebody asked for, by asking again.
    Shown { name: String },
    /// An alert's card, to what the alert is now.
    Alert { name: String, alert: i64, version: i64 },
    /// The message whose button was pressed, to this.
    Pressed { post: Box<Post>, id: String },
}

impl EditJob {
    pub const KIND: &'static str = "edit";

    /// Puts `message` in the place of the one whose button `to` pressed, if that is a card of the same object.
    pub fn of_pressed(to: &Answering, message: &Message, key: &str) -> Option<EditJob> {
        let (pressed, object) = (to.pressed.as_ref()?, message.object.as_deref()?);
        if pressed.card.as_deref() != Some(mark(object).as_str()) {
            return None;
        }
        let post = Post::new(Target::Place(to.place.clone()), message.clone(), format!("{key}:card"));
        Some(EditJob { edit: Edit::Pressed { post: Box::new(post), id: pressed.id.clone() } })
    }

    /// Draws all cards anew that people asked for of these objects.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn of_shown(app: &App, objects: &[String]) -> anyhow::Result<Vec<NewJob>> {
        let names: Vec<String> = objects.iter().flat_map(|it| shown_names(it)).collect();
        let mut jobs = Vec::new();
        for names in names.chunks(100) {
            let found = app.store.cursors(names).await?;
            // What was forgotten is empty.
            let kept = found.into_iter().filter(|(_, value)| !value.is_empty());
            jobs.extend(kept.map(|(name, _)| EditJob { edit: Edit::Shown { name } }.into_job(app.store.now())));
        }
        Ok(jobs)
    }

    /// Brings an alert's card up to date, which is to show this version or a later one.
    pub fn of_alert(name: String, alert: i64, version: i64) -> EditJob {
        EditJob { edit: Edit::Alert { name, alert, version } }
    }

    pub fn into_job(self, now: Timestamp) -> NewJob {
        // What changes several times in a second is shown once.
        let (lane, unique, after) = match &self.edit {
            Edit::Told { name, version } => (name.clone(), format!("edit:{name}:{version}"), 1),
            Edit::Shown { name } => (name.clone(), format!("edit:{name}:{}", now.as_second()), 2),
            Edit::Alert { name, version, .. } => (name.clone(), format!("edit:{name}:{version}"), 1),
            Edit::Pressed { post, id } => (post.to.key(), format!("edit:{}:{id}:{}", post.to.key(), post.key), 0),
        };
        NewJob {
            kind: EditJob::KIND,
            lane: Some(format!("edit:{lane}")),
            priority: Priority::Chatter,
            payload: Payload::of(&self),
            run_at: (after > 0).then(|| now.saturating_add(SignedDuration::from_secs(after)).unwrap_or(now)),
            expires: now.saturating_add(WORTH).ok(),
            unique: Some(unique),
        }
    }
}
