//! Whose account is whose: people are their email address.

use commands::{Error, ErrorKind, Result, param::Secret};
use serde::Deserialize;

use super::{Drive, credentials, wire};
use crate::connector::{Account, Whose};

#[derive(Deserialize)]
struct About {
    user: wire::User,
}

pub(super) async fn find(on: &Drive, whose: Whose<'_>) -> Result<Option<Account>> {
    let found = match whose {
        Whose::Email(address) | Whose::Login(address) if !address.contains('@') => None,
        Whose::Email(address) | Whose::Login(address) => on.owner(address).await?,
        Whose::Key(token) => on.bearer(token).await?,
    };
    Ok(found.and_then(|user| {
        Some(Account { login: user.email_address.clone()?, name: user.display_name, email: user.email_address })
    }))
}

impl Drive {
    /// The account with this address: one that we can act as, or the only one that there is.
    async fn owner(&self, address: &str) -> Result<Option<wire::User>> {
        let is_it = |user: &wire::User| user.email_address.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(address));
        let subject = self.source.delegates().then_some(address);
        let client = self.client(subject).await;
        match client.tokens.header().await {
            Ok(_) => {}
            Err(error) if subject.is_some() && error.code.as_deref() == Some("invalid_grant") => return Ok(None),
            Err(error) => return Err(credentials::explain(error, subject)),
        }
        let about: About = client.http.get("/drive/v3/about").query(&[("fields", "user")]).send().await?;
        Ok(Some(about.user).filter(is_it))
    }

    /// Whose access token this is, asked with it alone.
    async fn bearer(&self, token: &Secret) -> Result<Option<wire::User>> {
        let token = token.expose().trim();
        if token.is_empty() {
            return Ok(None);
        }
        let http = self.http.clone().with_secret_header("authorization", &format!("Bearer {token}"));
        match http.get("/drive/v3/about").query(&[("fields", "user")]).send::<About>().await {
            Ok(about) => Ok(Some(about.user)),
            Err(Error { kind: ErrorKind::Auth | ErrorKind::Permission, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
