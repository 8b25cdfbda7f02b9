//! What became of a message or a call, and what people answer to it, as Twilio tells it later.
//!
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>; the proof that it is Twilio's is
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>. There is no timestamp in it, so what is told twice is
//! known by the message and its state.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Sms, voice};
use crate::{
    chat::{Place, Target},
    dispatch::Dispatch,
};

/// The routes of Twilio's callbacks: `/sms/status`, `/sms/reply`, `/voice/status` and `/voice/answer`.
pub fn routes(sms: Arc<Sms>, dispatch: Dispatch) -> Router {
    Router::new()
        .route("/sms/status", post(status))
        .route("/sms/reply", post(reply))
        .route("/voice/status", post(call_status))
        .route("/voice/answer", post(answer))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(Callbacks { sms, dispatch })
}

#[derive(Clone)]
struct Callbacks {
    sms: Arc<Sms>,
    dispatch: Dispatch,
}

/// A request that Twilio signed.
struct Told {
    fields: BTreeMap<String, String>,
    /// The key of the post that it is about.
    post: Option<String>,
}

impl Told {
    fn text(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }
}

impl Callbacks {
    /// What it says, if Twilio signed it for this very address.
    fn read(&self, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Option<Told> {
        let fields: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        let signature = headers.get("x-twilio-signature").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let asked = uri.path_and_query().map(|it| it.as_str()).unwrap_or_default();
        let url = self.sms.public_url.as_ref().map(|it| format!("{it}{asked}"));
        if !url.is_some_and(|url| is_signed(self.sms.token.expose(), &url, &fields, signature)) {
            tracing::warn!(
                "A callback in Twilio's name is not Twilio's: is `auth_token` in [sms] the account's, and public_url right?"
            );
            return None;
        }
        let query = uri.query().unwrap_or_default().as_bytes();
        let post = url::form_urlencoded::parse(query).find(|(name, _)| name == "post").map(|(_, value)| value.into_owned());
        Some(Told { fields, post })
    }
}

fn forged() -> Response {
    (StatusCode::FORBIDDEN, "the signature does not match\n").into_response()
}

fn later(reason: String) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "10")], reason).into_response()
}

async fn status(State(callbacks): State<Callbacks>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some(told) = callbacks.read(&uri, &headers, &body) else { return forged() };
    let (message, state, code) = (told.text("MessageSid"), told.text("MessageStatus"), told.text("ErrorCode"));
    let known = match state {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "read"
        | "canceled" => state.to_owned(),
        _ => "other".into(),
    };
    metrics::counter!("bellhop_sms_total", "state" => known, "code" => code_label(code)).increment(1);
    let post = told.post.as_deref();
    let outcome = match state {
        "delivered" | "read" => callbacks.dispatch.delivered(post).await,
        "failed" | "undelivered" => {
            tracing::error!(message, code, "A text message was not delivered");
            let to = place(told.text("To"));
            let reason = reason(told.text("To"), code);
            callbacks.dispatch.undelivered("sms", &format!("{message}:{state}"), body, to, &reason, post).await
        }
        _ => Ok(()),
    };
    match outcome {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(busy) => later(busy.reason),
    }
}

/// What became of a call: <https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent>.
async fn call_status(State(callbacks): State<Callbacks>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some(told) = callbacks.read(&uri, &headers, &body) else { return forged() };
    let state = told.text("CallStatus");
    let number = told.text("To");
    let why = match state {
        "busy" => "the line is busy",
        "no-answer" => "nobody answered",
        "failed" => "there is no way to call it",
        "canceled" => "the call was canceled",
        _ => "",
    };
    let post = told.post.as_deref();
    let outcome = match (state, why) {
        // Somebody, or a machine, took it. Whether they press a key is told by another request.
        ("completed", _) => callbacks.dispatch.delivered(post).await,
        (_, "") => Ok(()),
        (_, why) => {
            let key = format!("{}:{state}", told.text("CallSid"));
            let reason = format!("A call to {number} did not get through: {why}.");
            callbacks.dispatch.undelivered("sms", &key, body, place(number), &reason, post).await
        }
    };
    match outcome {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(busy) => later(busy.reason),
    }
}

/// Somebody wrote back: <https://www.twilio.com/docs/messaging/guides/webhook-request>.
async fn reply(State(callbacks): State<Callbacks>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some(told) = callbacks.read(&uri, &headers, &body) else { return forged() };
    let said = told.text("Body").trim().trim_end_matches(['.', '!']).to_lowercase();
    let (from, message) = (told.text("From"), told.text("MessageSid"));
    if !matches!(said.as_str(), "1" | "ack" | "acknowledge" | "acknowledged" | "ok") {
        // Twilio answers STOP and the like itself, and tells us all the same.
        return match told.fields.contains_key("OptOutType") {
            true => twiml(""),
            false => twiml("<Message>Answer 1 to acknowledge the last page that came to this phone.</Message>"),
        };
    }
    match callbacks.dispatch.acknowledged_from(from, &format!("sms:{message}"), body.clone()).await {
        Ok(Some(title)) => twiml(&format!("<Message>{}</Message>", voice::escaped(&format!("Taken: {title}")))),
        Ok(None) => twiml("<Message>No page came to this phone in the last day, so there is nothing to acknowledge.</Message>"),
        Err(busy) => later(busy.reason),
    }
}

/// A key was pressed in a call: <https://www.twilio.com/docs/voice/twiml/gather>.
async fn answer(State(callbacks): State<Callbacks>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some(told) = callbacks.read(&uri, &headers, &body) else { return forged() };
    let Some(post) = told.post.as_deref().filter(|_| told.text("Digits") == "1") else {
        return twiml("<Say>Nothing was done. Goodbye.</Say><Hangup/>");
    };
    match callbacks.dispatch.acknowledged_by_call(post, &format!("voice:{}", told.text("CallSid")), body.clone()).await {
        Ok(Some(_)) => twiml("<Say>Thank you. It is acknowledged. Goodbye.</Say><Hangup/>"),
        Ok(None) => twiml("<Say>There is nothing to acknowledge any more. Goodbye.</Say><Hangup/>"),
        Err(_) => twiml("<Say>That could not be taken now. Please acknowledge in chat. Goodbye.</Say><Hangup/>"),
    }
}

fn place(number: &str) -> Target {
    Target::Place(Place { platform: "sms".into(), workspace: String::new(), channel: number.into(), thread: None })
}

fn twiml(inside: &str) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{inside}</Response>");
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}

/// Codes are numbers, and few: whoever forges none makes no metrics.
fn code_label(code: &str) -> String {
    if code.len() <= 5 && code.bytes().all(|it| it.is_ascii_digit()) { code.to_owned() } else { "other".into() }
}

/// <https://www.twilio.com/docs/api/errors>
fn reason(number: &str, code: &str) -> String {
    let why = match code {
        "30003" => "the phone is off, out of reach, or takes no messages",
        "30004" => "whoever has it, or their carrier, blocks our messages",
        "30005" => "there is no such number any more",
        "30006" => "it is a landline, or its carrier cannot be reached",
        "30007" => "its carrier took it for spam",
        "30034" => "the sender is not registered for numbers in the USA (A2P 10DLC)",
        _ => "Twilio's console says more",
    };
    let code = if code.is_empty() { String::new() } else { format!(", code {code}") };
    format!("A text message to {number} was not delivered: {why}{code}.")
}

/// The URL, then each field's name and value, sorted by name.
fn is_signed(token: &str, url: &str, fields: &BTreeMap<String, String>, signature: &str) -> bool {
    let Ok(signature) = BASE64_STANDARD.decode(signature) else { return false };
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    for (name, value) in fields {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    mac.verify_slice(&signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twilio's own example.
    const TOKEN: &str = "12345";
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const SIGNATURE: &str = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";

    fn fields() -> BTreeMap<String, String> {
        [
            ("Digits", "1234"),
            ("To", "+18005551212"),
            ("From", "+12349013030"),
            ("Caller", "+12349013030"),
            ("CallSid", "CA1234567890ABCDE"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    #[test]
    fn only_what_twilio_signed_is_believed() {
        assert!(is_signed(TOKEN, URL, &fields(), SIGNATURE));
        assert!(!is_signed("12346", URL, &fields(), SIGNATURE));
        assert!(!is_signed(TOKEN, "https://mycompany.com/myapp.php?foo=1", &fields(), SIGNATURE));
        let mut changed = fields();
        changed.insert("Digits".into(), "1235".into());
        assert!(!is_signed(TOKEN, URL, &changed, SIGNATURE));
        for signature in ["", "0", "0/KCTR6DLpKmkAf8muzZqo1nDg==", "1/KCTR6DLpKmkAf8muzZqo1nDgQ="] {
            assert!(!is_signed(TOKEN, URL, &fields(), signature), "{signature}");
        }
    }
}
