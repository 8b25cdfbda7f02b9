//! The page behind a link: it says what would be done and as whom, and has one button.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use maud::html;

use super::{Act, Links};
use crate::{
    chat::{Answering, Place, request_id},
    dispatch::{Answer, Dispatch, Line},
    forms::{
        Forms,
        page::{document, notice, page_of},
    },
};

/// What the page sends is a few dozen bytes.
const BODY_LIMIT: usize = 4 * 1024;
/// What the page sends back to show that it was seen.
const SHOWN: &str = "shown";

/// The pages of links, `/act/{token}`.
pub fn routes(links: Links, dispatch: Dispatch, forms: Forms) -> Router {
    let pages = Pages { links, dispatch, forms };
    Router::new().route("/act/{token}", get(show).post(act)).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(pages)
}

#[derive(Clone)]
struct Pages {
    links: Links,
    dispatch: Dispatch,
    forms: Forms,
}

async fn show(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    let Some(act) = pages.links.read(&token, Timestamp::now()) else { return gone() };
    page_of(StatusCode::OK, draw(&act, &token, &pages.links.shown(&token)).into_string())
}

async fn act(State(pages): State<Pages>, Path(token): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    // A page elsewhere that knows the address still cannot press the button from somebody's browser.
    if headers.get("sec-fetch-site").is_some_and(|it| it != "same-origin" && it != "none") {
        return said(StatusCode::FORBIDDEN, "Not from here", "Open the link of the message, and press the button there.");
    }
    let Some(act) = pages.links.read(&token, Timestamp::now()) else { return gone() };
    let given = url::form_urlencoded::parse(&body).find(|(name, _)| name == SHOWN).map(|(_, value)| value.into_owned());
    if !given.is_some_and(|it| pages.links.was_shown(&token, &it)) {
        let text = "Nothing was done. Open the link of the message, and press the button there.";
        return said(StatusCode::FORBIDDEN, "Not from here", text);
    }
    let place = Place { platform: act.platform.clone(), workspace: String::new(), channel: act.address.clone(), thread: None };
    let to = Answering { place, asker: act.address.clone(), response_url: None, pressed: None };
    let line = Line {
        key: format!("act:{}", act.key),
        // Not the token: whoever reads the store later gets no link that works.
        raw: Bytes::from(act.line.clone()),
        to,
        text: act.line.clone(),
        trigger: None,
        request_id: request_id(&headers),
    };
    match pages.dispatch.line(line).await {
        Ok(Answer::Accepted) => {
            let text = format!("It was taken. The answer comes to {}; you can close this page.", act.whom());
            said(StatusCode::OK, "On its way", &text)
        }
        Ok(Answer::Duplicate) => {
            said(StatusCode::OK, "Done already", "This link was used before. It works once, so nothing was done again.")
        }
        Ok(Answer::Say(message)) => {
            let text = message.to_plain(&[]);
            page_of(StatusCode::OK, document(&act.label, &html! { h1 { (act.label) } pre { (text) } }).into_string())
        }
        Ok(Answer::Form(_, view)) => {
            let location = format!("/form/{}", pages.forms.tickets().ticket(&view.id));
            let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(busy) => {
            let text = format!("{} ({})", busy.said(), busy.reason.trim_end_matches('.'));
            let mut response = said(StatusCode::SERVICE_UNAVAILABLE, "Not now", &text);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            response
        }
    }
}

fn draw(act: &Act, token: &str, shown: &str) -> maud::Markup {
    let until = Timestamp::from_second(act.expires).map(|it| it.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    document(
        &act.label,
        &html! {
            h1 { (act.label) }
            p { (act.question.as_deref().unwrap_or("Nothing was done yet. Shall it be done?")) }
            p { code { (act.line) } }
            form method="post" action={ "/act/" (token) } {
                input type="hidden" name=(SHOWN) value=(shown);
                div.buttons { button.send type="submit" { (act.label) } }
            }
            p.help { "It is done once, as " code { (act.whom()) } ", whom the message went to. The link works until " (until) "." }
        },
    )
}

fn gone() -> Response {
    let text = "It is not one of ours, or its time is over. Look for a newer message, or give the command in chat.";
    said(StatusCode::GONE, "This link does not work", text)
}

fn said(status: StatusCode, title: &str, text: &str) -> Response {
    page_of(status, notice(title, text).into_string())
}
