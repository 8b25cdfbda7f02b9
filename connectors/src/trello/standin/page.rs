//! The simulated Trello's web pages of a card and a board, so that a link in chat leads somewhere.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::Value;

use super::State;

pub fn respond(state: &State, path: &str) -> Response<Body> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let linked = |all: &'_ [Value], link: &str| all.iter().find(|it| it["shortLink"] == link).cloned();
    let page = match parts.as_slice() {
        ["c", link, ..] => linked(&state.cards, link).map(|it| (title(&it), card(state, &it))),
        ["b", link, ..] => linked(&state.boards, link).map(|it| (title(&it), board(state, &it))),
        _ => None,
    };
    let status = if page.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let (title, body) = page.unwrap_or_else(|| ("Trello".into(), "<p>Page not found. It may be private.</p>".into()));
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#172b4d}}h1{{font-size:1.3rem}}\
         .lists{{display:flex;gap:1rem;flex-wrap:wrap}}.list{{background:#f1f2f4;border-radius:.6rem;padding:.6rem;width:16rem}}\
         .card{{background:#fff;border-radius:.4rem;padding:.5rem;margin:.4rem 0;box-shadow:0 1px 1px #0003}}pre{{white-space:pre-wrap;font:inherit}}</style>\
         <h1>{title}</h1>{body}"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn title(object: &Value) -> String {
    escape(object["name"].as_str().unwrap_or_default())
}

fn card(state: &State, it: &Value) -> String {
    let comments =
        state.actions.iter().filter(|action| action["type"] == "commentCard" && action["data"]["card"]["id"] == it["id"]);
    let comments: String = comments
        .map(|it| {
            let (who, text) = (it["memberCreator"]["fullName"].as_str(), it["data"]["text"].as_str());
            format!(
                "<div class=card><b>{}</b><pre>{}</pre></div>",
                escape(who.unwrap_or_default()),
                escape(text.unwrap_or_default())
            )
        })
        .collect();
    let list = escape(&state.list_name(&it["idList"]));
    format!("<p>in list {list}</p><pre>{}</pre>{comments}", escape(it["desc"].as_str().unwrap_or_default()))
}

fn board(state: &State, it: &Value) -> String {
    let lists = state.lists.iter().filter(|list| list["idBoard"] == it["id"] && list["closed"] == false);
    let lists: String = lists
        .map(|list| {
            let cards = state.cards.iter().filter(|card| card["idList"] == list["id"] && card["closed"] == false);
            let cards: String = cards.map(|it| format!("<div class=card>{}</div>", title(it))).collect();
            format!("<div class=list><b>{}</b>{cards}</div>", title(list))
        })
        .collect();
    format!("<div class=lists>{lists}</div>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
