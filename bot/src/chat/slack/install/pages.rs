//! What a browser sees of an install: `GET /slack/install` and `GET /slack/oauth`.
//!
//! Plain pages without scripts. Neither is kept by a browser or tells another site where it came
//! from, since the address that Slack sends people back to holds a code.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::{
    ERRAND, Installing, is_allowed,
    oauth::{Failure, advice, is_code, is_id},
    record::{Granted, Sort},
};
use crate::{
    chat::slack::{Slack, manifest},
    connections::state::{self, Browser, Refusal},
};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
.add{display:inline-block;padding:.6rem 1.5rem;border-radius:.4rem;background:#4a154b;color:#fff;text-decoration:none;font-weight:600}\
dt{font-family:ui-monospace,monospace;margin-top:.5rem}dd{margin:0 0 0 1.5rem;opacity:.85}";

/// `GET /slack/install` and `GET /slack/oauth`.
pub fn routes(slack: Arc<Slack>) -> Router {
    Router::new().route("/slack/install", get(offer)).route("/slack/oauth", get(come_back)).with_state(slack)
}

#[derive(Deserialize)]
struct Offered {
    /// The workspace that Slack is to suggest.
    team: Option<String>,
}

async fn offer(State(slack): State<Arc<Slack>>, Query(offered): Query<Offered>, headers: HeaderMap) -> Response {
    let Some(installing) = &slack.installing else { return not_offered() };
    let browser = Browser::of(ERRAND, &headers);
    let state = state::issue(installing.oauth.state_key(), ERRAND, &browser, installing.installs.now());
    let team = offered.team.as_deref().filter(|it| is_id(it));
    let page = html! {
        h1 { "Add Bellhop to Slack" }
        p { "Bellhop carries requests from chat to the systems behind it, and news back. Slack asks next which workspace it is for, and whether you allow this:" }
        p { a.add href=(installing.oauth.authorize_url(&state, team)) { "Add to Slack" } }
        dl {
            @for scope in manifest::SCOPES {
                dt { (scope.name) }
                dd { "to " (scope.why) }
            }
        }
        p { "This page is good for ten minutes, in this browser." }
    };
    let mut response = answer(StatusCode::OK, "Add Bellhop to Slack", &page);
    if let Ok(cookie) = HeaderValue::from_str(&browser.cookie(ERRAND, &installing.public_url)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// What Slack sends the browser back with.
#[derive(Deserialize)]
struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

async fn come_back(State(slack): State<Arc<Slack>>, Query(back): Query<Back>, headers: HeaderMap) -> Response {
    let Some(installing) = &slack.installing else { return not_offered() };
    let now = installing.installs.now();
    let browser = Browser::known(ERRAND, &headers);
    let proven = match state::check(
        installing.oauth.state_key(),
        ERRAND,
        browser.as_ref(),
        back.state.as_deref().unwrap_or_default(),
        now,
    ) {
        Ok(proven) => proven,
        Err(reason) => return refused(reason),
    };
    // A state is used up by whatever came back with it.
    match installing.installs.use_state(&proven.nonce, proven.expires).await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!("Refused to install the Slack app: the state was used before");
            let why = "This address was used before: it is good for once. If the app is not in Slack yet, begin again.";
            return problem(StatusCode::FORBIDDEN, why);
        }
        Err(err) => return busy(&err),
    }
    if let Some(code) = &back.error {
        let code = if is_code(code) { code.as_str() } else { "an unknown error" };
        tracing::warn!(code, "Slack did not install the app");
        return refusal(code);
    }
    let Some(code) = back.code.as_deref().filter(|it| !it.is_empty() && it.len() <= 512) else {
        return problem(StatusCode::BAD_REQUEST, "Slack sent this browser back without a code. Begin again.");
    };
    match installing.oauth.exchange(code, now).await {
        Ok(granted) => install(installing, granted).await,
        Err(Failure::Refused(code)) => {
            tracing::error!(code, "Slack did not grant a token: {}", advice(&code));
            refusal(&code)
        }
        Err(Failure::NotDone(reason) | Failure::Unknown(reason)) => {
            tracing::error!("Slack granted no token: {reason}");
            let why = "Slack did not answer as it should, so nothing was installed. Begin again in a few minutes; https://slack-status.com says how Slack is.";
            problem(StatusCode::BAD_GATEWAY, why)
        }
    }
}

async fn install(installing: &Installing, granted: Granted) -> Response {
    let id = granted.id.as_str();
    if !is_allowed(installing.allowed.as_deref(), id) {
        installing.oauth.revoke(&granted.tokens).await;
        tracing::error!(workspace = %id, "Refused an install in a Slack workspace that `slack.workspaces` does not name");
        let why = format!(
            "This Bellhop is not for the workspace {} ({id}). Whoever runs it can name that in `slack.workspaces` and start it again; then begin again.",
            granted.name
        );
        return problem(StatusCode::FORBIDDEN, &why);
    }
    if let Err(err) = installing.installs.save(&granted).await {
        // Nobody has the token now: installing again gives another.
        return busy(&err);
    }
    installing.forget(id).await;
    tracing::info!(workspace = %id, who = %granted.who, "Installed the app in the Slack workspace {}", granted.name);
    let missing: Vec<&str> =
        manifest::SCOPES.iter().map(|it| it.name).filter(|it| !granted.scopes.iter().any(|has| has == it)).collect();
    let page = html! {
        h1 { "Bellhop is in " (granted.name) }
        @match granted.sort {
            Sort::Workspace => {
                p { "Type " code { "/bellhop help" } " in Slack to see what it can do, and " code { "/invite @Bellhop" } " in each private channel that it is to post to." }
                p { "In Bellhop's configuration, a channel of this workspace is written " code { "slack:" (id) "/#channel" } " where Bellhop is in more than one." }
                @if !granted.app.is_empty() {
                    p { a href={ "https://slack.com/app_redirect?app=" (granted.app) "&team=" (id) } { "Open it in Slack" } }
                }
            }
            Sort::Organization => {
                p { "It is in the organization, and in none of its workspaces yet: an organization admin adds it to them." }
                p { a href={ "https://app.slack.com/manage/" (id) "/integrations/profile/" (granted.app) "/workspaces/add" } { "Choose the workspaces" } }
            }
        }
        @if !missing.is_empty() {
            p { "Slack granted less than Bellhop asked for: " (missing.join(", ")) ". What then does not work is told by " code { "/bellhop health" } "." }
        }
    };
    answer(StatusCode::OK, "Installed", &page)
}

fn refused(reason: Refusal) -> Response {
    tracing::warn!(%reason, "Refused to install the Slack app");
    let why = match reason {
        Refusal::Missing => "This page is where Slack sends people back to, and nobody came from there. Begin at the first page.",
        Refusal::OtherBrowser => {
            "This browser did not begin this install, or does not keep cookies. Begin again, and stay in one browser; if it never works, allow cookies for this address."
        }
        Refusal::Forged => "This install was not begun here in this browser, so nothing was installed. Begin again.",
        Refusal::Expired => "It took longer than ten minutes, so nothing was installed. Begin again.",
    };
    problem(if reason == Refusal::Missing { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN }, why)
}

/// Slack's own no, with what to do about it.
fn refusal(code: &str) -> Response {
    let page = html! {
        h1 { "Nothing was installed" }
        p { (advice(code)) }
        p { "Slack calls it " code { (code) } "." }
        p { a href="install" { "Begin again" } }
    };
    answer(StatusCode::BAD_REQUEST, "Nothing was installed", &page)
}

fn problem(status: StatusCode, why: &str) -> Response {
    let page = html! {
        h1 { "Nothing was installed" }
        p { (why) }
        p { a href="install" { "Begin again" } }
    };
    answer(status, "Nothing was installed", &page)
}

fn busy(err: &anyhow::Error) -> Response {
    tracing::error!("An install of the Slack app cannot be kept: {err:#}");
    let mut response = problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "Bellhop's store cannot take it now, so nothing was installed. Begin again in a minute.",
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    response
}

fn not_offered() -> Response {
    let page = html! {
        h1 { "There is nothing to install here" }
        p { "This Bellhop works in one Slack workspace, whose token stands in its configuration. To have it in several, whoever runs it sets " code { "slack.client_id" } " and " code { "slack.client_secret" } "." }
    };
    answer(StatusCode::NOT_FOUND, "Nothing to install", &page)
}

fn answer(status: StatusCode, title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, Html(page.into_string())).into_response()
}
