//! Uploads in pieces, the trash, and earlier versions: WebDAV as well.

use axum::http::StatusCode;

use super::{
    Answer, Asked, BOT, State, files,
    properties::{FILES, described, http_date},
    unknown_method,
};
use crate::nextcloud::{
    dav::{DAV, NEXTCLOUD, OWNCLOUD, escaped},
    path,
};

/// A chunk other than the last has at least 5 MB.
const SMALLEST_CHUNK: usize = 5 << 20;

pub fn uploads(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let destination = asked.destination(FILES);
    match (asked.method, parts.as_slice(), destination) {
        ("MKCOL", [transfer], Some(_)) => {
            state.uploads.entry((*transfer).to_owned()).or_default();
            Answer::status(StatusCode::CREATED)
        }
        ("DELETE", [transfer], _) => match state.uploads.remove(*transfer) {
            Some(_) => Answer::status(StatusCode::NO_CONTENT),
            None => Answer::not_found(transfer),
        },
        ("PUT", [transfer, chunk], Some(_)) => {
            let number = chunk.parse::<u32>().ok().filter(|it| (1..=10_000).contains(it));
            match (state.uploads.get_mut(*transfer), number) {
                (Some(chunks), Some(number)) => {
                    chunks.insert(number, asked.body.to_vec());
                    Answer::status(StatusCode::CREATED)
                }
                (None, _) => Answer::not_found(transfer),
                (_, None) => Answer::sabre(
                    StatusCode::BAD_REQUEST,
                    "BadRequest",
                    "Invalid chunk name, must be numeric between 1 and 10000",
                ),
            }
        }
        ("MOVE", [transfer, ".file"], Some(to)) => {
            let Some(chunks) = state.uploads.remove(*transfer) else { return Answer::not_found(transfer) };
            let all: Vec<Vec<u8>> = chunks.into_values().collect();
            let short = all.iter().rev().skip(1).any(|it| it.len() < SMALLEST_CHUNK);
            let bytes = all.concat();
            let total = asked.header("oc-total-length").and_then(|it| it.parse::<usize>().ok());
            if short || total.is_some_and(|it| it != bytes.len()) {
                let said =
                    format!("Chunks on server do not sum up to {} but to {} bytes", total.unwrap_or_default(), bytes.len());
                return Answer::sabre(StatusCode::BAD_REQUEST, "BadRequest", &said);
            }
            files::write(state, &to, bytes, "application/octet-stream")
        }
        (_, _, None) => Answer::sabre(StatusCode::BAD_REQUEST, "BadRequest", "The destination header is missing"),
        (other, ..) => unknown_method(other),
    }
}

pub fn trash(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    let base = format!("/remote.php/dav/trashbin/{BOT}");
    let (area, name) = path.trim_end_matches('/').split_once('/').unwrap_or((path.trim_end_matches('/'), ""));
    let at = state.trash.iter().position(|it| it.name == name);
    match (asked.method, area, at) {
        ("PROPFIND", "trash", _) if name.is_empty() => {
            let top = described(
                &format!("{base}/trash/"),
                [(DAV, "resourcetype", Some("<d:collection xmlns:d=\"DAV:\"/>".to_owned()))].into_iter(),
            );
            let one = |it: &super::state::Trashed| {
                let node = &it.nodes[0];
                let size: usize = it.nodes.iter().map(|it| it.bytes.len()).sum();
                let kind = if node.is_folder { "<d:collection xmlns:d=\"DAV:\"/>".to_owned() } else { String::new() };
                let all = [
                    (DAV, "resourcetype", Some(kind)),
                    (OWNCLOUD, "size", Some(size.to_string())),
                    (NEXTCLOUD, "trashbin-filename", Some(escaped(path::name(&node.path)))),
                    (NEXTCLOUD, "trashbin-original-location", Some(escaped(node.path.trim_start_matches('/')))),
                    (NEXTCLOUD, "trashbin-deletion-time", Some(it.at.as_second().to_string())),
                ];
                described(&format!("{base}/trash/{}", path::encode_part(&it.name)), all.into_iter())
            };
            Answer::multistatus(&format!("{top}{}", state.trash.iter().map(one).collect::<String>()))
        }
        ("MOVE", "trash", Some(at)) if asked.destination(&format!("{base}/restore/")).is_some() => {
            let item = state.trash.remove(at);
            let (from, id) = (item.nodes[0].path.clone(), item.nodes[0].id);
            // Its folder may be gone: then it comes back at the top. A name that is taken gets another.
            let folder = if state.at(path::parent(&from)).is_some() { path::parent(&from) } else { "/" };
            let mut to = path::join(folder, path::name(&from));
            if state.at(&to).is_some() {
                to = format!("{to} (restored)");
            }
            state.put(item.nodes, &from, &to);
            state.note("file_restored", BOT, "restored", id, &to);
            Answer::status(StatusCode::CREATED)
        }
        ("DELETE", "trash", _) if name.is_empty() => {
            state.trash.clear();
            Answer::status(StatusCode::NO_CONTENT)
        }
        ("DELETE", "trash", Some(at)) => {
            state.trash.remove(at);
            Answer::status(StatusCode::NO_CONTENT)
        }
        (_, _, None) => Answer::not_found(name),
        (other, ..) => unknown_method(other),
    }
}

pub fn versions(state: &mut State, path: &str, asked: &Asked<'_>) -> Answer {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let base = format!("/remote.php/dav/versions/{BOT}");
    let ["versions", id, rest @ ..] = parts.as_slice() else { return Answer::not_found(path) };
    let Some(at) = id.parse().ok().and_then(|id: u64| state.nodes.iter().position(|it| it.id == id && !it.is_folder)) else {
        return Answer::not_found(path);
    };
    let id = state.nodes[at].id;
    match (asked.method, rest) {
        ("PROPFIND", []) => {
            let top = described(&format!("{base}/versions/{id}/"), std::iter::empty());
            let one = |it: &super::state::Version| {
                let all = [
                    (DAV, "getlastmodified", Some(http_date(it.at))),
                    (DAV, "getcontentlength", Some(it.bytes.len().to_string())),
                    (NEXTCLOUD, "version-label", None),
                    (NEXTCLOUD, "version-author", Some(BOT.to_owned())),
                ];
                described(&format!("{base}/versions/{id}/{}", it.name), all.into_iter())
            };
            let all: String = state.versions.get(&id).into_iter().flatten().map(one).collect();
            Answer::multistatus(&format!("{top}{all}"))
        }
        ("GET", [name]) => match state.versions.get(&id).and_then(|it| it.iter().find(|it| it.name == *name)) {
            Some(version) => Answer::bytes(&state.nodes[at].mime, version.bytes.clone()),
            None => Answer::not_found(name),
        },
        ("MOVE", [name]) => {
            let restores = asked.destination(&format!("{base}/restore/")).is_some();
            let found = state.versions.get(&id).and_then(|it| it.iter().find(|it| it.name == *name)).map(|it| it.bytes.clone());
            let Some(bytes) = found.filter(|_| restores) else { return Answer::not_found(name) };
            if !state.may_write(&state.nodes[at].path.clone()) {
                return Answer::forbidden();
            }
            state.keep_version(at);
            let now = state.now();
            (state.nodes[at].bytes, state.nodes[at].modified) = (bytes, now);
            Answer::status(StatusCode::CREATED)
        }
        (other, _) => unknown_method(other),
    }
}
