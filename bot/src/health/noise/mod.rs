//! Which alerts are noise: how often each rule fires, how often anybody does something about it, and how long that takes.
//!
//! An alert that nobody acknowledges or resolves, and that is over by itself, has woken somebody for nothing. The digest says which
//! rules make them, once a week where administrators look, with what to do about it beside each.

mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use commands::{Block, Button, Call, Message, Text, filter::Filter};
use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    alerts::rule::AlertRule,
    app::{App, OWN},
    builtins::jobs::age,
    chart,
    dispatch::post::administrators::Whom,
    health,
    notify::own,
    queue::Queue,
    resources::Origin,
};

/// Rules that are listed.
const LISTED: usize = 10;
/// When the week's digest is told, in UTC.
const TOLD: (Weekday, i8) = (Weekday::Monday, 9);
/// The week that was told last.
const MARK: &str = "noise";

/// An alert that began.
#[derive(Clone, Debug, PartialEq)]
pub struct Fired {
    pub source: String,
    pub rule: Option<String>,
    pub team: Option<String>,
    pub opened_at: Timestamp,
    /// When somebody first acknowledged it, or resolved it by hand; none where it came and went by itself.
    pub acted_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    /// How often what it is about fired.
    pub times: i64,
}

/// How one rule did, or one team.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Share {
    pub name: String,
    /// What reported the first of them.
    pub source: String,
    pub alerts: usize,
    pub acted_on: usize,
    /// How often things fired, of all alerts together.
    pub times: i64,
    /// The median until somebody acknowledged or resolved it, of those that somebody did.
    pub to_acknowledge: Option<SignedDuration>,
    /// The median until it was over.
    pub to_resolve: Option<SignedDuration>,
}

impl Share {
    fn of(name: String, all: &[&Fired]) -> Share {
        let median = |times: Vec<SignedDuration>| {
            let mut times = times;
            times.sort();
            times.get(times.len().saturating_sub(1) / 2).copied()
        };
        let since = |it: &Fired, then: Option<Timestamp>| then.map(|then| then.duration_since(it.opened_at));
        Share {
            name,
            source: all.first().map(|it| it.source.clone()).unwrap_or_default(),
            alerts: all.len(),
            acted_on: all.iter().filter(|it| it.acted_at.is_some()).count(),
            times: all.iter().map(|it| it.times).sum(),
            to_acknowledge: median(all.iter().filter_map(|it| since(it, it.acted_at)).collect()),
            to_resolve: median(all.iter().filter_map(|it| since(it, it.resolved_at)).collect()),
        }
    }

    /// Alerts that nobody did anything about.
    pub fn noise(&self) -> usize {
        self.alerts - self.acted_on
    }
}

/// What a time had in alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digest {
    pub alerts: usize,
    pub acted_on: usize,
    /// By the rule, or the source where there is none; the noisiest first.
    pub rules: Vec<Share>,
    pub teams: Vec<Share>,
    /// How many began, by day of the week from Monday and hour, in UTC.
    pub hours: [[u32; 24]; 7],
    /// How long things took, by team and the hour in which they began; the teams in the order of [`Digest::teams`].
    pub by_hour: Vec<Hours>,
}

/// How long one team's alerts took, by the hour of the day in which they began, in UTC.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hours {
    /// The team; what is nobody's stands under [`NOBODYS`].
    pub team: String,
    /// Medians, of those that somebody acknowledged.
    pub to_acknowledge: [Option<SignedDuration>; 24],
    /// Medians, of those that are over.
    pub to_resolve: [Option<SignedDuration>; 24],
}

/// What a team is called that an alert does not have.
pub const NOBODYS: &str = "no team";

fn by_hour(fired: &[Fired]) -> Vec<Hours> {
    let mut teams: BTreeMap<Option<&str>, [Vec<&Fired>; 24]> = BTreeMap::new();
    for it in fired {
        let hour = usize::try_from(it.opened_at.to_zoned(TimeZone::UTC).hour()).unwrap_or(0);
        teams.entry(it.team.as_deref()).or_default()[hour].push(it);
    }
    let count = |hours: &[Vec<&Fired>; 24]| hours.iter().map(Vec::len).sum::<usize>();
    let mut teams: Vec<_> = teams.into_iter().collect();
    // What is nobody's comes last, whatever there is of it.
    teams.sort_by_key(|(team, hours)| (team.is_none(), std::cmp::Reverse(count(hours)), *team));
    let hours = |(team, hours): (Option<&str>, [Vec<&Fired>; 24])| {
        let shares = hours.map(|all| Share::of(String::new(), &all));
        Hours {
            team: team.unwrap_or(NOBODYS).to_owned(),
            to_acknowledge: shares.each_ref().map(|it| it.to_acknowledge),
            to_resolve: shares.each_ref().map(|it| it.to_resolve),
        }
    };
    teams.into_iter().map(hours).collect()
}

/// The digest of these alerts.
pub fn digest(fired: &[Fired]) -> Digest {
    let grouped = |key: &dyn Fn(&Fired) -> Option<String>| {
        let mut groups: BTreeMap<String, Vec<&Fired>> = BTreeMap::new();
        for it in fired {
            if let Some(key) = key(it) {
                groups.entry(key).or_default().push(it);
            }
        }
        let mut shares: Vec<Share> = groups.into_iter().map(|(name, all)| Share::of(name, &all)).collect();
        shares.sort_by_key(|it| (std::cmp::Reverse((it.noise(), it.alerts)), it.name.clone()));
        shares
    };
    let mut hours = [[0; 24]; 7];
    for it in fired {
        let at = it.opened_at.to_zoned(TimeZone::UTC);
        let day = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0);
        hours[day][usize::try_from(at.hour()).unwrap_or(0)] += 1;
    }
    Digest {
        alerts: fired.len(),
        acted_on: fired.iter().filter(|it| it.acted_at.is_some()).count(),
        rules: grouped(&|it| Some(it.rule.clone().unwrap_or_else(|| it.source.clone()))),
        teams: grouped(&|it| it.team.clone()),
        hours,
        by_hour: by_hour(fired),
    }
}

/// `2 alerts,`
fn counted(alerts: usize) -> String {
    if alerts == 1 { "1 alert,".into() } else { format!("{alerts} alerts,") }
}

impl Digest {
    /// As people read it; `buttons` are those of a rule's line.
    pub fn message(&self, days: i64, buttons: &dyn Fn(&Share) -> Vec<Button>) -> Message {
        let heading = format!("Alerts of the last {days} days");
        if self.alerts == 0 {
            return Message::new().heading(heading).paragraph("There were none.");
        }
        let share = |acted: usize, of: usize| format!("{} %", (100 * acted + of / 2) / of.max(1));
        let took = |it: Option<SignedDuration>| it.map_or_else(|| "–".to_owned(), age);
        let line = |it: &Share| -> Vec<Text> {
            [it.name.clone(), it.alerts.to_string(), share(it.acted_on, it.alerts), took(it.to_acknowledge), took(it.to_resolve)]
                .into_iter()
                .map(Text::from)
                .collect()
        };
        let header = |first: &str| [first, "Alerts", "Acted on", "To acknowledge", "To resolve"].map(str::to_owned).to_vec();
        let summary =
            format!("{} of which somebody did something about {}.", counted(self.alerts), share(self.acted_on, self.alerts));
        let rows = self.rules.iter().take(LISTED).map(line).collect();
        let mut message = Message::new().heading(heading).paragraph(summary).block(Block::Table { header: header("Rule"), rows });
        if !self.teams.is_empty() {
            let rows = self.teams.iter().take(LISTED).map(line).collect();
            message = message.block(Block::Table { header: header("Team"), rows });
        }
        for rule in self.rules.iter().take(LISTED) {
            let offered = buttons(rule);
            if !offered.is_empty() {
                let did = match (rule.noise(), rule.alerts) {
                    (0, 1) => ": somebody did something about it.".to_owned(),
                    (0, alerts) => format!(": somebody did something about all {alerts}."),
                    (1, 1) => ": nobody did anything about it.".to_owned(),
                    (noise, alerts) => format!(": nobody did anything about {noise} of {alerts}."),
                };
                message = message.paragraph(Text::new().bold(rule.name.clone()).plain(did)).buttons(offered);
            }
        }
        if self.rules.len() > LISTED {
            message = message.context(format!("{} more rules fired.", self.rules.len() - LISTED));
        }
        message
    }
}

/// The filter that silences what a rule makes, and nothing else of its source.
fn silencing(rule: Option<&AlertRule>, source: &str) -> String {
    let Some(rule) = rule else { return format!("source:{source}") };
    let all = format!("source:{} ({})", rule.from, rule.filter);
    match Filter::parse(&all) {
        Ok(filter) if !rule.filter.is_empty() => filter.to_string(),
        _ => format!("source:{}", rule.from),
    }
}

impl App {
    /// What the last days had in alerts.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn noise(&self, days: i64) -> anyhow::Result<Digest> {
        let since = self.store.now().saturating_sub(SignedDuration::from_hours(24 * days))?;
        Ok(digest(&store::fired(&self.store, since).await?))
    }

    /// What to do about a rule: silence what it makes, change it in a form that is filled in, or give it to another team. What stands in
    /// the file is changed there; where there is no rule, one can be made.
    pub fn noise_buttons(&self, share: &Share) -> Vec<Button> {
        let form = |label: &str, action: &str, params: Value| Button::form(label, Call::new(OWN, action, params));
        let rule = self.resources.get::<AlertRule>(&share.name);
        // Who pages by hand is not silenced.
        if rule.is_none() && share.source == own::SOURCE {
            return Vec::new();
        }
        let filter = silencing(rule.as_ref().map(|it| &it.value), &share.source);
        let mut offered = vec![form("Silence…", "silence", json!({ "filter": filter }))];
        match rule {
            Some(rule) if rule.origin == Origin::Chat => {
                offered.push(form("Edit rule…", "alert rule edit", json!({ "name": rule.name })));
                offered.push(form("Change owner…", "alert rule owner", json!({ "name": rule.name })));
            }
            Some(_) => {}
            None => offered.push(form("Make a rule…", "alert rule add", json!({ "from": share.source }))),
        }
        offered
    }

    /// Tells the week's digest where administrators look, once a week; nothing where there were no alerts.
    ///
    /// # Errors
    /// The store cannot be read or written to.
    pub(super) async fn tell_noise(&self, now: Timestamp) -> anyhow::Result<()> {
        let at = now.to_zoned(TimeZone::UTC);
        if at.weekday() != TOLD.0 || at.hour() < TOLD.1 {
            return Ok(());
        }
        let week = at.date().to_string();
        if health::store::marked(&self.store, MARK).await?.as_deref() == Some(&week) {
            return Ok(());
        }
        let digest = self.noise(7).await?;
        let job = if digest.alerts > 0 {
            let message = digest.message(7, &|it| self.noise_buttons(it));
            let files = chart::noise(digest).await;
            Some(self.to_administrators(Whom::All, &format!("noise:{week}"), message, files))
        } else {
            None
        };
        let mut tx = self.store.begin().await?;
        if let Some(job) = &job {
            Queue::enqueue(&mut tx, job).await?;
        }
        health::store::mark(&mut tx, MARK, &week).await?;
        Ok(tx.commit().await?)
    }
}
