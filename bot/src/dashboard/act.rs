//! What is pressed on the dashboard: a command line like any other, as the visitor, with its answer in chat; and what a command
//! that only looks would show, as a page.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use commands::{
    Actor, Error, ErrorKind,
    grammar::{self, Parsed, Setting},
};
use maud::{Markup, html};
use serde_json::Map;
use uuid::Uuid;

use super::{
    Board,
    door::Visitor,
    page,
    pen::{ACT, Pen, is_look},
};
use crate::{
    chat::{Place, request_id},
    dispatch::{Answer, Line, today},
};

/// What a page sends.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// What was shown to the visitor only.
    pub form: String,
    pub line: String,
    /// A question that is asked before the line is done.
    pub ask: Option<String>,
}

impl Sent {
    pub fn read(body: &[u8]) -> Sent {
        let mut sent = Sent::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            match name.as_ref() {
                "form" => sent.form = value.into_owned(),
                "line" => sent.line = value.into_owned(),
                "ask" => sent.ask = Some(value.into_owned()),
                _ => {}
            }
        }
        sent
    }
}

/// What `line` would show. Only what changes nothing is done by looking.
pub(super) async fn show(board: &Board, visitor: &Visitor, line: &str, headers: &HeaderMap) -> Response {
    let pen = Pen::of(&board.app, visitor).await;
    let name = &visitor.actor.name;
    let said = |title: &str, body: &Markup| page::said(&board.app, &pen, name, title, body);
    match look(board, visitor, line, headers).await {
        Ok(message) => said(&message.summary(), &pen.message(&message)),
        Err(err) => said("Not shown", &html! { h1 { "Not shown" } p { (err.message) } p { code { (line) } } }),
    }
}

async fn look(board: &Board, visitor: &Visitor, line: &str, headers: &HeaderMap) -> commands::Result<commands::Message> {
    let app = &board.app;
    let groups = app.groups();
    let defaults = Map::new();
    let setting = Setting { defaults: &defaults, today: today() };
    let call = match grammar::parse(&groups, &setting, line)? {
        Parsed::Call(call) => call,
        Parsed::Form(_) | Parsed::Help { .. } => return Err(Error::bad_input("That is not a whole command.")),
    };
    let effect = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action)).map(|it| it.effect);
    if !effect.is_some_and(|it| is_look(it, &call)) {
        let message = "This command changes something, so looking at its address does not run it. Press its button.";
        return Err(Error::new(ErrorKind::Permission, message));
    }
    app.authorize(&visitor.actor, &call, None).await?;
    let Actor { platform, workspace, .. } = visitor.actor.clone();
    let place = Place { platform, workspace, channel: String::new(), thread: None };
    let request_id = request_id(headers);
    let ctx = app.ctx_of(visitor.actor.clone(), &call.group, &request_id, &place).await?;
    Ok(connectors::http::scope(request_id, app.run(&call, &ctx)).await?.message)
}

/// Does what was pressed, or asks first.
pub(super) async fn act(board: &Board, visitor: &Visitor, sent: Sent, headers: &HeaderMap) -> Response {
    let pen = Pen::of(&board.app, visitor).await;
    let name = &visitor.actor.name;
    let said = |title: &str, body: &Markup| page::said(&board.app, &pen, name, title, body);
    if let Some(question) = &sent.ask {
        let body = html! {
            h1 { (question) }
            p { code { (sent.line) } }
            form method="post" action=(pen.to(ACT)) {
                (pen.proof())
                input type="hidden" name="line" value=(sent.line);
                div.buttons { button.primary type="submit" { "Yes, do it" } a.button href=(pen.to("/dashboard")) { "No" } }
            }
        };
        return said(question, &body);
    }
    let Some(to) = visitor.answering() else {
        let body = html! { h1 { "Nothing was done" } p { "Whoever is in no chat cannot be answered. Run it with " code { "bellhop say" } "." } };
        return said("Nothing was done", &body);
    };
    let line = Line {
        key: format!("dashboard:{}", Uuid::now_v7().simple()),
        raw: Bytes::from(sent.line.clone()),
        to,
        text: sent.line.clone(),
        trigger: None,
        request_id: request_id(headers),
    };
    match board.dispatch.line(line).await {
        Ok(Answer::Accepted | Answer::Duplicate) => {
            (StatusCode::SEE_OTHER, [(header::LOCATION, pen.to("/dashboard#taken"))]).into_response()
        }
        Ok(Answer::Say(message)) => said(&message.summary(), &pen.message(&message)),
        Ok(Answer::Form(_, view)) => {
            let ticket = board.app.forms.tickets().ticket(&view.id);
            (StatusCode::SEE_OTHER, [(header::LOCATION, pen.to(&format!("/form/{ticket}")))]).into_response()
        }
        Err(busy) => {
            let body = html! { h1 { "Not now" } p { (busy.said()) " (" (busy.reason.trim_end_matches('.')) ")" } };
            let mut response = said("Not now", &body);
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            response
        }
    }
}
