//! Which account in OpenProject is whose: by email address, by login, by API token.

use std::pin::pin;

use commands::{ErrorKind, Result, param::Secret};
use futures::TryStreamExt;

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    hal::Resource,
    names::same,
};
use crate::{auth::basic, connector, connector::Whose};

impl OpenProject {
    /// The account with exactly this address or login, if it is not locked; the search also finds parts of them.
    pub(super) async fn account(&self, whose: Whose<'_>) -> Result<Option<Resource>> {
        let (key, text) = match whose {
            Whose::Email(text) => ("email", text),
            Whose::Login(text) => ("login", text),
            Whose::Key(token) => return self.owner_of(token).await,
        };
        let wanted = [filter("any_name_attribute", "~", &[text]), filter("type", "=", &["User"]), filter("status", "!", &["3"])];
        let wanted = filters(&wanted);
        let query = [("filters", wanted.as_str()), ("pageSize", PAGE)];
        let mut found = pin!(self.list_now("/api/v3/principals", &query));
        while let Some(account) = found.try_next().await? {
            if same(account.text(key), text) {
                return Ok(Some(account));
            }
        }
        Ok(None)
    }

    /// Whose token this is, asked with it alone.
    async fn owner_of(&self, token: &Secret) -> Result<Option<Resource>> {
        let token = Secret::from(token.expose().trim().to_owned());
        if token.expose().is_empty() {
            return Ok(None);
        }
        // A clone of its own, without the bot's credentials.
        let http = self.http.at(self.http.base())?.with_secret_header("authorization", basic("apikey", &token).expose());
        match http.get("/api/v3/users/me").send::<Resource>().await {
            Ok(user) => Ok(Some(user)),
            Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Permission) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// As the bot asks: [`connector::Accounts`].
pub(super) async fn find(on: &OpenProject, whose: Whose<'_>) -> Result<Option<connector::Account>> {
    let account = |it: Resource| {
        let email = Some(it.text("email").to_owned()).filter(|it| !it.is_empty());
        connector::Account { login: it.text("login").to_owned(), name: it.name().to_owned(), email }
    };
    Ok(on.account(whose).await?.map(account))
}
