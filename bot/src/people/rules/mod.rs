//! What the documents say together: the one place where it is decided who may do what. Pure; [`super::authority`] asks the
//! chats and the store what has to be known first.
//!
//! # The rule
//!
//! A person's role for a connection, in a channel, is what the closest document says: one that names the person goes before
//! one that names a team or group of theirs, that before the chat's own word (its administrators are administrators), that
//! before one for everybody; of equally close ones the one that says more of where it holds (a channel counts more than a
//! connection), of those the highest role. Who is named an owner is one, whatever else is said; where nobody is, the bot is
//! owned by who installed it, or the first administrator of the chat.
//!
//! 1. Whoever runs the program on its own machine may do everything.
//! 2. A grant that denies beats one that allows, and beats any role. Only an owner is not denied the bot's own commands.
//! 3. A grant that allows beats a role that is too low.
//! 4. Else the role decides, by what the action takes ([`Role::needed`]).
//!
//! Of several grants that do the same the most specific is said to decide: the one that names the person closest, then says
//! most words of the action, then most of where.
//!
//! What cannot be asked (who is in a group while its chat is away, what a channel is called) counts against: it is denied to a
//! group that the person may be in, and allowed to none.

#[cfg(test)]
mod tests;

use commands::{ActionSpec, Effect};

use super::{
    PersonId,
    approvals::Rule,
    grants::{self, Grant, Pattern},
    roles::{Given, Role},
    who::{self, Who},
};
use crate::{
    app::OWN,
    resources::{Named, Resources},
};

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    No,
    /// It could not be asked.
    Unknown,
    Yes,
}

impl Answer {
    /// So if both are.
    fn and(self, other: Answer) -> Answer {
        self.min(other)
    }
}

impl From<bool> for Answer {
    fn from(is_so: bool) -> Answer {
        if is_so { Answer::Yes } else { Answer::No }
    }
}

/// Who asks, with all that rules may go by.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub person: PersonId,
    /// As the chat vouches for it.
    pub email: Option<String>,
    /// Where the person comes from.
    pub from: Origin,
    /// The teams they are in, in lower case; none: that could not be asked.
    pub teams: Option<Vec<String>>,
    /// Of the user groups that rules name, by name in lower case, whether they are in it.
    pub groups: Vec<(String, Answer)>,
}

/// What is said of somebody besides the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A person of a chat.
    Chat,
    /// One who administers it.
    Administrator,
    /// Who installed the bot, or the first to administer its chat.
    First,
    /// Whoever runs the program where it is installed.
    CommandLine,
}

impl Subject {
    pub fn is(&self, who: &Who) -> Answer {
        match who {
            Who::Everybody => Answer::Yes,
            // What somebody's role is, is not the subject's to say.
            Who::Role(_) => Answer::No,
            Who::Team(name) => match &self.teams {
                Some(teams) => teams.contains(name).into(),
                None => Answer::Unknown,
            },
            Who::Group { platform, name } => {
                if platform.as_ref().is_some_and(|it| *it != self.person.platform) {
                    return Answer::No;
                }
                let known = self.groups.iter().find(|(group, _)| group.eq_ignore_ascii_case(name));
                known.map_or(Answer::Unknown, |(_, answer)| *answer)
            }
            Who::Email(address) => self.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(address)).into(),
            Who::Person(it) => {
                let same = it.platform == self.person.platform && it.id == self.person.id;
                (same && (it.workspace.is_empty() || it.workspace == self.person.workspace)).into()
            }
        }
    }
}

/// The channel that something is asked in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// All that documents may call it: `slack:C1`, `slack:T1:C1`, `slack:#dev`; in lower case.
    pub names: Vec<String>,
    /// Whether its names could be asked.
    pub named: Answer,
}

impl Spot {
    fn is(&self, channel: &str) -> Answer {
        if self.names.contains(&channel.to_lowercase()) {
            return Answer::Yes;
        }
        let is_of_this_chat = self.names.iter().any(|it| it.split(':').next() == channel.split(':').next());
        match is_name(channel) && is_of_this_chat && self.named == Answer::Unknown {
            true => Answer::Unknown,
            false => Answer::No,
        }
    }
}

/// Whether a channel is called by what people can change.
pub fn is_name(channel: &str) -> bool {
    match channel.split_once(':') {
        Some(("slack", rest)) => rest.contains('#'),
        Some(("zulip", rest)) => !rest.contains("channel:"),
        _ => false,
    }
}

/// Where a rule holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Where {
    on: Vec<String>,
    within: Vec<String>,
}

impl Where {
    fn of(on: &[String], within: &[String]) -> Where {
        let channel = |it: &String| {
            let bare = it.split('>').next().unwrap_or(it).trim().to_lowercase();
            match bare.split_once(':') {
                Some(("zulip", rest)) => format!("zulip:{}", rest.trim_start_matches('#')),
                _ => bare,
            }
        };
        Where { on: on.iter().map(|it| it.to_lowercase()).collect(), within: within.iter().map(channel).collect() }
    }

    fn holds(&self, group: &str, spot: Option<&Spot>) -> Answer {
        let on = self.on.is_empty() || self.on.iter().any(|it| it.eq_ignore_ascii_case(group));
        let within = match spot {
            _ if self.within.is_empty() => Answer::Yes,
            None => Answer::No,
            Some(spot) => self.within.iter().map(|it| spot.is(it)).max().unwrap_or(Answer::No),
        };
        Answer::from(on).and(within)
    }

    /// A channel says more than a connection.
    fn closeness(&self) -> u8 {
        u8::from(!self.on.is_empty()) + 2 * u8::from(!self.within.is_empty())
    }
}

/// A `role` document.
struct RoleRule {
    name: String,
    role: Role,
    to: Vec<Who>,
    place: Where,
}

/// A `grant` document.
struct GrantRule {
    name: String,
    effect: grants::Effect,
    patterns: Vec<Pattern>,
    to: Vec<Who>,
    place: Where,
}

/// An `approval` document.
pub struct Required {
    pub name: String,
    pub rule: Rule,
    patterns: Vec<Pattern>,
    place: Where,
}

/// All documents that say who may do what.
#[derive(Default)]
pub struct Rules {
    roles: Vec<RoleRule>,
    grants: Vec<GrantRule>,
    required: Vec<Required>,
}

/// A person's role somewhere, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub role: Role,
    pub why: Why,
}

/// Why somebody has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The document of this name says so.
    Document(String),
    CommandLine,
    /// They installed the bot, or are the first administrator, and nobody else is named an owner.
    First,
    Administrator,
    /// Nothing is said of them.
    Nothing,
}

/// Whether somebody may run an action, and what decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub decided: Decided,
    pub needed: Role,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Denied by the grant of this name.
    Denied(String),
    /// Allowed by the grant of this name.
    Allowed(String),
    /// By the role, which suffices.
    RoleSuffices,
    RoleIsTooLow,
}

impl Verdict {
    pub fn is_allowed(&self) -> bool {
        matches!(self.decided, Decided::Allowed(_) | Decided::RoleSuffices)
    }
}

impl Rules {
    pub fn read(resources: &Resources) -> Rules {
        Rules::of(resources.all(), resources.all(), resources.all())
    }

    pub fn of(roles: Vec<Named<Given>>, grants: Vec<Named<Grant>>, required: Vec<Named<Rule>>) -> Rules {
        let patterns = |all: &[String]| all.iter().filter_map(|it| Pattern::parse(it)).collect();
        let role = |Named { name, value, .. }: Named<Given>| RoleRule {
            name,
            role: value.role,
            to: who::all(&value.to),
            place: Where::of(&value.on, &value.within),
        };
        let grant = |Named { name, value, .. }: Named<Grant>| GrantRule {
            name,
            effect: value.effect,
            patterns: patterns(&value.actions),
            to: who::all(&value.to),
            place: Where::of(&value.on, &value.within),
        };
        let rule = |Named { name, value, .. }: Named<Rule>| Required {
            name,
            patterns: patterns(&value.actions),
            place: Where::of(&value.on, &value.within),
            rule: value,
        };
        Rules {
            roles: roles.into_iter().map(role).collect(),
            grants: grants.into_iter().map(grant).collect(),
            required: required.into_iter().map(rule).collect(),
        }
    }

    /// Whether no document says who may do what.
    pub fn is_silent(&self) -> bool {
        self.roles.is_empty() && self.grants.is_empty()
    }

    /// Everybody that a rule names, for whoever has to ask who is in what.
    pub fn everybody(&self) -> impl Iterator<Item = &Who> {
        self.roles.iter().flat_map(|it| &it.to).chain(self.grants.iter().flat_map(|it| &it.to))
    }

    /// Whether a rule calls a channel by what people can change.
    pub fn names_channels(&self) -> bool {
        let roles = self.roles.iter().map(|it| &it.place);
        let all = roles.chain(self.grants.iter().map(|it| &it.place)).chain(self.required.iter().map(|it| &it.place));
        all.flat_map(|it| &it.within).any(|it| is_name(it))
    }

    /// Who is named an owner.
    pub fn owners(&self) -> impl Iterator<Item = &Who> {
        self.roles.iter().filter(|it| it.role == Role::Owner).flat_map(|it| &it.to)
    }

    /// Who is named to have `role` or a higher one for `group`, somewhere.
    pub fn holders<'a>(&'a self, role: Role, group: &'a str) -> impl Iterator<Item = &'a Who> {
        let holds = move |it: &&RoleRule| it.role >= role && (it.place.on.is_empty() || it.place.on.iter().any(|on| on == group));
        self.roles.iter().filter(holds).flat_map(|it| &it.to)
    }

    pub fn standing(&self, subject: &Subject, group: &str, spot: Option<&Spot>) -> Standing {
        if subject.from == Origin::CommandLine {
            return Standing { role: Role::Owner, why: Why::CommandLine };
        }
        let mut is_owned = false;
        for rule in self.roles.iter().filter(|it| it.role == Role::Owner) {
            is_owned = true;
            if rule.to.iter().any(|it| subject.is(it) == Answer::Yes) {
                return Standing { role: Role::Owner, why: Why::Document(rule.name.clone()) };
            }
        }
        if !is_owned && subject.from == Origin::First {
            return Standing { role: Role::Owner, why: Why::First };
        }
        // The chat's word stands between a team and everybody.
        let chat = match subject.from {
            Origin::Chat => ((0, 0, Role::Member), Why::Nothing),
            _ => ((2, 0, Role::Admin), Why::Administrator),
        };
        let (mut best, mut why) = chat;
        for rule in self.roles.iter().filter(|it| it.role != Role::Owner) {
            let place = rule.place.holds(group, spot);
            for who in &rule.to {
                let counts = match subject.is(who).and(place) {
                    Answer::Yes => true,
                    Answer::Unknown => rule.role < Role::Member,
                    Answer::No => false,
                };
                let rank = (who.closeness(), rule.place.closeness(), rule.role);
                if counts && rank > best {
                    (best, why) = (rank, Why::Document(rule.name.clone()));
                }
            }
        }
        Standing { role: best.2, why }
    }

    /// Whether `subject` may run `spec` of `group` there.
    pub fn decide(&self, subject: &Subject, group: &str, spec: &ActionSpec, spot: Option<&Spot>) -> Verdict {
        let (needed, standing) = (Role::needed(spec), self.standing(subject, group, spot));
        let is_exempt = subject.from == Origin::CommandLine || (standing.role == Role::Owner && group == OWN);
        let deciding = |effect, at_least| self.deciding(effect, at_least, subject, standing.role, (group, spec.name), spot);
        let denied = if is_exempt { None } else { deciding(grants::Effect::Deny, Answer::Unknown) };
        let decided = match (denied, deciding(grants::Effect::Allow, Answer::Yes)) {
            (Some(name), _) => Decided::Denied(name),
            (None, Some(name)) => Decided::Allowed(name),
            (None, None) if standing.role >= needed => Decided::RoleSuffices,
            (None, None) => Decided::RoleIsTooLow,
        };
        Verdict { decided, needed, standing }
    }

    /// The most specific grant of that effect.
    fn deciding(
        &self,
        effect: grants::Effect,
        at_least: Answer,
        subject: &Subject,
        role: Role,
        (group, action): (&str, &str),
        spot: Option<&Spot>,
    ) -> Option<String> {
        let mut best: Option<((u8, u8, u8), &str)> = None;
        for rule in self.grants.iter().filter(|it| it.effect == effect) {
            let Some(said) = rule.patterns.iter().filter(|it| it.fits(group, action)).map(Pattern::said).max() else { continue };
            let place = rule.place.holds(group, spot);
            for who in &rule.to {
                let is = match who {
                    Who::Role(least) => Answer::from(role >= *least),
                    who => subject.is(who),
                };
                let rank = (who.closeness(), said, rule.place.closeness());
                // Documents come by name: of equals the first.
                if is.and(place) >= at_least && best.is_none_or(|(known, _)| rank > known) {
                    best = Some((rank, &rule.name));
                }
            }
        }
        best.map(|(_, name)| name.to_owned())
    }

    /// The rule by which others have to agree before this is run, the most specific of those there are.
    pub fn required(&self, group: &str, spec: &ActionSpec, spot: Option<&Spot>) -> Option<&Required> {
        // Whoever decides must be able to.
        if spec.effect == Effect::Read || (group == OWN && super::approvals::DECISIONS.contains(&spec.name)) {
            return None;
        }
        let mut best: Option<((u8, u8, u32), &Required)> = None;
        for required in &self.required {
            let fitting = required.patterns.iter().filter(|it| it.fits(group, spec.name));
            let Some(said) = fitting.map(Pattern::said).max() else { continue };
            let rank = (said, required.place.closeness(), required.rule.count);
            if required.place.holds(group, spot) >= Answer::Unknown && best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, required));
            }
        }
        best.map(|(_, required)| required)
    }
}
