//! What must be true of a log of everything that the sender, the far ends and the killer saw.
//!
//! [`judge`] is pure. It knows nothing of the bot: only that what was acknowledged has to arrive, be
//! buried with a reason that people can read, or be put to whoever asked; that a command is carried out at
//! most once; and that whoever reads a message twice is told that it may be a repeat.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

/// Of one delivery or command, however often it is sent.
pub type Serial = u64;

/// When, since the run began, and what.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Duration,
    pub event: Event,
}

#[derive(Clone, Debug)]
pub enum Event {
    /// The first try to send it.
    Sent { serial: Serial, wanted: Wanted },
    /// The bot answered 2xx: from here on it is the bot's.
    Acknowledged { serial: Serial },
    /// The bot answered something that it never should.
    Surprised { serial: Serial, text: String },
    /// A message is in a chat.
    Posted { serial: Serial, place: String, says: Says },
    /// The issue is in Redmine.
    Created { serial: Serial },
    /// Whoever typed the command reads this.
    Told { serial: Serial, told: Told, says: Says },
    /// A message that belongs to no serial.
    Remarked { place: String, text: String },
    /// It is in the history of jobs without having been done.
    Buried { serial: Serial, text: String, state: String, reason: String },
    /// It is still to be done, when nobody waits any longer.
    Waiting { serial: Serial, text: String },
    /// Something that may make the bot lose or repeat: a kill, a far end in trouble, a database cut off.
    Disturbed { what: String },
    /// A bot that was stopped for longer than its leases goes on.
    Thawed,
}

#[derive(Clone, Debug)]
pub enum Wanted {
    /// A message in each of these places.
    Posts(Vec<String>),
    /// An issue, and word of it.
    Command,
}

/// Whether a message admits that it may be a repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    Plain,
    PerhapsARepeat,
}

/// What the asker of a command reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    Created,
    /// Whether it was done is not known: please look.
    NotKnown,
    /// It will be done later. Not an end.
    Kept,
    /// It was not done, and why.
    Refused,
}

/// Which repeats are a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Repeats {
    /// Those that do not say so.
    Unmarked,
    /// All but those of answers to a `response_url`, which no history shows.
    All,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub serial: Serial,
    pub wrong: Wrong,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Acknowledged, and nothing came of it.
    Lost(String),
    /// Twice, and the second does not say that it may be a repeat.
    SilentRepeat(String),
    /// Twice, although the place's history shows the first.
    NeedlessRepeat(String),
    /// Twice, although nothing had gone wrong in between.
    UnprovokedRepeat(String),
    CreatedTwice,
    /// Told of an issue that is not there.
    NotCreated,
    /// What the asker reads contradicts itself, or Redmine.
    Contradiction(String),
    BuriedWithoutReason,
    /// Posted where nobody subscribed, or of a serial that was never sent.
    Misdirected(String),
    Surprise(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "serial {}: ", self.serial)?;
        match &self.wrong {
            Wrong::Lost(what) => write!(f, "LOST: {what} was acknowledged, and neither done, buried nor put to anybody"),
            Wrong::SilentRepeat(what) => write!(f, "REPEATED in {what} without saying so"),
            Wrong::NeedlessRepeat(what) => write!(f, "REPEATED in {what}, whose history shows the first"),
            Wrong::UnprovokedRepeat(what) => write!(f, "REPEATED in {what}, although nothing was in trouble in between"),
            Wrong::CreatedTwice => write!(f, "CREATED TWICE"),
            Wrong::NotCreated => write!(f, "its asker was told of an issue that is not there"),
            Wrong::Contradiction(what) => write!(f, "its asker was told {what}"),
            Wrong::BuriedWithoutReason => write!(f, "buried without a reason"),
            Wrong::Misdirected(where_) => write!(f, "posted in {where_}, where it does not belong"),
            Wrong::Surprise(what) => write!(f, "was answered {what}"),
        }
    }
}

/// What came of it all.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub faults: Vec<Fault>,
    pub figures: Figures,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub sent: usize,
    pub acknowledged: usize,
    /// Messages that were owed, and those that are there.
    pub owed: usize,
    pub posted: usize,
    pub created: usize,
    /// Ends of commands.
    pub told: usize,
    pub asked: usize,
    pub refused: usize,
    pub buried: usize,
    /// Repeats of messages that say so, and of answers that say so.
    pub marked: usize,
    pub marked_answers: usize,
    /// Repeats by a bot that went on after its leases were over.
    pub thawed: usize,
    pub disturbances: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = self;
        write!(f, "{} sent, {} acknowledged; {} of {} messages there, ", it.sent, it.acknowledged, it.posted, it.owed)?;
        write!(f, "{} commands told, {} asked, {} refused, {} issues; ", it.told, it.asked, it.refused, it.created)?;
        write!(f, "{} buried; repeats that say so: {} messages, {} answers; ", it.buried, it.marked, it.marked_answers)?;
        write!(f, "{} by a thawed bot; {} disturbances", it.thawed, it.disturbances)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repeat = |says: &Says| if *says == Says::PerhapsARepeat { ", which says that it may be a repeat" } else { "" };
        match self {
            Event::Sent { wanted: Wanted::Posts(places), .. } => write!(f, "sent, for {}", places.join(" and ")),
            Event::Sent { wanted: Wanted::Command, .. } => write!(f, "sent, a command"),
            Event::Acknowledged { .. } => write!(f, "acknowledged"),
            Event::Surprised { text, .. } => write!(f, "answered {text}"),
            Event::Posted { place, says, .. } => write!(f, "posted in {place}{}", repeat(says)),
            Event::Created { .. } => write!(f, "created in Redmine"),
            Event::Told { told, says, .. } => write!(f, "told {told:?}{}", repeat(says)),
            Event::Remarked { place, text } => write!(f, "said in {place}: {text}"),
            Event::Buried { state, reason, text, .. } => write!(f, "buried as {state}, because {reason:?}: {text}"),
            Event::Waiting { text, .. } => write!(f, "still waiting: {text}"),
            Event::Disturbed { what } => write!(f, "-- {what}"),
            Event::Thawed => write!(f, "-- the second bot goes on"),
        }
    }
}

/// How long after it goes on a thawed bot may still send what it had decided to send before.
const THAWING: Duration = Duration::from_secs(5);

/// What left a bot before it was killed may arrive so long after.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Life<'a> {
    wanted: Option<&'a Wanted>,
    acknowledged: bool,
    posts: BTreeMap<&'a str, Vec<(Duration, Says)>>,
    created: usize,
    told: Vec<(Duration, &'a Told, Says)>,
    /// What its buried and waiting jobs hold.
    buried: Vec<&'a str>,
}

/// Judges a whole run.
pub fn judge(log: &[Entry], repeats: Repeats) -> Verdict {
    let mut verdict = Verdict::default();
    let mut lives: BTreeMap<Serial, Life<'_>> = BTreeMap::new();
    let (mut troubles, mut thaws) = (BTreeSet::new(), Vec::new());
    for Entry { at, event } in log {
        match event {
            Event::Sent { serial, wanted } => lives.entry(*serial).or_default().wanted = Some(wanted),
            Event::Acknowledged { serial } => lives.entry(*serial).or_default().acknowledged = true,
            Event::Surprised { serial, text } => verdict.fault(*serial, Wrong::Surprise(text.clone())),
            Event::Posted { serial, place, says } => {
                lives.entry(*serial).or_default().posts.entry(place).or_default().push((*at, *says));
            }
            Event::Created { serial } => lives.entry(*serial).or_default().created += 1,
            Event::Told { serial, told, says } => lives.entry(*serial).or_default().told.push((*at, told, *says)),
            Event::Buried { serial, text, reason, .. } => {
                if reason.trim().is_empty() {
                    verdict.fault(*serial, Wrong::BuriedWithoutReason);
                }
                verdict.figures.buried += 1;
                lives.entry(*serial).or_default().buried.push(text);
            }
            Event::Disturbed { .. } => {
                troubles.insert(*at);
            }
            Event::Thawed => {
                troubles.insert(*at);
                thaws.push(*at);
            }
            Event::Remarked { .. } | Event::Waiting { .. } => {}
        }
    }
    verdict.figures.disturbances = troubles.len();
    let disturbances = Disturbances { troubles, thaws };
    for (serial, life) in &lives {
        verdict.figures.sent += usize::from(life.wanted.is_some());
        verdict.figures.acknowledged += usize::from(life.acknowledged);
        match life.wanted {
            None => verdict.fault(*serial, Wrong::Misdirected("some place".into())),
            Some(Wanted::Posts(places)) => verdict.posts(*serial, life, places, &disturbances, repeats),
            Some(Wanted::Command) => verdict.command(*serial, life, &disturbances),
        }
    }
    verdict.faults.sort();
    verdict.faults.dedup();
    verdict
}

struct Disturbances {
    troubles: BTreeSet<Duration>,
    thaws: Vec<Duration>,
}

impl Disturbances {
    fn between(&self, first: Duration, second: Duration) -> bool {
        self.troubles.range(first.saturating_sub(ON_ITS_WAY)..=second).next().is_some()
    }

    fn has_just_thawed(&self, at: Duration) -> bool {
        self.thaws.iter().any(|thaw| at >= *thaw && at.saturating_sub(*thaw) < THAWING)
    }
}

impl Verdict {
    fn fault(&mut self, serial: Serial, wrong: Wrong) {
        self.faults.push(Fault { serial, wrong });
    }

    fn posts(&mut self, serial: Serial, life: &Life<'_>, places: &[String], disturbances: &Disturbances, repeats: Repeats) {
        for place in places {
            let posts = life.posts.get(place.as_str()).map_or(&[][..], Vec::as_slice);
            self.figures.owed += usize::from(life.acknowledged);
            self.figures.posted += usize::from(life.acknowledged && !posts.is_empty());
            // A buried delivery that was not read yet holds no place at all, and stands for all of them.
            let channel = place.rsplit([':', '>']).next().unwrap_or(place);
            let buried = life.buried.iter().any(|text| text.contains(channel) || !text.contains("\"post\""));
            if life.acknowledged && posts.is_empty() && !buried {
                self.fault(serial, Wrong::Lost(place.clone()));
            }
            self.figures.marked += self.repeats(serial, place, posts, disturbances);
            if repeats == Repeats::All && posts.iter().skip(1).any(|(at, _)| !disturbances.has_just_thawed(*at)) {
                self.fault(serial, Wrong::NeedlessRepeat(place.clone()));
            }
        }
        for place in life.posts.keys().filter(|it| !places.iter().any(|place| place == *it)) {
            self.fault(serial, Wrong::Misdirected((*place).to_owned()));
        }
        if life.created > 0 || !life.told.is_empty() {
            self.fault(serial, Wrong::Misdirected("the life of a command".into()));
        }
    }

    /// Judges what is there more than once, and counts those that say so. Which of two comes first says nothing: a
    /// far end may take its time for the first.
    fn repeats(&mut self, serial: Serial, place: &str, posts: &[(Duration, Says)], disturbances: &Disturbances) -> usize {
        let thawed = posts.iter().skip(1).filter(|(at, _)| disturbances.has_just_thawed(*at)).count();
        self.figures.thawed += thawed;
        let plain = posts.iter().filter(|(_, says)| *says == Says::Plain).count();
        if plain > 1 + thawed {
            self.fault(serial, Wrong::SilentRepeat(place.to_owned()));
        }
        if posts.windows(2).any(|pair| !disturbances.between(pair[0].0, pair[1].0)) {
            self.fault(serial, Wrong::UnprovokedRepeat(place.to_owned()));
        }
        posts.len().saturating_sub(1 + thawed)
    }

    fn command(&mut self, serial: Serial, life: &Life<'_>, disturbances: &Disturbances) {
        let of = |wanted: &Told| -> Vec<(Duration, Says)> {
            life.told.iter().filter(|(_, told, _)| *told == wanted).map(|(at, _, says)| (*at, *says)).collect()
        };
        let (told, asked, refused) = (of(&Told::Created), of(&Told::NotKnown), of(&Told::Refused));
        for (what, messages) in [
            ("word of it", &told),
            ("the question whether it was done", &asked),
            ("its refusal", &refused),
            ("its promise", &of(&Told::Kept)),
        ] {
            self.figures.marked_answers += self.repeats(serial, what, messages, disturbances);
        }
        self.figures.created += usize::from(life.created > 0);
        self.figures.told += usize::from(!told.is_empty());
        self.figures.asked += usize::from(!asked.is_empty());
        self.figures.refused += usize::from(!refused.is_empty());
        if life.created > 1 {
            self.fault(serial, Wrong::CreatedTwice);
        }
        if !told.is_empty() && life.created == 0 {
            self.fault(serial, Wrong::NotCreated);
        }
        let contradictions = [
            ("that it was done and that nobody knows", !told.is_empty() && !asked.is_empty()),
            ("that it was done and that it was refused", !told.is_empty() && !refused.is_empty()),
            ("that nobody knows and that it was refused", !asked.is_empty() && !refused.is_empty()),
            ("that it was refused, and it is in Redmine", !refused.is_empty() && life.created > 0),
        ];
        for (what, _) in contradictions.iter().filter(|(_, is_so)| *is_so) {
            self.fault(serial, Wrong::Contradiction((*what).to_owned()));
        }
        let ended = !told.is_empty() || !asked.is_empty() || !refused.is_empty() || !life.buried.is_empty();
        if life.acknowledged && !ended {
            self.fault(serial, Wrong::Lost("a command".into()));
        }
        for place in life.posts.keys() {
            self.fault(serial, Wrong::Misdirected((*place).to_owned()));
        }
    }
}

/// What happened so soon after the last that is known of a serial may have to do with it.
const AROUND: Duration = Duration::from_secs(2);

/// Everything that is known of a serial, with what was in trouble meanwhile.
pub fn history(log: &[Entry], serial: Serial) -> String {
    let of = |event: &Event| match event {
        Event::Sent { serial, .. }
        | Event::Acknowledged { serial }
        | Event::Surprised { serial, .. }
        | Event::Posted { serial, .. }
        | Event::Created { serial }
        | Event::Told { serial, .. }
        | Event::Buried { serial, .. }
        | Event::Waiting { serial, .. } => Some(*serial),
        Event::Remarked { .. } | Event::Disturbed { .. } | Event::Thawed => None,
    };
    let mine = |it: &&Entry| of(&it.event) == Some(serial);
    let first = log.iter().find(mine).map_or(Duration::ZERO, |it| it.at);
    let last = log.iter().rfind(mine).map_or(Duration::ZERO, |it| it.at);
    let mut text = String::new();
    for entry in log {
        let near = matches!(entry.event, Event::Disturbed { .. } | Event::Thawed) && (first..=last + AROUND).contains(&entry.at);
        if near || of(&entry.event) == Some(serial) {
            text.push_str(&format!("{:<12}{}\n", format!("{:.3} s", entry.at.as_secs_f64()), entry.event));
        }
    }
    text
}

#[cfg(test)]
mod tests;
