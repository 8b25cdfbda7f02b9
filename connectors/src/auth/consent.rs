//! Consent by the vendor's own page: the authorization code of OAuth 2.0 (RFC 6749, 4.1), with proof of who began it (PKCE,
//! RFC 7636) where the vendor takes one.
//!
//! A connector declares its vendor's page and what is asked for there as a [`Consent`]. With a connection's settings it becomes
//! [`Asks`]: where a browser is sent, and what is asked of the token server afterwards. Who begins it, who may come back and
//! where tokens are kept is the bot's affair.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use commands::{Error, ErrorKind, Field, Result, param::Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    basic,
    oauth::{Client, Shown, read_errors},
};
use crate::{
    Http, Kind,
    http::{Repeatable, Request},
};

/// How people let the bot in at a vendor's own page.
pub struct Consent {
    /// The vendor's documentation, by which this was written.
    pub page: &'static str,
    /// Where it is asked for; none where this server has no such page.
    pub addresses: fn(&Settings<'_>) -> Option<Addresses>,
    pub scopes: &'static [Scope],
    /// What the vendor wants to be told on its page besides.
    pub extra: &'static [(&'static str, &'static str)],
    pub proof: Proof,
    pub shown: Shown,
    pub written: Written,
    /// What the token server wants beside each question.
    pub headers: &'static [(&'static str, &'static str)],
    /// Its words for a refresh token that is good for nothing any more, besides the standard's `invalid_grant`.
    pub ended: &'static [&'static str],
    /// Whether these settings have the bot itself come in this way, and not by a token or a key of its own.
    pub own: fn(&Settings<'_>) -> bool,
    pub people: People,
    /// How an administrator registers the app, in the vendor's words for its menus: Markdown, in which `{redirect}` stands for
    /// the address that the vendor is to send people back to.
    pub steps: &'static str,
}

/// Where consent is asked for and tokens are had: whole addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    pub authorize: String,
    pub token: String,
    /// How tokens are given back, where the vendor takes them back.
    pub revoke: Option<Revoke>,
}

/// How a vendor takes tokens back; each with a whole address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoke {
    /// A form with either token (RFC 7009): it ends both.
    Standard(String),
    /// JSON with the access token, from the app.
    Json(String),
    /// `DELETE` with the access token in JSON, from the app: it ends all that the person agreed to for it.
    Grant(String),
    /// `DELETE`, asked with the token that is to end, and with this header.
    Itself(String, (&'static str, &'static str)),
}

/// What is asked for, and why: people read it before they agree.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub name: &'static str,
    /// Goes on after "to ".
    pub why: &'static str,
}

/// How a vendor is shown that whoever brings a code is who asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A verifier, of which the page is told the SHA-256.
    S256,
    /// The app's secret alone.
    Secret,
}

/// How the token server wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As the standard says.
    Form,
    Json,
}

/// What people's own consent is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// What they ask for is done by their own account.
    Themselves,
    /// It would not make things theirs; says why.
    Not(&'static str),
}

/// How an app that can sign in by itself does it for the bot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// By the app's id and secret alone.
    #[default]
    App,
    /// By a link, which somebody opens as the account that the bot is to use.
    Link,
}

/// A connection's settings, with what stands for those that were left out.
pub struct Settings<'a> {
    given: &'a Map<String, Value>,
    fields: &'a [Field],
}

/// What is asked of people for one connection.
#[derive(Clone)]
pub struct Asks {
    pub consent: &'static Consent,
    pub client: Client,
    pub at: Addresses,
    /// Whether the bot itself comes in this way.
    pub own: bool,
}

/// What a token server gave.
pub struct Given {
    pub access: Secret,
    /// What the next is had with. A vendor that says nothing of it leaves the one before as it is.
    pub refresh: Option<Secret>,
    /// From now; none when it does not end, or does not say.
    pub lasts: Option<Duration>,
    /// What it is good for, where the server says.
    pub scopes: Option<String>,
}

/// What proves later who began: keep it until the code is there.
#[derive(Clone)]
pub struct Verifier(pub Secret);

impl Verifier {
    /// A new one, of 32 bytes.
    pub fn new() -> Verifier {
        let bytes: [u8; 32] = rand::random();
        Verifier(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose()))
    }
}

impl Default for Verifier {
    fn default() -> Verifier {
        Verifier::new()
    }
}

impl Settings<'_> {
    /// A text among them; an empty one is none.
    pub fn get(&self, key: &str) -> Option<&str> {
        let default = || self.fields.iter().find(|it| it.name == key)?.default.as_ref();
        let text = self.given.get(key).or_else(default)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// None of these was given.
    pub fn lack(&self, keys: &[&str]) -> bool {
        keys.iter().all(|it| self.get(it).is_none())
    }

    /// The address of the connection, without a slash at its end.
    pub fn url(&self) -> Option<&str> {
        self.get("url").map(|it| it.trim_end_matches('/'))
    }
}

impl Kind {
    /// What is asked of people where these settings name an app; none where they do not, or the vendor has no such page.
    pub fn asks(&'static self, given: &Map<String, Value>) -> Option<Asks> {
        let consent = self.consent.as_ref()?;
        let settings = Settings { given, fields: self.config_fields() };
        let client = Client {
            id: settings.get("client_id")?.to_owned(),
            secret: settings.get("client_secret")?.to_owned().into(),
            shown: consent.shown,
        };
        let at = (consent.addresses)(&settings)?;
        Some(Asks { consent, client, at, own: (consent.own)(&settings) })
    }

    /// How an administrator makes the app, and what for, as a part of the connector's page: Markdown; nothing without a page to
    /// agree on.
    pub fn consent_page(&self) -> String {
        let Some(consent) = &self.consent else { return String::new() };
        let steps = consent.steps.replace("{redirect}", "https://bot.example.org/oauth/callback");
        let people = match consent.people {
            People::Themselves => format!(
                "People say `/bellhop link {}`, agree on {}'s own page, and what they ask for is done by their own account from then on.",
                self.name, self.title
            ),
            People::Not(why) => format!("{why} So it is only for the bot itself."),
        };
        let mut page = format!(
            "\n## By a link\n\nWith an OAuth app of your own (<{}>): set `client_id` and `client_secret`. {people} Without another credential \
             the bot itself comes in that way: `/bellhop connect {}` answers with a link to open as the bot's account. How it goes on, and how it \
             is taken back: [Linking](../linking.md).\n\nThe app: {steps}\n",
            consent.page, self.name
        );
        if !consent.scopes.is_empty() {
            page.push_str("\n| scope | to |\n|---|---|\n");
            for scope in consent.scopes {
                page.push_str(&format!("| `{}` | {} |\n", scope.name, scope.why));
            }
        }
        page
    }
}

impl Asks {
    /// Where a browser is sent to agree, and comes back from to `redirect` with a code and this `state`.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] when the page's address is none.
    pub fn page(&self, redirect: &str, state: &str, verifier: &Verifier) -> Result<String> {
        let mut url = Url::parse(&self.at.authorize).map_err(|_| no_address(&self.at.authorize))?;
        let scopes: Vec<&str> = self.consent.scopes.iter().map(|it| it.name).collect();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client.id)
            .append_pair("redirect_uri", redirect);
        if !scopes.is_empty() {
            query.append_pair("scope", &scopes.join(" "));
        }
        query.append_pair("state", state);
        if self.consent.proof == Proof::S256 {
            query.append_pair("code_challenge", &verifier.challenge()).append_pair("code_challenge_method", "S256");
        }
        for (key, value) in self.consent.extra {
            query.append_pair(key, value);
        }
        drop(query);
        Ok(url.into())
    }

    /// Exchanges a code for tokens; it is good for once.
    ///
    /// # Errors
    /// [`ErrorKind::Auth`] with the server's word for it as [`Error::code`] when it refuses; otherwise by class.
    pub async fn exchange(&self, http: &Http, code: &str, redirect: &str, verifier: &Verifier) -> Result<Given> {
        let mut fields = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect)];
        if self.consent.proof == Proof::S256 {
            fields.push(("code_verifier", verifier.0.expose()));
        }
        self.ask(http, &fields).await
    }

    /// Exchanges a refresh token for the next tokens. It may be used up by that: [`Error::maybe_done`] says that nobody knows.
    ///
    /// # Errors
    /// As [`Asks::exchange`].
    pub async fn renew(&self, http: &Http, refresh: &Secret) -> Result<Given> {
        self.ask(http, &[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]).await
    }

    /// Whether tokens are given back by one that still counts: the access token, which is renewed for it when it has ended.
    pub fn gives_back_access(&self) -> bool {
        !matches!(self.at.revoke, None | Some(Revoke::Standard(_)))
    }

    /// Gives tokens back; false where the vendor does not take them back.
    ///
    /// # Errors
    /// By class; the tokens may still be good.
    pub async fn revoke(&self, http: &Http, access: &Secret, refresh: Option<&Secret>) -> Result<bool> {
        let Some(revoke) = &self.at.revoke else { return Ok(false) };
        let request = match revoke {
            Revoke::Standard(address) => {
                let (http, path) = server(http, address)?;
                // Where there are two, a server need not end the other with the access token (RFC 7009, 2.1).
                let fields = [("token", refresh.unwrap_or(access).expose())];
                self.written(http.post(&path), Written::Form, &fields)
            }
            Revoke::Json(address) => {
                let (http, path) = server(http, address)?;
                self.written(http.post(&path), Written::Json, &[("token", access.expose())])
            }
            Revoke::Grant(address) => {
                let (http, path) = server(http, address)?;
                let app = basic(&self.client.id, &self.client.secret);
                let fields = BTreeMap::from([("access_token", access.expose())]);
                http.delete(&path).header("authorization", app.expose()).json(&fields)
            }
            Revoke::Itself(address, (name, value)) => {
                let (http, path) = server(http, address)?;
                http.delete(&path).header("authorization", &format!("Bearer {}", access.expose())).header(name, value)
            }
        };
        request.repeatable(Repeatable::Yes).send_for_bytes(64 << 10).await?;
        Ok(true)
    }

    /// Whether this word of the token server's says that no question brings a grant back: whoever agreed has to agree again.
    pub fn has_ended(&self, code: &str) -> bool {
        code == "invalid_grant" || self.consent.ended.contains(&code)
    }

    async fn ask(&self, http: &Http, fields: &[(&str, &str)]) -> Result<Given> {
        let (http, path) = server(http, &self.at.token)?;
        // GitHub answers with a form unless it is asked for JSON.
        let request = self.written(http.post(&path).header("accept", "application/json"), self.consent.written, fields);
        let answer: Answer = request.send().await.map_err(refused)?;
        let lasts = answer.expires_in.and_then(|it| Duration::try_from_secs_f64(it).ok()).filter(|it| !it.is_zero());
        match (answer.access_token, answer.error) {
            // GitHub refuses with 200.
            (_, Some(code)) => Err(refusal(&code, answer.error_description.as_deref())),
            (Some(access), None) => Ok(Given { access, refresh: answer.refresh_token, lasts, scopes: answer.scope }),
            (None, None) => Err(refusal("no_access_token", None)),
        }
    }

    fn written(&self, request: Request, written: Written, fields: &[(&str, &str)]) -> Request {
        let mut fields: BTreeMap<&str, &str> = fields.iter().copied().collect();
        let request = self.consent.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let request = match self.client.shown {
            Shown::Form => {
                fields.extend([("client_id", self.client.id.as_str()), ("client_secret", self.client.secret.expose())]);
                request
            }
            Shown::Header => request.header("authorization", basic(&self.client.id, &self.client.secret).expose()),
        };
        match written {
            Written::Form => request.form(&fields),
            Written::Json => request.json(&fields),
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<Secret>,
    refresh_token: Option<Secret>,
    expires_in: Option<f64>,
    scope: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// The token server of an address, and the path there. It is the administrator's own, or the vendor's.
fn server(http: &Http, address: &str) -> Result<(Http, String)> {
    let url = Url::parse(address).map_err(|_| no_address(address))?;
    let http = http.at(&url.origin().ascii_serialization())?.with_errors(read_errors).with_codes(read_code);
    Ok((http, url.path().to_owned()))
}

fn no_address(address: &str) -> Error {
    Error::new(ErrorKind::BadConfig, format!("`{address}` is no address to sign in at: it is like https://example.org."))
}

/// The standard's `error`; Notion says the same words as `code`, beside a `message`.
fn read_code(body: &[u8]) -> Option<String> {
    let answer: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let code = ["error", "code"].iter().find_map(|it| answer.get(*it)?.as_str())?;
    is_code(code).then(|| code.to_owned())
}

/// One of the standard's words; anything that does not look like one is not repeated.
fn is_code(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.'))
}

/// The server's refusals come with 400 as well as with 401 (RFC 6749, 5.2).
fn refused(error: Error) -> Error {
    let is_refusal = matches!(error.kind, ErrorKind::Validation | ErrorKind::Auth | ErrorKind::Permission | ErrorKind::BadInput);
    match error.code.clone() {
        Some(code) if is_refusal => Error { maybe_done: false, ..refusal(&code, None) },
        _ => error,
    }
}

fn refusal(code: &str, described: Option<&str>) -> Error {
    let code = if is_code(code) { code } else { "an unknown error" };
    let message = match described.map(str::trim).filter(|it| !it.is_empty() && it.len() <= 300) {
        Some(described) => format!("No token was given: {code} ({})", described.trim_end_matches('.')),
        None => format!("No token was given: {code}"),
    };
    Error::new(ErrorKind::Auth, message).with_code(Some(code.to_owned()))
}

/// What to do about a word of a page's or a token server's: for whoever asked, and for administrators.
pub fn advice(code: &str) -> &'static str {
    match code {
        "access_denied" | "user_denied" | "consent_required" | "interaction_required" => {
            "Consent was denied there. If that was not meant, begin again and agree."
        }
        "redirect_uri_mismatch" | "invalid_redirect_uri" | "redirect_uri_missmatch" | "invalid_redirect" => {
            "The vendor does not know the address that people are sent back to. An administrator adds it to the app there, letter for \
             letter: it is this bot's public address with /oauth/callback behind it."
        }
        "invalid_client" | "incorrect_client_credentials" | "unauthorized_client" | "application_suspended" => {
            "The vendor does not take the app's id and secret. An administrator compares `client_id` and `client_secret` with the app \
             there, and that the app may use the authorization code."
        }
        "invalid_scope" | "insufficient_scope" => {
            "The app may not ask for what is needed. An administrator gives the app these rights at the vendor; the connector's page lists them."
        }
        "bad_verification_code" | "bad_refresh_token" | "invalid_grant" | "expired_token" | "code_expired" => {
            "The code that the vendor gave is used up, or older than the vendor allows. Begin again."
        }
        "temporarily_unavailable" | "server_error" => "The vendor's sign-in failed. Begin again in a few minutes.",
        "no_access_token" => {
            "The vendor answered without a token. Begin again; if it stays so, look at the app's settings there."
        }
        _ => "Begin again; if it stays so, an administrator finds the reason in the vendor's settings of the app.",
    }
}

#[cfg(test)]
mod tests;
