//! What a person set for themselves, and what their chat says where they set nothing.

use std::time::Duration;

use commands::Now;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    People, PersonId,
    moment::{self, Locale},
    quiet::Quiet,
};
use crate::{app::App, chat::Profile};

/// What a person set; none is as their chat has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The IANA name of a time zone.
    pub zone: Option<String>,
    /// [`Locale::tag`]
    pub locale: Option<String>,
    pub quiet: Option<Quiet>,
}

/// A source that a person wants to hear nothing of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mute {
    /// A connection or a hook, or [`EVERYTHING`].
    pub source: String,
    /// None: for good.
    pub until: Option<Timestamp>,
}

/// Stands for all sources.
pub const EVERYTHING: &str = "all";

impl Mute {
    /// Whether it silences what `source` reports.
    pub fn covers(&self, source: &str) -> bool {
        self.source == source || self.source == EVERYTHING
    }
}

/// Where and how somebody reads.
#[derive(Clone, Debug)]
pub struct Reader {
    pub zone: TimeZone,
    /// `Europe/Berlin`
    pub zone_name: String,
    /// Who says so.
    pub zone_from: From,
    pub locale: Locale,
    pub settings: Settings,
}

/// Who says in which time zone somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Themselves,
    Chat,
    /// Nobody: it is that of the machine the bot runs on.
    Machine,
}

/// How long a chat may take to say where somebody is, before the bot's own time zone has to do.
const PROFILE_WITHIN: Duration = Duration::from_millis(1_000);

impl Reader {
    /// Puts together what is known.
    pub fn new(settings: Settings, profile: &Profile) -> Reader {
        let named = |name: &Option<String>| name.as_deref().and_then(|it| Some((TimeZone::get(it).ok()?, it.to_owned())));
        let own = named(&settings.zone).map(|it| (it, From::Themselves));
        let found = own.or_else(|| named(&profile.zone).map(|it| (it, From::Chat)));
        let ((zone, zone_name), zone_from) = found.unwrap_or_else(|| {
            let zone = TimeZone::system();
            let name = zone.iana_name().unwrap_or("UTC").to_owned();
            ((zone, name), From::Machine)
        });
        let tag = settings.locale.as_deref().or(profile.locale.as_deref());
        let locale = tag.and_then(Locale::of).unwrap_or_default();
        Reader { zone, zone_name, zone_from, locale, settings }
    }

    /// `2026-11-27 09:00`, on their wall.
    pub fn say(&self, at: Timestamp) -> String {
        moment::say(at, &self.zone, self.locale)
    }

    /// What the clocks show there.
    pub fn here(&self, now: Timestamp) -> Now {
        Now::from(now.to_zoned(self.zone.clone()))
    }

    /// When they may be written to again, if that is not now.
    pub fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.settings.quiet.as_ref()?.until(now, &self.zone)
    }
}

impl App {
    /// Where and how that person reads: what they set, else what their chat says, else as the bot does.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn reader(&self, person: &PersonId) -> anyhow::Result<Reader> {
        let settings = self.people.settings(person).await?;
        let profile =
            if settings.zone.is_some() && settings.locale.is_some() { Profile::default() } else { self.profile(person).await };
        Ok(Reader::new(settings, &profile))
    }

    /// The moment and the place on earth that what stands in `line` is read at, for whoever typed it. Only a line that
    /// names a day or a time is worth asking for.
    pub async fn now_of(&self, person: &PersonId, line: &str) -> Now {
        if !moment::names_a_time(line) {
            return crate::dispatch::today();
        }
        match self.reader(person).await {
            Ok(reader) => reader.here(self.store.now()),
            Err(err) => {
                tracing::error!("What {person} set cannot be read: {err:#}");
                crate::dispatch::today()
            }
        }
    }

    /// What the chat says of somebody; nothing, with a line in the log, when it does not say it in time.
    async fn profile(&self, person: &PersonId) -> Profile {
        let Some(platform) = self.platforms.get(&person.platform) else { return Profile::default() };
        let People { profiles, .. } = &self.people;
        let asked = profiles.try_get_with(person.clone(), platform.profile(&person.workspace, &person.id));
        match tokio::time::timeout(PROFILE_WITHIN, asked).await {
            Ok(Ok(profile)) => profile,
            Ok(Err(err)) => {
                tracing::warn!("{} does not say where {} is: {err}", person.platform, person.id);
                Profile::default()
            }
            Err(_) => {
                tracing::warn!("{} did not say in time where {} is", person.platform, person.id);
                Profile::default()
            }
        }
    }
}
