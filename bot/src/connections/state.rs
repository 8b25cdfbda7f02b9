//! The `state` of a browser that is sent to a vendor's page: proof that the one that comes back is the one that left
//! from here, a moment ago, and for the first time (RFC 6749, section 10.12).
//!
//! It says when it ends and is signed together with a cookie's value, so that it is worth nothing in
//! another browser: without that, somebody could have a person's browser install *their* workspace, or link *their* account.
//! That it is used once is seen to by the store.

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use sha2::Sha256;
use url::Url;

/// From leaving to coming back.
pub const LASTS: SignedDuration = SignedDuration::from_mins(10);
/// Bytes of what is drawn at random.
const RANDOM: usize = 24;

/// What a browser leaves for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errand {
    /// The name of its cookie.
    pub cookie: &'static str,
    /// The path below which the cookie is sent.
    pub path: &'static str,
    /// Nothing else is signed with the same words in front.
    pub purpose: &'static [u8],
}

/// Why a state is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it has no state")]
    Missing,
    #[error("the browser has no cookie of it")]
    OtherBrowser,
    #[error("the state was not signed here for this browser")]
    Forged,
    #[error("the state is older than ten minutes")]
    Expired,
}

/// A state that was signed here, for this browser, and is young enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    pub nonce: String,
    pub expires: Timestamp,
}

/// What ties a browser to its state.
pub struct Browser(String);

impl Browser {
    /// The browser of this request; a new one when it has no cookie yet. One that has two pages open keeps its cookie.
    pub fn of(errand: Errand, headers: &HeaderMap) -> Browser {
        Browser::known(errand, headers).unwrap_or_else(|| Browser(random()))
    }

    pub fn known(errand: Errand, headers: &HeaderMap) -> Option<Browser> {
        let all = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(';'));
        let value = all.filter_map(|it| it.trim().split_once('=')).find(|(name, _)| *name == errand.cookie)?.1;
        let is_ours = BASE64_URL_SAFE_NO_PAD.decode(value).is_ok_and(|it| it.len() == RANDOM);
        is_ours.then(|| Browser(value.to_owned()))
    }

    /// The `Set-Cookie` header. `Lax`: it has to come along when the vendor sends the browser back.
    pub fn cookie(&self, errand: Errand, public_url: &str) -> String {
        let secure = if public_url.starts_with("https:") { "; Secure" } else { "" };
        // A proxy may have it below a path of its own.
        let below = Url::parse(public_url).map(|it| it.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        let Errand { cookie, path, .. } = errand;
        format!("{cookie}={}; Path={below}{path}; Max-Age={}; HttpOnly; SameSite=Lax{secure}", self.0, LASTS.as_secs())
    }
}

/// A new state for this browser.
pub fn issue(key: &[u8], errand: Errand, browser: &Browser, now: Timestamp) -> String {
    issue_for(key, errand, browser, &random(), now.saturating_add(LASTS).unwrap_or(now))
}

/// A state for this browser and something that was begun before, by its own nonce; good until that ends.
pub fn issue_for(key: &[u8], errand: Errand, browser: &Browser, nonce: &str, ends: Timestamp) -> String {
    let expires = ends.as_second();
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(key, errand, browser, nonce, expires).finalize().into_bytes());
    format!("{expires}.{nonce}.{signature}")
}

/// Whether this state was issued here for this browser.
///
/// # Errors
/// Why it is not believed.
pub fn check(key: &[u8], errand: Errand, browser: Option<&Browser>, state: &str, now: Timestamp) -> Result<Proven, Refusal> {
    if state.is_empty() {
        return Err(Refusal::Missing);
    }
    let browser = browser.ok_or(Refusal::OtherBrowser)?;
    let [expires, nonce, signature] = state.split('.').collect::<Vec<_>>()[..] else { return Err(Refusal::Forged) };
    let expires: i64 = expires.parse().map_err(|_| Refusal::Forged)?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Forged)?;
    // In constant time.
    sign(key, errand, browser, nonce, expires).verify_slice(&signature).map_err(|_| Refusal::Forged)?;
    let expires = Timestamp::from_second(expires).map_err(|_| Refusal::Forged)?;
    if expires <= now {
        return Err(Refusal::Expired);
    }
    Ok(Proven { nonce: nonce.to_owned(), expires })
}

fn sign(key: &[u8], errand: Errand, browser: &Browser, nonce: &str, expires: i64) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(errand.purpose);
    // None of the three holds a dot.
    mac.update(format!("{expires}.{nonce}.{}", browser.0).as_bytes());
    mac
}

/// What nobody guesses.
pub fn random() -> String {
    let mut bytes = [0_u8; RANDOM];
    rand::rng().fill(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"client-secret-canary";
    const ERRAND: Errand = Errand { cookie: "bellhop_slack_install", path: "/slack", purpose: b"an install\0" };
    const OTHER: Errand = Errand { purpose: b"another errand\0", ..ERRAND };

    fn now() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().expect("a time")
    }

    fn sent_back(browser: &Browser) -> HeaderMap {
        let cookie = browser.cookie(ERRAND, "https://bot.example.org");
        let pair = cookie.split(';').next().expect("the cookie's value");
        HeaderMap::from_iter([(header::COOKIE, format!("other=1; {pair}").parse().expect("a header"))])
    }

    #[test]
    fn the_browser_that_left_may_come_back_for_ten_minutes() {
        let browser = Browser::of(ERRAND, &HeaderMap::new());
        let state = issue(KEY, ERRAND, &browser, now());
        let back = Browser::known(ERRAND, &sent_back(&browser)).expect("its cookie");
        let last = now() + LASTS - SignedDuration::from_secs(1);
        let proven = check(KEY, ERRAND, Some(&back), &state, last).expect("believed");
        assert!(!proven.nonce.is_empty() && proven.expires == now() + LASTS);
        assert_eq!(check(KEY, ERRAND, Some(&back), &state, now() + LASTS), Err(Refusal::Expired));
        // A second page in the same browser does not take the first one's proof away.
        let again = Browser::of(ERRAND, &sent_back(&browser));
        let other = issue(KEY, ERRAND, &again, now());
        assert_ne!(
            check(KEY, ERRAND, Some(&again), &state, now()),
            check(KEY, ERRAND, Some(&again), &other, now()),
            "each has a nonce of its own"
        );
    }

    #[test]
    fn others_are_refused() {
        let (browser, stranger) = (Browser::of(ERRAND, &HeaderMap::new()), Browser::of(ERRAND, &HeaderMap::new()));
        let state = issue(KEY, ERRAND, &browser, now());
        assert_eq!(check(KEY, ERRAND, Some(&stranger), &state, now()), Err(Refusal::Forged), "another browser's cookie");
        assert_eq!(check(KEY, ERRAND, None, &state, now()), Err(Refusal::OtherBrowser));
        assert_eq!(check(b"another", ERRAND, Some(&browser), &state, now()), Err(Refusal::Forged));
        assert_eq!(check(KEY, ERRAND, Some(&browser), "", now()), Err(Refusal::Missing));
        assert_eq!(check(KEY, OTHER, Some(&browser), &state, now()), Err(Refusal::Forged), "another errand's");
        let (_, rest) = state.split_once('.').expect("its parts");
        let longer = format!("{}.{rest}", now().as_second() + 86_400);
        for forged in ["a.b.c", "..", "1", &longer, &format!("{state}.x"), &state[..state.len() - 2]] {
            assert_eq!(check(KEY, ERRAND, Some(&browser), forged, now()), Err(Refusal::Forged), "{forged}");
        }
        for cookie in ["bellhop_slack_install=", "bellhop_slack_install=short", "another=1"] {
            let headers = HeaderMap::from_iter([(header::COOKIE, cookie.parse().expect("a header"))]);
            assert!(Browser::known(ERRAND, &headers).is_none(), "{cookie}");
        }
    }

    #[test]
    fn the_cookie_stays_out_of_reach() {
        let cookie = |url| Browser::of(ERRAND, &HeaderMap::new()).cookie(ERRAND, url);
        assert!(cookie("https://bot.example.org").ends_with("; Path=/slack; Max-Age=600; HttpOnly; SameSite=Lax; Secure"));
        assert!(!cookie("http://127.0.0.1:8080").contains("Secure"));
        assert!(cookie("https://example.org/bellhop/").contains("; Path=/bellhop/slack; "));
    }
}
