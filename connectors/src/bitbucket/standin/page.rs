//! The pages that links in chat lead to.

use axum::{
    body::Body,
    http::{Response, StatusCode, header},
};

use super::state::{Repo, State};

pub fn respond(state: &State, path: &[String]) -> Response<Body> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let (slug, rest) = match parts.as_slice() {
        ["projects" | "users", _, "repos", slug, rest @ ..] => (*slug, rest),
        [_, slug, rest @ ..] => (*slug, rest),
        _ => return html(StatusCode::NOT_FOUND, "<h1>404</h1><p>There is no such page.</p>"),
    };
    let body = state.repo(slug).ok().and_then(|repo| page(state, repo, rest));
    match body {
        Some(body) => html(StatusCode::OK, &body),
        None => html(StatusCode::NOT_FOUND, "<h1>404</h1><p>There is no such page.</p>"),
    }
}

fn page(state: &State, repo: &Repo, rest: &[&str]) -> Option<String> {
    let list = |items: Vec<String>| items.iter().map(|it| format!("<li>{}</li>", escape(it))).collect::<String>();
    Some(match rest {
        ["pull-requests", id, ..] => {
            let pull = repo.pull(id).ok()?;
            let said = |it: &super::state::Comment| format!("{}: {}", state.people[it.author].name, it.text);
            format!(
                "<h1>#{id} {}</h1><p>{} · {} → {}</p><pre>{}</pre><ul>{}</ul>",
                escape(&pull.title),
                pull.state,
                escape(&pull.source),
                escape(&pull.target),
                escape(&pull.description),
                list(pull.comments.iter().map(said).collect())
            )
        }
        ["issues", id, ..] => {
            let issue = repo.issues.iter().find(|it| it.id.to_string() == *id)?;
            format!("<h1>#{id} {}</h1><p>{}</p><pre>{}</pre>", escape(&issue.title), issue.state, escape(&issue.content))
        }
        ["commits", hash, ..] => {
            let commit = repo.commit(hash)?;
            format!("<h1>{}</h1><pre>{}</pre>", escape(&commit.hash), escape(&commit.message))
        }
        ["pipelines", "results", number, ..] => {
            let run = repo.runs.iter().find(|it| it.number.to_string() == *number)?;
            let steps = run.steps.iter().map(|it| format!("{}: {}", it.name, it.result.unwrap_or("IN PROGRESS"))).collect();
            let variables = run.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let (steps, variables) = (list(steps), list(variables));
            format!("<h1>Pipeline #{number}</h1><p>{}</p><ol>{steps}</ol><ul>{variables}</ul>", escape(&run.branch))
        }
        _ => {
            let branches = repo.branches.iter().map(|it| it.name.clone()).collect();
            format!("<h1>{}</h1><p>{}</p><ul>{}</ul>", escape(&repo.name), escape(&repo.description), list(branches))
        }
    })
}

fn html(status: StatusCode, body: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("<!doctype html><meta charset=utf-8><title>Bitbucket</title>{body}")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
