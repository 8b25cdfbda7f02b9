//! Reading what was sent, and naming it where the sender gives no name.

use commands::{Error, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Delivery;

/// # Errors
/// [`commands::ErrorKind::BadInput`], saying what cannot be read.
pub(super) fn json(delivery: &Delivery<'_>, system: &str) -> Result<Value> {
    serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no webhook of {system} that I know: {err}.")))
}

/// The fields of a form, in their order.
pub(super) fn form(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The first field of that name which holds anything.
pub(super) fn field<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, value)| key == name && !value.trim().is_empty()).map(|(_, value)| value.trim())
}

/// A name made of what was sent, for senders that give it none.
pub(super) fn digest(body: &[u8]) -> String {
    let mut digest = hex::encode(Sha256::digest(body));
    digest.truncate(20);
    digest
}

/// One name of several, short however many they are; none of none.
pub(super) fn joined(ids: &[String]) -> Option<String> {
    match ids {
        [] => None,
        _ => Some(ids.join(" ")).map(|it| if it.len() > 200 { digest(it.as_bytes()) } else { it }),
    }
}

/// An address that a browser opens; none of anything else.
pub(super) fn web(text: &str) -> Option<String> {
    let opens = text.len() <= 2_000 && (text.starts_with("https://") || text.starts_with("http://"));
    (opens && url::Url::parse(text).is_ok()).then(|| text.to_owned())
}

/// What a path segment or a query holds, in an address.
pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
