//! The dashboard in the browser, live: what fires, who is on call, how everything does, what waits, what came and who did what.
//!
//! It shows what the bot's own commands show, to whoever may run these, and what can be pressed is a command line as in chat:
//! authorised, audited, done by a job, answered in a direct message. [`door`] lets people in by a link that `bellhop dashboard` gives
//! them; [`look`] reads everything once for all visitors; [`panels`] draws it, [`mod@live`] sends what changed.

mod act;
mod door;
mod live;
mod look;
mod page;
mod panels;
mod pen;
mod pulse;
mod spark;
mod store;
#[cfg(test)]
mod tests;

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures::Stream;
use jiff::Timestamp;
use maud::html;
use rust_embed::RustEmbed;
use serde::Deserialize;

pub use self::door::LINK_LASTS;
use self::{
    act::Sent,
    door::Visitor,
    look::Looks,
    panels::{Panel, Scene},
    pen::Pen,
    pulse::Pulse,
};
use crate::{app::App, chat::request_id, dispatch::Dispatch};

/// What a page sends is a command line.
const BODY_LIMIT: usize = 64 * 1024;

#[derive(RustEmbed)]
#[folder = "src/dashboard/assets/"]
struct Assets;

/// What the pages are made with.
struct Board {
    app: Arc<App>,
    dispatch: Dispatch,
    looks: Looks,
    pulse: Arc<Pulse>,
}

/// `/dashboard` and what belongs to it; [`front`] leads there.
pub fn routes(app: &Arc<App>) -> Router {
    Router::new()
        .route("/dashboard", get(overview))
        .route("/dashboard/open/{token}", get(invitation).post(open))
        .route("/dashboard/live", get(live))
        .route("/dashboard/show", get(show))
        .route("/dashboard/do", post(act))
        .route("/dashboard/leave", post(leave))
        .route("/dashboard/assets/{file}", get(asset))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(board(app))
}

/// `/`, which leads to the dashboard: the sandbox has a page of its own there.
pub fn front() -> Router {
    Router::new().route("/", get(async || (StatusCode::SEE_OTHER, [(header::LOCATION, "dashboard")])))
}

fn board(app: &Arc<App>) -> Arc<Board> {
    Arc::new(Board { app: app.clone(), dispatch: Dispatch::new(app.clone()), looks: Looks::default(), pulse: Pulse::start() })
}

impl Board {
    /// What a visitor sees now, and when that is.
    async fn panels(&self, visitor: &Visitor) -> (Timestamp, Vec<Panel>) {
        let (pen, look) = tokio::join!(Pen::of(&self.app, visitor), self.looks.look(&self.app));
        let minutes = self.pulse.minutes();
        (look.at, panels::all(&Scene { look: &look, minutes: &minutes, pen: &pen }))
    }

    /// Whoever sends a request; a page for whoever was not let in.
    async fn visitor(&self, headers: &HeaderMap) -> Result<Visitor, Response> {
        match self.app.visitor(headers).await {
            Ok(Some(visitor)) => Ok(visitor),
            Ok(None) => Err(self.closed()),
            Err(err) => Err(self.busy(&err)),
        }
    }

    fn closed(&self) -> Response {
        let body = html! {
            p { "Say " code { "/bellhop dashboard" } " in Slack, or " code { "dashboard" } " to the bot in Zulip: it gives you a link that opens it \
                in this browser." }
        };
        page::notice(&self.app, StatusCode::UNAUTHORIZED, "The dashboard is closed", &body)
    }

    fn busy(&self, err: &anyhow::Error) -> Response {
        tracing::error!("The dashboard cannot be read: {err:#}");
        let body = html! { p { "Bellhop's store does not answer now. Try again in a moment; " code { "bellhop doctor" } " says more." } };
        let mut response = page::notice(&self.app, StatusCode::SERVICE_UNAVAILABLE, "Not now", &body);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        response
    }
}

type Shared = State<Arc<Board>>;

async fn overview(State(board): Shared, headers: HeaderMap) -> Response {
    let visitor = match board.visitor(&headers).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let (_, panels) = board.panels(&visitor).await;
    let pen = Pen::of(&board.app, &visitor).await;
    page::overview(&board.app, &pen, &visitor.actor.name, &panels)
}

/// Does nothing yet: whatever looks at links in chats uses nothing up.
async fn invitation(State(board): Shared, Path(token): Path<String>) -> Response {
    let link = match board.app.dashboard_link(&token).await {
        Ok(Some(link)) => link,
        Ok(None) => return used_up(&board),
        Err(err) => return board.busy(&err),
    };
    let body = html! {
        p { "For " b { (link.name) } ". Whoever opens it sees what you may see, and does what you may do, in this browser." }
        form method="post" action=(format!("{}/dashboard/open/{token}", board.app.below())) {
            button.primary type="submit" autofocus { "Open the dashboard" }
        }
        p.quiet { "The link is good for once, until " (pen::time(link.until)) ". The browser stays in for 12 hours after somebody looked last." }
    };
    page::notice(&board.app, StatusCode::OK, "Bellhop's dashboard", &body)
}

async fn open(State(board): Shared, Path(token): Path<String>, headers: HeaderMap) -> Response {
    if is_from_elsewhere(&headers) {
        return not_from_here(&board);
    }
    match board.app.open_dashboard(&token, &request_id(&headers)).await {
        Ok(Some(cookie)) => {
            let to = format!("{}/dashboard", board.app.below());
            let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(None) => used_up(&board),
        Err(err) => board.busy(&err),
    }
}

fn used_up(board: &Board) -> Response {
    let body = html! {
        p { "It was used before, or is older than ten minutes. Say " code { "/bellhop dashboard" } " in chat for a new one." }
    };
    page::notice(&board.app, StatusCode::GONE, "This link does not work any more", &body)
}

async fn live(State(board): Shared, headers: HeaderMap) -> Response {
    match board.visitor(&headers).await {
        Ok(visitor) => stream(live::events(board, visitor)),
        Err(response) => response,
    }
}

fn stream(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    // A browser that may keep an answer makes its other tabs wait for the end of this one; a proxy that gathers it, for ever.
    let headers = [(header::CACHE_CONTROL.as_str(), "no-store"), ("x-accel-buffering", "no")];
    (headers, Sse::new(events).keep_alive(KeepAlive::default())).into_response()
}

/// The line of a command.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    line: String,
}

async fn show(State(board): Shared, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    if is_from_elsewhere(&headers) {
        return not_from_here(&board);
    }
    match board.visitor(&headers).await {
        Ok(visitor) => act::show(&board, &visitor, &asked.line, &headers).await,
        Err(response) => response,
    }
}

async fn act(State(board): Shared, headers: HeaderMap, body: Bytes) -> Response {
    match sent(&board, &headers, &body).await {
        Ok((visitor, sent)) => act::act(&board, &visitor, sent, &headers).await,
        Err(response) => response,
    }
}

async fn leave(State(board): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let visitor = match sent(&board, &headers, &body).await {
        Ok((visitor, _)) => visitor,
        Err(response) => return response,
    };
    match board.app.leave_dashboard(&visitor).await {
        Ok(cookie) => {
            let mut response = board.closed();
            *response.status_mut() = StatusCode::OK;
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response
        }
        Err(err) => board.busy(&err),
    }
}

/// What a page of ours sent, and whose it is: a page elsewhere cannot press a button from somebody's browser.
async fn sent(board: &Board, headers: &HeaderMap, body: &[u8]) -> Result<(Visitor, Sent), Response> {
    if is_from_elsewhere(headers) {
        return Err(not_from_here(board));
    }
    let visitor = board.visitor(headers).await?;
    let sent = Sent::read(body);
    if visitor.sent(&sent.form) { Ok((visitor, sent)) } else { Err(not_from_here(board)) }
}

fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|it| it != "same-origin" && it != "none")
}

fn not_from_here(board: &Board) -> Response {
    let body = html! { p { "Nothing was done. Open the dashboard, and press the button there." } };
    page::notice(&board.app, StatusCode::FORBIDDEN, "Not from here", &body)
}

async fn asset(Path(name): Path<String>) -> Response {
    let Some(file) = Assets::get(&name) else { return (StatusCode::NOT_FOUND, "There is no such file.").into_response() };
    let kind = HeaderValue::from_str(file.metadata.mimetype());
    let headers = [
        (header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
        // The next version of the bot has others under the same names.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, file.data.into_owned()).into_response()
}
