//! What Slack sends: read, handed on, answered. Over HTTP it is checked as raw bytes first; from Socket Mode
//! ([`super::socket`]) it comes by a connection that we opened. From [`Inbound::take`] on both are one.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use commands::{Audience, Message, Tone};
use connectors::cache::Cache;
use connectors::trace::Span;
use tracing::{info, warn};

use super::{
    Slack,
    answer::{self, Reply},
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

/// For how long a repeat of what was answered without being stored is known: Slack sends an event again for five minutes.
const REPEATS: Duration = Duration::from_secs(600);

/// What a request is about. Each has a reader of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Command,
    Interaction,
    Event,
}

/// Takes what Slack sends. Clones are the same.
#[derive(Clone)]
pub(super) struct Inbound {
    slack: Arc<Slack>,
    dispatch: Dispatch,
    /// Events that were answered by a word of our own: these leave no delivery by which a repeat would be known.
    told: Cache<String, ()>,
}

impl Inbound {
    pub fn new(slack: Arc<Slack>, dispatch: Dispatch) -> Inbound {
        Inbound { slack, dispatch, told: Cache::new(10_000, REPEATS) }
    }

    /// Takes what is Slack's beyond doubt. `body` is as HTTP carries it. What it answers other than [`Reply::Again`] and
    /// [`Reply::Unreadable`] is committed, or needs not be.
    pub async fn take(&self, sort: Sort, body: Bytes, request_id: &str) -> Reply {
        match sort {
            Sort::Command => commands(self, body, request_id).await,
            // What is larger than a command does not make room for itself in each of those.
            Sort::Interaction => Box::pin(interactions(self, body, request_id)).await,
            Sort::Event => Box::pin(events(self, body, request_id)).await,
        }
    }
}

/// None of these where nothing can prove to be Slack's: without `slack.signing_secret` there is Socket Mode only.
pub fn routes(slack: Arc<Slack>, dispatch: Dispatch) -> Router {
    if slack.signing_secret.is_none() {
        return Router::new();
    }
    let taking = |sort: Sort| {
        post(async move |State(inbound): State<Inbound>, headers: HeaderMap, body: Bytes| {
            if let Some(retry) = headers.get("x-slack-retry-num").and_then(|it| it.to_str().ok()) {
                let reason = headers.get("x-slack-retry-reason").and_then(|it| it.to_str().ok()).unwrap_or("none given");
                info!(retry, reason, "Slack sent an event again");
            }
            inbound.take(sort, body, &request_id(&headers)).await
        })
    };
    let routes = Router::new()
        .route("/slack/commands", taking(Sort::Command))
        .route("/slack/interactions", taking(Sort::Interaction))
        .route("/slack/events", taking(Sort::Event))
        .with_state(Inbound::new(slack.clone(), dispatch));
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
    let verified = match &slack.signing_secret {
        Some(secret) => signature::verify(secret.expose(), &parts.headers, &body, (slack.clock)()),
        None => Err(signature::Refusal::NoSecret),
    };
    if let Err(reason) = verified {
        warn!(%reason, "Refused a request to Slack's address");
        return (StatusCode::UNAUTHORIZED, "This request is not signed by Slack.\n").into_response();
    }
    next.run(Request::from_parts(parts, body.into())).await
}

fn unreadable(reason: &str) -> Reply {
    warn!(reason, "Could not read a request of Slack's");
    Reply::Unreadable
}

async fn commands(inbound: &Inbound, body: Bytes, request_id: &str) -> Reply {
    let line = match slash::read(&inbound.slack.connections.groups(), &body, request_id) {
        Ok(Slash::Line(line)) => *line,
        Ok(Slash::SslCheck) => return answer::empty(),
        Err(reason) => return unreadable(&reason),
    };
    let (to, key) = (line.to.clone(), line.key.clone());
    let answered = inbound.dispatch.line(line).await;
    match &answered {
        Ok(Answer::Form(opener, form)) => open(inbound.slack.clone(), opener.clone(), form.clone()),
        // The answer itself is one message; what is longer is several, as everywhere.
        Ok(Answer::Say(message)) if inbound.slack.is_long(message) => {
            tell(inbound.slack.clone(), to, key, message.clone());
            return answer::empty();
        }
        _ => {}
    }
    answer::command(&answered, &|button| inbound.slack.command_of(button))
}

async fn interactions(inbound: &Inbound, body: Bytes, request_id: &str) -> Reply {
    let (slack, dispatch) = (inbound.slack.clone(), &inbound.dispatch);
    let interaction = match interactions::read(&body, request_id) {
        Ok(interaction) => interaction,
        Err(reason) => return unreadable(&reason),
    };
    match interaction {
        Interaction::Pressed(line) => {
            let (to, key) = (line.to.clone(), line.key.clone());
            let answered = dispatch.line(*line).await;
            aside(inbound, &to, &key, answered).await;
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
            aside(inbound, &to, &key, answered).await;
            answer::empty()
        }
        Interaction::Options(wanted) => Reply::Said(options::answer(&dispatch.options(*wanted).await)),
        Interaction::Submitted { submission, fields } => {
            let submitted = dispatch.submit(*submission).await;
            Reply::Said(answer::submission(&submitted, &fields, &|button| slack.command_of(button)))
        }
        Interaction::Happened(happening) => answer::event(&dispatch.happened(*happening).await),
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

async fn events(inbound: &Inbound, body: Bytes, request_id: &str) -> Reply {
    let line = match events::read(&inbound.slack.connections.groups(), &body, request_id) {
        Ok(Event::Line(line)) if !inbound.slack.is_installed_in(&line.to.place.workspace).await => {
            info!(workspace = %line.to.place.workspace, "Ignored an event of a workspace that the app is not installed in");
            return answer::empty();
        }
        Ok(Event::Line(line)) => *line,
        Ok(Event::Left(left)) => {
            let taken = inbound.slack.leave(&left).await;
            return answer::event(&taken.map(|()| Answer::Accepted).map_err(|err| Busy::not_taken(err.message)));
        }
        Ok(Event::Challenge(challenge)) => return Reply::Challenge(challenge),
        Ok(Event::Happened(happening)) => return answer::event(&inbound.dispatch.happened(*happening).await),
        Ok(Event::Ignored(reason)) => {
            tracing::debug!(reason, "Ignored an event");
            return answer::empty();
        }
        Err(reason) => return unreadable(&reason),
    };
    let (to, key) = (line.to.clone(), line.key.clone());
    let answered = inbound.dispatch.line(line).await;
    let reply = answer::event(&answered);
    if answered.is_ok() && inbound.told.insert_new(key.clone(), ()).await {
        aside(inbound, &to, &key, answered).await;
    }
    reply
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

/// Where the answer is shown to nobody, the person is told by a message: by the queue, unless that takes nothing.
async fn aside(inbound: &Inbound, to: &Answering, key: &str, answered: Result<Answer, Busy>) {
    let slack = inbound.slack.clone();
    match answered {
        Ok(Answer::Accepted | Answer::Duplicate) => {}
        Ok(Answer::Form(opener, form)) => open(slack, opener, form),
        Ok(Answer::Say(message)) => {
            if inbound.dispatch.say(to, key, message.clone()).await.is_err() {
                tell(slack, to.clone(), key.to_owned(), message);
            }
        }
        Err(busy) => tell(slack, to.clone(), key.to_owned(), answer::busy(&busy)),
    }
}

/// Opens a form without keeping Slack waiting for its answer: the trigger lives three seconds.
fn open(slack: Arc<Slack>, opener: Opener, form: Box<FormView>) {
    let here = Span::here();
    let opening = async move {
        if let Err(err) = slack.open_form(&opener, &form).await {
            warn!(%err, form = %form.title, "Could not open a form");
            let message =
                Message::text(format!("The form “{}” could not be opened. {}", form.title, err.message)).tone(Tone::Bad);
            say(&slack, opener.to, form.id.clone(), message).await;
        }
    };
    tokio::spawn(async move { here.around(opening).await });
}

fn tell(slack: Arc<Slack>, to: Answering, key: String, message: Message) {
    let here = Span::here();
    tokio::spawn(async move { here.around(say(&slack, to, key, message)).await });
}

async fn say(slack: &Slack, to: Answering, key: String, message: Message) {
    let post = Post::new(Target::Answer { to, audience: Audience::Asker }, message, key);
    if let Err(err) = slack.post(&post).await {
        warn!(%err, "Could not tell a person why nothing happened");
    }
}
