//! Which GitLab account is whose.

use commands::{ErrorKind, Result};

use super::{GitLab, wire};
use crate::{Account, Whose};

/// As the bot asks: [`crate::Accounts`].
pub(super) async fn find(on: &GitLab, whose: Whose<'_>) -> Result<Option<Account>> {
    let found = match whose {
        Whose::Email(email) => on.user_by_email(email).await?,
        Whose::Login(login) => on.user_by_login(login).await?,
        Whose::Key(key) if key.expose().trim().is_empty() => None,
        Whose::Key(key) => {
            // The header of the bot's own token gives way to this one.
            let http = on.http.clone().with_secret_header("private-token", key.expose().trim());
            match http.get("/api/v4/user").send::<wire::User>().await {
                Ok(user) => Some(user),
                Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Permission) => None,
                Err(error) => return Err(error),
            }
        }
    };
    let is_active = |it: &wire::User| it.state.as_deref().is_none_or(|it| it == "active");
    Ok(found.filter(is_active).map(|it| Account {
        login: it.username,
        name: it.name,
        email: it.email.or(it.public_email).filter(|it| !it.is_empty()),
    }))
}
