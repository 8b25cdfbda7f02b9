//! All documents at one moment, found by kind and name.

use std::{collections::BTreeMap, time::Duration};

use super::{Configured, Document, Origin, Version};

/// How soon another process hears of a change.
pub const SOON: Duration = Duration::from_secs(5);

#[derive(Default)]
pub struct Known {
    /// By kind, and the name in lower case.
    all: BTreeMap<(String, String), Document>,
    pub generation: i64,
}

impl Known {
    /// The file's hide those of the same name that were made in chat.
    pub fn of(configured: &[Configured], made: Vec<Version>, generation: i64) -> Known {
        let made = made.into_iter().filter_map(|it| {
            let Version { kind, name, version, body, .. } = it;
            Some(Document { kind, name, version, body: body?, origin: Origin::Chat })
        });
        let configured = configured.iter().cloned().map(|Configured { kind, name, body }| Document {
            kind: kind.into(),
            name,
            version: 0,
            body,
            origin: Origin::File,
        });
        let all = made.chain(configured).map(|it| ((it.kind.clone(), it.name.to_lowercase()), it)).collect();
        Known { all, generation }
    }

    pub fn all(&self) -> impl Iterator<Item = &Document> {
        self.all.values()
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Document> {
        self.all.values().filter(move |it| it.kind == kind)
    }

    pub fn get(&self, kind: &str, name: &str) -> Option<&Document> {
        self.all.get(&(kind.to_owned(), name.to_lowercase()))
    }
}
