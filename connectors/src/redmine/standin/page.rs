//! The simulated Redmine's web page of an issue, so that a link in chat leads somewhere.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};

use super::{State, state::Issue};

pub fn respond(state: &State, path: &str) -> Response<Body> {
    let issue = path.strip_prefix("/issues/").and_then(|id| state.issues.iter().find(|it| it.id.to_string() == id));
    let (status, title, body) = match issue {
        Some(it) => (200, format!("#{} {}", it.id, it.subject), write(state, it)),
        None => (404, "Redmine".into(), "<p>The page you were trying to access doesn't exist or has been removed.</p>".into()),
    };
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <style>body{{font:15px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#333}}h1{{font-size:1.3rem}}\
         dl{{display:grid;grid-template-columns:8rem 1fr;gap:.2rem}}dt{{color:#777}}dd{{margin:0}}pre{{white-space:pre-wrap;font:inherit}}\
         .note{{border-top:1px solid #ddd;padding:.5rem 0}}</style>{body}",
        title = escape(&title),
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

fn write(state: &State, issue: &Issue) -> String {
    let project = state.project(issue.project).map(|it| it.name.clone()).unwrap_or_default();
    let facts = [
        ("Project", project),
        ("Tracker", state.name_of(&state.trackers, issue.tracker).to_owned()),
        ("Status", state.name_of(&state.statuses, issue.status).to_owned()),
        ("Priority", state.name_of(&state.priorities, issue.priority).to_owned()),
        ("Author", state.user_name(issue.author)),
        ("Assignee", issue.assigned_to.map(|id| state.user_name(id)).unwrap_or_default()),
        ("Severity", issue.severity.clone()),
    ];
    let facts: String = facts.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", escape(value))).collect();
    let notes: String = issue
        .journals
        .iter()
        .filter(|it| !it.private)
        .map(|it| format!("<div class=note><b>{}</b><pre>{}</pre></div>", escape(&state.user_name(it.user)), escape(&it.notes)))
        .collect();
    let (title, description) = (escape(&issue.subject), escape(&issue.description));
    format!("<h1>#{} {title}</h1><dl>{facts}</dl><pre>{description}</pre>{notes}", issue.id)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
