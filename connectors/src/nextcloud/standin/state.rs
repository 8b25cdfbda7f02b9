//! What the simulated Nextcloud holds, and how it changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{BOT, sharing::Share};
use crate::nextcloud::path;
use crate::standin::report::Listener;

#[derive(Clone, Debug)]
pub struct Node {
    pub id: u64,
    /// From the top of the bot's space on.
    pub path: String,
    pub is_folder: bool,
    pub bytes: Vec<u8>,
    pub mime: String,
    pub modified: Timestamp,
    /// Whose it is: a name.
    pub owner: &'static str,
    pub is_read_only: bool,
    pub is_favorite: bool,
    /// Namespace, name and the XML inside.
    pub properties: Vec<(String, String, String)>,
    pub tags: BTreeSet<u64>,
    /// Who locked it.
    pub lock: Option<String>,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    pub enabled: bool,
    pub quota: Option<u64>,
    pub language: String,
    pub manager: String,
    pub app_password: String,
    pub administers: BTreeSet<String>,
    /// What was mailed to them.
    pub mails: Vec<String>,
    /// As it was set last, to see that nobody else knows it.
    pub password: String,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub members: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub struct Tag {
    pub id: u64,
    pub name: String,
    pub can_assign: bool,
}

#[derive(Clone, Debug)]
pub struct Trashed {
    pub name: String,
    pub at: Timestamp,
    /// The first is what was deleted; paths as before.
    pub nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
pub struct Version {
    pub name: String,
    pub bytes: Vec<u8>,
    pub at: Timestamp,
}

pub struct State {
    /// Stands still in tests.
    pub clock: Option<Timestamp>,
    pub nodes: Vec<Node>,
    pub users: Vec<User>,
    pub groups: Vec<Group>,
    pub shares: Vec<Share>,
    pub tags: Vec<Tag>,
    pub trash: Vec<Trashed>,
    pub versions: BTreeMap<u64, Vec<Version>>,
    pub uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    pub statuses: BTreeMap<String, Value>,
    /// Those whom an administrator told it of by hand.
    pub listeners: Vec<Listener>,
    pub webhooks: Vec<Value>,
    pub activities: Vec<Value>,
    /// Names of apps and settings that are switched off: `files_lock`, `links`, `webhook_listeners`.
    pub off: BTreeSet<&'static str>,
    /// Whether the bot's account is in the group admin.
    pub is_admin: bool,
    /// Of a folder so many parts are copied, and the others refused.
    pub copies: Option<usize>,
    pub last_id: u64,
}

impl State {
    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn at(&self, path: &str) -> Option<usize> {
        self.nodes.iter().position(|it| it.path == path)
    }

    pub fn node(&self, id: u64) -> Option<&Node> {
        self.nodes.iter().find(|it| it.id == id)
    }

    /// Direct children.
    pub fn children<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Node> {
        self.nodes.iter().filter(move |it| it.path != "/" && path::parent(&it.path) == folder)
    }

    /// Of a folder: of all in it.
    pub fn size(&self, node: &Node) -> u64 {
        let start = path::join(&node.path, "");
        let inside = self.nodes.iter().filter(|it| node.is_folder && it.path.starts_with(&start));
        node.bytes.len() as u64 + inside.map(|it| it.bytes.len() as u64).sum::<u64>()
    }

    /// Whether the bot may write there: neither it nor a folder above it is only readable.
    pub fn may_write(&self, path: &str) -> bool {
        let mut at = path;
        loop {
            if self.nodes.iter().any(|it| it.path == at && it.is_read_only) {
                return false;
            }
            if at == "/" {
                return true;
            }
            at = path::parent(at);
        }
    }

    /// Whether somebody shared just this with the bot's account, and not only what it is in.
    pub fn is_received(&self, node: &Node) -> bool {
        let above = self.at(path::parent(&node.path)).map(|at| self.nodes[at].owner);
        above.is_some_and(|it| it != node.owner)
    }

    pub fn add(&mut self, path: &str, is_folder: bool, bytes: Vec<u8>, mime: &str) -> u64 {
        let (id, modified) = (self.next_id(), self.now());
        self.nodes.push(Node {
            id,
            path: path.to_owned(),
            is_folder,
            bytes,
            mime: mime.to_owned(),
            modified,
            owner: "Bellhop",
            is_read_only: false,
            is_favorite: false,
            properties: Vec::new(),
            tags: BTreeSet::new(),
            lock: None,
        });
        self.nodes.sort_by(|a, b| a.path.cmp(&b.path));
        id
    }

    /// Takes out what is at `path`, with all in it; it comes first.
    pub fn take(&mut self, path: &str) -> Vec<Node> {
        let start = path::join(path, "");
        let (taken, kept) =
            std::mem::take(&mut self.nodes).into_iter().partition(|it| it.path == path || it.path.starts_with(&start));
        self.nodes = kept;
        taken
    }

    /// Puts these where `from` becomes `to`.
    pub fn put(&mut self, nodes: Vec<Node>, from: &str, to: &str) {
        for mut node in nodes {
            node.path = format!("{to}{}", &node.path[from.len()..]);
            self.nodes.push(node);
        }
        self.nodes.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Keeps what the file was.
    pub fn keep_version(&mut self, at: usize) {
        let node = &self.nodes[at];
        let (id, bytes, modified) = (node.id, node.bytes.clone(), node.modified);
        let versions = self.versions.entry(id).or_default();
        let mut second = modified.as_second();
        while versions.iter().any(|it| it.name == second.to_string()) {
            second += 1;
        }
        versions.push(Version { name: second.to_string(), bytes, at: modified });
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|it| it.id.eq_ignore_ascii_case(id))
    }

    /// Notes what somebody did to a file.
    pub fn note(&mut self, kind: &str, who: &str, verb: &str, id: u64, path: &str) {
        let number = 100 + self.activities.len() as u64 + 1;
        let name = path::name(path);
        let subject = if who == BOT { format!("You {verb} {name}") } else { format!("{who} {verb} {name}") };
        let entry = json!({
            "activity_id": number, "app": "files", "type": kind, "user": who, "subject": subject,
            "subject_rich": [subject, []], "message": "", "message_rich": ["", []], "object_type": "files",
            "object_id": id, "object_name": path, "link": "", "icon": "", "datetime": self.now().to_string(),
        });
        self.activities.push(entry);
    }
}
