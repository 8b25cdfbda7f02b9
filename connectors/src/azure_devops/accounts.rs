//! Which account is whose: for `me`, as nobody can be acted for.

use commands::{ErrorKind, Result, param::Secret};

use super::{AzureDevOps, api, wire};
use crate::{Account, Whose, auth::basic};

/// As the bot asks: [`crate::Accounts`].
pub(super) async fn find(on: &AzureDevOps, whose: Whose<'_>) -> Result<Option<Account>> {
    let found = match whose {
        Whose::Email(login) | Whose::Login(login) => on.identity(login).await?,
        Whose::Key(key) => owner_of(on, key).await?,
    };
    Ok(found.map(|it| Account {
        login: it.login().to_owned(),
        name: it.provider_display_name.clone(),
        email: it.mail().map(str::to_owned),
    }))
}

/// Whose personal access token this is, asked with it alone.
async fn owner_of(on: &AzureDevOps, key: &Secret) -> Result<Option<wire::Identity>> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        authenticated_user: wire::Identity,
    }
    let key = Secret::from(key.expose().trim().to_owned());
    if key.expose().is_empty() {
        return Ok(None);
    }
    let http = on.http.at(on.http.base())?.with_secret_header("authorization", basic("", &key).expose());
    let asked = http.get("/_apis/connectionData").header("x-tfs-fedauthredirect", "Suppress");
    match asked.query(&[("api-version", api::PREVIEW)]).send::<Answer>().await {
        Ok(answer) => Ok(Some(answer.authenticated_user)),
        Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Permission) => Ok(None),
        Err(error) => Err(error),
    }
}
