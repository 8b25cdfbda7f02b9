//! `POST /zulip`: from the outgoing webhook's request to its answer.
//!
//! Zulip waits 10 s, repeats a request that got no answer, and posts a failure for anything but a
//! JSON object with 2xx; so what was understood is always answered 200 with an object. Dispatch
//! knows repeats of commands for good; a conversation's answers are remembered here while Zulip
//! may repeat them, so that one answer is not taken for two questions.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State as Extract, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use commands::{Choice, FieldKind, Message, form, grammar};
use moka::future::Cache;
use serde_json::{Map, Value, json};
use tracing::{info, warn};

use super::{
    Zulip,
    conversation::{self, Asking, Manner, State, Turn},
    escape,
    inbound::{self, Incoming, Read, Refusal},
    render::{self, Address, Rendered},
};
use crate::{
    chat::{Answering, FormView},
    dispatch::{Answer, Busy, Dispatch, Line, Options, Submission, Submitted},
    forms::{Form, Forms},
};

/// The routes of the outgoing webhook.
pub fn routes(zulip: Arc<Zulip>, dispatch: Dispatch, forms: Forms) -> Router {
    // Zulip repeats within a minute: 4 tries of 10 s.
    let answered = Cache::builder().max_capacity(10_000).time_to_live(std::time::Duration::from_secs(600)).build();
    Router::new().route("/zulip", post(receive)).layer(DefaultBodyLimit::max(inbound::BODY_LIMIT)).with_state(Webhook {
        zulip,
        dispatch,
        forms,
        answered,
    })
}

#[derive(Clone)]
struct Webhook {
    zulip: Arc<Zulip>,
    dispatch: Dispatch,
    forms: Forms,
    answered: Cache<u64, Value>,
}

async fn receive(Extract(webhook): Extract<Webhook>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return refuse(rejection.status(), "the body is too large, or broke off"),
    };
    let incoming = match inbound::read(webhook.zulip.workspace(), webhook.zulip.webhook_token.expose(), &body) {
        Ok(Read::Message(incoming)) => incoming,
        Ok(Read::Ignored) => return Json(nothing()).into_response(),
        Err(refusal) => {
            warn!("Refused a request to /zulip: {refusal}");
            return match refusal {
                Refusal::WrongToken => refuse(StatusCode::UNAUTHORIZED, &refusal.to_string()),
                Refusal::Malformed(_) => refuse(StatusCode::BAD_REQUEST, &refusal.to_string()),
                // In that format's own shape, so that the sentence is seen in chat.
                Refusal::SlackFormat => Json(json!({"text": format!("Nothing was done: {refusal}.")})).into_response(),
            };
        }
    };
    let request_id = headers.get("x-request-id").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let request_id = request_id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    info!(request.id = %request_id, zulip.message = incoming.message, "Received Zulip message {}", incoming.message);
    let raw = without_token(&body);
    // On a task of its own: Zulip hanging up must not stop it half-way.
    let answer = tokio::spawn(async move {
        let answered = webhook.answered.clone();
        answered.get_with(incoming.message, async move { webhook.answer(incoming, raw, request_id).await }).await
    });
    let answer = answer.await.unwrap_or_else(|_| said(&not_done("something broke here")));
    Json(answer).into_response()
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({"error": reason}))).into_response()
}

/// The token is a secret, and the body is kept.
fn without_token(body: &[u8]) -> Bytes {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(mut object)) => {
            object.remove("token");
            Bytes::from(Value::Object(object).to_string())
        }
        _ => Bytes::new(),
    }
}

fn nothing() -> Value {
    json!({"response_not_required": true})
}

fn said(rendered: &Rendered) -> Value {
    match &rendered.widget {
        // A string that holds JSON: an object fails.
        Some(widget) => json!({"content": rendered.content, "widget_content": widget.to_string()}),
        None => json!({"content": rendered.content}),
    }
}

fn words(content: impl Into<String>) -> Rendered {
    Rendered { content: content.into(), widget: None }
}

fn not_done(reason: &str) -> Rendered {
    words(format!(":warning: Nothing was done: {}. Please try again in a moment.", escape::line(reason.trim_end_matches('.'))))
}

impl From<Busy> for Rendered {
    fn from(busy: Busy) -> Rendered {
        not_done(&busy.reason)
    }
}

impl Webhook {
    async fn answer(&self, incoming: Incoming, raw: Bytes, request_id: String) -> Value {
        let place = &incoming.place;
        let address = match place.thread {
            Some(_) => Address::Mention(incoming.bot_name.clone()),
            None => Address::Direct,
        };
        let asker = incoming.sender.to_string();
        let to = Answering { place: place.clone(), asker: asker.clone(), response_url: None, pressed: None };
        let open = self.forms.conversation("zulip", &place.workspace, &place.channel, place.thread.as_deref(), &asker).await;
        let open = match open {
            Ok(open) => open,
            Err(err) => {
                warn!(request.id = %request_id, "Could not look for an open form: {err:#}");
                return said(&not_done("what is stored cannot be read"));
            }
        };
        let mut remark = None;
        if let Some(form) = open {
            match self.dispatch.form(&form.id).await {
                Some(view) => {
                    let mut state = State::of(&form);
                    if is_answer(&state, &incoming, &self.zulip.connections.groups()) {
                        let talk = Talk { webhook: self, form, view, incoming, raw, request_id, address };
                        return talk.go_on(state).await;
                    }
                    if state.asking != Asking::Aside {
                        state.asking = Asking::Aside;
                        let how = escape::code(&address.say("resume"));
                        let title = escape::line(&view.title);
                        remark = Some(format!("*{title}* is set aside; {how} goes on with it, within a day."));
                        let mut form = form;
                        state.put(&mut form);
                        if let Err(err) = self.forms.save(&form).await {
                            warn!(request.id = %request_id, "Could not set a form aside: {err:#}");
                            return said(&not_done("nothing can be stored"));
                        }
                    }
                }
                // It expired.
                None => {
                    let _ = self.forms.remove(&form.id).await;
                }
            }
        }
        let line = Line {
            key: incoming.message.to_string(),
            raw: raw.clone(),
            to,
            text: inbound::with_files(self.zulip.workspace(), &incoming.text),
            trigger: None,
            request_id: request_id.clone(),
        };
        let answer = match self.dispatch.line(line).await {
            Ok(Answer::Accepted | Answer::Duplicate) => None,
            Ok(Answer::Say(message)) => Some(self.message(&address, &message)),
            Ok(Answer::Form(_, view)) => match self.forms.load(&view.id).await {
                Ok(Some(form)) => {
                    let state = State::begin(&view);
                    let talk = Talk { webhook: self, form, view: *view, incoming, raw, request_id, address };
                    Some(talk.open(state).await)
                }
                _ => Some(not_done("the form could not be stored")),
            },
            Err(busy) => Some(busy.into()),
        };
        match (answer, remark) {
            (None, None) => nothing(),
            (None, Some(remark)) => said(&words(remark)),
            (Some(rendered), None) => said(&rendered),
            (Some(rendered), Some(remark)) => said(&after(&remark, rendered)),
        }
    }

    fn message(&self, address: &Address, message: &Message) -> Rendered {
        render::message(&self.zulip.connections.groups(), address, message)
    }
}

/// `rendered` with words before it.
fn after(words: &str, rendered: Rendered) -> Rendered {
    Rendered { content: render::cut(&format!("{words}\n\n{}", rendered.content)), widget: rendered.widget }
}

/// Whether a message is for the open conversation rather than a command.
fn is_answer(state: &State, incoming: &Incoming, groups: &[commands::Group]) -> bool {
    let text = incoming.text.trim();
    if state.asking == Asking::Aside {
        return matches!(text.to_lowercase().as_str(), "resume" | "cancel");
    }
    if incoming.slashed {
        return false;
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    if !groups.iter().any(|it| it.name == first) {
        return true;
    }
    // "redmine is down" is an answer, "redmine issue show 42" a command.
    let setting = grammar::Setting { defaults: &Map::new(), today: today() };
    grammar::parse(groups, &setting, text).is_err()
}

fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn readable(field: &commands::Field, value: &Value) -> Option<String> {
    let raw = Map::from_iter([(field.name.clone(), value.clone())]);
    let problems = form::read(std::slice::from_ref(field), &raw, today()).err()?;
    problems.into_iter().next().map(|it| it.message)
}

/// One turn of a conversation.
struct Talk<'a> {
    webhook: &'a Webhook,
    form: Form,
    view: FormView,
    incoming: Incoming,
    raw: Bytes,
    request_id: String,
    address: Address,
}

impl Talk<'_> {
    fn manner(&self) -> Manner {
        Manner { address: self.address.clone(), page: self.webhook.zulip.form_page(&self.form.id) }
    }

    /// The first question, or the first of the next page.
    async fn open(mut self, state: State) -> Rendered {
        let opening = conversation::opening(&self.view, &self.manner());
        let question = self.ask(state, None).await;
        after(&opening, question)
    }

    async fn go_on(mut self, state: State) -> Value {
        let mut text = self.incoming.text.clone();
        let mut found = Vec::new();
        if let Some(field) = state.field(&self.view) {
            if field.kind == FieldKind::File {
                text = inbound::with_files(self.webhook.zulip.workspace(), &text);
                text = text
                    .split("zulip-file:")
                    .nth(1)
                    .map_or(text.clone(), |it| format!("zulip-file:{}", it.split_whitespace().next().unwrap_or_default()));
            }
            let picks = text.trim().parse::<usize>().is_ok_and(|it| it >= 1 && it <= state.shown.len());
            if field.lookup.is_some() && !picks && !conversation::is_control(&text) {
                found = self.options(&state, &field.name, text.trim()).await;
            }
        }
        let turn = conversation::step(&self.view, state, &text, &found, &readable);
        said(&match turn {
            Turn::Ask(state, remark) => self.ask(state, remark.as_deref()).await,
            Turn::Submit(state) => match self.submit(state).await {
                Some(rendered) => rendered,
                None => return nothing(),
            },
            Turn::Cancel => match self.webhook.forms.remove(&self.form.id).await {
                Ok(()) => words("Cancelled: nothing was done."),
                Err(err) => {
                    warn!(request.id = %self.request_id, "Could not remove a form: {err:#}");
                    not_done("nothing can be stored")
                }
            },
        })
    }

    async fn options(&self, state: &State, field: &str, typed: &str) -> Vec<Choice> {
        let options = Options {
            form: self.form.id.clone(),
            person: self.incoming.sender.to_string(),
            field: field.to_owned(),
            typed: typed.to_owned(),
            given: state.values.clone(),
        };
        let mut found = self.webhook.dispatch.options(options).await;
        found.truncate(conversation::SHOWN);
        found
    }

    /// Stores what is asked, then asks it.
    async fn ask(&mut self, mut state: State, remark: Option<&str>) -> Rendered {
        if let Some(field) = state.field(&self.view)
            && field.lookup.is_some()
            && state.shown.is_empty()
        {
            let name = field.name.clone();
            state.shown = self.options(&state, &name, "").await;
        }
        state.put(&mut self.form);
        if let Err(err) = self.webhook.forms.save(&self.form).await {
            warn!(request.id = %self.request_id, "Could not store a form: {err:#}");
            return not_done("nothing can be stored");
        }
        conversation::prompt(&self.view, &state, remark, &self.manner())
    }

    async fn submit(mut self, state: State) -> Option<Rendered> {
        // Set aside until it is known what became of it: should it be opened again meanwhile, that stays.
        let aside = State { asking: Asking::Aside, ..state.clone() };
        aside.put(&mut self.form);
        if let Err(err) = self.webhook.forms.save(&self.form).await {
            warn!(request.id = %self.request_id, "Could not store a form: {err:#}");
            return Some(not_done("nothing can be stored"));
        }
        let submission = Submission {
            form: self.form.id.clone(),
            key: self.incoming.message.to_string(),
            raw: self.raw.clone(),
            platform: "zulip".into(),
            workspace: self.incoming.place.workspace.clone(),
            person: self.incoming.sender.to_string(),
            values: state.page_values(&self.view),
            request_id: self.request_id.clone(),
        };
        match self.webhook.dispatch.submit(submission).await {
            Ok(Submitted::Accepted) => {
                self.close().await;
                None
            }
            Ok(Submitted::Refused(problems)) => {
                let state = state.refused(&self.view, problems);
                Some(self.ask(state, None).await)
            }
            Ok(Submitted::Next(view)) => {
                // Dispatch has stored the page that is done: go on from there.
                match self.webhook.forms.load(&view.id).await {
                    Ok(Some(form)) => self.form = form,
                    _ => return Some(not_done("the form is no longer there")),
                }
                self.view = *view;
                let next = State { labels: state.labels, ..State::begin(&self.view) };
                Some(self.ask(next, None).await)
            }
            Ok(Submitted::Gone(message)) => {
                let _ = self.webhook.forms.remove(&self.form.id).await;
                Some(self.webhook.message(&self.address, &message))
            }
            Err(busy) => {
                let reviewing = State { asking: Asking::Review, ..state };
                let question = self.ask(reviewing, None).await;
                Some(after(&Rendered::from(busy).content, question))
            }
        }
    }

    /// The conversation is over; the form stays as long as Dispatch keeps it.
    async fn close(&self) {
        let Ok(Some(mut form)) = self.webhook.forms.load(&self.form.id).await else { return };
        if State::of(&form).asking == Asking::Aside && form.asking.is_some() {
            form.asking = None;
            form.values.retain(|name, _| !name.starts_with('#'));
            if let Err(err) = self.webhook.forms.save(&form).await {
                warn!(request.id = %self.request_id, "Could not close a conversation: {err:#}");
            }
        }
    }
}
