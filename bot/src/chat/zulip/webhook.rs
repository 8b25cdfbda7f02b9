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
use commands::{ErrorKind, Message, grammar};
use connectors::cache::Cache;
use connectors::{trace::Span, zulip::client::messages::Recipient};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tracing::{info, warn};

use super::{
    Mode, Zulip, buttons,
    conversation::{self, Asking, Manner, State},
    escape,
    inbound::{self, Incoming, Read, Refusal},
    render::{self, Address, Rendered},
    talk::Talk,
};
use crate::{
    chat::{Answering, request_id},
    dispatch::{
        self, Answer, Busy, Dispatch, Line,
        pasted::{Fate, Pasted, advice},
    },
    forms::Forms,
};

/// The routes of the outgoing webhook.
pub fn routes(zulip: Arc<Zulip>, dispatch: Dispatch, forms: Forms) -> Router {
    // Zulip repeats within a minute: 4 tries of 10 s.
    let answered = Cache::new(10_000, std::time::Duration::from_secs(600));
    let state = Receiver { webhook: Webhook { zulip, dispatch, forms }, answered };
    Router::new().route("/zulip", post(receive)).layer(DefaultBodyLimit::max(inbound::BODY_LIMIT)).with_state(state)
}

#[derive(Clone)]
struct Receiver {
    webhook: Webhook,
    answered: Cache<u64, Value>,
}

/// What is done about a message to the bot, whichever way it came.
#[derive(Clone)]
pub(super) struct Webhook {
    pub(super) zulip: Arc<Zulip>,
    pub(super) dispatch: Dispatch,
    pub(super) forms: Forms,
}

async fn receive(
    Extract(Receiver { webhook, answered }): Extract<Receiver>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return refuse(rejection.status(), "the body is too large, or broke off"),
    };
    let Some(token) = &webhook.zulip.webhook_token else {
        return refuse(StatusCode::NOT_FOUND, "this bot reads an event queue: zulip.webhook_token is not set");
    };
    let incoming = match admit(webhook.zulip.workspace(), token.expose(), &body) {
        Ok(incoming) => incoming,
        Err(response) => return *response,
    };
    let request_id = request_id(&headers);
    info!(request.id = %request_id, zulip.message = incoming.message, "Received Zulip message {}", incoming.message);
    let raw = without_token(&body);
    if webhook.zulip.mode == Mode::Events {
        // It comes by the queue as well: the first of the two is heard.
        if let Err(busy) = webhook.zulip.hear_message(&webhook.dispatch, &incoming, raw).await {
            warn!(zulip.message = incoming.message, "Left a message to the event queue: {}", busy.reason);
        }
        return Json(nothing()).into_response();
    }
    // From here on it is called by the message: its answer goes to the topic that the message is in by then.
    let request_id = incoming.request_id();
    // On a task of its own: Zulip hanging up must not stop it half-way.
    let here = Span::here();
    let answer = tokio::spawn(async move {
        let answering = answered.get_with(incoming.message, async move { webhook.answer(incoming, raw, request_id).await });
        here.around(answering).await
    });
    let answer = answer.await.unwrap_or_else(|_| said(&not_done("something broke here")));
    Json(answer).into_response()
}

/// The message in a request, or the answer to a request without one.
fn admit(site: &str, token: &str, body: &[u8]) -> Result<Incoming, Box<Response>> {
    let refusal = match inbound::read(site, token, body) {
        Ok(Read::Message(incoming)) => return Ok(incoming),
        Ok(Read::Ignored) => return Err(Box::new(Json(nothing()).into_response())),
        Err(refusal) => refusal,
    };
    warn!("Refused a request to /zulip: {refusal}");
    Err(Box::new(match refusal {
        Refusal::WrongToken => refuse(StatusCode::UNAUTHORIZED, &refusal.to_string()),
        Refusal::Malformed(_) => refuse(StatusCode::BAD_REQUEST, &refusal.to_string()),
        // In that format's own shape, so that the sentence is seen in chat.
        Refusal::SlackFormat => Json(json!({"text": format!("Nothing was done: {refusal}.")})).into_response(),
    }))
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({"error": reason}))).into_response()
}

/// The token is a secret, and the body is kept.
fn without_token(body: &[u8]) -> Bytes {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(mut object)) => {
            object.shift_remove("token");
            Bytes::from(Value::Object(object).to_string())
        }
        _ => Bytes::new(),
    }
}

pub(super) fn nothing() -> Value {
    json!({"response_not_required": true})
}

pub(super) fn said(rendered: &Rendered) -> Value {
    match &rendered.widget {
        // A string that holds JSON: an object fails.
        Some(widget) => json!({"content": rendered.content, "widget_content": widget.to_string()}),
        None => json!({"content": rendered.content}),
    }
}

pub(super) fn words(content: impl Into<String>) -> Rendered {
    Rendered { content: content.into(), widget: None }
}

pub(super) fn not_done(reason: &str) -> Rendered {
    words(format!(":warning: Nothing was done: {}. Please try again in a moment.", escape::line(reason.trim_end_matches('.'))))
}

impl From<Busy> for Rendered {
    fn from(busy: Busy) -> Rendered {
        match busy.maybe_taken {
            false => not_done(&busy.reason),
            true => words(format!(":warning: {} {}", escape::line(&busy.reason), busy.said())),
        }
    }
}

impl Webhook {
    pub(super) async fn answer(&self, mut incoming: Incoming, raw: Bytes, request_id: String) -> Value {
        if let Some(pasted) = self.dispatch.pasted(&incoming.text) {
            return self.take_back(&incoming, &pasted).await;
        }
        let place = incoming.place.clone();
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
                    let now = Timestamp::now();
                    let fell_silent = form.is_silent(now) && State::of(&form, Timestamp::UNIX_EPOCH).asking != Asking::Aside;
                    let mut state = State::of(&form, now);
                    if is_answer(&state, &incoming, &self.zulip.connections.groups()) {
                        if was_heard(&state, &incoming) {
                            // It was taken before, and the bot stopped before it could ask what follows.
                            let manner = Manner { address, page: self.zulip.page(&form.id, &place) };
                            return said(&conversation::prompt(&view, &state, None, &manner));
                        }
                        note_heard(&mut state, &incoming);
                        let talk = Talk { webhook: self, form, view, incoming, raw, request_id, address };
                        return talk.go_on(state).await;
                    }
                    if fell_silent || state.asking != Asking::Aside {
                        state.asking = Asking::Aside;
                        let how = escape::code(&address.say("resume"));
                        let title = escape::line(&view.title);
                        let why = if fell_silent { ", as nobody answered for a day" } else { "" };
                        remark = Some(format!("*{title}* is set aside{why}; {how} goes on with it, within a week."));
                        let mut form = form;
                        state.put(&mut form, now);
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
        if let Some(number) = buttons::number(&incoming) {
            match self.zulip.pressed_by_number(&place, incoming.message, number).await {
                Ok(Some(line)) => incoming.text = line,
                // No buttons here: it is what it reads.
                Ok(None) => {}
                Err(rendered) => return said(&rendered),
            }
        }
        let line = Line {
            key: incoming.key.clone(),
            raw: raw.clone(),
            to,
            text: with_group(&self.zulip.connections.groups(), &inbound::with_files(self.zulip.workspace(), &incoming.text)),
            trigger: None,
            request_id: request_id.clone(),
        };
        let answer = match self.dispatch.line(line).await {
            Ok(Answer::Accepted | Answer::Duplicate) => None,
            Ok(Answer::Say(message)) => {
                let rendered = self.message(&address, &message);
                Some(self.zulip.offer(&place, &request_id, rendered, Some(&message)).await)
            }
            Ok(Answer::Form(_, view)) => match self.forms.load(&view.id).await {
                Ok(Some(form)) => {
                    let mut state = State::begin(&view);
                    note_heard(&mut state, &incoming);
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

    /// Deletes a message that holds a secret, where Zulip lets us, and tells its author alone what to do.
    /// <https://zulip.com/api/delete-message>
    async fn take_back(&self, incoming: &Incoming, pasted: &[Pasted]) -> Value {
        let zulip = &self.zulip;
        let fate = match zulip.client.erase(incoming.message).await {
            Ok(()) => Fate::Deleted,
            // It was done before, or the person was quicker.
            Err(err) if err.kind == ErrorKind::NotFound => Fate::Deleted,
            Err(err) => {
                info!(zulip.message = incoming.message, "A message with a secret could not be deleted: {err}");
                Fate::Stays("Delete your message: Zulip does not let this bot do it.".into())
            }
        };
        warn!(zulip.message = incoming.message, "A message with a secret in it was passed over");
        let rendered = self.message(&Address::Direct, &advice(pasted, &fate));
        if incoming.place.channel == format!("dm:{}", incoming.sender) {
            return said(&rendered);
        }
        match zulip.client.send(&Recipient::People(vec![incoming.sender]), &rendered.content, None).await {
            Ok(_) => nothing(),
            Err(err) => {
                warn!(zulip.message = incoming.message, "Its author could not be told alone: {err}");
                said(&rendered)
            }
        }
    }

    pub(super) fn message(&self, address: &Address, message: &Message) -> Rendered {
        render::message(&self.zulip.connections.groups(), address, message)
    }
}

/// `rendered` with words before it.
pub(super) fn after(words: &str, rendered: Rendered) -> Rendered {
    Rendered { content: render::cut(&format!("{words}\n\n{}", rendered.content)), widget: rendered.widget }
}

/// No field's name: the message that a conversation took last stands among its values.
const HEARD: &str = "#heard";

fn note_heard(state: &mut State, incoming: &Incoming) {
    state.values.insert(HEARD.into(), json!(incoming.key));
}

fn was_heard(state: &State, incoming: &Incoming) -> bool {
    state.values.get(HEARD) == Some(&json!(incoming.key))
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
    let setting = grammar::Setting { defaults: &Map::new(), today: dispatch::today() };
    grammar::parse(groups, &setting, text).is_err()
}

/// `@Bellhop subscribe …` is `bellhop subscribe …`: the bot's own commands need no name in front.
fn with_group(groups: &[commands::Group], text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let named = groups.iter().any(|it| it.name == first);
    let own = groups.iter().find(|it| it.name == "bellhop");
    let ours = own.is_some_and(|it| it.actions.iter().any(|action| action.name.split(' ').next() == Some(first)));
    // The word alone asks for help on what is there, whoever's it is.
    if named || !ours || first == "help" { text.to_owned() } else { format!("bellhop {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(text: &str, slashed: bool) -> Incoming {
        let place = crate::chat::Place {
            platform: "zulip".into(),
            workspace: "https://chat.example.org".into(),
            channel: "dm:10".into(),
            thread: None,
        };
        Incoming { key: "1".into(), message: 1, sender: 10, place, text: text.into(), slashed, bot_name: "Bellhop".into() }
    }

    fn state(asking: Asking) -> State {
        State { asking, values: Map::new(), problems: Vec::new(), shown: Vec::new(), labels: Map::new() }
    }

    #[test]
    fn answers_and_commands_are_told_apart() {
        let group = commands::Group {
            name: "redmine".into(),
            title: "Redmine".into(),
            noun: None,
            show: None,
            url: None,
            missing: Vec::new(),
            links: None,
            actions: Vec::new(),
        };
        let asked = state(Asking::Field("subject".into()));
        assert!(is_answer(&asked, &incoming("Printer on fire", false), std::slice::from_ref(&group)));
        assert!(is_answer(&asked, &incoming("2", false), std::slice::from_ref(&group)));
        assert!(!is_answer(&asked, &incoming("redmine issue show 42", true), &[group]));
        let aside = state(Asking::Aside);
        assert!(is_answer(&aside, &incoming("Resume", false), &[]));
        assert!(!is_answer(&aside, &incoming("Printer on fire", false), &[]));
    }

    #[tokio::test]
    async fn requests_without_a_message_are_answered() {
        let answer = |body: &'static [u8]| async move {
            let response = *admit("https://chat.example.org", "secret-token", body).expect_err("no message");
            let status = response.status().as_u16();
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
            (status, serde_json::from_slice::<Value>(&body).expect("always a JSON object"))
        };
        assert_eq!(answer(br#"{"token": "other"}"#).await.0, 401);
        assert_eq!(answer(br#"{"token": "secret-token"}"#).await.0, 400);
        assert_eq!(answer(b"").await.0, 400);
        let (status, body) = answer(b"token=secret-token&team_id=T2&text=help&trigger_word=mention").await;
        assert_eq!(status, 200, "what is not 2xx is not shown in chat");
        assert!(body["text"].as_str().is_some_and(|it| it.contains("Generic")), "{body}");
    }

    #[test]
    fn own_commands_need_no_name() {
        let group = |name: &str, action: &'static str| commands::Group {
            name: name.into(),
            title: name.into(),
            noun: None,
            show: None,
            url: None,
            missing: Vec::new(),
            links: None,
            actions: vec![commands::ActionSpec {
                name: action,
                effect: commands::Effect::Read,
                examples: &[],
                parameters: commands::action::parameters_of::<()>,
            }],
        };
        let groups = [group("bellhop", "jobs list"), group("redmine", "issue show")];
        assert_eq!(with_group(&groups, "jobs list"), "bellhop jobs list");
        assert_eq!(with_group(&groups, "redmine issue show 42"), "redmine issue show 42");
        assert_eq!(with_group(&groups, "redmin issue show 42"), "redmin issue show 42");
        assert_eq!(with_group(&groups, "help"), "help");
    }

    #[test]
    fn what_is_kept_holds_no_token() {
        let kept = without_token(br#"{"token": "canary", "data": "help", "message": {"id": 1}}"#);
        assert_eq!(&kept[..], br#"{"data":"help","message":{"id":1}}"#);
        assert!(without_token(b"token=canary").is_empty());
    }

    #[test]
    fn widgets_travel_as_a_string() {
        let rendered = Rendered { content: "Sure?".into(), widget: Some(json!({"widget_type": "zform"})) };
        assert_eq!(said(&rendered), json!({"content": "Sure?", "widget_content": "{\"widget_type\":\"zform\"}"}));
        assert_eq!(said(&words("Sure?")), json!({"content": "Sure?"}));
        let busy = Rendered::from(Busy::not_taken("the disk is full."));
        assert_eq!(busy.content, ":warning: Nothing was done: the disk is full. Please try again in a moment.");
    }
}
