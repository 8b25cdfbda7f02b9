//! Proof that a request is Slack's: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
//!
//! slack-morphism's verifier is not used: it wants the body as text and reads the machine's clock,
//! while we check raw bytes at a time that the caller hands in.

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// How far Slack's clock and ours may be apart, in seconds; an older request is a replay.
const TOLERANCE: i64 = 300;

/// Why a request is not believed. Never holds the signature that would have been right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("`slack.signing_secret` is not set, so nothing over HTTP can be believed")]
    NoSecret,
    #[error("no {0} header")]
    Missing(&'static str),
    #[error("the timestamp is not a number")]
    Timestamp,
    #[error("the timestamp is {0} s away from our clock (at most {TOLERANCE})")]
    Stale(i64),
    #[error("the signature is not of the form v0=<64 hexadecimal digits>")]
    Malformed,
    #[error("the signature does not match the body: is `slack.signing_secret` this app's?")]
    Mismatch,
}

/// Checks `X-Slack-Signature` over `v0:{timestamp}:{body}`, in constant time.
pub fn verify(secret: &str, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Refusal> {
    let timestamp = header(headers, "x-slack-request-timestamp")?;
    let signature = header(headers, "x-slack-signature")?;
    let sent: i64 = timestamp.parse().map_err(|_| Refusal::Timestamp)?;
    let away = now.as_second().saturating_sub(sent).saturating_abs();
    if away > TOLERANCE {
        return Err(Refusal::Stale(away));
    }
    // As Slack writes it: of one signature there is one form.
    let digits = signature.strip_prefix("v0=").filter(|it| !it.bytes().any(|it| it.is_ascii_uppercase()));
    let digest = digits.and_then(|it| hex::decode(it).ok()).ok_or(Refusal::Malformed)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"v0:");
    mac.update(timestamp.as_bytes());
    mac.update(b":");
    mac.update(body);
    mac.verify_slice(&digest).map_err(|_| Refusal::Mismatch)
}

fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Refusal> {
    headers.get(name).and_then(|it| it.to_str().ok()).ok_or(Refusal::Missing(name))
}
