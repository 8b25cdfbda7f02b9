//! Signatures and tokens of requests that reach us, compared in constant time.
//!
//! A comparison that stops at the first wrong byte tells how many were right. These do not: a
//! signature's length is public, and tokens are hashed first, so that not even their length shows.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Whether `given` is the HMAC-SHA256 of `body` under `secret`, in hexadecimal of either case
/// ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)). A vendor's prefix, such as `sha256=`, is taken
/// off by the caller. With an empty secret anybody could sign, so nothing matches.
pub fn verify_hmac_sha256_hex(secret: &str, body: &[u8], given: &str) -> bool {
    let Ok(given) = hex::decode(given) else { return false };
    match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mac) if !secret.is_empty() => mac.chain_update(body).verify_slice(&given).is_ok(),
        _ => false,
    }
}

/// Whether `given` is the HMAC-SHA1 of the parts, one after the other, under `secret`, in Base64. Only for vendors that
/// sign in no other way, such as Trello: forging an HMAC does not need what SHA-1 lost (RFC 6194, 3.3).
pub fn verify_hmac_sha1_base64(secret: &str, parts: &[&[u8]], given: &str) -> bool {
    let Ok(given) = STANDARD.decode(given) else { return false };
    match Hmac::<Sha1>::new_from_slice(secret.as_bytes()) {
        Ok(mac) if !secret.is_empty() => parts.iter().fold(mac, |mac, part| mac.chain_update(part)).verify_slice(&given).is_ok(),
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
