//! People: what they are called, and who is meant.

use commands::{Ctx, Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::{
    api::{Api, encoded},
    names::{either, same},
    problem::at,
    wire::User,
};

/// Somebody's account in Jira.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// By which Jira knows them: the account id (Cloud) or the user name (Data Center).
    pub id: String,
    pub name: String,
    pub email: Option<String>,
}

/// Among whom somebody is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Among<'a> {
    Everybody,
    /// Whom issues of this project can be given to.
    Project(&'a str),
    /// Whom this issue can be given to.
    Issue(&'a str),
}

impl User {
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { self.name.as_deref().unwrap_or("somebody") } else { &self.display_name }
    }

    /// None for what is no person: apps, customers, the anonymous.
    pub fn account(self) -> Option<Account> {
        if self.active == Some(false) || self.account_type.as_deref().is_some_and(|it| it != "atlassian") {
            return None;
        }
        let name = self.label().to_owned();
        Some(Account { id: self.account_id.or(self.name)?, name, email: self.email_address.filter(|it| !it.is_empty()) })
    }
}

impl Api<'_> {
    /// How a person stands in a field.
    pub fn reference(&self, id: &str) -> Value {
        if self.is_cloud() { json!({ "accountId": id }) } else { json!({ "name": id }) }
    }

    /// How Jira calls the parameter that a person's id goes in.
    pub fn id_parameter(&self) -> &'static str {
        if self.is_cloud() { "accountId" } else { "username" }
    }

    /// People whose name, login or address begins with `text`; all without it.
    pub async fn people(&self, among: Among<'_>, text: &str) -> Result<Vec<Account>> {
        let text = text.trim().trim_start_matches('@');
        let parameter = if self.is_cloud() { "query" } else { "username" };
        let mut query = vec![("maxResults", "100")];
        let path = match among {
            Among::Project(key) => {
                query.push(("project", key));
                "/user/assignable/search"
            }
            Among::Issue(key) => {
                query.push(("issueKey", key));
                "/user/assignable/search"
            }
            Among::Everybody if self.is_cloud() && text.is_empty() => "/users/search",
            Among::Everybody => "/user/search",
        };
        if !text.is_empty() {
            query.push((parameter, text));
        } else if matches!(among, Among::Everybody) && !self.is_cloud() {
            // Data Center wants a text, and this is in every name.
            query.push((parameter, "."));
        }
        let found: Vec<User> = self.get(path, &query).await?;
        Ok(found.into_iter().filter_map(User::account).collect())
    }

    /// The account with exactly this address.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<Account>> {
        Ok(with_address(&self.people(Among::Everybody, email).await?, email).cloned())
    }

    /// The account with this id or login.
    pub async fn person_by_id(&self, id: &str) -> Result<Option<Account>> {
        match self.get::<User>("/user", &[(self.id_parameter(), id)]).await {
            Ok(user) => Ok(user.account()),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Validation) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The asker's account: the one that is linked to them, else the one with their email address.
    pub async fn asker(&self, ctx: &Ctx) -> Result<Option<Account>> {
        match (&ctx.account, &ctx.actor.email) {
            (Some(id), _) => self.person_by_id(id).await,
            (None, Some(email)) if !email.is_empty() => self.person_by_email(email).await,
            _ => Ok(None),
        }
    }

    /// Who is meant: `me`, a name, a login, an id or an email address.
    ///
    /// # Errors
    /// At `field`, when it is nobody or may be several.
    pub async fn person(&self, ctx: &Ctx, field: &str, text: &str, among: Among<'_>) -> Result<Account> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("me") {
            let link = format!("`bellhop link {} …` tells the bot which account is yours.", ctx.group);
            return self.asker(ctx).await?.ok_or_else(|| at(field, format!("Jira shows me no account of yours. {link}")));
        }
        let found = self.people(among, text).await?;
        let typed = text.trim_start_matches('@');
        let exact = |it: &&Account| {
            it.id == typed || same(&it.name, typed) || it.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(typed))
        };
        let mut exactly = found.iter().filter(exact);
        match (exactly.next(), exactly.next(), found.as_slice()) {
            (Some(one), None, _) | (None, _, [one]) => Ok(one.clone()),
            (None, _, []) => Err(self.nobody(field, typed, among)),
            _ => {
                let names: Vec<String> = found.iter().take(8).map(|it| format!("{} ({})", it.name, shown_id(it))).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let message = format!("`{typed}` may be {}. Write the name in full, or what stands in brackets.", either(&names));
                Err(at(field, message))
            }
        }
    }

    fn nobody(&self, field: &str, typed: &str, among: Among<'_>) -> Error {
        at(
            field,
            match among {
                Among::Everybody => {
                    format!("Jira knows nobody called `{typed}`. Write a name as Jira shows it, or an email address.")
                }
                Among::Project(key) => format!("Jira knows nobody called `{typed}` whom issues of {key} can be given to."),
                Among::Issue(key) => format!("Jira knows nobody called `{typed}` whom {key} can be given to."),
            },
        )
    }

    /// The path of a person's page.
    pub fn profile(&self, account: &Account) -> String {
        match self.is_cloud() {
            true => format!("{}/jira/people/{}", self.jira.site, encoded(&account.id)),
            false => format!("{}/secure/ViewProfile.jspa?name={}", self.jira.site, encoded(&account.id)),
        }
    }
}

/// The one of those that were found by this address whose it is. Cloud hides most addresses, but finds people by them; who is
/// found by an address that their own name spells may have put it there.
pub(super) fn with_address<'a>(found: &'a [Account], email: &str) -> Option<&'a Account> {
    let shown = |it: &&Account| it.email.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(email));
    if let Some(account) = found.iter().find(shown) {
        return Some(account);
    }
    let hidden = |it: &&Account| it.email.is_none() && !it.name.contains('@');
    let mut found = found.iter().filter(hidden);
    found.next().filter(|_| found.next().is_none())
}

fn shown_id(account: &Account) -> &str {
    account.email.as_deref().unwrap_or(&account.id)
}
