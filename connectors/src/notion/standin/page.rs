//! The simulated Notion's web page of a page, so that a link in chat leads somewhere.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::Value;

use super::{
    State,
    state::{plain, title},
};

pub fn respond(state: &State, path: &str) -> Response<Body> {
    let id = path.rsplit('-').next().unwrap_or_default().trim_matches('/');
    let page =
        state.pages.iter().find(|it| it["private"].is_null() && it["id"].as_str().is_some_and(|it| it.replace('-', "") == id));
    let (status, title, body) = match page {
        Some(page) => (StatusCode::OK, escape(&title(page)), write(state, page)),
        None => (StatusCode::NOT_FOUND, "Notion".into(), "<p>This page could not be found.</p>".into()),
    };
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:16px/1.6 sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#37352f}}pre{{white-space:pre-wrap;font:inherit;margin:.3rem 0}}\
         .comment{{border-left:3px solid #e9e9e7;padding-left:.6rem}}</style><h1>{title}</h1>{body}"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn write(state: &State, page: &Value) -> String {
    let blocks = state.blocks.iter().filter(|it| it["parent"]["id"] == page["id"]);
    let block = |it: &Value| {
        let kind = it["type"].as_str().unwrap_or_default();
        format!("<pre>{}</pre>", escape(&plain(&it[kind]["rich_text"])))
    };
    let comments = state.comments.iter().filter(|it| it["parent"]["page_id"] == page["id"]);
    let comment = |it: &Value| format!("<pre class=comment>{}</pre>", escape(&plain(&it["rich_text"])));
    blocks.map(block).chain(comments.map(comment)).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
