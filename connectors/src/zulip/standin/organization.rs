//! What an organization has besides people, channels and messages: groups, what each account set for
//! itself, and messages for later.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::state::{State, To, User, UserKind};

/// Zulip's own groups, by what the API calls them, with the role that each adds to the one before it.
/// <https://zulip.com/api/group-setting-values>
const SYSTEM: &[(i64, &str, Option<i64>)] = &[
    (11, "role:nobody", None),
    (12, "role:owners", Some(100)),
    (13, "role:administrators", Some(200)),
    (14, "role:moderators", Some(300)),
    (15, "role:fullmembers", Some(400)),
    (16, "role:members", Some(400)),
    (17, "role:everyone", Some(600)),
];

/// The ids of groups that are settings' defaults.
pub const NOBODY: i64 = 11;
pub const ADMINISTRATORS: i64 = 13;
pub const EVERYONE: i64 = 17;

#[derive(Default)]
pub struct Organization {
    pub groups: Vec<Group>,
    /// Of each user and channel: `is_muted` and the like.
    pub subscription_settings: HashMap<(i64, i64), Map<String, Value>>,
    /// Of each user, channel and topic (in lower case): the visibility policy.
    pub topics: HashMap<(i64, i64, String), i64>,
    /// Who does not want to hear whom.
    pub muted: HashSet<(i64, i64)>,
    /// What people's clients said last: `active` or `idle`, and when, in microseconds.
    pub presence: BTreeMap<i64, (&'static str, i64)>,
    /// Text and emoji.
    pub statuses: HashMap<i64, (String, String)>,
    /// Of each user and message.
    pub flags: HashMap<(i64, i64), BTreeSet<String>>,
    /// What messages said before, oldest first.
    pub versions: HashMap<i64, Vec<Value>>,
    pub scheduled: Vec<Scheduled>,
    /// With whose they are.
    pub drafts: Vec<(i64, Value)>,
    last_id: i64,
}

pub struct Group {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub creator: i64,
    pub members: Vec<i64>,
    pub active: bool,
}

pub struct Scheduled {
    pub id: i64,
    pub sender: i64,
    pub to: To,
    pub content: String,
    /// Seconds since 1970.
    pub at: i64,
}

impl Organization {
    /// A new id for a group, a draft or a message for later.
    pub fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        100 + self.last_id
    }

    pub fn is_muted(&self, user: i64, stream: i64, topic: &str) -> bool {
        match self.topics.get(&(user, stream, topic.to_lowercase())) {
            Some(1) => true,
            Some(2 | 3) => false,
            _ => self.subscription_settings.get(&(user, stream)).is_some_and(|it| it.get("is_muted") == Some(&json!(true))),
        }
    }
}

impl State {
    pub fn administers(&self, user: i64) -> bool {
        self.user(user).is_some_and(|it| it.role <= 200)
    }

    /// All groups that are active, Zulip's own first, as the API shows them.
    pub fn groups_json(&self) -> Vec<Value> {
        let counts = |it: &&User| it.active && it.kind != UserKind::SystemBot;
        let settings = |json: &mut Value, manage: i64| {
            for name in ["can_add_members_group", "can_join_group", "can_manage_group", "can_remove_members_group"] {
                json[name] = json!(manage);
            }
            json["can_leave_group"] = json!(EVERYONE);
            json["can_mention_group"] = json!(EVERYONE);
        };
        let mut all = Vec::new();
        let mut below: Option<i64> = None;
        for (id, name, role) in SYSTEM {
            // Full members have waited for some days, which nobody here has to: members add nobody.
            let adds = |it: &&User| *name != "role:members" && role.is_some_and(|role| it.role == role);
            let members: Vec<i64> = self.users.iter().filter(counts).filter(adds).map(|it| it.id).collect();
            let mut json = json!({"id": id, "name": name, "description": "", "members": members,
                "direct_subgroup_ids": below.filter(|_| role.is_some()).into_iter().collect::<Vec<_>>(), "is_system_group": true,
                "creator_id": null, "date_created": null, "deactivated": false});
            settings(&mut json, NOBODY);
            if role.is_some() {
                below = Some(*id);
            }
            all.push(json);
        }
        for group in self.organization.groups.iter().filter(|it| it.active) {
            let mut json = json!({"id": group.id, "name": group.name, "description": group.description, "members": group.members,
                "direct_subgroup_ids": [], "is_system_group": false, "creator_id": group.creator, "date_created": 1_767_225_600,
                "deactivated": false});
            settings(&mut json, ADMINISTRATORS);
            all.push(json);
        }
        all
    }

    /// Whether there is a group with this id.
    pub fn has_group(&self, id: i64) -> bool {
        SYSTEM.iter().any(|it| it.0 == id) || self.organization.groups.iter().any(|it| it.id == id && it.active)
    }

    /// Whether a user is in a group that a setting names: by its id, or as a list of people.
    pub fn is_in(&self, user: i64, group: &Value) -> bool {
        let Some(role) = self.user(user).map(|it| it.role) else { return false };
        let Some(id) = group.as_i64() else {
            return group["direct_members"].as_array().is_some_and(|it| it.contains(&json!(user)));
        };
        match SYSTEM.iter().find(|it| it.0 == id) {
            Some((_, _, most)) => most.is_some_and(|most| role <= most),
            None => self.organization.groups.iter().any(|it| it.id == id && it.members.contains(&user)),
        }
    }

    /// Sends what was to be sent by now.
    pub fn send_scheduled(&mut self) {
        let now = self.now / 1_000_000;
        let (due, later) = std::mem::take(&mut self.organization.scheduled).into_iter().partition(|it: &Scheduled| it.at <= now);
        self.organization.scheduled = later;
        let due: Vec<Scheduled> = due;
        for it in due {
            // Without a widget nothing can be wrong with it.
            let _ = self.send(it.sender, it.to, &it.content, None, "ScheduledMessages");
        }
    }
}
