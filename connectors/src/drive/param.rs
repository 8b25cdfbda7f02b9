//! Parameters of Drive's actions: files and folders by link, id, name or path, roles, people and groups.

use commands::{Result, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::problem;

/// A file or folder: a link, an id, a name, or a path such as `Apollo/Brief`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "file", "x-needs" = []))]
pub struct FileRef(pub String);

/// A folder: a link, an id, a name, a path such as `Apollo/Design`, or `root` for My Drive.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "folder", "x-needs" = []))]
pub struct FolderRef(pub String);

/// A shared drive: its name, link or id.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "drive", "x-needs" = []))]
pub struct DriveRef(pub String);

/// A comment of the file, by its id.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "comment", "x-needs" = ["file"]))]
pub struct CommentRef(pub String);

/// A version of the file, by its id.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "version", "x-needs" = ["file"]))]
pub struct VersionRef(pub String);

/// A request for access to the file: who asks, or its id.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "request", "x-needs" = ["file"]))]
pub struct RequestRef(pub String);

/// Who has access: an email address, a domain, `anyone`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("format" = "person", "x-lookup" = "access", "x-needs" = ["file", "drive"]))]
pub struct Holder(pub String);

/// A template of a project's folders, by name, or the link of a folder to copy.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "template", "x-needs" = []))]
pub struct TemplateRef(pub String);

/// What somebody may do with a file, in Drive's own words for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Viewer: may look.
    Viewer,
    /// Commenter: may look and comment.
    Commenter,
    /// Editor: may change it.
    Editor,
    /// Content manager: may also move and delete, in a shared drive.
    ContentManager,
    /// Manager: may also choose who is in, of a shared drive.
    Manager,
}

impl Role {
    /// As the API calls it.
    pub fn written(self) -> &'static str {
        match self {
            Role::Viewer => "reader",
            Role::Commenter => "commenter",
            Role::Editor => "writer",
            Role::ContentManager => "fileOrganizer",
            Role::Manager => "organizer",
        }
    }

    /// Whether a role, as the API calls it, allows all that this one does.
    pub fn is_in(self, written: &str) -> bool {
        const ALL: [&str; 6] = ["reader", "commenter", "writer", "fileOrganizer", "organizer", "owner"];
        let rank = |role: &str| ALL.iter().position(|it| *it == role);
        rank(written) >= rank(self.written())
    }
}

/// The API's name of a role in people's words.
pub(super) fn role(written: &str) -> &str {
    match written {
        "reader" => "viewer",
        "writer" => "editor",
        "fileOrganizer" => "content manager",
        "organizer" => "manager",
        other => other,
    }
}

/// The yes to something that cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}

/// With whom something is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Grantee {
    User(String),
    Group(String),
    Domain(String),
    Anyone,
}

impl Grantee {
    /// Reads `ana@example.org`, `me`, `group:team@example.org`, `@team`, `domain`, `domain:example.org`, `anyone`, `link`.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `field`.
    pub fn read(field: &str, person: &Person, me: Option<&str>, domain: Option<&str>) -> Result<Grantee> {
        let text = unwrapped(&person.0).trim();
        let folded = text.to_lowercase();
        let no_domain = || {
            let message = format!("Which domain? Write it: `domain:example.org` in place of `{text}`.");
            problem::at(field, message)
        };
        if matches!(folded.as_str(), "anyone" | "link" | "everyone") {
            return Ok(Grantee::Anyone);
        }
        if folded == "domain" {
            return domain.map(|it| Grantee::Domain(it.to_owned())).ok_or_else(no_domain);
        }
        if let Some(domain) = folded.strip_prefix("domain:") {
            return Ok(Grantee::Domain(domain.trim_start_matches('@').to_owned()));
        }
        if folded == "me" {
            let missing = || problem::at(field, "The chat does not tell me your email address: write it in place of `me`.");
            return me.map(|it| Grantee::User(it.to_owned())).ok_or_else(missing);
        }
        let (is_group, name) = match folded.strip_prefix("group:") {
            Some(_) => (true, text[6..].trim()),
            None => (text.starts_with('@'), text),
        };
        let name = name.trim_start_matches('@');
        let address = match (name.contains('@'), domain) {
            (true, _) => name.to_owned(),
            (false, Some(domain)) if is_group && !name.is_empty() && !name.contains(char::is_whitespace) => {
                format!("{name}@{domain}")
            }
            _ => {
                let message = format!(
                    "`{text}` is nobody I can share with. Mention a person, or write an email address, group:team@example.org, domain:example.org or anyone."
                );
                return Err(problem::at(field, message));
            }
        };
        Ok(if is_group { Grantee::Group(address) } else { Grantee::User(address) })
    }

    /// The API's name of its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Grantee::User(_) => "user",
            Grantee::Group(_) => "group",
            Grantee::Domain(_) => "domain",
            Grantee::Anyone => "anyone",
        }
    }

    /// As a command names it.
    pub fn written(&self) -> String {
        match self {
            Grantee::User(it) => it.clone(),
            Grantee::Group(it) => format!("group:{it}"),
            Grantee::Domain(it) => format!("domain:{it}"),
            Grantee::Anyone => "anyone".into(),
        }
    }

    /// As people read it.
    pub fn name(&self) -> String {
        match self {
            Grantee::User(it) | Grantee::Group(it) => it.clone(),
            Grantee::Domain(it) => format!("everybody at {it}"),
            Grantee::Anyone => "anyone with the link".into(),
        }
    }
}

/// Whether it looks like one of Google's ids, which are long, and mix digits and letters.
pub(super) fn is_id(text: &str) -> bool {
    text.len() >= 19
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')
        && text.bytes().any(|it| it.is_ascii_digit())
        && text.bytes().any(|it| it.is_ascii_uppercase())
}

/// The id in a link to a file or folder: `https://docs.google.com/document/d/…/edit`,
/// `https://drive.google.com/drive/u/0/folders/…`, `https://drive.google.com/open?id=…`.
pub(super) fn id_in(link: &str) -> Option<String> {
    let url = Url::parse(unwrapped(link)).ok()?;
    if !matches!(url.host_str(), Some("docs.google.com" | "drive.google.com")) || url.scheme() != "https" {
        return None;
    }
    let segments: Vec<&str> = url.path_segments()?.collect();
    // A document that is published to the web has `/d/e/…`, which is no file's id.
    let after =
        |name: &str| segments.iter().position(|it| *it == name).and_then(|at| segments.get(at + 1)).filter(|it| is_id(it));
    if let Some(id) = after("d").or_else(|| after("folders")) {
        return Some((*id).to_owned());
    }
    url.query_pairs().find(|(name, value)| name == "id" && is_id(value)).map(|(_, value)| value.into_owned())
}

/// A link as Slack writes it: `<https://…|label>`.
pub(super) fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        Some(inside) => inside.split('|').next().unwrap_or(inside),
        None => text,
    }
}
