//! Slack's requests: checked as raw bytes, read, handed on, answered.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use commands::{Audience, Message, Tone};
use tracing::{info, warn};

use super::{
    Slack, answer,
    commands::{self as slash, Slash},
    events::{self, Event},
    interactions::{self, Interaction},
    options, signature, turns,
};
use crate::{
    chat::{Answering, FormView, Opener, Platform, Post, Target, request_id},
    dispatch::{Answer, Busy, Dispatch, Line},
};

/// The largest request that is read: Slack's own are far smaller.
pub const LIMIT: usize = 512 * 1024;
/// What finding a message's link may take of the three seconds that a form has to open.
const PERMALINK: Duration = Duration::from_millis(800);

#[derive(Clone)]
struct Inbound {
    slack: Arc<Slack>,
    dispatch: Dispatch,
}

pub fn routes(slack: Arc<Slack>, dispatch: Dispatch) -> Router {
    let routes = Router::new()
        .route("/slack/commands", post(commands))
        .route("/slack/interactions", post(interactions))
        .route("/slack/events", post(events))
        .with_state(Inbound { slack: slack.clone(), dispatch });
    guarded(slack, routes)
}

/// Lets only what Slack signed reach `routes`: nothing is parsed before this.
pub fn guarded(slack: Arc<Slack>, routes: Router) -> Router {
    routes.layer(middleware::from_fn_with_state(slack, guard)).layer(DefaultBodyLimit::max(LIMIT))
}

async fn guard(State(slack): State<Arc<Slack>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(body) => body,
        Err(refused) => {
            warn!(reason = %refused, "Could not take a request to Slack's address");
            return refused.into_response();
        }
    };
    if let Err(reason) = signature::verify(slack.signing_secret.expose(), &parts.headers, &body, (slack.clock)()) {
        warn!(%reason, "Refused a request to Slack's address");
        return (StatusCode::UNAUTHORIZED, "This request is not signed by Slack.\n").into_response();
    }
    next.run(Request::from_parts(parts, body.into())).await
}

fn unreadable(reason: &str) -> Response {
    warn!(reason, "Could not read a request of Slack's");
    (StatusCode::BAD_REQUEST, "Bellhop cannot read this request.\n").into_response()
}

async fn commands(State(inbound): State<Inbound>, headers: HeaderMap, body: Bytes) -> Response {
    let line = match slash::read(&inbound.slack.connections.groups(), &body, &request_id(&headers)) {
        Ok(Slash::Line(line)) => *line,
        Ok(Slash::SslCheck) => return answer::empty(),
        Err(reason) => return unreadable(&reason),
    };
    let answered = inbound.dispatch.line(line).await;
    if let Ok(Answer::Form(opener, form)) = &answered {
        open(inbound.slack.clone(), opener.clone(), form.clone());
    }
    answer::command(&answered, &|button| inbound.slack.command_of(button))
}

async fn interactions(State(inbound): State<Inbound>, headers: HeaderMap, body: Bytes) -> Response {
    let Inbound { slack, dispatch } = inbound;
    let interaction = match interactions::read(&body, &request_id(&headers)) {
        Ok(interaction) => interaction,
        Err(reason) => return unreadable(&reason),
    };
    match interaction {
        Interaction::Pressed(line) => {
            let (to, key) = (line.to.clone(), line.key.clone());
            let answered = dispatch.line(*line).await;
            aside(slack, &to, &key, answered);
            answer::empty()
        }
        Interaction::Open { opener, form } => {
            match dispatch.form(&form).await {
                Some(form) => open(slack, opener, Box::new(form)),
                None => tell(slack, opener.to, form, Message::text("That form is over. Please begin again.").tone(Tone::Warning)),
            }
            answer::empty()
        }
        Interaction::Shortcut { line, text, message } => {
            let (to, key) = (line.to.clone(), line.key.clone());
            let link = permalink(&slack, &line, message.as_deref()).await;
            let answered = dispatch.shortcut(*line, &text, link.as_deref()).await;
            aside(slack, &to, &key, answered);
            answer::empty()
        }
        Interaction::Options(wanted) => Json(options::answer(&dispatch.options(*wanted).await)).into_response(),
        Interaction::Submitted { submission, fields } => {
            let submitted = dispatch.submit(*submission).await;
            Json(answer::submission(&submitted, &fields, &|button| slack.command_of(button))).into_response()
        }
        Interaction::Turned(turned) => {
            turns::take(slack, dispatch.clone(), *turned);
            answer::empty()
        }
        Interaction::Ignored(reason) => {
            info!(reason, "Ignored an interaction");
            answer::empty()
        }
    }
}

async fn events(State(inbound): State<Inbound>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(retry) = headers.get("x-slack-retry-num").and_then(|it| it.to_str().ok()) {
        let reason = headers.get("x-slack-retry-reason").and_then(|it| it.to_str().ok()).unwrap_or("none given");
        info!(retry, reason, "Slack sent an event again");
    }
    let line = match events::read(&inbound.slack.connections.groups(), &body, &request_id(&headers)) {
        Ok(Event::Line(line)) => *line,
        Ok(Event::Challenge(challenge)) => return challenge.into_response(),
        Ok(Event::Ignored(reason)) => {
            tracing::debug!(reason, "Ignored an event");
            return answer::empty();
        }
        Err(reason) => return unreadable(&reason),
    };
    let (to, key) = (line.to.clone(), line.key.clone());
    let answered = inbound.dispatch.line(line).await;
    let response = answer::event(&answered);
    if answered.is_ok() {
        aside(inbound.slack, &to, &key, answered);
    }
    response
}

async fn permalink(slack: &Slack, line: &Line, message: Option<&str>) -> Option<String> {
    let found = tokio::time::timeout(PERMALINK, slack.permalink(&line.to.place, message?)).await;
    match found {
        Ok(Ok(link)) => link,
        Ok(Err(err)) => {
            info!(%err, "Found no link to a message");
            None
        }
        Err(_) => None,
    }
}

/// Where the HTTP answer is shown to nobody, the person is told by a message.
fn aside(slack: Arc<Slack>, to: &Answering, key: &str, answered: Result<Answer, Busy>) {
    match answered {
        Ok(Answer::Accepted | Answer::Duplicate) => {}
        Ok(Answer::Form(opener, form)) => open(slack, opener, form),
        Ok(Answer::Say(message)) => tell(slack, to.clone(), key.to_owned(), message),
        Err(_) => tell(slack, to.clone(), key.to_owned(), answer::busy()),
    }
}

/// Opens a form without keeping Slack waiting for its answer: the trigger lives three seconds.
fn open(slack: Arc<Slack>, opener: Opener, form: Box<FormView>) {
    tokio::spawn(async move {
        if let Err(err) = slack.open_form(&opener, &form).await {
            warn!(%err, form = %form.title, "Could not open a form");
            let message =
                Message::text(format!("The form “{}” could not be opened. {}", form.title, err.message)).tone(Tone::Bad);
            say(&slack, opener.to, form.id.clone(), message).await;
        }
    });
}

fn tell(slack: Arc<Slack>, to: Answering, key: String, message: Message) {
    tokio::spawn(async move { say(&slack, to, key, message).await });
}

async fn say(slack: &Slack, to: Answering, key: String, message: Message) {
    let post = Post { to: Target::Answer { to, audience: Audience::Asker }, message, key };
    if let Err(err) = slack.post(&post).await {
        warn!(%err, "Could not tell a person why nothing happened");
    }
}
