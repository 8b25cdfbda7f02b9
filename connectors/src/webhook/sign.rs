//! Signatures of deliveries, as [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme)
//! has them: HMAC-SHA256 over id, time and body, in Base64 after `v1,`; one for each secret that is valid.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

/// What every secret begins with.
pub const PREFIX: &str = "whsec_";
/// The shortest and the longest secret, in bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret that signs. It shows itself nowhere.
pub struct Key(Zeroizing<Vec<u8>>);

impl Key {
    /// Reads `whsec_` and 24 to 64 bytes in Base64.
    ///
    /// # Errors
    /// What is wrong with it, after its name; nothing of the text.
    pub fn parse(text: &str) -> Result<Key, &'static str> {
        let text = text.trim().strip_prefix(PREFIX).ok_or("does not begin with whsec_")?;
        let bytes = STANDARD.decode(text).map(Zeroizing::new).map_err(|_| "is not base64 after whsec_")?;
        if !LENGTHS.contains(&bytes.len()) {
            return Err("does not hold 24 to 64 bytes");
        }
        Ok(Key(bytes))
    }

    /// As it was read.
    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(&*self.0)))
    }

    /// `v1,` and the signature.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        let head = format!("{id}.{}.", at.as_second());
        format!("v1,{}", STANDARD.encode(mac.chain_update(head.as_bytes()).chain_update(body).finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_signature_is_ours() {
        // The project's own test suites sign this.
        let key = Key::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_named() {
        let long = format!("whsec_{}", STANDARD.encode([7; 65]));
        for text in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_abc!", "whsec_c2hvcnQ=", long.as_str()] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }
}
