//! Whom a step names, and who that is at the moment it fires.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Plan, Recipient};
use crate::{
    app::App,
    chat::{Place, Target, email, sms},
    config::Destination,
    people::{PersonId, teams::Member},
};

/// How long the chats and schedules may take to say who somebody is.
const WITHIN: Duration = Duration::from_secs(5);
/// How long a chat may take to say what somebody or a channel is called: an id says it as well.
const NAME_WITHIN: Duration = Duration::from_secs(2);
/// The platform of connections that are told by a signed request.
pub const ENDPOINT: &str = "webhook";
/// The platform of phone calls.
pub const VOICE: &str = "voice";

/// Whom to page, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Whom {
    /// As [`App::person_named`] takes them.
    Person(String),
    Schedule(String),
    Team(String),
    /// A user group of a chat, by `slack:@oncall`.
    Group {
        platform: String,
        name: String,
    },
    /// A connection of kind `webhook`.
    Endpoint(String),
    /// A channel, an address, a number.
    Place(String),
    Call(String),
}

impl Whom {
    /// # Errors
    /// How somebody is written.
    pub fn parse(text: &str) -> Result<Whom, String> {
        let text = text.trim();
        let named = |rest: &str, what: &str| match rest.trim() {
            "" => Err(format!("`{text}` names no {what}: write {what}:NAME")),
            name => Ok(name.to_owned()),
        };
        if let Some(rest) = text.strip_prefix("schedule:") {
            return named(rest, "schedule").map(Whom::Schedule);
        }
        if let Some(rest) = text.strip_prefix("team:") {
            return named(rest, "team").map(Whom::Team);
        }
        if let Some(rest) = text.strip_prefix("webhook:") {
            return named(rest, "webhook").map(Whom::Endpoint);
        }
        if let Some(rest) = text.strip_prefix("group:") {
            let wrong = || format!("`{text}` names no user group: write group:slack:@oncall");
            let (platform, name) = rest.split_once(':').ok_or_else(wrong)?;
            let name = name.trim().trim_start_matches('@');
            let is_chat = matches!(platform, "slack" | "zulip");
            let group = || Whom::Group { platform: platform.into(), name: name.into() };
            return (is_chat && !name.is_empty()).then(group).ok_or_else(wrong);
        }
        if let Some(number) = text.strip_prefix("voice:") {
            return match sms::is_number(number.trim()) {
                true => Ok(Whom::Call(number.trim().into())),
                false => Err(format!("`{text}` holds no number with its country's code: write voice:+41790000000")),
            };
        }
        // `slack:T1:U1`: a channel's name holds no colon, and a topic stands behind `>`.
        let is_person = text.split_once(':').is_some_and(|(platform, rest)| {
            matches!(platform, "slack" | "zulip") && rest.contains(':') && !rest.contains(['>', '#'])
        });
        if is_person && PersonId::parse(text).is_some() || text.starts_with('@') || email::is_address(text) {
            return Ok(Whom::Person(text.to_owned()));
        }
        if let Some(id) = text.strip_prefix("slack:").filter(|it| it.starts_with(['U', 'W']) && !it.contains(['#', '/'])) {
            return Ok(Whom::Person(format!("slack:{id}")));
        }
        if let Some(id) = text.strip_prefix("zulip:").filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit())) {
            return Ok(Whom::Person(format!("zulip:{id}")));
        }
        if text.contains(':') {
            return Destination::parse(text).map(|it| match it.person() {
                Some(id) => Whom::Person(PersonId::new(&it.platform, &it.workspace, id).to_string()),
                None => Whom::Place(text.to_owned()),
            });
        }
        Err(format!(
            "`{text}` is nobody to page: write schedule:NAME, team:NAME, ana@example.org, slack:T1:U1, group:slack:@oncall, \
             slack:#channel, zulip:channel>topic, email:…, sms:+…, voice:+… or webhook:NAME"
        ))
    }

    pub(super) fn of(recipient: &Recipient) -> Option<Whom> {
        match recipient {
            Recipient::Policy(_) => None,
            Recipient::Person(person) => Some(Whom::Person(person.to_string())),
            Recipient::Schedule(name) => Some(Whom::Schedule(name.clone())),
            Recipient::Team(name) => Some(Whom::Team(name.clone())),
        }
    }
}

/// What people and channels are called that steps name by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called(HashMap<String, String>);

impl Called {
    /// Whom as people read it: a person by name, as far as their chat says it.
    pub fn words(&self, whom: &Whom) -> String {
        let text = whom.to_string();
        self.0.get(&text).cloned().unwrap_or(text)
    }

    /// Several, in a sentence: `who is on call by primary, Ben`.
    pub fn said(&self, whom: &[Whom]) -> String {
        let said = |it: &Whom| match it {
            Whom::Schedule(name) => format!("who is on call by {name}"),
            Whom::Team(name) => format!("the team {name}"),
            Whom::Group { name, .. } => format!("the group @{name}"),
            Whom::Endpoint(name) => format!("the endpoint {name}"),
            other => self.words(other),
        };
        whom.iter().map(said).collect::<Vec<_>>().join(", ")
    }

    /// Several, as people write them.
    pub fn all(&self, whom: &[Whom]) -> String {
        whom.iter().map(|it| self.words(it)).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whom::Person(text) | Whom::Place(text) => f.write_str(text),
            Whom::Schedule(name) => write!(f, "schedule:{name}"),
            Whom::Team(name) => write!(f, "team:{name}"),
            Whom::Group { platform, name } => write!(f, "group:{platform}:@{name}"),
            Whom::Endpoint(name) => write!(f, "webhook:{name}"),
            Whom::Call(number) => write!(f, "voice:{number}"),
        }
    }
}

impl TryFrom<String> for Whom {
    type Error = String;

    fn try_from(text: String) -> Result<Whom, String> {
        Whom::parse(&text)
    }
}

impl From<Whom> for String {
    fn from(whom: Whom) -> String {
        whom.to_string()
    }
}

/// Somebody or something to page.
#[derive(Clone, Debug, PartialEq)]
pub enum Party {
    Person {
        person: PersonId,
        name: String,
        /// `on call by primary`
        why: String,
    },
    Place {
        to: Target,
        name: String,
    },
}

/// Who it is, and what could not be found out, as lines for the timeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    pub parties: Vec<Party>,
    pub problems: Vec<String>,
}

impl App {
    /// Who these are now; nobody twice.
    pub async fn parties(&self, whom: &[Whom], at: Timestamp) -> Asked {
        let mut asked = Asked::default();
        for whom in whom {
            let found = match tokio::time::timeout(WITHIN, self.parties_of(whom, at)).await {
                Ok(found) => found,
                Err(_) => Err(format!("`{whom}` could not be found out in time.")),
            };
            match (found, whom) {
                (Ok(parties), _) => asked.parties.extend(parties),
                // Nobody needs the chat to write a mail.
                (Err(problem), Whom::Person(text)) if email::is_address(text) && self.platforms.get("email").is_some() => {
                    asked.problems.push(format!("{problem} A mail goes to {text}."));
                    asked.parties.push(place("email", text));
                }
                (Err(problem), _) => asked.problems.push(problem),
            }
        }
        let mut seen = Vec::new();
        asked.parties.retain(|it| {
            let key = it.key();
            let is_new = !seen.contains(&key);
            seen.push(key);
            is_new
        });
        asked
    }

    async fn parties_of(&self, whom: &Whom, at: Timestamp) -> Result<Vec<Party>, String> {
        match whom {
            Whom::Person(text) => {
                let person = match PersonId::parse(text).filter(|it| self.platforms.get(&it.platform).is_some()) {
                    Some(person) => person,
                    None => self.person_named(text).await.map_err(|err| err.message)?,
                };
                let name = self.name_of(&person).await;
                Ok(vec![Party::Person { person, name, why: "by name".into() }])
            }
            Whom::Schedule(name) => {
                let on_call = self.on_call(name, at).await.map_err(|err| err.message)?;
                if on_call.is_empty() {
                    return Err(format!("Nobody is on call by `{name}`."));
                }
                let party = |it: crate::oncall::OnCall| Party::Person {
                    person: it.person,
                    name: it.name,
                    why: format!("on call by {name}"),
                };
                Ok(on_call.into_iter().map(party).collect())
            }
            Whom::Team(name) => {
                let team = self.people.team(name).await.map_err(|err| {
                    tracing::error!("A team cannot be read: {err:#}");
                    format!("The team `{name}` cannot be read.")
                })?;
                let members = team.ok_or_else(|| format!("There is no team `{name}`."))?.members;
                if members.is_empty() {
                    return Err(format!("Nobody is in the team `{name}`."));
                }
                let party = |it: Member| Party::Person { person: it.person, name: it.label, why: format!("in the team {name}") };
                Ok(members.into_iter().map(party).collect())
            }
            Whom::Group { platform, name } => {
                let chat = self.platforms.get(platform).ok_or_else(|| format!("This bot is not connected to {platform}."))?;
                let group = chat.group("", name).await.map_err(|err| err.message)?;
                let group = group.ok_or_else(|| format!("There is no user group `@{name}` in {platform}."))?;
                if group.people.is_empty() {
                    return Err(format!("Nobody is in the user group `@{name}`."));
                }
                let mut parties = Vec::with_capacity(group.people.len());
                for id in group.people {
                    let person = PersonId::new(platform, "", &id);
                    let label = self.name_of(&person).await;
                    parties.push(Party::Person { person, name: label, why: format!("in the user group {name}") });
                }
                Ok(parties)
            }
            Whom::Endpoint(name) => Ok(vec![place(ENDPOINT, name)]),
            Whom::Call(number) => Ok(vec![place(VOICE, number)]),
            Whom::Place(text) => {
                let to = Destination::parse(text)?.target();
                Ok(vec![Party::Place { to, name: self.place_called(text).await }])
            }
        }
    }

    /// What those people and channels are called that these plans name by ids.
    pub async fn named_in(&self, plans: impl IntoIterator<Item = &Plan>) -> Called {
        let (mut people, mut places) = (BTreeSet::new(), BTreeSet::new());
        for whom in plans.into_iter().flat_map(|it| it.steps.iter().flat_map(|step| &step.whom).chain(&it.last)) {
            match whom {
                Whom::Person(text) => people.insert(text.as_str()),
                Whom::Place(text) => places.insert(text.as_str()),
                _ => false,
            };
        }
        let mut called: HashMap<String, String> = self.called(people.into_iter()).await.into_iter().collect();
        for text in places {
            called.insert(text.to_owned(), self.place_called(text).await);
        }
        Called(called)
    }

    /// A place by its name, as far as its chat says what is called by an id: `slack:C0OPS` is `slack:#ops`.
    async fn place_called(&self, text: &str) -> String {
        let by_id = Destination::parse(text).ok().filter(|it| it.platform == "slack" && !it.channel.starts_with(['#', '@']));
        let Some((platform, at)) = by_id.and_then(|it| Some((self.platforms.get(&it.platform)?, it))) else {
            return text.to_owned();
        };
        // Each page of a storm names the same channel, and none waits for what was asked before: a chat lets us ask so often.
        let asking = async {
            let names = tokio::time::timeout(NAME_WITHIN, platform.names_of(&at.workspace, &at.channel)).await;
            names.ok().and_then(Result::ok).and_then(|it| it.into_iter().next())
        };
        let name = self.people.paged.get_with(text.to_owned(), asking).await;
        name.map_or_else(|| text.to_owned(), |it| format!("{}:{it}", at.platform))
    }

    /// As their chat calls somebody; their id while it does not say.
    pub async fn name_of(&self, person: &PersonId) -> String {
        let Some(platform) = self.platforms.get(&person.platform) else { return person.id.clone() };
        match tokio::time::timeout(NAME_WITHIN, platform.person(&person.workspace, &person.id)).await {
            Ok(Ok(actor)) => actor.name,
            _ => person.id.clone(),
        }
    }
}

fn place(platform: &str, channel: &str) -> Party {
    let to = Target::Place(Place { platform: platform.into(), workspace: String::new(), channel: channel.into(), thread: None });
    Party::Place { to, name: format!("{platform}:{channel}") }
}

impl Party {
    fn key(&self) -> String {
        match self {
            // Whether the workspace is said or left out makes nobody another person.
            Party::Person { person, .. } => format!("{}:{}", person.platform, person.id),
            Party::Place { name, .. } => name.clone(),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Party::Person { name, .. } | Party::Place { name, .. } => name,
        }
    }

    /// Whether that is this person; an empty workspace is any.
    pub fn is(&self, other: &PersonId) -> bool {
        match self {
            Party::Person { person, .. } => same(person, other),
            Party::Place { .. } => false,
        }
    }
}

/// Whether two ids are one person's: a message may leave the workspace out.
pub fn same(one: &PersonId, other: &PersonId) -> bool {
    let any = one.workspace.is_empty() || other.workspace.is_empty() || one.workspace == other.workspace;
    one.platform == other.platform && one.id == other.id && any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_read_as_they_are_written() {
        for text in [
            "schedule:primary",
            "team:platform",
            "ana@example.org",
            "slack:T1:U1",
            "zulip:https://chat.example.org:10",
            "group:slack:@oncall",
            "webhook:pager",
            "slack:#ops",
            "zulip:ops>alerts: now",
            "sms:+41790000001",
            "voice:+41790000001",
            "email:ops@example.org",
        ] {
            assert_eq!(Whom::parse(text).expect(text).to_string(), text);
        }
        assert_eq!(Whom::parse("slack:@U0ANA").expect("a person"), Whom::Person("slack::U0ANA".into()));
        assert_eq!(Whom::parse("zulip:ops>alerts: now").expect("a place"), Whom::Place("zulip:ops>alerts: now".into()));
        for wrong in ["", "ana", "schedule:", "team: ", "voice:123", "sms:12", "group:irc:x", "group:slack:", "zulip:ops"] {
            assert!(Whom::parse(wrong).is_err(), "{wrong}");
        }
    }
}
