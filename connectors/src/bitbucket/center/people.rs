//! Who is who. Every answer names the account that asked (`X-AUSERNAME`), which no address of the API tells.

use std::time::Duration;

use commands::{Error, ErrorKind, Result, param::Secret};
use reqwest::header::HeaderMap;
use serde::Deserialize;

use super::{Center, wire};
use crate::{
    auth::basic,
    bitbucket::{
        model::Account,
        vendor::{Answer, People},
    },
    http::Request,
};

const FRESH: Duration = Duration::from_secs(120);
/// As many are looked through for one.
const MOST: usize = 200;

/// `/application-properties`.
#[derive(Deserialize)]
pub(in crate::bitbucket) struct About {
    #[serde(default)]
    pub version: String,
    #[serde(default, rename = "displayName")]
    pub name: String,
}

pub(in crate::bitbucket) fn signed_in(headers: &HeaderMap) -> Option<String> {
    let name = headers.get("x-ausername")?.to_str().ok()?;
    // Names are percent-encoded in the header.
    let name = url::form_urlencoded::parse(format!("n={}", name.replace('+', "%2B")).as_bytes()).next()?.1.into_owned();
    Some(name).filter(|it| !it.is_empty() && it != "anonymous")
}

impl Center {
    /// What it is, and whom it takes the bot for.
    pub async fn about(&self) -> Result<(Option<String>, About)> {
        let request: Request = self.http.get("/api/latest/application-properties");
        let (headers, about) = request.send_with_headers().await?;
        Ok((signed_in(&headers), about))
    }

    /// Those who fit, as many as [`MOST`] at the least where there are more.
    async fn search(&self, text: &str) -> Result<Vec<wire::User>> {
        let (mut all, mut start) = (Vec::new(), None::<String>);
        loop {
            // A list that is not told how long its pages are to be.
            let query = [("filter", Some(text)), ("start", start.as_deref())];
            let query: Vec<_> = query.into_iter().filter_map(|(key, it)| Some((key, it?))).collect();
            let page = self.read_page::<wire::User>(self.http.get("/api/latest/users").query(&query).cached(FRESH)).await?;
            all.extend(page.items.into_iter().filter(|it| it.active != Some(false)));
            match page.next {
                Some(next) if all.len() < MOST => start = Some(next),
                _ => return Ok(all),
            }
        }
    }

    async fn named(&self, name: &str) -> Result<Option<Account>> {
        let found = self.search(name).await?;
        Ok(found.iter().find(|it| it.name.eq_ignore_ascii_case(name)).map(wire::User::account))
    }
}

impl People for Center {
    fn myself(&self) -> Answer<'_, Account> {
        Box::pin(async move {
            let (name, _) = self.about().await?;
            let unknown = || {
                Error::new(
                    ErrorKind::Auth,
                    "Bitbucket does not say whose the bot's token is. Give the connection an HTTP access token of a user: those of a \
                     project or a repository can neither approve nor be found.",
                )
            };
            let name = name.ok_or_else(unknown)?;
            match self.named(&name).await? {
                Some(account) => Ok(account),
                None => Ok(Account { slug: name.to_lowercase(), login: name.clone(), name: name.clone(), id: name, email: None }),
            }
        })
    }

    fn owner_of<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Account>> {
        Box::pin(async move {
            let header = match key.split_once(':') {
                Some((name, token)) => basic(name, &Secret::from(token.to_owned())).expose().to_owned(),
                None => format!("Bearer {key}"),
            };
            // With their key alone, or it would be the bot's account that is found.
            let http = self.http.at(self.http.base())?.with_secret_header("authorization", &header);
            let asked = http.get("/api/latest/application-properties").send_with_headers::<About>().await;
            match asked {
                Ok((headers, _)) => match signed_in(&headers) {
                    Some(name) => self.named(&name).await,
                    None => Ok(None),
                },
                Err(error) if error.kind == ErrorKind::Auth => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn by_email<'a>(&'a self, email: &'a str) -> Answer<'a, Option<Account>> {
        Box::pin(async move {
            let found = self.search(email).await?;
            let is_same = |it: &&wire::User| it.email_address.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(email));
            let mut same = found.iter().filter(is_same).map(wire::User::account);
            match (same.next(), same.next()) {
                (Some(account), None) => Ok(Some(account)),
                _ => Ok(None),
            }
        })
    }

    fn people<'a>(&'a self, text: &'a str) -> Answer<'a, Vec<Account>> {
        Box::pin(async move {
            let text = text.trim().trim_start_matches('@');
            Ok(self.search(text).await?.iter().map(wire::User::account).collect())
        })
    }
}
