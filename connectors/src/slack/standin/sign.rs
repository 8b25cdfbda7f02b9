//! How Slack signs what it sends to an app.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The `X-Slack-Signature` of a request: `v0=` and the HMAC-SHA256 of `v0:{timestamp}:{body}`.
/// <https://docs.slack.dev/authentication/verifying-requests-from-slack>
pub fn signature(signing_secret: &str, timestamp: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(signing_secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}
