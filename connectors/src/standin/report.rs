//! What a simulated vendor reports by itself: webhooks, signed as the vendor signs them.
//!
//! What there is to report is noted by handlers while they hold the vendor's state, or found afterwards by comparing it with what
//! it was before ([`changes`]). [`to`] addresses it to those who listen, and [`send`] delivers it without keeping the caller
//! waiting, as the real ones do. Nobody retries: what becomes of a delivery that fails is for the bot's polls and for the
//! vendor's own buttons.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;
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

/// Somebody who is told.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub url: String,
    /// By which they know who tells.
    pub secret: String,
    /// What they are told of, as the vendor names it: a repository, a project; empty for everything.
    pub of: String,
}

impl Listener {
    /// One that an administrator set up by hand for everything.
    pub fn of_all(url: &str, secret: &str) -> Listener {
        Listener { url: url.to_owned(), secret: secret.to_owned(), of: String::new() }
    }
}

/// The same to all who listen to any of `of`, with what proves to each who tells.
pub(crate) fn to<'a>(
    listeners: impl IntoIterator<Item = &'a Listener>,
    of: &[&str],
    body: &Value,
    headers: impl Fn(&Listener, &str) -> Vec<(&'static str, String)>,
) -> Vec<Report> {
    let body = body.to_string();
    let hears = |it: &&Listener| it.of.is_empty() || of.contains(&it.of.as_str());
    let report = |it: &Listener| Report { url: it.url.clone(), headers: headers(it, &body), body: body.clone() };
    listeners.into_iter().filter(hears).map(report).collect()
}

/// What became of one thing from one moment to the next.
pub(crate) enum Change<'a, T> {
    Made(&'a T),
    Changed { from: &'a T, to: &'a T },
    Gone(&'a T),
}

/// What changed in a list: things are known by `id`, and `same` tells whether one is as it was.
pub(crate) fn changes<'a, T, K: PartialEq>(
    before: &'a [T],
    after: &'a [T],
    id: impl Fn(&T) -> K,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<Change<'a, T>> {
    let mut all = Vec::new();
    for it in after {
        match before.iter().find(|old| id(old) == id(it)) {
            None => all.push(Change::Made(it)),
            Some(from) if !same(from, it) => all.push(Change::Changed { from, to: it }),
            Some(_) => {}
        }
    }
    all.extend(before.iter().filter(|old| after.iter().all(|it| id(it) != id(old))).map(Change::Gone));
    all
}

/// A new id for a delivery.
pub(crate) fn id() -> String {
    let hex = format!("{:032x}", rand::random::<u128>());
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
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

/// `sha1=` and the HMAC-SHA1 of `body` under `secret`, in hexadecimal.
pub(crate) fn signed_sha1(secret: &str, body: &str) -> String {
    format!("sha1={}", hex::encode(sha1(secret, &[body])))
}

/// The HMAC-SHA1 of the parts, one after the other, in base64.
pub(crate) fn signed_base64(secret: &str, parts: &[&str]) -> String {
    STANDARD.encode(sha1(secret, parts))
}

fn sha1(secret: &str, parts: &[&str]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    parts.iter().for_each(|it| mac.update(it.as_bytes()));
    mac.finalize().into_bytes().to_vec()
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
