//! Files of the simulated Drive.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Asked,
    query::Query,
    seed,
    state::{Change, FILE_ORGANIZER, File, ORGANIZER, OWNER, READER, State, WRITER},
    values,
};

pub const UNASKED: &str = "kind,id,name,mimeType";

pub fn answer(state: &mut State, asked: &Asked, path: &[&str]) -> Answer {
    match (asked.method.as_str(), path) {
        ("GET", []) => list(state, asked),
        ("POST", []) => create(state, asked, &asked.body(), Vec::new(), None),
        ("GET", [id]) => show(state, asked, id),
        ("PATCH", [id]) => update(state, asked, id, &asked.body()),
        ("DELETE", [id]) => delete(state, asked, id),
        ("POST", [id, "copy"]) => copy(state, asked, id),
        ("GET", [id, "export"]) => export(state, asked, id),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

/// The file, if the caller may see it.
pub fn find<'a>(state: &'a State, asked: &Asked, id: &str) -> Result<&'a File, Answer> {
    let real = state.real_id(id, &asked.caller);
    let found = state.file(&real).filter(|it| state.rank_by_link(&asked.caller, it) >= READER);
    // Without this, Google does as if there were nothing in shared drives.
    let all_drives = asked.get("supportsAllDrives") == Some("true")
        || ["/comments", "/revisions", "/accessproposals"].iter().any(|it| asked.path.contains(it));
    found.filter(|it| it.drive.is_none() || all_drives || asked.path.ends_with("/export")).ok_or_else(|| Answer::no_file(id))
}

pub fn written(state: &State, asked: &Asked, id: &str) -> Answer {
    match state.file(id) {
        Some(file) => Answer::selected(&values::file(state, file, &asked.caller), asked, UNASKED),
        None => Answer::no_file(id),
    }
}

fn show(state: &State, asked: &Asked, id: &str) -> Answer {
    match find(state, asked, id) {
        Err(answer) => answer,
        Ok(file) if asked.get("alt") == Some("media") => match file.mime.starts_with("application/vnd.google-apps.") {
            true => Answer::refused(
                403,
                "fileNotDownloadable",
                "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
            ),
            false => Answer::bytes(&file.mime, file.content.clone()),
        },
        Ok(file) => written(state, asked, &file.id.clone()),
    }
}

fn list(state: &State, asked: &Asked) -> Answer {
    let text = asked.get("q").unwrap_or_default();
    let query = match (text.is_empty(), Query::read(text)) {
        (false, None) => return Answer::invalid("Invalid Value"),
        (_, query) => query,
    };
    if asked.get("driveId").is_some() != (asked.get("corpora") == Some("drive")) {
        return Answer::refused(
            400,
            "invalid",
            "The driveId parameter must be specified if and only if corpora is set to drive.",
        );
    }
    let order = asked.get("orderBy").unwrap_or_default();
    if !order.is_empty() && query.as_ref().is_some_and(Query::is_full_text) {
        let message =
            "Sorting is not supported for queries with fullText terms. Results are always in descending relevance order.";
        return Answer::refused(400, "badRequest", message);
    }
    let all_drives = asked.get("includeItemsFromAllDrives") == Some("true") && asked.get("supportsAllDrives") == Some("true");
    let seen = |it: &&File| {
        let is_there = it.parent.is_some() && state.rank_of(&asked.caller, it) >= READER && (all_drives || it.drive.is_none());
        let in_drive = asked.get("driveId").is_none_or(|id| it.drive.as_deref() == Some(id));
        let left_out = state.incomplete && asked.get("corpora") == Some("allDrives") && it.drive.is_some();
        is_there && !left_out && in_drive && query.as_ref().is_none_or(|query| query.matches(state, it, &asked.caller))
    };
    let mut found: Vec<&File> = state.files.iter().filter(seen).collect();
    match order.split([',', ' ']).next() {
        Some("folder") => found.sort_by_key(|it| (!it.mime.ends_with(".folder"), it.name.to_lowercase())),
        Some("name" | "name_natural") => found.sort_by_key(|it| it.name.to_lowercase()),
        Some("createdTime") => found.sort_by_key(|it| it.created),
        _ => found.sort_by_key(|it| std::cmp::Reverse(it.modified)),
    }
    let items = found.into_iter().map(|it| values::file(state, it, &asked.caller)).collect();
    let mut page = asked.page("files", 100, 1000, items);
    page["kind"] = json!("drive#fileList");
    // One corpus alone is always searched to its end.
    page["incompleteSearch"] = json!(state.incomplete && asked.get("corpora") == Some("allDrives"));
    Answer::selected(&page, asked, "kind,nextPageToken,incompleteSearch,files(kind,id,name,mimeType)")
}

/// A new file with this description; `fields` is what is asked for where it is known from before.
pub fn create(state: &mut State, asked: &Asked, body: &Value, content: Vec<u8>, mime: Option<&str>) -> Answer {
    let parents = body["parents"].as_array().map_or(&[][..], Vec::as_slice);
    if parents.len() > 1 {
        return Answer::refused(400, "invalid", "A shared drive item must have exactly one parent.");
    }
    let parent = parents.first().and_then(Value::as_str).unwrap_or("root");
    let parent = state.real_id(parent, &asked.caller);
    let Some(folder) = state.file(&parent).filter(|it| state.rank_of(&asked.caller, it) >= READER) else {
        return Answer::no_file(&parent);
    };
    if state.rank_of(&asked.caller, folder) < WRITER {
        return Answer::refused(403, "insufficientParentPermissions", "Insufficient permissions for the specified parent.");
    }
    if let Some(message) = bad_properties(body) {
        return Answer::invalid(message);
    }
    let drive = folder.drive.clone();
    if drive.is_none() && state.limit.is_some_and(|it| state.used + content.len() as u64 > it) {
        return Answer::refused(403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.");
    }
    match &mut state.makes {
        Some(0) => return Answer::refused(500, "backendError", "Backend Error"),
        Some(left) => *left -= 1,
        None => {}
    }
    let id = state.new_id("1New");
    let mime = body["mimeType"].as_str().or(mime).unwrap_or("application/octet-stream").to_owned();
    let (now, caller) = (state.now(), asked.caller.clone());
    let owner = drive.is_none().then(|| caller.clone());
    seed::add(state, &id, body["name"].as_str().unwrap_or("Untitled"), &mime, Some(&parent), owner.as_deref(), now);
    if let Some(file) = state.file_mut(&id) {
        (file.modified_by, file.content) = (caller.clone(), content);
        file.revisions.iter_mut().for_each(|it| it.by.clone_from(&caller));
        describe(file, body);
    }
    state.note(&id);
    if state.loses > 0 {
        state.loses -= 1;
        return Answer::refused(502, "badGateway", "Bad Gateway");
    }
    written(state, asked, &id)
}

/// An application's own properties are 124 bytes at most, name and value together.
fn bad_properties(body: &Value) -> Option<&'static str> {
    let all = body["appProperties"].as_object()?;
    let long = all.iter().any(|(name, value)| name.len() + value.as_str().map_or(0, str::len) > 124);
    (long || all.len() > 30).then_some("The specified app properties exceed the limits.")
}

fn describe(file: &mut File, body: &Value) {
    if let Some(target) = body["shortcutDetails"]["targetId"].as_str() {
        file.target = Some(target.to_owned());
    }
    if let Some(text) = body["description"].as_str() {
        file.description = text.to_owned();
    }
    for (key, value) in body["appProperties"].as_object().into_iter().flatten() {
        file.app.insert(key.clone(), value.as_str().unwrap_or_default().to_owned());
    }
}

pub fn update(state: &mut State, asked: &Asked, id: &str, body: &Value) -> Answer {
    let file = match find(state, asked, id) {
        Ok(file) => file.clone(),
        Err(answer) => return answer,
    };
    let rank = state.rank_by_link(&asked.caller, &file);
    let (add, remove) = (asked.get("addParents").map(str::to_owned), asked.get("removeParents").map(str::to_owned));
    let rules = if file.drive.is_some() { FILE_ORGANIZER } else { OWNER };
    if rank < WRITER || (body.get("trashed").is_some() && (rank < rules || file.parent.is_none())) {
        return Answer::not_allowed();
    }
    let mut place = None;
    if let Some(to) = add {
        let to = state.real_id(&to, &asked.caller);
        let Some(folder) = state.file(&to).filter(|it| state.rank_of(&asked.caller, it) >= READER) else {
            return Answer::no_file(&to);
        };
        if state.rank_of(&asked.caller, folder) < WRITER {
            return Answer::refused(403, "insufficientParentPermissions", "Insufficient permissions for the specified parent.");
        }
        let mut above = Some(folder.id.clone());
        while let Some(at) = above {
            if at == file.id {
                return Answer::refused(403, "cyclicMemberships", "The specified parent would create a cycle.");
            }
            above = state.file(&at).and_then(|it| it.parent.clone());
        }
        if remove.as_deref() != file.parent.as_deref() {
            return Answer::refused(403, "cannotAddParent", "Increasing the number of parents is not allowed");
        }
        place = Some((to, folder.drive.clone()));
    }
    let (now, caller) = (state.now(), asked.caller.clone());
    if let Some(file) = state.file_mut(&file.id) {
        describe(file, body);
        if let Some(name) = body["name"].as_str() {
            file.name = name.to_owned();
        }
        if let Some(trashed) = body["trashed"].as_bool() {
            file.trashed = trashed;
        }
        if let Some((parent, drive)) = place {
            if drive.is_some() {
                // What moves into a shared drive is the drive's.
                file.owner = None;
                file.permissions.retain(|it| it.role != "owner");
            }
            (file.parent, file.drive) = (Some(parent), drive);
        }
        (file.modified, file.modified_by) = (now, caller);
    }
    state.note(&file.id);
    written(state, asked, &file.id)
}

fn delete(state: &mut State, asked: &Asked, id: &str) -> Answer {
    let file = match find(state, asked, id) {
        Ok(file) => file.clone(),
        Err(answer) => return answer,
    };
    let needed = if file.drive.is_some() { ORGANIZER } else { OWNER };
    if state.rank_by_link(&asked.caller, &file) < needed || file.parent.is_none() {
        return Answer::not_allowed();
    }
    let mut gone = vec![file.id];
    while let Some(id) = gone.pop() {
        gone.extend(state.files.iter().filter(|it| it.parent.as_deref() == Some(&id)).map(|it| it.id.clone()));
        let Some(file) = state.file(&id) else { continue };
        let sees = |it: &&super::state::Person| state.rank_of(&it.email, file) > 0;
        let seen_by = state.people.iter().filter(sees).map(|it| it.email.clone()).collect();
        let drive = file.drive.clone();
        state.changes.push(Change { at: state.now(), id: id.clone(), removed: true, drive, seen_by });
        state.files.retain(|it| it.id != id);
    }
    Answer::empty(StatusCode::NO_CONTENT)
}

fn copy(state: &mut State, asked: &Asked, id: &str) -> Answer {
    let file = match find(state, asked, id) {
        Ok(file) => file.clone(),
        Err(answer) => return answer,
    };
    if file.mime.ends_with(".folder") || file.target.is_some() {
        return Answer::refused(403, "cannotCopyFile", "This file cannot be copied by the user.");
    }
    let mut body = asked.body();
    if body["name"].as_str().is_none() {
        body["name"] = json!(format!("Copy of {}", file.name));
    }
    if body["parents"].as_array().is_none() {
        body["parents"] = json!([file.parent]);
    }
    body["mimeType"] = json!(file.mime);
    create(state, asked, &body, file.content, None)
}

fn export(state: &State, asked: &Asked, id: &str) -> Answer {
    let file = match find(state, asked, id) {
        Ok(file) => file,
        Err(answer) => return answer,
    };
    let Some(mime) = asked.get("mimeType") else { return Answer::refused(400, "required", "Required parameter: mimeType") };
    if !file.mime.starts_with("application/vnd.google-apps.") {
        return Answer::refused(403, "fileNotExportable", "Export only supports Docs Editors files.");
    }
    if !values::exports(&file.mime).contains(&mime) {
        return Answer::refused(400, "badRequest", "The requested conversion is not supported.");
    }
    if file.content.len() > 10 << 20 {
        return Answer::refused(403, "exportSizeLimitExceeded", "This file is too large to be exported.");
    }
    match mime {
        "text/plain" => Answer::bytes(mime, ["\u{feff}".as_bytes(), &file.content].concat()),
        _ if mime.starts_with("text/") => Answer::bytes(mime, file.content.clone()),
        _ => Answer::bytes(mime, [b"%EXPORTED\n", file.content.as_slice()].concat()),
    }
}
