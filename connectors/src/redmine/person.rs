//! People as others call them: `@ana`, `me`, an email address, a login, a name.

use commands::{ErrorKind, Result};

use super::{
    api::{Acting, Page},
    names::{nearest, same},
    problem::at,
    wire,
};

/// Whom work can be given to: a person, or a group where Redmine allows that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Somebody {
    pub id: u64,
    pub name: String,
}

impl Acting<'_> {
    /// The person that `text` means. `project`, when known, offers its members, groups among them.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one; then with all of them.
    pub async fn person(&self, field: &str, text: &str, project: Option<u64>) -> Result<Somebody> {
        let typed = text.trim().trim_start_matches('@').trim();
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            return self.me(field).await;
        }
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, a login, or me."));
        }
        match self.by_search(field, typed).await {
            Ok(Some(somebody)) => return Ok(somebody),
            Ok(None) => {}
            // Only administrators may search people; members can still be found in their project.
            Err(error) if error.kind == ErrorKind::Permission => {}
            Err(error) => return Err(error),
        }
        let members = match project {
            Some(project) => self.members(project).await?,
            None => Vec::new(),
        };
        let (exact, near): (Vec<_>, Vec<_>) = members.iter().cloned().partition(|it| same(&it.name, typed));
        let near = near.into_iter().filter(|it| has_word(&it.name, typed)).collect();
        if let Some(somebody) = only(field, typed, exact, near)? {
            return Ok(somebody);
        }
        let names: Vec<String> = members.into_iter().map(|it| it.name).collect();
        let hint = nearest(typed, &names).map(|it| format!(" Did you mean {it}?")).unwrap_or_default();
        Err(at(field, format!("Redmine knows nobody called `{typed}`.{hint} Write a login, an email address, or a full name.")))
    }

    async fn me(&self, field: &str) -> Result<Somebody> {
        match &self.account {
            Some(account) => Ok(Somebody { id: account.id, name: account.name.clone() }),
            None => Err(at(field, "I do not know who you are in Redmine, so I cannot take `me`. Write your Redmine login.")),
        }
    }

    /// Searched with the bot's account: most people may not search others.
    async fn by_search(&self, field: &str, typed: &str) -> Result<Option<Somebody>> {
        // Redmine searches login, address, first and last name for all of the text, so a full name is asked for by its first word.
        let query = [("name", typed.split_whitespace().next().unwrap_or(typed)), ("limit", "100")];
        let found: Page<wire::User> = self.redmine.as_bot().list("/users.json", "users", &query).await?;
        let is_exact = |user: &wire::User| {
            same(&user.login, typed) || same(&user.name(), typed) || user.mail.as_deref().is_some_and(|it| same(it, typed))
        };
        let (exact, near): (Vec<_>, Vec<_>) = found.items.iter().partition(|user| is_exact(user));
        let near = near.into_iter().filter(|it| has_word(&it.name(), typed)).map(somebody).collect();
        only(field, typed, exact.into_iter().map(somebody).collect(), near)
    }

    /// Members of a project, groups among them.
    pub async fn members(&self, project: u64) -> Result<Vec<Somebody>> {
        let path = format!("/projects/{project}/memberships.json");
        let members = self.list_all::<wire::Membership>(&path, "memberships", &[], 1000).await?;
        let principal = |it: wire::Membership| it.user.or(it.group).map(|it| Somebody { id: it.id, name: it.name });
        Ok(members.items.into_iter().filter_map(principal).collect())
    }
}

fn somebody(user: &wire::User) -> Somebody {
    Somebody { id: user.id, name: user.name() }
}

/// Whether one of the name's words is what was typed: `Ana` of `Ana Example`.
fn has_word(name: &str, typed: &str) -> bool {
    name.split_whitespace().any(|it| same(it, typed))
}

/// The only one, exact before near; none; or the failure that lists them.
fn only(field: &str, typed: &str, exact: Vec<Somebody>, near: Vec<Somebody>) -> Result<Option<Somebody>> {
    let mut found = if exact.is_empty() { near } else { exact };
    match found.len() {
        0 | 1 => Ok(found.pop()),
        count => {
            let names: Vec<String> = found.iter().take(10).map(|it| it.name.clone()).collect();
            Err(at(
                field,
                format!("`{typed}` can be any of {count} people: {}. Write the login or the email address.", names.join(", ")),
            ))
        }
    }
}
