//! How a connection says who it is, where that is more than a header that never changes.
//!
//! A key, a password or a personal token is [`crate::Http::with_secret_header`] ([`basic`] writes the header), and a
//! client certificate [`crate::http::Trust`]. What ends and has to be fetched anew is [`Tokens`]: an
//! OAuth 2.0 grant ([`oauth`]), or anything else that answers with a token. [`jwt`] signs what proves a
//! service account or an app. What people agree to on a vendor's page is [`consent`], and what is then done as they themselves
//! [`person`].

pub mod consent;
pub mod jwt;
pub mod oauth;
pub(crate) mod pem;
pub mod person;
mod tokens;

use base64::{Engine, engine::general_purpose::STANDARD};
use commands::{BoxFuture, Result, param::Secret};

pub use consent::{Asks, Consent, SignIn};
pub use person::{Person, as_person, is_person, whose};
pub use tokens::{Token, Tokens};

/// Who a connection is, at this moment: the `Authorization` header of its next request.
pub trait Credentials: Send + Sync {
    /// The whole value, such as `Bearer abc`.
    ///
    /// # Errors
    /// As the request that fetches it; [`commands::ErrorKind::Auth`] when there is none to be had any more.
    fn header(&self) -> BoxFuture<'_, Result<Secret>>;

    /// The system did not accept this value before its end: the next one is fetched anew.
    fn refused<'a>(&'a self, value: &'a Secret) -> BoxFuture<'a, ()>;
}

/// The `Authorization` header of a name and a password (RFC 7617).
pub fn basic(name: &str, password: &Secret) -> Secret {
    Secret::from(format!("Basic {}", STANDARD.encode(format!("{name}:{}", password.expose()))))
}
