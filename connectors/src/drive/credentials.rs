//! Who the connection is to Google: a service account that signs for itself or for people, or one person's refresh token.
//!
//! Tokens are kept for each account that is acted as, and fetched anew when they end
//! (<https://developers.google.com/identity/protocols/oauth2/service-account>).

use std::sync::Arc;

use commands::{Error, ErrorKind, Result, param::Secret};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Config, Drive, bad};
use crate::{
    Http,
    auth::{
        Credentials,
        jwt::Key,
        oauth::{self, Grant, Shown},
    },
};

/// All of Drive: sharing and moving what others made takes no less.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/drive";
/// How long an assertion is good, in seconds; Google takes no longer one.
const LASTS: i64 = 3600;

/// Where tokens come from.
pub(super) enum Source {
    Service(Box<Service>),
    Refresh(Box<Refresh>),
    /// What one account agreed to on Google's page, which the bot keeps.
    Granted(Box<Granted>),
}

/// One account's consent, and where its tokens can be asked about.
pub(super) struct Granted {
    http: Http,
    credentials: Arc<dyn Credentials>,
}

/// One person's consent, given to an OAuth client.
pub(super) struct Refresh {
    http: Http,
    path: String,
    client: oauth::Client,
    token: Secret,
}

/// A service account.
pub(super) struct Service {
    pub email: String,
    /// Whom it acts as where nobody asks.
    pub subject: Option<String>,
    key: Key,
    http: Http,
    path: String,
    audience: String,
}

/// Drive as one account sees it.
#[derive(Clone)]
pub(super) struct Client {
    pub http: Http,
    pub tokens: Arc<dyn Credentials>,
}

/// The file that Google gives out for a service account.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: Secret,
    private_key_id: Option<String>,
    token_uri: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
}

impl Source {
    /// # Errors
    /// [`ErrorKind::BadConfig`] where there is neither a service account's key nor all of an OAuth client's settings.
    pub fn of(config: &Config, http: &Http) -> Result<Source> {
        let given = |it: &Option<Secret>| it.clone().filter(|it| !it.expose().trim().is_empty());
        let subject = config.subject.as_deref().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned);
        match (given(&config.service_account), &config.client_id, given(&config.client_secret), given(&config.refresh_token)) {
            (Some(_), _, _, Some(_)) => {
                Err(bad("There are both `service_account` and `refresh_token`: keep one of them, so that it is clear who acts."))
            }
            (Some(file), ..) => Service::of(&file, subject, http).map(|it| Source::Service(Box::new(it))),
            (None, Some(id), Some(secret), Some(token)) if !id.trim().is_empty() => {
                if subject.is_some() {
                    return Err(bad("`subject` is for a service account: a refresh token is of one account, and acts as that."));
                }
                let (http, path) = token_server(&config.token_url, "token_url", http)?;
                let client = oauth::Client { id: id.trim().to_owned(), secret, shown: Shown::Form };
                Ok(Source::Refresh(Box::new(Refresh { http, path, client, token })))
            }
            (None, .., None) if let Some(credentials) = http.grant() => {
                if subject.is_some() {
                    return Err(bad("`subject` is for a service account: an OAuth client acts as the account that agreed."));
                }
                let (http, _) = token_server(&config.token_url, "token_url", http)?;
                Ok(Source::Granted(Box::new(Granted { http, credentials })))
            }
            _ => Err(bad(
                "There are no credentials: paste the JSON key of a service account into `service_account`, or fill in `client_id` and \
                 `client_secret` of an OAuth client, to come in by a link or with its `refresh_token`.",
            )),
        }
    }

    /// Whether it can act as several people.
    pub fn delegates(&self) -> bool {
        matches!(self, Source::Service(_))
    }

    /// Whom the bot itself acts as, where that is another account than its own.
    pub fn subject(&self) -> Option<&str> {
        match self {
            Source::Service(it) => it.subject.as_deref(),
            Source::Refresh(_) | Source::Granted(_) => None,
        }
    }

    /// Where tokens can be asked about.
    pub fn token_server(&self) -> &Http {
        match self {
            Source::Service(it) => &it.http,
            Source::Refresh(it) => &it.http,
            Source::Granted(it) => &it.http,
        }
    }

    fn tokens(&self, subject: Option<&str>) -> Arc<dyn Credentials> {
        let tokens = match self {
            Source::Granted(it) => return it.credentials.clone(),
            Source::Refresh(it) => {
                oauth::tokens(it.http.clone(), &it.path, Some(it.client.clone()), Grant::RefreshToken(it.token.clone()))
            }
            Source::Service(it) => {
                let (key, email, audience) = (it.key.clone(), it.email.clone(), it.audience.clone());
                let subject = subject.map(str::to_owned).or_else(|| it.subject.clone());
                let sign = move || {
                    let iat = Timestamp::now().as_second();
                    let sub = subject.as_deref();
                    key.sign(&Claims { iss: &email, scope: SCOPE, aud: &audience, iat, exp: iat + LASTS, sub })
                };
                oauth::tokens(it.http.clone(), &it.path, None, Grant::JwtBearer(Arc::new(sign)))
            }
        };
        Arc::new(tokens)
    }
}

impl Service {
    fn of(file: &Secret, subject: Option<String>, http: &Http) -> Result<Service> {
        // What is wrong with the text is not told: it may quote the key.
        let file: KeyFile = serde_json::from_str(file.expose().trim()).map_err(|_| {
            bad(
                "`service_account` is no service account's key. It is the whole content of the JSON file that Google Cloud gives out: \
                 IAM & Admin → Service Accounts → Keys → Add key → JSON.",
            )
        })?;
        let (http, path) = token_server(&file.token_uri, "token_uri", http)?;
        let key = Key::new(&file.private_key, file.private_key_id)?;
        Ok(Service { email: file.client_email, subject, key, http, path, audience: file.token_uri })
    }
}

/// The server at this address and the path there.
fn token_server(address: &str, setting: &str, http: &Http) -> Result<(Http, String)> {
    let url = Url::parse(address.trim()).ok().filter(|it| it.has_host() && matches!(it.scheme(), "https" | "http"));
    let Some(url) = url else {
        return Err(bad(&format!("`{setting}` is no address: it is like https://oauth2.googleapis.com/token.")));
    };
    let path = url.path().to_owned();
    Ok((http.at(&url.origin().ascii_serialization())?.with_codes(read_code), path))
}

/// `{"error": "invalid_grant"}`.
fn read_code(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    serde_json::from_slice(body).ok().map(|it: Refusal| it.error)
}

impl Drive {
    /// Drive as `subject` sees it, or as the bot does.
    pub(super) async fn client(&self, subject: Option<&str>) -> Client {
        let key = subject.map(str::to_lowercase).unwrap_or_default();
        let make = async {
            let tokens = self.source.tokens(subject);
            Client { http: self.http.clone().with_credentials(tokens.clone()), tokens }
        };
        self.clients.get_with(key, make).await
    }
}

/// Why no token is to be had, where that is a matter of set-up.
pub(super) fn explain(error: Error, subject: Option<&str>) -> Error {
    // `Invalid JWT: Token must be a short-lived token and in a reasonable timeframe. Check your iat and exp values.`
    if error.message.contains("iat and exp") {
        let message = "Google gives no token: the clock of the machine that the bot runs on is wrong. Set it right, or let it be set by NTP.";
        return Error { message: message.to_owned(), kind: ErrorKind::BadConfig, ..error };
    }
    let message = match (error.code.as_deref(), subject) {
        (Some("unauthorized_client" | "access_denied"), Some(subject)) => format!(
            "Google does not let the service account act as {subject}. An administrator of the organization can allow it: Admin \
             console → Security → API controls → Domain-wide delegation, the account's client id with the scope {SCOPE}."
        ),
        (Some("invalid_grant"), Some(subject)) => format!(
            "Google gives no token for {subject}: there is no such account in the organization, or it is suspended, or the service \
             account's key was deleted."
        ),
        (Some("invalid_grant"), None) => {
            "Google gives no token: the key was deleted, or the refresh token was revoked or has ended. \
             An administrator can give the connection a new one."
                .to_owned()
        }
        _ => return error,
    };
    Error { message, kind: ErrorKind::Auth, ..error }
}
