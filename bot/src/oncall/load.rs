//! A schedule with everything that changes it: its people found, its calendars read, its overrides laid over it.

use std::collections::BTreeMap;

use commands::{Actor, Error, Result};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    ical,
    rota::{Fixed, Holiday, Layer, Override, Rota, Rotation},
    schedule::{Schedule, team_of},
    store,
};
use crate::{
    app::App,
    people::{Known, PersonId, teams::Team},
    resources::{Named, Origin},
};

/// How far back and ahead calendars and overrides are read.
const BEHIND: SignedDuration = SignedDuration::from_hours(60 * 24);
const AHEAD: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A schedule as it counts now.
pub struct Loaded {
    pub name: String,
    pub origin: Origin,
    pub schedule: Schedule,
    pub zone: TimeZone,
    pub rota: Rota,
    pub overrides: Vec<store::Override>,
    /// The people of the rota, by its keys; one who could not be found is not among them.
    pub people: BTreeMap<String, Known>,
    /// What keeps part of it from counting, each a sentence.
    pub problems: Vec<String>,
}

impl Loaded {
    /// As people read it.
    pub fn label<'a>(&'a self, key: &'a str) -> &'a str {
        self.people.get(key).map_or(key, |it| it.label.as_str())
    }

    /// `Ana and Ben`; `nobody`.
    pub fn labels<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> String {
        let names: Vec<&str> = keys.into_iter().map(|it| self.people.get(it).map_or(it, |it| it.label.as_str())).collect();
        match names.split_last() {
            None => "nobody".into(),
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        }
    }

    /// Who is on call at that moment, by their keys.
    pub fn keys_at(&self, at: Timestamp) -> Vec<String> {
        self.rota.on_call(at).into_iter().map(|it| it.person).collect()
    }
}

/// Finds people, each once.
struct Finder<'a> {
    app: &'a App,
    teams: Vec<Team>,
    people: BTreeMap<String, Known>,
    keys: BTreeMap<String, Vec<String>>,
    problems: Vec<String>,
}

impl Finder<'_> {
    /// The keys of those whom a name stands for. Somebody who cannot be found is shown by the name.
    async fn keys(&mut self, name: &str) -> Vec<String> {
        let name = name.trim();
        if let Some(keys) = self.keys.get(name) {
            return keys.clone();
        }
        let found = match team_of(name) {
            Some(team) => match self.teams.iter().find(|it| it.name.eq_ignore_ascii_case(team)) {
                Some(it) => {
                    Ok(it.members.iter().map(|it| Known { person: it.person.clone(), label: it.label.clone() }).collect())
                }
                None => Err(format!("There is no team `{team}`.")),
            },
            None => self.app.known_by(name).await.map(|it| vec![it]).map_err(|it| it.message),
        };
        let keys = match found {
            Ok(all) => {
                let keys = all.iter().map(|it| it.person.to_string()).collect();
                self.people.extend(all.into_iter().map(|it| (it.person.to_string(), it)));
                keys
            }
            Err(problem) => {
                self.problems.push(problem);
                vec![name.to_owned()]
            }
        };
        self.keys.insert(name.to_owned(), keys.clone());
        keys
    }

    async fn all<'n>(&mut self, names: impl IntoIterator<Item = &'n String>) -> Vec<String> {
        let mut keys = Vec::new();
        for name in names {
            keys.extend(self.keys(name).await);
        }
        keys
    }

    /// Those whom an event of a calendar puts on call: who takes part, else whom its title names.
    async fn of_event(&mut self, event: &ical::Event) -> Vec<String> {
        if !event.attendees.is_empty() {
            return self.all(&event.attendees).await;
        }
        let title = event.summary.trim();
        // `On call: Ana`; a colon may as well be that of an id.
        let name = match title.split_once(':') {
            Some((before, after)) if before.to_lowercase().replace('-', " ").ends_with("on call") => after.trim(),
            _ => title,
        };
        self.keys(name).await
    }
}

impl App {
    /// The schedule of that name, as it counts now.
    ///
    /// # Errors
    /// There is none; the store cannot be read.
    pub async fn rota(&self, name: &str) -> Result<Loaded> {
        self.load_rota(self.resources.wanted::<Schedule>(name)?).await
    }

    /// All schedules, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn rotas(&self) -> Result<Vec<Loaded>> {
        let mut all = Vec::new();
        for named in self.resources.all::<Schedule>() {
            all.push(self.load_rota(named).await?);
        }
        Ok(all)
    }

    async fn load_rota(&self, named: Named<Schedule>) -> Result<Loaded> {
        let Named { name, origin, value: schedule } = named;
        let zone = schedule.time_zone().map_err(Error::bad_input)?;
        let now = self.store.now();
        let from = now.saturating_sub(BEHIND).unwrap_or(Timestamp::MIN);
        let until = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        let teams = self.people.teams().await.map_err(super::unreadable)?;
        let mut finder = Finder { app: self, teams, people: BTreeMap::new(), keys: BTreeMap::new(), problems: Vec::new() };
        let mut layers = Vec::new();
        if let Some(source) = &schedule.calendar {
            let calendar = self.read_calendar(source, &zone, from, until, &mut finder.problems).await?;
            let mut shifts = Vec::new();
            for event in &calendar.events {
                let people = finder.of_event(event).await;
                shifts.push(Fixed { from: event.from, until: event.until, people });
            }
            layers.push(Layer::Calendar(shifts));
        }
        for rotation in &schedule.rotation {
            let bad = |(_, problem): (&str, String)| Error::bad_input(format!("The schedule `{name}` cannot be read: {problem}"));
            let (turns, end) = (rotation.turns().map_err(bad)?, rotation.end(&zone).map_err(bad)?);
            let hours = rotation.read_hours().map_err(bad)?;
            let mut people = Vec::new();
            for turn in &rotation.people {
                people.push(finder.keys(turn).await);
            }
            layers.push(Layer::Rotation(Rotation { people, turns, until: end, hours }));
        }
        let mut holidays = Vec::new();
        for it in &schedule.holidays {
            let calendar = self.read_calendar(&it.calendar, &zone, from, until, &mut finder.problems).await?;
            let people = finder.all(&it.people).await;
            holidays.extend(calendar.events.iter().map(|it| Holiday { from: it.from, until: it.until, people: people.clone() }));
        }
        let overrides = store::overrides(&self.store, &name, from).await.map_err(super::unreadable)?;
        for it in &overrides {
            finder.keys(&it.person.to_string()).await;
        }
        let laid = overrides.iter().map(|it| Override {
            from: it.from,
            until: it.until,
            person: it.person.to_string(),
            replaces: it.replaces.as_ref().map(PersonId::to_string),
        });
        let rota = Rota { zone: zone.clone(), layers, holidays, overrides: laid.collect() };
        let Finder { people, problems, .. } = finder;
        Ok(Loaded { name, origin, schedule, zone, rota, overrides, people, problems })
    }

    async fn read_calendar(
        &self,
        source: &str,
        zone: &TimeZone,
        from: Timestamp,
        until: Timestamp,
        problems: &mut Vec<String>,
    ) -> Result<ical::Calendar> {
        let fetched = store::calendar(&self.store, source).await.map_err(super::unreadable)?;
        let fetched = fetched.unwrap_or(store::Fetched { body: None, at: from, problem: None });
        problems.extend(fetched.problem);
        let Some(body) = fetched.body else { return Ok(ical::Calendar::default()) };
        match ical::read(&body, zone, from, until) {
            Ok(calendar) => {
                problems.extend(calendar.problems.iter().cloned());
                Ok(calendar)
            }
            Err(problem) => {
                problems.push(problem);
                Ok(ical::Calendar::default())
            }
        }
    }

    /// By which key somebody stands in a schedule: themselves, or whoever has their email address in another chat.
    pub async fn key_of(&self, loaded: &Loaded, actor: &Actor) -> String {
        let own = PersonId::from(actor).to_string();
        if loaded.people.contains_key(&own) {
            return own;
        }
        let Some(email) = &actor.email else { return own };
        for (key, known) in loaded.people.iter().filter(|(_, it)| it.person.platform != actor.platform) {
            let Some(platform) = self.platforms.get(&known.person.platform) else { continue };
            if let Ok(other) = platform.person(&known.person.workspace, &known.person.id).await
                && other.email.is_some_and(|it| it.eq_ignore_ascii_case(email))
            {
                return key.clone();
            }
        }
        own
    }
}
