//! Which Jira account is whose: by email address, by account id or user name, by a token.

use commands::{ErrorKind, Result, param::Secret};

use super::{Jira, wire::User};
use crate::{
    auth,
    connector::{self, Whose},
};

/// As the bot asks: [`connector::Accounts`].
pub(super) async fn find(on: &Jira, whose: Whose<'_>) -> Result<Option<connector::Account>> {
    let api = on.as_bot().await?;
    let found = match whose {
        Whose::Email(email) => api.person_by_email(email).await?,
        Whose::Login(login) => api.person_by_id(login.trim()).await?,
        Whose::Key(key) => match owner_of(on, key).await? {
            Some(user) => user.account(),
            None => None,
        },
    };
    Ok(found.map(|it| connector::Account { login: it.id, name: it.name, email: it.email }))
}

/// Whose token this is, asked with it alone: `ana@example.org:token` on Cloud, the token alone on Data Center.
async fn owner_of(on: &Jira, key: &Secret) -> Result<Option<User>> {
    let key = key.expose().trim();
    let header = match key.split_once(':') {
        Some((email, token)) if email.contains('@') => auth::basic(email, &Secret::from(token.to_owned())),
        _ if key.is_empty() => return Ok(None),
        _ => Secret::from(format!("Bearer {key}")),
    };
    let path = on.as_bot().await?.path("/myself");
    let http = on.http.clone().with_secret_header("authorization", header.expose());
    match http.get(&path).send::<User>().await {
        Ok(user) => Ok(Some(user)),
        Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Permission) => Ok(None),
        Err(error) => Err(error),
    }
}
