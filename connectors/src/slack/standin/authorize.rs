//! Slack's page that asks a person whether the app may come in: `GET` and `POST /oauth/v2/authorize`.

use axum::{
    Form,
    extract::{Query, State as Extract},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::SlackSim;

/// What the app asks for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    team: String,
}

/// What the person said to it.
#[derive(Deserialize)]
pub struct Said {
    #[serde(flatten)]
    asked: Asked,
    /// `allow` or anything else.
    decision: String,
}

impl SlackSim {
    /// Why Slack shows an error of its own, and does not send the browser back.
    fn problem_with(&self, asked: &Asked) -> Option<&'static str> {
        let registered = self.look(|state| state.settings.redirect_urls.clone());
        let is_registered = registered.is_empty() || registered.iter().any(|it| asked.redirect_uri.starts_with(it));
        match () {
            () if !self.grants(|it| it.client_id == asked.client_id) => Some("Invalid client_id parameter"),
            () if asked.scope.is_empty() => Some("Invalid permissions requested: no_scopes"),
            () if asked.redirect_uri.is_empty() || !is_registered => Some("redirect_uri did not match any configured URIs"),
            () => None,
        }
    }
}

pub async fn show(Extract(sim): Extract<SlackSim>, Query(asked): Query<Asked>) -> Response {
    if let Some(problem) = sim.problem_with(&asked) {
        return (StatusCode::BAD_REQUEST, format!("{problem}\n")).into_response();
    }
    let hidden = [
        ("client_id", &asked.client_id),
        ("scope", &asked.scope),
        ("redirect_uri", &asked.redirect_uri),
        ("state", &asked.state),
    ];
    let hidden: String =
        hidden.iter().map(|(name, value)| format!(r#"<input type="hidden" name="{name}" value="{}">"#, escaped(value))).collect();
    let workspaces = sim.workspaces().into_iter().map(|it| it.look(|state| (state.team.clone(), state.team_name.clone())));
    let options: String = workspaces
        .chain(sim.organization())
        .map(|(id, name)| {
            let chosen = if id == asked.team { " selected" } else { "" };
            format!(r#"<option value="{id}"{chosen}>{}</option>"#, escaped(&name))
        })
        .collect();
    let scopes: String = asked.scope.split(',').map(|it| format!("<li>{}</li>", escaped(it))).collect();
    Html(format!(
        r#"<!DOCTYPE html><html lang="en"><title>Slack (simulated)</title><h1>Bellhop asks to come in</h1><ul>{scopes}</ul>
<form method="post">{hidden}<select name="team">{options}</select>
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Cancel</button></form></html>"#
    ))
    .into_response()
}

pub async fn decide(Extract(sim): Extract<SlackSim>, Form(said): Form<Said>) -> Response {
    let Said { asked, decision } = said;
    if let Some(problem) = sim.problem_with(&asked) {
        return (StatusCode::BAD_REQUEST, format!("{problem}\n")).into_response();
    }
    let Ok(mut back) = url::Url::parse(&asked.redirect_uri) else {
        return (StatusCode::BAD_REQUEST, "redirect_uri did not match any configured URIs\n").into_response();
    };
    let team = if asked.team.is_empty() { sim.look(|state| state.team.clone()) } else { asked.team };
    let is_there = sim.workspace(&team).is_some() || sim.organization().is_some_and(|(id, _)| id == team);
    let (name, value) = match decision.as_str() {
        "allow" if is_there => {
            let who = sim.look(|state| state.users.first().map(|it| it.id.clone()).unwrap_or_default());
            ("code", sim.grant(&team, &asked.redirect_uri, &asked.scope, &who))
        }
        "allow" => ("error", "invalid_team".to_owned()),
        _ => ("error", "access_denied".to_owned()),
    };
    back.query_pairs_mut().append_pair(name, &value).append_pair("state", &asked.state);
    (StatusCode::FOUND, [(header::LOCATION, String::from(back))]).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
