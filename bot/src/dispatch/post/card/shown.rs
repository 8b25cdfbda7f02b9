//! What a card shows of its object, and of all that belongs to it.
//!
//! A pull request has checks, deployments and a ticket, which are objects of their own: each is a [`Part`] of the card of
//! what they belong to, by a name under which its next event is known, so that a check counts once however often it runs.

use commands::{Block, Event, Message, Text, Tone, event::Object};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::notify::{
    card::{
        capital, label, labels, people_say, said,
        tone::{self, noun},
        verb,
    },
    people::Names,
};

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Text>,
    pub events: u32,
    /// `pull`: what the object is.
    #[serde(default)]
    pub noun: String,
    #[serde(default)]
    pub tone: Tone,
    #[serde(default)]
    pub branch: Option<String>,
    #[serde(default)]
    pub labels: Vec<String>,
    /// Where the last event is seen.
    #[serde(default)]
    pub url: Option<String>,
    /// Addresses and keys of what the last event belongs to.
    #[serde(default)]
    pub about: Vec<String>,
    /// What the event would be on the card of what it belongs to.
    #[serde(default)]
    pub part: Option<Part>,
    /// What belongs to it.
    #[serde(default)]
    pub parts: Vec<Part>,
}

/// Something that belongs to the object of a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub group: Group,
    /// `lint`, `production`, `acme/widgets#7 Fix the login`.
    pub name: String,
    /// `failed`, `merged`
    pub state: String,
    pub tone: Tone,
    pub url: Option<String>,
    /// Whether it is worth a word in the thread.
    pub is_told: bool,
}

/// What parts are shown together, in the order of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Ticket,
    Pull,
    Checks,
    Deployments,
    Pushes,
}

/// The most facts of a card; the ones that changed last stay.
pub(super) const FACTS: usize = 10;
/// The most parts of a card; the ones that were heard of last stay.
const PARTS: usize = 50;
/// The most failures that are named.
const NAMED: usize = 5;

impl Card {
    pub fn of(event: &Event, names: &Names) -> Card {
        let actor = event.actor.as_deref();
        let known = actor.and_then(|it| names.find(it, event.actor_id.as_deref())).map(|it| it.name.clone());
        Card {
            source: event.source.clone(),
            object: event.object.clone(),
            facts: facts(event),
            actor: known.or_else(|| actor.map(str::to_owned)),
            verb: said_verb(event),
            at: event.at,
            said: said(event, &names.named_only()),
            events: 1,
            noun: noun(&event.kind).to_owned(),
            tone: tone::of(event),
            branch: event.branch.clone(),
            labels: event.labels.clone(),
            url: event.url.clone(),
            about: event.about.iter().take(20).cloned().collect(),
            part: Part::of(event),
            parts: Vec::new(),
        }
    }

    /// What the object has become by what `later` tells of it.
    pub(super) fn add(&mut self, later: &Card) {
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
        self.branch = later.branch.clone().or(self.branch.take());
        if !later.labels.is_empty() || matches!(later.verb.as_str(), "unlabeled") {
            self.labels.clone_from(&later.labels);
        }
        // What is said of an object does not change how it stands.
        if later.tone != Tone::Neutral || changes_state(&later.verb) {
            self.tone = later.tone;
        }
        self.note(later);
    }

    /// What belongs to the object has become what `later` tells.
    pub(super) fn join(&mut self, later: &Card) {
        if let Some(part) = &later.part {
            self.parts.retain(|it| !(it.group == part.group && it.name == part.name));
            self.parts.push(part.clone());
            let surplus = self.parts.len().saturating_sub(PARTS);
            self.parts.drain(..surplus);
        }
        self.note(&Card { verb: told_part(later), ..later.clone() });
    }

    fn note(&mut self, later: &Card) {
        (self.actor, self.verb, self.at) = (later.actor.clone(), later.verb.clone(), later.at);
        self.url.clone_from(&later.url);
        self.events += later.events;
    }

    /// Good or bad, its parts included: what is done is done, and what is open is as bad as its worst part.
    fn tone(&self) -> Tone {
        let is_done = self.tone == Tone::Good;
        let worst = self.parts.iter().map(|it| it.tone).filter(|it| matches!(it, Tone::Bad | Tone::Warning));
        match worst.max_by_key(|it| *it == Tone::Bad) {
            Some(Tone::Bad) if self.parts.iter().any(|it| it.group == Group::Deployments && it.tone == Tone::Bad) => Tone::Bad,
            Some(worst) if !is_done && self.tone != Tone::Bad => worst,
            _ => self.tone,
        }
    }

    /// As the edited card shows it.
    pub fn message(&self) -> Message {
        let shown = label(&self.object);
        let mut line = match &self.object.url {
            Some(url) => Text::new().link(url.clone(), shown.clone()),
            None => Text::new().bold(shown.clone()),
        };
        if let Some(place) = self.object.place.as_ref().filter(|it| !it.is_empty() && !shown.contains(it.as_str())) {
            line = line.plain(format!(" in {place}"));
        }
        let mut message = Message::text(line).tone(self.tone());
        let is_told = |field: &str| self.facts.iter().any(|(name, _)| name.eq_ignore_ascii_case(field));
        let mut facts: Vec<(String, Text)> = Vec::new();
        if let Some(state) = self.object.state.as_ref().filter(|_| !is_told("state") && !is_told("status")) {
            facts.push(("State".into(), Text::new().bold(people_say(state))));
        }
        facts.extend(self.facts.iter().map(|(name, value)| (capital(name), Text::new().bold(people_say(value)))));
        if let Some(branch) = &self.branch {
            facts.push(("Branch".into(), Text::new().code(branch.clone())));
        }
        if !self.labels.is_empty() {
            facts.push(("Labels".into(), labels(&self.labels)));
        }
        facts.extend(self.groups());
        if !facts.is_empty() {
            message = message.facts(facts);
        }
        if let Some(said) = &self.said {
            message = message.block(Block::Quote(said.clone()));
        }
        let mut last = Text::new();
        if let Some(actor) = &self.actor {
            last = last.plain(format!("{actor} "));
        }
        last = match &self.url {
            Some(url) => last.link(url.clone(), self.verb.clone()),
            None => last.plain(self.verb.clone()),
        };
        message.context(last.plain(" ").time(self.at).plain(format!(" · {} events", self.events)))
    }

    /// `Checks`: `3 passed, 1 failed (lint)`
    fn groups(&self) -> Vec<(String, Text)> {
        let mut groups: Vec<Group> = self.parts.iter().map(|it| it.group).collect();
        groups.sort();
        groups.dedup();
        let of = |group: Group| {
            let parts: Vec<&Part> = self.parts.iter().filter(|it| it.group == group).collect();
            match group {
                Group::Checks => ("Checks".to_owned(), counted(&parts)),
                Group::Deployments => ("Deployments".to_owned(), listed(&parts)),
                Group::Pull => ("Pull request".to_owned(), listed(&parts)),
                Group::Ticket => ("Ticket".to_owned(), listed(&parts)),
                Group::Pushes => ("Pushed".to_owned(), listed(&parts[parts.len().saturating_sub(1)..])),
            }
        };
        groups.into_iter().map(of).collect()
    }

    /// Whether `later` begins anew what was over: an alert that fires again is news, not history.
    pub(super) fn is_over_before(&self, later: &Card) -> bool {
        tone::is_alert(&later.noun) && self.tone == Tone::Good && later.tone != Tone::Good
    }

    /// Other names that the object is known by, besides its address.
    pub(super) fn aliases(&self) -> Vec<String> {
        let Object { key, place, .. } = &self.object;
        keys(key, place.as_deref())
    }

    /// Whether its events may belong to the card of something else.
    pub(super) fn joins(&self, other: &Card) -> bool {
        match self.part.as_ref().map(|it| it.group) {
            None => false,
            // Two tickets that name each other are two tickets.
            Some(Group::Ticket) => tone::is_pull(&other.noun),
            Some(Group::Pull) => tone::is_ticket(&other.noun),
            Some(_) => !tone::is_run(&other.noun) && !tone::is_deployment(&other.noun),
        }
    }
}

/// What names an object besides its address, where that is told apart from any other.
pub(super) fn keys(key: &str, place: Option<&str>) -> Vec<String> {
    let key = key.trim();
    let is_number = key.starts_with(['#', '!']);
    let has_number = key.ends_with(|it: char| it.is_ascii_digit());
    match place {
        Some(place) if is_number => vec![format!("{place}{key}")],
        // `PROJ-123`, `acme/widgets#7`: not `main`, nor `CI #71`.
        _ if has_number && !is_number && !key.contains(' ') && key.contains(['#', '!', '-']) => vec![key.to_owned()],
        _ => Vec::new(),
    }
}

impl Part {
    /// What an event tells of something that may belong to something else.
    fn of(event: &Event) -> Option<Part> {
        let kind = &event.kind;
        let shown = label(&event.object);
        let (group, name) = if tone::is_run(kind) {
            (Group::Checks, run_name(&event.object))
        } else if tone::is_deployment(kind) {
            let title = event.object.title.trim();
            (Group::Deployments, title.rsplit(" to ").next().filter(|it| !it.is_empty()).unwrap_or(&shown).to_owned())
        } else if tone::is_pull(kind) {
            (Group::Pull, shown)
        } else if tone::is_ticket(kind) {
            (Group::Ticket, shown)
        } else if tone::is_push(event) {
            (Group::Pushes, shown)
        } else {
            return None;
        };
        let state = match group {
            Group::Pull | Group::Ticket => event.object.state.as_deref().map_or_else(|| said_verb(event), people_say),
            Group::Pushes => String::new(),
            Group::Checks | Group::Deployments => said_verb(event),
        };
        let is_told = tone::is_worth_a_word(event);
        let url = event.object.url.clone().or_else(|| event.url.clone());
        Some(Part { group, name, state, tone: tone::of(event), url, is_told })
    }
}

/// A run's name without its number, by which the next run is known: `CI #71` → `CI`.
fn run_name(object: &Object) -> String {
    let key = object.key.trim();
    let name = match key.rsplit_once('#') {
        Some((name, number)) if number.bytes().all(|it| it.is_ascii_digit()) => name.trim_end(),
        _ => key,
    };
    if name.is_empty() || name.bytes().all(|it| it.is_ascii_digit()) { object.title.trim().to_owned() } else { name.to_owned() }
}

/// `3 passed, 1 failed (lint), 1 running`
fn counted(parts: &[&Part]) -> Text {
    let word = |it: &Part| match it.tone {
        Tone::Good => "passed".to_owned(),
        Tone::Bad => "failed".to_owned(),
        _ => match it.state.as_str() {
            "started" | "in progress" | "running" | "queued" | "requested" | "created" | "pending" => "running".to_owned(),
            other => other.to_owned(),
        },
    };
    let mut words: Vec<String> = Vec::new();
    for it in parts {
        let word = word(it);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.sort_by_key(|it| match it.as_str() {
        "passed" => 0,
        "failed" => 1,
        "running" => 3,
        _ => 2,
    });
    let mut text = Text::new();
    for (at, word_) in words.iter().enumerate() {
        let those: Vec<&&Part> = parts.iter().filter(|it| word(it) == *word_).collect();
        text = text.plain(if at > 0 { ", " } else { "" });
        let count = format!("{} {word_}", those.len());
        text = if word_ == "failed" { text.bold(count) } else { text.plain(count) };
        if matches!(those[0].tone, Tone::Bad | Tone::Warning) {
            text = named(text.plain(" ("), &those).plain(")");
        }
    }
    text
}

fn named(mut text: Text, parts: &[&&Part]) -> Text {
    for (at, it) in parts.iter().take(NAMED).enumerate() {
        text = if at > 0 { text.plain(", ") } else { text };
        text = match &it.url {
            Some(url) => text.link(url.clone(), it.name.clone()),
            None => text.plain(it.name.clone()),
        };
    }
    if parts.len() > NAMED { text.plain(format!(" and {} more", parts.len() - NAMED)) } else { text }
}

/// `production succeeded, staging failed`
fn listed(parts: &[&Part]) -> Text {
    let mut text = Text::new();
    for (at, it) in parts.iter().rev().take(NAMED).enumerate() {
        text = if at > 0 { text.plain(", ") } else { text };
        text = match &it.url {
            Some(url) => text.link(url.clone(), it.name.clone()),
            None => text.plain(it.name.clone()),
        };
        if !it.state.is_empty() {
            text = text.plain(" ").bold(it.state.clone());
        }
    }
    text
}

/// Each field that was set, and to what. A label or a person that was added is no fact of its own: the labels are shown
/// as they are.
fn facts(event: &Event) -> Vec<(String, String)> {
    let told =
        event.changes.iter().filter(|it| !it.field.eq_ignore_ascii_case("label") && !it.field.eq_ignore_ascii_case("head"));
    told.filter_map(|it| Some((it.field.clone(), it.to.clone()?))).collect()
}

/// The verb as the last line of a card says it: `commented on`, `force-pushed`.
fn said_verb(event: &Event) -> String {
    match verb(&event.kind) {
        "commented" | "comment_created" => "commented".into(),
        "force_pushed" => "force-pushed".into(),
        "changes_requested" => "asked for changes".into(),
        "review_requested" => "asked for a review".into(),
        "unlabeled" => "unlabeled".into(),
        verb => verb.replace('_', " "),
    }
}

/// What the last line of a card says of a part: `lint failed`.
fn told_part(later: &Card) -> String {
    match &later.part {
        Some(part) if matches!(part.group, Group::Checks | Group::Deployments) => format!("{} {}", part.name, later.verb),
        Some(part) if part.group == Group::Pushes => later.verb.clone(),
        Some(part) => format!("{} {}", later.verb, part.name),
        None => later.verb.clone(),
    }
}

/// Whether a verb that is neither good nor bad says how the object stands now.
fn changes_state(verb: &str) -> bool {
    matches!(
        verb,
        "reopened" | "closed" | "created" | "opened" | "started" | "queued" | "converted to draft" | "ready for review"
    )
}
