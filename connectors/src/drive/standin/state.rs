//! What the simulated Drive holds, and who may do what with it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::seed;

pub struct Person {
    pub email: String,
    pub name: String,
    pub suspended: bool,
}

pub struct Group {
    pub email: String,
    pub name: String,
    pub members: Vec<String>,
}

/// A shared drive; its root is the folder with its id.
pub struct SharedDrive {
    pub id: String,
    pub name: String,
    pub created: Timestamp,
}

#[derive(Clone)]
pub struct Permission {
    pub id: String,
    pub kind: String,
    pub role: String,
    pub email: Option<String>,
    pub domain: Option<String>,
    pub expires: Option<Timestamp>,
}

#[derive(Clone)]
pub struct Reply {
    pub id: String,
    pub author: String,
    pub content: String,
    pub action: Option<String>,
    pub created: Timestamp,
}

#[derive(Clone)]
pub struct Comment {
    pub id: String,
    pub author: String,
    pub content: String,
    pub quoted: Option<String>,
    pub resolved: bool,
    pub created: Timestamp,
    pub replies: Vec<Reply>,
}

#[derive(Clone)]
pub struct Revision {
    pub at: Timestamp,
    pub by: String,
    pub size: Option<usize>,
    /// Its bytes, where it is not the newest one.
    pub content: Option<Vec<u8>>,
    pub keep: bool,
}

/// Somebody asks for access.
#[derive(Clone)]
pub struct Proposal {
    pub id: String,
    pub who: String,
    pub role: String,
    pub message: String,
    pub at: Timestamp,
}

#[derive(Clone)]
pub struct File {
    pub id: String,
    pub name: String,
    pub mime: String,
    pub description: String,
    /// None for the roots of drives.
    pub parent: Option<String>,
    /// The shared drive that it is in.
    pub drive: Option<String>,
    pub owner: Option<String>,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub modified_by: String,
    pub trashed: bool,
    pub content: Vec<u8>,
    pub app: BTreeMap<String, String>,
    pub permissions: Vec<Permission>,
    pub comments: Vec<Comment>,
    pub revisions: Vec<Revision>,
    pub proposals: Vec<Proposal>,
    /// What a shortcut leads to.
    pub target: Option<String>,
}

/// An entry of the log.
#[derive(Clone)]
pub struct Change {
    pub at: Timestamp,
    pub id: String,
    pub removed: bool,
    /// The shared drive that it is in.
    pub drive: Option<String>,
    /// Who could see it when it was removed.
    pub seen_by: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    pub id: String,
    pub resource: String,
    pub address: String,
    pub token: String,
}

/// A resumable upload under way.
pub struct Session {
    pub description: Value,
    /// The file that gets a new version.
    pub replaces: Option<String>,
    pub mime: String,
    pub bytes: Vec<u8>,
    pub fields: Option<String>,
}

pub struct State {
    /// A time that stands still, for tests; the real one otherwise.
    pub clock: Option<Timestamp>,
    pub people: Vec<Person>,
    pub groups: Vec<Group>,
    pub drives: Vec<SharedDrive>,
    pub files: Vec<File>,
    pub changes: Vec<Change>,
    /// The first of the log that is still kept.
    pub kept_from: usize,
    pub channels: Vec<Channel>,
    pub sessions: BTreeMap<String, Session>,
    /// The account and the scope of each token that was given out.
    pub tokens: BTreeMap<String, (String, String)>,
    /// What the OAuth client was allowed.
    pub scope: String,
    /// Whether an administrator allowed domain-wide delegation.
    pub delegates: bool,
    /// Whether key and refresh token are good no more.
    pub revoked: bool,
    /// In bytes, of each account.
    pub limit: Option<u64>,
    pub used: u64,
    /// So many requests are asked to slow down, and so many calls of batches.
    pub slow: u32,
    pub slow_in_batch: u32,
    /// Of so many parts of uploads only the half arrives.
    pub breaks: u32,
    /// After so many more files are made, making one fails.
    pub makes: Option<u32>,
    /// The answers to so many creations are lost.
    pub loses: u32,
    /// Whether searches of all drives end before all were searched, which leaves out what is in shared drives.
    pub incomplete: bool,
    /// Ids of requests by which drives were made.
    pub requests: BTreeMap<String, String>,
    next: u64,
}

impl Default for State {
    fn default() -> State {
        let mut state = State {
            clock: None,
            people: Vec::new(),
            groups: Vec::new(),
            drives: Vec::new(),
            files: Vec::new(),
            changes: Vec::new(),
            kept_from: 0,
            channels: Vec::new(),
            sessions: BTreeMap::new(),
            tokens: BTreeMap::new(),
            scope: crate::drive::credentials::SCOPE.into(),
            delegates: true,
            revoked: false,
            limit: Some(15_000_000_000),
            used: 3_200_000_000,
            slow: 0,
            slow_in_batch: 0,
            breaks: 0,
            makes: None,
            loses: 0,
            incomplete: false,
            requests: BTreeMap::new(),
            next: 0,
        };
        seed::fill(&mut state);
        state
    }
}

/// Roles from least to most.
const ROLES: [&str; 6] = ["reader", "commenter", "writer", "fileOrganizer", "organizer", "owner"];
pub const READER: usize = 1;
pub const COMMENTER: usize = 2;
pub const WRITER: usize = 3;
pub const FILE_ORGANIZER: usize = 4;
pub const ORGANIZER: usize = 5;
pub const OWNER: usize = 6;

/// How much a role allows; 0 is no role.
pub fn rank(role: &str) -> usize {
    ROLES.iter().position(|it| *it == role).map_or(0, |it| it + 1)
}

impl State {
    pub fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(Timestamp::now)
    }

    /// An id as Google's look.
    pub fn new_id(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{:0>width$}", self.next, width = 28 - prefix.len())
    }

    pub fn file(&self, id: &str) -> Option<&File> {
        self.files.iter().find(|it| it.id == id)
    }

    pub fn file_mut(&mut self, id: &str) -> Option<&mut File> {
        self.files.iter_mut().find(|it| it.id == id)
    }

    /// The id that `root` stands for.
    pub fn real_id(&self, id: &str, caller: &str) -> String {
        if id == "root" { seed::root_of(caller) } else { id.to_owned() }
    }

    pub fn name_of(&self, email: &str) -> String {
        let person = self.people.iter().find(|it| it.email == email).map(|it| it.name.clone());
        person
            .or_else(|| self.groups.iter().find(|it| it.email == email).map(|it| it.name.clone()))
            .unwrap_or_else(|| email.to_owned())
    }

    fn holds(&self, permission: &Permission, email: &str) -> bool {
        if permission.expires.is_some_and(|it| it <= self.now()) {
            return false;
        }
        let address = permission.email.as_deref().unwrap_or_default();
        match permission.kind.as_str() {
            "user" => address.eq_ignore_ascii_case(email),
            "group" => self.groups.iter().any(|it| it.email == address && it.members.iter().any(|it| it == email)),
            "domain" => permission.domain.as_deref().is_some_and(|it| email.ends_with(&format!("@{it}"))),
            _ => false,
        }
    }

    /// What `email` may do with a file, by itself or by a folder above it.
    pub fn rank_of(&self, email: &str, file: &File) -> usize {
        let own = file.permissions.iter().filter(|it| self.holds(it, email)).map(|it| rank(&it.role)).max().unwrap_or(0);
        let above = file.parent.as_ref().and_then(|it| self.file(it)).map_or(0, |it| self.rank_of(email, it));
        own.max(above)
    }

    /// The same, with what anyone may do who has the link.
    pub fn rank_by_link(&self, email: &str, file: &File) -> usize {
        let anyone = file.permissions.iter().filter(|it| it.kind == "anyone").map(|it| rank(&it.role)).max().unwrap_or(0);
        let above = file.parent.as_ref().and_then(|it| self.file(it)).map_or(0, |it| self.rank_by_link(email, it));
        self.rank_of(email, file).max(anyone).max(above)
    }

    /// All permissions of a file, each with the folder that it comes from where that is another.
    pub fn permissions_of(&self, file: &File) -> Vec<(Permission, Option<String>)> {
        let mut all: Vec<_> = file.permissions.iter().map(|it| (it.clone(), None)).collect();
        let mut above = file.parent.as_ref().and_then(|it| self.file(it));
        while let Some(folder) = above {
            for it in &folder.permissions {
                if it.role != "owner" && !all.iter().any(|(known, _)| known.id == it.id) {
                    all.push((it.clone(), Some(folder.id.clone())));
                }
            }
            above = folder.parent.as_ref().and_then(|it| self.file(it));
        }
        all
    }

    /// Writes into the log that a file changed.
    pub fn note(&mut self, id: &str) {
        let (at, drive) = (self.now(), self.file(id).and_then(|it| it.drive.clone()));
        self.changes.push(Change { at, id: id.to_owned(), removed: false, drive, seen_by: BTreeSet::new() });
    }

    /// Whether a file, or a folder above it, is in the trash.
    pub fn is_trashed(&self, file: &File) -> bool {
        file.trashed || file.parent.as_ref().and_then(|it| self.file(it)).is_some_and(|it| self.is_trashed(it))
    }
}
