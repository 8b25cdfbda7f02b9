//! Nextcloud's files as WebDAV shows them
//! ([RFC 4918](https://www.rfc-editor.org/rfc/rfc4918),
//! [Nextcloud's own](https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/basic.html)).
//!
//! All paths here are from the connection's folder on, and not encoded. Nothing that creates is repeated by itself.

use commands::{Error, ErrorKind, Result};
use reqwest::Method;

mod entry;
mod find;
mod transfer;
mod xml;

pub(super) use entry::{Entry, Lock, Resource, moment};
pub(super) use find::{Wanted, label};
pub(super) use xml::{DAV, Element, NAMESPACES, NEXTCLOUD, OWNCLOUD, escaped, is_name};

use super::{Nextcloud, path, problem::about};
use crate::http::{Repeatable, Request};

/// The most that is read of an answer about files.
const LONGEST: usize = 16 << 20;

/// What to do with a file that stands where another one shall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    Keep,
    Replace,
}

impl Existing {
    pub fn of(overwrite: &Option<super::param::Yes>) -> Existing {
        if overwrite.is_some() { Existing::Replace } else { Existing::Keep }
    }

    /// As the `Overwrite` header says it.
    fn header(self) -> &'static str {
        if self == Existing::Replace { "T" } else { "F" }
    }
}

/// How far down a question goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    Itself,
    Children,
}

/// `PROPFIND` and its like, which reqwest has no names for.
fn method(name: &'static str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap_or(Method::OPTIONS)
}

impl Nextcloud {
    pub(super) fn dav(&self, name: &'static str, address: &str) -> Request {
        self.http.request(method(name), address)
    }

    /// Where a file is, in a request.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{}", self.files, path::encode(&self.full(path)))
    }

    /// The path in the account's own space, which the connection's folder is a part of.
    pub(super) fn full(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}{}", self.folder, path.trim_end_matches('/')) }
    }

    /// The path from the connection's folder on; none for what is outside of it.
    pub(super) fn below(&self, full: &str) -> Option<String> {
        let rest = full.trim_end_matches('/').strip_prefix(&self.folder)?;
        match rest {
            "" => Some("/".to_owned()),
            rest if rest.starts_with('/') => Some(rest.to_owned()),
            _ => None,
        }
    }

    /// The same in an answer: `/cloud/remote.php/dav/files/bellhop/Reports` → `/Reports`.
    pub(super) fn path_of(&self, href: &str) -> Option<String> {
        let start = path::decode(&format!("{}{}", self.base_path, self.files));
        self.below(href.strip_prefix(&start)?)
    }

    /// Where something shall be, as `Destination` says it: a whole address.
    pub(super) fn destination(&self, path: &str) -> String {
        format!("{}{}", self.http.base(), self.address(path))
    }

    /// Asks, and reads a `d:multistatus`.
    pub(super) async fn ask(&self, request: Request, body: &str) -> Result<Vec<Resource>> {
        self.statuses(request.asking(), body).await
    }

    /// Sends a document that says it all, however often it is sent, and reads a `d:multistatus`.
    async fn statuses(&self, request: Request, body: &str) -> Result<Vec<Resource>> {
        let document = format!("<?xml version=\"1.0\"?>\n{body}");
        let request = request.bytes("application/xml; charset=utf-8", document.into_bytes());
        let (_, answer) = request.send_for_bytes(LONGEST).await?;
        let answer =
            Element::parse(&answer).filter(|it| it.namespace == DAV && it.name == "multistatus").ok_or_else(unreadable)?;
        Ok(answer.children("response").filter_map(Resource::read).collect())
    }

    /// Does something whose answer is empty, or says what of it failed.
    pub(super) async fn done(&self, request: Request) -> Result<()> {
        let (_, body) = request.send_for_bytes(LONGEST).await?;
        let start = body.trim_ascii_start();
        let Some(answer) = Element::parse(start) else {
            // Apache says "201 Created" in a page of its own; any other page is somebody's who stands in between.
            let is_page = start.first() == Some(&b'<') && !String::from_utf8_lossy(start).contains("<title>20");
            return if is_page { Err(web_page()) } else { Ok(()) };
        };
        if answer.name == "html"
            && !answer.child("head").and_then(|it| it.text_of("title")).is_some_and(|it| it.starts_with("20"))
        {
            return Err(web_page());
        }
        // 207 of a folder: parts of it that could not be deleted, moved or copied.
        for response in answer.children("response") {
            let status = response.text_of("status").and_then(|it| it.split(' ').nth(1)?.parse::<u16>().ok());
            if let Some(status) = status.filter(|it| *it >= 400) {
                let what = response.text_of("href").map(path::decode).unwrap_or_default();
                let message = format!("Nextcloud did only a part of it: `{}` was refused ({status}).", path::name(&what));
                return Err(Error::new(ErrorKind::Conflict, message));
            }
        }
        Ok(())
    }

    /// Makes one folder, below one that is there.
    pub(super) async fn make_folder(&self, path: &str) -> Result<()> {
        self.done(self.dav("MKCOL", &self.address(path))).await.map_err(|error| about(error, path))
    }

    /// Makes a folder, and those above it that are missing. Says how many were made: 0 when all were there.
    pub(super) async fn make_folders(&self, path: &str) -> Result<usize> {
        let mut missing = Vec::new();
        let mut at = path.to_owned();
        while at != "/" {
            match self.entry(&at).await {
                Ok(entry) if entry.is_folder => break,
                Ok(_) => {
                    return Err(super::problem::at("path", format!("`{at}` is a file, so there can be no folder in its place.")));
                }
                Err(error) if error.kind == ErrorKind::NotFound => missing.push(at.clone()),
                Err(error) => return Err(error),
            }
            at = path::parent(&at).to_owned();
        }
        for folder in missing.iter().rev() {
            self.make_folder(folder).await?;
        }
        Ok(missing.len())
    }

    pub(super) async fn move_to(&self, from: &str, to: &str, existing: Existing) -> Result<()> {
        self.relocate("MOVE", from, to, existing).await
    }

    pub(super) async fn copy_to(&self, from: &str, to: &str, existing: Existing) -> Result<()> {
        self.relocate("COPY", from, to, existing).await
    }

    async fn relocate(&self, how: &'static str, from: &str, to: &str, existing: Existing) -> Result<()> {
        let request = self
            .dav(how, &self.address(from))
            .header("destination", &self.destination(to))
            .header("overwrite", existing.header());
        self.done(request.timeout(super::LONG)).await.map_err(|error| match error.kind {
            ErrorKind::NotFound => about(error, from),
            _ => about(error, to),
        })
    }

    pub(super) async fn delete(&self, path: &str) -> Result<()> {
        self.done(self.dav("DELETE", &self.address(path)).timeout(super::LONG)).await.map_err(|error| about(error, path))
    }

    /// Sets properties, written as XML, or removes those in `remove`.
    pub(super) async fn patch_properties(&self, path: &str, set: &str, remove: &str) -> Result<()> {
        let part = |tag: &str, all: &str| {
            if all.is_empty() { String::new() } else { format!("<d:{tag}><d:prop>{all}</d:prop></d:{tag}>") }
        };
        let body = format!("<d:propertyupdate {NAMESPACES}>{}{}</d:propertyupdate>", part("set", set), part("remove", remove));
        let request = self.dav("PROPPATCH", &self.address(path)).repeatable(Repeatable::Yes);
        let answer = self.statuses(request, &body).await.map_err(|error| about(error, path))?;
        match answer.iter().flat_map(|it| &it.refused).next() {
            None => Ok(()),
            Some((property, status)) => {
                let kind = if *status == 403 { ErrorKind::Permission } else { ErrorKind::Conflict };
                let name = &property.name;
                Err(Error::new(kind, format!("Nextcloud does not let `{name}` of `{path}` be changed ({status}).")))
            }
        }
    }

    /// Locks a file for the bot's account, for everybody else's writing.
    pub(super) async fn lock(&self, path: &str, owner: &str) -> Result<()> {
        let body = format!(
            "<?xml version=\"1.0\"?>\n<d:lockinfo {NAMESPACES}><d:lockscope><d:exclusive/></d:lockscope>\
             <d:locktype><d:write/></d:locktype><d:owner>{}</d:owner></d:lockinfo>",
            escaped(owner)
        );
        // X-User-Lock: a lock of the account, which people see and can take off (github.com/nextcloud/files_lock).
        let request = self.dav("LOCK", &self.address(path)).header("x-user-lock", "1").header("timeout", "Infinite");
        let request = request.header("depth", "0").bytes("application/xml; charset=utf-8", body.into_bytes());
        self.done(request).await.map_err(|error| about(error, path))
    }

    pub(super) async fn unlock(&self, path: &str, lock: &Lock) -> Result<()> {
        // An account's own lock goes by the account, every other by its token.
        let request = self.dav("UNLOCK", &self.address(path)).repeatable(Repeatable::No).header("x-user-lock", "1");
        let request = match &lock.token {
            Some(token) => request.header("lock-token", &format!("<{token}>")),
            None => request,
        };
        self.done(request).await.map_err(|error| about(error, path))
    }
}

fn web_page() -> Error {
    let message =
        "Nextcloud answered with a web page instead of data: is the address right, or does a login page stand in front of it?";
    Error::new(ErrorKind::Server, message)
}

fn unreadable() -> Error {
    let message =
        "Nextcloud answered something that the bot cannot read: is the address right, or does a login page stand in front of it?";
    Error::new(ErrorKind::Server, message)
}
