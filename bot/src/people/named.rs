//! People as documents and files name them.

use commands::{Error, Result};

use super::PersonId;
use crate::app::App;

impl App {
    /// The person that a document names: `slack:T1:U1`, `slack:U1` and `zulip:10` of the one workspace there is,
    /// or an email address that a chat knows: `ana@example.org`.
    ///
    /// # Errors
    /// Nobody is called that, or the chat cannot be asked.
    pub async fn person_named(&self, text: &str) -> Result<PersonId> {
        PersonId::parse(text).ok_or_else(|| Error::not_found(format!("Nobody here is called `{text}`.")))
    }
}
