//! What a browser sees of a consent: `GET /oauth/start/{nonce}`, which leads to the vendor, and `GET /oauth/callback`, which the
//! vendor sends it back to.
//!
//! Plain pages without scripts, kept by no browser. The first does nothing by itself, so that whatever looks at links in chats
//! uses nothing up.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use connectors::auth::consent::Verifier;
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::{
    Desk, ERRAND,
    begin::{Begun, What, desk_of},
    finish::{Back, Ended},
    store,
};
use crate::{
    app::App,
    connections::{
        Live, Origin,
        state::{self, Browser, Refusal},
        whole_of,
    },
};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
.go{display:inline-block;padding:.6rem 1.5rem;border-radius:.4rem;background:#1d5fa8;color:#fff;text-decoration:none;font-weight:600}\
dt{font-family:ui-monospace,monospace;margin-top:.5rem}dd{margin:0 0 0 1.5rem;opacity:.85}\
.word{font:600 1.6rem/1 ui-monospace,monospace;letter-spacing:.1em}";

/// The two of them.
pub fn routes(app: Arc<App>) -> Router {
    Router::new().route("/oauth/start/{nonce}", get(offer)).route("/oauth/callback", get(come_back)).with_state(app)
}

async fn offer(State(app): State<Arc<App>>, Path(nonce): Path<String>, headers: HeaderMap) -> Response {
    let Some(key) = app.grants.key() else { return over() };
    let (begun, ends) = match store::look::<Begun>(&app.store, key, &nonce).await {
        Ok(Some(found)) => found,
        Ok(None) => return over(),
        Err(err) => return busy(&err),
    };
    let desk = match desk(&app, &begun) {
        Ok(desk) => desk,
        Err(err) => return problem(StatusCode::CONFLICT, &err.message),
    };
    let browser = Browser::of(ERRAND, &headers);
    let state = state::issue_for(&key.derived("states of consents"), ERRAND, &browser, &nonce, ends);
    let verifier = Verifier(begun.verifier.clone().into());
    let there = match desk.asks.page(&app.redirect_uri(), &state, &verifier) {
        Ok(there) => there,
        Err(err) => return problem(StatusCode::CONFLICT, &err.message),
    };
    let title = &desk.title;
    let scopes = desk.asks.consent.scopes;
    let page = html! {
        @match begun.what {
            What::Link => {
                h1 { "Let Bellhop act as you in " (title) }
                p { "This was begun by " strong { (begun.name) } ". If that is not you, close this page: whoever began it would act as you." }
            }
            What::Authorize | What::Connect { .. } => {
                h1 { "Let Bellhop into " (title) }
                p { "This was begun by " strong { (begun.name) } ". Sign in there as the account that the bot is to use for everybody, not as yourself." }
            }
        }
        p { a.go href=(there) { "Go on to " (title) } }
        @if !scopes.is_empty() {
            p { (title) " asks next whether you allow this:" }
            dl { @for scope in scopes { dt { (scope.name) } dd { "to " (scope.why) } } }
        }
        p { "This page is good for ten minutes, once, in this browser." }
    };
    let mut response = answer(StatusCode::OK, &format!("Let Bellhop into {title}"), &page);
    let cookie = browser.cookie(ERRAND, app.public_url.as_deref().unwrap_or_default());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// What a vendor sends a browser back with.
#[derive(Deserialize)]
struct Returned {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

async fn come_back(State(app): State<Arc<App>>, Query(returned): Query<Returned>, headers: HeaderMap) -> Response {
    let Some(key) = app.grants.key() else { return over() };
    let browser = Browser::known(ERRAND, &headers);
    let state = returned.state.as_deref().unwrap_or_default();
    let proven = match state::check(&key.derived("states of consents"), ERRAND, browser.as_ref(), state, app.store.now()) {
        Ok(proven) => proven,
        Err(reason) => return refused(reason),
    };
    // It is used up by whatever came back with it.
    let begun = match store::take::<Begun>(&app.store, key, &proven.nonce).await {
        Ok(Some(begun)) => begun,
        Ok(None) => {
            tracing::warn!("Refused a consent: its link was used before, or is over");
            return problem(
                StatusCode::FORBIDDEN,
                "This address was used before, or is over: it is good for once. Begin again in the chat.",
            );
        }
        Err(err) => return busy(&err),
    };
    let back = match (&returned.error, returned.code.filter(|it| !it.is_empty() && it.len() <= 4096)) {
        (Some(code), _) => Back::Refused(plain(code)),
        (None, Some(code)) => Back::Code(code),
        (None, None) => Back::Refused("no_code".into()),
    };
    // Whoever closes the page early does not stop it half way: a code is good for once.
    let nonce = proven.nonce;
    let finishing = tokio::spawn(async move { app.finish_consent(&nonce, begun, back).await });
    match finishing.await {
        Ok(ended) => shown(&ended),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "It broke off. Begin again in the chat."),
    }
}

fn shown(ended: &Ended) -> Response {
    let back = "You can close this page and go back to the chat.";
    match ended {
        Ended::Linked { title, account } => {
            let page = html! {
                h1 { "Done" }
                p { "Bellhop acts as " strong { (account) } " in " (title) " when you ask it for something there." }
                p { (back) }
            };
            answer(StatusCode::OK, "Done", &page)
        }
        Ended::Connected { title, name } => {
            let page = html! {
                h1 { "Done" }
                p { (title) " works, and is connected as " code { (name) } "." }
                p { (back) }
            };
            answer(StatusCode::OK, "Done", &page)
        }
        Ended::Waits { title, account, name, word } => {
            let page = html! {
                h1 { "One more step" }
                p { "You agreed as " strong { (account) } ". " (title) " does not tell that this account is of " strong { (name) } ", who began this." }
                p { "If that is you, say this to Bellhop in the chat, within ten minutes:" }
                p.word { "/bellhop link confirm " (word) }
                p { "If it is not, tell nobody this word, and close the page: nothing is linked then." }
            };
            answer(StatusCode::OK, "One more step", &page)
        }
        Ended::Failed { title, why } => {
            let page = html! {
                h1 { "Nothing came of it" }
                p { (title) ": " (why) }
                p { "Begin again in the chat, where this is told as well." }
            };
            answer(StatusCode::BAD_REQUEST, "Nothing came of it", &page)
        }
    }
}

/// Where consent is asked for, if that is still what it was begun for.
fn desk(app: &App, begun: &Begun) -> commands::Result<Desk> {
    let live = match begun.what.change(&begun.connection, &begun.kind) {
        Some(change) => {
            let kind = connectors::find(&begun.kind).ok_or_else(|| commands::Error::not_found("There is no such connector."))?;
            let settings = whole_of(&change.settings, &change.secrets);
            Arc::new(Live::open(&begun.connection, kind, settings, Origin::Chat, Vec::new(), None)?)
        }
        None => app.connections.get(&begun.connection)?,
    };
    let desk = desk_of(&live)?.clone();
    if desk.bound == begun.bound {
        return Ok(desk);
    }
    Err(commands::Error::new(commands::ErrorKind::Conflict, "The connection leads elsewhere now. Begin again in the chat."))
}

/// A vendor's word; anything that does not look like one is not repeated.
fn plain(code: &str) -> String {
    let is_word =
        !code.is_empty() && code.len() <= 64 && code.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-');
    if is_word { code.to_owned() } else { "an unknown error".to_owned() }
}

fn refused(reason: Refusal) -> Response {
    tracing::warn!(%reason, "Refused a consent");
    let why = match reason {
        Refusal::Missing => "This page is where people are sent back to, and nobody came from there. Begin in the chat.",
        Refusal::OtherBrowser => {
            "This browser did not begin this, or does not keep cookies. Begin again in the chat, and stay in one browser; if it never works, \
             allow cookies for this address."
        }
        Refusal::Forged => "This was not begun in this browser, so nothing came of it. Begin again in the chat.",
        Refusal::Expired => "It took longer than ten minutes, so nothing came of it. Begin again in the chat.",
    };
    problem(if reason == Refusal::Missing { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN }, why)
}

fn over() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "This link was used before, is older than ten minutes, or was never given out. Begin again in the chat.",
    )
}

fn problem(status: StatusCode, why: &str) -> Response {
    answer(status, "Nothing came of it", &html! { h1 { "Nothing came of it" } p { (why) } })
}

fn busy(err: &anyhow::Error) -> Response {
    tracing::error!("A consent cannot be read or kept: {err:#}");
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, "Bellhop's store cannot take it now. Try again in a minute.");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    response
}

fn answer(status: StatusCode, title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
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
