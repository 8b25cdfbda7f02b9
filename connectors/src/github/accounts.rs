//! Which account is whose: by login, by email address, by token.

use commands::{Ctx, Error, ErrorKind, Result, param::Secret};
use serde::Deserialize;

use super::{GitHub, access::Asker, api, place::is_login, problem, wire};
use crate::{
    auth::whose as whose_eyes,
    connector::{self, Whose},
};

#[derive(Deserialize)]
struct Found<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Authored {
    author: Option<wire::User>,
}

impl GitHub {
    /// The login of whoever this is, as it was lately.
    pub(super) async fn login_of(&self, whose: Whose<'_>) -> Result<Option<String>> {
        let (Whose::Email(key) | Whose::Login(key)) = whose else { return Ok(None) };
        let key = format!("{} {}", whose_eyes(), key.trim().to_lowercase());
        self.logins.or_ask(key, async { Ok(find(self, whose).await?.map(|it| it.login)) }).await
    }

    /// The login that `text` means: `me`, `@ana`, an email address, a login.
    ///
    /// # Errors
    /// At `field`.
    pub(super) async fn login(&self, ctx: &Ctx, asker: &Asker, field: &str, text: &str) -> Result<String> {
        let typed = text.trim().trim_start_matches('@');
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            return asker.login.clone().ok_or_else(|| {
                let message = format!("I do not know who you are in GitHub. Tell me with `/bellhop link {} LOGIN`.", ctx.group);
                problem::at(field, message)
            });
        }
        if typed.contains('@') {
            return self.login_of(Whose::Email(typed)).await?.ok_or_else(|| {
                problem::at(field, format!("GitHub does not tell whose the address {typed} is. Write their GitHub login."))
            });
        }
        if is_login(typed) {
            return Ok(typed.to_owned());
        }
        Err(problem::at(field, format!("`{typed}` is no GitHub login. Write a login, an email address, @ana, or me.")))
    }

    /// All of them, every problem at once.
    pub(super) async fn people(
        &self,
        ctx: &Ctx,
        asker: &Asker,
        field: &str,
        all: &[commands::param::Person],
    ) -> Result<Vec<String>> {
        let (mut logins, mut problems) = (Vec::new(), Vec::new());
        for person in all {
            match self.login(ctx, asker, field, &person.0).await {
                Ok(login) => logins.push(login),
                Err(error) if error.kind == ErrorKind::BadInput => problems.push(error),
                Err(error) => return Err(error),
            }
        }
        problem::all(problems).map_or(Ok(logins), Err)
    }
}

/// [`connector::Accounts`].
pub(super) async fn find(on: &GitHub, whose: Whose<'_>) -> Result<Option<connector::Account>> {
    let found = match whose {
        Whose::Login(login) if !is_login(login.trim()) => None,
        Whose::Login(login) => user(on, login.trim()).await?,
        Whose::Email(email) => by_email(on, email.trim()).await?,
        Whose::Key(token) => by_token(on, token).await?,
    };
    Ok(found.map(|it| connector::Account { name: it.name.unwrap_or_else(|| it.login.clone()), login: it.login, email: it.email }))
}

async fn user(on: &GitHub, login: &str) -> Result<Option<wire::User>> {
    match on.get(&format!("/users/{login}"), &[]).await {
        Ok(user) => Ok(Some(user)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// GitHub searches the addresses that people show, and links commits to the account that proved the author's address.
async fn by_email(on: &GitHub, email: &str) -> Result<Option<wire::User>> {
    // The address stands in a query: nothing in it may end the word.
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '@' | '.' | '-' | '_' | '+');
    if !email.contains('@') || !email.chars().all(is_plain) {
        return Ok(None);
    }
    let query = format!("{email} in:email");
    let found: Found<wire::User> = on.get("/search/users", &[("q", query.as_str()), ("per_page", "5")]).await?;
    for candidate in found.items {
        if let Some(user) = user(on, &candidate.login).await?
            && user.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(email))
        {
            return Ok(Some(user));
        }
    }
    let query = format!("author-email:{email}");
    let found: Result<Found<Authored>> = on.get("/search/commits", &[("q", query.as_str()), ("per_page", "1")]).await;
    let login = match found {
        Ok(found) => found.items.into_iter().find_map(|it| it.author).map(|it| it.login),
        // Search over commits is not switched on everywhere.
        Err(Error { kind: ErrorKind::Validation | ErrorKind::NotFound | ErrorKind::Permission, .. }) => None,
        Err(error) => return Err(error),
    };
    match login {
        Some(login) => Ok(user(on, &login).await?.map(|it| wire::User { email: Some(email.to_owned()), ..it })),
        None => Ok(None),
    }
}

/// Whose token this is, asked with it alone.
async fn by_token(on: &GitHub, token: &Secret) -> Result<Option<wire::User>> {
    let token = token.expose().trim();
    if token.is_empty() {
        return Ok(None);
    }
    let http = on.http.at(on.http.base())?.with_secret_header("authorization", &format!("Bearer {token}"));
    match api::versioned(http.get("/user")).send().await {
        Ok(user) => Ok(Some(user)),
        Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Permission) => Ok(None),
        Err(error) => Err(error),
    }
}
