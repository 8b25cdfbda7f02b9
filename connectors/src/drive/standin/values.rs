//! How the simulated Drive writes its objects.

use serde_json::{Value, json};

use super::state::{self, COMMENTER, Comment, FILE_ORGANIZER, File, ORGANIZER, OWNER, Permission, READER, State, WRITER};

pub fn user(state: &State, email: &str, caller: &str) -> Value {
    json!({ "kind": "drive#user", "displayName": state.name_of(email), "emailAddress": email, "me": email == caller })
}

/// Exports, by what a file is.
pub fn exports(mime: &str) -> &'static [&'static str] {
    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const POWERPOINT: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    match mime.rsplit('.').next().unwrap_or_default() {
        "document" => &["application/pdf", WORD, "text/markdown", "text/plain"],
        "spreadsheet" => &["application/pdf", EXCEL, "text/csv"],
        "presentation" => &["application/pdf", POWERPOINT, "text/plain"],
        "drawing" => &["application/pdf", "image/png"],
        _ => &[],
    }
}

pub fn file(state: &State, file: &File, caller: &str) -> Value {
    let rank = state.rank_by_link(caller, file);
    let is_shared_drive = file.drive.is_some();
    let is_folder = file.mime.ends_with(".folder");
    let is_native = file.mime.starts_with("application/vnd.google-apps.");
    let rules = if is_shared_drive { FILE_ORGANIZER } else { OWNER };
    let mut all = json!({
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime,
        "createdTime": file.created.to_string(),
        "modifiedTime": file.modified.to_string(),
        "trashed": state.is_trashed(file),
        "explicitlyTrashed": file.trashed,
        "starred": false,
        "webViewLink": link(file),
        "lastModifyingUser": user(state, &file.modified_by, caller),
        "shared": state.permissions_of(file).len() > 1,
        "ownedByMe": file.owner.as_deref() == Some(caller),
        "appProperties": file.app,
        "capabilities": {
            "canShare": rank >= WRITER,
            "canEdit": rank >= WRITER,
            "canRename": rank >= WRITER,
            "canTrash": rank >= rules && file.parent.is_some(),
            "canDelete": rank >= if is_shared_drive { ORGANIZER } else { OWNER } && file.parent.is_some(),
            "canAddChildren": is_folder && rank >= WRITER,
            "canComment": !is_folder && rank >= COMMENTER,
            "canDownload": !is_folder && rank >= READER,
        },
    });
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            all[key] = value;
        }
    };
    put("parents", file.parent.as_ref().map(|it| json!([it])));
    put("driveId", file.drive.as_ref().map(|it| json!(it)));
    put("description", (!file.description.is_empty()).then(|| json!(file.description)));
    put("owners", file.owner.as_ref().map(|it| json!([user(state, it, caller)])));
    put("size", (!is_native).then(|| json!(file.content.len().to_string())));
    put("webContentLink", (!is_native).then(|| json!(format!("https://drive.google.com/uc?id={}&export=download", file.id))));
    put(
        "shortcutDetails",
        file.target.as_ref().map(|it| json!({ "targetId": it, "targetMimeType": "application/vnd.google-apps.document" })),
    );
    if is_native && !exports(&file.mime).is_empty() {
        let link = |mime: &&str| {
            let format = mime.rsplit(['/', '.']).next().unwrap_or_default();
            (
                (*mime).to_owned(),
                json!(format!(
                    "https://docs.google.com/feeds/download/documents/export/Export?id={}&exportFormat={format}",
                    file.id
                )),
            )
        };
        put("exportLinks", Some(Value::Object(exports(&file.mime).iter().map(link).collect())));
    }
    all
}

fn link(file: &File) -> String {
    let kind = match file.mime.rsplit('.').next().unwrap_or_default() {
        "folder" => return format!("https://drive.google.com/drive/folders/{}", file.id),
        "document" => "document",
        "spreadsheet" => "spreadsheets",
        "presentation" => "presentation",
        _ => return format!("https://drive.google.com/file/d/{}/view?usp=drivesdk", file.id),
    };
    format!("https://docs.google.com/{kind}/d/{}/edit?usp=drivesdk", file.id)
}

pub fn permission(state: &State, it: &Permission, from: Option<&str>, in_drive: bool) -> Value {
    let mut all = json!({ "kind": "drive#permission", "id": it.id, "type": it.kind, "role": it.role, "deleted": false });
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            all[key] = value;
        }
    };
    put("emailAddress", it.email.as_ref().map(|it| json!(it)));
    put("displayName", it.email.as_ref().map(|it| json!(state.name_of(it))));
    put("domain", it.domain.as_ref().map(|it| json!(it)));
    put("expirationTime", it.expires.map(|it| json!(it.to_string())));
    if in_drive || from.is_some() {
        let mut detail = json!({ "permissionType": "file", "role": it.role, "inherited": from.is_some() });
        if let Some(from) = from {
            detail["inheritedFrom"] = json!(from);
        }
        put("permissionDetails", Some(json!([detail])));
    }
    all
}

pub fn comment(state: &State, it: &Comment, caller: &str) -> Value {
    let replies: Vec<Value> = it.replies.iter().map(|it| reply(state, it, caller)).collect();
    let mut all = json!({
        "kind": "drive#comment",
        "id": it.id,
        "content": it.content,
        "createdTime": it.created.to_string(),
        "resolved": it.resolved,
        "author": user(state, &it.author, caller),
        "replies": replies,
    });
    if let Some(quoted) = &it.quoted {
        all["quotedFileContent"] = json!({ "mimeType": "text/html", "value": quoted });
    }
    all
}

pub fn reply(state: &State, it: &state::Reply, caller: &str) -> Value {
    let mut all = json!({
        "kind": "drive#reply",
        "id": it.id,
        "content": it.content,
        "createdTime": it.created.to_string(),
        "author": user(state, &it.author, caller),
    });
    if let Some(action) = &it.action {
        all["action"] = json!(action);
    }
    all
}
