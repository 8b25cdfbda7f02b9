//! What became of people and channels that were there before, by how they were when they were last looked at: Zulip keeps no list of that.

use std::collections::BTreeMap;

use commands::{
    Event,
    event::{Change, Object},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    client::{
        channels::Channel,
        users::{Role, User},
    },
    link,
};

/// Of more people, or more channels, only who comes is told: how they were is kept with the cursor.
const MOST: usize = 1000;

/// As they were last seen, by their ids.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    people: BTreeMap<u64, Person>,
    channels: BTreeMap<u64, Place>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Person(String, u16, bool);

/// Name, whether it is archived, and what its description hashes to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Place(String, bool, u32);

impl Seen {
    pub fn of(users: &[User], channels: &[Channel]) -> Seen {
        let person = |it: &User| (it.user_id, Person(it.full_name.clone(), it.role().number(), it.is_active));
        // That there is a private channel is its subscribers' own business.
        let open = channels.iter().filter(|it| !it.invite_only);
        let place = |it: &Channel| (it.stream_id, Place(it.name.clone(), it.is_archived, hash(&it.description)));
        let mut seen = Seen { people: users.iter().map(person).collect(), channels: open.map(place).collect() };
        if seen.people.len() > MOST {
            seen.people.clear();
        }
        if seen.channels.len() > MOST {
            seen.channels.clear();
        }
        seen
    }

    /// What changed since this was seen.
    pub fn changes(&self, site: &str, users: &[User], channels: &[Channel], now: Timestamp) -> Vec<Event> {
        let known = users.iter().filter_map(|it| Some((self.people.get(&it.user_id)?, it)));
        let people = known.flat_map(|(before, it)| of_person(site, before, it, now));
        let known = channels.iter().filter(|it| !it.invite_only).filter_map(|it| Some((self.channels.get(&it.stream_id)?, it)));
        let channels = known.flat_map(|(before, it)| of_channel(site, before, it, now));
        people.chain(channels).collect()
    }
}

fn of_person(site: &str, Person(name, role, is_active): &Person, user: &User, now: Timestamp) -> Vec<Event> {
    let object = Object {
        key: user.user_id.to_string(),
        title: user.full_name.clone(),
        url: Some(format!("{site}/#user/{}", user.user_id)),
        place: None,
        state: None,
    };
    let noun = if user.is_bot { "bot" } else { "user" };
    let mut changes = Vec::new();
    if *name != user.full_name {
        changes.push(change("name", name, &user.full_name));
    }
    if *role != user.role().number() {
        changes.push(change("role", &Role::of(*role).to_string(), &user.role().to_string()));
    }
    let mut events = Vec::new();
    if *is_active != user.is_active {
        let what = if user.is_active { "reactivated" } else { "deactivated" };
        events.push(event(format!("{noun}.{what}"), &object, Vec::new(), now));
    }
    if !changes.is_empty() {
        events.push(event(format!("{noun}.changed"), &object, changes, now));
    }
    events
}

fn of_channel(site: &str, Place(name, is_archived, description): &Place, channel: &Channel, now: Timestamp) -> Vec<Event> {
    let object = Object {
        key: format!("#{}", channel.name),
        title: channel.name.clone(),
        url: Some(link::address(site, (channel.stream_id, &channel.name), None, None)),
        place: None,
        state: None,
    };
    let mut events = Vec::new();
    if *is_archived != channel.is_archived {
        let what = if channel.is_archived { "archived" } else { "unarchived" };
        events.push(event(format!("channel.{what}"), &object, Vec::new(), now));
    }
    if *name != channel.name {
        events.push(event("channel.renamed".into(), &object, vec![change("name", name, &channel.name)], now));
    }
    if *description != hash(&channel.description) {
        let text = Some(channel.description.clone()).filter(|it| !it.is_empty());
        let changes = vec![Change { field: "description".into(), from: None, to: text.clone() }];
        events.push(Event { text, ..event("channel.changed".into(), &object, changes, now) });
    }
    events
}

fn change(field: &str, from: &str, to: &str) -> Change {
    Change { field: field.into(), from: Some(from.to_owned()), to: Some(to.to_owned()) }
}

fn event(kind: String, object: &Object, changes: Vec<Change>, now: Timestamp) -> Event {
    let id = format!("{kind}-{}-{}", object.key, now.as_second());
    Event { id, kind, at: now, object: object.clone(), changes, ..Event::default() }
}

/// The same with every version of the bot, as it is kept.
fn hash(text: &str) -> u32 {
    let all = Sha256::digest(text.as_bytes());
    u32::from_be_bytes([all[0], all[1], all[2], all[3]])
}
