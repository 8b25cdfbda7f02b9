//! What people see who follow a link: an issue or a pull request as a plain page.

use axum::{
    body::Body,
    http::{HeaderValue, Response, header},
};

use super::{
    State,
    state::{Issue, Repo},
};

/// None for what is the API's.
pub fn respond(state: &State, path: &str) -> Option<Response<Body>> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (owner, name, rest) = (parts.first()?, parts.get(1)?, parts.get(2..)?);
    let repo = state.repos.iter().find(|it| it.owner == *owner && it.name == *name)?;
    let body = match rest {
        ["issues" | "pull", number, ..] => issue(repo, number.parse().ok()?)?,
        _ => list(repo),
    };
    let mut response =
        Response::new(Body::from(format!("<!doctype html><meta charset=utf-8><title>{}</title>{body}", repo.full_name())));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Some(response)
}

fn issue(repo: &Repo, number: u64) -> Option<String> {
    let it = repo.issue(number)?;
    let comments: String =
        it.comments.iter().map(|it| format!("<h3>{}</h3><pre>{}</pre>", escaped(&it.author), escaped(&it.body))).collect();
    let people = if it.assignees.is_empty() { "nobody".to_owned() } else { it.assignees.join(", ") };
    Some(format!(
        "<h1>{} #{number}</h1><p>{} · by {} · {}</p><pre>{}</pre>{comments}",
        escaped(&it.title),
        it.shown_state(),
        escaped(&it.author),
        escaped(&people),
        escaped(&it.body)
    ))
}

fn list(repo: &Repo) -> String {
    let line = |it: &Issue| {
        let kind = if it.pull.is_some() { "pull" } else { "issues" };
        format!(
            "<li><a href=\"/{}/{kind}/{}\">#{} {}</a> {}</li>",
            repo.full_name(),
            it.number,
            it.number,
            escaped(&it.title),
            it.shown_state()
        )
    };
    format!("<h1>{}</h1><ul>{}</ul>", escaped(&repo.full_name()), repo.issues.iter().rev().map(line).collect::<String>())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
