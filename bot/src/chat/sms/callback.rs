//! What became of a message, as Twilio tells it later.
//!
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>; the proof that it is Twilio's is
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>. There is no timestamp in it, so what is told twice is
//! known by the message and its state.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::Sms;
use crate::{
    chat::{Place, Target},
    dispatch::Dispatch,
};

/// The route of Twilio's callbacks, `/sms/status`.
pub fn routes(sms: Arc<Sms>, dispatch: Dispatch) -> Router {
    Router::new().route("/sms/status", post(status)).layer(DefaultBodyLimit::max(64 * 1024)).with_state((sms, dispatch))
}

async fn status(State((sms, dispatch)): State<(Arc<Sms>, Dispatch)>, headers: HeaderMap, body: Bytes) -> Response {
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let signature = headers.get("x-twilio-signature").and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !sms.callback.as_deref().is_some_and(|url| is_signed(sms.token.expose(), url, &fields, signature)) {
        tracing::warn!(
            "A callback in Twilio's name is not Twilio's: is `auth_token` in [sms] the account's, and public_url right?"
        );
        return (StatusCode::FORBIDDEN, "the signature does not match\n").into_response();
    }
    let text = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let (message, state, code) = (text("MessageSid"), text("MessageStatus"), text("ErrorCode"));
    let known = match state {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "read"
        | "canceled" => state.to_owned(),
        _ => "other".into(),
    };
    metrics::counter!("bellhop_sms_total", "state" => known, "code" => code_label(code)).increment(1);
    if !matches!(state, "failed" | "undelivered") {
        return StatusCode::NO_CONTENT.into_response();
    }
    tracing::error!(message, code, "A text message was not delivered");
    let channel = text("To").to_owned();
    let to = Target::Place(Place { platform: "sms".into(), workspace: String::new(), channel, thread: None });
    let reason = reason(text("To"), code);
    match dispatch.undelivered("sms", &format!("{message}:{state}"), body, to, &reason).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(busy) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "10")], busy.reason).into_response(),
    }
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
