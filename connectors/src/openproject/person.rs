//! People as others call them: `@ana`, `me`, an email address, a login, a name.

use std::sync::Arc;

use commands::{Ctx, Error, ErrorKind, Result};
use serde_json::Value;

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    hal::Resource,
    names::same,
    problem::at,
};
use crate::http::pages::Part;

/// Among how many people somebody is looked for.
const MOST: usize = 2_000;

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
        let found = self.principals(&wanted).await?;
        match only(field, typed, &found)? {
            Some(somebody) => Ok(somebody),
            // A name that is nobody's among the members may be somebody's elsewhere.
            None if member.is_some() => {
                let found = self.principals(&wanted[..2]).await?;
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

    /// People, groups and placeholders, on however many pages.
    pub(super) async fn principals(&self, wanted: &[Value]) -> Result<Part<Resource>> {
        let wanted = filters(wanted);
        self.first("/api/v3/principals", &[("filters", wanted.as_str()), ("pageSize", PAGE)], MOST).await
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
        self.askers.or_ask_for(key, async { Ok(self.account(whose).await?.map(|it| Arc::new(Somebody::of(&it)))) }).await
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

/// The only one: by login or email address, which nobody else has, then by name, then by a word of it; none; or the
/// failure that lists them.
fn only(field: &str, typed: &str, found: &Part<Resource>) -> Result<Option<Somebody>> {
    let is_theirs = |it: &&Resource| ["login", "email"].iter().any(|key| same(it.text(key), typed));
    let is_called = |it: &&Resource| same(it.name(), typed);
    // An address that the bot may not see is searched all the same.
    let has_word = |it: &&Resource| {
        it.name().split_whitespace().any(|it| same(it, typed)) || (typed.contains('@') && it.text("email").is_empty())
    };
    let found_by = |is_it: &dyn Fn(&&Resource) -> bool| found.items.iter().filter(is_it).collect::<Vec<&Resource>>();
    let mut all = found_by(&is_theirs);
    if all.is_empty() && found.more {
        let message = format!("`{typed}` fits more than {MOST} people. Write the email address or the full name.");
        return Err(at(field, message));
    }
    if all.is_empty() {
        all = found_by(&is_called);
    }
    if all.is_empty() {
        all = found_by(&has_word);
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
