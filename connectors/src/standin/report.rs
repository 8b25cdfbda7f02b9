//! What a simulated vendor reports by itself: webhooks, signed as the vendor signs them.
//!
//! Handlers note what there is to report while they hold the vendor's state; once it is let go, [`send`] delivers it to whoever
//! registered, without keeping the caller waiting, as the real ones do. Nobody retries: what becomes of a delivery that fails is
//! for the bot's polls and for the vendor's own buttons.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How long the receiver may take; GitHub waits as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request to a hook.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// Delivers them in their order.
pub(crate) fn send(reports: Vec<Report>) {
    if reports.is_empty() {
        return;
    }
    tokio::spawn(async move {
        // One for all would die with the first runtime that used it.
        let client = match reqwest::Client::builder().no_proxy().timeout(PATIENCE).build() {
            Ok(client) => client,
            Err(err) => return tracing::warn!("A stand-in cannot report anything: {err}"),
        };
        for Report { url, headers, body } in reports {
            let request = client.post(&url).header("content-type", "application/json").body(body);
            let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
            match request.send().await {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => tracing::warn!("{url} does not take what a stand-in reports: {}", answer.status()),
                Err(err) => tracing::warn!("{url} does not take what a stand-in reports: {}", err.without_url()),
            }
        }
    });
}

/// `sha256=` and the HMAC of `body` under `secret`, in hexadecimal.
pub(crate) fn signed(secret: &str, body: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::verify_hmac_sha256_hex;

    #[test]
    fn what_is_signed_is_verified() {
        let signed = signed("It's a Secret to Everybody", "Hello, World!");
        // GitHub's own example: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
        assert_eq!(signed, "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
        assert!(verify_hmac_sha256_hex("It's a Secret to Everybody", b"Hello, World!", &signed["sha256=".len()..]));
    }
}
