//! The pages around what is shown. Nothing inline and nothing from elsewhere, so that text which slips through somewhere is
//! still no script; without scripts the page asks for itself anew.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

use super::{
    panels::{Panel, Side},
    pen::Pen,
};
use crate::app::App;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// The dashboard.
pub fn overview(app: &App, pen: &Pen, name: &str, panels: &[Panel]) -> Response {
    let body = html! {
        (bar(pen, name))
        main.board data-live=(pen.to("/dashboard/live")) {
            @for side in [Side::Across, Side::Left, Side::Right] {
                div.column { @for it in panels.iter().filter(|it| it.side == side) { section.panel id=(it.id) { (it.html) } } }
            }
        }
    };
    let refresh = html! { noscript { meta http-equiv="refresh" content="30"; } };
    answer(StatusCode::OK, document(app, "Bellhop", &refresh, &body))
}

/// What a command said, with a way back.
pub fn said(app: &App, pen: &Pen, name: &str, title: &str, body: &Markup) -> Response {
    let body = html! {
        (bar(pen, name))
        main.one {
            p { a href=(pen.to("/dashboard")) { "← Back to the dashboard" } }
            (body)
        }
    };
    answer(StatusCode::OK, document(app, title, &Markup::default(), &body))
}

fn bar(pen: &Pen, name: &str) -> Markup {
    html! {
        header {
            a.name href=(pen.to("/dashboard")) { "Bellhop" }
            p id="live" role="status" {}
            form method="post" action=(pen.to("/dashboard/leave")) {
                (pen.proof())
                span.quiet { (name) }
                button type="submit" { "Leave" }
            }
        }
    }
}

/// A page that says one thing.
pub fn notice(app: &App, status: StatusCode, title: &str, body: &Markup) -> Response {
    let body = html! { main.one { h1 { (title) } (body) } };
    answer(status, document(app, title, &Markup::default(), &body))
}

fn document(app: &App, title: &str, head: &Markup, body: &Markup) -> Markup {
    let asset = |name: &str| format!("{}/dashboard/assets/{name}", app.below());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="icon" href=(asset("icon.svg"));
                link rel="stylesheet" href=(asset("dashboard.css"));
                script type="module" src=(asset("dashboard.js")) {}
                (head)
            }
            body { (body) }
        }
    }
}

fn answer(status: StatusCode, page: Markup) -> Response {
    let mut response = (status, Html(page.into_string())).into_response();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
