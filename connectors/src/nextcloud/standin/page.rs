//! The simulated Nextcloud's web pages of a file and of a public link, so that a link in chat leads somewhere.

use axum::http::StatusCode;

use super::{Answer, State};
use crate::nextcloud::{dav::escaped, path};

pub fn respond(state: &State, path: &str) -> Answer {
    let (area, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let node = match area {
        "f" => rest.parse().ok().and_then(|id| state.node(id)),
        "s" => state.shares.iter().find(|it| it.token == rest && !rest.is_empty()).and_then(|it| state.node(it.node)),
        _ => None,
    };
    let (status, title, body) = match node {
        Some(node) if node.is_folder => {
            let items: String =
                state.children(&node.path).map(|it| format!("<li>{}</li>", escaped(path::name(&it.path)))).collect();
            (StatusCode::OK, escaped(&node.path), format!("<ul>{items}</ul>"))
        }
        Some(node) => {
            let text = std::str::from_utf8(&node.bytes).ok().filter(|it| it.len() < 20_000).map(escaped);
            let text = text.unwrap_or_else(|| path::size(node.bytes.len() as u64));
            (StatusCode::OK, escaped(&node.path), format!("<pre>{text}</pre>"))
        }
        None => (StatusCode::NOT_FOUND, "Nextcloud".to_owned(), "<p>Page not found</p>".to_owned()),
    };
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:15px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#333}}h1{{font-size:1.3rem}}\
         pre{{white-space:pre-wrap}}</style><h1>{title}</h1>{body}"
    );
    Answer { status, ..Answer::bytes("text/html; charset=UTF-8", html.into_bytes()) }
}
