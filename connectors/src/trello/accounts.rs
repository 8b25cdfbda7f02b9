//! Which Trello member is whose. Trello hides email addresses, but its search finds a member by the whole of one.

use commands::{Ctx, ErrorKind, Result};

use super::{Trello, api, wire};
use crate::connector::{self, Whose};

/// The asker's member: the one that is linked to them, else the one with their email address.
pub(super) async fn asker(on: &Trello, ctx: &Ctx) -> Result<Option<wire::Member>> {
    let email = ctx.actor.email.as_deref().filter(|it| !it.is_empty());
    let whose = match (&ctx.account, email) {
        (Some(login), _) => Whose::Login(login),
        (None, Some(email)) => Whose::Email(email),
        (None, None) => return Ok(None),
    };
    lookup(on, whose).await
}

/// The member, kept for a while: `me` is said often.
pub(super) async fn lookup(on: &Trello, whose: Whose<'_>) -> Result<Option<wire::Member>> {
    let key = match whose {
        Whose::Login(it) | Whose::Email(it) => it.to_lowercase(),
        Whose::Key(_) => return member(on, whose).await,
    };
    on.accounts.or_ask_for(key, member(on, whose)).await
}

async fn member(on: &Trello, whose: Whose<'_>) -> Result<Option<wire::Member>> {
    match whose {
        Whose::Email(email) => {
            let found: Vec<wire::Member> = on.get("/1/search/members/", &[("query", email), ("limit", "2")]).await?;
            // A name that holds the address proves nothing; two results mean that words were searched.
            let is_it = |it: &wire::Member| match &it.email {
                Some(own) => own.eq_ignore_ascii_case(email),
                None => !it.full_name.contains('@') && !it.username.contains('@'),
            };
            let [one] = found.as_slice() else { return Ok(found.into_iter().find(|it| it.email.is_some() && is_it(it))) };
            Ok(is_it(one).then(|| one.clone()))
        }
        Whose::Login(login) => {
            let login = login.trim().trim_start_matches('@');
            if login.is_empty() || !login.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-')) {
                return Ok(None);
            }
            absent(on.get(&format!("/1/members/{login}"), &[]).await)
        }
        // A token for the same key, which only its owner can have made.
        Whose::Key(token) => {
            let token_text = token.expose().trim();
            if token_text.is_empty() || !token_text.bytes().all(|it| it.is_ascii_alphanumeric()) {
                return Ok(None);
            }
            let http = api::signed_in(&on.http, &on.api_key, token);
            match http.get("/1/members/me").send::<wire::Member>().await {
                Ok(member) => Ok(Some(member)),
                Err(error) if error.kind == ErrorKind::Auth => Ok(None),
                Err(error) => Err(error),
            }
        }
    }
}

fn absent(found: Result<wire::Member>) -> Result<Option<wire::Member>> {
    match found {
        Ok(member) => Ok(Some(member)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// As the bot asks: [`connector::Accounts`].
pub(super) async fn find(on: &Trello, whose: Whose<'_>) -> Result<Option<connector::Account>> {
    let found = member(on, whose).await?;
    Ok(found.map(|it| connector::Account { login: it.username, name: it.full_name, email: it.email }))
}
