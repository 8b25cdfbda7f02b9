//! Signatures and tokens of requests that reach us, compared in constant time.
//!
//! A comparison that stops at the first wrong byte tells how many were right. These do not: a
//! signature's length is public, and tokens are hashed first, so that not even their length shows.
//! With an empty secret anybody could sign, so nothing matches one.

use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How far a signed time may be from ours, in seconds. Slack, HubSpot and Standard Webhooks all say five minutes.
const TOLERANCE: u64 = 300;

/// Secrets are copied by hand, and some lose their `=` on the way.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether `given` is the HMAC-SHA256 of `body` under `secret`, in hexadecimal of either case
/// ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)). A vendor's prefix, such as `sha256=`, is taken
/// off by the caller.
pub fn verify_hmac_sha256_hex(secret: &str, body: &[u8], given: &str) -> bool {
    hex::decode(given).is_ok_and(|given| is_hmac_sha256(secret.as_bytes(), &[body], &given))
}

/// Whether `given` is the HMAC-SHA256 of the parts, one after the other, under `secret`, in Base64.
pub fn verify_hmac_sha256_base64(secret: &[u8], parts: &[&[u8]], given: &str) -> bool {
    STANDARD.decode(given).is_ok_and(|given| is_hmac_sha256(secret, parts, &given))
}

/// Whether `given` is the HMAC-SHA1 of the parts, one after the other, under `secret`, in Base64. Only for vendors that
/// sign in no other way, such as Trello and Twilio: forging an HMAC does not need what SHA-1 lost (RFC 6194, 3.3).
pub fn verify_hmac_sha1_base64(secret: &str, parts: &[&[u8]], given: &str) -> bool {
    STANDARD.decode(given).is_ok_and(|given| is_hmac_sha1(secret, parts, &given))
}

/// Whether `given` is the HMAC-SHA1 of `body` under `secret`, in hexadecimal of either case; see
/// [`verify_hmac_sha1_base64`].
pub fn verify_hmac_sha1_hex(secret: &str, body: &[u8], given: &str) -> bool {
    hex::decode(given).is_ok_and(|given| is_hmac_sha1(secret, &[body], &given))
}

/// Whether `given` is Slack's signature, `v0=…`, of the body and of the `X-Slack-Request-Timestamp` that came with it
/// (<https://docs.slack.dev/authentication/verifying-requests-from-slack>). Whether that is [`fresh`] is another question.
pub fn verify_slack_v0(secret: &str, timestamp: &str, body: &[u8], given: &str) -> bool {
    let given = given.strip_prefix("v0=").and_then(|it| hex::decode(it).ok());
    given.is_some_and(|given| is_hmac_sha256(secret.as_bytes(), &[b"v0:", timestamp.as_bytes(), b":", body], &given))
}

/// Whether one of the signatures of a `webhook-signature`, `v1,… v1,…`, is that of the id, the time and the body
/// ([Standard Webhooks](https://www.standardwebhooks.com)). There are several while a secret is exchanged. The secret is
/// written `whsec_` and Base64; one that is not Base64 is taken as it is. Whether the time is [`fresh`] is another question.
pub fn verify_standard(secret: &str, id: &str, timestamp: &str, body: &[u8], given: &str) -> bool {
    let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let key = match secret.strip_prefix("whsec_") {
        Some(coded) => decode_secret(coded).unwrap_or_default(),
        None => decode_secret(secret).unwrap_or_else(|| secret.as_bytes().to_vec()),
    };
    // No more than a sender that exchanges its secrets has: each costs a hash of the body.
    let mut signatures = given.split(' ').filter_map(|it| it.strip_prefix("v1,")).take(8);
    signatures.any(|signature| verify_hmac_sha256_base64(&key, &parts, signature))
}

/// The bytes of a secret that a vendor shows in Base64; none where it is none, or is empty.
pub fn decode_secret(coded: &str) -> Option<Vec<u8>> {
    LENIENT.decode(coded.trim()).ok().filter(|it| !it.is_empty())
}

/// Whether what was signed at this time may still be taken at `received`: five minutes either way.
pub fn fresh(signed: Timestamp, received: Timestamp) -> bool {
    signed.as_second().abs_diff(received.as_second()) <= TOLERANCE
}

fn is_hmac_sha256(secret: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
    match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mac) if !secret.is_empty() => parts.iter().fold(mac, |mac, part| mac.chain_update(part)).verify_slice(given).is_ok(),
        _ => false,
    }
}

fn is_hmac_sha1(secret: &str, parts: &[&[u8]], given: &[u8]) -> bool {
    match Hmac::<Sha1>::new_from_slice(secret.as_bytes()) {
        Ok(mac) if !secret.is_empty() => parts.iter().fold(mac, |mac, part| mac.chain_update(part)).verify_slice(given).is_ok(),
        _ => false,
    }
}

/// Whether two tokens are the same; an empty one matches nothing.
pub fn tokens_match(given: &str, expected: &str) -> bool {
    let same = Sha256::digest(given.as_bytes()).ct_eq(&Sha256::digest(expected.as_bytes()));
    !expected.is_empty() && bool::from(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_signatures_are_accepted() {
        for (secret, body, signature) in [
            // GitHub, "Validating webhook deliveries".
            ("It's a Secret to Everybody", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
            // Atlassian, "Manage webhooks".
            ("It's a Secret to Everybody", "Hello World!", "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"),
            // RFC 4231, test case 2.
            ("Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ] {
            assert!(verify_hmac_sha256_hex(secret, body.as_bytes(), signature));
            assert!(verify_hmac_sha256_hex(secret, body.as_bytes(), &signature.to_uppercase()));
            assert!(!verify_hmac_sha256_hex(secret, format!("{body} ").as_bytes(), signature));
            assert!(!verify_hmac_sha256_hex("another", body.as_bytes(), signature));
            assert!(!verify_hmac_sha256_hex(secret, body.as_bytes(), &signature[..62]));
            assert!(!verify_hmac_sha256_hex(secret, body.as_bytes(), &format!("{signature}00")));
            assert!(!verify_hmac_sha256_hex(secret, body.as_bytes(), &format!("sha256={signature}")));
            assert!(!verify_hmac_sha256_hex(secret, body.as_bytes(), ""));
        }
    }

    #[test]
    fn sha1_signs_the_parts_in_their_order() {
        // RFC 2202, test case 2, and Twilio's documented example: the address, then the fields.
        let jefe: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        assert!(verify_hmac_sha1_base64("Jefe", &jefe, "7/zfauXrL6LSdBbV8YTfnCWafHk="));
        let fields = b"CallSidCA1234567890ABCDECaller+12349013030Digits1234From+12349013030To+18005551212";
        let parts: [&[u8]; 2] = [b"https://mycompany.com/myapp.php?foo=1&bar=2", fields];
        let signature = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
        assert!(verify_hmac_sha1_base64("12345", &parts, signature));
        for (secret, parts, given) in [
            ("54321", parts, signature),
            ("", parts, signature),
            ("12345", [parts[1], parts[0]], signature),
            ("12345", parts, "0/KCTR6DLpKmkAf8muzZqo1nDgR="),
            ("12345", parts, "0/KCTR6DLpKmkAf8muzZqo1nDg"),
            ("12345", parts, ""),
        ] {
            assert!(!verify_hmac_sha1_base64(secret, &parts, given));
        }
    }

    #[test]
    fn both_hashes_come_in_both_codes() {
        // RFC 4231 and RFC 2202, test case 2 each.
        let jefe: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        let signature = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
        assert!(verify_hmac_sha256_base64(b"Jefe", &jefe, signature));
        for (secret, parts, given) in [
            (&b"Jefe"[..], &jefe[..1], signature),
            (b"jefe", &jefe, signature),
            (b"", &jefe, signature),
            (b"Jefe", &jefe, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEI="),
            (b"Jefe", &jefe, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM"),
            (b"Jefe", &jefe, ""),
        ] {
            assert!(!verify_hmac_sha256_base64(secret, parts, given));
        }
        let body = b"what do ya want for nothing?";
        assert!(verify_hmac_sha1_hex("Jefe", body, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
        assert!(!verify_hmac_sha1_hex("Jefe", body, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c78"));
        assert!(!verify_hmac_sha1_hex("", body, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
    }

    #[test]
    fn standard_webhooks_may_be_signed_with_two_secrets() {
        // Of the test suites of standard-webhooks/standard-webhooks.
        let (secret, id, time) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
        let body = br#"{"test": 2432232314}"#;
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let other = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
        let asymmetric = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
        for given in [signature, &format!("{other} {asymmetric} {signature}")] {
            assert!(verify_standard(secret, id, time, body, given), "{given}");
            assert!(verify_standard(&secret["whsec_".len()..], id, time, body, given), "{given}");
        }
        for given in ["", "v1,", "v1", other, asymmetric, &signature["v1,".len()..]] {
            assert!(!verify_standard(secret, id, time, body, given), "{given}");
        }
        assert!(!verify_standard(secret, "msg_another", time, body, signature));
        assert!(!verify_standard(secret, id, "1614265331", body, signature));
        assert!(!verify_standard(secret, id, time, b"{}", signature));
        assert!(!verify_standard("", id, time, body, signature));
        assert!(!verify_standard("whsec_", id, time, body, signature));
        // Not Base64: an empty key would be as good as none.
        assert!(!verify_standard("whsec_%", id, time, body, signature));
    }

    #[test]
    fn slack_signs_the_time() {
        // Slack, "Verifying requests from Slack".
        let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&\
            channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&\
            response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&\
            trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let (secret, given) =
            ("8f742231b10e8888abcd99yyyzzz85a5", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
        assert!(verify_slack_v0(secret, "1531420618", body, given));
        assert!(!verify_slack_v0(secret, "1531420619", body, given));
        assert!(!verify_slack_v0(secret, "1531420618", body, &given["v0=".len()..]));
        assert!(!verify_slack_v0("", "1531420618", body, given));
    }

    #[test]
    fn what_was_signed_five_minutes_ago_is_too_old_after_that() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (signed, received, expected) in [
            (1_000, 1_300, true),
            (1_000, 1_301, false),
            (1_300, 1_000, true),
            (1_301, 1_000, false),
            (i64::MIN / 100_000_000, 0, false),
        ] {
            assert_eq!(fresh(at(signed), at(received)), expected, "{signed} at {received}");
        }
    }

    /// The vectors of the vendors, where they lie beside this project.
    #[test]
    fn vectors_of_every_vendor_are_accepted() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks/signatures.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("the vectors are not there");
            return;
        };
        let vectors: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        for vector in &vectors {
            let text = |name: &str| vector[name].as_str().unwrap_or_default();
            let header = |name: &str| vector["headers"][name].as_str().unwrap_or_default();
            let (system, secret, body) = (text("system"), text("secret"), text("body").as_bytes());
            let prefixed = |name: &str, prefix: &str| header(name).strip_prefix(prefix).unwrap_or_default().to_owned();
            let check = |secret: &str| match system {
                "github" => verify_hmac_sha256_hex(secret, body, &prefixed("X-Hub-Signature-256", "sha256=")),
                "bitbucket-cloud" | "bitbucket-dc" | "jira" => {
                    verify_hmac_sha256_hex(secret, body, &prefixed("X-Hub-Signature", "sha256="))
                }
                "notion" => verify_hmac_sha256_hex(secret, body, &prefixed("X-Notion-Signature", "sha256=")),
                "openproject" => verify_hmac_sha1_hex(secret, body, &prefixed("X-OP-Signature", "sha1=")),
                "gitlab" => tokens_match(header("X-Gitlab-Token"), secret),
                "trello" => verify_hmac_sha1_base64(secret, &[body, text("url").as_bytes()], header("X-Trello-Webhook")),
                "dropbox" => verify_hmac_sha256_hex(secret, body, header("X-Dropbox-Signature")),
                "slack" => verify_slack_v0(secret, header("X-Slack-Request-Timestamp"), body, header("X-Slack-Signature")),
                "standard-webhooks" => {
                    verify_standard(secret, header("webhook-id"), header("webhook-timestamp"), body, header("webhook-signature"))
                }
                "hubspot" => {
                    let time = header("X-HubSpot-Request-Timestamp");
                    let parts = [text("method").as_bytes(), text("url").as_bytes(), body, time.as_bytes()];
                    verify_hmac_sha256_base64(secret.as_bytes(), &parts, header("X-HubSpot-Signature-v3"))
                }
                "teams-outgoing" => {
                    let key = decode_secret(secret).unwrap_or_default();
                    verify_hmac_sha256_base64(&key, &[body], &prefixed("Authorization", "HMAC "))
                }
                "twilio" => {
                    let form = vector["form"].as_object().unwrap();
                    let mut fields: Vec<_> = form.iter().map(|(name, it)| format!("{name}{}", it.as_str().unwrap())).collect();
                    fields.sort();
                    let parts = [text("url").as_bytes(), fields.concat().as_bytes()].map(<[u8]>::to_vec);
                    verify_hmac_sha1_base64(secret, &[&parts[0], &parts[1]], header("X-Twilio-Signature"))
                }
                _ => panic!("nobody checks the signatures of {system}"),
            };
            assert!(check(secret), "{system}");
            assert!(!check("another") && !check(""), "{system}");
        }
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        // HMAC-SHA256 of nothing under the empty key.
        let signature = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
        assert!(!verify_hmac_sha256_hex("", b"", signature));
        assert!(!tokens_match("", ""));
    }

    #[test]
    fn tokens_match_only_themselves() {
        assert!(tokens_match("abc123", "abc123"));
        for given in ["", "abc12", "abc1234", "ABC123", "abc124", " abc123"] {
            assert!(!tokens_match(given, "abc123"), "{given:?}");
        }
    }
}
