//! How each person wants to be paged: in which ways, after how long, and otherwise for what is worse.
//!
//! Who said nothing is paged by direct message at once, then by what the configuration has: mail, then text message and call to a number
//! that they gave and have shown to be theirs ([`super::verify`]).

use std::{collections::BTreeMap, time::Duration};

use commands::event::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    policy::said,
    store,
    whom::{ENDPOINT, VOICE},
};
use crate::{
    app::App,
    chat::{Place, Target},
    people::PersonId,
    store::Tx,
};

/// How long a chat may take to say somebody's address.
pub const ADDRESS_WITHIN: Duration = Duration::from_secs(2);

/// A way to reach somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Dm,
    Email,
    Sms,
    Voice,
    /// Not a person's: a channel, or an address that a policy names.
    Place,
    Endpoint,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Dm => "dm",
            Kind::Email => "email",
            Kind::Sms => "sms",
            Kind::Voice => "voice",
            Kind::Place => "place",
            Kind::Endpoint => "endpoint",
        }
    }

    pub fn of(word: &str) -> Option<Kind> {
        [Kind::Dm, Kind::Email, Kind::Sms, Kind::Voice, Kind::Place, Kind::Endpoint].into_iter().find(|it| it.word() == word)
    }

    /// The end of "Ana is paged …".
    pub fn said(self) -> &'static str {
        match self {
            Kind::Dm => "by direct message",
            Kind::Email => "by email",
            Kind::Sms => "by text message",
            Kind::Voice => "by phone call",
            Kind::Place => "there",
            Kind::Endpoint => "by a signed request",
        }
    }
}

/// A way with when it is taken, counted from when its person's step fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub kind: Kind,
    pub to: Target,
    pub after: Duration,
}

/// One rule: a way, and after how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub kind: Kind,
    pub after: u64,
}

/// What somebody set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// For texts and calls, as E.164 writes it.
    #[serde(default)]
    pub number: Option<String>,
    /// Since when it is known to be theirs: they typed back what was sent there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Timestamp>,
    /// For whatever no other list is for; none: as everybody who set nothing.
    #[serde(default)]
    pub rules: Option<Vec<Rule>>,
    /// For what is at least so bad, by the severity's word.
    #[serde(default)]
    pub worse: BTreeMap<String, Vec<Rule>>,
}

/// Of who set nothing.
pub const DEFAULT: [Rule; 4] = [
    Rule { kind: Kind::Dm, after: 0 },
    Rule { kind: Kind::Email, after: 120 },
    Rule { kind: Kind::Sms, after: 300 },
    Rule { kind: Kind::Voice, after: 600 },
];

impl Reach {
    /// The number, if it is known to be theirs: nobody is paged at another one.
    pub fn own_number(&self) -> Option<&str> {
        self.number.as_deref().filter(|_| self.verified.is_some())
    }

    /// The rules for something so bad, in the order in which they are taken.
    pub fn rules_for(&self, severity: Severity) -> Vec<Rule> {
        let fitting = self.worse.iter().filter_map(|(word, rules)| Some((super::policy::severity(word)?, rules)));
        let worst = fitting.filter(|(least, _)| *least <= severity).max_by_key(|(least, _)| *least);
        let rules = worst.map(|(_, rules)| rules).or(self.rules.as_ref());
        let mut rules = rules.cloned().unwrap_or_else(|| DEFAULT.to_vec());
        rules.sort_by_key(|it| it.after);
        rules
    }
}

/// `by direct message at once, by email after 2 min`
pub fn words(rules: &[Rule]) -> String {
    let mut rules = rules.to_vec();
    rules.sort_by_key(|it| it.after);
    let word = |it: &Rule| match (it.kind, it.after) {
        (kind, 0) => format!("{} at once", kind.said()),
        (kind, after) => format!("{} after {}", kind.said(), said(Duration::from_secs(after))),
    };
    rules.iter().map(word).collect::<Vec<_>>().join(", ")
}

impl App {
    /// What the person set for being paged; nothing set is the default.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn reach(&self, person: &PersonId) -> anyhow::Result<Reach> {
        Ok(store::reach(&self.store, person).await?.unwrap_or_default())
    }

    /// # Errors
    /// The store cannot be written to.
    pub async fn set_reach(&self, tx: &mut Tx, person: &PersonId, reach: &Reach) -> anyhow::Result<()> {
        store::set_reach(tx, person, reach).await
    }

    /// The one person who gave this number as theirs.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn person_at(&self, number: &str) -> anyhow::Result<Option<PersonId>> {
        store::person_at(&self.store, number).await
    }

    /// The ways in which somebody is paged of something so bad, with what this bot has and knows of them.
    pub async fn ways(&self, person: &PersonId, severity: Severity) -> Vec<Way> {
        let reach = self.reach(person).await.unwrap_or_else(|err| {
            tracing::error!("How {person} is paged cannot be read, so it is as by default: {err:#}");
            Reach::default()
        });
        let ways = self.ways_by(person, &reach, &reach.rules_for(severity)).await;
        // Who counts on a number that is not verified yet is not left out.
        if ways.is_empty() && reach.number.is_some() && reach.own_number().is_none() {
            let chat = Rule { kind: Kind::Dm, after: 0 };
            return self.ways_by(person, &reach, &[chat]).await;
        }
        ways
    }

    /// The same by these rules.
    pub async fn ways_by(&self, person: &PersonId, reach: &Reach, rules: &[Rule]) -> Vec<Way> {
        let has_mail = self.platforms.get("email").is_some();
        let mut ways = Vec::with_capacity(rules.len());
        for rule in rules {
            let to = match rule.kind {
                Kind::Dm => Some(person.target()),
                Kind::Email if has_mail => self.mail_address_of(person, ADDRESS_WITHIN).await.map(|it| at("email", it)),
                Kind::Sms => reach.own_number().map(|it| at("sms", it.to_owned())),
                Kind::Voice => reach.own_number().map(|it| at(VOICE, it.to_owned())),
                Kind::Email | Kind::Place | Kind::Endpoint => None,
            };
            let to = to.filter(|it| self.platforms.get(it.platform()).is_some());
            ways.extend(to.map(|to| Way { kind: rule.kind, to, after: Duration::from_secs(rule.after) }));
        }
        ways
    }
}

impl Way {
    /// The way to a place that a policy names.
    pub fn to_place(to: Target) -> Way {
        let kind = match to.platform() {
            ENDPOINT => Kind::Endpoint,
            "email" => Kind::Email,
            "sms" => Kind::Sms,
            VOICE => Kind::Voice,
            _ => Kind::Place,
        };
        Way { kind, to, after: Duration::ZERO }
    }
}

pub(super) fn at(platform: &str, channel: String) -> Target {
    Target::Place(Place { platform: platform.into(), workspace: String::new(), channel, thread: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worse_has_rules_of_its_own() {
        let rule = |kind, after| Rule { kind, after };
        let reach = Reach {
            number: None,
            verified: None,
            rules: Some(vec![rule(Kind::Email, 60), rule(Kind::Dm, 0)]),
            worse: [
                ("critical".to_owned(), vec![rule(Kind::Voice, 0)]),
                ("error".to_owned(), vec![rule(Kind::Sms, 0), rule(Kind::Dm, 0)]),
            ]
            .into(),
        };
        let of = |severity| words(&reach.rules_for(severity));
        assert_eq!(of(Severity::Info), "by direct message at once, by email after 1 min");
        assert_eq!(of(Severity::Warning), "by direct message at once, by email after 1 min");
        assert_eq!(of(Severity::Error), "by text message at once, by direct message at once");
        assert_eq!(of(Severity::Critical), "by phone call at once");
        let unset = Reach::default().rules_for(Severity::Critical);
        assert_eq!(
            words(&unset),
            "by direct message at once, by email after 2 min, by text message after 5 min, by phone call after 10 min"
        );
    }
}
