//! Signed claims (RFC 7519) that prove a service account or an app, with its RSA key.

use commands::{Error, ErrorKind, Result, param::Secret};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use super::pem;

/// A private RSA key as vendors hand it out: PEM, PKCS #1 or #8.
#[derive(Clone)]
pub struct Key {
    key: EncodingKey,
    /// The key's id, where the vendor wants to be told (`kid`).
    id: Option<String>,
}

impl Key {
    /// # Errors
    /// [`ErrorKind::BadConfig`] when this is no private RSA key.
    pub fn new(key: &Secret, id: Option<String>) -> Result<Key> {
        let text = pem::sections(key.expose()).into_iter().find(|it| it.label.ends_with("PRIVATE KEY")).map(|it| it.text);
        let key = EncodingKey::from_rsa_pem(text.unwrap_or_default().as_bytes()).map_err(|_| {
            let message = "The private key cannot be read. It is the whole text that starts with `-----BEGIN PRIVATE KEY-----` or \
                           `-----BEGIN RSA PRIVATE KEY-----`.";
            Error::new(ErrorKind::BadConfig, message)
        })?;
        Ok(Key { key, id })
    }

    /// `claims`, signed with RS256.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn sign(&self, claims: &impl Serialize) -> Result<Secret> {
        let header = Header { kid: self.id.clone(), ..Header::new(Algorithm::RS256) };
        let signed = jsonwebtoken::encode(&header, claims, &self.key);
        signed.map(Secret::from).map_err(|err| Error::internal(format!("a token cannot be signed: {err}")))
    }
}
