//! Webhooks out: what happens here and in the connected systems, told to any address that wants to know.
//!
//! Each connection is an endpoint of [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
//! its deliveries carry an id that repeats keep, a time, and a signature that the receiver checks with a library of its
//! language. An endpoint may lie in the Internet; one in our own network only where an administrator says so.

use std::time::Duration;

use commands::{ActionDef, Error, ErrorKind, Result, param::Secret};
use reqwest::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Check, Connector, Http, http::Policy, standin::Standin};

mod send;
pub mod sign;
mod standin;

#[cfg(test)]
mod tests;

pub use send::id_of;

/// A connected endpoint.
pub struct Webhook {
    http: Http,
    /// What deliveries are signed with: the secret, and for a while the one before it.
    keys: Vec<sign::Key>,
}

/// Connect an endpoint that is told what happens.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where deliveries go, such as `https://example.org/bellhop`.
    pub url: String,
    /// What deliveries are signed with: `bellhop keys webhook` prints one.
    pub secret: Secret,
    /// The secret before this one, while the receiver still checks with it.
    #[serde(default)]
    pub old_secret: Option<Secret>,
    /// The endpoint lies in the bot's own network.
    #[serde(default)]
    pub private: bool,
}

impl Connector for Webhook {
    const NAME: &str = "webhook";
    const TITLE: &str = "Webhook";
    const SELF_HOSTED: bool = true;
    type Config = Config;
    const ACTIONS: &[ActionDef<Webhook>] = &[ActionDef::of::<send::Send>(), ActionDef::of::<send::Test>()];
    /// Whoever delivers tries again later, for days; a receiver that thinks for long is no receiver.
    const POLICY: Policy = Policy { timeout: Duration::from_secs(20), retries: 0, per_second: 20 };
    const STANDIN: fn() -> Box<dyn Standin> = standin::new;
    const DOCS: &str = include_str!("docs.md");

    fn connect(config: Config, http: Http) -> Result<Webhook> {
        let secrets = std::iter::once(("secret", &config.secret)).chain(config.old_secret.iter().map(|it| ("old_secret", it)));
        let mut keys = Vec::new();
        for (field, secret) in secrets.filter(|(field, it)| *field == "secret" || !it.expose().trim().is_empty()) {
            let key = sign::Key::parse(secret.expose()).map_err(|why| {
                Error::new(ErrorKind::BadConfig, format!("`{field}` {why}: `bellhop keys webhook` prints a good one."))
            })?;
            keys.push(key);
        }
        let http = if config.private { http } else { http.to_public()? };
        let signed = keys.iter().fold(http, |http, key| http.hiding(&key.text()));
        Ok(Webhook { http: signed, keys })
    }

    /// No event is made up for this: whether the endpoint answers at all, and what became of the last delivery.
    async fn health(&self) -> Vec<Check> {
        let answers = self.http.request(Method::OPTIONS, "").send_empty().await;
        let refused = answers.err().filter(|err| {
            // That it takes no OPTIONS is an answer as well.
            !matches!(
                err.kind,
                ErrorKind::NotFound | ErrorKind::BadInput | ErrorKind::Validation | ErrorKind::Conflict | ErrorKind::BadConfig
            )
        });
        let reachable = match refused {
            None => Check::ok("reachable", format!("{} answers", self.http.base())),
            Some(err) => Check::failed("reachable", err.message, "Look whether the receiver runs, then send it a test."),
        };
        vec![reachable]
    }
}
