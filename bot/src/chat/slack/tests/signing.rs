//! Slack's own example, and every way to be wrong.

use axum::http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use crate::chat::slack::signature::{Refusal, verify};

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SENT: i64 = 1531420618;
/// From <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

fn headers(timestamp: &str, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-slack-request-timestamp", HeaderValue::from_str(timestamp).unwrap());
    headers.insert("x-slack-signature", HeaderValue::from_str(signature).unwrap());
    headers
}

fn check(secret: &str, headers: &HeaderMap, body: &[u8], now: i64) -> Result<(), Refusal> {
    verify(secret, headers, body, Timestamp::from_second(now).unwrap())
}

#[test]
fn slacks_own_example_is_believed() {
    let headers = headers(&SENT.to_string(), SIGNATURE);
    assert_eq!(check(SECRET, &headers, BODY.as_bytes(), SENT), Ok(()));
    assert_eq!(check(SECRET, &headers, BODY.as_bytes(), SENT + 300), Ok(()));
    assert_eq!(check(SECRET, &headers, BODY.as_bytes(), SENT - 300), Ok(()));
}

#[test]
fn stale_and_future_requests_are_not() {
    let headers = headers(&SENT.to_string(), SIGNATURE);
    assert_eq!(check(SECRET, &headers, BODY.as_bytes(), SENT + 301), Err(Refusal::Stale(301)));
    assert_eq!(check(SECRET, &headers, BODY.as_bytes(), SENT - 301), Err(Refusal::Stale(301)));
}

#[test]
fn one_other_byte_one_other_second_one_other_secret_are_not() {
    let sent = SENT.to_string();
    let mut body = BODY.as_bytes().to_vec();
    body[6] ^= 1;
    assert_eq!(check(SECRET, &headers(&sent, SIGNATURE), &body, SENT), Err(Refusal::Mismatch));
    let later = (SENT + 1).to_string();
    assert_eq!(check(SECRET, &headers(&later, SIGNATURE), BODY.as_bytes(), SENT), Err(Refusal::Mismatch));
    assert_eq!(check("another", &headers(&sent, SIGNATURE), BODY.as_bytes(), SENT), Err(Refusal::Mismatch));
    let short = &SIGNATURE[..SIGNATURE.len() - 2];
    assert_eq!(check(SECRET, &headers(&sent, short), BODY.as_bytes(), SENT), Err(Refusal::Mismatch));
}

#[test]
fn malformed_headers_are_not() {
    let sent = SENT.to_string();
    let missing = check(SECRET, &HeaderMap::new(), BODY.as_bytes(), SENT);
    assert_eq!(missing, Err(Refusal::Missing("x-slack-request-timestamp")));
    assert_eq!(check(SECRET, &headers("soon", SIGNATURE), BODY.as_bytes(), SENT), Err(Refusal::Timestamp));
    for signature in ["", "v0=", "v1=a2114d57", "v0=not-hexadecimal"] {
        let refused = check(SECRET, &headers(&sent, signature), BODY.as_bytes(), SENT);
        assert!(matches!(refused, Err(Refusal::Malformed | Refusal::Mismatch)), "{signature}: {refused:?}");
    }
    let extreme = check(SECRET, &headers(&i64::MIN.to_string(), SIGNATURE), BODY.as_bytes(), SENT);
    assert!(matches!(extreme, Err(Refusal::Stale(_))));
}

#[test]
fn the_reason_holds_no_signature() {
    let right = &SIGNATURE[3..];
    let refused = check(SECRET, &headers(&SENT.to_string(), "v0=00"), BODY.as_bytes(), SENT).unwrap_err();
    assert!(!refused.to_string().contains(&right[..8]) && !refused.to_string().contains(SECRET));
}
