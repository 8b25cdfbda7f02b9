//! Sealing secrets, so that the database alone tells nothing.
//!
//! Envelope encryption: each secret is encrypted with a data key of its own (XChaCha20-Poly1305,
//! whose nonces are long enough to be drawn at random), and the data key with the master key from
//! `secrets.key`. Both name the [`Place`] they are for as associated data, so that a sealed secret
//! copied to another row does not open. Changing the master key wraps data keys anew and leaves the
//! secrets as they are.

use anyhow::bail;
use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Generate, Payload},
};
use hmac::{Hmac, Mac};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

const KEY: usize = 32;
const NONCE: usize = 24;

/// The key that all others are wrapped with. It shows itself nowhere.
#[derive(Clone)]
pub struct MasterKey {
    key: Zeroizing<[u8; KEY]>,
    id: String,
    /// The one before or after it, while the key is changed: what it wrapped is opened as well.
    other: Option<Box<MasterKey>>,
}

/// What a secret is for. Another place, another seal.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The database's own id.
    pub instance: Uuid,
    pub connection: &'a str,
    pub field: &'a str,
    pub version: i64,
}

/// A secret as it is stored.
pub struct Sealed {
    /// [`MasterKey::id`] of the key that wraps the data key.
    pub key_id: String,
    pub wrapped: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// Another key, another place, or changed bytes: which of them cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsealable;

impl MasterKey {
    /// Reads `secrets.key`.
    ///
    /// # Errors
    /// Says what a key looks like and how to make one, and nothing of the text.
    pub fn parse(text: &str) -> anyhow::Result<MasterKey> {
        const WAY_OUT: &str = "`bellhop keys new` prints a good one";
        let text = text.trim();
        if text.is_empty() {
            bail!("`secrets.key` is empty. It holds 32 bytes in base64; {WAY_OUT}.");
        }
        let Ok(bytes) = BASE64_STANDARD.decode(text).map(Zeroizing::new) else {
            bail!("`secrets.key` is not base64. It holds 32 bytes in base64 (44 characters); {WAY_OUT}.");
        };
        let Ok(key) = <[u8; KEY]>::try_from(bytes.as_slice()).map(Zeroizing::new) else {
            bail!("`secrets.key` holds {} bytes in base64, and must hold 32; {WAY_OUT}.", bytes.len());
        };
        let id = hex::encode(&Sha256::new().chain_update(b"bellhop key id").chain_update(*key).finalize()[..8]);
        Ok(MasterKey { key, id, other: None })
    }

    /// Opens what `other` wrapped as well; itself wraps all that is new.
    pub fn accepting(self, other: Option<MasterKey>) -> MasterKey {
        MasterKey { other: other.filter(|it| it.id != self.id).map(Box::new), ..self }
    }

    /// Whether it can open what the key of that id wrapped.
    pub fn opens(&self, key_id: &str) -> bool {
        self.id == key_id || self.other.as_ref().is_some_and(|it| it.id == key_id)
    }

    /// A new key, as it goes into `secrets.key`.
    pub fn generate() -> SecretString {
        let key = Zeroizing::new(<[u8; KEY]>::from(Key::generate()));
        BASE64_STANDARD.encode(*key).into()
    }

    /// A key for another purpose, which tells nothing of this one.
    pub fn derived(&self, purpose: &str) -> [u8; KEY] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_slice()).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Names the key without telling anything of it; stored beside what it wraps.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// # Errors
    /// When the secret is longer than the cipher takes.
    pub fn seal(&self, place: Place<'_>, secret: &[u8]) -> Result<Sealed, Unsealable> {
        let data_key = Zeroizing::new(<[u8; KEY]>::from(Key::generate()));
        let sealed = encrypt(&data_key, &place.bound_to("secret"), secret)?;
        let wrapped = encrypt(&self.key, &place.bound_to("data key"), &*data_key)?;
        Ok(Sealed { key_id: self.id.clone(), wrapped, sealed })
    }

    /// # Errors
    /// When it was not this key, or not for this place, that it was sealed.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let data_key = self.unwrap(place, sealed)?;
        decrypt(&data_key, &place.bound_to("secret"), &sealed.sealed)
    }

    /// The data key that `self` wraps, wrapped with `new` instead.
    ///
    /// # Errors
    /// As [`MasterKey::open`].
    pub fn rewrap(&self, new: &MasterKey, place: Place<'_>, sealed: &Sealed) -> Result<Vec<u8>, Unsealable> {
        let data_key = self.unwrap(place, sealed)?;
        encrypt(&new.key, &place.bound_to("data key"), &*data_key)
    }

    fn unwrap(&self, place: Place<'_>, sealed: &Sealed) -> Result<Zeroizing<[u8; KEY]>, Unsealable> {
        if let Some(other) = self.other.as_ref().filter(|it| it.id == sealed.key_id) {
            return other.unwrap(place, sealed);
        }
        let data_key = decrypt(&self.key, &place.bound_to("data key"), &sealed.wrapped)?;
        data_key.as_slice().try_into().map(Zeroizing::new).map_err(|_| Unsealable)
    }
}

impl Place<'_> {
    /// Each part after its length, so that no two places are the same bytes.
    fn bound_to(&self, purpose: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [purpose.as_bytes(), self.instance.as_bytes(), self.connection.as_bytes(), self.field.as_bytes()] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes.extend(self.version.to_be_bytes());
        bytes
    }
}

/// The nonce, then what it encrypts.
fn encrypt(key: &[u8; KEY], associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let nonce = XNonce::generate();
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    let encrypted = cipher.encrypt(&nonce, Payload { msg: plain, aad: associated }).map_err(|_| Unsealable)?;
    Ok([nonce.as_slice(), &encrypted].concat())
}

fn decrypt(key: &[u8; KEY], associated: &[u8], bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
    let (nonce, encrypted) = bytes.split_at_checked(NONCE).ok_or(Unsealable)?;
    let nonce = XNonce::try_from(nonce).map_err(|_| Unsealable)?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key));
    cipher.decrypt(&nonce, Payload { msg: encrypted, aad: associated }).map(Zeroizing::new).map_err(|_| Unsealable)
}
