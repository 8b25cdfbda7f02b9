//! A file or folder, as WebDAV describes it.

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

use super::{Element, OWNCLOUD};
use crate::nextcloud::path;

/// One `d:response` of a `d:multistatus`.
#[derive(Clone, Debug)]
pub(in crate::nextcloud) struct Resource {
    /// Decoded, from the server's root on, without a slash at its end.
    pub href: String,
    /// The properties that it has (those with status 200).
    pub properties: Element,
    /// Those that it does not have, or that were refused, with the status.
    pub refused: Vec<(Element, u16)>,
}

impl Resource {
    pub fn read(response: &Element) -> Option<Resource> {
        let href = path::decode(response.text_of("href")?);
        // Servers may write a whole address there (RFC 4918, 14.7).
        let href = match href.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or_else(String::new, |(_, path)| format!("/{path}")),
            None => href,
        };
        let mut resource =
            Resource { href: href.trim_end_matches('/').to_owned(), properties: Element::default(), refused: Vec::new() };
        for propstat in response.children("propstat") {
            let status = propstat.text_of("status").and_then(|it| it.split(' ').nth(1)?.parse().ok()).unwrap_or(200);
            let properties = propstat.child("prop").map(|it| it.children.clone()).unwrap_or_default();
            if (200..300).contains(&status) {
                resource.properties.children.extend(properties);
            } else {
                resource.refused.extend(properties.into_iter().map(|it| (it, status)));
            }
        }
        Some(resource)
    }
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::nextcloud) struct Entry {
    /// From the connection's folder on: `/Reports/2026.pdf`.
    pub path: String,
    /// None on a plain WebDAV server.
    pub id: Option<u64>,
    pub is_folder: bool,
    /// Of a folder: of all in it.
    pub size: Option<u64>,
    pub mime: Option<String>,
    pub modified: Option<Timestamp>,
    pub owner: Option<String>,
    /// Letters, such as `RGDNVW`: R share, D delete, N rename, V move, W write, C and K create in it.
    pub permissions: Option<String>,
    pub is_favorite: bool,
    /// Kinds of shares that it has: 0 people, 1 groups, 3 links, 4 mail.
    pub shares: Vec<u8>,
    pub lock: Option<Lock>,
    pub tags: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::nextcloud) struct Lock {
    pub by: Option<String>,
    /// What unlocks it, where the server locks by tokens.
    pub token: Option<String>,
}

impl Entry {
    pub fn read(path: String, resource: &Resource) -> Entry {
        let all = &resource.properties;
        let number = |name: &str| all.text_of(name).and_then(|it| it.parse().ok());
        let resource_type = all.child("resourcetype");
        Entry {
            id: number("fileid"),
            is_folder: resource_type.is_some_and(|it| it.child("collection").is_some()),
            size: number("size").or_else(|| number("getcontentlength")),
            mime: all.text_of("getcontenttype").map(str::to_owned),
            modified: all.text_of("getlastmodified").and_then(moment),
            owner: all.text_of("owner-display-name").or_else(|| all.text_of("owner-id")).map(str::to_owned),
            permissions: all.text_of("permissions").map(str::to_owned),
            is_favorite: all.children("favorite").any(|it| it.namespace == OWNCLOUD && it.text.trim() == "1"),
            shares: all
                .child("share-types")
                .into_iter()
                .flat_map(|it| it.children("share-type"))
                .filter_map(|it| it.text.trim().parse().ok())
                .collect(),
            lock: lock(all),
            tags: all
                .child("system-tags")
                .into_iter()
                .flat_map(|it| it.children("system-tag"))
                .map(|it| it.text.trim().to_owned())
                .collect(),
            path,
        }
    }

    pub fn name(&self) -> &str {
        path::name(&self.path)
    }

    /// Whether the bot may do what this letter stands for; a plain WebDAV server does not say.
    pub fn may(&self, letter: char) -> bool {
        self.permissions.as_ref().is_none_or(|it| it.contains(letter))
    }
}

/// `nc:lock` is of the app files_lock, `d:lockdiscovery` of RFC 4918.
fn lock(all: &Element) -> Option<Lock> {
    let active = all.child("lockdiscovery").and_then(|it| it.child("activelock"));
    let token = active.and_then(|it| it.child("locktoken")).and_then(|it| it.text_of("href")).map(str::to_owned);
    let is_locked = all.text_of("lock").is_some_and(|it| it == "1" || it == "true") || active.is_some();
    let owner = active.and_then(|it| it.child("owner")).map(|it| {
        let text = it.text_of("href").unwrap_or(&it.text);
        text.trim().to_owned()
    });
    let by = all.text_of("lock-owner-displayname").or_else(|| all.text_of("lock-owner")).map(str::to_owned);
    is_locked.then(|| Lock { by: by.or(owner).filter(|it| !it.is_empty()), token })
}

/// `Tue, 06 Jan 2026 10:00:00 GMT` (RFC 9110, 5.6.7).
pub(in crate::nextcloud) fn moment(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}
