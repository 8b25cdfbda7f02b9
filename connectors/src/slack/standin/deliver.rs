//! Requests from the platform to the app: signed, or by a WebSocket; with a deadline, events with their retries.

use std::time::Instant;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{SlackSim, sign::signature, state::State};
use crate::standin::chat::traffic::Direction;

/// Why a request got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    Timeout,
    Refused,
}

/// What the app answered.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answered {
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl SlackSim {
    /// Posts a signed body to the app.
    pub(super) async fn post_signed(
        &self,
        url: &str,
        content_type: &'static str,
        body: String,
        more: &[(&'static str, String)],
    ) -> Result<Answered, Unanswered> {
        let (timestamp, secret) = self.look(|state| (state.seconds(), state.app.signing_secret.clone()));
        let mut headers = HeaderMap::new();
        let mut add = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        add("content-type", content_type);
        add("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)");
        add("accept", "application/json,*/*");
        add("x-slack-request-timestamp", &timestamp.to_string());
        add("x-slack-signature", &signature(&secret, timestamp, body.as_bytes()));
        more.iter().for_each(|(name, value)| add(name, value));
        let (at, started) = (Timestamp::now(), Instant::now());
        let request = self.0.http.post(url).headers(headers.clone()).body(body.clone());
        let result = tokio::time::timeout(self.0.options.answer_within, async {
            let response = request.send().await.map_err(|_| Unanswered::Refused)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = response.bytes().await.map_err(|_| Unanswered::Refused)?.to_vec();
            Ok(Answered { status, headers, body })
        });
        let result = result.await.unwrap_or(Err(Unanswered::Timeout));
        let answer = match &result {
            Ok(answered) => Ok((answered.status, &answered.headers, answered.body.as_slice())),
            Err(Unanswered::Timeout) => Err("no answer in time"),
            Err(Unanswered::Refused) => Err("no connection, or a broken one"),
        };
        let method = Method::POST;
        let elapsed = started.elapsed();
        self.0.traffic.record(Direction::ToApp, at, (method.as_str(), url), (&headers, body.as_bytes()), answer, elapsed);
        result
    }

    /// Posts a form, as slash commands are.
    pub(super) async fn post_form(&self, url: &str, fields: &[(&str, String)]) -> Result<Answered, Unanswered> {
        if self.is_in_socket_mode() {
            let payload = fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            return self.send_envelope("slash_commands", &Value::Object(payload), None).await;
        }
        // The serializer is not `Send`: it must be gone before the request waits.
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post_signed(url, "application/x-www-form-urlencoded", body, &[]).await
    }

    /// Posts an interaction: a form whose only field is JSON.
    pub(super) async fn post_payload(&self, url: &str, payload: &Value) -> Result<Answered, Unanswered> {
        if self.is_in_socket_mode() {
            return self.send_envelope("interactive", payload, None).await;
        }
        self.post_form(url, &[("payload", payload.to_string())]).await
    }

    /// Sends an event, and again when the app does not take it: three times, then never more.
    /// <https://docs.slack.dev/apis/events-api#retries>
    pub(super) async fn send_event(self, event: Value) {
        let (url, envelope) = self.with(|state| (state.settings.events_url.clone(), envelope(state, event)));
        let mut waits = self.0.options.event_retries.iter();
        let mut again = None;
        for number in 1.. {
            let result = match self.is_in_socket_mode() {
                true => self.send_envelope("events_api", &envelope, again).await,
                false => {
                    let retry = again.map(|(number, reason): (usize, &str)| {
                        [("x-slack-retry-num", number.to_string()), ("x-slack-retry-reason", reason.to_owned())]
                    });
                    let retry = retry.as_ref().map_or(&[][..], |it| it.as_slice());
                    self.post_signed(&url, "application/json", envelope.to_string(), retry).await
                }
            };
            let reason = match &result {
                Ok(answered) if answered.status.is_success() => return,
                Ok(answered) if answered.headers.get("x-slack-no-retry").is_some_and(|it| it == "1") => return,
                Ok(_) => "http_error",
                Err(Unanswered::Timeout) => "http_timeout",
                Err(Unanswered::Refused) => "connection_failed",
            };
            let Some(wait) = waits.next() else {
                self.with(|state| state.given_up.push(envelope));
                return;
            };
            tokio::select! {
                () = tokio::time::sleep(*wait) => {}
                () = self.0.again.notified() => {}
            }
            again = Some((number, reason));
        }
    }

    /// Sends again at once what would be sent again later.
    pub fn send_again(&self) {
        self.0.again.notify_waiters();
    }

    /// Asks the events URL to prove itself, as Slack does when it is entered.
    ///
    /// # Errors
    /// A sentence, when it does not answer with the challenge.
    pub async fn verify_events_url(&self) -> Result<(), String> {
        let (url, token, challenge) = self
            .with(|state| (state.settings.events_url.clone(), state.app.verification_token.clone(), state.ids.alphanumeric(52)));
        let body = json!({"token": token, "challenge": challenge, "type": "url_verification"}).to_string();
        let answered = self.post_signed(&url, "application/json", body, &[]).await;
        let answered = answered.map_err(|why| format!("The events URL {url} did not answer ({why:?})."))?;
        let text = String::from_utf8_lossy(&answered.body).trim().to_owned();
        let echoed = answered.json().and_then(|it| it["challenge"].as_str().map(str::to_owned)).unwrap_or(text);
        match answered.status.is_success() && echoed == challenge {
            true => Ok(()),
            false => Err(format!("The events URL {url} answered {} and not the challenge.", answered.status)),
        }
    }
}

fn envelope(state: &mut State, event: Value) -> Value {
    let event_id = state.ids.slack("Ev");
    json!({
        "token": state.app.verification_token, "team_id": state.team, "context_team_id": state.team, "context_enterprise_id": state.organization, "enterprise_id": state.organization,
        "api_app_id": state.app.app_id, "event": event, "type": "event_callback", "event_id": event_id, "event_time": state.seconds(),
        "authorizations": [{"enterprise_id": state.organization, "team_id": state.team, "user_id": state.app.bot_user, "is_bot": true,
            "is_enterprise_install": false}],
        "is_ext_shared_channel": false, "event_context": state.ids.alphanumeric(40),
    })
}
