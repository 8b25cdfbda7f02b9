//! Shares: who reaches a file
//! (<https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-share-api.html>).

use commands::{Ctx, Error, ErrorKind, Result, Text};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{
    Nextcloud,
    dav::Entry,
    param, path,
    problem::{at, placed},
};

mod change;
mod create;
mod list;

pub use change::{Revoke, Update};
pub use create::{Create, PublicLink};
pub use list::{List, Show};

const PATH: &str = "/apps/files_sharing/api/v1/shares";
/// Kinds of shares, as Nextcloud numbers them.
pub(super) const USER: u8 = 0;
pub(super) const GROUP: u8 = 1;
pub(super) const LINK: u8 = 3;
pub(super) const MAIL: u8 = 4;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Share {
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    pub share_type: u8,
    #[serde(default)]
    pub share_with: Option<String>,
    #[serde(default)]
    pub share_with_displayname: Option<String>,
    /// From the top of the account's own space on.
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub item_type: String,
    #[serde(default)]
    pub permissions: u32,
    /// `2026-11-28 00:00:00`.
    #[serde(default)]
    pub expiration: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
    /// `***` where there is one; the password itself is never told.
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    pub displayname_owner: Option<String>,
    #[serde(default)]
    pub file_source: Option<u64>,
}

/// Ids were numbers before they became text.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// What whoever a share is for may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Permissions {
    /// Look and download.
    View,
    /// Change it too; in a folder, add and delete files.
    Edit,
    /// Only drop files into a folder, and see none of it.
    Upload,
    /// Everything, and share it on.
    All,
}

impl Permissions {
    /// The sum of 1 read, 2 change, 4 create, 8 delete, 16 share on.
    fn bits(self, is_folder: bool) -> Result<u32> {
        Ok(match (self, is_folder) {
            (Permissions::View, _) => 1,
            (Permissions::Edit, true) => 15,
            (Permissions::Edit, false) => 3,
            (Permissions::All, true) => 31,
            (Permissions::All, false) => 19,
            (Permissions::Upload, true) => 4,
            (Permissions::Upload, false) => return Err(at("permissions", "Only a folder can be one to upload to.")),
        })
    }
}

impl Share {
    pub fn until(&self) -> Option<Date> {
        self.expiration.as_deref()?.get(..10)?.parse().ok()
    }

    /// Whom it is for, in people's words.
    pub fn whom(&self) -> String {
        let name = self.share_with_displayname.clone().or_else(|| self.share_with.clone()).filter(|it| !it.is_empty());
        match self.share_type {
            USER => name.unwrap_or_else(|| "somebody".to_owned()),
            GROUP => format!("group {}", name.unwrap_or_default()),
            LINK => "everybody with the link".to_owned(),
            MAIL => format!("{} by mail", self.share_with.clone().unwrap_or_default()),
            6 | 9 => format!("{} on another server", name.unwrap_or_default()),
            7 => format!("team {}", name.unwrap_or_default()),
            10 => "a conversation in Talk".to_owned(),
            _ => name.unwrap_or_else(|| "others".to_owned()),
        }
    }

    pub fn may(&self) -> &'static str {
        match self.permissions & 31 {
            4 => "upload only",
            it if it & 16 != 0 && it & 2 != 0 => "change and share on",
            it if it & 2 != 0 => "change",
            _ => "view",
        }
    }

    /// Whether whoever this share of a folder is for may change all of it.
    pub fn lets_edit(&self) -> bool {
        Permissions::Edit.bits(true).is_ok_and(|it| self.permissions & it == it)
    }

    pub fn has_password(&self) -> bool {
        self.password.as_ref().is_some_and(|it| !it.is_empty())
    }

    pub fn line(&self, page: &str, shown: &str) -> Text {
        let mut text = Text::new().code(format!("#{}", self.id)).plain(" ").link(page, shown).plain(format!(
            " · {} · {}",
            self.whom(),
            self.may()
        ));
        if self.has_password() {
            text = text.plain(" · password");
        }
        match self.until() {
            Some(until) => text.plain(format!(" · until {until}")),
            None => text,
        }
    }
}

/// A share that shall be.
#[derive(Default)]
pub(super) struct Wanted {
    pub kind: u8,
    /// The id of a person or group, or an address.
    pub with: Option<String>,
    pub permissions: Option<Permissions>,
    pub expires: Option<Date>,
    pub password: Option<commands::param::Secret>,
    pub note: Option<String>,
    pub label: Option<String>,
}

impl Nextcloud {
    /// The shares of one file, its own account's and others'.
    pub(super) async fn shares_of(&self, path: &str) -> Result<Vec<Share>> {
        self.ocs_get(PATH, &[("path", &self.full(path)), ("reshares", "true")]).await
    }

    /// All shares that the bot's account gave, of what is below the connection's folder.
    pub(super) async fn all_shares(&self) -> Result<Vec<Share>> {
        let all: Vec<Share> = self.ocs_get(PATH, &[]).await?;
        Ok(all.into_iter().filter(|it| it.path.as_deref().is_some_and(|it| self.below(it).is_some())).collect())
    }

    pub(super) async fn share(&self, entry: &Entry, wanted: &Wanted) -> Result<Share> {
        let mut body = json!({ "path": self.full(&entry.path), "shareType": wanted.kind });
        let mut put = |key: &str, value: Value| drop(body.as_object_mut().map(|it| it.insert(key.to_owned(), value)));
        if let Some(with) = &wanted.with {
            put("shareWith", json!(with));
        }
        if let Some(permissions) = wanted.permissions {
            put("permissions", json!(permissions.bits(entry.is_folder)?));
        }
        if let Some(date) = wanted.expires {
            put("expireDate", json!(date.to_string()));
        }
        if let Some(password) = &wanted.password {
            put("password", json!(password.expose()));
        }
        for (key, text) in [("note", &wanted.note), ("label", &wanted.label)] {
            if let Some(text) = text {
                put(key, json!(text));
            }
        }
        self.ocs_post::<Share>(PATH, &body).await.map_err(|error| refused(error, &entry.path))
    }

    /// Lets whoever a share of a folder is for change it, beside what they may do already.
    pub(super) async fn let_edit(&self, share: &Share, path: &str) -> Result<()> {
        let body = json!({ "permissions": share.permissions | Permissions::Edit.bits(true)? });
        let set = self.ocs_put::<Share>(&format!("{PATH}/{}", share.id), &body).await;
        set.map(drop).map_err(|error| refused(error, path))
    }

    /// The share with this number, or of this link.
    pub(super) async fn find_share(&self, share: &param::ShareRef) -> Result<Share> {
        let text = share.0.trim().trim_matches(['<', '>']);
        let missing =
            || at("share", format!("There is no share `{text}` that the bot's account can see. `share list` shows them."));
        if let Some((_, token)) = text.split_once("/s/") {
            let token = token.split(['/', '?', '#']).next().unwrap_or_default();
            let found = self.all_shares().await?.into_iter().find(|it| it.token.as_deref() == Some(token));
            return found.ok_or_else(missing);
        }
        let Ok(number) = text.strip_prefix('#').unwrap_or(text).parse::<u64>() else {
            return Err(at("share", format!("`{text}` is no share. Write its number, or paste the link that it gave.")));
        };
        let found: Vec<Share> = match self.ocs_get(&format!("{PATH}/{number}"), &[]).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::NotFound => return Err(missing()),
            Err(error) => return Err(error),
        };
        let is_ours = |it: &Share| it.path.as_deref().is_none_or(|it| self.below(it).is_some());
        found.into_iter().find(is_ours).ok_or_else(missing)
    }

    /// What a share is of, from the connection's folder on.
    pub(super) fn shared_path(&self, share: &Share) -> String {
        share.path.as_deref().and_then(|it| self.below(it)).unwrap_or_else(|| "(not visible)".to_owned())
    }

    /// Where a share leads: its public link, else the file's page.
    pub(super) fn shared_page(&self, share: &Share) -> String {
        match (&share.url, share.file_source) {
            (Some(url), _) => url.clone(),
            (None, Some(id)) => format!("{}/index.php/f/{id}", self.http.base()),
            (None, None) => self.destination(&self.shared_path(share)),
        }
    }
}

/// Whether Nextcloud will not share with this one; others may be luckier.
pub(super) fn is_refusal(error: &Error) -> bool {
    use ErrorKind::{BadInput, Conflict, NotFound, Permission, Validation};
    matches!(error.kind, BadInput | Conflict | NotFound | Permission | Validation)
}

/// Nextcloud's refusal of a share, in its own words, at the field it is about.
fn refused(error: Error, path: &str) -> Error {
    if !matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound | ErrorKind::Validation) {
        return error;
    }
    // `Nextcloud …: what it said. What to do.`: what to do is about the status, and says less than Nextcloud.
    let Some((_, said)) = error.message.split_once(": ") else { return super::problem::about(error, path) };
    let end = [" Somebody who administers ", " Check the number ", " Correct them "].iter().filter_map(|it| said.find(it)).min();
    let said = said[..end.unwrap_or(said.len())].trim_end_matches('.').to_owned();
    let about = said.to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|it| about.contains(it));
    let field = if holds(&["password"]) {
        "password"
    } else if holds(&["expir", "date"]) {
        "expires"
    } else if holds(&["valid account", "valid user"]) {
        "with"
    } else if holds(&["valid group"]) {
        "group"
    } else if holds(&["email"]) {
        "email"
    } else if holds(&["permission"]) {
        "permissions"
    } else {
        "file"
    };
    placed(Error { message: format!("`{path}` cannot be shared like this. Nextcloud says: {said}."), ..error }, field)
}

/// A day that is still to come.
fn day(expires: Option<commands::param::Date>, ctx: &Ctx) -> Result<Option<Date>> {
    let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    match expires.map(|it| it.0) {
        Some(day) if day <= today => Err(at("expires", format!("{day} is not in the future. Write a later day, such as +7d."))),
        day => Ok(day),
    }
}

/// `/Reports/2026.pdf`, with its name only where that is all there is to say.
fn shown(path: &str) -> &str {
    if path.is_empty() { "(not visible)" } else { path }
}

/// The folder or file name of what is shared.
fn title(path: &str) -> &str {
    if path == "/" { "All files" } else { path::name(path) }
}
