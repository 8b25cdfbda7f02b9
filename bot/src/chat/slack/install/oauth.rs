//! Slack's OAuth: <https://docs.slack.dev/authentication/installing-with-oauth> and
//! <https://docs.slack.dev/authentication/using-token-rotation>.
//!
//! Our own calls and not slack-morphism's: its authorize address has no `state`, and its answers
//! have no room for what comes with an organization. Nothing that Slack answered reaches an error
//! or a log from here but its error code.

use std::time::Duration;

use commands::{Error, Result, param::Secret};
use jiff::{SignedDuration, Timestamp};
use reqwest::{StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::record::{Granted, Lifetime, Sort, Tokens};
use crate::chat::slack::manifest;

/// The whole of one call, in time.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer that is read.
const LIMIT: usize = 256 << 10;
/// A token is renewed when a sixth of its time is left, at most two hours of twelve.
const AHEAD: i64 = 6;
const AHEAD_AT_MOST: SignedDuration = SignedDuration::from_hours(2);

/// The app, as Slack's OAuth knows it. Holds a secret: no Debug.
pub struct OAuth {
    http: reqwest::Client,
    api: Url,
    client_id: String,
    client_secret: Secret,
    /// Where Slack sends the browser back to.
    redirect: String,
}

/// Why an exchange gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Slack took nothing: it may be asked again.
    NotDone(String),
    /// Nobody knows whether Slack took it.
    Unknown(String),
    /// Slack's error code.
    Refused(String),
}

impl OAuth {
    /// # Errors
    /// [`commands::ErrorKind::Internal`] when there can be no HTTP client.
    pub fn new(api: Url, client_id: String, client_secret: Secret, redirect: String) -> Result<OAuth> {
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT / 2)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Error::internal("The HTTP client for Slack could not be set up."))?;
        Ok(OAuth { http, api, client_id, client_secret, redirect })
    }

    /// What signs states: never sent, and the same for all bots of this app.
    pub fn state_key(&self) -> &[u8] {
        self.client_secret.expose().as_bytes()
    }

    /// Where a browser asks for an install; `team` is the workspace that Slack suggests.
    pub fn authorize_url(&self, state: &str, team: Option<&str>) -> String {
        let mut url = self.api.join("../oauth/v2/authorize").unwrap_or_else(|_| self.api.clone());
        let scopes: Vec<&str> = manifest::SCOPES.iter().map(|it| it.name).collect();
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("scope", &scopes.join(","))
            .append_pair("user_scope", "")
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("state", state);
        if let Some(team) = team {
            url.query_pairs_mut().append_pair("team", team);
        }
        url.into()
    }

    /// Exchanges the code that a browser came back with. <https://docs.slack.dev/reference/methods/oauth.v2.access>
    pub async fn exchange(&self, code: &str, now: Timestamp) -> Result<Granted, Failure> {
        let answer = self.ask(&[("code", code), ("redirect_uri", &self.redirect)]).await?;
        granted(&answer, now).ok_or_else(|| Failure::Refused("no_bot_token".into()))
    }

    /// Exchanges a refresh token: it is used up, and the answer holds the next one.
    pub async fn renew(&self, refresh: &SecretString, now: Timestamp) -> Result<(Tokens, Option<Lifetime>), Failure> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        let answer = self.ask(&fields).await?;
        let tokens = tokens(&answer).ok_or_else(|| Failure::Unknown("Slack's answer held no token".into()))?;
        Ok((tokens, lifetime(&answer, now)))
    }

    /// Gives a token back that is not wanted. <https://docs.slack.dev/reference/methods/auth.revoke>
    pub async fn revoke(&self, tokens: &Tokens) {
        let Ok(url) = self.api.join("auth.revoke") else { return };
        let sent = self.http.post(url).bearer_auth(tokens.access.expose_secret()).send().await;
        if !sent.is_ok_and(|it| it.status().is_success()) {
            tracing::warn!("Could not give back a token of a Slack workspace that may not install the app");
        }
    }

    async fn ask(&self, fields: &[(&str, &str)]) -> Result<Value, Failure> {
        let url = self.api.join("oauth.v2.access").map_err(|_| Failure::NotDone("its address is none".into()))?;
        let own = [("client_id", self.client_id.as_str()), ("client_secret", self.client_secret.expose())];
        let form: Vec<(&str, &str)> = own.into_iter().chain(fields.iter().copied()).collect();
        // reqwest's own words may hold addresses: they are not used.
        let mut answer = self.http.post(url).form(&form).send().await.map_err(|err| match err.is_connect() {
            true => Failure::NotDone("Slack could not be reached".into()),
            false => Failure::Unknown("Slack did not answer".into()),
        })?;
        match answer.status() {
            StatusCode::OK => {}
            // These did not begin.
            status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                return Err(Failure::NotDone(format!("Slack answered {}", status.as_u16())));
            }
            status if status.is_server_error() => return Err(Failure::Unknown(format!("Slack answered {}", status.as_u16()))),
            status => return Err(Failure::NotDone(format!("Slack's address answered {}", status.as_u16()))),
        }
        let broken = || Failure::Unknown("Slack's answer broke off".into());
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        while let Some(chunk) = answer.chunk().await.map_err(|_| broken())? {
            if bytes.len() + chunk.len() > LIMIT {
                return Err(Failure::Unknown("Slack's answer is far too long".into()));
            }
            bytes.extend_from_slice(&chunk);
        }
        let Ok(body) = serde_json::from_slice::<Value>(&bytes) else {
            return Err(match bytes.trim_ascii_start().starts_with(b"<") {
                true => Failure::NotDone("a web page answered in Slack's place".into()),
                false => broken(),
            });
        };
        match (body["ok"].as_bool(), body["error"].as_str()) {
            (Some(true), _) => Ok(body),
            (_, Some("internal_error" | "fatal_error")) => Err(Failure::Unknown("Slack failed".into())),
            (_, Some("ratelimited" | "service_unavailable" | "request_timeout" | "team_added_to_org")) => {
                Err(Failure::NotDone("Slack takes no requests for now".into()))
            }
            (_, Some(code)) if is_code(code) => Err(Failure::Refused(code.to_owned())),
            _ => Err(Failure::Unknown("Slack's answer is not as Slack documents it".into())),
        }
    }
}

/// One of Slack's words; anything that does not look like one is not repeated.
pub fn is_code(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

/// Slack's id of a workspace or an organization.
pub fn is_id(text: &str) -> bool {
    text.len() <= 32
        && text.len() >= 2
        && text.starts_with(['T', 'E'])
        && text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

/// An answer to a code: <https://docs.slack.dev/reference/methods/oauth.v2.access>. With a whole organization, `team` is null.
fn granted(answer: &Value, now: Timestamp) -> Option<Granted> {
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let sort = match answer["is_enterprise_install"].as_bool() {
        Some(true) => Sort::Organization,
        _ => Sort::Workspace,
    };
    let of = if sort == Sort::Organization { "/enterprise" } else { "/team" };
    let id = Some(text(&format!("{of}/id"))).filter(|it| is_id(it))?;
    let name = Some(text(&format!("{of}/name"))).filter(|it| !it.is_empty()).unwrap_or_else(|| id.clone());
    let scopes = text("/scope").split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    Some(Granted {
        sort,
        name,
        app: text("/app_id"),
        bot_user: text("/bot_user_id"),
        scopes,
        who: text("/authed_user/id"),
        tokens: tokens(answer)?,
        lifetime: lifetime(answer, now),
        id,
    })
}

fn tokens(answer: &Value) -> Option<Tokens> {
    let token = |key: &str| {
        let plain = |it: &&str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it));
        answer[key].as_str().filter(plain).map(SecretString::from)
    };
    // A person's token is not ours to act with.
    let is_bot = answer["token_type"].as_str().is_none_or(|it| it == "bot");
    is_bot.then(|| token("access_token")).flatten().map(|access| Tokens { access, refresh: token("refresh_token") })
}

/// Counted from before the question, so that it ends too early rather than too late.
fn lifetime(answer: &Value, now: Timestamp) -> Option<Lifetime> {
    let lasts = SignedDuration::from_secs(answer["expires_in"].as_i64().filter(|it| *it > 0)?);
    let expires = now.checked_add(lasts).ok()?;
    let ahead = SignedDuration::from_secs(lasts.as_secs() / AHEAD).min(AHEAD_AT_MOST);
    Some(Lifetime { renew_at: expires.checked_sub(ahead).ok()?, expires })
}

/// What to do about a refusal, for whoever installs the app.
pub fn advice(code: &str) -> &'static str {
    match code {
        "access_denied" => {
            "Nothing was installed, because the request was cancelled in Slack. If that was not meant, begin again."
        }
        "invalid_code" | "code_already_used" | "code_expired" => {
            "The code that Slack gave this browser is used up or older than ten minutes. Begin again."
        }
        "bad_redirect_uri" | "invalid_redirect_uri" | "redirect_uri_mismatch" | "oauth_authorization_url_mismatch" => {
            "Slack does not know the address that it was to come back to. Whoever runs Bellhop adds it at api.slack.com/apps → OAuth & \
             Permissions → Redirect URLs: it is `server.public_url` with /slack/oauth behind it."
        }
        "bad_client_secret" | "invalid_client_id" | "client_id_mismatch" => {
            "Slack does not take this app's credentials. Whoever runs Bellhop compares `slack.client_id` and `slack.client_secret` with \
             Basic Information → App Credentials at api.slack.com/apps, and starts Bellhop again."
        }
        "invalid_team_for_non_distributed_app" | "app_not_distributed" => {
            "This app can only be installed in the workspace that it was made in. Whoever runs Bellhop opens it to others at \
             api.slack.com/apps → Manage Distribution."
        }
        "cannot_install_an_org_installed_app" => {
            "The app is installed in the whole organization. An organization admin adds it to this workspace in Slack's administration."
        }
        "no_scopes" | "invalid_scope" | "invalid_scope_requested" | "unapproved_scope" => {
            "Slack does not grant this app what Bellhop needs. Whoever runs Bellhop updates the app's manifest (`bellhop manifest slack \
             --oauth`), and you begin again."
        }
        "no_bot_token" => {
            "Slack installed the app without a bot user. Whoever runs Bellhop updates the app's manifest (`bellhop manifest slack \
             --oauth`), and you begin again."
        }
        "org_login_required"
        | "ekm_access_denied"
        | "accesslimited"
        | "team_access_not_granted"
        | "two_factor_setup_required" => "Your organization does not let this app in now. An organization admin can change that.",
        "server_error" | "temporarily_unavailable" => {
            "Slack failed. Begin again in a few minutes; https://slack-status.com says how Slack is."
        }
        _ => "Begin again; if it stays so, whoever runs Bellhop finds the reason by `bellhop doctor slack` and in its log.",
    }
}
