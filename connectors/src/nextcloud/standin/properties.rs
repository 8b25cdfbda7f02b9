//! Properties of files in XML.

use super::state::{Node, State};
use crate::nextcloud::{
    dav::{DAV, Element, NEXTCLOUD, OWNCLOUD, escaped},
    path,
};

/// What is asked for in a `PROPFIND`, `SEARCH` or `REPORT`.
pub enum Wanted {
    /// Those of WebDAV itself, and people's own.
    All,
    These(Vec<(String, String)>),
}

impl Wanted {
    /// Of an element that holds a `d:prop`.
    pub fn read(element: &Element) -> Wanted {
        match element.child("prop") {
            Some(prop) => Wanted::These(prop.children.iter().map(|it| (it.namespace.clone(), it.name.clone())).collect()),
            None => Wanted::All,
        }
    }
}

/// Files of the bot's space, in an address.
pub const FILES: &str = "/remote.php/dav/files/bellhop";

const LIVE: &[&str] =
    &["getlastmodified", "getcontentlength", "resourcetype", "getetag", "getcontenttype", "quota-used-bytes", "displayname"];

/// The `d:response` of a file.
pub fn response(state: &State, node: &Node, wanted: &Wanted) -> String {
    let slash = if node.is_folder && node.path != "/" { "/" } else { "" };
    let href = format!("{FILES}{}{slash}", path::encode(&node.path));
    let names: Vec<(String, String)> = match wanted {
        Wanted::These(names) => names.clone(),
        Wanted::All => {
            let own = node.properties.iter().map(|(namespace, name, _)| (namespace.clone(), name.clone()));
            let live = LIVE.iter().map(|name| (DAV.to_owned(), (*name).to_owned()));
            live.filter(|(namespace, name)| value(state, node, namespace, name).is_some()).chain(own).collect()
        }
    };
    described(
        &href,
        names.iter().map(|(namespace, name)| (namespace.as_str(), name.as_str(), value(state, node, namespace, name))),
    )
}

/// A `d:response`, with what there is and what there is not.
pub fn described<'a>(href: &str, all: impl Iterator<Item = (&'a str, &'a str, Option<String>)>) -> String {
    let (mut found, mut missing) = (String::new(), String::new());
    for (namespace, name, value) in all {
        match value {
            Some(value) => found.push_str(&format!("<x:{name} xmlns:x=\"{}\">{value}</x:{name}>", escaped(namespace))),
            None => missing.push_str(&format!("<x:{name} xmlns:x=\"{}\"/>", escaped(namespace))),
        }
    }
    let part = |properties: &str, status: &str| match properties.is_empty() {
        true => String::new(),
        false => format!("<d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 {status}</d:status></d:propstat>"),
    };
    format!("<d:response><d:href>{href}</d:href>{}{}</d:response>", part(&found, "200 OK"), part(&missing, "404 Not Found"))
}

/// The XML inside of a property; none where the file has no such property.
fn value(state: &State, node: &Node, namespace: &str, name: &str) -> Option<String> {
    let truth = |it: bool| if it { "true" } else { "false" }.to_owned();
    let shares: Vec<String> = state
        .shares
        .iter()
        .filter(|it| it.node == node.id)
        .map(|it| format!("<x:share-type xmlns:x=\"{OWNCLOUD}\">{}</x:share-type>", it.kind))
        .collect();
    Some(match (namespace, name) {
        (DAV, "getlastmodified") => http_date(node.modified),
        (DAV, "displayname") => escaped(path::name(&node.path)),
        (DAV, "resourcetype") if node.is_folder => "<d:collection xmlns:d=\"DAV:\"/>".into(),
        (DAV, "resourcetype") => String::new(),
        (DAV, "getcontentlength") if !node.is_folder => node.bytes.len().to_string(),
        (DAV, "getcontenttype") if !node.is_folder => escaped(&node.mime),
        (DAV, "quota-used-bytes") if node.is_folder => state.size(node).to_string(),
        (DAV, "getetag") => format!("\"{:x}{:x}\"", node.id, node.modified.as_second()),
        (OWNCLOUD, "fileid") => node.id.to_string(),
        (OWNCLOUD, "size") => state.size(node).to_string(),
        (OWNCLOUD, "permissions") => match (state.may_write(&node.path), node.is_folder) {
            (true, true) => "RGDNVCK".into(),
            (true, false) => "RGDNVW".into(),
            // An account may always put away what was shared with it.
            (false, _) if state.is_received(node) => "SGDNV".into(),
            (false, _) => "SG".into(),
        },
        (OWNCLOUD, "owner-id") => node.owner.split(' ').next().unwrap_or_default().to_lowercase(),
        (OWNCLOUD, "owner-display-name") => escaped(node.owner),
        (OWNCLOUD, "favorite") => u8::from(node.is_favorite).to_string(),
        (OWNCLOUD, "share-types") => shares.concat(),
        (OWNCLOUD, "comments-count") => "0".into(),
        (NEXTCLOUD, "has-preview") => truth(false),
        (NEXTCLOUD, "lock") => node.lock.as_ref().map(|_| "1".to_owned()).unwrap_or_default(),
        (NEXTCLOUD, "lock-owner") => escaped(node.lock.as_ref()?),
        (NEXTCLOUD, "lock-owner-displayname") => escaped(&state.user(node.lock.as_ref()?)?.name),
        (NEXTCLOUD, "system-tags") => {
            let tags = state.tags.iter().filter(|it| node.tags.contains(&it.id));
            tags.map(|it| format!("<x:system-tag xmlns:x=\"{NEXTCLOUD}\">{}</x:system-tag>", escaped(&it.name))).collect()
        }
        _ => node.properties.iter().find(|it| (it.0.as_str(), it.1.as_str()) == (namespace, name))?.2.clone(),
    })
}

pub fn http_date(at: jiff::Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
