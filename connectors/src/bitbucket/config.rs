//! What an administrator fills in, and the clients that come of it.

use std::sync::Arc;

use commands::{Error, ErrorKind, Result, param::Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::{center::Center, cloud::Cloud, vendor::Vendor};
use crate::{
    Http,
    auth::{SignIn, basic, oauth},
};

/// Where Bitbucket Cloud's API is; its pages are at [`CLOUD`].
const CLOUD_API: &str = "https://api.bitbucket.org/2.0";
const CLOUD: &str = "https://bitbucket.org";

/// Connect a Bitbucket.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Bitbucket's pages are: `https://bitbucket.org` for Cloud, or your own Data Center's address.
    #[serde(default = "cloud")]
    pub url: String,
    /// Cloud or Data Center; told by the address unless you say it.
    #[serde(default)]
    pub edition: Option<Edition>,
    /// Cloud: the workspace, as in bitbucket.org/WORKSPACE. Data Center: the key of the project that repositories without
    /// one belong to.
    #[serde(default)]
    pub workspace: Option<String>,
    /// An access token, an API token, or a Data Center HTTP access token.
    #[serde(default)]
    pub token: Option<Secret>,
    /// Who the token belongs to, where it is sent like a password: for a Cloud API token, the email address of its
    /// Atlassian account. Leave it empty for access tokens.
    #[serde(default)]
    pub username: Option<String>,
    /// Cloud: the key of an OAuth consumer, in place of a token.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The OAuth consumer's secret.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// Cloud: how the OAuth consumer signs in for the bot itself; people who link their accounts come in by a link anyway.
    #[serde(default)]
    pub sign_in: SignIn,
}

/// Which Bitbucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    Cloud,
    DataCenter,
}

fn cloud() -> String {
    CLOUD.to_owned()
}

/// Whether a web address is Cloud's.
pub(super) fn is_cloud(base: &str) -> bool {
    let host = Url::parse(base).ok().and_then(|it| it.host_str().map(str::to_owned));
    matches!(host.as_deref(), Some("bitbucket.org" | "www.bitbucket.org" | "api.bitbucket.org"))
}

/// Whether these settings are of Cloud: by what they say, else by the address.
pub(super) fn is_cloud_of(url: &str, edition: Option<&str>) -> bool {
    edition.map_or_else(|| is_cloud(url), |it| it == "cloud")
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadConfig, message)
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty())
}

impl Config {
    fn edition(&self) -> Edition {
        let told = if is_cloud(&self.url) { Edition::Cloud } else { Edition::DataCenter };
        self.edition.unwrap_or(told)
    }

    /// The client of the edition, as whoever the credentials say, and the workspace or project.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`], saying which settings do not go together.
    pub(super) fn connect(self, http: &Http) -> Result<(Vendor, Option<String>)> {
        let edition = self.edition();
        let base = http.base().to_owned();
        let api = match edition {
            Edition::Cloud if is_cloud(&base) => http.at(CLOUD_API)?,
            Edition::Cloud => http.at(&format!("{base}/2.0"))?,
            Edition::DataCenter => http.at(&format!("{base}/rest"))?,
        };
        let owner = filled(self.workspace).map(|it| it.trim_matches('/').to_owned());
        let token = self.token.filter(|it| !it.expose().trim().is_empty());
        // By a link the consumer is for people; the bot has a token, or what somebody agreed to.
        let consumer = filled(self.client_id).zip(self.client_secret).filter(|_| self.sign_in == SignIn::App);
        let api = match (filled(self.username), token, consumer) {
            (Some(name), Some(token), None) => {
                let token = Secret::from(token.expose().trim().to_owned());
                api.with_secret_header("authorization", basic(&name, &token).expose())
            }
            (None, Some(token), None) => api.with_secret_header("authorization", &format!("Bearer {}", token.expose().trim())),
            (None, None, None) if let Some(grant) = http.grant() => api.with_credentials(grant),
            (None, None, Some((id, secret))) if edition == Edition::Cloud => {
                let client = oauth::Client { id, secret, shown: oauth::Shown::Header };
                let at = if is_cloud(&base) { http.at(CLOUD)? } else { http.at(&base)? };
                let grant = oauth::Grant::ClientCredentials { scope: None };
                api.with_credentials(Arc::new(oauth::tokens(at, "/site/oauth2/access_token", Some(client), grant)))
            }
            (None, None, Some(_)) => {
                return Err(bad("OAuth consumers are of Bitbucket Cloud: give Data Center an HTTP access token."));
            }
            (Some(_), None, None) => return Err(bad("`username` alone is no credential: `token` is missing.")),
            (None, None, None) => {
                return Err(bad("`token` is missing: an API token, an access token, or `client_id` and `client_secret`."));
            }
            (_, _, Some(_)) => return Err(bad("Give either a token or an OAuth consumer, not both.")),
        };
        match edition {
            Edition::Cloud => {
                let Some(workspace) = owner else {
                    return Err(bad(
                        "`workspace` is missing: what follows bitbucket.org/ in the addresses of your repositories. Bitbucket Cloud \
                         lists nothing without it.",
                    ));
                };
                Ok((Vendor::Cloud(Cloud::new(api, base, workspace.clone())), Some(workspace)))
            }
            Edition::DataCenter => Ok((Vendor::Center(Center::new(api, base)), owner)),
        }
    }
}
