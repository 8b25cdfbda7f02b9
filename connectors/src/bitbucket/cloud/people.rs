//! Who is who: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-workspaces/>.

use commands::{ErrorKind, Result, param::Secret};
use serde::Deserialize;

use super::{Cloud, FRESH, Page, quoted, wire};
use crate::{
    auth::basic,
    bitbucket::{
        model::Account,
        place::encoded,
        vendor::{Answer, People},
    },
};

/// Workspaces are asked for their people page by page; a larger one is searched by nickname or address.
const MOST: usize = 500;

#[derive(Deserialize)]
struct Member {
    user: Option<wire::User>,
}

impl Cloud {
    fn members(&self) -> String {
        format!("/workspaces/{}/members", encoded(&self.workspace))
    }

    /// Everybody in the workspace.
    async fn everybody(&self) -> Result<Vec<wire::User>> {
        let mut all = Vec::new();
        let mut path = format!("{}?pagelen=100", self.members());
        loop {
            let page: Page<Member> = self.http.get(&path).cached(FRESH * 4).send().await?;
            all.extend(page.values.into_iter().filter_map(|it| it.user));
            match page.next.as_deref().and_then(|it| self.http.below(it)) {
                Some(next) if all.len() < MOST => path = next.to_owned(),
                _ => return Ok(all),
            }
        }
    }
}

impl People for Cloud {
    fn myself(&self) -> Answer<'_, Account> {
        Box::pin(async move { Ok(self.http.get("/user").cached(FRESH).send::<wire::User>().await?.account()) })
    }

    fn owner_of<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Account>> {
        Box::pin(async move {
            let header = match key.split_once(':') {
                Some((email, token)) => basic(email, &Secret::from(token.to_owned())).expose().to_owned(),
                None => format!("Bearer {key}"),
            };
            // With their key alone, or it would be the bot's account that is found.
            let http = self.http.at(self.http.base())?.with_secret_header("authorization", &header);
            match http.get("/user").send::<wire::User>().await {
                Ok(user) => Ok(Some(user.account())),
                Err(error) if error.kind == ErrorKind::Auth => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn by_email<'a>(&'a self, email: &'a str) -> Answer<'a, Option<Account>> {
        Box::pin(async move {
            // Only for the workspace's administrators; Cloud tells nobody's address.
            let query = [("q", format!("user.email IN ({})", quoted(email))), ("pagelen", "2".to_owned())];
            let page: Page<Member> = self.http.get(&self.members()).query(&query).cached(FRESH * 4).send().await?;
            let mut found = page.values.into_iter().filter_map(|it| it.user);
            match (found.next(), found.next()) {
                (Some(user), None) => Ok(Some(Account { email: Some(email.to_owned()), ..user.account() })),
                _ => Ok(None),
            }
        })
    }

    fn people<'a>(&'a self, text: &'a str) -> Answer<'a, Vec<Account>> {
        Box::pin(async move {
            let wanted = text.trim().trim_start_matches('@').to_lowercase();
            let holds = |it: &wire::User| {
                let is_id = it.account_id.as_deref() == Some(text) || it.uuid == text;
                let named = [Some(&it.display_name), it.nickname.as_ref()];
                is_id || named.into_iter().flatten().any(|it| it.to_lowercase().contains(&wanted))
            };
            Ok(self.everybody().await?.iter().filter(|it| holds(it)).map(wire::User::account).collect())
        })
    }
}
