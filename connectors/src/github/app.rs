//! A GitHub App: it signs who it is, and gets tokens of one installation for that.
//! <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app>

use std::{sync::Arc, time::Duration};

use commands::{Error, ErrorKind, Result, param::Secret};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{api, wire};
use crate::{
    Http,
    auth::{Token, Tokens, jwt::Key},
    http::{Repeatable, Request},
};

/// GitHub takes at most ten minutes; a clock that runs fast must not make it more.
const JWT_LASTS: SignedDuration = SignedDuration::from_mins(8);
/// For clocks that run fast, as GitHub recommends.
const JWT_BEFORE: SignedDuration = SignedDuration::from_secs(60);
/// What is assumed where GitHub does not say: its tokens last an hour.
const TOKEN_LASTS: Duration = Duration::from_secs(3600);

/// An App, and which of its installations this connection is.
pub(super) struct App {
    http: Http,
    id: String,
    key: Key,
    installation: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Installation {
    pub id: u64,
    pub account: Option<wire::User>,
    #[serde(default)]
    pub permissions: Map<String, Value>,
    pub suspended_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Answer {
    token: Secret,
    expires_at: Option<Timestamp>,
}

impl App {
    /// # Errors
    /// [`ErrorKind::BadConfig`] when the key is none.
    pub fn new(http: Http, id: &str, key: &Secret, installation: Option<u64>) -> Result<App> {
        Ok(App { http, id: id.to_owned(), key: Key::new(key, None)?, installation })
    }

    /// As the App itself, which may look at its installations and nothing else.
    fn signed(&self, request: Request) -> Result<Request> {
        let now = Timestamp::now();
        let claims = json!({
            "iat": (now - JWT_BEFORE).as_second(),
            "exp": (now + JWT_LASTS).as_second(),
            "iss": self.id,
        });
        let header = format!("Bearer {}", self.key.sign(&claims)?.expose());
        Ok(api::versioned(request).header("authorization", &header))
    }

    /// The installation that this connection is.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] where there are several and none was chosen, or none at all.
    pub async fn installation(&self) -> Result<Installation> {
        if let Some(id) = self.installation {
            return self.signed(self.http.get(&format!("/app/installations/{id}")))?.send().await;
        }
        let mut all: Vec<Installation> =
            self.signed(self.http.get("/app/installations").query(&[("per_page", "100")]))?.send().await?;
        let bad = |message: String| Error::new(ErrorKind::BadConfig, message);
        match all.len() {
            1 => Ok(all.remove(0)),
            0 => Err(bad("The GitHub App is installed nowhere. Install it: in the App's settings, Install App.".into())),
            count => {
                let name = |it: &Installation| format!("{} ({})", it.account.as_ref().map_or("?", |it| it.login.as_str()), it.id);
                let names: Vec<String> = all.iter().take(10).map(name).collect();
                Err(bad(format!(
                    "The GitHub App is installed in {count} places. Set `installation_id` to one of them: {}.",
                    names.join(", ")
                )))
            }
        }
    }

    async fn token(&self) -> Result<Token> {
        let id = match self.installation {
            Some(id) => id,
            None => self.installation().await?.id,
        };
        // A token too many is no harm: it ends by itself.
        let request = self.http.post(&format!("/app/installations/{id}/access_tokens")).repeatable(Repeatable::Yes);
        let answer: Answer = self.signed(request)?.send().await?;
        let lasts = answer.expires_at.and_then(|it| Duration::try_from(it.duration_since(Timestamp::now())).ok());
        Ok(Token { secret: answer.token, lasts: Some(lasts.unwrap_or(TOKEN_LASTS)) })
    }
}

/// Tokens of the App's installation.
pub(super) fn tokens(app: Arc<App>) -> Arc<Tokens> {
    Arc::new(Tokens::new(move || {
        let app = app.clone();
        Box::pin(async move { app.token().await })
    }))
}
