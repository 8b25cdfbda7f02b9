//! WebDAV of the bot's files.

use axum::http::StatusCode;

use super::{
    Answer, Asked, BOT, State,
    properties::{FILES, Wanted, response},
    search, unknown_method,
};
use crate::nextcloud::{
    dav::{Element, NAMESPACES, escaped},
    path,
};

/// `path` is decoded; a folder's may end with a slash.
pub fn respond(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    let path = if path == "/" { path } else { path.trim_end_matches('/') };
    match asked.method {
        "PROPFIND" => propfind(state, path, asked),
        "GET" | "HEAD" => get(state, path),
        "PUT" => put(state, path, asked),
        "MKCOL" => mkcol(state, path),
        "DELETE" => delete(state, path),
        "MOVE" | "COPY" => relocate(state, path, asked),
        "PROPPATCH" => proppatch(state, path, asked),
        "LOCK" | "UNLOCK" if !state.off.contains("files_lock") => lock(state, path, asked),
        "REPORT" => search::report(state, asked),
        other => unknown_method(other),
    }
}

fn propfind(state: &State, path: &str, asked: &Asked<'_>) -> Answer {
    let Some(at) = state.at(path) else { return Answer::not_found(path) };
    let wanted = Element::parse(asked.body).map_or(Wanted::All, |it| Wanted::read(&it));
    let mut all = response(state, &state.nodes[at], &wanted);
    if asked.header("depth") == Some("1") {
        all.extend(state.children(path).map(|it| response(state, it, &wanted)));
    }
    Answer::multistatus(&all)
}

fn get(state: &State, path: &str) -> Answer {
    match state.at(path).map(|at| &state.nodes[at]) {
        None => Answer::not_found(path),
        Some(node) if node.is_folder => Answer::sabre(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            "GET is only implemented for File objects, not collections.",
        ),
        Some(node) => Answer::bytes(&node.mime, node.bytes.clone()),
    }
}

/// Whether something may be written there: the folder is there, and not only to be read.
fn refusal(state: &State, path: &str) -> Option<Answer> {
    let folder = path::parent(path);
    match state.at(folder).map(|at| state.nodes[at].is_folder) {
        None => Some(Answer::sabre(StatusCode::CONFLICT, "Conflict", "Files cannot be created in non-existent collections")),
        Some(false) => Some(Answer::sabre(StatusCode::CONFLICT, "Conflict", "Parent node is not a folder")),
        Some(true) if !state.may_write(path) => Some(Answer::forbidden()),
        Some(true) => {
            let lock = state.at(path).and_then(|at| state.nodes[at].lock.clone()).filter(|it| it != BOT);
            lock.map(|_| Answer::sabre(StatusCode::LOCKED, "Locked", &format!("\"{path}\" is locked")))
        }
    }
}

fn put(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    if asked.header("if-none-match") == Some("*") && state.at(path).is_some() {
        let said = "An If-None-Match header was specified, but the ETag matched (or * was specified).";
        return Answer::sabre(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", said);
    }
    let kind = asked.header("content-type").unwrap_or("application/octet-stream");
    write(state, path, asked.body.to_vec(), kind)
}

/// Stores a file, of one piece or put together.
pub fn write(state: &mut State, path: &str, bytes: Vec<u8>, kind: &str) -> Answer {
    if let Some(refusal) = refusal(state, path) {
        return refusal;
    }
    if let Some(most) = state.user(BOT).and_then(|it| it.quota)
        && state.nodes.iter().map(|it| it.bytes.len() as u64).sum::<u64>() + bytes.len() as u64 > most
    {
        return Answer::sabre(StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorage", "Insufficient space in / for the file");
    }
    let (status, id) = match state.at(path) {
        Some(at) if state.nodes[at].is_folder => {
            return Answer::sabre(StatusCode::CONFLICT, "Conflict", "PUT is not allowed on non-files.");
        }
        Some(at) => {
            state.keep_version(at);
            let now = state.now();
            let node = &mut state.nodes[at];
            (node.bytes, node.modified) = (bytes, now);
            (StatusCode::NO_CONTENT, node.id)
        }
        None => {
            let kind = guess(path).unwrap_or(kind).to_owned();
            (StatusCode::CREATED, state.add(path, false, bytes, &kind))
        }
    };
    let (kind, verb) = if status == StatusCode::CREATED { ("file_created", "created") } else { ("file_changed", "changed") };
    state.note(kind, BOT, verb, id, path);
    Answer::status(status).with("oc-fileid", format!("{id:08}oc7c1a2b3c4d")).with("oc-etag", format!("\"{id:x}\""))
}

/// Nextcloud goes by the name.
fn guess(path: &str) -> Option<&'static str> {
    Some(match path.rsplit('.').next()? {
        "md" => "text/markdown",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "pdf" => "application/pdf",
        "png" => "image/png",
        _ => return None,
    })
}

fn mkcol(state: &mut State, path: &str) -> Answer {
    if state.at(path).is_some() {
        return Answer::sabre(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The resource you tried to create already exists",
        );
    }
    if let Some(refusal) = refusal(state, path) {
        return refusal;
    }
    let id = state.add(path, true, Vec::new(), "");
    state.note("file_created", BOT, "created", id, path);
    Answer::status(StatusCode::CREATED).with("oc-fileid", format!("{id:08}oc7c1a2b3c4d"))
}

fn delete(state: &mut State, path: &str) -> Answer {
    if state.at(path).is_none() {
        return Answer::not_found(path);
    }
    if path == "/" {
        return Answer::forbidden();
    }
    if state.at(path).is_some_and(|at| state.is_received(&state.nodes[at])) {
        // Its owner keeps it: it is only taken out of this account's space.
        state.take(path);
        return Answer::status(StatusCode::NO_CONTENT);
    }
    if let Some(refusal) = refusal(state, path) {
        return refusal;
    }
    let nodes = state.take(path);
    if state.off.contains("files_trashbin") {
        return Answer::status(StatusCode::NO_CONTENT);
    }
    let (at, id) = (state.now(), nodes[0].id);
    let gone: Vec<u64> = nodes.iter().map(|it| it.id).collect();
    state.shares.retain(|it| !gone.contains(&it.node));
    let name = format!("{}.d{}", path::name(path), at.as_second());
    state.trash.push(super::state::Trashed { name, at, nodes });
    state.note("file_deleted", BOT, "deleted", id, path);
    Answer::status(StatusCode::NO_CONTENT)
}

fn relocate(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    if state.at(path).is_none() {
        return Answer::not_found(path);
    }
    let Some(to) = asked.destination(FILES) else {
        return Answer::sabre(StatusCode::BAD_REQUEST, "BadRequest", "The destination is not on this server");
    };
    let to = to.trim_end_matches('/').to_owned();
    let replaces = state.at(&to).is_some();
    if replaces && asked.header("overwrite") == Some("F") {
        let said = "The destination node already exists, and the overwrite header is set to false";
        return Answer::sabre(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", said);
    }
    if let Some(refusal) = refusal(state, &to) {
        return refusal;
    }
    if asked.method == "MOVE" && !state.may_write(path) {
        return Answer::forbidden();
    }
    if replaces {
        state.take(&to);
    }
    if asked.method == "MOVE" {
        let nodes = state.take(path);
        let id = nodes[0].id;
        state.put(nodes, path, &to);
        state.note("file_changed", BOT, "moved", id, &to);
    } else {
        let start = path::join(path, "");
        let copies: Vec<_> = state.nodes.iter().filter(|it| it.path == path || it.path.starts_with(&start)).cloned().collect();
        let (most, mut refused) = (state.copies.unwrap_or(usize::MAX), String::new());
        for (number, node) in copies.into_iter().enumerate() {
            let target = format!("{to}{}", &node.path[path.len()..]);
            if number >= most {
                let href = path::encode(&target);
                refused.push_str(&format!(
                    "<d:response><d:href>{FILES}{href}</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>"
                ));
                continue;
            }
            state.add(&target, node.is_folder, node.bytes, &node.mime);
        }
        if !refused.is_empty() {
            return Answer::multistatus(&refused);
        }
    }
    Answer::status(if replaces { StatusCode::NO_CONTENT } else { StatusCode::CREATED })
}

fn proppatch(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    let Some(at) = state.at(path) else { return Answer::not_found(path) };
    let Some(update) = Element::parse(asked.body).filter(|it| it.name == "propertyupdate") else {
        return Answer::sabre(StatusCode::BAD_REQUEST, "BadRequest", "The body is no propertyupdate");
    };
    let (mut done, mut refused) = (String::new(), String::new());
    for part in &update.children {
        for property in part.child("prop").into_iter().flat_map(|it| &it.children) {
            let shown = format!("<x:{} xmlns:x=\"{}\"/>", property.name, escaped(&property.namespace));
            let node = &mut state.nodes[at];
            node.properties.retain(|it| (&it.0, &it.1) != (&property.namespace, &property.name));
            match (property.name.as_str(), crate::nextcloud::dav::DAV == property.namespace) {
                (_, true) => {
                    refused.push_str(&shown);
                    continue;
                }
                ("favorite", _) => node.is_favorite = property.text.trim() == "1",
                _ if part.name == "set" => {
                    node.properties.push((property.namespace.clone(), property.name.clone(), escaped(&property.text)));
                }
                _ => {}
            }
            done.push_str(&shown);
        }
    }
    let part = |properties: &str, status: &str| match properties.is_empty() {
        true => String::new(),
        false => format!("<d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 {status}</d:status></d:propstat>"),
    };
    let parts = format!("{}{}", part(&done, "200 OK"), part(&refused, "403 Forbidden"));
    Answer::multistatus(&format!("<d:response><d:href>{FILES}{}</d:href>{parts}</d:response>", path::encode(path)))
}

/// The app files_lock, as it answers who sends `X-User-Lock`.
fn lock(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    let Some(at) = state.at(path) else { return Answer::not_found(path) };
    let lock = state.nodes[at].lock.clone();
    let by_other = lock.as_ref().is_some_and(|it| it != BOT);
    if by_other || (asked.method == "LOCK" && lock.is_some()) {
        return Answer::sabre(StatusCode::LOCKED, "Locked", &format!("\"{path}\" is locked by somebody else"));
    }
    if asked.method == "UNLOCK" && lock.is_none() {
        return Answer::sabre(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", "File is not locked");
    }
    let is_lock = asked.method == "LOCK";
    state.nodes[at].lock = is_lock.then(|| BOT.to_owned());
    let owner = if is_lock { format!("<nc:lock-owner>{BOT}</nc:lock-owner>") } else { String::new() };
    Answer::document(format!("<d:prop {NAMESPACES}><nc:lock>{}</nc:lock>{owner}</d:prop>", if is_lock { "1" } else { "" }))
}
