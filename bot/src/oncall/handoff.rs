//! What is told when others are on call, and before: in the schedule's channel, and to those whose shift begins or ends.

use commands::{Button, Call, Message, Text, Tone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::json;

use super::{Loaded, Why, store};
use crate::{
    app::{App, OWN},
    chat::Post,
    dispatch::post::PostJob,
    queue::{NewJob, Priority},
};

/// A time in which a reminder is looked for, beyond the longest time before a shift.
const AHEAD: SignedDuration = SignedDuration::from_hours(8 * 24);

/// A schedule at a moment.
pub(super) struct Handoff<'a> {
    pub app: &'a App,
    pub loaded: &'a Loaded,
    pub now: Timestamp,
}

/// A shift that somebody is reminded of, so long before.
struct Reminder {
    person: String,
    begins: Timestamp,
    minutes: i64,
}

impl Reminder {
    fn key(&self) -> String {
        format!("{}|{}|{}", self.person, self.begins.as_second(), self.minutes)
    }

    fn at(&self) -> Timestamp {
        self.begins.saturating_sub(self.minutes.minutes()).unwrap_or(self.begins)
    }
}

impl Handoff<'_> {
    fn until(&self) -> Option<Timestamp> {
        self.loaded.rota.next_change(self.now)
    }

    fn call(&self, action: &str) -> Call {
        Call::new(OWN, action, json!({ "schedule": self.loaded.name }))
    }

    /// `Ana and Ben`, who are mentioned in a chat of their own.
    fn named(&self, text: Text, keys: &[String], platform: &str) -> Text {
        let mut text = text;
        for (number, key) in keys.iter().enumerate() {
            text = match number {
                0 => text,
                it if it + 1 == keys.len() => text.plain(" and "),
                _ => text.plain(", "),
            };
            text = match self.loaded.people.get(key) {
                Some(known) if known.person.platform == platform => text.person(&known.person.id, &known.label),
                _ => text.plain(self.loaded.label(key)),
            };
        }
        if keys.is_empty() { text.plain("Nobody") } else { text }
    }

    /// Told when `before` were on call, and `after` are now.
    pub async fn messages(&self, before: &[String], after: &[String]) -> anyhow::Result<Vec<NewJob>> {
        let mut jobs = Vec::new();
        let key = |whom: &str| format!("oncall-{}-{}-{whom}", self.loaded.name, self.now.as_microsecond());
        if let Some(place) = self.loaded.schedule.place() {
            let message = self.told_in_channel(before, after, &place.platform);
            jobs.push(
                PostJob::new(Post::new(place.target(), message, key("channel")), key("channel")).into_job(Priority::Command),
            );
        }
        let begin = after.iter().filter(|it| !before.contains(it)).map(|it| (it, self.told_who_begins(before, after)));
        let end = before.iter().filter(|it| !after.contains(it)).map(|it| (it, self.told_who_ends(after)));
        for (person, message) in begin.chain(end) {
            jobs.extend(self.direct(person, message, &key(person)).await?);
        }
        Ok(jobs)
    }

    async fn direct(&self, person: &str, message: Message, key: &str) -> anyhow::Result<Option<NewJob>> {
        let Some(known) = self.loaded.people.get(person) else { return Ok(None) };
        if store::is_hushed(&self.app.store, &known.person).await? {
            return Ok(None);
        }
        let post = Post::new(known.person.target(), message, key);
        Ok(Some(PostJob::new(post, key).into_job(Priority::Command)))
    }

    fn told_in_channel(&self, before: &[String], after: &[String], platform: &str) -> Message {
        let verb = if after.len() == 1 || after.is_empty() { " is on call for " } else { " are on call for " };
        let mut text = self.named(Text::new(), after, platform).plain(verb).code(&self.loaded.name).plain(" now");
        if let Some(until) = self.until() {
            text = text.plain(", until ").time(until);
        }
        text = text.plain(".");
        let ended: Vec<String> = before.iter().filter(|it| !after.contains(it)).cloned().collect();
        if !ended.is_empty() {
            let shift = if ended.len() == 1 { "’s shift is over." } else { "’s shifts are over." };
            text = text.plain(format!(" {}{shift}", self.loaded.labels(ended.iter().map(String::as_str))));
        }
        let is_override = self.loaded.rota.on_call(self.now).iter().any(|it| it.why == Why::Override);
        let message = Message::text(text).tone(if after.is_empty() { Tone::Warning } else { Tone::Neutral });
        if is_override { message.context("Somebody stands in: the rota itself says otherwise.") } else { message }
    }

    fn told_who_begins(&self, before: &[String], after: &[String]) -> Message {
        let mut text = Text::new().plain("You are on call for ").code(&self.loaded.name).plain(" now");
        if let Some(until) = self.until() {
            text = text.plain(", until ").time(until);
        }
        let ended: Vec<&str> = before.iter().filter(|it| !after.contains(it)).map(String::as_str).collect();
        let text = text.plain(if ended.is_empty() {
            ".".to_owned()
        } else {
            format!(". Before you it was {}.", self.loaded.labels(ended))
        });
        Message::text(text).context(Text::new().code("bellhop oncall notices off").plain(" ends these messages.")).buttons(vec![
            Button::run("Show the rota", self.call("oncall show")),
            Button::form("Swap…", self.call("oncall swap")),
        ])
    }

    fn told_who_ends(&self, after: &[String]) -> Message {
        let verb = if after.len() > 1 { "are" } else { "is" };
        let name = self.loaded.labels(after.iter().map(String::as_str));
        let next = if after.is_empty() { "Nobody is on call now.".to_owned() } else { format!("{name} {verb} on call now.") };
        Message::text(Text::new().plain("Your shift on call for ").code(&self.loaded.name).plain(format!(" is over. {next}")))
    }

    /// All reminders of shifts that begin soon, whether they are due or not.
    fn reminders(&self) -> Vec<Reminder> {
        let leads = self.loaded.schedule.reminders().unwrap_or_default();
        let Some(longest) = leads.first() else { return Vec::new() };
        let end = self.now.saturating_add(longest.minutes()).and_then(|it| it.saturating_add(AHEAD)).unwrap_or(self.now);
        let shifts = self.loaded.rota.shifts(self.now, end);
        let mut all = Vec::new();
        for pair in shifts.windows(2) {
            for duty in pair[1].on.iter().filter(|it| !pair[0].has(&it.person)) {
                let reminder = |minutes: &i64| Reminder { person: duty.person.clone(), begins: pair[1].from, minutes: *minutes };
                all.extend(leads.iter().map(reminder));
            }
        }
        all
    }

    /// When the next reminder is due.
    pub fn next_reminder(&self) -> Option<Timestamp> {
        self.reminders().iter().map(Reminder::at).filter(|it| *it > self.now).min()
    }

    /// The reminders that are due, with what is to be remembered as sent. Of several that are due of one shift, as after the bot
    /// was down, the last is sent.
    pub async fn remind(&self, sent: &[String]) -> anyhow::Result<(Vec<NewJob>, Vec<String>)> {
        let due: Vec<Reminder> = self.reminders().into_iter().filter(|it| it.at() <= self.now).collect();
        let mut jobs = Vec::new();
        for it in &due {
            let is_last =
                !due.iter().any(|other| other.person == it.person && other.begins == it.begins && other.minutes < it.minutes);
            if !is_last || sent.contains(&it.key()) {
                continue;
            }
            let text = Text::new().plain("You are on call for ").code(&self.loaded.name).plain(" from ").time(it.begins);
            let text = match self.loaded.rota.until_of(&it.person, it.begins) {
                Some(until) => text.plain(" until ").time(until).plain("."),
                None => text.plain(" on."),
            };
            let message = Message::text(text)
                .context(Text::new().code("bellhop oncall notices off").plain(" ends these messages."))
                .buttons(vec![Button::form("Swap…", self.call("oncall swap"))]);
            jobs.extend(self.direct(&it.person, message, &format!("oncall-reminder-{}-{}", self.loaded.name, it.key())).await?);
        }
        Ok((jobs, due.iter().map(Reminder::key).collect()))
    }
}
