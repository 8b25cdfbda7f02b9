//! What Drive sends, as far as we ask for it: <https://developers.google.com/workspace/drive/api/reference/rest/v3/files>.
//!
//! Drive sends only the fields that were asked for, and leaves out those that are empty; so everything but ids is optional.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

pub(super) const FOLDER: &str = "application/vnd.google-apps.folder";
pub(super) const SHORTCUT: &str = "application/vnd.google-apps.shortcut";

/// What is asked of a file that is shown.
pub(super) const FILE: &str = "id,name,mimeType,description,size,createdTime,modifiedTime,trashed,parents,driveId,webViewLink,\
    webContentLink,exportLinks,owners(displayName,emailAddress),lastModifyingUser(displayName,emailAddress),shared,\
    appProperties,shortcutDetails(targetId,targetMimeType),\
    capabilities(canShare,canEdit,canRename,canTrash,canDelete,canAddChildren,canComment,canDownload)";
/// What is asked of a file in a list.
pub(super) const LINE: &str = "id,name,mimeType,size,modifiedTime,trashed,parents,driveId,webViewLink,appProperties,\
    shortcutDetails(targetId),\
    owners(displayName,emailAddress),lastModifyingUser(displayName,emailAddress)";
pub(super) const PERMISSION: &str =
    "id,type,role,emailAddress,displayName,domain,expirationTime,pendingOwner,permissionDetails(inherited)";
pub(super) const REVISION: &str =
    "id,modifiedTime,size,mimeType,keepForever,exportLinks,lastModifyingUser(displayName,emailAddress)";
pub(super) const COMMENT: &str = "id,content,createdTime,resolved,author(displayName,emailAddress),quotedFileContent(value),\
    replies(id,content,action,createdTime,author(displayName,emailAddress))";

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub mime_type: String,
    pub description: Option<String>,
    /// In bytes; Google writes 64-bit numbers as text.
    pub size: Option<String>,
    pub created_time: Option<Timestamp>,
    pub modified_time: Option<Timestamp>,
    #[serde(default)]
    pub trashed: bool,
    #[serde(default)]
    pub parents: Vec<String>,
    pub drive_id: Option<String>,
    pub web_view_link: Option<String>,
    pub web_content_link: Option<String>,
    #[serde(default)]
    pub export_links: BTreeMap<String, String>,
    #[serde(default)]
    pub owners: Vec<User>,
    pub last_modifying_user: Option<User>,
    #[serde(default)]
    pub shared: bool,
    #[serde(default)]
    pub app_properties: BTreeMap<String, String>,
    pub shortcut_details: Option<Shortcut>,
    #[serde(default)]
    pub capabilities: Capabilities,
}

impl File {
    pub fn is_folder(&self) -> bool {
        self.mime_type == FOLDER
    }

    /// Whether it is one of Google's own formats, which have no bytes of their own.
    pub fn is_native(&self) -> bool {
        self.mime_type.starts_with("application/vnd.google-apps.")
    }

    pub fn bytes(&self) -> Option<u64> {
        self.size.as_ref()?.parse().ok()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    #[serde(default)]
    pub display_name: String,
    pub email_address: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shortcut {
    pub target_id: String,
}

/// What whoever asks may do with a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Capabilities {
    pub can_share: bool,
    pub can_edit: bool,
    pub can_rename: bool,
    pub can_trash: bool,
    pub can_delete: bool,
    pub can_add_children: bool,
    pub can_comment: bool,
    pub can_download: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Permission {
    pub id: String,
    /// `user`, `group`, `domain` or `anyone`.
    #[serde(rename = "type")]
    pub kind: String,
    pub role: String,
    pub email_address: Option<String>,
    pub display_name: Option<String>,
    pub domain: Option<String>,
    pub expiration_time: Option<Timestamp>,
    #[serde(default)]
    pub pending_owner: bool,
    #[serde(default)]
    pub permission_details: Vec<Detail>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    #[serde(default)]
    pub inherited: bool,
}

/// <https://developers.google.com/workspace/drive/api/reference/rest/v3/drives>
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SharedDrive {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    pub id: String,
    #[serde(default)]
    pub content: String,
    pub created_time: Option<Timestamp>,
    #[serde(default)]
    pub resolved: bool,
    #[serde(default)]
    pub author: User,
    pub quoted_file_content: Option<Quoted>,
    #[serde(default)]
    pub replies: Vec<Answer>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Quoted {
    #[serde(default)]
    pub value: String,
}

/// A reply to a comment.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(default)]
    pub content: String,
    /// `resolve` or `reopen`.
    pub action: Option<String>,
    pub created_time: Option<Timestamp>,
    #[serde(default)]
    pub author: User,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revision {
    pub id: String,
    pub modified_time: Option<Timestamp>,
    pub last_modifying_user: Option<User>,
    /// Of files of bytes.
    pub size: Option<String>,
    pub mime_type: Option<String>,
    #[serde(default)]
    pub keep_forever: bool,
    /// Of Google's own documents, by type.
    #[serde(default)]
    pub export_links: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct About {
    #[serde(default)]
    pub user: User,
    #[serde(default)]
    pub storage_quota: StorageQuota,
}

/// In bytes, as text. Without a limit there is none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StorageQuota {
    pub limit: Option<String>,
    pub usage: Option<String>,
    pub usage_in_drive: Option<String>,
    pub usage_in_drive_trash: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    /// `file` or `drive`.
    #[serde(default)]
    pub change_type: String,
    pub time: Timestamp,
    #[serde(default)]
    pub removed: bool,
    pub file_id: Option<String>,
    pub drive_id: Option<String>,
    pub file: Option<File>,
    pub drive: Option<SharedDrive>,
}

/// A notification channel: <https://developers.google.com/workspace/drive/api/guides/push>.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    pub id: String,
    pub resource_id: String,
    /// Milliseconds since 1970, as text.
    pub expiration: Option<String>,
}
