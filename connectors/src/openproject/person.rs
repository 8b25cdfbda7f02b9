//! People as others call them: `@ana`, `me`, an email address, a login, a name.

use std::sync::Arc;

use commands::{Ctx, Error, ErrorKind, Result};

use super::{
    OpenProject,
    api::{filter, filters},
    hal::Resource,
    names::same,
    problem::at,
};

/// Whom work can be given to: a person, a group or a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Somebody {
    pub id: u64,
    pub name: String,
    /// `/api/v3/users/5`.
    pub href: String,
}

impl Somebody {
    pub fn of(it: &Resource) -> Somebody {
        let href = it.link("self").map_or_else(|| format!("/api/v3/users/{}", it.id()), |it| it.href);
        Somebody { id: it.id(), name: it.name().to_owned(), href }
    }
}

impl OpenProject {
    /// The person, group or placeholder that `text` means; `project`, when known, asks for its members only.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one; then with all of them.
    pub(super) async fn person(&self, ctx: &Ctx, field: &str, text: &str, project: Option<u64>) -> Result<Somebody> {
        let typed = text.trim().trim_start_matches('@').trim();
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            let me = self.asker(ctx).await?;
            return me.map(|it| (*it).clone()).ok_or_else(|| {
                at(field, "I do not know who you are in OpenProject, so I cannot take `me`. Write your login there, or link your account.")
            });
        }
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, a login, or me."));
        }
        let member = project.map(|it| it.to_string());
        let mut wanted = vec![filter("any_name_attribute", "~", &[typed]), filter("status", "!", &["3"])];
        if let Some(member) = &member {
            wanted.push(filter("member", "=", &[member]));
        }
        let found = self.page("/api/v3/principals", &[("filters", &filters(&wanted))]).await?.elements();
        match only(field, typed, &found)? {
            Some(somebody) => Ok(somebody),
            // A name that is nobody's among the members may be somebody's elsewhere.
            None if member.is_some() => {
                let found = self.page("/api/v3/principals", &[("filters", &filters(&wanted[..2]))]).await?.elements();
                Err(match only(field, typed, &found)? {
                    Some(it) => {
                        at(field, format!("{} is no member of this project. `member add` takes people into one.", it.name))
                    }
                    None => nobody(field, typed),
                })
            }
            None => Err(nobody(field, typed)),
        }
    }

    /// The asker's account: the one that is linked to them, else the one with their email address.
    pub(super) async fn asker(&self, ctx: &Ctx) -> Result<Option<Arc<Somebody>>> {
        let email = ctx.actor.email.as_deref().filter(|it| !it.is_empty());
        let (key, whose) = match (&ctx.account, email) {
            (Some(login), _) => (format!("login {login}"), crate::Whose::Login(login)),
            (None, Some(email)) => (format!("email {email}"), crate::Whose::Email(email)),
            (None, None) => return Ok(None),
        };
        let key = format!("{} {key}", crate::auth::whose());
        if let Some(known) = self.askers.get(&key).await {
            return Ok(Some(known));
        }
        let Some(found) = self.account(whose).await? else { return Ok(None) };
        let somebody = Arc::new(Somebody::of(&found));
        self.askers.insert(key, somebody.clone()).await;
        Ok(Some(somebody))
    }

    /// The bot's own account.
    pub(super) async fn myself(&self) -> Result<Resource> {
        self.settled("/api/v3/users/me").await
    }
}

fn nobody(field: &str, typed: &str) -> Error {
    let message = format!(
        "OpenProject knows nobody called `{typed}` that the bot can see. Write a login, an email address or a full name."
    );
    Error { kind: ErrorKind::BadInput, ..at(field, message) }
}

/// The only one, exact before near; none; or the failure that lists them.
fn only(field: &str, typed: &str, found: &[Resource]) -> Result<Option<Somebody>> {
    let is_exact = |it: &&Resource| ["login", "email"].iter().any(|key| same(it.text(key), typed)) || same(it.name(), typed);
    // An address that the bot may not see is searched all the same.
    let has_word = |it: &&Resource| {
        it.name().split_whitespace().any(|it| same(it, typed)) || (typed.contains('@') && it.text("email").is_empty())
    };
    let mut all: Vec<&Resource> = found.iter().filter(is_exact).collect();
    if all.is_empty() {
        all = found.iter().filter(has_word).collect();
    }
    match all.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(Somebody::of(one))),
        many => {
            let names: Vec<&str> = many.iter().take(10).map(|it| it.name()).collect();
            let message =
                format!("`{typed}` can be any of {}: {}. Write the login or the email address.", many.len(), names.join(", "));
            Err(at(field, message))
        }
    }
}
