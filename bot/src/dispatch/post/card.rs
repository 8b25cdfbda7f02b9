//! Live cards: one message an object, edited as the object changes, with what happened in its thread.
//!
//! Of a subscription's events about one object the first is posted as it is, and is the object's card in that
//! place. Each later one is said in the card's thread, and the card is edited to show what the object has
//! become. A card that somebody asked for (`/redmine 42`) is drawn anew by the command that drew it.
//!
//! Where a card is and what it shows is kept under its name among the cursors, written by the end of the job that
//! posted it; nobody hears of a card for 30 days, and it is forgotten ([`crate::store`] prunes it). Posts of one place
//! stand in one lane, so a card's state has one writer at a time.

use commands::{Call, Event, Message, Text, Tone, event::Object};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::PostJob;
use crate::{
    app::App,
    chat::{Answering, Place, Post, Posted, Reach, Target},
    queue::{NewJob, Payload, Priority, Writes},
};

/// What a post has to do with a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardPost {
    /// It tells of an object's event.
    Told { card: Card, history: History },
    /// It is the card of an object, which this call draws.
    Shown { object: String, call: Call },
}

/// What is said of the events after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Each in the card's thread.
    Thread,
    /// The same, shown in the channel as well.
    Broadcast,
    /// Only the card is edited.
    None,
}

/// What a card shows of its object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub source: String,
    pub object: Object,
    /// Each field that changed, and what it was set to last.
    pub facts: Vec<(String, String)>,
    /// Who did what last: `Ana`, `closed`.
    pub actor: Option<String>,
    pub verb: String,
    pub at: Timestamp,
    /// What was said when it was made.
    pub text: Option<String>,
    pub events: u32,
}

/// The most facts of a card; the ones that changed last stay.
const FACTS: usize = 10;
/// How many cards of one object that people asked for are kept true: the newest.
const SHOWN: u8 = 4;
/// How long an edit that cannot be made is worth trying.
const WORTH: SignedDuration = SignedDuration::from_hours(24);

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
    Shown { call: Call, to: Answering },
}

impl Card {
    pub fn of(event: &Event, verb: &str) -> Card {
        Card {
            source: event.source.clone(),
            object: event.object.clone(),
            facts: event.changes.iter().filter_map(|it| Some((it.field.clone(), it.to.clone()?))).collect(),
            actor: event.actor.clone(),
            verb: verb.to_owned(),
            at: event.at,
            text: event.text.clone(),
            events: 1,
        }
    }

    /// What the object has become by what `later` tells.
    fn add(&mut self, later: &Card) {
        for (name, value) in &later.facts {
            self.facts.retain(|(known, _)| known != name);
            self.facts.push((name.clone(), value.clone()));
        }
        let surplus = self.facts.len().saturating_sub(FACTS);
        self.facts.drain(..surplus);
        // A system that reports a change may leave out what did not change.
        let place = later.object.place.clone().or(self.object.place.take());
        let state = later.object.state.clone().or(self.object.state.take());
        self.object = Object { place, state, ..later.object.clone() };
        (self.actor, self.verb, self.at) = (later.actor.clone(), later.verb.clone(), later.at);
        self.events += later.events;
    }

    /// As the edited card shows it.
    pub fn message(&self) -> Message {
        let label = format!("{} {}", self.object.key, self.object.title);
        let mut line = match &self.object.url {
            Some(url) => Text::new().link(url.clone(), label),
            None => Text::new().bold(label),
        };
        if let Some(place) = &self.object.place {
            line = line.plain(format!(" in {place}"));
        }
        let tone = match self.verb.as_str() {
            "closed" | "merged" | "resolved" => Tone::Good,
            _ => Tone::Neutral,
        };
        let mut message = Message::text(line).tone(tone);
        let state = self.object.state.as_ref().filter(|_| !self.facts.iter().any(|(name, _)| name.eq_ignore_ascii_case("state")));
        let state = state.map(|it| ("State".to_owned(), Text::new().bold(it.clone())));
        let facts = self.facts.iter().map(|(name, value)| (name.clone(), Text::new().bold(value.clone())));
        let facts: Vec<(String, Text)> = state.into_iter().chain(facts).collect();
        if !facts.is_empty() {
            message = message.facts(facts);
        }
        if let Some(text) = self.text.as_ref().filter(|it| !it.trim().is_empty()) {
            message = message.block(commands::Block::Quote(shortened(text).into()));
        }
        let mut last = Text::new();
        if let Some(actor) = &self.actor {
            last = last.plain(format!("{actor} "));
        }
        message.context(last.plain(format!("{} ", self.verb)).time(self.at).plain(format!(" · {} events", self.events)))
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What an object is known by: its address, or else its key where it is.
fn object_of(card: &Card) -> String {
    let Object { key, url, place, .. } = &card.object;
    url.clone().unwrap_or_else(|| format!("{}\t{}\t{key}", card.source, place.as_deref().unwrap_or_default()))
}

/// The name of an object's card in one place.
fn told_name(to: &Target, object: &str) -> String {
    let thread = match to {
        Target::Place(Place { thread: Some(thread), .. }) => thread,
        _ => "",
    };
    format!("card:{}", digest(&[&to.key(), thread, object]))
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
    name: String,
    kept: Option<Kept>,
    /// Cards of the same object that people asked for.
    shown: Vec<String>,
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

impl PostJob {
    /// Where this post goes, now that it is known whether its object has a card already. The same answer
    /// again until the job ends: looking for the post after a crash depends on it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn place_card(&self, app: &App) -> anyhow::Result<Option<Placing>> {
        let Some(CardPost::Told { card, history }) = &self.card else { return Ok(None) };
        let object = object_of(card);
        let name = told_name(&self.post.to, &object);
        let names: Vec<String> = std::iter::once(name.clone()).chain(shown_names(&object)).collect();
        let found = app.store.cursors(&names).await?;
        let kept = found.iter().find(|(found, _)| *found == name).and_then(|(_, value)| serde_json::from_str::<Kept>(value).ok());
        // Without an id there is nothing to reply to, nor to edit.
        let kept = kept.filter(|it| it.post.id.is_some());
        let shown = found.into_iter().map(|(found, _)| found).filter(|found| *found != name).collect();
        let mut placed = Placed { post: self.post.clone(), name, kept, shown };
        let Some(id) = placed.kept.as_ref().and_then(|it| it.post.id.clone()) else {
            return Ok(Some(Placing::Post(Box::new(placed))));
        };
        if *history == History::None {
            return Ok(Some(Placing::Edit(self.ended(Some(placed), None, app.store.now()))));
        }
        if let Target::Place(place) = &mut placed.post.to
            && place.platform == "slack"
        {
            place.thread = Some(id);
            if *history == History::Broadcast {
                placed.post.reach = Reach::Channel;
            }
        }
        Ok(Some(Placing::Post(Box::new(placed))))
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
            (Some(CardPost::Told { card, .. }), Some(Placed { name, kept, shown, .. })) => {
                match kept {
                    Some(Kept { post, state: State::Told(mut so_far) }) => {
                        if posted.is_none() {
                            // It is seen in the card alone.
                            writes.landed = self.landed(post.id.as_deref(), None);
                        }
                        so_far.add(card);
                        let version = so_far.events;
                        writes.cursors.push((name.clone(), Kept { post, state: State::Told(so_far) }.text()));
                        writes.jobs.push(EditJob { edit: Edit::Told { name, version } }.into_job(now));
                    }
                    _ => {
                        let Some(posted) = posted else { return writes };
                        let state = State::Told(card.clone());
                        writes.cursors.push((name, Kept { post: spot(posted), state }.text()));
                    }
                }
                writes.jobs.extend(shown.into_iter().map(|name| EditJob { edit: Edit::Shown { name } }.into_job(now)));
            }
            _ => {}
        }
        writes
    }
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

    pub fn into_job(self, now: Timestamp) -> NewJob {
        // What changes several times in a second is shown once.
        let (lane, unique, after) = match &self.edit {
            Edit::Told { name, version } => (name.clone(), format!("edit:{name}:{version}"), 1),
            Edit::Shown { name } => (name.clone(), format!("edit:{name}:{}", now.as_second()), 2),
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

#[cfg(test)]
mod tests {
    use commands::event::Change;
    use expect_test::expect;

    use super::*;

    fn event(kind: &str, changes: &[(&str, &str, &str)], text: Option<&str>, state: Option<&str>) -> Event {
        let change = |(field, from, to): &(&str, &str, &str)| Change {
            field: (*field).into(),
            from: Some((*from).into()),
            to: Some((*to).into()),
        };
        Event {
            id: kind.into(),
            source: "redmine".into(),
            kind: kind.into(),
            at: Timestamp::from_second(1_795_254_000).expect("a moment"),
            actor: Some("Ana".into()),
            object: Object {
                key: "#42".into(),
                title: "Printer on fire".into(),
                url: Some("https://redmine.example.org/issues/42".into()),
                place: state.map(|_| "Demo".into()),
                state: state.map(Into::into),
            },
            changes: changes.iter().map(change).collect(),
            labels: Vec::new(),
            text: text.map(Into::into),
            ..Event::default()
        }
    }

    #[test]
    fn a_card_shows_what_its_object_has_become() {
        let mut card = Card::of(&event("issue.created", &[], Some("Flames."), Some("New")), "created");
        card.add(&Card::of(
            &event("issue.updated", &[("Priority", "Normal", "High"), ("Assignee", "-", "Ben")], None, None),
            "updated",
        ));
        card.add(&Card::of(
            &event("issue.updated", &[("Priority", "High", "Urgent")], Some("Help!"), Some("In Progress")),
            "updated",
        ));
        expect![[r#"
            #42 Printer on fire <https://redmine.example.org/issues/42> in Demo

            State:    In Progress
            Assignee: Ben
            Priority: Urgent

            > Flames.

            Ana updated 2026-11-21 09:40 UTC · 3 events"#]]
        .assert_eq(card.message().to_plain(&[]).trim_end());
    }

    #[test]
    fn a_card_keeps_the_facts_that_changed_last() {
        let mut card = Card::of(&event("issue.created", &[], None, None), "created");
        for nth in 0..30 {
            card.add(&Card::of(&event("issue.updated", &[(&format!("Field {nth}"), "a", "b")], None, None), "updated"));
        }
        let names: Vec<&str> = card.facts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names.len(), names.first(), names.last()), (FACTS, Some(&"Field 20"), Some(&"Field 29")));
    }

    #[test]
    fn an_object_has_one_card_a_place_and_four_that_people_asked_for() {
        let at = |channel: &str, thread: Option<&str>| {
            let (platform, workspace) = ("zulip".into(), String::new());
            Target::Place(Place { platform, workspace, channel: channel.into(), thread: thread.map(Into::into) })
        };
        let name = told_name(&at("channel:dev", Some("printers")), "a");
        assert_eq!(name, told_name(&at("channel:dev", Some("printers")), "a"));
        for other in [told_name(&at("channel:dev", Some("cats")), "a"), told_name(&at("channel:dev", Some("printers")), "b")] {
            assert_ne!(name, other);
        }
        assert_eq!(shown_names("a").collect::<std::collections::HashSet<_>>().len(), 4);
    }
}
