//! The simulated OpenProject's web page of a work package, so that a link in chat leads somewhere.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};

use super::state::{PRIORITIES, Package, STATUSES, State, TYPES, name_in};

pub fn respond(state: &State, path: &str) -> Response<Body> {
    let number = path.split('/').skip_while(|it| !matches!(*it, "work_packages" | "wp")).find_map(|it| it.parse().ok());
    let (status, title, body) = match number.and_then(|id| state.package(id)) {
        Some(it) => (StatusCode::OK, format!("#{} {}", it.id, it.subject), write(state, it)),
        None => (
            StatusCode::NOT_FOUND,
            "OpenProject".into(),
            "<p>[Error 404] The page you were trying to access doesn't exist.</p>".into(),
        ),
    };
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:15px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#333}}h1{{font-size:1.3rem}}\
         dl{{display:grid;grid-template-columns:8rem 1fr;gap:.2rem}}dt{{color:#777}}dd{{margin:0}}pre{{white-space:pre-wrap;font:inherit}}\
         .note{{border-top:1px solid #ddd;padding:.5rem 0}}</style>{body}",
        title = escape(&title),
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn write(state: &State, it: &Package) -> String {
    let facts = [
        ("Project", state.project(it.project).map(|it| it.name.clone()).unwrap_or_default()),
        ("Type", name_in(&TYPES, it.kind).to_owned()),
        ("Status", name_in(&STATUSES, it.status).to_owned()),
        ("Priority", name_in(&PRIORITIES, it.priority).to_owned()),
        ("Assignee", it.assignee.map(|id| state.user_name(id)).unwrap_or_default()),
        ("Progress", format!("{} %", it.done)),
    ];
    let facts: String = facts.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", escape(value))).collect();
    let said = it.activities.iter().filter(|it| !it.internal && !it.comment.is_empty());
    let said: String = said
        .map(|it| format!("<div class=note><b>{}</b><pre>{}</pre></div>", escape(&state.user_name(it.user)), escape(&it.comment)))
        .collect();
    format!("<h1>#{} {}</h1><dl>{facts}</dl><pre>{}</pre>{said}", it.id, escape(&it.subject), escape(&it.description))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
