//! People as others call them: `@ana`, `me`, an email address, a name.

use commands::{Result, param::Person};

use super::{
    AzureDevOps,
    api::{Acting, Listed},
    problem::{at, either},
    wire::Identity,
};
pub(super) use crate::words::is_none;

impl AzureDevOps {
    /// People that this is a name or an address of: <https://learn.microsoft.com/rest/api/azure/devops/ims/identities/read-identities>.
    pub(super) async fn identities(&self, text: &str) -> Result<Vec<Identity>> {
        let query =
            [("searchFilter", "General".to_owned()), ("filterValue", text.to_owned()), ("queryMembership", "None".into())];
        let found: Listed<Option<Identity>> = self.as_bot().get_from(&self.identities, "/_apis/identities", &query).await?;
        Ok(found.value.into_iter().flatten().filter(|it| it.is_active && !it.is_container).collect())
    }

    /// The person with exactly this address or login.
    pub(super) async fn identity(&self, login: &str) -> Result<Option<Identity>> {
        let login = login.trim().to_lowercase();
        let key = format!("{} {login}", crate::auth::whose());
        let same = |it: &Identity| {
            it.login().eq_ignore_ascii_case(&login) || it.mail().is_some_and(|it| it.eq_ignore_ascii_case(&login))
        };
        self.people.or_ask_for(key, async { Ok(self.identities(&login).await?.into_iter().find(same)) }).await
    }
}

impl Acting<'_> {
    /// The person that `text` means.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one.
    pub async fn person(&self, field: &str, text: &str) -> Result<Identity> {
        let typed = text.trim().trim_start_matches('@').trim();
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, a name, or me."));
        }
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            let unknown =
                "Azure DevOps does not know you by your email address. Link your account with `/bellhop link`, or write it.";
            let Some(me) = &self.me else { return Err(at(field, unknown)) };
            return self.on.identity(me).await?.ok_or_else(|| at(field, unknown));
        }
        if typed.contains('@')
            && let Some(found) = self.on.identity(typed).await?
        {
            return Ok(found);
        }
        let mut found = self.on.identities(typed).await?;
        // A whole name before a part of one.
        let is_whole = |it: &Identity| it.provider_display_name.eq_ignore_ascii_case(typed);
        if found.iter().any(is_whole) {
            found.retain(is_whole);
        }
        match found.len() {
            0 => Err(at(field, format!("Azure DevOps knows nobody called `{typed}`. Write an email address or a full name."))),
            1 => Ok(found.remove(0)),
            _ => {
                let logins: Vec<String> = found.iter().take(5).map(|it| it.login().to_owned()).collect();
                Err(at(field, format!("`{typed}` can be {}. Write the address.", either(&logins))))
            }
        }
    }

    /// What a work item's field wants to be told of a person; nothing for nobody.
    pub async fn assignee(&self, field: &str, person: &Person) -> Result<String> {
        match is_none(&person.0) {
            true => Ok(String::new()),
            false => Ok(self.person(field, &person.0).await?.login().to_owned()),
        }
    }
}
